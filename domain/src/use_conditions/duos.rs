//! DUOS compatibility: what the matcher of the Broad Institute's Data Use Oversight System decides (its version 4), for
//! those who compare. The service's own gate is stricter, see [`super::decide`].
//!
//! Six checks: disease, health research, ancestry, methods, non-profit, and whether a machine should decide at all.
//! All must approve; a denial goes before an abstention. Source: DataBiosphere/consent-ontology, its public cases.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

crate::vocabulary! {
    /// What DUOS says.
    DuosDecision {
        Approve = "approve", "승인", "approve";
        Deny = "deny", "거부", "deny";
        Abstain = "abstain", "판단 보류", "abstain";
    }
}

/// What a request is for, or what a data set may be used for, in the terms of DUOS. Absent is not said.
///
/// Read from an object whose keys are the short terms (`GRU`) or the long ones of the service (`generalUse`), in any
/// spelling that differs by case or separators only.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>")]
pub struct DuosUse {
    /// General research use.
    pub general: Option<bool>,
    /// Health, medical or biomedical research.
    pub health: Option<bool>,
    /// Population origins or ancestry.
    pub ancestry: Option<bool>,
    /// Diseases, by identifiers of the Human Disease Ontology.
    pub diseases: Vec<DiseaseId>,
    /// Development of methods.
    pub methods: Option<bool>,
    /// Non-profit use: of a data set, only that; of a request, that it is.
    pub non_profit: Option<bool>,
    /// Whether it touches a topic on which people decide, not the machine.
    pub sensitive: bool,
}

/// An identifier of the Human Disease Ontology as `DOID:162`, whether written so, as `doid_162` or as an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub struct DiseaseId(String);

impl From<String> for DiseaseId {
    fn from(written: String) -> Self {
        let written = written.trim().trim_end_matches('/');
        let last = written.rsplit(['/', '#', '=']).next().unwrap_or(written);
        Self(last.to_uppercase().replace('_', ":"))
    }
}

/// The ancestors of diseases.
pub type DiseaseAncestors = BTreeMap<DiseaseId, Vec<DiseaseId>>;

/// Beginnings of the terms for topics on which people decide, not the machine.
const SENSITIVE: [&str; 12] = [
    "control",
    "population",
    "gender",
    "pediatric",
    "paediatric",
    "vulnerable",
    "illegal",
    "sexual",
    "psychological",
    "nothealth",
    "nonhealth",
    "stigmati",
];

impl TryFrom<BTreeMap<String, Value>> for DuosUse {
    type Error = String;

    fn try_from(said: BTreeMap<String, Value>) -> Result<Self, String> {
        let mut read = Self::default();
        for (key, value) in said {
            let term: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
            let term = term.to_lowercase();
            let flag = || match &value {
                Value::Null => Ok(None),
                Value::Bool(said) => Ok(Some(*said)),
                other => Err(format!("`{key}` is true or false, not {other}")),
            };
            match term.as_str() {
                "gru" | "generaluse" => read.general = flag()?,
                "hmb" | "hmbresearch" => read.health = flag()?,
                "poa" | "populationoriginsancestry" => read.ancestry = flag()?,
                "mds" | "methodsresearch" => read.methods = flag()?,
                "npu" | "nonprofituse" => read.non_profit = flag()?,
                "ds" | "diseaserestrictions" => read.diseases = diseases(&key, value)?,
                other => {
                    let topic = SENSITIVE.iter().any(|topic| other.starts_with(topic));
                    read.sensitive |= topic && !matches!(value, Value::Null | Value::Bool(false));
                }
            }
        }
        Ok(read)
    }
}

/// No disease, one, or a list.
fn diseases(key: &str, value: Value) -> Result<Vec<DiseaseId>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(one) => Ok(vec![one.into()]),
        list => serde_json::from_value(list)
            .map_err(|_| format!("`{key}` is a list of diseases, not what stands there")),
    }
}

fn is(flag: Option<bool>) -> bool {
    flag == Some(true)
}

