//! The organiser's hand on a timetable: meetings are locked, moved and called off.

use super::arrangement::hide;
use super::once::Once;
use super::{App, Caller, Key, Outcome};
use matchday_domain::id::MeetingId;
use matchday_domain::matching_day::{MatchingDay, Meeting, Place};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
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
    /// Not the organiser, a stale version, a slot that is over, what [`Place::faults`] and [`RunInput::faults`] name, a
    /// table or delegate that is taken, or the store.
    ///
    /// [`RunInput::faults`]: matchday_domain::matching_day::arrangement::RunInput::faults
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
        let sides = [meeting.demander, meeting.provider];
        let delegates = tx.delegates_of(&sides).await?;
        let mut problems = to.faults(&meeting, &day, &delegates);
        problems.extend(to.is_over(&day, self.now()));
        if let Some(run) = tx.runs(&[meeting.arrangement]).await?.pop() {
            let others = tx.meetings_of_run(run.id).await?;
            problems.extend(run.input.faults(&meeting, &others, to.slot));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        meeting.relocate(version, to)?;
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
