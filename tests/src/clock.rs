//! A clock that a test sets.

use chrono::{DateTime, TimeDelta, Utc};
use matchday_domain::time::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands still until it is moved.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// At an instant of RFC 3339.
    pub fn at(instant: &str) -> Self {
        let at: DateTime<Utc> = instant.parse().unwrap();
        Self(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0
            .fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}
