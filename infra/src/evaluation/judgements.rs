//! Offers and demands as flat JSON objects, and pairs graded by people.

use super::{Unusable, document, of, table};
use matchday_domain::catalogue::{AccessMode, DataKind, OfferContent};
use matchday_domain::demand::DemandContent;
use matchday_domain::json_faults;
use matchday_domain::message;
use matchday_domain::organisation::{Profile, Region};
use matchday_domain::text::Message;
use matchday_domain::use_conditions::{Asker, Decision, UsePolicy};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An offer of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedOffer {
    /// Its name in the set.
    pub id: String,
    /// Where the hospital sits.
    pub region: Option<Region>,
    /// What it says.
    pub content: OfferContent,
}

/// A demand of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedDemand {
    /// Its name in the set.
    pub id: String,
    /// Who asks.
    pub profile: Profile,
    /// What it says.
    pub content: DemandContent,
}

/// A pair that was graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qrel {
    /// The demand.
    pub demand: String,
    /// The offer.
    pub offer: String,
    /// What the gate should say.
    pub gate: Decision,
    /// How useful, 0 to 3.
    pub grade: u32,
}

/// Reads offers.
///
/// # Errors
/// A record is not an offer, or there is none.
pub fn offers(bytes: &[u8]) -> Result<Vec<JudgedOffer>, Unusable> {
    each(bytes, |value| {
        Ok(JudgedOffer {
            id: name(value)?,
            region: region(&value["hospital_region"]),
            content: offer(value)?,
        })
    })
}

/// Reads demands.
///
/// # Errors
/// A record is not a demand, or there is none.
pub fn demands(bytes: &[u8]) -> Result<Vec<JudgedDemand>, Unusable> {
    each(bytes, |value| {
        Ok(JudgedDemand {
            id: name(value)?,
            profile: profile(value)?,
            content: demand(value)?,
        })
    })
}

/// Reads graded pairs: `demand_id, offer_id, gate, grade, …`.
///
/// # Errors
/// A row has an unknown gate or a grade that is no whole number, or there is no row.
pub fn qrels(bytes: &[u8]) -> Result<Vec<Qrel>, Unusable> {
    let rows = table(bytes, 4)?;
    let read = rows.into_iter().map(|(line, cells)| {
        let gate = Decision::from_code(cells[2]);
        Ok(Qrel {
            demand: cells[0].to_owned(),
            offer: cells[1].to_owned(),
            gate: gate.ok_or_else(|| unknown(line, "gate", cells[2]))?,
            grade: cells[3]
                .trim()
                .parse()
                .map_err(|_| unknown(line, "grade", cells[3]))?,
        })
    });
    read.collect()
}

fn unknown(line: usize, column: &str, value: &str) -> Unusable {
    let reason = message!(
        "알 수 없는 {column} `{value}`",
        "unknown {column} `{value}`"
    );
    Unusable::at(line, reason)
}

/// The facts of an asker, from a demand of the set or a case of the gate.
pub(super) fn asker(value: &Value) -> Result<Asker, Message> {
    let mut kinds: Vec<DataKind> = Vec::new();
    for key in ["required", "any_of", "wished"] {
        kinds.extend(list::<DataKind>(&value[format!("data_kinds_{key}")])?);
    }
    let names = ["organisation_name_ko", "organisation_name_en"];
    let names: Vec<&str> = names
        .iter()
        .filter_map(|key| value[*key].as_str())
        .collect();
    read(json!({
        "institution_names": names,
        "users": or_empty(&value["users"]), "projects": or_empty(&value["projects"]),
        "legal_form": value["legal_form"], "commercial": value["commercial"],
        "duo_purpose": value["duo_purpose"], "conditions": or_empty(&value["conditions"]),
        "methods_development": value["methods_or_ai_development"],
        "uses_genotype": value["uses_genotype_data"], "ancestry_research": value["ancestry_research"],
        "clinical_care": value["clinical_care_use"],
        "viewer_countries": or_empty(&value["viewer_countries"]),
        "processing_countries": or_empty(&value["processing_countries"]),
        "foreign_parent": value["has_foreign_parent"],
        "access_modes": list::<AccessMode>(&value["access_modes_accepted"])?,
        "irb_status": value["irb_status"],
        "willing_to_collaborate": value["willing_to_collaborate"],
        "willing_to_publish": value["willing_to_publish"],
        "willing_to_return_results": value["willing_to_return_results"],
        "use_months": value["use_months"], "publish_by": value["publish_by"],
        "data_kinds": kinds,
    }))
}

pub(super) fn list<T: DeserializeOwned>(value: &Value) -> Result<Vec<T>, Message> {
    read(or_empty(value))
}

fn each<T>(bytes: &[u8], one: impl Fn(&Value) -> Result<T, Message>) -> Result<Vec<T>, Unusable> {
    let values: Vec<Value> = document(bytes)?;
    let read = values.iter().enumerate().map(|(i, value)| {
        one(value).map_err(|reason| Unusable::whole(of(&format!("[{i}]"), &reason)))
    });
    super::not_empty(read.collect::<Result<_, _>>()?)
}

