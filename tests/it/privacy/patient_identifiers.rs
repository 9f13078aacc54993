//! Whatever people write is looked through for numbers of patients, and every text of the interface is decided on.

use matchday_tests::{TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both!(
    numbers_of_patients_are_refused,
    numbers_of_patients_are_refused
);

const NUMBER: &str = "800101-1234567";

/// How a text of the interface is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// People write it: looked through, as the test below shows.
    Free,
    /// The name of a person or an organisation: looked through as well.
    Name,
    /// Whom to call: looked through, but telephones are welcome.
    Contact,
    /// A code of a vocabulary, an address: read by a parser that refuses everything else.
    Code,
    /// A cursor, a key, a secret: compared or returned, never shown to anybody else.
    Token,
    /// Made of parts that are classified by themselves.
    Parts,
    /// Words that are searched for and not stored.
    Search,
}
use Class::{Code, Contact, Free, Name, Parts, Search, Token};

const CLASSES: [(&str, Class); 53] = [
    ("AdoptLearnedWeightsInput.reason", Free),
    ("AnswerInvitationInput.token", Token),
    ("ClaimMailDomainInput.domain", Code),
    ("CountObservationInput.code", Code),
    ("CreateApiKeyInput.name", Free),
    ("CreateMatchingDayInput.tables", Free),
    ("CreateMatchingDayInput.title", Free),
    ("CreateMatchingDayInput.venue", Free),
    ("DelegateInput.fields", Free),
    ("DemandContentInput.aim", Free),
    ("DemandContentInput.conditions", Code),
    ("DemandContentInput.conditionsText", Free),
    ("DemandContentInput.dataKindsAnyOf", Code),
    ("DemandContentInput.dataKindsRequired", Code),
    ("DemandContentInput.dataKindsWished", Code),
    ("DemandContentInput.title", Free),
    ("DemandContentInput.variablesRequired", Free),
    ("DemandContentInput.variablesWished", Free),
    ("DemandPopulationInput.inclusion", Free),
    ("EraseMeInput.email", Code),
    ("EventResourceInput.name", Free),
    ("ImportOffersInput.text", Parts),
    ("InviteColleagueInput.email", Code),
    ("InviteColleagueInput.name", Name),
    ("OfferContentInput.abstract", Free),
    ("OfferContentInput.codingSystems", Free),
    ("OfferContentInput.conditions", Code),
    ("OfferContentInput.contactOffice", Contact),
    ("OfferContentInput.dataKinds", Code),
    ("OfferContentInput.keywords", Free),
    ("OfferContentInput.title", Free),
    ("OfferContentInput.variables", Free),
    ("Query.searchTerms.words", Search),
    ("Query.signInProviderUrl.emailAddress", Code),
    ("RegisterOrganisationInput.name", Name),
    ("RequestSignInInput.email", Code),
    ("SendMeetingRequestInput.message", Free),
    ("SetArrangementRulesInput.reason", Free),
    ("SetIdentityProviderInput.clientId", Token),
    ("SetIdentityProviderInput.clientSecret", Token),
    ("SetIdentityProviderInput.issuer", Code),
    ("SetMatchingWeightsInput.reason", Free),
    ("SetPairRuleInput.reason", Free),
    ("SignInInput.code", Token),
    ("SignInInput.email", Code),
    ("SignInInput.linkToken", Token),
    ("TermCodeInput.code", Code),
    ("TextInput.en", Parts),
    ("TextInput.ko", Parts),
    ("UsePolicyInput.allowedInstitutions", Free),
    ("UsePolicyInput.allowedProjects", Free),
    ("UsePolicyInput.allowedUsers", Free),
    ("UsePolicyInput.permissionConditions", Code),
];

