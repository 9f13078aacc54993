//! Weights of a matching day, a row a version, so that the history is the table and a lost race a violated key; which
//! suggestions an organisation has seen, once for each pair, to learn from no other; and, beside the whole explanation
//! of a match, the numbers that other weights need. Rows from before have none: then they are read from the whole.

super::step!(
    "
CREATE TABLE event_weights (
  event_id {uuid} NOT NULL REFERENCES matching_day (id), version integer NOT NULL, weights {json} NOT NULL,
  origin text NOT NULL, reason text NOT NULL, set_by {uuid} NOT NULL REFERENCES person (id), set_at {time} NOT NULL,
  calibration {json}, PRIMARY KEY (event_id, version));
CREATE TABLE suggestion_shown (
  event_id {uuid} NOT NULL REFERENCES matching_day (id), viewer_id {uuid} NOT NULL REFERENCES registration (id),
  other_id {uuid} NOT NULL REFERENCES registration (id), demand_id {uuid} NOT NULL REFERENCES demand (id),
  offer_id {uuid} NOT NULL REFERENCES offer (id), rank integer NOT NULL, propensity double precision NOT NULL,
  weights_version integer NOT NULL, criteria {json} NOT NULL, shown_at {time} NOT NULL,
  PRIMARY KEY (event_id, viewer_id, demand_id, offer_id));
ALTER TABLE demand_offer_match ADD COLUMN criteria {json}
"
);
