"""The commands by which the user says what happened; each records one event.

What they find and what they record lies in one transaction, so that nothing the daemon learns
comes in between. What makes no sense is refused in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.asking import is_terminal
from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import (
    NAME_LIMIT,
    day_with_distance,
    moment,
    person_name,
    step_to,
    task_done,
    worded,
)
from followupd.cli.particulars import refuse_before
from followupd.cli.people import TEXT_LIMIT
from followupd.cli.persons import people_named
from followupd.cli.reviewing import ask_after_closing
from followupd.cli.screen import Screen
from followupd.cli.standing import what_follows
from followupd.cli.when import read_day, read_moment
from followupd.config.words import near, quoted
from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.days import say_day
from followupd.domain.interview import DraftState, Outcome, Status
from followupd.domain.plan import StepState
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.service.marks import mark_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from typing import TypeAlias

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.service.clock import Clock

    Decide: TypeAlias = Callable[["Case"], tuple[Event, str]]

_NOTE_LIMIT = 2000
_WAITING = (StepState.QUEUED, StepState.EDITED, StepState.MISSING, StepState.APPROVED)


@dataclass(frozen=True, slots=True)
class Case:
    """An interview as a command finds it."""

    history: History
    plan: Plan
    desk: Desk


def record(arguments: Namespace, clock: Clock, decide: Decide, *, asks_review: bool = True) -> int:
    """Record what `decide` makes of the interview, and say what is now so.

    Args:
        arguments: with the number of the interview.
        clock: tells the time.
        decide: what is recorded, and what is said of it.
        asks_review: whether the review that is still to be written is asked for.
    """
    with open_desk(arguments, clock) as desk:
        with desk.store.begin() as transaction:
            histories = desk.histories(transaction)
            history = history_of(histories, arguments.id)
            event, said = decide(Case(history, desk.plan(history, histories), desk))
            transaction.append(arguments.id, event, mark_of(event))
        histories = desk.histories()
        history = histories[arguments.id]
        screen = Screen()
        screen.line(said)
        plan = desk.plan(history, histories)
        for sentence in what_follows(history, plan, desk, asks_review=asks_review):
            screen.line(sentence)
    return 0


def answered(arguments: Namespace, clock: Clock) -> int:
    """An answer came."""
    outcome: Outcome = arguments.outcome

    def decide(case: Case) -> tuple[Event, str]:
        event = happened.MarkedAnswered(at=case.desk.now, outcome=outcome)
        what = "" if outcome is Outcome.OTHER else f": {worded(outcome)}"
        return event, f"Noted: an answer came{what}."

    return record(arguments, clock, decide)


def silent(arguments: Namespace, clock: Clock) -> int:
    """No answer has come."""

    def decide(case: Case) -> tuple[Event, str]:
        _refuse_closed(case.history, by_plan_too=True)
        if case.plan.status is Status.UPCOMING:
            raise FollowupdError(
                f"interview {case.history.interview_id} has not been held yet, so nobody is silent"
            )
        if case.history.marked_silent and not case.history.possible:
            raise FollowupdError(f"interview {case.history.interview_id} is marked silent already")
        return happened.MarkedSilent(at=case.desk.now), "Noted: no answer has come."

    return record(arguments, clock, decide)


def decision(arguments: Namespace, clock: Clock) -> int:
    """The decision is promised for another day."""

    def decide(case: Case) -> tuple[Event, str]:
        _refuse_closed(case.history, by_plan_too=False)
        day = read_day(arguments.date, case.desk.today, "DATE")
        held_on = case.desk.workdays.day_of(case.history.interview.held_at)
        refuse_before(day, held_on, case.desk.today, "DATE")
        if day == case.history.decision_by and case.history.answer is None:
            said = say_day(day, case.desk.today)
            raise FollowupdError(f"the decision is promised for {said} already")
        when = day_with_distance(day, case.desk.today, case.desk.workdays)
        past = "; that day has passed" if day < case.desk.today else ""
        moved = happened.DecisionMoved(at=case.desk.now, decision_by=day)
        return moved, f"Noted: the decision is promised for {when}{past}."

    return record(arguments, clock, decide)


def snooze(arguments: Namespace, clock: Clock) -> int:
    """Nothing is to be laid into Drafts before a day or a moment."""

    def decide(case: Case) -> tuple[Event, str]:
        _refuse_closed(case.history, by_plan_too=True)
        desk = case.desk
        read = read_moment(arguments.until, desk.now, desk.workdays, "UNTIL", back=False)
        until = read.at
        if read.assumed:
            until = desk.workdays.opening(desk.workdays.day_of(read.at))
        when = moment(until, desk.today, desk.workdays)
        if until <= desk.now:
            raise UsageError(f"UNTIL: {when} has passed; name a later day")
        said = f"Nothing is laid into Drafts before {when}"
        if any(step.request is not None for step in case.plan.queue):
            said += ", but for what you ask for with `followupd draft`"
        said += "."
        return happened.Snoozed(at=desk.now, until=until), said

    return record(arguments, clock, decide)


def skip(arguments: Namespace, clock: Clock) -> int:
    """The step that is next is left out: the one whose draft waits, else the next to come."""

    def decide(case: Case) -> tuple[Event, str]:
        step = _next_to_skip(case.plan)
        if step is None:
            why = _why_none(case.history)
            raise FollowupdError(
                f"interview {case.history.interview_id} has no step to skip: {why}"
            )
        person = step.person.address if step.person is not None else ""
        skipped = happened.StepSkipped(
            at=case.desk.now, step=step.step, cycle=step.cycle, person=person
        )
        rung = (step.step, step.cycle, person.casefold())
        states = {draft.state for draft in case.history.open_drafts if draft.rung == rung}
        yours = ""
        if DraftState.EDITED in states:
            yours = " The draft you edited stays in Drafts: delete it yourself."
        return skipped, f"Skipped: {step_to(step)}.{yours}"

    return record(arguments, clock, decide)


def close(arguments: Namespace, clock: Clock) -> int:
    """It is over."""
    reason = clean(arguments.reason, TEXT_LIMIT)

    def decide(case: Case) -> tuple[Event, str]:
        _refuse_closed(case.history, by_plan_too=True)
        return happened.Closed(at=case.desk.now, reason=reason or "you closed it"), "Noted: closed."

    # On a terminal the questions follow at once.
    record(arguments, clock, decide, asks_review=not is_terminal())
    return ask_after_closing(arguments, clock)


def reopen(arguments: Namespace, clock: Clock) -> int:
    """A closing, or an answer, is taken back."""

    def decide(case: Case) -> tuple[Event, str]:
        if case.history.closed is None and case.history.answer is None:
            raise FollowupdError(
                f"interview {case.history.interview_id} is neither closed nor answered; "
                "there is nothing to reopen"
            )
        said = "Noted: reopened."
        if case.history.closed is not None and case.history.answer is not None:
            number = case.history.interview_id
            said += f" The answer still counts; `followupd reopen {number}` again takes it back."
        return happened.Reopened(at=case.desk.now), said

    return record(arguments, clock, decide)


def called(arguments: Namespace, clock: Clock) -> int:
    """The user called."""
    text = clean(arguments.note, _NOTE_LIMIT)

    def decide(case: Case) -> tuple[Event, str]:
        people, number = case.history.interview.people, case.history.interview_id
        if arguments.to is None:
            return happened.CallMade(at=case.desk.now, note=text), "Noted: you called."
        whom = people_named(arguments.to, people, number, "--to")[0]
        event = happened.CallMade(at=case.desk.now, note=text, person=whom.address)
        return event, f"Noted: you called {person_name(whom)}."

    return record(arguments, clock, decide)


def done(arguments: Namespace, clock: Clock) -> int:
    """The user did what a step without a draft asked for."""

    def decide(case: Case) -> tuple[Event, str]:
        task = _task_named(arguments.task, case)
        person = task.person.address if task.person is not None else ""
        event = acts.TaskDone(at=case.desk.now, step=task.step, cycle=task.cycle, person=person)
        return event, f"Noted: {task_done(task.step)}."

    return record(arguments, clock, decide)


def _task_named(name: str | None, case: Case) -> PlannedStep:
    """The task that the user means.

    Raises:
        FollowupdError: there is nothing to do.
        UsageError: there is no such task, or it must be said which.
    """
    number, tasks = case.history.interview_id, case.plan.tasks
    if not tasks:
        raise FollowupdError(
            f"interview {number} has no task to be done now; `followupd plan {number}` shows its "
            "steps"
        )
    there = dict.fromkeys(clean(task.step, NAME_LIMIT) for task in tasks)
    found = [task for task in tasks if name is None or task.step == name]
    if not found:
        typed = name or ""
        raise UsageError(f"TASK: there is no {quoted(typed)} to be done; {near(typed, there)}")
    if name is None and len(found) > 1:
        raise UsageError(f"TASK: say which: {', '.join(there)}")
    return found[0]


def _next_to_skip(plan: Plan) -> PlannedStep | None:
    return next((step for step in plan.steps if step.state in _WAITING), plan.next_step)


def _why_none(history: History) -> str:
    if history.closed is not None:
        return "it is closed"
    if history.possible:
        return "a possible reply must be decided first, with `followupd resolve`"
    if history.answer is not None:
        return "it is answered"
    return "its plan is at its end"


def _refuse_closed(history: History, *, by_plan_too: bool) -> None:
    closed = history.closed
    if closed is not None and (by_plan_too or not closed.by_plan):
        number = history.interview_id
        raise FollowupdError(
            f"interview {number} is closed; `followupd reopen {number}` takes that back"
        )
