//! Offers and demands as flat JSON objects, and pairs graded by people.

use super::record::typed;
use super::record::{Record, Table, check_keys, check_values, composed, elements, list, records};
use super::{Unusable, table};
use matchday_domain::catalogue::{DataKind, OfferContent};
use matchday_domain::demand::DemandContent;
use matchday_domain::message;
use matchday_domain::organisation::{Profile, Region};
use matchday_domain::text::Message;
use matchday_domain::use_conditions::{Asker, Decision, UsePolicy};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

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
    /// The line of its file, from 1.
    pub line: usize,
    /// The demand.
    pub demand: String,
    /// The offer.
    pub offer: String,
    /// What the gate should say.
    pub gate: Decision,
    /// How useful, 0 to 3.
    pub grade: u32,
}

const OFFER: &Table = &[
    ("title.ko", "title_ko"),
    ("title.en", "title_en"),
    ("abstract.ko", "abstract_ko"),
    ("abstract.en", "abstract_en"),
    ("keywords", "keywords"),
    ("variables", "variables"),
    ("opens_on", "library_opens_on"),
    ("conditions", "conditions"),
    ("counts", "counts"),
    ("population.size_as_of", "subjects_as_of"),
    ("population.size_basis", "subjects_basis"),
    ("population.size", "subjects_total"),
    ("population.sex", "sex"),
    ("population.age_min", "age_min"),
    ("population.age_max", "age_max"),
    ("period.start", "period_start"),
    ("period.end", "period_end"),
    ("refresh", "refresh_frequency"),
    ("time_lag_months", "time_lag_months"),
    ("data_kinds", "data_kinds"),
    ("standards", "standards"),
    ("access_modes", "access_modes"),
    ("review.cutoff_day", "review_cutoff_day"),
    ("lead_time", "lead_time"),
    ("cost.model", "cost_model"),
    ("cost.amount", "cost_krw"),
    ("linkable_to", "linkable_to"),
    ("small_count_threshold", "small_count_threshold"),
];

/// What an offer of the format may have besides.
const OFFER_BESIDES: [&str; 12] = [
    "id",
    "hospital_id",
    "hospital_name_ko",
    "hospital_name_en",
    "hospital_region",
    "hospital_kind",
    "library",
    "text_language",
    "coding_systems",
    "completeness",
    "use_policies",
    "approvals",
];

const DEMAND: &Table = &[
    ("title.ko", "title_ko"),
    ("title.en", "title_en"),
    ("aim.ko", "aim_ko"),
    ("aim.en", "aim_en"),
    ("purpose", "purpose_class"),
    ("duo_purpose", "duo_purpose"),
    ("commercial", "commercial"),
    ("methods_development", "methods_or_ai_development"),
    ("uses_genotype", "uses_genotype_data"),
    ("ancestry_research", "ancestry_research"),
    ("clinical_care", "clinical_care_use"),
    ("conditions", "conditions"),
    ("population.sex", "sex"),
    ("population.age_min", "age_min"),
    ("population.age_max", "age_max"),
    ("data_kinds_required", "data_kinds_required"),
    ("data_kinds_any_of", "data_kinds_any_of"),
    ("data_kinds_wished", "data_kinds_wished"),
    ("variables_required", "variables_required"),
    ("variables_wished", "variables_wished"),
    ("subjects_min", "subjects_min"),
    ("subjects_wished", "subjects_wished"),
    ("period.start", "period_start"),
    ("period.end", "period_end"),
    ("standards", "standards_wanted"),
    ("linkage", "linkage_needed"),
    ("access_modes", "access_modes_accepted"),
    ("viewer_countries", "viewer_countries"),
    ("processing_countries", "processing_countries"),
    ("irb_status", "irb_status"),
    ("willing_to_collaborate", "willing_to_collaborate"),
    ("willing_to_publish", "willing_to_publish"),
    ("willing_to_return_results", "willing_to_return_results"),
    ("use_months", "use_months"),
    ("publish_by", "publish_by"),
    ("budget", "budget_krw"),
    ("needed_by", "needed_by"),
];

