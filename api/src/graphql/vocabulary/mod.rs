//! The domain's vocabularies as enums of the interface, value by value; a file for each
//! module of the domain.

macro_rules! vocabularies {
    ($($(#[doc = $doc:literal])* $name:ident($gql:literal) = $remote:literal { $($(#[doc = $vdoc:literal])* $value:ident,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
            #[graphql(name = $gql, remote = $remote)]
            pub enum $name { $($(#[doc = $vdoc])* $value,)* }
        )*
    };
}

mod catalogue;
mod demand;
mod identity;
mod matching;
mod matching_day;
mod organisation;
mod scheduling;
mod use_conditions;

pub use catalogue::*;
pub use demand::*;
pub use identity::*;
pub use matching::*;
pub use matching_day::*;
pub use organisation::*;
pub use scheduling::*;
pub use use_conditions::*;
