//! Latin letters written out in Hangul: `엠알아이` is MRI.

/// How Koreans write out Latin letters, longer names first.
const LETTERS: &[(&str, char)] = &[
    ("더블유", 'w'),
    ("에이치", 'h'),
    ("에이", 'a'),
    ("에프", 'f'),
    ("아이", 'i'),
    ("제이", 'j'),
    ("케이", 'k'),
    ("에스", 's'),
    ("브이", 'v'),
    ("엑스", 'x'),
    ("와이", 'y'),
    ("제트", 'z'),
    ("비", 'b'),
    ("씨", 'c'),
    ("시", 'c'),
    ("디", 'd'),
    ("이", 'e'),
    ("지", 'g'),
    ("엘", 'l'),
    ("엠", 'm'),
    ("엔", 'n'),
    ("오", 'o'),
    ("피", 'p'),
    ("큐", 'q'),
    ("알", 'r'),
    ("티", 't'),
    ("유", 'u'),
];
/// Fewer letters in a row may be a word.
const LEAST_LETTERS: usize = 3;

/// The key with its first run of written-out letters as letters: `뇌엠알에이` as `뇌mra`.
pub(super) fn lettered(key: &str) -> Option<String> {
    let run = |from: usize| {
        let (mut letters, mut at) = (String::new(), from);
        while let Some((name, letter)) =
            LETTERS.iter().find(|(name, _)| key[at..].starts_with(name))
        {
            letters.push(*letter);
            at += name.len();
        }
        (letters.len() >= LEAST_LETTERS).then(|| format!("{}{letters}{}", &key[..from], &key[at..]))
    };
    key.char_indices().find_map(|(from, _)| run(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_letters_in_a_row_are_letters() {
        assert_eq!(lettered("엠알아이").as_deref(), Some("mri"));
        assert_eq!(lettered("뇌엠알에이영상").as_deref(), Some("뇌mra영상"));
        assert_eq!(lettered("씨티"), None);
        assert_eq!(lettered("아이가아파요"), None);
        assert_eq!(lettered(""), None);
    }
}
