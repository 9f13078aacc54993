//! What a run found, and what is read of it again.

use clap::ValueEnum;
use matchday_domain::message;
use matchday_domain::scheduling::formats::objects::objects;
use matchday_domain::scheduling::prove::{Certificate, Condition, End, Solver};
use matchday_domain::scheduling::{ChangePrice, Clash, LeftOut, Level, Placed, Problem};
use matchday_domain::text::{Message, Text};
use serde::{Deserialize, Serialize};

/// What is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Objective {
    /// Coverage, weight, breaks, idle slots, table moves, in this order; not every request need be met.
    #[default]
    Ours,
    /// Every request is met; the fewest breaks, proved.
    Breaks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Arranged,
    Optimal,
    Stopped,
    Infeasible,
}

impl Status {
    pub(super) fn message(self) -> Message {
        match self {
            Self::Arranged => Message::new("편성됨", "arranged"),
            Self::Optimal => Message::new("최적", "optimal"),
            Self::Stopped => Message::new("제한 시간에 멈춤", "stopped"),
            Self::Infeasible => Message::new("불가능", "infeasible"),
        }
    }
}

/// Something with its sentence.
#[derive(Debug, Serialize)]
pub(super) struct Told<T> {
    #[serde(flatten)]
    pub what: T,
    pub message: Message,
}

/// A level and the seconds after which its value was first reached.
#[derive(Debug, Serialize)]
pub(super) struct Reached {
    #[serde(flatten)]
    pub level: Level,
    pub seconds: f64,
}

/// A meeting and who meets.
#[derive(Debug, Serialize)]
pub(super) struct Meeting {
    #[serde(flatten)]
    pub placed: Placed,
    pub demander: usize,
    pub provider: usize,
}

/// What is printed with `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Solution {
    pub objective: Objective,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fairness: Option<usize>,
    /// Slots that were past, and the price of a change; of a re-arrangement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_of_change: Option<ChangePrice>,
    pub seed: u64,
    pub iterations: u64,
    pub seconds: f64,
    pub levels: Vec<Told<Reached>>,
    pub meetings: Vec<Meeting>,
    pub left_out: Vec<Told<LeftOut>>,
    /// Conditions that exclude each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Vec<Told<Because>>>,
    /// What proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solver: Option<Solver>,
    /// What is proved of breaks behind a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Told<Proof>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Told<Certified>>,
}

impl Solution {
    pub(super) fn new(objective: Objective, status: Status, seed: u64, seconds: f64) -> Self {
        Self {
            objective,
            status,
            fairness: None,
            past: None,
            price_of_change: None,
            seed,
            iterations: 0,
            seconds,
            levels: Vec::new(),
            meetings: Vec::new(),
            left_out: Vec::new(),
            reason: None,
            solver: None,
            proof: None,
            certificate: None,
        }
    }

    pub(super) fn with_levels(mut self, levels: Vec<Reached>) -> Self {
        let told = levels.into_iter().map(|what| Told {
            message: what.level.name.label(),
            what,
        });
        self.levels = told.collect();
        self
    }

    pub(super) fn with_meetings(mut self, meetings: Vec<Placed>, problem: &Problem) -> Self {
        let told = meetings.into_iter().map(|placed| {
            let request = &problem.requests[placed.request];
            Meeting {
                placed,
                demander: request.demander,
                provider: request.provider,
            }
        });
        self.meetings = told.collect();
        self
    }

    /// Participants are told by their number in the file, of which `first` is the first.
    pub(super) fn with_left_out(
        mut self,
        left_out: Vec<LeftOut>,
        problem: &Problem,
        first: usize,
    ) -> Self {
        let name = |participant: usize| {
            let n = participant + first;
            Text::new(
                Some(&format!("참가자 {n}")),
                Some(&format!("participant {n}")),
            )
        };
        let told = left_out.into_iter().map(|what| Told {
            message: what.reason.message(problem, what.request, &name),
            what,
        });
        self.left_out = told.collect();
        self
    }

    pub(super) fn because(mut self, conditions: Vec<Because>, first: usize) -> Self {
        let told = conditions.into_iter().map(|what| Told {
            message: what.message(first),
            what,
        });
        self.reason = Some(told.collect());
        self
    }
}

/// A condition of an infeasible problem.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Because {
    /// That all required meetings take place.
    Required(Clash),
    /// That all meetings take place.
    AllMeet(Condition),
}

impl Because {
    fn message(&self, first: usize) -> Message {
        match self {
            Self::Required(clash) => clash.message(first),
            Self::AllMeet(condition) => condition.message(first),
        }
    }
}

/// How far the proof of the fewest breaks behind a search came.
#[derive(Debug, Serialize)]
pub(super) struct Proof {
    pub solver: Solver,
    pub end: End,
    /// Breaks of the timetable.
    pub breaks: i64,
    /// No timetable that covers and weighs as much has fewer.
    pub bound: i64,
    /// Breaks less than the search left.
    pub fewer: i64,
    pub seconds: f64,
}

