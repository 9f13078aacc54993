//! The check of a timetable: the rules, and what it says of itself.

use super::super::Failure;
use super::file::{Case, input, timetable};
use super::search::belongs;
use super::solution::{Objective, Timetable, Told};
use crate::output::{Output, padded, right};
use matchday_domain::message;
use matchday_domain::scheduling::prove::{Broken, check};
use matchday_domain::scheduling::{
    ChangePrice, LevelName, Placed, Problem, Violation, as_it_was, changed_past, figures, verify,
};
use matchday_domain::text::Message;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

/// What was found, for `--json`.
#[derive(Serialize)]
struct Judgement {
    valid: bool,
    meetings: usize,
    /// Slots that were past: what took place there is not held against the problem as it is now.
    past: usize,
    /// The figures, counted anew.
    levels: Vec<Told<Figure>>,
    /// Every rule that is broken.
    broken: Vec<Told<Wrong>>,
}

#[derive(Clone, Copy, Serialize)]
struct Figure {
    name: LevelName,
    value: i64,
}

/// A figure that is not what is claimed; of other rules the sentence says it.
#[derive(Default, Serialize)]
struct Wrong {
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<LevelName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<i64>,
}

fn broken(message: Message) -> Told<Wrong> {
    Told {
        what: Wrong::default(),
        message,
    }
}

