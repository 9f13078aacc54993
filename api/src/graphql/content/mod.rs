//! What offers and demands say, as inputs: a field that is left out is not changed, null clears it.

mod demand;
mod offer;

pub use demand::DemandContentInput;
pub use offer::OfferContentInput;

use super::scalar::{CountryCode, YearMonth};
use async_graphql::{InputObject, MaybeUndefined};
use matchday_domain::catalogue::{Country, DataKind, Period};
use matchday_domain::problem::{Problem, Problems};
use matchday_domain::terminology::ConditionCode;

/// A span of months, both ends included.
#[derive(Debug, Clone, InputObject)]
pub struct PeriodInput {
    /// The first month; open if left out.
    start: Option<YearMonth>,
    /// The last month; open if left out.
    end: Option<YearMonth>,
}

/// Reads the codes of an input and gathers what cannot be read.
#[derive(Default)]
struct Reading {
    problems: Problems,
}

impl Reading {
    fn list<T, U>(
        &mut self,
        path: &str,
        values: Vec<T>,
        read: impl Fn(&str, &T) -> Result<U, Problem>,
    ) -> Vec<U> {
        let mut good = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            match read(&format!("{path}.{i}"), value) {
                Ok(value) => good.push(value),
                // A list of thousands of wrong codes needs no answer of thousands of lines.
                Err(problem) if self.problems.len() < 100 => self.problems.push(problem),
                Err(_) => {}
            }
        }
        good
    }

    fn conditions(&mut self, path: &str, codes: Vec<String>) -> Vec<ConditionCode> {
        self.list(path, codes, |path, code| condition(path, code))
    }

    fn kinds(&mut self, path: &str, codes: Vec<String>) -> Vec<DataKind> {
        self.list(path, codes, |path, code| {
            DataKind::from_code(code).ok_or_else(|| Problem::unknown_code(path, code))
        })
    }

    fn finish(self) -> Result<(), Problems> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }
}

fn condition(path: &str, code: &str) -> Result<ConditionCode, Problem> {
    code.parse().map_err(|_| Problem::unknown_code(path, code))
}

/// Sets a field that is given: null clears it.
fn set<T, U: Default>(field: &mut U, input: MaybeUndefined<T>, read: impl FnOnce(T) -> U) {
    match input {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *field = U::default(),
        MaybeUndefined::Value(value) => *field = read(value),
    }
}

fn set_some<T, U: From<T>>(field: &mut Option<U>, input: MaybeUndefined<T>) {
    set(field, input, |value| Some(value.into()));
}

fn set_list<T, U: From<T>>(field: &mut Vec<U>, input: MaybeUndefined<Vec<T>>) {
    set(field, input, all);
}

fn all<T, U: From<T>>(values: Vec<T>) -> Vec<U> {
    values.into_iter().map(Into::into).collect()
}

impl From<PeriodInput> for Period {
    fn from(input: PeriodInput) -> Self {
        Self {
            start: input.start.map(|month| month.0),
            end: input.end.map(|month| month.0),
        }
    }
}

fn countries(codes: Vec<CountryCode>) -> Vec<Country> {
    codes.into_iter().map(|country| country.0).collect()
}
