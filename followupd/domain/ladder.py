"""The order of the steps: thank-yous, promises, and the ladder after the decision date."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, Anchor, CadenceStep, WaitUnit
from followupd.domain.interview import Channel, Part
from followupd.domain.rungs import PlannedStep, StepState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from followupd.domain.interview import Person
    from followupd.domain.rungs import Situation

_THANKS_WITHIN = 3
"""Working days after the interview in which a late thank-you is still a kindness."""

_MOMENT = timedelta(microseconds=1)


def thank_yous(situation: Situation) -> Iterator[PlannedStep]:
    """The steps that wait for the interview only (advice row 3)."""
    for step in situation.cadence.steps:
        if step.after is not Anchor.INTERVIEW:
            continue
        people = situation.people(step, 0)
        if not people:
            yield situation.nobody(step, 0)
        for person in people:
            yield _thank_you(situation, step, person)


def thanks_until(situation: Situation) -> date:
    """The last day on which a thank-you is still in time."""
    workdays = situation.workdays
    held_on = workdays.day_of(situation.history.interview.held_at)
    late = workdays.add(held_on, _THANKS_WITHIN)
    return max(min(late, situation.expected_by), workdays.add(held_on, 1))


def _thank_you(situation: Situation, step: CadenceStep, person: Person) -> PlannedStep:
    workdays = situation.workdays
    held_at = situation.history.interview.held_at
    held_on = workdays.day_of(held_at)

    def open_from(moment: datetime) -> datetime:
        # On the day of the interview people were at work, whatever the calendar says of it.
        if workdays.day_of(moment) == held_on:
            candidate = max(moment, workdays.opening(held_on))
            if workdays.day_of(candidate) == held_on and workdays.within_hours(candidate):
                return candidate
        return workdays.next_open(moment)

    if step.wait.unit is WaitUnit.HOURS:
        nominal = held_at + timedelta(hours=step.wait.amount)
    else:
        nominal = workdays.after(held_on, step.wait)
    reason = f"{step.wait} after the interview on {situation.say(held_on)}"
    planned = situation.rung(
        step, 0, person, nominal=nominal, why=reason, open_from=open_from, since=held_at
    )
    until = thanks_until(situation)
    if planned.state.is_ahead and planned.due is not None:
        lies_on = workdays.day_of(planned.due)
    elif planned.state is StepState.QUEUED:
        lies_on = workdays.day_of(situation.now)
    else:
        return planned
    if lies_on <= until:
        return planned
    late = f"too late for it after {situation.say(until)}"
    return replace(planned, state=StepState.PASSED, due=None, reason=late)


def promises(situation: Situation) -> Iterator[PlannedStep]:
    """Each promise on the morning of its date, whatever day that is (advice row 4)."""
    workdays = situation.workdays
    order = (Part.RECRUITER, Part.HIRING_MANAGER, Part.INTERVIEWER)
    step = CadenceStep(
        name=PROMISE,
        after=Anchor.INTERVIEW,
        wait=situation.cadence.silent_after,
        to=order,
        channel=Channel.EMAIL,
        template=PROMISE,
    )
    for number, promise in enumerate(situation.history.interview.promises):
        people = situation.people(step, number)
        if not people:
            yield situation.nobody(step, number)
            continue
        yield situation.rung(
            step,
            number,
            people[0],
            nominal=workdays.at(promise.on, time(9, 0)),
            why=f"promised for {situation.say(promise.on)}: {promise.what}",
            open_from=workdays.local,
            # What was written before that day may have been anything; on it, it was the promise.
            since=workdays.at(promise.on, time.min) - _MOMENT,
        )


def ladder(situation: Situation) -> Iterator[PlannedStep]:
    """The steps from the decision date on, each counted from the one before."""
    workdays = situation.workdays
    promised = situation.history.decision_by is not None
    origin = f"the {'promised' if promised else 'assumed'} decision date"
    base = situation.expected_by
    since = workdays.at(base + timedelta(days=1), time.min) - _MOMENT
    waits_for: str | None = None
    estimated = False
    reached: dict[str, frozenset[str]] = {}
    for step in situation.cadence.steps:
        if step.after is Anchor.INTERVIEW:
            continue
        nominal = workdays.after(base, step.wait)
        if step.after is Anchor.DECISION:
            counted = workdays.after(situation.expected_by, step.wait)
            nominal = max(counted, situation.start(base))
        why = f"{step.wait} after {origin}, {situation.say(base)}"
        rungs = list(_rungs(situation, step, nominal, why, since, reached.get(step.unless or "")))
        if waits_for is not None:
            rungs = [_waiting(rung, waits_for) for rung in rungs]
        elif estimated:
            rungs = [_estimate(rung) for rung in rungs]
        yield from rungs
        reached[step.name] = frozenset(
            rung.person.key for rung in rungs if rung.person and rung.state is not StepState.PASSED
        )
        if waits_for is not None:
            continue
        pending = [rung for rung in rungs if not rung.state.is_over]
        if any(not rung.state.is_ahead for rung in pending):
            waits_for = step.name
        elif pending:
            last = max(rung.due or situation.now for rung in pending)
            base = workdays.day_of(max(last, situation.now))
            origin, estimated = f"the {step.name} step, if that is done on its day", True
        elif any(rung.over_at for rung in rungs):
            since = max(rung.over_at for rung in rungs if rung.over_at is not None)
            base = max(base, workdays.day_of(since))
            origin = f"the {step.name} step"


def _rungs(
    situation: Situation,
    step: CadenceStep,
    nominal: datetime,
    why: str,
    since: datetime,
    reached: frozenset[str] | None,
) -> Iterator[PlannedStep]:
    cycle = situation.history.cycle
    if step.closes:
        yield situation.closing(step, nominal, why)
        return
    people = situation.people(step, cycle)
    if not people:
        yield situation.nobody(step, cycle)
    for person in people:
        if reached is not None and person.key in reached:
            gone = f"the {step.unless} step already goes to {person.called}"
            yield situation.passed(step, cycle, person, gone)
        else:
            yield situation.rung(
                step,
                cycle,
                person,
                nominal=nominal,
                why=why,
                open_from=situation.workdays.next_open,
                since=since,
            )


def _waiting(rung: PlannedStep, waits_for: str) -> PlannedStep:
    if not rung.state.is_ahead:
        return rung
    why = f"waits until the {waits_for} step is done"
    return replace(rung, state=StepState.HELD, due=None, reason=why)


def _estimate(rung: PlannedStep) -> PlannedStep:
    if not rung.state.is_ahead:
        return rung
    return replace(rung, state=StepState.PLANNED, estimated=True)
