//! A meeting of a timetable.

use super::Place;
use crate::catalogue::offer::wrong_state;
use crate::id::{
    ArrangementId, DelegateId, MatchingDayId, MeetingId, MeetingRequestId, RegistrationId,
};
use crate::problem::Problem;

crate::vocabulary! {
    /// Where a meeting stands.
    MeetingState {
        Draft = "draft", "초안", "draft";
        Scheduled = "scheduled", "예정", "scheduled";
        Confirmed = "confirmed", "확정", "confirmed";
        Rescheduled = "rescheduled", "변경", "rescheduled";
        Cancelled = "cancelled", "취소", "cancelled";
        Held = "held", "진행됨", "held";
        NoShow = "no_show", "불참", "no-show";
        Disputed = "disputed", "이견", "disputed";
    }
}

/// A meeting of two organisations in a slot, at a table unless it is remote, with named delegates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Identity.
    pub id: MeetingId,
    /// The run whose timetable it belongs to.
    pub arrangement: ArrangementId,
    /// The matching day.
    pub event: MatchingDayId,
    /// The demand side.
    pub demander: RegistrationId,
    /// The supply side.
    pub provider: RegistrationId,
    /// The request it answers; none for a mere suggestion.
    pub request: Option<MeetingRequestId>,
    /// The slot's index.
    pub slot: i32,
    /// The table's number; none where both sides meet remotely.
    pub table: Option<i32>,
    /// Who sits there, demand side first.
    pub delegates: Vec<DelegateId>,
    /// Where it stands.
    pub state: MeetingState,
    /// A new arrangement must leave it where it is.
    pub locked: bool,
    /// Raised by one at every change.
    pub version: i32,
}

impl Meeting {
    /// Whether it takes place as far as is known.
    pub fn stands(&self) -> bool {
        self.state != MeetingState::Cancelled
    }

    /// Puts it elsewhere and locks it there.
    ///
    /// # Errors
    /// A stale version, or a meeting that was cancelled or has taken place.
    pub fn relocate(&mut self, read_version: i32, to: Place) -> Result<(), Problem> {
        self.expect(read_version)?;
        if !self.can_change() {
            return Err(wrong_state(self.state.label()));
        }
        let delegates = to.delegates.unwrap_or_else(|| self.delegates.clone());
        if (self.slot, self.table, &self.delegates) == (to.slot, to.table, &delegates) {
            return Ok(());
        }
        if self.state != MeetingState::Draft {
            self.state = MeetingState::Rescheduled;
        }
        (self.slot, self.table, self.delegates) = (to.slot, to.table, delegates);
        self.locked = true;
        self.version += 1;
        Ok(())
    }

    /// Locks it where it is, or lets it go.
    ///
    /// # Errors
    /// A stale version, or a meeting that was cancelled or has taken place.
    pub fn lock(&mut self, read_version: i32, locked: bool) -> Result<(), Problem> {
        self.expect(read_version)?;
        if !self.can_change() {
            return Err(wrong_state(self.state.label()));
        }
        if self.locked != locked {
            self.locked = locked;
            self.version += 1;
        }
        Ok(())
    }

    /// Calls it off; its slot, table and delegates are free again.
    ///
    /// # Errors
    /// A stale version, or a meeting that was cancelled or has taken place.
    pub fn cancel(&mut self, read_version: i32) -> Result<(), Problem> {
        self.expect(read_version)?;
        if !self.can_change() {
            return Err(wrong_state(self.state.label()));
        }
        self.state = MeetingState::Cancelled;
        self.locked = false;
        self.version += 1;
        Ok(())
    }

    fn can_change(&self) -> bool {
        use MeetingState::{Confirmed, Draft, Rescheduled, Scheduled};
        matches!(self.state, Draft | Scheduled | Confirmed | Rescheduled)
    }

    fn expect(&self, read_version: i32) -> Result<(), Problem> {
        if read_version == self.version {
            Ok(())
        } else {
            Err(Problem::stale(self.version))
        }
    }
}
