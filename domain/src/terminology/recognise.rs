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
    /// ATC from the second level on: `C10`, `C10A`, `C10AA`, `C10AA05`, in one of its groups of the second level.
    Atc,
    /// Korean EDI claim codes: an act such as `HA201` or `D2800010`, or a drug of nine digits that begins with 6 or 0.
    Edi,
    /// An OMOP concept id: up to ten digits, not beginning with 0.
    OmopConcept,
    /// A KCD/ICD-10 code or range.
    Condition,
}

impl CodeShape {
    /// Whether a code has it.
    fn has(self, code: &str) -> bool {
        code.is_ascii()
            && match self {
                Self::Duo => is_duo(code),
                Self::Loinc => is_loinc(code),
                Self::Atc => is_atc(code),
                Self::Edi => is_edi(code),
                Self::OmopConcept => is_omop_concept(code),
                Self::Condition => code.parse::<ConditionCode>().is_ok(),
            }
    }

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

/// Every shape that a code has, the most specific first; empty where it has none.
pub fn shapes(code: &str) -> Vec<CodeShape> {
    use CodeShape::{Atc, Condition, Duo, Edi, Loinc, OmopConcept};
    let code = code.trim();
    let mut all = vec![Duo, Loinc, Atc, Edi, OmopConcept, Condition];
    all.retain(|shape| shape.has(code));
    all
}

/// What people call a code before they write it, without `코드`, `번호`, `CODE` and the signs in it.
const CALLED: [(CodeShape, &[&str]); 5] = [
    (
        CodeShape::Edi,
        &["EDI", "수가", "보험", "약가", "행위", "청구", "보험수가"],
    ),
    (CodeShape::Atc, &["ATC"]),
    (CodeShape::Loinc, &["LOINC"]),
    (
        CodeShape::OmopConcept,
        &["OMOP", "OMOPCONCEPT", "OMOPCONCEPTID"],
    ),
    (
        CodeShape::Condition,
        &[
            "KCD", "KCD7", "KCD8", "ICD", "ICD10", "ICD10CM", "상병", "질병", "진단",
        ],
    ),
];

/// A code that is called by its system, and that system: `EDI HA201`, `수가코드: AA154`, `ATC code L01XE`. None where the
/// code has not that shape.
pub(super) fn called(question: &str) -> Option<(CodeShape, String)> {
    let (name, code) = question.trim().rsplit_once([' ', ':', '='])?;
    let mut name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    name.make_ascii_uppercase();
    let ends = ["코드", "번호", "CODE"];
    let name = ends
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(&name);
    let (shape, _) = CALLED.iter().find(|(_, names)| names.contains(&name))?;
    let code = code.to_ascii_uppercase();
    shape.has(&code).then_some((*shape, code))
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

/// The therapeutic groups of ATC, its second level, by their main group (WHO Collaborating Centre for Drug Statistics
/// Methodology, ATC index 2024).
const ATC_GROUPS: [(u8, &[u8]); 14] = [
    (
        b'A',
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    ),
    (b'B', &[1, 2, 3, 5, 6]),
    (b'C', &[1, 2, 3, 4, 5, 7, 8, 9, 10]),
    (b'D', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    (b'G', &[1, 2, 3, 4]),
    (b'H', &[1, 2, 3, 4, 5]),
    (b'J', &[1, 2, 4, 5, 6, 7]),
    (b'L', &[1, 2, 3, 4]),
    (b'M', &[1, 2, 3, 4, 5, 9]),
    (b'N', &[1, 2, 3, 4, 5, 6, 7]),
    (b'P', &[1, 2, 3]),
    (b'R', &[1, 2, 3, 5, 6, 7]),
    (b'S', &[1, 2, 3]),
    (b'V', &[1, 3, 4, 6, 7, 8, 9, 10, 20]),
];

/// A group of the second level, up to two letters, two digits.
pub fn is_atc(code: &str) -> bool {
    let [main, tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = code.as_bytes() else {
        return false;
    };
    let group = (tens - b'0') * 10 + (ones - b'0');
    let known = |(letter, groups): &(u8, &[u8])| letter == main && groups.contains(&group);
    ATC_GROUPS.iter().any(known)
        && match rest {
            [] => true,
            [a] => a.is_ascii_uppercase(),
            [a, b] => a.is_ascii_uppercase() && b.is_ascii_uppercase(),
            [a, b, c, d] => {
                a.is_ascii_uppercase()
                    && b.is_ascii_uppercase()
                    && c.is_ascii_digit()
                    && d.is_ascii_digit()
            }
            _ => false,
        }
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
            ("C10AA05", vec![Atc]),
            ("L01FF02", vec![Atc]),
            ("N06AX", vec![Atc]),
            ("C10", vec![Atc, Condition]),
            ("C34", vec![Condition]),
            ("C99", vec![Condition]),
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

    #[test]
    fn what_a_code_is_called_by_tells_its_system() {
        use CodeShape::{Atc, Condition, Edi, Loinc, OmopConcept};
        for (question, shape, code) in [
            ("EDI HA201", Edi, "HA201"),
            ("수가코드: AA154", Edi, "AA154"),
            ("보험 코드 642900120", Edi, "642900120"),
            ("약가코드=645700120", Edi, "645700120"),
            ("atc code c10aa", Atc, "C10AA"),
            ("LOINC 4548-4", Loinc, "4548-4"),
            ("OMOP concept id: 320128", OmopConcept, "320128"),
            ("ICD-10-CM C34.1", Condition, "C34.1"),
            ("상병코드 i48", Condition, "I48"),
        ] {
            assert_eq!(
                called(question),
                Some((shape, code.to_owned())),
                "{question}"
            );
        }
        for other in [
            "EDI",
            "EDI 폐암",
            "ATC C99",
            "LOINC 4548-5",
            "폐암 C34",
            "HA201",
        ] {
            assert_eq!(called(other), None, "{other}");
        }
    }
}
