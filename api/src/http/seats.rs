//! Who has how many sockets open.

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
