//! The gate: whether it says what careful people say.

use super::{Figures, Line, part, rounded, table};
use matchday_domain::message;
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
    /// What the set expects, in codes; empty where it expects that there is none.
    pub expected: String,
    /// What the gate says, in codes; empty where there is none.
    pub got: String,
    /// The rule that decided; empty where the mode knows none.
    pub rule: String,
    /// In an English sentence; empty where the mode knows none.
    pub why: String,
    /// All of it in both languages.
    pub message: Message,
}

/// What is expected or said: codes, and their words.
struct Said {
    codes: String,
    words: Message,
}

impl Said {
    fn decision(decision: Decision) -> Self {
        Self {
            codes: decision.code().to_owned(),
            words: decision.label(),
        }
    }

    /// Codes that are the same in every language; none of them is said in words.
    fn codes(codes: String) -> Self {
        let words = match codes.as_str() {
            "" => Message::new("없음", "none"),
            codes => Message::new(codes, codes),
        };
        Self { codes, words }
    }
}

impl Mismatch {
    fn new(id: &str, of: &'static str, [expected, got]: [Said; 2]) -> Self {
        let name = match of {
            "decision" => "판정",
            "rule" => "규칙",
            "duties" => "의무",
            _ => "해결책",
        };
        let (wanted, found) = (expected.words, got.words);
        Self {
            id: id.to_owned(),
            of,
            message: Message::new(
                format!("{name}: {} 대신 {}", wanted.ko, found.ko),
                format!("{of}: {} instead of {}", found.en, wanted.en),
            ),
            expected: expected.codes,
            got: got.codes,
            rule: String::new(),
            why: String::new(),
        }
    }

    /// By which rule, and why.
    fn by(mut self, rule: &str, why: Option<&Message>) -> Self {
        self.message.ko += &format!(", 규칙 {rule}");
        self.message.en += &format!(", by {rule}");
        if let Some(why) = why {
            self.message.ko += &format!(": {}", why.ko);
            self.message.en += &format!(": {}", why.en);
            self.why.clone_from(&why.en);
        }
        rule.clone_into(&mut self.rule);
        self
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
            writeln!(f, "{}: {}", mismatch.id, mismatch.message.get(language))?;
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
        let mut differs = |of, both| {
            let decisive = got.findings.iter();
            let decisive = decisive
                .filter(|finding| finding.rule == got.deciding_rule)
                .find(|finding| finding.decision == got.decision);
            let why = decisive.map(|finding| &finding.sentence);
            let mismatch = Mismatch::new(&case.id, of, both).by(&got.deciding_rule, why);
            figures.mismatches.push(mismatch);
        };
        if got.decision != case.expected && !case.also.contains(&got.decision) {
            figures.false_passes += usize::from(got.decision == Decision::Pass);
            differs(
                "decision",
                [case.expected, got.decision].map(Said::decision),
            );
            continue;
        }
        figures.agreed += 1;
        // Another acceptable outcome has another rule.
        let as_expected = got.decision == case.expected;
        if as_expected && !case.rule.is_empty() && got.deciding_rule != case.rule {
            figures.other_rule += 1;
            let both = [case.rule.clone(), got.deciding_rule.clone()];
            differs("rule", both.map(Said::codes));
        }
        if let Some(expected) = &case.duties {
            let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
            let duties: BTreeSet<&str> = got.duties.iter().map(|duty| &*duty.code).collect();
            if expected != duties {
                figures.other_duties += 1;
                let codes = |duties: BTreeSet<&str>| {
                    Said::codes(duties.into_iter().collect::<Vec<_>>().join(", "))
                };
                differs("duties", [codes(expected), codes(duties)]);
            }
        }
        if let Some(expected) = expected_near_miss(case).filter(|_| as_expected) {
            let near_miss = near_miss(&got);
            if expected.codes != near_miss.codes {
                figures.other_near_miss += 1;
                differs("near miss", [expected, near_miss]);
            }
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

fn near_miss(got: &GateOutcome) -> Said {
    let near_miss = got.near_miss.as_ref();
    near_miss.map_or_else(
        || Said::codes(String::new()),
        |near_miss| opened(&near_miss.rule, near_miss.then),
    )
}

/// A rule, and what is said without it.
fn opened(rule: &str, then: Decision) -> Said {
    let Message { ko, en } = then.label();
    Said {
        codes: format!("{rule}: {}", then.code()),
        words: message!("{rule} 해결 뒤 {ko}", "{rule}, then {en}"),
    }
}

/// What the near-miss should be, if the case says it; its change has to lead where it says.
fn expected_near_miss(case: &GateCase) -> Option<Said> {
    match &case.would_open {
        WouldOpen::Unsaid => None,
        WouldOpen::None => Some(Said::codes(String::new())),
        WouldOpen::Change { rule, asker, then } => {
            let mut expected = opened(rule, *then);
            let really = said(case, asker).decision;
            if really != *then {
                let Message { ko, en } = really.label();
                expected.codes += &format!(" (really {})", really.code());
                expected.words.ko += &format!("(적용하면 {ko})");
                expected.words.en += &format!(" (but {en} if applied)");
            }
            Some(expected)
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
        let both = [case.expected, got].map(|decision| Said {
            codes: decision.code().to_owned(),
            words: decision.label(),
        });
        let mismatch = Mismatch::new(&case.id, "decision", both);
        figures.mismatches.push(mismatch);
    }
    figures.finish()
}
