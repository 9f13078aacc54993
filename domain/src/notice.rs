//! What people are told, as values.
//!
//! A [`Notice`] holds exactly the facts its text needs, so that a mail can be written, and written again
//! after a failure, without asking the store what was true then. It is the payload of the outbox: a
//! renamed field or variant needs a reader for what is still waiting there. Unknown fields are passed
//! over, because the next version of the service may already write while this one still sends.

use crate::invitation::Invitation;
use crate::organisation::{EmailAddress, Role, Verification};
use crate::text::{Language, Text};
use crate::time::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Whom a notice goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Where the mail goes.
    pub email: EmailAddress,
    /// How to address the person.
    pub name: String,
    /// The language of the text.
    pub language: Language,
}

/// The matching day that a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFacts {
    /// Its title.
    pub title: Text,
    /// The zone in which its times are said.
    pub zone: Tz,
    /// Where it takes place; empty while that is open.
    #[serde(default)]
    pub venue: Text,
}

/// One meeting as a delegate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaEntry {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The table's name; `None` for a remote meeting.
    #[serde(default)]
    pub table: Option<String>,
    /// The other organisation.
    pub other: Text,
    /// Whom it sends.
    #[serde(default)]
    pub other_delegates: Vec<String>,
    /// What the meeting is about, where that is known.
    #[serde(default)]
    pub subject: Text,
}

/// One thing that one person is told.
///
/// Every `link` is an absolute `https` address (or `http` on a developer's machine) of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// The one-time code and link with which somebody signs in.
    SignInCode {
        /// The code, as it is typed in.
        code: String,
        /// The address that signs in at once.
        link: String,
        /// For how many minutes both work.
        valid_minutes: u32,
    },
    /// Somebody is asked to become a colleague.
    ColleagueInvited {
        /// In which organisation.
        organisation: Text,
        /// Who asks.
        invited_by: String,
        /// As what.
        role: Role,
        /// Where to answer.
        link: String,
        /// For how many days the link works.
        valid_days: u32,
    },
    /// The organiser decided on an organisation.
    OrganisationVerified {
        /// The organisation's name.
        organisation: Text,
        /// The decision.
        verification: Verification,
        /// The organisation's page.
        link: String,
    },
    /// A colleague named the recipient as a delegate.
    DelegateNamed {
        /// For which matching day.
        event: EventFacts,
        /// For which organisation.
        organisation: Text,
        /// Where availability and languages are set.
        link: String,
    },
    /// Another organisation wants to meet.
    MeetingRequestReceived {
        /// At which matching day.
        event: EventFacts,
        /// Who asks.
        from: Text,
        /// What they wrote.
        #[serde(default)]
        message: Option<String>,
        /// The last moment for an answer.
        #[serde(default)]
        answer_by: Option<Timestamp>,
        /// Where to answer.
        link: String,
    },
    /// The other organisation answered a request.
    MeetingRequestAnswered {
        /// At which matching day.
        event: EventFacts,
        /// Who answered.
        by: Text,
        /// Whether they want to meet, too.
        accepted: bool,
        /// The request's page.
        link: String,
    },
    /// A delegate's own timetable, on publication and after changes.
    Agenda {
        /// Of which matching day.
        event: EventFacts,
        /// Whether an earlier agenda went out before.
        changed: bool,
        /// The meetings; may be empty.
        meetings: Vec<AgendaEntry>,
        /// The live calendar feed.
        feed_url: String,
        /// The agenda in the portal.
        link: String,
    },
    /// A calendar invitation, its change or its withdrawal.
    MeetingInvitation {
        /// The calendar message.
        invitation: Invitation,
    },
    /// A slot came free and this pair is first in line for it.
    StandbyOffered {
        /// At which matching day.
        event: EventFacts,
        /// The meeting that would take place.
        meeting: AgendaEntry,
        /// Until when the offer stands.
        answer_by: Timestamp,
        /// Where to answer.
        link: String,
    },
    /// A meeting has ended and the recipient's side has not yet said how it went.
    AttendanceWanted {
        /// At which matching day.
        event: EventFacts,
        /// The meeting.
        meeting: AgendaEntry,
        /// Where to confirm and rate it.
        link: String,
    },
    /// The whole matching day will not take place.
    EventCancelled {
        /// Which one.
        event: EventFacts,
        /// When it would have begun.
        starts_at: Timestamp,
        /// Why, in the organiser's words.
        #[serde(default)]
        reason: Text,
    },
}

