//! What a demand says.

use crate::catalogue::content::{
    MAX_ABSTRACT, MAX_CODES, MAX_SUBJECTS, MAX_TITLE, check_ages, check_conditions, check_words,
};
use crate::catalogue::country::check_countries;
use crate::catalogue::{
    AccessMode, Country, DataKind, Deidentification, LinkageSource, MAX_WON, Period, PurposeClass,
    Sex, Standard, Won,
};
use crate::id::OrganisationId;
use crate::problem::{Check, Problem, Problems};
use crate::suggested_code::CodeAnswers;
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Longest aim, in characters.
pub const MAX_AIM: usize = 1_500;

crate::vocabulary! {
    /// The research purpose in the terms of the GA4GH Data Use Ontology.
    DuoPurpose {
        Gru = "GRU", "일반 연구", "general research";
        Hmb = "HMB", "보건·의료 연구", "health, medical or biomedical research";
        Ds = "DS", "특정 질환 연구", "disease-specific research";
        Poa = "POA", "인구 기원·조상 연구", "population origins or ancestry research";
    }
}

crate::vocabulary! {
    /// How far the ethics review has come.
    IrbStatus {
        Approved = "approved", "승인", "approved";
        InPreparation = "in_preparation", "준비 중", "in preparation";
        NotStarted = "not_started", "시작 전", "not started";
        Exempt = "exempt", "면제", "exempt";
        Refused = "refused", "거부", "refused";
    }
}

crate::vocabulary! {
    /// Where the money comes from.
    BudgetClass {
        Own = "own", "자체 예산", "own budget";
        VoucherSmall = "voucher_small", "바우처(소)", "small voucher";
        VoucherMedium = "voucher_medium", "바우처(중)", "medium voucher";
        VoucherLarge = "voucher_large", "바우처(대)", "large voucher";
    }
}

crate::vocabulary! {
    /// Whether others see who asks.
    Confidentiality {
        Blind = "blind", "비공개(익명)", "blind";
        Named = "named", "기관명 공개", "named";
    }
}

/// Who the data should be about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemandPopulation {
    /// Sex.
    pub sex: Option<Sex>,
    /// Youngest, in years.
    pub age_min: Option<i64>,
    /// Oldest, in years.
    pub age_max: Option<i64>,
    /// Who is to be included, in words.
    pub inclusion: Text,
}

/// All that a demand says. What is absent or empty is not said; it is never taken as a yes or a no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemandContent {
    /// Title, in one language at least.
    pub title: Text,
    /// Aim, up to 1500 characters a language.
    pub aim: Text,
    /// What is made or learnt with the data.
    pub purpose: Option<PurposeClass>,
    /// The same in terms of DUO.
    pub duo_purpose: Option<DuoPurpose>,
    /// Meant for profit.
    pub commercial: Option<bool>,
    /// Develops methods, software or AI models.
    pub methods_development: Option<bool>,
    /// Uses genotype data.
    pub uses_genotype: Option<bool>,
    /// Studies population origins or ancestry.
    pub ancestry_research: Option<bool>,
    /// For clinical care of patients.
    pub clinical_care: Option<bool>,
    /// Conditions, KCD/ICD-10.
    pub conditions: Vec<ConditionCode>,
    /// Conditions in words, to be coded.
    pub conditions_text: Text,
    /// Who the data should be about.
    pub population: DemandPopulation,
    /// Kinds of data that must all be there.
    pub data_kinds_required: Vec<DataKind>,
    /// Kinds of which one at least must be there.
    pub data_kinds_any_of: Vec<DataKind>,
    /// Kinds that would be welcome.
    pub data_kinds_wished: Vec<DataKind>,
    /// Variables that must be there, in free words.
    pub variables_required: Vec<String>,
    /// Variables that would be welcome.
    pub variables_wished: Vec<String>,
    /// Fewest subjects that make sense, persons.
    pub subjects_min: Option<i64>,
    /// Subjects wished for, persons.
    pub subjects_wished: Option<i64>,
    /// Months from which subjects may come.
    pub period: Period,
    /// Standards wanted.
    pub standards: Vec<Standard>,
    /// How the data should be made unidentifiable.
    pub deidentification: Option<Deidentification>,
    /// What the data must be linked to.
    pub linkage: Vec<LinkageSource>,
    /// Ways of access that are acceptable.
    pub access_modes: Vec<AccessMode>,
    /// Countries from which people will look at the data; looking from abroad is a transfer.
    pub viewer_countries: Vec<Country>,
    /// Countries in which the data will be processed.
    pub processing_countries: Vec<Country>,
    /// How far the ethics review has come.
    pub irb_status: Option<IrbStatus>,
    /// Willing to collaborate with a researcher of the hospital.
    pub willing_to_collaborate: Option<bool>,
    /// Willing to publish.
    pub willing_to_publish: Option<bool>,
    /// Willing to return results.
    pub willing_to_return_results: Option<bool>,
    /// Months of use.
    pub use_months: Option<i64>,
    /// Results must be published by this day.
    pub publish_by: Option<NaiveDate>,
    /// Budget for data, won.
    pub budget: Option<Won>,
    /// Where the money comes from.
    pub budget_class: Option<BudgetClass>,
    /// Own share of the budget, won.
    pub own_share: Option<Won>,
    /// The day on which the data are needed.
    pub needed_by: Option<NaiveDate>,
    /// Whether others see who asks; blind where not said.
    pub confidentiality: Option<Confidentiality>,
    /// Organisations that must not see the demand, and cannot tell.
    pub excluded_organisations: Vec<OrganisationId>,
    /// What the author answered to codes that the words suggest.
    #[serde(skip_serializing_if = "CodeAnswers::is_empty")]
    pub code_answers: CodeAnswers,
}

