//! What happens while somebody watches. The viewer's rights are decided anew for every event.

use super::loader::Loaders;
use super::matches::Match;
use super::matching_day::MatchingDay;
use super::meeting::Arrangement;
use super::request::MeetingRequest;
use super::{Fault, Result, app, caller, id};
use crate::app::{App, Caller};
use async_graphql::{Context, ID, Subscription as Subscriptions};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};
use matchday_domain::id::{ArrangementId, MatchingDayId};
use matchday_domain::problem::Problem;
use matchday_infra::store::{Change, ChangeKind, Viewer};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

pub struct Subscription;

/// Somebody who watches.
struct Watch<F> {
    changes: Receiver<Arc<Change>>,
    app: App,
    caller: Caller,
    loaders: Arc<Loaders>,
    read: F,
    /// Whether the viewer was looked at since the watch began: what changed just before was told to nobody.
    looked: bool,
}

/// What the viewer may see of each change that concerns it, as `read` finds it.
fn watch<T, F, R>(
    ctx: &Context<'_>,
    read: F,
) -> Result<impl Stream<Item = Result<T>> + use<T, F, R>>
where
    T: Send + 'static,
    F: Fn(App, Viewer, ChangeKind) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<T>>> + Send,
{
    caller(ctx).viewer()?;
    let loaders = ctx.data_unchecked::<Arc<Loaders>>().clone();
    let (app, caller) = (app(ctx).clone(), caller(ctx).clone());
    let watch = Watch {
        changes: app.hub().subscribe(),
        app,
        caller,
        loaders,
        read,
        looked: false,
    };
    Ok(stream::unfold(Some(watch), |watch| async move {
        let mut watch = watch?;
        match watch.next().await {
            Ok(Some(event)) => Some((Ok(event), Some(watch))),
            Ok(None) => None,
            // The last thing the watcher hears.
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl<F> Watch<F> {
    /// Ends the watch of somebody who is not signed in any more, or whose rights are others now.
    async fn still_the_same(&self) -> Result<()> {
        let caller = Box::pin(self.app.refresh(&self.caller)).await?;
        if caller.actor == self.caller.actor {
            Ok(())
        } else {
            Err(Problem::unauthenticated().into())
        }
    }

    async fn next<T, R>(&mut self) -> Result<Option<T>>
    where
        F: Fn(App, Viewer, ChangeKind) -> R,
        R: Future<Output = Result<Option<T>>>,
    {
        if !std::mem::replace(&mut self.looked, true) {
            self.still_the_same().await?;
        }
        loop {
            let change = match self.changes.recv().await {
                Ok(change) => change,
                Err(RecvError::Closed) => return Ok(None),
                // A watcher that cannot keep up has to read anew.
                Err(RecvError::Lagged(_)) => return Err(Fault::Unavailable),
            };
            let person = self.caller.actor.as_ref().map(|actor| actor.person);
            if let ChangeKind::Rights(changed) = change.kind {
                if person == Some(changed) {
                    self.still_the_same().await?;
                }
                continue;
            }
            let own = self.caller.viewer()?;
            let concerned = own
                .organisation()
                .is_some_and(|own| change.concerns.contains(&own));
            if !concerned && !own.sees_all() {
                continue;
            }
            self.still_the_same().await?;
            self.loaders.forget();
            if let Some(event) = (self.read)(self.app.clone(), own, change.kind).await? {
                return Ok(Some(event));
            }
        }
    }
}

/// The same stream with errors as the library wants them.
fn told<T, S: Stream<Item = Result<T>>>(
    events: Result<S>,
) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<T>> + use<T, S>> {
    Ok(events?.map(|event| event.map_err(Into::into)))
}

/// What happens, as it happens.
#[Subscriptions]
impl Subscription {
    /// Matches that were not there before, between the viewer's demands or offers and those of others. Denied ones are
    /// not told.
    async fn match_found(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<Match>> + use<>> {
        told(watch(ctx, |app, viewer, kind| async move {
            let ChangeKind::Match(id) = kind else {
                return Ok(None);
            };
            Ok(app.store().matches(viewer, &[id]).await?.pop().map(Match))
        }))
    }

    /// Meeting requests that were sent, answered or withdrawn, of the viewer's organisation or matching days.
    async fn meeting_request_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this matching day")] matching_day_id: Option<ID>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<MeetingRequest>> + use<>>
    {
        let wanted: Option<MatchingDayId> =
            id::read_optional("matchingDayId", matching_day_id.as_ref()).map_err(Fault::from)?;
        let caller = caller(ctx).clone();
        told(watch(ctx, move |app, _, kind| {
            let caller = caller.clone();
            async move {
                let ChangeKind::Request(id) = kind else {
                    return Ok(None);
                };
                let request = app.visible_requests(&caller, &[id]).await?.pop();
                let request =
                    request.filter(|request| wanted.is_none_or(|wanted| request.event == wanted));
                Ok(request.map(MeetingRequest))
            }
        }))
    }

    /// Matching days whose state, windows, participants or published timetable changed, of those that the viewer's
    /// organisation holds or takes part in.
    async fn matching_day_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this matching day")] id: Option<ID>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<MatchingDay>> + use<>> {
        let wanted: Option<MatchingDayId> =
            id::read_optional("id", id.as_ref()).map_err(Fault::from)?;
        told(watch(ctx, move |app, viewer, kind| async move {
            let ChangeKind::MatchingDay(id) = kind else {
                return Ok(None);
            };
            if wanted.is_some_and(|wanted| wanted != id) {
                return Ok(None);
            }
            Ok(app.store().matching_day(viewer, id).await?.map(MatchingDay))
        }))
    }

    /// How far a run of the arrangement has come, until it has ended. For the organiser.
    async fn arrangement_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run")] id: ID,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<Arrangement>> + use<>> {
        let wanted: ArrangementId = id::read("id", &id).map_err(Fault::from)?;
        let caller = caller(ctx).clone();
        let changes = watch(ctx, move |app, _, kind| {
            let caller = caller.clone();
            async move {
                if !matches!(kind, ChangeKind::Arrangement(id) if id == wanted) {
                    return Ok(None);
                }
                Ok(app
                    .visible_runs(&caller, &[wanted])
                    .await?
                    .pop()
                    .map(Arrangement))
            }
        })?;
        // What it is now first, so that one who comes late hears of the end, too.
        let own = super::caller(ctx).clone();
        let now = app(ctx)
            .visible_runs(&own, &[wanted])
            .await
            .map_err(Fault::from)?
            .pop();
        let now = now
            .map(Arrangement)
            .ok_or_else(|| Fault::from(Problem::not_found("id")))?;
        let all = stream::iter([Ok(now)]).chain(changes);
        // The stream ends with the event that tells of the end, not with the one after it.
        let marked = all.flat_map(|event: Result<Arrangement>| {
            let ended = event
                .as_ref()
                .map_or(true, |run| run.0.finished_at.is_some());
            stream::iter([Some(event)].into_iter().chain(ended.then_some(None)))
        });
        told(Ok(marked
            .take_while(|event| std::future::ready(event.is_some()))
            .filter_map(std::future::ready)))
    }

    /// The time of the service, at once and then a few times more: to see that subscriptions work.
    async fn service_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many times, 1 to 100", default = 3)] count: i32,
        #[graphql(desc = "Milliseconds between two, 10 to 10,000", default = 1000)] every_ms: i32,
    ) -> async_graphql::Result<impl Stream<Item = DateTime<Utc>> + use<>> {
        let times = usize::try_from(count)
            .ok()
            .filter(|n| (1..=100).contains(n));
        let times = times.ok_or_else(|| Fault::from(Problem::out_of_range("count", 1, 100)))?;
        let pause = u64::try_from(every_ms)
            .ok()
            .filter(|ms| (10..=10_000).contains(ms));
        let pause = Duration::from_millis(
            pause.ok_or_else(|| Fault::from(Problem::out_of_range("everyMs", 10, 10_000)))?,
        );
        let app = app(ctx).clone();
        Ok(stream::unfold(0, move |told| {
            let app = app.clone();
            async move {
                if told == times {
                    return None;
                }
                if told > 0 {
                    tokio::time::sleep(pause).await;
                }
                Some((app.now(), told + 1))
            }
        }))
    }
}
