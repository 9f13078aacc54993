//! Who has how many sockets and streams open.

use super::caller::Caller;
use super::{Backend, Edge, Refusal};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Whose sockets are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Account(Uuid),
    Address(IpAddr),
}

/// How many sockets each user has open.
#[derive(Debug, Clone, Default)]
pub(super) struct Sockets(Arc<Mutex<HashMap<Key, usize>>>);

impl Sockets {
    /// A further place, if there is one.
    pub(super) fn take(&self, key: Key, limit: usize) -> Option<Seat> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.get(&key).copied().unwrap_or_default();
        if count >= limit {
            return None;
        }
        open.insert(key, count + 1);
        let sockets = self.clone();
        Some(Seat { sockets, key })
    }
}

/// A place among the sockets of a user; free again when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    sockets: Sockets,
    key: Key,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self
            .sockets
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

impl<E, B: Backend> Edge<E, B> {
    /// A place for something of the caller's that stays open; none is needed where nobody can be told apart.
    ///
    /// # Errors
    /// The caller has too many open.
    pub(super) fn seat(
        &self,
        caller: &Caller,
        identity: &B::Identity,
    ) -> Result<Option<Seat>, Refusal> {
        let limits = &self.settings.limits;
        let (key, limit) = match (self.backend.account(identity), caller.address) {
            (Some(account), _) => (Key::Account(account), limits.sockets_per_user),
            (None, Some(address)) => (Key::Address(address), limits.anonymous_sockets_per_address),
            (None, None) => return Ok(None),
        };
        let taken = self.sockets.take(key, limit);
        let full = Refusal::RateLimited { retry_after_s: 60 };
        taken.map(Some).ok_or(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_socket_is_gone() {
        let (sockets, key) = (Sockets::default(), Key::Account(Uuid::nil()));
        let first = sockets.take(key, 2);
        let second = sockets.take(key, 2);
        assert!(first.is_some() && second.is_some());
        assert!(sockets.take(key, 2).is_none());
        drop(first);
        assert!(sockets.take(key, 2).is_some());
        drop(second);
        assert!(sockets.0.lock().is_ok_and(|open| open.is_empty()));
    }
}
