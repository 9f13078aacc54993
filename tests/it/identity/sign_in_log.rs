//! Who signs in, and who is refused, stands in the access log.

use super::browser::browser_at;
use super::*;
use matchday_domain::id::OrganisationId;
use matchday_domain::organisation::Role;
use matchday_domain::page::PageRequest;
use matchday_domain::privacy::AccessDeed;
use matchday_infra::store::{LogFilter, LogOf};
use matchday_tests::on_both;

on_both!(a_sign_in_leaves_a_line, a_sign_in_leaves_a_line);

const SIGN_IN: &str =
    "mutation($i: SignInInput!) { signIn(input: $i) { token userErrors { code } } }";

/// The lines about signing in that an organisation's administrator reads.
async fn log(cast: &Cast, user: &User, deed: &str) -> Vec<Value> {
    let own = cast.organisation_id(user).await;
    let query = "query($id: ID!, $d: AccessDeed!) { node(id: $id) { ... on Organisation { accessLog(first: 50, filter: { deed: $d }) { edges { node {
        by { name } byOrganisation { id } network owner { id } resource operation objectIds } } } } } }";
    let asked = json!({ "id": own, "d": deed });
    let read = cast.server.data(user, query, asked).await;
    let edges = read["node"]["accessLog"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

async fn person(cast: &Cast, user: &User) -> Value {
    let query = "{ viewer { person { id } } }";
    cast.server.data(user, query, json!({})).await["viewer"]["person"]["id"].clone()
}

async fn a_sign_in_leaves_a_line(database: TestDatabase) {
    let cast = cast(&database).await;
    let (own, person) = (
        cast.organisation_id(&cast.hospital).await,
        person(&cast, &cast.hospital).await,
    );
    assert_eq!(
        log(&cast, &cast.hospital, "SIGN_IN").await,
        [] as [Value; 0]
    );
    let guess = json!({ "i": { "email": "h@hospital.example", "code": "00000000" } });
    cast.server.post(None, SIGN_IN, guess).await;
    // Who tried is not known, only who was meant.
    let refused = json!({ "by": null, "byOrganisation": null, "network": "127.0.0.0/24", "owner": { "id": own },
        "resource": "PERSON", "operation": "signIn", "objectIds": [person] });
    assert_eq!(
        log(&cast, &cast.hospital, "SIGN_IN_REFUSED").await,
        std::slice::from_ref(&refused)
    );
    cast.server.sign_in(&cast.smtp, "h@hospital.example").await;
    let mut came_in = refused;
    came_in["by"] = json!({ "name": "h@hospital.example" });
    came_in["byOrganisation"] = json!({ "id": own });
    assert_eq!(log(&cast, &cast.hospital, "SIGN_IN").await, [came_in]);
    // At the provider: whoever it does not vouch for is not named.
    let provider = cast.provider(json!({})).await;
    assert!(browser_at(&cast, &own).await);
    let lines = log(&cast, &cast.hospital, "SIGN_IN").await;
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!(lines[1]["operation"], "providerSignIn");
    assert_eq!(lines[1]["by"]["name"], "kim");
    assert_eq!(lines[1]["network"], "127.0.0.0/24");
    provider.set_email("kim@elsewhere.example");
    assert!(!browser_at(&cast, &own).await);
    let lines = log(&cast, &cast.hospital, "SIGN_IN_REFUSED").await;
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!(lines[1]["operation"], "providerSignIn");
    assert_eq!(lines[1]["objectIds"], json!([]));
    // Nobody else reads of it: neither another organisation nor a colleague who does not administer.
    for deed in ["SIGN_IN", "SIGN_IN_REFUSED"] {
        assert_eq!(log(&cast, &cast.company, deed).await, [] as [Value; 0]);
    }
    let server = &cast.server;
    let member = server
        .colleague(&cast.hospital, "m@hospital.example", "M", Role::Member)
        .await;
    let query = "query($id: ID!) { node(id: $id) { ... on Organisation { accessLog(first: 1) { edges { cursor } } } } }";
    let read = server.data(&member, query, json!({ "id": own })).await;
    assert_eq!(read["node"]["accessLog"], Value::Null);

    // An address that nobody has, a link that is none, and somebody without an organisation: lines that are nobody's,
    // without the address that was typed in.
    let guess = json!({ "i": { "email": "nobody@nowhere.example", "code": "00000000" } });
    server.post(None, SIGN_IN, guess).await;
    let guess = json!({ "i": { "linkToken": "guessed" } });
    server.post(None, SIGN_IN, guess).await;
    server.sign_in(&cast.smtp, "new@nowhere.example").await;
    let store = server.service.app.store();
    let nobody = LogOf::Owner(OrganisationId(uuid::Uuid::nil()));
    let page = PageRequest::new(Some(10), None, None, None).unwrap();
    let lines = store
        .access_page(nobody, LogFilter::default(), page)
        .await
        .unwrap()
        .items;
    let deeds: Vec<_> = lines.iter().map(|line| line.deed).collect();
    let (refused, came_in) = (AccessDeed::SignInRefused, AccessDeed::SignIn);
    assert_eq!(deeds, [refused, refused, came_in]);
    assert!(lines.iter().all(|line| line.owner.is_none()));
    assert!(lines[0].objects.is_empty() && lines[2].person.is_some());
    assert!(!format!("{lines:?}").contains('@'), "{lines:?}");
}
