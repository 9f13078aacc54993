//! Names that people have, and names that attackers send.

use super::*;
use matchday_domain::invitation::Method;
use proptest::prelude::*;

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
