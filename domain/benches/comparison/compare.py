#!/usr/bin/env python3
"""Arranges the same days with Matchday, CP-SAT and Timefold, within the same time, and judges all by the same rules.

    cargo build --release -p matchday
    pip install -r domain/benches/comparison/requirements.txt
    domain/benches/comparison/compare.py --matchday target/release/matchday --seconds 60 DAY.mm …

Levels, each before the next: coverage (participants with a meeting), weight (sum of the scores of the meetings), breaks (waits
of a participant between two of its meetings in which it could meet; its own absence is none). The format `.mm` is described in
`domain/src/scheduling/formats/mm.rs`; Matchday gets the day as JSON, so that the score alone decides. Each has one thread, or
`--workers N` (CP-SAT and Matchday). Matchday's budget is counted in `--iterations`; its time is what that takes.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

RIVALS = ("matchday", "cpsat", "timefold")


@dataclass
class Request:
    provider: int
    demander: int
    score: int
    slots: list[int]


@dataclass
class Day:
    """Providers are the participants 0..H, demanders those after them."""

    tables: list[int]
    caps: list[int]
    free: list[list[int]]
    requests: list[Request]

    @property
    def slots(self):
        return len(self.tables)

    def of(self, participant):
        return [i for i, r in enumerate(self.requests) if participant in (r.provider, r.demander)]


def read(path):
    """A day in the format `.mm`."""
    head, *rows = Path(path).read_text().split("\n")
    hospitals, companies, requests, slots = map(int, head.split()[1:5])
    numbers = iter(int(word) for row in rows for word in row.split())
    take = lambda n: [next(numbers) for _ in range(n)]
    bits = lambda mask: [t for t in range(slots) if mask >> t & 1]
    tables, caps = take(slots), take(hospitals + companies)
    free = [bits(mask) for mask in take(hospitals + companies)]
    asked = []
    for _ in range(requests):
        hospital, company, score, mask = take(4)
        both = set(free[hospital]) & set(free[hospitals + company])
        asked.append(Request(hospital, hospitals + company, score, [t for t in bits(mask) if t in both]))
    return Day(tables, caps, free, asked)


def judge(day, placed):
    """Coverage, weight and breaks of a timetable (request -> slot); stops at a broken rule."""
    busy, load = defaultdict(list), Counter()
    for request, slot in placed.items():
        asked = day.requests[request]
        assert slot in asked.slots, f"request {request} may not lie in slot {slot}"
        load[slot] += 1
        busy[asked.provider].append(slot)
        busy[asked.demander].append(slot)
    assert all(load[t] <= day.tables[t] for t in load), "more meetings than tables"
    breaks = 0
    for participant, slots in busy.items():
        slots.sort()
        assert len(set(slots)) == len(slots) <= day.caps[participant], f"participant {participant}"
        free = set(day.free[participant])
        breaks += sum(any(t in free for t in range(a + 1, b)) for a, b in zip(slots, slots[1:]))
    return len(busy), sum(day.requests[i].score for i in placed), breaks


def matchday(day, args):
    slot = lambda t: {"starts_minute": 540 + 20 * t, "ends_minute": 560 + 20 * t, "follows_break": False}
    table = lambda k: {"closed": [t for t in range(day.slots) if day.tables[t] <= k]}
    someone = lambda p: {
        "seats": [{"available": day.free[p]}], "cap": day.caps[p], "floor": 0, "keeps_table": False,
    }
    request = lambda i, r: {
        "demander": r.demander, "provider": r.provider, "class": "mutual", "must": False, "score": r.score,
        "received": i, "remote": False, "slots": r.slots,
    }
    text = {
        "problem": {
            "slots": [slot(t) for t in range(day.slots)],
            "tables": [table(k) for k in range(max(day.tables))],
            "participants": [someone(p) for p in range(len(day.caps))],
            "requests": [request(i, r) for i, r in enumerate(day.requests)],
            "locks": [],
        },
        "policy": {"mutual": 0, "demand_side": 0, "supply_side": 0, "suggested": 0},
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(text, file)
        file.flush()
        command = [args.matchday, "plan", file.name, "--json", "--iterations", str(args.iterations)]
        command += ["--time-limit", str(args.seconds), "--threads", str(args.workers)]
        ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        raise SystemExit(f"matchday: {ran.stderr}")
    return {m["request"]: m["slot"] for m in json.loads(ran.stdout)["meetings"]}


def cpsat(day, args):
    """First coverage and weight, for half of the time, then breaks with both kept, from what was found."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = {(i, t): model.new_bool_var("") for i, r in enumerate(day.requests) for t in r.slots}
    for i, r in enumerate(day.requests):
        model.add_at_most_one(x[i, t] for t in r.slots)
    for t in range(day.slots):
        model.add(sum(x[i, t] for i, r in enumerate(day.requests) if t in r.slots) <= day.tables[t])
    met, breaks = [], []
    for p in range(len(day.caps)):
        asked = day.of(p)
        if not asked:
            continue
        every = [x[i, t] for i in asked for t in day.requests[i].slots]
        model.add(sum(every) <= day.caps[p])
        met.append(model.new_bool_var(""))
        model.add(sum(every) >= met[-1])
        begun = waits = None
        for t in range(day.slots):
            here = [x[i, t] for i in asked if (i, t) in x]
            model.add_at_most_one(here)
            used = sum(here)
            if waits is not None and here:
                breaks.append(model.new_bool_var(""))
                model.add(breaks[-1] >= waits + used - 1)
            # It waits where it has begun, is free and does not meet, and goes on waiting through its absence.
            if begun is not None and t in day.free[p]:
                waits = model.new_bool_var("")
                model.add(waits >= begun - used)
            now = model.new_bool_var("")
            model.add(now >= used)
            if begun is not None:
                model.add_implication(begun, now)
            begun = now
    coverage = sum(met)
    weight = sum(day.requests[i].score * literal for (i, _), literal in x.items())
    most = sum(r.score for r in day.requests) + 1
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = args.workers
    solver.parameters.max_time_in_seconds = args.seconds / 2
    model.maximize(coverage * most + weight)
    begun = time.monotonic()
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    values = {key: solver.value(literal) for key, literal in x.items()}
    model.add(coverage >= sum(solver.value(m) for m in met))
    model.add(weight >= sum(day.requests[i].score for (i, _), value in values.items() if value))
    model.clear_hints()
    for key, literal in x.items():
        model.add_hint(literal, values[key])
    model.minimize(sum(breaks))
    solver.parameters.max_time_in_seconds = args.seconds - (time.monotonic() - begun)
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = {key: solver.value(literal) for key, literal in x.items()}
    return {i: t for (i, t), value in values.items() if value}


def timefold(day, args):
    sys.path.insert(0, str(Path(__file__).parent))
    import with_timefold

    return with_timefold.solve(day, args.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--matchday", default="target/release/matchday", help="the program")
    parser.add_argument("--iterations", type=int, default=30_000_000, help="Matchday's budget")
    parser.add_argument("--seconds", type=int, default=60, help="for each solver and day")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", choices=RIVALS, action="append")
    args = parser.parse_args()
    print("| day | solver | coverage | weight | breaks | seconds | CPU seconds |\n|---|---|---|---|---|---|---|")
    for file in args.files:
        day = read(file)
        for name in args.only or RIVALS:
            begun, used = time.monotonic(), cpu()
            placed = globals()[name](day, args)
            took, used = time.monotonic() - begun, cpu() - used
            figures = " | ".join(str(figure) for figure in judge(day, placed))
            print(f"| {Path(file).stem} | {name} | {figures} | {took:.1f} | {used:.1f} |", flush=True)


def cpu():
    """Seconds of this process and of those that it ran."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


if __name__ == "__main__":
    main()
