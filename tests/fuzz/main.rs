//! What strangers send is thrown at whatever reads it: nothing may panic, and what is accepted keeps its promises.
//!
//! Every target has a corpus in `corpus/<target>/`, whose files are bent, cut, spliced and repeated. As part of the
//! tests this takes a moment and is the same every time; `MATCHDAY_FUZZ_SECONDS=60` shares that time among the targets
//! with a seed of chance, which is printed and can be given again as `MATCHDAY_FUZZ_SEED`. An input that fails is kept
//! in the system's folder for temporary files, and belongs into the corpus once it is mended.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // a test that cannot go on must stop here

mod mutate;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Variables, value};
use matchday_api::config::Limits;
use matchday_api::graphql;
use matchday_api::http::{Shape, weigh};
use matchday_domain::id::GlobalId;
use matchday_domain::organisation::OrganisationKind;
use matchday_domain::scheduling::formats::{Fault, dzn, json as plan_json, mm};
use matchday_domain::terminology::Terminology;
use matchday_domain::text::Language;
use matchday_infra::import::{self, Format, RowError, TermsReading, read_kcd, read_thesaurus};
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User};
use mutate::Mutator;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How many targets share the time.
const TARGETS: u32 = 9;

/// The files of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// Where inputs come from, and until when.
struct Source {
    target: &'static str,
    corpus: Vec<Vec<u8>>,
    mutator: Mutator,
    next: usize,
    until: Option<Instant>,
    rounds: usize,
    slowest: Duration,
}

impl Source {
    fn of(target: &'static str, rounds: usize) -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let seconds = number("MATCHDAY_FUZZ_SECONDS");
        let seed = number("MATCHDAY_FUZZ_SEED").unwrap_or_else(|| match seconds {
            Some(_) => rand_seed(),
            None => 1,
        });
        if seconds.is_some() {
            println!("{target}: MATCHDAY_FUZZ_SEED={seed}");
        }
        Self {
            target,
            corpus: corpus(target),
            mutator: Mutator::new(seed),
            next: 0,
            until: seconds.map(|all| Instant::now() + Duration::from_secs(all) / TARGETS),
            rounds,
            slowest: Duration::ZERO,
        }
    }

    /// The corpus as it is, then what can be made of it.
    fn next(&mut self) -> Option<Vec<u8>> {
        let input = match self.corpus.get(self.next) {
            Some(kept) => kept.clone(),
            None => {
                let over = match self.until {
                    Some(until) => Instant::now() >= until,
                    None => self.next >= self.corpus.len() + self.rounds,
                };
                if over {
                    println!(
                        "{}: {} inputs, the slowest {:?}",
                        self.target, self.next, self.slowest
                    );
                    return None;
                }
                self.mutator.input(&self.corpus)
            }
        };
        self.next += 1;
        Some(input)
    }

    /// Keeps an input that failed, and stops.
    fn fail(&self, input: &[u8], why: &str) -> ! {
        let file =
            std::env::temp_dir().join(format!("matchday-fuzz-{}-{}", self.target, self.next));
        std::fs::write(&file, input).unwrap();
        panic!(
            "{}: {why}; the input is kept in {}",
            self.target,
            file.display()
        );
    }
}

fn rand_seed() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(1, |now| now.as_nanos() as u64)
}

/// Throws inputs at a function that says what promise was broken.
fn throw(target: &'static str, rounds: usize, mut at: impl FnMut(&[u8]) -> Result<(), String>) {
    let mut source = Source::of(target, rounds);
    while let Some(input) = source.next() {
        let begun = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| at(&input))) {
            Ok(Ok(())) => {}
            Ok(Err(why)) => source.fail(&input, &why),
            Err(_) => source.fail(&input, "it panicked"),
        }
        source.slowest = source.slowest.max(begun.elapsed());
    }
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// Fields of a selection set with every fragment written out, counted the slow and simple way.
fn written_out(document: &ExecutableDocument, set: &SelectionSet) -> u64 {
    let items = set.items.iter().map(|item| match &item.node {
        Selection::Field(field) => 1 + written_out(document, &field.node.selection_set.node),
        Selection::InlineFragment(inner) => written_out(document, &inner.node.selection_set.node),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| {
                written_out(document, &fragment.node.selection_set.node)
            }),
    });
    items.sum()
}

