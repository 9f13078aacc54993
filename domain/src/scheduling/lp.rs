//! Meetings and slots from the linear relaxation of the time-indexed program, by the simplex method.
//!
//! Where availability is sparse its solution is nearly always whole, and then the best there is. What is not whole is
//! rounded up one by one (diving; Berthold, 2006).

use super::chain::Chain;
use super::construct;
use super::program::Program;
use super::random::Random;
use super::shape::Mask;
use super::timetable::Timetable;
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

/// Most columns; more take too long.
const MOST_COLUMNS: usize = 20_000;
/// Columns around a request that has no slot where the whole has more, and how many such requests are looked at.
const AROUND: usize = 6_000;
const NEIGHBOURHOODS: usize = 8;
/// Most times that a part is rounded up and the program solved again.
const DIVES: usize = 60;
/// What a unit of coverage counts, in heaviest weights. Coverage comes first; a larger number would blur the weights.
const UNIT: i64 = 8;

/// Replaces the timetable by that of the linear program if that is worth more. Where the whole is too large, requests of
/// the choice that have no slot are looked at one by one, with those around them (large neighbourhoods; Shaw, 1998).
pub(super) fn solve(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    chosen: &[bool],
    random: &mut Random,
) {
    let shape = timetable.shape;
    let columns = |request: usize| shape.allowed[request].count_ones() as usize;
    if (0..chosen.len()).map(columns).sum::<usize>() <= MOST_COLUMNS {
        replace(timetable, chain, &vec![Mask::MAX; chosen.len()], random);
        return;
    }
    let mut seen = vec![false; chosen.len()];
    for _ in 0..NEIGHBOURHOODS {
        let missing = |r: &usize| chosen[*r] && !seen[*r] && timetable.slot_of(*r).is_none();
        let Some(first) = (0..chosen.len())
            .filter(missing)
            .max_by_key(|r| shape.weights[*r])
        else {
            return;
        };
        seen[first] = true;
        let mut open = vec![0; chosen.len()];
        let (mut queue, mut all) = (std::collections::VecDeque::from([first]), 0);
        while let Some(request) = queue.pop_front() {
            if std::mem::replace(&mut open[request], Mask::MAX) != 0 {
                continue;
            }
            all += columns(request);
            if all > AROUND {
                break;
            }
            for p in shape.ends[request] {
                let placed_first = |r: &&usize| timetable.slot_of(**r).is_some() || chosen[**r];
                queue.extend(shape.requests_of[p].iter().filter(placed_first));
            }
        }
        replace(timetable, chain, &open, random);
    }
}

/// Solves the program of the requests that have slots open, in those, and takes its timetable if that is worth more;
/// tells whether it is.
pub(super) fn replace(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    open: &[Mask],
    random: &mut Random,
) -> bool {
    let shape = timetable.shape;
    let heaviest = shape.weights.iter().copied().max().unwrap_or(0);
    let program = Program::around(timetable, UNIT * heaviest, open);
    let Some(parts) = parts(&program, heaviest) else {
        return false;
    };
    let mut other = timetable.clone();
    for request in (0..open.len()).filter(|r| open[*r] != 0 && !shape.locked[*r]) {
        other.remove(request);
    }
    // The surest first; what is in halves goes where it still fits.
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (request, column) in program.columns.iter().enumerate() {
        order.extend(column.choices.clone().map(|choice| (choice, request)));
    }
    order.retain(|(choice, _)| parts[*choice] > 0.01);
    order.sort_by(|a, b| parts[b.0].total_cmp(&parts[a.0]).then(a.cmp(b)));
    for (choice, request) in order {
        other.place_if_fits(request, program.choices[choice].slot);
    }
    construct::fill_up(&mut other, chain, random);
    let pinned = |timetable: &Timetable<'_>| {
        (0..shape.ends.len()).all(|r| !shape.pinned[r] || timetable.slot_of(r).is_some())
    };
    let better = other.worth() > timetable.worth() && pinned(&other);
    if better {
        *timetable = other;
    }
    better
}

/// How much of each choice the linear program takes.
fn parts(program: &Program, heaviest: i64) -> Option<Vec<f64>> {
    #[allow(clippy::cast_precision_loss)] // a start for the search; nothing is proved by it
    let real = |n: i64| n as f64;
    // Numbers of the size of 1 suit the simplex method.
    let scale = real(heaviest.max(1));
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let mut rows: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); program.stocks.len()];
    let mut variables = Vec::with_capacity(program.choices.len());
    for column in &program.columns {
        let mut own = Vec::new();
        // A must counts for more than the method's numbers bear: enough that it comes before the others.
        let worth = real(column.worth).min(scale * real(UNIT * 8)) / scale;
        let worth = if column.pinned {
            real(UNIT * 16)
        } else {
            worth
        };
        for at in column.choices.clone() {
            let choice = &program.choices[at];
            let kept = column.kept.filter(|(slot, _)| *slot == choice.slot);
            let worth = worth + real(kept.map_or(0, |kept| kept.1)) / scale;
            let variable = problem.add_var(worth, (0.0, f64::INFINITY));
            variables.push(variable);
            own.push((variable, 1.0));
            for row in program.rows(choice).iter().chain(&column.pays) {
                rows[*row as usize].push((variable, 1.0));
            }
            for row in &column.earns {
                rows[*row as usize].push((variable, -1.0));
            }
        }
        if !own.is_empty() {
            problem.add_constraint(&own[..], ComparisonOp::Le, 1.0);
        }
    }
    for (i, (mut row, stock)) in rows.into_iter().zip(&program.stocks).enumerate() {
        if i >= program.rewards {
            // What is covered of a floor, at most what is met.
            let covered = problem.add_var(real(UNIT), (0.0, real(-stock)));
            row.push((covered, 1.0));
            problem.add_constraint(&row[..], ComparisonOp::Le, 0.0);
        } else if i64::try_from(row.len()).is_ok_and(|all| all > *stock) {
            problem.add_constraint(&row[..], ComparisonOp::Le, real(*stock));
        }
    }
    let mut solution = problem.solve().ok()?.into_solution().ok()?;
    for _ in 0..DIVES {
        let value = |variable: &Variable| solution.var_value(*variable);
        let broken = variables
            .iter()
            .filter(|x| (0.01..0.99).contains(&value(x)));
        let Some(surest) = broken.max_by(|a, b| value(a).total_cmp(&value(b))).copied() else {
            break;
        };
        let Ok(next) = solution.clone().fix_var(surest, 1.0) else {
            break;
        };
        solution = next.into_solution().ok()?;
    }
    Some(
        variables
            .into_iter()
            .map(|variable| solution.var_value(variable))
            .collect(),
    )
}
