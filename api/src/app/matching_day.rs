//! The organiser holds a matching day; organisations register with their delegates.

use super::once::Once;
use super::{App, Caller, Key, Outcome, taken};
use matchday_domain::id::{DelegateId, MatchingDayId, RegistrationId};
use matchday_domain::matching_day::registration::Absence;
use matchday_domain::matching_day::{
    Delegate, EventPlan, EventState, MatchingDay, Registration, RegistrationPlan, Side,
    registration,
};
use matchday_domain::organisation::OrganisationKind;
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::store::{Change, ChangeKind, Tx};

impl App {
    /// A new matching day, as a draft.
    ///
    /// # Errors
    /// Not an organiser, what is wrong with the plan, or the store.
    pub async fn create_matching_day(
        &self,
        caller: &Caller,
        key: &Key,
        plan: EventPlan,
    ) -> Outcome<MatchingDay> {
        let organiser = caller.may(Action::HoldMatchingDay)?.organisation;
        let once = Once::new(caller, "createMatchingDay", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<MatchingDayId>(self, &tx).await? {
            return self.day("matchingDayId", &tx, caller, id).await;
        }
        let day = MatchingDay::plan(self.new_id(), organiser, plan, self.now())?;
        tx.insert_matching_day(&day).await?;
        once.keep(self, &tx, day.id).await?;
        self.commit(tx).await?;
        Ok(day)
    }

    /// Moves a matching day to its next state; a published timetable is needed to get to PUBLISHED, which publishing
    /// does by itself.
    ///
    /// # Errors
    /// Not its organiser, a stale version, a step that does not lead there, or the store.
    pub async fn advance_matching_day(
        &self,
        caller: &Caller,
        key: &Key,
        id: MatchingDayId,
        version: i32,
        to: EventState,
    ) -> Outcome<MatchingDay> {
        let once = Once::new(caller, "advanceMatchingDay", key)?;
        let tx = self.store.begin().await?;
        let mut day = self.own_day_at("id", &tx, caller, id).await?;
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            return Ok(day);
        }
        if to == EventState::Published {
            return Err(Problem::at(
                "to",
                Code::WrongState,
                Message::new(
                    "일정표를 공개하면 이 상태가 됩니다.",
                    "Publish a timetable: that leads to this state.",
                ),
            )
            .into());
        }
        day.advance(version, to)?;
        self.save_day(&tx, &day, version).await?;
        if to == EventState::Cancelled {
            self.cancel_all_meetings(&tx, &day).await?;
        }
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(day)
    }