const PROFILE: &Table = &[
    ("kind", "organisation_kind"),
    ("name.ko", "organisation_name_ko"),
    ("name.en", "organisation_name_en"),
    ("country", "organisation_country"),
    ("legal_form", "legal_form"),
    ("foreign_parent", "has_foreign_parent"),
];

/// What a demand of the format may have besides.
const DEMAND_BESIDES: [&str; 11] = [
    "id",
    "organisation_id",
    "organisation_region",
    "firm_size",
    "text_language",
    "deidentification",
    "legal_basis",
    "own_share_krw",
    "budget_class",
    "confidentiality",
    "excluded_hospital_ids",
];

const ASKER: &Table = &[
    ("users", "users"),
    ("projects", "projects"),
    ("legal_form", "legal_form"),
    ("commercial", "commercial"),
    ("duo_purpose", "duo_purpose"),
    ("conditions", "conditions"),
    ("methods_development", "methods_or_ai_development"),
    ("uses_genotype", "uses_genotype_data"),
    ("ancestry_research", "ancestry_research"),
    ("clinical_care", "clinical_care_use"),
    ("viewer_countries", "viewer_countries"),
    ("processing_countries", "processing_countries"),
    ("foreign_parent", "has_foreign_parent"),
    ("access_modes", "access_modes_accepted"),
    ("irb_status", "irb_status"),
    ("willing_to_collaborate", "willing_to_collaborate"),
    ("willing_to_publish", "willing_to_publish"),
    ("willing_to_return_results", "willing_to_return_results"),
    ("use_months", "use_months"),
    ("publish_by", "publish_by"),
];

fn keys(table: &'static Table) -> impl Iterator<Item = &'static str> + Clone {
    table.iter().map(|(_, key)| *key)
}

fn demand_keys() -> impl Iterator<Item = &'static str> + Clone {
    keys(DEMAND).chain(keys(PROFILE)).chain(DEMAND_BESIDES)
}

/// Reads offers.
///
/// # Errors
/// A record is not an offer or says what cannot be, two have the same id, or there is none.
pub fn offers(bytes: &[u8]) -> Result<Vec<JudgedOffer>, Unusable> {
    let known = || keys(OFFER).chain(OFFER_BESIDES);
    records(&elements(bytes, &Message::new("", ""))?, |id, record| {
        check_keys(record, known())?;
        let mut content: OfferContent = composed(record, OFFER)?;
        content.use_policies = policies(record)?;
        check_values(record, known())?;
        Ok(JudgedOffer {
            id: id.to_owned(),
            region: region(record, "hospital_region"),
            content,
        })
    })
}

/// Reads demands.
///
/// # Errors
/// A record is not a demand or says what cannot be, two have the same id, or there is none.
pub fn demands(bytes: &[u8]) -> Result<Vec<JudgedDemand>, Unusable> {
    records(&elements(bytes, &Message::new("", ""))?, |id, record| {
        check_keys(record, demand_keys())?;
        let content = composed(record, DEMAND)?;
        for key in ["organisation_kind", "organisation_country"] {
            if record.get(key).is_none_or(Value::is_null) {
                return Err(message!("`{key}` 항목이 없습니다", "missing field `{key}`"));
            }
        }
        let mut profile: Profile = composed(record, PROFILE)?;
        profile.region = region(record, "organisation_region");
        check_values(record, demand_keys())?;
        Ok(JudgedDemand {
            id: id.to_owned(),
            profile,
            content,
        })
    })
}

