//! The operator's own thesaurus: rows in the format of ours, which stand behind ours.
//!
//! Instead of codes a row may name another word, `=폐암`, and then means what that word means: the word of another row
//! of the file, else of ours. References that lead back to themselves mean nothing and are refused.

use super::kcd::shown;
use super::thesaurus::{Row, RowKind, is_code, kind, parse};
use super::words::key;
use super::{TermKind, Terminology};
use crate::text::Message;
use std::collections::HashMap;
use std::fmt;

/// Longest word, in characters.
pub(super) const MAX_WORD: usize = 80;
/// Most codes and most words of a row.
const MAX_LIST: usize = 100;
/// Most lines of a circle that are told.
const MAX_TOLD: usize = 20;

/// A row that is refused, or told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The cell at fault; none: the row as a whole.
    pub field: Option<&'static str>,
    /// Why.
    pub reason: Message,
}

impl BadRow {
    pub(super) fn new(
        line: u64,
        field: impl Into<Option<&'static str>>,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            line,
            field: field.into(),
            reason: Message::new(ko, en),
        }
    }

    pub(super) fn too_long(field: &'static str, most: usize) -> Self {
        Self::new(
            0,
            field,
            format!("{most}자를 넘습니다."),
            format!("It is longer than {most} characters."),
        )
    }
}

/// What became of the rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<T> {
    /// Rows of the file.
    pub read: usize,
    /// What is kept, in the order of the file.
    pub kept: Vec<T>,
    /// What is not.
    pub refused: Vec<BadRow>,
    /// Rows that say what an earlier one says; kept once.
    pub repeated: Vec<BadRow>,
}

impl<T> Default for Checked<T> {
    fn default() -> Self {
        Self {
            read: 0,
            kept: Vec::new(),
            refused: Vec::new(),
            repeated: Vec::new(),
        }
    }
}

/// A row of the operator's thesaurus, its references resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThesaurusRow(Row);

/// As a line in the format of the file.
impl fmt::Display for ThesaurusRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0.kind {
            RowKind::Term(TermKind::Condition) => "dx",
            RowKind::Term(TermKind::DataKind) => "modality",
            RowKind::Term(TermKind::Standard) => "std",
            RowKind::Term(TermKind::UseCondition) => "use",
            RowKind::Term(TermKind::AccessMode) => "access",
            RowKind::Clue => "clue",
            RowKind::Word => "word",
        };
        write!(f, "{kind}\t{}", self.0.codes.join(","))?;
        for words in [&self.0.korean, &self.0.english] {
            let written = words.iter().map(|word| {
                let mark = if word.ambiguous { "~" } else { "" };
                format!("{mark}{}", word.written)
            });
            write!(f, "\t{}", written.collect::<Vec<_>>().join(";"))?;
        }
        Ok(())
    }
}

impl ThesaurusRow {
    /// Reads a line whose references are resolved; the cells are good already, but a code may have become unknown.
    pub(super) fn parse(line: &str, terminology: &Terminology) -> Option<Row> {
        parse(line).filter(|row| {
            row.codes
                .iter()
                .all(|code| is_code(row.kind, code, terminology))
        })
    }
}

/// A row whose cells are good; what its codes are may hang on another.
struct Open {
    line: u64,
    row: Row,
    /// Key of the word it refers to.
    refers: Option<String>,
}

