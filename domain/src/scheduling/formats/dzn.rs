//! `.dzn`: the published instances of the business-to-business meeting scheduling problem (Bofill et al., JAIR 74,
//! 2022), the part of MiniZinc's data language that they use.
//!
//! Read are `nBusiness`, `nTables`, `nTotalSlots`, `nMorningSlots`, `requested` (rows `a, b, session`; session 1
//! morning, 2 afternoon, 3 any), and, where they are there, `nMeetings`, `forbidden` (a set of slots for each
//! participant; 0 is none), `fixed` (a slot for each meeting; 0 is none) and `precedences` (for each meeting the
//! meetings that have to be earlier). Participants, meetings and slots are numbered from 1. `meetingsxBusiness` and
//! `nMeetingsBusiness` follow from these and are passed over.

use super::{
    Fault, MOST_FAULTS, MOST_PARTICIPANTS, MOST_REQUESTS, MOST_SLOTS, missing, negative,
    not_within, quoted,
};
use crate::message;
use crate::scheduling::prove::{AllMeet, Meeting};
use crate::scheduling::{Problem, ProblemError, SlotSet};
use crate::text::Message;
use std::collections::BTreeMap;

/// An example.
pub const EXAMPLE: &str = include_str!("examples/day.dzn");

/// Fields that are known.
const FIELDS: [&str; 11] = [
    "nBusiness",
    "nMeetings",
    "nTables",
    "nTotalSlots",
    "nMorningSlots",
    "requested",
    "meetingsxBusiness",
    "nMeetingsBusiness",
    "forbidden",
    "fixed",
    "precedences",
];

/// A number and its line.
type Number = (usize, usize);

/// A value: a number, or rows of numbers, each with the line in which it begins.
enum Value {
    Number(Number),
    /// `[1, 2]`
    List(Vec<Number>),
    /// `[{1}, {}]` or `[|1, 2|3, 4|]`
    Rows(Vec<(usize, Vec<Number>)>),
}

/// Reads an instance.
///
/// # Errors
/// What is wrong with it, at most twenty.
pub fn read(text: &str) -> Result<AllMeet, Vec<Fault>> {
    parse(text).map(|(problem, _)| problem)
}

/// Reads an instance together with the same as our own problem, in which not every request need be met, and what our
/// own problem cannot have: precedences, a pair twice, a meeting that is fixed where it cannot take place.
///
/// # Errors
/// What is wrong with the instance, at most twenty.
pub fn read_ours(text: &str) -> Result<(AllMeet, Problem, Vec<Fault>), Vec<Fault>> {
    let (all_meet, reader) = parse(text)?;
    let problem = all_meet.without_precedences();
    let mut faults = Vec::new();
    if !all_meet.precedences.is_empty() {
        let reason = Message::new(
            "모든 상담이 열리는 문제에만 있을 수 있습니다",
            "only where all meetings take place",
        );
        faults.push(Fault::new(reader.precedences, "precedences", reason));
    }
    let errors = problem.check().err().unwrap_or_default();
    faults.extend(errors.iter().map(|error| reader.place(error, &problem)));
    faults.truncate(MOST_FAULTS);
    Ok((all_meet, problem, faults))
}

fn parse(text: &str) -> Result<(AllMeet, Reader), Vec<Fault>> {
    let fields = Tokens::new(text).fields().map_err(|fault| vec![fault])?;
    let mut reader = Reader {
        precedences: fields.get("precedences").map_or(1, |field| field.0),
        fields,
        last: text.lines().count().max(1),
        lines: Vec::new(),
        fixed: Vec::new(),
        faults: Vec::new(),
    };
    let problem = reader.problem();
    if reader.faults.is_empty()
        && let Some(problem) = problem
    {
        return Ok((problem, reader));
    }
    reader.faults.truncate(MOST_FAULTS);
    Err(reader.faults)
}