/// Success, or 1 if a rule is broken. `from` is the timetable from which it was re-arranged.
pub(super) fn judge(
    case: &Case,
    file: &Path,
    from: Option<&Path>,
    json: bool,
    out: Output,
) -> Result<ExitCode, Failure> {
    let told = timetable(file)?;
    let meetings = told.placed();
    let past = told.past.unwrap_or(0);
    let problem = as_it_was(&case.problem, past, &meetings);
    let published = from.map(|from| {
        let published = timetable(from)?;
        belongs(&case.problem, &published, from)?;
        Ok::<_, Failure>(published.placed())
    });
    let published = published.transpose()?;
    let mut wrong = verify(&problem, &meetings);
    if let Some(published) = &published {
        wrong.extend(changed_past(past, published, &meetings));
    }
    let mut wrong: Vec<Message> = wrong.iter().map(Violation::message).collect();
    wrong.extend(pairs(&problem, &told));
    let found = match told.objective {
        Objective::Ours => {
            wrong.extend(left_out(&problem, &told, &meetings));
            counted(case, &problem, &told, &meetings, published.as_deref())
        }
        Objective::Breaks => match all_meet(case, file, &told, &meetings)? {
            Ok(value) => vec![Figure {
                name: LevelName::Breaks,
                value,
            }],
            Err(broken) => {
                wrong.extend(broken.iter().map(Broken::message));
                Vec::new()
            }
        },
    };
    let mut wrong: Vec<Told<Wrong>> = wrong.into_iter().map(broken).collect();
    wrong.extend(claims(&told, &found));
    let valid = wrong.is_empty();
    if json {
        let levels = found.into_iter().map(|what| Told {
            message: what.name.label(),
            what,
        });
        out.json(&Judgement {
            valid,
            meetings: meetings.len(),
            past,
            levels: levels.collect(),
            broken: wrong,
        })?;
    } else {
        for figure in found {
            let name = out.pick(figure.name.names().0, figure.name.code());
            let value = right(&figure.value.to_string(), 14);
            out.line(format_args!("{} {value}", padded(name, 20)));
        }
        if past > 0 && published.is_none() {
            out.say(&message!(
                "앞의 슬롯 {past}개는 지난 것이라 있는 그대로 보았습니다. `--from`으로 공표된 시간표와 견줍니다",
                "the first {past} slots are past and taken as they are; `--from` compares them with what was published"
            ));
        }
        if valid {
            out.say(&message!(
                "유효함: 상담 {0}건",
                "valid: {0} meetings",
                meetings.len()
            ));
        }
        wrong.iter().for_each(|wrong| out.say(&wrong.message));
    }
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The figures in the units of the file.
fn counted(
    case: &Case,
    problem: &Problem,
    told: &Timetable,
    meetings: &[Placed],
    published: Option<&[Placed]>,
) -> Vec<Figure> {
    let price = told.price_of_change.and_then(|price| match price {
        ChangePrice::Score(score @ 1..) => Some(i64::from(score) * 100),
        // Then it is no level.
        ChangePrice::Score(0) | ChangePrice::Forbidden => None,
    });
    let published = published.map(|published| (published, price));
    let all = figures(problem, &case.policy, meetings, published).into_iter();
    all.map(|(name, value)| {
        let unit = match name {
            LevelName::Weight | LevelName::WeightLessChanges => case.weight_unit,
            _ => 1,
        };
        Figure {
            name,
            value: value / unit,
        }
    })
    .collect()
}

/// The breaks of a timetable in which all meet, or the conditions that it breaks.
fn all_meet(
    case: &Case,
    file: &Path,
    told: &Timetable,
    meetings: &[Placed],
) -> Result<Result<i64, Vec<Broken>>, Failure> {
    let all_meet = case.all_meet.as_ref();
    let all_meet = all_meet.map_err(|reason| input(file, &reason.message()))?;
    let mut slots = vec![usize::MAX; all_meet.meetings.len()];
    for meeting in meetings {
        if let Some(slot) = slots.get_mut(meeting.request) {
            *slot = meeting.slot;
        }
    }
    let breaks = check(all_meet, &slots, told.fairness);
    Ok(breaks.map(|all| i64::try_from(all.iter().sum::<usize>()).unwrap_or(i64::MAX)))
}

/// Meetings of which another pair is named than that of the request.
fn pairs(problem: &Problem, told: &Timetable) -> Vec<Message> {
    let rows = told.meetings.iter().enumerate();
    let wrong = rows.filter_map(|(i, row)| {
        let request = problem.requests.get(row.request)?;
        let (is, named) = (
            [request.demander, request.provider],
            [row.demander, row.provider],
        );
        let mut sides = named.iter().zip(is);
        let same = sides.all(|(named, is)| named.is_none_or(|named| named == is));
        (!same).then(|| {
            message!(
                "meetings[{i}]: 참가자 {0}와(과) {1}을(를) 말하지만 요청 {2}은(는) {3}와(과) {4} 사이입니다",
                "meetings[{i}] names participants {0} and {1}; request {2} is between {3} and {4}",
                named[0].unwrap_or(is[0]),
                named[1].unwrap_or(is[1]),
                row.request,
                is[0],
                is[1]
            )
        })
    });
    wrong.collect()
}

/// Requests that neither meet nor are left out, or both, or are none.
fn left_out(problem: &Problem, told: &Timetable, meetings: &[Placed]) -> Vec<Message> {
    let Some(left_out) = &told.left_out else {
        return Vec::new();
    };
    let mut said = BTreeSet::new();
    let twice = left_out.iter().filter(|left| !said.insert(left.request));
    let mut wrong: Vec<Message> = (twice)
        .map(|left| {
            message!(
                "left_out에 요청 {0}이(가) 두 번 있습니다",
                "left_out has request {0} twice",
                left.request
            )
        })
        .collect();
    let met: BTreeSet<usize> = meetings.iter().map(|meeting| meeting.request).collect();
    let rest = (0..problem.requests.len()).filter(|request| !met.contains(request));
    let rest: BTreeSet<usize> = rest.collect();
    for request in said.symmetric_difference(&rest) {
        wrong.push(if rest.contains(request) {
            message!(
                "요청 {request}은(는) 상담에도 left_out에도 없습니다",
                "request {request} is neither among the meetings nor in left_out"
            )
        } else if met.contains(request) {
            message!(
                "요청 {request}은(는) 만나는데 left_out에 있습니다",
                "request {request} meets and is in left_out"
            )
        } else {
            message!(
                "left_out의 요청 {request}이(가) 문제에 없습니다",
                "request {request} of left_out is not in the problem"
            )
        });
    }
    wrong
}

/// Levels that are not as they are claimed, and bounds that the value itself refutes.
fn claims(told: &Timetable, found: &[Figure]) -> Vec<Told<Wrong>> {
    let mut wrong = Vec::new();
    for claimed in &told.levels {
        let name = claimed.name;
        let Some(found) = found.iter().find(|figure| figure.name == name) else {
            continue;
        };
        let (value, (ko, en)) = (found.value, (name.label().ko, name.code()));
        let what = |claimed: i64| Wrong {
            level: Some(name),
            claimed: Some(claimed),
            found: Some(value),
        };
        if claimed.value != value {
            wrong.push(Told {
                message: message!(
                    "{ko}: 시간표에는 {0}(이)라고 적혀 있으나 {value}입니다",
                    "{en}: the timetable says {0}, and it is {value}",
                    claimed.value
                ),
                what: what(claimed.value),
            });
        }
        let Some(bound) = claimed.bound else { continue };
        let refuted = if name.is_most() {
            bound < value
        } else {
            bound > value
        };
        if refuted {
            wrong.push(Told {
                message: message!(
                    "{ko}: 시간표에 적힌 한계 {bound}을(를) 값 {value}이(가) 넘어섭니다",
                    "{en}: the timetable says the bound is {bound}, and its value {value} is beyond it"
                ),
                what: what(bound),
            });
        }
    }
    if told.objective == Objective::Breaks && told.levels.is_empty() && !found.is_empty() {
        wrong.push(broken(Message::new(
            "시간표에 공백이 적혀 있지 않습니다",
            "the timetable does not say its breaks",
        )));
    }
    wrong
}
