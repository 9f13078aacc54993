//! From a notice to a mail.

use super::ics;
use super::texts::{self, Day, Stage, Texts};
use super::words::{Words, line};
use chrono_tz::Tz;
use lettre::address::AddressError;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, ContentTypeErr, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use matchday_domain::invitation::{Invitation, Method};
use matchday_domain::notice::{AgendaEntry, Notice, Recipient};
use matchday_domain::organisation::EmailAddress;
use matchday_domain::text::Text;
use matchday_domain::time::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

/// The longest subject or name in a header, in characters: a header line has at most 998 octets.
const HEADER_CHARS: usize = 200;

/// In whose name the service writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The address of From; answers to invitations come here.
    pub address: EmailAddress,
    /// The name of From, in the recipient's language where it is there.
    pub name: Text,
}

impl Sender {
    /// The Message-ID of the mail with this identity: one mail has the same one at every try.
    pub fn message_id(&self, mail: Uuid) -> String {
        let address = self.address.as_str();
        let domain = address
            .rsplit_once('@')
            .map_or(address, |(_, domain)| domain);
        format!("<{mail}@{domain}>")
    }
}

/// Why a notice could not be written. Another try gives the same.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    /// An address that mail does not take.
    #[error("not a mail address: {0}")]
    Address(#[from] AddressError),
    /// Not of the form `<left@right>`.
    #[error("not a Message-ID")]
    MessageId,
    /// A link that is not `http` or `https`.
    #[error("not a link of the service")]
    Link,
    /// The invitation names another person than the recipient.
    #[error("the invitation is for somebody else")]
    Attendee,
    /// The parts do not make a mail.
    #[error("not a mail: {0}")]
    Mail(#[from] lettre::error::Error),
    /// The type of a part is malformed.
    #[error("not a content type: {0}")]
    ContentType(#[from] ContentTypeErr),
    /// The calendar text could not be encoded.
    #[error("the calendar part could not be encoded")]
    Calendar,
}

/// Writes the mail of a notice in the recipient's language.
///
/// The same arguments give the same bytes, so that a mail sent twice is the same mail.
///
/// # Errors
/// See [`RenderError`].
pub fn render(
    notice: &Notice,
    recipient: &Recipient,
    sender: &Sender,
    message_id: &str,
    now: Timestamp,
) -> Result<Message, RenderError> {
    let sender_name = sender.name.get(recipient.language).unwrap_or("Matchday");
    let words = Words {
        language: recipient.language,
        zone: zone(notice),
        name: &recipient.name,
        sender: sender_name,
    };
    let Texts {
        subject,
        plain,
        html,
    } = texts(notice, &words)?;
    // Without chance, so that a resent mail is the same to the byte.
    let boundary: String = Sha256::digest(message_id)
        .iter()
        .take(15)
        .map(|b| format!("{b:02x}"))
        .collect();
    let mut parts = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(SinglePart::plain(plain))
        .singlepart(SinglePart::html(html));
    if let Notice::MeetingInvitation { invitation } = notice {
        if invitation.attendee.address != recipient.email {
            return Err(RenderError::Attendee);
        }
        let text = ics::invitation(invitation, recipient.language, &sender.address);
        parts = parts.singlepart(calendar(invitation, text)?);
    }
    let fixed = |name: &'static str, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
    };
    Ok(Message::builder()
        .message_id(Some(checked(message_id)?))
        .date(now.into())
        .from(mailbox(&sender.address, sender_name)?)
        .to(mailbox(&recipient.email, &recipient.name)?)
        .subject(short(&subject))
        // RFC 3834: robots that answer for the absent keep quiet.
        .raw_header(fixed("Auto-Submitted", "auto-generated"))
        .raw_header(fixed("Content-Language", recipient.language.tag()))
        .multipart(parts)?)
}

fn texts(notice: &Notice, w: &Words<'_>) -> Result<Texts, RenderError> {
    Ok(match notice {
        Notice::SignInCode {
            code,
            link,
            valid_minutes,
        } => texts::sign_in_code(w, code, safe(link)?, *valid_minutes),
        Notice::ColleagueInvited {
            organisation,
            invited_by,
            role,
            link,
            valid_days,
        } => texts::colleague_invited(
            w,
            organisation,
            &line(invited_by),
            &role.label(),
            safe(link)?,
            *valid_days,
        ),
        Notice::OrganisationVerified {
            organisation,
            verification,
            link,
        } => texts::organisation_verified(w, organisation, *verification, safe(link)?),
        Notice::DelegateNamed {
            event,
            organisation,
            link,
        } => texts::delegate_named(w, event, organisation, safe(link)?),
        Notice::MeetingRequestReceived {
            event,
            from,
            message,
            answer_by,
            link,
        } => {
            let message = message.as_deref().filter(|m| !m.trim().is_empty());
            texts::meeting_request_received(w, event, from, message, *answer_by, safe(link)?)
        }
        Notice::MeetingRequestAnswered {
            event,
            by,
            accepted,
            link,
        } => texts::meeting_request_answered(w, event, by, *accepted, safe(link)?),
        Notice::Agenda {
            event,
            changed,
            meetings,
            feed_url,
            link,
        } => {
            let days = days(w, meetings);
            texts::agenda(w, event, *changed, &days, safe(feed_url)?, safe(link)?)
        }
        Notice::MeetingInvitation { invitation } => {
            let stage = match (invitation.method, invitation.sequence) {
                (Method::Cancel, _) => Stage::Cancelled,
                (Method::Request, 0) => Stage::New,
                (Method::Request, _) => Stage::Changed,
            };
            texts::meeting_invitation(w, stage, &invitation.content)
        }
        Notice::StandbyOffered {
            event,
            meeting,
            answer_by,
            link,
        } => texts::standby_offered(w, event, meeting, *answer_by, safe(link)?),
        Notice::AttendanceWanted {
            event,
            meeting,
            link,
        } => texts::attendance_wanted(w, event, meeting, safe(link)?),
        Notice::EventCancelled {
            event,
            starts_at,
            reason,
        } => texts::event_cancelled(w, event, *starts_at, reason),
    }?)
}

/// The zone in which a notice says its times.
fn zone(notice: &Notice) -> Tz {
    match notice {
        Notice::DelegateNamed { event, .. }
        | Notice::MeetingRequestReceived { event, .. }
        | Notice::MeetingRequestAnswered { event, .. }
        | Notice::Agenda { event, .. }
        | Notice::StandbyOffered { event, .. }
        | Notice::AttendanceWanted { event, .. }
        | Notice::EventCancelled { event, .. } => event.zone,
        Notice::MeetingInvitation { invitation } => invitation.content.zone,
        // They say no time.
        Notice::SignInCode { .. }
        | Notice::ColleagueInvited { .. }
        | Notice::OrganisationVerified { .. } => Tz::UTC,
    }
}

/// The meetings in order, by day of the event's zone.
fn days<'a>(words: &Words<'_>, meetings: &'a [AgendaEntry]) -> Vec<Day<'a>> {
    let mut sorted: Vec<_> = meetings.iter().collect();
    sorted.sort_by_key(|m| (m.starts_at, m.ends_at));
    let mut days: Vec<Day<'a>> = Vec::new();
    for meeting in sorted {
        let title = words.day(&meeting.starts_at);
        match days.last_mut() {
            Some(day) if day.title == title => day.meetings.push(meeting),
            _ => days.push(Day {
                title,
                at: meeting.starts_at,
                meetings: vec![meeting],
            }),
        }
    }
    days
}

/// RFC 6047 2.4: `method` repeats METHOD. In base64, as gateways rewrite the line ends of anything else.
fn calendar(invitation: &Invitation, text: String) -> Result<SinglePart, RenderError> {
    let method = ics::method(invitation.method);
    let kind = ContentType::parse(&format!("text/calendar; method={method}; charset=UTF-8"))?;
    let body = Body::new_with_encoding(text, ContentTransferEncoding::Base64)
        .map_err(|_| RenderError::Calendar)?;
    Ok(SinglePart::builder().header(kind).body(body))
}

fn mailbox(address: &EmailAddress, name: &str) -> Result<Mailbox, RenderError> {
    let address: Address = address.as_str().parse()?;
    let name = Some(short(name)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

fn short(text: &str) -> String {
    let text = line(text);
    match text.char_indices().nth(HEADER_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn checked(message_id: &str) -> Result<String, RenderError> {
    let inside = message_id
        .strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .and_then(|id| id.split_once('@'));
    let atom = |s: &str| {
        !s.is_empty()
            && s.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
    };
    match inside {
        Some((left, right)) if message_id.len() <= 250 && atom(left) && atom(right) => {
            Ok(message_id.to_owned())
        }
        _ => Err(RenderError::MessageId),
    }
}

fn safe(link: &str) -> Result<&str, RenderError> {
    let plain = link.bytes().all(|b| b.is_ascii_graphic());
    match Url::parse(link) {
        Ok(url) if plain && matches!(url.scheme(), "http" | "https") => Ok(link),
        _ => Err(RenderError::Link),
    }
}
