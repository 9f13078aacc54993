//! What is to be arranged.

use super::aim::Aim;
use super::formats::objects::objects;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// Most slots of a problem.
pub const MOST_SLOTS: usize = 128;

/// A set of slots, written as the list of their indexes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlotSet(Vec<u64>);

impl SlotSet {
    /// Whether a slot is in the set.
    pub fn contains(&self, slot: usize) -> bool {
        self.0
            .get(slot / 64)
            .is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|slot| self.contains(*slot))
    }
}

impl FromIterator<usize> for SlotSet {
    fn from_iter<I: IntoIterator<Item = usize>>(slots: I) -> Self {
        let mut words = Vec::new();
        for slot in slots {
            if words.len() <= slot / 64 {
                words.resize(slot / 64 + 1, 0);
            }
            words[slot / 64] |= 1 << (slot % 64);
        }
        Self(words)
    }
}

impl Serialize for SlotSet {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for SlotSet {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let slots = Vec::<Number>::deserialize(d)?;
        Ok(slots.into_iter().map(|slot| slot.0).collect())
    }
}

/// The number of a slot in a set.
struct Number(usize);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let slot = u64::deserialize(d)?;
        // A place costs its own size in memory, whatever else is in the set.
        let known = usize::try_from(slot).ok().filter(|slot| *slot < 1024);
        let known = known.map(Self);
        known.ok_or_else(|| D::Error::invalid_value(Unexpected::Unsigned(slot), &"a slot"))
    }
}

/// A stretch of time in which meetings take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Beginning, in minutes since any epoch.
    pub starts_minute: i64,
    /// End, later than the beginning.
    pub ends_minute: i64,
    /// A planned break lies before it: waiting over it is no break of a participant.
    pub follows_break: bool,
}

/// A table: one meeting a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Slots in which it is not there.
    pub closed: SlotSet,
}

/// A delegate: one meeting a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seat {
    /// Slots in which he or she can meet.
    pub available: SlotSet,
}

/// An organisation; it holds as many meetings in a slot as it has seats that are available then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Participant {
    /// Its delegates.
    #[serde(deserialize_with = "objects")]
    pub seats: Vec<Seat>,
    /// Most meetings.
    pub cap: u32,
    /// Meetings it should have at least; not more than `cap`.
    pub floor: u32,
    /// It stays seated while others come to it.
    pub keeps_table: bool,
    /// Slots that stay free between two of its meetings, for a rest or the way; a planned break is rest enough. What it
    /// holds in the same slot is one meeting in this respect.
    #[serde(default)]
    pub rest: u32,
    /// Percent by which its requests weigh more: equity for regions and small firms.
    #[serde(default)]
    pub equity_percent: u32,
    /// Slots in which it would rather meet: the morning, the afternoon; any if absent.
    #[serde(default)]
    pub preferred: Option<SlotSet>,
    /// It would rather be done early on each day.
    #[serde(default)]
    pub finishes_early: bool,
}

/// Organisations that have a share together: a consortium, a region, firms of a size. An organisation may be in several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    /// Indexes of `participants`.
    pub members: Vec<usize>,
    /// Most meetings in which a member takes part; one of two members counts once.
    pub cap: Option<u32>,
    /// Meetings that they should have at least.
    pub floor: u32,
}

/// What a meeting may need beside a table: an interpreter, a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resource {
    /// How many meetings can have it in each slot.
    pub units: Vec<u32>,
}

/// What the organiser says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairRule {
    /// Whatever is best.
    #[default]
    Free,
    /// They meet, or there is no timetable.
    Required,
    /// They do not meet: competitors, or they have met before.
    Forbidden,
}

/// How a pair came to be proposed, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityClass {
    /// Both sides want to meet.
    Mutual,
    /// The demand side asked.
    DemandSide,
    /// The supply side asked.
    SupplySide,
    /// Nobody asked; the match score proposes it.
    Suggested,
}

/// A pair that may meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The demand side, an index of `participants`.
    pub demander: usize,
    /// The supply side, an index of `participants`.
    pub provider: usize,
    /// How it came to be proposed.
    pub class: PriorityClass,
    /// Both sides insist on it.
    pub must: bool,
    /// Match score, 0 to 10000.
    pub score: u32,
    /// Order of arrival: the earlier wins a tie.
    pub received: u64,
    /// Needs no table.
    pub remote: bool,
    /// Only these slots; any if absent.
    pub slots: Option<SlotSet>,
    /// One unit of each of these resources, indexes of `resources`.
    #[serde(default)]
    pub resources: Vec<usize>,
    /// Whether the two must or must not meet.
    #[serde(default)]
    pub rule: PairRule,
}

/// A meeting that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The request.
    pub request: usize,
    /// The slot.
    pub slot: usize,
    /// The table, if that is locked too.
    pub table: Option<usize>,
    /// The demander's seat, if that is locked too.
    pub demander_seat: Option<usize>,
    /// The provider's seat, if that is locked too.
    pub provider_seat: Option<usize>,
}

/// A matching day in indexes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// Slots in order of time.
    #[serde(deserialize_with = "objects")]
    pub slots: Vec<Slot>,
    /// Tables.
    #[serde(deserialize_with = "objects")]
    pub tables: Vec<Table>,
    /// Organisations.
    #[serde(deserialize_with = "objects")]
    pub participants: Vec<Participant>,
    /// Pairs that may meet.
    #[serde(deserialize_with = "objects")]
    pub requests: Vec<Request>,
    /// Meetings that stay where they are.
    #[serde(deserialize_with = "objects")]
    pub locks: Vec<Lock>,
    /// Shares of several together.
    #[serde(default, deserialize_with = "objects")]
    pub groups: Vec<Group>,
    /// What meetings may need beside a table.
    #[serde(default, deserialize_with = "objects")]
    pub resources: Vec<Resource>,
}