fn name(value: &Value) -> Result<String, Message> {
    let id = value["id"].as_str();
    id.map(str::to_owned)
        .ok_or_else(|| Message::new("`id`가 없습니다", "no `id`"))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Message> {
    serde_json::from_value(value).map_err(|error| json_faults::told(&error))
}

/// Policies; a null in one is unknown.
pub(super) fn policies(value: &Value) -> Result<Vec<UsePolicy>, Message> {
    let mut value = or_empty(value);
    for policy in value.as_array_mut().into_iter().flatten() {
        if let Some(said) = policy.as_object_mut() {
            said.retain(|_, fact| !fact.is_null());
        }
    }
    read(value)
}

fn or_empty(value: &Value) -> Value {
    if value.is_null() {
        json!([])
    } else {
        value.clone()
    }
}

fn region(value: &Value) -> Option<Region> {
    let name = value.as_str()?;
    let mut all = Region::ALL.iter().copied();
    all.find(|region| region.code() == name || region.label().ko == name)
}

fn profile(value: &Value) -> Result<Profile, Message> {
    read(json!({
        "kind": value["organisation_kind"],
        "name": {"ko": value["organisation_name_ko"], "en": value["organisation_name_en"]},
        "region": region(&value["organisation_region"]).map(Region::code),
        "country": value["organisation_country"], "legal_form": value["legal_form"],
        "foreign_parent": value["has_foreign_parent"],
    }))
}

fn demand(v: &Value) -> Result<DemandContent, Message> {
    read(json!({
        "title": {"ko": v["title_ko"], "en": v["title_en"]},
        "aim": {"ko": v["aim_ko"], "en": v["aim_en"]},
        "purpose": v["purpose_class"], "duo_purpose": v["duo_purpose"], "commercial": v["commercial"],
        "methods_development": v["methods_or_ai_development"], "uses_genotype": v["uses_genotype_data"],
        "ancestry_research": v["ancestry_research"], "clinical_care": v["clinical_care_use"],
        "conditions": or_empty(&v["conditions"]),
        "population": {"sex": v["sex"], "age_min": v["age_min"], "age_max": v["age_max"]},
        "data_kinds_required": or_empty(&v["data_kinds_required"]),
        "data_kinds_any_of": or_empty(&v["data_kinds_any_of"]),
        "data_kinds_wished": or_empty(&v["data_kinds_wished"]),
        "variables_required": or_empty(&v["variables_required"]),
        "variables_wished": or_empty(&v["variables_wished"]),
        "subjects_min": v["subjects_min"], "subjects_wished": v["subjects_wished"],
        "period": {"start": v["period_start"], "end": v["period_end"]},
        "standards": or_empty(&v["standards_wanted"]), "linkage": or_empty(&v["linkage_needed"]),
        "access_modes": or_empty(&v["access_modes_accepted"]),
        "viewer_countries": or_empty(&v["viewer_countries"]),
        "processing_countries": or_empty(&v["processing_countries"]),
        "irb_status": v["irb_status"], "willing_to_collaborate": v["willing_to_collaborate"],
        "willing_to_publish": v["willing_to_publish"],
        "willing_to_return_results": v["willing_to_return_results"],
        "use_months": v["use_months"], "publish_by": v["publish_by"],
        "budget": v["budget_krw"], "needed_by": v["needed_by"],
    }))
}

fn offer(v: &Value) -> Result<OfferContent, Message> {
    read(json!({
        "title": {"ko": v["title_ko"], "en": v["title_en"]},
        "abstract": {"ko": v["abstract_ko"], "en": v["abstract_en"]},
        "keywords": or_empty(&v["keywords"]), "variables": or_empty(&v["variables"]),
        "opens_on": v["library_opens_on"], "conditions": or_empty(&v["conditions"]),
        "counts": or_empty(&v["counts"]),
        "population": {"size": v["subjects_total"], "size_as_of": v["subjects_as_of"],
            "size_basis": v["subjects_basis"], "sex": v["sex"],
            "age_min": v["age_min"], "age_max": v["age_max"]},
        "period": {"start": v["period_start"], "end": v["period_end"]},
        "refresh": v["refresh_frequency"], "time_lag_months": v["time_lag_months"],
        "data_kinds": or_empty(&v["data_kinds"]), "standards": or_empty(&v["standards"]),
        "use_policies": policies(&v["use_policies"])?, "access_modes": or_empty(&v["access_modes"]),
        "review": {"cutoff_day": v["review_cutoff_day"]}, "lead_time": v["lead_time"],
        "cost": {"model": v["cost_model"], "amount": v["cost_krw"]},
        "linkable_to": or_empty(&v["linkable_to"]),
        "small_count_threshold": v["small_count_threshold"],
    }))
}
