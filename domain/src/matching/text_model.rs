//! How rare each token is, frozen per epoch, so that a score stays comparable while records come and go.

use super::subject::OfferSubject;
use super::tokens::number;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Of fewer offers it cannot be told what is rare.
const FEWEST_OFFERS: usize = 20;

/// Frequencies of tokens over the offers of an epoch. Its version is stored with every score.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextModel {
    /// The epoch.
    pub version: i32,
    documents: u64,
    /// Sum of the weighted lengths of the documents.
    length: u64,
    /// Documents that have the token, by the token's number.
    frequency: BTreeMap<u64, u32>,
}

impl TextModel {
    /// Counts the tokens of these offers; their order does not matter.
    pub fn of<'a>(version: i32, offers: impl IntoIterator<Item = &'a OfferSubject>) -> Self {
        let mut model = Self {
            version,
            ..Self::default()
        };
        for offer in offers {
            model.documents += 1;
            model.length += u64::from(offer.text_length());
            for (token, _) in offer.terms() {
                *model.frequency.entry(*token).or_default() += 1;
            }
        }
        model
    }

    /// How many offers it was counted over.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Whether the market has outgrown it: so many offers are twice those that it was counted over, and enough to count.
    pub fn is_outgrown_by(&self, offers: usize) -> bool {
        offers >= FEWEST_OFFERS && offers as u64 >= 2 * self.documents
    }

    /// Inverse document frequency of a token's number: ln(1 + (N − n + ½) / (n + ½)), always above 0.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn idf(&self, token: u64) -> f64 {
        let n = f64::from(self.frequency.get(&token).copied().unwrap_or(0));
        let all = self.documents as f64;
        (1.0 + (all - n + 0.5).max(0.5) / (n + 0.5)).ln()
    }

    /// Inverse document frequency of a token.
    pub fn rarity(&self, form: &str) -> f64 {
        self.idf(number(form))
    }

    /// Mean weighted length of a document, at least 1.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn mean_length(&self) -> f64 {
        if self.documents == 0 {
            return 100.0;
        }
        (self.length as f64 / self.documents as f64).max(1.0)
    }
}
