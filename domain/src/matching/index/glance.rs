//! What of a record bounds its scores, in a few adjoining cache lines, so that the candidates of a common condition are
//! gone through without their records being touched.
//!
//! The bound is the score's own formula over these facts. Where a fact would cost much (the share of words in common,
//! the next cut-off of a review, counts within counts) the best that it can come to stands for it. That no score exceeds
//! its bound is a property test.

use super::super::criteria::access::{
    COST_SHARE, HOPELESS_DAYS, LEAD_SHARE, MODE_SHARE, Money, TRAVEL_SHARE, cost_credit, cost_of,
    mode_credit, travel_credit,
};
use super::super::criteria::cohort_size::{UNSHOWN, share, trust, wanted};
use super::super::criteria::data_kinds::WISHED_SHARE;
use super::super::criteria::disease::{BEST_SHARE, POPULATION_SHARE};
use super::super::criteria::period::{LATEST, asked, reaches_today};
use super::super::criteria::standard::credit_of;
use super::super::criteria::{UNCONFIRMED, month_index, overlap, variables};
use super::super::facts::{DemandedKind, Signature};
use super::super::score::{CAP, UNKNOWN_CREDIT, hundredths, join};
use super::super::{Criterion, DemandSubject, OfferSubject, Weights};
use crate::catalogue::{AccessMode, Cost, CountBasis, DataKind, Sex};
use crate::organisation::Region;
use crate::terminology::{Span, Topic};
use crate::time::Month;
use chrono::{Days, NaiveDate};
use smallvec::SmallVec;

/// Of a demand.
#[derive(Debug, Clone)]
pub(super) struct DemandGlance {
    topics: SmallVec<[Topic; 3]>,
    /// Places of the topics that are unconfirmed, as bits; those beyond 64 count as confirmed.
    unsure_topics: u64,
    /// Kinds by number: the required ones, those of which one must be there, the wished ones.
    kinds: SmallVec<[u8; 16]>,
    required: u8,
    musts: u8,
    unsure_kinds: u64,
    touching: u64,
    sex: Option<Sex>,
    ages: Option<(i64, i64)>,
    subjects: Option<i64>,
    period: Option<(i32, i32)>,
    standards: SmallVec<[crate::catalogue::Standard; 4]>,
    access: u64,
    needed_by: Option<NaiveDate>,
    money: Option<Money>,
    /// Subjects and months by which a price is multiplied.
    paid_subjects: Option<i64>,
    use_months: Option<i64>,
    region: Option<Region>,
    linkage: u64,
    /// Of each variable its tokens' places in a signature behind a header.
    words: SmallVec<[u16; 28]>,
    says: bool,
    purpose: u64,
    partner: u64,
    collaborates: Option<bool>,
    returns: Option<bool>,
}

/// The header of a variable: how many tokens follow, at most 255.
const WISHED: u16 = 1 << 8;
const KOREAN: u16 = 1 << 9;
const ENGLISH: u16 = 1 << 10;

/// A count of an offer.
#[derive(Debug, Clone, Copy)]
struct Counted {
    span: Span,
    count: i64,
    as_of: Month,
    basis: CountBasis,
}

/// Of an offer.
#[derive(Debug, Clone)]
pub(super) struct OfferGlance {
    spans: SmallVec<[Span; 4]>,
    unsure_spans: u64,
    kinds: u64,
    unsure_kinds: u64,
    sex: Option<Sex>,
    ages: Option<(i64, i64)>,
    counts: SmallVec<[Counted; 2]>,
    size: Option<i64>,
    size_as_of: Option<Month>,
    size_basis: Option<CountBasis>,
    threshold: i64,
    start: Option<i32>,
    end: Option<i32>,
    /// Months by which one that is brought up to date lags behind today.
    lag: Option<i64>,
    standards: u64,
    access: u64,
    opens_on: Option<NaiveDate>,
    lead_days: Option<u16>,
    cost: Cost,
    region: Option<Region>,
    linkable: u64,
    korean: bool,
    english: bool,
    purposes: u64,
    partners: u64,
    collaboration: Option<bool>,
    returns: Option<bool>,
    capacity: Option<bool>,
    signature: Signature,
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
    pub(super) fn of(demand: &DemandSubject) -> Self {
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
                .filter(|standard| *standard != crate::catalogue::Standard::None)
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
}

impl OfferGlance {
    pub(super) fn of(offer: &OfferSubject) -> Self {
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
}

fn bits(kinds: &[DataKind]) -> u64 {
    kinds.iter().fold(0, |bits, kind| bits | kind.bit())
}

fn ages(min: Option<i64>, max: Option<i64>) -> (i64, i64) {
    let min = min.unwrap_or(0);
    (min, max.unwrap_or(100).max(min))
}

/// A side as it adds up.
#[derive(Clone, Copy, Default)]
struct Tally {
    all: f64,
    had: f64,
    failed: bool,
}

impl Tally {
    /// What a criterion comes to, 0 to 1 with the unknown credited, and whether its must-have failed.
    fn add(&mut self, weight: f64, (credited, failed): (f64, bool)) {
        if weight > 0.0 {
            self.all += weight;
            self.had += weight * credited;
            self.failed |= failed;
        }
    }

