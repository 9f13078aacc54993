//! Every notice in both languages, read back by a mail parser and a calendar parser that are not the writers.

use super::*;
use calcard::Entry;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty,
};
use chrono_tz::Tz;
use mail_parser::{MessageParser, MimeHeaders};
use matchday_domain::id::{DelegateId, MeetingId};
use matchday_domain::invitation::{self, Content, Invitation, Method, Party};
use matchday_domain::notice::{AgendaEntry, EventFacts, Notice, Recipient};
use matchday_domain::organisation::Verification;
use matchday_domain::text::{Language, Message as Said, Text};
use matchday_domain::time::{Timestamp, minutes};
use proptest::prelude::*;
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

#[test]
fn every_notice_is_a_whole_mail_in_both_languages() {
    for notice in notices() {
        for (language, name) in [(Language::Ko, "김담당"), (Language::En, "D. Kim")] {
            let raw = raw(&notice, &recipient(language, name));
            wire_is_clean(&raw);
            let mail = MessageParser::default().parse(&raw).unwrap();
            assert_eq!(mail.message_id(), Some("0190-1@matchday.example.kr"));
            assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-11-20T01:02:03Z");
            let from = mail.from().unwrap().first().unwrap();
            assert_eq!(from.address(), Some("events@matchday.example.kr"));
            assert_eq!(from.name(), sender().name.get(language));
            let to: Vec<_> = mail.to().unwrap().iter().collect();
            assert_eq!(to.len(), 1);
            assert_eq!(to[0].address(), Some("kim@hospital.example.org"));
            assert_eq!(to[0].name(), Some(name));
            assert_eq!(
                mail.header_raw("Auto-Submitted").unwrap().trim(),
                "auto-generated"
            );

            let types: Vec<_> = mail
                .parts
                .iter()
                .filter_map(|p| p.content_type())
                .map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or_default()))
                .collect();
            let mut wanted = vec!["multipart/alternative", "text/plain", "text/html"];
            if matches!(notice, Notice::MeetingInvitation { .. }) {
                wanted.push("text/calendar");
            }
            assert_eq!(types, wanted, "{}", notice.kind());

            let (subject, plain, html) = read(&raw);
            let kind = notice.kind();
            assert!(
                !subject.is_empty() && !plain.contains("\n\n\n"),
                "{kind}\n{plain}"
            );
            assert!(!plain.contains("{{") && !html.contains("{{") && !html.contains("{%"));
            assert!(
                plain.contains(name) && html.contains(name),
                "{kind}\n{plain}"
            );
            assert!(html.starts_with("<!DOCTYPE html>") && html.contains("</html>"));
            let hangul = |s: &str| s.chars().any(|c| ('가'..='힣').contains(&c));
            assert_eq!(
                hangul(&subject),
                language == Language::Ko,
                "{kind}: {subject}"
            );
            assert!(
                !html.contains("<b>") && !html.contains("<주>"),
                "{kind}\n{html}"
            );
            if serde_json::to_string(&notice).unwrap().contains(LINK) {
                assert!(plain.contains(LINK), "{kind}\n{plain}");
                assert!(html.contains("a=1&#38;b=2"), "{kind}\n{html}");
            }
        }
    }
}

