//! The demonstration checks its own figures, over HTTP, as its users would see them.

use super::Figures;
use super::national_set::{COMPANIES, COMPANY_EMAIL, HOSPITALS, ORGANISER_EMAIL};
use crate::app::AppError;
use crate::output::Output;
use crate::server::Service;
use matchday_domain::text::Message;
use serde_json::{Value, json};

/// Asks the running service and compares; every figure that differs is an error.
///
/// # Errors
/// The service does not answer, or answers otherwise.
pub(crate) async fn verify(
    service: &Service,
    url: &str,
    figures: &Figures,
    out: Output,
) -> Result<(), AppError> {
    let organiser = open(service, ORGANISER_EMAIL).await?;
    let day = json!({ "id": figures.day.id.to_string() });
    let hospitals = count(url, &organiser, "organisations(kind: HOSPITAL, first: 100)").await?;
    same("hospitals", hospitals, HOSPITALS)?;
    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { state timetable { id table { number }
        slot { index } } arrangements(first: 1) { edges { node { levels { name value bound } leftOut { reason { ko } } } } } } } }";
    let answer = ask(url, &organiser, query, day).await?;
    let node = &answer["node"];
    same("the state", node["state"].as_str(), Some("PUBLISHED"))?;
    let meetings = node["timetable"].as_array().map_or(0, Vec::len);
    same("meetings", meetings, figures.day.meetings)?;
    let run = &node["arrangements"]["edges"][0]["node"];
    same(
        "pairs left out",
        run["leftOut"].as_array().map_or(0, Vec::len),
        figures.day.left_out,
    )?;
    for level in run["levels"].as_array().into_iter().flatten().take(2) {
        same(
            "a proved figure",
            level["value"].as_i64(),
            level["bound"].as_i64(),
        )?;
    }
    let company = open(service, COMPANY_EMAIL).await?;
    let query = "query { demands(own: true, first: 10) { edges { node { matches(first: 3) { edges { node { score } } } } } }
        myAgenda { meetings { id } } }";
    let answer = ask(url, &company, query, json!({})).await?;
    let demands = answer["demands"]["edges"].as_array().map_or(0, Vec::len);
    same("demands of a company", demands, figures.demands / COMPANIES)?;
    out.say(&Message::new(
        "  HTTP로 확인함: 기관, 시간표, 이유, 한계, 기업이 보는 것",
        "  verified over HTTP: organisations, timetable, reasons, bounds, a company's own view",
    ));
    Ok(())
}

async fn open(service: &Service, email: &str) -> Result<String, AppError> {
    let email = email
        .parse()
        .map_err(|_| AppError::Internal("an address of the set".to_owned()))?;
    Ok(service.app.open_session_for(&email).await?.token)
}

async fn ask(url: &str, token: &str, query: &str, variables: Value) -> Result<Value, AppError> {
    let failed = |error: reqwest::Error| AppError::Internal(error.to_string());
    let request = reqwest::Client::new()
        .post(format!("{url}/graphql"))
        .bearer_auth(token);
    let request = request.json(&json!({ "query": query, "variables": variables }));
    let answer: Value = request
        .send()
        .await
        .map_err(failed)?
        .json()
        .await
        .map_err(failed)?;
    if answer["errors"].is_null() {
        Ok(answer["data"].clone())
    } else {
        Err(AppError::Internal(answer["errors"].to_string()))
    }
}

async fn count(url: &str, token: &str, connection: &str) -> Result<usize, AppError> {
    let answer = ask(
        url,
        token,
        &format!("query {{ list: {connection} {{ edges {{ node {{ id }} }} }} }}"),
        json!({}),
    )
    .await?;
    Ok(answer["list"]["edges"].as_array().map_or(0, Vec::len))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: T, wanted: T) -> Result<(), AppError> {
    if seen == wanted {
        Ok(())
    } else {
        Err(AppError::Internal(format!(
            "{what}: {seen:?} over HTTP, {wanted:?} expected"
        )))
    }
}
