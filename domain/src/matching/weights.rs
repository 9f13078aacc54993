//! The criteria and how much each counts.

use crate::problem::{Check, Code, Problem, Problems};
use crate::text::Message;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What a side is scored by: the first eight are the demander's, the others the hospital's.
    Criterion {
        Disease = "disease", "질환·대상", "disease and population";
        DataKinds = "data_kinds", "데이터 종류", "data kinds";
        Variables = "variables", "변수·결합", "variables and linkage";
        Standard = "standard", "표준", "standard";
        CohortSize = "cohort_size", "대상자 수", "cohort size";
        Period = "period", "기간", "period";
        Access = "access", "이용 현실성", "access practicality";
        Text = "text", "텍스트", "text";
        Purpose = "purpose", "이용 목적", "purpose";
        Partner = "partner", "기관 유형", "kind of partner";
        Collaboration = "collaboration", "공동연구", "collaboration";
        ReturnOfResults = "return_of_results", "결과 반환", "return of results";
        Capacity = "capacity", "처리 여력", "capacity";
    }
}

impl Criterion {
    /// The demander's criteria, in the order in which they are summed.
    pub const DEMANDER: [Self; 8] = [
        Self::Disease,
        Self::DataKinds,
        Self::Variables,
        Self::Standard,
        Self::CohortSize,
        Self::Period,
        Self::Access,
        Self::Text,
    ];
    /// The hospital's criteria, in the order in which they are summed.
    pub const HOSPITAL: [Self; 5] = [
        Self::Purpose,
        Self::Partner,
        Self::Collaboration,
        Self::ReturnOfResults,
        Self::Capacity,
    ];

    /// The name of its weight, as clients write it.
    pub fn field(self) -> &'static str {
        match self {
            Self::DataKinds => "dataKinds",
            Self::CohortSize => "cohortSize",
            Self::ReturnOfResults => "returnOfResults",
            one_word => one_word.code(),
        }
    }
}

/// How much each preference of a hospital counts on its side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HospitalWeights {
    /// Purposes it likes to support.
    pub purpose: f64,
    /// Kinds of organisation it likes to work with.
    pub partner: f64,
    /// Collaboration.
    pub collaboration: f64,
    /// Return of results.
    pub return_of_results: f64,
    /// Whether it can serve any request at all.
    pub capacity: f64,
}

impl Default for HospitalWeights {
    fn default() -> Self {
        Self {
            purpose: 2.0,
            partner: 1.0,
            collaboration: 1.0,
            return_of_results: 0.5,
            capacity: 1.0,
        }
    }
}

/// How much each criterion counts; tunable per event by the organiser, versioned.
///
/// Defaults: matching design, section 3 (3, 2, 1.5, 1, 1, .5, .5, .2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Raised at every change; stored with every score.
    pub version: i32,
    /// Disease and population.
    pub disease: f64,
    /// Data categories and sub-kinds.
    pub data_kinds: f64,
    /// Variables and linkage.
    pub variables: f64,
    /// Standard.
    pub standard: f64,
    /// Cohort size.
    pub cohort_size: f64,
    /// Period.
    pub period: f64,
    /// Access practicality.
    pub access: f64,
    /// Text.
    pub text: f64,
    /// The hospital's side.
    pub hospital: HospitalWeights,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            version: 1,
            disease: 3.0,
            data_kinds: 2.0,
            variables: 1.5,
            standard: 1.0,
            cohort_size: 1.0,
            period: 0.5,
            access: 0.5,
            text: 0.2,
            hospital: HospitalWeights::default(),
        }
    }
}

impl Weights {
    /// The largest weight accepted.
    pub const MAX: f64 = 100.0;

    /// The weight of a criterion.
    pub fn of(&self, criterion: Criterion) -> f64 {
        match criterion {
            Criterion::Disease => self.disease,
            Criterion::DataKinds => self.data_kinds,
            Criterion::Variables => self.variables,
            Criterion::Standard => self.standard,
            Criterion::CohortSize => self.cohort_size,
            Criterion::Period => self.period,
            Criterion::Access => self.access,
            Criterion::Text => self.text,
            Criterion::Purpose => self.hospital.purpose,
            Criterion::Partner => self.hospital.partner,
            Criterion::Collaboration => self.hospital.collaboration,
            Criterion::ReturnOfResults => self.hospital.return_of_results,
            Criterion::Capacity => self.hospital.capacity,
        }
    }

    /// Sets the weight of a criterion.
    pub fn set(&mut self, criterion: Criterion, weight: f64) {
        let place = match criterion {
            Criterion::Disease => &mut self.disease,
            Criterion::DataKinds => &mut self.data_kinds,
            Criterion::Variables => &mut self.variables,
            Criterion::Standard => &mut self.standard,
            Criterion::CohortSize => &mut self.cohort_size,
            Criterion::Period => &mut self.period,
            Criterion::Access => &mut self.access,
            Criterion::Text => &mut self.text,
            Criterion::Purpose => &mut self.hospital.purpose,
            Criterion::Partner => &mut self.hospital.partner,
            Criterion::Collaboration => &mut self.hospital.collaboration,
            Criterion::ReturnOfResults => &mut self.hospital.return_of_results,
            Criterion::Capacity => &mut self.hospital.capacity,
        };
        *place = weight;
    }

    /// Every weight is from 0 to [`Weights::MAX`], and the demander's are not all 0.
    ///
    /// # Errors
    /// All the problems.
    pub fn check(&self) -> Result<(), Problems> {
        let mut check = Check::new();
        for &criterion in Criterion::ALL {
            check.require((0.0..=Self::MAX).contains(&self.of(criterion)), || {
                Problem::at(
                    criterion.field(),
                    Code::OutOfRange,
                    Message::new(
                        "가중치는 0에서 100 사이여야 합니다.",
                        "A weight is from 0 to 100.",
                    ),
                )
            });
        }
        check.require(
            Criterion::DEMANDER.iter().any(|c| self.of(*c) > 0.0),
            || {
                Problem::whole(
                    Code::Invalid,
                    Message::new(
                        "적어도 하나의 가중치는 0보다 커야 합니다.",
                        "At least one weight is above 0.",
                    ),
                )
            },
        );
        check.finish()
    }
}
