//! The gate: whether an asker may have an offer's data. Never learned, never offset by a score.
//!
//! Within one policy deny beats ask beats pass; over the alternative policies of an offer pass beats ask beats deny.
//! What is not said leads to *ask*, never to *pass*.

use super::facts::{nothing_said, purpose_fact};
use super::near_miss::Change;
use super::rules::{Case, DUTIES, Opening, Spoken, TABLE};
use super::{Asker, UsePolicy};
use crate::catalogue::{AccessMode, DataKind, OfferContent};
use crate::terminology::Terminology;
use crate::text::Message;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What the gate says, best first.
    Decision {
        Pass = "pass", "통과", "pass";
        Ask = "ask", "문의 필요", "ask";
        Deny = "deny", "불가", "deny";
    }
}

/// The terms of an offer that the gate weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferTerms<'a> {
    /// Alternative policies; none means nothing is stated.
    pub policies: &'a [UsePolicy],
    /// Ways to reach the data; empty means unknown.
    pub access_modes: &'a [AccessMode],
    /// Kinds of data offered.
    pub data_kinds: &'a [DataKind],
}

impl<'a> OfferTerms<'a> {
    /// The terms that an offer states.
    pub fn of(offer: &'a OfferContent) -> Self {
        Self {
            policies: &offer.use_policies,
            access_modes: &offer.access_modes,
            data_kinds: &offer.data_kinds,
        }
    }
}

/// One rule that spoke, with what both sides say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule: a DUO or local code, or `unstated`, `export-unlisted`, `cross-border-unstated`.
    pub rule: String,
    /// The alternative policy it belongs to, from 0; absent where the offer has none.
    pub policy: Option<usize>,
    /// What it says.
    pub decision: Decision,
    /// What the offer states.
    pub offer_fact: Message,
    /// What the asker states.
    pub asker_fact: Message,
    /// The outcome in a sentence.
    pub sentence: Message,
    /// What would settle this rule alone: of a deny a change, of an ask what has to be stated.
    pub would_open: Option<Message>,
}

/// Something to do or to keep once the data are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The condition it comes from.
    pub code: String,
    /// The duty in a sentence.
    pub message: Message,
    /// The alternative policies that ask for it, from 0.
    pub policies: Vec<usize>,
}

/// The one change that would open a denied offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// The rule that denies now.
    pub rule: String,
    /// The change ("would pass if …").
    pub change: Message,
    /// What the gate says after it: pass or ask.
    pub then: Decision,
    /// The alternative policy it opens, from 0.
    pub policy: usize,
}

/// What the gate says of one asker and one offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// Pass, ask or deny.
    pub decision: Decision,
    /// The rule that decided: the permission for a pass, else the first rule of the table with this outcome.
    pub deciding_rule: String,
    /// The alternative policy that decided, from 0; absent where the offer has none.
    pub policy: Option<usize>,
    /// Every rule that spoke, by policy and then in the order of the table.
    pub findings: Vec<Finding>,
    /// The duties of all alternatives, each once.
    pub duties: Vec<Duty>,
    /// The one change that would open a denied offer, if a single one does.
    pub near_miss: Option<NearMiss>,
}

/// Weighs an asker against the terms of an offer and puts the outcome into words.
///
/// Source: matching design, section 1, with the conventions of the graded judgements.
pub fn decide(asker: &Asker, offer: OfferTerms<'_>, terminology: &Terminology) -> GateOutcome {
    Weighing::of(asker, offer, terminology).told()
}

/// What the gate says of one asker and one offer, still to be put into words: many are weighed, few are told.
#[derive(Debug)]
pub struct Weighing<'a> {
    asker: &'a Asker,
    terminology: &'a Terminology,
    /// Of each policy.
    verdicts: Vec<Verdict<'a>>,
}

impl<'a> Weighing<'a> {
    /// Weighs an asker against the terms of an offer.
    pub fn of(asker: &'a Asker, offer: OfferTerms<'a>, terminology: &'a Terminology) -> Self {
        let policies = offer.policies.iter();
        let case = |policy| Case {
            asker,
            policy,
            offer,
            terminology,
        };
        Self {
            asker,
            terminology,
            verdicts: policies.map(|policy| Verdict::of(case(policy))).collect(),
        }
    }

    /// Pass, ask or deny.
    pub fn decision(&self) -> Decision {
        self.best()
            .map_or(Decision::Ask, |(_, verdict)| verdict.decision)
    }

    /// Equal decisions go to the earlier rule of the table, then to its name, so that the order of policies does not matter.
    fn best(&self) -> Option<(usize, &Verdict<'a>)> {
        self.verdicts
            .iter()
            .enumerate()
            .min_by_key(|(_, verdict)| (verdict.decision, verdict.deciding, verdict.rule()))
    }

    /// The outcome in words.
    pub fn told(&self) -> GateOutcome {
        let Some((index, best)) = self.best() else {
            return nothing_stated(self.asker, self.terminology);
        };
        GateOutcome {
            decision: best.decision,
            deciding_rule: best.rule().to_owned(),
            policy: Some(index),
            findings: self
                .verdicts
                .iter()
                .enumerate()
                .flat_map(|(i, verdict)| verdict.findings(i))
                .collect(),
            duties: duties(&self.verdicts),
            near_miss: (best.decision == Decision::Deny)
                .then(|| near_miss(&self.verdicts))
                .flatten(),
        }
    }
}

