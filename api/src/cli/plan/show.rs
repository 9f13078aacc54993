//! The result as a person reads it.

use super::solution::{Reached, Solution, Status};
use crate::output::{Output, padded, right};
use matchday_domain::message;
use matchday_domain::scheduling::prove::Solver;
use matchday_domain::text::Message;

/// Prints the levels, or the conditions at odds, and the certificate.
pub(super) fn print_table(solution: &Solution, out: Output) {
    let language = out.language();
    match &solution.reason {
        None if solution.status == Status::Infeasible => out.say(&Message::new(
            "불가능. 이유를 찾기 전에 제한 시간이 되었습니다",
            "infeasible; the time limit came before the reason was found",
        )),
        None => {}
        Some(conditions) => match conditions.as_slice() {
            [] => out.say(&Message::new(
                "불가능: 슬롯보다 상담이 많은 참가자가 있습니다",
                "infeasible: a participant has more meetings than there are slots",
            )),
            [condition] => {
                let Message { ko, en } = &condition.message;
                out.say(&message!(
                    "불가능. 다음 조건을 지킬 수 없습니다: {ko}",
                    "infeasible; this condition cannot be met: {en}"
                ));
            }
            several => {
                out.say(&Message::new(
                    "불가능. 다음 조건들이 서로 어긋납니다:",
                    "infeasible; these conditions exclude each other:",
                ));
                for condition in several {
                    out.line(format_args!("  {}", condition.message.get(language)));
                }
            }
        },
    }
    if !solution.levels.is_empty() {
        levels(solution, out);
    }
    if let Some(proof) = &solution.proof {
        out.say(&proof.message);
    }
    if let Some(certificate) = &solution.certificate {
        let Message { ko, en } = &certificate.message;
        out.say(&match solution.solver.map(Solver::name) {
            Some(solver) => message!("결정: {solver}. {ko}", "decided by {solver}; {en}"),
            None => Message::new(ko.clone(), en.clone()),
        });
    }
}

fn levels(solution: &Solution, out: Output) {
    let row = |name: &str, value: &str, bound: &str, gap: &str, time: &str| {
        out.line(format_args!(
            "{} {} {} {} {}",
            padded(name, 20),
            right(value, 14),
            right(bound, 14),
            right(gap, 10),
            right(time, 10)
        ));
    };
    row(
        out.pick("단계", "level"),
        out.pick("값", "value"),
        out.pick("한계", "bound"),
        out.pick("차이", "gap"),
        out.pick("도달", "reached"),
    );
    for level in &solution.levels {
        let Reached {
            level: reached,
            seconds,
        } = &level.what;
        let (bound, gap) = match reached.bound {
            Some(bound) => (bound.to_string(), (reached.value - bound).abs().to_string()),
            None => (out.pick("증명 없음", "no proof").to_owned(), "-".to_owned()),
        };
        let name = out.pick(&level.message.ko, reached.name.code());
        let time = format!("{seconds:.3} s");
        row(name, &reached.value.to_string(), &bound, &gap, &time);
    }
    let Message { ko, en } = solution.status.message();
    out.say(&message!(
        "{ko}: 상담 {0}건, 제외 {1}건, {2:.2}초",
        "{en}: {0} meetings, {1} left out, {2:.2} s",
        solution.meetings.len(),
        solution.left_out.len(),
        solution.seconds
    ));
}
