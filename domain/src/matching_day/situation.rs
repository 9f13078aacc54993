//! Turns what is known of a matching day into a scheduling problem.

use super::arrangement::Keys;
use super::ground::{Ground, Two};
use super::place::is_remote;
use super::rules::consortia_on;
use super::{
    Answer, Delegate, HalfDay, MatchingDay, Meeting, MeetingRequest, PairRule, Priority,
    Registration, RuledPair, Rules, Side,
};
use crate::id::{ConsortiumId, MeetingRequestId, OrganisationId, RegistrationId};
use crate::organisation::{Consortium, ConsortiumMember, Organisation};
use crate::problem::{Code, Problems};
use crate::scheduling::{
    Group, Lock, Participant, PriorityClass, Problem, Request, Resource, Seat, Slot, Table,
};
use crate::text::{Language, Message, Text};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

mod agreement;

/// Suggestions taken up for a demander without a request, best first.
pub const SUGGESTIONS_PER_DEMANDER: usize = 5;

/// The least score of a pair that is suggested though nobody asked, in hundredths of a point.
pub const SUGGESTED_FROM: i32 = 5_000;

/// The best score of a pair of registrations, in hundredths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairScore {
    /// The demand side.
    pub demander: RegistrationId,
    /// The supply side.
    pub provider: RegistrationId,
    /// 0 to 10000.
    pub score: i32,
}

/// What is known of a matching day when its timetable is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The day.
    pub day: &'a MatchingDay,
    /// Who takes part, with those who have withdrawn.
    pub registrations: &'a [Registration],
    /// Their organisations.
    pub organisations: &'a [Organisation],
    /// All consortia.
    pub consortia: &'a [Consortium],
    /// Their dated members.
    pub members: &'a [ConsortiumMember],
    /// Whom they send.
    pub delegates: &'a [Delegate],
    /// Who wants to meet whom.
    pub requests: &'a [MeetingRequest],
    /// How well pairs fit.
    pub scores: &'a [PairScore],
    /// What the organiser rules about the day.
    pub rules: &'a Rules,
    /// What the organiser rules about pairs.
    pub pairs: &'a [RuledPair],
    /// Meetings of an earlier timetable; the locked ones must stay where they are.
    pub locked: &'a [Meeting],
    /// How far the day has gone, and what was published.
    pub ground: Ground<'a>,
}

/// A pair on its way into the problem.
struct Pair {
    demander: usize,
    provider: usize,
    class: PriorityClass,
    must: bool,
    resources: BTreeSet<i32>,
    request: Option<MeetingRequestId>,
    /// One side does not want to meet, or no longer.
    refused: bool,
}

type Rulings = BTreeMap<Two, PairRule>;
type Owners<'a> = BTreeMap<RegistrationId, &'a Organisation>;

