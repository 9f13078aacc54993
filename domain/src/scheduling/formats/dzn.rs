//! `.dzn`: the published instances of the business-to-business meeting scheduling problem (Bofill et al., JAIR 74,
//! 2022), the part of MiniZinc's data language that they use.
//!
//! Read are `nBusiness`, `nTables`, `nTotalSlots`, `nMorningSlots`, `requested` (rows `a, b, session`; session 1
//! morning, 2 afternoon, 3 any), and, where they are there, `nMeetings`, `forbidden` (a set of slots for each
//! participant; 0 is none), `fixed` (a slot for each meeting; 0 is none) and `precedences` (for each meeting the
//! meetings that have to be earlier). Participants, meetings and slots are numbered from 1. `meetingsxBusiness` and
//! `nMeetingsBusiness` follow from these and are passed over.

use super::{Fault, MOST_FAULTS, MOST_PARTICIPANTS, MOST_REQUESTS, MOST_SLOTS};
use crate::scheduling::SlotSet;
use crate::scheduling::prove::{AllMeet, Meeting};
use std::collections::BTreeMap;

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
    let fields = Tokens::new(text).fields().map_err(|fault| vec![fault])?;
    let mut reader = Reader {
        fields,
        last: text.lines().count().max(1),
        faults: Vec::new(),
    };
    let problem = reader.problem();
    if reader.faults.is_empty()
        && let Some(problem) = problem
    {
        return Ok(problem);
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
        Err(self.unexpected(field, &format!("`{symbol}`")))
    }

    fn unexpected(&self, field: &str, expected: &str) -> Fault {
        let found = match self.text.chars().next() {
            None => "the end of the file".to_owned(),
            Some(found) => format!("`{}`", found.escape_default()),
        };
        Fault::new(
            self.line,
            field,
            format!("{expected} expected, found {found}"),
        )
    }

    fn number(&mut self, field: &str) -> Result<Number, Fault> {
        self.skip();
        let end = self
            .text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.text.len());
        if self.text.starts_with('-') {
            return Err(Fault::new(self.line, field, "a negative number"));
        }
        let (digits, rest) = self.text.split_at(end);
        if digits.is_empty() {
            return Err(self.unexpected(field, "a number"));
        }
        let number = digits.parse::<u32>().map_err(|_| {
            Fault::new(
                self.line,
                field,
                format!("the number {digits:.20} is too large"),
            )
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
                return Err(self.unexpected(field, "`,` or `]`"));
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
                    return Err(self.unexpected("file", "the name of a field"));
                }
                return Err(Fault::new(
                    self.line,
                    format!("{name:.40}"),
                    "unknown field",
                ));
            };
            self.text = &self.text[end..];
            let line = self.line;
            self.needs("=", field)?;
            let value = self.value(field)?;
            self.needs(";", field)?;
            if fields.insert(field, (line, value)).is_some() {
                return Err(Fault::new(line, field, "given twice"));
            }
        }
    }
}

struct Reader {
    fields: BTreeMap<&'static str, (usize, Value)>,
    last: usize,
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, line: usize, field: impl Into<String>, reason: impl Into<String>) {
        self.faults.push(Fault::new(line, field, reason));
    }

    fn number(&mut self, field: &'static str, least: usize, most: usize) -> Option<usize> {
        let Some((line, value)) = self.fields.get(field) else {
            self.fault(self.last, field, "missing");
            return None;
        };
        let line = *line;
        match value {
            Value::Number((_, number)) if (least..=most).contains(number) => Some(*number),
            Value::Number((line, number)) => {
                let (line, reason) = (*line, format!("{number} is not within {least} to {most}"));
                self.fault(line, field, reason);
                None
            }
            _ => {
                self.fault(line, field, "must be a number");
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
                self.fault(line, field, "must be a list of rows");
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
            self.fault(
                line,
                field,
                format!("has {found} entries, expected {expected}"),
            );
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
            self.fault(line, "nMorningSlots", format!("{morning} of {slots} slots"));
            return None;
        }
        if !self.fields.contains_key("requested") {
            self.fault(self.last, "requested", "missing");
        }
        let requested = self.rows("requested", told)?;
        if requested.len() > MOST_REQUESTS {
            let reason = format!("{} meetings, at most {MOST_REQUESTS}", requested.len());
            self.fault(self.last, "requested", reason);
            return None;
        }
        let mut meetings = Vec::with_capacity(requested.len());
        for (i, (line, row)) in requested.into_iter().enumerate() {
            meetings.extend(self.meeting(i, line, &row, participants, slots, morning));
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
            self.fault(line, field, "must be `a, b, session`");
            return None;
        };
        for side in [a, b] {
            if !(1..=participants).contains(side) {
                let reason = format!("participant {side} is not within 1 to {participants}");
                self.fault(line, &field, reason);
                return None;
            }
        }
        if a == b {
            self.fault(line, field, format!("pairs participant {a} with itself"));
            return None;
        }
        let window = match session {
            1 => Some((0..morning).collect()),
            2 => Some((morning..slots).collect()),
            3 => None,
            _ => {
                let reason = format!("session {session} is not 1, 2 or 3");
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
                    let field = format!("forbidden[{}]", i + 1);
                    self.fault(
                        *line,
                        field,
                        format!("slot {slot} is not within 0 to {slots}"),
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
            self.fault(line, "fixed", "must be a list of slots");
            return;
        };
        if !self.length(line, "fixed", fixed.len(), Some(meetings.len())) {
            return;
        }
        for (i, (meeting, (line, slot))) in meetings.iter_mut().zip(fixed).enumerate() {
            if slot > slots {
                let field = format!("fixed[{}]", i + 1);
                self.fault(
                    line,
                    field,
                    format!("slot {slot} is not within 0 to {slots}"),
                );
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
                    let reason = format!("meeting {other} is not another of 1 to {meetings}");
                    self.fault(line, field, reason);
                    continue;
                }
                precedences.push((other - 1, i));
            }
        }
        precedences
    }
}
