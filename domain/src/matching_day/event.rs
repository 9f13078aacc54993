//! The day itself: slots with breaks, tables, windows, and the states it goes through.

use crate::catalogue::offer::wrong_state;
use crate::id::{MatchingDayId, OrganisationId};
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::{Message, Text};
use crate::time::{Timestamp, Window, minutes};
use chrono::{NaiveDate, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most slots a matching day may have.
pub const MAX_SLOTS: usize = 200;
/// Most tables a matching day may have.
pub const MAX_TABLES: usize = 500;

crate::vocabulary! {
    /// Where a matching day stands.
    EventState {
        Draft = "draft", "준비 중", "draft";
        Registration = "registration", "참가 등록", "registration";
        Requests = "requests", "상담 신청", "requests";
        Arranging = "arranging", "주선 중", "arranging";
        Published = "published", "일정 공개", "published";
        Running = "running", "진행 중", "running";
        Closed = "closed", "종료", "closed";
        Cancelled = "cancelled", "취소", "cancelled";
    }
}

/// A stretch of one day without a break, cut into slots of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPlan {
    /// The day, in the event's zone.
    pub date: NaiveDate,
    /// When the first slot begins.
    pub starts: NaiveTime,
    /// When the last slot has ended; later than `starts`, so never across midnight.
    pub ends: NaiveTime,
    /// Length of a slot, 5 to 240 minutes.
    pub slot_minutes: i64,
    /// Pause between two slots, 0 to 60 minutes; it does not count as a break.
    pub gap_minutes: i64,
}

/// A slot of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSlot {
    /// From 0, in order of time.
    pub index: i32,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Whether a break lies before it: another session or another day.
    pub follows_break: bool,
}

/// A table, or a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTable {
    /// From 1.
    pub number: i32,
    /// What the sign says.
    pub name: String,
    /// Indexes of the slots in which it is not there, ascending.
    #[serde(default)]
    pub closed: Vec<i32>,
}

/// What the organiser plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPlan {
    /// Title, in one language at least.
    pub title: Text,
    /// Where.
    pub venue: Text,
    /// The event's time zone.
    pub zone: Tz,
    /// Sessions in order of time.
    pub sessions: Vec<SessionPlan>,
    /// Names of the tables.
    pub tables: Vec<String>,
    /// When organisations may register.
    pub registration: Window,
    /// When requests may be sent and answered.
    pub requests: Window,
}

/// A matching day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchingDay {
    /// Identity.
    pub id: MatchingDayId,
    /// Who holds it.
    pub organiser: OrganisationId,
    /// Title.
    pub title: Text,
    /// Where.
    pub venue: Text,
    /// Time zone.
    pub zone: Tz,
    /// Where it stands.
    pub state: EventState,
    /// Raised by one at every change.
    pub version: i32,
    /// When organisations may register.
    pub registration: Window,
    /// When requests may be sent and answered.
    pub requests: Window,
    /// Slots in order of time.
    pub slots: Vec<TimeSlot>,
    /// Tables by number.
    pub tables: Vec<EventTable>,
    /// When it was first saved.
    pub created_at: Timestamp,
}

impl MatchingDay {
    /// A draft from a plan.
    ///
    /// # Errors
    /// All that is wrong with the plan, by field.
    pub fn plan(
        id: MatchingDayId,
        organiser: OrganisationId,
        plan: EventPlan,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        let mut check = Check::new();
        check.require(!plan.title.is_empty(), || Problem::required("title"));
        check.text("title", &plan.title, 200);
        check.text("venue", &plan.venue, 200);
        for (path, window) in [
            ("registrationWindow", plan.registration),
            ("requestWindow", plan.requests),
        ] {
            check.require(window.opens_at < window.closes_at, || {
                Problem::not_ordered(&format!("{path}.closesAt"))
            });
            check.require(
                window.opens_at >= window.closes_at || window.is_valid(),
                || {
                    Problem::at(
                        path,
                        Code::Invalid,
                        Message::new(
                            "시각은 분 단위여야 합니다.",
                            "Instants must lie on a whole minute.",
                        ),
                    )
                },
            );
        }
        check.require(!plan.tables.is_empty(), || Problem::required("tables"));
        check.at_most("tables", plan.tables.len(), MAX_TABLES);
        for (i, name) in plan.tables.iter().enumerate().take(MAX_TABLES) {
            let path = format!("tables.{i}");
            check.require(!name.trim().is_empty(), || Problem::required(&path));
            check.prose(&path, name, 60);
            check.require(!plan.tables[..i].contains(name), || {
                Problem::at(
                    &path,
                    Code::Duplicate,
                    Message::new(
                        "같은 이름의 테이블이 있습니다.",
                        "Two tables have this name.",
                    ),
                )
            });
        }
        let mut slots = Vec::new();
        match plan_slots(&plan.sessions, plan.zone) {
            Ok(planned) => slots = planned,
            Err(problems) => problems.into_iter().for_each(|problem| check.add(problem)),
        }
        if let Some(first) = slots.first() {
            check.require(plan.requests.closes_at <= first.starts_at, || {
                Problem::at(
                    "requests.closesAt",
                    Code::NotOrdered,
                    Message::new(
                        "상담 신청은 첫 상담 시작 전에 마감되어야 합니다.",
                        "Requests must close before the first slot begins.",
                    ),
                )
            });
        }
        check.finish()?;
        let tables = (1..)
            .zip(plan.tables)
            .map(|(number, name)| EventTable {
                number,
                name,
                closed: Vec::new(),
            })
            .collect();
        Ok(Self {
            id,
            organiser,
            title: plan.title,
            venue: plan.venue,
            zone: plan.zone,
            state: EventState::Draft,
            version: 1,
            registration: plan.registration,
            requests: plan.requests,
            slots,
            tables,
            created_at: now,
        })
    }

