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
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct DuosUse {
    /// General research use.
    #[serde(rename = "GRU")]
    pub general: Option<bool>,
    /// Health, medical or biomedical research.
    #[serde(rename = "HMB")]
    pub health: Option<bool>,
    /// Population origins or ancestry.
    #[serde(rename = "POA")]
    pub ancestry: Option<bool>,
    /// Diseases, by identifiers of the Human Disease Ontology.
    #[serde(rename = "DS")]
    pub diseases: Vec<String>,
    /// Development of methods.
    #[serde(rename = "MDS")]
    pub methods: Option<bool>,
    /// Non-profit use: of a data set, only that; of a request, that it is.
    #[serde(rename = "NPU")]
    pub non_profit: Option<bool>,
    /// Everything else that is said, by name.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// Topics on which people decide, not the machine.
const SENSITIVE: [&str; 10] = [
    "controls",
    "population",
    "gender",
    "pediatric",
    "vulnerable",
    "illegal",
    "sexual",
    "psychological",
    "not_health",
    "stigmati",
];

impl DuosUse {
    fn is_sensitive(&self) -> bool {
        self.others.iter().any(|(name, value)| {
            // `population_variation` and `population`, `stigmatizing_diseases` and `stigmatize_diseases` are the same.
            let name = name.to_lowercase().replace('-', "_");
            let topic = SENSITIVE.iter().any(|topic| name.starts_with(topic));
            topic && !matches!(value, Value::Null | Value::Bool(false))
        })
    }

    fn is(flag: Option<bool>) -> bool {
        flag == Some(true)
    }
}

/// Decides a request on a data set. `ancestors` gives the ancestors of each disease.
pub fn decide_duos(
    request: &DuosUse,
    dataset: &DuosUse,
    ancestors: &BTreeMap<String, Vec<String>>,
) -> DuosDecision {
    use DuosDecision::{Abstain, Approve, Deny};
    let is = DuosUse::is;
    let permits_health = is(dataset.general) || is(dataset.health);
    let serves = |disease: &String| {
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
    if request.is_sensitive() || !has_purpose {
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
        let ancestors = BTreeMap::from([("narrow".to_owned(), vec!["broad".to_owned()])]);
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
}
