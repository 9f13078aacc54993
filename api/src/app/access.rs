//! The access log: what a request reads of other organisations' data is gathered while it runs and written before it is
//! answered, in one statement; what it changes is written in the transaction of the change.

use super::once::Once;
use super::{App, Caller, Outcome};
use matchday_domain::id::{
    AccessLineId, ArrangementId, DelegateId, DemandId, GlobalId, MatchId, MatchingDayId, MeetingId,
    MeetingRequestId, MembershipId, OfferId, OrganisationId, PersonId, RegistrationId,
};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::Action;
use matchday_domain::privacy::access::MAX_OBJECTS;
use matchday_domain::privacy::{AccessDeed, AccessLine, AccessResource, Retention};
use matchday_infra::store::{LogFilter, LogOf, Tx};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// A person that nobody is.
const NOBODY: PersonId = PersonId(Uuid::nil());

type Seen = BTreeMap<(AccessResource, OrganisationId, Option<MatchingDayId>), BTreeSet<Uuid>>;

/// Where a request comes from, what it asks for, and what it has seen so far.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    network: Option<String>,
    operation: Arc<str>,
    seen: Arc<Mutex<Seen>>,
}

impl Trace {
    /// Another operation of the same client, that has seen nothing yet.
    #[must_use]
    pub fn of(&self, operation: &str) -> Self {
        Self {
            network: self.network.clone(),
            operation: operation.into(),
            seen: Arc::default(),
        }
    }
}

/// The global id of an object that a line names.
pub fn object_id(resource: AccessResource, id: Uuid) -> Option<String> {
    Some(match resource {
        AccessResource::Organisation => OrganisationId(id).to_string(),
        AccessResource::Membership => MembershipId(id).to_string(),
        AccessResource::Person => PersonId(id).to_string(),
        AccessResource::Offer | AccessResource::Report => OfferId(id).to_string(),
        AccessResource::Demand => DemandId(id).to_string(),
        AccessResource::Match => MatchId(id).to_string(),
        AccessResource::MatchingDay => MatchingDayId(id).to_string(),
        AccessResource::Registration => RegistrationId(id).to_string(),
        AccessResource::Delegate => DelegateId(id).to_string(),
        AccessResource::MeetingRequest => MeetingRequestId(id).to_string(),
        AccessResource::Arrangement => ArrangementId(id).to_string(),
        AccessResource::Meeting => MeetingId(id).to_string(),
    })
}

fn resource_of(object: GlobalId) -> Option<(AccessResource, Uuid)> {
    Some(match object {
        GlobalId::OrganisationId(id) => (AccessResource::Organisation, id.0),
        GlobalId::MembershipId(id) => (AccessResource::Membership, id.0),
        GlobalId::PersonId(id) => (AccessResource::Person, id.0),
        GlobalId::OfferId(id) => (AccessResource::Offer, id.0),
        GlobalId::DemandId(id) => (AccessResource::Demand, id.0),
        GlobalId::MatchId(id) => (AccessResource::Match, id.0),
        GlobalId::MatchingDayId(id) => (AccessResource::MatchingDay, id.0),
        GlobalId::RegistrationId(id) => (AccessResource::Registration, id.0),
        GlobalId::DelegateId(id) => (AccessResource::Delegate, id.0),
        GlobalId::MeetingRequestId(id) => (AccessResource::MeetingRequest, id.0),
        GlobalId::ArrangementId(id) => (AccessResource::Arrangement, id.0),
        GlobalId::MeetingId(id) => (AccessResource::Meeting, id.0),
        _ => return None,
    })
}

impl Caller {
    fn own(&self) -> Option<OrganisationId> {
        let acting = self.actor.as_ref()?.acts_for.as_ref();
        acting.map(|acting| acting.organisation)
    }

    /// Notes that the caller gets to see something that its owner does not show to everybody. One's own is not noted.
    pub fn saw(
        &self,
        resource: AccessResource,
        owner: OrganisationId,
        event: Option<MatchingDayId>,
        object: impl Into<Uuid>,
    ) {
        if self.own() != Some(owner) {
            let mut seen = self
                .trace
                .seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let objects = seen.entry((resource, owner, event)).or_default();
            if objects.len() < MAX_OBJECTS {
                objects.insert(object.into());
            }
        }
    }
}

impl App {
    /// Where a client is, as far as it is kept.
    pub fn trace(&self, address: Option<IpAddr>) -> Trace {
        Trace {
            network: address.map(|address| self.settings.prefixes.network(address)),
            ..Trace::default()
        }
    }

    /// A line about one kind of thing of one owner; the rest is to be filled in.
    pub(crate) fn line(
        &self,
        caller: Option<&Caller>,
        deed: AccessDeed,
        resource: AccessResource,
        owner: OrganisationId,
    ) -> AccessLine {
        let actor = caller.and_then(|caller| caller.actor.as_ref());
        AccessLine {
            id: self.new_id::<AccessLineId>(),
            at: self.now(),
            person: actor.map(|actor| actor.person),
            acting: caller.and_then(Caller::own),
            network: caller.and_then(|caller| caller.trace.network.clone()),
            owner: Some(owner),
            event: None,
            resource,
            deed,
            operation: caller
                .map(|caller| caller.trace.operation.to_string())
                .unwrap_or_default(),
            objects: Vec::new(),
        }
    }

