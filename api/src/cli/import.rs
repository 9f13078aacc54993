//! `matchday import`: records of other catalogues, with a bar, and a report of what became of them.

use super::Failure;
use crate::app::import::ImportReport;
use crate::config::Config;
use crate::progress::progress;
use crate::server::Service;
use clap::{Args, ValueEnum};
use matchday_domain::text::{Language, Message};
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
pub(super) async fn run(config: Config, wish: Wish) -> Result<ExitCode, Failure> {
    let bytes = load(&wish.file)?;
    let name = wish.file.display().to_string();
    if let Some(source) = wish.kind.terms() {
        return run_terms(config, &wish, source, &bytes).await;
    }
    let format = wish
        .format
        .map_or_else(|| Format::detect(&name, &bytes), Format::from);
    let reading = only(wish.kind, read(format, &bytes));
    let service = Service::open(config, true).await?;
    let bar = progress(wish.kind.verb(), reading.records.len());
    let report = service
        .app
        .import(reading, |done| bar.inc(u64::try_from(done).unwrap_or(0)))
        .await;
    bar.finish_and_clear();
    let report = report.map_err(|error| {
        Failure::Other(format!(
            "{error}; what was imported before is kept, run it again"
        ))
    })?;
    service.app.store().clone().close().await;
    if wish.json {
        print_json(&report)?;
    } else {
        tell(&name, &report, language());
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
) -> Result<ExitCode, Failure> {
    if wish.format.is_some() {
        return Err(Failure::Input(format!(
            "`import {}` knows one form of file: leave `--format` out",
            wish.kind.verb()
        )));
    }
    let service = Service::open(config, true).await?;
    let report = service.app.import_terminology(source, bytes).await;
    let report = report.map_err(|error| Failure::Other(format!("{error}; nothing was changed")))?;
    service.app.store().clone().close().await;
    if wish.json {
        print_json(&report)?;
    } else {
        let name = wish.file.display();
        tell_errors(&name.to_string(), &report.errors, language());
        println!(
            "{name}: {} read, {} kept, {} repeated, {} refused; the terminology {}",
            report.read,
            report.kept,
            report.repeated,
            report.refused,
            if report.changed {
                "has changed"
            } else {
                "is as before"
            }
        );
    }
    Ok(if report.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

fn print_json(report: &impl serde::Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(report);
    println!(
        "{}",
        json.map_err(|error| Failure::Other(error.to_string()))?
    );
    Ok(())
}

fn load(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Failure::Other(format!("{}: {error}", file.display())))
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
fn tell_errors(name: &str, errors: &[RowError], language: Language) {
    for RowError {
        line,
        field,
        reason,
    } in errors
    {
        let field = field.as_ref().map(|field| format!("{field}: "));
        let field = field.unwrap_or_default();
        eprintln!("{name}:{line}: {field}{}", reason.get(language));
    }
}

/// Reasons, then the sums on standard output.
fn tell(name: &str, report: &ImportReport, language: Language) {
    tell_errors(name, &report.errors, language);
    println!(
        "{name}: {} read, {} new, {} changed, {} unchanged, {} refused",
        report.read(),
        report.new,
        report.changed,
        report.unchanged,
        report.refused
    );
    if !report.unknown.is_empty() {
        let fields = report.unknown.iter();
        let fields: Vec<_> = fields
            .map(|(field, count)| format!("{field} {count}"))
            .collect();
        println!("not stated by the source: {}", fields.join(", "));
    }
}

/// The language of the terminal.
fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match set {
        Some(value) if value.starts_with("ko") => Language::Ko,
        _ => Language::En,
    }
}