    /// Moves to a state along
    /// `DRAFT → REGISTRATION → REQUESTS → ARRANGING → PUBLISHED → RUNNING → CLOSED`; CANCELLED from any but the last.
    /// ARRANGING may go back to REQUESTS.
    ///
    /// # Errors
    /// A stale version, or a step that does not lead there.
    pub fn advance(&mut self, read_version: i32, to: EventState) -> Result<(), Problem> {
        use EventState::{
            Arranging, Cancelled, Closed, Draft, Published, Registration, Requests, Running,
        };
        if read_version != self.version {
            return Err(Problem::stale(self.version));
        }
        let leads = matches!(
            (self.state, to),
            (Draft, Registration)
                | (Registration | Arranging, Requests)
                | (Requests, Arranging)
                | (Arranging, Published)
                | (Published, Running)
                | (Running, Closed)
                | (
                    Draft | Registration | Requests | Arranging | Published | Running,
                    Cancelled
                )
        );
        if !leads {
            return Err(wrong_state(self.state.label()));
        }
        self.state = to;
        self.version += 1;
        Ok(())
    }

    /// Whether organisations may register now.
    ///
    /// # Errors
    /// The state or the window does not allow it.
    pub fn expect_registration(&self, now: Timestamp) -> Result<(), Problem> {
        self.expect(
            matches!(self.state, EventState::Registration | EventState::Requests),
            self.registration,
            now,
        )
    }

    /// Whether requests may be sent and answered now.
    ///
    /// # Errors
    /// The state or the window does not allow it.
    pub fn expect_requests(&self, now: Timestamp) -> Result<(), Problem> {
        self.expect(self.state == EventState::Requests, self.requests, now)
    }

    /// Whether the timetable may be made or changed.
    ///
    /// # Errors
    /// The state does not allow it.
    pub fn expect_arranging(&self) -> Result<(), Problem> {
        let good = matches!(
            self.state,
            EventState::Arranging | EventState::Published | EventState::Running
        );
        if good {
            Ok(())
        } else {
            Err(wrong_state(self.state.label()))
        }
    }

    /// Whether a registration or a request may be taken back: whoever cannot come says so until the day is over.
    ///
    /// # Errors
    /// The day has not been announced, is over or cancelled.
    pub fn expect_withdrawal(&self) -> Result<(), Problem> {
        let good = matches!(
            self.state,
            EventState::Registration
                | EventState::Requests
                | EventState::Arranging
                | EventState::Published
                | EventState::Running
        );
        if good {
            Ok(())
        } else {
            Err(wrong_state(self.state.label()))
        }
    }

    /// Whether what matches count by may be changed.
    ///
    /// # Errors
    /// The day is over or cancelled.
    pub fn expect_tunable(&self) -> Result<(), Problem> {
        if matches!(self.state, EventState::Closed | EventState::Cancelled) {
            return Err(wrong_state(self.state.label()));
        }
        Ok(())
    }

    /// How many slots have begun: the first ones.
    pub fn begun(&self, now: Timestamp) -> usize {
        let begun = |slot: &&TimeSlot| slot.starts_at <= now;
        self.slots.iter().take_while(begun).count()
    }

