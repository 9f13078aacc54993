//! Under which conditions data may be used: GA4GH Data Use Ontology (DUO) codes and the local ones.
//!
//! [`UsePolicy`] is what an offer states, [`Asker`] what the other side states; [`decide`] weighs one against the other.

mod asker;
pub mod duos;
mod facts;
mod gate;
mod lift;
mod local_rules;
mod near_miss;
mod purpose_rules;
mod restrict_rules;
mod rules;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use asker::Asker;
pub use gate::{Decision, Duty, Finding, GateOutcome, NearMiss, OfferTerms, Weighing, decide};
pub use lift::{Lift, lifts, rule_label};

use crate::catalogue::Country;
use crate::catalogue::content::{MAX_CODES, check_conditions, check_words};
use crate::problem::Code;
use crate::problem::{Check, Problem, Problems};
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Message;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// A DUO permission: what the data may be used for at all.
    Permission {
        Nres = "NRES", "제한 없음", "no restriction";
        Gru = "GRU", "일반 연구", "general research use";
        Hmb = "HMB", "보건·의료 연구", "health, medical or biomedical research";
        Ds = "DS", "특정 질환 연구", "disease-specific research";
        Poa = "POA", "인구 기원·조상 연구만", "population origins or ancestry research only";
    }
}

crate::vocabulary! {
    /// A modifier of a permission: DUO's, and local ones that begin with `x-`.
    Modifier {
        Irb = "IRB", "IRB 승인 필요", "ethics approval required";
        Col = "COL", "공동연구 필요", "collaboration required";
        Pub = "PUB", "결과 공개 필요", "publication required";
        Rtn = "RTN", "결과 반환 필요", "return to database or resource";
        Npu = "NPU", "비영리 기관만", "not-for-profit organisations only";
        Ncu = "NCU", "비상업적 이용만", "non-commercial use only";
        Npuncu = "NPUNCU", "비영리 기관의 비상업적 이용만", "not-for-profit, non-commercial use only";
        Npoa = "NPOA", "인구 기원·조상 연구 금지", "population origins or ancestry research prohibited";
        Nmds = "NMDS", "일반 방법론 연구 불가", "no general methods research";
        Gso = "GSO", "유전 연구만", "genetic studies only";
        Gs = "GS", "지역 제한", "geographical restriction";
        Is = "IS", "기관 지정", "institution-specific restriction";
        Us = "US", "이용자 지정", "user-specific restriction";
        Ps = "PS", "과제 지정", "project-specific restriction";
        Ts = "TS", "이용 기간 제한", "time limit on use";
        Mor = "MOR", "발표 유예", "publication moratorium";
        Cc = "CC", "임상 진료 이용 가능", "clinical care use";
        SafeRoom = "x-safe-room", "폐쇄분석환경만", "safe room only";
        NoExport = "x-no-export", "반출 불가", "no export";
        CrossBorder = "x-cross-border", "국외 이전 불가", "no cross-border transfer";
        InsideResearcher = "x-inside-researcher", "원내 연구자 참여 필요", "inside researcher required";
        CommercialOk = "x-commercial-ok", "상업적 이용 허용", "commercial use permitted";
        NoPseudonymise = "x-no-pseudonymise", "가명처리 불가 자료 포함", "has data that cannot be pseudonymised";
        ConsentScope = "x-consent-scope", "동의 범위 확인 필요", "within the scope of the consent";
    }
}

crate::vocabulary! {
    /// A type of data that cannot be pseudonymised.
    Unpseudonymisable {
        Genome = "genome", "유전체", "genome";
        FreeText = "free_text", "자유 서술", "free text";
        Voice = "voice", "음성", "voice";
    }
}

/// One policy of use; an offer may state several alternatives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UsePolicy {
    /// What the data may be used for; unstated means ask.
    pub permission: Option<Permission>,
    /// The conditions a DS permission is limited to.
    pub permission_conditions: Vec<ConditionCode>,
    /// Further conditions.
    pub modifiers: Vec<Modifier>,
    /// Countries that GS allows.
    pub geographic_countries: Vec<Country>,
    /// Institutions that IS allows.
    pub allowed_institutions: Vec<String>,
    /// Users that US allows.
    pub allowed_users: Vec<String>,
    /// Projects that PS allows.
    pub allowed_projects: Vec<String>,
    /// Months of use that TS allows.
    pub time_limit_months: Option<i64>,
    /// The day before which MOR forbids to publish.
    pub moratorium_until: Option<NaiveDate>,
    /// What `x-no-pseudonymise` is about.
    pub not_pseudonymisable: Vec<Unpseudonymisable>,
}

impl UsePolicy {
    /// Whether a modifier is stated.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.contains(&modifier)
    }

    /// What is wrong with the policy: lists without their code, codes without their value.
    pub fn check(&self, terminology: &Terminology) -> Problems {
        let mut check = Check::new();
        check_conditions(
            &mut check,
            "permissionConditions",
            &self.permission_conditions,
            terminology,
        );
        check.require(
            self.permission != Some(Permission::Ds) || !self.permission_conditions.is_empty(),
            || Problem::required("permissionConditions"),
        );
        // A restriction that the permission does not know would hold for nobody.
        check.require(
            self.permission == Some(Permission::Ds) || self.permission_conditions.is_empty(),
            || {
                Problem::at(
                    "permissionConditions",
                    Code::Invalid,
                    Message::new(
                        "질환을 한정하려면 허용 범위가 특정 질환(DS)이어야 합니다.",
                        "Diseases restrict the use only under the permission DS.",
                    ),
                )
            },
        );
        check.at_most("modifiers", self.modifiers.len(), MAX_CODES);
        for (i, modifier) in self.modifiers.iter().enumerate() {
            check.require(!self.modifiers[..i].contains(modifier), || {
                Problem::at(
                    &format!("modifiers.{i}"),
                    Code::Duplicate,
                    Message::new(
                        "같은 조건이 두 번 있습니다.",
                        "The same condition is given twice.",
                    ),
                )
            });
        }
        check.require(
            !self.has(Modifier::Gs) || !self.geographic_countries.is_empty(),
            || Problem::required("geographicCountries"),
        );
        check.require(
            !self.has(Modifier::Ts) || self.time_limit_months.is_some(),
            || Problem::required("timeLimitMonths"),
        );
        check.require(
            !self.has(Modifier::Mor) || self.moratorium_until.is_some(),
            || Problem::required("moratoriumUntil"),
        );
        check.range("timeLimitMonths", self.time_limit_months, 1, 600);
        check_words(
            &mut check,
            "allowedInstitutions",
            &self.allowed_institutions,
        );
        check_words(&mut check, "allowedUsers", &self.allowed_users);
        check_words(&mut check, "allowedProjects", &self.allowed_projects);
        check.finish().err().unwrap_or_default()
    }
}
