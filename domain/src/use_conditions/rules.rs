//! The gate's table: one function a row, in the order of the table.
//!
//! DUO's rows about the purpose are in `purpose_rules`, those about place, people, dates and duties in
//! `restrict_rules`, the local ones in `local_rules`. A row that does not apply to a policy and an asker is silent.
//! Where a fact that a row needs is not said, the row says *ask*; only duties ask for nothing but a no.

use super::facts::{Said, say};
use super::gate::{Decision, OfferTerms};
use super::near_miss::Change;
use super::{Asker, Modifier, UsePolicy, local_rules, purpose_rules, restrict_rules};
use crate::terminology::Terminology;
use std::borrow::Cow;

/// One asker and one policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) asker: &'a Asker,
    pub(super) policy: &'a UsePolicy,
    pub(super) offer: OfferTerms<'a>,
    pub(super) terminology: &'a Terminology,
}

impl Case<'_> {
    pub(super) fn has(&self, modifier: Modifier) -> bool {
        self.policy.has(modifier)
    }
}

/// What would settle a finding.
#[derive(Debug)]
pub(super) enum Opening {
    /// Nothing to settle.
    Nothing,
    /// A change of the asker's facts.
    Change(Change),
    /// Somebody has to say something.
    State(Said),
}

/// What a row says.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) rule: &'static str,
    pub(super) decision: Decision,
    pub(super) offer_fact: Said,
    pub(super) asker_fact: Said,
    pub(super) sentence: Said,
    pub(super) opening: Opening,
    pub(super) duty: Option<Said>,
}

/// Both facts of a row, from which its outcome is made.
pub(super) struct Facts {
    pub(super) rule: &'static str,
    pub(super) offer: Said,
    pub(super) asker: Said,
}

impl Facts {
    pub(super) fn of(modifier: Modifier, asker: Said) -> Self {
        Self {
            rule: modifier.code(),
            offer: modifier.names().into(),
            asker,
        }
    }

    fn spoken(self, decision: Decision, sentence: Said, opening: Opening) -> Spoken {
        Spoken {
            rule: self.rule,
            decision,
            offer_fact: self.offer,
            asker_fact: self.asker,
            sentence,
            opening,
            duty: None,
        }
    }

    pub(super) fn pass(
        self,
        ko: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Spoken {
        self.spoken(Decision::Pass, say(ko, en), Opening::Nothing)
    }

    pub(super) fn deny(
        self,
        ko: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
        change: Change,
    ) -> Spoken {
        self.spoken(Decision::Deny, say(ko, en), Opening::Change(change))
    }

    /// The asker has to state something.
    pub(super) fn ask(
        self,
        ko: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
        state_ko: &'static str,
        state_en: &'static str,
    ) -> Spoken {
        let opening = Said::OnceStated(state_ko, state_en);
        self.spoken(Decision::Ask, say(ko, en), Opening::State(opening))
    }

    /// Only the hospital can say.
    pub(super) fn ask_hospital(
        self,
        ko: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Spoken {
        let opening = say(
            "병원에 문의하여 허용 여부를 확인하면 판단할 수 있습니다.",
            "It can be decided once the hospital has said whether it allows this.",
        );
        self.spoken(Decision::Ask, say(ko, en), Opening::State(opening))
    }
}

impl Spoken {
    pub(super) fn with_duty(
        mut self,
        ko: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.duty = Some(say(ko, en));
        self
    }
}

/// A row of the table.
pub(super) type Rule = for<'a> fn(&Case<'a>) -> Option<Spoken>;

/// The rows, in the order of the table.
pub(super) const TABLE: &[Rule] = &[
    purpose_rules::permission,
    purpose_rules::no_methods,
    purpose_rules::genetic_only,
    purpose_rules::not_for_profit,
    purpose_rules::non_commercial,
    purpose_rules::not_for_profit_non_commercial,
    purpose_rules::no_ancestry,
    purpose_rules::health_excludes_ancestry,
    restrict_rules::geography,
    restrict_rules::institution,
    restrict_rules::user,
    restrict_rules::project,
    restrict_rules::time_limit,
    restrict_rules::moratorium,
    restrict_rules::ethics,
    restrict_rules::collaboration,
    restrict_rules::publication,
    restrict_rules::return_of_results,
    restrict_rules::clinical_care,
    local_rules::safe_room,
    local_rules::no_export,
    local_rules::cross_border,
    local_rules::inside_researcher,
    local_rules::commercial,
    local_rules::not_pseudonymisable,
    local_rules::consent_scope,
    local_rules::export_unlisted,
    local_rules::cross_border_unstated,
];

/// Codes of conditions that carry a duty, in the order in which duties are shown.
pub(super) const DUTIES: &[&str] = &[
    "IRB",
    "COL",
    "x-inside-researcher",
    "PUB",
    "MOR",
    "RTN",
    "TS",
    "x-no-pseudonymise",
];
