//! Arrangement runs, meetings and a person's agenda as objects.

use super::matching_day::{EventTable, MatchingDay, TimeSlot};
use super::registration::{Delegate, Registration};
use super::request::MeetingRequest;
use super::scalar::WideInt;
use super::text::{Sentence, Text};
use super::vocabulary::{LevelName, MeetingState, RunState};
use super::{Result, app, caller, loaders};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::id::RegistrationId;
use matchday_domain::matching_day as domain;
use matchday_domain::matching_day::arrangement::{Changes, Run};
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use matchday_domain::scheduling;
use matchday_domain::text;
use std::collections::HashMap;

/// One run of the arrangement.
pub struct Arrangement(pub Run);

/// A figure of a timetable beside what cannot be bettered.
#[derive(SimpleObject)]
pub struct ArrangementLevel {
    /// What is counted; an earlier level is never given away for a later one.
    name: LevelName,
    /// What was reached.
    value: WideInt,
    /// At most so much coverage and weight, at least so much of the others, for all timetables that reach the
    /// same on the levels before; null: no proof.
    bound: Option<WideInt>,
}

impl From<&scheduling::Level> for ArrangementLevel {
    fn from(level: &scheduling::Level) -> Self {
        Self {
            name: level.name.into(),
            value: WideInt(level.value),
            bound: level.bound.map(WideInt),
        }
    }
}

/// A pair that got no meeting, and why.
#[derive(SimpleObject)]
pub struct LeftOut {
    /// The demand side.
    demander: Registration,
    /// The supply side.
    provider: Registration,
    /// The request; null if nobody asked and only the score proposed it.
    meeting_request: Option<MeetingRequest>,
    /// Why, and what would have helped.
    reason: Sentence,
}

/// A group with a share in a timetable.
#[derive(SimpleObject)]
pub struct GroupShare {
    /// Who.
    name: Text,
    /// Most meetings it may have; null: no limit.
    cap: Option<i32>,
    /// Meetings it should have at least.
    floor: i32,
    /// Meetings it got; one of two members counts once.
    meetings: i32,
}

/// What a re-arrangement made of the meetings of the published timetable.
#[derive(SimpleObject)]
pub struct ArrangementChanges {
    /// In the same slot, at the same table and with the same delegates: nobody hears of them.
    kept: i32,
    /// In the same slot, at another table or with other delegates.
    reseated: i32,
    /// In another slot.
    moved: i32,
    /// No longer there.
    given_up: i32,
    /// Of pairs that had none.
    added: i32,
}

impl From<Changes> for ArrangementChanges {
    fn from(changes: Changes) -> Self {
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Self {
            kept: number(changes.kept),
            reseated: number(changes.reseated),
            moved: number(changes.moved),
            given_up: number(changes.given_up),
            added: number(changes.added),
        }
    }
}

async fn registrations(
    ctx: &Context<'_>,
    ids: &[RegistrationId],
) -> Result<HashMap<RegistrationId, domain::Registration>> {
    let found =
        futures_util::future::try_join_all(ids.iter().map(|id| loaders(ctx).registration(*id)))
            .await?;
    Ok(found
        .into_iter()
        .flatten()
        .map(|registration| (registration.id, registration))
        .collect())
}

/// One run of the arrangement, with its timetable.
#[Object]
impl Arrangement {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The matching day.
    async fn matching_day(&self, ctx: &Context<'_>) -> Result<MatchingDay> {
        let day = loaders(ctx).matching_day(self.0.event).await?;
        Ok(MatchingDay(
            day.ok_or_else(|| Problem::not_found("matchingDay"))?,
        ))
    }

    /// The version of the timetable: from 1, within the matching day.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Where it stands.
    async fn state(&self) -> RunState {
        self.0.state.into()
    }

    /// The seed: the same input and seed give the same timetable.
    async fn seed(&self) -> String {
        self.0.input.options.seed.to_string()
    }

    /// Iterations done so far.
    async fn iteration(&self) -> i64 {
        let done = self.0.result.as_ref().map(|result| result.iterations);
        let so_far = done.or(self.0.progress.as_ref().map(|progress| progress.iteration));
        i64::try_from(so_far.unwrap_or(0)).unwrap_or(i64::MAX)
    }

