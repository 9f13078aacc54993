//! A person's day: what a delegate's mail and calendar say of a meeting.

use super::{MatchingDay, Meeting};
use crate::id::{MeetingId, RegistrationId};
use crate::invitation::Content;
use crate::notice::{AgendaEntry, EventFacts};
use crate::text::{Language, Message, Text};
use uuid::Uuid;

/// The other side of a meeting, as a delegate gets to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// The organisation.
    pub name: Text,
    /// Whom it sends.
    pub delegates: Vec<String>,
    /// What the meeting is about.
    pub subject: Text,
}

/// What mails say of a matching day.
pub fn facts(day: &MatchingDay) -> EventFacts {
    EventFacts {
        title: day.title.clone(),
        zone: day.zone,
        venue: day.venue.clone(),
    }
}

/// The line of the agenda for a meeting; none if its slot is not one of the day's.
pub fn entry(day: &MatchingDay, meeting: &Meeting, other: &Counterpart) -> Option<AgendaEntry> {
    let slot = day.slot(meeting.slot)?;
    Some(AgendaEntry {
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        table: meeting
            .table
            .and_then(|number| day.table(number))
            .map(|table| table.name.clone()),
        other: other.name.clone(),
        other_delegates: other.delegates.clone(),
        subject: other.subject.clone(),
    })
}

/// What a calendar shows of a meeting; none if its slot is not one of the day's.
pub fn content(day: &MatchingDay, meeting: &Meeting, other: &Counterpart) -> Option<Content> {
    let entry = entry(day, meeting, other)?;
    let both =
        |write: &dyn Fn(Language) -> String| Message::new(write(Language::Ko), write(Language::En));
    let name = |language| other.name.get(language).unwrap_or_default().to_owned();
    let title = |language| day.title.get(language).unwrap_or_default().to_owned();
    let summary = both(&|language| format!("{}: {}", title(language), name(language)));
    let description = both(&|language| {
        let with = if language == Language::Ko {
            "상대 참석자"
        } else {
            "You meet"
        };
        let about = if language == Language::Ko {
            "주제"
        } else {
            "About"
        };
        let mut lines = Vec::new();
        if !other.delegates.is_empty() {
            lines.push(format!("{with}: {}", other.delegates.join(", ")));
        }
        if let Some(subject) = other.subject.get(language) {
            lines.push(format!("{about}: {subject}"));
        }
        lines.join("\n")
    });
    let location = both(&|language| {
        let venue = day.venue.get(language).map(str::to_owned);
        let table = match (&entry.table, language) {
            (Some(table), _) => table.clone(),
            (None, Language::Ko) => "원격".to_owned(),
            (None, Language::En) => "remote".to_owned(),
        };
        venue
            .into_iter()
            .chain([table])
            .collect::<Vec<_>>()
            .join(", ")
    });
    Some(Content {
        starts_at: entry.starts_at,
        ends_at: entry.ends_at,
        zone: day.zone,
        summary,
        description,
        location,
    })
}

/// What stays the same of a pair's meeting through every timetable: the thread of its calendar messages.
///
/// A new arrangement makes new meetings; to a calendar, the meeting of the same two at the same day is the same one.
pub fn thread(demander: RegistrationId, provider: RegistrationId) -> MeetingId {
    MeetingId(Uuid::new_v5(&demander.0, provider.0.as_bytes()))
}
