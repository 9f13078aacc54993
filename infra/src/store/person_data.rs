//! All that is held about a person, wherever it is: found by what the schema says, so that a new table is not forgotten.
//!
//! [`TRACES`] decides what becomes of the rows of each column that points to a person; columns that the schema knows and
//! the register does not are exported all the same, and kept.

use super::{Access, StoreError, Tx};
use crate::entity::{invitation, outbox, person};
use matchday_domain::id::PersonId;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::privacy::erasure::{ADDRESSES, TRACES};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, Statement, Value,
};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Rows by table, as JSON objects.
pub type PersonRows = BTreeMap<String, Vec<Json>>;

/// Where a text occurs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mention {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Rows in which it occurs.
    pub rows: u64,
}

/// A column as the database describes it.
struct Column {
    table: String,
    name: String,
    typ: String,
}

/// What nobody may read, and what is about everybody at a matching day.
fn is_left_out(column: &Column) -> bool {
    let secret = ["_hash", "_secret"]
        .iter()
        .any(|end| column.name.ends_with(end));
    let of_all =
        column.table == "arrangement" && ["input", "result", "progress"].contains(&&*column.name);
    secret || of_all
}

impl<C: ConnectionTrait> Access<C> {
    async fn rows(&self, sql: String, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError> {
        let backend = self.conn.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        Ok(self.conn.query_all_raw(statement).await?)
    }

    async fn columns(&self) -> Result<Vec<Column>, StoreError> {
        let sql = if self.postgres() {
            "SELECT c.table_name::text AS t, c.column_name::text AS n, c.data_type::text AS y
             FROM information_schema.columns c JOIN information_schema.tables b USING (table_schema, table_name)
             WHERE c.table_schema = current_schema() AND b.table_type = 'BASE TABLE'
             ORDER BY c.table_name, c.ordinal_position"
        } else {
            "SELECT m.name AS t, p.name AS n, lower(p.type) AS y FROM sqlite_master m, pragma_table_info(m.name) p
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid"
        };
        let rows = self.rows(sql.to_owned(), Vec::new()).await?;
        rows.iter()
            .map(|row| {
                Ok(Column {
                    table: row.try_get("", "t")?,
                    name: row.try_get("", "n")?,
                    typ: row.try_get("", "y")?,
                })
            })
            .collect()
    }

    /// Columns that point to a person, as the schema says.
    ///
    /// # Errors
    /// The database.
    pub async fn references_to_person(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = if self.postgres() {
            "SELECT k.conrelid::regclass::text AS t, a.attname::text AS n FROM pg_constraint k
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
             WHERE k.contype = 'f' AND k.confrelid = 'person'::regclass ORDER BY 1, 2"
        } else {
            "SELECT m.name AS t, f.\"from\" AS n FROM sqlite_master m, pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table' AND f.\"table\" = 'person' ORDER BY 1, 2"
        };
        let rows = self.rows(sql.to_owned(), Vec::new()).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "t")?, row.try_get("", "n")?)))
            .collect()
    }

    /// Rows that fulfil a condition, as JSON.
    async fn rows_where(
        &self,
        columns: &[Column],
        table: &str,
        condition: &str,
        value: Value,
    ) -> Result<Vec<Json>, StoreError> {
        let own = columns
            .iter()
            .filter(|column| column.table == table && !is_left_out(column));
        let pairs: Vec<String> = own
            .map(|Column { name, typ, .. }| {
                let read = match &**typ {
                    "uuid_text" => format!(
                        "CASE typeof({name}) WHEN 'blob' THEN lower(substr(hex({name}),1,8)||'-'||substr(hex({name}),9,4)||'-'||substr(hex({name}),13,4)||'-'||substr(hex({name}),17,4)||'-'||substr(hex({name}),21)) ELSE {name} END"
                    ),
                    "json_text" => format!("json({name})"),
                    _ => name.clone(),
                };
                format!("'{name}', {read}")
            })
            .collect();
        let object = if self.postgres() {
            "jsonb_build_object"
        } else {
            "json_object"
        };
        let sql = format!(
            "SELECT CAST({object}({}) AS text) AS found FROM {table} WHERE {condition}",
            pairs.join(", ")
        );
        let rows = self.rows(sql, vec![value]).await?;
        rows.iter()
            .map(|row| {
                let found: String = row.try_get("", "found")?;
                serde_json::from_str(&found).map_err(|e| StoreError::corrupt("person", e))
            })
            .collect()
    }

    /// Everything about a person: what points to him or her, what carries the address, the meetings, the mails, and the
    /// lines of the access log that name him or her as read or changed. Secrets are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn rows_of_person(
        &self,
        person: PersonId,
        email: &EmailAddress,
    ) -> Result<PersonRows, StoreError> {
        let columns = self.columns().await?;
        let mut found = PersonRows::new();
        let id = || Value::from(person.0);
        let delegates = "SELECT id FROM delegate WHERE person_id = $1";
        let mut wanted: Vec<(String, String, Value)> =
            vec![("person".into(), "id = $1".into(), id())];
        for (table, column) in self.pointing_columns(&columns).await? {
            wanted.push((table, format!("{column} = $1"), id()));
        }
        for (table, column) in ADDRESSES {
            wanted.push((
                table.into(),
                format!("{column} = $1"),
                email.as_str().into(),
            ));
        }
        for (table, condition) in [
            ("invitation", format!("delegate_id IN ({delegates})")),
            ("meeting_delegate", format!("delegate_id IN ({delegates})")),
            (
                "meeting",
                format!(
                    "id IN (SELECT meeting_id FROM meeting_delegate WHERE delegate_id IN ({delegates}))"
                ),
            ),
        ] {
            wanted.push((table.into(), condition, id()));
        }
        wanted.push((
            "outbox".into(),
            self.addressed().into(),
            email.as_str().into(),
        ));
        let mut named = vec![person.0];
        let places = self.delegations_of(person).await?;
        named.extend(places.iter().map(|(_, delegate)| delegate.id.0));
        for id in named {
            let text = Value::from(format!("%{id}%"));
            wanted.push((
                "access_log".into(),
                "CAST(objects AS text) LIKE $1".into(),
                text,
            ));
        }
        for (table, condition, value) in wanted {
            if columns.iter().any(|column| column.table == table) {
                let rows = self.rows_where(&columns, &table, &condition, value).await?;
                let known = found.entry(table).or_default();
                for mut row in rows {
                    without_secrets(&mut row);
                    if !known.contains(&row) {
                        known.push(row);
                    }
                }
            }
        }
        found.retain(|_, rows| !rows.is_empty());
        Ok(found)
    }

    /// What the register and the schema name and the database has.
    async fn pointing_columns(
        &self,
        columns: &[Column],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let mut pointing = self.references_to_person().await?;
        pointing.extend(
            TRACES
                .iter()
                .map(|trace| (trace.table.into(), trace.column.into())),
        );
        pointing.sort();
        pointing.dedup();
        pointing.retain(|(table, name)| {
            let is = |column: &Column| column.table == *table && column.name == *name;
            columns.iter().any(is)
        });
        Ok(pointing)
    }

    fn addressed(&self) -> &'static str {
        if self.postgres() {
            "job->'to'->>'email' = $1"
        } else {
            "json_extract(job, '$.to.email') = $1"
        }
    }

    /// Where a text occurs, in whatever table; neither in ids nor, beyond ASCII, in another case.
    ///
    /// # Errors
    /// The database.
    pub async fn mentions(&self, text: &str) -> Result<Vec<Mention>, StoreError> {
        let columns = self.columns().await?;
        let textual = columns.iter().filter(|column| {
            ["text", "json", "jsonb", "json_text", "character varying"].contains(&&*column.typ)
                || column.typ.starts_with("varchar")
        });
        let at = if self.postgres() { "strpos" } else { "instr" };
        let needle = text.to_lowercase();
        let escaped = Json::from(needle.clone()).to_string();
        let escaped = escaped.trim_matches('"').to_owned();
        let mut mentions = Vec::new();
        for Column { table, name, .. } in textual {
            let sql = format!(
                "SELECT count(*) AS n FROM {table} WHERE {at}(lower(CAST({name} AS text)), $1) > 0
                 OR {at}(lower(CAST({name} AS text)), $2) > 0"
            );
            let rows = self
                .rows(sql, vec![needle.clone().into(), escaped.clone().into()])
                .await?;
            let count: i64 = match rows.first() {
                Some(row) => row.try_get("", "n")?,
                None => 0,
            };
            if count > 0 {
                mentions.push(Mention {
                    table: table.clone(),
                    column: name.clone(),
                    rows: u64::try_from(count).unwrap_or(0),
                });
            }
        }
        Ok(mentions)
    }

    /// How many people are known.
    ///
    /// # Errors
    /// The database.
    pub async fn person_count(&self) -> Result<u64, StoreError> {
        use sea_orm::PaginatorTrait;
        Ok(person::Entity::find().count(&self.conn).await?)
    }
}

