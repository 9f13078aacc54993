//! Days to arrange: generated, or read from the text format `.mm`.
//!
//! A generated day has hospitals and companies of skewed popularity and activity, pairs with affinity, scores around
//! it, and absences: 40 % of the hospitals miss a stretch of the day, 10 % of the companies the afternoon, 10 % the
//! morning, 15 % a stretch. A sparse day has everyone free in slots by chance.
//!
//! `.mm`: `mm H C R T AM`, T table capacities, H + C caps, H + C masks of availability (bit t is slot t), and R rows
//! `hospital company score mask`. AM is the first slot after the planned break.

use matchday_domain::scheduling::{
    PairRule, Participant, PriorityClass, Problem, Request, Seat, Slot, SlotSet, Table,
};
use std::collections::BTreeMap;

/// Days of one size.
pub struct Family {
    pub name: &'static str,
    pub hospitals: usize,
    pub companies: usize,
    pub requests: usize,
    pub slots: usize,
    pub tables: usize,
    pub company_cap: u32,
    /// Nobody is absent for a stretch.
    pub full: bool,
    /// Everyone is free in this share of the slots only.
    pub sparse: Option<f64>,
    /// With everything a day can have beside: see [`crate::extras`].
    pub extras: bool,
    /// Budget of the search.
    pub iterations: u64,
}

const S: Family = Family {
    name: "S40",
    hospitals: 41,
    companies: 60,
    requests: 300,
    slots: 16,
    tables: 40,
    company_cap: 8,
    full: false,
    sparse: None,
    extras: false,
    iterations: 30_000_000,
};

const M: Family = Family {
    name: "M40",
    companies: 300,
    requests: 1_500,
    slots: 24,
    iterations: 40_000_000,
    ..S
};

const L: Family = Family {
    name: "L180",
    hospitals: 200,
    companies: 2_000,
    requests: 10_000,
    slots: 32,
    tables: 180,
    iterations: 80_000_000,
    ..S
};

/// All families.
pub const FAMILIES: &[Family] = &[
    S,
    Family {
        name: "S12",
        tables: 12,
        ..S
    },
    M,
    Family {
        name: "M25",
        tables: 25,
        ..M
    },
    Family {
        name: "Mfull",
        full: true,
        ..M
    },
    Family {
        name: "Mhard45",
        tables: 20,
        full: true,
        sparse: Some(0.45),
        iterations: 32_000_000,
        ..M
    },
    Family {
        name: "Shard45",
        tables: 10,
        full: true,
        sparse: Some(0.45),
        ..S
    },
    Family {
        name: "Sh30",
        company_cap: 5,
        full: true,
        sparse: Some(0.30),
        ..S
    },
    L,
    Family {
        name: "S40x",
        extras: true,
        ..S
    },
    Family {
        name: "S12x",
        tables: 12,
        extras: true,
        ..S
    },
    Family {
        name: "M40x",
        extras: true,
        ..M
    },
    Family {
        name: "M25x",
        tables: 25,
        extras: true,
        ..M
    },
    Family {
        name: "L180x",
        extras: true,
        ..L
    },
];

impl Family {
    /// The family of about this size.
    pub fn like(day: &Day) -> &'static Self {
        let rows = day.rows.len();
        let distance = |family: &&Self| family.requests.abs_diff(rows);
        FAMILIES
            .iter()
            .min_by_key(distance)
            .expect("there are families")
    }

    /// A day; the same for the same seed.
    pub fn day(&self, seed: u64) -> Day {
        let mut chance = Chance(seed);
        let (all, half) = ((1_u64 << self.slots) - 1, self.slots / 2);
        let mut free: Vec<u64> = Vec::new();
        let stretch = |chance: &mut Chance| {
            let length = ((self.slots as f64 * (0.1 + 0.3 * chance.unit())) as usize).max(1);
            let start = (chance.unit() * (self.slots - length + 1) as f64) as usize;
            all & !(((1 << length) - 1) << start)
        };
        for i in 0..self.hospitals + self.companies {
            let u = chance.unit();
            let morning = (1 << half) - 1;
            let company = i >= self.hospitals;
            free.push(match u {
                _ if self.full => all,
                _ if !company && u < 0.4 => stretch(&mut chance),
                _ if !company => all,
                _ if u < 0.1 => morning,
                _ if u < 0.2 => all & !morning,
                _ if u < 0.35 => stretch(&mut chance),
                _ => all,
            });
        }
        let mut taste = |n: usize| -> Vec<[f64; 6]> {
            (0..n)
                .map(|_| std::array::from_fn(|_| chance.gauss()))
                .collect()
        };
        let tastes = [taste(self.hospitals), taste(self.companies)];
        let popular = chance.shares(self.hospitals, 0.5);
        let active = chance.shares(self.companies, 0.3);
        let mut pairs = BTreeMap::new();
        while pairs.len() < self.requests {
            let (h, c) = (chance.among(&popular), chance.among(&active));
            let product: f64 = tastes[0][h]
                .iter()
                .zip(&tastes[1][c])
                .map(|(a, b)| a * b)
                .sum();
            let affinity = product / 6_f64.sqrt();
            let mask = free[h] & free[self.hospitals + c];
            if pairs.contains_key(&(h, c))
                || chance.unit() > 1.0 / (1.0 + (-1.2 * affinity).exp())
                || mask == 0
            {
                continue;
            }
            let score = (50.0 + 18.0 * affinity + 8.0 * chance.gauss()).round();
            pairs.insert((h, c), score.clamp(1.0, 100.0) as u32);
        }
        if let Some(share) = self.sparse {
            for mask in &mut free {
                let slots = (0..self.slots).filter(|_| chance.unit() < share);
                *mask = slots.fold(0, |mask, slot| mask | 1 << slot).max(1);
            }
        }
        let caps = (0..self.hospitals).map(|_| self.slots as u32);
        Day {
            hospitals: self.hospitals,
            after_break: half,
            tables: vec![self.tables; self.slots],
            caps: caps
                .chain((0..self.companies).map(|_| self.company_cap))
                .collect(),
            rows: pairs
                .into_iter()
                .map(|((h, c), score)| (h, c, score, free[h] & free[self.hospitals + c]))
                .collect(),
            free,
            extras: self.extras.then_some(seed),
        }
    }
}

