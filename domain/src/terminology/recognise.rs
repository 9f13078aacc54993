//! Code systems told by the shape of their codes. A shape is a hint, not a proof: no list is consulted.

use super::{ConditionCode, TermKind};
use serde::{Deserialize, Serialize};

/// A coding system whose codes have a shape of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeShape {
    /// A DUO code, `DUO:0000007`.
    Duo,
    /// LOINC: one to seven digits, a hyphen and a check digit, which is verified.
    Loinc,
    /// ATC from the second level on: `C10`, `C10A`, `C10AA`, `C10AA05`, in one of its fourteen groups.
    Atc,
    /// Korean EDI claim codes: an act such as `HA201` or `D2800010`, or a drug of nine digits that begins with 6 or 0.
    Edi,
    /// An OMOP concept id: up to ten digits, not beginning with 0.
    OmopConcept,
    /// A KCD/ICD-10 code or range.
    Condition,
}

impl CodeShape {
    /// What data or standard a code of this shape speaks of; none for a DUO code or a condition, which are in our
    /// vocabulary themselves.
    pub(super) fn leads_to(self) -> Option<(TermKind, &'static str)> {
        match self {
            Self::Loinc => Some((TermKind::DataKind, "structured.laboratory")),
            Self::Atc => Some((TermKind::DataKind, "structured.medication")),
            Self::Edi => Some((TermKind::DataKind, "structured.claims")),
            Self::OmopConcept => Some((TermKind::Standard, "OMOP_CDM")),
            Self::Duo | Self::Condition => None,
        }
    }
}

type Test = fn(&str) -> bool;

/// Every shape that a code has, the most specific first; empty where it has none.
pub fn shapes(code: &str) -> Vec<CodeShape> {
    let code = code.trim();
    let all: [(CodeShape, Test); 6] = [
        (CodeShape::Duo, is_duo),
        (CodeShape::Loinc, is_loinc),
        (CodeShape::Atc, is_atc),
        (CodeShape::Edi, is_edi),
        (CodeShape::OmopConcept, is_omop_concept),
        (CodeShape::Condition, |code| {
            code.parse::<ConditionCode>().is_ok()
        }),
    ];
    all.into_iter()
        .filter(|(_, has)| code.is_ascii() && has(code))
        .map(|(shape, _)| shape)
        .collect()
}

/// `DUO:` and seven digits.
pub fn is_duo(code: &str) -> bool {
    code.strip_prefix("DUO:")
        .is_some_and(|digits| digits.len() == 7 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Digits, a hyphen and the check digit of LOINC: mod 10 with every second digit from the right doubled (Luhn).
pub fn is_loinc(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else {
        return false;
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !(1..=7).contains(&number.len()) || check.len() != 1 || !digits(number) || !digits(check) {
        return false;
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            match i % 2 {
                0 if digit >= 5 => digit * 2 - 9,
                0 => digit * 2,
                _ => digit,
            }
        })
        .sum();
    check.bytes().next().map(|b| u32::from(b - b'0')) == Some((10 - sum % 10) % 10)
}

/// A letter of the fourteen groups, two digits, up to two letters, two digits.
pub fn is_atc(code: &str) -> bool {
    let b = code.as_bytes();
    let class = |i: usize| -> bool {
        match (i, b.get(i)) {
            (0, Some(letter)) => b"ABCDGHJLMNPRSV".contains(letter),
            (1 | 2 | 5 | 6, Some(digit)) => digit.is_ascii_digit(),
            (3 | 4, Some(letter)) => letter.is_ascii_uppercase(),
            _ => false,
        }
    };
    matches!(b.len(), 3 | 4 | 5 | 7) && (0..b.len()).all(class)
}

/// A full ATC code, which names a substance: `C10AA05`.
pub(super) fn is_drug(code: &str) -> bool {
    code.len() == 7 && is_atc(code)
}

/// One or two letters and three or more digits, five to eight characters in all; or a drug of nine digits.
pub fn is_edi(code: &str) -> bool {
    let b = code.as_bytes();
    let letters = b.iter().take_while(|c| c.is_ascii_uppercase()).count();
    let act = (1..=2).contains(&letters)
        && (5..=8).contains(&b.len())
        && b[letters..].iter().all(u8::is_ascii_digit);
    let drug = b.len() == 9 && b.iter().all(u8::is_ascii_digit) && matches!(b[0], b'6' | b'0');
    act || drug
}

/// One to ten digits, not beginning with 0.
pub fn is_omop_concept(code: &str) -> bool {
    let b = code.as_bytes();
    (1..=10).contains(&b.len()) && b.iter().all(u8::is_ascii_digit) && b[0] != b'0'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{DataKind, Standard};

    #[test]
    fn what_a_shape_leads_to_is_in_the_vocabularies() {
        use CodeShape::{Atc, Edi, Loinc, OmopConcept};
        for shape in [Atc, Edi, Loinc, OmopConcept] {
            assert!(
                matches!(shape.leads_to(), Some((kind, code)) if match kind {
                    TermKind::DataKind => DataKind::from_code(code).is_some(),
                    _ => Standard::from_code(code).is_some(),
                })
            );
        }
    }

    #[test]
    fn shapes_of_known_codes() {
        use CodeShape::{Atc, Condition, Duo, Edi, Loinc, OmopConcept};
        for (code, expected) in [
            ("4548-4", vec![Loinc]),
            ("2160-0", vec![Loinc]),
            ("718-7", vec![Loinc]),
            ("4548-5", vec![]),
            ("C10AA05", vec![Atc, Condition]),
            ("L01FF02", vec![Atc, Condition]),
            ("C34", vec![Atc, Condition]),
            ("I48", vec![Condition]),
            ("HA201", vec![Edi]),
            ("D2800010", vec![Edi]),
            ("645700120", vec![Edi, OmopConcept]),
            ("320128", vec![OmopConcept]),
            ("DUO:0000007", vec![Duo]),
            ("C00-C97", vec![Condition]),
            ("DUO:7", vec![]),
            ("", vec![]),
            ("-", vec![]),
            ("폐암", vec![]),
            ("😀", vec![]),
        ] {
            assert_eq!(shapes(code), expected, "{code}");
        }
    }
}
