//! A calendar invitation as a value, and the rule that says when one must be sent.
//!
//! # One thread of mails per meeting and delegate
//!
//! A meeting is one calendar entry *per delegate*, with its own UID and its own SEQUENCE: delegates
//! come and go from a meeting at different times, and nobody's mail may name the others' addresses.
//!
//! RFC 5545 3.8.7.4 wants SEQUENCE to start at 0 and to rise with every significant change. Here every
//! change raises it, as programs that remember the number drop a message that repeats it.
//!
//! # After a cancellation
//!
//! RFC 5546 (3.2.5) knows no way back from CANCEL: it is the last word on a UID. Some programs keep a
//! cancelled entry and ignore a later REQUEST for it, others show it again. A meeting that comes back
//! for a delegate is therefore a *new entry*: the generation rises by one, and with it comes a new UID
//! whose SEQUENCE starts at 0 again. The pair (generation, sequence) never falls.

use crate::id::{DelegateId, MeetingId};
use crate::organisation::EmailAddress;
use crate::text::Message;
use crate::time::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of the UIDs; a change of it would orphan every entry in every calendar.
const UID_NAMESPACE: Uuid = Uuid::from_u128(0x7c3f_1d0a_52b4_4e6b_9a55_2f0e_8d11_64c7);

/// What an iTIP message asks of the calendar that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Enter this, or bring it up to date.
    Request,
    /// Strike it out.
    Cancel,
}

/// What a delegate's calendar shows of a meeting. Any difference is a change worth a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, after the beginning.
    pub ends_at: Timestamp,
    /// The zone in which the mail's text says the time.
    pub zone: Tz,
    /// The title of the entry.
    pub summary: Message,
    /// The text of the entry; may have several lines.
    pub description: Message,
    /// Where: venue and table.
    pub location: Message,
}

/// One message of a thread: what was sent last, or what must be sent now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How often the meeting came back after a cancellation.
    pub generation: u32,
    /// The SEQUENCE within the generation.
    pub sequence: u32,
    /// Entered or struck out.
    pub method: Method,
    /// What the calendar shows; of a cancellation, what it showed last.
    pub content: Content,
}

/// Decides what must be sent to one delegate about one meeting.
///
/// `previous` is the last message of the thread; `planned` is what the timetable now wants the delegate
/// to see, `None` where the delegate no longer has that meeting. `None` comes back when the calendar
/// already shows what is planned.
///
/// A thread belongs to one address: for a delegate whose address changed, end the old thread with
/// `planned = None` and begin one for the new address.
pub fn next(previous: Option<&Step>, planned: Option<&Content>) -> Option<Step> {
    let step = |generation, sequence, method, content: &Content| {
        Some(Step {
            generation,
            sequence,
            method,
            content: content.clone(),
        })
    };
    match (previous, planned) {
        (None, None) => None,
        (None, Some(planned)) => step(0, 0, Method::Request, planned),
        (Some(last), planned) => match (last.method, planned) {
            (Method::Cancel, None) => None,
            (Method::Cancel, Some(planned)) => step(
                last.generation.saturating_add(1),
                0,
                Method::Request,
                planned,
            ),
            (Method::Request, Some(planned)) if *planned == last.content => None,
            (Method::Request, Some(planned)) => step(
                last.generation,
                last.sequence.saturating_add(1),
                Method::Request,
                planned,
            ),
            (Method::Request, None) => step(
                last.generation,
                last.sequence.saturating_add(1),
                Method::Cancel,
                &last.content,
            ),
        },
    }
}

/// The UID of a meeting in a delegate's calendar: the same for ever, whatever the service is called.
pub fn uid(meeting: MeetingId, delegate: DelegateId, generation: u32) -> String {
    let mut name = Vec::with_capacity(36);
    name.extend_from_slice(meeting.0.as_bytes());
    name.extend_from_slice(delegate.0.as_bytes());
    name.extend_from_slice(&generation.to_be_bytes());
    Uuid::new_v5(&UID_NAMESPACE, &name).to_string()
}

/// A name and an address in a calendar entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The address.
    pub address: EmailAddress,
    /// How to call whom it belongs to.
    pub name: String,
}

/// A whole iTIP message to one delegate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// See [`uid`].
    pub uid: String,
    /// Rises with every message of this UID.
    pub sequence: u32,
    /// Enter or strike out.
    pub method: Method,
    /// What the calendar shows.
    pub content: Content,
    /// Who invites. Calendars find an entry by UID *and* organiser, so a thread keeps the one it began with.
    pub organiser: Party,
    /// Who is invited: the recipient of the mail, and nobody else.
    pub attendee: Party,
    /// When this message was decided.
    pub stamped_at: Timestamp,
}

