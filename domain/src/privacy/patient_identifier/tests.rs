#![allow(clippy::unwrap_used)]

use super::PatientIdentifier::*;
use super::*;
use proptest::prelude::*;

#[test]
fn identifiers_of_patients_are_found_in_every_dress() {
    for (text, kind) in [
        ("800101-1234567", ResidentNumber),
        ("환자는 800101-1234567 입니다", ResidentNumber),
        ("8001011234567", ResidentNumber),
        ("주민번호 8001011234567", ResidentNumber),
        ("800101 1234567", ResidentNumber),
        ("800101 - 2234567", ResidentNumber),
        ("8 0 0 1 0 1 - 1 2 3 4 5 6 7", ResidentNumber),
        ("８００１０１－１２３４５６７", ResidentNumber),
        ("800101–1234567", ResidentNumber),
        ("800101\u{200b}-\u{200b}1234567", ResidentNumber),
        ("800101-1******", ResidentNumber),
        ("(210305-3123456)", ResidentNumber),
        ("210305-4123456,", ResidentNumber),
        ("000229-3123456", ResidentNumber),
        ("880101-2345678", ResidentNumber),
        ("900101-5123456", ForeignerNumber),
        ("050615-8123456", ForeignerNumber),
        ("차트번호 1234567", PatientNumber),
        ("차트번호: 0012345", PatientNumber),
        ("병록번호는 A1234567", PatientNumber),
        ("환자번호 12345678", PatientNumber),
        ("환자 ID: 10023456", PatientNumber),
        ("등록번호 12345678", PatientNumber),
        ("환자등록번호=12345678", PatientNumber),
        ("환자 등록번호 12-345678", PatientNumber),
        ("MRN 00123456", PatientNumber),
        ("mrn: 123456", PatientNumber),
        ("medical record number 4821337", PatientNumber),
        ("Medical Record No. 4821337", PatientNumber),
        ("chart number is 4821337", PatientNumber),
        ("patient ID 4821337", PatientNumber),
        ("건강보험증번호 12345678901", PatientNumber),
        ("환자 연락처 010-1234-5678", Telephone),
        ("환자 홍길동 01012345678", Telephone),
        ("보호자(모) 전화: 010 1234 5678", Telephone),
        ("patient can be reached on +82-10-1234-5678", Telephone),
        ("010-1234-5678 (보호자)", Telephone),
        ("여권번호 M12345678", Passport),
        ("passport no. M123A4567", Passport),
        ("11-22-333333-44", DrivingLicence),
    ] {
        assert_eq!(find(text), Some(kind), "{text}");
    }
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "",
        "폐암 환자 1,234,567명의 흉부 CT",
        "환자 1234567명, 대상자 12345678명",
        "1000000-2000000 subjects",
        "subjects 100000 1234567",
        "2015-01부터 2023-12까지, 20150101-20231231",
        "20150101 20231231",
        "LOINC 2345-7, 718-7, 4548-4; KCD C34.1, C50; EDI HA4630100; ATC L01XE03, 645301234",
        "예산 1,600,000,000원 (1600000000), 자부담 320000000원",
        "사업자등록번호 123-45-67890, 1234567890",
        "사업자 등록번호: 1234567890",
        "법인등록번호 110111-1234567",
        "130111-0006246",
        "IRB 승인번호 2023-0123-001, IRB No. 4-2023-0456, H-2301-123-1400",
        "임상시험 등록번호 KCT0001234, 임상연구등록번호 KCT0008765",
        "특허 등록번호 10-1234567",
        "의료기기 품목허가 등록번호 제허12-345호",
        "doi:10.1038/s41586-020-2649-2, 10.1101/2020.04.01.20049890",
        "NCT04567890, ORCID 0000-0002-1825-0097, PMID 31234567",
        "문의: 02-1234-5678, 담당자 010-1234-5678",
        "환자 모집 문의 02-123-4567",
        "대상자 모집 담당 김연구 010-1234-5678",
        "Patients may call our helpline on 02-1234-5678",
        "MRN 100,000건, 차트번호 10자리, 차트번호 없음",
        "환자번호 100000건 이상",
        "차트번호 2015-2020",
        "변수: 환자번호, 등록번호, 주민등록번호(가명처리)",
        "여권번호는 수집하지 않음",
        "ISBN 978-89-123-4567-8 9788912345678",
        "표준코드 8806512345678",
        "timestamp 1700000000000, 1612137600000",
        "801301-1234567",
        "990231-1234567",
        "12345678001011234567890",
        "010229-1234567",
        "patients aged 40 to 75, 12345 scans, 800101 images",
        "v1.2.3.4, 192.168.100.101, 2001:db8::1",
        "계좌 110-234-567890",
        "SNOMED 254637007, RxNorm 1234567, OMOP 4311499",
    ] {
        assert_eq!(find(text), None, "{text}");
    }
    // A contact field is there for a telephone, not for a patient.
    assert_eq!(
        find_in_contact("환자 데이터 담당 02-1234-5678, data@hospital.kr"),
        None
    );
    assert_eq!(find_in_contact("환자 연락처 010-1234-5678"), None);
    assert_eq!(find_in_contact("800101-1234567"), Some(ResidentNumber));
}