/// One policy's verdict.
#[derive(Debug)]
struct Verdict<'a> {
    case: Case<'a>,
    decision: Decision,
    /// Place in the table of the rule that decided.
    deciding: usize,
    /// Place of that rule in `spoken`.
    deciding_at: usize,
    spoken: Vec<Spoken>,
}

impl<'a> Verdict<'a> {
    fn of(case: Case<'a>) -> Self {
        let (places, spoken): (Vec<_>, Vec<_>) = TABLE
            .iter()
            .enumerate()
            .filter_map(|(i, rule)| rule(&case).map(|spoken| (i, spoken)))
            .unzip();
        let decision = spoken
            .iter()
            .map(|s| s.decision)
            .max()
            .unwrap_or(Decision::Ask);
        let deciding_at = spoken
            .iter()
            .position(|s| s.decision == decision)
            .unwrap_or(0);
        Self {
            case,
            decision,
            deciding: places.get(deciding_at).copied().unwrap_or(0),
            deciding_at,
            spoken,
        }
    }

    fn rule(&self) -> &'static str {
        self.spoken
            .get(self.deciding_at)
            .map_or("unstated", |spoken| spoken.rule)
    }

    fn findings(&self, policy: usize) -> impl Iterator<Item = Finding> {
        let case = &self.case;
        self.spoken.iter().map(move |spoken| Finding {
            rule: spoken.rule.to_owned(),
            policy: Some(policy),
            decision: spoken.decision,
            offer_fact: spoken.offer_fact.told(case),
            asker_fact: spoken.asker_fact.told(case),
            sentence: spoken.sentence.told(case),
            would_open: match &spoken.opening {
                Opening::Change(change) => Some(would_be_met(change, case.terminology)),
                Opening::State(said) => Some(said.told(case)),
                Opening::Nothing => None,
            },
        })
    }
}

fn nothing_stated(asker: &Asker, terminology: &Terminology) -> GateOutcome {
    GateOutcome {
        decision: Decision::Ask,
        deciding_rule: "unstated".to_owned(),
        policy: None,
        findings: vec![Finding {
            rule: "unstated".to_owned(),
            policy: None,
            decision: Decision::Ask,
            offer_fact: nothing_said(),
            asker_fact: purpose_fact(asker, terminology),
            sentence: Message::new(
                "제공 자료에 이용 조건이 명시되어 있지 않아 병원에 문의해야 합니다.",
                "The offer states no use conditions; the hospital has to be asked.",
            ),
            would_open: Some(Message::new(
                "병원이 이용 조건을 밝히면 판단할 수 있습니다.",
                "It can be decided once the hospital states its use conditions.",
            )),
        }],
        duties: Vec::new(),
        near_miss: None,
    }
}

fn duties(verdicts: &[Verdict<'_>]) -> Vec<Duty> {
    let mut duties: Vec<Duty> = Vec::new();
    for (policy, verdict) in verdicts.iter().enumerate() {
        for spoken in &verdict.spoken {
            let Some(message) = spoken.duty.as_ref().map(|said| said.told(&verdict.case)) else {
                continue;
            };
            match duties
                .iter_mut()
                .find(|duty| duty.code == spoken.rule && duty.message == message)
            {
                Some(duty) => duty.policies.push(policy),
                None => duties.push(Duty {
                    code: spoken.rule.to_owned(),
                    message,
                    policies: vec![policy],
                }),
            }
        }
    }
    duties.sort_by(|a, b| {
        let place = |duty: &Duty| DUTIES.iter().position(|code| *code == duty.code);
        (place(a), &a.message).cmp(&(place(b), &b.message))
    });
    duties
}

fn near_miss(verdicts: &[Verdict<'_>]) -> Option<NearMiss> {
    let mut best: Option<((Decision, usize, &str), NearMiss)> = None;
    for (i, verdict) in verdicts.iter().enumerate() {
        let terminology = verdict.case.terminology;
        for (place, spoken) in verdict.spoken.iter().enumerate() {
            let Opening::Change(change) = &spoken.opening else {
                continue;
            };
            let asker = &change.applied_to(verdict.case.asker);
            let then = Verdict::of(Case {
                asker,
                ..verdict.case
            })
            .decision;
            // Of equal changes, that of the same rule as `decide` would name.
            let key = (then, place, spoken.rule);
            let better = best.as_ref().is_none_or(|(found, _)| key < *found);
            if then != Decision::Deny && better {
                let near_miss = NearMiss {
                    rule: spoken.rule.to_owned(),
                    change: would_pass(change, then, terminology),
                    then,
                    policy: i,
                };
                best = Some((key, near_miss));
            }
        }
    }
    best.map(|(_, near_miss)| near_miss)
}

/// What one rule needs; another may still deny.
fn would_be_met(change: &Change, terminology: &Terminology) -> Message {
    let condition = change.condition(terminology);
    Message::new(
        format!("{} 이 조건이 충족됩니다.", condition.ko),
        format!("This condition would be met if {}.", condition.en),
    )
}

fn would_pass(change: &Change, then: Decision, terminology: &Terminology) -> Message {
    let condition = change.condition(terminology);
    match then {
        Decision::Pass => Message::new(
            format!("{} 통과할 수 있습니다.", condition.ko),
            format!("Would pass if {}.", condition.en),
        ),
        _ => Message::new(
            format!(
                "{} 불가 사유가 없어지고 확인할 사항만 남습니다.",
                condition.ko
            ),
            format!(
                "Would no longer be denied if {}; open questions would remain.",
                condition.en
            ),
        ),
    }
}
