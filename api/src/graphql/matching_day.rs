//! Matching days as objects.

use super::access_log::{AccessLogEntry, AccessLogFilterInput, access_log};
use super::arrangement_rules::{ArrangementRules, EventResource, RuledPair};
use super::connection::{List, Paging, list};
use super::event_weights::{
    LearnedWeights, MatchingWeights, MatchingWeightsInput, MatchingWeightsPreview,
};
use super::meeting::{Arrangement, Meeting};
use super::organisation::Organisation;
use super::registration::{Registration, own_registration};
use super::request::MeetingRequest;
use super::scalar::TimeZone;
use super::text::{Sentence, Text};
use super::vocabulary::{Answer, EventState, Side};
use super::{Result, app, caller, loaders};
use crate::app::suggestion::Suggested;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::id::RegistrationId;
use matchday_domain::matching_day as domain;
use matchday_domain::policy::Action;
use matchday_domain::problem::Problem;
use matchday_domain::time;
use matchday_infra::store::LogOf;

/// A matching day.
pub struct MatchingDay(pub domain::MatchingDay);

/// A span of instants.
#[derive(SimpleObject)]
pub struct Window {
    /// The first instant inside.
    opens_at: DateTime<Utc>,
    /// The first instant outside again.
    closes_at: DateTime<Utc>,
}

impl From<time::Window> for Window {
    fn from(window: time::Window) -> Self {
        Self {
            opens_at: window.opens_at,
            closes_at: window.closes_at,
        }
    }
}

/// A slot of a matching day.
#[derive(SimpleObject)]
pub struct TimeSlot {
    /// From 0, in order of time.
    index: i32,
    /// Beginning.
    starts_at: DateTime<Utc>,
    /// End.
    ends_at: DateTime<Utc>,
    /// Whether a break lies before it.
    follows_break: bool,
}

impl From<&domain::TimeSlot> for TimeSlot {
    fn from(slot: &domain::TimeSlot) -> Self {
        Self {
            index: slot.index,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            follows_break: slot.follows_break,
        }
    }
}

/// A table or room of a matching day.
#[derive(SimpleObject)]
pub struct EventTable {
    /// From 1.
    number: i32,
    /// What the sign says.
    name: String,
    /// Indexes of the slots in which it is not there, ascending.
    closed_slots: Vec<i32>,
}

impl From<&domain::EventTable> for EventTable {
    fn from(table: &domain::EventTable) -> Self {
        Self {
            number: table.number,
            name: table.name.clone(),
            closed_slots: table.closed.clone(),
        }
    }
}

/// Somebody worth meeting, by the scores of the matches.
#[derive(SimpleObject)]
pub struct MeetingSuggestion {
    /// Whom to meet.
    registration: Registration,
    /// The best match of the two, its score and explanation under the day's weights.
    best_match: super::matches::Match,
    /// Place on the list, from 1.
    rank: i32,
    /// Why it does not stand where its score puts it: moved up for fair exposure, or down to make room; null for most.
    moved: Option<Sentence>,
    /// The chance that the two say yes, 0 to 1; null until the day's weights are learnt from 200 decisions or more.
    probability: Option<f64>,
}

impl From<Suggested> for MeetingSuggestion {
    fn from(suggested: Suggested) -> Self {
        Self {
            registration: Registration(suggested.registration),
            best_match: super::matches::Match(suggested.best_match),
            rank: i32::try_from(suggested.rank).unwrap_or(i32::MAX),
            moved: suggested.moved.map(Sentence),
            probability: suggested.probability,
        }
    }
}

/// A day on which organisations of the demand and the supply side meet one to one.
#[Object]
impl MatchingDay {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Who holds it.
    async fn organiser(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let found = loaders(ctx).organisation(self.0.organiser).await?;
        Ok(Organisation(
            found.ok_or_else(|| Problem::not_found("organiser"))?,
        ))
    }

    /// Title.
    async fn title(&self) -> Text {
        Text(self.0.title.clone())
    }

    /// Where.
    async fn venue(&self) -> Text {
        Text(self.0.venue.clone())
    }

    /// Time zone of the slots and windows.
    async fn zone(&self) -> TimeZone {
        TimeZone(self.0.zone)
    }

