//! Free text is coded on entry as suggestions; the author confirms or dismisses them.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(words_become_codes, words_become_codes);
on_both!(an_offer_is_coded_too, an_offer_is_coded_too);
on_both!(
    answers_outlive_a_second_import,
    answers_outlive_a_second_import
);

const CODES: &str = "id version conditions { code } dataKindsRequired { code } \
    suggestedCodes { kind code label { ko en } field words state counts } \
    dismissed: suggestedCodes(states: [DISMISSED]) { code }";

struct Market {
    server: TestServer,
    smtp: SmtpServer,
    organiser: User,
    company: User,
    hospital: User,
}

impl Market {
    async fn open(database: &TestDatabase) -> Self {
        let smtp = SmtpServer::start().await;
        let server = TestServer::start(database, &smtp).await;
        let organiser = server
            .organisation(OrganisationKind::Organiser, "o@organiser.example")
            .await;
        let company = server
            .organisation(OrganisationKind::Company, "c@company.example")
            .await;
        let hospital = server
            .organisation(OrganisationKind::Hospital, "h@hospital.example")
            .await;
        Self {
            server,
            smtp,
            organiser,
            company,
            hospital,
        }
    }

    /// The only match of the viewer's only demand: its score and the sentences and missing facts in English.
    async fn told(&self) -> (f64, String) {
        self.server.settle().await;
        let query = "{ demands(own: true, first: 1) { edges { node { matches(first: 5) { edges { node { score explanation { \
            demander { contributions { sentence { en } } } missing { sentence { en } } } } } } } } } }";
        let data = self.server.data(&self.company, query, json!({})).await;
        let found = &data["demands"]["edges"][0]["node"]["matches"]["edges"];
        assert_eq!(found.as_array().unwrap().len(), 1, "{data:#}");
        let found = &found[0]["node"];
        (
            found["score"].as_f64().unwrap(),
            found["explanation"].to_string(),
        )
    }
}

fn codes(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|code| code["code"].as_str().unwrap()).collect()
}

fn answer(of: &Value, confirm: Value, dismiss: Value) -> Value {
    json!({ "id": of["id"], "version": of["version"], "confirm": confirm, "dismiss": dismiss })
}

