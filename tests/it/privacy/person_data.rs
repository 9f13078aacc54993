//! A person gets all that is held, and is gone from everywhere on request; a new table is found by the schema.

use crate::main_path::{Cast, arranged};
use clap::Parser;
use matchday_api::app::AppError;
use matchday_api::app::privacy::ErasureWish;
use matchday_api::cli::{self, Cli};
use matchday_domain::organisation::{EmailAddress, Role};
use matchday_domain::privacy::erasure::{ERASED_NAME, TRACES};
use matchday_tests::{TestDatabase, User, on_both};
use serde_json::{Value, json};

on_both!(
    a_person_is_gone_from_every_table,
    a_person_is_gone_from_every_table
);
on_both!(
    one_takes_ones_data_and_leaves,
    one_takes_ones_data_and_leaves
);

on_both!(
    the_operator_has_commands_for_it,
    the_operator_has_commands_for_it
);

/// A published meeting, with the person who sits there for the company.
async fn published(database: &TestDatabase) -> (Cast, Value, EmailAddress) {
    let (cast, day, run) = arranged(database).await;
    cast.server
        .mutate(
            &cast.organiser,
            "publishArrangement",
            json!({ "id": run }),
            "arrangement { state }",
        )
        .await;
    cast.server.settle().await;
    let email = cast.company.email.parse().unwrap();
    (cast, day, email)
}

async fn a_person_is_gone_from_every_table(database: TestDatabase) {
    let (cast, day, email) = published(&database).await;
    let (app, store) = (&cast.server.service.app, cast.server.service.app.store());
    let name = store.person_by_email(&email).await.unwrap().unwrap().name;
    // Colleagues who would be left alone.
    cast.server
        .colleague(
            &cast.company,
            "park@company.example",
            "박두리",
            Role::Member,
        )
        .await;

    // Every column that points to a person, as the schema says, is in the register.
    for (table, column) in store.references_to_person().await.unwrap() {
        assert!(
            TRACES
                .iter()
                .any(|trace| trace.table == table && trace.column == column),
            "decide in the register of erasures what becomes of {table}.{column}"
        );
    }
    // The export has every table in which the address occurs or that points to the person.
    let data = app.export_person(None, &email).await.unwrap().data;
    for table in [
        "person",
        "membership",
        "session",
        "sign_in",
        "delegate",
        "meeting",
        "meeting_delegate",
        "invitation",
        "outbox",
        "access_log",
    ] {
        assert!(
            data.contains_key(table),
            "{table} is not in {:?}",
            data.keys()
        );
    }
    for mention in store.mentions(email.as_str()).await.unwrap() {
        assert!(data.contains_key(&mention.table), "{mention:?}");
    }
    let text = json!(data).to_string();
    assert!(
        text.contains(email.as_str()) && !text.contains("_hash"),
        "{text}"
    );
    assert!(!text.contains("lee@hospital.example"), "of nobody else");
    let reads = &data["access_log"];
    assert!(
        reads.iter().any(|line| line["operation"] == "createDemand"),
        "{reads:#?}"
    );

    // Not the last administrator of others, unless the operator insists.
    let wish = |force, dry_run| ErasureWish { force, dry_run };
    let refused = app.erase_person(None, &email, wish(false, false)).await;
    assert!(matches!(refused, Err(AppError::Refused(_))), "{refused:?}");
    let before = store.mentions(email.as_str()).await.unwrap();
    let tried = app
        .erase_person(None, &email, wish(true, true))
        .await
        .unwrap();
    assert!(
        tried.found && tried.dry_run && tried.deleted["session"] > 0,
        "{tried:?}"
    );
    assert_eq!(
        store.mentions(email.as_str()).await.unwrap(),
        before,
        "a dry run changes nothing"
    );

    let done = app
        .erase_person(None, &email, wish(true, false))
        .await
        .unwrap();
    assert_eq!(
        (done.mentioned.clone(), done.found),
        (vec![], true),
        "{done:#?}"
    );
    assert_eq!(done.deleted, tried.deleted);
    assert!(
        done.rewritten["invitation"] > 0,
        "the other side's invitation names the delegate: {done:#?}"
    );
    for text in [email.as_str(), &name] {
        assert_eq!(store.mentions(text).await.unwrap(), vec![], "{text}");
    }
    let why: Vec<_> = done
        .kept
        .iter()
        .map(|kept| (kept.table.as_str(), kept.rows))
        .collect();
    assert!(
        why.iter().any(|(table, _)| *table == "access_log")
            && why.iter().any(|(table, _)| *table == "meeting"),
        "{why:?}"
    );
    // Nobody is signed in any more, the meeting stands, the delegate has no name.
    let answer = cast
        .server
        .post(Some(&cast.company), "{ viewer { email } }", json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{answer:#}"
    );
    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { timetable { state delegates { person { name } } } } } }";
    let table = cast
        .server
        .data(&cast.hospital, query, json!({ "id": day }))
        .await["node"]["timetable"]
        .clone();
    let names: Vec<_> = table[0]["delegates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["person"]["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&ERASED_NAME) && names.contains(&"lee"),
        "{table:#}"
    );
    // Mails to others can still be read, and a second run finds nobody.
    cast.server.settle().await;
    assert_eq!(store.job_counts().await.unwrap().failed, 0);
    let again = app
        .erase_person(None, &email, wish(true, false))
        .await
        .unwrap();
    assert_eq!((again.found, again.deleted.len()), (false, 0));
    assert!(
        app.export_person(None, &email)
            .await
            .unwrap()
            .data
            .is_empty()
    );
}

