//! Codes that the words of a demand or an offer suggest, and the author's answers to them.
//!
//! Suggestions are a function of the content and the terminology ([`suggest`]); what is kept is only what the author
//! answered. A confirmed code moves into the stated lists; a dismissed one neither comes again nor counts. Until the
//! author answers, conditions and kinds of data that stand in the most deliberate words count for less
//! ([`unconfirmed`]), and only where the author states none of their kind. They open no gate.

mod demand;
mod offer;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use crate::catalogue::content::MAX_WORDS;
use crate::catalogue::{AccessMode, DataKind, Standard};
use crate::problem::{Check, Code, Problem, Problems};
use crate::terminology::{ConditionCode, TermKind, Terminology, TopicRelation};
use crate::text::Message;
use crate::use_conditions::{Modifier, Permission};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

crate::vocabulary! {
    /// A field that an author fills with words; the code is its path in the interface.
    TextField {
        Title = "title", "제목", "title";
        Aim = "aim", "목적", "aim";
        ConditionsText = "conditionsText", "질환 설명", "conditions in words";
        Inclusion = "population.inclusion", "선정 기준", "inclusion";
        VariablesRequired = "variablesRequired", "필수 변수", "required variables";
        VariablesWished = "variablesWished", "희망 변수", "wished variables";
        Abstract = "abstract", "초록", "abstract";
        Keywords = "keywords", "주제어", "keywords";
        Variables = "variables", "변수", "variables";
    }
}

crate::vocabulary! {
    /// What the author has answered to a suggested code.
    SuggestionState {
        Suggested = "suggested", "제안됨", "suggested";
        Confirmed = "confirmed", "확인됨", "confirmed";
        Dismissed = "dismissed", "거절됨", "dismissed";
    }
}

/// A code of any kind, in the words of its vocabulary: `C34`, `imaging.ct`, `DICOM`, `IRB`, `export`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermCode {
    /// What it stands for.
    pub kind: TermKind,
    /// The code.
    pub code: String,
}

impl TermCode {
    fn is_known(&self, terminology: &Terminology) -> bool {
        let code = self.code.as_str();
        match self.kind {
            TermKind::Condition => code.parse().is_ok_and(|code| terminology.knows(&code)),
            TermKind::DataKind => DataKind::from_code(code).is_some(),
            TermKind::Standard => Standard::from_code(code).is_some(),
            TermKind::AccessMode => AccessMode::from_code(code).is_some(),
            TermKind::UseCondition => {
                Permission::from_code(code).is_some() || Modifier::from_code(code).is_some()
            }
        }
    }
}

/// What the author has answered to suggested codes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeAnswers {
    /// Codes that are stated because they were confirmed; one that is no longer stated is no longer confirmed.
    pub confirmed: Vec<TermCode>,
    /// Codes that are not meant.
    pub dismissed: Vec<TermCode>,
}

impl CodeAnswers {
    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As much as can be answered to words of the greatest number.
    pub(crate) fn check(&self, check: &mut Check) {
        check.at_most("codeAnswers.confirmed", self.confirmed.len(), MAX_WORDS);
        check.at_most("codeAnswers.dismissed", self.dismissed.len(), MAX_WORDS);
    }
}

/// A code that the author's words suggest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedCode {
    /// The code.
    pub code: TermCode,
    /// The field it was read from, the most deliberate of those that name it.
    pub field: TextField,
    /// The words it was read from.
    pub words: String,
    /// What the author has answered.
    pub state: SuggestionState,
    /// Whether it counts in scores already, for less than it will when confirmed.
    pub counts: bool,
}

/// What an author writes, with words and with codes.
pub trait Coded {
    /// The words by field, the most deliberate first.
    fn texts(&self) -> Vec<(TextField, &str)>;

    /// Fields that count while a code of this kind is unconfirmed: the first group that has any.
    fn counting(kind: TermKind) -> &'static [&'static [TextField]];

    /// The codes of a kind that are stated.
    fn stated(&self, kind: TermKind) -> Vec<String>;

    /// States a code, read from a field; false where there is no place for it by itself, and nothing is changed.
    fn state(&mut self, code: &TermCode, field: TextField) -> bool;

    /// The answers.
    fn answers(&self) -> &CodeAnswers;

    /// The answers, to be changed.
    fn answers_mut(&mut self) -> &mut CodeAnswers;
}

