//! The common parts of mutations: the envelope of inputs, and payloads with the result and the user errors.

use crate::app::Key;
use async_graphql::InputType;

/// Declares the payload of a mutation: what it made or changed, and what was wrong instead.
macro_rules! payload {
    ($(#[doc = $doc:literal])* $name:ident { $(#[doc = $field_doc:literal])* $field:ident: $type:ty }) => {
        $(#[doc = $doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[doc = $field_doc])*
            ///
            /// Null when there are user errors.
            $field: Option<$type>,
            /// What is wrong with the input; empty on success. With any of them, nothing was changed.
            user_errors: Vec<$crate::graphql::error::UserError>,
            /// The `clientMutationId` of the input, unchanged.
            client_mutation_id: Option<String>,
        }

        impl $name {
            // A mutation's field is nullable, so that a fault of ours in one does not hide the answer of its neighbour.
            pub(crate) fn settle<T>(
                ctx: &async_graphql::Context<'_>,
                client_mutation_id: Option<String>,
                outcome: $crate::app::Outcome<T>,
                wrap: impl FnOnce(T) -> $type,
            ) -> $crate::graphql::Result<Option<Self>> {
                let (value, user_errors) = $crate::graphql::error::settle(ctx, outcome)?;
                Ok(Some(Self { $field: value.map(wrap), user_errors, client_mutation_id }))
            }
        }
    };
}
pub(crate) use payload;

/// The idempotency key of an input, with the whole input to recognise a repetition by.
pub(crate) fn key(idempotency_key: Option<&String>, input: &impl InputType) -> Key {
    Key {
        key: idempotency_key.cloned(),
        input: input.to_value().to_string(),
    }
}
