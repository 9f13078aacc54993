//! Documents of the HDR UK 4.0.0 schema.

use super::{Item, Reading, Record, RowError, custodian, mapping};
use matchday_domain::catalogue::{Cost, CountBasis, OfferContent, Period, Population};
use matchday_domain::text::Text;
use serde_json::Value;

pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Array(documents)) => {
            for document in &documents {
                // Lines of an array's elements are not known: all begin with the array.
                reading.take(record(1, document));
            }
        }
        Ok(document) => reading.take(record(1, &document)),
        // Not one document: one a line, perhaps.
        Err(_) => super::ndjson::lines(bytes, |line, text| {
            let result = text.and_then(|text| {
                serde_json::from_str::<Value>(text)
                    .map_err(|error| super::ndjson::broken(line, &error))
            });
            reading.take(result.and_then(|document| record(line, &document)));
        }),
    }
}

/// The text or number at a path; a text that says nothing counts as none.
fn text(document: &Value, path: &str) -> Option<String> {
    match document.pointer(path)? {
        Value::String(text) => mapping::said(text).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of a list, or of a text with commas.
fn texts(document: &Value, path: &str) -> Vec<String> {
    match document.pointer(path) {
        Some(Value::Array(values)) => mapping::words(values.iter().filter_map(Value::as_str)),
        Some(Value::String(text)) => mapping::words(text.split(',')),
        _ => Vec::new(),
    }
}

fn record(line: u64, document: &Value) -> Result<Record, RowError> {
    let needed = |path: &str| {
        text(document, path).ok_or_else(|| {
            let field = path.trim_start_matches('/').replace('/', ".");
            RowError::new(
                line,
                Some(&field),
                "필수 항목입니다.",
                "This field is required.",
            )
        })
    };
    let title = needed("/summary/title")?;
    let publisher = needed("/summary/dataCustodian/name")?;
    let number = |path: &str| document.pointer(path).and_then(Value::as_i64);
    let date = |path: &str| text(document, path).and_then(|date| mapping::month(&date));
    let keywords = texts(document, "/summary/keywords");
    let summary = text(document, "/summary/abstract")
        .or_else(|| text(document, "/documentation/description"));
    // The schema writes −1 for a size that is not known.
    let size = number("/summary/populationSize").filter(|size| *size >= 0);
    let standards = texts(document, "/accessibility/formatAndStandards/conformsTo");
    let content = OfferContent {
        title: Text::new(None, Some(&mapping::plain(&title))),
        summary: Text::new(
            None,
            summary
                .map(|text| mapping::shorten(&mapping::plain(&text), 5_000))
                .as_deref(),
        ),
        keywords,
        contact_office: text(document, "/summary/contactPoint")
            .or_else(|| text(document, "/summary/dataCustodian/contactPoint")),
        population: Population {
            size,
            size_as_of: size.and(date("/modified")),
            size_basis: size.map(|_| CountBasis::Estimated),
            sex: None,
            age_min: number("/coverage/typicalAgeRangeMin"),
            age_max: number("/coverage/typicalAgeRangeMax"),
        },
        period: Period {
            start: date("/provenance/temporal/startDate"),
            end: date("/provenance/temporal/endDate"),
        },
        refresh: text(document, "/provenance/temporal/publishingFrequency")
            .and_then(|word| mapping::refresh(&word)),
        standards: mapping::standards(standards.iter().map(String::as_str)),
        coding_systems: texts(
            document,
            "/accessibility/formatAndStandards/vocabularyEncodingScheme",
        ),
        lead_time: text(document, "/accessibility/access/deliveryLeadTime")
            .and_then(|word| mapping::lead_time(&word)),
        cost: Cost {
            model: text(document, "/accessibility/access/accessRequestCost")
                .and_then(|word| mapping::cost(&word)),
            amount: None,
        },
        ..OfferContent::default()
    };
    Ok(Record {
        line,
        source_ref: format!("hdruk:{}", needed("/identifier")?),
        item: Item::Offer {
            organisation: format!("hdruk:{publisher}"),
            profile: Some(Box::new(custodian(&publisher))),
            content: Box::new(content),
        },
    })
}
