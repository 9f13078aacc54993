//! Numbers of persons as others than the custodian see them.
//!
//! A count below the custodian's threshold is hidden. So is a total from which a hidden or an unlisted small count could
//! be had by taking its shown parts away: it is shown as "at least what its shown parts are together", which says no
//! more than they do. What is shown therefore never depends on a hidden count. Hiding a second part instead would keep
//! the total, but another version of the offer would hide another part, and the two together would tell.
//!
//! What an offer once showed stays known: [`Disclosed`] remembers it. Earlier parts and totals are taken away like those
//! of today, and where an earlier total could tell a small count listed since, the largest new part is hidden as well.

use super::{CountObservation, OfferContent};
use crate::terminology::{ConditionCode, Span};
use crate::time::Month;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A number of persons as others see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownCount {
    /// The number.
    Exact(i64),
    /// Fewer than this, the custodian's threshold.
    Below(i64),
    /// At least so many; the number would tell a small part of it.
    AtLeast(i64),
}

impl fmt::Display for ShownCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::Below(threshold) => write!(f, "<{threshold}"),
            Self::AtLeast(least) => write!(f, "≥{least}"),
        }
    }
}

/// The numbers of an offer as others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCounts {
    /// Of each of the offer's counts, in their order.
    pub counts: Vec<ShownCount>,
    /// Of the population.
    pub size: Option<ShownCount>,
}

/// What an offer has shown to others of a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// The condition; the whole population without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ConditionCode>,
    /// Persons; absent where only that they are few was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
}

/// A number, whole or part.
struct Cell {
    /// The condition; the whole population without one.
    span: Option<Span>,
    count: i64,
    as_of: Option<Month>,
    /// Its number was shown earlier and is known for good.
    earlier: bool,
    /// That it is small was.
    small_earlier: bool,
    /// Numbers strictly inside it.
    inside: Vec<usize>,
    shown: ShownCount,
    room: Room,
}

/// What can be told of a number without seeing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Room {
    /// It is at least so many persons.
    known: i64,
    /// Hidden small counts, and an unlisted rest too small to show, may be so many persons more.
    small: i64,
    /// A hidden part that is not small may be any number more.
    large: bool,
}

impl Room {
    fn exact(known: i64) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    fn add(self, other: Self) -> Self {
        Self {
            known: self.known.saturating_add(other.known),
            small: self.small.saturating_add(other.small),
            large: self.large || other.large,
        }
    }

    /// Whether a whole, shown beside its parts, would bound what is hidden in it, or show that an unlisted rest is
    /// small or nothing. Not where the parts are more than the whole, as persons have several conditions.
    fn is_told_by(self, whole: i64, rest: i64) -> bool {
        let left = whole.saturating_sub(self.known);
        // Without a threshold there is nothing to hide.
        if left < 0 || rest == 0 {
            false
        } else if self.large {
            left < self.small
        } else {
            left <= self.small.saturating_add(rest)
        }
    }
}

impl Cell {
    fn contains(&self, other: &Self) -> bool {
        match (self.span, other.span) {
            (None, Some(_)) => true,
            (Some(outer), Some(inner)) => outer.contains(inner) && !inner.contains(outer),
            (_, None) => false,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.span
            .zip(other.span)
            .is_some_and(|(a, b)| a != b && a.overlaps(b))
    }
}

impl OfferContent {
    /// Its numbers as others see them, after what it has shown before.
    pub fn shown_counts(&self, earlier: &[Disclosed]) -> ShownCounts {
        let mut cells = Cells::of(self, earlier);
        cells.decide();
        // Hiding a part may lay an earlier total open no further; it ends, as there are only so many parts.
        while let Some(part) = cells.part_to_hide() {
            cells.hidden.push(part);
            cells.decide();
        }
        let shown = |i: usize| cells.cells[i].shown;
        ShownCounts {
            counts: (0..self.counts.len()).map(shown).collect(),
            size: self.population.size.map(|_| shown(self.counts.len())),
        }
    }