    /// The score if what is still to come, of this weight, comes to all of it.
    fn at_best(self, rest: f64) -> f64 {
        let all = self.all + rest;
        let score = if all > 0.0 {
            (self.had + rest) / all
        } else {
            0.0
        };
        if self.failed { score.min(CAP) } else { score }
    }
}

fn known(value: f64) -> (f64, bool) {
    (value, false)
}

const UNKNOWN: (f64, bool) = (UNKNOWN_CREDIT, false);

/// Parts of a criterion, credited; the same whether one by one or together.
#[derive(Default)]
struct Parts {
    all: f64,
    had: f64,
}

impl Parts {
    fn add(&mut self, share: f64, value: Option<f64>) {
        self.all += share;
        self.had += share * value.unwrap_or(UNKNOWN_CREDIT);
    }

    fn finish(&self) -> Option<f64> {
        (self.all > 0.0).then(|| self.had / self.all)
    }
}

/// Bounds scores on a day with some weights.
pub(super) struct Eye {
    weights: [f64; 13],
    /// What is still to come behind the criteria of the topic, and behind all but the words.
    behind_topic: f64,
    behind_facts: f64,
    kinds: Vec<DemandedKind>,
    today: NaiveDate,
    month: i64,
}

impl Eye {
    pub(super) fn new(weights: &Weights, today: NaiveDate) -> Self {
        let of = |criterion| weights.of(criterion);
        let words = of(Criterion::Variables) + of(Criterion::Text);
        let facts = [
            Criterion::Standard,
            Criterion::CohortSize,
            Criterion::Period,
            Criterion::Access,
        ];
        let mut by_place = [0.0; 13];
        for criterion in Criterion::ALL {
            by_place[*criterion as usize] = of(*criterion);
        }
        Self {
            weights: by_place,
            behind_topic: words + facts.map(of).iter().sum::<f64>(),
            behind_facts: words,
            kinds: DataKind::all().map(DemandedKind::of).collect(),
            today,
            month: Month::of(today).map_or(0, month_index),
        }
    }

    fn weight(&self, criterion: Criterion) -> f64 {
        self.weights[criterion as usize]
    }

    /// No less than the score of the pair, hundredths of a point; `None` where it is below `least` or the pair is about
    /// something else.
    pub(super) fn bound(
        &self,
        demand: &DemandGlance,
        offer: &OfferGlance,
        least: i32,
    ) -> Option<i32> {
        let hospital = self.hospital(demand, offer);
        // One more for what rounding may have taken.
        let reach = |tally: Tally, rest| {
            let bound = hundredths(join(tally.at_best(rest), hospital)) + 1;
            (bound >= least).then_some(bound)
        };
        let mut tally = Tally::default();
        let put = |tally: &mut Tally, criterion, assessed: Option<(f64, bool)>| {
            if let Some(assessed) = assessed {
                tally.add(self.weight(criterion), assessed);
            }
        };
        put(&mut tally, Criterion::Disease, disease(demand, offer)?);
        put(&mut tally, Criterion::DataKinds, self.kinds(demand, offer)?);
        reach(tally, self.behind_topic)?;
        put(&mut tally, Criterion::Standard, standard(demand, offer));
        put(&mut tally, Criterion::Period, self.period(demand, offer));
        put(&mut tally, Criterion::Access, self.access(demand, offer));
        put(
            &mut tally,
            Criterion::CohortSize,
            self.cohort(demand, offer),
        );
        reach(tally, self.behind_facts)?;
        put(&mut tally, Criterion::Variables, words(demand, offer));
        if demand.says {
            put(&mut tally, Criterion::Text, Some(known(1.0)));
        }
        reach(tally, 0.0)
    }