impl Situation<'_> {
    /// The scheduling problem, with the meaning of its indexes.
    ///
    /// # Errors
    /// Rules that contradict what the parties say or each other: a required pair of which one has withdrawn or does not
    /// want to meet, a locked meeting of a forbidden pair, locked meetings that together need more than there is.
    pub fn problem(&self) -> Result<(Problem, Keys), Problems> {
        let mut keys = Keys {
            tables: self.day.tables.iter().map(|t| t.number).collect(),
            ..Keys::default()
        };
        let mut problem = Problem {
            slots: self.slots(),
            tables: self.day.tables.iter().map(closed_as).collect(),
            ..Problem::default()
        };
        let owners = self.owners();
        let met = self.ground.met();
        let has_met = |id: RegistrationId| met.iter().any(|pair| pair.0 == id || pair.1 == id);
        let there = |r: &&Registration| !r.withdrawn || has_met(r.id);
        for registration in self.registrations.iter().filter(there) {
            let own: Vec<&Delegate> = self
                .delegates
                .iter()
                .filter(|d| d.registration == registration.id)
                .collect();
            problem
                .participants
                .push(self.participant(registration, &own, &owners));
            keys.participants.push(registration.id);
            keys.seats.push(own.iter().map(|d| d.id).collect());
        }
        self.add_groups(&owners, &mut problem, &mut keys);
        self.add_resources(&mut problem, &mut keys);
        let rulings: Rulings = (self.pairs.iter())
            .filter(|pair| pair.rule != PairRule::Free)
            .map(|pair| ((pair.demander, pair.provider), pair.rule))
            .collect();
        self.expect_agreement(&rulings, &owners)?;
        self.add_requests(&rulings, &mut problem, &mut keys);
        self.add_locks(&met, &mut problem, &keys);
        self.ground.freeze(&mut problem, &keys);
        match problem.check() {
            Ok(()) => Ok((problem, keys)),
            Err(errors) => {
                let name = |participant: usize| name(&owners, keys.participants[participant]);
                let told = errors
                    .iter()
                    .map(|error| contradiction(keys.told_error(&problem, error, &name)));
                Err(told.collect())
            }
        }
    }

    fn owners(&self) -> Owners<'_> {
        let organisations: BTreeMap<OrganisationId, &Organisation> =
            self.organisations.iter().map(|o| (o.id, o)).collect();
        let owner = |r: &Registration| Some((r.id, *organisations.get(&r.organisation)?));
        self.registrations.iter().filter_map(owner).collect()
    }

    fn slots(&self) -> Vec<Slot> {
        let minute = |at: Timestamp| at.timestamp().div_euclid(60);
        let slot = |slot: &super::TimeSlot| Slot {
            starts_minute: minute(slot.starts_at),
            ends_minute: minute(slot.ends_at),
            follows_break: slot.follows_break,
        };
        self.day.slots.iter().map(slot).collect()
    }

    fn participant(
        &self,
        registration: &Registration,
        delegates: &[&Delegate],
        owners: &Owners<'_>,
    ) -> Participant {
        let seats: Vec<Seat> = delegates
            .iter()
            .map(|delegate| Seat {
                available: (0..self.day.slots.len())
                    .filter(|slot| {
                        !registration.withdrawn
                            && !delegate
                                .unavailable_slots
                                .iter()
                                .any(|u| usize::try_from(*u) == Ok(*slot))
                    })
                    .collect(),
            })
            .collect();
        let most = count(i32::try_from(seats.len() * self.day.slots.len()).unwrap_or(i32::MAX));
        let cap = registration.meetings_max.map_or(most, count).min(most);
        let equity = owners
            .get(&registration.id)
            .map_or(0, |owner| self.rules.equity.percent_of(owner));
        Participant {
            seats,
            cap,
            floor: if registration.withdrawn {
                0
            } else {
                count(registration.meetings_min).min(cap)
            },
            // Hospitals sit, companies walk: the seated side keeps its table.
            keeps_table: registration.side == Side::Supply,
            rest: count(registration.rest_slots.max(self.rules.rest_slots)),
            equity_percent: count(equity),
            preferred: registration.preferred_half.map(|half| {
                let slots = self.day.slots.iter().enumerate();
                let local = |at: Timestamp| at.with_timezone(&self.day.zone).time();
                slots
                    .filter(|(_, slot)| HalfDay::of(local(slot.starts_at)) == half)
                    .map(|(index, _)| index)
                    .collect()
            }),
            finishes_early: registration.finishes_early,
        }
    }

    fn add_groups(&self, owners: &Owners<'_>, problem: &mut Problem, keys: &mut Keys) {
        let names: BTreeMap<ConsortiumId, Text> = (self.consortia.iter())
            .map(|consortium| (consortium.id, consortium.name.clone()))
            .collect();
        let parts: BTreeMap<OrganisationId, Vec<ConsortiumId>> =
            consortia_on(self.day, self.members);
        for rule in &self.rules.groups {
            let is_member = |registration: &RegistrationId| {
                owners.get(registration).is_some_and(|member| {
                    let own = parts.get(&member.id).map_or(&[][..], Vec::as_slice);
                    rule.of.includes(member, own)
                })
            };
            let participants = keys.participants.iter().enumerate();
            problem.groups.push(Group {
                members: participants
                    .filter(|(_, registration)| is_member(registration))
                    .map(|(index, _)| index)
                    .collect(),
                cap: rule.cap.map(count),
                floor: count(rule.floor),
            });
            keys.groups.push(rule.of.name(&names));
        }
    }

    fn add_resources(&self, problem: &mut Problem, keys: &mut Keys) {
        for resource in &self.rules.resources {
            let mut units: Vec<u32> = resource.units.iter().copied().map(count).collect();
            units.resize(self.day.slots.len(), 0);
            problem.resources.push(Resource { units });
            keys.resources.push(resource.name.clone());
        }
    }

    fn add_requests(&self, rulings: &Rulings, problem: &mut Problem, keys: &mut Keys) {
        let index: BTreeMap<RegistrationId, usize> = keys
            .participants
            .iter()
            .enumerate()
            .map(|(i, id)| (*id, i))
            .collect();
        let sides = self.sides(keys);
        let scores: BTreeMap<_, _> = self
            .scores
            .iter()
            .map(|pair| ((pair.demander, pair.provider), pair.score))
            .collect();
        for (received, pair) in self.pairs_to_meet(rulings, &index).into_iter().enumerate() {
            let (one, other) = (&sides[pair.demander], &sides[pair.provider]);
            let of = (
                keys.participants[pair.demander],
                keys.participants[pair.provider],
            );
            let needed = |resource: &super::EventResource| {
                pair.resources.contains(&resource.number)
                    || resource.interprets(&one.languages, &other.languages)
            };
            let resources = self.rules.resources.iter().enumerate();
            problem.requests.push(Request {
                demander: pair.demander,
                provider: pair.provider,
                class: pair.class,
                must: pair.must,
                score: count(scores.get(&of).copied().unwrap_or(0)).min(10_000),
                received: u64::try_from(received).unwrap_or(u64::MAX),
                remote: one.remote || other.remote,
                slots: None,
                resources: resources
                    .filter(|(_, resource)| needed(resource))
                    .map(|(index, _)| index)
                    .collect(),
                rule: self.ground.rule(
                    of,
                    rulings.get(&of).copied().unwrap_or(PairRule::Free),
                    pair.refused,
                ),
            });
            keys.requests.push(pair.request);
        }
    }

    /// What is to be known of the delegates of each participant.
    fn sides(&self, keys: &Keys) -> Vec<Delegation> {
        let of = |(id, seats): (&RegistrationId, &Vec<crate::id::DelegateId>)| {
            let own = || self.delegates.iter().filter(|d| seats.contains(&d.id));
            Delegation {
                remote: is_remote(*id, self.delegates),
                languages: own().flat_map(|d| d.languages.iter().copied()).collect(),
            }
        };
        keys.participants.iter().zip(&keys.seats).map(of).collect()
    }

    /// Requests that stand, in their order, then pairs that must meet though nobody asked, then suggestions.
    fn pairs_to_meet(
        &self,
        rulings: &Rulings,
        index: &BTreeMap<RegistrationId, usize>,
    ) -> Vec<Pair> {
        let (stands, met) = (self.ground.pairs(), self.ground.met());
        let withdrawn: BTreeSet<RegistrationId> = (self.registrations.iter())
            .filter(|registration| registration.withdrawn)
            .map(|registration| registration.id)
            .collect();
        let both = |pair: Two| {
            let gone = withdrawn.contains(&pair.0) || withdrawn.contains(&pair.1);
            if gone && !met.contains(&pair) {
                return None;
            }
            Some((*index.get(&pair.0)?, *index.get(&pair.1)?))
        };
        let unasked = |(demander, provider)| Pair {
            demander,
            provider,
            class: PriorityClass::Suggested,
            must: false,
            resources: BTreeSet::new(),
            request: None,
            refused: false,
        };
        let mut known = BTreeSet::new();
        let mut pairs = Vec::new();
        for request in self.requests {
            let pair = (request.demander, request.provider);
            let refused = matches!(request.answer, Answer::Declined | Answer::Withdrawn);
            let class = match (request.answer, request.sent_by) {
                (Answer::Declined | Answer::Withdrawn, _) if !stands.contains(&pair) => {
                    // Nobody suggests what was declined; that it was taken back does not keep the organiser from it.
                    if request.answer == Answer::Declined
                        || rulings.get(&pair) != Some(&PairRule::Required)
                    {
                        known.insert(pair);
                    }
                    continue;
                }
                (Answer::Accepted, _) => PriorityClass::Mutual,
                (_, Side::Demand) => PriorityClass::DemandSide,
                (_, Side::Supply) => PriorityClass::SupplySide,
            };
            known.insert(pair);
            let Some((demander, provider)) = both(pair) else {
                continue;
            };
            pairs.push(Pair {
                demander,
                provider,
                class,
                // A "must" binds once both sides want it: one side alone cannot force the other.
                must: request.priority == Priority::Must && request.answer == Answer::Accepted,
                resources: request.resources.iter().copied().collect(),
                // What was taken back is answered by no meeting to come.
                request: (!refused || met.contains(&pair)).then_some(request.id),
                refused,
            });
        }
        for (pair, rule) in rulings {
            // A forbidden pair is kept where somebody asked, so that the reason is told.
            if known.insert(*pair) && *rule == PairRule::Required {
                pairs.extend(both(*pair).map(unasked));
            }
        }
        let asked: BTreeSet<_> = pairs.iter().map(|p| (p.demander, p.provider)).collect();
        let stand = stands.iter().filter_map(|pair| both(*pair));
        pairs.extend(stand.filter(|pair| !asked.contains(pair)).map(unasked));
        known.extend(stands);
        let mut suggested: Vec<&PairScore> = self
            .scores
            .iter()
            .filter(|pair| {
                pair.score >= SUGGESTED_FROM && !known.contains(&(pair.demander, pair.provider))
            })
            .collect();
        suggested.sort_by_key(|pair| (pair.demander, -pair.score, pair.provider));
        let mut taken: BTreeMap<RegistrationId, usize> = BTreeMap::new();
        for pair in suggested {
            let Some(found) = both((pair.demander, pair.provider)) else {
                continue;
            };
            let so_far = taken.entry(pair.demander).or_default();
            if *so_far < SUGGESTIONS_PER_DEMANDER {
                *so_far += 1;
                pairs.push(unasked(found));
            }
        }
        pairs
    }

    /// The meetings that must stay where they are, beside those of the past.
    fn locks<'a>(&'a self, met: &'a BTreeSet<Two>) -> impl Iterator<Item = &'a Meeting> {
        let locked = self.locked.iter().filter(|m| m.locked && m.stands());
        locked.filter(|m| !self.ground.is_past(m) && !met.contains(&(m.demander, m.provider)))
    }

    fn add_locks(&self, met: &BTreeSet<Two>, problem: &mut Problem, keys: &Keys) {
        for meeting in self.locks(met) {
            let request = problem.requests.iter().position(|request| {
                keys.participants[request.demander] == meeting.demander
                    && keys.participants[request.provider] == meeting.provider
            });
            let (Some(request), Ok(slot)) = (request, usize::try_from(meeting.slot)) else {
                continue;
            };
            let seat = |participant: usize| {
                keys.seats[participant]
                    .iter()
                    .position(|d| meeting.delegates.contains(d))
            };
            let table = meeting
                .table
                .and_then(|number| keys.tables.iter().position(|t| *t == number));
            let (demander, provider) = (
                problem.requests[request].demander,
                problem.requests[request].provider,
            );
            let lock = Lock {
                request,
                slot,
                table,
                demander_seat: seat(demander),
                provider_seat: seat(provider),
            };
            problem.locks.push(lock);
        }
    }
}

fn closed_as(table: &super::EventTable) -> Table {
    let slots = table.closed.iter();
    Table {
        closed: slots
            .filter_map(|slot| usize::try_from(*slot).ok())
            .collect(),
    }
}

/// What is to be known of the delegates of an organisation together.
struct Delegation {
    remote: bool,
    languages: BTreeSet<Language>,
}

fn name(owners: &Owners<'_>, registration: RegistrationId) -> Text {
    let owner = owners.get(&registration);
    owner.map_or_else(Text::default, |owner| owner.profile.name.clone())
}

fn contradiction(message: Message) -> crate::problem::Problem {
    crate::problem::Problem::whole(Code::WrongState, message)
}

fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
