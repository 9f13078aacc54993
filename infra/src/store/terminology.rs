//! What the operator adds to the terminology: the KCD and a thesaurus, each as one text of its kept rows.

use super::{Access, StoreError, Tx, hash};
use crate::entity::terminology_source;
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

/// A file of the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TerminologySource {
    /// The official KCD.
    Kcd,
    /// A thesaurus.
    Thesaurus,
}

impl TerminologySource {
    fn code(self) -> &'static str {
        match self {
            Self::Kcd => "kcd",
            Self::Thesaurus => "thesaurus",
        }
    }
}

/// The kept rows of both files; empty where none was imported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TerminologySources {
    /// Changes with the content.
    pub version: String,
    /// Lines of the KCD.
    pub kcd: String,
    /// Lines of the thesaurus.
    pub thesaurus: String,
}

impl<C: ConnectionTrait> Access<C> {
    /// Changes whenever the content does; empty where nothing was imported.
    ///
    /// # Errors
    /// The database.
    pub async fn terminology_version(&self) -> Result<String, StoreError> {
        let digests: Vec<(String, String)> = terminology_source::Entity::find()
            .select_only()
            .column(terminology_source::Column::Source)
            .column(terminology_source::Column::Digest)
            .order_by_asc(terminology_source::Column::Source)
            .into_tuple()
            .all(&self.conn)
            .await?;
        Ok(version(digests.into_iter()))
    }

    /// What was imported.
    ///
    /// # Errors
    /// The database.
    pub async fn terminology_sources(&self) -> Result<TerminologySources, StoreError> {
        let rows = terminology_source::Entity::find()
            .order_by_asc(terminology_source::Column::Source)
            .all(&self.conn)
            .await?;
        let digests = rows
            .iter()
            .map(|row| (row.source.clone(), row.digest.clone()));
        let mut sources = TerminologySources {
            version: version(digests),
            ..TerminologySources::default()
        };
        for row in rows {
            if row.source == TerminologySource::Kcd.code() {
                sources.kcd = row.content;
            } else if row.source == TerminologySource::Thesaurus.code() {
                sources.thesaurus = row.content;
            }
        }
        Ok(sources)
    }
}

fn version(digests: impl Iterator<Item = (String, String)>) -> String {
    let parts = digests.map(|(source, digest)| format!("{source}={digest};"));
    parts.collect()
}

impl Tx {
    /// Puts the rows of a file in the place of those of an earlier one; tells whether they differ.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_terminology(
        &self,
        source: TerminologySource,
        content: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let digest = hash(&content);
        let known = terminology_source::Entity::find_by_id(source.code().to_owned())
            .one(&self.conn)
            .await?;
        if known.map_or(content.is_empty(), |row| row.digest == digest) {
            return Ok(false);
        }
        let row = terminology_source::ActiveModel {
            source: Set(source.code().to_owned()),
            content: Set(content),
            digest: Set(digest),
            imported_at: Set(now),
        };
        let columns = [
            terminology_source::Column::Content,
            terminology_source::Column::Digest,
            terminology_source::Column::ImportedAt,
        ];
        terminology_source::Entity::insert(row)
            .on_conflict(
                OnConflict::column(terminology_source::Column::Source)
                    .update_columns(columns)
                    .to_owned(),
            )
            .exec_without_returning(&self.conn)
            .await?;
        Ok(true)
    }
}
