//! Matching days. Every scarce thing has a unique key: an organisation's registration, a person as a delegate,
//! a request for a pair, the running arrangement of a day, a table's slot, a delegate's slot.

super::step!(
    "
CREATE TABLE matching_day (
  id {uuid} PRIMARY KEY, organiser_id {uuid} NOT NULL REFERENCES organisation (id), title {json} NOT NULL,
  venue {json} NOT NULL, zone text NOT NULL, state text NOT NULL, version integer NOT NULL,
  registration_opens_at {time} NOT NULL, registration_closes_at {time} NOT NULL,
  requests_open_at {time} NOT NULL, requests_close_at {time} NOT NULL,
  slots {json} NOT NULL, tables {json} NOT NULL, created_at {time} NOT NULL);
CREATE TABLE registration (
  id {uuid} PRIMARY KEY, event_id {uuid} NOT NULL REFERENCES matching_day (id),
  organisation_id {uuid} NOT NULL REFERENCES organisation (id), side text NOT NULL,
  meetings_min integer NOT NULL, meetings_max integer, withdrawn boolean NOT NULL,
  version integer NOT NULL, created_at {time} NOT NULL, UNIQUE (event_id, organisation_id));
CREATE TABLE delegate (
  id {uuid} PRIMARY KEY, registration_id {uuid} NOT NULL REFERENCES registration (id),
  event_id {uuid} NOT NULL REFERENCES matching_day (id), person_id {uuid} NOT NULL REFERENCES person (id),
  fields text NOT NULL, languages {json} NOT NULL, remote boolean NOT NULL, unavailable_slots {json} NOT NULL,
  UNIQUE (event_id, person_id));
CREATE INDEX delegate_registration ON delegate (registration_id);
CREATE TABLE meeting_request (
  id {uuid} PRIMARY KEY, event_id {uuid} NOT NULL REFERENCES matching_day (id),
  demander_id {uuid} NOT NULL REFERENCES registration (id),
  provider_id {uuid} NOT NULL REFERENCES registration (id), sent_by text NOT NULL, priority text NOT NULL,
  demand_id {uuid} REFERENCES demand (id), offer_id {uuid} REFERENCES offer (id), message text,
  answer text NOT NULL, version integer NOT NULL, created_at {time} NOT NULL,
  UNIQUE (event_id, demander_id, provider_id));
CREATE INDEX meeting_request_demander ON meeting_request (demander_id, id);
CREATE INDEX meeting_request_provider ON meeting_request (provider_id, id);
CREATE TABLE arrangement (
  id {uuid} PRIMARY KEY, event_id {uuid} NOT NULL REFERENCES matching_day (id), number integer NOT NULL,
  state text NOT NULL, input {json} NOT NULL, result {json}, failure text, progress {json},
  created_by {uuid} NOT NULL REFERENCES person (id), created_at {time} NOT NULL, finished_at {time},
  published_at {time}, UNIQUE (event_id, number));
CREATE UNIQUE INDEX arrangement_running ON arrangement (event_id) WHERE state IN ('queued', 'running');
CREATE TABLE meeting (
  id {uuid} PRIMARY KEY, arrangement_id {uuid} NOT NULL REFERENCES arrangement (id),
  event_id {uuid} NOT NULL REFERENCES matching_day (id),
  demander_id {uuid} NOT NULL REFERENCES registration (id),
  provider_id {uuid} NOT NULL REFERENCES registration (id), request_id {uuid} REFERENCES meeting_request (id),
  slot integer NOT NULL, table_number integer, state text NOT NULL, locked boolean NOT NULL,
  version integer NOT NULL, UNIQUE (arrangement_id, demander_id, provider_id));
CREATE UNIQUE INDEX meeting_table ON meeting (arrangement_id, slot, table_number) WHERE state <> 'cancelled';
CREATE INDEX meeting_demander ON meeting (demander_id);
CREATE INDEX meeting_provider ON meeting (provider_id);
CREATE TABLE meeting_delegate (
  meeting_id {uuid} NOT NULL REFERENCES meeting (id), delegate_id {uuid} NOT NULL REFERENCES delegate (id),
  arrangement_id {uuid} NOT NULL, slot integer NOT NULL, PRIMARY KEY (meeting_id, delegate_id),
  UNIQUE (arrangement_id, slot, delegate_id));
CREATE INDEX meeting_delegate_delegate ON meeting_delegate (delegate_id);
CREATE TABLE invitation (
  delegate_id {uuid} NOT NULL REFERENCES delegate (id), demander_id {uuid} NOT NULL, provider_id {uuid} NOT NULL,
  sent {json} NOT NULL, PRIMARY KEY (delegate_id, demander_id, provider_id))
"
);