/// Every text that a client can send: fields of inputs, arguments of fields.
fn texts_of_the_schema() -> Vec<String> {
    let sdl = matchday_api::graphql::sdl();
    let (mut texts, mut owner, mut field, mut inside_doc) = (Vec::new(), "", "", false);
    for line in sdl.lines() {
        let text = line.trim();
        if let Some(rest) = text.strip_prefix("\"\"\"") {
            inside_doc ^= rest.is_empty() || !rest.ends_with("\"\"\"");
            continue;
        }
        if inside_doc {
            continue;
        }
        if let Some((kind, rest)) = text.split_once(' ')
            && ["input", "type"].contains(&kind)
        {
            owner = rest.split([' ', '{']).next().unwrap();
        }
        let typed = text.split_once(": ").map(|(name, typ)| {
            let typ: String = typ
                .chars()
                .take_while(|c| !matches!(c, ' ' | '=' | ','))
                .collect();
            (name, typ.trim_matches(['[', ']', '!']).to_owned())
        });
        if line.starts_with('\t') && !line.starts_with("\t\t") {
            field = text.split(['(', ':']).next().unwrap();
        }
        let Some((name, typ)) = typed.filter(|(_, typ)| typ == "String" || typ == "TextInput")
        else {
            continue;
        };
        let is_input = owner.ends_with("Input") && !line.starts_with("\t\t");
        let is_argument = line.starts_with("\t\t");
        if (is_input || is_argument) && !["clientMutationId", "idempotencyKey"].contains(&name) {
            let paging = is_argument && ["after", "before"].contains(&name);
            if !paging {
                let name = if is_argument {
                    format!("{owner}.{field}.{name}")
                } else {
                    format!("{owner}.{name}")
                };
                assert!(!typ.is_empty());
                texts.push(name);
            }
        }
    }
    texts
}

#[test]
fn every_text_of_the_interface_is_decided_on() {
    let decided: BTreeMap<&str, Class> = CLASSES.into_iter().collect();
    let texts = texts_of_the_schema();
    assert!(texts.len() > 30, "{texts:?}");
    for text in &texts {
        assert!(
            decided.contains_key(&**text),
            "decide what {text} is, and if people write it, show below that it is looked through"
        );
    }
    for known in decided.keys() {
        assert!(texts.iter().any(|text| text == known), "{known} is gone");
    }
}

