//! What a demand says.

use super::{PeriodInput, Reading, countries, set, set_list, set_some};
use crate::graphql::id;
use crate::graphql::scalar::{CountryCode, Date, WonAmount};
use crate::graphql::text::TextInput;
use crate::graphql::vocabulary::{
    AccessMode, BudgetClass, Confidentiality, Deidentification, DuoPurpose, IrbStatus,
    LinkageSource, PurposeClass, Sex, Standard,
};
use async_graphql::{ID, InputObject, MaybeUndefined};
use matchday_domain::demand::{DemandContent, DemandPopulation};
use matchday_domain::problem::Problems;

/// Who the data should be about.
#[derive(Debug, Clone, InputObject)]
pub struct DemandPopulationInput {
    /// Sex.
    sex: Option<Sex>,
    /// Youngest, in years, 0 to 150.
    age_min: Option<i32>,
    /// Oldest, in years, 0 to 150.
    age_max: Option<i32>,
    /// Who is to be included, in words.
    inclusion: Option<TextInput>,
}

/// What a demand says. A field that is left out is not changed; null clears it.
#[derive(Debug, Clone, InputObject)]
pub struct DemandContentInput {
    /// Title, in one language at least; up to 200 characters.
    title: MaybeUndefined<TextInput>,
    /// Aim, up to 1,500 characters a language.
    aim: MaybeUndefined<TextInput>,
    /// What is made or learnt with the data.
    purpose: MaybeUndefined<PurposeClass>,
    /// The same in terms of DUO.
    duo_purpose: MaybeUndefined<DuoPurpose>,
    /// Meant for profit.
    commercial: MaybeUndefined<bool>,
    /// Develops methods, software or AI models.
    methods_development: MaybeUndefined<bool>,
    /// Uses genotype data.
    uses_genotype: MaybeUndefined<bool>,
    /// Studies population origins or ancestry.
    ancestry_research: MaybeUndefined<bool>,
    /// For clinical care of patients.
    clinical_care: MaybeUndefined<bool>,
    /// Conditions, KCD/ICD-10 codes or ranges of categories.
    conditions: MaybeUndefined<Vec<String>>,
    /// Conditions in words, to be coded.
    conditions_text: MaybeUndefined<TextInput>,
    /// Who the data should be about.
    population: MaybeUndefined<DemandPopulationInput>,
    /// Kinds of data that must all be there: `imaging.ct`.
    data_kinds_required: MaybeUndefined<Vec<String>>,
    /// Kinds of which one at least must be there.
    data_kinds_any_of: MaybeUndefined<Vec<String>>,
    /// Kinds that would be welcome.
    data_kinds_wished: MaybeUndefined<Vec<String>>,
    /// Variables that must be there, in free words.
    variables_required: MaybeUndefined<Vec<String>>,
    /// Variables that would be welcome.
    variables_wished: MaybeUndefined<Vec<String>>,
    /// Fewest subjects that make sense, persons.
    subjects_min: MaybeUndefined<i64>,
    /// Subjects wished for, persons.
    subjects_wished: MaybeUndefined<i64>,
    /// Months from which subjects may come.
    period: MaybeUndefined<PeriodInput>,
    /// Standards wanted.
    standards: MaybeUndefined<Vec<Standard>>,
    /// How the data should be made unidentifiable.
    deidentification: MaybeUndefined<Deidentification>,
    /// What the data must be linked to.
    linkage: MaybeUndefined<Vec<LinkageSource>>,
    /// Ways of access that are acceptable.
    access_modes: MaybeUndefined<Vec<AccessMode>>,
    /// Countries from which people will look at the data.
    viewer_countries: MaybeUndefined<Vec<CountryCode>>,
    /// Countries in which the data will be processed.
    processing_countries: MaybeUndefined<Vec<CountryCode>>,
    /// How far the ethics review has come.
    irb_status: MaybeUndefined<IrbStatus>,
    /// Willing to collaborate with a researcher of the hospital.
    willing_to_collaborate: MaybeUndefined<bool>,
    /// Willing to publish.
    willing_to_publish: MaybeUndefined<bool>,
    /// Willing to return results.
    willing_to_return_results: MaybeUndefined<bool>,
    /// Months of use, 1 to 600.
    use_months: MaybeUndefined<i32>,
    /// Results must be published by this day.
    publish_by: MaybeUndefined<Date>,
    /// Budget for data.
    budget: MaybeUndefined<WonAmount>,
    /// Where the money comes from.
    budget_class: MaybeUndefined<BudgetClass>,
    /// Own share of the budget.
    own_share: MaybeUndefined<WonAmount>,
    /// The day on which the data are needed.
    needed_by: MaybeUndefined<Date>,
    /// Whether others see who asks; blind if never said.
    confidentiality: MaybeUndefined<Confidentiality>,
    /// Organisations that must not see the demand, and cannot tell.
    excluded_organisations: MaybeUndefined<Vec<ID>>,
}