#[test]
fn an_agenda_is_sorted_and_said_in_the_zone_of_the_day() {
    let agenda = notices()
        .into_iter()
        .rfind(|n| n.kind() == "agenda")
        .unwrap();
    let (subject, plain, html) = read(&raw(&agenda, &recipient(Language::Ko, "김담당")));
    assert_eq!(subject, "[변경] 2026 의료데이터 활용 매칭데이 상담 시간표");
    let day = plain.find("2026년 12월 1일 (화)").unwrap();
    let (first, second) = (
        plain.find("14:00–14:30").unwrap(),
        plain.find("15:00–15:30").unwrap(),
    );
    let (next, third) = (
        plain.find("2026년 12월 2일 (수)").unwrap(),
        plain.find("10:00–10:30").unwrap(),
    );
    assert!(
        day < first && first < second && second < next && next < third,
        "{plain}"
    );
    for part in [
        "테이블 12",
        "한빛제약 <주> (이서연, John \"JD\" Doe)",
        "한국 시간, UTC+9",
        "폐암 CT 영상",
    ] {
        assert!(plain.contains(part), "{part}\n{plain}");
    }
    assert!(html.contains("한빛제약 &#60;주&#62;"), "{html}");

    let (subject, plain, _) = read(&raw(&agenda, &recipient(Language::En, "D. Kim")));
    assert_eq!(
        subject,
        "Changed: your meetings at Medical Data Matching Day 2026"
    );
    assert!(plain.contains("Tuesday, 1 December 2026") && plain.contains("Hanbit & Co"));
    assert!(plain.contains("Korea time, UTC+9"), "{plain}");
}

#[test]
fn a_sign_in_mail_shows_the_code_in_the_text_and_not_in_the_subject() {
    let (subject, plain, html) = read(&raw(&notices()[0], &recipient(Language::En, "")));
    assert_eq!(subject, "Your sign-in code");
    assert!(
        plain.starts_with("Hello,\n") || plain.starts_with("Hello,\r\n"),
        "{plain}"
    );
    assert!(plain.contains("482913") && html.contains("482913") && plain.contains("15 minutes"));
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

#[test]
fn an_invitation_carries_what_calendars_need() {
    let first = invitation::next(None, Some(&content())).unwrap();
    let last = invitation::next(Some(&first), None).unwrap();
    let uid = invitation::uid(
        MeetingId(Uuid::from_u128(1)),
        DelegateId(Uuid::from_u128(2)),
        0,
    );
    for (step, method, status, sequence) in [
        (first, "REQUEST", "CONFIRMED", 0),
        (last, "CANCEL", "CANCELLED", 1),
    ] {
        let notice = Notice::MeetingInvitation {
            invitation: invitation(step, "김담당"),
        };
        let (parameter, text) = calendar_of(&raw(&notice, &recipient(Language::Ko, "김담당")));
        folded(&text);
        assert_eq!(parameter, method);
        let calendar = parsed(&text);
        let event = only_event(&calendar);
        assert_eq!(value(event, ICalendarProperty::Uid), uid);
        assert_eq!(
            value(event, ICalendarProperty::Summary),
            content().summary.ko
        );
        assert_eq!(
            value(event, ICalendarProperty::Description),
            content().description.ko
        );
        assert_eq!(
            value(event, ICalendarProperty::Location),
            content().location.ko
        );
        let unfolded = text.replace("\r\n ", "");
        for line in [
            format!("METHOD:{method}"),
            format!("STATUS:{status}"),
            format!("SEQUENCE:{sequence}"),
            "DTSTAMP:20261120T010203Z".into(),
            "DTSTART:20261201T050000Z".into(),
            "DTEND:20261201T053000Z".into(),
            "ORGANIZER;CN=매칭데이 운영사무국:mailto:events@matchday.example.kr".into(),
        ] {
            assert!(
                unfolded.split("\r\n").any(|l| l == line),
                "{line}\n{unfolded}"
            );
        }
        let attendee = unfolded
            .split("\r\n")
            .find(|l| l.starts_with("ATTENDEE"))
            .unwrap();
        assert!(
            attendee.ends_with(":mailto:kim@hospital.example.org"),
            "{attendee}"
        );
        assert!(attendee.contains(";PARTSTAT=NEEDS-ACTION"));
        assert_eq!(attendee.contains(";RSVP=TRUE"), method == "REQUEST");
    }
}

#[test]
fn a_thread_keeps_its_organiser_when_the_service_moves() {
    let step = invitation::next(None, Some(&content())).unwrap();
    let text = ics::invitation(
        &invitation(step, "Kim"),
        Language::En,
        &"new@elsewhere.example.kr".parse().unwrap(),
    )
    .replace("\r\n ", "");
    assert!(
        text.contains(
            "SENT-BY=\"mailto:new@elsewhere.example.kr\":mailto:events@matchday.example.kr"
        ),
        "{text}"
    );
}

#[test]
fn a_feed_names_the_calendar_and_every_meeting() {
    let entries: Vec<_> = (0..3)
        .map(|n| FeedEntry {
            uid: format!("u{n}"),
            sequence: n,
            content: content(),
            stamped_at: at("2026-11-20T01:02:03Z"),
        })
        .collect();
    let text = ics::feed("매칭데이, 김담당\r\nX-EVIL:1", Language::En, &entries);
    folded(&text);
    let unfolded = text.replace("\r\n ", "");
    for line in [
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-WR-CALNAME:매칭데이\\, 김담당  X-EVIL:1",
    ] {
        assert!(
            unfolded.split("\r\n").any(|l| l == line),
            "{line}\n{unfolded}"
        );
    }
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 3);
    assert!(!unfolded.contains("ATTENDEE") && !unfolded.contains("ORGANIZER"));
    parsed(&text);
    folded(&ics::feed("", Language::Ko, &[]));
}

