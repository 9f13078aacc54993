//! One source of settings, and the merge of several.

use super::value::{Raw, Setting, Wanted};
use super::{Config, FILE_VARIABLE, Key, PREFIX};
use crate::output::io_message;
use matchday_domain::message;
use matchday_domain::text::Message;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// The command line.
    Flag,
    /// Built in.
    Default,
}

impl Origin {
    fn name(&self) -> Message {
        match self {
            Self::File { path, line } => message!("{0}:{line}", "{0}:{line}", path.display()),
            Self::Variable(name) => message!("환경 변수 {name}", "environment variable {name}"),
            Self::Flag => Message::new("명령줄", "command line"),
            Self::Default => Message::new("기본값", "default"),
        }
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// What.
    pub message: Message,
}

impl Problem {
    /// Where and what.
    pub fn told(&self) -> Message {
        let (origin, said) = (self.origin.name(), &self.message);
        Message::new(
            format!("{}: {}", origin.ko, said.ko),
            format!("{}: {}", origin.en, said.en),
        )
    }
}

/// Everything that is wrong with the configuration, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for Problems {}

impl Problems {
    /// All of them, in as many lines.
    pub fn message(&self) -> Message {
        let told = || self.0.iter().map(Problem::told);
        let ko: String = told().map(|p| format!("\n  {}", p.ko)).collect();
        let en: String = told().map(|p| format!("\n  {}", p.en)).collect();
        message!(
            "설정을 쓸 수 없습니다:{ko}",
            "the configuration is not usable:{en}"
        )
    }
}

/// The settings of one source; every one may be absent.
#[derive(Debug, Default)]
pub struct Layer {
    values: BTreeMap<String, (Raw, Origin)>,
    problems: Vec<Problem>,
}

impl Layer {
    /// A TOML file.
    pub fn file(path: &Path) -> Self {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::toml(&text, path),
            Err(error) => {
                let mut layer = Self::default();
                let Message { ko, en } = io_message(&error);
                let said = message!("읽을 수 없습니다: {ko}", "cannot be read: {en}");
                layer.problem(at_line(path, 1), said);
                layer
            }
        }
    }

    /// The text of a TOML file; `path` is what problems name.
    pub fn toml(text: &str, path: &Path) -> Self {
        let mut layer = Self::default();
        let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        let root = match DeTable::parse(text) {
            Ok(root) => root.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |s| s.start);
                let said = message!("TOML이 아닙니다: {0}", "{0}", error.message());
                layer.problem(at_line(path, line(at)), said);
                return layer;
            }
        };
        for (section, table) in root {
            let origin = at_line(path, line(section.span().start));
            let section = section.into_inner();
            let DeValue::Table(table) = table.into_inner() else {
                let said = message!(
                    "`{section}`은(는) 절이 아닙니다",
                    "`{section}` is not a section"
                );
                layer.problem(origin, said);
                continue;
            };
            if !Config::sections().iter().any(|(name, _)| *name == section) {
                let said = message!(
                    "모르는 절입니다: [{section}]",
                    "unknown section [{section}]"
                );
                layer.problem(origin, said);
                continue;
            }
            for (key, value) in table {
                let origin = at_line(path, line(key.span().start));
                let path = format!("{section}.{}", key.get_ref());
                layer.put(&path, raw(value.get_ref()), origin);
            }
        }
        layer.read_secrets();
        layer
    }

    /// The `MATCHDAY_…` variables among `variables`.
    pub fn environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut layer = Self::default();
        let keys = known();
        for (name, value) in variables {
            if !name.starts_with(PREFIX) || name == FILE_VARIABLE {
                continue;
            }
            let origin = Origin::Variable(name.clone());
            let key = keys.iter().find_map(|key| {
                let variable = key.variable();
                let file = key.secret && name.strip_suffix("_FILE") == Some(&variable);
                (name == variable)
                    .then(|| key.path())
                    .or_else(|| file.then(|| key.path() + "_file"))
            });
            match key {
                Some(key) => {
                    layer.values.insert(key, (Raw::Untyped(value), origin));
                }
                None => layer.problem(
                    origin,
                    Message::new("그런 설정이 없습니다", "no such setting"),
                ),
            }
        }
        layer.read_secrets();
        layer
    }

    /// Pairs of a key (`http.listen`) and its value, from the command line.
    pub fn flags(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut layer = Self::default();
        for (key, value) in pairs {
            layer.put(&key, Raw::Untyped(value), Origin::Flag);
        }
        layer.read_secrets();
        layer
    }

    fn put(&mut self, path: &str, raw: Raw, origin: Origin) {
        let keys = known();
        let file = path.strip_suffix("_file");
        let is_known = keys
            .iter()
            .any(|k| k.path() == path || (k.secret && Some(k.path().as_str()) == file));
        if is_known {
            self.values.insert(path.to_owned(), (raw, origin));
            return;
        }
        let mut said = message!("모르는 키입니다: `{path}`", "unknown key `{path}`");
        if let Some(near) = keys.iter().map(Key::path).find(|known| alike(known, path)) {
            said.ko += &format!(". `{near}`을(를) 뜻하셨습니까?");
            said.en += &format!("; did you mean `{near}`?");
        }
        self.problem(origin, said);
    }

    /// Replaces `<key>_file` by the content of that file.
    fn read_secrets(&mut self) {
        for key in known().iter().filter(|k| k.secret) {
            let path = key.path();
            let Some((raw, origin)) = self.values.remove(&format!("{path}_file")) else {
                continue;
            };
            if self.values.contains_key(&path) {
                let said = message!(
                    "`{path}`와 `{path}_file` 가운데 하나만 주어야 합니다",
                    "give `{path}` or `{path}_file`, not both"
                );
                self.problem(origin, said);
                continue;
            }
            let read = String::read(&raw)
                .map_err(|wanted| must_be(&format!("{path}_file"), wanted))
                .and_then(|file| {
                    std::fs::read_to_string(&file).map_err(|error| {
                        let Message { ko, en } = io_message(&error);
                        message!(
                            "`{path}_file` {file}을(를) 읽을 수 없습니다: {ko}",
                            "`{path}_file` {file} cannot be read: {en}"
                        )
                    })
                });
            match read {
                Ok(secret) => {
                    let secret = Raw::Untyped(secret.trim().to_owned());
                    self.values.insert(path, (secret, origin));
                }
                Err(message) => self.problem(origin, message),
            }
        }
    }

    fn problem(&mut self, origin: Origin, message: Message) {
        self.problems.push(Problem { origin, message });
    }
}

