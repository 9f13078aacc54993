//! Demands as objects.

use super::catalogue::{Period, convert};
use super::connection::{List, Paging, list};
use super::feasibility::ConsortiumFeasibility;
use super::loader::{FeasibilityOf, MatchesOfDemand};
use super::matches::{Match, MatchFilterInput};
use super::organisation::Organisation;
use super::request::acquaintance;
use super::scalar::{CountryCode, Date, WonAmount};
use super::suggested_code::{SuggestedCode, SuggestionState, suggested};
use super::text::{Condition, DataKind, Text};
use super::vocabulary::{
    AccessMode, BudgetClass, Confidentiality, Deidentification, DemandState, DuoPurpose, IrbStatus,
    LinkageSource, PurposeClass, Sex, Standard,
};
use super::{Result, caller, loaders};
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use matchday_domain::demand as domain;
use matchday_domain::policy::Action;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use matchday_infra::store::{StoredMatch, Viewer};

/// A data demand of a company or institute.
pub struct Demand(pub domain::Demand);

/// Who the data should be about. Null means that it was not said.
pub struct DemandPopulation(domain::DemandPopulation);

/// Who the data should be about. Null means that it was not said.
#[Object]
impl DemandPopulation {
    /// Sex.
    async fn sex(&self) -> Option<Sex> {
        self.0.sex.map(Into::into)
    }

    /// Youngest, in years.
    async fn age_min(&self) -> Option<i64> {
        self.0.age_min
    }

    /// Oldest, in years.
    async fn age_max(&self) -> Option<i64> {
        self.0.age_max
    }

    /// Who is to be included, in words.
    async fn inclusion(&self) -> Text {
        Text(self.0.inclusion.clone())
    }
}

impl Demand {
    fn own(&self, ctx: &Context<'_>) -> bool {
        let own = caller(ctx).viewer().ok().and_then(Viewer::organisation);
        own == Some(self.0.organisation)
    }

    async fn shows_asker(&self, ctx: &Context<'_>) -> Result<bool> {
        let owner = self.0.organisation;
        let named = self.0.content.confidentiality == Some(domain::Confidentiality::Named);
        let seen = |accepted| {
            let action = Action::SeeAsker {
                owner,
                named,
                accepted,
            };
            caller(ctx).may(action).is_ok()
        };
        Ok(seen(false) || seen(acquaintance(ctx).await?.demands.contains(&self.0.id)))
    }
}