impl Terminology {
    /// Checks the lines of an operator's thesaurus, each with its number: kind, codes (or `=word`), Korean words,
    /// English words, separated by tabs. Refused are a wrong kind, an unknown code or word, a circle of references, a
    /// row without words, an overlong word or list.
    pub fn check_thesaurus<'a>(
        &self,
        lines: impl IntoIterator<Item = (u64, &'a str)>,
    ) -> Checked<ThesaurusRow> {
        let mut checked = Checked::default();
        let mut rows: Vec<Open> = Vec::new();
        for (line, written) in lines {
            checked.read += 1;
            match self.open(written) {
                Ok((row, refers)) => rows.push(Open { line, row, refers }),
                Err(bad) => checked.refused.push(BadRow { line, ..bad }),
            }
        }
        let mut by_word: HashMap<(RowKind, String), Vec<usize>> = HashMap::new();
        for (i, open) in rows.iter().enumerate() {
            for word in open.row.words() {
                let at = by_word
                    .entry((open.row.kind, key(&word.written)))
                    .or_default();
                if at.last() != Some(&i) {
                    at.push(i);
                }
            }
        }
        let ours = self.codes_by_word();
        let targets: Vec<Target> = rows
            .iter()
            .enumerate()
            .map(|(i, open)| target(i, open, &by_word, &ours))
            .collect();
        let mut seen: HashMap<String, u64> = HashMap::new();
        for (open, end) in rows.iter().zip(ends(&targets)) {
            match codes_at(end, open.line, &rows, &targets) {
                Ok(codes) => {
                    let row = ThesaurusRow(Row {
                        codes,
                        ..open.row.clone()
                    });
                    match seen.get(&same(&row)) {
                        Some(first) => checked.repeated.push(BadRow::new(
                            open.line,
                            None,
                            format!("{first}행과 같습니다. 한 번만 둡니다."),
                            format!("The same as line {first}; kept once."),
                        )),
                        None => {
                            seen.insert(same(&row), open.line);
                            checked.kept.push(row);
                        }
                    }
                }
                Err(bad) => checked.refused.push(bad),
            }
        }
        checked.refused.sort_by_key(|bad| bad.line);
        checked
    }

    fn open(&self, line: &str) -> Result<(Row, Option<String>), BadRow> {
        let cells = line.split('\t').count();
        let name = line.split('\t').next().unwrap_or_default().trim();
        if kind(name).is_none() {
            return Err(BadRow::new(
                0,
                "kind",
                format!(
                    "종류가 dx, modality, std, use, access, clue 중 하나가 아닙니다: {}",
                    shown(name)
                ),
                format!(
                    "The kind is none of dx, modality, std, use, access, clue: {}",
                    shown(name)
                ),
            ));
        }
        let row = parse(line).filter(|_| cells == 4).ok_or_else(|| {
            BadRow::new(
                0,
                None,
                format!("탭으로 나눈 네 칸이 아니라 {cells}칸입니다."),
                format!("It has {cells} cells separated by tabs, not four."),
            )
        })?;
        if row.words().next().is_none() {
            return Err(BadRow::new(
                0,
                "words",
                "낱말이 없습니다.",
                "It has no words.",
            ));
        }
        if row.words().count() > MAX_LIST || row.codes.len() > MAX_LIST {
            return Err(BadRow::new(
                0,
                None,
                format!("코드나 낱말이 {MAX_LIST}개를 넘습니다."),
                format!("It has more than {MAX_LIST} codes or words."),
            ));
        }
        for word in row.words() {
            if word.written.chars().count() > MAX_WORD {
                return Err(BadRow::too_long("words", MAX_WORD));
            }
            if key(&word.written).is_empty() {
                return Err(BadRow::new(
                    0,
                    "words",
                    format!("글자나 숫자가 없는 낱말입니다: {}", shown(&word.written)),
                    format!("A word without letters or digits: {}", shown(&word.written)),
                ));
            }
        }
        if let [only] = row.codes.as_slice()
            && let Some(word) = only.strip_prefix('=')
        {
            let word = key(word);
            return Ok((row, Some(word)));
        }
        match row.codes.iter().find(|code| !is_code(row.kind, code, self)) {
            Some(code) => Err(unknown_code(code)),
            None => Ok((row, None)),
        }
    }

