//! The checker of a timetable in which every meeting takes place; it shares nothing with the encoding.

use super::AllMeet;
use std::collections::BTreeMap;

/// A rule that a timetable breaks. Numbers are indexes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not one slot for each meeting.
    #[error("{0} slots for {1} meetings")]
    Length(usize, usize),
    /// A slot that does not exist.
    #[error("meeting {0} lies in a slot that does not exist")]
    NoSuchSlot(usize),
    /// A slot outside the session or window of a meeting.
    #[error("meeting {0} lies outside its session")]
    Window(usize),
    /// A fixed meeting that was moved.
    #[error("meeting {0} is not where it is fixed")]
    Fixed(usize),
    /// A meeting in a forbidden slot.
    #[error("participant {0} meets in the forbidden slot {1}")]
    Forbidden(usize, usize),
    /// Two meetings of a participant at a time.
    #[error("participant {0} meets twice in slot {1}")]
    Twice(usize, usize),
    /// More meetings than tables.
    #[error("slot {0} has {1} meetings for {2} tables")]
    Tables(usize, usize, usize),
    /// A precedence that is not kept.
    #[error("meeting {0} is not before meeting {1}")]
    Precedence(usize, usize),
    /// Breaks too unequal.
    #[error("the breaks of participants differ by {0}, more than {1}")]
    Fairness(usize, usize),
}

/// Breaks of a timetable, by participant: maximal runs of consecutive meetings, less one.
///
/// # Errors
/// Every rule that it breaks: `slots[i]` is the slot of meeting `i`, `fairness` the most by which the breaks of two
/// participants may differ.
pub fn check(
    problem: &AllMeet,
    slots: &[usize],
    fairness: Option<usize>,
) -> Result<Vec<usize>, Vec<Broken>> {
    if slots.len() != problem.meetings.len() {
        return Err(vec![Broken::Length(slots.len(), problem.meetings.len())]);
    }
    let mut broken = Vec::new();
    let mut in_slot = BTreeMap::<usize, usize>::new();
    let mut diary = vec![Vec::new(); problem.participants];
    for (i, (meeting, slot)) in problem.meetings.iter().zip(slots).enumerate() {
        if *slot >= problem.tables.len() {
            broken.push(Broken::NoSuchSlot(i));
            continue;
        }
        if let Some(window) = &meeting.window
            && !window.contains(*slot)
        {
            broken.push(Broken::Window(i));
        }
        if meeting.fixed.is_some_and(|fixed| fixed != *slot) {
            broken.push(Broken::Fixed(i));
        }
        for side in meeting.sides {
            if problem.forbidden[side].contains(*slot) {
                broken.push(Broken::Forbidden(side, *slot));
            }
            diary[side].push(*slot);
        }
        *in_slot.entry(*slot).or_default() += 1;
    }
    for (slot, meetings) in in_slot {
        if meetings > problem.tables[slot] {
            broken.push(Broken::Tables(slot, meetings, problem.tables[slot]));
        }
    }
    for (first, second) in &problem.precedences {
        if slots[*first] >= slots[*second] {
            broken.push(Broken::Precedence(*first, *second));
        }
    }
    let mut breaks = Vec::with_capacity(problem.participants);
    for (participant, mut slots) in diary.into_iter().enumerate() {
        slots.sort_unstable();
        for pair in slots.windows(2) {
            if pair[0] == pair[1] {
                broken.push(Broken::Twice(participant, pair[0]));
            }
        }
        breaks.push(
            slots
                .windows(2)
                .filter(|pair| pair[1] > pair[0] + 1)
                .count(),
        );
    }
    if let (Some(most), Some(max), Some(min)) = (fairness, breaks.iter().max(), breaks.iter().min())
        && max - min > most
    {
        broken.push(Broken::Fairness(max - min, most));
    }
    if broken.is_empty() {
        Ok(breaks)
    } else {
        Err(broken)
    }
}