struct Tokens<'a> {
    text: &'a str,
    line: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, line: 1 }
    }

    /// Passes over spaces and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.text.trim_start();
            self.line += self.text[..self.text.len() - rest.len()]
                .matches('\n')
                .count();
            self.text = rest;
            if !rest.starts_with('%') {
                return;
            }
            self.text = &rest[rest.find('\n').unwrap_or(rest.len())..];
        }
    }

    fn takes(&mut self, symbol: &str) -> bool {
        self.skip();
        let rest = self.text.strip_prefix(symbol);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn needs(&mut self, symbol: &str, field: &str) -> Result<(), Fault> {
        if self.takes(symbol) {
            return Ok(());
        }
        Err(self.unexpected(field, message!("`{symbol}`", "`{symbol}`")))
    }

    fn unexpected(&self, field: &str, expected: Message) -> Fault {
        let found = match self.text.chars().next() {
            None => Message::new("파일의 끝", "the end of the file"),
            Some(found) => message!("`{0}`", "`{0}`", found.escape_default()),
        };
        let reason = Message::new(
            format!("{} 자리에 {}이(가) 있습니다", expected.ko, found.ko),
            format!("{} expected, found {}", expected.en, found.en),
        );
        Fault::new(self.line, field, reason)
    }

    fn number(&mut self, field: &str) -> Result<Number, Fault> {
        self.skip();
        let end = self
            .text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.text.len());
        if self.text.starts_with('-') {
            return Err(Fault::new(self.line, field, negative()));
        }
        let (digits, rest) = self.text.split_at(end);
        if digits.is_empty() {
            return Err(self.unexpected(field, Message::new("정수", "a number")));
        }
        let number = digits.parse::<u32>().map_err(|_| {
            let digits = quoted(digits);
            let reason = message!(
                "{digits}: 너무 큰 수입니다",
                "the number {digits} is too large"
            );
            Fault::new(self.line, field, reason)
        })?;
        self.text = rest;
        Ok((self.line, usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// Numbers up to a closing symbol, separated by commas; one comma may end them.
    fn numbers(&mut self, close: &str, field: &str) -> Result<Vec<Number>, Fault> {
        let mut numbers = Vec::new();
        while !self.takes(close) {
            numbers.push(self.number(field)?);
            if !self.takes(",") {
                self.needs(close, field)?;
                break;
            }
        }
        Ok(numbers)
    }

    fn value(&mut self, field: &str) -> Result<Value, Fault> {
        if !self.takes("[") {
            return self.number(field).map(Value::Number);
        }
        if self.takes("|") {
            let mut rows = Vec::new();
            while !self.takes("]") {
                self.skip();
                rows.push((self.line, self.numbers("|", field)?));
            }
            return Ok(Value::Rows(rows));
        }
        if !self.takes("{") {
            return self.numbers("]", field).map(Value::List);
        }
        let mut rows = Vec::new();
        loop {
            rows.push((self.line, self.numbers("}", field)?));
            let more = self.takes(",");
            if self.takes("]") {
                return Ok(Value::Rows(rows));
            }
            if !more {
                return Err(self.unexpected(field, Message::new("`,` 또는 `]`", "`,` or `]`")));
            }
            self.needs("{", field)?;
        }
    }

    fn fields(mut self) -> Result<BTreeMap<&'static str, (usize, Value)>, Fault> {
        let mut fields = BTreeMap::new();
        loop {
            self.skip();
            if self.text.is_empty() {
                return Ok(fields);
            }
            let end = self
                .text
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(self.text.len());
            let name = &self.text[..end];
            let Some(field) = FIELDS.into_iter().find(|field| *field == name) else {
                if name.is_empty() {
                    let expected = Message::new("항목의 이름", "the name of a field");
                    return Err(self.unexpected("file", expected));
                }
                let reason = Message::new("알 수 없는 항목입니다", "unknown field");
                return Err(Fault::new(self.line, format!("{name:.40}"), reason));
            };
            self.text = &self.text[end..];
            let line = self.line;
            self.needs("=", field)?;
            let value = self.value(field)?;
            self.needs(";", field)?;
            if fields.insert(field, (line, value)).is_some() {
                let reason = Message::new("두 번 있습니다", "given twice");
                return Err(Fault::new(line, field, reason));
            }
        }
    }
}

struct Reader {
    fields: BTreeMap<&'static str, (usize, Value)>,
    last: usize,
    /// The line of each meeting, and of the slot in which it is fixed.
    lines: Vec<usize>,
    fixed: Vec<usize>,
    /// The line of the precedences.
    precedences: usize,
    faults: Vec<Fault>,
}

impl Reader {
    /// Where an error of our own problem lies.
    fn place(&self, error: &ProblemError, problem: &Problem) -> Fault {
        let fixed = |lock: usize| ("fixed", &self.fixed, problem.locks[lock].request);
        let ((list, lines, meeting), reason) = match error {
            ProblemError::LockUnavailable(lock)
            | ProblemError::LockTableClosed(lock)
            | ProblemError::LockNoUnit(lock) => (
                fixed(*lock),
                Message::new(
                    "한쪽이 참석할 수 없거나 세션이 아닌 슬롯입니다",
                    "a slot outside the session, or in which a side cannot meet",
                ),
            ),
            ProblemError::LockConflict(lock) => (
                fixed(*lock),
                Message::new(
                    "고정된 다른 상담과 어긋납니다",
                    "conflicts with another fixed meeting",
                ),
            ),
            ProblemError::RepeatedPair(i) => (
                ("requested", &self.lines, *i),
                Message::new("같은 짝이 두 번 있습니다", "repeats a pair"),
            ),
            _ => return Fault::new(1, "file", error.message()),
        };
        let line = lines.get(meeting).copied().unwrap_or(1);
        Fault::new(line, format!("{list}[{}]", meeting + 1), reason)
    }

    fn fault(&mut self, line: usize, field: impl Into<String>, reason: Message) {
        self.faults.push(Fault::new(line, field, reason));
    }

    fn number(&mut self, field: &'static str, least: usize, most: usize) -> Option<usize> {
        let Some((line, value)) = self.fields.get(field) else {
            self.fault(self.last, field, missing());
            return None;
        };
        let line = *line;
        match value {
            Value::Number((_, number)) if (least..=most).contains(number) => Some(*number),
            Value::Number((line, number)) => {
                let (line, reason) = (*line, not_within(number, least, most));
                self.fault(line, field, reason);
                None
            }
            _ => {
                let reason = Message::new("정수여야 합니다", "must be a number");
                self.fault(line, field, reason);
                None
            }
        }
    }

    /// Rows of a field, as many as expected; `None` without the field.
    fn rows(
        &mut self,
        field: &'static str,
        expected: Option<usize>,
    ) -> Option<Vec<(usize, Vec<Number>)>> {
        let (line, value) = self.fields.remove(field)?;
        let rows = match value {
            Value::Rows(rows) => rows,
            Value::List(list) if list.is_empty() => Vec::new(),
            _ => {
                let reason = Message::new("행의 목록이어야 합니다", "must be a list of rows");
                self.fault(line, field, reason);
                return None;
            }
        };
        self.length(line, field, rows.len(), expected)
            .then_some(rows)
    }

    fn length(
        &mut self,
        line: usize,
        field: &'static str,
        found: usize,
        expected: Option<usize>,
    ) -> bool {
        let good = expected.is_none_or(|expected| expected == found);
        if !good {
            let expected = expected.unwrap_or_default();
            let reason = message!(
                "{found}개가 있으나 {expected}개여야 합니다",
                "has {found} entries, expected {expected}"
            );
            self.fault(line, field, reason);
        }
        good
    }

    fn problem(&mut self) -> Option<AllMeet> {
        let participants = self.number("nBusiness", 1, MOST_PARTICIPANTS);
        let tables = self.number("nTables", 1, MOST_PARTICIPANTS);
        let slots = self.number("nTotalSlots", 1, MOST_SLOTS);
        let morning = self.number("nMorningSlots", 0, MOST_SLOTS);
        let told = if self.fields.contains_key("nMeetings") {
            Some(self.number("nMeetings", 0, MOST_REQUESTS)?)
        } else {
            None
        };
        let (participants, tables, slots, morning) = (participants?, tables?, slots?, morning?);
        if morning > slots {
            let line = self.fields["nMorningSlots"].0;
            let reason = message!(
                "슬롯 {slots}개 가운데 {morning}개일 수 없습니다",
                "{morning} of {slots} slots"
            );
            self.fault(line, "nMorningSlots", reason);
            return None;
        }
        if !self.fields.contains_key("requested") {
            self.fault(self.last, "requested", missing());
        }
        let requested = self.rows("requested", told)?;
        if requested.len() > MOST_REQUESTS {
            let reason = message!(
                "상담 {0}개: {MOST_REQUESTS}개까지입니다",
                "{0} meetings, at most {MOST_REQUESTS}",
                requested.len()
            );
            self.fault(self.last, "requested", reason);
            return None;
        }
        let count = requested.len();
        let mut meetings = Vec::with_capacity(count);
        for (i, (line, row)) in requested.into_iter().enumerate() {
            self.lines.push(line);
            meetings.extend(self.meeting(i, line, &row, participants, slots, morning));
        }
        if meetings.len() < count {
            return None;
        }
        let forbidden = self.forbidden(participants, slots)?;
        self.fixed(&mut meetings, slots);
        let precedences = self.precedences(meetings.len());
        Some(AllMeet {
            participants,
            tables: vec![tables; slots],
            meetings,
            forbidden,
            precedences,
        })
    }

    fn meeting(
        &mut self,
        i: usize,
        line: usize,
        row: &[Number],
        participants: usize,
        slots: usize,
        morning: usize,
    ) -> Option<Meeting> {
        let field = format!("requested[{}]", i + 1);
        let [(_, a), (_, b), (_, session)] = row else {
            let reason = Message::new("`a, b, session`이어야 합니다", "must be `a, b, session`");
            self.fault(line, field, reason);
            return None;
        };
        for side in [a, b] {
            if !(1..=participants).contains(side) {
                let reason = message!(
                    "참가자 {side}: 1에서 {participants} 사이여야 합니다",
                    "participant {side} is not within 1 to {participants}"
                );
                self.fault(line, &field, reason);
                return None;
            }
        }
        if a == b {
            let reason = message!(
                "참가자 {a}을(를) 자기 자신과 짝지었습니다",
                "pairs participant {a} with itself"
            );
            self.fault(line, field, reason);
            return None;
        }
        let window = match session {
            1 => Some((0..morning).collect()),
            2 => Some((morning..slots).collect()),
            3 => None,
            _ => {
                let reason = message!(
                    "세션 {session}: 1, 2, 3 가운데 하나여야 합니다",
                    "session {session} is not 1, 2 or 3"
                );
                self.fault(line, field, reason);
                return None;
            }
        };
        Some(Meeting {
            sides: [a - 1, b - 1],
            window,
            fixed: None,
        })
    }

    fn forbidden(&mut self, participants: usize, slots: usize) -> Option<Vec<SlotSet>> {
        if !self.fields.contains_key("forbidden") {
            return Some(vec![SlotSet::default(); participants]);
        }
        let rows = self.rows("forbidden", Some(participants))?;
        let mut forbidden = Vec::with_capacity(participants);
        for (i, (_, row)) in rows.into_iter().enumerate() {
            for (line, slot) in &row {
                if *slot > slots {
                    self.fault(
                        *line,
                        format!("forbidden[{}]", i + 1),
                        no_slot(*slot, slots),
                    );
                }
            }
            let good = row.iter().filter(|(_, slot)| *slot <= slots);
            forbidden.push(good.filter_map(|(_, slot)| slot.checked_sub(1)).collect());
        }
        Some(forbidden)
    }

    fn fixed(&mut self, meetings: &mut [Meeting], slots: usize) {
        let Some((line, value)) = self.fields.remove("fixed") else {
            return;
        };
        let Value::List(fixed) = value else {
            let reason = Message::new("슬롯의 목록이어야 합니다", "must be a list of slots");
            self.fault(line, "fixed", reason);
            return;
        };
        if !self.length(line, "fixed", fixed.len(), Some(meetings.len())) {
            return;
        }
        for (i, (meeting, (line, slot))) in meetings.iter_mut().zip(fixed).enumerate() {
            self.fixed.push(line);
            if slot > slots {
                self.fault(line, format!("fixed[{}]", i + 1), no_slot(slot, slots));
            }
            meeting.fixed = slot.checked_sub(1);
        }
    }

    fn precedences(&mut self, meetings: usize) -> Vec<(usize, usize)> {
        let mut precedences = Vec::new();
        let rows = self.rows("precedences", Some(meetings));
        for (i, (_, row)) in rows.unwrap_or_default().into_iter().enumerate() {
            for (line, other) in row {
                if !(1..=meetings).contains(&other) || other == i + 1 {
                    let field = format!("precedences[{}]", i + 1);
                    let reason = message!(
                        "상담 {other}: 1에서 {meetings} 사이의 다른 상담이 아닙니다",
                        "meeting {other} is not another of 1 to {meetings}"
                    );
                    self.fault(line, field, reason);
                    continue;
                }
                precedences.push((other - 1, i));
            }
        }
        precedences
    }
}

fn no_slot(slot: usize, slots: usize) -> Message {
    message!(
        "슬롯 {slot}: 0에서 {slots} 사이여야 합니다",
        "slot {slot} is not within 0 to {slots}"
    )
}
