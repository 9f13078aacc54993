//! Samples of everything that is mailed, and the tests, by topic.
//!
//! Mails and calendars are read back by parsers that are not the writers.

mod calendars;
mod notices;
mod odd_names;
mod transport;

use super::*;
use calcard::Entry;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty,
};
use chrono_tz::Tz;
use mail_parser::{MessageParser, MimeHeaders};
use matchday_domain::id::{DelegateId, MeetingId};
use matchday_domain::invitation::{self, Content, Invitation, Party};
use matchday_domain::notice::{AgendaEntry, EventFacts, Notice, Recipient};
use matchday_domain::organisation::{Role, Verification};
use matchday_domain::text::{Language, Message as Said, Text};
use matchday_domain::time::{Timestamp, minutes};
use uuid::Uuid;

const ID: &str = "<0190-1@matchday.example.kr>";
const LINK: &str = "https://matchday.example.kr/x?a=1&b=2";

fn at(s: &str) -> Timestamp {
    s.parse().unwrap()
}

fn sender() -> Sender {
    Sender {
        address: "events@matchday.example.kr".parse().unwrap(),
        name: Text::new(Some("매칭데이 운영사무국"), Some("Matching Day Office")),
    }
}

fn recipient(language: Language, name: &str) -> Recipient {
    Recipient {
        email: "kim@hospital.example.org".parse().unwrap(),
        name: name.into(),
        language,
    }
}

fn event() -> EventFacts {
    EventFacts {
        title: Text::new(
            Some("2026 의료데이터 활용 매칭데이"),
            Some("Medical Data Matching Day 2026"),
        ),
        zone: Tz::Asia__Seoul,
        venue: Text::new(Some("코엑스 3층"), Some("COEX, level 3")),
    }
}

fn meeting(starts_at: &str) -> AgendaEntry {
    AgendaEntry {
        starts_at: at(starts_at),
        ends_at: at(starts_at) + minutes(30),
        table: Some("12".into()),
        other: Text::new(Some("한빛제약 <주>"), Some("Hanbit & Co")),
        other_delegates: vec!["이서연".into(), "John \"JD\" Doe".into()],
        subject: Text::new(Some("폐암 CT 영상"), Some("Lung cancer CT images")),
    }
}

fn content() -> Content {
    Content {
        starts_at: at("2026-12-01T05:00:00Z"),
        ends_at: at("2026-12-01T05:30:00Z"),
        zone: Tz::Asia__Seoul,
        summary: Said::new(
            "상담: 한빛제약, 서울병원; 2차",
            "Meeting: Hanbit, Seoul; second",
        ),
        description: Said::new(
            "담당자: 이서연\n주제: 폐암 CT 영상",
            "With: J. Doe\nAbout: lung cancer CT",
        ),
        location: Said::new("코엑스 3층, 테이블 12", "COEX level 3, table 12"),
    }
}

fn invitation(step: invitation::Step, attendee: &str) -> Invitation {
    step.invitation(
        MeetingId(Uuid::from_u128(1)),
        DelegateId(Uuid::from_u128(2)),
        Party {
            address: sender().address,
            name: "매칭데이 운영사무국".into(),
        },
        Party {
            address: "kim@hospital.example.org".parse().unwrap(),
            name: attendee.into(),
        },
        at("2026-11-20T01:02:03Z"),
    )
}

