//! What counts for coverage: musts, floors of participants and groups, and a meeting for everybody.

use super::Problem;

/// Units of a participant that count for coverage: its floor, and at least one meeting for everybody.
pub(super) fn covering_units(problem: &Problem, participant: usize) -> i64 {
    let participant = &problem.participants[participant];
    i64::from(participant.floor.max(1).min(participant.cap))
}

/// What a must-request counts for coverage: more than all floors together.
pub(super) fn must_units(problem: &Problem) -> i64 {
    let participants = (0..problem.participants.len()).map(|p| covering_units(problem, p));
    let groups = problem.groups.iter().map(|group| i64::from(group.floor));
    1 + participants.chain(groups).sum::<i64>()
}

/// Coverage and weight of a choice.
pub(super) fn value(problem: &Problem, weights: &[i64], chosen: &[bool]) -> (i64, i64) {
    let mut meetings = vec![0_i64; problem.participants.len()];
    let mut in_group = vec![0_i64; problem.groups.len()];
    let (mut coverage, mut weight) = (0, 0);
    let (must, groups_of) = (must_units(problem), problem.groups_of());
    for (i, request) in (problem.requests.iter().enumerate()).filter(|(i, _)| chosen[*i]) {
        meetings[request.demander] += 1;
        meetings[request.provider] += 1;
        for group in &groups_of[i] {
            in_group[*group as usize] += 1;
        }
        weight += weights[i];
        if request.must {
            coverage += must;
        }
    }
    for (p, count) in meetings.iter().enumerate() {
        coverage += (*count).min(covering_units(problem, p));
    }
    for (group, count) in problem.groups.iter().zip(in_group) {
        coverage += count.min(i64::from(group.floor));
    }
    (coverage, weight)
}
