//! Matching days: one-to-one meetings between those who need data and those who hold them.
//!
//! [`event`] is the day with its slots, tables, windows and states; [`registration`] who comes; [`request`] who wants
//! to meet whom; [`rules`] and [`pair_rule`] what the organiser rules about the timetable; [`situation`] turns all that
//! into a scheduling problem, on the [`ground`] of what has begun and been published, [`arrangement`] its result into meetings, and [`telling`] says why there is none;
//! [`meeting`] a meeting of a timetable, and [`place`] where it may stand; [`agenda`] a person's day; [`event_weights`] what matches count by at this day,
//! and [`shown`] which of them somebody saw, and what came of it.

pub mod agenda;
pub mod arrangement;
pub mod event;
pub mod event_weights;
pub mod ground;
pub mod meeting;
pub mod pair_rule;
pub mod place;
pub mod registration;
pub mod request;
pub mod rules;
pub mod shown;
pub mod situation;
pub mod telling;

pub use event::{EventPlan, EventState, EventTable, MatchingDay, SessionPlan, TimeSlot};
pub use event_weights::{EventWeights, WeightsOrigin};
pub use ground::Ground;
pub use meeting::{Meeting, MeetingState};
pub use pair_rule::{PairRule, RuledPair};
pub use place::Place;
pub use registration::{Delegate, DelegatePlan, HalfDay, Registration, RegistrationPlan, Side};
pub use request::{Answer, DeclineReason, MeetingRequest, Priority};
pub use rules::{ArrangementRules, EventResource, GroupRule, Grouping, Rules};
pub use shown::Shown;
pub use situation::{PairScore, Situation};
