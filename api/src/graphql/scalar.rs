//! Scalars of our own: dates, months, wall-clock times, won, time zones.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime};
use matchday_domain::catalogue::{Country, Won};
use matchday_domain::time::Month;

/// A day of the calendar, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A month of a year, `YYYY-MM`, from 1900 to 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearMonth(pub Month);

/// A time on the wall clock of a place, `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime(pub NaiveTime);

/// A whole amount of Korean won, as a JSON number of up to 16 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WonAmount(pub Won);

/// A country, ISO 3166-1 alpha-2 in capitals: `KR`; `XK` for Kosovo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCode(pub Country);

/// A time zone of the IANA database: `Asia/Seoul`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(pub chrono_tz::Tz);

fn text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

macro_rules! text_scalar {
    ($(#[doc = $doc:literal])* $name:ident as $gql:literal, $read:expr, $write:expr) => {
        $(#[doc = $doc])*
        #[Scalar(name = $gql)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let text = text(value).map_err(InputValueError::expected_type)?;
                let read: fn(&str) -> Option<Self> = $read;
                // The value itself is not repeated: it may be anything.
                read(&text).ok_or_else(|| InputValueError::custom(concat!("not a valid ", $gql)))
            }

            /// Validation asks it and names the field, before anything runs.
            fn is_valid(value: &Value) -> bool {
                Self::parse(value.clone()).is_ok()
            }

            fn to_value(&self) -> Value {
                let write: fn(&Self) -> String = $write;
                Value::String(write(self))
            }
        }
    };
}

text_scalar!(
    /// A day of the calendar, `YYYY-MM-DD`.
    Date as "Date",
    |s| NaiveDate::parse_from_str(s, "%Y-%m-%d").ok().filter(|_| s.len() == 10).map(Date),
    |date| date.0.format("%Y-%m-%d").to_string()
);
text_scalar!(
    /// A month of a year, `YYYY-MM`, from 1900 to 2200.
    YearMonth as "YearMonth",
    |s| s.parse().ok().map(YearMonth),
    |month| month.0.to_string()
);
text_scalar!(
    /// A time on the wall clock of a place, `HH:MM`.
    LocalTime as "LocalTime",
    |s| NaiveTime::parse_from_str(s, "%H:%M").ok().filter(|_| s.len() == 5).map(LocalTime),
    |time| time.0.format("%H:%M").to_string()
);
text_scalar!(
    /// A country, ISO 3166-1 alpha-2 in capitals: `KR`; `XK` for Kosovo.
    CountryCode as "CountryCode",
    |s| Country::new(s).map(CountryCode),
    |country| country.0.code().to_owned()
);
text_scalar!(
    /// A time zone of the IANA database: `Asia/Seoul`.
    TimeZone as "TimeZone",
    |s| s.parse().ok().map(TimeZone),
    |zone| zone.0.name().to_owned()
);

/// A whole amount of Korean won, as a JSON number of up to 16 digits.
#[Scalar(name = "Won")]
impl ScalarType for WonAmount {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number
                .as_i64()
                .map(|won| Self(Won(won)))
                .ok_or_else(|| InputValueError::custom("not a whole amount of won")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.0.into())
    }
}

/// A whole number that may need more than the 32 bits of `Int`, as a JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WideInt(pub i64);

/// A whole number that may need more than the 32 bits of `Int`, as a JSON number.
#[Scalar(name = "WideInt")]
impl ScalarType for WideInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number
                .as_i64()
                .map(Self)
                .ok_or_else(|| InputValueError::custom("not a whole number")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}