#[test]
fn document_limiter() {
    let (limits, shape) = (Limits::default(), Shape::of(&graphql::sdl()).unwrap());
    let variables =
        Variables::from_value(value!({ "n": 3, "ids": ["x", "y"], "deep": { "a": [1] } }));
    throw("document_limiter", 400, |input| {
        let given = text(input);
        let Ok(cost) = weigh(&given, &variables, &limits, &shape) else {
            return Ok(());
        };
        if cost > limits.cost || given.len() > limits.document_bytes {
            return Err(format!(
                "accepted with {} bytes at a cost of {cost}",
                given.len()
            ));
        }
        let document = parse_query(&given).map_err(|error| error.to_string())?;
        for (_, operation) in document.operations.iter() {
            let fields = written_out(&document, &operation.node.selection_set.node);
            if fields > limits.expanded_fields as u64 || fields > cost {
                return Err(format!("{fields} fields accepted at a cost of {cost}"));
            }
        }
        Ok(())
    });
}

/// An id of any kind, printed by its own type. A kind that is missing here does not compile.
macro_rules! printed {
    ($id:expr; $($kind:ident)*) => { match $id { $(GlobalId::$kind(id) => id.to_string(),)* } };
}

#[test]
fn ids() {
    throw("ids", 2_000, |input| {
        let given = text(input);
        let Ok(id) = given.parse::<GlobalId>() else {
            return Ok(());
        };
        // What is read prints as it was, and reads as the same again.
        let printed = printed!(id;
            OrganisationId PersonId MembershipId ConsortiumId OfferId DemandId MatchId MatchingDayId RegistrationId
            DelegateId MeetingRequestId ArrangementId MeetingId AccessLineId SessionId ApiKeyId ColleagueInvitationId
            MailDomainId);
        if printed == given && printed.parse() == Ok(id) {
            Ok(())
        } else {
            Err(format!("{given:?} prints as {printed:?}"))
        }
    });
}

