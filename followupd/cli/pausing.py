"""`pause` and `resume`: nothing is laid into Drafts, and nothing approved sent, for a while.

A promise is the user's own word to somebody, so one that falls into the pause is named first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from followupd.cli.desk import open_desk
from followupd.cli.format import draft_to, moment, name_of, person_name, step_ahead
from followupd.cli.screen import Screen
from followupd.cli.when import read_moment
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.domain.days import say_day
from followupd.domain.limits import sharing_people
from followupd.domain.steps import StepState
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.service.planning import plan_of, with_pause
from followupd.service.world import workdays_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from datetime import datetime

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.workdays import Workdays
    from followupd.service.clock import Clock

_WHAT_LIMIT = 200


Key: TypeAlias = tuple[int, str, int, str]
"""A step of an interview: its number, the step, its cycle and the person's address."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A step with a time, of an interview, as it were without a pause."""

    history: History
    step: PlannedStep
    due: datetime

    @property
    def key(self) -> Key:
        """Which step it is."""
        return _key(self.history, self.step)

    @property
    def is_promise(self) -> bool:
        """Whether it keeps the user's word."""
        return self.step.step == PROMISE and self.step.request is None

    def words(self, desk: Desk) -> str:
        """The day, the step and the interview."""
        day = say_day(desk.workdays.day_of(self.due), desk.today)
        return f"{day}, {step_ahead(self.step)} ({self._interview})"

    def since(self, desk: Desk) -> str:
        """The step and the interview, with the day on which it was due."""
        if self.is_promise:
            return f"your promise for {self.promise(desk)}"
        day = say_day(desk.workdays.day_of(self.due), desk.today)
        return f"{step_ahead(self.step)}, since {day} ({self._interview})"

    def promise(self, desk: Desk) -> str:
        """What was promised for when and to whom."""
        promise = self.history.interview.promises[self.step.cycle]
        to = f", to {person_name(self.step.person)}" if self.step.person is not None else ""
        what = f"{clean(promise.what, _WHAT_LIMIT)}{to}"
        return f"{say_day(promise.on, desk.today)}: {what} ({self._interview})"

    @property
    def _interview(self) -> str:
        return f"interview {self.history.interview_id}: {name_of(self.history.interview)}"


def pause(arguments: Namespace, clock: Clock) -> int:
    """Lay nothing into Drafts until a moment, or until told otherwise."""
    with open_desk(arguments, clock) as desk:
        until = _until(arguments.until, desk) if arguments.until is not None else None
        with desk.store.begin() as transaction:
            transaction.pause(desk.now, desk.now, until)
        screen = Screen()
        if until is None:
            screen.line("Paused: nothing is laid into Drafts until `followupd resume`.")
        else:
            when = moment(until, desk.today, desk.workdays)
            screen.line(
                f"Paused: nothing is laid into Drafts before {when}; `followupd resume` ends it."
            )
        held = [each for each in _without_pause(desk) if until is None or each.due < until]
        promised = [each for each in held if each.is_promise]
        for each in promised:
            screen.line(f"Your promise, yours to keep, for {each.promise(desk)}.", "bold")
        left_out = _left_out(desk)
        for each in held:
            reason = left_out.get(each.key)
            if reason is not None:
                screen.line(f"Left out for it: {each.words(desk)}: {clean(reason, _WHAT_LIMIT)}.")
            elif not each.is_promise:
                screen.line(f"Held back: {each.words(desk)}.")
        if not held:
            screen.line("Nothing was to be laid meanwhile.")
        for words in _approved(desk, until):
            screen.line(f"Not sent meanwhile, though you approved it: {words}.")
        screen.line(
            "Mail is read as before, and what lies in Drafts stays there; what you ask for with "
            "`followupd draft` is laid all the same."
        )
    return 0


def _left_out(desk: Desk) -> dict[Key, str]:
    """What comes too late after the pause that was just recorded, with the reason."""
    with desk.store.look() as reading:
        workdays = with_pause(workdays_of(desk.settings), reading.paused())
    return {
        _key(history, step): step.reason
        for history, plan in _plans(desk, workdays)
        for step in plan.steps
        if step.state is StepState.PASSED
    }


def _approved(desk: Desk, until: datetime | None) -> Iterator[str]:
    """The approved drafts that would have gone out before the pause ends, over all interviews."""
    for history, plan in _plans(desk, workdays_of(desk.settings)):
        for sending in plan.send:
            draft = history.draft(sending.message_id)
            if draft is None or sending.due is None or (until is not None and sending.due >= until):
                continue
            interview = f"interview {history.interview_id}: {name_of(history.interview)}"
            yield f"{draft_to(draft, history)} ({interview})"


def resume(arguments: Namespace, clock: Clock) -> int:
    """Go on."""
    with open_desk(arguments, clock) as desk:
        with desk.store.begin() as transaction:
            if not transaction.resume(desk.now):
                raise FollowupdError("nothing is paused")
        screen = Screen()
        screen.line("Resumed.")
        steps = list(_without_pause(desk))
        due = [each for each in steps if each.step.state is StepState.DUE]
        for each in due:
            screen.line(f"Due now: {each.since(desk)}.")
        ahead = [each for each in steps if each.step.state is StepState.PLANNED]
        if ahead and not due:
            screen.line(f"Next: {ahead[0].words(desk)}.")
        if not steps:
            screen.line("Nothing is planned.")
    return 0


def _until(text: str, desk: Desk) -> datetime:
    """When the pause ends; a day means its sending hours.

    Raises:
        UsageError: it is no moment, or has passed.
    """
    read = read_moment(text, desk.now, desk.workdays, "UNTIL", back=False)
    until = read.at
    if read.assumed:
        until = desk.workdays.opening(desk.workdays.day_of(read.at))
    if until <= desk.now:
        when = moment(until, desk.today, desk.workdays)
        raise UsageError(f"UNTIL: {when} has passed; name a later day")
    return until


def _without_pause(desk: Desk) -> Iterator[_Held]:
    """What would be laid, and when, over all interviews, if nothing were paused; oldest first."""
    found = []
    for history, plan in _plans(desk, workdays_of(desk.settings)):
        for step in plan.steps:
            is_draft = step.state.is_ahead and not step.is_task and not step.estimated
            # What is asked for is laid all the same; a reminder says what its promise says.
            if is_draft and step.due is not None and step.request is None and step.step != REMINDER:
                found.append(_Held(history, step, step.due))
    yield from sorted(found, key=lambda each: (each.due, each.history.interview_id))


def _plans(desk: Desk, workdays: Workdays) -> Iterator[tuple[History, Plan]]:
    """Every open interview with its plan in that calendar."""
    histories = desk.histories()
    for history in histories.values():
        if history.closed is None:
            others = sharing_people(history, histories.values())
            yield history, plan_of(history, others, desk.settings, workdays, desk.now)


def _key(history: History, step: PlannedStep) -> Key:
    person = step.person.key if step.person is not None else ""
    return history.interview_id, step.step, step.cycle, person
