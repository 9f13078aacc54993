//! Reports of matching and what consortia have together: figures for those who may, and nothing of who asks or of the few.

use chrono::NaiveDate;
use matchday_domain::id::{ConsortiumId, OrganisationId};
use matchday_domain::organisation::{
    Consortium, ConsortiumMember, ConsortiumRole, OrganisationKind,
};
use matchday_domain::text::Text;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(figures_without_who_asks, figures_without_who_asks);
on_both!(
    consortia_count_without_the_few,
    consortia_count_without_the_few
);

struct Cast {
    server: TestServer,
    organiser: User,
    observer: User,
    hospitals: Vec<User>,
    companies: Vec<User>,
}

/// Three hospitals with lung CT: plenty and free for companies, too few to show, and for non-commercial use only.
async fn cast(database: &TestDatabase) -> Cast {
    use OrganisationKind::{Company, Hospital, Observer, Organiser};
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(database, &smtp).await;
    let organiser = server.organisation(Organiser, "o@organiser.example").await;
    let observer = server.organisation(Observer, "m@ministry.example").await;
    let (mut hospitals, mut companies) = (Vec::new(), Vec::new());
    for (i, (count, modifiers)) in [
        (1_200, json!(["COMMERCIAL_OK"])),
        (7, json!(["COMMERCIAL_OK"])),
        (300, json!(["NCU"])),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("h{i}@hospital.example");
        let hospital = server.organisation(Hospital, &email).await;
        let content = json!({
            "title": { "ko": "폐암 흉부 CT" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"],
            "counts": [{ "code": "C34", "count": count, "asOf": "2026-06", "basis": "MEASURED" }],
            "usePolicies": [{ "permission": "HMB", "modifiers": modifiers }],
            "accessModes": ["CLOSED_REMOTE"], "preferences": { "capacityPerYear": 1 },
        });
        publish(&server, &hospital, "Offer", "LIST", content).await;
        hospitals.push(hospital);
    }
    for email in ["a@company.example", "b@company.example"] {
        companies.push(server.organisation(Company, email).await);
    }
    Cast {
        server,
        organiser,
        observer,
        hospitals,
        companies,
    }
}

fn lung(excluded: &[&Value]) -> Value {
    json!({
        "title": { "ko": "폐결절" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"],
        "subjectsMin": 2000, "commercial": true, "methodsDevelopment": false, "duoPurpose": "DS",
        "ancestryResearch": false, "clinicalCare": false, "accessModes": ["CLOSED_REMOTE"],
        "viewerCountries": ["KR"], "processingCountries": ["KR"], "excludedOrganisations": excluded,
    })
}

/// Creates an offer or a demand and lets it be seen; its id.
async fn publish(
    server: &TestServer,
    user: &User,
    what: &str,
    step: &str,
    content: Value,
) -> Value {
    let field = what.to_lowercase();
    let selection = format!("{field} {{ id }}");
    let input = json!({ "content": content });
    let made = server
        .mutate(user, &format!("create{what}"), input, &selection)
        .await[&field]["id"]
        .clone();
    let input = json!({ "id": made, "version": 1, "step": step });
    server
        .mutate(user, &format!("move{what}"), input, &selection)
        .await;
    made
}

async fn organisation_of(server: &TestServer, user: &User) -> Value {
    let query = "query { viewer { organisation { id } } }";
    server.data(user, query, json!({})).await["viewer"]["organisation"]["id"].clone()
}

/// The code of the error that a query is refused with.
async fn refusal(server: &TestServer, user: &User, query: &str) -> Value {
    let answer = server.post(Some(user), query, json!({})).await;
    answer["errors"][0]["extensions"]["code"].clone()
}

/// The fewest statements of a few tries: the worker may run some beside it.
async fn statements(server: &TestServer, user: &User, query: &str, variables: Value) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..5 {
        let before = server.service.app.store().statements();
        server.data(user, query, variables.clone()).await;
        fewest = fewest.min(server.service.app.store().statements() - before);
    }
    fewest
}

const UNMET: &str = "query { unmetDemand { listedOffers tally { demands passing asking denied unmatched bestScore }
    conditions(first: 2, level: BLOCK) { pageInfo { hasNextPage } edges { node { code label { ko en } offers broaderOffers tally { demands unmatched } } } }
    unoffered: conditions(unoffered: true) { edges { node { code } } }
    dataKinds(level: CATEGORY) { kind { code } needed offers tally { demands } }
    gaps(first: 5) { edges { node { code demands offersOfCondition offersOfKind kind { code label { ko en } } } } } } }";