/// What weighs how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Weight of a mutual request.
    pub mutual: i64,
    /// Weight of the demand side's request.
    pub demand_side: i64,
    /// Weight of the supply side's request.
    pub supply_side: i64,
    /// Weight of a suggestion.
    pub suggested: i64,
    /// What is sought behind coverage and weight, the most important first; what is not named follows in the usual
    /// order.
    #[serde(default)]
    pub order: Vec<Aim>,
}

impl Default for Policy {
    /// Each class outweighs a few of the next; within a class the match score decides.
    fn default() -> Self {
        Self {
            mutual: 400_000,
            demand_side: 200_000,
            supply_side: 100_000,
            suggested: 20_000,
            order: Vec::new(),
        }
    }
}

impl Policy {
    /// The score alone decides.
    pub const BY_SCORE: Self = Self {
        mutual: 0,
        demand_side: 0,
        supply_side: 0,
        suggested: 0,
        order: Vec::new(),
    };

    /// The weight of a request, above 0: its class, its score, as the last tie-break the order of arrival, and
    /// the equity of both sides.
    pub(super) fn weight(&self, problem: &Problem, request: &Request) -> i64 {
        let class = match request.class {
            PriorityClass::Mutual => self.mutual,
            PriorityClass::DemandSide => self.demand_side,
            PriorityClass::SupplySide => self.supply_side,
            PriorityClass::Suggested => self.suggested,
        };
        let all = u64::try_from(problem.requests.len()).unwrap_or(u64::MAX);
        let early = all.saturating_sub(request.received).min(99);
        let plain = (class + i64::from(request.score)) * 100 + i64::try_from(early).unwrap_or(0);
        let sides = [request.demander, request.provider];
        let equity = sides.map(|p| 100 + i64::from(problem.participants[p].equity_percent));
        (plain * equity[0] / 100 * equity[1] / 100).max(1)
    }
}

/// Seed and budget.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Options {
    /// The same seed gives the same timetable.
    pub seed: u64,
    /// Moves that the search may try.
    pub iterations: u64,
}

impl Options {
    /// The usual budget of a repair, in moves: what was published is nearly right.
    pub const FOR_REPAIR: u64 = 200_000;

    /// The usual budget of a day of so many requests, in moves: enough for few breaks, in some seconds. 100,000 for each
    /// request, at most 20,000,000 and 6,000 for each, and at most 100,000,000.
    pub fn usual(requests: usize) -> u64 {
        let requests = u64::try_from(requests).unwrap_or(u64::MAX);
        let large = requests.saturating_mul(6_000).saturating_add(20_000_000);
        requests.saturating_mul(100_000).min(large).min(100_000_000)
    }
}

impl Problem {
    /// Seats of a participant that are available in a slot.
    pub fn seats_in(&self, participant: usize, slot: usize) -> usize {
        self.participants[participant]
            .seats
            .iter()
            .filter(|seat| seat.available.contains(slot))
            .count()
    }

    /// Tables that are there in a slot.
    pub fn tables_in(&self, slot: usize) -> usize {
        self.tables
            .iter()
            .filter(|table| !table.closed.contains(slot))
            .count()
    }

    /// Whether both sides of a request could meet in a slot if nothing else took place.
    pub fn could_meet(&self, request: &Request, slot: usize) -> bool {
        slot < self.slots.len()
            && request.rule != PairRule::Forbidden
            && request
                .slots
                .as_ref()
                .is_none_or(|slots| slots.contains(slot))
            && self.seats_in(request.demander, slot) > 0
            && self.seats_in(request.provider, slot) > 0
            && (request.remote || self.tables_in(slot) > 0)
            && (request.resources.iter()).all(|resource| self.units_in(*resource, slot) > 0)
    }

    /// Units of a resource in a slot.
    pub fn units_in(&self, resource: usize, slot: usize) -> u32 {
        self.resources[resource].units[slot]
    }

    /// Slots around a slot in which a participant rests if it meets in it; the slot itself is not among them.
    pub fn rest_around(&self, participant: usize, slot: usize) -> impl Iterator<Item = usize> {
        let rest = usize::try_from(self.participants[participant].rest).unwrap_or(usize::MAX);
        let breaks = |slot: &usize| self.slots[*slot].follows_break;
        let begins = (0..=slot).rev().find(breaks).unwrap_or(0);
        let ends = (slot + 1..self.slots.len())
            .find(breaks)
            .unwrap_or(self.slots.len());
        let last = ends.min(slot.saturating_add(rest).saturating_add(1));
        (begins.max(slot.saturating_sub(rest))..last).filter(move |other| *other != slot)
    }

    /// The groups of which a meeting of each request is one; a meeting of two members counts once.
    pub(super) fn groups_of(&self) -> Vec<SmallVec<[u32; 2]>> {
        let mut of_participant = vec![SmallVec::<[u32; 2]>::new(); self.participants.len()];
        for (group, members) in (0..).zip(&self.groups) {
            for p in &members.members {
                of_participant[*p].push(group);
            }
        }
        let both = |request: &Request| {
            let mut groups = of_participant[request.demander].clone();
            groups.extend_from_slice(&of_participant[request.provider]);
            groups.sort_unstable();
            groups.dedup();
            groups
        };
        self.requests.iter().map(both).collect()
    }
}