/// A data demand of a company or institute. What is null or empty was not said.
#[Object]
impl Demand {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Who asks; null while the demand is blind to the viewer: until its owner names it, or both sides have accepted to
    /// meet about it.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        if !self.shows_asker(ctx).await? {
            return Ok(None);
        }
        Ok(loaders(ctx)
            .organisation(self.0.organisation)
            .await?
            .map(Organisation))
    }

    /// Where it stands.
    async fn state(&self) -> DemandState {
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

    /// Aim.
    async fn aim(&self) -> Text {
        Text(self.0.content.aim.clone())
    }

    /// What is made or learnt with the data.
    async fn purpose(&self) -> Option<PurposeClass> {
        self.0.content.purpose.map(Into::into)
    }

    /// The same in terms of DUO.
    async fn duo_purpose(&self) -> Option<DuoPurpose> {
        self.0.content.duo_purpose.map(Into::into)
    }

    /// Meant for profit.
    async fn commercial(&self) -> Option<bool> {
        self.0.content.commercial
    }

    /// Develops methods, software or AI models.
    async fn methods_development(&self) -> Option<bool> {
        self.0.content.methods_development
    }

    /// Uses genotype data.
    async fn uses_genotype(&self) -> Option<bool> {
        self.0.content.uses_genotype
    }

    /// Studies population origins or ancestry.
    async fn ancestry_research(&self) -> Option<bool> {
        self.0.content.ancestry_research
    }

    /// For clinical care of patients.
    async fn clinical_care(&self) -> Option<bool> {
        self.0.content.clinical_care
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

    /// Conditions in words.
    async fn conditions_text(&self) -> Text {
        Text(self.0.content.conditions_text.clone())
    }

    /// Codes that the words suggest, to be answered with `answerDemandCodes`; empty also for others than the owner and
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
        if !self.shows_inside(ctx) {
            return Vec::new();
        }
        suggested(&self.0.content, &states)
    }

    /// Who the data should be about.
    async fn population(&self) -> DemandPopulation {
        DemandPopulation(self.0.content.population.clone())
    }

    /// Kinds of data that must all be there.
    async fn data_kinds_required(&self) -> Vec<DataKind> {
        self.0
            .content
            .data_kinds_required
            .iter()
            .copied()
            .map(DataKind)
            .collect()
    }

    /// Kinds of which one at least must be there.
    async fn data_kinds_any_of(&self) -> Vec<DataKind> {
        self.0
            .content
            .data_kinds_any_of
            .iter()
            .copied()
            .map(DataKind)
            .collect()
    }

    /// Kinds that would be welcome.
    async fn data_kinds_wished(&self) -> Vec<DataKind> {
        self.0
            .content
            .data_kinds_wished
            .iter()
            .copied()
            .map(DataKind)
            .collect()
    }

    /// Variables that must be there, in free words.
    async fn variables_required(&self) -> &[String] {
        &self.0.content.variables_required
    }

    /// Variables that would be welcome.
    async fn variables_wished(&self) -> &[String] {
        &self.0.content.variables_wished
    }

    /// Fewest subjects that make sense, persons.
    async fn subjects_min(&self) -> Option<i64> {
        self.0.content.subjects_min
    }

    /// Subjects wished for, persons.
    async fn subjects_wished(&self) -> Option<i64> {
        self.0.content.subjects_wished
    }

    /// Months from which subjects may come.
    async fn period(&self) -> Period {
        Period(self.0.content.period)
    }

    /// Standards wanted.
    async fn standards(&self) -> Vec<Standard> {
        convert(&self.0.content.standards)
    }

    /// How the data should be made unidentifiable.
    async fn deidentification(&self) -> Option<Deidentification> {
        self.0.content.deidentification.map(Into::into)
    }

    /// What the data must be linked to.
    async fn linkage(&self) -> Vec<LinkageSource> {
        convert(&self.0.content.linkage)
    }

    /// Ways of access that are acceptable.
    async fn access_modes(&self) -> Vec<AccessMode> {
        convert(&self.0.content.access_modes)
    }

    /// Countries from which people will look at the data.
    async fn viewer_countries(&self) -> Vec<CountryCode> {
        self.0
            .content
            .viewer_countries
            .iter()
            .cloned()
            .map(CountryCode)
            .collect()
    }

    /// Countries in which the data will be processed.
    async fn processing_countries(&self) -> Vec<CountryCode> {
        self.0
            .content
            .processing_countries
            .iter()
            .cloned()
            .map(CountryCode)
            .collect()
    }

    /// How far the ethics review has come.
    async fn irb_status(&self) -> Option<IrbStatus> {
        self.0.content.irb_status.map(Into::into)
    }

    /// Willing to collaborate with a researcher of the hospital.
    async fn willing_to_collaborate(&self) -> Option<bool> {
        self.0.content.willing_to_collaborate
    }

    /// Willing to publish.
    async fn willing_to_publish(&self) -> Option<bool> {
        self.0.content.willing_to_publish
    }

    /// Willing to return results.
    async fn willing_to_return_results(&self) -> Option<bool> {
        self.0.content.willing_to_return_results
    }

    /// Months of use.
    async fn use_months(&self) -> Option<i64> {
        self.0.content.use_months
    }

    /// Results must be published by this day.
    async fn publish_by(&self) -> Option<Date> {
        self.0.content.publish_by.map(Date)
    }

    /// Budget for data; null also for others than the owner and the organiser.
    async fn budget(&self, ctx: &Context<'_>) -> Option<WonAmount> {
        self.0
            .content
            .budget
            .filter(|_| self.shows_inside(ctx))
            .map(WonAmount)
    }

    /// Where the money comes from.
    async fn budget_class(&self) -> Option<BudgetClass> {
        self.0.content.budget_class.map(Into::into)
    }

    /// Own share of the budget; null also for others than the owner and the organiser.
    async fn own_share(&self, ctx: &Context<'_>) -> Option<WonAmount> {
        self.0
            .content
            .own_share
            .filter(|_| self.shows_inside(ctx))
            .map(WonAmount)
    }

    /// The day on which the data are needed.
    async fn needed_by(&self) -> Option<Date> {
        self.0.content.needed_by.map(Date)
    }

    /// Whether others see who asks.
    async fn confidentiality(&self) -> Confidentiality {
        self.0
            .content
            .confidentiality
            .unwrap_or(domain::Confidentiality::Blind)
            .into()
    }

    /// Organisations that must not see the demand; empty for all but the owner.
    async fn excluded_organisations(&self, ctx: &Context<'_>) -> Result<Vec<Organisation>> {
        let mut excluded = Vec::new();
        if self.own(ctx) {
            for id in &self.0.content.excluded_organisations {
                excluded.extend(loaders(ctx).organisation(*id).await?.map(Organisation));
            }
        }
        Ok(excluded)
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Offers that could serve it, best first. A company sees those of its own demands, a hospital its own offers.
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
        let key = MatchesOfDemand(self.0.id, filter.unwrap_or_default().into(), paging);
        let page = loaders(ctx).matches_of_demand(key).await?;
        let page = page.ok_or_else(|| Problem::not_found("matches"))?;
        Ok(list(page, StoredMatch::position, Match))
    }

    /// How many subjects each consortium has together for it today, most first; null for others than the owner and the
    /// organiser.
    async fn consortium_feasibility(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<Vec<ConsortiumFeasibility>>> {
        if !self.shows_inside(ctx) {
            return Ok(None);
        }
        let found = loaders(ctx)
            .feasibility_of(FeasibilityOf(self.0.id))
            .await?;
        Ok(found.map(|found| found.iter().map(ConsortiumFeasibility::of).collect()))
    }
}

impl Demand {
    /// What only the owner and the organiser see; that the latter does is written down.
    fn shows_inside(&self, ctx: &Context<'_>) -> bool {
        let owner = self.0.organisation;
        let shows = caller(ctx).may(Action::SeeInside { owner }).is_ok();
        if shows && !self.own(ctx) {
            caller(ctx).saw(AccessResource::Demand, owner, None, self.0.id);
        }
        shows
    }
}
