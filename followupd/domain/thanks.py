"""The steps after the interview: the thank-yous, and whatever else waits for the interview only.

* A thank-you comes on the day itself or on the next working morning, and is too late some days
  after (advice row 3).
* It may lie beside what the user owes or has asked for, as long as that asks for nothing: they send
  either, or make one letter of the two. What goes out first is enough.
* Who is met in two interviews on one day is thanked once, after the later of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import Anchor, WaitUnit
from followupd.domain.deeds import Turn
from followupd.domain.interview import DraftState
from followupd.domain.rungs import judged
from followupd.domain.steps import REQUESTED_FROM, StepState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from followupd.domain.cadence import CadenceStep
    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Person
    from followupd.domain.situation import Situation
    from followupd.domain.steps import PlannedStep

_THANKS_WITHIN = 3
"""Working days after the interview in which a late thank-you is still a kindness."""

_NOT_OVER = (StepState.PLANNED, StepState.DUE, StepState.HELD, StepState.QUEUED)


def thank_yous(situation: Situation) -> Iterator[PlannedStep]:
    """The steps that wait for the interview only (advice rows 3 and 15)."""
    for step in situation.steps():
        if step.after is not Anchor.INTERVIEW:
            continue
        people = situation.people(step, 0)
        if not people:
            yield situation.nobody(step, 0)
        for person in people:
            yield _thank_you(situation, step, person)


def thanks_until(situation: Situation, step: CadenceStep) -> date:
    """The last day on which a thank-you, or another step after the interview, is in time."""
    workdays = situation.workdays
    held_on = workdays.day_of(situation.history.interview.held_at)
    late = workdays.add(held_on, _THANKS_WITHIN)
    own = workdays.day_of(workdays.next_open(_after_interview(situation, step, situation.history)))
    return max(min(late, situation.expected_by), workdays.add(held_on, 1), own)


def _after_interview(situation: Situation, step: CadenceStep, history: History) -> datetime:
    """When the step's wait after an interview is over; never before it is held."""
    held_at = history.interview.held_at.astimezone(UTC)
    if step.wait.unit is WaitUnit.HOURS:
        return held_at + timedelta(hours=step.wait.amount)
    return max(held_at, situation.workdays.after(situation.workdays.day_of(held_at), step.wait))


def _thank_you(situation: Situation, step: CadenceStep, person: Person) -> PlannedStep:
    workdays = situation.workdays
    held_at = situation.history.interview.held_at
    held_on = workdays.day_of(held_at)

    def open_from(moment: datetime) -> datetime:
        # On the day of the interview people were at work, whatever the calendar says of it.
        if workdays.day_of(moment) == held_on:
            candidate = workdays.back(max(moment, workdays.opening(held_on)))
            if workdays.day_of(candidate) == held_on and workdays.within_hours(candidate):
                return candidate
        return workdays.next_open(moment)

    same_day = () if step.only_final else tuple(_same_day(situation, step, person))
    met = max((situation.history, *same_day), key=lambda each: each.interview.held_at)
    reason = f"{step.wait} after the interview on {situation.say(held_on)}"
    if met is not situation.history:
        reason = f"{step.wait} after you meet again that day, in interview {met.interview_id}"
    turn = Turn(
        nominal=_after_interview(situation, step, met),
        why=reason,
        open_from=open_from,
        since=held_at,
        earliest=held_at,
        thanks=True,
    )
    planned = judged(situation, step, 0, person, turn)
    if planned.state not in _NOT_OVER:
        return planned
    planned = _once(situation, planned, person, same_day)
    until = thanks_until(situation, step)
    if not planned.state.is_ahead and planned.state is not StepState.QUEUED:
        return planned
    # A draft lies in Drafts from its due time, but today if that is past.
    lies_at = max(planned.due or situation.now, situation.now)
    if workdays.day_of(lies_at) <= until:
        return planned
    late = f"too late for it after {situation.say(until)}"
    return replace(planned, state=StepState.PASSED, due=None, reason=late)


def _same_day(situation: Situation, step: CadenceStep, person: Person) -> Iterator[History]:
    """The other interviews of that day in which the person is met and may be thanked."""
    day = situation.workdays.day_of(situation.history.interview.held_at)
    for other in situation.contacts.histories:
        if other.interview_id == situation.history.interview_id or other.closed is not None:
            continue
        if situation.workdays.day_of(other.interview.held_at) != day:
            continue
        if any(each.key == person.key and each.part in step.to for each in other.interview.people):
            yield other


def _once(
    situation: Situation, planned: PlannedStep, person: Person, same_day: tuple[History, ...]
) -> PlannedStep:
    """The step in view of the same one of the other interviews of that day."""
    held_at = situation.history.interview.held_at
    for other in same_day:
        for draft in _alike(planned, person, other):
            whose = f"of interview {other.interview_id}"
            sent_at = draft.settled_at
            if draft.state is DraftState.SENT and sent_at is not None and sent_at >= held_at:
                day = situation.say_day_of(sent_at)
                said = f"the {planned.step} {whose} went to {person.called} on {day}: one will do"
                return replace(
                    planned, state=StepState.DONE, due=None, reason=said, over_at=sent_at
                )
            if draft.state.is_open and planned.state is StepState.HELD:
                said = (
                    f"one {planned.step} to {person.called} will do: that {whose} waits in Drafts"
                )
                return replace(planned, reason=said)
    return planned


def _alike(planned: PlannedStep, person: Person, other: History) -> Iterator[Draft]:
    for draft in other.drafts:
        is_same = draft.step == planned.step and draft.cycle < REQUESTED_FROM
        if is_same and draft.key == person.key and not draft.is_sheet:
            yield draft
