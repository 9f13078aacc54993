//! `matchday import`: records of other catalogues, with a bar, and a report of what became of them.

use super::Failure;
use crate::app::import::ImportReport;
use crate::config::Config;
use crate::progress::progress;
use crate::server::Service;
use clap::{Args, ValueEnum};
use matchday_domain::text::{Language, Message};
use matchday_infra::import::{Format, Item, Reading, RowError, read};
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

    fn verb(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Demands => "demands",
            Self::Organisations => "organisations",
        }
    }
}

/// Success, or 2 if a record was refused.
pub(super) async fn run(config: Config, wish: Wish) -> Result<ExitCode, Failure> {
    let bytes = load(&wish.file)?;
    let name = wish.file.display().to_string();
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
        let json = serde_json::to_string_pretty(&report);
        println!(
            "{}",
            json.map_err(|error| Failure::Other(error.to_string()))?
        );
    } else {
        tell(&name, &report, language());
    }
    Ok(if report.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
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

/// Reasons go to standard error, one a line, the sums to standard output.
fn tell(name: &str, report: &ImportReport, language: Language) {
    for RowError {
        line,
        field,
        reason,
    } in &report.errors
    {
        let field = field.as_ref().map(|field| format!("{field}: "));
        let field = field.unwrap_or_default();
        eprintln!("{name}:{line}: {field}{}", reason.get(language));
    }
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
