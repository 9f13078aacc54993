//! Offers, demands, their versions, and the stored matches.

super::step!(
    "
CREATE TABLE offer (
  id {uuid} PRIMARY KEY, organisation_id {uuid} NOT NULL REFERENCES organisation (id), state text NOT NULL,
  version integer NOT NULL, content {json} NOT NULL, source_ref text,
  created_at {time} NOT NULL, updated_at {time} NOT NULL, UNIQUE (organisation_id, source_ref));
CREATE INDEX offer_state ON offer (state, id);
CREATE TABLE offer_version (
  offer_id {uuid} NOT NULL REFERENCES offer (id), version integer NOT NULL, state text NOT NULL,
  content {json} NOT NULL, created_at {time} NOT NULL, PRIMARY KEY (offer_id, version));
CREATE TABLE demand (
  id {uuid} PRIMARY KEY, organisation_id {uuid} NOT NULL REFERENCES organisation (id), state text NOT NULL,
  version integer NOT NULL, content {json} NOT NULL, source_ref text,
  created_at {time} NOT NULL, updated_at {time} NOT NULL, UNIQUE (organisation_id, source_ref));
CREATE INDEX demand_state ON demand (state, id);
CREATE TABLE demand_version (
  demand_id {uuid} NOT NULL REFERENCES demand (id), version integer NOT NULL, state text NOT NULL,
  content {json} NOT NULL, created_at {time} NOT NULL, PRIMARY KEY (demand_id, version));
CREATE TABLE demand_exclusion (
  demand_id {uuid} NOT NULL REFERENCES demand (id), organisation_id {uuid} NOT NULL,
  PRIMARY KEY (demand_id, organisation_id));
CREATE TABLE demand_offer_match (
  id {uuid} PRIMARY KEY, demand_id {uuid} NOT NULL REFERENCES demand (id),
  offer_id {uuid} NOT NULL REFERENCES offer (id), demand_organisation_id {uuid} NOT NULL,
  offer_organisation_id {uuid} NOT NULL, demand_version integer NOT NULL, offer_version integer NOT NULL,
  decision text NOT NULL, score integer NOT NULL, demander_side integer NOT NULL, provider_side integer,
  rank_key integer NOT NULL, explanation {json} NOT NULL, scorer_version text NOT NULL,
  computed_at {time} NOT NULL, UNIQUE (demand_id, offer_id));
CREATE INDEX match_of_demand ON demand_offer_match (demand_id, rank_key, id);
CREATE INDEX match_of_offer ON demand_offer_match (offer_id, rank_key, id);
CREATE INDEX match_of_pair ON demand_offer_match (demand_organisation_id, offer_organisation_id)
"
);
