//! What one change would open a denied offer ("would pass if …").
//!
//! A change is applied to the asker's facts and the policy weighed again, so that no near-miss promises what the gate
//! would still refuse.

use super::Asker;
use super::facts::{condition_list, country_list};
use crate::catalogue::{AccessMode, Country};
use crate::demand::{DuoPurpose, IrbStatus};
use crate::organisation::LegalForm;
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Message;
use chrono::NaiveDate;

/// One change of what the asker states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Study only these conditions.
    StudyOnly(Vec<ConditionCode>),
    /// Another research purpose.
    Purpose(DuoPurpose),
    /// No development of methods or AI.
    NoMethods,
    /// Use genotype data.
    UseGenotype,
    /// A not-for-profit body applies.
    NotForProfit,
    /// Use without profit.
    NonCommercial,
    /// A not-for-profit body applies and uses the data without profit.
    NotForProfitNonCommercial,
    /// No ancestry research.
    NoAncestry,
    /// View and process in these countries only.
    OnlyIn(Vec<Country>),
    /// Use for so many months at most.
    AtMostMonths(i64),
    /// Publish on this day or later.
    PublishFrom(NaiveDate),
    /// An ethics approval.
    EthicsApproval,
    /// Collaborate with a researcher of the hospital.
    Collaborate,
    /// Publish the results.
    Publish,
    /// Return the results.
    ReturnResults,
    /// Accept a closed environment.
    AcceptClosed,
}

impl Asker {
    /// Takes another purpose; ancestry research comes and goes with its own.
    fn pursue(&mut self, purpose: DuoPurpose) {
        if purpose == DuoPurpose::Poa || self.duo_purpose == Some(DuoPurpose::Poa) {
            self.ancestry_research = Some(purpose == DuoPurpose::Poa);
        }
        self.duo_purpose = Some(purpose);
    }
}

impl Change {
    /// The asker after the change.
    pub(super) fn applied_to(&self, asker: &Asker) -> Asker {
        let mut after = asker.clone();
        match self {
            Self::StudyOnly(conditions) => {
                after.pursue(DuoPurpose::Ds);
                after.conditions.clone_from(conditions);
            }
            Self::Purpose(purpose) => after.pursue(*purpose),
            Self::NoMethods => after.methods_development = Some(false),
            Self::UseGenotype => after.uses_genotype = Some(true),
            Self::NotForProfit => after.legal_form = Some(LegalForm::NotForProfit),
            Self::NonCommercial => after.commercial = Some(false),
            Self::NotForProfitNonCommercial => {
                after.legal_form = Some(LegalForm::NotForProfit);
                after.commercial = Some(false);
            }
            Self::NoAncestry => {
                if after.duo_purpose == Some(DuoPurpose::Poa) {
                    after.pursue(DuoPurpose::Hmb);
                }
                after.ancestry_research = Some(false);
            }
            Self::OnlyIn(countries) => {
                for list in [&mut after.viewer_countries, &mut after.processing_countries] {
                    list.retain(|country| countries.contains(country));
                    if list.is_empty() {
                        list.clone_from(countries);
                    }
                }
            }
            Self::AtMostMonths(months) => after.use_months = Some(*months),
            Self::PublishFrom(day) => after.publish_by = Some(*day),
            Self::EthicsApproval => after.irb_status = Some(IrbStatus::Approved),
            Self::Collaborate => after.willing_to_collaborate = Some(true),
            Self::Publish => after.willing_to_publish = Some(true),
            Self::ReturnResults => after.willing_to_return_results = Some(true),
            Self::AcceptClosed => after.access_modes.push(AccessMode::ClosedRemote),
        }
        after
    }

    /// The condition in both languages, to stand after "if": "…하면" and "if …".
    pub(super) fn condition(&self, terminology: &Terminology) -> Message {
        let text = |ko: &str, en: &str| Message::new(ko, en);
        match self {
            Self::StudyOnly(conditions) => {
                let list = condition_list(conditions, terminology);
                Message::new(
                    format!("{}만 연구하면", list.ko),
                    format!("the study were limited to {}", list.en),
                )
            }
            Self::Purpose(purpose) => Message::new(
                format!("연구 목적이 ‘{}’에 해당하면", purpose.label().ko),
                format!("the research purpose were {}", purpose.label().en),
            ),
            Self::NoMethods => text(
                "방법론·AI 개발을 하지 않으면",
                "no methods or AI were developed",
            ),
            Self::UseGenotype => text(
                "유전형 데이터를 이용하는 연구라면",
                "the study used genotype data",
            ),
            Self::NotForProfit => text(
                "비영리 기관이 신청하면",
                "a not-for-profit organisation applied",
            ),
            Self::NonCommercial => text(
                "비상업적으로만 이용하면",
                "the use were non-commercial only",
            ),
            Self::NotForProfitNonCommercial => text(
                "비영리 기관이 비상업적으로만 이용하면",
                "a not-for-profit organisation applied for non-commercial use only",
            ),
            Self::NoAncestry => text(
                "인구 기원·조상 연구를 하지 않으면",
                "no ancestry research were done",
            ),
            Self::OnlyIn(countries) if *countries == [Country::korea()] => text(
                "국내에서만 열람·처리하면",
                "viewing and processing took place only in Korea",
            ),
            Self::OnlyIn(countries) => Message::new(
                format!("{}에서만 열람·처리하면", country_list(countries)),
                format!(
                    "viewing and processing took place only in {}",
                    country_list(countries)
                ),
            ),
            Self::AtMostMonths(months) => Message::new(
                format!("이용 기간을 {months}개월 이하로 줄이면"),
                format!("the use took at most {months} months"),
            ),
            Self::PublishFrom(day) => Message::new(
                format!("{day} 이후에 발표하면"),
                format!("publication were on {day} or later"),
            ),
            Self::EthicsApproval => text("IRB 승인을 받으면", "an ethics approval were obtained"),
            Self::Collaborate => text(
                "원내 연구자와 공동연구에 동의하면",
                "the asker agreed to collaborate with a researcher of the hospital",
            ),
            Self::Publish => text(
                "결과 공개에 동의하면",
                "the asker agreed to publish the results",
            ),
            Self::ReturnResults => text(
                "결과 반환에 동의하면",
                "the asker agreed to return the results",
            ),
            Self::AcceptClosed => text(
                "폐쇄분석환경 이용을 받아들이면",
                "the asker accepted a closed environment",
            ),
        }
    }
}
