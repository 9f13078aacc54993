//! The CSV export of the HDR UK Gateway.

use super::{Item, Reading, Record, RowError, custodian, mapping};
use csv::{ByteRecord, ReaderBuilder};
use matchday_domain::catalogue::{Cost, CountBasis, OfferContent, Period, Population};
use matchday_domain::text::Text;

/// Columns without which a row says nothing.
const NEEDED: [&str; 3] = ["id", "title", "publisher"];

pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header: Vec<String> = match reader.byte_headers() {
        Ok(header) => header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect(),
        Err(error) => return reading.errors.push(unreadable(1, &error)),
    };
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|needed| !header.iter().any(|name| name == needed))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return reading.errors.push(RowError::new(
            1,
            Some(&missing),
            format!("머리글에 열이 없습니다: {missing}"),
            format!("The header lacks the column(s): {missing}"),
        ));
    }
    for row in reader.byte_records() {
        match row {
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                reading.take(Row::of(&header, &row, line).and_then(|row| row.record()));
            }
            Err(error) => reading.errors.push(unreadable(
                error.position().map_or(0, csv::Position::line),
                &error,
            )),
        }
    }
}

fn unreadable(line: u64, error: &csv::Error) -> RowError {
    RowError::new(
        line,
        None,
        format!("읽을 수 없는 행입니다: {error}"),
        format!("The row cannot be read: {error}"),
    )
}

/// A row's cells by column.
struct Row<'a> {
    line: u64,
    cells: Vec<(&'a str, &'a str)>,
}

impl<'a> Row<'a> {
    fn of(header: &'a [String], row: &'a ByteRecord, line: u64) -> Result<Self, RowError> {
        if row.len() != header.len() {
            let (found, wanted) = (row.len(), header.len());
            return Err(RowError::new(
                line,
                None,
                format!(
                    "열이 {found}개입니다({wanted}개여야 합니다). 따옴표가 닫히지 않았거나 파일이 잘렸을 수 있습니다."
                ),
                format!(
                    "{found} cells instead of {wanted}: a quote is not closed, or the file is cut off."
                ),
            ));
        }
        let cells = header.iter().zip(row).map(|(name, cell)| {
            let text = std::str::from_utf8(cell).map_err(|_| {
                RowError::new(
                    line,
                    Some(name),
                    "UTF-8이 아닌 글자가 있습니다.",
                    "There are bytes that are not UTF-8.",
                )
            })?;
            Ok((name.as_str(), text))
        });
        Ok(Self {
            line,
            cells: cells.collect::<Result<_, _>>()?,
        })
    }

    /// What a column says, if anything.
    fn get(&self, column: &str) -> Option<&'a str> {
        let cell = self.cells.iter().find(|(name, _)| *name == column)?;
        mapping::said(cell.1)
    }

    fn record(&self) -> Result<Record, RowError> {
        let needed = |column: &str| {
            self.get(column).ok_or_else(|| {
                RowError::new(
                    self.line,
                    Some(column),
                    "필수 항목입니다.",
                    "This field is required.",
                )
            })
        };
        // The publisher is a path: the last step is the organisation.
        let publisher = needed("publisher")?;
        let publisher = publisher.rsplit('>').next().unwrap_or(publisher).trim();
        let content = self.content(needed("title")?);
        Ok(Record {
            line: self.line,
            source_ref: format!("hdruk:{}", needed("id")?),
            item: Item::Offer {
                organisation: format!("hdruk:{publisher}"),
                profile: Some(Box::new(custodian(publisher))),
                content: Box::new(content),
            },
        })
    }

    fn content(&self, title: &str) -> OfferContent {
        let list = |column: &str| mapping::words(self.get(column).unwrap_or_default().split(','));
        let keywords = list("keywords");
        let summary = self.get("abstract").or_else(|| self.get("description"));
        let (age_min, age_max) = self.get("ageBand").map(mapping::ages).unwrap_or_default();
        let size = self
            .get("statisticalPopulation")
            .and_then(|size| size.replace(',', "").parse().ok());
        let date = |column: &str| self.get(column).and_then(mapping::month);
        OfferContent {
            title: Text::new(None, Some(&mapping::plain(title))),
            summary: Text::new(
                None,
                summary
                    .map(|text| mapping::shorten(&mapping::plain(text), 5_000))
                    .as_deref(),
            ),
            keywords,
            contact_office: self
                .get("contactPoint")
                .map(|office| mapping::shorten(office, 200)),
            population: Population {
                size,
                // Counted by the day of the export's row at the latest.
                size_as_of: size.and(date("modified")),
                size_basis: size.map(|_| CountBasis::Estimated),
                sex: None,
                age_min,
                age_max,
            },
            period: Period {
                start: date("datasetStartDate"),
                end: date("datasetEndDate"),
            },
            refresh: self.get("periodicity").and_then(mapping::refresh),
            standards: mapping::standards(self.get("conformsTo").unwrap_or_default().split(',')),
            coding_systems: list("controlledVocabulary"),
            lead_time: self
                .get("accessRequestDuration")
                .and_then(mapping::lead_time),
            cost: Cost {
                model: self.get("accessRequestCost").and_then(mapping::cost),
                amount: None,
            },
            ..OfferContent::default()
        }
    }
}