/// Decides a request on a data set. `ancestors` gives the ancestors of each disease.
pub fn decide_duos(
    request: &DuosUse,
    dataset: &DuosUse,
    ancestors: &DiseaseAncestors,
) -> DuosDecision {
    use DuosDecision::{Abstain, Approve, Deny};
    let permits_health = is(dataset.general) || is(dataset.health);
    let serves = |disease: &DiseaseId| {
        let above = ancestors.get(disease).into_iter().flatten();
        above
            .chain([disease])
            .any(|named| dataset.diseases.contains(named))
    };
    let disease = permits_health || request.diseases.iter().all(serves);
    let health = is(dataset.general)
        || match (is(request.general), is(request.health)) {
            _ if is(request.health) && is(dataset.health) => true,
            (true, _) if is(dataset.health) => false,
            (_, true) => dataset.diseases.is_empty() && !is(dataset.ancestry),
            _ => true,
        };
    let ancestry = request.ancestry.is_none()
        || is(dataset.general)
        || is(request.ancestry) && is(dataset.ancestry);
    let methods = !is(request.methods) || permits_health || is(dataset.ancestry) || disease;
    let non_profit = !is(dataset.non_profit) || is(request.non_profit);
    if !(disease && health && ancestry && methods && non_profit) {
        return Deny;
    }
    let has_purpose = !request.diseases.is_empty()
        || [
            request.general,
            request.health,
            request.ancestry,
            request.methods,
        ]
        .into_iter()
        .any(is)
        || request.non_profit.is_some()
        || dataset.non_profit.is_some();
    if request.sensitive || !has_purpose {
        Abstain
    } else {
        Approve
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decided(request: Value, dataset: Value) -> DuosDecision {
        let ancestors = serde_json::from_value(json!({"narrow": ["broad"]})).unwrap();
        let read = |value| serde_json::from_value::<DuosUse>(value).unwrap();
        decide_duos(&read(request), &read(dataset), &ancestors)
    }

    #[test]
    fn diseases_descend_and_never_ascend() {
        use DuosDecision::{Approve, Deny};
        for (request, dataset, expected) in [
            (json!({"DS": ["narrow"]}), json!({"DS": ["broad"]}), Approve),
            (json!({"DS": ["broad"]}), json!({"DS": ["narrow"]}), Deny),
            (
                json!({"DS": ["narrow", "other"]}),
                json!({"DS": ["broad"]}),
                Deny,
            ),
            (json!({"DS": ["broad"]}), json!({"HMB": true}), Approve),
            (json!({"DS": ["broad"]}), json!({"POA": true}), Deny),
            (json!({"GRU": true}), json!({"DS": ["broad"]}), Approve),
            (json!({"GRU": true}), json!({"HMB": true}), Deny),
            (json!({"HMB": true}), json!({"DS": ["broad"]}), Deny),
            (json!({"POA": true}), json!({"HMB": true}), Deny),
            (json!({"MDS": true}), json!({"DS": ["broad"]}), Approve),
        ] {
            let told = format!("{request} {dataset}");
            assert_eq!(decided(request, dataset), expected, "{told}");
        }
    }

    #[test]
    fn a_denial_goes_before_an_abstention() {
        let sensitive = json!({"HMB": true, "vulnerable_populations": true});
        assert_eq!(
            decided(sensitive.clone(), json!({"GRU": true})),
            DuosDecision::Abstain
        );
        assert_eq!(
            decided(sensitive, json!({"DS": ["broad"]})),
            DuosDecision::Deny
        );
        assert_eq!(
            decided(
                json!({"HMB": true, "gender": "female"}),
                json!({"HMB": true})
            ),
            DuosDecision::Abstain
        );
        assert_eq!(
            decided(json!({"NPU": false}), json!({"NPU": true})),
            DuosDecision::Deny
        );
        assert_eq!(
            decided(json!({"IRB": true}), json!({"HMB": true})),
            DuosDecision::Abstain
        );
    }

    #[test]
    fn keys_and_diseases_are_read_in_every_spelling() {
        use DuosDecision::{Abstain, Approve, Deny};
        for (request, dataset, expected) in [
            (json!({"ds": "Narrow"}), json!({"DS": [" broad "]}), Approve),
            (
                json!({"DS": ["http://purl.obolibrary.org/obo/NARROW"]}),
                json!({"diseaseRestrictions": ["https://example.org/ontology#broad"]}),
                Approve,
            ),
            (
                json!({"DS": ["DOID_162"]}),
                json!({"DS": ["http://purl.obolibrary.org/obo/DOID_162/"]}),
                Approve,
            ),
            (
                json!({"DS": ["doid:162"]}),
                json!({"DS": ["DOID:1620"]}),
                Deny,
            ),
            (
                json!({"DS": ["a", "narrow"]}),
                json!({"DS": ["A", "broad"]}),
                Approve,
            ),
            (json!({"DS": ["a"]}), json!({}), Deny),
            (
                json!({"DS": null, "HMB": true}),
                json!({"hmb": true}),
                Approve,
            ),
            (
                json!({"DS": [], "GRU": null}),
                json!({"GRU": true}),
                Abstain,
            ),
            (json!({}), json!({}), Abstain),
            (json!({}), json!({"NPU": false}), Approve),
            (
                json!({"generalUse": true}),
                json!({"hmbResearch": true}),
                Deny,
            ),
            (
                json!({"HMB": true, "GRU": true}),
                json!({"HMB": true}),
                Approve,
            ),
            (
                json!({"HMB": true, "GRU": true}),
                json!({"DS": ["a"]}),
                Deny,
            ),
            (
                json!({"DS": ["a"], "HMB": true}),
                json!({"DS": ["a"]}),
                Deny,
            ),
            (
                json!({"DS": ["a"], "POA": true}),
                json!({"DS": ["a"]}),
                Deny,
            ),
            (
                json!({"DS": ["a"], "MDS": true}),
                json!({"DS": ["a"]}),
                Approve,
            ),
            (
                json!({"DS": ["a"], "MDS": true}),
                json!({"DS": ["b"]}),
                Deny,
            ),
            (
                json!({"DS": ["a"]}),
                json!({"DS": ["b"], "GRU": true}),
                Approve,
            ),
            (
                json!({"populationOriginsAncestry": true}),
                json!({"POA": true}),
                Approve,
            ),
            (
                json!({"POA": true}),
                json!({"GRU": true, "HMB": true}),
                Approve,
            ),
            (
                json!({"HMB": true}),
                json!({"HMB": true, "NPU": true}),
                Deny,
            ),
            (
                json!({"HMB": true, "NPU": true}),
                json!({"HMB": true, "NPU": true}),
                Approve,
            ),
            (
                json!({"HMB": true, "NPU": false}),
                json!({"HMB": true}),
                Approve,
            ),
        ] {
            let told = format!("{request} {dataset}");
            assert_eq!(decided(request, dataset), expected, "{told}");
        }
        let wrong = serde_json::from_value::<DuosUse>(json!({"GRU": "yes"})).unwrap_err();
        assert!(wrong.to_string().contains("`GRU`"), "{wrong}");
        assert!(serde_json::from_value::<DuosUse>(json!({"DS": [7]})).is_err());
    }

    #[test]
    fn people_decide_on_every_sensitive_topic() {
        for topic in [
            "controls",
            "population",
            "population_variation",
            "populationVariation",
            "gender",
            "Pediatric",
            "vulnerable_populations",
            "illegal_behavior",
            "illegalBehaviour",
            "sexual_diseases",
            "psychological_traits",
            "not_health",
            "notHealth",
            "stigmatizing_diseases",
            "stigmatizeDiseases",
        ] {
            let asked =
                |value: Value| decided(json!({"HMB": true, topic: value}), json!({"GRU": true}));
            assert_eq!(asked(json!(true)), DuosDecision::Abstain, "{topic}");
            assert_eq!(asked(json!(false)), DuosDecision::Approve, "{topic}");
            assert_eq!(asked(json!(null)), DuosDecision::Approve, "{topic}");
        }
    }
}
