//! What an offer says.

use super::{PeriodInput, Reading, all, condition, countries, set, set_list, set_some};
use crate::graphql::scalar::{CountryCode, Date, WonAmount, YearMonth};
use crate::graphql::text::TextInput;
use crate::graphql::vocabulary::{
    AccessMode, Approval, CostModel, CountBasis, LeadTime, Library, LinkageSource, Modifier,
    OrganisationKind, Permission, PurposeClass, RefreshFrequency, Sex, Standard, Unpseudonymisable,
};
use async_graphql::{InputObject, MaybeUndefined};
use matchday_domain::catalogue::{
    Cost, CountObservation, HospitalPreferences, OfferContent, Population, ReviewCalendar,
};
use matchday_domain::problem::Problems;
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
