//! The organiser's hand on a timetable: meetings are locked, moved and called off.

use super::arrangement::hide;
use super::once::Once;
use super::{App, Caller, Key, Outcome};
use matchday_domain::id::{DelegateId, MeetingId, RegistrationId};
use matchday_domain::matching_day::{Delegate, MatchingDay, Meeting};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem, Problems};
use matchday_domain::text::{Language, Message, Text};
use matchday_infra::store::{StoreError, Tx};

impl App {
    /// Locks a meeting where it is, or lets it go: for the next run.
    ///
    /// # Errors
    /// Not the organiser, a stale version, a meeting that is over, or the store.
    pub async fn lock_meeting(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingId,
        version: i32,
        locked: bool,
    ) -> Outcome<Meeting> {
        let once = Once::new(caller, "lockMeeting", key)?;
        let tx = self.store.begin().await?;
        let (_, mut meeting) = self.own_meeting(&tx, caller, id).await?;
        if once.replay::<MeetingId>(self, &tx).await?.is_some() {
            return Ok(meeting);
        }
        meeting.lock(version, locked)?;
        self.save_meeting(&tx, &meeting, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(meeting)
    }

    /// Moves a meeting to another slot, table or other delegates, and locks it there. Of a published timetable, the
    /// delegates are told.
    ///
    /// # Errors
    /// Not the organiser, a stale version, a slot that is over, a slot or table that does not exist, a delegate of neither side, one who
    /// cannot meet then, a table or delegate that is taken, or the store.
    pub async fn move_meeting(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingId,
        version: i32,
        to: Place,
    ) -> Outcome<Meeting> {
        let once = Once::new(caller, "moveMeeting", key)?;
        let tx = self.store.begin().await?;
        let (day, mut meeting) = self.own_meeting(&tx, caller, id).await?;
        if once.replay::<MeetingId>(self, &tx).await?.is_some() {
            return Ok(meeting);
        }
        let delegates = self.place(&tx, &day, &meeting, &to).await?;
        meeting.relocate(version, to.slot, to.table, delegates)?;
        self.save_meeting(&tx, &meeting, version).await?;
        self.announce_if_published(&tx, &day, &meeting).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(meeting)
    }

    /// Calls a meeting off. Of a published timetable, the delegates are told.
    ///
    /// # Errors
    /// Not the organiser, a stale version, a meeting that is over, or the store.
    pub async fn cancel_meeting(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingId,
        version: i32,
    ) -> Outcome<Meeting> {
        let once = Once::new(caller, "cancelMeeting", key)?;
        let tx = self.store.begin().await?;
        let (day, mut meeting) = self.own_meeting(&tx, caller, id).await?;
        if once.replay::<MeetingId>(self, &tx).await?.is_some() {
            return Ok(meeting);
        }
        meeting.cancel(version)?;
        self.save_meeting(&tx, &meeting, version).await?;
        self.announce_if_published(&tx, &day, &meeting).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(meeting)
    }

    async fn own_meeting(
        &self,
        tx: &Tx,
        caller: &Caller,
        id: MeetingId,
    ) -> Outcome<(MatchingDay, Meeting)> {
        let meeting = tx
            .meetings(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?;
        let day = self
            .own_day(tx, caller, meeting.event)
            .await
            .map_err(hide)?;
        day.expect_arranging()?;
        Ok((day, meeting))
    }

    async fn save_meeting(&self, tx: &Tx, meeting: &Meeting, read_version: i32) -> Outcome<()> {
        if meeting.version == read_version {
            return Ok(());
        }
        match tx.update_meeting(meeting, read_version).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::stale(meeting.version).into()),
            Err(StoreError::Taken(_)) => Err(Problem::at(
                "slot",
                Code::Taken,
                Message::new(
                    "그 시간에 테이블이나 참석자가 이미 배정되어 있습니다.",
                    "The table or a delegate is taken in that slot.",
                ),
            )
            .into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Who sits where a meeting is to be moved, one of each side.
    async fn place(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        meeting: &Meeting,
        to: &Place,
    ) -> Outcome<Vec<DelegateId>> {
        let mut problems = Problems::new();
        match day.slot(to.slot) {
            None => problems.push(Problem::not_found("slot")),
            Some(slot) if slot.ends_at <= self.now() => problems.push(Problem::at(
                "slot",
                Code::WrongState,
                Message::new("그 시간은 이미 지났습니다.", "That slot is over."),
            )),
            Some(_) => {}
        }
        match to.table.map(|number| day.table(number)) {
            Some(None) => problems.push(Problem::not_found("table")),
            Some(Some(table)) if table.closed.contains(&to.slot) => problems.push(Problem::at(
                "table",
                Code::Taken,
                Message::new(
                    "그 시간에는 이 테이블을 쓸 수 없습니다.",
                    "The table is not there in that slot.",
                ),
            )),
            _ => {}
        }
        let delegates = tx
            .delegates_of(&[meeting.demander, meeting.provider])
            .await?;
        let wanted = to
            .delegates
            .clone()
            .unwrap_or_else(|| meeting.delegates.clone());
        let seated: Vec<&Delegate> = delegates
            .iter()
            .filter(|delegate| wanted.contains(&delegate.id))
            .collect();
        let of = |side: RegistrationId| {
            seated
                .iter()
                .filter(|delegate| delegate.registration == side)
                .count()
        };
        if seated.len() != wanted.len() || of(meeting.demander) == 0 || of(meeting.provider) == 0 {
            problems.push(Problem::not_found("delegateIds"));
        }
        if seated
            .iter()
            .any(|delegate| delegate.unavailable_slots.contains(&to.slot))
        {
            problems.push(Problem::at(
                "slot",
                Code::Taken,
                Message::new(
                    "그 시간에 참석할 수 없는 사람이 있습니다.",
                    "A delegate cannot meet in that slot.",
                ),
            ));
        }
        if let Some(resource) = self.taken_up(tx, meeting, to.slot).await? {
            let name = |language| resource.get(language).unwrap_or("?");
            problems.push(Problem::at(
                "slot",
                Code::Taken,
                Message::new(
                    format!(
                        "그 시간에 ‘{}’이(가) 모두 배정되어 있습니다.",
                        name(Language::Ko)
                    ),
                    format!("“{}” is all taken in that slot.", name(Language::En)),
                ),
            ));
        }
        if problems.is_empty() {
            Ok(wanted)
        } else {
            Err(problems.into())
        }
    }

    /// What the meeting needs and others of its timetable hold in a slot.
    async fn taken_up(&self, tx: &Tx, meeting: &Meeting, slot: i32) -> Outcome<Option<Text>> {
        let Some(run) = tx.runs(&[meeting.arrangement]).await?.pop() else {
            return Ok(None);
        };
        if run.input.problem.resources.is_empty() {
            return Ok(None);
        }
        let others = tx.meetings_of_run(run.id).await?;
        let taken = run.input.taken_up(meeting, &others, slot);
        Ok(taken.map(|resource| run.input.keys.resources[resource].clone()))
    }

    /// Meetings that the caller may see: those of the matching days it runs, and its own of published timetables.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn visible_meetings(
        &self,
        caller: &Caller,
        ids: &[MeetingId],
    ) -> Outcome<Vec<Meeting>> {
        let viewer = caller.viewer()?;
        let mut meetings = self.store.meetings(ids).await?;
        let events: Vec<_> = meetings.iter().map(|meeting| meeting.event).collect();
        let days = self.store.matching_days(viewer, &events).await?;
        let parties: Vec<_> = meetings
            .iter()
            .flat_map(|m| [m.demander, m.provider])
            .collect();
        let parties = self.store.registrations(&parties).await?;
        let runs: Vec<_> = meetings.iter().map(|meeting| meeting.arrangement).collect();
        let published = self.store.published_among(&runs).await?;
        meetings.retain(|meeting| {
            let Some(day) = days.iter().find(|day| day.id == meeting.event) else {
                return false;
            };
            let organiser = day.organiser;
            let own = parties.iter().any(|party| {
                [meeting.demander, meeting.provider].contains(&party.id)
                    && Some(party.organisation) == viewer.organisation()
            });
            caller.may(Action::RunMatchingDay { organiser }).is_ok()
                || (own && published.contains(&meeting.arrangement))
        });
        Ok(meetings)
    }
}

/// Where a meeting is to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The slot's index.
    pub slot: i32,
    /// The table's number; none for a remote meeting.
    pub table: Option<i32>,
    /// Who is to sit there; the same as before if not said.
    pub delegates: Option<Vec<DelegateId>>,
}