    /// Writes down what the caller has seen since the last time. Until this has succeeded, nothing of it may be answered.
    ///
    /// # Errors
    /// The store.
    pub async fn record_reads(&self, caller: &Caller) -> Outcome<()> {
        let seen = std::mem::take(
            &mut *caller
                .trace
                .seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if seen.is_empty() {
            return Ok(());
        }
        let lines: Vec<AccessLine> = seen
            .into_iter()
            .map(|((resource, owner, event), objects)| AccessLine {
                event,
                objects: objects.into_iter().collect(),
                ..self.line(Some(caller), AccessDeed::Read, resource, owner)
            })
            .collect();
        Ok(self.store.add_access_lines(&lines).await?)
    }

    /// Writes down a change, in its transaction: `result` is the global id of what was made or changed.
    pub(super) async fn record_change(&self, tx: &Tx, once: &Once, result: &str) -> Outcome<()> {
        let object = result.parse::<GlobalId>().ok();
        // What has no id of its own is an import of offers.
        let (resource, objects) = match object.and_then(resource_of) {
            Some((resource, id)) => (resource, vec![id]),
            None => (AccessResource::Offer, Vec::new()),
        };
        let (mut owners, event) = match object {
            Some(object) => tx.concerned_by(object).await?,
            None => (Vec::new(), None),
        };
        if owners.is_empty() {
            owners.extend(once.caller.own());
        }
        let lines: Vec<AccessLine> = owners
            .into_iter()
            .map(|owner| AccessLine {
                event,
                objects: objects.clone(),
                operation: once.operation.to_owned(),
                ..self.line(Some(&once.caller), AccessDeed::Change, resource, owner)
            })
            .collect();
        Ok(tx.add_access_lines(&lines).await?)
    }

    /// Writes down that a person has signed in, or that somebody tried to be that person and was refused: at each
    /// organisation of the person. Nobody known: as many statements, for a line that is nobody's.
    pub(super) async fn record_sign_in(
        &self,
        tx: &Tx,
        caller: &Caller,
        deed: AccessDeed,
        person: Option<PersonId>,
    ) -> Outcome<()> {
        let places = tx.memberships_of(person.unwrap_or(NOBODY)).await?;
        let mut owners: Vec<_> = places.iter().map(|p| Some(p.organisation)).collect();
        if owners.is_empty() {
            owners.push(None);
        }
        let lines: Vec<AccessLine> = owners
            .into_iter()
            .map(|owner| self.sign_in_line(caller, deed, person, owner))
            .collect();
        Ok(tx.add_access_lines(&lines).await?)
    }

    /// The line about it of one organisation. Where it was refused, who tried is not known: only who was meant.
    pub(super) fn sign_in_line(
        &self,
        caller: &Caller,
        deed: AccessDeed,
        person: Option<PersonId>,
        owner: Option<OrganisationId>,
    ) -> AccessLine {
        let came_in = deed == AccessDeed::SignIn;
        AccessLine {
            id: self.new_id::<AccessLineId>(),
            at: self.now(),
            person: person.filter(|_| came_in),
            acting: owner.filter(|_| came_in),
            network: caller.trace.network.clone(),
            owner,
            event: None,
            resource: AccessResource::Person,
            deed,
            operation: caller.trace.operation.to_string(),
            objects: person.map(Uuid::from).into_iter().collect(),
        }
    }

    /// Lines about an organisation, for its administrators, or about a matching day, for its organiser; none for others.
    ///
    /// # Errors
    /// The store.
    pub async fn access_log(
        &self,
        caller: &Caller,
        of: LogOf,
        filter: LogFilter,
        request: PageRequest<Uuid>,
    ) -> Outcome<Option<Page<AccessLine>>> {
        let may = match of {
            LogOf::Owner(organisation) => caller.may(Action::Administer { organisation }).is_ok(),
            LogOf::Event(event) => self.runs(caller, event).await?,
        };
        Ok(if may {
            Some(self.store.access_page(of, filter, request).await?)
        } else {
            None
        })
    }

    /// A line, for whom it may be read by.
    ///
    /// # Errors
    /// The store.
    pub async fn access_line(
        &self,
        caller: &Caller,
        id: AccessLineId,
    ) -> Outcome<Option<AccessLine>> {
        let Some(line) = self.store.access_lines(&[id]).await?.pop() else {
            return Ok(None);
        };
        let administers = |organisation| caller.may(Action::Administer { organisation }).is_ok();
        let may = line.owner.is_some_and(administers)
            || match line.event {
                Some(event) => self.runs(caller, event).await?,
                None => false,
            };
        Ok(may.then_some(line))
    }

    async fn runs(&self, caller: &Caller, event: MatchingDayId) -> Outcome<bool> {
        let Ok(viewer) = caller.viewer() else {
            return Ok(false);
        };
        let day = self.store.matching_day(viewer, event).await?;
        Ok(day.is_some_and(|day| {
            let organiser = day.organiser;
            caller.may(Action::RunMatchingDay { organiser }).is_ok()
        }))
    }

    /// Deletes lines that are older than they have to be kept; tells for how many years that is, and how many went.
    ///
    /// # Errors
    /// The store.
    pub async fn purge_access_log(&self) -> Outcome<(Retention, u64)> {
        let persons = self.store.person_count().await?;
        let retention = Retention::of(self.settings.access_log_years, persons);
        let tx = self.store.begin().await?;
        let gone = tx.forget_access_lines(retention.since(self.now())).await?;
        self.commit(tx).await?;
        Ok((retention, gone))
    }
}
