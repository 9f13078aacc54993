//! Invitations, roles, removal and leaving.

use super::*;
use matchday_tests::{Socket, on_both};

on_both!(a_place_is_held_by_who_said_yes, invitations);
on_both!(roles_change_at_once_and_an_administrator_stays, roles);
on_both!(two_administrators_cannot_demote_each_other, race);

async fn invitations(database: TestDatabase) {
    let cast = cast(&database).await;
    let plan = |email: &str| json!({ "email": email, "name": "김연구", "role": "MEMBER" });
    let invite = |email: &'static str| {
        let (cast, input) = (&cast, plan(email));
        async move {
            cast.smtp.clear();
            let selection = "invitation { id state expiresAt email }";
            let sent = cast
                .server
                .mutate(&cast.hospital, "inviteColleague", input, selection)
                .await;
            assert_eq!(sent["invitation"]["state"], "PENDING");
            (
                sent["invitation"]["id"].clone(),
                cast.invitation_token(email).await,
            )
        }
    };
    assert_eq!(
        cast.refusal(
            &cast.hospital,
            "inviteColleague",
            plan("h@hospital.example")
        )
        .await,
        "TAKEN"
    );
    // The mail, and the page behind its link.
    let (_, first) = invite("new@hospital.example").await;
    let mail = cast.smtp.mails().pop().unwrap();
    let subject = mail.parsed().subject().unwrap().to_owned();
    assert!(subject.contains("초대"), "{subject}");
    let http = reqwest::Client::new();
    let page = format!("{}/invitation?token={first}", cast.server.url);
    let shown = http
        .get(&page)
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    assert_eq!(shown.status(), 200);
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("Organisation of h@hospital.example") && shown.contains("Accept"),
        "{shown}"
    );
    // Looking is not answering; a second invitation replaces the first; yes is said once.
    let (_, second) = invite("new@hospital.example").await;
    assert_eq!(
        cast.answer_invitation(&first, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
    let form = http
        .post(format!("{}/invitation", cast.server.url))
        .header("accept-language", "en");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answered = form
        .body(format!("token={second}&answer=accept"))
        .send()
        .await
        .unwrap();
    assert_eq!(answered.status(), 200);
    assert!(answered.text().await.unwrap().contains("accepted"));
    assert_eq!(
        cast.answer_invitation(&second, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
    cast.smtp.clear();
    let colleague = cast
        .server
        .sign_in(&cast.smtp, "new@hospital.example")
        .await;
    assert_eq!(cast.viewer(&colleague).await["role"], "MEMBER");
    // No; taken back; out of date; made up.
    let (_, token) = invite("no@hospital.example").await;
    assert_eq!(
        cast.answer_invitation(&token, false).await["state"],
        "DECLINED"
    );
    assert_eq!(
        cast.answer_invitation(&token, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
    let (id, token) = invite("back@hospital.example").await;
    let back = json!({ "id": id });
    assert_eq!(
        cast.refusal(&cast.company, "revokeInvitation", back.clone())
            .await,
        "NOT_FOUND"
    );
    assert_eq!(
        cast.refusal(&colleague, "revokeInvitation", back.clone())
            .await,
        "FORBIDDEN"
    );
    cast.server
        .mutate(
            &cast.hospital,
            "revokeInvitation",
            back,
            "invitation { state }",
        )
        .await;
    assert_eq!(
        cast.answer_invitation(&token, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
    let (_, token) = invite("late@hospital.example").await;
    cast.server.clock.advance(chrono::TimeDelta::days(7));
    assert_eq!(
        cast.answer_invitation(&token, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
    assert_eq!(
        cast.answer_invitation("made-up", true).await["userErrors"][0]["code"],
        "NOT_FOUND"
    );
    // Listed for administrators.
    let list =
        "query { viewer { organisation { invitations { edges { node { email state } } } } } }";
    let seen = cast.server.data(&cast.hospital, list, json!({})).await;
    let edges = seen["viewer"]["organisation"]["invitations"]["edges"]
        .as_array()
        .unwrap();
    let states: Vec<_> = edges
        .iter()
        .map(|e| e["node"]["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        ["REVOKED", "ACCEPTED", "DECLINED", "REVOKED", "EXPIRED"]
    );
    let hidden = cast.server.data(&colleague, list, json!({})).await;
    assert_eq!(hidden["viewer"]["organisation"]["invitations"], Value::Null);
    cast.server.settle().await;
    assert_eq!(kept(&database, "outbox", "job", &token).await, 0);
}

async fn roles(database: TestDatabase) {
    let cast = cast(&database).await;
    let (own, email) = (
        cast.organisation_id(&cast.hospital).await,
        "m@hospital.example",
    );
    let member = cast.colleague(&cast.hospital, email, "MEMBER").await;
    let last = cast.place(&cast.hospital, "h@hospital.example").await;
    // The last administrator stays one, whichever way he or she goes.
    for (name, input) in [
        ("leaveOrganisation", json!({ "organisationId": own })),
        ("removeMember", json!({ "membershipId": last })),
        (
            "changeRole",
            json!({ "membershipId": last, "role": "MEMBER" }),
        ),
    ] {
        assert_eq!(
            cast.refusal(&cast.hospital, name, input).await,
            "LAST_ADMINISTRATOR",
            "{name}"
        );
    }
    // A member changes nobody; another organisation's administrator sees nobody.
    let place = cast.place(&cast.hospital, email).await;
    let promote = json!({ "membershipId": place, "role": "ADMINISTRATOR" });
    assert_eq!(
        cast.refusal(&member, "changeRole", promote.clone()).await,
        "FORBIDDEN"
    );
    assert_eq!(
        cast.refusal(&cast.company, "changeRole", promote.clone())
            .await,
        "NOT_FOUND"
    );
    assert_eq!(
        cast.refusal(
            &cast.company,
            "removeMember",
            json!({ "membershipId": place })
        )
        .await,
        "NOT_FOUND"
    );
    // A role holds at once: for the next request, and for what is being watched.
    let offer = || json!({ "content": { "title": { "ko": "자료" } } });
    cast.server
        .mutate(&member, "createOffer", offer(), "offer { id }")
        .await;
    let watched = "subscription { matchFound { score } }";
    let mut watching = Socket::subscribe(&cast.server, &member, watched, json!({})).await;
    let review = json!({ "membershipId": place, "role": "REVIEWER" });
    let changed = cast
        .server
        .mutate(&cast.hospital, "changeRole", review, "membership { role }")
        .await;
    assert_eq!(changed["membership"]["role"], "REVIEWER");
    assert_eq!(watching.ends_with().await, "UNAUTHENTICATED");
    assert_eq!(
        cast.refusal(&member, "createOffer", offer()).await,
        "FORBIDDEN"
    );
    // Removal, too; the session stays the person's, without the organisation.
    let mut watching = Socket::subscribe(&cast.server, &member, watched, json!({})).await;
    cast.server
        .mutate(
            &cast.hospital,
            "removeMember",
            json!({ "membershipId": place }),
            "membershipId",
        )
        .await;
    assert_eq!(watching.ends_with().await, "UNAUTHENTICATED");
    let viewer = cast.viewer(&member).await;
    assert_eq!(
        (&viewer["organisation"], &viewer["memberships"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(
        cast.error(&member, "query { offers { edges { node { id } } } }")
            .await,
        "FORBIDDEN"
    );
    // With a second administrator the first may go; what he or she had invited to goes, too.
    cast.colleague(&cast.hospital, "second@hospital.example", "ADMINISTRATOR")
        .await;
    cast.smtp.clear();
    let plan =
        json!({ "email": "friend@hospital.example", "name": "친구", "role": "ADMINISTRATOR" });
    cast.server
        .mutate(&cast.hospital, "inviteColleague", plan, "invitation { id }")
        .await;
    let token = cast.invitation_token("friend@hospital.example").await;
    cast.server
        .mutate(
            &cast.hospital,
            "leaveOrganisation",
            json!({ "organisationId": own }),
            "organisationId",
        )
        .await;
    assert_eq!(
        cast.viewer(&cast.hospital).await["organisation"],
        Value::Null
    );
    assert_eq!(
        cast.answer_invitation(&token, true).await["userErrors"][0]["code"],
        "WRONG_STATE"
    );
}

async fn race(database: TestDatabase) {
    let cast = cast(&database).await;
    let second = cast
        .colleague(&cast.hospital, "second@hospital.example", "ADMINISTRATOR")
        .await;
    let (a, b) = (
        cast.place(&cast.hospital, "h@hospital.example").await,
        cast.place(&cast.hospital, "second@hospital.example").await,
    );
    let query = "mutation($i: RemoveMemberInput!) { removeMember(input: $i) { membershipId userErrors { code } } }";
    let tries = (0..8).map(|i| {
        let (user, other) = if i % 2 == 0 {
            (&cast.hospital, &b)
        } else {
            (&second, &a)
        };
        let input = json!({ "i": { "membershipId": other } });
        cast.server.data(user, query, input)
    });
    let answers = futures_util::future::join_all(tries).await;
    let done = answers
        .iter()
        .filter(|answer| answer["removeMember"]["membershipId"].is_string());
    assert_eq!(done.count(), 1, "{answers:#?}");
    let store = cast.server.service.app.store();
    let left: Vec<_> = [&cast.hospital, &second]
        .into_iter()
        .map(|user| user.email.parse().unwrap())
        .collect();
    let mut administrators = 0;
    for email in &left {
        let person = store.person_by_email(email).await.unwrap().unwrap();
        administrators += store.memberships_of(person.id).await.unwrap().len();
    }
    assert_eq!(administrators, 1);
}
