//! `.mm`: our problem as a compact text of whole numbers.
//!
//! `mm H C R T AM`: H providers, C demanders, R requests, T slots, the first AM of them before noon (a label only: a
//! run of meetings may go over noon). T numbers of tables, one for each slot; H + C caps on meetings; H + C
//! availability masks (bit t is slot t); then R rows `provider demander score mask`, a provider 0..H, a demander 0..C,
//! and the mask of the slots in which the two may meet. Masks are decimal. A participant has one seat.

use super::{
    Fault, MOST_FAULTS, MOST_PARTICIPANTS, MOST_REQUESTS, MOST_SLOTS, negative, not_within, quoted,
};
use crate::message;
use crate::scheduling::{
    PairRule, Participant, PriorityClass, Problem, ProblemError, Request, Seat, Slot, SlotSet,
    Table,
};
use crate::text::Message;

/// An example: two hospitals, three companies.
pub const EXAMPLE: &str = include_str!("examples/day.mm");

/// Most points of a score.
const MOST_SCORE: usize = 10_000;
/// Minutes of a slot; the format has none.
const SLOT_MINUTES: i64 = 20;

/// Reads a problem.
///
/// # Errors
/// What is wrong with it, at most twenty.
pub fn read(text: &str) -> Result<Problem, Vec<Fault>> {
    let words = text
        .lines()
        .enumerate()
        .flat_map(|(i, line)| line.split_ascii_whitespace().map(move |word| (i + 1, word)));
    let mut reader = Reader {
        words,
        line: 1,
        last: text.lines().count().max(1),
    };
    let (problem, lines) = reader.problem().map_err(|fault| vec![fault])?;
    match problem.check() {
        Ok(()) => Ok(problem),
        Err(errors) => Err(errors
            .iter()
            .take(MOST_FAULTS)
            .map(|e| place(e, &lines))
            .collect()),
    }
}

/// Where an error of the whole problem lies.
fn place(error: &ProblemError, lines: &[usize]) -> Fault {
    let (line, field) = match error {
        ProblemError::SelfPair(i)
        | ProblemError::UnknownParticipant(i)
        | ProblemError::RepeatedPair(i) => (lines.get(*i).copied(), "request"),
        ProblemError::NoTable => (Some(2), "tables"),
        _ => (None, "mm"),
    };
    Fault::new(line.unwrap_or(1), field, error.message())
}

struct Reader<I> {
    words: I,
    line: usize,
    last: usize,
}

impl<'a, I: Iterator<Item = (usize, &'a str)>> Reader<I> {
    fn word(&mut self, field: &str) -> Result<&'a str, Fault> {
        let Some((line, word)) = self.words.next() else {
            let reason = Message::new("그 앞에서 파일이 끝납니다", "the file ends before it");
            return Err(Fault::new(self.last, field, reason));
        };
        self.line = line;
        Ok(word)
    }

    fn fault(&self, field: &str, reason: Message) -> Fault {
        Fault::new(self.line, field, reason)
    }

    /// A number within bounds.
    fn number(&mut self, field: &str, least: usize, most: usize) -> Result<usize, Fault> {
        let word = self.word(field)?;
        if word.starts_with('-') {
            return Err(self.fault(field, negative()));
        }
        match word.parse::<usize>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            Ok(number) => Err(self.fault(field, not_within(number, least, most))),
            Err(_) => {
                let word = quoted(word);
                let reason = message!("{word}: 정수가 아닙니다", "{word} is not a number");
                Err(self.fault(field, reason))
            }
        }
    }

    /// A mask of no more bits than slots.
    fn mask(&mut self, field: &str, slots: usize) -> Result<SlotSet, Fault> {
        let word = self.word(field)?;
        let Ok(mask) = word.parse::<u128>() else {
            let word = quoted(word);
            let reason = message!(
                "{word}: {MOST_SLOTS}비트 이하의 마스크가 아닙니다",
                "{word} is not a mask of at most {MOST_SLOTS} bits"
            );
            return Err(self.fault(field, reason));
        };
        let bits = (0..MOST_SLOTS).filter(|bit| mask >> bit & 1 == 1);
        let set: SlotSet = bits.clone().collect();
        match bits.max() {
            Some(last) if last >= slots => {
                let reason = message!(
                    "마스크 {mask}에 비트 {last}이(가) 있으나 슬롯은 {slots}개입니다",
                    "the mask {mask} has bit {last}, there are {slots} slots"
                );
                Err(self.fault(field, reason))
            }
            _ => Ok(set),
        }
    }

    /// The problem and the line of each request.
    fn problem(&mut self) -> Result<(Problem, Vec<usize>), Fault> {
        if self.word("mm")? != "mm" {
            let reason = Message::new(
                "글이 `mm H C R T AM`으로 시작해야 합니다",
                "the text must begin with `mm H C R T AM`",
            );
            return Err(self.fault("mm", reason));
        }
        let providers = self.number("H", 0, MOST_PARTICIPANTS)?;
        let demanders = self.number("C", 0, MOST_PARTICIPANTS)?;
        let requests = self.number("R", 0, MOST_REQUESTS)?;
        let slots = self.number("T", 1, MOST_SLOTS)?;
        self.number("AM", 0, slots)?;
        let mut capacities = Vec::new();
        for _ in 0..slots {
            capacities.push(self.number("tables", 0, MOST_PARTICIPANTS)?);
        }
        let most = capacities.iter().copied().max().unwrap_or(0);
        let table = |table: usize| Table {
            closed: (0..slots)
                .filter(|slot| table >= capacities[*slot])
                .collect(),
        };
        let mut caps = Vec::new();
        for _ in 0..providers + demanders {
            caps.push(self.number("cap", 0, MOST_REQUESTS)?);
        }
        let mut participants = Vec::new();
        for (i, cap) in caps.into_iter().enumerate() {
            let available = self.mask("availability", slots)?;
            participants.push(Participant {
                seats: vec![Seat { available }],
                cap: u32::try_from(cap).unwrap_or(u32::MAX),
                keeps_table: i < providers,
                ..Participant::default()
            });
        }
        let mut problem = Problem {
            slots: (0_i64..).take(slots).map(slot).collect(),
            tables: (0..most).map(table).collect(),
            participants,
            ..Problem::default()
        };
        let mut lines = Vec::new();
        // There is no order of arrival, so nobody wins a tie by it.
        let received = requests as u64;
        for _ in 0..requests {
            let provider = self.number("provider", 0, providers.saturating_sub(1))?;
            lines.push(self.line);
            let demander = self.number("demander", 0, demanders.saturating_sub(1))?;
            let score = self.number("score", 0, MOST_SCORE)?;
            let window = self.mask("mask", slots)?;
            problem.requests.push(Request {
                demander: providers + demander,
                provider,
                class: PriorityClass::Mutual,
                must: false,
                score: u32::try_from(score).unwrap_or(u32::MAX),
                received,
                remote: false,
                slots: Some(window),
                resources: Vec::new(),
                rule: PairRule::Free,
            });
        }
        match self.words.next() {
            None => Ok((problem, lines)),
            Some((line, _)) => {
                let reason = message!(
                    "요청 {requests}개 뒤에 글이 더 있습니다",
                    "more text than {requests} requests"
                );
                Err(Fault::new(line, "R", reason))
            }
        }
    }
}

fn slot(i: i64) -> Slot {
    Slot {
        starts_minute: i * SLOT_MINUTES,
        ends_minute: (i + 1) * SLOT_MINUTES,
        follows_break: false,
    }
}
