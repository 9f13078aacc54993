//! The operator's additions to the terminology: the official KCD, and a thesaurus in the format of ours.

use super::RowError;
use super::decode::{Decoded, decode};
use matchday_domain::terminology::{BadRow, Checked, ConditionCode, Terminology};

/// What was in a file of terms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermsReading {
    /// The kept rows, a line each, as the terminology reads them.
    pub content: String,
    /// Rows of the file.
    pub read: usize,
    /// Rows kept.
    pub kept: usize,
    /// Rows refused, and why.
    pub refused: Vec<RowError>,
    /// Rows that repeat an earlier one.
    pub repeated: Vec<RowError>,
}

fn told(bad: BadRow) -> RowError {
    RowError {
        line: bad.line,
        field: bad.field.map(str::to_owned),
        reason: bad.reason,
    }
}

impl TermsReading {
    fn whole(error: RowError) -> Self {
        Self {
            refused: vec![error],
            ..Self::default()
        }
    }

    fn of<T: ToString>(checked: Checked<T>, undecodable: Vec<RowError>) -> Self {
        if checked.read + undecodable.len() == 0 {
            return Self::whole(RowError::new(
                1,
                None,
                "파일에 자료 행이 없습니다.",
                "The file has no rows.",
            ));
        }
        let mut refused = undecodable;
        let read = checked.read + refused.len();
        refused.extend(checked.refused.into_iter().map(told));
        refused.sort_by_key(|error| error.line);
        let lines = checked.kept.iter().map(|row| row.to_string() + "\n");
        Self {
            content: lines.collect(),
            read,
            kept: checked.kept.len(),
            refused,
            repeated: checked.repeated.into_iter().map(told).collect(),
        }
    }
}

/// Reads a KCD: code, Korean title, English title, separated by tabs, commas or semicolons, with or without a header.
/// A header that names its columns may have them in any order, and others between them.
pub fn read_kcd(bytes: &[u8]) -> TermsReading {
    let Decoded { lines, mut errors } = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return TermsReading::whole(error),
    };
    let mut rows = rows(&lines, &mut errors);
    let columns = match rows.first().and_then(|(_, cells)| header(cells)) {
        Some([Some(code), None, _]) => return TermsReading::whole(untitled(&rows[0], code)),
        Some(columns) => {
            rows.remove(0);
            columns
        }
        None => [Some(0), Some(1), Some(2)],
    };
    let cells = rows.iter().map(|(line, cells)| {
        let cell = |column: Option<usize>| {
            let cell = column.and_then(|i| cells.get(i));
            cell.map_or("", String::as_str)
        };
        (*line, columns.map(cell))
    });
    TermsReading::of(Terminology::check_kcd(cells), errors)
}

/// Reads a thesaurus: kind, codes or `=word`, Korean words, English words, separated by tabs; `#` begins a comment.
/// `terminology` is what it stands behind.
pub fn read_thesaurus(bytes: &[u8], terminology: &Terminology) -> TermsReading {
    let Decoded { lines, errors } = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return TermsReading::whole(error),
    };
    let lines = (1_u64..).zip(&lines).map(|(i, line)| (i, line.as_str()));
    let rows = lines.filter(|(i, line)| {
        let header = *i == 1 && line.starts_with("kind\t");
        !header && !line.trim().is_empty() && !line.starts_with('#')
    });
    TermsReading::of(terminology.check_thesaurus(rows), errors)
}

/// Lines of a quoted cell that is not closed after so many more are taken as they are.
const MAX_CELL_LINES: usize = 5;

/// Cells by rows, each with the line on which it begins.
fn rows(lines: &[String], errors: &mut Vec<RowError>) -> Vec<(u64, Vec<String>)> {
    let filled = lines.iter().find(|line| !line.trim().is_empty());
    let delimiter = filled.map_or(b',', |line| {
        let found = [b'\t', b';']
            .into_iter()
            .find(|sign| line.as_bytes().contains(sign));
        found.unwrap_or(b',')
    });
    let mut rows = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        let line = u64::try_from(i).unwrap_or(u64::MAX - 1) + 1;
        let quotes = |text: &str| text.matches('"').count() % 2 == 1;
        let mut more = 0;
        let mut row = lines[i].clone();
        if quotes(&row) {
            // A cell with a line feed in it; if nothing closes it, the line alone is at fault.
            let closing =
                (i + 1..lines.len().min(i + 1 + MAX_CELL_LINES)).find(|at| quotes(&lines[*at]));
            match closing {
                Some(at) => {
                    more = at - i;
                    row = lines[i..=at].join("\n");
                }
                None => {
                    errors.push(RowError::new(
                        line,
                        None,
                        "따옴표가 닫히지 않았습니다.",
                        "A quotation mark is not closed.",
                    ));
                    row = String::new();
                }
            }
        }
        i += 1 + more;
        if row.trim().is_empty() {
            continue;
        }
        let cells = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(row.len())
            .from_reader(row.as_bytes())
            .records()
            .next();
        // A text that is UTF-8 and has its quotation marks in pairs has no fault that this could find.
        if let Some(Ok(cells)) = cells {
            rows.push((line, cells.iter().map(str::to_owned).collect()));
        }
    }
    rows
}

/// A header without the one column that every row needs: read by place, some other column would become the Korean title.
fn untitled((line, cells): &(u64, Vec<String>), code: usize) -> RowError {
    let others = cells.iter().enumerate().filter(|(i, _)| *i != code);
    let others: Vec<_> = others.map(|(_, cell)| cell.trim()).take(8).collect();
    let mut others = others.join(", ");
    if others.chars().count() > 120 {
        others = others.chars().take(120).chain(['…']).collect();
    }
    RowError::new(
        *line,
        Some("korean"),
        format!(
            "머리글에 코드 열은 있으나 한글 명칭 열(한글, 국문, korean)이 없습니다. 다른 열: {others}"
        ),
        format!(
            "The header names a column of codes but none of Korean titles (한글, 국문, korean). Others: {others}"
        ),
    )
}

