//! What is glanced at of a demand and of an offer.

use crate::catalogue::{Cost, CountBasis, DataKind, Sex, Standard};
use crate::matching::criteria::access::Money;
use crate::matching::criteria::cohort_size::wanted;
use crate::matching::criteria::month_index;
use crate::matching::criteria::period::{LATEST, asked, reaches_today};
use crate::matching::facts::{DemandedKind, Signature};
use crate::matching::{DemandSubject, OfferSubject};
use crate::organisation::Region;
use crate::terminology::{Span, Topic};
use crate::time::Month;
use chrono::NaiveDate;
use smallvec::SmallVec;

/// Of a demand.
#[derive(Debug, Clone)]
pub(in super::super) struct DemandGlance {
    pub(super) topics: SmallVec<[Topic; 3]>,
    /// Places of the topics that are unconfirmed, as bits; those beyond 64 count as confirmed.
    pub(super) unsure_topics: u64,
    /// Kinds by number: the required ones, those of which one must be there, the wished ones.
    pub(super) kinds: SmallVec<[u8; 16]>,
    pub(super) required: u8,
    pub(super) musts: u8,
    pub(super) unsure_kinds: u64,
    pub(super) touching: u64,
    pub(super) sex: Option<Sex>,
    pub(super) ages: Option<(i64, i64)>,
    pub(super) subjects: Option<i64>,
    pub(super) period: Option<(i32, i32)>,
    pub(super) standards: SmallVec<[Standard; 4]>,
    pub(super) access: u64,
    pub(super) needed_by: Option<NaiveDate>,
    pub(super) money: Option<Money>,
    /// Subjects and months by which a price is multiplied.
    pub(super) paid_subjects: Option<i64>,
    pub(super) use_months: Option<i64>,
    pub(super) region: Option<Region>,
    pub(super) linkage: u64,
    /// Of each variable its tokens' places in a signature behind a header.
    pub(super) words: SmallVec<[u16; 28]>,
    pub(super) says: bool,
    pub(super) purpose: u64,
    pub(super) partner: u64,
    pub(super) collaborates: Option<bool>,
    pub(super) returns: Option<bool>,
}

/// The header of a variable: how many tokens follow, at most 255.
pub(super) const WISHED: u16 = 1 << 8;
pub(super) const KOREAN: u16 = 1 << 9;
pub(super) const ENGLISH: u16 = 1 << 10;

/// A count of an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) span: Span,
    pub(super) count: i64,
    pub(super) as_of: Month,
    pub(super) basis: CountBasis,
}

/// Of an offer.
#[derive(Debug, Clone)]
pub(in super::super) struct OfferGlance {
    pub(super) spans: SmallVec<[Span; 4]>,
    pub(super) unsure_spans: u64,
    pub(super) kinds: u64,
    pub(super) unsure_kinds: u64,
    pub(super) sex: Option<Sex>,
    pub(super) ages: Option<(i64, i64)>,
    pub(super) counts: SmallVec<[Counted; 2]>,
    pub(super) size: Option<i64>,
    pub(super) size_as_of: Option<Month>,
    pub(super) size_basis: Option<CountBasis>,
    pub(super) threshold: i64,
    pub(super) start: Option<i32>,
    pub(super) end: Option<i32>,
    /// Months by which one that is brought up to date lags behind today.
    pub(super) lag: Option<i64>,
    pub(super) standards: u64,
    pub(super) access: u64,
    pub(super) opens_on: Option<NaiveDate>,
    pub(super) lead_days: Option<u16>,
    pub(super) cost: Cost,
    pub(super) region: Option<Region>,
    pub(super) linkable: u64,
    pub(super) korean: bool,
    pub(super) english: bool,
    pub(super) purposes: u64,
    pub(super) partners: u64,
    pub(super) collaboration: Option<bool>,
    pub(super) returns: Option<bool>,
    pub(super) capacity: Option<bool>,
    pub(super) signature: Signature,
}

fn number(kind: DataKind) -> u8 {
    // A bit of 64 has a place below 64.
    u8::try_from(kind.bit().trailing_zeros()).unwrap_or(0)
}

#[allow(clippy::cast_possible_truncation)]
fn month(at: i64) -> i32 {
    at.clamp(0, LATEST) as i32
}

/// The places of those that are among others, as bits.
fn places<T: PartialEq>(all: impl Iterator<Item = T>, among: &[T]) -> u64 {
    all.take(64).enumerate().fold(0, |bits, (place, one)| {
        bits | u64::from(among.contains(&one)) << place
    })
}

