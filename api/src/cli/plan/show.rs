//! The result as a person reads it.

use super::{Solution, Status};

/// Prints the levels, or the conditions at odds.
pub(super) fn print_table(solution: &Solution) {
    if let Some(conditions) = &solution.reason {
        if conditions.is_empty() {
            println!("infeasible: a participant has more meetings than there are slots");
        } else if let [condition] = conditions.as_slice() {
            println!("infeasible; this condition cannot be met: {condition}");
        } else {
            println!("infeasible; these conditions exclude each other:");
            for condition in conditions {
                println!("  {condition}");
            }
        }
    } else if solution.status == Status::Infeasible {
        println!("infeasible; the time limit came before the reason was found");
    }
    if solution.levels.is_empty() {
        return;
    }
    println!(
        "{:20} {:>14} {:>14} {:>10}",
        "level", "value", "bound", "gap"
    );
    for level in &solution.levels {
        let name = serde_json::to_value(level.name);
        let name = name.ok().and_then(|name| name.as_str().map(str::to_owned));
        let (bound, gap) = match level.bound {
            Some(bound) => (bound.to_string(), (level.value - bound).abs().to_string()),
            None => ("no proof".to_owned(), "-".to_owned()),
        };
        let name = name.unwrap_or_default();
        println!("{name:20} {:>14} {bound:>14} {gap:>10}", level.value);
    }
    let status = serde_json::to_value(solution.status).unwrap_or_default();
    println!(
        "{}: {} meetings, {} left out, {:.2} s",
        status.as_str().unwrap_or_default(),
        solution.meetings.len(),
        solution.left_out.len(),
        solution.seconds
    );
}
