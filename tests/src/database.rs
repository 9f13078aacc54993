//! An empty database for a test.

use crate::postgres;
use tempfile::TempDir;

/// An empty database; gone when dropped.
pub struct TestDatabase {
    pub url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A new SQLite file.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!(
            "sqlite:{}?mode=rwc",
            folder.path().join("matchday.sqlite").display()
        );
        Self {
            url,
            _folder: Some(folder),
        }
    }

    /// A new database of the temporary cluster; none, said loudly, where PostgreSQL's programs are missing.
    pub fn postgres() -> Option<Self> {
        let cluster = postgres::cluster()?;
        Some(Self {
            url: cluster.new_database(),
            _folder: None,
        })
    }
}
