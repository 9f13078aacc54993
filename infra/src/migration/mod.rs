//! The schema's history: forward only, each step safe beside the version that ran before it.
//!
//! Steps are SQL that SQLite and PostgreSQL both understand; only the types differ, written `{uuid}`, `{json}`,
//! `{time}` and `{sequence}`.

mod m0001_people;
mod m0002_catalogue;
mod m0003_matching_day;
mod m0004_work;
mod m0005_terminology;
mod m0006_event_weights;
mod m0007_text_model;
mod m0008_identity;
mod m0009_traces;
mod m0010_kept_matches;
mod m0011_job_lane;
mod m0012_arrangement_rules;
mod m0013_match_facts;
mod m0014_decline_reason;

use sea_orm_migration::prelude::*;

/// All steps, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_catalogue::Migration),
            Box::new(m0003_matching_day::Migration),
            Box::new(m0004_work::Migration),
            Box::new(m0005_terminology::Migration),
            Box::new(m0006_event_weights::Migration),
            Box::new(m0007_text_model::Migration),
            Box::new(m0008_identity::Migration),
            Box::new(m0009_traces::Migration),
            Box::new(m0010_kept_matches::Migration),
            Box::new(m0011_job_lane::Migration),
            Box::new(m0012_arrangement_rules::Migration),
            Box::new(m0013_match_facts::Migration),
            Box::new(m0014_decline_reason::Migration),
        ]
    }
}

/// Runs statements separated by `;`, with the types of the database at hand.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == sea_orm::DatabaseBackend::Postgres;
    let types = if postgres {
        [
            ("{uuid}", "uuid"),
            ("{json}", "jsonb"),
            ("{time}", "timestamptz"),
            (
                "{sequence}",
                "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ),
        ]
    } else {
        [
            ("{uuid}", "uuid_text"),
            ("{json}", "json_text"),
            ("{time}", "timestamp_with_timezone_text"),
            ("{sequence}", "integer PRIMARY KEY AUTOINCREMENT"),
        ]
    };
    let sql = types
        .iter()
        .fold(sql.to_owned(), |sql, (name, typ)| sql.replace(name, typ));
    for statement in sql.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}

/// Declares a step from its SQL.
macro_rules! step {
    ($sql:literal) => {
        use sea_orm_migration::prelude::*;

        #[derive(DeriveMigrationName)]
        pub(super) struct Migration;

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                super::run(manager, $sql).await
            }
        }
    };
}
use step;
