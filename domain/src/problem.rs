//! What is wrong with what a user asked for: a code, the field it is about, and a sentence in both languages.

use crate::privacy::patient_identifier::{self, PatientIdentifier};
use crate::text::Message;
use serde::{Deserialize, Serialize};

/// The kind of a problem; clients branch on it, people read the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A field that must be there is missing.
    Required,
    /// A text or list is longer than allowed.
    TooLong,
    /// A number or date is outside its range.
    OutOfRange,
    /// A beginning lies after its end, or a least number above the greatest.
    NotOrdered,
    /// A code is not in its vocabulary.
    UnknownCode,
    /// The same thing is given twice.
    Duplicate,
    /// Not of the form that is wanted.
    Invalid,
    /// A text holds what looks like the number of a patient.
    PatientIdentifier,
    /// No such object, or none that the viewer may see.
    NotFound,
    /// The viewer may not do this.
    Forbidden,
    /// Nobody is signed in.
    Unauthenticated,
    /// The organisation has not been verified yet.
    NotVerified,
    /// Somebody changed the object since it was read.
    Stale,
    /// The object's state does not allow this.
    WrongState,
    /// The window for this has not opened yet, or has closed.
    WindowClosed,
    /// Something that is scarce is taken.
    Taken,
    /// The idempotency key was used for another request.
    KeyReused,
    /// Too many requests; try later.
    RateLimited,
    /// An organisation may not be left without an administrator.
    LastAdministrator,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}", path.join("."), message.en)]
pub struct Problem {
    /// The field, from the outside in, in the client's names: `["counts", "2", "asOf"]`. Empty: the request as a whole.
    pub path: Vec<String>,
    /// The kind.
    pub code: Code,
    /// The sentence.
    pub message: Message,
    /// Seconds after which the same may be asked again; none where time alone mends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of one field; `path` may be dotted.
    pub fn at(path: &str, code: Code, message: Message) -> Self {
        let path = path
            .split('.')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            path,
            code,
            message,
            retry_after_s: None,
        }
    }

    /// A problem of the request as a whole.
    pub fn whole(code: Code, message: Message) -> Self {
        Self {
            path: Vec::new(),
            code,
            message,
            retry_after_s: None,
        }
    }

    /// The same problem, seen from outside `field`.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        self.path.insert(0, field.to_owned());
        self
    }

    /// A field that must be there is missing.
    pub fn required(path: &str) -> Self {
        Self::at(
            path,
            Code::Required,
            Message::new("필수 항목입니다.", "This field is required."),
        )
    }

    /// No such object, or none that the viewer may see: the two look the same on purpose.
    pub fn not_found(path: &str) -> Self {
        Self::at(
            path,
            Code::NotFound,
            Message::new("해당 항목을 찾을 수 없습니다.", "No such object."),
        )
    }

    /// The viewer may not do this.
    pub fn forbidden() -> Self {
        Self::whole(
            Code::Forbidden,
            Message::new("이 작업을 할 권한이 없습니다.", "You may not do this."),
        )
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::whole(
            Code::Unauthenticated,
            Message::new("로그인이 필요합니다.", "Sign in first."),
        )
    }

    /// Too many requests; in so many seconds it may be asked again.
    pub fn too_many(path: &str, seconds: u32) -> Self {
        let message = Message::new(
            format!("요청이 너무 많습니다. {seconds}초 후 다시 시도하십시오."),
            format!("Too many requests; try again in {seconds} s."),
        );
        Self {
            retry_after_s: Some(seconds),
            ..Self::at(path, Code::RateLimited, message)
        }
    }

    /// Somebody changed the object since it was read.
    pub fn stale(current: i32) -> Self {
        Self::at(
            "version",
            Code::Stale,
            Message::new(
                format!("다른 사람이 먼저 수정했습니다. 현재 버전은 {current}입니다."),
                format!("It was changed meanwhile; the version is now {current}."),
            ),
        )
    }

    /// A value that is not in its vocabulary.
    pub fn unknown_code(path: &str, value: &str) -> Self {
        // A patient's number in the wrong place is no reason to repeat it.
        if let Some(kind) = patient_identifier::find(value) {
            return Self::patient_identifier(path, kind);
        }
        let shown: String = value.chars().take(40).collect();
        Self::at(
            path,
            Code::UnknownCode,
            Message::new(
                format!("알 수 없는 코드입니다: {shown}"),
                format!("Unknown code: {shown}"),
            ),
        )
    }

    /// A text with what looks like the number of a patient; the message does not repeat it.
    pub fn patient_identifier(path: &str, kind: PatientIdentifier) -> Self {
        let kind = kind.label();
        Self::at(
            path,
            Code::PatientIdentifier,
            Message::new(
                format!(
                    "환자를 알아볼 수 있는 번호({})로 보이는 내용이 있습니다. 지운 뒤 다시 보내십시오.",
                    kind.ko
                ),
                format!(
                    "There is what looks like {}, by which a patient can be recognised: take it out and send again.",
                    kind.en
                ),
            ),
        )
    }

    /// Longer than `max` characters or elements.
    pub fn too_long(path: &str, max: usize) -> Self {
        Self::at(
            path,
            Code::TooLong,
            Message::new(
                format!("최대 {max}까지 허용됩니다."),
                format!("At most {max} are allowed."),
            ),
        )
    }

    /// Outside `min..=max`.
    pub fn out_of_range(path: &str, min: i64, max: i64) -> Self {
        Self::at(
            path,
            Code::OutOfRange,
            Message::new(
                format!("{min} 이상 {max} 이하여야 합니다."),
                format!("Must be between {min} and {max}."),
            ),
        )
    }

    /// An end before its beginning.
    pub fn not_ordered(path: &str) -> Self {
        Self::at(
            path,
            Code::NotOrdered,
            Message::new(
                "끝이 시작보다 앞설 수 없습니다.",
                "The end may not lie before the beginning.",
            ),
        )
    }

    /// A number below the one that goes with it.
    pub fn too_small(path: &str, least: i64) -> Self {
        Self::at(
            path,
            Code::NotOrdered,
            Message::new(
                format!("함께 적은 최솟값 {least}보다 작을 수 없습니다."),
                format!("May not be less than the least number that goes with it, {least}."),
            ),
        )
    }

    /// A number above the one that goes with it.
    pub fn too_large(path: &str, most: i64) -> Self {
        Self::at(
            path,
            Code::NotOrdered,
            Message::new(
                format!("함께 적은 {most}보다 클 수 없습니다."),
                format!("May not be more than the number that goes with it, {most}."),
            ),
        )
    }
}

