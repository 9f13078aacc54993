//! What offers and demands say, as inputs: a field that is left out is not changed, null clears it.

use super::id;
use super::scalar::{CountryCode, Date, WonAmount, YearMonth};
use super::text::TextInput;
use super::vocabulary::{
    AccessMode, Approval, BudgetClass, Confidentiality, CostModel, CountBasis, Deidentification,
    DuoPurpose, IrbStatus, LeadTime, Library, LinkageSource, Modifier, OrganisationKind,
    Permission, PurposeClass, RefreshFrequency, Sex, Standard, Unpseudonymisable,
};
use async_graphql::{ID, InputObject, MaybeUndefined};
use matchday_domain::catalogue::{
    Cost, CountObservation, DataKind, HospitalPreferences, OfferContent, Period, Population,
    ReviewCalendar,
};
use matchday_domain::demand::{DemandContent, DemandPopulation};
use matchday_domain::problem::{Problem, Problems};
use matchday_domain::terminology::ConditionCode;
use matchday_domain::use_conditions::UsePolicy;

/// A dated count of the subjects with a condition.
#[derive(Debug, Clone, InputObject)]
pub struct CountObservationInput {
    /// The condition, KCD/ICD-10.
    code: String,
    /// Persons, 0 or more.
    count: i64,
    /// The month in which it was counted.
    as_of: YearMonth,
    /// Measured or estimated.
    basis: CountBasis,
}

/// Who the data are about.
#[derive(Debug, Clone, InputObject)]
pub struct PopulationInput {
    /// Persons in all.
    size: Option<i64>,
    /// The month in which the size was counted.
    size_as_of: Option<YearMonth>,
    /// How the size came about.
    size_basis: Option<CountBasis>,
    /// Sex.
    sex: Option<Sex>,
    /// Youngest, in years, 0 to 150.
    age_min: Option<i32>,
    /// Oldest, in years, 0 to 150.
    age_max: Option<i32>,
}

/// A span of months, both ends included.
#[derive(Debug, Clone, InputObject)]
pub struct PeriodInput {
    /// The first month; open if left out.
    start: Option<YearMonth>,
    /// The last month; open if left out.
    end: Option<YearMonth>,
}

/// When a board reviews.
#[derive(Debug, Clone, InputObject)]
pub struct ReviewCalendarInput {
    /// Last day of the month to apply for the next meeting, 1 to 31; 31 is the month's end.
    cutoff_day: Option<i32>,
    /// Days of the month on which the board meets, 1 to 31.
    meeting_days: Option<Vec<i32>>,
}

/// What the data cost.
#[derive(Debug, Clone, InputObject)]
pub struct CostInput {
    /// How it is charged.
    model: Option<CostModel>,
    /// Won, per unit of the model.
    amount: Option<WonAmount>,
}

/// What a hospital would rather have.
#[derive(Debug, Clone, InputObject)]
pub struct HospitalPreferencesInput {
    /// Purposes it likes to support.
    purposes: Option<Vec<PurposeClass>>,
    /// Kinds of organisation it likes to work with.
    partners: Option<Vec<OrganisationKind>>,
    /// Wants to collaborate in the research.
    collaboration: Option<bool>,
    /// Wants results returned.
    return_of_results: Option<bool>,
    /// Requests it can serve in a year.
    capacity_per_year: Option<i32>,
}

/// One policy of use; an offer may state several alternatives.
#[derive(Debug, Clone, InputObject)]
pub struct UsePolicyInput {
    /// What the data may be used for; unstated means ask.
    permission: Option<Permission>,
    /// The conditions that a DS permission is limited to, KCD/ICD-10.
    permission_conditions: Option<Vec<String>>,
    /// Further conditions.
    modifiers: Option<Vec<Modifier>>,
    /// Countries that GS allows.
    geographic_countries: Option<Vec<CountryCode>>,
    /// Institutions that IS allows.
    allowed_institutions: Option<Vec<String>>,
    /// Users that US allows.
    allowed_users: Option<Vec<String>>,
    /// Projects that PS allows.
    allowed_projects: Option<Vec<String>>,
    /// Months of use that TS allows, 1 to 600.
    time_limit_months: Option<i32>,
    /// The day before which MOR forbids to publish.
    moratorium_until: Option<Date>,
    /// What cannot be pseudonymised.
    not_pseudonymisable: Option<Vec<Unpseudonymisable>>,
}

