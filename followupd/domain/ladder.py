"""The order of the ladder: the steps from the decision date on, each after the one before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import Anchor
from followupd.domain.deeds import Turn
from followupd.domain.interview import Channel
from followupd.domain.rungs import judged
from followupd.domain.steps import PlannedStep, StepState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from followupd.domain.cadence import CadenceStep
    from followupd.domain.interview import Person
    from followupd.domain.situation import Situation

_MOMENT = timedelta(microseconds=1)

_UNTOUCHED = (StepState.PLANNED, StepState.DUE, StepState.HELD, StepState.QUEUED)
"""States in which the user has had no say in a step yet."""


def ladder(situation: Situation) -> Iterator[PlannedStep]:
    """The steps from the decision date on, each counted from the one before."""
    progress = _Progress.start(situation)
    for step in situation.steps():
        if step.after is not Anchor.INTERVIEW:
            rungs = [progress.in_turn(rung) for rung in _rungs(situation, step, progress)]
            yield from rungs
            progress.add(situation, step, rungs)


@dataclass(slots=True)
class _Progress:
    """How far the ladder has come, while it is gone through step by step.

    Attributes:
        base: the day from which the next step's wait counts.
        origin: what that day is, as a reason says it.
        since: what the user wrote by then was not about the missing answer.
        called: the calls up to then belong to the steps before.
        done: when each person's last step was done; what was written by then counts for that.
        reached: whom each step goes to, by its name.
        waits_for: the step that is not done and has no time; "" for none.
        estimated: a step before is still ahead, so that `base` is a guess.
    """

    base: date
    origin: str
    since: datetime
    called: datetime
    done: dict[str, datetime] = field(default_factory=dict)
    reached: dict[str, frozenset[str]] = field(default_factory=dict)
    waits_for: str = ""
    estimated: bool = False

    @classmethod
    def start(cls, situation: Situation) -> _Progress:
        """At the decision date, but not before the interview."""
        base, workdays = situation.expected_by, situation.workdays
        day_over = workdays.at(base + timedelta(days=1), time.min) - _MOMENT
        since = max(day_over, situation.history.interview.held_at)
        return cls(base, _decision(situation), since, called=since)

    def nominal(self, situation: Situation, step: CadenceStep) -> tuple[datetime, str]:
        """When the step would be due if nothing else moved it, and why."""
        workdays = situation.workdays
        due = workdays.after(self.base, step.wait)
        why = f"{step.wait} after {self.origin}, {situation.say(self.base)}"
        if step.after is Anchor.DECISION:
            due = workdays.after(situation.expected_by, step.wait)
            day = situation.say(situation.expected_by)
            why = f"{step.wait} after {_decision(situation)}, {day}"
            if situation.start(self.base) > due:
                due = situation.start(self.base)
                why = f"after {self.origin}, {situation.say(self.base)}"
        return max(due, situation.history.interview.held_at), why

    def turn(self, situation: Situation, step: CadenceStep, person: Person) -> Turn:
        """The turn of a step for a person."""
        nominal, why = self.nominal(situation, step)
        # A step that is passed over for this person takes no call away from the one behind it.
        goes_elsewhere = person.key in self.reached.get(step.unless or "", ())
        return Turn(
            nominal=nominal,
            why=why,
            open_from=situation.workdays.next_open,
            since=self.done.get(person.key, self.since),
            called=None if goes_elsewhere else self.called,
            earliest=_earliest(situation, step),
            asks=True,
        )

    def in_turn(self, rung: PlannedStep) -> PlannedStep:
        """The rung in view of the steps before it."""
        if not rung.state.is_ahead:
            return rung
        if self.waits_for:
            why = f"waits until the {self.waits_for} step is done"
            return replace(rung, state=StepState.HELD, due=None, reason=why, estimated=False)
        if self.estimated:
            return replace(rung, state=StepState.PLANNED, estimated=True)
        return rung

    def add(self, situation: Situation, step: CadenceStep, rungs: Sequence[PlannedStep]) -> None:
        """Go past a step."""
        self.reached[step.name] = frozenset(
            rung.person.key for rung in rungs if rung.person and rung.state is not StepState.PASSED
        )
        over = [rung.over_at for rung in rungs if rung.over_at is not None]
        self.called = max([self.called, *over])
        for rung in rungs:
            if rung.over_at is not None and rung.person is not None:
                before = self.done.get(rung.person.key, self.since)
                self.done[rung.person.key] = max(before, rung.over_at)
        if self.waits_for:
            return
        workdays = situation.workdays
        pending = [rung for rung in rungs if not rung.state.is_over]
        if any(not rung.state.is_ahead for rung in pending):
            self.waits_for = step.name
        elif pending:
            last = max(rung.due or situation.now for rung in pending)
            self.base = workdays.day_of(max(last, situation.now))
            self.origin, self.estimated = f"the {step.name} step, if that is done on its day", True
        elif over:
            self.base = max(self.base, workdays.day_of(max(over)))
            self.origin = f"the {step.name} step"


def _decision(situation: Situation) -> str:
    promised = situation.history.decision_by is not None
    return f"the {'promised' if promised else 'assumed'} decision date"


def _rungs(situation: Situation, step: CadenceStep, progress: _Progress) -> Iterator[PlannedStep]:
    cycle = situation.history.cycle
    nominal, why = progress.nominal(situation, step)
    if step.closes:
        yield situation.closing(step, nominal, why)
        return
    if step.channel is Channel.TASK and not step.to and not step.template:
        barred = situation.barred() or situation.paused()
        task = situation.task(step, cycle, None, situation.workdays.next_open(nominal), why)
        if barred is not None and not task.state.is_over:
            task = replace(task, state=barred[0], reason=barred[1], due=None)
        yield task
        return
    people = situation.people(step, cycle)
    if not people:
        yield _out_of_reach(situation, step, progress)
    for person in people:
        rung = judged(situation, step, cycle, person, progress.turn(situation, step, person))
        untouched = rung.state in _UNTOUCHED
        if untouched and person.key in progress.reached.get(step.unless or "", ()):
            gone = f"the {step.unless} step already goes to {person.called}"
            yield situation.passed(step, cycle, person, gone)
        else:
            yield rung


def _out_of_reach(situation: Situation, step: CadenceStep, progress: _Progress) -> PlannedStep:
    """The step while nobody can be reached; a call that was made for it before still counts."""
    cycle = situation.history.cycle
    for part in step.to:
        for person in situation.history.interview.with_part(part):
            rung = judged(situation, step, cycle, person, progress.turn(situation, step, person))
            if rung.state is StepState.DONE:
                return rung
    return situation.nobody(step, cycle)


def _earliest(situation: Situation, step: CadenceStep) -> datetime:
    """Before when the step cannot have come, as the dates of the interview are known now.

    Who takes days off keeps what lies in Drafts.
    """
    workdays = replace(situation.workdays, away=())
    earliest = workdays.at(situation.expected_by, time.min)
    if step.after is Anchor.DECISION:
        earliest = workdays.after(situation.expected_by, step.wait)
    return max(earliest, situation.history.interview.held_at)
