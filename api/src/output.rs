//! Standard output and error of every command, in the language of the person who reads.
//!
//! Nothing else prints. Whoever reads may go away at any time (`matchday … | head`): what is printed after that is
//! lost, the command goes on to its end and to its own exit code, and nothing panics.

use matchday_domain::text::{Language, Message};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::OnceLock;
use unicode_width::UnicodeWidthStr;

/// Why standard output took no more.
static CLOSED: OnceLock<io::Error> = OnceLock::new();

/// Where a command prints.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    language: Language,
}

impl Output {
    /// In the chosen language, or else in that of the locale: Korean where the first of `LC_ALL`, `LC_MESSAGES` and
    /// `LANG` that is set begins with `ko`, English in any other.
    pub fn new(chosen: Option<Language>) -> Self {
        let locale = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        let language = chosen.unwrap_or_else(|| match locale() {
            Some(locale) if locale.starts_with("ko") => Language::Ko,
            _ => Language::En,
        });
        Self { language }
    }

    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    /// The one of two texts that is in the language.
    pub fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        self.language.pick(ko, en)
    }

    /// A sentence on a line.
    pub fn say(self, message: &Message) {
        self.line(message.get(self.language));
    }

    /// A line that is the same in every language.
    pub fn line(self, text: impl Display) {
        self.text(format_args!("{text}\n"));
    }

    /// A text as it is.
    pub fn text(self, text: impl Display) {
        if !self.is_closed() {
            let written = write!(io::stdout().lock(), "{text}");
            note(written);
        }
    }

    /// A value as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<(), serde_json::Error> {
        self.line(serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// A line on standard error; where nobody reads that either, nothing is to be done.
    pub fn complain(self, text: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Whether nobody reads any more.
    pub fn is_closed(self) -> bool {
        CLOSED.get().is_some()
    }

    /// Whether all was written, or not read for reasons of the reader's own.
    ///
    /// # Errors
    /// Why it could not be written: a full disk.
    pub fn finish(self) -> Result<(), &'static io::Error> {
        note(io::stdout().lock().flush());
        match CLOSED.get() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

fn note(written: io::Result<()>) {
    if let Err(error) = written {
        let _ = CLOSED.set(error);
    }
}

/// A text with spaces behind it up to a number of columns; a Korean letter takes two.
pub fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// The same with the spaces before it.
pub fn right(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{}{text}", " ".repeat(missing))
}

/// Columns of a text on a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// What the operating system says of a file or address, in plain words where it is common.
pub fn io_message(error: &io::Error) -> Message {
    use io::ErrorKind as Kind;
    let (ko, en) = match error.kind() {
        Kind::NotFound => ("그런 파일이 없습니다", "there is no such file"),
        Kind::PermissionDenied => ("읽거나 쓸 권한이 없습니다", "permission denied"),
        Kind::IsADirectory => ("파일이 아니라 폴더입니다", "it is a folder, not a file"),
        Kind::AlreadyExists => ("이미 있습니다", "it exists already"),
        Kind::StorageFull => ("디스크가 가득 찼습니다", "the disk is full"),
        Kind::AddrInUse => ("이미 쓰이는 주소입니다", "the address is in use"),
        _ => {
            return Message::new(format!("운영체제의 오류: {error}"), error.to_string());
        }
    };
    Message::new(ko, en)
}
