//! Gathers the reads of sibling fields into one statement, without waiting for a timer.
//!
//! A field that needs an object puts its key on a list and yields until a turn of the task has brought no further key.
//! All siblings are polled in the same task, most in the same turn, some in the next one under load; the first that goes
//! on fetches all the keys, the others wait for it. What was read is kept for the rest of the request.

use super::Fault;
use super::connection::Paging;
use crate::app::report::ConsortiumFeasibilities;
use crate::app::request::Acquaintance;
use crate::app::{App, AppError, Caller};
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::{ArrangementId, MatchId, MatchingDayId, MeetingId};
use matchday_domain::id::{
    DelegateId, DemandId, MeetingRequestId, OfferId, OrganisationId, PersonId, RegistrationId,
};
use matchday_domain::matching_day::arrangement::Run;
use matchday_domain::matching_day::{
    ArrangementRules, Delegate, MatchingDay, Meeting, MeetingRequest, Registration,
};
use matchday_domain::organisation::{Consortium, ConsortiumMember, Organisation, Person};
use matchday_domain::page::Page;
use matchday_domain::problem::Problem;
use matchday_infra::store::{ListedMember, MatchFilter, StoredMatch};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Who reads for whom.
#[derive(Clone)]
pub(crate) struct Reader {
    pub app: App,
    pub caller: Caller,
}

/// A way to read many objects at once.
pub(crate) trait Fetch: Eq + Hash + Clone + Send + Sync + 'static {
    type Value: Clone + Send + Sync + 'static;

    /// The objects of the keys that were found.
    fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>, AppError>> + Send;
}

struct State<K: Fetch> {
    queued: Vec<K>,
    /// How many fields have asked so far, also for keys that were queued already.
    asked: u64,
    /// Being read by somebody.
    under_way: HashSet<K>,
    known: HashMap<K, Answer<K::Value>>,
}

/// A failure is shared by all who waited for the same statement.
type Answer<V> = Result<Option<V>, Arc<Failure>>;

/// Why a shared read failed.
#[derive(Debug)]
enum Failure {
    Refused(Vec<Problem>),
    Unavailable,
    Ours(String),
}

pub(crate) struct Loader<K: Fetch> {
    state: Mutex<State<K>>,
    read: Notify,
}

impl<K: Fetch> Default for Loader<K> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                queued: Vec::new(),
                asked: 0,
                under_way: HashSet::new(),
                known: HashMap::new(),
            }),
            read: Notify::new(),
        }
    }
}

impl<K: Fetch> Loader<K> {
    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was read.
    fn forget(&self) {
        self.lock().known.clear();
    }

    /// The object of a key, if there is one that the caller may see.
    pub(crate) async fn load(&self, reader: &Reader, key: K) -> Result<Option<K::Value>, Fault> {
        let mut asked = {
            let mut state = self.lock();
            if let Some(answer) = state.known.get(&key) {
                return open(answer.clone());
            }
            state.asked += 1;
            if !state.queued.contains(&key) && !state.under_way.contains(&key) {
                state.queued.push(key.clone());
            }
            state.asked
        };
        loop {
            tokio::task::yield_now().await;
            let now = self.lock().asked;
            if now == std::mem::replace(&mut asked, now) {
                break;
            }
        }
        loop {
            let mut read = std::pin::pin!(self.read.notified());
            read.as_mut().enable();
            let batch = {
                let mut state = self.lock();
                if let Some(answer) = state.known.get(&key) {
                    return open(answer.clone());
                }
                if state.under_way.contains(&key) {
                    Vec::new()
                } else {
                    let mut batch = std::mem::take(&mut state.queued);
                    // Missing only if the reading was given up by a field that was no longer wanted.
                    if !batch.contains(&key) {
                        batch.push(key.clone());
                    }
                    state.under_way.extend(batch.iter().cloned());
                    batch
                }
            };
            if batch.is_empty() {
                // The runtime's budget would let some siblings go on one turn later than others, and miss the batch.
                tokio::task::unconstrained(read).await;
                continue;
            }
            let reading = Reading {
                loader: self,
                keys: batch.clone(),
            };
            let fetched = K::fetch(reader, batch.clone()).await;
            let mut state = self.lock();
            match fetched {
                Ok(mut found) => {
                    for key in batch {
                        let value = found.remove(&key);
                        state.known.insert(key, Ok(value));
                    }
                }
                Err(error) => {
                    let failure = Arc::new(Failure::of(error));
                    for key in batch {
                        state.known.insert(key, Err(failure.clone()));
                    }
                }
            }
            drop(state);
            drop(reading);
        }
    }
}

