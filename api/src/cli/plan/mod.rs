//! `matchday plan`: arranges a problem from a file, anew or from a published timetable, or proves its fewest breaks, or
//! checks a timetable.

mod fewest;
mod file;
mod judge;
mod proof;
mod search;
mod show;
mod solution;

use super::Failure;
use crate::output::Output;
use clap::{Args, Subcommand};
use file::{Format, read};
use matchday_domain::scheduling::ChangePrice;
use matchday_domain::scheduling::formats::{dzn, json, mm};
use matchday_domain::text::Message;
use solution::{Objective, Status};
use std::path::PathBuf;
use std::process::ExitCode;

/// Nobody could have a timetable.
const INFEASIBLE: u8 = 3;

/// What the help says of the files.
const FORMATS: &str = "\
Begin with an example:
  matchday plan example > day.json          a small day with everything a problem may have
  matchday plan day.json                    what was reached, level by level, beside what is proved
  matchday plan day.json --json > plan.json the timetable, and why each other request is left out
  matchday plan verify day.json plan.json   checks it
  matchday plan day.json --from plan.json --price-of-change forbidden   after something has changed in day.json

Formats of FILE (UTF-8; at most 64 MB, 128 slots, 50,000 participants, 200,000 requests):
  .json  {\"problem\": {slots, tables, participants, requests, locks, groups, resources}, \"policy\": {weights}}. Everything
         is named by its place in its list, from 0; a set of slots is the list of their places. An unknown field is a fault.
  .mm    whole numbers: `mm H C R T AM`; tables of each of T slots; the caps of H providers and C demanders; their masks
         of free slots (bit 0 is the first); then R rows `provider demander score mask`
  .dzn   the published instances of the B2B meeting scheduling problem: nBusiness, nTables, nTotalSlots, nMorningSlots,
         requested, and if wanted nMeetings, forbidden, fixed, precedences; numbers from 1

Ends with 0 if solved; 1 if time ran out before a timetable, or `verify` finds a broken rule; 2 for bad input, with line,
field and reason; 3 if there is no timetable, with conditions of which none can be spared.";

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = FORMATS
)]
pub(super) struct Wish {
    #[command(subcommand)]
    then: Option<Then>,
    /// The problem.
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Its format; by the ending of its name if not given.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What is sought.
    #[arg(long, value_enum, default_value_t = Objective::Ours)]
    objective: Objective,
    /// With `--objective breaks`: most by which the breaks of two participants may differ; 2 if not given.
    #[arg(long, value_parser = whole::<usize>, allow_negative_numbers = true)]
    fairness: Option<usize>,
    /// Behind the search: seeks a timetable as good with fewer breaks and a proof that there is none with fewer still,
    /// among all that cover and weigh as much. It may take `--time-limit` once more.
    #[arg(long)]
    prove: bool,
    /// With `--objective breaks` or `--prove`: has the proof checked. What would be better is refuted once more by BatSat, which
    /// writes down each step, and the steps are followed by a checker of our own. It may take `--time-limit` once more;
    /// then the proof counts as "not checked: limit".
    #[arg(long)]
    certify: bool,
    /// Seconds after which the best so far is taken.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = whole::<u64>, allow_negative_numbers = true)]
    time_limit: u64,
    /// The same seed gives the same timetable; the proof draws nothing.
    #[arg(long, default_value = "1", value_parser = whole::<u64>, allow_negative_numbers = true)]
    seed: u64,
    /// Moves that the search of `--objective ours` may try. If not given 100,000 a request or, where that is less, 20
    /// million and 6,000 a request, at most 100 million; with `--from` 200,000.
    #[arg(long, value_parser = whole::<u64>, allow_negative_numbers = true)]
    iterations: Option<u64>,
    /// Searches with this seed and the next ones at the same time, and keeps the best; of equals the first. The proof
    /// uses one thread.
    #[arg(long, default_value = "1", value_parser = threads, allow_negative_numbers = true)]
    threads: u16,
    /// Re-arranges: starts from this timetable, the JSON of `matchday plan --json` in the indexes of FILE. In FILE a
    /// cancelled request has `"rule": "forbidden"`, a late participant is not available, a lost table is closed.
    #[arg(long, value_name = "PUBLISHED")]
    from: Option<PathBuf>,
    /// With `--from`: what it costs to move or give up a published meeting, in the unit of the file's scores, or
    /// `forbidden`: nobody is moved. 30 points of 100 if not given.
    #[arg(long, value_name = "SCORE", value_parser = price, requires = "from", allow_negative_numbers = true)]
    price_of_change: Option<ChangePrice>,
    /// With `--from`: so many slots are past and stay as published, whatever FILE says of those who met then.
    #[arg(long, value_name = "SLOTS", default_value = "0", requires = "from", value_parser = whole::<usize>, allow_negative_numbers = true)]
    past: usize,
    /// Prints JSON with the timetable; of what goes wrong, `message` and `faults`.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Then {
    /// Checks a timetable, the JSON of `matchday plan --json`, against its problem; ends with 1 if a rule is broken. The
    /// figures are counted anew and compared with what the timetable says of itself.
    Verify {
        /// The problem.
        file: PathBuf,
        /// The timetable.
        solution: PathBuf,
        /// The problem's format; by the ending of its name if not given.
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// Of a re-arranged timetable: the one from which it was re-arranged, to compare changes and slots that are past.
        #[arg(long, value_name = "PUBLISHED")]
        from: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints an example of a problem to begin with.
    Example {
        /// Its format.
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

/// A number that is not negative; what clap says of it is told in both languages.
fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "must be a whole number, 0 or more / 0 이상의 정수여야 합니다".to_owned())
}

fn threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|n| (1..=256).contains(n));
    number.ok_or_else(|| {
        "must be a whole number, 1 to 256 / 1에서 256까지의 정수여야 합니다".to_owned()
    })
}