impl Step {
    /// The message that carries this step.
    pub fn invitation(
        self,
        meeting: MeetingId,
        delegate: DelegateId,
        organiser: Party,
        attendee: Party,
        stamped_at: Timestamp,
    ) -> Invitation {
        Invitation {
            uid: uid(meeting, delegate, self.generation),
            sequence: self.sequence,
            method: self.method,
            content: self.content,
            organiser,
            attendee,
            stamped_at,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::minutes;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn content(slot: i64, table: &str) -> Content {
        let starts_at: Timestamp = "2026-12-01T05:00:00Z".parse().unwrap();
        Content {
            starts_at: starts_at + minutes(30 * slot),
            ends_at: starts_at + minutes(30 * slot + 25),
            zone: Tz::Asia__Seoul,
            summary: Message::new("상담", "Meeting"),
            description: Message::new("", ""),
            location: Message::new(table, table),
        }
    }

    /// What a timetable may want of one delegate's meeting, again and again.
    fn plans() -> impl Strategy<Value = Vec<Option<Content>>> {
        let plan =
            proptest::option::weighted(0.7, (0_i64..3, prop::sample::select(vec!["1", "2"])));
        prop::collection::vec(plan, 0..20).prop_map(|plans| {
            plans
                .into_iter()
                .map(|p| p.map(|(slot, table)| content(slot, table)))
                .collect()
        })
    }

    #[test]
    fn invite_move_cancel_and_come_back() {
        let (here, there) = (content(0, "1"), content(2, "1"));
        assert_eq!(next(None, None), None);
        let invited = next(None, Some(&here)).unwrap();
        assert_eq!(
            (invited.generation, invited.sequence, invited.method),
            (0, 0, Method::Request)
        );
        assert_eq!(next(Some(&invited), Some(&here)), None);
        let moved = next(Some(&invited), Some(&there)).unwrap();
        assert_eq!((moved.sequence, moved.method), (1, Method::Request));
        let cancelled = next(Some(&moved), None).unwrap();
        assert_eq!((cancelled.sequence, cancelled.method), (2, Method::Cancel));
        assert_eq!(cancelled.content, there);
        assert_eq!(next(Some(&cancelled), None), None);
        let back = next(Some(&cancelled), Some(&there)).unwrap();
        assert_eq!(
            (back.generation, back.sequence, back.method),
            (1, 0, Method::Request)
        );
    }

    #[test]
    fn a_uid_never_changes() {
        let (meeting, delegate) = (
            MeetingId(Uuid::from_u128(1)),
            DelegateId(Uuid::from_u128(2)),
        );
        // Written down: entries with these UIDs are in people's calendars.
        assert_eq!(
            uid(meeting, delegate, 0),
            "f61f42ca-5605-5f38-a1b2-971adbb2a1fc"
        );
        assert_eq!(
            uid(meeting, delegate, 1),
            "206b91a0-cb0e-561e-9813-711d48b727d2"
        );
        let swapped = uid(MeetingId(delegate.0), DelegateId(meeting.0), 0);
        assert_ne!(uid(meeting, delegate, 0), swapped);
    }

    proptest! {
        #[test]
        fn every_history_is_a_life_cycle(plans in plans()) {
            let mut last: Option<Step> = None;
            let mut sent: Vec<Step> = Vec::new();
            for plan in &plans {
                let step = next(last.as_ref(), plan.as_ref());
                // What the calendar shows afterwards is what was planned.
                let now = step.clone().or_else(|| last.clone());
                let shown = now.as_ref().filter(|s| s.method == Method::Request).map(|s| &s.content);
                prop_assert_eq!(shown, plan.as_ref());
                // The same plan again sends nothing.
                prop_assert_eq!(next(now.as_ref(), plan.as_ref()), None);
                sent.extend(step);
                last = now;
            }
            for pair in sent.windows(2) {
                let [a, b] = pair else { unreachable!() };
                prop_assert!((b.generation, b.sequence) > (a.generation, a.sequence));
                if a.generation == b.generation {
                    prop_assert_eq!(b.sequence, a.sequence + 1);
                    prop_assert_eq!(a.method, Method::Request);
                } else {
                    prop_assert_eq!(a.method, Method::Cancel);
                    prop_assert_eq!((b.generation, b.sequence, b.method), (a.generation + 1, 0, Method::Request));
                }
            }
            // A cancellation is the last message of its UID.
            let (m, d) = (MeetingId(Uuid::nil()), DelegateId(Uuid::max()));
            let mut closed = HashSet::new();
            for step in &sent {
                let uid = uid(m, d, step.generation);
                prop_assert!(!closed.contains(&uid));
                if step.method == Method::Cancel {
                    closed.insert(uid);
                }
            }
        }

        #[test]
        fn a_step_reads_back_from_json(plans in plans()) {
            for plan in plans.iter().flatten() {
                let step = next(None, Some(plan)).unwrap();
                let json = serde_json::to_string(&step).unwrap();
                prop_assert_eq!(serde_json::from_str::<Step>(&json).unwrap(), step);
            }
        }
    }
}
