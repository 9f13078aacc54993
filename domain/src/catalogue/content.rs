//! What an offer says.

use super::DataKind;
use super::value::{
    AccessMode, Approval, CostModel, CountBasis, LeadTime, Library, LinkageSource, MAX_WON, Period,
    PurposeClass, RefreshFrequency, Sex, Standard, Won,
};
use crate::organisation::OrganisationKind;
use crate::problem::{Check, Code, Problem, Problems};
use crate::suggested_code::CodeAnswers;
use crate::terminology::{ConditionCode, Terminology};
use crate::text::{Message, Text};
use crate::time::{Month, Timestamp};
use crate::use_conditions::UsePolicy;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// Longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// Longest abstract, in characters.
pub const MAX_ABSTRACT: usize = 5_000;
/// Longest list of codes, kinds, counts or policies.
pub const MAX_CODES: usize = 200;
/// Longest list of variables or keywords.
pub const MAX_WORDS: usize = 500;
/// Longest single variable or keyword, in characters.
pub const MAX_WORD: usize = 200;
/// The largest number of subjects anybody may state.
pub const MAX_SUBJECTS: i64 = 1_000_000_000;

/// A dated count of the subjects with a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountObservation {
    /// The condition.
    pub code: ConditionCode,
    /// Persons, 0 or more.
    pub count: i64,
    /// The month in which it was counted.
    pub as_of: Month,
    /// Measured or estimated.
    pub basis: CountBasis,
}

/// Who the data are about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Population {
    /// Persons in all.
    pub size: Option<i64>,
    /// The month in which the size was counted.
    pub size_as_of: Option<Month>,
    /// How the size came about.
    pub size_basis: Option<CountBasis>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Youngest, in years.
    pub age_min: Option<i64>,
    /// Oldest, in years.
    pub age_max: Option<i64>,
}

/// When a board reviews.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewCalendar {
    /// Last day of the month to apply for the next meeting; 31 is the month's end.
    pub cutoff_day: Option<i64>,
    /// Days of the month on which the board meets; 31 is the month's end.
    pub meeting_days: Vec<i64>,
}

/// What the data cost.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cost {
    /// How it is charged.
    pub model: Option<CostModel>,
    /// Won, per unit of the model.
    pub amount: Option<Won>,
}

/// What a hospital would rather have, the basis of its side of a score. All empty: no preference stated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HospitalPreferences {
    /// Purposes it likes to support.
    pub purposes: Vec<PurposeClass>,
    /// Kinds of organisation it likes to work with.
    pub partners: Vec<OrganisationKind>,
    /// Wants to collaborate in the research.
    pub collaboration: Option<bool>,
    /// Wants results returned.
    pub return_of_results: Option<bool>,
    /// Requests it can serve in a year.
    pub capacity_per_year: Option<i64>,
}

impl HospitalPreferences {
    /// Whether anything is stated.
    pub fn is_stated(&self) -> bool {
        *self != Self::default()
    }
}

/// All that an offer says. What is absent or empty is unknown; it is never taken as permission.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfferContent {
    /// Title, in one language at least.
    pub title: Text,
    /// Abstract.
    #[serde(rename = "abstract")]
    pub summary: Text,
    /// Keywords in any language.
    pub keywords: Vec<String>,
    /// The office to write to: a name, an address, a link.
    pub contact_office: Option<String>,
    /// The library it belongs to.
    pub library: Option<Library>,
    /// The day from which researchers may apply.
    pub opens_on: Option<NaiveDate>,
    /// Conditions, KCD/ICD-10.
    pub conditions: Vec<ConditionCode>,
    /// Dated counts by condition.
    pub counts: Vec<CountObservation>,
    /// Who the data are about.
    pub population: Population,
    /// Months covered.
    pub period: Period,
    /// How often it is brought up to date.
    pub refresh: Option<RefreshFrequency>,
    /// Months between an event and its presence in the data.
    pub time_lag_months: Option<i64>,
    /// Kinds of data.
    pub data_kinds: Vec<DataKind>,
    /// Tables and variables, in free words.
    pub variables: Vec<String>,
    /// Standards that the data conform to.
    pub standards: Vec<Standard>,
    /// Coding systems used inside: KCD-8, LOINC, ATC, EDI, …
    pub coding_systems: Vec<String>,
    /// Share of filled values, in per cent.
    pub completeness_percent: Option<i64>,
    /// Alternative policies of use; one that passes is enough.
    pub use_policies: Vec<UsePolicy>,
    /// Ways to reach the data.
    pub access_modes: Vec<AccessMode>,
    /// Approvals asked for.
    pub approvals: Vec<Approval>,
    /// When the board reviews.
    pub review: ReviewCalendar,
    /// From application to data.
    pub lead_time: Option<LeadTime>,
    /// What it costs.
    pub cost: Cost,
    /// What it can be linked to.
    pub linkable_to: Vec<LinkageSource>,
    /// Counts below this are not shown; persons, default 10.
    pub small_count_threshold: Option<i64>,
    /// What the hospital would rather have.
    pub preferences: HospitalPreferences,
    /// What the author answered to codes that the words suggest.
    #[serde(skip_serializing_if = "CodeAnswers::is_empty")]
    pub code_answers: CodeAnswers,
}

