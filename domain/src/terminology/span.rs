//! Stretches of the classification as numbers, so that millions of codes can be compared.

use super::ConditionCode;
use std::fmt;

/// A three-character category by its place: `A00` before `A01` before `A0A` before `B00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Category(u16);

/// Digits and letters in the order of their codes.
const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SECOND: u16 = 36;
const LETTER: u16 = 10 * SECOND;

impl Category {
    /// How many places there are.
    pub(super) const PLACES: usize = 26 * LETTER as usize;

    /// The place of a category as written; `None` if it has not the form of one.
    pub(super) fn of(written: &str) -> Option<Self> {
        let &[letter, digit, sign] = written.as_bytes() else {
            return None;
        };
        if !letter.is_ascii_uppercase() || !digit.is_ascii_digit() {
            return None;
        }
        let sign = match sign {
            b'0'..=b'9' => sign - b'0',
            b'A'..=b'Z' => sign - b'A' + 10,
            _ => return None,
        };
        Some(Self(
            u16::from(letter - b'A') * LETTER + u16::from(digit - b'0') * SECOND + u16::from(sign),
        ))
    }

    /// Its number, below [`Category::PLACES`].
    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }

    /// The number of its letter: A is 0.
    pub(super) fn letter(self) -> u16 {
        self.0 / LETTER
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |number: u16| char::from(SIGNS[usize::from(number) % SIGNS.len()]);
        write!(
            f,
            "{}{}{}",
            sign(10 + self.letter()),
            sign(self.0 % LETTER / SECOND),
            sign(self.0 % SECOND)
        )
    }
}

/// What a code spans: categories from first to last, and the rest of the code below a single category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(super) first: Category,
    pub(super) last: Category,
    /// Filled up with zeros.
    below: [u8; 4],
}

impl Span {
    pub(crate) fn of(code: &ConditionCode) -> Self {
        let (first, mut last) = code.categories();
        // The KCD counts cancers to C97, ICD-10-CM to C96; both mean all malignant neoplasms.
        if (first, last) == ("C00", "C96") {
            last = "C97";
        }
        let mut below = [0; 4];
        if let Some((_, rest)) = code.as_str().split_once('.') {
            for (place, sign) in below.iter_mut().zip(rest.bytes()) {
                *place = sign;
            }
        }
        // Every well-formed code has places.
        let category = |written| Category::of(written).unwrap_or(Category(u16::MAX));
        Self {
            first: category(first),
            last: category(last),
            below,
        }
    }

    pub(super) fn range(first: Category, last: Category) -> Self {
        Self {
            first,
            last,
            below: [0; 4],
        }
    }

    /// Characters below the category.
    pub(super) fn depth(self) -> usize {
        // Zeros stand only at the end.
        self.below.iter().filter(|sign| **sign != 0).count()
    }

    /// The same without the last character below the category, if it has any.
    pub(super) fn parent(mut self) -> Option<Self> {
        let last = self.depth().checked_sub(1)?;
        self.below[last] = 0;
        Some(self)
    }

    /// Whether all of `other` lies within.
    pub(crate) fn contains(self, other: Self) -> bool {
        let depth = self.depth();
        if depth == 0 {
            self.first <= other.first && other.last <= self.last
        } else {
            self.first == other.first
                && other.first == other.last
                && self.below[..depth] == other.below[..depth]
        }
    }

    /// Whether they share anything.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        if self.depth() == 0 && other.depth() == 0 {
            self.first <= other.last && other.first <= self.last
        } else {
            self.contains(other) || other.contains(self)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_the_order_and_the_name_of_categories() {
        let written = ["A00", "A09", "A0A", "A10", "M1A", "Z99"];
        let places: Vec<Category> = written.map(|code| Category::of(code).unwrap()).to_vec();
        assert!(places.is_sorted());
        assert!(places.iter().all(|place| place.place() < Category::PLACES));
        assert_eq!(
            places.iter().map(ToString::to_string).collect::<Vec<_>>(),
            written
        );
        for bad in ["", "A0", "a00", "AA0", "A0é", "A000"] {
            assert_eq!(Category::of(bad), None, "{bad}");
        }
    }
}