impl DemandGlance {
    pub(in super::super) fn of(demand: &DemandSubject) -> Self {
        let content = &demand.content;
        let population = &content.population;
        let (required, any) = (demand.required_kinds(), demand.any_of_kinds());
        let kinds = required.iter().chain(any).chain(demand.wished_kinds());
        let mut words = SmallVec::new();
        let wished = demand.wished_variables().map(|named| (named, WISHED));
        let variables = demand.required_variables().map(|named| (named, 0));
        for ((variable, _), need) in variables.chain(wished) {
            let tokens = variable.tokens.iter().take(255);
            let flag = |is, flag| if is { flag } else { 0 };
            let language = flag(variable.korean, KOREAN) | flag(variable.english, ENGLISH);
            // No more than 255.
            words.push(u16::try_from(tokens.len()).unwrap_or(0) | need | language);
            words.extend(tokens.map(|token| Signature::spot(*token)));
        }
        let count = |kinds: &[DemandedKind]| u8::try_from(kinds.len()).unwrap_or(u8::MAX);
        Self {
            topics: demand.topics().iter().copied().collect(),
            unsure_topics: places(
                demand.topics().iter().map(Topic::demanded),
                demand.unconfirmed_spans(),
            ),
            kinds: kinds.map(|kind| number(kind.kind)).collect(),
            required: count(required),
            musts: count(required).saturating_add(count(any)),
            unsure_kinds: bits(demand.unconfirmed_kinds()),
            touching: demand.touching_kinds(),
            sex: population.sex.filter(|sex| *sex != Sex::All),
            ages: (population.age_min.unwrap_or(0) != 0 || population.age_max.is_some())
                .then(|| ages(population.age_min, population.age_max)),
            subjects: wanted(demand),
            period: asked(content.period).map(|(start, end)| (month(start), month(end))),
            standards: content
                .standards
                .iter()
                .copied()
                .filter(|standard| *standard != Standard::None)
                .collect(),
            access: demand.access_bits(),
            needed_by: content.needed_by,
            money: Money::of(content),
            paid_subjects: content.subjects_min.or(content.subjects_wished),
            use_months: content.use_months,
            region: demand.profile.region,
            linkage: demand.linkage().fold(0, |bits, source| bits | source.bit()),
            words,
            says: !demand.terms().is_empty(),
            purpose: content.purpose.map_or(0, |purpose| purpose.bit()),
            partner: demand.profile.kind.bit(),
            collaborates: content.willing_to_collaborate,
            returns: content.willing_to_return_results,
        }
    }

    /// Reads here and there, so that the rest is at hand soon.
    pub(in super::super) fn fetch(&self) -> u64 {
        let first = self.words.first().map_or(0, |word| u64::from(*word));
        let last = self.words.last().map_or(0, |word| u64::from(*word));
        let kind = self.kinds.first().map_or(0, |kind| u64::from(*kind));
        let lists = self.topics.len() + self.standards.len();
        (self.unsure_topics ^ self.unsure_kinds ^ self.access ^ self.linkage ^ self.purpose)
            .wrapping_add(first + last + kind + lists as u64)
            .wrapping_add(u64::from(self.use_months.is_some()))
            .wrapping_add(u64::from(self.money.is_some()))
    }
}

impl OfferGlance {
    pub(in super::super) fn of(offer: &OfferSubject) -> Self {
        let content = &offer.content;
        let population = &content.population;
        let prefers = &content.preferences;
        Self {
            spans: offer.spans().iter().copied().collect(),
            unsure_spans: places(offer.spans().iter().copied(), offer.unconfirmed_spans()),
            kinds: offer.kind_bits(),
            unsure_kinds: bits(offer.unconfirmed_kinds()),
            sex: population.sex,
            ages: (population.age_min.is_some() || population.age_max.is_some())
                .then(|| ages(population.age_min, population.age_max)),
            counts: offer
                .counts()
                .iter()
                .map(|count| Counted {
                    span: count.span,
                    count: count.count,
                    as_of: count.as_of,
                    basis: count.basis,
                })
                .collect(),
            size: population.size,
            size_as_of: population.size_as_of,
            size_basis: population.size_basis,
            threshold: content.suppression_threshold(),
            start: content.period.start.map(|at| month(month_index(at))),
            end: content.period.end.map(|at| month(month_index(at))),
            lag: reaches_today(content).then(|| content.time_lag_months.unwrap_or(0)),
            standards: offer.standard_bits(),
            access: offer.access_bits(),
            opens_on: content.opens_on,
            lead_days: content
                .lead_time
                .and_then(|lead| u16::try_from(lead.longest_days()?).ok()),
            cost: content.cost.clone(),
            region: offer.region,
            linkable: offer.linkable_bits(),
            korean: offer.speaks_korean(),
            english: offer.speaks_english(),
            purposes: offer.liked_purpose_bits(),
            partners: offer.liked_partner_bits(),
            collaboration: prefers.collaboration,
            returns: prefers.return_of_results,
            capacity: prefers.capacity_per_year.map(|n| n > 0),
            signature: *offer.signature(),
        }
    }

    /// Reads here and there, so that the rest is at hand soon.
    pub(in super::super) fn fetch(&self) -> u64 {
        let lists = self.spans.len() + self.counts.len();
        let count = self.counts.first().map_or(0, |count| count.count);
        (self.unsure_spans ^ self.kinds ^ self.access ^ self.linkable ^ self.partners)
            .wrapping_add(lists as u64)
            .wrapping_add(count.unsigned_abs())
            .wrapping_add(u64::from(self.signature.may_have_at(0)))
            .wrapping_add(u64::from(self.signature.may_have_at(511)))
            .wrapping_add(u64::from(self.cost.amount.is_some()))
            .wrapping_add(u64::from(self.size.is_some()))
    }
}

fn bits(kinds: &[DataKind]) -> u64 {
    kinds.iter().fold(0, |bits, kind| bits | kind.bit())
}

fn ages(min: Option<i64>, max: Option<i64>) -> (i64, i64) {
    let min = min.unwrap_or(0);
    (min, max.unwrap_or(100).max(min))
}