    fn codes_by_word(&self) -> HashMap<(RowKind, String), &[String]> {
        let mut codes = HashMap::new();
        for row in &self.rows {
            for word in row.words() {
                codes
                    .entry((row.kind, key(&word.written)))
                    .or_insert(row.codes.as_slice());
            }
        }
        codes
    }
}

fn unknown_code(code: &str) -> BadRow {
    BadRow::new(
        0,
        "codes",
        format!("알 수 없는 코드입니다: {}", shown(code)),
        format!("An unknown code: {}", shown(code)),
    )
}

/// Equal for rows that say the same.
fn same(row: &ThesaurusRow) -> String {
    let mut codes = row.0.codes.clone();
    codes.sort();
    let mut words: Vec<String> = row.0.words().map(|word| key(&word.written)).collect();
    words.sort();
    words.dedup();
    format!("{:?}\t{}\t{}", row.0.kind, codes.join(","), words.join(";"))
}

/// Where the codes of a row come from.
enum Target {
    Codes(Vec<String>),
    Row(usize),
    Nothing,
}

fn target(
    i: usize,
    open: &Open,
    by_word: &HashMap<(RowKind, String), Vec<usize>>,
    ours: &HashMap<(RowKind, String), &[String]>,
) -> Target {
    let Some(word) = &open.refers else {
        return Target::Codes(open.row.codes.clone());
    };
    let word = (open.row.kind, word.clone());
    let rows = by_word.get(&word).map(Vec::as_slice).unwrap_or_default();
    let other = rows.iter().find(|other| **other != i);
    match (other, ours.get(&word)) {
        (Some(other), _) => Target::Row(*other),
        (None, Some(codes)) => Target::Codes(codes.to_vec()),
        (None, None) if rows.is_empty() => Target::Nothing,
        (None, None) => Target::Row(i),
    }
}

/// Where following the references ends.
#[derive(Clone, Copy)]
enum End {
    /// At a row with codes.
    Codes(usize),
    /// At a row whose word nobody knows.
    Nothing(usize),
    /// In a circle, of which this row is one.
    Circle(usize),
}

/// The ends of all rows; every reference is followed once.
fn ends(targets: &[Target]) -> Vec<End> {
    let mut ends: Vec<Option<End>> = vec![None; targets.len()];
    let mut passed = vec![usize::MAX; targets.len()];
    for from in 0..targets.len() {
        let (mut at, mut path) = (from, Vec::new());
        let end = loop {
            if let Some(end) = ends[at] {
                break end;
            }
            if passed[at] == from {
                break End::Circle(at);
            }
            passed[at] = from;
            path.push(at);
            match targets[at] {
                Target::Codes(_) => break End::Codes(at),
                Target::Nothing => break End::Nothing(at),
                Target::Row(next) => at = next,
            }
        };
        for row in path {
            ends[row] = Some(end);
        }
    }
    ends.into_iter()
        .map(|end| end.unwrap_or(End::Nothing(0)))
        .collect()
}

