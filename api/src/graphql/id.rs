//! Global ids: `offer:01890a5d-…`.

use async_graphql::ID;
use matchday_domain::id::InvalidId;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use std::str::FromStr;

/// Reads an id of the wanted type.
///
/// # Errors
/// Not an id at all, or of another type; one that is unknown is found out later.
pub(crate) fn read<T: FromStr<Err = InvalidId>>(path: &str, id: &ID) -> Result<T, Problem> {
    id.as_str().parse().map_err(|invalid| match invalid {
        InvalidId::Malformed => Problem::not_found(path),
        InvalidId::OfAnotherType { wanted } => Problem::at(
            path,
            Code::Invalid,
            Message::new(
                "다른 종류의 식별자입니다.",
                format!("This identifier is not one of a {wanted}."),
            ),
        ),
    })
}

/// Reads an id that may be absent.
pub(crate) fn read_optional<T: FromStr<Err = InvalidId>>(
    path: &str,
    id: Option<&ID>,
) -> Result<Option<T>, Problem> {
    id.map(|id| read(path, id)).transpose()
}
