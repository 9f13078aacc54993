//! Codes of conditions.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A KCD/ICD-10 code (`C34`, `C34.1`) or a range of three-character categories (`C00-C97`), well-formed but not
/// necessarily in the tree.
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

impl fmt::Display for ConditionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ConditionCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        code.parse()
            .map_err(|e| serde::de::Error::custom(format!("{e}: `{code}`")))
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
}