    fn hospital(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<f64> {
        let mut tally = Tally::default();
        let yes = |is: bool| known(f64::from(u8::from(is)));
        if offer.purposes != 0 {
            let liked = if demand.purpose == 0 {
                UNKNOWN
            } else {
                yes(offer.purposes & demand.purpose != 0)
            };
            tally.add(self.weight(Criterion::Purpose), liked);
        }
        if offer.partners != 0 {
            let liked = yes(offer.partners & demand.partner != 0);
            tally.add(self.weight(Criterion::Partner), liked);
        }
        for (criterion, wish, stated) in [
            (
                Criterion::Collaboration,
                offer.collaboration,
                demand.collaborates,
            ),
            (Criterion::ReturnOfResults, offer.returns, demand.returns),
        ] {
            if let Some(wish) = wish {
                let met = stated.map_or(UNKNOWN, |stated| yes(stated == wish));
                tally.add(self.weight(criterion), met);
            }
        }
        if let Some(any) = offer.capacity {
            tally.add(self.weight(Criterion::Capacity), (yes(any).0, !any));
        }
        (tally.all > 0.0).then(|| tally.at_best(0.0))
    }

    /// `None` where the kinds are other ones altogether.
    #[allow(clippy::option_option, clippy::cast_precision_loss)]
    fn kinds(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<Option<(f64, bool)>> {
        if demand.touching == 0 {
            return Some(demand.topics.is_empty().then_some(UNKNOWN));
        }
        if offer.kinds == 0 {
            return Some(Some(UNKNOWN));
        }
        if offer.kinds & demand.touching == 0 {
            return None;
        }
        let sure = offer.kinds & !offer.unsure_kinds;
        // With the discount of unconfirmed kinds, and without.
        let credit = |kind: u8| {
            let demanded = self.kinds[usize::from(kind)];
            let full = demanded.credit(offer.kinds);
            let left = demanded.credit(sure).max(full * UNCONFIRMED);
            let unsure = demand.unsure_kinds >> kind & 1 == 1;
            (if unsure { left * UNCONFIRMED } else { left }, full)
        };
        let (required, musts) = (usize::from(demand.required), usize::from(demand.musts));
        let (must, wished) = demand.kinds.split_at(musts.min(demand.kinds.len()));
        let (required, any) = must.split_at(required.min(must.len()));
        let mut parts = Parts::default();
        let mut failed = false;
        if !must.is_empty() {
            let (mut now, mut then) = (0.0, 0.0);
            for kind in required {
                let (left, full) = credit(*kind);
                now += left;
                then += full;
            }
            let (mut best_now, mut best_then) = (0.0_f64, 0.0_f64);
            for kind in any {
                let (left, full) = credit(*kind);
                best_now = best_now.max(left);
                best_then = best_then.max(full);
            }
            let count = (required.len() + usize::from(!any.is_empty())) as f64;
            parts.add(1.0 - WISHED_SHARE, Some((now + best_now) / count));
            failed = (then + best_then) / count < 0.5;
        }
        if !wished.is_empty() {
            let sum: f64 = wished.iter().map(|kind| credit(*kind).0).sum();
            parts.add(WISHED_SHARE, Some(sum / wished.len() as f64));
        }
        Some(parts.finish().map(|value| (value, failed)))
    }

    fn period(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let (from, to) = demand.period?;
        let held = offer.start.and_then(|start| {
            let end = match (offer.end, offer.lag) {
                (Some(end), _) => i64::from(end),
                (None, lag) => self.month - lag?,
            };
            (i64::from(start) <= end).then_some((i64::from(start), end))
        });
        Some(held.map_or(UNKNOWN, |held| {
            known(overlap((i64::from(from), i64::from(to)), held))
        }))
    }

    #[allow(clippy::cast_precision_loss)]
    fn access(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let mut parts = Parts::default();
        if demand.access != 0 {
            let credit = (offer.access != 0).then(|| mode_credit(demand.access, offer.access));
            parts.add(MODE_SHARE, credit);
        }
        if let Some(needed) = demand.needed_by {
            let opens = offer.opens_on.map_or(self.today, |day| day.max(self.today));
            let ready = match offer.lead_days {
                Some(days) => opens.checked_add_days(Days::new(days.into())),
                None => None,
            };
            let ready = ready.or_else(|| Some(opens).filter(|day| *day > needed));
            let credit = ready.map(|ready| {
                let late = (ready - needed).num_days().max(0);
                (1.0 - late as f64 / HOPELESS_DAYS as f64).max(0.0)
            });
            parts.add(LEAD_SHARE, credit);
        }
        if let Some(money) = demand.money {
            let cost = cost_of(&offer.cost, demand.paid_subjects, demand.use_months);
            let credit = cost.map(|cost| {
                let paid = cost_credit(money.won(), cost);
                match money {
                    Money::Exactly(_) => paid,
                    Money::AtLeast(_) => paid + UNKNOWN_CREDIT * (1.0 - paid),
                }
            });
            parts.add(COST_SHARE, credit);
        }
        if let Some(from) = demand.region
            && offer.access == AccessMode::ClosedOnsite.bit()
        {
            parts.add(TRAVEL_SHARE, offer.region.map(|to| travel_credit(from, to)));
        }
        parts.finish().map(known)
    }

    fn cohort(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let demanded = demand.subjects?;
        let must = |value: f64| (value, value < 0.5);
        let below = || must(share((offer.threshold - 1) / 2, demanded) * UNSHOWN);
        let counted =
            |count, as_of, basis| must(share(count, demanded) * trust(as_of, basis, self.today));
        let whole = || {
            offer.size.map_or(UNKNOWN, |size| {
                counted(size, offer.size_as_of, offer.size_basis)
            })
        };
        if offer.size.is_some_and(|size| size < offer.threshold) {
            return Some(below());
        }
        if demand.topics.is_empty() {
            return Some(whole());
        }
        let serves = |span: Span| demand.topics.iter().any(|topic| topic.is_served_by(span));
        // Counts within counts are added too, and the freshest and best founded stands for all: more than they come to.
        let (mut sum, mut newest, mut basis) = (0_i64, None, CountBasis::Estimated);
        for count in offer.counts.iter().filter(|count| serves(count.span)) {
            newest = newest.max(Some(count.as_of));
            if count.basis != CountBasis::Estimated {
                basis = count.basis;
            }
            if count.count >= offer.threshold {
                sum = sum.saturating_add(count.count);
            }
        }
        Some(if newest.is_some() {
            if sum == 0 {
                below()
            } else {
                let count = offer.size.map_or(sum, |size| sum.min(size));
                let least = counted(count, newest, Some(basis));
                // A condition without a count leaves it open up to the whole.
                let is_counted = |span| offer.counts.iter().any(|count| count.span.contains(span));
                let mut serving = offer.spans.iter().filter(|span| serves(**span));
                match offer.size {
                    Some(size) if serving.any(|span| !is_counted(*span)) => {
                        let most = share(size, demanded).max(least.0);
                        let value = least.0 + UNKNOWN_CREDIT * (most - least.0);
                        (value, most < 0.5)
                    }
                    _ => least,
                }
            }
        } else if !offer.spans.is_empty() && offer.spans.iter().all(|span| serves(*span)) {
            whole()
        } else if let Some(size) = offer.size {
            let most = share(size, demanded);
            (UNKNOWN_CREDIT * most, most < 0.5)
        } else {
            UNKNOWN
        })
    }
}

/// The share of people in common: `None` where nothing is asked, `Some(None)` where nothing is known.
#[allow(clippy::option_option)]
fn people(demand: &DemandGlance, offer: &OfferGlance) -> Option<Option<f64>> {
    let sex = demand.sex.map(|wanted| {
        let fits = |held| held == Sex::All || held == wanted;
        offer.sex.map(|held| f64::from(u8::from(fits(held))))
    });
    let age = demand
        .ages
        .map(|wanted| offer.ages.map(|held| overlap(wanted, held)));
    match (sex, age) {
        (None, None) => None,
        (None, Some(one)) | (Some(one), None) => Some(one),
        (Some(sex), Some(age)) => Some(match (sex, age) {
            (Some(a), Some(b)) => Some(a * b),
            (Some(0.0), None) | (None, Some(0.0)) => Some(0.0),
            _ => None,
        }),
    }
}

/// `None` where the conditions are other ones altogether.
#[allow(clippy::option_option, clippy::cast_precision_loss)]
fn disease(demand: &DemandGlance, offer: &OfferGlance) -> Option<Option<(f64, bool)>> {
    if demand.topics.is_empty() {
        return Some((demand.touching == 0).then_some(UNKNOWN));
    }
    let people = people(demand, offer);
    let unlike = people == Some(Some(0.0));
    let mut parts = Parts::default();
    if let Some(overlap) = people {
        parts.add(POPULATION_SHARE, overlap);
    }
    if offer.spans.is_empty() {
        parts.add(1.0 - POPULATION_SHARE, None);
        return Some(parts.finish().map(known));
    }
    let (mut sum, mut top, mut sum_then, mut top_then) = (0.0, 0.0_f64, 0.0, 0.0_f64);
    for (place, topic) in demand.topics.iter().enumerate() {
        let (mut now, mut then) = (0.0_f64, 0.0_f64);
        for (held, span) in offer.spans.iter().enumerate() {
            let credit = f64::from(topic.relation(*span).credit()) / 1000.0;
            let unsure = held < 64 && offer.unsure_spans >> held & 1 == 1;
            now = now.max(if unsure { credit * UNCONFIRMED } else { credit });
            then = then.max(credit);
        }
        if place < 64 && demand.unsure_topics >> place & 1 == 1 {
            now *= UNCONFIRMED;
        }
        sum += now;
        sum_then += then;
        top = top.max(now);
        top_then = top_then.max(then);
    }
    if top_then <= 0.0 {
        return None;
    }
    let count = demand.topics.len() as f64;
    let topic = |top: f64, sum: f64| {
        let value = BEST_SHARE * top + (1.0 - BEST_SHARE) * (sum / count);
        if unlike { value * 0.2 } else { value }
    };
    parts.add(1.0 - POPULATION_SHARE, Some(topic(top, sum)));
    let failed = topic(top_then, sum_then) < 0.5;
    Some(parts.finish().map(|value| (value, failed)))
}

#[allow(clippy::cast_precision_loss)]
fn standard(demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
    if demand.standards.is_empty() {
        return None;
    }
    if offer.standards == 0 {
        return Some(UNKNOWN);
    }
    let credits = demand.standards.iter();
    let sum: f64 = credits
        .map(|wanted| credit_of(*wanted, offer.standards))
        .sum();
    Some(known(sum / demand.standards.len() as f64))
}

/// Variables, of which those whose tokens may be there are taken to be there, and linkage.
#[allow(clippy::cast_precision_loss)]
fn words(demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
    let mut parts = Parts::default();
    let mut rest = demand.words.as_slice();
    while let Some((&header, behind)) = rest.split_first() {
        let (tokens, next) = behind.split_at(usize::from(header & 0xff).min(behind.len()));
        rest = next;
        let speaks =
            (header & KOREAN == 0 || offer.korean) && (header & ENGLISH == 0 || offer.english);
        let found = (speaks && !tokens.is_empty()).then(|| {
            let has = |spot: &&u16| offer.signature.may_have_at(**spot);
            tokens.iter().filter(has).count() as f64 / tokens.len() as f64
        });
        let wished = header & WISHED != 0;
        parts.add(if wished { variables::WISHED } else { 1.0 }, found);
    }
    if demand.linkage != 0 {
        let share = f64::from(demand.linkage.count_ones());
        let linked = f64::from((demand.linkage & offer.linkable).count_ones()) / share;
        parts.add(share, (offer.linkable != 0).then_some(linked));
    }
    parts.finish().map(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::tests::index::{Dice, random_demand, random_offer};
    use crate::matching::tests::{scored, today};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_score_exceeds_its_bound(seed in any::<u64>()) {
            let mut dice = Dice(seed);
            let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
            prop_assume!(!crate::matching::is_excluded(&demand, &offer));
            let found = scored(&demand, &offer);
            let eye = Eye::new(&Weights::default(), today());
            let (demand, offer) = (DemandGlance::of(&demand), OfferGlance::of(&offer));
            let bound = |least| eye.bound(&demand, &offer, least);
            match bound(0) {
                Some(bound) => prop_assert!(found.score <= bound, "{} > {bound}", found.score),
                None => prop_assert!(!found.is_relevant()),
            }
            prop_assert!(!found.is_relevant() || bound(found.score).is_some());
        }
    }
}
