//! Every notice in both languages.

use super::*;

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