    /// Registers the caller's organisation, or changes its registration if `version` names it.
    ///
    /// # Errors
    /// The window is closed, what is wrong with the plan, registered already, a person who is a delegate already, a
    /// stale version, or the store.
    pub async fn register(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        version: Option<i32>,
        plan: RegistrationPlan,
    ) -> Outcome<Registration> {
        let viewer = caller.viewer()?;
        let organisation = viewer.organisation().ok_or_else(Problem::forbidden)?;
        let kind: OrganisationKind = caller.may(Action::TakePart { organisation })?.kind;
        let side = Side::of(kind).ok_or_else(Problem::forbidden)?;
        let once = Once::new(caller, "registerForMatchingDay", key)?;
        let tx = self.store.begin().await?;
        let day = self.day("matchingDayId", &tx, caller, event).await?;
        let known = tx.registration_of(event, organisation).await?;
        if let (Some(_), Some(known)) = (once.replay::<RegistrationId>(self, &tx).await?, &known) {
            return Ok(known.clone());
        }
        day.expect_registration(self.now())?;
        let members = tx.members_of(&[organisation]).await?;
        let members: Vec<_> = members.into_iter().map(|member| member.person.id).collect();
        registration::check(&day, &plan, &members)?;
        let new = Registration {
            id: known
                .as_ref()
                .map_or_else(|| self.new_id(), |known| known.id),
            event,
            organisation,
            side,
            meetings_min: i32::try_from(plan.meetings_min).unwrap_or(i32::MAX),
            meetings_max: plan
                .meetings_max
                .map(|max| i32::try_from(max).unwrap_or(i32::MAX)),
            rest_slots: i32::try_from(plan.rest_slots).unwrap_or(i32::MAX),
            preferred_half: plan.preferred_half,
            finishes_early: plan.finishes_early,
            withdrawn: false,
            version: known.as_ref().map_or(1, |known| known.version + 1),
            created_at: known
                .as_ref()
                .map_or_else(|| self.now(), |known| known.created_at),
        };
        let before = match &known {
            Some(known) => tx.delegates_of(&[known.id]).await?,
            None => Vec::new(),
        };
        let delegates: Vec<Delegate> = plan
            .delegates
            .into_iter()
            .map(|planned| {
                let known = before
                    .iter()
                    .find(|delegate| delegate.person == planned.person);
                Delegate {
                    id: known.map_or_else(|| self.new_id::<DelegateId>(), |delegate| delegate.id),
                    registration: new.id,
                    person: planned.person,
                    fields: planned.fields,
                    languages: planned.languages,
                    remote: planned.remote,
                    unavailable_slots: planned.unavailable_slots,
                }
            })
            .collect();
        let already = taken(
            "delegates",
            "이미 다른 기관의 참가자로 등록된 사람입니다.",
            "Somebody is a delegate at this matching day already.",
        );
        match (&known, version) {
            (None, None) => tx
                .insert_registration(&new, &delegates)
                .await
                .map_err(already)?,
            (Some(known), None) if !known.withdrawn => {
                return Err(Problem::at(
                    "matchingDayId",
                    Code::Taken,
                    Message::new(
                        "이미 등록했습니다. 바꾸려면 버전을 함께 보내십시오.",
                        "Registered already; send the version to change it.",
                    ),
                )
                .into());
            }
            (None, Some(_)) => return Err(Problem::not_found("version").into()),
            (Some(known), version) => {
                if version.is_some_and(|version| version != known.version)
                    || !tx
                        .update_registration(&new, known.version, &delegates)
                        .await
                        .map_err(already)?
                {
                    return Err(Problem::stale(known.version).into());
                }
            }
        }
        self.note_day(&tx, &day, vec![organisation]).await?;
        once.keep(self, &tx, new.id).await?;
        self.commit(tx).await?;
        Ok(new)
    }

    /// Takes a registration back: that of the caller's organisation, or another of a day that it runs. Published meetings
    /// that have not begun are called off.
    ///
    /// # Errors
    /// Not registered, neither one's own nor the organiser, a stale version, a day that is over, or the store.
    pub async fn withdraw_registration(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        of: Option<RegistrationId>,
        version: i32,
    ) -> Outcome<Registration> {
        let once = Once::new(caller, "withdrawRegistration", key)?;
        let tx = self.store.begin().await?;
        let (day, mut registration) = match of {
            Some(id) => self.registration_in_hand(&tx, caller, id).await?,
            None => {
                let organisation = caller.viewer()?.organisation();
                let organisation = organisation.ok_or_else(Problem::forbidden)?;
                caller.may(Action::TakePart { organisation })?;
                let day = self.day("matchingDayId", &tx, caller, event).await?;
                let own = tx.registration_of(event, organisation).await?;
                (day, own.ok_or_else(|| Problem::not_found("matchingDayId"))?)
            }
        };
        if registration.event != event {
            return Err(Problem::not_found("registrationId").into());
        }
        if once.replay::<RegistrationId>(self, &tx).await?.is_some() {
            return Ok(registration);
        }
        registration.withdraw(&day, version)?;
        // Whom a timetable names stays known: to be told that a meeting is off.
        let delegates = match tx.newest_run(event).await? {
            Some(_) => tx.delegates_of(&[registration.id]).await?,
            None => Vec::new(),
        };
        if !tx
            .update_registration(&registration, version, &delegates)
            .await?
        {
            return Err(Problem::stale(registration.version).into());
        }
        let id = registration.id;
        self.call_off(&tx, &day, |m| m.demander == id || m.provider == id)
            .await?;
        self.note_day(&tx, &day, vec![registration.organisation])
            .await?;
        once.keep(self, &tx, registration.id).await?;
        self.commit(tx).await?;
        Ok(registration)
    }

