//! stub
use crate::id::*;
use crate::use_conditions::Decision;
use serde::*;
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {}
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    pub demand: DemandId,
    pub offer: OfferId,
    pub demand_version: i32,
    pub offer_version: i32,
    pub decision: Decision,
    pub score: i32,
    pub demander_side: i32,
    pub provider_side: Option<i32>,
    pub explanation: Explanation,
    pub scorer_version: String,
}
impl Match {
    pub fn rank_key(&self) -> i32 {
        0
    }
}