async fn one_takes_ones_data_and_leaves(database: TestDatabase) {
    let (cast, _, email) = published(&database).await;
    let server = &cast.server;
    let export = server
        .mutate(&cast.company, "exportMyData", json!({}), "document")
        .await;
    let document: Value = serde_json::from_str(export["document"].as_str().unwrap()).unwrap();
    assert_eq!(document["data"]["person"][0]["email"], email.as_str());
    let other = json!({ "email": "lee@hospital.example" });
    assert_eq!(
        server.refused(&cast.company, "eraseMe", other).await["code"],
        "INVALID"
    );
    let me = json!({ "email": email.as_str() });
    let done = server.mutate(&cast.company, "eraseMe", me, "report").await;
    let report: Value = serde_json::from_str(done["report"].as_str().unwrap()).unwrap();
    assert_eq!(report["mentioned"], json!([]), "{report:#}");
    assert!(report["kept"][0]["reason"]["ko"].is_string());
    // Somebody who signs in with the address again is somebody new.
    let link = server.service.app.sign_in_link(&email).await.unwrap();
    let sign_in = "mutation($i: SignInInput!) { signIn(input: $i) { token } }";
    let input = json!({ "i": { "linkToken": link.split("token=").nth(1) } });
    let opened = server.post(None, sign_in, input).await;
    let token = opened["data"]["signIn"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = User {
        email: email.to_string(),
        token,
    };
    let viewer = server
        .data(&again, "{ viewer { organisation { id } } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"]["organisation"], Value::Null, "{viewer:#}");
}

/// Runs `matchday privacy …` as the operator would; its exit code in printed form.
async fn privacy(database: &TestDatabase, words: &[&str]) -> String {
    let url = format!("database.url={}", database.url);
    let words = [&["matchday", "privacy"], words, &["--set", &url]].concat();
    format!("{:?}", cli::run(Cli::try_parse_from(words).unwrap()).await)
}

async fn the_operator_has_commands_for_it(database: TestDatabase) {
    let (cast, _, email) = published(&database).await;
    let store = cast.server.service.app.store();
    let [good, refused] = [0, 2].map(|code| format!("{:?}", std::process::ExitCode::from(code)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kim.json");
    let output = [
        "export",
        "--email",
        email.as_str(),
        "--output",
        file.to_str().unwrap(),
    ];
    assert_eq!(privacy(&database, &output).await, good);
    let kept = std::fs::read_to_string(&file).unwrap();
    let document: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(document["email"], email.as_str());
    assert!(
        document["data"]["meeting"][0]["slot"].is_number(),
        "{document:#}"
    );
    // Neither the code of a sign-in nor the address of a calendar.
    assert!(
        !kept.contains("/calendar/") && !kept.contains("token="),
        "{kept}"
    );
    assert_ne!(
        privacy(&database, &output).await,
        good,
        "a file is not overwritten"
    );

    cast.server
        .colleague(
            &cast.company,
            "park@company.example",
            "박두리",
            Role::Member,
        )
        .await;
    let erase = ["erase", "--email", email.as_str()];
    assert_eq!(privacy(&database, &erase).await, refused);
    let tried = [&erase[..], &["--force", "--dry-run"]].concat();
    assert_eq!(privacy(&database, &tried).await, good);
    assert!(store.person_by_email(&email).await.unwrap().is_some());
    let forced = [&erase[..], &["--force"]].concat();
    for _ in 0..2 {
        assert_eq!(privacy(&database, &forced).await, good);
        assert_eq!(store.mentions(email.as_str()).await.unwrap(), vec![]);
    }
    assert_eq!(privacy(&database, &["purge"]).await, good);
}
