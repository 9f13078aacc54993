//! `matchday eval`: reads a set, measures, prints a table or JSON.

use super::Failure;
use super::import::load;
use crate::eval::{Figures, In, gate, matches, terms, text};
use crate::output::Output;
use crate::progress::progress;
use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use matchday_domain::message;
use matchday_domain::text::Message;
use matchday_infra::evaluation::{Unusable, gate_cases, judgements, lay_terms, texts};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is evaluated.
#[derive(Debug, Subcommand)]
pub(super) enum Set {
    /// The text criterion: nDCG@10, MAP, recall@100.
    Text {
        /// Documents: `{"id", "title", "contents"}`, one a line; `-` reads standard input, here or for the queries.
        #[arg(long)]
        documents: PathBuf,
        /// Queries with `relevant` ids or `relevance` grades, one a line.
        #[arg(long)]
        queries: PathBuf,
        /// The field of a query that holds its text; `query`, `summary` or `text` if not given.
        #[arg(long)]
        field: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// The gate: agreement, false passes, every mismatch with the rule that decided. Ends with 1 if a case passes that
    /// should not, with 2 if the set cannot be read, else with 0.
    Gate {
        /// Cases with the expected outcome; `-` reads standard input.
        cases: PathBuf,
        /// Whose gate.
        #[arg(long, value_enum, default_value_t = Mode::Service)]
        mode: Mode,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// The thesaurus: recall at 1 and 5 of lay terms.
    Terms {
        /// `term, language, kind, expected`, tab-separated with a header that names the columns; `-` reads standard input.
        terms: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gate and score: nDCG@10, gate agreement, an ablation of every criterion.
    Match {
        /// Offers, a JSON array; `-` reads standard input, here or for one of the others.
        #[arg(long)]
        offers: PathBuf,
        /// Demands, a JSON array.
        #[arg(long)]
        demands: PathBuf,
        /// Graded pairs: `demand_id, offer_id, gate, grade`, tab-separated with a header that names the columns.
        #[arg(long)]
        qrels: PathBuf,
        /// Only these demands, by id, separated by commas; or a file with one id a line.
        #[arg(long, value_delimiter = ',')]
        demand_ids: Vec<String>,
        /// The day against which freshness and lead times are judged.
        #[arg(long, default_value = "2026-11-15")]
        today: NaiveDate,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Mode {
    /// The service's own gate.
    Service,
    /// What DUOS, version 4, decides.
    Duos,
}

pub(super) fn run(set: Set, out: Output) -> Result<ExitCode, Failure> {
    let (Set::Text { json, .. }
    | Set::Gate { json, .. }
    | Set::Terms { json, .. }
    | Set::Match { json, .. }) = set;
    let done = perform(set, out);
    if json && let Err(failure) = &done {
        out.json(&failure.json())?;
    }
    done
}

fn perform(set: Set, out: Output) -> Result<ExitCode, Failure> {
    match set {
        Set::Text {
            documents,
            queries,
            field,
            json,
        } => {
            let documents = read(&documents, texts::documents)?;
            let queries = read(&queries, |bytes| texts::queries(bytes, field.as_deref()))?;
            let bar = progress(out.pick("질의", "queries").to_owned(), queries.len());
            let figures = text::evaluate(&documents, &queries, || bar.inc(1));
            bar.finish_and_clear();
            if figures.queries == 0 {
                return Err(Failure::Input(Message::new(
                    "맞는 문서가 있는 질의가 하나도 없어 측정할 것이 없습니다",
                    "no query has a relevant document: there is nothing to measure",
                )));
            }
            print(&figures, json, out)
        }
        Set::Gate { cases, mode, json } => {
            let figures = match mode {
                Mode::Service => gate::evaluate(&read(&cases, gate_cases::gate_cases)?),
                Mode::Duos => gate::evaluate_duos(&read(&cases, gate_cases::duos_cases)?),
            };
            print(&figures, json, out)?;
            Ok(if figures.false_passes == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Set::Terms { terms, json } => print(
            &terms::evaluate(&read(&terms, lay_terms::lay_terms)?),
            json,
            out,
        ),
        Set::Match {
            offers,
            demands,
            qrels,
            demand_ids,
            today,
            json,
        } => {
            let offers = read(&offers, judgements::offers)?;
            let mut demands = read(&demands, judgements::demands)?;
            let pairs = read(&qrels, judgements::qrels)?;
            let wanted = ids(demand_ids)?;
            if !wanted.is_empty() {
                if let Some(unknown) = wanted
                    .iter()
                    .find(|id| demands.iter().all(|demand| demand.id != **id))
                {
                    return Err(Failure::Input(message!(
                        "--demand-ids: 수요 `{unknown}`이(가) 없습니다",
                        "--demand-ids: no demand `{unknown}`"
                    )));
                }
                demands.retain(|demand| wanted.contains(&demand.id));
            }
            judgements::check_pairs(&offers, &demands, &pairs, &wanted)
                .map_err(|error| Failure::file(&qrels, &error.message()))?;
            let figures = matches::evaluate(&offers, &demands, &pairs, today);
            if figures.pairs == 0 {
                return Err(Failure::Input(Message::new(
                    "이 수요들에 등급이 매겨진 쌍이 하나도 없어 측정할 것이 없습니다",
                    "no pair of these demands is graded: there is nothing to measure",
                )));
            }
            print(&figures, json, out)
        }
    }
}

/// Ids as given, or the lines of the one file that is named.
fn ids(given: Vec<String>) -> Result<Vec<String>, Failure> {
    match given.as_slice() {
        [file] if Path::new(file).is_file() => {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|error| Failure::unread(Path::new(file), &error))?;
            let ids: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            if ids.is_empty() {
                let reason = Message::new("파일에 식별자가 없습니다", "the file names no demand");
                return Err(Failure::file(Path::new(file), &reason));
            }
            Ok(ids)
        }
        _ => Ok(given),
    }
}

fn read<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, Unusable>) -> Result<T, Failure> {
    parse(&load(path)?).map_err(|error| Failure::file(path, &error.message()))
}

fn print(
    figures: &(impl Figures + Serialize),
    json: bool,
    out: Output,
) -> Result<ExitCode, Failure> {
    if json {
        out.json(figures)?;
    } else {
        out.text(In(figures, out.language()));
    }
    Ok(ExitCode::SUCCESS)
}
