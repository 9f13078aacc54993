//! Cases of the gate with the outcome they should have.

use super::judgements::{asker, list, policies};
use super::{Unusable, document, of};
use matchday_domain::catalogue::{AccessMode, Country, DataKind};
use matchday_domain::problem::Problem;
use matchday_domain::terminology::ConditionCode;
use matchday_domain::text::Message;
use matchday_domain::use_conditions::duos::{DiseaseAncestors, DuosDecision, DuosUse};
use matchday_domain::use_conditions::{Asker, Decision, UsePolicy};
use serde::Deserialize;
use serde_json::Value;

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
    /// What would open it, of a case that is denied.
    pub would_open: WouldOpen,
}

/// What a case says of the one change that would open it.
#[derive(Debug, Clone, PartialEq)]
pub enum WouldOpen {
    /// Nothing.
    Unsaid,
    /// That there is none.
    None,
    /// The change.
    Change {
        /// The rule that denies before it.
        rule: String,
        /// Who asks after it.
        asker: Box<Asker>,
        /// What the gate should say after it.
        then: Decision,
    },
}

/// Reads a list of cases: `id, offer {use_policies, access_modes, data_kinds}, asker {…}, expected, deciding_rule,
/// duties, also_acceptable`, and if it is denied, maybe `would_open {rule, asker {changed facts}, then}`, null if no single
/// change would.
///
/// # Errors
/// A case is incomplete or has an unknown code, or there is none.
pub fn gate_cases(bytes: &[u8]) -> Result<Vec<GateCase>, Unusable> {
    let values: Vec<Value> = document(bytes)?;
    let read = values.iter().enumerate().map(|(i, value)| {
        let id = value["id"]
            .as_str()
            .map_or_else(|| format!("case {}", i + 1), str::to_owned);
        case(&id, value).map_err(|reason| Unusable::whole(of(&id, &reason)))
    });
    super::not_empty(read.collect::<Result<_, _>>()?)
}

fn case(id: &str, value: &Value) -> Result<GateCase, Message> {
    let offer = &value["offer"];
    let expected = value["expected"].as_str().and_then(Decision::from_code);
    let duties = match &value["duties"] {
        Value::Null => None,
        duties => Some(list(duties)?),
    };
    let policies = policies(&offer["use_policies"])?;
    let countries = policies
        .iter()
        .flat_map(|policy| &policy.geographic_countries);
    let conditions = policies
        .iter()
        .flat_map(|policy| &policy.permission_conditions);
    all_known(countries, conditions)?;
    Ok(GateCase {
        id: id.to_owned(),
        policies,
        access_modes: list(&offer["access_modes"])?,
        data_kinds: list(&offer["data_kinds"])?,
        asker: known(asker(&value["asker"])?)?,
        expected: expected.ok_or_else(|| {
            Message::new(
                "`expected`가 pass, ask, deny 가운데 하나가 아닙니다",
                "`expected` is not pass, ask or deny",
            )
        })?,
        also: list(&value["also_acceptable"])?,
        rule: value["deciding_rule"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        duties,
        would_open: match value.get("would_open") {
            None => WouldOpen::Unsaid,
            Some(Value::Null) => WouldOpen::None,
            Some(change) => would_open(value["asker"].clone(), change)?,
        },
    })
}

/// Who asks, if of countries that there are and for conditions of the right form.
fn known(asker: Asker) -> Result<Asker, Message> {
    let countries = asker
        .viewer_countries
        .iter()
        .chain(&asker.processing_countries);
    all_known(countries, &asker.conditions)?;
    Ok(asker)
}

fn all_known<'a>(
    mut countries: impl Iterator<Item = &'a Country>,
    conditions: impl IntoIterator<Item = &'a ConditionCode>,
) -> Result<(), Message> {
    let country = countries
        .find(|country| !country.is_known())
        .map(Country::code);
    let condition = conditions.into_iter().find(|code| !code.is_well_formed());
    match country.or(condition.map(ConditionCode::as_str)) {
        Some(code) => Err(Problem::unknown_code("", code).message),
        None => Ok(()),
    }
}

fn would_open(mut facts: Value, change: &Value) -> Result<WouldOpen, Message> {
    let (Some(facts_before), Some(changed)) = (facts.as_object_mut(), change["asker"].as_object())
    else {
        return Err(Message::new(
            "`would_open`에 `asker`의 바뀐 사실이 없습니다",
            "`would_open` has no changed facts of the `asker`",
        ));
    };
    facts_before.extend(changed.clone());
    let then = change["then"].as_str().and_then(Decision::from_code);
    Ok(WouldOpen::Change {
        rule: change["rule"].as_str().unwrap_or_default().to_owned(),
        asker: Box::new(known(asker(&facts)?)?),
        then: then.ok_or_else(|| {
            Message::new(
                "`would_open`의 `then`이 pass나 ask가 아닙니다",
                "`then` of `would_open` is not pass or ask",
            )
        })?,
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
    pub disease_ancestors: DiseaseAncestors,
}

/// Reads cases of DUOS: `{cases: [{id, request, dataset, expected}], disease_ancestors}`.
///
/// # Errors
/// A case is incomplete, or there is none.
pub fn duos_cases(bytes: &[u8]) -> Result<DuosCases, Unusable> {
    let found: DuosCases = document(bytes)?;
    if found.cases.is_empty() {
        let reason = Message::new("파일에 사례가 없습니다", "the file has no cases");
        return Err(Unusable::whole(reason));
    }
    Ok(found)
}
