//! A synthetic market, the same for the same seed: few conditions, kinds of data and words are common, most are rare.
//!
//! Ranks follow Zipf's law (weight 1/rank). The common conditions are those that Korean hospitals and companies name
//! most; behind them stands every category of the tree in a drawn order.

use chrono::NaiveDate;
use matchday_domain::catalogue::{
    AccessMode, Cost, CostModel, CountBasis, CountObservation, Country, DataKind,
    HospitalPreferences, LeadTime, LinkageSource, OfferContent, Period, Population as People,
    PurposeClass, RefreshFrequency, ReviewCalendar, Sex, Standard, Won,
};
use matchday_domain::demand::{DemandContent, DuoPurpose};
use matchday_domain::id::{DemandId, OfferId, OrganisationId};
use matchday_domain::matching::{DemandSubject, OfferSubject};
use matchday_domain::organisation::{OrganisationKind, Profile, Region};
use matchday_domain::terminology::{ConditionCode, Terminology};
use matchday_domain::text::Text;
use matchday_domain::time::Month;
use matchday_domain::use_conditions::{Modifier, Permission, UsePolicy};
use uuid::Uuid;

/// Chance: `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides.max(1) as u64) as usize
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as usize) as i64
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

/// A list of which the first are drawn most: place r with a weight of 1/r.
struct Zipf<T> {
    list: Vec<T>,
    reach: Vec<f64>,
}

impl<T: Clone + PartialEq> Zipf<T> {
    fn of(list: Vec<T>) -> Self {
        let mut sum = 0.0;
        let reach = (1..=list.len())
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { list, reach }
    }

    fn draw(&self, dice: &mut Dice) -> T {
        let at = dice.share() * self.reach.last().copied().unwrap_or(0.0);
        let place = self.reach.partition_point(|reach| *reach < at);
        self.list[place.min(self.list.len() - 1)].clone()
    }

    fn some(&self, dice: &mut Dice, from: i64, to: i64) -> Vec<T> {
        let mut out = Vec::new();
        for _ in 0..dice.between(from, to) {
            let one = self.draw(dice);
            if !out.contains(&one) {
                out.push(one);
            }
        }
        out
    }
}

const COMMON: &[&str] = &[
    "E11", "I10", "C50", "C34", "I21", "I63", "C00-C97", "C16", "C18", "N18", "J44", "F32", "I50",
    "C22", "I48", "G30", "J45", "K74", "C61", "M05", "E66", "H35", "J18", "C73", "I20", "G20",
    "M81", "K50", "C25", "F20", "D50", "L40", "A15", "B18", "C20", "E78", "N17", "A41", "G40",
    "P07", "C34.1", "C50.9", "E11.3", "I00-I99",
];

/// Where the words come from.
pub struct Population {
    dice: Dice,
    conditions: Zipf<ConditionCode>,
    kinds: Zipf<DataKind>,
    korean: Zipf<String>,
    english: Zipf<String>,
    variables: Zipf<String>,
    policies: Vec<Vec<UsePolicy>>,
}

fn categories() -> Vec<ConditionCode> {
    let terminology = Terminology::standard();
    ('A'..='Z')
        .flat_map(|letter| (0..100).map(move |number| format!("{letter}{number:02}")))
        .filter_map(|code| code.parse().ok())
        .filter(|code| terminology.knows(code))
        .collect()
}

fn shuffle<T>(list: &mut [T], dice: &mut Dice) {
    for i in (1..list.len()).rev() {
        list.swap(i, dice.below(i + 1));
    }
}

