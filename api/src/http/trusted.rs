//! Documents that the operator knows beforehand, by the SHA-256 of their text: a client may send the hash instead of
//! the document, and the operator may refuse all others.

use async_graphql::parser::parse_query;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// The trusted documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted {
    by_hash: Arc<HashMap<String, String>>,
    only: bool,
}

/// Why the file of trusted documents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustedError {
    /// The file.
    #[error("{0} cannot be read: {1}")]
    File(String, #[source] std::io::Error),
    /// Its form.
    #[error("{0} must be one JSON object of SHA-256 in hexadecimal and document: {1}")]
    Form(String, #[source] serde_json::Error),
    /// A hash that is not the document's.
    #[error("{0}: the document under {1} has the SHA-256 {2}")]
    Hash(String, String, String),
    /// A document that is none.
    #[error("{0}: under {1} is no GraphQL document: {2}")]
    Document(String, String, String),
}

impl Trusted {
    /// Reads the manifest that compilers write (`relay-compiler`, `generate-persisted-query-manifest`): an object of
    /// hash and text. With `only`, nothing else runs.
    ///
    /// # Errors
    /// See [`TrustedError`].
    pub fn read(file: &Path, only: bool) -> Result<Self, TrustedError> {
        let at = || file.display().to_string();
        let text =
            std::fs::read_to_string(file).map_err(|error| TrustedError::File(at(), error))?;
        let by_hash: HashMap<String, String> =
            serde_json::from_str(&text).map_err(|error| TrustedError::Form(at(), error))?;
        for (hash, document) in &by_hash {
            let real = sha256(document);
            if *hash != real {
                return Err(TrustedError::Hash(at(), hash.clone(), real));
            }
            parse_query(document)
                .map_err(|error| TrustedError::Document(at(), hash.clone(), error.to_string()))?;
        }
        Ok(Self {
            by_hash: Arc::new(by_hash),
            only,
        })
    }

    /// The document with this hash; `sha256:` may stand before it.
    pub(super) fn get(&self, hash: &str) -> Option<&str> {
        let hash = hash.strip_prefix("sha256:").unwrap_or(hash);
        self.by_hash.get(hash).map(String::as_str)
    }

    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// Whether a document may run.
    pub(super) fn admits(&self, document: &str) -> bool {
        !self.only || self.by_hash.contains_key(&sha256(document))
    }
}

fn sha256(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_file_is_trusted_and_the_file_must_be_true() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("documents.json");
        let read = |content: &str, only| {
            std::fs::write(&file, content).unwrap();
            Trusted::read(&file, only)
        };
        let document = "{ a }";
        let hash = sha256(document);
        assert_eq!(&hash[..8], "1c7e1e34");
        let good = serde_json::json!({ &hash: document }).to_string();
        let trusted = read(&good, true).unwrap();
        assert_eq!(trusted.get(&hash), Some(document));
        assert_eq!(trusted.get(&format!("sha256:{hash}")), Some(document));
        assert_eq!(trusted.get("1c7e"), None);
        assert!(trusted.admits(document) && !trusted.admits("{ b }"));
        assert!(read(&good, false).unwrap().admits("{ b }"));
        assert!(Trusted::default().admits("{ b }"));

        let wrong = serde_json::json!({ &hash: "{ b }" }).to_string();
        assert!(matches!(read(&wrong, true), Err(TrustedError::Hash(..))));
        let broken = serde_json::json!({ sha256("{"): "{" }).to_string();
        assert!(matches!(
            read(&broken, true),
            Err(TrustedError::Document(..))
        ));
        assert!(matches!(read("[]", true), Err(TrustedError::Form(..))));
        let nowhere = Trusted::read(&folder.path().join("x"), true);
        assert!(matches!(nowhere, Err(TrustedError::File(..))));
    }
}