/// All that is wrong with a request: never empty.
pub type Problems = Vec<Problem>;

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        vec![problem]
    }
}

/// Collects problems while a value is checked.
#[derive(Debug, Default)]
pub struct Check {
    problems: Problems,
}

impl Check {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a problem.
    pub fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes the problem unless `good`.
    pub fn require(&mut self, good: bool, problem: impl FnOnce() -> Problem) {
        if !good {
            self.problems.push(problem());
        }
    }

    /// A number in a range.
    pub fn range(&mut self, path: &str, value: Option<i64>, min: i64, max: i64) {
        if value.is_some_and(|v| v < min || v > max) {
            self.add(Problem::out_of_range(path, min, max));
        }
    }

    /// A list of at most `max` elements.
    pub fn at_most(&mut self, path: &str, len: usize, max: usize) {
        self.require(len <= max, || Problem::too_long(path, max));
    }

    /// Free text of at most `max` characters, without numbers of patients. All that people write passes here, through
    /// [`Check::text`] or [`Check::contact`].
    pub fn prose(&mut self, path: &str, text: &str, max: usize) {
        self.written(path, text, max, patient_identifier::find);
    }

    /// Whom to write to or call, at most `max` characters; numbers of patients are refused here, too.
    pub fn contact(&mut self, path: &str, text: &str, max: usize) {
        self.written(path, text, max, patient_identifier::find_in_contact);
    }

    fn written(
        &mut self,
        path: &str,
        text: &str,
        max: usize,
        find: impl Fn(&str) -> Option<PatientIdentifier>,
    ) {
        if text.chars().nth(max).is_some() {
            self.add(Problem::too_long(path, max));
        } else if let Some(kind) = find(text) {
            self.add(Problem::patient_identifier(path, kind));
        }
    }

    /// The same in each language.
    pub fn text(&mut self, path: &str, text: &crate::text::Text, max: usize) {
        for (language, value) in [("ko", &text.ko), ("en", &text.en)] {
            if let Some(value) = value {
                self.prose(&format!("{path}.{language}"), value, max);
            }
        }
    }

    /// The start is not after the end, where both are known.
    pub fn ordered<T: PartialOrd>(&mut self, path: &str, start: Option<T>, end: Option<T>) {
        if let (Some(start), Some(end)) = (start, end) {
            self.require(start <= end, || Problem::not_ordered(path));
        }
    }

    /// A number is not below the least one, where both are known.
    pub fn at_least(&mut self, path: &str, value: Option<i64>, least: Option<i64>) {
        if let (Some(value), Some(least)) = (value, least) {
            self.require(least <= value, || Problem::too_small(path, least));
        }
    }

    /// A number is not above the greatest one, where both are known.
    pub fn no_more(&mut self, path: &str, value: Option<i64>, most: Option<i64>) {
        if let (Some(value), Some(most)) = (value, most) {
            self.require(value <= most, || Problem::too_large(path, most));
        }
    }

    /// The verdict.
    ///
    /// # Errors
    /// All the problems that were noted.
    pub fn finish(self) -> Result<(), Problems> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_by_numbers_and_spans_by_their_ends() {
        let mut check = Check::new();
        check.at_least("subjectsWished", Some(5), Some(10));
        check.no_more("ownShare", Some(10), Some(5));
        check.ordered("period.end", Some(2), Some(1));
        check.at_least("ageMax", Some(5), Some(5));
        check.at_least("ageMax", None, Some(5));
        check.no_more("ownShare", Some(5), None);
        let problems = check.finish().unwrap_err();
        let told: Vec<_> = problems.iter().map(|p| p.message.ko.as_str()).collect();
        assert_eq!(
            told,
            [
                "함께 적은 최솟값 10보다 작을 수 없습니다.",
                "함께 적은 5보다 클 수 없습니다.",
                "끝이 시작보다 앞설 수 없습니다.",
            ]
        );
        assert!(problems.iter().all(|p| p.code == Code::NotOrdered));
    }
}
