//! Offers as objects.

use super::connection::{List, Paging, list};
use super::loader::MatchesOfOffer;
use super::matches::{Match, MatchFilterInput};
use super::organisation::Organisation;
use super::request::acquaintance;
use super::scalar::{CountryCode, Date, WonAmount, YearMonth};
use super::suggested_code::{SuggestedCode, SuggestionState, suggested};
use super::text::{Condition, DataKind, Text};
use super::vocabulary::{
    AccessMode, Approval, CostModel, CountBasis, LeadTime, Library, LinkageSource, Modifier,
    OfferState, OrganisationKind, Permission, PurposeClass, RefreshFrequency, Sex, Standard,
    Unpseudonymisable,
};
use super::{Result, caller, loaders};
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use matchday_domain::catalogue as domain;
use matchday_domain::policy::Action;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use matchday_domain::use_conditions::UsePolicy as DomainUsePolicy;
use matchday_infra::store::StoredMatch;

/// A data offer of a hospital.
pub struct Offer(pub domain::Offer);

/// A count, hidden where it is so small that a person might be recognised.
pub struct Count {
    value: Option<i64>,
    shown: String,
}

impl Count {
    /// The custodian sees its own counts; others see what tells no small one.
    fn new(count: i64, shown: domain::ShownCount, own: bool) -> Self {
        let shown = if own {
            domain::ShownCount::Exact(count)
        } else {
            shown
        };
        Self {
            value: match shown {
                domain::ShownCount::Exact(count) => Some(count),
                domain::ShownCount::Below(_) | domain::ShownCount::AtLeast(_) => None,
            },
            shown: shown.to_string(),
        }
    }
}

/// A number of persons; small numbers, and totals that would tell one, are hidden from others than the custodian.
#[Object]
impl Count {
    /// Persons; null if the number is below the custodian's threshold, or a total that would tell such a part of it.
    async fn value(&self) -> Option<i64> {
        self.value
    }

    /// The number; `<10` below the threshold; `≥110` for a total that would tell a small part, with what its shown parts
    /// are together.
    async fn shown(&self) -> &str {
        &self.shown
    }
}

/// A dated count of the subjects with a condition.
pub struct CountObservation {
    observation: domain::CountObservation,
    shown: domain::ShownCount,
    own: bool,
}

#[Object]
impl CountObservation {
    /// The condition.
    async fn condition(&self) -> Condition {
        Condition(self.observation.code.clone())
    }

    /// Persons.
    async fn count(&self) -> Count {
        Count::new(self.observation.count, self.shown, self.own)
    }

    /// The month in which it was counted.
    async fn as_of(&self) -> YearMonth {
        YearMonth(self.observation.as_of)
    }

    /// Measured or estimated.
    async fn basis(&self) -> CountBasis {
        self.observation.basis.into()
    }
}

/// Who the data are about. Null means that it is not known.
pub struct Population {
    population: domain::Population,
    size: Option<domain::ShownCount>,
    own: bool,
}

#[Object]
impl Population {
    /// Persons in all.
    async fn size(&self) -> Option<Count> {
        let size = self.population.size.zip(self.size);
        size.map(|(size, shown)| Count::new(size, shown, self.own))
    }

    /// The month in which the size was counted.
    async fn size_as_of(&self) -> Option<YearMonth> {
        self.population.size_as_of.map(YearMonth)
    }

    /// How the size came about.
    async fn size_basis(&self) -> Option<CountBasis> {
        self.population.size_basis.map(Into::into)
    }

    /// Sex.
    async fn sex(&self) -> Option<Sex> {
        self.population.sex.map(Into::into)
    }

    /// Youngest, in years.
    async fn age_min(&self) -> Option<i64> {
        self.population.age_min
    }

    /// Oldest, in years.
    async fn age_max(&self) -> Option<i64> {
        self.population.age_max
    }
}

/// A span of months, both ends included. Null means open or unknown.
pub struct Period(pub domain::Period);

#[Object]
impl Period {
    /// The first month.
    async fn start(&self) -> Option<YearMonth> {
        self.0.start.map(YearMonth)
    }

    /// The last month.
    async fn end(&self) -> Option<YearMonth> {
        self.0.end.map(YearMonth)
    }
}

/// When a board reviews.
pub struct ReviewCalendar(domain::ReviewCalendar);

#[Object]
impl ReviewCalendar {
    /// Last day of the month to apply for the next meeting; 31 is the month's end; null if not known.
    async fn cutoff_day(&self) -> Option<i64> {
        self.0.cutoff_day
    }

    /// Days of the month on which the board meets; 31 is the month's end.
    async fn meeting_days(&self) -> &[i64] {
        &self.0.meeting_days
    }
}

/// What the data cost. Null means that it is not known.
pub struct Cost(domain::Cost);