    /// What it shows to others, to be remembered once it is theirs to see.
    pub fn disclosed(&self, earlier: &[Disclosed]) -> Vec<Disclosed> {
        let shown = self.shown_counts(earlier);
        let counts = self.counts.iter().zip(&shown.counts);
        let counts = counts.map(|(count, shown)| (Some(count.code.clone()), *shown));
        let now = counts.chain(shown.size.map(|shown| (None, shown)));
        let now = now.filter_map(|(code, shown)| match shown {
            ShownCount::Exact(count) => Some((code, Some(count))),
            ShownCount::Below(_) => Some((code, None)),
            ShownCount::AtLeast(_) => None,
        });
        // The latest of each: an older number is of another time.
        let before = earlier.iter().map(|d| (d.code.clone(), d.count));
        let all: BTreeMap<_, _> = before.chain(now).collect();
        let disclosed = |(code, count)| Disclosed { code, count };
        all.into_iter().map(disclosed).collect()
    }

    /// What it says to others: what is not shown by its number is not said at all, but that it holds the condition. A
    /// score reads this, so that no score tells more than the catalogue.
    #[must_use]
    pub fn as_shown(&self, earlier: &[Disclosed]) -> Self {
        let shown = self.shown_counts(earlier);
        let mut content = self.clone();
        let mut shown_of = shown.counts.iter();
        content
            .counts
            .retain(|_| !matches!(shown_of.next(), Some(ShownCount::AtLeast(_))));
        for count in &self.counts {
            let told = content.counts.iter().any(|kept| kept.code == count.code);
            if !told && !content.conditions.contains(&count.code) {
                content.conditions.push(count.code.clone());
            }
        }
        if let Some(ShownCount::AtLeast(least)) = shown.size {
            content.population.size = Some(least);
        }
        content
    }
}

struct Cells {
    threshold: i64,
    /// The counts, the size if there is one, then what was shown earlier.
    cells: Vec<Cell>,
    /// What contains others after what it contains.
    order: Vec<usize>,
    /// Parts to be hidden because of an earlier total.
    hidden: Vec<usize>,
}

impl Cells {
    fn of(content: &OfferContent, earlier: &[Disclosed]) -> Self {
        let cell = |span, count, as_of, earlier| Cell {
            span,
            count,
            as_of,
            earlier,
            small_earlier: false,
            inside: Vec::new(),
            shown: ShownCount::Exact(count),
            room: Room::exact(count),
        };
        let counts = content.counts.iter();
        let mut cells: Vec<Cell> = counts
            .map(
                |CountObservation {
                     code, count, as_of, ..
                 }| { cell(Some(Span::of(code)), *count, Some(*as_of), false) },
            )
            .collect();
        let population = &content.population;
        cells.extend(
            population
                .size
                .map(|size| cell(None, size, population.size_as_of, false)),
        );
        let now = cells.len();
        for Disclosed { code, count } in earlier {
            let span = code.as_ref().map(Span::of);
            let Some(count) = *count else {
                if !cells[..now].iter().any(|cell| cell.span == span) {
                    cells.push(cell(span, 0, None, false));
                }
                for cell in cells.iter_mut().filter(|cell| cell.span == span) {
                    cell.small_earlier = true;
                }
                continue;
            };
            let mut today = cells[..now].iter_mut();
            match today.find(|cell| (cell.span, cell.count) == (span, count)) {
                Some(cell) => cell.earlier = true,
                None => cells.push(cell(span, count, None, true)),
            }
        }
        for outer in 0..cells.len() {
            cells[outer].inside = (0..cells.len())
                .filter(|inner| cells[outer].contains(&cells[*inner]))
                .collect();
        }
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by_key(|i| cells[*i].inside.len());
        Self {
            threshold: content.suppression_threshold(),
            cells,
            order,
            hidden: Vec::new(),
        }
    }

