//! The ranking against graded judgements, which are not part of the repository: `MATCHDAY_DATA` names their folder.

use crate::demand::DemandContent;
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::matching::{DemandSubject, OfferSubject, Scorer, TextModel, Weights};
use crate::organisation::{Profile, Region};
use crate::terminology::Terminology;
use crate::use_conditions::Decision;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use uuid::Uuid;

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

fn region(v: &Value) -> Option<Region> {
    let name = v.as_str()?;
    Region::ALL
        .iter()
        .copied()
        .find(|r| r.code() == name || r.label().ko == name)
}

fn list(v: &Value) -> Value {
    if v.is_null() { json!([]) } else { v.clone() }
}

fn id(name: &str) -> Uuid {
    Uuid::from_u128(name[1..].parse().unwrap())
}

fn demand(v: &Value) -> DemandSubject {
    let content: DemandContent = serde_json::from_value(json!({
        "title": {"ko": v["title_ko"], "en": v["title_en"]},
        "aim": {"ko": v["aim_ko"], "en": v["aim_en"]},
        "purpose": v["purpose_class"], "duo_purpose": v["duo_purpose"], "commercial": v["commercial"],
        "methods_development": v["methods_or_ai_development"], "uses_genotype": v["uses_genotype_data"],
        "ancestry_research": v["ancestry_research"], "clinical_care": v["clinical_care_use"],
        "conditions": v["conditions"],
        "population": {"sex": v["sex"], "age_min": v["age_min"], "age_max": v["age_max"]},
        "data_kinds_required": v["data_kinds_required"], "data_kinds_any_of": v["data_kinds_any_of"],
        "data_kinds_wished": v["data_kinds_wished"],
        "variables_required": v["variables_required"], "variables_wished": v["variables_wished"],
        "subjects_min": v["subjects_min"], "subjects_wished": v["subjects_wished"],
        "period": {"start": v["period_start"], "end": v["period_end"]},
        "standards": v["standards_wanted"], "linkage": v["linkage_needed"],
        "access_modes": list(&v["access_modes_accepted"]),
        "viewer_countries": v["viewer_countries"], "processing_countries": v["processing_countries"],
        "irb_status": v["irb_status"], "willing_to_collaborate": v["willing_to_collaborate"],
        "willing_to_publish": v["willing_to_publish"],
        "willing_to_return_results": v["willing_to_return_results"],
        "use_months": v["use_months"], "publish_by": v["publish_by"],
        "budget": v["budget_krw"], "needed_by": v["needed_by"],
    }))
    .unwrap();
    let profile: Profile = serde_json::from_value(json!({
        "kind": v["organisation_kind"],
        "name": {"ko": v["organisation_name_ko"], "en": v["organisation_name_en"]},
        "region": region(&v["organisation_region"]).map(Region::code),
        "country": v["organisation_country"], "legal_form": v["legal_form"],
        "foreign_parent": v["has_foreign_parent"],
    }))
    .unwrap();
    DemandSubject::new(
        DemandId(id(v["id"].as_str().unwrap())),
        1,
        OrganisationId(Uuid::nil()),
        profile,
        content,
        Terminology::standard(),
    )
}

fn offer(v: &Value) -> OfferSubject {
    let content = serde_json::from_value(json!({
        "title": {"ko": v["title_ko"], "en": v["title_en"]},
        "abstract": {"ko": v["abstract_ko"], "en": v["abstract_en"]},
        "keywords": v["keywords"], "variables": v["variables"],
        "opens_on": v["library_opens_on"], "conditions": v["conditions"], "counts": v["counts"],
        "population": {"size": v["subjects_total"], "size_as_of": v["subjects_as_of"],
            "size_basis": v["subjects_basis"], "sex": v["sex"],
            "age_min": v["age_min"], "age_max": v["age_max"]},
        "period": {"start": v["period_start"], "end": v["period_end"]},
        "refresh": v["refresh_frequency"], "time_lag_months": v["time_lag_months"],
        "data_kinds": v["data_kinds"], "standards": v["standards"],
        "use_policies": v["use_policies"], "access_modes": list(&v["access_modes"]),
        "review": {"cutoff_day": v["review_cutoff_day"]}, "lead_time": v["lead_time"],
        "cost": {"model": v["cost_model"], "amount": v["cost_krw"]},
        "linkable_to": list(&v["linkable_to"]),
        "small_count_threshold": v["small_count_threshold"],
    }))
    .unwrap();
    OfferSubject::new(
        OfferId(id(v["id"].as_str().unwrap())),
        1,
        OrganisationId(Uuid::nil()),
        region(&v["hospital_region"]),
        content,
        Terminology::standard(),
    )
}

/// nDCG at 10 with gains 2^grade − 1.
fn ndcg(ranked: &[u32], all: &[u32]) -> f64 {
    let dcg = |grades: &[u32]| -> f64 {
        grades
            .iter()
            .take(10)
            .zip(2_u32..)
            .map(|(grade, place)| (2_f64.powf(f64::from(*grade)) - 1.0) / f64::from(place).log2())
            .sum()
    };
    let mut ideal = all.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    dcg(ranked) / dcg(&ideal)
}

