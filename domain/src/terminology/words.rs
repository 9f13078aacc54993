//! How words are made comparable: NFC, lower case, Hangul without spaces, Latin as words, British spelling folded.

use std::cell::RefCell;
use unicode_normalization::UnicodeNormalization;

/// A comparable character with its place in the text it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) ch: char,
    /// Byte where it begins.
    pub(super) start: usize,
    /// Byte after its end.
    pub(super) end: usize,
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

thread_local! {
    /// Room for the glyphs of one text after the other.
    static GLYPHS: RefCell<Vec<Glyph>> = RefCell::default();
}

/// Calls with the comparable characters of a text that is in NFC already.
pub(super) fn with_glyphs<R>(text: &str, what: impl FnOnce(&[Glyph]) -> R) -> R {
    let mut glyphs = GLYPHS.take();
    glyphs.clear();
    read(text, &mut glyphs);
    let result = what(&glyphs);
    GLYPHS.set(glyphs);
    result
}

/// Between Latin words one space stays; next to Hangul none.
fn read(text: &str, out: &mut Vec<Glyph>) {
    out.reserve(text.len());
    let mut gap = false;
    for (start, written) in text.char_indices() {
        let end = start + written.len_utf8();
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
                push_letter(out, glyph(written.to_ascii_lowercase(), gap));
            }
            '\'' | '’' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fe0f}' => continue,
            _ if written.is_alphanumeric() => {
                for ch in written.to_lowercase() {
                    push_letter(out, glyph(ch, gap));
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
}

fn push_letter(out: &mut Vec<Glyph>, glyph: Glyph) {
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
    with_glyphs(&text, |glyphs| {
        glyphs.iter().map(|glyph| glyph.ch).collect()
    })
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
