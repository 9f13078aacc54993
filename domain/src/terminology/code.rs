//! Codes of conditions.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A KCD/ICD-10 code (`C34`, `C34.1`) or a range of three-character categories (`C00-C97`), not necessarily in the tree.
/// A parsed one is well-formed; of one that was kept [`Self::is_well_formed`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ConditionCode(String);

/// Not of the form of a KCD/ICD-10 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a KCD/ICD-10 code or range of categories")]
pub struct InvalidConditionCode;

impl ConditionCode {
    /// The code as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// First and last three-character category; the same for a single code.
    pub fn categories(&self) -> (&str, &str) {
        match self.0.split_once('-') {
            Some((first, last)) => (first, last),
            None => (&self.0[..3], &self.0[..3]),
        }
    }

    /// Whether it is a range.
    pub fn is_range(&self) -> bool {
        self.0.contains('-')
    }

    /// Whether what follows the dot can be a subcode.
    pub fn is_well_formed(&self) -> bool {
        let subcode = self.0.split_once('.').map(|(_, subcode)| subcode);
        subcode.is_none_or(|subcode| is_subcode(self.categories().0, subcode))
    }

    /// Reads the outline of a code: `C34`, `C34.1`, `C341` (as `C34.1`) or `C00-C97`, in either case.
    fn outline(s: &str) -> Result<Self, InvalidConditionCode> {
        let s = s.trim();
        if !s.is_ascii() || s.len() > 12 {
            return Err(InvalidConditionCode);
        }
        let s = s.to_ascii_uppercase();
        if let Some((first, last)) = s.split_once('-') {
            let good = is_category(first) && is_category(last) && first <= last;
            return if good {
                Ok(Self(s))
            } else {
                Err(InvalidConditionCode)
            };
        }
        if s.len() < 3 || !is_category(&s[..3]) {
            return Err(InvalidConditionCode);
        }
        let rest = s[3..].strip_prefix('.').unwrap_or(&s[3..]);
        let dangling = s.ends_with('.');
        if dangling || rest.len() > 4 || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidConditionCode);
        }
        Ok(Self(if rest.is_empty() {
            s[..3].to_owned()
        } else {
            format!("{}.{rest}", &s[..3])
        }))
    }
}

/// The only subcodes of ICD-10-CM in which two letters other than the placeholder stand together.
const TWO_LETTERS: [&str; 3] = ["C84.AA", "C84.ZA", "M45.AB"];

/// Whether up to four characters can follow the dot, as ICD-10-CM's tabular list (FY 2025) has them; KCD and the ICD-10 of
/// the WHO have digits only. Letters stand alone: `C7A.0`, `O09.A0`, `E10.A1`, `C81.0A`. `X` holds a place that is empty
/// before a later character, in chapters that have seventh characters: `S72.0XXA`, `T36.0X1A`, `E10.37X1`, `M48.8X1`.
/// First after the dot it holds three places (`T07.XXXA`), after a letter there it stands in O and T only (`O35.AXX0`,
/// `T45.AX1A`). So codes of ATC, as `N06AX` and `C10AA05`, have not this form.
fn is_subcode(category: &str, subcode: &str) -> bool {
    let (chapter, b) = (category.as_bytes()[0], subcode.as_bytes());
    let external = matches!(chapter, b'S'..=b'Y');
    let letter = |b: u8| b.is_ascii_uppercase() && b != b'X';
    if b.windows(2).any(|pair| pair.iter().all(|b| letter(*b))) {
        return TWO_LETTERS.contains(&format!("{category}.{subcode}").as_str());
    }
    if !b.contains(&b'X') {
        return true;
    }
    match b {
        [b'X', rest @ ..] => external && rest.len() == 3 && rest.starts_with(b"XX"),
        [first, b'X', ..] if letter(*first) => matches!(chapter, b'O' | b'T'),
        // Headings of the injuries end with it: `T36.0X`.
        [.., b'X'] => external,
        _ => external || matches!(chapter, b'E' | b'H' | b'M' | b'O' | b'P'),
    }
}

fn is_category(s: &str) -> bool {
    let b = s.as_bytes();
    b.len() == 3
        && b[0].is_ascii_uppercase()
        && b[1].is_ascii_digit()
        && b[2].is_ascii_alphanumeric()
        && !b[2].is_ascii_lowercase()
}

impl FromStr for ConditionCode {
    type Err = InvalidConditionCode;

    /// Reads `C34`, `C34.1`, `C341` (as `C34.1`) or `C00-C97`, in either case.
    fn from_str(s: &str) -> Result<Self, InvalidConditionCode> {
        let code = Self::outline(s)?;
        Some(code)
            .filter(Self::is_well_formed)
            .ok_or(InvalidConditionCode)
    }
}

impl fmt::Display for ConditionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ConditionCode {
    /// Its outline only: what was kept under an older rule is still read. A check of the content tells.
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        Self::outline(&code).map_err(|e| serde::de::Error::custom(format!("{e}: `{code}`")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_normalised_and_others_refused() {
        for (written, code) in [
            ("c34", "C34"),
            ("C341", "C34.1"),
            (" C34.1 ", "C34.1"),
            ("c00-c97", "C00-C97"),
            ("M1A.0", "M1A.0"),
        ] {
            assert_eq!(written.parse::<ConditionCode>().unwrap().as_str(), code);
        }
        for bad in [
            "",
            "C3",
            "폐암",
            "C97-C00",
            "C34.",
            "34C",
            "C34.12345",
            "C34-",
            "C34;DROP",
        ] {
            assert!(bad.parse::<ConditionCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn subcodes_have_the_form_of_icd_10_cm_and_kcd() {
        for good in [
            "K35.32", "D89.44", "C7A.0", "C4A.0", "M1A.0", "I1A.0", "Z3A.01", "O09.A0", "E10.A1",
            "N06.A", "C84.A1", "C84.Z", "C84.AA", "M45.AB", "C81.0A", "D47.Z1", "Y93.A1",
            "S06.A0XA", "I82.A11", "M35.0A", "H02.20A", "H54.413A", "T50.A11A", "T45.AX1A",
            "O35.AXX0", "M80.0AXA", "S72.001A", "T36.0X1A", "T36.0X", "W00.0XXA", "T07.XXXA",
            "X58.XXXA", "E10.37X1", "H54.0X33", "M48.8X1", "M1A.00X0", "O31.10X0", "G40.A01",
            "U07.1",
        ] {
            assert_eq!(good.parse::<ConditionCode>().unwrap().as_str(), good);
        }
        for bad in [
            "N06.AX", "N06AX", "C10.AA05", "C10AA", "I48.ZZZZ", "C34.X", "C34.XXXA", "C34.1X",
            "T07.X", "S72.XX1A", "L01XE", "V03.AX01", "S01XA01", "C34.1X1", "R05.DA20",
        ] {
            assert!(bad.parse::<ConditionCode>().is_err(), "{bad}");
            // What was kept is read, and then told.
            let json = format!(
                "{:?}",
                format!("{}.{}", &bad[..3], bad[3..].trim_start_matches('.'))
            );
            let kept: ConditionCode = serde_json::from_str(&json).unwrap();
            assert!(!kept.is_well_formed(), "{bad}");
        }
    }
}
