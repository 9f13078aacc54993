//! The templates, one folder per notice: `ko` and `en`, each as `html` and `txt`.
//!
//! The first line of the plain text is the subject.

use super::words::{Words, line};
use askama::Template;
use matchday_domain::invitation::Content;
use matchday_domain::notice::{AgendaEntry, EventFacts};
use matchday_domain::organisation::Verification;
use matchday_domain::text::{Language, Message, Text};
use matchday_domain::time::Timestamp;

/// The words of one mail.
pub(super) struct Texts {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// Where a calendar entry stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    New,
    Changed,
    Cancelled,
}

/// The meetings of one day.
pub(super) struct Day<'a> {
    pub(super) title: String,
    /// The beginning of the first one.
    pub(super) at: Timestamp,
    pub(super) meetings: Vec<&'a AgendaEntry>,
}

macro_rules! texts {
    ($($name:ident($($field:ident: $type:ty),*) =
        $ko_html:literal $ko_txt:literal $en_html:literal $en_txt:literal;)*) => {$(
        pub(super) fn $name<'a>(
            w: &'a Words<'a>,
            $($field: $type),*
        ) -> Result<Texts, askama::Error> {
            #[derive(Template)]
            #[template(path = $ko_txt)]
            struct KoText<'a> { w: &'a Words<'a>, $($field: $type),* }
            #[derive(Template)]
            #[template(path = $en_txt)]
            struct EnText<'a> { w: &'a Words<'a>, $($field: $type),* }
            #[derive(Template)]
            #[template(path = $ko_html)]
            struct KoHtml<'a> { w: &'a Words<'a>, subject: &'a str, $($field: $type),* }
            #[derive(Template)]
            #[template(path = $en_html)]
            struct EnHtml<'a> { w: &'a Words<'a>, subject: &'a str, $($field: $type),* }

            let text = match w.language {
                Language::Ko => KoText { w, $($field),* }.render()?,
                Language::En => EnText { w, $($field),* }.render()?,
            };
            let (subject, plain) = split(&text);
            let html = match w.language {
                Language::Ko => KoHtml { w, subject: &subject, $($field),* }.render()?,
                Language::En => EnHtml { w, subject: &subject, $($field),* }.render()?,
            };
            Ok(Texts { subject, plain, html })
        }
    )*};
}

texts! {
    sign_in_code(code: &'a str, link: &'a str, valid_minutes: u32) =
        "sign_in_code/ko.html" "sign_in_code/ko.txt" "sign_in_code/en.html" "sign_in_code/en.txt";
    colleague_invited(
        organisation: &'a Text,
        invited_by: &'a str,
        role: &'a Message,
        link: &'a str,
        valid_days: u32
    ) =
        "colleague_invited/ko.html" "colleague_invited/ko.txt"
        "colleague_invited/en.html" "colleague_invited/en.txt";
    organisation_verified(organisation: &'a Text, verification: Verification, link: &'a str) =
        "organisation_verified/ko.html" "organisation_verified/ko.txt"
        "organisation_verified/en.html" "organisation_verified/en.txt";
    delegate_named(event: &'a EventFacts, organisation: &'a Text, link: &'a str) =
        "delegate_named/ko.html" "delegate_named/ko.txt"
        "delegate_named/en.html" "delegate_named/en.txt";
    meeting_request_received(
        event: &'a EventFacts,
        from: &'a Text,
        message: Option<&'a str>,
        answer_by: Option<Timestamp>,
        link: &'a str
    ) =
        "meeting_request_received/ko.html" "meeting_request_received/ko.txt"
        "meeting_request_received/en.html" "meeting_request_received/en.txt";
    meeting_request_answered(event: &'a EventFacts, by: &'a Text, accepted: bool, link: &'a str) =
        "meeting_request_answered/ko.html" "meeting_request_answered/ko.txt"
        "meeting_request_answered/en.html" "meeting_request_answered/en.txt";
    agenda(
        event: &'a EventFacts,
        changed: bool,
        days: &'a [Day<'a>],
        feed_url: &'a str,
        link: &'a str
    ) =
        "agenda/ko.html" "agenda/ko.txt" "agenda/en.html" "agenda/en.txt";
    meeting_invitation(stage: Stage, c: &'a Content) =
        "meeting_invitation/ko.html" "meeting_invitation/ko.txt"
        "meeting_invitation/en.html" "meeting_invitation/en.txt";
    standby_offered(
        event: &'a EventFacts,
        meeting: &'a AgendaEntry,
        answer_by: Timestamp,
        link: &'a str
    ) =
        "standby_offered/ko.html" "standby_offered/ko.txt"
        "standby_offered/en.html" "standby_offered/en.txt";
    attendance_wanted(event: &'a EventFacts, meeting: &'a AgendaEntry, link: &'a str) =
        "attendance_wanted/ko.html" "attendance_wanted/ko.txt"
        "attendance_wanted/en.html" "attendance_wanted/en.txt";
    event_cancelled(event: &'a EventFacts, starts_at: Timestamp, reason: &'a Text) =
        "event_cancelled/ko.html" "event_cancelled/ko.txt"
        "event_cancelled/en.html" "event_cancelled/en.txt";
}

/// Subject and body. Blank lines that conditions leave behind shrink to one.
fn split(text: &str) -> (String, String) {
    let mut lines = text.trim().lines();
    let subject = line(lines.next().unwrap_or_default());
    let mut body = String::with_capacity(text.len());
    let mut blank = true;
    for l in lines {
        // "-- " begins a signature only with its space.
        let l = if l == "-- " { l } else { l.trim_end() };
        if l.is_empty() && blank {
            continue;
        }
        blank = l.is_empty();
        body.push_str(l);
        body.push('\n');
    }
    (subject, body)
}
