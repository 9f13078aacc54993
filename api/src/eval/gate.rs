//! The gate: whether it says what careful people say.

use super::{Figures, Line, part, rounded, table};
use matchday_domain::terminology::Terminology;
use matchday_domain::text::{Language, Message};
use matchday_domain::use_conditions::duos::decide_duos;
use matchday_domain::use_conditions::{Asker, Decision, GateOutcome, OfferTerms, decide};
use matchday_infra::evaluation::gate_cases::{DuosCases, GateCase, WouldOpen};
use serde::Serialize;
use std::collections::BTreeSet;
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
    /// Cases that agree, but with another near-miss than the set names, or with one that does not open.
    pub other_near_miss: usize,
    /// Everything in which gate and set differ.
    pub mismatches: Vec<Mismatch>,
}

/// Something in which gate and set differ on a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mismatch {
    /// The case.
    pub id: String,
    /// `decision`; of a case that agrees, `rule`, `duties` or `near miss`.
    pub of: &'static str,
    /// What the set expects.
    pub expected: String,
    /// What the gate says.
    pub got: String,
    /// The rule that decided; empty where the mode knows none.
    pub rule: String,
    /// In an English sentence; empty where the mode knows none.
    pub why: String,
    /// The same in both languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

impl Mismatch {
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result {
        let Self {
            id,
            of,
            expected,
            got,
            rule,
            message,
            ..
        } = self;
        let why = match message {
            Some(message) => format!(": {}", message.get(language)),
            None => String::new(),
        };
        match (language, rule.is_empty()) {
            (Language::Ko, true) => writeln!(f, "{id}: {of} {expected} 대신 {got}"),
            (Language::Ko, false) => {
                writeln!(f, "{id}: {of} {expected} 대신 {got}, 규칙 {rule}{why}")
            }
            (Language::En, true) => writeln!(f, "{id}: {of} {got} instead of {expected}"),
            (Language::En, false) => {
                writeln!(f, "{id}: {of} {got} instead of {expected}, by {rule}{why}")
            }
        }
    }
}

impl fmt::Display for GateFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::En)
    }
}

impl Figures for GateFigures {
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result {
        for mismatch in &self.mismatches {
            mismatch.write(f, language)?;
        }
        let lines = [
            Line(language.pick("사례", "cases"), self.cases.to_string()),
            Line(
                language.pick("일치", "agreement"),
                format!(
                    "{:.4} ({})",
                    self.agreement,
                    part(self.agreed, self.cases, language)
                ),
            ),
            Line(
                language.pick("잘못된 통과", "false passes"),
                self.false_passes.to_string(),
            ),
            Line(
                language.pick("다른 규칙으로 일치", "agreed by another rule"),
                self.other_rule.to_string(),
            ),
            Line(
                language.pick("다른 의무와 일치", "agreed with other duties"),
                self.other_duties.to_string(),
            ),
            Line(
                language.pick("다른 해결책과 일치", "agreed with another near-miss"),
                self.other_near_miss.to_string(),
            ),
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
        let got = said(case, &case.asker);
        let mut differs = |of, expected: String, said: String| {
            let decisive = got.findings.iter();
            let decisive = decisive
                .filter(|finding| finding.rule == got.deciding_rule)
                .find(|finding| finding.decision == got.decision);
            let message = decisive.map(|finding| finding.sentence.clone());
            figures.mismatches.push(Mismatch {
                id: case.id.clone(),
                of,
                expected,
                got: said,
                rule: got.deciding_rule.clone(),
                why: message
                    .as_ref()
                    .map_or_else(String::new, |message| message.en.clone()),
                message,
            });
        };
        if got.decision != case.expected && !case.also.contains(&got.decision) {
            figures.false_passes += usize::from(got.decision == Decision::Pass);
            let (expected, got) = (case.expected.code(), got.decision.code());
            differs("decision", expected.to_owned(), got.to_owned());
            continue;
        }
        figures.agreed += 1;
        // Another acceptable outcome has another rule.
        let as_expected = got.decision == case.expected;
        if as_expected && !case.rule.is_empty() && got.deciding_rule != case.rule {
            figures.other_rule += 1;
            differs("rule", case.rule.clone(), got.deciding_rule.clone());
        }
        if let Some(expected) = &case.duties {
            let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
            let duties: BTreeSet<&str> = got.duties.iter().map(|duty| &*duty.code).collect();
            if expected != duties {
                figures.other_duties += 1;
                differs("duties", format!("{expected:?}"), format!("{duties:?}"));
            }
        }
        let (expected, near_miss) = (expected_near_miss(case), near_miss(&got));
        if as_expected
            && expected
                .as_ref()
                .is_some_and(|expected| *expected != near_miss)
        {
            figures.other_near_miss += 1;
            differs("near miss", expected.unwrap_or_default(), near_miss);
        }
    }
    figures.finish()
}

fn said(case: &GateCase, asker: &Asker) -> GateOutcome {
    let terms = OfferTerms {
        policies: &case.policies,
        access_modes: &case.access_modes,
        data_kinds: &case.data_kinds,
    };
    decide(asker, terms, Terminology::standard())
}

fn near_miss(got: &GateOutcome) -> String {
    got.near_miss.as_ref().map_or_else(
        || "none".to_owned(),
        |near_miss| format!("{}, then {}", near_miss.rule, near_miss.then.code()),
    )
}

/// What the near-miss should be, if the case says it; its change has to lead where it says.
fn expected_near_miss(case: &GateCase) -> Option<String> {
    match &case.would_open {
        WouldOpen::Unsaid => None,
        WouldOpen::None => Some("none".to_owned()),
        WouldOpen::Change { rule, asker, then } => {
            let really = said(case, asker).decision;
            let warning = if really == *then {
                String::new()
            } else {
                format!(" (but {} if applied)", really.code())
            };
            Some(format!("{rule}, then {}{warning}", then.code()))
        }
    }
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
            of: "decision",
            expected: case.expected.code().to_owned(),
            got: got.code().to_owned(),
            rule: String::new(),
            why: String::new(),
            message: None,
        });
    }
    figures.finish()
}