fn price(text: &str) -> Result<ChangePrice, String> {
    if text == "forbidden" {
        return Ok(ChangePrice::Forbidden);
    }
    // More than any weight.
    match text.parse() {
        Ok(price @ 0..=1_000_000_000) => Ok(ChangePrice::Score(price)),
        _ => Err(
            "must be a whole number from 0 to 1000000000, or `forbidden` / 0에서 1000000000 사이의 정수 또는 `forbidden`이어야 합니다"
                .to_owned(),
        ),
    }
}

pub(super) fn run(wish: Wish, out: Output) -> Result<ExitCode, Failure> {
    let json = match &wish.then {
        Some(Then::Verify { json, .. }) => *json,
        Some(Then::Example { .. }) => false,
        None => wish.json,
    };
    let done = perform(wish, out);
    if json && let Err(failure) = &done {
        out.json(&failure.json())?;
    }
    done
}

fn perform(wish: Wish, out: Output) -> Result<ExitCode, Failure> {
    match wish.then {
        Some(Then::Verify {
            file,
            solution,
            format,
            from,
            json,
        }) => {
            let case = read(&file, format)?;
            return judge::judge(&case, &solution, from.as_deref(), json, out);
        }
        Some(Then::Example { format }) => {
            out.text(match format {
                Format::Json => json::EXAMPLE,
                Format::Mm => mm::EXAMPLE,
                Format::Dzn => dzn::EXAMPLE,
            });
            return Ok(ExitCode::SUCCESS);
        }
        None => {}
    }
    agrees(&wish)?;
    let file = wish.file.clone().unwrap_or_default();
    let case = read(&file, wish.format)?;
    let solution = match wish.objective {
        Objective::Ours => search::ours(&case, &wish, &file, out)?,
        Objective::Breaks => proof::breaks(&case, &wish, &file, out)?,
    };
    if wish.json {
        out.json(&solution)?;
    } else {
        show::print_table(&solution, out);
    }
    let certificate = solution.certificate.as_ref();
    let wrong = certificate.filter(|certificate| certificate.what.is_bad());
    let failure = match (wrong, solution.status) {
        (Some(certificate), _) => certificate.message.clone(),
        (None, Status::Stopped) if solution.levels.is_empty() => Message::new(
            "시간표를 찾기 전에 제한 시간이 되었습니다. 증명된 것이 없습니다",
            "the time limit came before a timetable; nothing is proved",
        ),
        (None, Status::Infeasible) => return Ok(ExitCode::from(INFEASIBLE)),
        _ => return Ok(ExitCode::SUCCESS),
    };
    // The solution has been printed already.
    out.complain(format_args!("matchday: {}", failure.get(out.language())));
    Ok(ExitCode::FAILURE)
}

/// Refuses what would be passed over in silence.
fn agrees(wish: &Wish) -> Result<(), Failure> {
    let breaks = wish.objective == Objective::Breaks;
    let wrong = [
        (
            wish.certify && !breaks && !wish.prove,
            "`--certify`는 `--objective breaks` 또는 `--prove`와 함께 씁니다",
            "`--certify` needs `--objective breaks` or `--prove`",
        ),
        (
            wish.prove && breaks,
            "`--objective breaks`는 `--prove` 없이도 증명합니다",
            "`--objective breaks` proves without `--prove`",
        ),
        (
            wish.prove && wish.from.is_some(),
            "`--prove`는 `--from`과 함께 쓸 수 없습니다",
            "`--prove` does not go with `--from`",
        ),
        (
            wish.fairness.is_some() && !breaks,
            "`--fairness`는 `--objective breaks`와 함께 씁니다",
            "`--fairness` needs `--objective breaks`",
        ),
        (
            wish.from.is_some() && breaks,
            "`--from`은 `--objective breaks`와 함께 쓸 수 없습니다",
            "`--from` does not go with `--objective breaks`",
        ),
    ];
    match wrong.iter().find(|(wrong, ..)| *wrong) {
        Some((_, ko, en)) => Err(Failure::Input(Message::new(*ko, *en))),
        None => Ok(()),
    }
}