#[Object]
impl Cost {
    /// How it is charged.
    async fn model(&self) -> Option<CostModel> {
        self.0.model.map(Into::into)
    }

    /// Won, per unit of the model.
    async fn amount(&self) -> Option<WonAmount> {
        self.0.amount.map(WonAmount)
    }
}

/// What a hospital would rather have. Null and empty mean that it has not said.
pub struct HospitalPreferences(domain::HospitalPreferences);

#[Object]
impl HospitalPreferences {
    /// Purposes it likes to support.
    async fn purposes(&self) -> Vec<PurposeClass> {
        convert(&self.0.purposes)
    }

    /// Kinds of organisation it likes to work with.
    async fn partners(&self) -> Vec<OrganisationKind> {
        convert(&self.0.partners)
    }

    /// Wants to collaborate in the research.
    async fn collaboration(&self) -> Option<bool> {
        self.0.collaboration
    }

    /// Wants results returned.
    async fn return_of_results(&self) -> Option<bool> {
        self.0.return_of_results
    }

    /// Requests it can serve in a year.
    async fn capacity_per_year(&self) -> Option<i64> {
        self.0.capacity_per_year
    }
}

/// One policy of use; an offer may state several alternatives.
pub struct UsePolicy(DomainUsePolicy);

#[Object]
impl UsePolicy {
    /// What the data may be used for; null means ask.
    async fn permission(&self) -> Option<Permission> {
        self.0.permission.map(Into::into)
    }

    /// The conditions that a DS permission is limited to.
    async fn permission_conditions(&self) -> Vec<Condition> {
        self.0
            .permission_conditions
            .iter()
            .cloned()
            .map(Condition)
            .collect()
    }

    /// Further conditions.
    async fn modifiers(&self) -> Vec<Modifier> {
        convert(&self.0.modifiers)
    }

    /// Countries that GS allows.
    async fn geographic_countries(&self) -> Vec<CountryCode> {
        self.0
            .geographic_countries
            .iter()
            .cloned()
            .map(CountryCode)
            .collect()
    }

    /// Institutions that IS allows.
    async fn allowed_institutions(&self) -> &[String] {
        &self.0.allowed_institutions
    }

    /// Users that US allows.
    async fn allowed_users(&self) -> &[String] {
        &self.0.allowed_users
    }

    /// Projects that PS allows.
    async fn allowed_projects(&self) -> &[String] {
        &self.0.allowed_projects
    }

    /// Months of use that TS allows; null without TS.
    async fn time_limit_months(&self) -> Option<i64> {
        self.0.time_limit_months
    }

    /// The day before which MOR forbids to publish; null without MOR.
    async fn moratorium_until(&self) -> Option<Date> {
        self.0.moratorium_until.map(Date)
    }

    /// What cannot be pseudonymised.
    async fn not_pseudonymisable(&self) -> Vec<Unpseudonymisable> {
        convert(&self.0.not_pseudonymisable)
    }
}

/// Values of a vocabulary in the words of the interface.
pub(crate) fn convert<T: Copy, U: From<T>>(values: &[T]) -> Vec<U> {
    values.iter().copied().map(U::from).collect()
}

impl Offer {
    /// Writes down that another organisation saw whom to write to, or what only the organiser sees besides the hospital.
    fn seen(&self, ctx: &Context<'_>) {
        let owner = self.0.organisation;
        caller(ctx).saw(AccessResource::Offer, owner, None, self.0.id);
    }

    fn own(&self, ctx: &Context<'_>) -> bool {
        let owner = self.0.organisation;
        caller(ctx).may(Action::ReadOwn { owner }).is_ok()
    }
}

