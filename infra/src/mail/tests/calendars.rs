//! Invitations and feeds.

use super::*;

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