fn mean_ndcg(weights: &Weights, verbose: bool) -> Option<f64> {
    let folder = folder()?;
    let demands: Vec<DemandSubject> = read(&format!("{folder}/demands.json"))
        .iter()
        .map(demand)
        .collect();
    let offers: Vec<OfferSubject> = read(&format!("{folder}/offers.json"))
        .iter()
        .map(offer)
        .collect();
    let mut graded: BTreeMap<Uuid, HashMap<Uuid, (String, u32)>> = BTreeMap::new();
    for line in fs::read_to_string(format!("{folder}/qrels.tsv"))
        .unwrap()
        .lines()
        .skip(1)
    {
        let f: Vec<&str> = line.split('\t').collect();
        graded
            .entry(id(f[0]))
            .or_default()
            .insert(id(f[1]), (f[2].to_owned(), f[3].parse().unwrap()));
    }
    let model = TextModel::of(1, &offers);
    let scorer = Scorer {
        weights,
        model: &model,
        terminology: Terminology::standard(),
        today: "2026-11-15".parse().unwrap(),
    };
    let mut figures = Vec::new();
    for demand in &demands {
        let qrels = &graded[&demand.id.0];
        let kept: Vec<u32> = qrels
            .values()
            .filter(|(gate, _)| gate != "deny")
            .map(|(_, grade)| *grade)
            .collect();
        if verbose && kept.iter().all(|grade| *grade == 0) {
            eprintln!("{} nothing fits", demand.id);
        }
        let mut matches: Vec<_> = offers
            .iter()
            .filter(|o| qrels.get(&o.id.0).is_none_or(|(gate, _)| gate != "deny"))
            .filter_map(|o| scorer.score(demand, o))
            .collect();
        // The gate is not part of this figure.
        for found in &mut matches {
            if found.decision == Decision::Deny {
                found.decision = Decision::Ask;
            }
        }
        matches.sort_by_key(|m| m.rank());
        let grade = |m: &crate::matching::Match| qrels.get(&m.offer.0).map_or(0, |(_, g)| *g);
        let ranked: Vec<u32> = matches.iter().map(grade).collect();
        if verbose {
            let top: Vec<String> = matches
                .iter()
                .enumerate()
                .filter(|(i, m)| *i < 6 || grade(m) > 0)
                .map(|(i, m)| {
                    let v: Vec<String> = m
                        .explanation
                        .demander
                        .contributions
                        .iter()
                        .map(|c| {
                            c.value.map_or("-".into(), |v| {
                                format!("{v:.2}{}", if c.known < 1.0 { "?" } else { "" })
                            })
                        })
                        .collect();
                    format!(
                        "  #{} O{} g{} {:.1} {} {}{}",
                        i + 1,
                        m.offer.0.as_u128(),
                        grade(m),
                        f64::from(m.score) / 100.0,
                        v.join(" "),
                        m.decision.code(),
                        if m.is_relevant() { "" } else { " irrelevant" }
                    )
                })
                .collect();
            eprintln!(
                "D{} {:?}\n{}",
                demand.id.0.as_u128(),
                demand.conditions(),
                top.join("\n")
            );
        }
        if kept.iter().any(|grade| *grade > 0) {
            let figure = ndcg(&ranked, &kept);
            if verbose {
                eprintln!("  nDCG {figure:.3}");
            }
            figures.push(figure);
        }
    }
    #[allow(clippy::cast_precision_loss)]
    Some(figures.iter().sum::<f64>() / figures.len() as f64)
}

#[test]
fn the_ranking_reaches_the_target() {
    let verbose = std::env::var("MATCHDAY_VERBOSE").is_ok();
    let Some(figure) = mean_ndcg(&Weights::default(), verbose) else {
        return;
    };
    eprintln!("nDCG@10 {figure:.4}");
    if verbose {
        for (name, without) in ablations() {
            let figure = mean_ndcg(&without, false).unwrap();
            eprintln!("nDCG@10 without {name} {figure:.4}");
        }
    }
    assert!(figure >= 0.85, "{figure}");
}

fn ablations() -> Vec<(&'static str, Weights)> {
    let all = Weights::default();
    vec![
        (
            "disease",
            Weights {
                disease: 0.0,
                ..all
            },
        ),
        (
            "data kinds",
            Weights {
                data_kinds: 0.0,
                ..all
            },
        ),
        (
            "variables",
            Weights {
                variables: 0.0,
                ..all
            },
        ),
        (
            "standard",
            Weights {
                standard: 0.0,
                ..all
            },
        ),
        (
            "cohort size",
            Weights {
                cohort_size: 0.0,
                ..all
            },
        ),
        ("period", Weights { period: 0.0, ..all }),
        ("access", Weights { access: 0.0, ..all }),
        ("text", Weights { text: 0.0, ..all }),
    ]
}
