//! Text of files whose encoding nobody states: UTF-8 or CP949, which Korean offices and Excel still write.

use super::RowError;
use encoding_rs::{DecoderResult, EUC_KR};

/// A text by its lines; a line that cannot be read is told and left empty, so that the others keep their numbers.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) lines: Vec<String>,
    pub(super) errors: Vec<RowError>,
}

/// Decodes a file: UTF-8, with or without a byte order mark, or CP949, whichever fits more of its lines.
///
/// # Errors
/// It is empty, or UTF-16.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, RowError> {
    let (bytes, marked) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    if let Some(empty) = RowError::of_blank(bytes) {
        return Err(empty);
    }
    // Text holds no zero bytes; that of UTF-16 does for every ASCII letter.
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || bytes.contains(&0) {
        return Err(RowError::new(
            1,
            None,
            "UTF-16이거나 글이 아닌 파일입니다. UTF-8이나 CP949로 저장해 다시 가져오십시오.",
            "The file is UTF-16 or no text. Save it as UTF-8 or CP949 and import it again.",
        ));
    }
    let utf8 = by_lines(bytes, if marked { 3 } else { 0 }, utf8);
    if marked || utf8.errors.is_empty() {
        return Ok(utf8);
    }
    let cp949 = by_lines(bytes, 0, cp949);
    Ok(if cp949.errors.len() < utf8.errors.len() {
        cp949
    } else {
        utf8
    })
}

/// A line feed is never part of another character, neither in UTF-8 nor in CP949.
fn by_lines(
    bytes: &[u8],
    mut offset: usize,
    decode: fn(&[u8]) -> Result<String, usize>,
) -> Decoded {
    let mut decoded = Decoded::default();
    for (i, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let text = decode(line.strip_suffix(b"\r").unwrap_or(line));
        decoded.lines.push(text.unwrap_or_else(|at| {
            let (line, at) = (u64::try_from(i).unwrap_or(u64::MAX - 1) + 1, offset + at);
            decoded.errors.push(RowError::new(
                line,
                None,
                format!("파일의 {at}번째 바이트(0부터)를 글자로 읽을 수 없습니다."),
                format!("The byte at offset {at} of the file, from 0, is no part of a character."),
            ));
            String::new()
        }));
        offset += line.len() + 1;
    }
    decoded
}

fn utf8(line: &[u8]) -> Result<String, usize> {
    match std::str::from_utf8(line) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(error.valid_up_to()),
    }
}

fn cp949(line: &[u8]) -> Result<String, usize> {
    let mut decoder = EUC_KR.new_decoder_without_bom_handling();
    // Two bytes become at most three; one more character than that is the room the decoder asks for.
    let mut text = String::with_capacity(line.len() * 3 + 8);
    match decoder.decode_to_string_without_replacement(line, &mut text, true) {
        (DecoderResult::Malformed(bad, after), read) => {
            Err(read - usize::from(bad) - usize::from(after))
        }
        _ => Ok(text),
    }
}