impl Proof {
    pub(super) fn told(self) -> Told<Self> {
        let Self {
            breaks,
            bound,
            fewer,
            seconds,
            ..
        } = &self;
        let solver = self.solver.name();
        let how = match self.end {
            End::Decided => Message::new("결정됨", "decided"),
            End::Conflicts => {
                Message::new("충돌 한도에서 멈춤", "stopped by the limit of conflicts")
            }
            End::Stopped => Message::new("제한 시간에 멈춤", "stopped by the time limit"),
            End::TooLarge => Message::new("증명하기에 너무 큼", "too large for a proof"),
        };
        let Message { ko, en } = how;
        let message = message!(
            "최소 공백: {bound}~{breaks}회, 검색보다 {fewer}회 적음 ({solver}, {ko}, {seconds:.2}초)",
            "fewest breaks: {bound} to {breaks}, {fewer} fewer than searched ({solver}, {en}, {seconds:.2} s)"
        );
        Told {
            what: self,
            message,
        }
    }
}

/// What became of the check of a refutation.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub(super) enum Refutation {
    /// A checker followed every step.
    Checked { clauses: usize, steps: usize },
    /// It was not, and why.
    NotChecked { reason: Unchecked },
    /// A step does not follow.
    Refused { step: usize },
    /// There is a better timetable, against the proof.
    Contradicted { breaks: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unchecked {
    /// The time limit.
    Limit,
    /// Nothing was decided that could be refuted.
    Undecided,
    /// There is nothing better to refute.
    Nothing,
}

/// The check of a refutation: by which solver, what became of it, and how long it took.
#[derive(Debug, Serialize)]
pub(super) struct Certified {
    pub solver: Solver,
    #[serde(flatten)]
    pub checked: Refutation,
    pub seconds: f64,
}

impl From<Certificate> for Refutation {
    fn from(certificate: Certificate) -> Self {
        match certificate {
            Certificate::Checked { clauses, steps } => Self::Checked { clauses, steps },
            Certificate::Better { breaks, .. } => Self::Contradicted { breaks },
            Certificate::Refused(step) => Self::Refused { step },
            Certificate::Stopped => Self::NotChecked {
                reason: Unchecked::Limit,
            },
        }
    }
}

impl Certified {
    pub(super) fn told(self) -> Told<Self> {
        let (solver, seconds) = (self.solver.name(), self.seconds);
        let message = match &self.checked {
            Refutation::Checked { clauses, steps } => message!(
                "반증 확인됨: {solver}, 절 {clauses}개, 단계 {steps}개, {seconds:.2}초",
                "refutation checked: {solver}, {clauses} clauses, {steps} steps, {seconds:.2} s"
            ),
            Refutation::NotChecked {
                reason: Unchecked::Limit,
            } => message!(
                "반증 확인되지 않음: 제한 시간 ({seconds:.2}초)",
                "refutation not checked: limit ({seconds:.2} s)"
            ),
            Refutation::NotChecked {
                reason: Unchecked::Undecided,
            } => Message::new(
                "반증 확인되지 않음: 증명이 끝나지 않았습니다",
                "refutation not checked: nothing was decided",
            ),
            Refutation::NotChecked {
                reason: Unchecked::Nothing,
            } => Message::new(
                "반증 확인되지 않음: 공백이 더 적을 수 없습니다",
                "refutation not checked: nothing could be better",
            ),
            Refutation::Refused { step } => message!(
                "반증의 단계 {step}이(가) 성립하지 않습니다: 증명된 것이 없습니다",
                "step {step} of the refutation does not follow: nothing is shown"
            ),
            Refutation::Contradicted { breaks } => message!(
                "{solver}이(가) 공백 {breaks}회인 시간표를 찾았습니다: 증명과 어긋납니다",
                "{solver} found a timetable of {breaks} breaks, against the proof"
            ),
        };
        Told {
            what: self,
            message,
        }
    }

    /// Whether the proof is contradicted or not followed.
    pub(super) fn is_bad(&self) -> bool {
        matches!(
            self.checked,
            Refutation::Refused { .. } | Refutation::Contradicted { .. }
        )
    }
}

/// What is read of a timetable that `--json` printed. What is not said is not claimed.
#[derive(Debug, Deserialize)]
pub(super) struct Timetable {
    #[serde(default)]
    pub objective: Objective,
    #[serde(default)]
    pub fairness: Option<usize>,
    #[serde(default)]
    pub past: Option<usize>,
    #[serde(default)]
    pub price_of_change: Option<ChangePrice>,
    #[serde(default, deserialize_with = "objects")]
    pub levels: Vec<Level>,
    #[serde(deserialize_with = "objects")]
    pub meetings: Vec<Row>,
    #[serde(default)]
    pub left_out: Option<Vec<Left>>,
}

/// A request without a meeting.
#[derive(Debug, Deserialize)]
pub(super) struct Left {
    pub request: usize,
}

/// A meeting of it; who meets is said since some version.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    pub request: usize,
    slot: usize,
    table: Option<usize>,
    demander_seat: usize,
    provider_seat: usize,
    pub demander: Option<usize>,
    pub provider: Option<usize>,
}

impl Row {
    pub(super) fn placed(&self) -> Placed {
        Placed {
            request: self.request,
            slot: self.slot,
            table: self.table,
            demander_seat: self.demander_seat,
            provider_seat: self.provider_seat,
        }
    }
}

impl Timetable {
    pub(super) fn placed(&self) -> Vec<Placed> {
        self.meetings.iter().map(Row::placed).collect()
    }
}