/// The codes at the end of a row's references, or why there are none.
fn codes_at(end: End, line: u64, rows: &[Open], targets: &[Target]) -> Result<Vec<String>, BadRow> {
    match end {
        End::Codes(at) => match &targets[at] {
            Target::Codes(codes) => Ok(codes.clone()),
            _ => Ok(Vec::new()),
        },
        End::Nothing(at) => Err(BadRow {
            line,
            ..unknown_code(&rows[at].row.codes.concat())
        }),
        End::Circle(start) => {
            let mut circle = vec![rows[start].line];
            let mut at = start;
            while let Target::Row(next) = targets[at]
                && next != start
                && circle.len() < MAX_TOLD
            {
                circle.push(rows[next].line);
                at = next;
            }
            circle.sort_unstable();
            let told: Vec<_> = circle.iter().map(u64::to_string).collect();
            let told = told.join(", ");
            Err(BadRow::new(
                line,
                "codes",
                format!("서로를 가리키기만 하는 행들입니다: {told}행"),
                format!("A circle of references, lines {told}."),
            ))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(text: &str) -> Checked<ThesaurusRow> {
        Terminology::standard().check_thesaurus((1..).zip(text.lines()))
    }

    fn kept(checked: &Checked<ThesaurusRow>) -> Vec<String> {
        checked.kept.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn references_are_resolved_against_the_file_then_ours() {
        let checked = check(
            "dx\t=둘째말\t첫째말\t\ndx\t=셋째말\t둘째말\t\ndx\tC34,C50\t셋째말\t~third\ndx\t=폐암\t폐암;허파앓이\t\n\
             modality\t=셋째말\t넷째말\t",
        );
        assert_eq!(
            kept(&checked),
            [
                "dx\tC34,C50\t첫째말\t",
                "dx\tC34,C50\t둘째말\t",
                "dx\tC34,C50\t셋째말\t~third",
                "dx\tC34\t폐암;허파앓이\t",
            ]
        );
        assert_eq!(
            checked.refused.len(),
            1,
            "a word of another kind is no target"
        );
        let refined = Terminology::refined("", &(kept(&checked).join("\n") + "\ndx\tC98\t옛말\t"));
        let codes = |words: &str| -> Vec<String> {
            let terms = refined.search(words, 5);
            terms.into_iter().map(|term| term.code).collect()
        };
        assert_eq!(codes("첫째말"), ["C34", "C50"]);
        assert_eq!(codes("허파앓이"), ["C34"]);
        assert!(
            codes("옛말").is_empty(),
            "a row that has become wrong is left out"
        );
        let label = refined.label(&"C34".parse().unwrap());
        assert_eq!(label.ko, "기관지 및 폐의 악성 신생물");
    }

    #[test]
    fn circles_are_refused_with_their_lines_also_long_ones() {
        let checked = check(
            "dx\t=나말\t가말\t\ndx\t=다말\t나말\t\ndx\t=가말\t다말\t\ndx\t=가말\t라말\t\ndx\t=마말\t마말\t",
        );
        assert!(checked.kept.is_empty());
        let lines: Vec<_> = checked.refused.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
        for bad in &checked.refused[..4] {
            assert!(bad.reason.en.ends_with("lines 1, 2, 3."), "{bad:?}");
        }
        assert!(checked.refused[4].reason.en.ends_with("lines 5."));
        let row = |i: usize| format!("dx\t=말{}\t말{i}\t\n", (i + 1) % 50_000);
        let long: String = (0..50_000).map(row).collect();
        assert_eq!(check(&long).refused.len(), 50_000);
    }

    #[test]
    fn bad_rows_are_refused_and_repeated_ones_kept_once() {
        let long = "가".repeat(81);
        let many = vec!["C34"; 10_000].join(",");
        let bad = [
            "disease\tC34\t말\t".to_owned(),
            "dx\tC34\t말".to_owned(),
            "dx\tC98\t말\t".to_owned(),
            "dx\tC34.\t말\t".to_owned(),
            "dx\t\t말\t".to_owned(),
            "dx\tC34\t\t".to_owned(),
            "dx\tC34\t😀\t".to_owned(),
            format!("dx\tC34\t{long}\t"),
            format!("dx\t{many}\t말\t"),
            "modality\timaging.xyz\t말\t".to_owned(),
            "clue\tCC\t말\t".to_owned(),
            "dx\t=아무도모르는말\t말\t".to_owned(),
        ];
        let checked = check(&bad.join("\n"));
        assert_eq!(
            (checked.read, checked.refused.len()),
            (bad.len(), bad.len()),
            "{checked:?}"
        );
        let checked =
            check("dx\tC34,C50\t말;낱말\tword\ndx\tC50,C34\t낱말;말;말\tWord\ndx\tC34\t말\t");
        assert_eq!((checked.kept.len(), checked.repeated.len()), (2, 1));
        assert_eq!(checked.repeated[0].line, 2);
    }
}
