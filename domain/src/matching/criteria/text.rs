//! Text: how much of the demand's words the offer has, rare ones first. Bounded, and the same from either direction.
//!
//! T = Σ w·sat(tf) / Σ w·sat_max over the demand's tokens, with w the token's weight in the demand times how much it
//! tells ([`TextModel`]), sat = tf (k1 + 1) / (tf + k1·norm), and norm = max(1, length / (2.5 · mean length)).

use super::{Account, Assessment, Pair};
use crate::matching::explain::{Evidence, round};
use crate::matching::{DemandSubject, OfferSubject, TextModel};
use std::collections::BTreeMap;

/// Saturation of repeated words, near the usual value of BM25.
const K1: f64 = 1.0;
/// Mean lengths up to which an offer is not discounted for its length. A longer one has words by chance; but a short one
/// is not the more to the point, it only says less of what it has.
const FREE_LENGTH: f64 = 2.5;
/// Words shown.
const SHOWN: usize = 6;

/// The weights of a demand's tokens under a text model, computed once.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandText {
    weights: Box<[f64]>,
    total: f64,
    mean_length: f64,
}

impl DemandText {
    /// Weighs the tokens of a demand.
    pub fn of(demand: &DemandSubject, model: &TextModel) -> Self {
        let weights: Box<[f64]> = demand
            .terms()
            .iter()
            .map(|term| model.telling(term.token) * f64::from(term.weight))
            .collect();
        let total = weights.iter().sum();
        Self {
            weights,
            total,
            mean_length: model.mean_length(),
        }
    }

    /// Reads here and there, so that the rest is at hand soon.
    pub(in crate::matching) fn fetch(&self) -> u64 {
        self.weights
            .first()
            .map_or(0, |weight| weight.to_bits() >> 8)
    }
}

/// Calls with the place and the share of every token that both have, in the order of tokens.
fn shares(
    demand: &DemandSubject,
    offer: &OfferSubject,
    text: &DemandText,
    mut each: impl FnMut(usize, f64),
) {
    let norm = (f64::from(offer.text_length()) / (FREE_LENGTH * text.mean_length)).max(1.0);
    let mut held = offer.terms().peekable();
    for (i, (term, weight)) in demand.terms().iter().zip(&text.weights).enumerate() {
        while held.next_if(|(token, _)| *token < term.token).is_some() {}
        if let Some((_, count)) = held.next_if(|(token, _)| *token == term.token) {
            let tf = f64::from(count);
            each(i, weight * (tf / (tf + K1 * norm)) / text.total);
        }
    }
}

/// The sum of the shares.
pub fn assess(pair: &Pair<'_>, text: &DemandText) -> Assessment {
    if text.total <= 0.0 {
        return Assessment::NOT_ASKED;
    }
    let mut sum = 0.0;
    shares(pair.demand, pair.offer, text, |_, share| sum += share);
    Assessment::known(sum)
}

/// The places of the offers that share a word with a demand, best first, with T; equal ones in the order given.
pub fn rank(
    demand: &DemandSubject,
    offers: &[OfferSubject],
    model: &TextModel,
) -> Vec<(usize, f64)> {
    let text = DemandText::of(demand, model);
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (i, offer) in offers.iter().enumerate() {
        let mut sum = 0.0;
        shares(demand, offer, &text, |_, share| sum += share);
        if sum > 0.0 {
            found.push((i, sum));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

/// The same in words: the shares by word.
pub fn explain(pair: &Pair<'_>, text: &DemandText) -> Account {
    if text.total <= 0.0 {
        return Account::not_asked();
    }
    let mut by_word: BTreeMap<&str, f64> = BTreeMap::new();
    shares(pair.demand, pair.offer, text, |i, share| {
        if let Some(term) = pair.demand.terms().get(i) {
            *by_word.entry(pair.demand.word(*term)).or_default() += share;
        }
    });
    let mut words: Vec<(&str, f64)> = by_word.into_iter().collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    words.truncate(SHOWN);
    let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let evidence = words
        .iter()
        .map(|(word, share)| Evidence::Word {
            word: (*word).to_owned(),
            share: round(*share),
        })
        .collect();
    if list.is_empty() {
        return Account::said(
            evidence,
            "겹치는 말이 없습니다.".to_owned(),
            "No words in common.".to_owned(),
        );
    }
    let list = list.join(", ");
    Account::said(
        evidence,
        format!("겹치는 말: {list}."),
        format!("Words in common: {list}."),
    )
}
