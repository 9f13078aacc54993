//! Who the data of an offer are about: counts, their suppression, periods.

use crate::graphql::scalar::YearMonth;
use crate::graphql::text::Condition;
use crate::graphql::vocabulary::{CountBasis, Sex};
use async_graphql::Object;
use matchday_domain::catalogue as domain;

/// A count, hidden where it is so small that a person might be recognised.
pub struct Count {
    value: Option<i64>,
    shown: String,
}

impl Count {
    /// The custodian sees its own counts; others see what tells no small one.
    fn new(count: i64, shown: domain::ShownCount, own: bool) -> Self {
        let shown = if own {
            domain::ShownCount::Exact(count)
        } else {
            shown
        };
        Self {
            value: match shown {
                domain::ShownCount::Exact(count) => Some(count),
                domain::ShownCount::Below(_) | domain::ShownCount::AtLeast(_) => None,
            },
            shown: shown.to_string(),
        }
    }
}

/// A number of persons; small numbers, and totals that would tell one, are hidden from others than the custodian.
#[Object]
impl Count {
    /// Persons; null if the number is below the custodian's threshold, or a total that would tell such a part of it.
    async fn value(&self) -> Option<i64> {
        self.value
    }

    /// The number; `<10` below the threshold; `≥110` for a total that would tell a small part, with what its shown parts
    /// are together.
    async fn shown(&self) -> &str {
        &self.shown
    }
}

/// A dated count of the subjects with a condition.
pub struct CountObservation {
    pub(super) observation: domain::CountObservation,
    pub(super) shown: domain::ShownCount,
    pub(super) own: bool,
}

/// A dated count of the subjects with a condition.
#[Object]
impl CountObservation {
    /// The condition.
    async fn condition(&self) -> Condition {
        Condition(self.observation.code.clone())
    }

    /// Persons.
    async fn count(&self) -> Count {
        Count::new(self.observation.count, self.shown, self.own)
    }

    /// The month in which it was counted.
    async fn as_of(&self) -> YearMonth {
        YearMonth(self.observation.as_of)
    }

    /// Measured or estimated.
    async fn basis(&self) -> CountBasis {
        self.observation.basis.into()
    }
}

/// Who the data are about. Null means that it is not known.
pub struct Population {
    pub(super) population: domain::Population,
    pub(super) size: Option<domain::ShownCount>,
    pub(super) own: bool,
}

/// Who the data are about. Null means that it is not known.
#[Object]
impl Population {
    /// Persons in all.
    async fn size(&self) -> Option<Count> {
        let size = self.population.size.zip(self.size);
        size.map(|(size, shown)| Count::new(size, shown, self.own))
    }

    /// The month in which the size was counted.
    async fn size_as_of(&self) -> Option<YearMonth> {
        self.population.size_as_of.map(YearMonth)
    }

    /// How the size came about.
    async fn size_basis(&self) -> Option<CountBasis> {
        self.population.size_basis.map(Into::into)
    }

    /// Sex.
    async fn sex(&self) -> Option<Sex> {
        self.population.sex.map(Into::into)
    }

    /// Youngest, in years.
    async fn age_min(&self) -> Option<i64> {
        self.population.age_min
    }

    /// Oldest, in years.
    async fn age_max(&self) -> Option<i64> {
        self.population.age_max
    }
}

/// A span of months, both ends included. Null means open or unknown.
pub struct Period(pub domain::Period);

/// A span of months, both ends included. Null means open or unknown.
#[Object]
impl Period {
    /// The first month.
    async fn start(&self) -> Option<YearMonth> {
        self.0.start.map(YearMonth)
    }

    /// The last month.
    async fn end(&self) -> Option<YearMonth> {
        self.0.end.map(YearMonth)
    }
}
