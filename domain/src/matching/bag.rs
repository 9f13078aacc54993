//! The words of a record as weighted tokens.
//!
//! Two words that adjoin make a compound besides, as the closed compound would be written, so that `PD-L1`, `PD L1` and
//! `PDL1`, or `data set` and `dataset`, meet. A concept of the thesaurus, be it a code or a word of what data say, counts
//! as a token of its own, in any language.

use super::tokens::{each_piece, number, number_after};
use crate::terminology::Terminology;
use std::sync::Arc;

/// A token of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    /// Its number.
    pub(super) token: u64,
    /// Its weight, summed over the places where it stands.
    pub(super) weight: u32,
    /// The place of the word it comes from, where words are kept; of a compound its second one.
    pub(super) word: u32,
}

/// Tokens as they are gathered.
pub(super) struct Bag<'t> {
    terminology: &'t Terminology,
    /// Of a demand: words are kept to be shown, and words that only ask are dropped.
    asked: bool,
    terms: Vec<Term>,
    words: Vec<Arc<str>>,
    /// Sum of the weights of all tokens, but for compounds and concepts.
    pub(super) length: u32,
}

impl<'t> Bag<'t> {
    /// For what an offer says.
    pub(super) fn said(terminology: &'t Terminology) -> Self {
        Self {
            terminology,
            asked: false,
            terms: Vec::with_capacity(256),
            words: Vec::new(),
            length: 0,
        }
    }

    /// For what a demand asks for.
    pub(super) fn asked(terminology: &'t Terminology) -> Self {
        Self {
            asked: true,
            ..Self::said(terminology)
        }
    }

    /// Adds a text, each word with a weight, each compound and word of what data say with another. A compound with an
    /// asking word is none: no demand asks for it.
    pub(super) fn add(&mut self, text: &str, weight: u32, compound: u32) {
        let (terms, words, asked) = (&mut self.terms, &mut self.words, self.asked);
        let mut put = |token, weight, word: &Arc<str>| {
            if asked && words.last() != Some(word) {
                words.push(word.clone());
            }
            terms.push(Term {
                token,
                weight,
                // A text has fewer words.
                word: u32::try_from(words.len().saturating_sub(1)).unwrap_or(u32::MAX),
            });
        };
        let (mut before, mut joins) = (0, false);
        each_piece(text, |piece| {
            if piece.adjoins && joins && !piece.asks {
                put(number_after(before, piece.form), compound, piece.word);
            }
            if !(asked && piece.asks) {
                put(piece.number, weight, piece.word);
            }
            self.length += weight;
            joins = !piece.asks;
            before = piece.word_number;
        });
        let matched =
            |words: &str| -> Arc<str> { if asked { words.into() } else { Arc::default() } };
        let mentions = self.terminology.mentions(text, matched, |concept, words| {
            put(concept_number(concept), compound, &matched(words));
        });
        for mention in mentions {
            for code in &*mention.codes {
                put(number_after(number("#"), code), weight, &mention.matched);
            }
        }
    }

    /// Every token once, by its number, with the sum of its weights and the first word it stood for; and the words.
    pub(super) fn finish(mut self) -> (Vec<Term>, Vec<Arc<str>>) {
        // One number is compared without a branch.
        let key = |term: &Term| u128::from(term.token) << 32 | u128::from(term.word);
        self.terms.sort_unstable_by_key(key);
        self.terms.dedup_by(|again, first| {
            let same = again.token == first.token;
            if same {
                first.weight += again.weight;
            }
            same
        });
        (self.terms, self.words)
    }
}

/// The number of a word of what data say, in any language.
pub(super) fn concept_number(concept: &str) -> u64 {
    number_after(number("~"), concept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<u64> {
        let mut bag = Bag::said(Terminology::standard());
        bag.add(text, 2, 1);
        bag.finish().0.iter().map(|term| term.token).collect()
    }

    #[test]
    fn words_that_adjoin_make_a_compound() {
        for (text, compounds) in [
            ("PD-L1 assays", &["pdl1", "l1assay"][..]),
            ("PDL1", &["pdl1"]),
            ("a data set", &["dataset"]),
        ] {
            let found = tokens(text);
            assert!(
                compounds.iter().all(|c| found.contains(&number(c))),
                "{text}"
            );
        }
        let found = tokens("CT, MRI; signs of EGFR. 흉부CT 폐암");
        for none in ["ctmri", "signegfr", "egfr흉부", "흉부ct"] {
            assert!(!found.contains(&number(none)), "{none}");
        }
    }

    #[test]
    fn a_demand_is_rid_of_words_that_only_ask() {
        let mut bag = Bag::asked(Terminology::standard());
        bag.add("We want to find a novel classifier", 6, 3);
        let (terms, words) = bag.finish();
        assert_eq!((terms.len(), words), (1, vec!["classifier".into()]));
    }
}
