//! Numbers that identify a patient, found in free text before it is stored.
//!
//! Nobody needs them here, and a text is read by other organisations. What is found is named by its kind only: neither
//! a message nor a log repeats it. A number counts where its form alone tells (resident registration numbers, driving
//! licences) or where a word beside it does (chart numbers, telephones, passports); counts, ranges, dates, amounts and
//! the codes and registrations of the field do not.

use chrono::{Datelike, NaiveDate};
use regex::{Captures, Regex};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

crate::vocabulary! {
    /// A kind of number that identifies a patient.
    PatientIdentifier {
        ResidentNumber = "resident_number", "주민등록번호", "a resident registration number";
        ForeignerNumber = "foreigner_number", "외국인등록번호", "a foreigner registration number";
        PatientNumber = "patient_number", "환자·차트 번호", "a patient or chart number";
        Telephone = "telephone", "환자 전화번호", "a patient's telephone number";
        Passport = "passport", "여권번호", "a passport number";
        DrivingLicence = "driving_licence", "운전면허번호", "a driving licence number";
    }
}

/// Fewest digits of anything that is looked for: most texts have none and are done with at once.
const FEWEST_DIGITS: usize = 5;

/// The first identifier in a text.
pub fn find(text: &str) -> Option<PatientIdentifier> {
    let text = plain(text)?;
    find_numbers(&text).or_else(|| telephone(&text))
}

/// The same for a field that holds whom to call: telephones are what it is for.
pub fn find_in_contact(text: &str) -> Option<PatientIdentifier> {
    find_numbers(&plain(text)?)
}

fn find_numbers(text: &str) -> Option<PatientIdentifier> {
    registration(text)
        .or_else(|| patient_number(text))
        .or_else(|| passport(text))
        .or_else(|| driving_licence(text))
}

/// Compatibility forms (full-width, circled) as plain ones, one kind of dash and space, nothing invisible; none if
/// there are too few digits to look at.
fn plain(text: &str) -> Option<String> {
    let plain: String = text
        .nfkc()
        .filter(|c| {
            !matches!(
                c,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
            )
        })
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
            c if c.is_whitespace() && c != '\n' => ' ',
            c => c,
        })
        .collect();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (digits >= FEWEST_DIGITS).then_some(plain)
}

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| {
            #[allow(clippy::expect_used)] // a constant; every one is used by a test
            Regex::new($pattern).expect("a pattern of ours")
        });
    };
}