/// What an offer says. A field that is left out is not changed; null clears it.
#[derive(Debug, Clone, InputObject)]
pub struct OfferContentInput {
    /// Title, in one language at least; up to 200 characters.
    title: MaybeUndefined<TextInput>,
    /// Abstract, up to 5,000 characters.
    #[graphql(name = "abstract")]
    summary: MaybeUndefined<TextInput>,
    /// Keywords in any language.
    keywords: MaybeUndefined<Vec<String>>,
    /// The office to write to.
    contact_office: MaybeUndefined<String>,
    /// The library it belongs to.
    library: MaybeUndefined<Library>,
    /// The day from which researchers may apply.
    opens_on: MaybeUndefined<Date>,
    /// Conditions, KCD/ICD-10 codes or ranges of categories.
    conditions: MaybeUndefined<Vec<String>>,
    /// Dated counts by condition.
    counts: MaybeUndefined<Vec<CountObservationInput>>,
    /// Who the data are about.
    population: MaybeUndefined<PopulationInput>,
    /// Months covered.
    period: MaybeUndefined<PeriodInput>,
    /// How often it is brought up to date.
    refresh: MaybeUndefined<RefreshFrequency>,
    /// Months between an event and its presence in the data, 0 to 600.
    time_lag_months: MaybeUndefined<i32>,
    /// Kinds of data: `imaging.ct`.
    data_kinds: MaybeUndefined<Vec<String>>,
    /// Tables and variables, in free words.
    variables: MaybeUndefined<Vec<String>>,
    /// Standards that the data conform to.
    standards: MaybeUndefined<Vec<Standard>>,
    /// Coding systems used inside: KCD-8, LOINC, ATC, EDI.
    coding_systems: MaybeUndefined<Vec<String>>,
    /// Share of filled values, in per cent.
    completeness_percent: MaybeUndefined<i32>,
    /// Alternative policies of use; one that passes is enough.
    use_policies: MaybeUndefined<Vec<UsePolicyInput>>,
    /// Ways to reach the data.
    access_modes: MaybeUndefined<Vec<AccessMode>>,
    /// Approvals asked for.
    approvals: MaybeUndefined<Vec<Approval>>,
    /// When the board reviews.
    review: MaybeUndefined<ReviewCalendarInput>,
    /// From application to data.
    lead_time: MaybeUndefined<LeadTime>,
    /// What it costs.
    cost: MaybeUndefined<CostInput>,
    /// What it can be linked to.
    linkable_to: MaybeUndefined<Vec<LinkageSource>>,
    /// Counts below this are not shown to others; persons, 10 if left out.
    small_count_threshold: MaybeUndefined<i32>,
    /// What the hospital would rather have.
    preferences: MaybeUndefined<HospitalPreferencesInput>,
}

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

/// Reads the codes of an input and gathers what cannot be read.
#[derive(Default)]
struct Reading {
    problems: Problems,
}

impl Reading {
    fn list<T, U>(
        &mut self,
        path: &str,
        values: Vec<T>,
        read: impl Fn(&str, &T) -> Result<U, Problem>,
    ) -> Vec<U> {
        let mut good = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            match read(&format!("{path}.{i}"), value) {
                Ok(value) => good.push(value),
                // A list of thousands of wrong codes needs no answer of thousands of lines.
                Err(problem) if self.problems.len() < 100 => self.problems.push(problem),
                Err(_) => {}
            }
        }
        good
    }

    fn conditions(&mut self, path: &str, codes: Vec<String>) -> Vec<ConditionCode> {
        self.list(path, codes, |path, code| condition(path, code))
    }

    fn kinds(&mut self, path: &str, codes: Vec<String>) -> Vec<DataKind> {
        self.list(path, codes, |path, code| {
            DataKind::from_code(code).ok_or_else(|| Problem::unknown_code(path, code))
        })
    }

    fn finish(self) -> Result<(), Problems> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }
}

fn condition(path: &str, code: &str) -> Result<ConditionCode, Problem> {
    code.parse().map_err(|_| Problem::unknown_code(path, code))
}

/// Sets a field that is given: null clears it.
fn set<T, U: Default>(field: &mut U, input: MaybeUndefined<T>, read: impl FnOnce(T) -> U) {
    match input {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *field = U::default(),
        MaybeUndefined::Value(value) => *field = read(value),
    }
}

fn set_some<T, U: From<T>>(field: &mut Option<U>, input: MaybeUndefined<T>) {
    set(field, input, |value| Some(value.into()));
}

fn set_list<T, U: From<T>>(field: &mut Vec<U>, input: MaybeUndefined<Vec<T>>) {
    set(field, input, all);
}

fn all<T, U: From<T>>(values: Vec<T>) -> Vec<U> {
    values.into_iter().map(Into::into).collect()
}

