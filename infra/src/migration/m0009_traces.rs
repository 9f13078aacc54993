//! Who looked at whose data, in lines that are only ever added: no statement changes one, whoever sends it. And what an
//! offer has shown of its numbers, which stays known. Offers from before have shown nothing that is remembered.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: &str = "
CREATE TABLE access_log (
  id {uuid} PRIMARY KEY, at {time} NOT NULL, person_id {uuid} REFERENCES person (id), acting_id {uuid}, network text,
  owner_id {uuid} NOT NULL, event_id {uuid}, resource text NOT NULL, deed text NOT NULL, operation text NOT NULL,
  objects {json} NOT NULL);
CREATE INDEX access_log_owner ON access_log (owner_id, id);
CREATE INDEX access_log_event ON access_log (event_id, id);
CREATE INDEX access_log_person ON access_log (person_id, id);
CREATE INDEX access_log_at ON access_log (at);
ALTER TABLE offer ADD COLUMN disclosed {json}
";

/// Each is one statement with semicolons in it.
const ONLY_ADDED: [(bool, &str); 3] = [
    (
        true,
        "CREATE FUNCTION access_log_only_added() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'lines of the access log are not changed'; END $$",
    ),
    (
        true,
        "CREATE TRIGGER access_log_only_added BEFORE UPDATE ON access_log
         FOR EACH STATEMENT EXECUTE FUNCTION access_log_only_added()",
    ),
    (
        false,
        "CREATE TRIGGER access_log_only_added BEFORE UPDATE ON access_log
         BEGIN SELECT RAISE(ABORT, 'lines of the access log are not changed'); END",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await?;
        let postgres = manager.get_database_backend() == sea_orm::DatabaseBackend::Postgres;
        for (_, statement) in ONLY_ADDED.iter().filter(|(of, _)| *of == postgres) {
            let connection = manager.get_connection();
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
