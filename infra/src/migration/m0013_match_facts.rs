//! Reports look at every match, and a row of them is some kilobytes: the order of matches is indexed with the pair.

super::step!(
    "
CREATE INDEX match_of_demand_with_offer ON demand_offer_match (demand_id, rank_key, id, offer_id);
CREATE INDEX match_of_offer_with_demand ON demand_offer_match (offer_id, rank_key, id, demand_id);
DROP INDEX match_of_demand;
DROP INDEX match_of_offer
"
);
