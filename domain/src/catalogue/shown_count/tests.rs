#![allow(clippy::unwrap_used)]

use super::ShownCount::{AtLeast, Below, Exact};
use super::*;
use crate::catalogue::{CountBasis, Population};
use proptest::prelude::*;

fn offer(size: Option<i64>, counts: &[(&str, i64)]) -> OfferContent {
    let counts = counts.iter().map(|(code, count)| CountObservation {
        code: code.parse().unwrap(),
        count: *count,
        as_of: "2026-06".parse().unwrap(),
        basis: CountBasis::Measured,
    });
    OfferContent {
        counts: counts.collect(),
        population: Population {
            size,
            ..Population::default()
        },
        ..OfferContent::default()
    }
}

fn shown(size: Option<i64>, counts: &[(&str, i64)]) -> (Option<ShownCount>, Vec<ShownCount>) {
    let shown = offer(size, counts).shown_counts(&[]);
    (shown.size, shown.counts)
}

#[test]
fn a_total_is_hidden_where_it_would_tell_a_part() {
    // The whole less the shown parts would be 7.
    let counts = [("C34", 117), ("C34.0", 50), ("C34.1", 7), ("C34.2", 60)];
    let found = shown(Some(117), &counts);
    assert_eq!(found.1, [AtLeast(110), Exact(50), Below(10), Exact(60)]);
    assert_eq!(found.0, Some(AtLeast(110)));
    // All parts but one: the last is had all the same.
    assert_eq!(
        shown(None, &[("C34", 117), ("C34.0", 50), ("C34.2", 60)]).1[0],
        AtLeast(110)
    );
    // Nor may it be known that there is no rest: another version may name it.
    assert_eq!(
        shown(Some(110), &[("C34.0", 50), ("C34.2", 60)]).0,
        Some(AtLeast(110))
    );
    // A rest that is large enough, no parts, or parts that overlap tell nothing.
    assert_eq!(shown(Some(200), &counts).0, Some(Exact(200)));
    assert_eq!(
        shown(Some(120), &[("C34.0", 50), ("C34.2", 60)]).0,
        Some(Exact(120))
    );
    assert_eq!(shown(Some(110), &[]).0, Some(Exact(110)));
    assert_eq!(
        shown(Some(100), &[("C34", 80), ("C50", 70), ("I21", 3)]).0,
        Some(Exact(100))
    );
    assert_eq!(shown(Some(9), &[]).0, Some(Below(10)));
    let mut open = offer(Some(57), &[("C34", 50), ("I21", 7)]);
    open.small_count_threshold = Some(0);
    assert_eq!(open.shown_counts(&[]).size, Some(Exact(57)));
    // C34-C41 and C30-C39 share C34-C39, which is the two less the whole.
    let crossing = [
        ("C30-C41", 205),
        ("C30-C39", 100),
        ("C34-C41", 112),
        ("C34-C39", 7),
    ];
    assert_eq!(shown(None, &crossing).1[0], AtLeast(112));
}

#[test]
fn what_was_shown_before_is_taken_away_too() {
    let first = offer(Some(1_000), &[("C34", 500), ("C50", 400)]);
    let known = first.disclosed(&[]);
    assert_eq!(known.len(), 3);
    // With the new part, what is known of the whole would leave 5 for I21.
    let second = offer(
        Some(1_000),
        &[("C34", 500), ("C50", 400), ("I10", 95), ("I21", 5)],
    );
    let shown = second.shown_counts(&known);
    assert_eq!(shown.size, Some(Exact(1_000)));
    assert_eq!(
        shown.counts,
        [Exact(500), Exact(400), AtLeast(10), Below(10)]
    );
    // Said again, and after it was remembered, it is the same.
    assert_eq!(second.shown_counts(&second.disclosed(&known)), shown);
    // A part that is no longer listed is still known.
    let third = offer(Some(1_005), &[("C34", 500), ("C50", 400), ("I21", 5)]);
    let known = offer(None, &[("I10", 90)]).disclosed(&known);
    assert_eq!(third.shown_counts(&[]).size, Some(Exact(1_005)));
    let shown = third.shown_counts(&known);
    // 990 of the 1,000 of then were told apart: that I21 is small is not said, and so the new total tells nothing.
    assert_eq!(shown.counts, [Exact(500), Exact(400), AtLeast(0)]);
    assert_eq!(shown.size, Some(Exact(1_005)));
}

