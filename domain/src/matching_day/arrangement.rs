//! stub
use crate::id::*;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
crate::vocabulary! { /// s
RunState { Queued="queued","대기","queued"; Running="running","실행 중","running"; Done="done","완료","done"; Failed="failed","실패","failed"; Cancelled="cancelled","취소","cancelled"; } }
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct X {}
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: ArrangementId,
    pub event: MatchingDayId,
    pub number: i32,
    pub state: RunState,
    pub input: X,
    pub result: Option<X>,
    pub failure: Option<String>,
    pub progress: Option<X>,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
}