async fn words_become_codes(database: TestDatabase) {
    let market = Market::open(&database).await;
    let Market {
        server,
        company,
        hospital,
        organiser,
        ..
    } = &market;
    let content = json!({ "title": { "ko": "흉부 영상 코호트" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"] });
    let offer = server
        .mutate(
            hospital,
            "createOffer",
            json!({ "content": content }),
            "offer { id }",
        )
        .await["offer"]
        .clone();
    let step = json!({ "id": offer["id"], "version": 1, "step": "LIST" });
    server
        .mutate(hospital, "moveOffer", step, "offer { id }")
        .await;

    // The author sees at once what the words suggest, and from where.
    let content = json!({ "title": { "ko": "폐암 환자의 흉부 CT" }, "aim": { "ko": "폐렴 제외. 심전도도 보면 좋음" } });
    let selection = format!("demand {{ {CODES} }}");
    let demand = server
        .mutate(
            company,
            "createDemand",
            json!({ "content": content }),
            &selection,
        )
        .await["demand"]
        .clone();
    assert_eq!(demand["conditions"], json!([]));
    let suggested = demand["suggestedCodes"].as_array().unwrap();
    let lung = json!({ "kind": "CONDITION", "code": "C34", "label": suggested[0]["label"], "field": "TITLE",
        "words": "폐암", "state": "SUGGESTED", "counts": true });
    assert_eq!(suggested[0], lung);
    assert!(suggested[0]["label"]["ko"].as_str().unwrap().contains("폐"));
    assert_eq!(
        (&suggested[1]["code"], &suggested[1]["words"]),
        (&json!("imaging.ct"), &json!("흉부 CT"))
    );
    let ecg = &suggested[2];
    assert_eq!(
        (&ecg["code"], &ecg["field"], &ecg["counts"]),
        (&json!("biosignal.ecg"), &json!("AIM"), &json!(false))
    );
    assert_eq!(suggested.len(), 3, "what is excluded is not suggested");

    // It matches already, for less, and says so.
    let step = json!({ "id": demand["id"], "version": 1, "step": "OPEN" });
    let demand = server.mutate(company, "moveDemand", step, &selection).await["demand"].clone();
    let (unconfirmed, told) = market.told().await;
    assert!(told.contains("unconfirmed"), "{told}");
    assert!(
        told.contains("If the demander confirms the condition codes"),
        "{told}"
    );

    // Nobody else sees the suggestions, but the organiser; nobody else answers.
    let query = "query($id: ID!) { node(id: $id) { ... on Demand { suggestedCodes { code } } } }";
    for (user, seen) in [(hospital, 0), (organiser, 3)] {
        let data = server
            .data(user, query, json!({ "id": demand["id"] }))
            .await;
        assert_eq!(codes(&data["node"]["suggestedCodes"]).len(), seen);
        let input = answer(
            &demand,
            json!([{ "kind": "CONDITION", "code": "C34" }]),
            json!([]),
        );
        let code = server.refused(user, "answerDemandCodes", input).await["code"].clone();
        assert_eq!(code, "FORBIDDEN");
    }

    // A wrong answer is told by its place and changes nothing.
    let both = json!([{ "kind": "CONDITION", "code": "C34" }, { "kind": "DATA_KIND", "code": "imaging.ct" }]);
    let wrong =
        json!([{ "kind": "CONDITION", "code": "C34" }, { "kind": "CONDITION", "code": "I21" }]);
    let refused = server
        .refused(
            company,
            "answerDemandCodes",
            answer(&demand, wrong, json!([])),
        )
        .await;
    assert_eq!(
        (&refused["path"], &refused["code"]),
        (&json!(["confirm", "1", "code"]), &json!("INVALID")),
        "{refused:#}"
    );
    let unknown = json!([{ "kind": "STANDARD", "code": "😀" }]);
    let refused = server
        .refused(
            company,
            "answerDemandCodes",
            answer(&demand, json!([]), unknown),
        )
        .await;
    assert_eq!(refused["code"], "UNKNOWN_CODE");

    // Confirmed codes are stated; the score rises and no more is said of it.
    let mut input = answer(
        &demand,
        both.clone(),
        json!([{ "kind": "DATA_KIND", "code": "biosignal.ecg" }]),
    );
    input["idempotencyKey"] = json!("once");
    let answered = server
        .mutate(company, "answerDemandCodes", input.clone(), &selection)
        .await["demand"]
        .clone();
    assert_eq!(codes(&answered["conditions"]), ["C34"]);
    assert_eq!(codes(&answered["dataKindsRequired"]), ["imaging.ct"]);
    assert_eq!(answered["suggestedCodes"], json!([]));
    assert_eq!(codes(&answered["dismissed"]), ["biosignal.ecg"]);
    let (confirmed, told) = market.told().await;
    assert!(
        confirmed > unconfirmed && !told.contains("unconfirmed") && !told.contains("confirms"),
        "{confirmed} {unconfirmed} {told}"
    );

    // The same request again is answered as the first; another one with the old version is stale.
    let again = server
        .mutate(company, "answerDemandCodes", input, &selection)
        .await;
    assert_eq!(again["demand"], answered);
    let stale = server
        .refused(
            company,
            "answerDemandCodes",
            answer(&demand, both, json!([])),
        )
        .await;
    assert_eq!(stale["code"], "STALE");

    // What was dismissed does not come again with new words.
    let edit = json!({ "id": answered["id"], "version": answered["version"],
        "content": { "aim": { "ko": "심전도, 심전도, 심전도" } } });
    let edited = server
        .mutate(company, "updateDemand", edit, &selection)
        .await;
    assert_eq!(edited["demand"]["suggestedCodes"], json!([]));

    // Nothing is read from what says nothing.
    let content = json!({ "title": { "ko": "😀🎉" }, "aim": { "en": "❤️" } });
    let emoji = server
        .mutate(
            company,
            "createDemand",
            json!({ "content": content }),
            &selection,
        )
        .await;
    assert_eq!(emoji["demand"]["suggestedCodes"], json!([]));
}

async fn an_offer_is_coded_too(database: TestDatabase) {
    let market = Market::open(&database).await;
    let Market {
        server,
        company,
        hospital,
        ..
    } = &market;
    let selection = "offer { id version conditions { code } dataKinds { code } standards suggestedCodes { kind code field } }";
    let content = json!({ "title": { "en": "Lung cancer chest CT, excluding tuberculosis" }, "keywords": ["DICOM"] });
    let made = server
        .mutate(
            hospital,
            "createOffer",
            json!({ "content": content }),
            selection,
        )
        .await["offer"]
        .clone();
    assert_eq!(
        codes(&made["suggestedCodes"]),
        ["C34", "imaging.ct", "DICOM"]
    );
    let step = json!({ "id": made["id"], "version": 1, "step": "LIST" });
    let listed = server.mutate(hospital, "moveOffer", step, selection).await["offer"].clone();
    let content = json!({ "title": { "ko": "x" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"] });
    let demand = server
        .mutate(
            company,
            "createDemand",
            json!({ "content": content }),
            "demand { id }",
        )
        .await["demand"]
        .clone();
    let step = json!({ "id": demand["id"], "version": 1, "step": "OPEN" });
    server
        .mutate(company, "moveDemand", step, "demand { id }")
        .await;
    let (unconfirmed, told) = market.told().await;
    assert!(
        told.contains("codes of the offer were read from the words, are unconfirmed"),
        "{told}"
    );

    // Dismissed: the words count no more, and the criterion is a fact that the hospital has yet to state.
    let lung = json!([{ "kind": "CONDITION", "code": "C34" }]);
    let rest = json!([{ "kind": "DATA_KIND", "code": "imaging.ct" }, { "kind": "STANDARD", "code": "DICOM" }]);
    let refused = server
        .refused(
            company,
            "answerOfferCodes",
            answer(&listed, lung.clone(), json!([])),
        )
        .await;
    assert_eq!(refused["code"], "FORBIDDEN");
    let dismissed = server
        .mutate(
            hospital,
            "answerOfferCodes",
            answer(&listed, rest, lung.clone()),
            selection,
        )
        .await["offer"]
        .clone();
    assert_eq!(dismissed["conditions"], json!([]));
    assert_eq!(codes(&dismissed["dataKinds"]), ["imaging.ct"]);
    assert_eq!(dismissed["standards"], json!(["DICOM"]));
    assert_eq!(dismissed["suggestedCodes"], json!([]));
    let (without, told) = market.told().await;
    assert!(
        without < unconfirmed && !told.contains("unconfirmed"),
        "{told}"
    );
    assert!(
        told.contains("If the hospital states the conditions"),
        "{told}"
    );

    // A second thought.
    let confirmed = server
        .mutate(
            hospital,
            "answerOfferCodes",
            answer(&dismissed, lung, json!([])),
            selection,
        )
        .await;
    assert_eq!(codes(&confirmed["offer"]["conditions"]), ["C34"]);
    assert!(market.told().await.0 > unconfirmed);
}

async fn answers_outlive_a_second_import(database: TestDatabase) {
    let market = Market::open(&database).await;
    let Market {
        server,
        hospital,
        smtp: _smtp,
        ..
    } = &market;
    let csv = "id,title,publisher,abstract\na,Lung cancer CT,HUB > X,Images\n";
    let import = async |text: &str| {
        let input = json!({ "format": "HDRUK_CSV", "text": text, "list": true });
        let report = "report { new changed unchanged }";
        server.mutate(hospital, "importOffers", input, report).await["report"].clone()
    };
    let read = async || {
        let query = "{ offers(first: 1) { edges { node { id version abstract { en } conditions { code } dataKinds { code } \
            suggestedCodes { code } } } } }";
        let data = server.data(hospital, query, json!({})).await;
        data["offers"]["edges"][0]["node"].clone()
    };
    import(csv).await;
    let offer = read().await;
    assert_eq!(codes(&offer["suggestedCodes"]), ["C34", "imaging.ct"]);
    let input = answer(
        &offer,
        json!([{ "kind": "CONDITION", "code": "C34" }]),
        json!([{ "kind": "DATA_KIND", "code": "imaging.ct" }]),
    );
    server
        .mutate(hospital, "answerOfferCodes", input, "offer { id }")
        .await;
    assert_eq!(
        import(csv).await,
        json!({ "new": 0, "changed": 0, "unchanged": 1 })
    );
    import(&csv.replace("Images", "Pictures")).await;
    let offer = read().await;
    assert_eq!(offer["abstract"]["en"], "Pictures");
    assert_eq!(codes(&offer["conditions"]), ["C34"]);
    assert_eq!(offer["dataKinds"], json!([]));
    assert_eq!(offer["suggestedCodes"], json!([]));
}
