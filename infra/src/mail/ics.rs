//! Calendar text (RFC 5545): the invitation in a mail (RFC 5546) and the live feed of an agenda.
//!
//! Times are in UTC: every calendar shows them in its owner's zone, and no zone table can be wrong.

use super::words::{line, lines};
use icalendar::{
    Attendee, Calendar, Component, Event, EventLike, EventStatus, PartStat, Property, Role,
};
use matchday_domain::invitation::{Content, Invitation, Method, Party};
use matchday_domain::organisation::EmailAddress;
use matchday_domain::text::Language;
use matchday_domain::time::Timestamp;

/// Who wrote the calendar text.
const PRODUCT: &str = "-//Matchday//Matchday//KO";

/// One meeting in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The UID of the invitation, so that programs which compare know it as the same meeting.
    pub uid: String,
    /// The SEQUENCE that was sent last.
    pub sequence: u32,
    /// What the calendar shows.
    pub content: Content,
    /// When that was decided.
    pub stamped_at: Timestamp,
}

/// The METHOD property and parameter.
pub(super) fn method(method: Method) -> &'static str {
    match method {
        Method::Request => "REQUEST",
        Method::Cancel => "CANCEL",
    }
}

/// The calendar part of an invitation sent by `from`, in the recipient's language.
pub fn invitation(invitation: &Invitation, language: Language, from: &EmailAddress) -> String {
    let mut event = event(
        &invitation.uid,
        invitation.sequence,
        &invitation.content,
        invitation.stamped_at,
        language,
    );
    event.status(match invitation.method {
        Method::Request => EventStatus::Confirmed,
        Method::Cancel => EventStatus::Cancelled,
    });
    let Party { address, name } = &invitation.organiser;
    let mut organiser = Property::new("ORGANIZER", mailto(address));
    organiser.add_parameter("CN", &parameter(name));
    if address != from {
        // The service's address changed since the thread began; the entry keeps its organiser.
        organiser.add_parameter("SENT-BY", &format!("\"{}\"", mailto(from)));
    }
    event.append_property(organiser.done());
    let Party { address, name } = &invitation.attendee;
    event.attendee(
        Attendee::new(mailto(address))
            .cn(parameter(name))
            .role(Role::ReqParticipant)
            .partstat(PartStat::NeedsAction)
            .rsvp(invitation.method == Method::Request),
    );
    let mut calendar = calendar(method(invitation.method));
    calendar.push(event.done());
    fold(&calendar.to_string())
}

/// A calendar that programs fetch again and again: what it no longer names is gone.
pub fn feed(name: &str, language: Language, entries: &[FeedEntry]) -> String {
    let mut calendar = calendar("PUBLISH");
    let name = line(name);
    calendar.append_property(("X-WR-CALNAME", name.as_str()));
    // An hour: what most programs allow at best, and often enough before the day.
    let mut interval = Property::new("REFRESH-INTERVAL", "PT1H");
    calendar.append_property(interval.add_parameter("VALUE", "DURATION").done());
    calendar.append_property(("X-PUBLISHED-TTL", "PT1H"));
    for entry in entries {
        let mut event = event(
            &entry.uid,
            entry.sequence,
            &entry.content,
            entry.stamped_at,
            language,
        );
        calendar.push(event.status(EventStatus::Confirmed).done());
    }
    fold(&calendar.to_string())
}

fn calendar(method: &str) -> Calendar {
    let mut calendar = Calendar::empty();
    for property in [
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ] {
        calendar.append_property(property);
    }
    calendar
}

fn event(
    uid: &str,
    sequence: u32,
    content: &Content,
    stamped_at: Timestamp,
    language: Language,
) -> Event {
    let mut event = Event::with_uid(uid);
    event
        .timestamp(stamped_at)
        .starts(content.starts_at)
        .ends(content.ends_at)
        .sequence(sequence)
        .summary(&line(content.summary.get(language)));
    let description = lines(content.description.get(language));
    if !description.is_empty() {
        event.description(&description);
    }
    let location = line(content.location.get(language));
    if !location.is_empty() {
        event.location(&location);
    }
    event.done()
}

/// The address as a URI (RFC 6068 wants these few characters encoded; everybody else's stay bare).
fn mailto(address: &EmailAddress) -> String {
    let mut uri = String::from("mailto:");
    for c in address.as_str().chars() {
        if "%/?#^`{|}".contains(c) {
            uri.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            uri.push(c);
        }
    }
    uri
}

/// A parameter value: no control characters, no quotation mark (RFC 5545 3.1 has no escape for it).
fn parameter(value: &str) -> String {
    line(value).replace('"', "'")
}

/// Folds at 75 octets (RFC 5545 3.1), between characters.
///
/// The writer folds, too, but lets a last piece of 75 octets follow the space that makes it 76.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 32);
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > 75 {
                folded.push_str("\r\n ");
                octets = 1;
            }
            folded.push(c);
            octets += c.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_folded_line_is_longer_than_75_octets() {
        for length in 70..240 {
            for unit in ["a", "가", "😀"] {
                let line = unit.repeat(length / unit.len());
                let folded = fold(&format!("{line}\r\nB:2\r\n"));
                assert!(folded.split("\r\n").all(|l| l.len() <= 75), "{folded}");
                assert_eq!(folded.replace("\r\n ", ""), format!("{line}\r\nB:2\r\n"));
            }
        }
    }

    #[test]
    fn rare_characters_of_an_address_are_encoded_in_its_uri() {
        let uri = |s: &str| s.parse().map(|a| mailto(&a));
        assert_eq!(
            uri("kim.data+x@a.kr").as_deref(),
            Ok("mailto:kim.data+x@a.kr")
        );
        assert_eq!(uri("a?b%@c.kr").as_deref(), Ok("mailto:a%3Fb%25@c.kr"));
    }
}
