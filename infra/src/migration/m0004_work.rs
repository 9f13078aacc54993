//! What is to be done and what has happened: the outbox, the change log, the answers to idempotency keys.

super::step!(
    "
CREATE TABLE outbox (
  id {uuid} PRIMARY KEY, job {json} NOT NULL, state text NOT NULL, attempts integer NOT NULL, due_at {time} NOT NULL,
  leased_until {time}, lease {uuid}, last_error text, created_at {time} NOT NULL, done_at {time});
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE TABLE change_log (
  seq {sequence}, change {json} NOT NULL, created_at {time} NOT NULL);
CREATE INDEX change_log_created ON change_log (created_at);
CREATE TABLE idempotency (
  person_id {uuid} NOT NULL, operation text NOT NULL, idempotency_key text NOT NULL, input_hash text NOT NULL,
  result text NOT NULL, created_at {time} NOT NULL, PRIMARY KEY (person_id, operation, idempotency_key))
"
);