    /// The outermost parts of a whole, one of each condition: of the whole's month, or else the latest; what was shown
    /// earlier only where today says nothing.
    fn parts(&self, whole: usize) -> Vec<usize> {
        let inside = &self.cells[whole].inside;
        let outermost = |part: &usize| {
            let held = |other: &usize| self.cells[*other].inside.contains(part);
            !inside.iter().any(held)
        };
        let month = self.cells[whole].as_of;
        let mut parts: Vec<usize> = inside.iter().copied().filter(outermost).collect();
        parts.sort_by_key(|part| {
            let cell = &self.cells[*part];
            let rank = (
                cell.earlier,
                cell.as_of != month,
                std::cmp::Reverse(cell.as_of),
            );
            (cell.span, rank)
        });
        parts.dedup_by_key(|part| self.cells[*part].span);
        parts
    }

    /// What can be told of a whole from its parts.
    fn sum(&self, parts: &[usize]) -> Room {
        let cells = || parts.iter().map(|part| &self.cells[*part]);
        if cells().any(|a| cells().any(|b| a.overlaps(b))) {
            // What two have in common could be had from the whole: it is never shown.
            return Room {
                known: cells().map(|cell| cell.room.known).max().unwrap_or(0),
                small: i64::MAX,
                large: false,
            };
        }
        cells().fold(Room::default(), |sum, cell| sum.add(cell.room))
    }

    fn decide(&mut self) {
        let (threshold, rest) = (self.threshold, self.rest());
        for at in 0..self.order.len() {
            let i = self.order[at];
            let parts = self.parts(i);
            let room = self.sum(&parts);
            let hidden = self.hidden.contains(&i);
            let cell = &mut self.cells[i];
            let least = room
                .known
                .max(if cell.count < threshold { 0 } else { threshold });
            let exact = (ShownCount::Exact(cell.count), Room::exact(cell.count));
            (cell.shown, cell.room) = if hidden {
                let large = Room {
                    large: true,
                    ..Room::exact(least)
                };
                (ShownCount::AtLeast(least), large)
            } else if cell.count < threshold {
                let small = Room {
                    small: rest,
                    ..Room::default()
                };
                // A threshold that was raised hides what it can.
                let room = if cell.earlier { exact.1 } else { small };
                (ShownCount::Below(threshold), room)
            } else if cell.earlier {
                exact
            } else if !parts.is_empty() && room.is_told_by(cell.count, rest) {
                let most = room.known.saturating_add(room.small).saturating_add(rest);
                let withheld = Room {
                    known: least,
                    small: most.saturating_sub(least),
                    ..room
                };
                (ShownCount::AtLeast(least), withheld)
            } else {
                exact
            };
        }
    }

    /// The largest number that is not shown where the threshold is all that hides it.
    fn rest(&self) -> i64 {
        (self.threshold - 1).max(0)
    }

    /// The largest part of an earlier total that would tell a small rest, if it was not known before; where all parts
    /// are small, not even that is said of it.
    fn part_to_hide(&self) -> Option<usize> {
        let tells = |(i, cell): &(usize, &Cell)| {
            let room = self.sum(&self.parts(*i));
            cell.earlier && !cell.inside.is_empty() && room.is_told_by(cell.count, self.rest())
        };
        self.cells
            .iter()
            .enumerate()
            .filter(tells)
            .flat_map(|(_, cell)| cell.inside.iter().copied())
            .filter(|part| {
                let cell = &self.cells[*part];
                match cell.shown {
                    ShownCount::Exact(_) => !cell.earlier,
                    ShownCount::Below(_) => !cell.earlier && !cell.small_earlier,
                    ShownCount::AtLeast(_) => false,
                }
            })
            .max_by_key(|part| self.cells[*part].count)
    }
}

#[cfg(test)]
mod tests;