#[test]
fn a_score_reads_what_is_shown() {
    let content = offer(
        Some(117),
        &[("C34", 117), ("C34.0", 50), ("C34.1", 7), ("C34.2", 60)],
    );
    let seen = content.as_shown(&[]);
    let codes: Vec<_> = seen
        .counts
        .iter()
        .map(|count| count.code.as_str())
        .collect();
    assert_eq!(codes, ["C34.0", "C34.1", "C34.2"]);
    assert_eq!(seen.conditions, ["C34".parse().unwrap()]);
    assert_eq!(seen.population.size, Some(110));
}

/// Somebody who sees all that is shown, in one version or several, and who believes of some totals that their listed
/// parts are all there is, and of the others only that no part is more than the whole.
struct Attacker {
    codes: Vec<Option<Span>>,
    /// Fewest and most persons, by number.
    bounds: Vec<(i64, i64)>,
    /// Numbers that turned out to be small and hidden, with their threshold.
    small: Vec<(usize, i64)>,
    contradicted: bool,
}

const MOST: i64 = 1 << 40;

impl Attacker {
    fn new() -> Self {
        Self {
            codes: Vec::new(),
            bounds: Vec::new(),
            small: Vec::new(),
            contradicted: false,
        }
    }

    fn sees(&mut self, span: Option<Span>, shown: ShownCount) {
        let at = self
            .codes
            .iter()
            .position(|code| *code == span)
            .unwrap_or_else(|| {
                self.codes.push(span);
                self.bounds.push((0, MOST));
                self.codes.len() - 1
            });
        let (least, most) = match shown {
            Exact(count) => (count, count),
            AtLeast(least) => (least, MOST),
            Below(threshold) => {
                self.small.push((at, threshold));
                (0, threshold - 1)
            }
        };
        self.narrow(at, least, most);
    }

    fn narrow(&mut self, at: usize, least: i64, most: i64) -> bool {
        let (low, high) = self.bounds[at];
        let narrower = (low.max(least), high.min(most));
        self.contradicted |= narrower.0 > narrower.1;
        self.bounds[at] = narrower;
        narrower != (low, high)
    }

    fn within(&self, inner: usize, outer: usize) -> bool {
        match (self.codes[outer], self.codes[inner]) {
            (None, Some(_)) => true,
            (Some(o), Some(i)) => o.contains(i) && !i.contains(o),
            _ => false,
        }
    }

    /// Narrows all bounds as far as they go; on a tree of totals that is all that can be concluded.
    fn concludes(&mut self, complete: impl Fn(usize) -> bool) {
        let n = self.codes.len();
        loop {
            let mut narrowed = false;
            for whole in 0..n {
                let inside: Vec<usize> = (0..n).filter(|i| self.within(*i, whole)).collect();
                let parts: Vec<usize> = inside
                    .iter()
                    .copied()
                    .filter(|i| !inside.iter().any(|o| self.within(*i, *o)))
                    .collect();
                if parts.is_empty() {
                    continue;
                }
                let low: i64 = parts.iter().map(|i| self.bounds[*i].0).sum();
                let high: i64 = parts.iter().map(|i| self.bounds[*i].1).sum();
                let (least, most) = self.bounds[whole];
                narrowed |= self.narrow(whole, low, if complete(whole) { high } else { MOST });
                for part in parts {
                    let (l, h) = self.bounds[part];
                    let needed = if complete(whole) {
                        least - (high - h)
                    } else {
                        0
                    };
                    narrowed |= self.narrow(part, needed, most - (low - l));
                }
                if self.contradicted {
                    return;
                }
            }
            if !narrowed {
                return;
            }
        }
    }
}

const CODES: [&str; 9] = [
    "C30-C39", "C34", "C34.0", "C34.1", "C34.2", "C50", "C50.1", "C50.9", "I21",
];