impl DemandContentInput {
    /// Applies what is given.
    ///
    /// # Errors
    /// Codes that are not codes, ids that are not of organisations.
    pub(crate) fn apply(self, content: &mut DemandContent) -> Result<(), Problems> {
        let mut reading = Reading::default();
        set(&mut content.title, self.title, Into::into);
        set(&mut content.aim, self.aim, Into::into);
        set_some(&mut content.purpose, self.purpose);
        set_some(&mut content.duo_purpose, self.duo_purpose);
        set_some(&mut content.commercial, self.commercial);
        set_some(&mut content.methods_development, self.methods_development);
        set_some(&mut content.uses_genotype, self.uses_genotype);
        set_some(&mut content.ancestry_research, self.ancestry_research);
        set_some(&mut content.clinical_care, self.clinical_care);
        set(&mut content.conditions, self.conditions, |codes| {
            reading.conditions("conditions", codes)
        });
        set(
            &mut content.conditions_text,
            self.conditions_text,
            Into::into,
        );
        set(&mut content.population, self.population, |input| {
            DemandPopulation {
                sex: input.sex.map(Into::into),
                age_min: input.age_min.map(i64::from),
                age_max: input.age_max.map(i64::from),
                inclusion: input.inclusion.map(Into::into).unwrap_or_default(),
            }
        });
        for (path, field, input) in [
            (
                "dataKindsRequired",
                &mut content.data_kinds_required,
                self.data_kinds_required,
            ),
            (
                "dataKindsAnyOf",
                &mut content.data_kinds_any_of,
                self.data_kinds_any_of,
            ),
            (
                "dataKindsWished",
                &mut content.data_kinds_wished,
                self.data_kinds_wished,
            ),
        ] {
            set(field, input, |codes| reading.kinds(path, codes));
        }
        set(
            &mut content.variables_required,
            self.variables_required,
            |words| words,
        );
        set(
            &mut content.variables_wished,
            self.variables_wished,
            |words| words,
        );
        set_some(&mut content.subjects_min, self.subjects_min);
        set_some(&mut content.subjects_wished, self.subjects_wished);
        set(&mut content.period, self.period, Into::into);
        set_list(&mut content.standards, self.standards);
        set_some(&mut content.deidentification, self.deidentification);
        set_list(&mut content.linkage, self.linkage);
        set_list(&mut content.access_modes, self.access_modes);
        set(
            &mut content.viewer_countries,
            self.viewer_countries,
            countries,
        );
        set(
            &mut content.processing_countries,
            self.processing_countries,
            countries,
        );
        set_some(&mut content.irb_status, self.irb_status);
        set_some(
            &mut content.willing_to_collaborate,
            self.willing_to_collaborate,
        );
        set_some(&mut content.willing_to_publish, self.willing_to_publish);
        set_some(
            &mut content.willing_to_return_results,
            self.willing_to_return_results,
        );
        set_some(&mut content.use_months, self.use_months);
        set(&mut content.publish_by, self.publish_by, |date| {
            Some(date.0)
        });
        set(&mut content.budget, self.budget, |won| Some(won.0));
        set_some(&mut content.budget_class, self.budget_class);
        set(&mut content.own_share, self.own_share, |won| Some(won.0));
        set(&mut content.needed_by, self.needed_by, |date| Some(date.0));
        set_some(&mut content.confidentiality, self.confidentiality);
        set(
            &mut content.excluded_organisations,
            self.excluded_organisations,
            |ids| reading.list("excludedOrganisations", ids, id::read),
        );
        reading.finish()
    }
}