/// A day in numbers.
pub struct Day {
    hospitals: usize,
    after_break: usize,
    tables: Vec<usize>,
    caps: Vec<u32>,
    free: Vec<u64>,
    rows: Vec<(usize, usize, u32, u64)>,
    extras: Option<u64>,
}

impl Day {
    /// Reads `.mm`.
    pub fn read(text: &str) -> Self {
        let mut numbers = text
            .split_whitespace()
            .skip(1)
            .map(|n| n.parse::<u64>().expect("a number"));
        let mut next = || numbers.next().expect("a number more");
        let [hospitals, companies, requests, slots, after_break] =
            std::array::from_fn(|_| next() as usize);
        Self {
            hospitals,
            after_break,
            tables: (0..slots).map(|_| next() as usize).collect(),
            caps: (0..hospitals + companies).map(|_| next() as u32).collect(),
            free: (0..hospitals + companies).map(|_| next()).collect(),
            rows: (0..requests)
                .map(|_| (next() as usize, next() as usize, next() as u32, next()))
                .collect(),
            extras: None,
        }
    }

    /// As a problem: weight is the score alone (in hundredths), nobody arrives early.
    pub fn problem(&self, planned_break: bool) -> Problem {
        let slots = |mask: u64| -> SlotSet {
            (0..self.tables.len())
                .filter(|s| mask >> s & 1 == 1)
                .collect()
        };
        let most = self.tables.iter().copied().max().unwrap_or(0);
        let mut problem = Problem {
            slots: (0..self.tables.len())
                .map(|i| Slot {
                    starts_minute: 20 * i as i64,
                    ends_minute: 20 * i as i64 + 20,
                    follows_break: planned_break && i == self.after_break,
                })
                .collect(),
            tables: (0..most)
                .map(|table| Table {
                    closed: (0..self.tables.len())
                        .filter(|s| table >= self.tables[*s])
                        .collect(),
                })
                .collect(),
            participants: (self.caps.iter().zip(&self.free).enumerate())
                .map(|(i, (cap, free))| Participant {
                    seats: vec![Seat {
                        available: slots(*free),
                    }],
                    cap: *cap,
                    keeps_table: i < self.hospitals,
                    ..Participant::default()
                })
                .collect(),
            requests: (self.rows.iter())
                .map(|(hospital, company, score, mask)| Request {
                    demander: *hospital,
                    provider: self.hospitals + company,
                    class: PriorityClass::Mutual,
                    must: false,
                    score: *score,
                    received: self.rows.len() as u64,
                    remote: false,
                    slots: Some(slots(*mask)),
                    resources: Vec::new(),
                    rule: PairRule::Free,
                })
                .collect(),
            ..Problem::default()
        };
        if let Some(seed) = self.extras {
            crate::extras::add(
                &mut problem,
                self.hospitals,
                &mut Chance(seed.wrapping_mul(977)),
            );
        }
        problem
    }
}

/// `SplitMix64`.
pub struct Chance(pub u64);

impl Chance {
    /// Uniform below 1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, by Box and Muller.
    fn gauss(&mut self) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Growing sums of shares that fall by a power of the rank, in an order by chance.
    fn shares(&mut self, n: usize, power: f64) -> Vec<f64> {
        let mut shares: Vec<f64> = (1..=n).map(|rank| (rank as f64).powf(-power)).collect();
        for i in (1..n).rev() {
            shares.swap(i, (self.unit() * (i + 1) as f64) as usize);
        }
        let mut sum = 0.0;
        for share in &mut shares {
            sum += *share;
            *share = sum;
        }
        shares
    }

    fn among(&mut self, sums: &[f64]) -> usize {
        let u = self.unit() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|sum| *sum <= u).min(sums.len() - 1)
    }
}
