"""A day as a model of Timefold: a meeting has a slot or none."""

from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import (
    BendableScore,
    ConstraintCollectors,
    ConstraintFactory,
    Joiners,
    constraint_provider,
)

# One hard level; coverage, weight and breaks, each before the next.
HARD, SOFT = 1, 3


@dataclass(frozen=True)
class Slot:
    index: int
    tables: int


@dataclass(frozen=True)
class Participant:
    index: int
    cap: int
    # The place of each slot among those in which it is free: absence is no break.
    place: tuple[int, ...]


@planning_entity
@dataclass
class Meeting:
    id: Annotated[int, PlanningId]
    provider: Participant
    demander: Participant
    score: int
    allowed: Annotated[list[Slot], ValueRangeProvider]
    slot: Annotated[Slot | None, PlanningVariable(allows_unassigned=True)] = field(default=None)

    def of_provider(self) -> int:
        return self.provider.place[self.slot.index]

    def of_demander(self) -> int:
        return self.demander.place[self.slot.index]


@planning_solution
@dataclass
class Timetable:
    meetings: Annotated[list[Meeting], PlanningEntityCollectionProperty]
    score: Annotated[BendableScore | None, PlanningScore(bendable_hard_levels_size=HARD, bendable_soft_levels_size=SOFT)] = field(
        default=None
    )


def hard():
    return BendableScore.of_hard(HARD, SOFT, 0, 1)


def soft(level):
    return BendableScore.of_soft(HARD, SOFT, level, 1)


@constraint_provider
def rules(factory: ConstraintFactory):
    count = ConstraintCollectors.count
    runs = ConstraintCollectors.to_consecutive_sequences
    meeting = lambda: factory.for_each(Meeting)
    return [
        factory.for_each_unique_pair(Meeting, Joiners.equal(lambda m: m.slot), Joiners.equal(lambda m: m.provider))
        .penalize(hard()).as_constraint("provider twice in a slot"),
        factory.for_each_unique_pair(Meeting, Joiners.equal(lambda m: m.slot), Joiners.equal(lambda m: m.demander))
        .penalize(hard()).as_constraint("demander twice in a slot"),
        meeting().group_by(lambda m: m.slot, count()).filter(lambda slot, n: n > slot.tables)
        .penalize(hard(), lambda slot, n: n - slot.tables).as_constraint("tables"),
        meeting().group_by(lambda m: m.provider, count()).filter(lambda p, n: n > p.cap)
        .penalize(hard(), lambda p, n: n - p.cap).as_constraint("cap of provider"),
        meeting().group_by(lambda m: m.demander, count()).filter(lambda p, n: n > p.cap)
        .penalize(hard(), lambda p, n: n - p.cap).as_constraint("cap of demander"),
        meeting().group_by(lambda m: m.provider).reward(soft(0)).as_constraint("coverage of providers"),
        meeting().group_by(lambda m: m.demander).reward(soft(0)).as_constraint("coverage of demanders"),
        meeting().reward(soft(1), lambda m: m.score).as_constraint("weight"),
        meeting().group_by(lambda m: m.provider, runs(lambda m: m.of_provider()))
        .penalize(soft(2), lambda p, all: len(all.getConsecutiveSequences()) - 1).as_constraint("breaks of providers"),
        meeting().group_by(lambda m: m.demander, runs(lambda m: m.of_demander()))
        .penalize(soft(2), lambda p, all: len(all.getConsecutiveSequences()) - 1).as_constraint("breaks of demanders"),
    ]


def solve(day, seconds):
    """The slot of each meeting that was placed."""
    slots = [Slot(t, tables) for t, tables in enumerate(day.tables)]
    people = [
        Participant(p, cap, tuple(sum(free < t for free in day.free[p]) for t in range(day.slots)))
        for p, cap in enumerate(day.caps)
    ]
    meetings = [
        Meeting(i, people[r.provider], people[r.demander], r.score, [slots[t] for t in r.slots])
        for i, r in enumerate(day.requests)
    ]
    config = SolverConfig(
        solution_class=Timetable,
        entity_class_list=[Meeting],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(seconds=seconds)),
        random_seed=1,
    )
    best = SolverFactory.create(config).build_solver().solve(Timetable(meetings))
    return {meeting.id: meeting.slot.index for meeting in best.meetings if meeting.slot is not None}
