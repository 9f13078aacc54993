//! A score taken apart: every point has its criterion, its evidence and its sentence.

use crate::text::Message;
use crate::use_conditions::GateOutcome;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What is judged.
    Criterion {
        Disease = "disease", "질환", "disease";
        DataKinds = "data_kinds", "데이터 종류", "kinds of data";
        Variables = "variables", "변수·결합", "variables and linkage";
        Standard = "standard", "표준", "standard";
        Cohort = "cohort", "대상자 수", "cohort size";
        Period = "period", "기간", "period";
        Access = "access", "접근성", "access";
        Text = "text", "설명", "text";
        Purpose = "purpose", "활용 목적(병원 선호)", "purpose, as the hospital prefers";
        Partner = "partner", "협력 기관 유형(병원 선호)", "partner, as the hospital prefers";
        Collaboration = "collaboration", "공동연구(병원 선호)", "collaboration, as the hospital prefers";
        ReturnOfResults = "return_of_results", "결과 반환(병원 선호)", "return of results, as the hospital prefers";
        MustHave = "must_have", "필수 조건 미충족", "a must-have that is missing";
    }
}

/// A criterion's part of a side's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// What is judged.
    pub criterion: Criterion,
    /// Its weight.
    pub weight: f64,
    /// How well it is met, 0 to 1; none: a fact is missing.
    pub value: Option<f64>,
    /// Points of the side's score, of 100; below 0 only for a must-have that is missing.
    pub points: f64,
    /// Points that could be gained by stating the missing fact.
    pub could_gain: f64,
    /// Codes, words and numbers that it rests on.
    pub evidence: Vec<String>,
    /// What it says.
    pub sentence: Message,
}

/// A side's view.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SideScore {
    /// 0 to 100: the sum of the contributions' points.
    pub points: f64,
    /// The parts, by criterion.
    pub contributions: Vec<Contribution>,
}

/// Why a pair has its score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What the demander gets.
    pub demander: SideScore,
    /// What the hospital gets; none if it has stated no preference.
    pub provider: Option<SideScore>,
    /// Whether the pair may come together, under which duties, and what would open it.
    pub gate: GateOutcome,
}