/// Columns of code, Korean and English title, if these cells are a header: they name the first two, or name the codes and
/// have none among them.
fn header(cells: &[String]) -> Option<[Option<usize>; 3]> {
    let column = |names: &[&str]| {
        cells.iter().position(|cell| {
            let cell = cell.to_lowercase();
            names.iter().any(|name| cell.contains(name))
        })
    };
    let code = column(&["코드", "code", "분류기호", "기호", "kcd"])?;
    let korean = column(&["한글", "국문", "한국어", "korean", "ko"]).filter(|at| *at != code);
    let english =
        column(&["영문", "영어", "english", "en"]).filter(|at| *at != code && Some(*at) != korean);
    let has_codes = || {
        cells
            .iter()
            .any(|cell| cell.trim().parse::<ConditionCode>().is_ok())
    };
    (korean.is_some() || !has_codes()).then_some([Some(code), korean, english])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_file_gives_the_same_rows() {
        let rows = "C34.1\t상엽, 폐\tUpper lobe, lung\nC34.2\t중엽\tMiddle lobe\n";
        let forms = [
            rows.to_owned(),
            format!("\u{feff}{}", rows.replace('\n', "\r\n")),
            "코드,한글명,영문명\nC341,\"상엽, 폐\",\"Upper lobe, lung\"\nC342,중엽,Middle lobe".to_owned(),
            "No;English name;질병분류 코드;한글명칭\n1;\"Upper lobe, lung\";C34.1;상엽, 폐\n\n2;Middle lobe;C34.2;중엽\n".to_owned(),
            "C34.1,\"상엽,\n폐\",\"Upper lobe, lung\"\nC34.2,중엽,Middle lobe\n".to_owned(),
        ];
        for form in forms {
            let (cp949, _, lossy) = encoding_rs::EUC_KR.encode(&form);
            for bytes in [form.as_bytes(), &cp949] {
                let reading = read_kcd(bytes);
                if lossy && bytes == cp949.as_ref() {
                    // CP949 has no byte order mark.
                    continue;
                }
                assert_eq!(reading.content, rows, "{form}\n{reading:#?}");
                assert_eq!((reading.read, reading.kept), (2, 2));
                assert_eq!(reading.refused, []);
            }
        }
    }

    #[test]
    fn a_header_without_korean_titles_is_refused_as_a_whole() {
        let reading = read_kcd("\n코드,영문명\nC34.1,Upper lobe\nC34.2,Middle lobe\n".as_bytes());
        assert_eq!(
            (reading.kept, reading.refused.len()),
            (0, 1),
            "{reading:#?}"
        );
        let told = &reading.refused[0];
        assert_eq!((told.line, told.field.as_deref()), (2, Some("korean")));
        assert!(told.reason.en.contains("영문명"), "{told:?}");
        // A title may speak of a code; a row is a row.
        let row = read_kcd("C34.1,상엽,Upper lobe (old code 162.3)\n".as_bytes());
        assert_eq!((row.kept, row.refused.len()), (1, 0), "{row:#?}");
        // Columns in another order, and no header: every row says so.
        let turned = read_kcd("상엽,C34.1\n중엽,C34.2\n".as_bytes());
        assert_eq!((turned.kept, turned.refused.len()), (0, 2), "{turned:#?}");
    }

    #[test]
    fn a_line_at_fault_costs_no_other() {
        let open = read_kcd("C34.1,\"상엽,Upper\nC34.2,중엽,Middle\nC34.3,하엽,Lower\n".as_bytes());
        assert_eq!((open.read, open.kept), (3, 2), "{open:#?}");
        assert_eq!(open.refused[0].line, 1);
        let broken = read_kcd(b"C34.1,\xEC\x83\x81,Upper\nC34.2,\xEC\xA4,Middle\n");
        assert_eq!((broken.read, broken.kept), (2, 1), "{broken:#?}");
        let told = &broken.refused[0];
        assert_eq!(told.line, 2);
        assert!(told.reason.en.contains("offset 22"), "{told:?}");
    }

    #[test]
    fn a_file_of_a_header_alone_is_refused() {
        for file in ["코드,한글명,영문명\n", "# nothing\n\nkind\n"] {
            let kcd = read_kcd(file.as_bytes());
            assert!(kcd.kept == 0 && !kcd.refused.is_empty(), "{kcd:#?}");
        }
        for file in [
            "kind\tcodes\tkorean\tenglish\n",
            "kind\tcodes\tkorean\tenglish\n# a comment\n\n",
        ] {
            let reading = read_thesaurus(file.as_bytes(), Terminology::standard());
            assert_eq!(
                (reading.kept, reading.refused.len()),
                (0, 1),
                "{reading:#?}"
            );
            assert!(reading.refused[0].reason.en.contains("no rows"));
        }
    }

    #[test]
    fn a_shipped_thesaurus_can_be_imported() {
        let rows = "kind\tcodes\tkorean\tenglish\n# a comment\n\ndx\tC34\t허파앓이\t\r\n";
        let reading = read_thesaurus(rows.as_bytes(), Terminology::standard());
        assert_eq!(reading.content, "dx\tC34\t허파앓이\t\n", "{reading:#?}");
        assert_eq!(reading.read, 1);
    }
}
