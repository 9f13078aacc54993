//! Everything a day can have beside: several delegates, tables that close, rests, remote meetings, interpreters,
//! consortia with caps, regions and firm sizes with floors, pairs that must or must not meet.

use crate::day::Chance;
use matchday_domain::scheduling::{Group, PairRule, Problem, Resource, Seat, Table};

/// Adds it all to a day with so many hospitals, the first participants.
pub fn add(problem: &mut Problem, hospitals: usize, chance: &mut Chance) {
    let (slots, n) = (problem.slots.len(), problem.participants.len());
    let asked: Vec<usize> = (0..n)
        .map(|p| {
            problem
                .requests
                .iter()
                .filter(|r| r.demander == p || r.provider == p)
                .count()
        })
        .collect();
    for (p, participant) in problem.participants.iter_mut().enumerate() {
        // A second and a third delegate of a hospital, each away now and then.
        let more = if p < hospitals {
            (chance.unit() * 3.0) as usize
        } else {
            0
        };
        for _ in 0..more {
            let first = participant.seats[0].available.clone();
            let available = first.iter().filter(|_| chance.unit() < 0.8).collect();
            participant.seats.push(Seat { available });
        }
        if chance.unit() < 0.1 {
            participant.rest = 1 + u32::from(chance.unit() < 0.2);
        }
        if chance.unit() < 0.2 {
            participant.floor = 2.min(participant.cap);
        }
        participant.equity_percent = if chance.unit() < 0.3 { 20 } else { 0 };
    }
    for table in &mut problem.tables {
        if chance.unit() < 0.1 {
            let from = (chance.unit() * slots as f64) as usize;
            *table = Table {
                closed: table
                    .closed
                    .iter()
                    .chain(from..(from + 3).min(slots))
                    .collect(),
            };
        }
    }
    let interpreters = (problem.requests.len() as f64 * 0.08 / slots as f64).ceil() as u32;
    let units = (0..slots).map(|_| interpreters + u32::from(chance.unit() < 0.3));
    problem.resources.push(Resource {
        units: units.collect(),
    });
    for request in &mut problem.requests {
        request.remote = chance.unit() < 0.1;
        if chance.unit() < 0.12 {
            request.resources.push(0);
        }
        request.must = chance.unit() < 0.02;
        let rule = chance.unit();
        request.rule = match rule {
            _ if rule < 0.01 => PairRule::Required,
            _ if rule < 0.03 => PairRule::Forbidden,
            _ => PairRule::Free,
        };
    }
    // Seven consortia of hospitals, five regions of everybody, three sizes of firms.
    let mut classes = |from: usize, to: usize, kinds: usize| -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); kinds];
        for p in from..to {
            members[(chance.unit() * kinds as f64) as usize].push(p);
        }
        members
    };
    let (consortia, regions, sizes) = (
        classes(0, hospitals, 7),
        classes(0, n, 5),
        classes(hospitals, n, 3),
    );
    let share = |members: &[usize], part: f64| {
        (members.iter().map(|p| asked[*p]).sum::<usize>() as f64 * part) as u32
    };
    for members in consortia {
        let cap = Some(share(&members, 0.6));
        problem.groups.push(Group {
            floor: share(&members, 0.2),
            cap,
            members,
        });
    }
    for members in regions {
        problem.groups.push(Group {
            floor: share(&members, 0.15),
            cap: None,
            members,
        });
    }
    for members in sizes {
        problem.groups.push(Group {
            floor: share(&members, 0.2),
            cap: None,
            members,
        });
    }
}
