//! Organisations, people, consortia and how people sign in.

super::step!(
    "
CREATE TABLE organisation (
  id {uuid} PRIMARY KEY, kind text NOT NULL, verification text NOT NULL, profile {json} NOT NULL,
  version integer NOT NULL, source_ref text UNIQUE, created_at {time} NOT NULL);
CREATE INDEX organisation_kind ON organisation (kind, id);
CREATE TABLE person (
  id {uuid} PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, language text NOT NULL,
  created_at {time} NOT NULL);
CREATE TABLE membership (
  id {uuid} PRIMARY KEY, person_id {uuid} NOT NULL REFERENCES person (id),
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), role text NOT NULL,
  UNIQUE (person_id, organisation_id));
CREATE INDEX membership_organisation ON membership (organisation_id);
CREATE TABLE consortium (id {uuid} PRIMARY KEY, name {json} NOT NULL, source_ref text UNIQUE);
CREATE TABLE consortium_member (
  id {uuid} PRIMARY KEY, consortium_id {uuid} NOT NULL REFERENCES consortium (id),
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), role text NOT NULL,
  from_date date NOT NULL, until_date date,
  UNIQUE (consortium_id, organisation_id, from_date));
CREATE INDEX consortium_member_organisation ON consortium_member (organisation_id);
CREATE TABLE sign_in (
  id {uuid} PRIMARY KEY, email text NOT NULL, code_hash text NOT NULL, link_hash text NOT NULL UNIQUE,
  attempts integer NOT NULL, created_at {time} NOT NULL, expires_at {time} NOT NULL, used_at {time});
CREATE INDEX sign_in_email ON sign_in (email, created_at);
CREATE TABLE session (
  id {uuid} PRIMARY KEY, token_hash text NOT NULL UNIQUE, person_id {uuid} NOT NULL REFERENCES person (id),
  organisation_id {uuid} REFERENCES organisation (id), created_at {time} NOT NULL,
  expires_at {time} NOT NULL, revoked_at {time});
CREATE TABLE calendar_feed (
  id {uuid} PRIMARY KEY, token_hash text NOT NULL UNIQUE, person_id {uuid} NOT NULL REFERENCES person (id),
  created_at {time} NOT NULL, revoked_at {time});
CREATE INDEX calendar_feed_person ON calendar_feed (person_id);
"
);
