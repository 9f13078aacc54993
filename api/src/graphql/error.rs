//! Problems as data in payloads, faults as errors with a code; the inner cause stays in the log.

use super::caller;
use crate::app::{AppError, Outcome};
use crate::http::Refusal;
use async_graphql::{Context, Enum, Error, ErrorExtensions, SimpleObject};
use matchday_domain::problem::{Code, Problem, Problems};
use matchday_domain::text::{Language, Message};
use matchday_infra::store::StoreError;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::problem::Code")]
pub enum UserErrorCode {
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

/// One thing that is wrong with the input of a mutation. Nothing was changed.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// The field of the input, from the outside in; empty for the input as a whole.
    path: Vec<String>,
    /// The kind, to branch on.
    code: UserErrorCode,
    /// The sentence in the viewer's language.
    message: String,
    /// The sentence in Korean.
    message_ko: String,
    /// The sentence in English.
    message_en: String,
    /// Seconds after which the same may be asked again; null where waiting alone does not help.
    retry_after_seconds: Option<u32>,
}

impl UserError {
    fn new(problem: Problem, language: Language) -> Self {
        Self {
            path: problem.path,
            code: problem.code.into(),
            message: problem.message.get(language).to_owned(),
            message_ko: problem.message.ko,
            message_en: problem.message.en,
            retry_after_seconds: problem.retry_after_s,
        }
    }
}

/// Why a field has no value.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What the client asked for.
    Asked(Problem),
    /// What happened to us.
    Ours(AppError),
    /// What we depend on is away for the moment.
    Unavailable,
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Asked(problem)
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(mut problems) if !problems.is_empty() => {
                Self::Asked(problems.swap_remove(0))
            }
            AppError::Store(error) if error.is_transient() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the store is away"
                );
                Self::Unavailable
            }
            AppError::Away => Self::Unavailable,
            error => Self::Ours(error),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Asked(problem) => told(&code_name(problem.code), problem.message),
            Fault::Ours(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a resolver failed"
                );
                told(Refusal::Internal.code(), Refusal::Internal.message())
            }
            // What the edge says where it meets the same before a resolver runs.
            Fault::Unavailable => told(Refusal::Unavailable.code(), Refusal::Unavailable.message()),
        }
    }
}

/// The language of the viewer is not at hand here: both are given, and the edge speaks the one that is asked for.
fn told(code: &str, message: Message) -> Error {
    Error::new(message.en.clone()).extend_with(|_, extensions| {
        extensions.set("code", code);
        extensions.set("messageKo", message.ko);
        extensions.set("messageEn", message.en);
    })
}

fn code_name(code: Code) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A use case's result as the two halves of a payload; only what happened to us is an error of the field.
pub(crate) fn settle<T>(
    ctx: &Context<'_>,
    outcome: Outcome<T>,
) -> std::result::Result<(Option<T>, Vec<UserError>), Fault> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(AppError::Refused(problems)) => Ok((None, user_errors(ctx, problems))),
        Err(error) => Err(error.into()),
    }
}

fn user_errors(ctx: &Context<'_>, problems: Problems) -> Vec<UserError> {
    let language = caller(ctx).language;
    problems
        .into_iter()
        .map(|problem| UserError::new(problem, language))
        .collect()
}
