//! What others already have comes in, by the command and by a hospital's own mutation.

use clap::Parser;
use matchday_api::cli::{self, Cli};
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{FixedClock, SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

on_both!(
    the_command_keeps_what_is_good,
    the_command_keeps_what_is_good
);
on_both!(the_real_export_comes_in_once, the_real_export_comes_in_once);
on_both!(
    a_hospital_imports_its_own_offers,
    a_hospital_imports_its_own_offers
);

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/src/import/examples");

/// Runs `matchday import …` as the operator would; whether every record was kept.
async fn import(database: &TestDatabase, kind: &str, file: impl AsRef<Path>) -> bool {
    let url = format!("database.url={}", database.url);
    let file = file.as_ref().to_str().unwrap();
    let words = ["matchday", "import", kind, file, "--set", &url];
    let code = cli::run(Cli::try_parse_from(words).unwrap()).await;
    // Codes can only be compared in their printed form.
    let code = format!("{code:?}");
    let all = code == format!("{:?}", ExitCode::SUCCESS);
    assert!(all || code == format!("{:?}", ExitCode::from(2)), "{code}");
    all
}

/// A server whose clock is past the command's, which is the machine's.
async fn later(database: &TestDatabase, smtp: &SmtpServer) -> TestServer {
    TestServer::start_at(database, smtp, FixedClock::at("2100-01-01T00:00:00Z"), 1).await
}

/// Every listed offer, as (title, version, number of matches).
async fn offers(server: &TestServer, user: &User) -> Vec<(String, i64, usize)> {
    let query = "query($after: String) { offers(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { \
                 version title { local } matches(first: 5) { edges { node { score } } } } } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = server.data(user, query, json!({ "after": after })).await;
        for edge in data["offers"]["edges"].as_array().unwrap() {
            let node = &edge["node"];
            found.push((
                node["title"]["local"].as_str().unwrap().to_owned(),
                node["version"].as_i64().unwrap(),
                node["matches"]["edges"].as_array().unwrap().len(),
            ));
        }
        if data["offers"]["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = data["offers"]["pageInfo"]["endCursor"].clone();
    }
}

async fn the_command_keeps_what_is_good(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let examples = Path::new(EXAMPLES);
    // An offer needs its organisation.
    assert!(!import(&database, "offers", examples.join("offers.ndjson")).await);
    for kind in ["organisations", "offers", "demands"] {
        let file = examples.join(format!("{kind}.ndjson"));
        assert!(import(&database, kind, &file).await, "{kind}");
        assert!(import(&database, kind, &file).await, "{kind} again");
    }
    // A changed record is a new version; a bad, a cut and another kind of record leave the good ones alone.
    let good = std::fs::read_to_string(examples.join("offers.ndjson")).unwrap();
    let demand = std::fs::read_to_string(examples.join("demands.ndjson")).unwrap();
    let mixed = [
        good.trim().replace("흉부 CT 코호트", "흉부 CT 자료"),
        good.trim()
            .replace("H-1/ct", "H-1/bad")
            .replace("1310", "-5"),
        demand.trim().to_owned(),
        good.trim()[..90].to_owned(),
    ];
    let file = folder.path().join("mixed.ndjson");
    std::fs::write(&file, mixed.join("\n")).unwrap();
    assert!(!import(&database, "offers", &file).await);
    for empty in ["empty.csv", "empty.ndjson"] {
        let file = folder.path().join(empty);
        std::fs::write(&file, "").unwrap();
        assert!(!import(&database, "offers", &file).await);
    }

    let smtp = SmtpServer::start().await;
    let server = later(&database, &smtp).await;
    let reader = server
        .organisation(OrganisationKind::Observer, "reader@ministry.example")
        .await;
    server.settle().await;
    assert_eq!(
        offers(&server, &reader).await,
        [("Lung cancer chest CT".to_owned(), 3, 0)],
        "an observer sees no matches of others"
    );
    let company = server
        .post(
            Some(&reader),
            "{ demands(first: 5) { edges { node { state organisation { name { ko } } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        company["data"]["demands"]["edges"][0]["node"],
        json!({ "state": "OPEN", "organisation": { "name": { "ko": "예시바이오" } } }),
        "{company:#}"
    );
    let [pass, ask, _] = server.service.app.store().match_counts().await.unwrap()[..] else {
        panic!()
    };
    assert_eq!(pass.1 + ask.1, 1, "the imported two match");
}

async fn the_real_export_comes_in_once(database: TestDatabase) {
    let folder = std::env::var("MATCHDAY_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").to_owned());
    let file = format!("{folder}/hdruk/datasets.csv");
    if !Path::new(&file).exists() {
        eprintln!(
            "*** hdruk/datasets.csv is not there (MATCHDAY_DATA): THE REAL EXPORT IS NOT IMPORTED ***"
        );
        return;
    }
    assert!(import(&database, "offers", &file).await);
    assert!(import(&database, "offers", &file).await);
    let smtp = SmtpServer::start().await;
    let server = later(&database, &smtp).await;
    let reader = server
        .organisation(OrganisationKind::Company, "reader@company.example")
        .await;
    let found = offers(&server, &reader).await;
    assert_eq!(found.len(), 303);
    assert!(
        found
            .iter()
            .all(|(title, version, _)| !title.is_empty() && *version == 2)
    );
}