impl Notice {
    /// The `kind` under which it is written down.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign_in_code",
            Self::ColleagueInvited { .. } => "colleague_invited",
            Self::OrganisationVerified { .. } => "organisation_verified",
            Self::DelegateNamed { .. } => "delegate_named",
            Self::MeetingRequestReceived { .. } => "meeting_request_received",
            Self::MeetingRequestAnswered { .. } => "meeting_request_answered",
            Self::Agenda { .. } => "agenda",
            Self::MeetingInvitation { .. } => "meeting_invitation",
            Self::StandbyOffered { .. } => "standby_offered",
            Self::AttendanceWanted { .. } => "attendance_wanted",
            Self::EventCancelled { .. } => "event_cancelled",
        }
    }

    /// The notice to be kept after it was sent: without what lets its reader in. Absent if there is nothing to leave out.
    pub fn without_secrets(&self) -> Option<Self> {
        let mut kept = self.clone();
        match &mut kept {
            Self::SignInCode { code, link, .. } => {
                code.clear();
                link.clear();
            }
            Self::ColleagueInvited { link, .. } => link.clear(),
            Self::Agenda { feed_url, .. } => feed_url.clear(),
            _ => return None,
        }
        Some(kept)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_notice_is_tagged_with_its_kind_and_reads_back() {
        let notice = Notice::MeetingRequestReceived {
            event: EventFacts {
                title: Text::new(Some("매칭데이"), None),
                zone: Tz::Asia__Seoul,
                venue: Text::default(),
            },
            from: Text::new(None, Some("Acme")),
            message: None,
            answer_by: None,
            link: "https://matchday.example/requests/1".into(),
        };
        let json = serde_json::to_value(&notice).unwrap();
        assert_eq!(json["kind"], notice.kind());
        assert_eq!(json["event"]["zone"], "Asia/Seoul");
        assert_eq!(serde_json::from_value::<Notice>(json).unwrap(), notice);
    }

    #[test]
    fn what_lets_somebody_in_is_not_kept() {
        let secret = "s3cret";
        let link = || format!("https://matchday.example/x?token={secret}");
        let event = || EventFacts {
            title: Text::default(),
            zone: Tz::UTC,
            venue: Text::default(),
        };
        let letting_in = [
            Notice::SignInCode {
                code: secret.into(),
                link: link(),
                valid_minutes: 10,
            },
            Notice::ColleagueInvited {
                organisation: Text::default(),
                invited_by: "Kim".into(),
                role: Role::Member,
                link: link(),
                valid_days: 7,
            },
            Notice::Agenda {
                event: event(),
                changed: false,
                meetings: Vec::new(),
                feed_url: link(),
                link: String::new(),
            },
        ];
        for notice in letting_in {
            let kept = notice.without_secrets().unwrap();
            assert_eq!(kept.kind(), notice.kind());
            let kept = serde_json::to_string(&kept).unwrap();
            assert!(!kept.contains(secret), "{kept}");
        }
        let plain = Notice::DelegateNamed {
            event: event(),
            organisation: Text::default(),
            link: link(),
        };
        assert_eq!(plain.without_secrets(), None);
    }

    #[test]
    fn a_later_version_may_add_a_fact_but_not_leave_one_out() {
        let read = serde_json::from_value::<Notice>;
        let mut json =
            json!({"kind": "sign_in_code", "code": "1", "link": "", "valid_minutes": 1, "x": 1});
        assert!(read(json.clone()).is_ok());
        json["code"].take();
        assert!(read(json).is_err());
        assert!(read(json!({"kind": "surprise"})).is_err());
    }
}
