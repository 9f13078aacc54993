//! The figures of a timetable, counted from its meetings alone: shares nothing with the search.

use super::{Aim, LevelName, Placed, Policy, Problem, Request};
use std::collections::{BTreeMap, BTreeSet};

/// A gap between slots from which on, in minutes, a new day begins.
const NIGHT_MINUTES: i64 = 6 * 60;

/// The figures in the order of the policy. Meetings that the problem does not know, or the second of a request, do not
/// count. Changes are counted of what was `published`, less their price (in the unit of weights) if it is known.
pub fn figures(
    problem: &Problem,
    policy: &Policy,
    meetings: &[Placed],
    published: Option<(&[Placed], Option<i64>)>,
) -> Vec<(LevelName, i64)> {
    let mut seen = BTreeSet::new();
    let mut all: Vec<&Placed> = (meetings.iter())
        .filter(|m| m.request < problem.requests.len() && m.slot < problem.slots.len())
        .filter(|m| seen.insert(m.request))
        .collect();
    all.sort_by_key(|meeting| (meeting.slot, meeting.request));
    let met: Vec<&Request> = all.iter().map(|m| &problem.requests[m.request]).collect();
    let mut slots_of = vec![BTreeSet::new(); problem.participants.len()];
    for (meeting, request) in all.iter().zip(&met) {
        slots_of[request.demander].insert(meeting.slot);
        slots_of[request.provider].insert(meeting.slot);
    }
    let gaps: Vec<(i64, i64)> = (slots_of.iter().enumerate())
        .map(|(p, slots)| gaps(problem, p, slots))
        .collect();
    let weight = |request: &&Request| policy.weight(problem, request);
    let weight = met.iter().map(weight).fold(0, i64::saturating_add);
    let mut levels = vec![(LevelName::Coverage, coverage(problem, &met))];
    let changes = published.map(|(was, price)| {
        let stays = |was: &&Placed| {
            let mut all = all.iter();
            all.any(|m| (m.request, m.slot) == (was.request, was.slot))
        };
        (count(was.iter().filter(|was| !stays(was))), price)
    });
    if let Some((changes, Some(price))) = changes {
        let paid = weight.saturating_sub(changes.saturating_mul(price));
        levels.push((LevelName::WeightLessChanges, paid));
    }
    levels.push((LevelName::Weight, weight));
    levels.extend(changes.map(|(changes, _)| (LevelName::Changes, changes)));
    for aim in Aim::in_order(&policy.order) {
        let value = match aim {
            Aim::Breaks => gaps.iter().map(|gap| gap.0).sum(),
            Aim::IdleSlots => gaps.iter().map(|gap| gap.1).sum(),
            Aim::BreakSpread => spread(gaps.iter().map(|gap| gap.0)),
            Aim::SatisfactionSpread => spread(shares(problem, &met).into_iter()),
            Aim::Preferences => {
                let all = slots_of.iter().enumerate();
                all.map(|(p, slots)| unwished(problem, p, slots)).sum()
            }
        };
        levels.push((aim.level(), value));
    }
    levels.push((LevelName::TableMoves, table_moves(problem, &all)));
    levels
}

fn count<T>(all: impl Iterator<Item = T>) -> i64 {
    all.fold(0, |count, _| count + 1)
}

/// The largest less the smallest.
fn spread(all: impl Iterator<Item = i64> + Clone) -> i64 {
    all.clone().max().unwrap_or(0) - all.min().unwrap_or(0)
}

