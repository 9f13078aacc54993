//! Where an offer has words and where it has codes.

use super::{CodeAnswers, Coded, TermCode, TextField, put};
use crate::catalogue::{AccessMode, DataKind, OfferContent, Standard};
use crate::terminology::TermKind;
use crate::use_conditions::{Modifier, Permission, UsePolicy};

impl Coded for OfferContent {
    fn texts(&self) -> Vec<(TextField, &str)> {
        let words = |field, list| {
            let list: &Vec<String> = list;
            list.iter().map(move |word| (field, word.as_str()))
        };
        let title = self.title.iter().map(|text| (TextField::Title, text));
        let summary = self.summary.iter().map(|text| (TextField::Abstract, text));
        title
            .chain(words(TextField::Keywords, &self.keywords))
            .chain(summary)
            .chain(words(TextField::Variables, &self.variables))
            .collect()
    }

    /// Not the abstract: it names much in passing.
    fn counting(kind: TermKind) -> &'static [&'static [TextField]] {
        match kind {
            TermKind::Condition | TermKind::DataKind => &[&[TextField::Title, TextField::Keywords]],
            _ => &[],
        }
    }

    /// A use condition is stated where every policy has it.
    fn stated(&self, kind: TermKind) -> Vec<String> {
        let text = str::to_owned;
        match kind {
            TermKind::Condition => self
                .conditions
                .iter()
                .chain(self.counts.iter().map(|count| &count.code))
                .map(|code| text(code.as_str()))
                .collect(),
            TermKind::DataKind => self.data_kinds.iter().map(|k| text(k.code())).collect(),
            TermKind::Standard => self.standards.iter().map(|s| text(s.code())).collect(),
            TermKind::UseCondition => {
                let codes = |policy: &UsePolicy| {
                    let permission = policy.permission.iter().map(|p| text(p.code()));
                    let modifiers = policy.modifiers.iter().map(|m| text(m.code()));
                    permission.chain(modifiers).collect::<Vec<_>>()
                };
                let mut policies = self.use_policies.iter().map(codes);
                let first = policies.next().unwrap_or_default();
                policies.fold(first, |all, these| {
                    all.into_iter()
                        .filter(|code| these.contains(code))
                        .collect()
                })
            }
            TermKind::AccessMode => self.access_modes.iter().map(|m| text(m.code())).collect(),
        }
    }

    fn state(&mut self, code: &TermCode, _: TextField) -> bool {
        let TermCode { kind, code } = code;
        match kind {
            TermKind::Condition => code.parse().map(|c| put(&mut self.conditions, c)).is_ok(),
            TermKind::DataKind => DataKind::from_code(code)
                .map(|kind| put(&mut self.data_kinds, kind))
                .is_some(),
            TermKind::Standard => Standard::from_code(code)
                .map(|standard| put(&mut self.standards, standard))
                .is_some(),
            TermKind::UseCondition => self.state_use_condition(code),
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

impl OfferContent {
    /// A condition of use holds for every policy. One that needs a value of its own (conditions, countries, months, a
    /// day) cannot be read from words, and a permission takes the place of no other.
    fn state_use_condition(&mut self, code: &str) -> bool {
        let (permission, modifier) = (Permission::from_code(code), Modifier::from_code(code));
        let needs_value = matches!(permission, Some(Permission::Ds))
            || matches!(modifier, Some(Modifier::Gs | Modifier::Ts | Modifier::Mor));
        let mut policies = self.use_policies.iter();
        let taken = permission.is_some() && policies.any(|policy| policy.permission.is_some());
        if needs_value || taken || permission.is_none() && modifier.is_none() {
            return false;
        }
        if self.use_policies.is_empty() {
            self.use_policies.push(UsePolicy::default());
        }
        for policy in &mut self.use_policies {
            policy.permission = permission.or(policy.permission);
            if let Some(modifier) = modifier {
                put(&mut policy.modifiers, modifier);
            }
        }
        true
    }
}
