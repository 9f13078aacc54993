//! Instants, months, windows and the clock that is handed in.

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An instant, in UTC, to the microsecond (what PostgreSQL keeps).
pub type Timestamp = DateTime<Utc>;

/// Tells the time. Injected, so that a test decides what time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now, truncated to microseconds.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(6)
    }
}

/// A month of a year, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(i32);

impl Month {
    /// A month from 1 to 12 of a year from 1900 to 2200.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let month = i32::try_from(month).ok()?;
        ((1900..=2200).contains(&year) && (1..=12).contains(&month))
            .then_some(Self(year * 12 + month - 1))
    }

    /// The month of a date, if it lies in the range.
    pub fn of(date: NaiveDate) -> Option<Self> {
        Self::new(date.year(), date.month())
    }

    /// Whole months from `earlier` to this one; negative if this one is earlier.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month of the year, 1 to 12.
    pub fn month(self) -> u32 {
        self.0.rem_euclid(12).unsigned_abs() + 1
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;
    fn from_str(s: &str) -> Result<Self, InvalidMonth> {
        let (year, month) = s.split_once('-').ok_or(InvalidMonth)?;
        let digits = |s: &str, n| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(InvalidMonth);
        }
        Self::new(
            year.parse().map_err(|_| InvalidMonth)?,
            month.parse().map_err(|_| InvalidMonth)?,
        )
        .ok_or(InvalidMonth)
    }
}

/// Not a month of the form `YYYY-MM` between 1900 and 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month of the form YYYY-MM between 1900 and 2200")]
pub struct InvalidMonth;

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A span of instants: open from `opens_at`, closed from `closes_at` on, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first instant inside.
    pub opens_at: Timestamp,
    /// The first instant outside again.
    pub closes_at: Timestamp,
}

impl Window {
    /// Whether `now` lies inside.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.opens_at <= now && now < self.closes_at
    }

    /// Whether it opens before it closes, both at a whole minute.
    pub fn is_valid(&self) -> bool {
        self.opens_at < self.closes_at
            && whole_minute(self.opens_at)
            && whole_minute(self.closes_at)
    }
}

/// Whether an instant lies on a whole minute.
pub fn whole_minute(at: Timestamp) -> bool {
    at.timestamp_subsec_nanos() == 0 && at.timestamp() % 60 == 0
}

/// Minutes as a span of time.
pub fn minutes(n: i64) -> TimeDelta {
    TimeDelta::seconds(n.saturating_mul(60))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn months_read_write_and_count() {
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!(month.to_string(), "2024-02");
        assert_eq!(month.since("2022-12".parse().unwrap()), 14);
        for bad in [
            "2024-13", "2024-00", "24-01", "2024-1", "2024/01", "+024-01", "",
        ] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
