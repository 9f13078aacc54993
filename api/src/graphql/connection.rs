//! Connections and cursors after the Relay specification; one code for every list.

use async_graphql::OutputType;
use async_graphql::connection::{Connection, CursorType, Edge, EmptyFields};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::store::Ranked;
use std::cmp::Ordering;
use uuid::Uuid;

/// The paging arguments of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Paging {
    pub first: Option<i32>,
    pub last: Option<i32>,
    pub after: Option<String>,
    pub before: Option<String>,
}

impl Paging {
    /// As a request for a page, or what is wrong with the arguments.
    pub(crate) fn request<P: Position>(&self) -> std::result::Result<PageRequest<P>, Problem> {
        let read = |name: &str, cursor: &Option<String>| {
            cursor
                .as_deref()
                .map(|cursor| P::decode(cursor).ok_or_else(|| bad_cursor(name)))
                .transpose()
        };
        PageRequest::new(
            self.first,
            self.last,
            read("after", &self.after)?,
            read("before", &self.before)?,
        )
    }
}

fn bad_cursor(name: &str) -> Problem {
    Problem::at(
        name,
        Code::Invalid,
        Message::new(
            "이 목록의 커서가 아닙니다.",
            "This is not a cursor of this list.",
        ),
    )
}

/// A place in a list's order, as an opaque cursor.
pub(crate) trait Position: Sized {
    /// The cursor.
    fn encode(&self) -> String;
    /// The place a cursor stands for.
    fn decode(cursor: &str) -> Option<Self>;
}

impl Position for Uuid {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.as_bytes())
    }

    fn decode(cursor: &str) -> Option<Self> {
        Uuid::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
    }
}

impl Position for Ranked {
    fn encode(&self) -> String {
        let mut bytes = self.rank.to_be_bytes().to_vec();
        bytes.extend(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(cursor: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (rank, id) = bytes.split_first_chunk::<4>()?;
        Some(Self {
            rank: i32::from_be_bytes(*rank),
            id: Uuid::from_slice(id).ok()?,
        })
    }
}

/// The place of a row in a list ordered by a number, the largest first, then by a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub number: i64,
    pub key: String,
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.number, &self.key).cmp(&(self.number, &other.key))
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Position for Placed {
    fn encode(&self) -> String {
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend(self.key.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(cursor: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (number, key) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            number: i64::from_be_bytes(*number),
            key: std::str::from_utf8(key).ok()?.to_owned(),
        })
    }
}

/// A cursor that is text already.
#[derive(Debug, Clone)]
pub(crate) struct Cursor(String);

impl CursorType for Cursor {
    type Error = std::convert::Infallible;

    fn decode_cursor(cursor: &str) -> std::result::Result<Self, Self::Error> {
        Ok(Self(cursor.to_owned()))
    }

    fn encode_cursor(&self) -> String {
        self.0.clone()
    }
}

/// A connection over nodes, without a shortcut past the edges.
pub(crate) type List<Node> = Connection<
    Cursor,
    Node,
    EmptyFields,
    EmptyFields,
    async_graphql::connection::DefaultConnectionName,
    async_graphql::connection::DefaultEdgeName,
    async_graphql::connection::DisableNodesField,
>;

/// A page as a connection.
pub(crate) fn list<T, Node: OutputType, P: Position>(
    page: Page<T>,
    position: impl Fn(&T) -> P,
    node: impl Fn(T) -> Node,
) -> List<Node> {
    let mut list = List::new(page.has_previous, page.has_next);
    list.edges.extend(page.items.into_iter().map(|item| {
        let cursor = Cursor(position(&item).encode());
        Edge::new(cursor, node(item))
    }));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Whether a cursor is one of a list; then it must be the only one of its place.
    fn is_read<P: Position>(cursor: &str) -> bool {
        let place = P::decode(cursor);
        if let Some(place) = &place {
            assert_eq!(place.encode(), cursor);
        }
        place.is_some()
    }

    #[test]
    fn what_is_read_as_a_cursor_prints_as_it_was() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut read = [0, 0, 0];
        for length in (0..32).cycle().take(20_000) {
            let mut bytes = vec![0; length];
            random.fill_bytes(&mut bytes);
            // Keys are text, mostly.
            bytes.iter_mut().skip(8).for_each(|byte| *byte &= 0x7f);
            let mut cursor = URL_SAFE_NO_PAD.encode(&bytes).into_bytes();
            if random.next_u32().is_multiple_of(2) && !cursor.is_empty() {
                let last = cursor.len() - 1;
                let signs = b"AQgwBRhx-_=+/ ";
                cursor[last] = signs[random.next_u32() as usize % signs.len()];
            }
            let cursor = String::from_utf8_lossy(&cursor);
            read[0] += usize::from(is_read::<Uuid>(&cursor));
            read[1] += usize::from(is_read::<Ranked>(&cursor));
            read[2] += usize::from(is_read::<Placed>(&cursor));
        }
        assert!(read.iter().all(|times| *times > 100), "{read:?}");
    }
}
