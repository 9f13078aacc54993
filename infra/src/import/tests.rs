#![allow(clippy::unwrap_used)]

use super::*;
use matchday_domain::terminology::Terminology;
use std::collections::BTreeMap;

const HEADER: &str = "id,title,publisher,abstract,datasetStartDate,ageBand\n";

fn csv(rows: &str) -> Reading {
    read(Format::HdrukCsv, format!("{HEADER}{rows}").as_bytes())
}

#[test]
fn good_rows_are_kept_and_bad_ones_told_with_line_and_field() {
    let reading =
        csv("a,Lung cancer CT,HUB > X,<p>Text</p>,3/31/15,18-85\nb,,HUB > X,,,\nc,\"cut off");
    assert_eq!(reading.records.len(), 1);
    let Item::Offer {
        organisation,
        content,
        ..
    } = &reading.records[0].item
    else {
        panic!()
    };
    assert_eq!(organisation, "hdruk:X");
    assert_eq!(content.summary.en.as_deref(), Some("Text"));
    assert_eq!(content.period.start.unwrap().to_string(), "2015-03");
    assert_eq!(
        (content.population.age_min, content.population.age_max),
        (Some(18), Some(85))
    );
    // What words suggest is the author's to confirm.
    assert!(content.conditions.is_empty() && content.data_kinds.is_empty());
    let told: Vec<_> = reading
        .errors
        .iter()
        .map(|error| (error.line, error.field.as_deref()))
        .collect();
    assert_eq!(told, [(3, Some("title")), (4, None)]);
}

#[test]
fn files_that_are_empty_cut_or_no_text_are_told() {
    assert_eq!(
        read(Format::HdrukCsv, b" \n").errors[0].reason.en,
        "The file is empty."
    );
    assert_eq!(
        read(Format::HdrukCsv, b"a,b\n1,2\n").errors[0]
            .field
            .as_deref(),
        Some("id, title, publisher")
    );
    let mut bytes = HEADER.as_bytes().to_vec();
    bytes.extend(b"a,\xff\xfe,X,,,\nb,Good,X,,,\n");
    let reading = read(Format::HdrukCsv, &bytes);
    assert_eq!(
        (reading.records.len(), reading.errors[0].field.as_deref()),
        (1, Some("title"))
    );
    let twice = csv("a,One,X,,,\na,Two,X,,,\n");
    assert_eq!((twice.records.len(), twice.errors[0].line), (1, 3));
    let cut = read(Format::Ndjson, b"{\"type\":\"offer\",\"ref\":\"1\",\"orga");
    assert!(
        cut.errors[0].reason.en.starts_with("The line is cut off"),
        "{:?}",
        cut.errors
    );
    let unknown = read(Format::Ndjson, b"{\"type\":\"offer\",\"ref\":\"1\",\"organisation\":\"o\",\"content\":{\"titel\":{}}}\n\xff\n");
    assert_eq!(
        (unknown.errors.len(), unknown.errors[0].field.as_deref()),
        (2, Some("titel"))
    );
    let (cp949, ..) = encoding_rs::EUC_KR.encode("{\"type\":\"demand\",\"ref\":\"폐암\"}");
    let utf16: Vec<u8> = ("{}".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [cp949.as_ref(), &utf16, b"\xff"] {
        for format in [Format::Ndjson, Format::HdrukJson] {
            let told = &read(format, bytes).errors;
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].reason.en.contains("not UTF-8"), "{told:?}");
            assert!(told[0].reason.ko.contains("UTF-8"), "{told:?}");
        }
    }
}

#[test]
fn the_examples_are_read_and_valid() {
    let terminology = Terminology::standard();
    for text in [
        include_str!("examples/organisations.ndjson"),
        include_str!("examples/offers.ndjson"),
        include_str!("examples/demands.ndjson"),
    ] {
        let reading = read(Format::detect("x.ndjson", text.as_bytes()), text.as_bytes());
        assert_eq!(reading.errors, vec![]);
        assert!(!reading.records.is_empty());
        for record in reading.records {
            match record.item {
                Item::Organisation(profile) => profile.check().unwrap(),
                Item::Offer { content, .. } => content.check(terminology).unwrap(),
                Item::Demand { content, .. } => content.check(terminology).unwrap(),
            }
        }
    }
}

#[test]
fn a_document_of_the_hdr_uk_schema_is_read() {
    let document = r#"[{"identifier":"u1","modified":"2024-05-02T00:00:00Z","summary":{"title":"Breast cancer registry",
        "dataCustodian":{"name":"A Trust"},"populationSize":1200,"keywords":["breast cancer"]},
        "coverage":{"typicalAgeRangeMin":18},"provenance":{"temporal":{"startDate":"2010-01-01","publishingFrequency":"Annual"}},
        "accessibility":{"access":{"deliveryLeadTime":"2-6 months"},"formatAndStandards":{"conformsTo":["OMOP"]}}},
        {"identifier":"u2","summary":{}}]"#;
    let reading = read(
        Format::detect("x.json", document.as_bytes()),
        document.as_bytes(),
    );
    let Item::Offer { content, .. } = &reading.records[0].item else {
        panic!()
    };
    assert_eq!(content.population.size, Some(1_200));
    assert!(content.conditions.is_empty());
    assert_eq!(reading.errors[0].field.as_deref(), Some("summary.title"));
}

/// The real export: counts what is read, refused, and has to stay unknown.
#[test]
fn the_real_export_is_read() {
    let folder = std::env::var("MATCHDAY_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").to_owned());
    let Ok(bytes) = std::fs::read(format!("{folder}/hdruk/datasets.csv")) else {
        eprintln!(
            "*** hdruk/datasets.csv is not there (MATCHDAY_DATA): THE REAL EXPORT IS NOT READ ***"
        );
        return;
    };
    let reading = read(Format::HdrukCsv, &bytes);
    assert_eq!(reading.records.len() + reading.errors.len(), 303);
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &reading.records {
        let Item::Offer { content, .. } = &record.item else {
            panic!()
        };
        content
            .check(Terminology::standard())
            .unwrap_or_else(|problems| panic!("{}: {problems:?}", record.line));
        for field in unknown_fields(content) {
            *unknown.entry(field).or_default() += 1;
        }
    }
    println!(
        "{} read, {} refused; unknown: {unknown:?}",
        reading.records.len(),
        reading.errors.len()
    );
}