impl OfferContent {
    /// Checks every field by itself and against its neighbours.
    ///
    /// # Errors
    /// All the problems, each with the path of its field in the words of the interface (`counts.2.asOf`).
    pub fn check(&self, terminology: &Terminology) -> Result<(), Problems> {
        let mut check = Check::new();
        check.require(!self.title.is_empty(), || Problem::required("title"));
        check.text("title", &self.title, MAX_TITLE);
        check.text("abstract", &self.summary, MAX_ABSTRACT);
        check_words(&mut check, "keywords", &self.keywords);
        check_words(&mut check, "variables", &self.variables);
        check_words(&mut check, "codingSystems", &self.coding_systems);
        if let Some(office) = &self.contact_office {
            check.contact("contactOffice", office, MAX_TITLE);
        }
        check_conditions(&mut check, "conditions", &self.conditions, terminology);
        check.at_most("counts", self.counts.len(), MAX_CODES);
        for (i, count) in self.counts.iter().enumerate() {
            check.require(terminology.knows(&count.code), || {
                Problem::unknown_code(&format!("counts.{i}.code"), count.code.as_str())
            });
            check.range(
                &format!("counts.{i}.count"),
                Some(count.count),
                0,
                MAX_SUBJECTS,
            );
        }
        check.range("population.size", self.population.size, 0, MAX_SUBJECTS);
        check_ages(
            &mut check,
            "population",
            self.population.age_min,
            self.population.age_max,
        );
        check.ordered("period.end", self.period.start, self.period.end);
        check.range("timeLagMonths", self.time_lag_months, 0, 600);
        check.at_most("dataKinds", self.data_kinds.len(), MAX_CODES);
        check.range("completenessPercent", self.completeness_percent, 0, 100);
        check.at_most("usePolicies", self.use_policies.len(), 20);
        for (i, policy) in self.use_policies.iter().enumerate() {
            for problem in policy.check(terminology) {
                check.add(problem.within(&i.to_string()).within("usePolicies"));
            }
        }
        check.range("review.cutoffDay", self.review.cutoff_day, 1, 31);
        check.at_most("review.meetingDays", self.review.meeting_days.len(), 31);
        for (i, day) in self.review.meeting_days.iter().enumerate() {
            check.range(&format!("review.meetingDays.{i}"), Some(*day), 1, 31);
        }
        check.range("cost.amount", self.cost.amount.map(|won| won.0), 0, MAX_WON);
        check.range("smallCountThreshold", self.small_count_threshold, 0, 1_000);
        check.range(
            "preferences.capacityPerYear",
            self.preferences.capacity_per_year,
            0,
            100_000,
        );
        self.code_answers.check(&mut check);
        check.finish()
    }

    /// Counts of a month that has not begun anywhere: a slip of the hand, which would pass for the freshest.
    pub fn counts_ahead_of(&self, now: Timestamp) -> Problems {
        let latest = Month::of((now + TimeDelta::hours(14)).date_naive());
        let counts = self.counts.iter().enumerate();
        let dated = counts.map(|(i, count)| (format!("counts.{i}.asOf"), Some(count.as_of)));
        let size = ("population.sizeAsOf".to_owned(), self.population.size_as_of);
        dated
            .chain([size])
            .filter(|(_, as_of)| *as_of > latest)
            .map(|(path, _)| {
                Problem::at(
                    &path,
                    Code::OutOfRange,
                    Message::new("아직 오지 않은 달입니다.", "That month has not come yet."),
                )
            })
            .collect()
    }

    /// Counts below this are not shown to others, in persons.
    pub fn suppression_threshold(&self) -> i64 {
        self.small_count_threshold.unwrap_or(10)
    }
}

pub(crate) fn check_words(check: &mut Check, path: &str, words: &[String]) {
    check.at_most(path, words.len(), MAX_WORDS);
    for (i, word) in words.iter().enumerate().take(MAX_WORDS) {
        let path = format!("{path}.{i}");
        check.require(!word.trim().is_empty(), || Problem::required(&path));
        check.prose(&path, word, MAX_WORD);
    }
}

pub(crate) fn check_conditions(
    check: &mut Check,
    path: &str,
    codes: &[ConditionCode],
    terminology: &Terminology,
) {
    check.at_most(path, codes.len(), MAX_CODES);
    for (i, code) in codes.iter().enumerate().take(MAX_CODES) {
        check.require(terminology.knows(code), || {
            Problem::unknown_code(&format!("{path}.{i}"), code.as_str())
        });
    }
}

pub(crate) fn check_ages(check: &mut Check, path: &str, min: Option<i64>, max: Option<i64>) {
    check.range(&format!("{path}.ageMin"), min, 0, 150);
    check.range(&format!("{path}.ageMax"), max, 0, 150);
    check.ordered(&format!("{path}.ageMax"), min, max);
}
