//! A page of a list, for every connection (Relay cursor connections specification).

use crate::problem::{Code, Problem};
use crate::text::Message;

/// The largest page anybody may ask for.
pub const MAX_PAGE: usize = 100;
/// The page one gets without asking for a size.
pub const DEFAULT_PAGE: usize = 20;

/// What part of an ordered list is wanted. `C` is the position of an element in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<C> {
    /// From which end, and how many (0 to [`MAX_PAGE`]).
    pub take: Take,
    /// Only what comes after this position.
    pub after: Option<C>,
    /// Only what comes before this position.
    pub before: Option<C>,
}

/// The end of the list to read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
}

impl Take {
    /// How many elements.
    pub fn count(self) -> usize {
        match self {
            Self::First(n) | Self::Last(n) => n,
        }
    }
}

impl<C> PageRequest<C> {
    /// Checks `first` and `last` as a client gave them.
    ///
    /// # Errors
    /// Both at once, a negative size, or one over [`MAX_PAGE`].
    pub fn new(
        first: Option<i32>,
        last: Option<i32>,
        after: Option<C>,
        before: Option<C>,
    ) -> Result<Self, Problem> {
        let size = |name: &str, n: i32| {
            usize::try_from(n)
                .ok()
                .filter(|n| *n <= MAX_PAGE)
                .ok_or_else(|| {
                    Problem::at(
                        name,
                        Code::OutOfRange,
                        Message::new(
                            format!("{name} 값은 0에서 {MAX_PAGE} 사이여야 합니다."),
                            format!("`{name}` must be between 0 and {MAX_PAGE}."),
                        ),
                    )
                })
        };
        let take = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Problem::at(
                    "last",
                    Code::Invalid,
                    Message::new(
                        "first와 last를 함께 쓸 수 없습니다.",
                        "`first` and `last` cannot be used together.",
                    ),
                ));
            }
            (None, Some(last)) => Take::Last(size("last", last)?),
            (Some(first), None) => Take::First(size("first", first)?),
            (None, None) => Take::First(DEFAULT_PAGE),
        };
        Ok(Self {
            take,
            after,
            before,
        })
    }
}

/// A page in the list's order, with what lies around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The elements, in the list's order whichever end they were read from.
    pub items: Vec<T>,
    /// More elements before the first.
    pub has_previous: bool,
    /// More elements after the last.
    pub has_next: bool,
}

impl<T> Page<T> {
    /// A page from rows read from `take`'s end, one more than asked where there is one.
    /// `bounded` tells whether `after` (for `first`) or `before` (for `last`) was given:
    /// then something lies on that side.
    pub fn from_rows(mut rows: Vec<T>, take: Take, bounded: bool) -> Self {
        let more = rows.len() > take.count();
        rows.truncate(take.count());
        match take {
            Take::First(_) => Self {
                items: rows,
                has_previous: bounded,
                has_next: more,
            },
            Take::Last(_) => {
                rows.reverse();
                Self {
                    items: rows,
                    has_previous: more,
                    has_next: bounded,
                }
            }
        }
    }

    /// A page of a list that is at hand, in its order; an element's position must grow along the list.
    pub fn of_list<C: Ord>(
        items: Vec<T>,
        request: &PageRequest<C>,
        position: impl Fn(&T) -> C,
    ) -> Self {
        let after = |at: &C| request.after.as_ref().is_none_or(|after| at > after);
        let before = |at: &C| request.before.as_ref().is_none_or(|before| at < before);
        let mut rows: Vec<T> = items
            .into_iter()
            .filter(|item| {
                let at = position(item);
                after(&at) && before(&at)
            })
            .collect();
        let bounded = match request.take {
            Take::First(_) => request.after.is_some(),
            Take::Last(_) => {
                rows.reverse();
                request.before.is_some()
            }
        };
        Self::from_rows(rows, request.take, bounded)
    }

    /// The same page of other elements.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }

    /// The same page of other elements, if all of them can be made.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn try_map<U, E>(self, f: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            items: self.items.into_iter().map(f).collect::<Result<_, E>>()?,
            has_previous: self.has_previous,
            has_next: self.has_next,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_at_hand_is_paged_from_either_end() {
        let page = |take, after, before| {
            let request = PageRequest {
                take,
                after,
                before,
            };
            Page::of_list((1..=5).collect(), &request, |n| *n)
        };
        let first = page(Take::First(2), Some(1), None);
        assert_eq!(
            (first.items, first.has_previous, first.has_next),
            (vec![2, 3], true, true)
        );
        let last = page(Take::Last(2), None, None);
        assert_eq!(
            (last.items, last.has_previous, last.has_next),
            (vec![4, 5], true, false)
        );
        // A position that is gone still marks a place.
        assert_eq!(page(Take::First(9), Some(0), Some(3)).items, [1, 2]);
    }
}
