//! Data offers: what hospitals hold and may give, as a public catalogue lists it (DCAT: a data set with its distributions).
//!
//! [`offer`] is the aggregate with its states; [`content`] what an offer says; [`data_kind`] and [`value`] the
//! vocabularies and small values that offers and demands share.

pub mod content;
pub mod country;
pub mod data_kind;
pub mod offer;
pub mod shown_count;
pub mod value;

pub use content::{
    Cost, CountObservation, HospitalPreferences, OfferContent, Population, ReviewCalendar,
};
pub use country::Country;
pub use data_kind::{DataCategory, DataKind};
pub use offer::{Offer, OfferState};
pub use shown_count::{Disclosed, ShownCount, ShownCounts};
pub use value::*;