/// Reads graded pairs: the columns `demand_id, offer_id, gate, grade` of the header, in any order, and others.
///
/// # Errors
/// The header lacks a column, a row has an unknown gate or a grade that is no whole number, a pair is there twice, or
/// there is no row.
pub fn qrels(bytes: &[u8]) -> Result<Vec<Qrel>, Unusable> {
    let rows = table(bytes, ["demand_id", "offer_id", "gate", "grade"], [])?;
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let read = rows.into_iter().map(|row| {
        let (line, [demand, offer, gate, grade]) = (row.line, row.cells);
        if let Some(earlier) = seen.insert((demand, offer), line) {
            let reason = message!(
                "{demand}과 {offer}의 쌍이 {earlier}행에 이미 있습니다",
                "the pair of {demand} and {offer} stands in line {earlier} already"
            );
            return Err(Unusable::at(line, reason));
        }
        let decision = Decision::from_code(gate);
        Ok(Qrel {
            line,
            demand: demand.to_owned(),
            offer: offer.to_owned(),
            gate: decision.ok_or_else(|| {
                let reason = message!(
                    "gate: 알 수 없는 값 `{gate}`. 가능한 값: pass, ask, deny",
                    "gate: unknown value `{gate}`, expected pass, ask or deny"
                );
                Unusable::at(line, reason)
            })?,
            grade: grade.parse().map_err(|_| {
                let reason = message!(
                    "grade: `{grade}`은(는) 0 이상의 정수가 아닙니다",
                    "grade: `{grade}` is not a whole number, 0 or more"
                );
                Unusable::at(line, reason)
            })?,
        })
    });
    read.collect()
}

/// Whether the pairs are of these offers and demands; where some demands are `wanted`, the pairs of others do not matter.
///
/// # Errors
/// The first pair of which a side is unknown.
pub fn check_pairs(
    offers: &[JudgedOffer],
    demands: &[JudgedDemand],
    qrels: &[Qrel],
    wanted: &[String],
) -> Result<(), Unusable> {
    let offers: HashSet<&str> = offers.iter().map(|offer| &*offer.id).collect();
    let demands: HashSet<&str> = demands.iter().map(|demand| &*demand.id).collect();
    for qrel in qrels {
        if !wanted.is_empty() && !wanted.contains(&qrel.demand) {
            continue;
        }
        let (demand, offer) = (&qrel.demand, &qrel.offer);
        let reason = if !demands.contains(&**demand) {
            message!(
                "demand_id: 수요 `{demand}`이(가) 수요 파일에 없습니다",
                "demand_id: the file of demands has no `{demand}`"
            )
        } else if !offers.contains(&**offer) {
            message!(
                "offer_id: 제공 `{offer}`이(가) 제공 파일에 없습니다",
                "offer_id: the file of offers has no `{offer}`"
            )
        } else {
            continue;
        };
        return Err(Unusable::at(qrel.line, reason));
    }
    Ok(())
}

/// The facts of an asker, by the keys of a demand; `place` is where they stand.
///
/// # Errors
/// A slip in a key, a value that is none, or one that cannot be meant.
pub(super) fn asker(record: &Record, place: &str) -> Result<Asker, Message> {
    let read = || {
        let known = demand_keys().chain(["users", "projects", "note"]);
        check_keys(record, known.clone())?;
        let mut asker: Asker = composed(record, ASKER)?;
        for key in [
            "data_kinds_required",
            "data_kinds_any_of",
            "data_kinds_wished",
        ] {
            asker.data_kinds.extend(list::<DataKind>(record, key)?);
        }
        let names = ["organisation_name_ko", "organisation_name_en"].iter();
        let names = names.filter_map(|key| record.get(*key)?.as_str());
        asker.institution_names = names.map(str::to_owned).collect();
        check_values(record, known)?;
        Ok(asker)
    };
    read().map_err(|Message { ko, en }| message!("{place}.{ko}", "{place}.{en}"))
}

/// Policies; a null in one is unknown.
pub(super) fn policies(record: &Record) -> Result<Vec<UsePolicy>, Message> {
    let mut value = match record.get("use_policies") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value.clone(),
    };
    for policy in value.as_array_mut().into_iter().flatten() {
        if let Some(said) = policy.as_object_mut() {
            said.retain(|_, fact| !fact.is_null());
        }
    }
    typed(value, |path| format!("use_policies{path}"))
}

fn region(record: &Record, key: &str) -> Option<Region> {
    let name = record.get(key)?.as_str()?;
    let mut all = Region::ALL.iter().copied();
    all.find(|region| region.code() == name || region.label().ko == name)
}