    /// Iterations of the budget.
    async fn iterations(&self) -> i64 {
        i64::try_from(self.0.input.options.iterations).unwrap_or(i64::MAX)
    }

    /// The run whose published timetable it began with; null if it was arranged anew.
    async fn repaired_from(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(repair) = &self.0.input.repair else {
            return Ok(None);
        };
        Ok(loaders(ctx).run(repair.from).await?.map(Arrangement))
    }

    /// What each change of the published timetable cost, in points of a match score; null if nobody was to be moved, or if
    /// it was arranged anew.
    async fn price_of_change(&self) -> Option<i32> {
        let points = self.0.input.repair.as_ref()?.price.points()?;
        i32::try_from(points).ok()
    }

    /// Whether nobody was to be moved out of the published slot.
    async fn moves_nobody(&self) -> bool {
        let repair = self.0.input.repair.as_ref();
        repair.is_some_and(|repair| repair.price == scheduling::ChangePrice::Forbidden)
    }

    /// What became of the published meetings; what is changed by hand later is not counted. Null before it is done, and if
    /// it was arranged anew.
    async fn changes(&self) -> Option<ArrangementChanges> {
        let result = self.0.result.as_ref()?;
        let changes = self.0.input.changes(&result.meetings);
        changes.map(Into::into)
    }