/// Totals that are the sums of their parts and a rest, many of them small.
fn world() -> impl Strategy<Value = Vec<i64>> {
    let leaf = prop_oneof![0_i64..12, 0_i64..60, Just(0), 5_i64..2_000];
    prop::collection::vec(leaf, 10).prop_map(|n| {
        let lung = n[0] + n[1] + n[2] + n[3] % 14;
        let chest = lung + n[4] % 25;
        let breast = n[5] + n[6] + n[7] % 11;
        let all = chest + breast + n[8] + n[9] % 30;
        vec![chest, lung, n[0], n[1], n[2], breast, n[5], n[6], n[8], all]
    })
}

fn listing(world: &[i64], listed: u16, threshold: i64) -> OfferContent {
    let is_listed = |i: usize| listed >> i & 1 == 1;
    let counts: Vec<(&str, i64)> = (0..CODES.len())
        .filter(|i| is_listed(*i))
        .map(|i| (CODES[i], world[i]))
        .collect();
    let mut content = offer(is_listed(9).then_some(world[9]), &counts);
    content.small_count_threshold = Some(threshold);
    content
}

fn told(content: &OfferContent, known: &[Disclosed]) -> String {
    let seen = content.shown_counts(known);
    let counts = content.counts.iter().zip(&seen.counts);
    let counts = counts.map(|(c, shown)| format!("{} {} as {shown}, ", c.code.as_str(), c.count));
    let size = content.population.size.zip(seen.size);
    let size = size.map(|(size, shown)| format!("all {size} as {shown}"));
    format!(
        "{}{}\n",
        counts.collect::<String>(),
        size.unwrap_or_default()
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_hidden_count_is_told(world in world(), listed in any::<u16>(), beliefs in any::<u16>(), threshold in prop_oneof![Just(10_i64), 3_i64..30]) {
        let content = listing(&world, listed, threshold);
        let mut attacker = Attacker::new();
        let seen = content.shown_counts(&[]);
        for (count, shown) in content.counts.iter().zip(seen.counts) {
            attacker.sees(Some(Span::of(&count.code)), shown);
        }
        if let Some(shown) = seen.size {
            attacker.sees(None, shown);
        }
        attacker.concludes(|whole| beliefs >> whole & 1 == 1);
        // Beliefs that contradict what is shown are wrong, and worth nothing.
        if !attacker.contradicted {
            for (at, threshold) in &attacker.small {
                let (least, most) = attacker.bounds[*at];
                // That a total is not small says that its parts are not all nothing.
                prop_assert!(least <= 1 && most == threshold - 1, "{}..={} in {}", least, most, told(&content, &[]));
            }
        }
    }

    #[test]
    fn nor_by_what_versions_show_one_after_another(world in world(), versions in prop::collection::vec(any::<u16>(), 1..5), beliefs in any::<u16>()) {
        let mut attacker = Attacker::new();
        let mut known = Vec::new();
        let mut offers = String::new();
        for listed in versions {
            let content = listing(&world, listed, 10);
            let seen = content.shown_counts(&known);
            for (count, shown) in content.counts.iter().zip(&seen.counts) {
                attacker.sees(Some(Span::of(&count.code)), *shown);
            }
            if let Some(shown) = seen.size {
                attacker.sees(None, shown);
            }
            offers += &told(&content, &known);
            known = content.disclosed(&known);
        }
        attacker.concludes(|whole| beliefs >> whole & 1 == 1);
        if !attacker.contradicted {
            for (at, _) in &attacker.small {
                let (least, most) = attacker.bounds[*at];
                prop_assert!(least < most, "{:?} is {}:\n{}", attacker.codes[*at], least, offers);
            }
        }
    }

    #[test]
    fn nothing_shown_depends_on_a_hidden_count(world in world(), listed in any::<u16>(), other in 0_i64..10) {
        let content = listing(&world, listed, 10);
        let seen = content.shown_counts(&[]);
        let mut changed = content.clone();
        for (count, shown) in changed.counts.iter_mut().zip(&seen.counts) {
            if matches!(shown, Below(_)) {
                count.count = other;
            }
        }
        prop_assert_eq!(changed.shown_counts(&[]), seen);
    }
}
