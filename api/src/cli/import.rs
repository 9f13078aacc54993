//! `matchday import`: records of other catalogues, with a bar, and a report of what became of them.

use super::Failure;
use crate::app::import::ImportReport;
use crate::config::Config;
use crate::output::Output;
use crate::progress::progress;
use crate::server::Service;
use clap::{Args, ValueEnum};
use matchday_domain::message;
use matchday_domain::text::Message;
use matchday_infra::import::{Format, Item, Reading, RowError, read};
use matchday_infra::store::TerminologySource;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is imported from where.
#[derive(Debug, Args)]
pub(super) struct Wish {
    /// What the file holds.
    kind: Kind,
    /// The file; `-` reads standard input.
    file: PathBuf,
    /// Its form, if its name and content do not tell.
    #[arg(long)]
    format: Option<FileFormat>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Data offers; the organisations that the file describes are founded with them.
    Offers,
    /// Data demands.
    Demands,
    /// Organisations.
    Organisations,
    /// The official KCD: code, Korean title, English title; CSV or TSV in UTF-8 or CP949. Replaces an earlier one.
    Kcd,
    /// Your own words for codes, in the format of our thesaurus. Replaces an earlier one.
    Thesaurus,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileFormat {
    /// The export of the HDR UK Gateway.
    HdrukCsv,
    /// Documents of the HDR UK 4.0.0 schema: one, an array, or one a line.
    HdrukJson,
    /// Our own: one JSON object a line.
    Ndjson,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::HdrukCsv => Self::HdrukCsv,
            FileFormat::HdrukJson => Self::HdrukJson,
            FileFormat::Ndjson => Self::Ndjson,
        }
    }
}

impl Kind {
    fn of(item: &Item) -> Self {
        match item {
            Item::Organisation(_) => Self::Organisations,
            Item::Offer { .. } => Self::Offers,
            Item::Demand { .. } => Self::Demands,
        }
    }

    /// The part of the terminology it is.
    fn terms(self) -> Option<TerminologySource> {
        match self {
            Self::Kcd => Some(TerminologySource::Kcd),
            Self::Thesaurus => Some(TerminologySource::Thesaurus),
            Self::Offers | Self::Demands | Self::Organisations => None,
        }
    }

    /// What the bar says.
    fn bar(self, out: Output) -> &'static str {
        let ko = match self {
            Self::Offers => "제공",
            Self::Demands => "수요",
            Self::Organisations => "기관",
            Self::Kcd | Self::Thesaurus => "용어",
        };
        out.pick(ko, self.verb())
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Demands => "demands",
            Self::Organisations => "organisations",
            Self::Kcd => "kcd",
            Self::Thesaurus => "thesaurus",
        }
    }
}

/// Success, or 2 if a record was refused.
pub(super) async fn run(config: Config, wish: Wish, out: Output) -> Result<ExitCode, Failure> {
    let bytes = load(&wish.file)?;
    let name = wish.file.display().to_string();
    if let Some(source) = wish.kind.terms() {
        return run_terms(config, &wish, source, &bytes, out).await;
    }
    let format = wish
        .format
        .map_or_else(|| Format::detect(&name, &bytes), Format::from);
    let reading = only(wish.kind, read(format, &bytes));
    let service = Service::open(config, true).await?;
    let bar = progress(wish.kind.bar(out), reading.records.len());
    let report = service
        .app
        .import(reading, |done| bar.inc(u64::try_from(done).unwrap_or(0)))
        .await;
    bar.finish_and_clear();
    let report = report.map_err(|error| {
        Failure::Other(message!(
            "{error}. 앞서 가져온 것은 남아 있으니 다시 실행하십시오",
            "{error}; what was imported before is kept, run it again"
        ))
    })?;
    service.app.store().clone().close().await;
    if wish.json {
        out.json(&report)?;
    } else {
        tell(&name, &report, out);
    }
    Ok(if report.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

/// The same for a file of terms.
async fn run_terms(
    config: Config,
    wish: &Wish,
    source: TerminologySource,
    bytes: &[u8],
    out: Output,
) -> Result<ExitCode, Failure> {
    if wish.format.is_some() {
        return Err(Failure::Input(message!(
            "`import {0}`의 파일 형식은 하나뿐입니다. `--format`을 빼십시오",
            "`import {0}` knows one form of file: leave `--format` out",
            wish.kind.verb()
        )));
    }
    let service = Service::open(config, true).await?;
    let report = service.app.import_terminology(source, bytes).await;
    let report = report.map_err(|error| {
        Failure::Other(message!(
            "{error}. 바뀐 것은 없습니다",
            "{error}; nothing was changed"
        ))
    })?;
    service.app.store().clone().close().await;
    if wish.json {
        out.json(&report)?;
    } else {
        let name = wish.file.display();
        tell_errors(&name.to_string(), &report.errors, out);
        let (ko, en) = if report.changed {
            ("바뀌었습니다", "has changed")
        } else {
            ("그대로입니다", "is as before")
        };
        out.say(&message!(
            "{name}: 읽음 {0}, 받음 {1}, 중복 {2}, 거부 {3}. 용어집이 {ko}",
            "{name}: {0} read, {1} kept, {2} repeated, {3} refused; the terminology {en}",
            report.read,
            report.kept,
            report.repeated,
            report.refused,
        ));
    }
    Ok(if report.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

/// The bytes of a file; `-` is standard input.
pub(super) fn load(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Failure::unread(file, &error))
}

/// Takes out what was not asked for, and tells so.
fn only(kind: Kind, mut reading: Reading) -> Reading {
    let (wanted, others) = std::mem::take(&mut reading.records)
        .into_iter()
        .partition(|record| Kind::of(&record.item) == kind);
    reading.records = wanted;
    let others: Vec<_> = others;
    reading.errors.extend(others.into_iter().map(|record| {
        let verb = Kind::of(&record.item).verb();
        RowError {
            line: record.line,
            field: Some("type".to_owned()),
            reason: Message::new(
                format!("다른 종류의 자료입니다. `matchday import {verb}`로 가져오십시오."),
                format!("Another kind of record: use `matchday import {verb}`."),
            ),
        }
    }));
    reading
}

/// Reasons go to standard error, one a line.
fn tell_errors(name: &str, errors: &[RowError], out: Output) {
    for RowError {
        line,
        field,
        reason,
    } in errors
    {
        let field = field.as_ref().map(|field| format!("{field}: "));
        let field = field.unwrap_or_default();
        let reason = reason.get(out.language());
        out.complain(format_args!("{name}:{line}: {field}{reason}"));
    }
}

/// Reasons, then the sums on standard output.
fn tell(name: &str, report: &ImportReport, out: Output) {
    tell_errors(name, &report.errors, out);
    out.say(&message!(
        "{name}: 읽음 {0}, 새로 {1}, 바뀜 {2}, 그대로 {3}, 거부 {4}",
        "{name}: {0} read, {1} new, {2} changed, {3} unchanged, {4} refused",
        report.read(),
        report.new,
        report.changed,
        report.unchanged,
        report.refused
    ));
    if !report.unknown.is_empty() {
        let fields = report.unknown.iter();
        let fields: Vec<_> = fields
            .map(|(field, count)| format!("{field} {count}"))
            .collect();
        let fields = fields.join(", ");
        out.say(&message!(
            "원본에 적히지 않음: {fields}",
            "not stated by the source: {fields}"
        ));
    }
}