    /// Says when delegates of a registration cannot meet, once registration is over: by its own organisation, or the
    /// organiser. Published meetings stay until the day is re-arranged.
    ///
    /// # Errors
    /// Neither of the two, a state in which no timetable is made or published, a stale version, what is wrong with the
    /// slots, or the store.
    pub async fn change_availability(
        &self,
        caller: &Caller,
        key: &Key,
        id: RegistrationId,
        version: i32,
        absences: &[Absence],
    ) -> Outcome<Registration> {
        let once = Once::new(caller, "changeAvailability", key)?;
        let tx = self.store.begin().await?;
        let (day, mut registration) = self.registration_in_hand(&tx, caller, id).await?;
        if once.replay::<RegistrationId>(self, &tx).await?.is_some() {
            return Ok(registration);
        }
        let mut delegates = tx.delegates_of(&[id]).await?;
        registration.change_availability(&day, version, &mut delegates, absences)?;
        if registration.version != version {
            if !tx
                .update_registration(&registration, version, &delegates)
                .await?
            {
                return Err(Problem::stale(registration.version).into());
            }
            self.note_day(&tx, &day, vec![registration.organisation])
                .await?;
        }
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(registration)
    }

    /// Says in which slots a table is not there: a room is lost. Published meetings stay until the day is re-arranged.
    ///
    /// # Errors
    /// Not the organiser, a day that is over, a stale version, a table or slots that it has not, or the store.
    pub async fn close_table(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        version: i32,
        (table, slots): (i32, &[i32]),
    ) -> Outcome<MatchingDay> {
        let once = Once::new(caller, "closeTable", key)?;
        let tx = self.store.begin().await?;
        let mut day = self.own_day(&tx, caller, event).await?;
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            return Ok(day);
        }
        day.close_table(version, table, slots)?;
        if day.version != version {
            self.save_day(&tx, &day, version).await?;
        }
        once.keep(self, &tx, event).await?;
        self.commit(tx).await?;
        Ok(day)
    }

    /// A registration with its day, for its own organisation and for the organiser of the day.
    async fn registration_in_hand(
        &self,
        tx: &Tx,
        caller: &Caller,
        id: RegistrationId,
    ) -> Outcome<(MatchingDay, Registration)> {
        let unknown = || Problem::not_found("registrationId");
        let viewer = caller.viewer()?;
        let registration = tx.registrations(&[id]).await?.pop();
        let registration = registration.ok_or_else(unknown)?;
        let day = tx.matching_day(viewer, registration.event).await?;
        let day = day.ok_or_else(unknown)?;
        let (organisation, organiser) = (registration.organisation, day.organiser);
        let own = caller.may(Action::TakePart { organisation });
        if own.is_ok() || caller.may(Action::RunMatchingDay { organiser }).is_ok() {
            Ok((day, registration))
        } else {
            Err(unknown().into())
        }
    }

    async fn day(
        &self,
        field: &str,
        tx: &Tx,
        caller: &Caller,
        id: MatchingDayId,
    ) -> Outcome<MatchingDay> {
        let day = tx.matching_day(caller.viewer()?, id).await?;
        Ok(day.ok_or_else(|| Problem::not_found(field))?)
    }

    /// A matching day, for its organiser.
    pub(crate) async fn own_day(
        &self,
        tx: &Tx,
        caller: &Caller,
        id: MatchingDayId,
    ) -> Outcome<MatchingDay> {
        self.own_day_at("matchingDayId", tx, caller, id).await
    }

    /// The same; `field` is the input that names it.
    async fn own_day_at(
        &self,
        field: &str,
        tx: &Tx,
        caller: &Caller,
        id: MatchingDayId,
    ) -> Outcome<MatchingDay> {
        let day = self.day(field, tx, caller, id).await?;
        caller.may(Action::RunMatchingDay {
            organiser: day.organiser,
        })?;
        Ok(day)
    }

    /// Saves a changed matching day and tells everybody who is registered.
    pub(crate) async fn save_day(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        read_version: i32,
    ) -> Outcome<()> {
        if !tx.update_matching_day(day, read_version).await? {
            return Err(Problem::stale(day.version).into());
        }
        let registered = tx.registrations_for(day.id).await?;
        self.note_day(
            tx,
            day,
            registered.into_iter().map(|r| r.organisation).collect(),
        )
        .await
    }

    /// Tells subscribers of the organiser and of `concerns`.
    pub(crate) async fn note_day(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        mut concerns: Vec<matchday_domain::id::OrganisationId>,
    ) -> Outcome<()> {
        concerns.push(day.organiser);
        let change = Change {
            kind: ChangeKind::MatchingDay(day.id),
            concerns,
        };
        Ok(tx.note(&[change], self.now()).await?)
    }
}
