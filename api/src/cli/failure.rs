//! Why a verb failed, in both languages.

use crate::app::AppError;
use crate::config::Problems;
use crate::output::io_message;
use crate::server::StartError;
use matchday_domain::message;
use matchday_domain::scheduling::formats::Fault;
use matchday_domain::text::Message;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Why a verb failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The configuration.
    Config(Problems),
    /// The service could not start.
    Start(StartError),
    /// What was given is wrong.
    Input(Message),
    /// A file is wrong: its name, and each place.
    Faults(String, Vec<Fault>),
    /// Anything else.
    Other(Message),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Config(problems)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::inner(error)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(problems) => {
                let messages = problems.into_iter().map(|problem| problem.message);
                let (ko, en): (Vec<_>, Vec<_>) = messages.map(|one| (one.ko, one.en)).unzip();
                Self::Input(Message::new(ko.join("\n"), en.join("\n")))
            }
            error => Self::inner(error),
        }
    }
}

impl Failure {
    /// What should not happen: the cause is told as it is.
    pub(super) fn inner(error: impl Display) -> Self {
        Self::Other(message!("오류: {error}", "{error}"))
    }

    /// A file that is wrong as a whole.
    pub(super) fn file(file: &Path, reason: &Message) -> Self {
        let Message { ko, en } = reason;
        Self::Input(message!("{0}: {ko}", "{0}: {en}", file.display()))
    }

    /// A file that cannot be read.
    pub(super) fn unread(file: &Path, error: &io::Error) -> Self {
        Self::file(file, &io_message(error))
    }

    /// What happened, in as many lines as it takes.
    pub(super) fn message(&self) -> Message {
        match self {
            Self::Config(problems) => problems.message(),
            Self::Start(error) => error.message(),
            Self::Input(message) | Self::Other(message) => message.clone(),
            Self::Faults(file, faults) => {
                let all = faults.iter().map(|fault| {
                    let Message { ko, en } = fault.message();
                    (format!("{file}: {ko}"), format!("{file}: {en}"))
                });
                let (ko, en): (Vec<_>, Vec<_>) = all.unzip();
                Message::new(ko.join("\n"), en.join("\n"))
            }
        }
    }

    /// The same for programs: `status`, `message`, and of a file's faults line, field and message each.
    pub(super) fn json(&self) -> Value {
        let mut json = json!({ "status": "refused", "message": self.message() });
        if let Self::Faults(_, faults) = self {
            let each = faults.iter().map(|fault| {
                json!({ "line": fault.line, "field": fault.field, "message": fault.reason })
            });
            json["faults"] = each.collect();
        }
        json
    }

    /// 2 where what was given is wrong, else 1.
    pub(super) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_) | Self::Input(_) | Self::Faults(..) => 2,
            Self::Start(_) | Self::Other(_) => 1,
        })
    }
}
