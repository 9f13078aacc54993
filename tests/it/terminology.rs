//! The operator refines the terminology by the official KCD and words of its own; running servers take it up.

use clap::Parser;
use encoding_rs::EUC_KR;
use matchday_api::cli::{self, Cli};
use matchday_domain::organisation::OrganisationKind;
use matchday_infra::store::TerminologySource;
use matchday_tests::{FixedClock, SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;

on_both!(
    a_kcd_in_cp949_refines_a_running_server,
    a_kcd_in_cp949_refines_a_running_server
);
on_both!(bad_rows_are_told_by_line, bad_rows_are_told_by_line);
on_both!(own_words_stand_behind_ours, own_words_stand_behind_ours);
on_both!(
    codes_of_other_systems_are_recognised,
    codes_of_other_systems_are_recognised
);
on_both!(odd_conditions_are_refused, odd_conditions_are_refused);

const KCD: &str = "상병기호,한글명칭,영문명칭\r\n\
    C34,기관지 및 폐의 악성 신생물,Malignant neoplasm of bronchus and lung\r\n\
    C341,\"상엽, 기관지 또는 폐의 악성 신생물\",\"Malignant neoplasm of upper lobe, bronchus or lung\"\r\n\
    U99,품질관리용 특수목적 코드,Codes for quality control\r\n\
    U99.1,똠방각하 증후군,Invented syndrome\r\n";

fn cp949(text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = EUC_KR.encode(text);
    assert!(!lossy);
    bytes.into_owned()
}

/// Runs `matchday import …` as the operator would; its exit code.
async fn import(database: &TestDatabase, kind: &str, bytes: &[u8]) -> u8 {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("terms.csv");
    std::fs::write(&file, bytes).unwrap();
    let url = format!("database.url={}", database.url);
    let words = [
        "matchday",
        "import",
        kind,
        file.to_str().unwrap(),
        "--set",
        &url,
    ];
    let code = cli::run(Cli::try_parse_from(words).unwrap()).await;
    // Codes can only be compared in their printed form.
    let printed = format!("{code:?}");
    (0..=255)
        .find(|n| printed == format!("{:?}", ExitCode::from(*n)))
        .unwrap()
}

async fn found(server: &TestServer, user: &User, words: &str) -> Vec<(String, String)> {
    let query = "query($w: String!) { searchTerms(words: $w, first: 5) { code label { ko en } } }";
    let data = server.data(user, query, json!({ "w": words })).await;
    let terms = data["searchTerms"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    terms
        .map(|term| (text(&term["code"]), text(&term["label"]["ko"])))
        .collect()
}

/// Waits until the server finds a code by these words first; it hears of the change by itself.
async fn wait_for(server: &TestServer, user: &User, words: &str, code: &str) {
    for _ in 0..1_500 {
        let terms = found(server, user, words).await;
        if terms.first().is_some_and(|(first, _)| first == code) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{words} leads to {:?}", found(server, user, words).await);
}

async fn a_kcd_in_cp949_refines_a_running_server(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let title = "상엽, 기관지 또는 폐의 악성 신생물";
    assert_eq!(import(&database, "kcd", &cp949(KCD)).await, 0);
    // On one machine the command's commit is not announced: any other commit, or the poll, is.
    server.service.app.hub().wake();
    wait_for(&server, &company, title, "C34.1").await;

    assert_eq!(found(&server, &company, title).await[0].1, title);
    assert_eq!(found(&server, &company, "똠방각하").await[0].0, "U99.1");
    let of_category = found(&server, &company, "C34").await;
    assert_eq!(of_category[0].1, "기관지 및 폐의 악성 신생물");
    let content =
        json!({ "title": { "ko": "상엽 폐암" }, "conditions": ["C34.1", "U99", "C34.12"] });
    let demand = server
        .mutate(
            &company,
            "createDemand",
            json!({ "content": content }),
            "demand { conditions { code label { ko en } } }",
        )
        .await;
    assert_eq!(
        demand["demand"]["conditions"],
        json!([
            { "code": "C34.1", "label": { "ko": title, "en": "Malignant neoplasm of upper lobe, bronchus or lung" } },
            { "code": "U99", "label": { "ko": "품질관리용 특수목적 코드", "en": "Codes for quality control" } },
            { "code": "C34.12", "label": { "ko": format!("{title} (C34.12)"),
                "en": "Malignant neoplasm of upper lobe, bronchus or lung (C34.12)" } },
        ])
    );

    // The same rows, in whatever encoding, change nothing; another server starts with them; a new file replaces them.
    let app = &server.service.app;
    let again = app
        .import_terminology(TerminologySource::Kcd, &cp949(KCD))
        .await
        .unwrap();
    assert_eq!((again.read, again.kept, again.changed), (4, 4, false));
    let utf8 = format!("\u{feff}{KCD}");
    let again = app
        .import_terminology(TerminologySource::Kcd, utf8.as_bytes())
        .await
        .unwrap();
    assert!(!again.changed, "{again:?}");
    let other = TestServer::start(&database, &smtp).await;
    assert_eq!(found(&other, &company, title).await[0].0, "C34.1");
    let new =
        "C50.1\t유방의 중앙부의 악성 신생물\tMalignant neoplasm of central portion of breast\n";
    assert_eq!(import(&database, "kcd", new.as_bytes()).await, 0);
    server.service.app.hub().wake();
    wait_for(&server, &company, "유방의 중앙부의 악성 신생물", "C50.1").await;
    assert!(found(&server, &company, "똠방각하").await.is_empty());
}

async fn bad_rows_are_told_by_line(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let app = &server.service.app;
    let mut bytes = cp949(
        "C34.1,상엽,Upper lobe\n폐암,이름,Name\nC34.1,또 상엽,Upper lobe\nC34.2,,Middle lobe\nU99.1,없는 분류,None\n\
         A00~A09,장감염질환,Intestinal infectious diseases\nA17.0\u{2020},결핵성 수막염,\n\"열린,따옴표\n",
    );
    let offset = bytes.len() + 6;
    bytes.extend(b"C34.3,\xff\xff,Lower lobe\nC34.3,");
    bytes.extend(cp949("하엽,Lower lobe"));
    let report = app
        .import_terminology(TerminologySource::Kcd, &bytes)
        .await
        .unwrap();
    assert_eq!((report.read, report.kept, report.refused), (10, 4, 6));
    let told: Vec<_> = report
        .errors
        .iter()
        .map(|error| (error.line, error.field.as_deref()))
        .collect();
    let expected = [
        (2, Some("code")),
        (3, Some("code")),
        (4, Some("korean")),
        (5, Some("code")),
        (8, None),
        (9, None),
    ];
    assert_eq!(told, expected, "{:#?}", report.errors);
    let undecodable = &report.errors[5].reason;
    assert!(
        undecodable.en.contains(&offset.to_string()),
        "{undecodable:?}"
    );
    assert!(
        undecodable.ko.contains(&offset.to_string()),
        "{undecodable:?}"
    );

    // A file that is good for nothing leaves the earlier one in place.
    let utf16: Vec<u8> = "\u{feff}C34,폐암,Lung"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bad, says) in [
        (utf16.as_slice(), "UTF-16"),
        (b" \r\n", "empty"),
        (b"\xff\xff\xff", "offset 0"),
    ] {
        for source in [TerminologySource::Kcd, TerminologySource::Thesaurus] {
            let report = app.import_terminology(source, bad).await.unwrap();
            assert_eq!((report.kept, report.refused, report.changed), (0, 1, false));
            assert!(report.errors[0].reason.en.contains(says), "{report:?}");
        }
    }
    assert_eq!(import(&database, "kcd", &utf16).await, 2);
    let same = app
        .import_terminology(TerminologySource::Kcd, &bytes)
        .await
        .unwrap();
    assert!(!same.changed);
}

async fn own_words_stand_behind_ours(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    // Past the command's clock, which is the machine's, so that its jobs are due.
    let clock = FixedClock::at("2100-01-01T00:00:00Z");
    let server = TestServer::start_at(&database, &smtp, clock, 1).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    // Coded by its words alone; nobody knows them yet.
    let content = json!({ "title": { "ko": "꽈당병 연구" }, "conditionsText": { "ko": "꽈당병" }, "dataKindsRequired": ["imaging.ct"] });
    let demand = server
        .mutate(
            &company,
            "createDemand",
            json!({ "content": content }),
            "demand { id }",
        )
        .await["demand"]["id"]
        .clone();
    server
        .mutate(
            &company,
            "moveDemand",
            json!({ "id": demand, "version": 1, "step": "OPEN" }),
            "demand { id }",
        )
        .await;
    let content = json!({ "title": { "ko": "낙상 자료" }, "conditions": ["W19"], "dataKinds": ["imaging.ct"] });
    let offer = server
        .mutate(
            &hospital,
            "createOffer",
            json!({ "content": content }),
            "offer { id }",
        )
        .await["offer"]["id"]
        .clone();
    server
        .mutate(
            &hospital,
            "moveOffer",
            json!({ "id": offer, "version": 1, "step": "LIST" }),
            "offer { id }",
        )
        .await;
    server.settle().await;
    let score = async || {
        let query = "query($id: ID!) { node(id: $id) { ... on Demand { matches(first: 1) { edges { node { score } } } } } }";
        let data = server.data(&company, query, json!({ "id": demand })).await;
        data["node"]["matches"]["edges"][0]["node"]["score"].as_f64()
    };
    let before = score().await;

    let file = "# words of our region\n\
                dx\tW19\t꽈당병;낙상병\tkwadang\n\
                dx\t=꽈당병\t우당탕병\t\n\
                dx\t=폐암\t허파앓이\t\n\
                dx\t=둘째\t첫째\t\n\
                dx\t=첫째\t둘째\t\n\
                dx\t=아무도모름\t셋째\t\n\
                dx\tW19\t낙상병;꽈당병\tkwadang\n\
                disease\tC34\t폐암\t\n\
                dx\tC98\t없는암\t\n\
                dx\tC34\t\t\n\
                dx\tC34\t😀\t\n\
                modality\timaging.ct\t통통사진\t\n";
    assert_eq!(
        import(&database, "thesaurus", &cp949(&file.replace('😀', "!"))).await,
        2
    );
    server.service.app.hub().wake();
    wait_for(&server, &company, "꽈당병", "W19").await;
    for (words, code) in [
        ("우당탕병", "W19"),
        ("kwadang", "W19"),
        ("허파앓이", "C34"),
        ("통통사진", "imaging.ct"),
        ("폐암", "C34"),
    ] {
        assert_eq!(found(&server, &company, words).await[0].0, code, "{words}");
    }
    assert!(found(&server, &company, "첫째").await.is_empty());
    // What was open is matched anew, with the words as they are now: the condition is asked for, and counts less until
    // it is confirmed.
    server.settle().await;
    assert_ne!(score().await, before);

    let report = server
        .service
        .app
        .import_terminology(TerminologySource::Thesaurus, file.as_bytes())
        .await
        .unwrap();
    assert_eq!(
        (report.read, report.kept, report.repeated, report.refused),
        (12, 4, 1, 7)
    );
    assert!(!report.changed);
    let lines: Vec<_> = report.errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [5, 6, 7, 8, 9, 10, 11, 12]);
    for circle in &report.errors[..2] {
        assert!(circle.reason.en.contains("lines 5, 6"), "{circle:?}");
    }
    assert!(
        report.errors[3].reason.en.contains("line 2"),
        "{:?}",
        report.errors[3]
    );
}

async fn codes_of_other_systems_are_recognised(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    for (code, meaning) in [
        ("DUO:0000007", "DS"),
        ("4548-4", "structured.laboratory"),
        ("C10AA05", "structured.medication"),
        ("HA201", "structured.claims"),
        ("320128", "OMOP_CDM"),
        ("C34.1", "C34.1"),
    ] {
        assert_eq!(found(&server, &company, code).await[0].0, meaning, "{code}");
    }
    assert!(
        found(&server, &company, "4548-5").await.is_empty(),
        "a wrong check digit"
    );
    assert!(found(&server, &company, "😀😀").await.is_empty());
}

async fn odd_conditions_are_refused(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let many: Vec<_> = (0..10_000).map(|i| format!("C34.{}", i % 10)).collect();
    let content = |conditions: Value| json!({ "content": { "title": { "ko": "폐암" }, "conditions": conditions } });
    let refused = server
        .refused(&company, "createDemand", content(json!(many)))
        .await;
    assert_eq!(refused["path"], json!(["conditions"]), "{refused:#}");
    assert!(
        refused["messageKo"].as_str().unwrap().contains("200"),
        "{refused:#}"
    );
    let refused = server
        .refused(&company, "createDemand", content(json!(["C98"])))
        .await;
    assert_eq!(refused["path"], json!(["conditions", "0"]), "{refused:#}");
    // A text of signs alone means no condition, and does no harm.
    let content =
        json!({ "content": { "title": { "ko": "😀" }, "conditionsText": { "ko": "😀😀🫀" } } });
    let demand = server
        .mutate(
            &company,
            "createDemand",
            content,
            "demand { conditions { code } }",
        )
        .await;
    assert_eq!(demand["demand"]["conditions"], json!([]));
}