const REPORT: &str = "report { read new changed unchanged refused errors { line field reason { ko en } } unstated { field offers } }";

async fn a_hospital_imports_its_own_offers(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let csv = "id,title,publisher,abstract,datasetStartDate,ageBand\n\
               a,Lung cancer CT,HUB > X,Images,3/31/15,18-85\n\
               b,,HUB > X,,,\n\
               c,Elsewhere,HUB > Y,,,\n\
               d,\"cut off";
    let input = json!({ "format": "HDRUK_CSV", "text": csv, "list": true, "idempotencyKey": "k1" });
    assert_eq!(
        server
            .refused(&company, "importOffers", input.clone())
            .await["code"],
        "FORBIDDEN"
    );
    let made = server
        .mutate(&hospital, "importOffers", input.clone(), REPORT)
        .await;
    let report = &made["report"];
    let sums = |report: &Value| {
        ["read", "new", "changed", "unchanged", "refused"]
            .map(|name| report[name].as_i64().unwrap())
    };
    assert_eq!(sums(report), [4, 1, 0, 0, 3], "{report:#}");
    let told: Vec<_> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["line"].as_i64().unwrap(), error["field"].as_str()))
        .collect();
    assert_eq!(
        told,
        [(3, Some("title")), (4, Some("organisation")), (5, None)]
    );
    let unstated = report["unstated"].as_array().unwrap();
    assert!(
        unstated.contains(&json!({ "field": "counts", "offers": 1 })),
        "{unstated:?}"
    );

    // The same request is answered as before; the same file changes nothing; a changed one is a new version.
    let again = server
        .mutate(&hospital, "importOffers", input, REPORT)
        .await;
    assert_eq!(again, made);
    let file = |text: &str| json!({ "format": "HDRUK_CSV", "text": text });
    let again = server
        .mutate(&hospital, "importOffers", file(csv), REPORT)
        .await;
    assert_eq!(sums(&again["report"]), [4, 0, 0, 1, 3]);
    let changed = csv.replace("Images", "Images and reports");
    let again = server
        .mutate(&hospital, "importOffers", file(&changed), REPORT)
        .await;
    assert_eq!(sums(&again["report"]), [4, 0, 1, 0, 3]);
    let offers = server
        .data(
            &company,
            "{ offers(first: 5) { edges { node { state version title { en } abstract { en } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        offers["offers"]["edges"],
        json!([{ "node": { "state": "LISTED", "version": 3, "title": { "en": "Lung cancer CT" },
            "abstract": { "en": "Images and reports" } } }])
    );

    let empty = server
        .mutate(&hospital, "importOffers", file(" \u{b}\u{3000}\n"), REPORT)
        .await;
    assert_eq!(
        empty["report"]["errors"][0]["reason"],
        json!({ "ko": "파일이 비어 있습니다.", "en": "The file is empty." })
    );
}
