//! What the organiser rules about the timetable, a row a version, and about pairs, a row a pair; the rest and
//! the times that an organisation wants, what a meeting needs, and why a run failed, for people.

super::step!(
    "
CREATE TABLE arrangement_rules (
  event_id {uuid} NOT NULL REFERENCES matching_day (id), version integer NOT NULL, rules {json} NOT NULL,
  reason text NOT NULL, set_by {uuid} NOT NULL REFERENCES person (id), set_at {time} NOT NULL,
  PRIMARY KEY (event_id, version));
CREATE TABLE pair_rule (
  event_id {uuid} NOT NULL REFERENCES matching_day (id),
  demander_id {uuid} NOT NULL REFERENCES registration (id),
  provider_id {uuid} NOT NULL REFERENCES registration (id), rule text NOT NULL, reason text NOT NULL,
  set_by {uuid} NOT NULL REFERENCES person (id), set_at {time} NOT NULL,
  PRIMARY KEY (event_id, demander_id, provider_id));
ALTER TABLE registration ADD COLUMN rest_slots integer NOT NULL DEFAULT 0;
ALTER TABLE registration ADD COLUMN preferred_half text;
ALTER TABLE registration ADD COLUMN finishes_early boolean NOT NULL DEFAULT false;
ALTER TABLE meeting_request ADD COLUMN resources {json};
ALTER TABLE arrangement ADD COLUMN failure_reasons {json}
"
);