impl Tx {
    /// Deletes the rows in which a column has a value; tells how many. Tables that the database has not are passed over.
    async fn delete_where(
        &self,
        table: &str,
        condition: &str,
        value: Value,
    ) -> Result<u64, StoreError> {
        let backend = self.conn.get_database_backend();
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        let done = self
            .conn
            .execute_raw(Statement::from_sql_and_values(backend, sql, [value]))
            .await?;
        Ok(done.rows_affected())
    }

    /// Deletes what points to a person in these columns, what carries the address, and the mails to it; tells how many
    /// rows of which table.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_traces(
        &self,
        person: PersonId,
        email: &EmailAddress,
        traces: &[(&str, &str)],
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let columns = self.columns().await?;
        let exists = |table: &str| columns.iter().any(|column| column.table == table);
        let mut deleted = BTreeMap::new();
        for (table, column) in traces.iter().filter(|(table, _)| exists(table)) {
            let condition = format!("{column} = $1");
            let rows = self
                .delete_where(table, &condition, person.0.into())
                .await?;
            *deleted.entry((*table).to_owned()).or_default() += rows;
        }
        for (table, column) in ADDRESSES.iter().filter(|(table, _)| exists(table)) {
            let condition = format!("{column} = $1");
            let rows = self
                .delete_where(table, &condition, email.as_str().into())
                .await?;
            *deleted.entry((*table).to_owned()).or_default() += rows;
        }
        let mails = self
            .delete_where("outbox", self.addressed(), email.as_str().into())
            .await?;
        deleted.insert("outbox".to_owned(), mails);
        deleted.retain(|_, rows| *rows > 0);
        Ok(deleted)
    }

    /// Puts a tombstone into a person's place.
    ///
    /// # Errors
    /// The database.
    pub async fn bury_person(
        &self,
        person: PersonId,
        name: &str,
        email: &str,
    ) -> Result<(), StoreError> {
        person::Entity::update_many()
            .col_expr(person::Column::Name, Expr::value(name))
            .col_expr(person::Column::Email, Expr::value(email))
            .filter(person::Column::Id.eq(person.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Rewrites what the service itself has written about people, in mails to others and in invitations: every string of
    /// them goes through `rewrite`. Tells how many rows changed of which table.
    ///
    /// # Errors
    /// The database.
    pub async fn rewrite_letters(
        &self,
        mentioning: &str,
        rewrite: impl Fn(&str) -> Option<String>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut changed = BTreeMap::new();
        // How the query builder marks a value differs, too.
        let (at, value) = if self.postgres() {
            ("strpos", "$1")
        } else {
            ("instr", "?")
        };
        let has = |column: &str| {
            let sql = format!("{at}(CAST({column} AS text), {value}) > 0");
            Expr::cust_with_values(sql, [mentioning])
        };
        let jobs = outbox::Entity::find()
            .filter(has("job"))
            .all(&self.conn)
            .await?;
        for mut row in jobs {
            if rewrite_strings(&mut row.job, &rewrite) {
                outbox::Entity::update_many()
                    .col_expr(outbox::Column::Job, Expr::value(row.job))
                    .filter(outbox::Column::Id.eq(row.id))
                    .exec(&self.conn)
                    .await?;
                *changed.entry("outbox".to_owned()).or_default() += 1;
            }
        }
        let sent = invitation::Entity::find()
            .filter(has("sent"))
            .all(&self.conn)
            .await?;
        for mut row in sent {
            if rewrite_strings(&mut row.sent, &rewrite) {
                invitation::Entity::update_many()
                    .col_expr(invitation::Column::Sent, Expr::value(row.sent))
                    .filter(invitation::Column::DelegateId.eq(row.delegate_id))
                    .filter(invitation::Column::DemanderId.eq(row.demander_id))
                    .filter(invitation::Column::ProviderId.eq(row.provider_id))
                    .exec(&self.conn)
                    .await?;
                *changed.entry("invitation".to_owned()).or_default() += 1;
            }
        }
        Ok(changed)
    }
}

/// Codes, and addresses that let in whoever knows them, out of a mail.
fn without_secrets(row: &mut Json) {
    if let Some(notice) = row.pointer_mut("/job/notice").and_then(Json::as_object_mut) {
        notice.retain(|field, _| !["code", "link", "feed_url"].contains(&&**field));
    }
}

fn rewrite_strings(json: &mut Json, rewrite: &impl Fn(&str) -> Option<String>) -> bool {
    match json {
        Json::String(text) => match rewrite(text) {
            Some(new) => {
                *text = new;
                true
            }
            None => false,
        },
        Json::Array(items) => items.iter_mut().fold(false, |changed, item| {
            rewrite_strings(item, rewrite) | changed
        }),
        Json::Object(fields) => fields.values_mut().fold(false, |changed, item| {
            rewrite_strings(item, rewrite) | changed
        }),
        _ => false,
    }
}
