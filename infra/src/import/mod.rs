//! Reads the records that others already have: the CSV export of the HDR UK Gateway, documents of the HDR UK 4.0.0
//! schema, and lines of our own.
//!
//! Reading touches no database. A row that cannot be read is told with its line, field and reason; the others are
//! kept. What a record does not say clearly stays unknown: nothing is made up.

mod decode;
mod hdruk_csv;
mod hdruk_json;
mod mapping;
mod ndjson;
mod terminology;

pub use terminology::{TermsReading, read_kcd, read_thesaurus};

use matchday_domain::catalogue::{Country, OfferContent};
use matchday_domain::demand::DemandContent;
use matchday_domain::organisation::{OrganisationKind, Profile};
use matchday_domain::privacy::patient_identifier;
use matchday_domain::problem::Problem;
use matchday_domain::text::{Message, Text};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};

/// A form of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The HDR UK Gateway's export: a header, then one data set a row.
    HdrukCsv,
    /// Documents of the HDR UK 4.0.0 schema: one, an array, or one a line.
    HdrukJson,
    /// Our own: one JSON object a line, see [`ndjson`](self).
    Ndjson,
}

impl Format {
    /// By the file's name, and for JSON by what is in it.
    pub fn detect(name: &str, bytes: &[u8]) -> Self {
        let name = name.to_ascii_lowercase();
        let start = &bytes[..bytes.len().min(4_096)];
        let has = |word: &str| {
            start
                .windows(word.len())
                .any(|window| window == word.as_bytes())
        };
        if name.ends_with(".csv") {
            Self::HdrukCsv
        } else if has("\"summary\"") && !has("\"ref\"") {
            Self::HdrukJson
        } else {
            Self::Ndjson
        }
    }
}

/// A record that could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its name in the source.
    pub source_ref: String,
    /// What it is.
    pub item: Item,
}

/// What a record is.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An organisation.
    Organisation(Box<Profile>),
    /// An offer of an organisation.
    Offer {
        /// The organisation's name in the source.
        organisation: String,
        /// What the source says of the organisation, where it says it with every offer.
        profile: Option<Box<Profile>>,
        /// What the offer says.
        content: Box<OfferContent>,
    },
    /// A demand of an organisation.
    Demand {
        /// The organisation's name in the source.
        organisation: String,
        /// What the demand says.
        content: Box<DemandContent>,
    },
}

/// A record that could not be read, or not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// The field at fault; none: the record as a whole.
    pub field: Option<String>,
    /// Why.
    pub reason: Message,
}

impl RowError {
    fn new(line: u64, field: Option<&str>, ko: impl Into<String>, en: impl Into<String>) -> Self {
        let (ko, en) = (ko.into(), en.into());
        // A reader may quote what it cannot read; the number of a patient is not repeated.
        let reason = match patient_identifier::find(&en) {
            Some(kind) => Problem::patient_identifier("", kind).message,
            None => Message::new(ko, en),
        };
        Self {
            line,
            // A key may be empty; it names nothing.
            field: field.filter(|field| !field.is_empty()).map(str::to_owned),
            reason,
        }
    }

    /// Of a file without a line, as lines are judged: a vertical tab and the spaces of Unicode are blank, too.
    fn of_blank(bytes: &[u8]) -> Option<Self> {
        let blank = std::str::from_utf8(bytes).is_ok_and(|text| text.trim().is_empty());
        blank.then(|| Self::new(1, None, "파일이 비어 있습니다.", "The file is empty."))
    }
}

/// What was in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// What could be read, in the order of the file.
    pub records: Vec<Record>,
    /// What could not.
    pub errors: Vec<RowError>,
    names: HashSet<(Discriminant<Item>, String)>,
}

impl Reading {
    fn take(&mut self, result: Result<Record, RowError>) {
        match result {
            Ok(record)
                if !self
                    .names
                    .insert((discriminant(&record.item), record.source_ref.clone())) =>
            {
                self.errors.push(RowError::new(
                    record.line,
                    None,
                    format!("같은 식별자가 파일에 두 번 있습니다: {}", record.source_ref),
                    format!("The file has this identifier twice: {}", record.source_ref),
                ));
            }
            Ok(record) => self.records.push(record),
            Err(error) => self.errors.push(error),
        }
    }
}

/// Reads a file.
pub fn read(format: Format, bytes: &[u8]) -> Reading {
    // A byte order mark is no text.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reading = Reading::default();
    if let Some(empty) = RowError::of_blank(bytes) {
        reading.errors.push(empty);
        return reading;
    }
    match format {
        Format::HdrukCsv => hdruk_csv::read(bytes, &mut reading),
        Format::HdrukJson => hdruk_json::read(bytes, &mut reading),
        Format::Ndjson => ndjson::read(bytes, &mut reading),
    }
    reading
}

/// A custodian of the HDR UK Gateway: a hospital or registry in Great Britain, of which no more is known.
fn custodian(name: &str) -> Profile {
    Profile {
        kind: OrganisationKind::Hospital,
        name: Text::new(None, Some(name)),
        region: None,
        country: Country::new("GB").unwrap_or_else(Country::korea),
        firm_size: None,
        legal_form: None,
        foreign_parent: None,
        tier: None,
        beds: None,
        designated: false,
    }
}

/// The fields of an offer that had to stay unknown.
pub fn unknown_fields(content: &OfferContent) -> Vec<&'static str> {
    let facts = [
        ("abstract", content.summary.is_empty()),
        ("keywords", content.keywords.is_empty()),
        ("contactOffice", content.contact_office.is_none()),
        ("conditions", content.conditions.is_empty()),
        ("counts", content.counts.is_empty()),
        ("population.size", content.population.size.is_none()),
        ("population.sex", content.population.sex.is_none()),
        (
            "population.ages",
            content.population.age_min.is_none() && content.population.age_max.is_none(),
        ),
        ("period.start", content.period.start.is_none()),
        ("period.end", content.period.end.is_none()),
        ("refresh", content.refresh.is_none()),
        ("timeLagMonths", content.time_lag_months.is_none()),
        ("dataKinds", content.data_kinds.is_empty()),
        ("variables", content.variables.is_empty()),
        ("standards", content.standards.is_empty()),
        ("codingSystems", content.coding_systems.is_empty()),
        (
            "completenessPercent",
            content.completeness_percent.is_none(),
        ),
        ("usePolicies", content.use_policies.is_empty()),
        ("accessModes", content.access_modes.is_empty()),
        ("approvals", content.approvals.is_empty()),
        (
            "review",
            content.review.cutoff_day.is_none() && content.review.meeting_days.is_empty(),
        ),
        ("leadTime", content.lead_time.is_none()),
        ("cost", content.cost.model.is_none()),
        ("linkableTo", content.linkable_to.is_empty()),
        ("preferences", !content.preferences.is_stated()),
    ];
    facts
        .into_iter()
        .filter(|(_, unknown)| *unknown)
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests;