/// What `wanted` makes of the first place at which `pattern` matches and it is something, also of one within another;
/// it is given the match, the text before and the text after.
fn first<T>(
    pattern: &Regex,
    text: &str,
    wanted: impl Fn(&Captures<'_>, &str, &str) -> Option<T>,
) -> Option<T> {
    let mut from = 0;
    while let Some(found) = pattern.captures_at(text, from) {
        let whole = found.get(0)?;
        let wanted = wanted(&found, &text[..whole.start()], &text[whole.end()..]);
        if wanted.is_some() {
            return wanted;
        }
        from = whole.start()
            + text[whole.start()..]
                .chars()
                .next()
                .map_or(1, char::len_utf8);
    }
    None
}

/// The last `n` characters.
fn tail(text: &str, n: usize) -> &str {
    let at = text.char_indices().rev().nth(n.saturating_sub(1));
    at.map_or(text, |(at, _)| &text[at..])
}

fn stands_alone(before: &str, after: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    !before.ends_with(digit) && !after.starts_with(digit)
}

// Six digits of a birthday and seven more, the last six of which may be masked; each digit may stand by itself.
pattern!(
    REGISTRATION,
    r"([0-9]{6})( ?[-/]? ?)([0-9])([0-9]{6}|[*xX●○]{6})|((?:[0-9] ){5}[0-9])( ?-? ?)([0-9])((?: [0-9]){6})"
);
pattern!(
    OTHER_REGISTRATION,
    r"(?i)(?:법인|corporate|isbn|issn|ean|gtin|udi|barcode|바코드|표준코드|제품코드)[^0-9\n]{0,16}$"
);
pattern!(
    NAMES_REGISTRATION,
    r"(?i)(?:주민|외국인|resident|rrn)[^0-9\n]{0,20}$"
);

/// Resident and foreigner registration numbers (주민등록법 시행규칙 제2조): the birthday, then a digit for sex and century.
/// The check digit only strengthens what is weak by itself: numbers given since October 2020 have none.
fn registration(text: &str) -> Option<PatientIdentifier> {
    first(&REGISTRATION, text, |found, before, after| {
        let part = |i: usize, j: usize| {
            let part = found.get(i).or_else(|| found.get(j));
            part.map_or("", |part| part.as_str())
        };
        let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
        let (birth, sex, rest) = (digits(part(1, 5)), part(3, 7), digits(part(4, 8)));
        if !stands_alone(before, after) || OTHER_REGISTRATION.is_match(tail(before, 30)) {
            return None;
        }
        let born = birthday(&birth, sex)?;
        let number = format!("{birth}{sex}{rest}");
        let bare = found.get(2).is_some_and(|between| between.is_empty()) && rest.len() == 6;
        if bare && !NAMES_REGISTRATION.is_match(tail(before, 30)) {
            // Thirteen digits in a row may be a product's number, or milliseconds since 1970.
            let product = number.starts_with("880") && is_ean(&number);
            // 2014 to 2035; who was born then and before October 2020 has a check digit.
            let moment = ("14".."21").contains(&&number[..2]) && born < UNCHECKED_SINCE;
            if (product || moment || born.year() < 1920) && !is_checked(&number) {
                return None;
            }
        }
        Some(match sex {
            "5" | "6" | "7" | "8" => PatientIdentifier::ForeignerNumber,
            _ => PatientIdentifier::ResidentNumber,
        })
    })
}

/// From this birthday on numbers have no check digit.
const UNCHECKED_SINCE: NaiveDate = match NaiveDate::from_ymd_opt(2020, 10, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The day, if there is such a day on which somebody who may be a patient was born. Who was born before 1900 (9 and 0)
/// is not, and numbers of companies look so; nor is who is born after 2060.
fn birthday(birth: &str, sex: &str) -> Option<NaiveDate> {
    let number = |range: std::ops::Range<usize>| birth.get(range)?.parse::<u32>().ok();
    let (year, month, day) = (number(0..2)?, number(2..4)?, number(4..6)?);
    let century = match sex {
        "1" | "2" | "5" | "6" => 1900,
        "3" | "4" | "7" | "8" if year <= 60 => 2000,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(century + i32::try_from(year).ok()?, month, day)
}

fn weighed(number: &str, weights: impl Iterator<Item = u32>) -> u32 {
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

fn last(number: &str) -> Option<u32> {
    number.chars().next_back()?.to_digit(10)
}

/// Σ of the first twelve digits by 2, …, 9, 2, …, 5; the check digit is (11 − Σ mod 11) mod 10, of a foreigner two more.
fn is_checked(number: &str) -> bool {
    let sum = weighed(number, (2..=9).chain(2..=5));
    let check = 11 - sum % 11;
    last(number).is_some_and(|digit| digit == check % 10 || digit == (check + 2) % 10)
}

/// GS1: the digits by 1, 3, 1, … sum to a multiple of ten.
fn is_ean(number: &str) -> bool {
    weighed(number, [1, 3].into_iter().cycle()) % 10 == 0
}

// What ties the word to the number: `: `, ` = `, `는 `, ` is `.
pattern!(
    NAMED_NUMBER,
    r"(?ix)
    (?: (?: 차트 | 챠트 | 병록 | 환자 | 환자\s?등록 | 원내\s?등록 | 병원\s?등록 | 진료\s?카드 | 입원 | 내원 | 건강보험증 | 의료급여증 | 보험증 )
          \s* (?: 등록 )? (?: 번호 | 넘버 | 아이디 | no\.? | id | \# )
      | (?P<plain> 등록\s?번호 )
      | \b (?: mrn | (?: medical\s+record | chart | patient | hospital ) \s+ (?: number | no\.? | id | identifier | \# ) )
    )
    \s* (?: 은 | 는 | 이 | 가 | : | = | \# | - | \( | \[ | is | was | ' | \x22 )? \s* (?: no\.? | \# )? \s*
    (?P<number> [a-z]{0,3} -? [0-9] [0-9-]* [0-9] )"
);
pattern!(
    COUNTED,
    r"(?i)^(?:[,.][0-9]|\s?(?:명|건|례|개|자리|만|천|억|부|종|장|원|행|%|여\s|rows|records|patients|subjects|cases|digits|persons))"
);
pattern!(
    DATED,
    r"^(?:19|20)[0-9]{2}-(?:[0-9]{2}|(?:19|20)[0-9]{2})(?:-[0-9]{2})?$"
);

/// Whose numbers of registration are no patient's.
const REGISTERED: [&str; 34] = [
    "사업자",
    "법인",
    "특허",
    "상표",
    "디자인",
    "실용신안",
    "시험",
    "연구",
    "과제",
    "기관",
    "irb",
    "cris",
    "kct",
    "nct",
    "허가",
    "신고",
    "품목",
    "기기",
    "제품",
    "차량",
    "면허",
    "단체",
    "회사",
    "도메인",
    "저작권",
    "데이터",
    "데이터셋",
    "자료",
    "논문",
    "승인",
    "수입",
    "등기",
    "의약품",
    "자동차",
];

/// Whose are.
const OF_PATIENTS: [&str; 7] = ["환자", "원내", "병원", "진료", "입원", "외래", "대상자"];

/// A number after a word for a patient's, a chart's or an insured person's number.
fn patient_number(text: &str) -> Option<PatientIdentifier> {
    first(&NAMED_NUMBER, text, |found, before, after| {
        let number = found.name("number")?.as_str();
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let ordinary = digits < FEWEST_DIGITS || DATED.is_match(number) || COUNTED.is_match(after);
        let patients = found.name("plain").is_none() || is_of_patients(before);
        (!ordinary && patients).then_some(PatientIdentifier::PatientNumber)
    })
}

/// Whether a bare "registration number" after `before` is a patient's.
fn is_of_patients(before: &str) -> bool {
    let joined = before.ends_with(char::is_alphanumeric);
    let word = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric())
        .next();
    let word = word.unwrap_or_default().to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|end| word.ends_with(end));
    ends(&OF_PATIENTS) || (!joined && !ends(&REGISTERED))
}

pattern!(
    TELEPHONE,
    r"(?:\+?82[-. ]?\(?0?\)?|0)(?:1[016789]|2|[3-6][1-5]|70|50[0-9])[-. )]{0,2}[0-9]{3,4}[-. ]{0,2}[0-9]{4}"
);
pattern!(
    OF_A_PATIENT,
    r"(?i)(?:환자|보호자|피험자|수진자|대상자|참여자|patient|guardian|caregiver|subject)[^.;\n]{0,28}$"
);
pattern!(
    PATIENT_AFTER,
    r"(?i)^\s?[(\[/,]?\s?(?:환자|보호자|피험자|수진자|patient|guardian|caregiver)"
);
pattern!(
    OFFICE,
    r"(?i)문의|접수|예약|상담|센터|사무국|담당|안내|콜|대표|모집|신청|지원|상시|단체|협회|재단|contact|inquir|enquir|office|help|call|desk|hotline|recruit|registry|service"
);

/// A telephone number that a patient or a relative is said to have; the one of an office for patients is none.
fn telephone(text: &str) -> Option<PatientIdentifier> {
    first(&TELEPHONE, text, |_, before, after| {
        if !stands_alone(before, after) {
            return None;
        }
        let head: String = after.chars().take(24).collect();
        let before = OF_A_PATIENT
            .find(tail(before, 40))
            .map(|said| said.as_str());
        let after = PATIENT_AFTER.is_match(&head).then_some(head.as_str());
        let of_a_patient = [before, after]
            .into_iter()
            .flatten()
            .any(|said| !OFFICE.is_match(said));
        of_a_patient.then_some(PatientIdentifier::Telephone)
    })
}

pattern!(
    PASSPORT,
    r"(?i)(?:여권|passport)\s*(?:번호|numbers?|no\.?|#)?\s*(?:은|는|:|=|\(|is)?\s*[a-z](?:[0-9]{8}|[0-9]{3}[a-z][0-9]{4})(?:[^0-9a-z]|$)"
);

fn passport(text: &str) -> Option<PatientIdentifier> {
    PASSPORT
        .is_match(text)
        .then_some(PatientIdentifier::Passport)
}

// Region 11 to 28, year, number, check: a form that nothing else has.
pattern!(
    DRIVING_LICENCE,
    r"(?:1[1-9]|2[0-8])-[0-9]{2}-[0-9]{6}-[0-9]{2}"
);

fn driving_licence(text: &str) -> Option<PatientIdentifier> {
    first(&DRIVING_LICENCE, text, |_, before, after| {
        let alone =
            stands_alone(before, after) && !before.ends_with('-') && !after.starts_with('-');
        alone.then_some(PatientIdentifier::DrivingLicence)
    })
}

#[cfg(test)]
mod tests;
