//! One-time codes and links.

use super::*;
use matchday_api::app::identity::Proof;
use matchday_api::app::{Caller, SeededRandomness};
use matchday_api::config::{Config, Layer};
use matchday_api::server::Service;
use matchday_domain::identity::Client;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::text::Language;
use matchday_tests::on_both;
use std::sync::Arc;

on_both!(a_code_is_good_once_and_for_few_guesses, codes);
on_both!(too_many_codes, too_many_codes);
on_both!(nobody_learns_who_is_known, nobody_learns_who_is_known);

const ASK: &str =
    "mutation($i: RequestSignInInput!) { requestSignIn(input: $i) { email userErrors { code } } }";
const SIGN_IN: &str =
    "mutation($i: SignInInput!) { signIn(input: $i) { token userErrors { code message } } }";

async fn ask(cast: &Cast, email: &str) -> (String, String) {
    cast.smtp.clear();
    let asked = cast
        .server
        .post(None, ASK, json!({ "i": { "email": email } }))
        .await;
    assert_eq!(asked["data"]["requestSignIn"]["userErrors"], json!([]));
    let mail = cast
        .smtp
        .wait_for("the code", |mail| mail.to == email)
        .await;
    let text = mail.text();
    let code = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 8)
        .unwrap();
    let link = text.split("/sign-in?token=").nth(1).unwrap();
    let link = link.split_whitespace().next().unwrap();
    (code.to_owned(), link.to_owned())
}

async fn sign_in(cast: &Cast, input: Value) -> Value {
    cast.server.post(None, SIGN_IN, json!({ "i": input })).await["data"]["signIn"].clone()
}

async fn codes(database: TestDatabase) {
    let cast = cast(&database).await;
    let email = "new@hospital.example";
    let with = |code: &str| json!({ "email": email, "code": code });
    // Good once, and the link of the same mail with it.
    let (code, link) = ask(&cast, email).await;
    assert!(sign_in(&cast, with(&code)).await["token"].is_string());
    assert_eq!(
        sign_in(&cast, with(&code)).await["userErrors"][0]["code"],
        "INVALID"
    );
    let again = sign_in(&cast, json!({ "linkToken": link })).await;
    assert_eq!(again["userErrors"][0]["code"], "INVALID");
    // Guesses at the same moment share no try: of ten, five are looked at, and then the code itself is dead.
    let (code, link) = ask(&cast, email).await;
    let wrong = if code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    let guesses = (0..10).map(|_| sign_in(&cast, with(wrong)));
    for answer in futures_util::future::join_all(guesses).await {
        assert_eq!(answer["userErrors"][0]["code"], "INVALID");
    }
    assert!(sign_in(&cast, with(&code)).await["token"].is_null());
    // The link is not for guessing: it still works.
    assert!(sign_in(&cast, json!({ "linkToken": link })).await["token"].is_string());
    // Out of date.
    cast.server.clock.advance(chrono::TimeDelta::minutes(16));
    let (code, link) = ask(&cast, email).await;
    cast.server.clock.advance(chrono::TimeDelta::minutes(10));
    assert!(sign_in(&cast, with(&code)).await["token"].is_null());
    assert!(sign_in(&cast, json!({ "linkToken": link })).await["token"].is_null());
    // What was mailed is nowhere kept in the clear: neither in a row of its own nor in the outbox.
    cast.server.settle().await;
    assert_eq!(kept(&database, "outbox", "job", &code).await, 0);
    assert_eq!(kept(&database, "outbox", "job", &link).await, 0);
    assert_eq!(kept(&database, "sign_in", "link_hash", &link).await, 0);
    // Nor for ever: after a day the addresses that were typed in are forgotten.
    cast.server.clock.advance(chrono::TimeDelta::hours(25));
    ask(&cast, "another@hospital.example").await;
    for _ in 0..400 {
        if kept(&database, "sign_in", "email", email).await == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("codes of yesterday are still there");
}

async fn too_many_codes(database: TestDatabase) {
    let cast = cast(&database).await;
    let seconds = chrono::TimeDelta::seconds;
    let ask = async || {
        let query = "mutation($i: RequestSignInInput!) { requestSignIn(input: $i) { email userErrors { path code message messageKo retryAfterSeconds } } }";
        let input = json!({ "i": { "email": "h@hospital.example" } });
        cast.server.post(None, query, input).await["data"]["requestSignIn"].clone()
    };
    // One a minute, of which five are good in a quarter of an hour.
    for _ in 0..5 {
        assert_eq!(ask().await["userErrors"], json!([]));
        cast.server.clock.advance(seconds(60));
    }
    let refused = json!([{ "path": ["email"], "code": "RATE_LIMITED", "retryAfterSeconds": 600,
        "message": "Too many requests; try again in 600 s.", "messageKo": "요청이 너무 많습니다. 600초 후 다시 시도하십시오." }]);
    assert_eq!(ask().await["userErrors"], refused);
    cast.server.clock.advance(seconds(599));
    let refused = ask().await["userErrors"][0].clone();
    assert_eq!(refused["retryAfterSeconds"], 1, "{refused:#}");
    // What it says holds: the first code counts no longer, the second one still does.
    cast.server.clock.advance(seconds(1));
    assert_eq!(ask().await["email"], "h@hospital.example");
    let refused = ask().await["userErrors"][0].clone();
    assert_eq!(refused["retryAfterSeconds"], 60, "{refused:#}");
}

async fn nobody_learns_who_is_known(database: TestDatabase) {
    let cast = cast(&database).await;
    let known = ["h@hospital.example", "nobody@nowhere.example"];
    // The same words.
    let mut answers = Vec::new();
    for email in known {
        let asked = cast
            .server
            .post(None, ASK, json!({ "i": { "email": email } }))
            .await;
        let refused = sign_in(&cast, json!({ "email": email, "code": "00000000" })).await;
        answers.push((asked.to_string().replace(email, "…"), refused));
    }
    assert_eq!(answers[0], answers[1]);
    // Nor does the answer tell whether a code is waiting.
    let none = sign_in(
        &cast,
        json!({ "email": "c@company.example", "code": "00000000" }),
    )
    .await;
    assert_eq!(answers[0].1, none);
    // The same work: as many statements, counted in a service in which nothing else goes on.
    let settings = [
        ("database.url", database.url.as_str()),
        ("mail.url", &cast.smtp.url),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let config = Config::merge(vec![Layer::flags(settings)]).unwrap();
    let (clock, chance) = (cast.server.clock.clone(), SeededRandomness::new(2));
    let quiet = Service::open_with(config, true, Arc::new(clock), Arc::new(chance));
    let app = quiet.await.unwrap().app;
    let mut work = Vec::new();
    for email in known {
        let email: EmailAddress = email.parse().unwrap();
        let begun = app.store().statements();
        app.request_sign_in(&email, Language::En).await.unwrap();
        let asked = app.store().statements();
        let proof = Proof::Code {
            email,
            code: "00000000".to_owned(),
        };
        let nobody = Caller::default();
        let guess = app.sign_in(proof, &nobody, Client::default()).await;
        assert!(guess.is_err());
        work.push((asked - begun, app.store().statements() - asked));
    }
    assert!(work[0].0 > 0 && work[0].1 > 0);
    assert_eq!(work[0], work[1], "statements for known and for unknown");
}