/// The codes of a kind that count although the author has not confirmed them, each once: those that the most deliberate
/// words suggest, where no other code of this kind is stated.
///
/// A confirmed code is no other one: an answer to one suggestion leaves the next one open.
pub fn unconfirmed<C: Coded>(
    content: &C,
    kind: TermKind,
    terminology: &Terminology,
) -> Vec<String> {
    let is = |list: &[TermCode], code: &str| {
        list.iter()
            .any(|answered| answered.kind == kind && answered.code == code)
    };
    let (stated, answers) = (content.stated(kind), content.answers());
    if stated.iter().any(|code| !is(&answers.confirmed, code)) {
        return Vec::new();
    }
    let texts = content.texts();
    let suggested = C::counting(kind).iter().map(|fields| {
        texts
            .iter()
            .filter(|(field, _)| fields.contains(field))
            .flat_map(|(_, text)| terminology.code_affirmed(text))
            .filter(|term| term.kind == kind)
            .flat_map(|term| term.codes)
            .filter(|code| !is(&answers.dismissed, code))
            .collect::<BTreeSet<String>>()
    });
    suggested
        .into_iter()
        .find(|codes| !codes.is_empty())
        .unwrap_or_default()
        .into_iter()
        .filter(|code| !stated.contains(code))
        .collect()
}

/// [`unconfirmed`] conditions.
pub fn unconfirmed_conditions<C: Coded>(
    content: &C,
    terminology: &Terminology,
) -> Vec<ConditionCode> {
    unconfirmed(content, TermKind::Condition, terminology)
        .iter()
        .filter_map(|code| code.parse().ok())
        .collect()
}

/// [`unconfirmed`] kinds of data.
pub fn unconfirmed_kinds<C: Coded>(content: &C, terminology: &Terminology) -> Vec<DataKind> {
    unconfirmed(content, TermKind::DataKind, terminology)
        .iter()
        .filter_map(|code| DataKind::from_code(code))
        .collect()
}

/// Every code that the words suggest and the content has a place for, each once, in the order of the words.
///
/// Left out is what counts for nothing and a narrower stated code says already.
pub fn suggest<C: Coded + Clone>(content: &C, terminology: &Terminology) -> Vec<SuggestedCode> {
    let counting: Vec<TermCode> = [TermKind::Condition, TermKind::DataKind]
        .into_iter()
        .flat_map(|kind| {
            let codes = unconfirmed(content, kind, terminology);
            codes.into_iter().map(move |code| TermCode { kind, code })
        })
        .collect();
    let mut seen: BTreeSet<TermCode> = BTreeSet::new();
    let mut suggested = Vec::new();
    for (field, text) in content.texts() {
        for term in terminology.code_affirmed(text) {
            for code in term.codes {
                let code = TermCode {
                    kind: term.kind,
                    code,
                };
                if !seen.insert(code.clone()) {
                    continue;
                }
                let stated = content.stated(code.kind);
                let counts = counting.contains(&code);
                let state = if stated.contains(&code.code) {
                    SuggestionState::Confirmed
                } else if content.answers().dismissed.contains(&code) {
                    SuggestionState::Dismissed
                } else if !counts && is_said(&code, &stated, terminology)
                    || !content.clone().state(&code, field)
                {
                    continue;
                } else {
                    SuggestionState::Suggested
                };
                suggested.push(SuggestedCode {
                    code,
                    field,
                    words: term.matched.clone(),
                    state,
                    counts,
                });
            }
        }
    }
    suggested
}

/// Whether a stated code is narrower than this one.
fn is_said(code: &TermCode, stated: &[String], terminology: &Terminology) -> bool {
    let narrower = |stated: &String| match code.kind {
        TermKind::Condition => match (code.code.parse(), stated.parse()) {
            (Ok(wide), Ok(narrow)) => {
                terminology.topic_relation(&wide, &narrow) == TopicRelation::SameOrNarrower
            }
            _ => false,
        },
        TermKind::DataKind => {
            match (DataKind::from_code(&code.code), DataKind::from_code(stated)) {
                (Some(wide), Some(narrow)) => {
                    wide.is_category() && wide.category() == narrow.category()
                }
                _ => false,
            }
        }
        _ => false,
    };
    stated.iter().any(narrower)
}