    /// Where it stands.
    async fn state(&self) -> EventState {
        self.0.state.into()
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When organisations may register.
    async fn registration_window(&self) -> Window {
        self.0.registration.into()
    }

    /// When requests may be sent and answered.
    async fn request_window(&self) -> Window {
        self.0.requests.into()
    }

    /// Slots in order of time.
    async fn slots(&self) -> Vec<TimeSlot> {
        self.0.slots.iter().map(Into::into).collect()
    }

    /// Tables by number.
    async fn tables(&self) -> Vec<EventTable> {
        self.0.tables.iter().map(Into::into).collect()
    }

    /// Who takes part, in the order of registration. For those who take part and the organiser; others get none.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only this side of the market")] side: Option<Side>,
    ) -> Result<List<Registration>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let runs = caller(ctx)
            .may(Action::RunMatchingDay {
                organiser: self.0.organiser,
            })
            .is_ok();
        if !runs && own_registration(ctx, &self.0).await?.is_none() {
            return Ok(List::new(false, false));
        }
        let side = side.map(Into::into);
        let page = app(ctx)
            .store()
            .registration_page(self.0.id, side, request)
            .await?;
        Ok(list(page, |registration| registration.id.0, Registration))
    }

    /// The registration of the viewer's organisation; null if there is none.
    async fn my_registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        Ok(own_registration(ctx, &self.0).await?.map(Registration))
    }

    /// Whom the viewer's organisation should meet, best match first under the day's weights; empty without a
    /// registration. Each organisation of the other side once, by the best match that is not denied; who asks is not
    /// suggested by a blind demand. What is read here counts as shown, see `learnedWeights`.
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 0 to 100", default = 20)] first: i32,
    ) -> Result<Vec<MeetingSuggestion>> {
        let Some(own) = own_registration(ctx, &self.0).await? else {
            return Ok(Vec::new());
        };
        let wanted = usize::try_from(first)
            .unwrap_or(0)
            .min(matchday_domain::page::MAX_PAGE);
        let found = app(ctx)
            .suggestions(caller(ctx), &self.0, &own, wanted)
            .await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// What matches count by at this day. For its organiser; null for others.
    async fn matching_weights(&self, ctx: &Context<'_>) -> Result<Option<MatchingWeights>> {
        self.weights(ctx).await
    }

    /// The versions of the weights, newest first, down to the defaults. For the organiser; others get none.
    async fn matching_weights_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 0 to 100", default = 20)] first: i32,
    ) -> Result<Vec<MatchingWeights>> {
        self.history(ctx, first).await
    }

    /// What other weights would do to the lists of the demands of those who take part. For the organiser; null for
    /// others.
    async fn preview_matching_weights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The weights to try")] weights: MatchingWeightsInput,
        #[graphql(desc = "How many demands with changes at most, 0 to 100", default = 20)]
        first: i32,
    ) -> Result<Option<MatchingWeightsPreview>> {
        self.preview(ctx, &weights, first).await
    }

    /// What decisions on suggestions teach about the weights. For the organiser; null for others.
    async fn learned_weights(&self, ctx: &Context<'_>) -> Result<Option<LearnedWeights>> {
        self.learned(ctx).await
    }

    /// What the organiser rules about the timetable. For the organiser; null for others.
    async fn arrangement_rules(&self, ctx: &Context<'_>) -> Result<Option<ArrangementRules>> {
        self.rules(ctx).await
    }

    /// The versions of the rules, newest first, down to none. For the organiser; others get none.
    async fn arrangement_rules_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 0 to 100", default = 20)] first: i32,
    ) -> Result<Vec<ArrangementRules>> {
        self.rules_versions(ctx, first).await
    }

    /// Pairs that must or must not meet, by when that was said; at most 2,000. For the organiser; others get none.
    async fn ruled_pairs(&self, ctx: &Context<'_>) -> Result<Vec<RuledPair>> {
        self.pairs(ctx).await
    }

    /// What meetings may need beside a table: interpreters, for example. For those who take part and the organiser;
    /// others get none.
    async fn resources(&self, ctx: &Context<'_>) -> Result<Vec<EventResource>> {
        self.event_resources(ctx).await
    }

    /// Meeting requests in the order of creation: all for the organiser, its own for a party, none for others.
    async fn meeting_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only requests answered like this")] answer: Option<Answer>,
    ) -> Result<List<MeetingRequest>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let runs = caller(ctx)
            .may(Action::RunMatchingDay {
                organiser: self.0.organiser,
            })
            .is_ok();
        let party: Option<RegistrationId> = if runs {
            None
        } else {
            match own_registration(ctx, &self.0).await? {
                Some(own) => Some(own.id),
                None => return Ok(List::new(false, false)),
            }
        };
        let answer = answer.map(Into::into);
        let page = app(ctx)
            .store()
            .request_page(self.0.id, party, answer, request)
            .await?;
        Ok(list(page, |request| request.id.0, MeetingRequest))
    }

    /// Runs of the arrangement in the order of creation. For the organiser; others get none.
    async fn arrangements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<List<Arrangement>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        if caller(ctx)
            .may(Action::RunMatchingDay {
                organiser: self.0.organiser,
            })
            .is_err()
        {
            return Ok(List::new(false, false));
        }
        let page = app(ctx).store().run_page(self.0.id, request).await?;
        Ok(list(page, |run| run.id.0, Arrangement))
    }

    /// The meetings of the published timetable: all for the organiser, its own for a party, none for others.
    async fn timetable(&self, ctx: &Context<'_>) -> Result<Vec<Meeting>> {
        let Some(run) = app(ctx).store().published_run(self.0.id).await? else {
            return Ok(Vec::new());
        };
        let meetings = app(ctx).store().meetings_of_run(run.id).await?;
        if caller(ctx)
            .may(Action::RunMatchingDay {
                organiser: self.0.organiser,
            })
            .is_ok()
        {
            return Ok(meetings.into_iter().map(Meeting).collect());
        }
        let Some(own) = own_registration(ctx, &self.0).await? else {
            return Ok(Vec::new());
        };
        let party =
            |meeting: &domain::Meeting| meeting.demander == own.id || meeting.provider == own.id;
        Ok(meetings.into_iter().filter(party).map(Meeting).collect())
    }

    /// Who looked at what those who take part do not show to everybody, and who changed any, in order of time. For the
    /// organiser; null for others.
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Which entries are wanted")] filter: Option<AccessLogFilterInput>,
    ) -> Result<Option<List<AccessLogEntry>>> {
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        access_log(ctx, LogOf::Event(self.0.id), filter, &paging).await
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
