//! The access log: lines are added and read, and deleted once they are older than they have to be kept.

use super::error::{json, to_json, vocabulary};
use super::{Access, Store, StoreError, Tx, page};
use crate::entity::{access_log as row, arrangement, meeting};
use matchday_domain::id::{AccessLineId, GlobalId, MatchingDayId, OrganisationId, PersonId};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::privacy::{AccessDeed, AccessLine, AccessResource};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

const TABLE: &str = "access_log";

/// The owner of what is nobody's: the column knows no null, and no finder asks for this one.
const NOBODY: Uuid = Uuid::nil();

/// Whose lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogOf {
    /// About the data of an organisation.
    Owner(OrganisationId),
    /// About a matching day.
    Event(MatchingDayId),
}

/// Which lines are wanted; what is left out does not restrict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// About this kind of thing.
    pub resource: Option<AccessResource>,
    /// Of this deed.
    pub deed: Option<AccessDeed>,
    /// By people of this organisation.
    pub acting: Option<OrganisationId>,
    /// From this instant on.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

fn read(row: row::Model) -> Result<AccessLine, StoreError> {
    Ok(AccessLine {
        id: AccessLineId(row.id),
        at: row.at,
        person: row.person_id.map(PersonId),
        acting: row.acting_id.map(OrganisationId),
        network: row.network,
        owner: (row.owner_id != NOBODY).then_some(OrganisationId(row.owner_id)),
        event: row.event_id.map(MatchingDayId),
        resource: vocabulary(TABLE, &row.resource, AccessResource::from_code)?,
        deed: vocabulary(TABLE, &row.deed, AccessDeed::from_code)?,
        operation: row.operation,
        objects: json(TABLE, row.objects)?,
    })
}

async fn insert(conn: &impl ConnectionTrait, lines: &[AccessLine]) -> Result<(), StoreError> {
    let rows = lines.iter().map(|line| {
        Ok(row::ActiveModel {
            id: Set(line.id.0),
            at: Set(line.at),
            person_id: Set(line.person.map(Uuid::from)),
            acting_id: Set(line.acting.map(Uuid::from)),
            network: Set(line.network.clone()),
            owner_id: Set(line.owner.map_or(NOBODY, Uuid::from)),
            event_id: Set(line.event.map(Uuid::from)),
            resource: Set(line.resource.code().to_owned()),
            deed: Set(line.deed.code().to_owned()),
            operation: Set(line.operation.clone()),
            objects: Set(to_json(TABLE, &line.objects)?),
        })
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    // A page of a hundred things has far fewer owners than that.
    for chunk in rows.chunks(1_000) {
        row::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Adds the lines of what a request read, in a statement of its own.
    ///
    /// # Errors
    /// The database; then nobody may get to see what was read.
    pub async fn add_access_lines(&self, lines: &[AccessLine]) -> Result<(), StoreError> {
        let _turn = self.turn().await?;
        insert(&self.conn, lines).await
    }
}

impl Tx {
    /// Adds the lines of a change, in its transaction.
    ///
    /// # Errors
    /// The database.
    pub async fn add_access_lines(&self, lines: &[AccessLine]) -> Result<(), StoreError> {
        insert(&self.conn, lines).await
    }

    /// Deletes lines from before an instant; tells how many.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_access_lines(&self, before: Timestamp) -> Result<u64, StoreError> {
        let done = row::Entity::delete_many()
            .filter(row::Column::At.lt(before))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected)
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// Lines, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn access_page(
        &self,
        of: LogOf,
        filter: LogFilter,
        request: PageRequest<Uuid>,
    ) -> Result<Page<AccessLine>, StoreError> {
        let mut select = row::Entity::find().filter(match of {
            LogOf::Owner(owner) => row::Column::OwnerId.eq(owner.0),
            LogOf::Event(event) => row::Column::EventId.eq(event.0),
        });
        if let Some(resource) = filter.resource {
            select = select.filter(row::Column::Resource.eq(resource.code()));
        }
        if let Some(deed) = filter.deed {
            select = select.filter(row::Column::Deed.eq(deed.code()));
        }
        if let Some(acting) = filter.acting {
            select = select.filter(row::Column::ActingId.eq(acting.0));
        }
        if let Some(since) = filter.since {
            select = select.filter(row::Column::At.gte(since));
        }
        if let Some(until) = filter.until {
            select = select.filter(row::Column::At.lt(until));
        }
        let page = page::by_id(&self.conn, select, row::Column::Id, request).await?;
        page.try_map(read)
    }

    /// Lines by id, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn access_lines(&self, ids: &[AccessLineId]) -> Result<Vec<AccessLine>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Whom a change of an object concerns besides who made it, and at which matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn concerned_by(
        &self,
        object: GlobalId,
    ) -> Result<(Vec<OrganisationId>, Option<MatchingDayId>), StoreError> {
        Ok(match object {
            GlobalId::OrganisationId(id) => (vec![id], None),
            GlobalId::MatchingDayId(id) => (Vec::new(), Some(id)),
            GlobalId::RegistrationId(id) => {
                let found = self.registrations(&[id]).await?;
                let event = found.first().map(|registration| registration.event);
                (Vec::new(), event)
            }
            // Of a request that says "no thanks" the other side must not hear.
            GlobalId::MeetingRequestId(id) => {
                let found = self.requests(&[id]).await?;
                (Vec::new(), found.first().map(|request| request.event))
            }
            GlobalId::ArrangementId(id) => {
                let event: Option<Uuid> = arrangement::Entity::find_by_id(id.0)
                    .select_only()
                    .column(arrangement::Column::EventId)
                    .into_tuple()
                    .one(&self.conn)
                    .await?;
                (Vec::new(), event.map(MatchingDayId))
            }
            GlobalId::MeetingId(id) => {
                let Some(found) = meeting::Entity::find_by_id(id.0).one(&self.conn).await? else {
                    return Ok((Vec::new(), None));
                };
                let parties = [found.demander_id, found.provider_id].map(Into::into);
                let parties = self.registrations(&parties).await?;
                let parties = parties.iter().map(|party| party.organisation);
                (parties.collect(), Some(MatchingDayId(found.event_id)))
            }
            _ => (Vec::new(), None),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::StoreConfig;
    use std::time::Duration;

    #[tokio::test]
    async fn a_line_is_not_changed_by_any_statement() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.sqlite");
        let config = StoreConfig {
            url: format!("sqlite:{}?mode=rwc", file.display()),
            max_connections: 1,
            acquire_timeout: Duration::from_secs(30),
        };
        let store = Store::connect(&config).await.unwrap();
        store.migrate().await.unwrap();
        let line = AccessLine {
            id: AccessLineId(Uuid::from_u128(1)),
            at: "2026-11-15T01:00:00Z".parse().unwrap(),
            person: None,
            acting: None,
            network: Some("192.0.2.0/24".to_owned()),
            owner: Some(OrganisationId(Uuid::from_u128(7))),
            event: None,
            resource: AccessResource::Demand,
            deed: AccessDeed::Read,
            operation: "demands".to_owned(),
            objects: vec![Uuid::from_u128(9)],
        };
        store
            .add_access_lines(std::slice::from_ref(&line))
            .await
            .unwrap();
        let changed = "UPDATE access_log SET network = NULL";
        assert!(store.conn.execute_unprepared(changed).await.is_err());
        assert_eq!(store.access_lines(&[line.id]).await.unwrap(), [line]);
    }
}
