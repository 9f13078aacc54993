//! Announces changes to the subscribers of this process: one read of the log fans out to all of them.
//!
//! The log is the truth. A commit of this process wakes the reader at once; another replica's does so through
//! PostgreSQL's LISTEN, and a slow poll catches what either misses.

use crate::store::{Change, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

/// Where changes are announced.
#[derive(Debug, Clone)]
pub struct Hub {
    changes: broadcast::Sender<Arc<Change>>,
    woken: Arc<Notify>,
    work: Arc<Notify>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: broadcast::channel(4_096).0,
            woken: Arc::default(),
            work: Arc::default(),
        }
    }
}

impl Hub {
    /// Changes from now on. A subscriber that falls more than 4,096 behind is told that it lagged.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Change>> {
        self.changes.subscribe()
    }

    /// Something was committed: look at the log and at the outbox.
    pub fn wake(&self) {
        self.woken.notify_one();
        self.work.notify_one();
    }

    /// Waits until something was committed in this process, or `at_most` has passed.
    pub async fn wait_for_work(&self, at_most: Duration) {
        tokio::time::timeout(at_most, self.work.notified())
            .await
            .ok();
    }

    /// Reads the log and announces what is new, until cancelled. A database that goes away is waited for.
    pub async fn follow(self, store: Store, poll: Duration, stop: CancellationToken) {
        let mut last = loop {
            match store.last_change().await {
                Ok(last) => break last,
                Err(error) => tracing::warn!(%error, "the change log cannot be read"),
            }
            if stop
                .run_until_cancelled(tokio::time::sleep(poll))
                .await
                .is_none()
            {
                return;
            }
        };
        let mut listener = self.listen(&store).await;
        loop {
            if let Err(error) = self.announce(&store, &mut last).await {
                tracing::warn!(%error, "the change log cannot be read");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let remote = async {
                match &mut listener {
                    Some(listener) => listener.recv().await.is_ok(),
                    None => std::future::pending().await,
                }
            };
            let lost = tokio::select! {
                () = stop.cancelled() => return,
                () = self.woken.notified() => false,
                () = tokio::time::sleep(poll) => false,
                heard = remote => !heard,
            };
            if lost {
                listener = self.listen(&store).await;
            }
        }
    }

    async fn listen(&self, store: &Store) -> Option<crate::store::Listener> {
        match store.listen().await {
            Ok(listener) => listener,
            Err(error) => {
                tracing::warn!(%error, "cannot listen; polling instead");
                None
            }
        }
    }

    async fn announce(&self, store: &Store, last: &mut i64) -> Result<(), StoreError> {
        loop {
            let changes = store.changes_after(*last, 500).await?;
            if changes.is_empty() {
                return Ok(());
            }
            for (seq, change) in changes {
                *last = seq;
                // Nobody listening is no error.
                self.changes.send(Arc::new(change)).ok();
            }
        }
    }
}
