//! Cases of the gate with the outcome they should have.

use super::judgements::{asker, policies};
use super::record::{
    Record, check_keys, check_values, elements, expected, list, part, records, typed,
};
use super::{Unusable, document};
use matchday_domain::catalogue::{AccessMode, Country, DataKind};
use matchday_domain::message;
use matchday_domain::problem::Problem;
use matchday_domain::terminology::ConditionCode;
use matchday_domain::text::Message;
use matchday_domain::use_conditions::duos::{DiseaseAncestors, DuosDecision, DuosUse};
use matchday_domain::use_conditions::{Asker, Decision, UsePolicy};
use serde::de::DeserializeOwned;
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

/// What a case may have.
const CASE: [&str; 10] = [
    "id",
    "table_row",
    "offer",
    "asker",
    "expected",
    "deciding_rule",
    "duties",
    "also_acceptable",
    "note",
    "would_open",
];

/// What the offer of a case may have.
const OFFER: [&str; 3] = ["use_policies", "access_modes", "data_kinds"];

/// Reads a list of cases: `id, offer {use_policies, access_modes, data_kinds}, asker {…}, expected, deciding_rule,
/// duties, also_acceptable`, and if it is denied, maybe `would_open {rule, asker {changed facts}, then}`, null if no single
/// change would.
///
/// # Errors
/// A case is incomplete, has an unknown code or an unknown fact of its asker, two have the same id, or there is none.
pub fn gate_cases(bytes: &[u8]) -> Result<Vec<GateCase>, Unusable> {
    let hint = Message::new(
        ". DUOS 사례라면 `--mode duos`를 쓰십시오",
        "; for cases of DUOS give `--mode duos`",
    );
    records(&elements(bytes, &hint)?, case)
}

fn case(id: &str, record: &Record) -> Result<GateCase, Message> {
    check_keys(record, CASE.into_iter())?;
    let (offer, facts) = (part(record, "offer")?, part(record, "asker")?);
    let in_offer = |Message { ko, en }| message!("offer.{ko}", "offer.{en}");
    let read_offer = || -> Result<_, Message> {
        check_keys(offer, OFFER.into_iter())?;
        let read = (
            policies(offer)?,
            list(offer, "access_modes")?,
            list(offer, "data_kinds")?,
        );
        check_values(offer, OFFER.into_iter())?;
        Ok(read)
    };
    let (policies, access_modes, data_kinds) = read_offer().map_err(in_offer)?;
    let countries = policies
        .iter()
        .flat_map(|policy| &policy.geographic_countries);
    let conditions = policies
        .iter()
        .flat_map(|policy| &policy.permission_conditions);
    all_known(countries, conditions)?;
    let said = |key: &str| record.get(key).and_then(Value::as_str);
    let expected = said("expected").and_then(Decision::from_code);
    Ok(GateCase {
        id: id.to_owned(),
        policies,
        access_modes,
        data_kinds,
        asker: known(asker(facts, "asker")?)?,
        expected: expected.ok_or_else(|| {
            Message::new(
                "`expected`가 pass, ask, deny 가운데 하나가 아닙니다",
                "`expected` is not pass, ask or deny",
            )
        })?,
        also: list(record, "also_acceptable")?,
        rule: rule(record, "deciding_rule")?,
        duties: match record.get("duties") {
            None | Some(Value::Null) => None,
            Some(_) => Some(list(record, "duties")?),
        },
        would_open: match record.get("would_open") {
            None => WouldOpen::Unsaid,
            Some(Value::Null) => WouldOpen::None,
            Some(_) => would_open(facts, part(record, "would_open")?)?,
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

/// The name of a rule; empty where it is not said.
fn rule(record: &Record, key: &str) -> Result<String, Message> {
    match record.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(value) => typed(value.clone(), |path| format!("{key}{path}")),
    }
}

fn would_open(facts: &Record, change: &Record) -> Result<WouldOpen, Message> {
    check_keys(change, ["rule", "asker", "then"].into_iter())?;
    let Some(changed) = change.get("asker").and_then(Value::as_object) else {
        return Err(Message::new(
            "`would_open`에 `asker`의 바뀐 사실이 없습니다",
            "`would_open` has no changed facts of the `asker`",
        ));
    };
    let mut after = facts.clone();
    after.extend(changed.clone());
    let then = change.get("then").and_then(Value::as_str);
    let then = then.and_then(Decision::from_code);
    Ok(WouldOpen::Change {
        rule: rule(change, "rule")?,
        asker: Box::new(known(asker(&after, "would_open.asker")?)?),
        then: then.ok_or_else(|| {
            Message::new(
                "`would_open`의 `then`이 pass나 ask가 아닙니다",
                "`then` of `would_open` is not pass or ask",
            )
        })?,
    })
}

/// A case of DUOS.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct DuosCases {
    /// The cases.
    pub cases: Vec<DuosCase>,
    /// The ancestors of a disease.
    pub disease_ancestors: DiseaseAncestors,
}

/// Reads cases of DUOS: `{cases: [{id, request, dataset, expected}], disease_ancestors}`.
///
/// # Errors
/// A case is incomplete, two have the same id, or there is none.
pub fn duos_cases(bytes: &[u8]) -> Result<DuosCases, Unusable> {
    let set = match document(bytes)? {
        Value::Object(set) => set,
        found => {
            let mut told = expected("객체 `{cases: […]}`가", "an object `{cases: […]}`", &found);
            if found.is_array() {
                told.ko += ". 서비스의 사례라면 `--mode service`를 쓰십시오";
                told.en += "; for cases of the service give `--mode service`";
            }
            return Err(Unusable::whole(told));
        }
    };
    let cases: Vec<Value> = match set.get("cases") {
        None | Some(Value::Null) => Err(Message::new(
            "`cases` 항목이 없습니다",
            "missing field `cases`",
        )),
        Some(_) => list(&set, "cases"),
    }
    .map_err(Unusable::whole)?;
    let ancestors = set.get("disease_ancestors").filter(|said| !said.is_null());
    let ancestors = ancestors.map(|said| {
        typed(said.clone(), |path| match path {
            "" => "disease_ancestors".to_owned(),
            path => format!("disease_ancestors.{path}"),
        })
    });
    Ok(DuosCases {
        cases: records(&cases, duos_case)?,
        disease_ancestors: ancestors
            .transpose()
            .map_err(Unusable::whole)?
            .unwrap_or_default(),
    })
}

fn duos_case(id: &str, record: &Record) -> Result<DuosCase, Message> {
    fn field<T: DeserializeOwned>(record: &Record, key: &str) -> Result<T, Message> {
        let value = record.get(key).cloned();
        let value =
            value.ok_or_else(|| message!("`{key}` 항목이 없습니다", "missing field `{key}`"))?;
        typed(value, |path| format!("{key}{path}"))
    }
    Ok(DuosCase {
        id: id.to_owned(),
        request: field(record, "request")?,
        dataset: field(record, "dataset")?,
        expected: field(record, "expected")?,
    })
}