impl DemandContent {
    /// Checks every field by itself and against its neighbours.
    ///
    /// # Errors
    /// All the problems, each with the path of its field in the words of the interface.
    pub fn check(&self, terminology: &Terminology) -> Result<(), Problems> {
        let mut check = Check::new();
        check.require(!self.title.is_empty(), || Problem::required("title"));
        check.text("title", &self.title, MAX_TITLE);
        check.text("aim", &self.aim, MAX_AIM);
        check.text("conditionsText", &self.conditions_text, MAX_AIM);
        check.text(
            "population.inclusion",
            &self.population.inclusion,
            MAX_ABSTRACT,
        );
        check_conditions(&mut check, "conditions", &self.conditions, terminology);
        check_ages(
            &mut check,
            "population",
            self.population.age_min,
            self.population.age_max,
        );
        for (path, kinds) in [
            ("dataKindsRequired", &self.data_kinds_required),
            ("dataKindsAnyOf", &self.data_kinds_any_of),
            ("dataKindsWished", &self.data_kinds_wished),
        ] {
            check.at_most(path, kinds.len(), MAX_CODES);
        }
        check_words(&mut check, "variablesRequired", &self.variables_required);
        check_words(&mut check, "variablesWished", &self.variables_wished);
        check.range("subjectsMin", self.subjects_min, 0, MAX_SUBJECTS);
        check.range("subjectsWished", self.subjects_wished, 0, MAX_SUBJECTS);
        check.at_least("subjectsWished", self.subjects_wished, self.subjects_min);
        check.ordered("period.end", self.period.start, self.period.end);
        for (path, countries) in [
            ("viewerCountries", &self.viewer_countries),
            ("processingCountries", &self.processing_countries),
        ] {
            check.at_most(path, countries.len(), MAX_CODES);
            check_countries(&mut check, path, countries);
        }
        check.range("useMonths", self.use_months, 1, 600);
        let won = |amount: Option<Won>| amount.map(|won| won.0);
        check.range("budget", won(self.budget), 0, MAX_WON);
        check.range("ownShare", won(self.own_share), 0, MAX_WON);
        check.no_more("ownShare", won(self.own_share), won(self.budget));
        check.at_most(
            "excludedOrganisations",
            self.excluded_organisations.len(),
            MAX_CODES,
        );
        self.code_answers.check(&mut check);
        check.finish()
    }
}
