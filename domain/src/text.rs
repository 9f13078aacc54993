//! Text that people read, in Korean and English.
//!
//! [`Text`] is what a user wrote, in one language or both; [`Message`] is what the service says,
//! always in both.

use serde::{Deserialize, Serialize};

/// A language of the service.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Korean (`ko`), the default of the programme.
    #[default]
    Ko,
    /// English (`en`).
    En,
}

impl Language {
    /// The language an `Accept-Language` header or a locale tag prefers; Korean unless English comes first.
    pub fn preferred(tag: &str) -> Self {
        let mut best = (0.0_f32, Self::Ko);
        for part in tag.split(',') {
            let (name, q) = part.split_once(";q=").unwrap_or((part, "1"));
            let name = name.trim().to_ascii_lowercase();
            let language = match name.split('-').next() {
                Some("en") => Self::En,
                Some("ko") => Self::Ko,
                _ => continue,
            };
            let q = q.trim().parse().unwrap_or(0.0);
            if q > best.0 {
                best = (q, language);
            }
        }
        best.1
    }

    /// The one of two texts that is in this language.
    pub fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }

    /// `ko` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }
}

/// What a user wrote, in Korean, English or both. Empty strings count as absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Korean text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ko: Option<String>,
    /// The English text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Text {
    /// Both languages, trimmed; what is empty after that is absent.
    pub fn new(ko: Option<&str>, en: Option<&str>) -> Self {
        let keep = |s: Option<&str>| {
            s.map(str::trim)
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
        };
        Self {
            ko: keep(ko),
            en: keep(en),
        }
    }

    /// True when neither language is there.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The text in `language`, or in the other one where that is missing.
    pub fn get(&self, language: Language) -> Option<&str> {
        let (first, second) = match language {
            Language::Ko => (&self.ko, &self.en),
            Language::En => (&self.en, &self.ko),
        };
        first.as_deref().or(second.as_deref())
    }

    /// The texts that are there, Korean first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        [self.ko.as_deref(), self.en.as_deref()]
            .into_iter()
            .flatten()
            .filter(|s| !s.trim().is_empty())
    }
}

/// A sentence of the service, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Message {
    /// A sentence from its two forms.
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ko: ko.into(),
            en: en.into(),
        }
    }

    /// The form in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }
}

/// A [`Message`] of two formats that take the same arguments: `message!("{n}건", "{n} records")`.
#[macro_export]
macro_rules! message {
    ($ko:literal, $en:literal $(, $argument:expr)* $(,)?) => {
        $crate::text::Message::new(format!($ko $(, $argument)*), format!($en $(, $argument)*))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_follows_quality_values() {
        assert_eq!(Language::preferred("en-GB,en;q=0.9,ko;q=0.5"), Language::En);
        assert_eq!(Language::preferred("fr, ko;q=0.4, en;q=0.2"), Language::Ko);
        assert_eq!(Language::preferred("nonsense;;q=x"), Language::Ko);
    }

    #[test]
    fn text_falls_back_to_the_other_language() {
        let text = Text::new(Some("  폐암 "), Some(" "));
        assert_eq!(text.get(Language::En), Some("폐암"));
        assert!(Text::default().is_empty());
    }
}
