//! What the templates say of facts: names, days and times in the recipient's language.
//!
//! Whatever a user wrote passes through here and loses its control characters, so that a name cannot
//! begin a new line of a subject or a plain text.

use chrono::{DateTime, Datelike, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use matchday_domain::text::{Language, Message, Text};
use matchday_domain::time::Timestamp;

const DAYS_KO: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];
const DAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The voice of one mail.
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) zone: Tz,
    /// The recipient's name.
    pub(super) name: &'a str,
    /// The sender's name.
    pub(super) sender: &'a str,
}

impl Words<'_> {
    fn pick<T>(&self, ko: T, en: T) -> T {
        match self.language {
            Language::Ko => ko,
            Language::En => en,
        }
    }

    pub(super) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    pub(super) fn greeting(&self) -> String {
        let name = line(self.name);
        match (self.language, name.is_empty()) {
            (Language::Ko, true) => "안녕하십니까.".into(),
            (Language::Ko, false) => format!("{name} 님, 안녕하십니까."),
            (Language::En, true) => "Hello,".into(),
            (Language::En, false) => format!("Dear {name},"),
        }
    }

    pub(super) fn footer(&self) -> String {
        let sender = line(self.sender);
        self.pick(
            format!("이 메일은 {sender}에서 자동으로 보내 드렸습니다."),
            format!("{sender} sent this mail automatically."),
        )
    }

    /// A user's text on one line.
    pub(super) fn text(&self, text: &Text) -> String {
        line(text.get(self.language).unwrap_or_default())
    }

    /// The service's words on one line.
    pub(super) fn said(&self, message: &Message) -> String {
        line(message.get(self.language))
    }

    /// The service's words on several lines.
    pub(super) fn said_lines(&self, message: &Message) -> String {
        lines(message.get(self.language))
    }

    pub(super) fn lines(&self, text: &str) -> String {
        lines(text)
    }

    /// As a quotation in plain text.
    pub(super) fn quoted(&self, text: &str) -> String {
        let quoted: Vec<_> = text.lines().map(|l| format!("> {}", line(l))).collect();
        quoted.join("\n")
    }

    pub(super) fn list(&self, names: &[String]) -> String {
        names
            .iter()
            .map(|name| line(name))
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// A meeting's table, or that it is remote.
    pub(super) fn place(&self, table: &Option<String>) -> String {
        match table.as_deref().map(line).filter(|t| !t.is_empty()) {
            Some(table) => self.pick(format!("테이블 {table}"), format!("Table {table}")),
            None => self.pick("원격 상담".into(), "Remote".into()),
        }
    }

    fn local(&self, at: &Timestamp) -> DateTime<Tz> {
        self.zone.from_utc_datetime(&at.naive_utc())
    }

    /// "2026년 12월 1일 (화)", "Tuesday, 1 December 2026".
    pub(super) fn day(&self, at: &Timestamp) -> String {
        let at = self.local(at);
        let (year, month, day) = (at.year(), at.month(), at.day());
        let weekday = at.weekday().num_days_from_monday() as usize;
        match self.language {
            Language::Ko => format!("{year}년 {month}월 {day}일 ({})", DAYS_KO[weekday % 7]),
            Language::En => format!(
                "{}, {day} {} {year}",
                DAYS_EN[weekday % 7],
                MONTHS_EN[at.month0() as usize % 12],
            ),
        }
    }

    fn clock(&self, at: &Timestamp) -> String {
        let at = self.local(at);
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// "14:00–14:30".
    pub(super) fn span(&self, starts_at: &Timestamp, ends_at: &Timestamp) -> String {
        format!("{}–{}", self.clock(starts_at), self.clock(ends_at))
    }

    /// Day, time and zone.
    pub(super) fn moment(&self, at: &Timestamp) -> String {
        let (day, clock, zone) = (self.day(at), self.clock(at), self.zone_of(at));
        format!("{day} {clock} ({zone})")
    }

    /// Day, span and zone; the day of the end, too, where it is another.
    pub(super) fn period(&self, starts_at: &Timestamp, ends_at: &Timestamp) -> String {
        let (day, last) = (self.day(starts_at), self.day(ends_at));
        let span = if day == last {
            format!("{day} {}", self.span(starts_at, ends_at))
        } else {
            format!(
                "{day} {} – {last} {}",
                self.clock(starts_at),
                self.clock(ends_at)
            )
        };
        format!("{span} ({})", self.zone_of(starts_at))
    }

    /// The zone with its offset at that instant: "한국 시간, UTC+9".
    pub(super) fn zone_of(&self, at: &Timestamp) -> String {
        let minutes = self.local(at).offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let name = match self.zone {
            Tz::Asia__Seoul => self.pick("한국 시간", "Korea time"),
            other => other.name(),
        };
        match rest {
            0 => format!("{name}, UTC{sign}{hours}"),
            _ => format!("{name}, UTC{sign}{hours}:{rest:02}"),
        }
    }
}

/// One line: control characters and line separators become spaces, and no text turns round what follows.
pub(super) fn line(value: &str) -> String {
    value
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Several lines, each without control characters.
pub(super) fn lines(value: &str) -> String {
    value.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Bidirectional overrides: they can make one name look like another.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_zone_of_the_day() {
        let words = |language, zone| Words {
            language,
            zone,
            name: "",
            sender: "",
        };
        let at = "2026-12-01T05:00:00Z".parse().unwrap();
        let end = "2026-12-01T05:30:00Z".parse().unwrap();
        assert_eq!(
            words(Language::Ko, Tz::Asia__Seoul).period(&at, &end),
            "2026년 12월 1일 (화) 14:00–14:30 (한국 시간, UTC+9)"
        );
        assert_eq!(
            words(Language::En, Tz::Asia__Kolkata).moment(&at),
            "Tuesday, 1 December 2026 10:30 (Asia/Kolkata, UTC+5:30)"
        );
        let late = "2026-12-02T00:10:00Z".parse().unwrap();
        assert_eq!(
            words(Language::En, Tz::America__St_Johns).period(&at, &late),
            "Tuesday, 1 December 2026 01:30–20:40 (America/St_Johns, UTC-3:30)"
        );
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(line(" a\r\nBcc: b\u{202e}\t"), "a  Bcc: b");
        assert_eq!(lines("a\r\nb\u{0}c"), "a\nb c");
    }
}