fn notices() -> Vec<Notice> {
    let link = || LINK.to_owned();
    let organisation = || Text::new(Some("서울병원"), Some("Seoul Hospital"));
    let mut all = vec![
        Notice::SignInCode {
            code: "482913".into(),
            link: link(),
            valid_minutes: 15,
        },
        Notice::DelegateNamed {
            event: event(),
            organisation: organisation(),
            link: link(),
        },
        Notice::MeetingRequestReceived {
            event: event(),
            from: organisation(),
            message: Some("안녕하세요 <b>\n두 번째 줄".into()),
            answer_by: Some(at("2026-11-25T09:00:00Z")),
            link: link(),
        },
        Notice::MeetingRequestReceived {
            event: event(),
            from: organisation(),
            message: None,
            answer_by: None,
            link: link(),
        },
        Notice::StandbyOffered {
            event: event(),
            meeting: meeting("2026-12-01T06:00:00Z"),
            answer_by: at("2026-12-01T05:45:00Z"),
            link: link(),
        },
        Notice::AttendanceWanted {
            event: event(),
            meeting: meeting("2026-12-01T06:00:00Z"),
            link: link(),
        },
        Notice::EventCancelled {
            event: event(),
            starts_at: at("2026-12-01T00:00:00Z"),
            reason: Text::new(Some("태풍"), Some("A typhoon")),
        },
    ];
    all.extend(Role::ALL.iter().map(|role| Notice::ColleagueInvited {
        organisation: organisation(),
        invited_by: "이서연 <주>".into(),
        role: *role,
        link: link(),
        valid_days: 7,
    }));
    all.extend(
        Verification::ALL
            .iter()
            .map(|v| Notice::OrganisationVerified {
                organisation: organisation(),
                verification: *v,
                link: link(),
            }),
    );
    for flag in [false, true] {
        all.push(Notice::MeetingRequestAnswered {
            event: event(),
            by: organisation(),
            accepted: flag,
            link: link(),
        });
        all.push(Notice::Agenda {
            event: event(),
            changed: flag,
            meetings: match flag {
                false => vec![],
                true => [
                    "2026-12-02T01:00:00Z",
                    "2026-12-01T06:00:00Z",
                    "2026-12-01T05:00:00Z",
                ]
                .map(meeting)
                .into(),
            },
            feed_url: "https://matchday.example.kr/feed/abc.ics".into(),
            link: link(),
        });
    }
    let first = invitation::next(None, Some(&content())).unwrap();
    let last = invitation::next(Some(&first), None).unwrap();
    all.extend([first, last].map(|step| Notice::MeetingInvitation {
        invitation: invitation(step, "김담당"),
    }));
    all
}

fn raw(notice: &Notice, recipient: &Recipient) -> Vec<u8> {
    let now = at("2026-11-20T01:02:03Z");
    render(notice, recipient, &sender(), ID, now)
        .unwrap()
        .formatted()
}

/// Subject, plain text and HTML as a mail program sees them.
fn read(raw: &[u8]) -> (String, String, String) {
    let mail = MessageParser::default().parse(raw).unwrap();
    (
        mail.subject().unwrap().to_owned(),
        mail.body_text(0).unwrap().into_owned(),
        mail.body_html(0).unwrap().into_owned(),
    )
}

fn wire_is_clean(raw: &[u8]) {
    assert!(raw.is_ascii());
    let text = std::str::from_utf8(raw).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|l| l.len() <= 998));
}

fn calendar_of(raw: &[u8]) -> (String, String) {
    let mail = MessageParser::default().parse(raw).unwrap();
    let part = mail.parts.last().unwrap();
    let kind = part.content_type().unwrap();
    assert_eq!(kind.subtype(), Some("calendar"));
    assert!(
        kind.attribute("charset")
            .unwrap()
            .eq_ignore_ascii_case("utf-8")
    );
    assert!(part.content_disposition().is_none());
    let method = kind.attribute("method").unwrap().to_owned();
    (method, part.text_contents().unwrap().to_owned())
}

fn parsed(text: &str) -> ICalendar {
    match calcard::Parser::new(text).entry() {
        Entry::ICalendar(calendar) => calendar,
        other => panic!("{other:?}\n{text}"),
    }
}

fn only_event(calendar: &ICalendar) -> &ICalendarComponent {
    let events: Vec<_> = calendar
        .components
        .iter()
        .filter(|c| c.component_type == ICalendarComponentType::VEvent)
        .collect();
    assert_eq!(events.len(), 1);
    events[0]
}

/// The text of a property; empty where it is empty or not there.
fn value(component: &ICalendarComponent, name: ICalendarProperty) -> String {
    let found: Vec<_> = component
        .entries
        .iter()
        .filter(|e| e.name == name)
        .collect();
    assert!(found.len() <= 1, "{name:?}");
    let value = found.first().and_then(|entry| entry.values.first());
    value.map_or(String::new(), |v| v.as_text().unwrap().to_owned())
}

fn folded(text: &str) {
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|l| l.len() <= 75), "{text}");
}