/// How many lines an input has, the one after its last line break included.
fn lines(input: &[u8]) -> u64 {
    1 + input.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Every refused row must say where and why, in both languages.
fn rows_told(errors: &[RowError], input: &[u8]) -> Result<(), String> {
    let silent = errors.iter().find(|error| {
        let unsaid =
            [Language::Ko, Language::En].map(|language| error.reason.get(language).is_empty());
        !(1..=lines(input)).contains(&error.line)
            || error.field.as_deref() == Some("")
            || unsaid.contains(&true)
    });
    silent.map_or(Ok(()), |error| {
        Err(format!("no place or reason: {error:?}"))
    })
}

#[test]
fn import_rows() {
    throw("import_rows", 150, |input| {
        for format in [Format::Ndjson, Format::HdrukCsv, Format::HdrukJson] {
            let reading = import::read(format, input);
            rows_told(&reading.errors, input)?;
            if reading.records.is_empty() && reading.errors.is_empty() {
                // A table may have a heading alone, a list no element.
                if format == Format::Ndjson {
                    return Err("nothing is said of a file".to_owned());
                }
            }
            if format != Format::Ndjson {
                continue;
            }
            // Nothing is lost: a line is read or refused.
            let records = reading.records.iter().map(|record| record.line);
            let told: HashSet<u64> = records
                .chain(reading.errors.iter().map(|error| error.line))
                .collect();
            let untold = (1..)
                .zip(input.split(|byte| *byte == b'\n'))
                .find(|(i, line)| {
                    let line = text(line);
                    let blank = line.trim_start_matches('\u{feff}').trim().is_empty();
                    !blank && !told.contains(i)
                });
            if let Some((line, _)) = untold {
                return Err(format!("line {line} is lost"));
            }
        }
        Ok(())
    });
}

#[test]
fn terminology_files() {
    let shipped = Terminology::standard();
    throw("terminology_files", 150, |input| {
        for reading in [read_kcd(input), read_thesaurus(input, shipped)] {
            rows_told(&reading.refused, input)?;
            rows_told(&reading.repeated, input)?;
            // A kept row that tore its line would be another row when it is read back.
            if reading.content.lines().count() != reading.kept || reading.kept > reading.read {
                let TermsReading { read, kept, .. } = reading;
                let content = reading.content;
                return Err(format!("{kept} of {read} kept: {content:?}"));
            }
        }
        Ok(())
    });
}

/// A plan is read and well-formed, or every fault has its line, its field and its reason.
fn plan_told<E: Debug>(
    input: &[u8],
    read: Result<Result<(), E>, Vec<Fault>>,
) -> Result<(), String> {
    let faults = match read {
        Ok(checked) => return checked.map_err(|e| format!("read, but malformed: {e:?}")),
        Err(faults) if faults.is_empty() => return Err("refused without a reason".to_owned()),
        Err(faults) => faults,
    };
    let silent = faults.iter().find(|fault| {
        !(1..=lines(input)).contains(&(fault.line as u64))
            || fault.field.is_empty()
            || fault.reason.en.is_empty()
            || !fault.reason.ko.chars().any(|c| ('가'..='힣').contains(&c))
    });
    silent.map_or(Ok(()), |fault| {
        Err(format!("no place or reason: {fault:?}"))
    })
}

#[test]
fn plans_dzn() {
    throw("plans_dzn", 150, |input| {
        plan_told(input, dzn::read(&text(input)).map(|plan| plan.check()))
    });
}

#[test]
fn plans_mm() {
    throw("plans_mm", 150, |input| {
        plan_told(input, mm::read(&text(input)).map(|plan| plan.check()))
    });
}

#[test]
fn plans_json() {
    throw("plans_json", 150, |input| {
        let read = plan_json::read(&text(input));
        plan_told(input, read.map(|(plan, _)| plan.check()))
    });
}

/// A running service with somebody signed in, and what it stands on.
async fn service() -> (TestServer, User, (TestDatabase, SmtpServer)) {
    let (database, smtp) = (TestDatabase::sqlite(), SmtpServer::start().await);
    let server = TestServer::start(&database, &smtp).await;
    let user = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    (server, user, (database, smtp))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cursors() {
    let (server, user, _ground) = service().await;
    let mut source = Source::of("cursors", 40);
    let query = "query($c: String) { offers(first: 1, after: $c) { pageInfo { endCursor } }
        demands(last: 1, before: $c) { pageInfo { endCursor } } organisations(first: 1, after: $c) { pageInfo { endCursor } } }";
    while let Some(input) = source.next() {
        let begun = Instant::now();
        let answer = server
            .post(Some(&user), query, json!({ "c": text(&input) }))
            .await;
        source.slowest = source.slowest.max(begun.elapsed());
        let codes = answer["errors"].as_array().into_iter().flatten();
        if let Some(code) = codes
            .map(|error| &error["extensions"]["code"])
            .find(|code| **code != "INVALID")
        {
            source.fail(&input, &format!("a cursor is answered with {code}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn socket_messages() {
    let (server, user, _ground) = service().await;
    let mut source = Source::of("socket_messages", 40);
    while let Some(input) = source.next() {
        let begun = Instant::now();
        // One good connection for each: the message that ends it must not end another's.
        let said = matchday_tests::socket::say(&server, &user, &text(&input)).await;
        source.slowest = source.slowest.max(begun.elapsed());
        if let Some(code) = said.closed
            && !matches!(code, 1000 | 1009 | 4400..=4499)
        {
            source.fail(&input, &format!("the socket was closed with {code}"));
        }
        if said
            .answers
            .iter()
            .any(|answer| answer["payload"][0]["extensions"]["code"] == "INTERNAL")
        {
            source.fail(&input, &format!("an inner error: {:?}", said.answers));
        }
    }
    let alive = server.data(&user, "{ __typename }", Value::Null).await;
    assert_eq!(alive["__typename"], "Query");
}
