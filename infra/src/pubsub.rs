//! Announces changes to the subscribers of this process: one read of the log fans out to all of them.
//!
//! The log is the truth. A commit of this process wakes the reader at once; another replica's does so through
//! PostgreSQL's LISTEN, and a slow poll catches what either misses.

use crate::store::{Change, Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Commits of this process, of which none is missed: one that came while nobody waited ends the next wait at once.
#[derive(Debug)]
pub struct Commits(watch::Receiver<()>);

impl Commits {
    /// Waits until something was committed since the last time, or `at_most` has passed.
    pub async fn next(&mut self, at_most: Duration) {
        // A hub that is gone commits nothing more: then the time is waited out.
        let changed = async {
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::time::timeout(at_most, changed).await.ok();
    }
}

/// Where changes are announced.
#[derive(Debug, Clone)]
pub struct Hub {
    changes: broadcast::Sender<Arc<Change>>,
    commits: watch::Sender<()>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: broadcast::channel(4_096).0,
            commits: watch::Sender::default(),
        }
    }
}

impl Hub {
    /// Changes from now on. A subscriber that falls more than 4,096 behind is told that it lagged.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Change>> {
        self.changes.subscribe()
    }

    /// Something was committed: all who wait look at the log or at the outbox.
    pub fn wake(&self) {
        self.commits.send_replace(());
    }

    /// Commits of this process from now on.
    pub fn commits(&self) -> Commits {
        Commits(self.commits.subscribe())
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
        let mut commits = self.commits();
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
                () = commits.next(poll) => false,
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
