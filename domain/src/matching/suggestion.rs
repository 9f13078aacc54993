//! Whom an organisation of an event should meet, under the event's weights; and what other weights would change.
//!
//! [`Candidate`]s are the stored matches between those who take part that the gate does not deny. An organisation's
//! list has each organisation of the other side once, by the best match of the two; the demand side's lists keep the
//! floor of [`super::exposure`].

use super::Weights;
use super::exposure::{self, IN_SIGHT, Listed};
use super::reweigh::{Criteria, Place, Scores};
use crate::id::{DemandId, MatchId, OfferId, OrganisationId};
use crate::text::Message;
use crate::use_conditions::Decision;
use std::collections::{BTreeMap, HashSet};

/// A stored match, as far as it is needed to rank it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The match.
    pub id: MatchId,
    /// The demand.
    pub demand: DemandId,
    /// The offer.
    pub offer: OfferId,
    /// Whose demand.
    pub demander: OrganisationId,
    /// Whose offer.
    pub provider: OrganisationId,
    /// What the gate says.
    pub decision: Decision,
    /// What the score rests on.
    pub criteria: Criteria,
}

impl Candidate {
    fn place(&self, scores: &Scores) -> Place {
        scores.place(self.decision, self.demand, self.offer)
    }
}

/// Somebody on a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion<'a> {
    /// The best match of the two.
    pub candidate: &'a Candidate,
    /// What it scores under the event's weights.
    pub scores: Scores,
    /// Its place, from 1.
    pub rank: usize,
    /// Its place by score, from 1; another than `rank` where it was moved for fair exposure.
    pub rank_by_score: usize,
}

impl Suggestion<'_> {
    /// Why it does not stand where its score puts it.
    pub fn moved(&self) -> Option<Message> {
        let (from, to) = (self.rank_by_score, self.rank);
        match to.cmp(&from) {
            std::cmp::Ordering::Less => Some(Message::new(
                format!("공정한 노출을 위해 {from}위에서 {to}위로 올렸습니다(점수 차 3점 이내)."),
                format!("Moved up for fair exposure, from place {from} to {to} (within 3 points)."),
            )),
            std::cmp::Ordering::Greater => Some(Message::new(
                format!(
                    "다른 기관의 공정한 노출을 위해 {from}위에서 {to}위로 옮겼습니다(점수 차 3점 이내)."
                ),
                format!(
                    "Made room for fair exposure of another, from place {from} to {to} (within 3 points)."
                ),
            )),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The best match of each two organisations, best first.
pub fn best_pairs<'a>(
    candidates: &'a [Candidate],
    weights: &Weights,
) -> Vec<(&'a Candidate, Scores)> {
    let mut all: Vec<_> = candidates
        .iter()
        .map(|candidate| (candidate, candidate.criteria.scores(weights)))
        .collect();
    all.sort_by_key(|(candidate, scores)| candidate.place(scores));
    let mut seen = HashSet::new();
    all.retain(|(candidate, _)| seen.insert((candidate.demander, candidate.provider)));
    all
}

/// The list of an organisation of the demand side; `candidates` are all of the event, for the floor of exposure.
pub fn for_demander<'a>(
    candidates: &'a [Candidate],
    weights: &Weights,
    demander: OrganisationId,
) -> Vec<Suggestion<'a>> {
    let mut lists: BTreeMap<OrganisationId, Vec<(&Candidate, Scores)>> = BTreeMap::new();
    for (candidate, scores) in best_pairs(candidates, weights) {
        lists
            .entry(candidate.demander)
            .or_default()
            .push((candidate, scores));
    }
    let Some(own) = lists.keys().position(|owner| *owner == demander) else {
        return Vec::new();
    };
    let by_score: Vec<Vec<Listed>> = lists
        .values()
        .map(|list| {
            let listed = |(candidate, scores): &(&Candidate, Scores)| Listed {
                offer: candidate.offer,
                score: scores.score,
            };
            list.iter().map(listed).collect()
        })
        .collect();
    let order = exposure::fair_orders(&by_score, IN_SIGHT).swap_remove(own);
    let list = &lists[&demander];
    (1..)
        .zip(order)
        .map(|(rank, place)| Suggestion {
            candidate: list[place].0,
            scores: list[place].1,
            rank,
            rank_by_score: place + 1,
        })
        .collect()
}