impl From<PeriodInput> for Period {
    fn from(input: PeriodInput) -> Self {
        Self {
            start: input.start.map(|month| month.0),
            end: input.end.map(|month| month.0),
        }
    }
}

fn policy(reading: &mut Reading, path: &str, input: UsePolicyInput) -> UsePolicy {
    let codes = input.permission_conditions.unwrap_or_default();
    UsePolicy {
        permission: input.permission.map(Into::into),
        permission_conditions: reading.conditions(&format!("{path}.permissionConditions"), codes),
        modifiers: all(input.modifiers.unwrap_or_default()),
        geographic_countries: countries(input.geographic_countries.unwrap_or_default()),
        allowed_institutions: input.allowed_institutions.unwrap_or_default(),
        allowed_users: input.allowed_users.unwrap_or_default(),
        allowed_projects: input.allowed_projects.unwrap_or_default(),
        time_limit_months: input.time_limit_months.map(i64::from),
        moratorium_until: input.moratorium_until.map(|date| date.0),
        not_pseudonymisable: all(input.not_pseudonymisable.unwrap_or_default()),
    }
}

fn countries(codes: Vec<CountryCode>) -> Vec<matchday_domain::catalogue::Country> {
    codes.into_iter().map(|country| country.0).collect()
}

impl OfferContentInput {
    /// Applies what is given.
    ///
    /// # Errors
    /// Codes that are not codes.
    pub(crate) fn apply(self, content: &mut OfferContent) -> Result<(), Problems> {
        let mut reading = Reading::default();
        set(&mut content.title, self.title, Into::into);
        set(&mut content.summary, self.summary, Into::into);
        set(&mut content.keywords, self.keywords, |words| words);
        set_some(&mut content.contact_office, self.contact_office);
        set_some(&mut content.library, self.library);
        set(&mut content.opens_on, self.opens_on, |date| Some(date.0));
        set(&mut content.conditions, self.conditions, |codes| {
            reading.conditions("conditions", codes)
        });
        set(&mut content.counts, self.counts, |counts| {
            reading.list("counts", counts, |path, count| {
                Ok(CountObservation {
                    code: condition(&format!("{path}.code"), &count.code)?,
                    count: count.count,
                    as_of: count.as_of.0,
                    basis: count.basis.into(),
                })
            })
        });
        set(&mut content.population, self.population, |input| {
            Population {
                size: input.size,
                size_as_of: input.size_as_of.map(|month| month.0),
                size_basis: input.size_basis.map(Into::into),
                sex: input.sex.map(Into::into),
                age_min: input.age_min.map(i64::from),
                age_max: input.age_max.map(i64::from),
            }
        });
        set(&mut content.period, self.period, Into::into);
        set_some(&mut content.refresh, self.refresh);
        set_some(&mut content.time_lag_months, self.time_lag_months);
        set(&mut content.data_kinds, self.data_kinds, |codes| {
            reading.kinds("dataKinds", codes)
        });
        set(&mut content.variables, self.variables, |words| words);
        set_list(&mut content.standards, self.standards);
        set(&mut content.coding_systems, self.coding_systems, |words| {
            words
        });
        set_some(&mut content.completeness_percent, self.completeness_percent);
        set(&mut content.use_policies, self.use_policies, |policies| {
            let read = |(i, input)| policy(&mut reading, &format!("usePolicies.{i}"), input);
            policies.into_iter().enumerate().map(read).collect()
        });
        set_list(&mut content.access_modes, self.access_modes);
        set_list(&mut content.approvals, self.approvals);
        set(&mut content.review, self.review, |input| ReviewCalendar {
            cutoff_day: input.cutoff_day.map(i64::from),
            meeting_days: all(input.meeting_days.unwrap_or_default()),
        });
        set_some(&mut content.lead_time, self.lead_time);
        set(&mut content.cost, self.cost, |input| Cost {
            model: input.model.map(Into::into),
            amount: input.amount.map(|won| won.0),
        });
        set_list(&mut content.linkable_to, self.linkable_to);
        set_some(
            &mut content.small_count_threshold,
            self.small_count_threshold,
        );
        set(&mut content.preferences, self.preferences, |input| {
            HospitalPreferences {
                purposes: all(input.purposes.unwrap_or_default()),
                partners: all(input.partners.unwrap_or_default()),
                collaboration: input.collaboration,
                return_of_results: input.return_of_results,
                capacity_per_year: input.capacity_per_year.map(i64::from),
            }
        });
        reading.finish()
    }
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