    /// Says in which slots a table is not there, in the place of what was said before.
    ///
    /// # Errors
    /// The day is over or cancelled, a stale version, a table or slots that the day has not.
    pub fn close_table(
        &mut self,
        read_version: i32,
        number: i32,
        slots: &[i32],
    ) -> Result<(), Problems> {
        self.expect_tunable()?;
        if read_version != self.version {
            return Err(Problem::stale(self.version).into());
        }
        let mut check = Check::new();
        for (i, slot) in slots.iter().enumerate() {
            check.require(self.slot(*slot).is_some(), || {
                Problem::not_found(&format!("closedSlots.{i}"))
            });
        }
        let mut tables = self.tables.iter_mut();
        let table = tables.find(|table| table.number == number);
        check.require(table.is_some(), || Problem::not_found("table"));
        check.finish()?;
        let closed: Vec<i32> = BTreeSet::from_iter(slots.iter().copied())
            .into_iter()
            .collect();
        if let Some(table) = table.filter(|table| table.closed != closed) {
            table.closed = closed;
            self.version += 1;
        }
        Ok(())
    }

    /// The slot with this index.
    pub fn slot(&self, index: i32) -> Option<&TimeSlot> {
        usize::try_from(index).ok().and_then(|i| self.slots.get(i))
    }

    /// The table with this number.
    pub fn table(&self, number: i32) -> Option<&EventTable> {
        self.tables.iter().find(|table| table.number == number)
    }

    fn expect(&self, state_allows: bool, window: Window, now: Timestamp) -> Result<(), Problem> {
        if !state_allows {
            return Err(wrong_state(self.state.label()));
        }
        if window.contains(now) {
            return Ok(());
        }
        let show = |at: Timestamp| {
            at.with_timezone(&self.zone)
                .format("%Y-%m-%d %H:%M %Z")
                .to_string()
        };
        let (opens, closes) = (show(window.opens_at), show(window.closes_at));
        Err(Problem::whole(
            Code::WindowClosed,
            Message::new(
                format!("접수 기간({opens} ~ {closes})이 아닙니다."),
                format!("The window is from {opens} to {closes}."),
            ),
        ))
    }
}

fn plan_slots(sessions: &[SessionPlan], zone: Tz) -> Result<Vec<TimeSlot>, Problems> {
    let mut check = Check::new();
    check.require(!sessions.is_empty(), || Problem::required("sessions"));
    let mut slots: Vec<TimeSlot> = Vec::new();
    for (i, session) in sessions.iter().enumerate() {
        let path = |field: &str| format!("sessions.{i}.{field}");
        check.range(&path("slotMinutes"), Some(session.slot_minutes), 5, 240);
        check.range(&path("gapMinutes"), Some(session.gap_minutes), 0, 60);
        if session.ends <= session.starts {
            check.add(Problem::at(
                &path("ends"),
                Code::NotOrdered,
                Message::new(
                    "끝 시각은 같은 날 시작 시각보다 뒤여야 합니다(자정을 넘길 수 없습니다).",
                    "It must end after it starts on the same day; a session cannot cross midnight.",
                ),
            ));
            continue;
        }
        if !(5..=240).contains(&session.slot_minutes) || !(0..=60).contains(&session.gap_minutes) {
            continue;
        }
        // Both ends must exist once, at one offset: otherwise a clock on the wall runs differently inside.
        let local = |time| {
            zone.from_local_datetime(&session.date.and_time(time))
                .single()
        };
        let (Some(starts), Some(ends)) = (local(session.starts), local(session.ends)) else {
            check.add(clock_change(&path("date")));
            continue;
        };
        if starts.offset().fix() != ends.offset().fix() {
            check.add(clock_change(&path("date")));
            continue;
        }
        let (mut at, ends) = (starts.with_timezone(&Utc), ends.with_timezone(&Utc));
        if slots.last().is_some_and(|last| at < last.ends_at) {
            check.add(Problem::at(
                &path("starts"),
                Code::NotOrdered,
                Message::new(
                    "앞 세션이 끝난 뒤에 시작해야 합니다.",
                    "It must start after the session before it has ended.",
                ),
            ));
            continue;
        }
        let mut follows_break = !slots.is_empty();
        let before = slots.len();
        while at + minutes(session.slot_minutes) <= ends && slots.len() <= MAX_SLOTS {
            let index = i32::try_from(slots.len()).unwrap_or(i32::MAX);
            let ends_at = at + minutes(session.slot_minutes);
            slots.push(TimeSlot {
                index,
                starts_at: at,
                ends_at,
                follows_break,
            });
            follows_break = false;
            at = ends_at + minutes(session.gap_minutes);
        }
        check.require(slots.len() > before, || {
            Problem::at(
                &path("slotMinutes"),
                Code::OutOfRange,
                Message::new(
                    "세션이 한 슬롯보다 짧습니다.",
                    "The session is shorter than one slot.",
                ),
            )
        });
    }
    check.at_most("sessions", slots.len(), MAX_SLOTS);
    check.finish().map(|()| slots)
}

fn clock_change(path: &str) -> Problem {
    Problem::at(
        path,
        Code::Invalid,
        Message::new(
            "이 시간대에서 시계가 바뀌는 시각입니다(서머타임).",
            "Clocks change during this session in the event's zone (daylight saving).",
        ),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
