//! How words are made comparable: NFC, lower case, Hangul without spaces, Latin as words, British spelling folded.

use unicode_normalization::UnicodeNormalization;

/// A comparable character with its place in the text it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) ch: char,
    /// Byte where it begins.
    pub(super) start: u32,
    /// Byte after its end.
    pub(super) end: u32,
    /// Something that is no letter or digit stood before it and was dropped.
    pub(super) gap: bool,
}

pub(super) fn is_hangul(ch: char) -> bool {
    matches!(ch, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}')
}

/// Whether a text of the usual characters is in NFC; a no is not certain.
pub(crate) fn is_composed(text: &str) -> bool {
    text.chars()
        .all(|ch| ch.is_ascii() || matches!(ch, '\u{ac00}'..='\u{d7a3}'))
}

/// The stretches of a text without white space, with the bytes where they begin.
pub(crate) fn stretches(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text[at..].find(|ch: char| !ch.is_whitespace())?;
        at = white_space(text, from);
        Some((from, &text[from..at]))
    })
}

/// The byte of the first white space from a byte on, or that behind the text.
fn white_space(text: &str, from: usize) -> usize {
    let is_white = |at: usize| text[at..].starts_with(char::is_whitespace);
    let bytes = text.as_bytes().iter().enumerate().skip(from);
    let mut maybe = bytes.filter(|(_, byte)| {
        // With these white space begins, and hardly anything else that is usual.
        matches!(byte, 0..=b' ' | 0xc2 | 0xe1..=0xe3)
    });
    let found = maybe.find(|(at, _)| is_white(*at));
    found.map_or(text.len(), |(at, _)| at)
}

fn same_script(a: char, b: char) -> bool {
    is_hangul(a) == is_hangul(b)
}

/// Whether a word may begin at `i`.
pub(super) fn begins(text: &[Glyph], i: usize) -> bool {
    i == 0
        || text[i].gap
        || text[i - 1].ch == ' '
        || text[i].ch == ' '
        || !same_script(text[i - 1].ch, text[i].ch)
}

/// The comparable characters of a text that is in NFC already.
/// Between Latin words one space stays; next to Hangul none.
pub(super) fn glyphs(text: &str) -> Vec<Glyph> {
    let mut out = Vec::with_capacity(text.len());
    let mut gap = false;
    // Whoever cuts words out of a text goes through it piece by piece.
    let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    for (start, written) in text.char_indices() {
        let (start, end) = (place(start), place(start + written.len_utf8()));
        let glyph = |ch, gap| Glyph {
            ch,
            start,
            end,
            gap,
        };
        // The most usual characters first.
        match written {
            '\u{ac00}'..='\u{d7a3}' => out.push(glyph(written, gap)),
            'a'..='z' | 'A'..='Z' | '0'..='9' => {
                push_letter(&mut out, glyph(written.to_ascii_lowercase(), gap));
            }
            '\'' | '’' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fe0f}' => continue,
            _ if written.is_alphanumeric() => {
                for ch in written.to_lowercase() {
                    push_letter(&mut out, glyph(ch, gap));
                    gap = false;
                }
            }
            _ => {
                gap = true;
                continue;
            }
        }
        gap = false;
    }
    out
}

/// Appends a character, with the space before it.
pub(super) fn push_letter(out: &mut Vec<Glyph>, glyph: Glyph) {
    let before = out.last().map(|glyph| glyph.ch);
    if glyph.gap && before.is_some_and(|b| !is_hangul(b) && !is_hangul(glyph.ch)) {
        out.push(Glyph {
            ch: ' ',
            end: glyph.start,
            gap: false,
            ..glyph
        });
    }
    push_folded(out, glyph);
}

/// `oesophagus` and `esophagus`, `anaemia` and `anemia`, `tumour` and `tumor` become the same.
fn push_folded(out: &mut Vec<Glyph>, glyph: Glyph) {
    let n = out.len();
    if glyph.ch == 'e'
        && !glyph.gap
        && let Some(last) = out.last_mut()
        && matches!(last.ch, 'a' | 'o')
    {
        last.ch = 'e';
        last.end = glyph.end;
        return;
    }
    if glyph.ch == 'r' && !glyph.gap && n >= 2 && out[n - 1].ch == 'u' && out[n - 2].ch == 'o' {
        out.pop();
        if let Some(o) = out.last_mut() {
            o.end = glyph.start;
        }
    }
    out.push(glyph);
}

/// The comparable form of a word or phrase.
pub(super) fn key(text: &str) -> String {
    let text: String = text.nfc().collect();
    glyphs(&text).iter().map(|glyph| glyph.ch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_spaces_and_forms_do_not_matter() {
        assert_eq!(key(" 폐  암 "), "폐암");
        assert_eq!(key("\u{1111}\u{1168}\u{110b}\u{1161}\u{11b7}"), "폐암");
        assert_eq!(key("Non-small  cell"), "non small cell");
        assert_eq!(key("Alzheimer's"), key("Alzheimer’s"));
        assert_eq!(key("oesophageal tumour"), key("esophageal tumor"));
        assert_eq!(key("leukaemia"), "leukemia");
        assert_eq!(key("흉부 CT"), "흉부ct");
        assert_eq!(key("😀 \u{fe0f}"), "");
    }
}
