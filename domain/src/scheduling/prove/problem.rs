//! The problem in which every meeting has to take place.

use super::super::SlotSet;
use serde::{Deserialize, Serialize};

/// A meeting that has to take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Who meets, two different indexes below `participants`.
    pub sides: [usize; 2],
    /// Its session or window: only these slots; any if absent.
    pub window: Option<SlotSet>,
    /// The slot in which it is fixed.
    pub fixed: Option<usize>,
}

/// Meetings that all have to take place, each participant in one at a time, with as few breaks as possible.
///
/// The business-to-business meeting scheduling problem of Bofill et al. (JAIR 74, 2022), with a window and tables per
/// slot in place of two sessions and one number of tables.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AllMeet {
    /// Number of participants.
    pub participants: usize,
    /// Tables in each slot, in order of time.
    pub tables: Vec<usize>,
    /// The meetings.
    pub meetings: Vec<Meeting>,
    /// For each participant the slots in which it cannot meet.
    pub forbidden: Vec<SlotSet>,
    /// Pairs of meetings; the first lies in an earlier slot than the second.
    pub precedences: Vec<(usize, usize)>,
}

/// What is wrong with a problem. Numbers are indexes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There is no slot.
    #[error("there is no slot")]
    NoSlot,
    /// Not one set of forbidden slots for each participant.
    #[error("forbidden slots of {0} participants, expected {1}")]
    Forbidden(usize, usize),
    /// A meeting of an unknown participant.
    #[error("meeting {0} names an unknown participant")]
    UnknownParticipant(usize),
    /// A meeting of a participant with itself.
    #[error("meeting {0} pairs a participant with itself")]
    SelfPair(usize),
    /// A meeting fixed in a slot that does not exist.
    #[error("meeting {0} is fixed in a slot that does not exist")]
    UnknownSlot(usize),
    /// A precedence of unknown meetings, or of a meeting before itself.
    #[error("precedence {0} names an unknown meeting or a meeting before itself")]
    Precedence(usize),
}

impl AllMeet {
    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.tables.len()
    }

    /// Checks that indexes exist.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), Vec<Malformed>> {
        let mut errors = Vec::new();
        if self.tables.is_empty() {
            errors.push(Malformed::NoSlot);
        }
        if self.forbidden.len() != self.participants {
            let error = Malformed::Forbidden(self.forbidden.len(), self.participants);
            errors.push(error);
        }
        for (i, meeting) in self.meetings.iter().enumerate() {
            let [a, b] = meeting.sides;
            if a.max(b) >= self.participants {
                errors.push(Malformed::UnknownParticipant(i));
            } else if a == b {
                errors.push(Malformed::SelfPair(i));
            }
            if meeting.fixed.is_some_and(|slot| slot >= self.slots()) {
                errors.push(Malformed::UnknownSlot(i));
            }
        }
        for (i, (first, second)) in self.precedences.iter().enumerate() {
            if first == second || *first.max(second) >= self.meetings.len() {
                errors.push(Malformed::Precedence(i));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// The meetings of each participant.
    pub(super) fn meetings_of(&self) -> Vec<Vec<usize>> {
        let mut of = vec![Vec::new(); self.participants];
        for (i, meeting) in self.meetings.iter().enumerate() {
            for side in meeting.sides {
                of[side].push(i);
            }
        }
        of
    }
}