async fn refused(server: &TestServer, user: &User, name: &str, input: Value, path: &str) {
    let error = server.refused(user, name, input).await;
    let said: Vec<&str> = error["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p.as_str().unwrap())
        .collect();
    assert_eq!(
        (said.join(".").as_str(), error["code"].as_str().unwrap()),
        (path, "PATIENT_IDENTIFIER"),
        "{name}: {error:#}"
    );
    for message in ["message", "messageKo"] {
        assert!(
            !error[message].as_str().unwrap().contains("1234567"),
            "{error:#}"
        );
    }
}

/// `content` with the number at a dotted path of names and indexes, in the form of its field.
fn with_number(typ: &str, path: &str) -> Value {
    let text = format!("참고: {NUMBER}");
    let leaf = if typ == "TextInput" {
        json!({ "ko": text })
    } else {
        json!(text)
    };
    path.split('.')
        .rev()
        .fold(leaf, |inner, name| match name.parse::<usize>() {
            Ok(_) => json!([inner]),
            Err(_) => json!({ name: inner }),
        })
}

fn merged(mut base: Value, over: Value) -> Value {
    for (name, value) in over.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

async fn numbers_of_patients_are_refused(database: TestDatabase) {
    let (cast, day, _) = crate::main_path::arranged(&database).await;
    let (server, company, hospital, organiser) =
        (&cast.server, &cast.company, &cast.hospital, &cast.organiser);
    let mut tried = vec![];
    let title = json!({ "title": { "ko": "자료" } });
    for (user, name, typ, fields) in [
        (
            company,
            "createDemand",
            "DemandContentInput",
            vec![
                ("title", "TextInput"),
                ("aim", "TextInput"),
                ("conditionsText", "TextInput"),
                ("population.inclusion", "TextInput"),
                ("variablesRequired.0", ""),
                ("variablesWished.0", ""),
                ("conditions.0", ""),
                ("dataKindsRequired.0", ""),
            ],
        ),
        (
            hospital,
            "createOffer",
            "OfferContentInput",
            vec![
                ("title", "TextInput"),
                ("abstract", "TextInput"),
                ("keywords.0", ""),
                ("variables.0", ""),
                ("codingSystems.0", ""),
                ("contactOffice", ""),
                ("usePolicies.0.allowedInstitutions.0", ""),
                ("usePolicies.0.allowedProjects.0", ""),
                ("usePolicies.0.allowedUsers.0", ""),
            ],
        ),
    ] {
        for (path, form) in fields {
            let content = merged(title.clone(), with_number(form, path));
            let told = if form == "TextInput" {
                format!("{path}.ko")
            } else {
                path.to_owned()
            };
            refused(server, user, name, json!({ "content": content }), &told).await;
            tried.push(format!("{typ}.{path}"));
        }
    }
    let register = json!({ "kind": "COMPANY", "name": { "en": format!("Org {NUMBER}") } });
    refused(server, company, "registerOrganisation", register, "name.en").await;
    let colleague =
        json!({ "email": "x@company.example", "name": format!("환자 {NUMBER}"), "role": "MEMBER" });
    refused(server, company, "inviteColleague", colleague, "name").await;
    let key = json!({ "name": NUMBER, "scopes": ["READ"], "expiresAt": "2026-12-31T00:00:00Z" });
    refused(server, company, "createApiKey", key, "name").await;
    let window = json!({ "opensAt": "2026-11-01T00:00:00Z", "closesAt": "2026-12-01T00:00:00Z" });
    let plan = json!({
        "title": { "ko": "날" }, "venue": { "ko": "서울" }, "tables": ["A"], "registrationWindow": window, "requestWindow": window,
        "sessions": [{ "date": "2026-12-20", "starts": "10:00", "ends": "12:00", "slotMinutes": 25, "gapMinutes": 5 }],
    });
    for (path, over, told) in [
        ("title", json!({ "title": { "ko": NUMBER } }), "title.ko"),
        ("venue", json!({ "venue": { "ko": NUMBER } }), "venue.ko"),
        ("tables", json!({ "tables": ["A", NUMBER] }), "tables.1"),
    ] {
        refused(
            server,
            organiser,
            "createMatchingDay",
            merged(plan.clone(), over),
            told,
        )
        .await;
        tried.push(path.to_owned());
    }
    let weights = json!({ "matchingDayId": day, "version": 1, "reason": format!("MRN 1234567 {NUMBER}"), "weights": {
        "disease": 3.0, "dataKinds": 2.0, "variables": 1.5, "standard": 1.0, "cohortSize": 1.0, "period": 0.5, "access": 0.5, "text": 0.2 } });
    refused(server, organiser, "setMatchingWeights", weights, "reason").await;
    let rules = json!({ "matchingDayId": day, "version": 1, "reason": NUMBER });
    refused(server, organiser, "setArrangementRules", rules, "reason").await;
    let named = json!({ "matchingDayId": day, "version": 1, "reason": "뜻",
        "resources": [{ "name": { "ko": NUMBER }, "units": 1 }] });
    refused(
        server,
        organiser,
        "setArrangementRules",
        named,
        "resources.0.name.ko",
    )
    .await;

    // A second day, to register for and to send a request at.
    let open = server
        .mutate(
            organiser,
            "createMatchingDay",
            plan,
            "matchingDay { id version }",
        )
        .await["matchingDay"]
        .clone();
    let step = json!({ "id": open["id"], "version": open["version"], "to": "REGISTRATION" });
    server
        .mutate(
            organiser,
            "advanceMatchingDay",
            step,
            "matchingDay { state }",
        )
        .await;
    let person = async |user| {
        server
            .data(user, "{ viewer { person { id } } }", json!({}))
            .await["viewer"]["person"]["id"]
            .clone()
    };
    let bad = json!({ "matchingDayId": open["id"], "delegates": [{ "personId": person(company).await, "fields": format!("차트번호 1234567 {NUMBER}") }] });
    refused(
        server,
        company,
        "registerForMatchingDay",
        bad,
        "delegates.0.fields",
    )
    .await;
    let mut registered = Vec::new();
    for user in [company, hospital] {
        let good = json!({ "matchingDayId": open["id"], "delegates": [{ "personId": person(user).await, "fields": "폐암, 문의 02-123-4567" }] });
        registered.push(
            server
                .mutate(user, "registerForMatchingDay", good, "registration { id }")
                .await["registration"]["id"]
                .clone(),
        );
    }
    let step = json!({ "id": open["id"], "version": 2, "to": "REQUESTS" });
    server
        .mutate(
            organiser,
            "advanceMatchingDay",
            step,
            "matchingDay { state }",
        )
        .await;
    let pair = json!({ "matchingDayId": open["id"], "registrationId": registered[0], "otherId": registered[1],
        "rule": "FORBIDDEN", "reason": format!("환자 {NUMBER}") });
    refused(server, organiser, "setPairRule", pair, "reason").await;
    let request = json!({ "matchingDayId": open["id"], "toId": registered[1], "priority": "LIKE", "message": "환자 연락처 010-1234-5678" });
    refused(server, company, "sendMeetingRequest", request, "message").await;

    // What is imported passes the same door.
    let line = json!({ "type": "offer", "organisation": "x", "sourceRef": "r1", "content": { "title": { "ko": format!("코호트 {NUMBER}") } } });
    let input = json!({ "format": "NDJSON", "text": line.to_string() });
    let report = server
        .mutate(
            hospital,
            "importOffers",
            input,
            "report { refused errors { field reason { en } } }",
        )
        .await;
    assert_eq!(report["report"]["refused"], 1, "{report:#}");
    assert!(!report.to_string().contains("1234567"), "{report:#}");

    // What an office writes about itself is left alone.
    let content = json!({ "title": { "ko": "폐암 환자 1,234,567명" }, "contactOffice": "데이터센터 02-1234-5678, 환자 데이터 담당 010-1234-5678",
        "abstract": { "en": "NCT04567890, KCT0001234, IRB 2023-0123-001, doi:10.1038/s41586-020-2649-2" } });
    server
        .mutate(
            hospital,
            "createOffer",
            json!({ "content": content }),
            "offer { id }",
        )
        .await;
    assert_eq!(tried.len(), 20);
}

/// Strings of a JSON value.
fn strings(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, all)),
        _ => {}
    }
}

