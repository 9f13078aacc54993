//! How much each token tells, frozen per epoch, so that a score stays comparable while records come and go.

use super::subject::OfferSubject;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// Of fewer offers it cannot be told what is rare.
const FEWEST_OFFERS: usize = 20;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Seen {
    /// Documents that have it.
    documents: u32,
    /// Its weighted counts over all documents.
    counts: u64,
}

/// Frequencies of tokens over the offers of an epoch. Its version is stored with every score.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextModel {
    /// The epoch.
    pub version: i32,
    documents: u64,
    /// Sum of the weighted lengths of the documents.
    length: u64,
    /// By the token's number.
    #[serde(serialize_with = "in_order")]
    seen: FxHashMap<u64, Seen>,
}

/// The same model is always written alike.
fn in_order<S: Serializer>(seen: &FxHashMap<u64, Seen>, to: S) -> Result<S::Ok, S::Error> {
    seen.iter().collect::<BTreeMap<_, _>>().serialize(to)
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
            for (token, count) in offer.terms() {
                let seen = model.seen.entry(token).or_default();
                seen.documents += 1;
                seen.counts += u64::from(count);
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

    /// How much a token tells, by its number, always above 0: idf · g / (g + 1).
    ///
    /// idf = ln(1 + (N − n + ½) / (n + ½)) is how rare it is. g is its mean weighted count in the documents that have it:
    /// a document repeats its topic and puts it into the title, while a word of style stands there once (Church and Gale,
    /// "Poisson mixtures", 1995), so that of two words equally rare the repeated one tells more.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn telling(&self, token: u64) -> f64 {
        let seen = self.seen.get(&token).copied().unwrap_or_default();
        let (n, all) = (f64::from(seen.documents), self.documents as f64);
        let idf = (1.0 + (all - n + 0.5).max(0.5) / (n + 0.5)).ln();
        let repeated = (seen.counts as f64 / n.max(1.0)).max(1.0);
        idf * repeated / (repeated + 1.0)
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