const OVER: &str = "query { overDemand(topK: 1) {
    offers(first: 10) { edges { node { demands capacityPerYear shortfall offer { organisation { id } matches(first: 5) { edges { node { demand { id } } } } } } } }
    hospitals(first: 10, overCapacity: true) { edges { node { demands offers shortfall organisation { id } } } } } }";
const OPENINGS: &str = "query { openings(first: 10) { edges { cursor node { rule demands passing asking meanScore sentence { ko en }
    organisation { id } offer { matches(first: 5) { edges { node { demand { id } } } } } changes { demands sentence { ko en } } } } } }";

async fn figures_without_who_asks(database: TestDatabase) {
    let cast = cast(&database).await;
    let Cast {
        server,
        organiser,
        observer,
        hospitals,
        companies,
    } = &cast;
    let ministry = organisation_of(server, observer).await;
    let demands = [
        (&companies[0], lung(&[])),
        (&companies[0], lung(&[])),
        (
            &companies[1],
            json!({ "title": { "ko": "만성폐쇄성폐질환 심전도" }, "conditions": ["J44.1"], "dataKindsRequired": ["biosignal.ecg"] }),
        ),
        // Whoever is excluded cannot tell, not by a report either.
        (&companies[1], lung(&[&ministry])),
    ];
    for (company, content) in demands {
        publish(server, company, "Demand", "OPEN", content).await;
    }
    server.settle().await;

    let unmet = server.data(organiser, UNMET, json!({})).await["unmetDemand"].clone();
    assert_eq!(unmet["listedOffers"], 3);
    let tally = &unmet["tally"];
    assert_eq!(
        [
            &tally["demands"],
            &tally["passing"],
            &tally["asking"],
            &tally["denied"],
            &tally["unmatched"]
        ],
        [4, 3, 0, 0, 1],
        "{unmet:#}"
    );
    assert!(tally["bestScore"].as_f64().unwrap() > 50.0);
    let rows = &unmet["conditions"]["edges"];
    assert_eq!(
        (
            &rows[0]["node"]["code"],
            &rows[0]["node"]["offers"],
            &rows[0]["node"]["tally"]["unmatched"]
        ),
        (&json!("J40-J4A"), &json!(0), &json!(1)),
        "{rows:#}"
    );
    assert_eq!(rows[1]["node"]["code"], "C30-C39");
    assert_eq!(rows[1]["node"]["tally"]["demands"], 3);
    assert_eq!(
        unmet["unoffered"]["edges"],
        json!([{ "node": { "code": "J44" } }])
    );
    assert_eq!(unmet["dataKinds"][0]["kind"]["code"], "biosignal");
    let gaps = unmet["gaps"]["edges"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:#?}");
    assert_eq!(gaps[0]["node"]["code"], "J44.1");
    assert_eq!(gaps[0]["node"]["kind"]["label"]["ko"], "심전도");
    let seen = server.data(observer, UNMET, json!({})).await["unmetDemand"]["tally"].clone();
    assert_eq!((&seen["demands"], &seen["passing"]), (&json!(3), &json!(2)));

    // All three want the first hospital's offer, which can serve one in a year.
    let first = organisation_of(server, &hospitals[0]).await;
    let over = server.data(organiser, OVER, json!({})).await["overDemand"].clone();
    let row = &over["offers"]["edges"][0]["node"];
    assert_eq!(
        (&row["demands"], &row["capacityPerYear"], &row["shortfall"]),
        (&json!(3), &json!(1), &json!(2)),
        "{over:#}"
    );
    assert_eq!(row["offer"]["organisation"]["id"], first);
    assert_eq!(
        over["hospitals"]["edges"],
        json!([{ "node": { "demands": 3, "offers": 1, "shortfall": 2, "organisation": { "id": first } } }])
    );

    // The third hospital could be asked by all three if it gave up one condition.
    let third = organisation_of(server, &hospitals[2]).await;
    let openings = server.data(organiser, OPENINGS, json!({})).await["openings"]["edges"].clone();
    assert_eq!(openings.as_array().unwrap().len(), 1, "{openings:#}");
    let opening = &openings[0]["node"];
    assert_eq!(
        (&opening["rule"], &opening["organisation"]["id"]),
        (&json!("NCU"), &third)
    );
    assert_eq!(
        (&opening["demands"], &opening["asking"], &opening["passing"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!(
        opening["sentence"]["en"],
        "If the hospital gave up “non-commercial use only (NCU)”, 3 demands could be asked about."
    );
    assert!(
        opening["sentence"]["ko"]
            .as_str()
            .unwrap()
            .contains("수요 3건")
    );
    assert_eq!(opening["changes"][0]["demands"], 3);
    assert!(
        !opening["offer"]["matches"]["edges"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let after = &openings[0]["cursor"];
    let next = "query($after: String) { openings(after: $after) { pageInfo { hasPreviousPage } edges { node { rule } } } }";
    let next = server
        .data(organiser, next, json!({ "after": after }))
        .await;
    assert_eq!(
        next["openings"],
        json!({ "pageInfo": { "hasPreviousPage": true }, "edges": [] })
    );

    // The observer sees figures and no demand behind them; a hospital sees its own part.
    for (query, field) in [(OVER, "overDemand"), (OPENINGS, "openings")] {
        let seen = server.data(observer, query, json!({})).await[field].to_string();
        assert!(
            seen.contains("\"demands\":2") && !seen.contains("demand:"),
            "{seen}"
        );
    }
    let own = server.data(&hospitals[2], OPENINGS, json!({})).await["openings"]["edges"].clone();
    assert_eq!(own[0]["node"]["demands"], 3);
    let none = server.data(&hospitals[0], OPENINGS, json!({})).await["openings"]["edges"].clone();
    assert_eq!(none, json!([]));
    let own =
        server.data(&hospitals[0], OVER, json!({})).await["overDemand"]["offers"]["edges"].clone();
    assert_eq!(
        (own.as_array().unwrap().len(), &own[0]["node"]["demands"]),
        (1, &json!(3))
    );
    // It is nobody's best match, and its own report does not make it one.
    let own =
        server.data(&hospitals[1], OVER, json!({})).await["overDemand"]["offers"]["edges"].clone();
    assert_eq!(own, json!([]));

    // A report follows what changed since the last one: what an offer says, and whether it is listed.
    let query = "query { openings(first: 1) { edges { node { offer { id version } } } } }";
    let read = server.data(organiser, query, json!({})).await;
    let mut offer = read["openings"]["edges"][0]["node"]["offer"].clone();
    for (field, change, listed) in [
        (
            "updateOffer",
            json!({ "content": { "usePolicies": [{ "permission": "HMB", "modifiers": ["COMMERCIAL_OK"] }] } }),
            3,
        ),
        ("moveOffer", json!({ "step": "PAUSE" }), 2),
    ] {
        let mut input = change;
        input["id"] = offer["id"].clone();
        input["version"] = offer["version"].clone();
        let selection = "offer { id version }";
        let made = server.mutate(&hospitals[2], field, input, selection).await;
        offer = made["offer"].clone();
        server.settle().await;
        let openings = server.data(organiser, OPENINGS, json!({})).await["openings"].clone();
        assert_eq!(openings["edges"], json!([]), "after {field}");
        let query =
            "query { unmetDemand { listedOffers conditions { edges { node { code offers } } } } }";
        let unmet = server.data(organiser, query, json!({})).await["unmetDemand"].clone();
        assert_eq!(unmet["listedOffers"], listed, "after {field}");
        let rows = unmet["conditions"]["edges"].as_array().unwrap();
        let lung = rows
            .iter()
            .find(|row| row["node"]["code"] == "C34")
            .unwrap();
        assert_eq!(lung["node"]["offers"], listed, "after {field}");
    }

    for (user, queries) in [
        (&companies[0], &[UNMET, OVER, OPENINGS][..]),
        (&hospitals[0], &[UNMET][..]),
    ] {
        for query in queries {
            assert_eq!(refusal(server, user, query).await, "FORBIDDEN", "{query}");
        }
    }
    let query = "query { overDemand(topK: 51) { offers { edges { node { demands } } } } }";
    assert_eq!(refusal(server, organiser, query).await, "OUT_OF_RANGE");
    let query = "query { openings(first: 101) { edges { node { rule } } } }";
    assert_eq!(refusal(server, organiser, query).await, "PAGE_TOO_LARGE");

    let before = statements(server, organiser, UNMET, json!({})).await;
    for _ in 0..5 {
        publish(server, &companies[1], "Demand", "OPEN", lung(&[])).await;
    }
    server.settle().await;
    assert_eq!(
        statements(server, organiser, UNMET, json!({})).await,
        before
    );
}

const FEASIBLE: &str = "query($id: ID!) { node(id: $id) { ... on Demand { consortiumFeasibility { consortium { name { ko } } wanted share
    subjects { counted below shown passingOffers askingOffers suppressedOffers unknownOffers }
    hospitals { organisation { id } subjects { counted below shown } } } } } }";

async fn feasible(server: &TestServer, user: &User, demand: &Value) -> Value {
    server.data(user, FEASIBLE, json!({ "id": demand })).await["node"]["consortiumFeasibility"]
        .clone()
}

async fn consortia_count_without_the_few(database: TestDatabase) {
    let cast = cast(&database).await;
    let Cast {
        server,
        organiser,
        observer,
        hospitals,
        companies,
    } = &cast;
    let mut ids = Vec::new();
    for hospital in hospitals {
        ids.push(organisation_of(server, hospital).await);
    }
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let consortia = [
        ("하나", 0..3, None),
        ("옛날", 0..1, Some(day("2026-01-01"))),
    ];
    let tx = server.service.app.store().begin().await.unwrap();
    for (name, members, until) in consortia {
        let id = ConsortiumId(Uuid::now_v7());
        let name = Text::new(Some(name), None);
        tx.insert_consortium(&Consortium { id, name })
            .await
            .unwrap();
        for i in members {
            let part = ConsortiumMember {
                consortium: id,
                organisation: ids[i].as_str().unwrap().parse::<OrganisationId>().unwrap(),
                role: ConsortiumRole::Member,
                from: day("2025-01-01"),
                until,
            };
            tx.insert_consortium_member(Uuid::now_v7(), &part)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();

    let demand = publish(server, &companies[0], "Demand", "OPEN", lung(&[])).await;
    server.settle().await;
    let found = feasible(server, &companies[0], &demand).await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    let [one, old] = [&found[0], &found[1]];
    assert_eq!(one["consortium"]["name"]["ko"], "하나");
    assert_eq!((&one["wanted"], &one["share"]), (&json!(2000), &json!(0.6)));
    // The third hospital denies companies; the second has too few to show, and is in no sum.
    assert_eq!(
        one["subjects"],
        json!({ "counted": 1200, "below": 10, "shown": "1,200 + <10", "passingOffers": 2, "askingOffers": 0, "suppressedOffers": 1, "unknownOffers": 0 })
    );
    assert_eq!(one["hospitals"].as_array().unwrap().len(), 2);
    assert_eq!(
        one["hospitals"][1]["subjects"],
        json!({ "counted": 0, "below": 10, "shown": "<10" })
    );
    // A member that has left counts no more.
    assert_eq!(
        (&old["subjects"]["shown"], &old["hospitals"]),
        (&json!("0"), &json!([]))
    );

    // The difference to a demand that leaves the small hospital out tells nothing; a draft may ask as well.
    let input = json!({ "content": lung(&[&ids[1]]) });
    let draft = server
        .mutate(&companies[0], "createDemand", input, "demand { id }")
        .await["demand"]["id"]
        .clone();
    let without = feasible(server, &companies[0], &draft).await;
    assert_eq!(
        (
            &without[0]["subjects"]["counted"],
            &without[0]["subjects"]["shown"]
        ),
        (&json!(1200), &json!("1,200"))
    );

    assert_eq!(feasible(server, organiser, &demand).await, found);
    for user in [observer, &companies[1], &hospitals[0]] {
        assert_eq!(feasible(server, user, &demand).await, Value::Null);
    }

    let page = "query($n: Int!) { demands(first: $n) { edges { node { consortiumFeasibility { share hospitals { organisation { name { ko } } } } } } } }";
    for _ in 0..6 {
        publish(server, &companies[1], "Demand", "OPEN", lung(&[])).await;
    }
    server.settle().await;
    let few = statements(server, organiser, page, json!({ "n": 1 })).await;
    assert_eq!(
        statements(server, organiser, page, json!({ "n": 7 })).await,
        few
    );
}