/// A must counts more than all floors together; a floor as far as it is met, and a first meeting for everybody.
fn coverage(problem: &Problem, met: &[&Request]) -> i64 {
    let (mut reached, mut most) = (0_i64, 0_i64);
    let mut add = |units: i64, had: i64| {
        reached = reached.saturating_add(units.min(had));
        most = most.saturating_add(units);
    };
    let mut had = vec![0; problem.participants.len()];
    for request in met {
        had[request.demander] += 1;
        had[request.provider] += 1;
    }
    for (participant, had) in problem.participants.iter().zip(had) {
        add(
            i64::from(participant.cap.min(participant.floor.max(1))),
            had,
        );
    }
    for group in &problem.groups {
        let members: BTreeSet<usize> = group.members.iter().copied().collect();
        let own = |request: &&&Request| {
            members.contains(&request.demander) || members.contains(&request.provider)
        };
        add(i64::from(group.floor), count(met.iter().filter(own)));
    }
    let musts = count(met.iter().filter(|request| request.must));
    reached.saturating_add(musts.saturating_mul(most.saturating_add(1)))
}

/// Breaks and idle slots of one who meets in these slots: waits in which it is there, beyond its rest.
fn gaps(problem: &Problem, participant: usize, slots: &BTreeSet<usize>) -> (i64, i64) {
    let rest = i64::from(problem.participants[participant].rest);
    let (mut breaks, mut idle, mut waits) = (0, 0, None);
    for (slot, at) in problem.slots.iter().enumerate() {
        if at.follows_break {
            waits = None;
        }
        if slots.contains(&slot) {
            let beyond = waits
                .replace(0)
                .map_or(0, |waits: i64| (waits - rest).max(0));
            breaks += i64::from(beyond > 0);
            idle += beyond;
        } else if problem.seats_in(participant, slot) > 0 {
            waits = waits.map(|waits| waits + 1);
        }
    }
    (breaks, idle)
}

/// Meetings outside of what it prefers, and, of who would be done early, slots of a day in which it waits before its last.
fn unwished(problem: &Problem, participant: usize, slots: &BTreeSet<usize>) -> i64 {
    let who = &problem.participants[participant];
    let preferred = |slot: &usize| who.preferred.as_ref().is_none_or(|all| all.contains(*slot));
    let outside = count(slots.iter().filter(|slot| !preferred(slot)));
    if !who.finishes_early {
        return outside;
    }
    let (mut waits, mut waiting) = (0, 0);
    for (slot, at) in problem.slots.iter().enumerate() {
        let before = slot.checked_sub(1).map(|before| &problem.slots[before]);
        let night = |before: &super::Slot| at.starts_minute.saturating_sub(before.ends_minute);
        if before
            .map(night)
            .is_some_and(|night| night >= NIGHT_MINUTES)
        {
            waiting = 0;
        }
        if slots.contains(&slot) {
            waits += std::mem::take(&mut waiting);
        } else if problem.seats_in(participant, slot) > 0 {
            waiting += 1;
        }
    }
    outside + waits
}

/// Of who has requests, how much of them meets, per mille.
fn shares(problem: &Problem, met: &[&Request]) -> Vec<i64> {
    let mut both = vec![(0, 0); problem.participants.len()];
    for request in &problem.requests {
        both[request.demander].0 += 1;
        both[request.provider].0 += 1;
    }
    for request in met {
        both[request.demander].1 += 1;
        both[request.provider].1 += 1;
    }
    let asked = both.into_iter().filter(|(asked, _)| *asked > 0);
    asked.map(|(asked, had)| had * 1_000 / asked).collect()
}

/// How often a delegate of one who stays seated, the supply side's first, sits at another table than before.
fn table_moves(problem: &Problem, all: &[&Placed]) -> i64 {
    let mut homes = BTreeMap::new();
    let mut moves = 0;
    for meeting in all {
        let request = &problem.requests[meeting.request];
        let sides = [
            (request.provider, meeting.provider_seat),
            (request.demander, meeting.demander_seat),
        ];
        let mut sides = sides.into_iter();
        let sitter = sides.find(|(p, _)| problem.participants[*p].keeps_table);
        if let (Some(sitter), Some(table)) = (sitter, meeting.table) {
            let before = homes.insert(sitter, table);
            moves += i64::from(before.is_some_and(|before| before != table));
        }
    }
    moves
}
