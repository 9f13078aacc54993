//! Where a demand has words and where it has codes.

use super::{CodeAnswers, Coded, TermCode, TextField, put};
use crate::catalogue::{AccessMode, DataKind, Standard};
use crate::demand::{DemandContent, DuoPurpose};
use crate::terminology::TermKind;

impl Coded for DemandContent {
    fn texts(&self) -> Vec<(TextField, &str)> {
        let texts = [
            (TextField::ConditionsText, &self.conditions_text),
            (TextField::Title, &self.title),
            (TextField::Aim, &self.aim),
            (TextField::Inclusion, &self.population.inclusion),
        ];
        let lists = [
            (TextField::VariablesRequired, &self.variables_required),
            (TextField::VariablesWished, &self.variables_wished),
        ];
        let texts = texts
            .into_iter()
            .flat_map(|(field, text)| text.iter().map(move |text| (field, text)));
        let lists = lists
            .into_iter()
            .flat_map(|(field, list)| list.iter().map(move |word| (field, word.as_str())));
        texts.chain(lists).collect()
    }

    /// The aim names much that is not the topic.
    fn counting(kind: TermKind) -> &'static [&'static [TextField]] {
        match kind {
            TermKind::Condition | TermKind::DataKind => &[
                &[TextField::ConditionsText],
                &[TextField::Title],
                &[TextField::Aim],
            ],
            _ => &[],
        }
    }

    fn stated(&self, kind: TermKind) -> Vec<String> {
        let text = str::to_owned;
        match kind {
            TermKind::Condition => self.conditions.iter().map(|c| text(c.as_str())).collect(),
            TermKind::DataKind => self
                .data_kinds_required
                .iter()
                .chain(&self.data_kinds_any_of)
                .chain(&self.data_kinds_wished)
                .map(|kind| text(kind.code()))
                .collect(),
            TermKind::Standard => self.standards.iter().map(|s| text(s.code())).collect(),
            TermKind::UseCondition => self.duo_purpose.iter().map(|p| text(p.code())).collect(),
            TermKind::AccessMode => self.access_modes.iter().map(|m| text(m.code())).collect(),
        }
    }

    fn state(&mut self, code: &TermCode, field: TextField) -> bool {
        let TermCode { kind, code } = code;
        match kind {
            TermKind::Condition => code.parse().map(|c| put(&mut self.conditions, c)).is_ok(),
            TermKind::DataKind => {
                let list = match field {
                    TextField::VariablesWished => &mut self.data_kinds_wished,
                    _ => &mut self.data_kinds_required,
                };
                DataKind::from_code(code)
                    .map(|kind| put(list, kind))
                    .is_some()
            }
            // To want no standard is to want nothing.
            TermKind::Standard => Standard::from_code(code)
                .filter(|standard| *standard != Standard::None)
                .map(|standard| put(&mut self.standards, standard))
                .is_some(),
            TermKind::UseCondition => match (self.duo_purpose, DuoPurpose::from_code(code)) {
                (None, Some(purpose)) => {
                    self.duo_purpose = Some(purpose);
                    true
                }
                _ => false,
            },
            TermKind::AccessMode => AccessMode::from_code(code)
                .map(|mode| put(&mut self.access_modes, mode))
                .is_some(),
        }
    }

    fn answers(&self) -> &CodeAnswers {
        &self.code_answers
    }

    fn answers_mut(&mut self) -> &mut CodeAnswers {
        &mut self.code_answers
    }
}