/// Keys that are being read; once it is dropped, finished or given up, those who wait look again.
struct Reading<'a, K: Fetch> {
    loader: &'a Loader<K>,
    keys: Vec<K>,
}

impl<K: Fetch> Drop for Reading<'_, K> {
    fn drop(&mut self) {
        let mut state = self.loader.lock();
        for key in &self.keys {
            state.under_way.remove(key);
        }
        drop(state);
        self.loader.read.notify_waiters();
    }
}

impl Failure {
    fn of(error: AppError) -> Self {
        match error {
            AppError::Refused(problems) => Self::Refused(problems),
            AppError::Store(error) if error.is_transient() => Self::Unavailable,
            AppError::Away => Self::Unavailable,
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a read failed");
                Self::Ours(error.to_string())
            }
        }
    }
}

fn open<V>(answer: Answer<V>) -> Result<Option<V>, Fault> {
    answer.map_err(|failure| match &*failure {
        Failure::Refused(problems) => AppError::Refused(problems.clone()).into(),
        Failure::Unavailable => Fault::Unavailable,
        Failure::Ours(reason) => AppError::Internal(reason.clone()).into(),
    })
}

/// A page of the matches of a demand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MatchesOfDemand(pub DemandId, pub MatchFilter, pub Paging);

/// A page of the matches of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MatchesOfOffer(pub OfferId, pub MatchFilter, pub Paging);

/// What the consortia have for a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FeasibilityOf(pub DemandId);

/// Whom an organisation has accepted to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AcquaintanceOf(pub OrganisationId);

/// The rules of a matching day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RulesOf(pub MatchingDayId);

/// The delegates of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DelegatesOf(pub RegistrationId);

/// The people of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MembersOf(pub OrganisationId);

/// All consortia with their dated members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AllConsortia;

macro_rules! by_id {
    ($id:ty => $value:ty, |$reader:ident, $ids:ident| $read:expr) => {
        impl Fetch for $id {
            type Value = $value;

            async fn fetch(
                $reader: &Reader,
                $ids: Vec<Self>,
            ) -> Result<HashMap<Self, $value>, AppError> {
                Ok($read.into_iter().map(|found| (found.id, found)).collect())
            }
        }
    };
}

by_id!(OrganisationId => Organisation, |reader, ids| reader.app.store.organisations(&ids).await?);
by_id!(PersonId => Person, |reader, ids| reader.app.store.people(&ids).await?);
by_id!(OfferId => Offer, |reader, ids| reader.app.store.offers(reader.caller.viewer()?, &ids).await?);
by_id!(DemandId => Demand, |reader, ids| reader.app.store.demands(reader.caller.viewer()?, &ids).await?);
by_id!(MatchId => StoredMatch, |reader, ids| reader.app.store.matches(reader.caller.viewer()?, &ids).await?);
by_id!(MatchingDayId => MatchingDay, |reader, ids| reader.app.store.matching_days(reader.caller.viewer()?, &ids).await?);
by_id!(RegistrationId => Registration, |reader, ids| reader.app.store.registrations(&ids).await?);
by_id!(DelegateId => Delegate, |reader, ids| reader.app.store.delegates(&ids).await?);
by_id!(MeetingRequestId => MeetingRequest, |reader, ids| reader.app.visible_requests(&reader.caller, &ids).await?);
by_id!(ArrangementId => Run, |reader, ids| reader.app.visible_runs(&reader.caller, &ids).await?);
by_id!(MeetingId => Meeting, |reader, ids| reader.app.visible_meetings(&reader.caller, &ids).await?);

macro_rules! match_pages {
    ($key:ident, $read:ident) => {
        impl Fetch for $key {
            type Value = Page<StoredMatch>;

            async fn fetch(
                reader: &Reader,
                keys: Vec<Self>,
            ) -> Result<HashMap<Self, Self::Value>, AppError> {
                let viewer = reader.caller.viewer()?;
                let mut answers = HashMap::new();
                // The same arguments for many owners, which is how a query asks, make one statement.
                let mut asked: Vec<(MatchFilter, Paging)> = Vec::new();
                for $key(_, filter, paging) in &keys {
                    if !asked.contains(&(*filter, paging.clone())) {
                        asked.push((*filter, paging.clone()));
                    }
                }
                for (filter, paging) in asked {
                    let owners: Vec<_> = keys
                        .iter()
                        .filter(|key| key.1 == filter && key.2 == paging)
                        .map(|key| key.0)
                        .collect();
                    let pages = reader
                        .app
                        .store
                        .$read(viewer, &owners, filter, &paging.request()?)
                        .await?;
                    answers.extend(
                        pages
                            .into_iter()
                            .map(|(owner, page)| ($key(owner, filter, paging.clone()), page)),
                    );
                }
                Ok(answers)
            }
        }
    };
}