/// The list of an organisation of the supply side, by score.
pub fn for_provider<'a>(
    candidates: &'a [Candidate],
    weights: &Weights,
    provider: OrganisationId,
) -> Vec<Suggestion<'a>> {
    let own = best_pairs(candidates, weights).into_iter();
    let own = own.filter(|(candidate, _)| candidate.provider == provider);
    (1..)
        .zip(own)
        .map(|(rank, (candidate, scores))| Suggestion {
            candidate,
            scores,
            rank,
            rank_by_score: rank,
        })
        .collect()
}

/// A match that another order of a demand's matches moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankChange<'a> {
    /// The match.
    pub candidate: &'a Candidate,
    /// Its place now, from 1.
    pub from: usize,
    /// Its place then.
    pub to: usize,
    /// What it scores now.
    pub before: Scores,
    /// What it scores then.
    pub after: Scores,
}

/// What other weights do to a demand's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListChange<'a> {
    /// The demand.
    pub demand: DemandId,
    /// What moves, by the place it has then.
    pub moved: Vec<RankChange<'a>>,
    /// Pairs of matches that change their order.
    pub swapped: u64,
    /// Whether the first [`IN_SIGHT`] or their order change.
    pub top_changes: bool,
}

/// What other weights do to the lists of an event's demands.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsPreview<'a> {
    /// Demands with a list.
    pub lists: usize,
    /// Those whose first [`IN_SIGHT`] or their order change.
    pub tops_changed: usize,
    /// Pairs of matches on one list, over all lists.
    pub pairs: u64,
    /// Those that change their order (Kendall's distance).
    pub swapped: u64,
    /// Lists that change, the most swapped first.
    pub changes: Vec<ListChange<'a>>,
}

/// What `after` instead of `before` does to the list of each demand.
pub fn preview<'a>(
    candidates: &'a [Candidate],
    before: &Weights,
    after: &Weights,
) -> WeightsPreview<'a> {
    let mut lists: BTreeMap<DemandId, Vec<(&Candidate, Scores, Scores)>> = BTreeMap::new();
    for candidate in candidates {
        let of = |weights| candidate.criteria.scores(weights);
        let row = (candidate, of(before), of(after));
        lists.entry(candidate.demand).or_default().push(row);
    }
    let mut preview = WeightsPreview {
        lists: lists.len(),
        tops_changed: 0,
        pairs: 0,
        swapped: 0,
        changes: Vec::new(),
    };
    for (demand, list) in lists {
        let n = u64::try_from(list.len()).unwrap_or(0);
        preview.pairs += n * n.saturating_sub(1) / 2;
        let change = list_change(demand, list);
        preview.swapped += change.swapped;
        preview.tops_changed += usize::from(change.top_changes);
        if !change.moved.is_empty() {
            preview.changes.push(change);
        }
    }
    preview
        .changes
        .sort_by_key(|change| (u64::MAX - change.swapped, change.demand));
    preview
}

fn list_change<'a>(
    demand: DemandId,
    mut list: Vec<(&'a Candidate, Scores, Scores)>,
) -> ListChange<'a> {
    list.sort_by_key(|(candidate, before, _)| candidate.place(before));
    let mut then: Vec<usize> = (0..list.len()).collect();
    then.sort_by_key(|at| list[*at].0.place(&list[*at].2));
    let swapped = then
        .iter()
        .enumerate()
        .map(|(i, from)| then[..i].iter().filter(|above| *above > from).count());
    let swapped = u64::try_from(swapped.sum::<usize>()).unwrap_or(u64::MAX);
    let moved = then.iter().enumerate().filter(|(to, from)| to != *from);
    let moved: Vec<RankChange<'a>> = moved
        .map(|(to, from)| {
            let (candidate, before, after) = list[*from];
            RankChange {
                candidate,
                from: from + 1,
                to: to + 1,
                before,
                after,
            }
        })
        .collect();
    ListChange {
        demand,
        top_changes: moved.iter().any(|change| change.to <= IN_SIGHT),
        moved,
        swapped,
    }
}
