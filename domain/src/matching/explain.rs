//! Why a pair has its score: each criterion's share in points with its evidence, what is missing, what the gate found.
//!
//! Numbers are rounded to nine decimals, so that they come back from a database as they went in.

use crate::catalogue::{AccessMode, CountBasis, DataKind, LinkageSource, Period, Standard, Won};
use crate::terminology::{ConditionCode, TopicRelation};
use crate::text::Message;
use crate::time::Month;
use crate::use_conditions::{Duty, Finding, GateOutcome, NearMiss};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Criterion;

crate::vocabulary! {
    /// What is known of a criterion.
    CriterionState {
        Known = "known", "확인됨", "known";
        PartlyKnown = "partly_known", "일부 확인됨", "partly known";
        Unknown = "unknown", "미상", "unknown";
        NotAsked = "not_asked", "요구 없음", "not asked for";
    }
}

crate::vocabulary! {
    /// Whose statement is missing.
    Whose {
        Demander = "demander", "수요기관", "demander";
        Hospital = "hospital", "병원", "hospital";
    }
}

crate::vocabulary! {
    /// How strongly something is wanted.
    Need {
        Required = "required", "필수", "required";
        AnyOf = "any_of", "택일", "any of";
        Wished = "wished", "희망", "wished";
    }
}

crate::vocabulary! {
    /// A fact that somebody could state.
    Fact {
        Conditions = "conditions", "질환", "conditions";
        PopulationSex = "population.sex", "대상 성별", "sex of the population";
        PopulationAge = "population.age", "대상 연령", "ages of the population";
        DataKinds = "data_kinds", "데이터 종류", "data kinds";
        Variables = "variables", "변수 목록", "list of variables";
        LinkableTo = "linkable_to", "결합 가능 자료", "what it can be linked to";
        Standards = "standards", "표준", "standards";
        Counts = "counts", "질환별 대상자 수", "dated counts by condition";
        Period = "period", "수집 기간", "period covered";
        AccessModes = "access_modes", "이용 방식", "ways of access";
        LeadTime = "lead_time", "소요 기간", "lead time";
        Cost = "cost", "비용", "cost";
        Budget = "budget", "예산", "budget";
        Region = "region", "지역", "region";
        UnconfirmedConditions = "conditions.unconfirmed", "문구에서 읽은 질환 코드", "condition codes read from the words";
        UnconfirmedDataKinds = "data_kinds.unconfirmed", "문구에서 읽은 데이터 종류 코드", "data kind codes read from the words";
        Purpose = "purpose", "이용 목적", "purpose";
        WillingToCollaborate = "willing_to_collaborate", "공동연구 의사", "willingness to collaborate";
        WillingToReturnResults = "willing_to_return_results", "결과 반환 의사", "willingness to return results";
    }
}