match_pages!(MatchesOfDemand, matches_of_demands);
match_pages!(MatchesOfOffer, matches_of_offers);

impl Fetch for FeasibilityOf {
    type Value = ConsortiumFeasibilities;

    async fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> Result<HashMap<Self, Self::Value>, AppError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = reader.app.feasibilities(&reader.caller, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, found)| (Self(id), found))
            .collect())
    }
}

impl Fetch for AcquaintanceOf {
    type Value = Arc<Acquaintance>;

    async fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> Result<HashMap<Self, Self::Value>, AppError> {
        let mut of = HashMap::new();
        // One key: the viewer's own organisation.
        for key in keys {
            of.insert(key, Arc::new(reader.app.acquaintance(key.0).await?));
        }
        Ok(of)
    }
}

impl Fetch for RulesOf {
    type Value = Arc<ArrangementRules>;

    async fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> Result<HashMap<Self, Self::Value>, AppError> {
        let events: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = reader.app.store.rules_of_all(&events).await?;
        let keyed = found
            .into_iter()
            .map(|rules| (Self(rules.event), Arc::new(rules)));
        Ok(keyed.collect())
    }
}

impl Fetch for DelegatesOf {
    type Value = Vec<Delegate>;

    async fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> Result<HashMap<Self, Self::Value>, AppError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut of: HashMap<Self, Vec<Delegate>> =
            keys.into_iter().map(|key| (key, Vec::new())).collect();
        for delegate in reader.app.store.delegates_of(&ids).await? {
            of.entry(Self(delegate.registration))
                .or_default()
                .push(delegate);
        }
        Ok(of)
    }
}

impl Fetch for MembersOf {
    type Value = Vec<ListedMember>;

    async fn fetch(
        reader: &Reader,
        keys: Vec<Self>,
    ) -> Result<HashMap<Self, Self::Value>, AppError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut of: HashMap<Self, Vec<ListedMember>> =
            keys.into_iter().map(|key| (key, Vec::new())).collect();
        for member in reader.app.store.members_of(&ids).await? {
            of.entry(Self(member.membership.organisation))
                .or_default()
                .push(member);
        }
        Ok(of)
    }
}

impl Fetch for AllConsortia {
    type Value = Arc<(Vec<Consortium>, Vec<ConsortiumMember>)>;

    async fn fetch(reader: &Reader, _: Vec<Self>) -> Result<HashMap<Self, Self::Value>, AppError> {
        let consortia = reader.app.store.consortia().await?;
        let members = reader.app.store.consortium_members().await?;
        Ok(HashMap::from([(Self, Arc::new((consortia, members)))]))
    }
}

macro_rules! loaders {
    ($($field:ident: $key:ty,)*) => {
        /// The reads that the fields of one request share.
        pub(crate) struct Loaders {
            reader: Reader,
            $($field: Loader<$key>,)*
        }

        impl Loaders {
            pub(crate) fn new(app: App, caller: Caller) -> Self {
                Self { reader: Reader { app, caller }, $($field: Loader::default(),)* }
            }

            /// Forgets what was read: a subscription reads anew for every event.
            pub(crate) fn forget(&self) {
                $(self.$field.forget();)*
            }

            $(pub(crate) async fn $field(&self, key: $key) -> Result<Option<<$key as Fetch>::Value>, Fault> {
                self.$field.load(&self.reader, key).await
            })*
        }
    };
}

loaders! {
    organisation: OrganisationId,
    person: PersonId,
    offer: OfferId,
    demand: DemandId,
    scored: MatchId,
    matching_day: MatchingDayId,
    registration: RegistrationId,
    delegate: DelegateId,
    request: MeetingRequestId,
    run: ArrangementId,
    meeting: MeetingId,
    acquaintance: AcquaintanceOf,
    matches_of_demand: MatchesOfDemand,
    matches_of_offer: MatchesOfOffer,
    feasibility_of: FeasibilityOf,
    delegates_of: DelegatesOf,
    rules: RulesOf,
    members_of: MembersOf,
    consortia: AllConsortia,
}
