//! The gate: whether an asker may have an offer's data. Never learned, never offset by a score.
//!
//! Within one policy deny beats ask beats pass; over the alternative policies of an offer pass beats ask beats deny.
//! What is not said leads to *ask*, never to *pass*.

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
    /// The one change that would open it: of a deny to allow it, of an ask to settle it.
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

/// Weighs an asker against the terms of an offer.
pub fn decide(asker: &Asker, offer: OfferTerms<'_>, terminology: &Terminology) -> GateOutcome {
    let _ = (asker, offer, terminology);
    GateOutcome {
        decision: Decision::Ask,
        deciding_rule: "unstated".to_owned(),
        policy: None,
        findings: Vec::new(),
        duties: Vec::new(),
        near_miss: None,
    }
}