/// What a value rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum Evidence {
    /// A demanded condition and the best offered one.
    Condition {
        /// Demanded.
        demanded: ConditionCode,
        /// The closest offered one; absent where nothing comes near.
        offered: Option<ConditionCode>,
        /// How they relate.
        relation: TopicRelation,
        /// From 0 to 1.
        credit: f64,
        /// One of the two was read from words, and its author has not confirmed it.
        from_text: bool,
    },
    /// How far the populations overlap.
    Population {
        /// Demanded ages.
        demanded: (Option<i64>, Option<i64>),
        /// Offered ages.
        offered: (Option<i64>, Option<i64>),
        /// From 0 to 1; absent where the offer does not say.
        overlap: Option<f64>,
    },
    /// A demanded kind of data and the best offered one.
    DataKind {
        /// Demanded.
        demanded: DataKind,
        /// How strongly.
        need: Need,
        /// The closest offered one.
        offered: Option<DataKind>,
        /// From 0 to 1.
        credit: f64,
        /// One of the two was read from words, and its author has not confirmed it.
        #[serde(default)]
        from_text: bool,
    },
    /// A demanded variable.
    Variable {
        /// As the demand writes it.
        name: String,
        /// How strongly.
        need: Need,
        /// Share of its words found in the offer, 0 to 1; absent where the offer is not written in its language.
        found: Option<f64>,
    },
    /// Something the data must be linked to.
    Linkage {
        /// With what.
        source: LinkageSource,
        /// Whether the offer says that it can.
        offered: Option<bool>,
    },
    /// A wanted standard and the best offered one.
    Standard {
        /// Wanted.
        wanted: Standard,
        /// The closest offered one.
        offered: Option<Standard>,
        /// From 0 to 1.
        credit: f64,
    },
    /// Subjects wanted and offered.
    CohortSize {
        /// Persons wanted.
        demanded: i64,
        /// Persons offered; absent where unknown or too few to show.
        offered: Option<i64>,
        /// The offer has fewer than this, or fewer than this besides those offered, and the number is not shown.
        below: Option<i64>,
        /// At most so many, where only the whole collection is counted.
        at_most: Option<i64>,
        /// When they were counted.
        as_of: Option<Month>,
        /// How.
        basis: Option<CountBasis>,
        /// Discount for stale or estimated counts, 0 to 1.
        trust: f64,
    },
    /// Months wanted and covered.
    Period {
        /// Wanted.
        demanded: Period,
        /// Covered.
        offered: Period,
        /// Months in both.
        shared_months: i64,
    },
    /// Ways of access.
    AccessMode {
        /// Accepted.
        accepted: Vec<AccessMode>,
        /// Offered.
        offered: Vec<AccessMode>,
        /// From 0 to 1; absent where the offer does not say.
        credit: Option<f64>,
    },
    /// When data could be there.
    LeadTime {
        /// The day on which they are needed.
        needed_by: NaiveDate,
        /// The day by which they should be there.
        ready_by: Option<NaiveDate>,
        /// From 0 to 1.
        credit: Option<f64>,
    },
    /// What it would cost.
    Cost {
        /// The budget; absent where only the own share is known.
        budget: Option<Won>,
        /// What the organisation pays itself, a part of the budget.
        #[serde(default)]
        own_share: Option<Won>,
        /// The estimate.
        estimate: Option<Won>,
        /// From 0 to 1; without a budget, at least this much.
        credit: Option<f64>,
    },
    /// Whether the way to an on-site environment is short.
    Travel {
        /// From 0 to 1.
        credit: Option<f64>,
    },
    /// A word of the demand that the offer has too.
    Word {
        /// The word.
        word: String,
        /// Its share of the criterion, 0 to 1.
        share: f64,
    },
    /// A preference of the hospital.
    Preference {
        /// What it prefers.
        wanted: Message,
        /// What the demand says.
        stated: Option<Message>,
    },
}

/// A criterion's share of a side's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The criterion.
    pub criterion: Criterion,
    /// Its weight.
    pub weight: f64,
    /// What is known.
    pub state: CriterionState,
    /// The value of what is known, 0 to 1; absent where nothing is.
    pub value: Option<f64>,
    /// How much of the criterion is known, 0 to 1.
    pub known: f64,
    /// What confirming the unconfirmed codes in it would add to `value * known`, 0 to 1.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unconfirmed: f64,
    /// Points, 0 to 100.
    pub points: f64,
    /// A must-have among it has failed.
    pub must_have_failed: bool,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// All this in a sentence.
    pub sentence: Message,
}

/// What a failed must-have takes away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// The criteria that failed.
    pub criteria: Vec<Criterion>,
    /// Points, 0 or less.
    pub points: f64,
    /// In a sentence.
    pub sentence: Message,
}

impl Cap {
    /// What failed must-haves take away.
    pub(super) fn new(criteria: Vec<Criterion>, points: f64) -> Self {
        let list = |labels: Vec<String>| labels.join(", ");
        let ko = list(criteria.iter().map(|c| c.label().ko).collect());
        let en = list(criteria.iter().map(|c| c.label().en).collect());
        let taken = shown(points);
        Self {
            criteria,
            points: round(points),
            sentence: Message::new(
                format!(
                    "필수 조건({ko})이 충족되지 않아 이쪽 점수가 49점을 넘지 못합니다({taken}점)."
                ),
                format!(
                    "A must-have ({en}) fails, so that this side gives no more than 49 points ({taken})."
                ),
            ),
        }
    }
}