#[test]
fn what_is_not_safe_is_refused() {
    let now = at("2026-11-20T01:02:03Z");
    let kim = recipient(Language::Ko, "Kim");
    let link = |link: &str| Notice::SignInCode {
        code: "1".into(),
        link: link.into(),
        valid_minutes: 1,
    };
    for bad in [
        "javascript:alert(1)",
        "/relative",
        "https://x.kr/\r\nBcc: y",
        "",
    ] {
        let result = render(&link(bad), &kim, &sender(), ID, now);
        assert!(matches!(result, Err(RenderError::Link)), "{bad}");
    }
    for bad in ["x@y", "<x>", "<x@y\r\nBcc: z>", "<@y>", "<x y@z>", "<한@z>"] {
        let result = render(&link(LINK), &kim, &sender(), bad, now);
        assert!(matches!(result, Err(RenderError::MessageId)), "{bad}");
    }
    let step = invitation::next(None, Some(&content())).unwrap();
    let mut other = invitation(step, "Kim");
    other.attendee.address = "lee@hospital.example.org".parse().unwrap();
    let result = render(
        &Notice::MeetingInvitation { invitation: other },
        &kim,
        &sender(),
        ID,
        now,
    );
    assert!(matches!(result, Err(RenderError::Attendee)));
    assert!(
        render(
            &link(LINK),
            &kim,
            &sender(),
            &sender().message_id(Uuid::now_v7()),
            now
        )
        .is_ok()
    );
}

#[test]
fn the_same_mail_is_the_same_to_the_byte() {
    for notice in notices() {
        let kim = recipient(Language::Ko, "김담당");
        assert_eq!(raw(&notice, &kim), raw(&notice, &kim));
    }
}

/// The life cycle for a judge outside: set `MATCHDAY_SAMPLE_MAILS` to a folder and run with `--ignored`.
#[test]
#[ignore = "writes files for an outside checker"]
fn write_a_life_cycle() {
    let folder = std::env::var("MATCHDAY_SAMPLE_MAILS").unwrap();
    for (language, tag) in [(Language::Ko, "ko"), (Language::En, "en")] {
        let mut moved = content();
        moved.starts_at += minutes(60);
        moved.ends_at += minutes(60);
        let mut last = None;
        let plans = [
            Some(content()),
            Some(moved.clone()),
            Some(moved),
            None,
            Some(content()),
        ];
        for (n, plan) in plans.iter().enumerate() {
            let Some(step) = invitation::next(last.as_ref(), plan.as_ref()) else {
                continue;
            };
            last = Some(step.clone());
            let mut invitation = invitation(step, "김담당");
            invitation.uid = format!("{tag}-{}", invitation.uid);
            let raw = raw(
                &Notice::MeetingInvitation { invitation },
                &recipient(language, "김담당"),
            );
            std::fs::write(format!("{folder}/{tag}-{n}.eml"), raw).unwrap();
        }
        for (n, notice) in notices().iter().enumerate() {
            let raw = raw(notice, &recipient(language, "김담당"));
            std::fs::write(
                format!("{folder}/notice-{}-{n}-{tag}.eml", notice.kind()),
                raw,
            )
            .unwrap();
        }
    }
}