#[test]
fn check_digits_are_computed_as_published() {
    // Made-up numbers; the sums were done by hand.
    assert!(is_checked("8001011234560") != is_checked("8001011234561"));
    assert!(is_ean("8801043015714") && !is_ean("8801043015715"));
}

/// A birthday that there is, as six digits, with the digit of its century.
fn born() -> impl Strategy<Value = (String, u32)> {
    (1920_i32..=2025, 1_u32..=365, 0_u32..4).prop_map(|(year, day, sex)| {
        let date = NaiveDate::from_yo_opt(year, day).unwrap();
        let century = if year < 2000 {
            [1, 2, 5, 6]
        } else {
            [3, 4, 7, 8]
        };
        (date.format("%y%m%d").to_string(), century[sex as usize])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_resident_number_is_found_wherever_it_stands(
        (birth, sex) in born(), rest in "[0-9]{6}", between in "-| - |- | |–|－", before in "[가-힣 ,(:]{0,20}", after in "[가-힣 ,).]{0,20}", wide in any::<bool>()
    ) {
        prop_assume!(!OTHER_REGISTRATION.is_match(&before));
        let mut number = format!("{birth}{between}{sex}{rest}");
        if wide {
            number = number.chars().map(|c| match c.to_digit(10) {
                Some(d) => char::from_u32(0xFF10 + d).unwrap(),
                None => c,
            }).collect();
        }
        let text = format!("{before}{number}{after}");
        let found = find(&text);
        prop_assert!(matches!(found, Some(ResidentNumber | ForeignerNumber)), "{} {:?}", text, found);
        prop_assert_eq!(found == Some(ForeignerNumber), sex >= 5);
    }

    #[test]
    fn without_its_hyphen_too_unless_it_is_a_product((birth, sex) in born(), rest in "[0-9]{6}") {
        let number = format!("{birth}{sex}{rest}");
        prop_assume!(!("14".."21").contains(&&number[..2]));
        let product = number.starts_with("880") && is_ean(&number) && !is_checked(&number);
        prop_assert_eq!(find(&number).is_none(), product);
        let named = format!("주민등록번호 {number}");
        prop_assert!(find(&named).is_some());
    }

    #[test]
    fn a_day_that_is_none_is_no_birthday(year in 0_u32..100, month in 13_u32..100, day in 0_u32..100, rest in "[1-8][0-9]{6}") {
        let text = format!("{year:02}{month:02}{day:02}-{rest}");
        prop_assert_eq!(find(&text), None);
    }

    #[test]
    fn counts_ranges_and_amounts_are_no_identifiers(a in 0_u64..100_000_000, b in 0_u64..100_000_000, unit in "명|건|원| patients| subjects") {
        let grouped = match (a / 1_000_000, a / 1_000 % 1_000, a % 1_000) {
            (0, 0, c) => format!("{c}"),
            (0, b, c) => format!("{b},{c:03}"),
            (a, b, c) => format!("{a},{b:03},{c:03}"),
        };
        for text in [format!("환자 {grouped}{unit}"), format!("{a}{unit}"), format!("{a}~{b}{unit}"), format!("환자번호 {grouped}{unit}")] {
            prop_assert_eq!(find(&text), None, "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}") {
        find(&text);
        find_in_contact(&text);
    }
}