/// One side's score: the points of its contributions and of its cap sum to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideExplanation {
    /// Points, 0 to 100.
    pub points: f64,
    /// Points if everything unknown turned out worst.
    pub lowest: f64,
    /// Points if everything unknown turned out best.
    pub highest: f64,
    /// By criterion, in the order of the criteria.
    pub contributions: Vec<Contribution>,
    /// What a failed must-have takes away.
    pub cap: Option<Cap>,
}

/// A fact that would raise the score if it turned out well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingFact {
    /// The fact.
    pub fact: Fact,
    /// Who could state it.
    pub whose: Whose,
    /// The criterion it belongs to.
    pub criterion: Criterion,
    /// Points of the side's score that it could add, before any cap.
    pub up_to_points: f64,
    /// In a sentence.
    pub sentence: Message,
}

/// Everything about a score and a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The score, 0 to 100.
    pub points: f64,
    /// The demander's side.
    pub demander: SideExplanation,
    /// The hospital's side; absent where it states no preference.
    pub hospital: Option<SideExplanation>,
    /// What could still be stated, the most valuable first.
    pub missing: Vec<MissingFact>,
    /// The rule of the gate that decided.
    pub deciding_rule: String,
    /// Every rule of the gate that spoke.
    pub findings: Vec<Finding>,
    /// What the asker would have to do or keep.
    pub duties: Vec<Duty>,
    /// The one change that would open a denied offer.
    pub near_miss: Option<NearMiss>,
}

impl Explanation {
    pub(super) fn new(
        points: f64,
        demander: SideExplanation,
        hospital: Option<SideExplanation>,
        mut missing: Vec<MissingFact>,
        gate: GateOutcome,
    ) -> Self {
        sort_missing(&mut missing);
        Self {
            points: round(points),
            demander,
            hospital,
            missing,
            deciding_rule: gate.deciding_rule,
            findings: gate.findings,
            duties: gate.duties,
            near_miss: gate.near_miss,
        }
    }
}

/// The most valuable first.
pub(super) fn sort_missing(missing: &mut [MissingFact]) {
    missing.sort_by(|a, b| {
        b.up_to_points
            .total_cmp(&a.up_to_points)
            .then((a.criterion, a.fact).cmp(&(b.criterion, b.fact)))
    });
}

/// What most explanations need not write down.
pub(super) fn is_nothing(share: &f64) -> bool {
    *share <= 0.0
}

/// Nine decimals.
pub(super) fn round(x: f64) -> f64 {
    (x * 1e9).round() / 1e9
}

/// Points as people read them, one decimal.
pub(super) fn shown(points: f64) -> String {
    format!("{points:.1}")
}

/// A number with its thousands apart.
pub(super) fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn missing(
    fact: Fact,
    whose: Whose,
    criterion: Criterion,
    up_to_points: f64,
) -> MissingFact {
    let points = shown(up_to_points);
    let (what, who) = (fact.label(), whose.label());
    let (do_ko, do_en) = match fact {
        Fact::UnconfirmedConditions | Fact::UnconfirmedDataKinds => ("확인하면", "confirms"),
        _ => ("밝히면", "states"),
    };
    MissingFact {
        fact,
        whose,
        criterion,
        up_to_points: round(up_to_points),
        sentence: Message::new(
            format!(
                "{}에서 ‘{}’ 항목을 {do_ko} 최대 {points}점 오릅니다.",
                who.ko, what.ko
            ),
            format!(
                "If the {} {do_en} the {}, this gains up to {points} points.",
                who.en, what.en
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
        ] {
            assert_eq!(thousands(n), text);
        }
    }
}
