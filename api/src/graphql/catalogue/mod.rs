//! Offers as objects.

mod population;
mod terms;

pub use population::{CountObservation, Period, Population};
pub use terms::{Cost, HospitalPreferences, ReviewCalendar, UsePolicy};

use super::connection::{List, Paging, list};
use super::loader::MatchesOfOffer;
use super::matches::{Match, MatchFilterInput};
use super::organisation::Organisation;
use super::request::acquaintance;
use super::scalar::Date;
use super::suggested_code::{SuggestedCode, SuggestionState, suggested};
use super::text::{Condition, DataKind, Text};
use super::vocabulary::{
    AccessMode, Approval, LeadTime, Library, LinkageSource, OfferState, RefreshFrequency, Standard,
};
use super::{Result, caller, loaders};
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use matchday_domain::catalogue as domain;
use matchday_domain::policy::Action;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use matchday_infra::store::StoredMatch;

/// A data offer of a hospital.
pub struct Offer(pub domain::Offer);

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