/// Names that people have, and names that attackers send.
fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[가-힣 ]{0,400}",
        "[a-zA-Z0-9]{0,1500}",
        "[\r\n\"',;:\\\\<>@=?{}%가😀é\u{2028}\u{202e} ]{0,80}",
        Just("Kim\r\nBcc: victim@example.com\r\n\r\nBody".to_owned()),
        Just("\"=?utf-8?q?x?=\" <a@b.kr>, c".to_owned()),
        Just("END:VEVENT\r\nBEGIN:VEVENT\nATTENDEE:mailto:x@y.kr".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn odd_names_stay_where_they_belong(
        name in odd_text(), other in odd_text(), free in odd_text(), korean in any::<bool>(),
    ) {
        let language = if korean { Language::Ko } else { Language::En };
        let recipient = recipient(language, &name);
        let mut content = content();
        content.summary = Said::new(other.clone(), other.clone());
        content.description = Said::new(free.clone(), free.clone());
        content.location = Said::new(name.clone(), name.clone());
        let step = invitation::next(None, Some(&content)).unwrap();
        let mut odd = meeting("2026-12-01T06:00:00Z");
        odd.other = Text::new(Some(&other), None);
        odd.other_delegates = vec![name.clone(), free.clone()];
        odd.table = Some(free.clone());
        let mut day = event();
        day.title = Text::new(Some(&other), None);
        for notice in [
            Notice::MeetingInvitation { invitation: invitation(step, &name) },
            Notice::Agenda {
                event: day.clone(), changed: true, meetings: vec![odd],
                feed_url: LINK.into(), link: LINK.into(),
            },
            Notice::MeetingRequestReceived {
                event: day, from: Text::new(Some(&other), None), message: Some(free.clone()),
                answer_by: None, link: LINK.into(),
            },
        ] {
            let raw = raw(&notice, &recipient);
            wire_is_clean(&raw);
            let mail = MessageParser::default().parse(&raw).unwrap();
            let names: Vec<_> = mail.headers().iter().map(|h| h.name().to_ascii_lowercase()).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, [
                "auto-submitted", "content-language", "content-type", "date", "from",
                "message-id", "mime-version", "subject", "to",
            ]);
            let to: Vec<_> = mail.to().unwrap().iter().collect();
            prop_assert_eq!(to.len(), 1);
            prop_assert_eq!(to[0].address(), Some("kim@hospital.example.org"));
            let (_, _, html) = read(&raw);
            prop_assert_eq!(html.matches("<h1").count(), 1);
            if let Notice::MeetingInvitation { invitation } = &notice {
                let (_, text) = calendar_of(&raw);
                folded(&text);
                let calendar = parsed(&text);
                let event = only_event(&calendar);
                prop_assert_eq!(value(event, ICalendarProperty::Uid), invitation.uid.clone());
                let unfolded = text.replace("\r\n ", "");
                prop_assert_eq!(unfolded.matches("\r\nATTENDEE").count(), 1);
                prop_assert_eq!(value(event, ICalendarProperty::Summary), words::line(&other));
                prop_assert_eq!(value(event, ICalendarProperty::Description), words::lines(&free));
                prop_assert_eq!(invitation.method, Method::Request);
            }
        }
    }
}
