//! Counts the tokens of a document and how deep its brackets nest, before the recursive parser sees it.

/// What a scan found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// Tokens, as the GraphQL specification counts them: names, numbers, strings, punctuators.
    pub tokens: usize,
    /// Brackets of any kind inside one another, at most.
    pub nesting: usize,
}

/// Scans a document, valid or not, in one pass.
pub(super) fn scan(document: &str) -> Scan {
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut open, mut nesting) = (0, 0, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => 1,
            b'#' => length(rest, |b| b != b'\n' && b != b'\r'),
            _ => {
                tokens += 1;
                match byte {
                    b'{' | b'(' | b'[' => {
                        open += 1;
                        nesting = nesting.max(open);
                        1
                    }
                    b'}' | b')' | b']' => {
                        open = open.saturating_sub(1);
                        1
                    }
                    b'"' => string(rest),
                    b'.' => length(rest, |b| b == b'.').min(3),
                    b'-' | b'0'..=b'9' => {
                        1 + length(&rest[1..], |b| {
                            is_word(b) || matches!(b, b'.' | b'+' | b'-')
                        })
                    }
                    b if is_word(b) => length(rest, is_word),
                    _ => 1,
                }
            }
        };
    }
    Scan { tokens, nesting }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn length(bytes: &[u8], same: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| same(**b)).count()
}

/// The length of the string at the beginning of `bytes`; to the end where it is not closed.
fn string(bytes: &[u8]) -> usize {
    let block = bytes.starts_with(b"\"\"\"");
    let mut at = if block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        if block {
            if rest.starts_with(b"\\\"\"\"") {
                at += 4;
                continue;
            }
            if rest.starts_with(b"\"\"\"") {
                return at + 3;
            }
        } else {
            match byte {
                b'\\' => {
                    at += 2;
                    continue;
                }
                b'"' => return at + 1,
                b'\n' => return at,
                _ => {}
            }
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_nesting_are_counted_through_strings_and_comments() {
        for (document, tokens, nesting) in [
            ("", 0, 0),
            ("{ a, b }", 4, 1),
            ("query Q($a: Int! = -1.5e3) { a(b: $a)...F }", 22, 2),
            ("{ a(b: \"{{{ \\\" {\") } # {{{\n", 8, 2),
            ("{ a(b: \"\"\"{ \" \\\"\"\" {\"\"\") }", 8, 2),
            ("}}}{[(", 6, 3),
            ("\"open {{", 1, 0),
            ("\"\"\"open {{", 1, 0),
            ("\"\\", 1, 0),
        ] {
            assert_eq!(scan(document), Scan { tokens, nesting }, "{document}");
        }
    }
}
