//! Meeting requests are sent, answered and withdrawn.

use super::once::Once;
use super::organisation::recipient;
use super::{App, Caller, Key, Outcome};
use matchday_domain::id::{
    DemandId, MatchingDayId, MeetingRequestId, OrganisationId, RegistrationId,
};
use matchday_domain::matching_day::agenda;
use matchday_domain::matching_day::request::RequestPlan;
use matchday_domain::matching_day::{
    Answer, DeclineReason, MatchingDay, MeetingRequest, Priority, Registration,
};
use matchday_domain::notice::Notice;
use matchday_domain::policy::Action;
use matchday_domain::problem::Problem;
use matchday_infra::store::{Change, ChangeKind, Job, Tx, Viewer};
use std::collections::HashSet;

/// The day, and the caller's own registration for it.
struct Taking {
    day: MatchingDay,
    own: Registration,
}

impl App {
    /// Sends a request to another registration; where that one has sent one already, this answers it.
    ///
    /// # Errors
    /// Not registered, the window is closed, the other is on the same side, a demand or offer that is not of the
    /// pair, a second request of the same side, or the store.
    pub async fn send_request(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        to: RegistrationId,
        plan: RequestPlan,
    ) -> Outcome<MeetingRequest> {
        let once = Once::new(caller, "sendMeetingRequest", key)?;
        let tx = self.store.begin().await?;
        let Taking { day, own } = self.taking_part(&tx, caller, event).await?;
        if let Some(id) = once.replay::<MeetingRequestId>(self, &tx).await? {
            return Ok(tx
                .requests(&[id])
                .await?
                .pop()
                .ok_or_else(|| Problem::not_found("id"))?);
        }
        day.expect_requests(self.now())?;
        let to = tx
            .registrations(&[to])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("toId"))?;
        self.expect_subjects(&tx, caller, &own, &to, &plan).await?;
        let rules = tx.rules_of(event).await?;
        let new = MeetingRequest::send(self.new_id(), &own, &to, plan, &rules, self.now())?;
        let saved = match tx
            .request_of_pair(event, new.demander, new.provider)
            .await?
        {
            None => {
                tx.insert_request(&new).await?;
                new
            }
            Some(mut request) => {
                let version = request.version;
                request.meet_again(new)?;
                if !tx.update_request(&request, version).await? {
                    return Err(Problem::stale(version).into());
                }
                request
            }
        };
        self.tell_of_request(&tx, &day, &own, &to, &saved).await?;
        once.keep(self, &tx, saved.id).await?;
        self.commit(tx).await?;
        Ok(saved)
    }

    /// Answers a request that was sent to the caller's organisation: yes, or no and perhaps why.
    ///
    /// # Errors
    /// Not the addressee, the window is closed, a stale version, a reason beside a yes, or the store.
    pub async fn answer_request(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingRequestId,
        version: i32,
        (accept, reason): (bool, Option<DeclineReason>),
    ) -> Outcome<MeetingRequest> {
        self.change_request(
            caller,
            "answerMeetingRequest",
            key,
            id,
            version,
            |request, own| request.answer(own, version, accept, reason),
        )
        .await
    }

    /// Takes a request back that the caller's organisation sent. A published meeting of the two that has not begun is
    /// called off.
    ///
    /// # Errors
    /// Not the sender, the day is over, a stale version, or the store.
    pub async fn withdraw_request(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingRequestId,
        version: i32,
    ) -> Outcome<MeetingRequest> {
        self.change_request(
            caller,
            "withdrawMeetingRequest",
            key,
            id,
            version,
            |request, own| request.withdraw(own, version),
        )
        .await
    }

    async fn change_request(
        &self,
        caller: &Caller,
        operation: &'static str,
        key: &Key,
        id: MeetingRequestId,
        version: i32,
        change: impl FnOnce(&mut MeetingRequest, RegistrationId) -> Result<(), Problem>,
    ) -> Outcome<MeetingRequest> {
        let once = Once::new(caller, operation, key)?;
        let tx = self.store.begin().await?;
        let mut request = tx
            .requests(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?;
        let Taking { day, own } = self.taking_part(&tx, caller, request.event).await?;
        let other = if request.sender() == own.id {
            request.addressee()
        } else {
            request.sender()
        };
        let party = own.id == request.demander || own.id == request.provider;
        let silent = request.priority == Priority::NoThanks && request.sender() != own.id;
        if !party || silent {
            return Err(Problem::not_found("id").into());
        }
        if once.replay::<MeetingRequestId>(self, &tx).await?.is_some() {
            return Ok(request);
        }
        change(&mut request, own.id)?;
        let taken_back = request.answer == Answer::Withdrawn;
        if taken_back {
            day.expect_withdrawal()?;
        } else {
            day.expect_requests(self.now())?;
        }
        if request.version != version {
            if !tx.update_request(&request, version).await? {
                return Err(Problem::stale(version).into());
            }
            if let Some(other) = tx.registrations(&[other]).await?.pop() {
                self.tell_of_request(&tx, &day, &own, &other, &request)
                    .await?;
            }
            if taken_back {
                let pair = (request.demander, request.provider);
                self.call_off(&tx, &day, |m| (m.demander, m.provider) == pair)
                    .await?;
            }
        }
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(request)
    }

    async fn taking_part(&self, tx: &Tx, caller: &Caller, event: MatchingDayId) -> Outcome<Taking> {
        let viewer = caller.viewer()?;
        let organisation = viewer.organisation().ok_or_else(Problem::forbidden)?;
        caller.may(Action::TakePart { organisation })?;
        let day = tx
            .matching_day(viewer, event)
            .await?
            .ok_or_else(|| Problem::not_found("matchingDayId"))?;
        let own = tx
            .registration_of(event, organisation)
            .await?
            .filter(|own| !own.withdrawn);
        let own = own.ok_or_else(|| Problem::not_found("matchingDayId"))?;
        Ok(Taking { day, own })
    }

    /// The demand must be of the pair's demander, the offer of its provider, and the sender must see both.
    async fn expect_subjects(
        &self,
        tx: &Tx,
        caller: &Caller,
        own: &Registration,
        to: &Registration,
        plan: &RequestPlan,
    ) -> Outcome<()> {
        let viewer = caller.viewer()?;
        let of_pair = |owner: OrganisationId| owner == own.organisation || owner == to.organisation;
        if let Some(id) = plan.demand {
            let demand = tx
                .demand(viewer, id)
                .await?
                .filter(|demand| of_pair(demand.organisation));
            demand.ok_or_else(|| Problem::not_found("demandId"))?;
        }
        if let Some(id) = plan.offer {
            let offer = tx
                .offer(viewer, id)
                .await?
                .filter(|offer| of_pair(offer.organisation));
            offer.ok_or_else(|| Problem::not_found("offerId"))?;
        }
        Ok(())
    }

    /// Tells the other side, unless it is a silent "no thanks" or was withdrawn before anybody answered.
    async fn tell_of_request(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        by: &Registration,
        other: &Registration,
        request: &MeetingRequest,
    ) -> Outcome<()> {
        let now = self.now();
        let silent = request.priority == Priority::NoThanks;
        let mut concerns = vec![by.organisation, day.organiser];
        if !silent {
            concerns.push(other.organisation);
        }
        tx.note(
            &[Change {
                kind: ChangeKind::Request(request.id),
                concerns,
            }],
            now,
        )
        .await?;
        let acting = tx.organisation(by.organisation).await?;
        let name = acting
            .map(|organisation| organisation.profile.name)
            .unwrap_or_default();
        let event = agenda::facts(day);
        let link = format!("{}/matching-days/{}", self.settings.public_url, day.id);
        let notice = match request.answer {
            _ if silent => return Ok(()),
            Answer::Withdrawn => return Ok(()),
            Answer::Pending => {
                let message = request.message.clone();
                let answer_by = Some(day.requests.closes_at);
                Notice::MeetingRequestReceived {
                    event,
                    from: name,
                    message,
                    answer_by,
                    link,
                }
            }
            Answer::Accepted | Answer::Declined => Notice::MeetingRequestAnswered {
                event,
                by: name,
                accepted: request.answer == Answer::Accepted,
                link,
            },
        };
        let delegates = tx.delegates_of(&[other.id]).await?;
        let people: Vec<_> = delegates.iter().map(|delegate| delegate.person).collect();
        let people = tx.people(&people).await?;
        let jobs: Vec<Job> = people
            .iter()
            .map(|person| Job::Mail {
                to: recipient(person),
                notice: Box::new(notice.clone()),
            })
            .collect();
        Ok(tx.post(&jobs, now).await?)
    }

    /// Requests, for their parties and the organisers of their days; a silent "no thanks" is not the addressee's.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn visible_requests(
        &self,
        caller: &Caller,
        ids: &[MeetingRequestId],
    ) -> Outcome<Vec<MeetingRequest>> {
        let viewer = caller.viewer()?;
        let mut requests = self.store.requests(ids).await?;
        let parties: Vec<_> = requests
            .iter()
            .flat_map(|r| [r.demander, r.provider])
            .collect();
        let mut own: HashSet<RegistrationId> = HashSet::new();
        for party in self.store.registrations(&parties).await? {
            if Some(party.organisation) == viewer.organisation() {
                own.insert(party.id);
            }
        }
        let events: Vec<_> = requests.iter().map(|request| request.event).collect();
        let mut days = self.store.matching_days(viewer, &events).await?;
        days.retain(|day| matches!(viewer, Viewer::Overseer(own) if own == day.organiser));
        requests.retain(|request| {
            let silent = request.priority == Priority::NoThanks;
            days.iter().any(|day| day.id == request.event)
                || own.contains(&request.sender())
                || (own.contains(&request.addressee()) && !silent)
        });
        Ok(requests)
    }

    /// Whom an organisation has accepted to meet, and about which demands.
    ///
    /// # Errors
    /// The store.
    pub async fn acquaintance(&self, own: OrganisationId) -> Outcome<Acquaintance> {
        let requests = self.store.accepted_requests(own).await?;
        let parties: Vec<_> = requests
            .iter()
            .flat_map(|r| [r.demander, r.provider])
            .collect();
        let parties = self.store.registrations(&parties).await?;
        Ok(Acquaintance {
            organisations: parties.iter().map(|party| party.organisation).collect(),
            demands: requests
                .iter()
                .filter_map(|request| request.demand)
                .collect(),
        })
    }
}

/// Whom an organisation has accepted to meet: both sides want it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acquaintance {
    /// The organisations; itself among them.
    pub organisations: HashSet<OrganisationId>,
    /// The demands that they will talk about.
    pub demands: HashSet<DemandId>,
}