    /// The figures so far, the most important first; empty before the search begins.
    async fn levels(&self) -> Vec<ArrangementLevel> {
        match (&self.0.result, &self.0.progress) {
            (Some(result), _) => result.levels.iter().map(Into::into).collect(),
            (None, Some(progress)) => progress.levels.iter().map(Into::into).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Why it failed, in the indexes of its input; null if it did not.
    #[graphql(deprecation = "Read failureReasons, which name organisations in both languages.")]
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Why it failed, for people. Where required or locked meetings exclude each other, these are conditions of which
    /// none can be spared: change one of them. Empty if it did not fail.
    async fn failure_reasons(&self) -> Vec<Sentence> {
        let reasons = self.0.failure_reasons.iter();
        reasons.cloned().map(Sentence).collect()
    }

    /// The groups with a share when it was started, with the meetings they got; what is changed by hand later is not
    /// counted. Empty before it is done.
    async fn groups(&self) -> Vec<GroupShare> {
        let (input, Some(result)) = (&self.0.input, &self.0.result) else {
            return Vec::new();
        };
        let counts = input.group_meetings(&result.meetings);
        let groups = input.problem.groups.iter().zip(&input.keys.groups);
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        groups
            .zip(counts)
            .map(|((group, name), count)| GroupShare {
                name: Text(name.clone()),
                cap: group.cap.map(number),
                floor: number(group.floor),
                meetings: i32::try_from(count).unwrap_or(i32::MAX),
            })
            .collect()
    }

    /// The meetings of its timetable, by slot and table, with later changes; empty before it is done.
    async fn meetings(&self, ctx: &Context<'_>) -> Result<Vec<Meeting>> {
        Ok(app(ctx)
            .store()
            .meetings_of_run(self.0.id)
            .await?
            .into_iter()
            .map(Meeting)
            .collect())
    }

    /// Every pair that was proposed and got no meeting, with the reason; empty before it is done.
    async fn left_out(&self, ctx: &Context<'_>) -> Result<Vec<LeftOut>> {
        let Some(result) = &self.0.result else {
            return Ok(Vec::new());
        };
        let (input, keys) = (&self.0.input, &self.0.input.keys);
        let known = registrations(ctx, &keys.participants).await?;
        let owners = known
            .values()
            .map(|registration| loaders(ctx).organisation(registration.organisation));
        let owners = futures_util::future::try_join_all(owners).await?;
        let names: HashMap<_, text::Text> = owners
            .into_iter()
            .flatten()
            .map(|owner| (owner.id, owner.profile.name))
            .collect();
        let name = |participant: usize| {
            let registration = known.get(&keys.participants[participant]);
            registration
                .and_then(|r| names.get(&r.organisation))
                .cloned()
                .unwrap_or_default()
        };
        let reads = result.left_out.iter().map(|left| async {
            let pair = &input.problem.requests[left.request];
            let side = |participant: usize| {
                known
                    .get(&keys.participants[participant])
                    .cloned()
                    .map(Registration)
            };
            let request = match keys.requests[left.request] {
                Some(id) => loaders(ctx).request(id).await?.map(MeetingRequest),
                None => None,
            };
            let reason = Sentence(input.why_not(left, &name));
            let sides = side(pair.demander).zip(side(pair.provider));
            Ok::<_, super::Fault>(sides.map(|(demander, provider)| LeftOut {
                demander,
                provider,
                meeting_request: request,
                reason,
            }))
        });
        let read = futures_util::future::try_join_all(reads).await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// When it was started.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it ended; null while it runs.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// When its timetable was published; null if it was not.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
}

/// A meeting of two organisations.
pub struct Meeting(pub domain::Meeting);

impl Meeting {
    /// That a party sees its meeting is what it is for; that the organiser does is written down.
    async fn seen(&self, ctx: &Context<'_>) -> Result<()> {
        let sides = [self.0.demander, self.0.provider];
        let parties = registrations(ctx, &sides).await?;
        let own = caller(ctx).viewer()?.organisation();
        if parties
            .values()
            .all(|party| Some(party.organisation) != own)
        {
            for party in parties.values() {
                let (owner, event) = (party.organisation, Some(self.0.event));
                caller(ctx).saw(AccessResource::Meeting, owner, event, self.0.id);
            }
        }
        Ok(())
    }

    async fn day(&self, ctx: &Context<'_>) -> Result<domain::MatchingDay> {
        let day = loaders(ctx).matching_day(self.0.event).await?;
        Ok(day.ok_or_else(|| Problem::not_found("matchingDay"))?)
    }
}

/// A meeting of two organisations in a slot, at a table unless it is remote, with named delegates.
#[Object]
impl Meeting {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The matching day.
    async fn matching_day(&self, ctx: &Context<'_>) -> Result<MatchingDay> {
        Ok(MatchingDay(self.day(ctx).await?))
    }

    /// The demand side.
    async fn demander(&self, ctx: &Context<'_>) -> Result<Registration> {
        self.seen(ctx).await?;
        let found = loaders(ctx).registration(self.0.demander).await?;
        Ok(Registration(
            found.ok_or_else(|| Problem::not_found("demander"))?,
        ))
    }

    /// The supply side.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Registration> {
        self.seen(ctx).await?;
        let found = loaders(ctx).registration(self.0.provider).await?;
        Ok(Registration(
            found.ok_or_else(|| Problem::not_found("provider"))?,
        ))
    }

    /// The request it answers; null if nobody asked and the score proposed it.
    async fn meeting_request(&self, ctx: &Context<'_>) -> Result<Option<MeetingRequest>> {
        let Some(id) = self.0.request else {
            return Ok(None);
        };
        Ok(loaders(ctx).request(id).await?.map(MeetingRequest))
    }

    /// When it takes place.
    async fn slot(&self, ctx: &Context<'_>) -> Result<TimeSlot> {
        let day = self.day(ctx).await?;
        Ok(day
            .slot(self.0.slot)
            .map(Into::into)
            .ok_or_else(|| Problem::not_found("slot"))?)
    }

    /// Where; null for a remote meeting.
    async fn table(&self, ctx: &Context<'_>) -> Result<Option<EventTable>> {
        let day = self.day(ctx).await?;
        Ok(self
            .0
            .table
            .and_then(|number| day.table(number))
            .map(Into::into))
    }

    /// Who sits there; empty once it is cancelled.
    async fn delegates(&self, ctx: &Context<'_>) -> Result<Vec<Delegate>> {
        self.seen(ctx).await?;
        let found = self.0.delegates.iter().map(|id| loaders(ctx).delegate(*id));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().map(Delegate).collect())
    }

    /// Where it stands.
    async fn state(&self) -> MeetingState {
        self.0.state.into()
    }

    /// A new arrangement leaves it where it is.
    async fn locked(&self) -> bool {
        self.0.locked
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A person's meetings of one matching day.
#[derive(SimpleObject)]
pub struct AgendaDay {
    /// The day.
    pub matching_day: MatchingDay,
    /// The person's place at it.
    pub delegate: Delegate,
    /// Published meetings, by slot.
    pub meetings: Vec<Meeting>,
}
