//! Who keeps a stored match among its best, its demand, its offer or both, and the last match of every record that has
//! all it may keep, so that a changed record knows whose lists it enters. `changed` numbers the floors in the order of
//! their commits: one transaction at a time writes matches. Matches from before are found anew.

super::step!(
    "
ALTER TABLE demand_offer_match ADD COLUMN by_demand boolean NOT NULL DEFAULT true;
ALTER TABLE demand_offer_match ADD COLUMN by_offer boolean NOT NULL DEFAULT true;
CREATE TABLE match_floor (
  record_id {uuid} PRIMARY KEY, of_demand boolean NOT NULL, rank_key integer, other_id {uuid}, changed bigint NOT NULL);
CREATE INDEX match_floor_changed ON match_floor (changed);
INSERT INTO outbox (id, job, state, attempts, due_at, created_at)
  SELECT id, CAST('{\"job\":\"match_all\"}' AS {json}), 'pending', 0, computed_at, computed_at
  FROM demand_offer_match ORDER BY id LIMIT 1
"
);
