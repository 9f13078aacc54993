//! The gate: whether it says what careful people say.

use super::{Line, rounded, table};
use matchday_domain::terminology::Terminology;
use matchday_domain::use_conditions::duos::decide_duos;
use matchday_domain::use_conditions::{Decision, OfferTerms, decide};
use matchday_infra::evaluation::gate_cases::{DuosCases, GateCase};
use serde::Serialize;
use std::fmt;

/// How often the gate agrees.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GateFigures {
    /// Cases of the set.
    pub cases: usize,
    /// Cases with the expected outcome, or another that the set accepts.
    pub agreed: usize,
    /// Share of these.
    pub agreement: f64,
    /// Cases that pass although they should not: the worst that can happen.
    pub false_passes: usize,
    /// Cases that agree, but by another rule than the set names.
    pub other_rule: usize,
    /// Cases that agree, but with other duties than the set names.
    pub other_duties: usize,
    /// Every case that does not agree.
    pub mismatches: Vec<Mismatch>,
}

/// A case on which gate and set differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mismatch {
    /// Its name.
    pub id: String,
    /// What the set expects.
    pub expected: &'static str,
    /// What the gate says.
    pub got: &'static str,
    /// The rule that decided; empty where the mode knows none.
    pub rule: String,
    /// In a sentence; empty where the mode knows none.
    pub why: String,
}

impl fmt::Display for GateFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for miss in &self.mismatches {
            let Mismatch {
                id,
                expected,
                got,
                rule,
                why,
            } = miss;
            writeln!(f, "{id}: {got} instead of {expected} {rule} {why}")?;
        }
        let lines = [
            Line("cases", self.cases.to_string()),
            Line(
                "agreement",
                format!("{:.4} ({} of {})", self.agreement, self.agreed, self.cases),
            ),
            Line("false passes", self.false_passes.to_string()),
            Line("agreed by another rule", self.other_rule.to_string()),
            Line("agreed with other duties", self.other_duties.to_string()),
        ];
        table(f, &lines)
    }
}

impl GateFigures {
    #[allow(clippy::cast_precision_loss)]
    fn finish(mut self) -> Self {
        self.agreement = rounded(self.agreed as f64 / self.cases.max(1) as f64);
        self
    }
}

/// The service's own gate.
pub fn evaluate(cases: &[GateCase]) -> GateFigures {
    let mut figures = GateFigures {
        cases: cases.len(),
        ..GateFigures::default()
    };
    for case in cases {
        let terms = OfferTerms {
            policies: &case.policies,
            access_modes: &case.access_modes,
            data_kinds: &case.data_kinds,
        };
        let got = decide(&case.asker, terms, Terminology::standard());
        let agreed = got.decision == case.expected || case.also.contains(&got.decision);
        if agreed {
            figures.agreed += 1;
            let rule = !case.rule.is_empty() && got.deciding_rule != case.rule;
            figures.other_rule += usize::from(rule && got.decision == case.expected);
            let mut duties: Vec<&str> = got.duties.iter().map(|duty| duty.code.as_str()).collect();
            duties.sort_unstable();
            let differ = case.duties.as_ref().is_some_and(|expected| {
                let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
                expected.sort_unstable();
                expected != duties
            });
            figures.other_duties += usize::from(differ);
            continue;
        }
        figures.false_passes += usize::from(got.decision == Decision::Pass);
        let decisive = got
            .findings
            .iter()
            .find(|finding| finding.rule == got.deciding_rule && finding.decision == got.decision);
        figures.mismatches.push(Mismatch {
            id: case.id.clone(),
            expected: case.expected.code(),
            got: got.decision.code(),
            rule: format!("by {}", got.deciding_rule),
            why: decisive.map_or_else(String::new, |finding| finding.sentence.en.clone()),
        });
    }
    figures.finish()
}

/// The compatibility mode.
pub fn evaluate_duos(set: &DuosCases) -> GateFigures {
    use matchday_domain::use_conditions::duos::DuosDecision::Approve;
    let mut figures = GateFigures {
        cases: set.cases.len(),
        ..GateFigures::default()
    };
    for case in &set.cases {
        let got = decide_duos(&case.request, &case.dataset, &set.disease_ancestors);
        if got == case.expected {
            figures.agreed += 1;
            continue;
        }
        figures.false_passes += usize::from(got == Approve);
        figures.mismatches.push(Mismatch {
            id: case.id.clone(),
            expected: case.expected.code(),
            got: got.code(),
            rule: String::new(),
            why: String::new(),
        });
    }
    figures.finish()
}