/// A data offer of a hospital. What is null or empty is not known, and never a permission.
#[Object]
impl Offer {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The hospital.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let found = loaders(ctx).organisation(self.0.organisation).await?;
        Ok(Organisation(
            found.ok_or_else(|| Problem::not_found("organisation"))?,
        ))
    }

    /// Where it stands.
    async fn state(&self) -> OfferState {
        self.0.state.into()
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Title.
    async fn title(&self) -> Text {
        Text(self.0.content.title.clone())
    }

    /// Abstract.
    #[graphql(name = "abstract")]
    async fn summary(&self) -> Text {
        Text(self.0.content.summary.clone())
    }

    /// Keywords in any language.
    async fn keywords(&self) -> &[String] {
        &self.0.content.keywords
    }

    /// The office to write to; null also for others than the hospital, the organiser and those with whom the hospital
    /// has agreed to meet.
    async fn contact_office(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let Some(office) = self.0.content.contact_office.as_deref() else {
            return Ok(None);
        };
        let owner = self.0.organisation;
        let may = |accepted| {
            let action = Action::SeeContacts { owner, accepted };
            caller(ctx).may(action).is_ok()
        };
        if !may(false) && !may(acquaintance(ctx).await?.organisations.contains(&owner)) {
            return Ok(None);
        }
        self.seen(ctx);
        Ok(Some(office))
    }

    /// The library it belongs to; null if to none.
    async fn library(&self) -> Option<Library> {
        self.0.content.library.map(Into::into)
    }

    /// The day from which researchers may apply; null if at once.
    async fn opens_on(&self) -> Option<Date> {
        self.0.content.opens_on.map(Date)
    }

    /// Codes that the words suggest, to be answered with `answerOfferCodes`; empty also for others than the hospital and
    /// the organiser.
    async fn suggested_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In which states; only what is not answered yet if left out",
            default_with = "vec![SuggestionState::Suggested]"
        )]
        states: Vec<SuggestionState>,
    ) -> Vec<SuggestedCode> {
        let owner = self.0.organisation;
        if caller(ctx).may(Action::SeeInside { owner }).is_err() {
            return Vec::new();
        }
        self.seen(ctx);
        suggested(&self.0.content, &states)
    }

    /// Conditions, KCD/ICD-10.
    async fn conditions(&self) -> Vec<Condition> {
        self.0
            .content
            .conditions
            .iter()
            .cloned()
            .map(Condition)
            .collect()
    }

    /// Dated counts by condition.
    async fn counts(&self, ctx: &Context<'_>) -> Vec<CountObservation> {
        let (shown, own) = (self.0.shown_counts().counts, self.own(ctx));
        let counts = self.0.content.counts.iter().cloned().zip(shown);
        counts
            .map(|(observation, shown)| CountObservation {
                observation,
                shown,
                own,
            })
            .collect()
    }

    /// Who the data are about.
    async fn population(&self, ctx: &Context<'_>) -> Population {
        Population {
            population: self.0.content.population.clone(),
            size: self.0.shown_counts().size,
            own: self.own(ctx),
        }
    }

    /// Months covered.
    async fn period(&self) -> Period {
        Period(self.0.content.period)
    }

    /// How often it is brought up to date.
    async fn refresh(&self) -> Option<RefreshFrequency> {
        self.0.content.refresh.map(Into::into)
    }

    /// Months between an event and its presence in the data.
    async fn time_lag_months(&self) -> Option<i64> {
        self.0.content.time_lag_months
    }

    /// Kinds of data.
    async fn data_kinds(&self) -> Vec<DataKind> {
        self.0
            .content
            .data_kinds
            .iter()
            .copied()
            .map(DataKind)
            .collect()
    }

    /// Tables and variables, in free words.
    async fn variables(&self) -> &[String] {
        &self.0.content.variables
    }

    /// Standards that the data conform to.
    async fn standards(&self) -> Vec<Standard> {
        convert(&self.0.content.standards)
    }

    /// Coding systems used inside.
    async fn coding_systems(&self) -> &[String] {
        &self.0.content.coding_systems
    }

    /// Share of filled values, in per cent.
    async fn completeness_percent(&self) -> Option<i64> {
        self.0.content.completeness_percent
    }

    /// Alternative policies of use; one that passes is enough.
    async fn use_policies(&self) -> Vec<UsePolicy> {
        self.0
            .content
            .use_policies
            .iter()
            .cloned()
            .map(UsePolicy)
            .collect()
    }

    /// Ways to reach the data.
    async fn access_modes(&self) -> Vec<AccessMode> {
        convert(&self.0.content.access_modes)
    }

    /// Approvals asked for.
    async fn approvals(&self) -> Vec<Approval> {
        convert(&self.0.content.approvals)
    }

    /// When the board reviews.
    async fn review(&self) -> ReviewCalendar {
        ReviewCalendar(self.0.content.review.clone())
    }

    /// From application to data.
    async fn lead_time(&self) -> Option<LeadTime> {
        self.0.content.lead_time.map(Into::into)
    }

    /// What it costs.
    async fn cost(&self) -> Cost {
        Cost(self.0.content.cost.clone())
    }

    /// What it can be linked to.
    async fn linkable_to(&self) -> Vec<LinkageSource> {
        convert(&self.0.content.linkable_to)
    }

    /// Counts below this are not shown to others, persons.
    async fn small_count_threshold(&self) -> i64 {
        self.0.content.suppression_threshold()
    }

    /// What the hospital would rather have.
    async fn preferences(&self) -> HospitalPreferences {
        HospitalPreferences(self.0.content.preferences.clone())
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Demands that it could serve, best first. A hospital sees those of its own offers, a company its own demands.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Which matches are wanted")] filter: Option<MatchFilterInput>,
    ) -> Result<List<Match>> {
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        paging.request::<matchday_infra::store::Ranked>()?;
        let key = MatchesOfOffer(self.0.id, filter.unwrap_or_default().into(), paging);
        let page = loaders(ctx).matches_of_offer(key).await?;
        let page = page.ok_or_else(|| Problem::not_found("matches"))?;
        Ok(list(page, StoredMatch::position, Match))
    }
}