/// Takes the author's answers: confirmed codes are stated, dismissed ones are kept as such. To confirm what is stated,
/// to dismiss what is dismissed changes nothing; what was dismissed can be confirmed.
///
/// # Errors
/// Codes that do not exist, are not suggested, are given twice, or are to be dismissed though they are stated; each by
/// its place, `confirm.0.code`. Nothing is changed then.
pub fn answer<C: Coded + Clone>(
    content: &mut C,
    confirm: &[TermCode],
    dismiss: &[TermCode],
    terminology: &Terminology,
) -> Result<(), Problems> {
    let suggested = suggest(content, terminology);
    let find = |code: &TermCode| suggested.iter().find(|s| s.code == *code);
    let mut check = Check::new();
    let mut seen = BTreeSet::new();
    let lists = [("confirm", confirm), ("dismiss", dismiss)];
    for (list, i, code) in lists.iter().flat_map(|(list, codes)| {
        codes
            .iter()
            .enumerate()
            .map(move |(i, code)| (*list, i, code))
    }) {
        let path = format!("{list}.{i}.code");
        if !code.is_known(terminology) {
            check.add(Problem::unknown_code(&path, &code.code));
        } else if !seen.insert(code) {
            check.add(Problem::at(
                &path,
                Code::Duplicate,
                Message::new(
                    "같은 코드에 두 번 답했습니다.",
                    "This code is answered twice.",
                ),
            ));
        } else {
            match find(code).map(|suggestion| suggestion.state) {
                None => check.add(Problem::at(
                    &path,
                    Code::Invalid,
                    Message::new(
                        format!("문구에서 제안된 코드가 아닙니다: {}", code.code),
                        format!("The words do not suggest this code: {}", code.code),
                    ),
                )),
                Some(SuggestionState::Confirmed) if list == "dismiss" => check.add(Problem::at(
                    &path,
                    Code::WrongState,
                    Message::new(
                        "이미 밝힌 코드입니다. 해당 목록에서 빼십시오.",
                        "This code is stated; take it out of its list.",
                    ),
                )),
                Some(_) => {}
            }
        }
    }
    check.finish()?;
    for suggestion in confirm.iter().filter_map(find) {
        if suggestion.state != SuggestionState::Confirmed
            && content.state(&suggestion.code, suggestion.field)
        {
            let answers = content.answers_mut();
            answers.dismissed.retain(|code| *code != suggestion.code);
            answers.confirmed.push(suggestion.code.clone());
        }
    }
    for suggestion in dismiss.iter().filter_map(find) {
        let answers = content.answers_mut();
        if !answers.dismissed.contains(&suggestion.code) {
            answers.confirmed.retain(|code| *code != suggestion.code);
            answers.dismissed.push(suggestion.code.clone());
        }
    }
    Ok(())
}

/// Gives a content that came in anew the answers to the one it takes the place of, as far as its words still suggest
/// what was confirmed.
pub fn keep_answers<C: Coded + Clone>(old: &C, new: &mut C, terminology: &Terminology) {
    *new.answers_mut() = CodeAnswers {
        confirmed: Vec::new(),
        dismissed: old.answers().dismissed.clone(),
    };
    let confirmed = old.answers().confirmed.iter();
    let confirmed: Vec<&TermCode> = confirmed
        .filter(|code| old.stated(code.kind).contains(&code.code))
        .collect();
    if confirmed.is_empty() {
        return;
    }
    for suggestion in suggest(new, terminology) {
        if confirmed.contains(&&suggestion.code)
            && suggestion.state == SuggestionState::Suggested
            && new.state(&suggestion.code, suggestion.field)
        {
            new.answers_mut().confirmed.push(suggestion.code);
        }
    }
}

/// Adds to a list what it does not have.
fn put<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}
