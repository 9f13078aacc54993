//! The words of this service: the shipped terminology, refined by what the operator imported.

use super::{App, Outcome};
use matchday_domain::terminology::Terminology;
use matchday_infra::import::{RowError, TermsReading, read_kcd, read_thesaurus};
use matchday_infra::store::{Change, ChangeKind, Job, StoreError, TerminologySource};
use serde::Serialize;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// The words in use, and which version of the store's they are.
#[derive(Debug)]
pub(crate) struct Loaded {
    version: String,
    words: &'static Terminology,
}

impl Default for Loaded {
    fn default() -> Self {
        Self {
            version: String::new(),
            words: Terminology::standard(),
        }
    }
}

/// What became of a file of terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermsReport {
    /// Rows of the file.
    pub read: usize,
    /// Rows kept.
    pub kept: usize,
    /// Rows that repeat an earlier one.
    pub repeated: usize,
    /// Rows refused.
    pub refused: usize,
    /// Whether the terminology is another now.
    pub changed: bool,
    /// What there is to tell, in the order of the file.
    pub errors: Vec<RowError>,
}

impl App {
    /// The words in use. A set lives as long as the process: some indexes borrow from it for that long, it is some
    /// megabytes, and an operator imports a few times a year.
    pub fn terminology(&self) -> &'static Terminology {
        let loaded = self.terminology.read();
        loaded.unwrap_or_else(PoisonError::into_inner).words
    }

    /// Takes the terminology of the store into use, if it is another.
    ///
    /// # Errors
    /// The store.
    pub async fn refresh_terminology(&self) -> Result<(), StoreError> {
        let version = self.store.terminology_version().await?;
        let same = |loaded: &Loaded| loaded.version == version;
        if same(
            &self
                .terminology
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        ) {
            return Ok(());
        }
        let sources = self.store.terminology_sources().await?;
        let words = refined(sources.kcd, sources.thesaurus).await?;
        let mut loaded = self
            .terminology
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been faster.
        if loaded.version != sources.version {
            *loaded = Loaded {
                version: sources.version,
                words: Box::leak(Box::new(words)),
            };
        }
        Ok(())
    }

    /// Takes every change of the terminology into use, also another replica's, until cancelled.
    pub async fn follow_terminology(self, poll: Duration, stop: CancellationToken) {
        let mut changes = self.hub.subscribe();
        while !stop.is_cancelled() {
            if let Err(error) = self.refresh_terminology().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the terminology cannot be read"
                );
            }
            let news = async {
                loop {
                    match changes.recv().await {
                        Ok(change) if change.kind != ChangeKind::Terminology => {}
                        Ok(_) | Err(RecvError::Lagged(_)) => return,
                        Err(RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            // The poll catches what was committed before this process listened.
            tokio::select! {
                () = stop.cancelled() => return,
                () = news => {}
                () = tokio::time::sleep(poll) => {}
            }
        }
    }

    /// Puts the good rows of a file in the place of those of the one before. All open demands are matched anew, since
    /// texts are coded by these words. A file without a good row changes nothing.
    ///
    /// # Errors
    /// The store; nothing changed.
    pub async fn import_terminology(
        &self,
        source: TerminologySource,
        bytes: &[u8],
    ) -> Outcome<TermsReport> {
        let reading = match source {
            TerminologySource::Kcd => read_kcd(bytes),
            // A file stands behind ours and the KCD, not behind an earlier one of its own.
            TerminologySource::Thesaurus => {
                let sources = self.store.terminology_sources().await?;
                read_thesaurus(bytes, &refined(sources.kcd, String::new()).await?)
            }
        };
        let mut report = TermsReport::of(&reading);
        if reading.kept == 0 && !reading.refused.is_empty() {
            return Ok(report);
        }
        let tx = self.store.begin().await?;
        report.changed = tx
            .replace_terminology(source, reading.content, self.now())
            .await?;
        if report.changed {
            let demands = tx.open_demands().await?;
            let jobs = demands
                .iter()
                .map(|demand| Job::MatchDemand { demand: demand.id });
            tx.post(&jobs.collect::<Vec<_>>(), self.now()).await?;
            let change = Change {
                kind: ChangeKind::Terminology,
                concerns: Vec::new(),
            };
            tx.note(&[change], self.now()).await?;
        }
        self.commit(tx).await?;
        self.refresh_terminology().await?;
        Ok(report)
    }
}

impl TermsReport {
    fn of(reading: &TermsReading) -> Self {
        let told = reading.refused.iter().chain(&reading.repeated);
        let mut errors: Vec<RowError> = told.cloned().collect();
        errors.sort_by_key(|error| error.line);
        Self {
            read: reading.read,
            kept: reading.kept,
            repeated: reading.repeated.len(),
            refused: reading.refused.len(),
            changed: false,
            errors,
        }
    }
}

/// Building takes a good part of a second of a core.
async fn refined(kcd: String, thesaurus: String) -> Result<Terminology, StoreError> {
    tokio::task::spawn_blocking(move || Terminology::refined(&kcd, &thesaurus))
        .await
        .map_err(|error| StoreError::Corrupt {
            table: "terminology_source",
            reason: error.to_string(),
        })
}