/// All layers in one, later over earlier.
pub(super) struct Merged {
    values: BTreeMap<String, (Raw, Origin)>,
    problems: Vec<Problem>,
}

impl Merged {
    pub(super) fn new(layers: Vec<Layer>) -> Self {
        let mut merged = Self {
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        for layer in layers {
            merged.values.extend(layer.values);
            merged.problems.extend(layer.problems);
        }
        merged
    }

    pub(super) fn origin(&self, key: &str) -> Option<&Origin> {
        self.values.get(key).map(|(_, origin)| origin)
    }

    /// The value of a key, or its default where it is absent or wrong.
    pub(super) fn take<T: Setting>(&mut self, key: &str, default: impl FnOnce() -> T) -> T {
        let Some((raw, origin)) = self.values.get(key) else {
            return default();
        };
        T::read(raw).unwrap_or_else(|wanted| {
            let message = must_be(key, wanted);
            let origin = origin.clone();
            self.problems.push(Problem { origin, message });
            default()
        })
    }

    /// Notes a problem of `key` unless `good`.
    pub(super) fn require(&mut self, key: &str, good: bool, (ko, en): (&str, &str)) {
        if !good {
            self.problems.push(Problem {
                origin: self.origin(key).cloned().unwrap_or(Origin::Default),
                message: message!("`{key}`: {ko}", "`{key}` {en}"),
            });
        }
    }

    pub(super) fn finish(self, config: Config) -> Result<Config, Problems> {
        if self.problems.is_empty() {
            Ok(config)
        } else {
            Err(Problems(self.problems))
        }
    }
}

fn must_be(key: &str, (ko, en): Wanted) -> Message {
    message!("`{key}`의 값은 {ko}이어야 합니다", "`{key}` must be {en}")
}

fn known() -> Vec<Key> {
    Config::default().keys()
}

fn at_line(path: &Path, line: usize) -> Origin {
    Origin::File {
        path: path.to_owned(),
        line,
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(s) => Raw::Text(s.to_string()),
        DeValue::Integer(n) => {
            i64::from_str_radix(n.as_str(), n.radix()).map_or(Raw::Other("integer"), Raw::Integer)
        }
        DeValue::Boolean(b) => Raw::Boolean(*b),
        DeValue::Array(items) => Raw::List(items.iter().map(|i| raw(i.get_ref())).collect()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Raw::Other(value.type_str())
        }
    }
}

/// Whether two keys differ by a letter or two, a section or a dash: enough for a hint.
fn alike(known: &str, given: &str) -> bool {
    let given = given.replace('-', "_");
    let name = |s: &str| s.rsplit('.').next().unwrap_or_default().to_owned();
    if known == given || name(known) == given || name(known) == name(&given) {
        return true;
    }
    let (a, b) = (known.as_bytes(), given.as_bytes());
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.len().min(b.len()) - common;
    let common_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(tail)
        .take_while(|(x, y)| x == y)
        .count();
    a.len().max(b.len()) - common - common_end <= 2
}
