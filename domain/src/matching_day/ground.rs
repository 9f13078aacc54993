//! What a run finds already there: how far the day has gone, and the timetable that was published.
//!
//! A meeting in a slot that has begun took place, or is taking place: every run keeps it as it was published, whatever
//! has changed since, and adds nothing beside it. A repair begins with the rest of the published timetable too, and
//! leaves off what was called off.

use super::arrangement::{Keys, Stood};
use super::{Meeting, PairRule};
use crate::id::RegistrationId;
use crate::scheduling::{self, Lock, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// A pair that may meet: the demand side and the supply side.
pub type Two = (RegistrationId, RegistrationId);

/// What a run finds already there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ground<'a> {
    /// Slots that have begun, the first ones.
    pub past: usize,
    /// The meetings of the published timetable, with those that were called off; empty before.
    pub published: &'a [Meeting],
    /// Of a repair, the pairs that stay off; absent: what is not past is arranged anew.
    pub called_off: Option<&'a BTreeSet<Two>>,
}

/// What stays off when a published timetable is repaired: what is called off in it, and what was off before and has not
/// been taken up again.
pub fn called_off(published: &[Meeting], before: &[Two]) -> BTreeSet<Two> {
    let of = |stands: bool| {
        let all = published.iter().filter(move |m| m.stands() == stands);
        all.map(two)
    };
    let standing: BTreeSet<Two> = of(true).collect();
    let mut off: BTreeSet<Two> = before.iter().copied().collect();
    off.retain(|pair| !standing.contains(pair));
    off.extend(of(false));
    off
}

fn two(meeting: &Meeting) -> Two {
    (meeting.demander, meeting.provider)
}

fn slot(meeting: &Meeting) -> usize {
    usize::try_from(meeting.slot).unwrap_or(usize::MAX)
}

impl Ground<'_> {
    /// Whether a slot has begun.
    pub(super) fn is_past(&self, meeting: &Meeting) -> bool {
        slot(meeting) < self.past
    }

    /// The published meetings that stand and from which a run begins: those of the past, and all for a repair.
    fn standing(&self) -> impl Iterator<Item = &Meeting> {
        let all = self.published.iter().filter(|meeting| meeting.stands());
        all.filter(|meeting| self.called_off.is_some() || self.is_past(meeting))
    }

    /// The pairs of these meetings: they are part of the problem, whatever became of their requests.
    pub(super) fn pairs(&self) -> BTreeSet<Two> {
        self.standing().map(two).collect()
    }

    /// The pairs that have met.
    pub(super) fn met(&self) -> BTreeSet<Two> {
        let past = self.standing().filter(|meeting| self.is_past(meeting));
        past.map(two).collect()
    }

    /// What holds for a pair: `refused` are those of which one side does not want to meet, or no longer.
    pub(super) fn rule(&self, pair: Two, ruled: PairRule, refused: bool) -> scheduling::PairRule {
        let off = self.called_off.is_some_and(|off| off.contains(&pair));
        match ruled {
            PairRule::Free if refused || off => scheduling::PairRule::Forbidden,
            ruled => ruled.into(),
        }
    }

    /// The meetings from which a run begins, once the problem has its requests.
    pub fn stood(&self, problem: &Problem, keys: &Keys) -> Vec<Stood> {
        let requests: BTreeMap<Two, usize> = keys.pairs(problem).zip(0..).collect();
        let stood = self.standing().filter_map(|meeting| {
            Some(Stood {
                request: *requests.get(&two(meeting))?,
                slot: slot(meeting),
                table: meeting.table,
                delegates: meeting.delegates.clone(),
                locked: meeting.locked,
            })
        });
        stood.collect()
    }

    /// Fixes the past: those who met had the delegates, the tables and whatever else it took, and nobody else meets then.
    pub(super) fn freeze(&self, problem: &mut Problem, keys: &Keys) {
        let past = self.past;
        if past == 0 {
            return;
        }
        let all = self.stood(problem, keys);
        let past_ones = all.into_iter().filter(|stood| stood.slot < past);
        let met: BTreeMap<usize, Stood> = past_ones.map(|stood| (stood.request, stood)).collect();
        let mut meets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (request, stood) in &met {
            let request = &problem.requests[*request];
            for p in [request.demander, request.provider] {
                meets.entry(p).or_default().push(stood.slot);
            }
        }
        // Whoever was there beside the delegates of the timetable stays too; nobody else waits then.
        for (p, participant) in problem.participants.iter_mut().enumerate() {
            let then = meets.get(&p).map_or(&[][..], Vec::as_slice);
            for seat in &mut participant.seats {
                let later = seat.available.iter().filter(|slot| *slot >= past);
                seat.available = then.iter().copied().chain(later).collect();
            }
        }
        for table in &mut problem.tables {
            table.closed = table.closed.iter().filter(|slot| *slot >= past).collect();
        }
        let locks: Vec<Lock> = met
            .values()
            .map(|stood| lock(problem, keys, stood))
            .collect();
        scheduling::freeze(problem, past, &locks);
    }

    /// Whether a timetable has in the slots that have begun what was published there.
    pub fn is_kept_by(&self, meetings: &[Meeting]) -> bool {
        let past = |all: &[Meeting]| -> BTreeSet<_> {
            let then = all.iter().filter(|m| m.stands() && self.is_past(m));
            then.map(|meeting| {
                let delegates: BTreeSet<_> = meeting.delegates.iter().copied().collect();
                (two(meeting), meeting.slot, meeting.table, delegates)
            })
            .collect()
        };
        past(self.published) == past(meetings)
    }
}

fn lock(problem: &Problem, keys: &Keys, stood: &Stood) -> Lock {
    let request = &problem.requests[stood.request];
    let placed = keys.placed(problem, stood);
    let seat = |participant: usize, seat: usize| {
        let seats = &problem.participants[participant].seats;
        (seat < seats.len()).then_some(seat)
    };
    Lock {
        request: stood.request,
        slot: stood.slot,
        table: placed.table.filter(|_| !request.remote),
        demander_seat: seat(request.demander, placed.demander_seat),
        provider_seat: seat(request.provider, placed.provider_seat),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(in crate::matching_day) mod tests;
