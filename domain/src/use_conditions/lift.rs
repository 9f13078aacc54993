//! What one decision of a hospital would open: a rule of its policies given up, and the policies weighed again.
//!
//! The near-miss of a denied pair says what the asker could change; this is the other side of it.

use super::gate::{Decision, OfferTerms, Weighing, decide};
use super::{Asker, Modifier, NearMiss, Permission, UsePolicy};
use crate::terminology::Terminology;
use crate::text::Message;

/// A rule whose giving up alone turns a deny into a pass or an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    /// The rule, a DUO or local code.
    pub rule: String,
    /// What the gate would say then.
    pub then: Decision,
    /// What the asker could change instead; absent where no single change of the asker undoes this rule.
    pub instead: Option<NearMiss>,
}

impl UsePolicy {
    /// The policy without a rule: a modifier is dropped, a permission is no longer stated. `None` if it has no such rule.
    fn without(&self, rule: &str) -> Option<Self> {
        let mut policy = self.clone();
        match (Modifier::from_code(rule), Permission::from_code(rule)) {
            (Some(modifier), _) if self.has(modifier) => {
                policy.modifiers.retain(|m| *m != modifier);
            }
            (_, Some(permission)) if self.permission == Some(permission) => {
                policy.permission = None;
                policy.permission_conditions.clear();
            }
            _ => return None,
        }
        Some(policy)
    }
}

/// The rules of a denied offer each of which alone stands between it and the asker, by code; none where it is not denied.
pub fn lifts(asker: &Asker, offer: OfferTerms<'_>, terminology: &Terminology) -> Vec<Lift> {
    let now = decide(asker, offer, terminology);
    if now.decision != Decision::Deny {
        return Vec::new();
    }
    let mut lifts: Vec<Lift> = Vec::new();
    for finding in now.findings.iter().filter(|f| f.decision == Decision::Deny) {
        let lifted = finding
            .policy
            .and_then(|i| offer.policies.get(i))
            .and_then(|policy| policy.without(&finding.rule));
        let Some(policy) = lifted else {
            continue;
        };
        let terms = OfferTerms {
            policies: std::slice::from_ref(&policy),
            ..offer
        };
        let then = Weighing::of(asker, terms, terminology).decision();
        if then == Decision::Deny {
            continue;
        }
        match lifts.iter_mut().find(|lift| lift.rule == finding.rule) {
            Some(lift) => lift.then = lift.then.min(then),
            None => lifts.push(Lift {
                rule: finding.rule.clone(),
                then,
                instead: now
                    .near_miss
                    .clone()
                    .filter(|near| near.rule == finding.rule),
            }),
        }
    }
    lifts.sort_by(|a, b| a.rule.cmp(&b.rule));
    lifts
}

/// A rule's name, with its code.
pub fn rule_label(rule: &str) -> Message {
    let label = Modifier::from_code(rule)
        .map(Modifier::label)
        .or_else(|| Permission::from_code(rule).map(Permission::label));
    label.map_or_else(
        || Message::new(rule, rule),
        |label| {
            Message::new(
                format!("{} ({rule})", label.ko),
                format!("{} ({rule})", label.en),
            )
        },
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::catalogue::{AccessMode, Country};
    use crate::demand::DuoPurpose;
    use crate::organisation::LegalForm;

    fn asker() -> Asker {
        Asker {
            legal_form: Some(LegalForm::ForProfit),
            commercial: Some(true),
            duo_purpose: Some(DuoPurpose::Ds),
            conditions: vec!["C34".parse().unwrap()],
            methods_development: Some(false),
            clinical_care: Some(false),
            viewer_countries: vec![Country::korea()],
            processing_countries: vec![Country::korea()],
            access_modes: vec![AccessMode::Export],
            ..Asker::default()
        }
    }

    fn lifted(policies: &[UsePolicy]) -> Vec<(String, Decision, bool)> {
        let terms = OfferTerms {
            policies,
            access_modes: &[AccessMode::Export],
            data_kinds: &[],
        };
        lifts(&asker(), terms, Terminology::standard())
            .into_iter()
            .map(|lift| (lift.rule, lift.then, lift.instead.is_some()))
            .collect()
    }

    fn policy(permission: Permission, modifiers: &[Modifier]) -> UsePolicy {
        UsePolicy {
            permission: Some(permission),
            modifiers: modifiers.to_vec(),
            ..UsePolicy::default()
        }
    }

    #[test]
    fn only_a_rule_that_stands_alone_is_lifted() {
        use Decision::{Ask, Pass};
        use Modifier::{CommercialOk, Ncu, NoExport, Npu, SafeRoom};
        let hmb = |modifiers: &[Modifier]| policy(Permission::Hmb, modifiers);
        assert_eq!(lifted(&[hmb(&[])]), []);
        // Without NPU the company passes; without NCU the hospital still has not said that it may profit.
        assert_eq!(
            lifted(&[hmb(&[CommercialOk, Npu])]),
            [("NPU".to_owned(), Pass, true)]
        );
        assert_eq!(lifted(&[hmb(&[Ncu])]), [("NCU".to_owned(), Ask, true)]);
        // Two rules in one policy, two policies with one each, two rules that say the same.
        assert_eq!(lifted(&[hmb(&[Npu, Ncu])]), []);
        let two = lifted(&[hmb(&[CommercialOk, Npu]), hmb(&[Ncu])]);
        assert_eq!(two.len(), 2, "{two:?}");
        assert_eq!(lifted(&[hmb(&[CommercialOk, SafeRoom, NoExport])]), []);
        // A wider permission has to be decided on: at best it is asked for.
        let breast = UsePolicy {
            permission_conditions: vec!["C50".parse().unwrap()],
            ..policy(Permission::Ds, &[CommercialOk])
        };
        assert_eq!(lifted(&[breast]), [("DS".to_owned(), Ask, true)]);
    }

    #[test]
    fn a_rule_is_named_in_both_languages() {
        assert_eq!(
            rule_label("NCU"),
            Message::new("비상업적 이용만 (NCU)", "non-commercial use only (NCU)")
        );
        assert_eq!(rule_label("odd"), Message::new("odd", "odd"));
    }
}