impl Population {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let terminology = Terminology::standard();
        let mut tail = categories();
        let titles: Vec<_> = tail.iter().map(|code| terminology.label(code)).collect();
        shuffle(&mut tail, &mut dice);
        let mut conditions: Vec<ConditionCode> =
            COMMON.iter().filter_map(|code| code.parse().ok()).collect();
        tail.retain(|code| !conditions.contains(code));
        conditions.extend(tail);
        let words = |texts: Vec<&str>, dice: &mut Dice| {
            let mut words: Vec<String> = texts
                .iter()
                .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
                .filter(|word| word.chars().count() > 1)
                .map(str::to_lowercase)
                .collect();
            words.sort();
            words.dedup();
            shuffle(&mut words, dice);
            words
        };
        let korean = words(titles.iter().map(|t| t.ko.as_str()).collect(), &mut dice);
        let english = words(titles.iter().map(|t| t.en.as_str()).collect(), &mut dice);
        let mut variables: Vec<String> = (0..400)
            .map(|_| format!("{} {}", dice.pick(&english), dice.pick(&english)))
            .collect();
        variables
            .extend((0..400).map(|_| format!("{} {}", dice.pick(&korean), dice.pick(&korean))));
        shuffle(&mut variables, &mut dice);
        let mut kinds: Vec<DataKind> = DataKind::all().collect();
        shuffle(&mut kinds, &mut dice);
        let policies = (0..200).map(|_| policies(&mut dice, &conditions)).collect();
        Self {
            dice,
            conditions: Zipf::of(conditions),
            kinds: Zipf::of(kinds),
            korean: Zipf::of(korean),
            english: Zipf::of(english),
            variables: Zipf::of(variables),
            policies,
        }
    }

    fn sentence(&mut self, korean: bool, words: i64) -> String {
        let list = if korean { &self.korean } else { &self.english };
        let words: Vec<String> = (0..words).map(|_| list.draw(&mut self.dice)).collect();
        words.join(" ")
    }

    fn text(&mut self, words: i64) -> Text {
        match self.dice.below(4) {
            0 => Text::new(None, Some(&self.sentence(false, words))),
            1 => Text::new(
                Some(&self.sentence(true, words)),
                Some(&self.sentence(false, words)),
            ),
            _ => Text::new(Some(&self.sentence(true, words)), None),
        }
    }

    fn period(&mut self) -> Period {
        let year = self.dice.between(2004, 2022) as i32;
        let end = year + self.dice.between(1, 10) as i32;
        let month = |year: i32| NaiveDate::from_ymd_opt(year, 6, 1).and_then(Month::of);
        Period {
            start: month(year),
            end: self.dice.chance(70).then(|| month(end)).flatten(),
        }
    }

    fn modes(&mut self) -> Vec<AccessMode> {
        match self.dice.below(6) {
            0 => Vec::new(),
            1 => vec![AccessMode::Export],
            2 => vec![AccessMode::ClosedOnsite],
            3 => vec![AccessMode::ClosedRemote],
            _ => vec![AccessMode::ClosedOnsite, AccessMode::ClosedRemote],
        }
    }

    /// The offer with this number.
    pub fn offer(&mut self, number: u128) -> OfferSubject {
        self.offer_content(number).prepare()
    }

    /// The same, still to be prepared.
    pub fn offer_content(&mut self, number: u128) -> Offered {
        let conditions = self.conditions.some(&mut self.dice, 0, 4);
        let size = 10_i64.pow(self.dice.between(2, 6) as u32) * self.dice.between(1, 9);
        let dice = &mut self.dice;
        let mut counts = Vec::new();
        for code in &conditions {
            if dice.chance(60) {
                counts.push(CountObservation {
                    code: code.clone(),
                    count: size / dice.between(1, 40),
                    as_of: "2025-12".parse().expect("a month"),
                    basis: CountBasis::Measured,
                });
            }
        }
        let (words, variables) = (self.dice.between(30, 90), self.dice.between(3, 20));
        let content = OfferContent {
            title: self.text(6),
            summary: self.text(words),
            keywords: (0..4).map(|_| self.sentence(true, 1)).collect(),
            conditions,
            counts,
            population: People {
                size: self.dice.chance(80).then_some(size),
                sex: self.dice.chance(40).then_some(Sex::All),
                age_min: self.dice.chance(40).then(|| self.dice.between(0, 40)),
                age_max: self.dice.chance(30).then(|| self.dice.between(60, 100)),
                ..People::default()
            },
            period: self.period(),
            refresh: self.dice.chance(60).then_some(RefreshFrequency::Monthly),
            data_kinds: self.kinds.some(&mut self.dice, 1, 6),
            variables: self.variables.some(&mut self.dice, variables, variables),
            standards: if self.dice.chance(70) {
                vec![self.dice.pick(Standard::ALL)]
            } else {
                Vec::new()
            },
            use_policies: self.dice.pick(&self.policies),
            access_modes: self.modes(),
            review: ReviewCalendar {
                cutoff_day: self.dice.chance(50).then(|| self.dice.between(1, 28)),
                ..ReviewCalendar::default()
            },
            lead_time: self.dice.chance(70).then(|| self.dice.pick(LeadTime::ALL)),
            cost: Cost {
                model: self.dice.chance(60).then(|| self.dice.pick(CostModel::ALL)),
                amount: Some(Won(self.dice.between(1, 5_000) * 10_000)),
            },
            linkable_to: if self.dice.chance(40) {
                vec![self.dice.pick(LinkageSource::ALL)]
            } else {
                Vec::new()
            },
            preferences: self.preferences(),
            ..OfferContent::default()
        };
        Offered {
            number,
            region: self.dice.pick(Region::ALL),
            content,
        }
    }

    fn preferences(&mut self) -> HospitalPreferences {
        if self.dice.chance(50) {
            return HospitalPreferences::default();
        }
        HospitalPreferences {
            purposes: vec![self.dice.pick(PurposeClass::ALL), PurposeClass::Drug],
            partners: vec![OrganisationKind::Company],
            collaboration: self.dice.chance(50).then_some(true),
            capacity_per_year: self.dice.chance(50).then_some(12),
            ..HospitalPreferences::default()
        }
    }

    /// The demand with this number, still to be prepared.
    pub fn demand_content(&mut self, number: u128) -> Demanded {
        let words = self.dice.between(20, 60);
        let needed = NaiveDate::from_ymd_opt(2027, self.dice.between(1, 12) as u32, 1);
        let content = DemandContent {
            title: self.text(6),
            aim: self.text(words),
            purpose: self
                .dice
                .chance(90)
                .then(|| self.dice.pick(PurposeClass::ALL)),
            duo_purpose: self.dice.chance(80).then_some(DuoPurpose::Ds),
            commercial: self.dice.chance(80).then(|| self.dice.chance(60)),
            methods_development: self.dice.chance(60).then(|| self.dice.chance(40)),
            conditions: self.conditions.some(&mut self.dice, 0, 3),
            data_kinds_required: self.kinds.some(&mut self.dice, 0, 2),
            data_kinds_any_of: if self.dice.chance(20) {
                self.kinds.some(&mut self.dice, 2, 3)
            } else {
                Vec::new()
            },
            data_kinds_wished: self.kinds.some(&mut self.dice, 0, 2),
            variables_required: self.variables.some(&mut self.dice, 0, 5),
            variables_wished: self.variables.some(&mut self.dice, 0, 4),
            subjects_min: self
                .dice
                .chance(70)
                .then(|| 10_i64.pow(self.dice.between(2, 5) as u32)),
            period: if self.dice.chance(60) {
                self.period()
            } else {
                Period::default()
            },
            standards: if self.dice.chance(50) {
                vec![self.dice.pick(Standard::ALL)]
            } else {
                Vec::new()
            },
            access_modes: self.modes(),
            processing_countries: vec![Country::korea()],
            viewer_countries: vec![Country::korea()],
            willing_to_collaborate: self.dice.chance(70).then(|| self.dice.chance(80)),
            budget: self
                .dice
                .chance(60)
                .then(|| Won(self.dice.between(1, 300) * 1_000_000)),
            needed_by: needed.filter(|_| self.dice.chance(60)),
            ..DemandContent::default()
        };
        let profile = Profile {
            kind: OrganisationKind::Company,
            name: Text::new(Some("수요 기업"), None),
            region: Some(self.dice.pick(Region::ALL)),
            country: Country::korea(),
            firm_size: None,
            legal_form: None,
            foreign_parent: Some(false),
            tier: None,
            beds: None,
            designated: false,
        };
        Demanded {
            number,
            profile,
            content,
        }
    }
}

