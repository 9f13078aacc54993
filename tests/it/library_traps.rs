//! Two wrong answers that versions of the GraphQL library gave, and must not give here.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_omitted_variable_changes_nothing_and_null_clears() {
    let smtp = SmtpServer::start().await;
    let database = TestDatabase::sqlite();
    let server = TestServer::start(&database, &smtp).await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let content =
        json!({ "title": { "ko": "자료" }, "keywords": ["심장"], "leadTime": "TWO_TO_FOUR_WEEKS" });
    let made = server
        .mutate(
            &hospital,
            "createOffer",
            json!({ "content": content }),
            "offer { id }",
        )
        .await;
    let query = "mutation($id: ID!, $v: Int!, $keywords: [String!], $lead: LeadTime) { updateOffer(input: { id: $id,
        version: $v, content: { keywords: $keywords, leadTime: $lead, contactOffice: \"2F\" } })
        { offer { version keywords leadTime contactOffice } userErrors { code } } }";
    let variables = json!({ "id": made["offer"]["id"], "v": 1 });
    let kept = server.data(&hospital, query, variables).await["updateOffer"]["offer"].clone();
    assert_eq!(
        kept,
        json!({ "version": 2, "keywords": ["심장"], "leadTime": "TWO_TO_FOUR_WEEKS", "contactOffice": "2F" })
    );
    let variables = json!({ "id": made["offer"]["id"], "v": 2, "lead": null });
    let cleared = server.data(&hospital, query, variables).await["updateOffer"]["offer"].clone();
    assert_eq!(
        (&cleared["leadTime"], &cleared["keywords"]),
        (&Value::Null, &json!(["심장"]))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_root_field_leaves_no_partial_data() {
    let smtp = SmtpServer::start().await;
    let database = TestDatabase::sqlite();
    let server = TestServer::start(&database, &smtp).await;
    let query = "query { searchTerms(words: \"폐암\") { code } offers(first: 1) { edges { node { id } } } }";
    let answer = server.post(None, query, json!({})).await;
    assert_eq!(answer["data"], Value::Null, "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