/// The texts of a file: strings of JSON, one document or one a line, and lines of anything else.
fn texts_of(path: &std::path::Path) -> Vec<String> {
    let mut all = Vec::new();
    let Ok(text) = std::fs::read_to_string(path) else {
        return all;
    };
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => strings(&value, &mut all),
        Err(_) => text
            .lines()
            .for_each(|line| match serde_json::from_str::<Value>(line) {
                Ok(value) => strings(&value, &mut all),
                Err(_) => all.push(line.to_owned()),
            }),
    }
    all
}

/// Public descriptions of data sets, demands, questions and the words of the thesaurus hold no patient's number: what is
/// found in them is a false alarm.
#[test]
fn public_texts_raise_no_false_alarm() {
    let own = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../domain/src/terminology/data"
    );
    let mut folders: Vec<std::path::PathBuf> = vec![own.into()];
    folders.extend(std::env::var_os("MATCHDAY_DATA").map(Into::into));
    let (mut texts, mut alarms) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let kind = path
                .extension()
                .and_then(|kind| kind.to_str())
                .unwrap_or_default();
            if !["json", "jsonl", "csv", "tsv"].contains(&kind) {
                continue;
            }
            for text in texts_of(&path) {
                texts += 1;
                if let Some(kind) = matchday_domain::privacy::patient_identifier::find(&text) {
                    alarms.push(format!("{kind:?} in {}: {text}", path.display()));
                }
            }
        }
    }
    println!("{} false alarms in {texts} texts", alarms.len());
    assert!(texts > 4_000, "{texts}");
    assert!(
        alarms.len() * 20_000 <= texts,
        "{} of {texts}:\n{}",
        alarms.len(),
        alarms.join("\n")
    );
}