/// An offer as it comes.
pub struct Offered {
    number: u128,
    region: Region,
    content: OfferContent,
}

impl Offered {
    pub fn prepare(self) -> OfferSubject {
        OfferSubject::new(
            OfferId(Uuid::from_u128(self.number)),
            1,
            OrganisationId(Uuid::from_u128(1_000_000 + self.number % 41)),
            Some(self.region),
            self.content,
            Terminology::standard(),
        )
    }
}

/// A demand as it comes.
pub struct Demanded {
    number: u128,
    profile: Profile,
    content: DemandContent,
}

impl Demanded {
    pub fn prepare(self) -> DemandSubject {
        DemandSubject::new(
            DemandId(Uuid::from_u128(self.number)),
            1,
            OrganisationId(Uuid::from_u128(2_000_000 + self.number % 5_000)),
            self.profile,
            self.content,
            Terminology::standard(),
        )
    }
}

fn policies(dice: &mut Dice, conditions: &[ConditionCode]) -> Vec<UsePolicy> {
    let one = |dice: &mut Dice| {
        let permission = dice.pick(&[
            Permission::Gru,
            Permission::Hmb,
            Permission::Hmb,
            Permission::Hmb,
            Permission::Ds,
        ]);
        UsePolicy {
            permission: Some(permission),
            permission_conditions: if permission == Permission::Ds {
                vec![conditions[dice.below(40)].clone()]
            } else {
                Vec::new()
            },
            modifiers: [
                (Modifier::Irb, 70),
                (Modifier::SafeRoom, 40),
                (Modifier::Ncu, 15),
                (Modifier::Npu, 8),
                (Modifier::Pub, 15),
                (Modifier::CommercialOk, 40),
                (Modifier::CrossBorder, 30),
                (Modifier::InsideResearcher, 25),
                (Modifier::Nmds, 8),
            ]
            .into_iter()
            .filter(|(_, percent)| dice.chance(*percent))
            .map(|(modifier, _)| modifier)
            .collect(),
            ..UsePolicy::default()
        }
    };
    match dice.below(10) {
        0 => Vec::new(),
        1 => vec![one(dice), one(dice)],
        _ => vec![one(dice)],
    }
}
