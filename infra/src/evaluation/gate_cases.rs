//! Cases of the gate with the outcome they should have.

use super::judgements::{asker, list};
use super::{Unusable, document};
use matchday_domain::catalogue::{AccessMode, DataKind};
use matchday_domain::use_conditions::duos::{DuosDecision, DuosUse};
use matchday_domain::use_conditions::{Asker, Decision, UsePolicy};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case of the service's gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateCase {
    /// Its name.
    pub id: String,
    /// Alternative policies of the offer.
    pub policies: Vec<UsePolicy>,
    /// The offer's ways of access.
    pub access_modes: Vec<AccessMode>,
    /// The offer's kinds of data.
    pub data_kinds: Vec<DataKind>,
    /// Who asks.
    pub asker: Asker,
    /// What the gate should say.
    pub expected: Decision,
    /// What a careful reader may defend as well.
    pub also: Vec<Decision>,
    /// The rule that should decide; empty where it is not said.
    pub rule: String,
    /// The duties that should be shown; none where it is not said.
    pub duties: Option<Vec<String>>,
}

/// Reads a list of cases: `id, offer {use_policies, access_modes, data_kinds}, asker {…}, expected, deciding_rule,
/// duties, also_acceptable`.
///
/// # Errors
/// A case is incomplete or has an unknown code, or there is none.
pub fn gate_cases(bytes: &[u8]) -> Result<Vec<GateCase>, Unusable> {
    let values: Vec<Value> = document(bytes)?;
    let read = values.iter().enumerate().map(|(i, value)| {
        let id = value["id"]
            .as_str()
            .map_or_else(|| format!("case {}", i + 1), str::to_owned);
        case(&id, value).map_err(|reason| Unusable::whole(format!("{id}: {reason}")))
    });
    super::not_empty(read.collect::<Result<_, _>>()?)
}

fn case(id: &str, value: &Value) -> Result<GateCase, String> {
    let offer = &value["offer"];
    let expected = value["expected"].as_str().and_then(Decision::from_code);
    let duties = match &value["duties"] {
        Value::Null => None,
        duties => Some(list(duties)?),
    };
    Ok(GateCase {
        id: id.to_owned(),
        policies: list(&offer["use_policies"])?,
        access_modes: list(&offer["access_modes"])?,
        data_kinds: list(&offer["data_kinds"])?,
        asker: asker(&value["asker"])?,
        expected: expected.ok_or("`expected` is not pass, ask or deny")?,
        also: list(&value["also_acceptable"])?,
        rule: value["deciding_rule"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        duties,
    })
}

/// A case of DUOS.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DuosCase {
    /// Its name.
    pub id: String,
    /// What the research is for.
    pub request: DuosUse,
    /// What the data may be used for.
    pub dataset: DuosUse,
    /// What DUOS says.
    pub expected: DuosDecision,
}

/// Cases of DUOS with what they need of the disease ontology.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DuosCases {
    /// The cases.
    pub cases: Vec<DuosCase>,
    /// The ancestors of a disease.
    #[serde(default)]
    pub disease_ancestors: BTreeMap<String, Vec<String>>,
}

/// Reads cases of DUOS: `{cases: [{id, request, dataset, expected}], disease_ancestors}`.
///
/// # Errors
/// A case is incomplete, or there is none.
pub fn duos_cases(bytes: &[u8]) -> Result<DuosCases, Unusable> {
    let found: DuosCases = document(bytes)?;
    if found.cases.is_empty() {
        return Err(Unusable::whole("the file has no cases"));
    }
    Ok(found)
}
