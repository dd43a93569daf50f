"""Where an interview stands and what comes next, in a few sentences; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.approved import approval_folder, asks_user, draft_words, is_point
from followupd.cli.format import (
    as_typed,
    counted,
    day_with_distance,
    draft_to,
    listed,
    moment,
    name_of,
    step_ahead,
    worded,
)
from followupd.cli.open_points import open_points, pause_words
from followupd.domain.days import say_day
from followupd.domain.interview import Outcome, Status
from followupd.domain.plan import StepState
from followupd.domain.status import expected_by
from followupd.domain.verdicts import guess_of, is_unclear
from followupd.reading.text import clean, quoted
from followupd.service.planning import cadence_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep

NOW = "now"
"""What `next_words` begins with for what is due."""

_REASON_LIMIT = 200


def status_sentence(history: History, plan: Plan, desk: Desk) -> str:
    """What the status is, and why."""
    today, workdays = desk.today, desk.workdays
    cadence = cadence_for(history.interview, desk.settings)
    expected = say_day(expected_by(history, cadence, workdays), today)
    promised = "promised" if history.decision_by is not None else "assumed"
    if history.held_up_by is not None:
        expected += f" (read from {quoted(history.held_up_by.subject, 60)}"
        expected += f" of {say_day(workdays.day_of(history.held_up_by.date), today)})"
    match plan.status:
        case Status.UPCOMING:
            held_at = moment(history.interview.held_at, today, workdays)
            return f"upcoming: the interview is on {held_at}"
        case Status.WAITING:
            return f"waiting: the {promised} decision date is {expected}"
        case Status.SILENT if history.marked_silent:
            return "silent: you said that no answer has come"
        case Status.SILENT:
            return f"silent: the {promised} decision date was {expected}, and no answer is known"
        case Status.ANSWERED:
            return f"answered{_outcome(history)}, {_answered_on(history, desk)}"
        case Status.CLOSED:
            closed = history.closed
            day = moment(closed.at, today, workdays) if closed is not None else ""
            reason = clean(closed.reason, 200) if closed is not None else ""
            return f"closed since {day}{f': {reason}' if reason else ''}"


def answer_words(history: History, desk: Desk) -> str:
    """The answer: `offer, Mon 7 Dec`; "" while there is none."""
    if history.answer is None:
        return ""
    return f"{_outcome(history)[2:] or 'an answer'}, {_answered_on(history, desk)}"


def _outcome(history: History) -> str:
    """`: offer`; "" where the answer is none of those that have a name."""
    answer = history.answer
    if answer is None or answer.outcome is Outcome.OTHER:
        return ""
    return f": {worded(answer.outcome)}"


def _answered_on(history: History, desk: Desk) -> str:
    at = history.answer.at if history.answer is not None else desk.now
    return say_day(desk.workdays.day_of(at), desk.today)


def next_words(plan: Plan, desk: Desk) -> str | None:
    """The next step with its day: `Tue 8 Dec, in 3 working days: check-in to Dana Fox`."""
    due = _due(plan)
    if due:
        more = f" and {len(due) - 1} more" if len(due) > 1 else ""
        return f"{NOW}: {step_ahead(due[0])}{more}"
    step = plan.next_step
    return _with_day(step, desk) if step is not None and step.due is not None else None


def _due(plan: Plan) -> list[PlannedStep]:
    """What is to be laid into Drafts now."""
    return [step for step in plan.steps if step.state is StepState.DUE and not step.is_task]


def _with_day(step: PlannedStep, desk: Desk) -> str:
    at = step.due or desk.now
    day = day_with_distance(desk.workdays.day_of(at), desk.today, desk.workdays)
    return f"{day}: {step_ahead(step)}"


def what_follows(
    history: History, plan: Plan, desk: Desk, *, asks_review: bool = True
) -> Iterator[str]:
    """Sentences: where it stands now, what waits for the user, what happens next and why.

    Args:
        history: the interview.
        plan: its plan.
        desk: the time and the calendar.
        asks_review: whether the review that is still to be written is asked for.
    """
    status = status_sentence(history, plan, desk)
    yield f"{name_of(history.interview)} is {status}."
    paused = pause_words(desk.pause, desk)
    if paused is not None and plan.status is not Status.CLOSED:
        yield paused
    withdrawn = {each.message_id: each.reason for each in plan.withdraw}
    for draft in history.open_drafts:
        if draft.message_id in withdrawn:
            reason = clean(withdrawn[draft.message_id], _REASON_LIMIT)
            what = draft_to(draft, history)
            yield f"The draft {what} will be taken back from Drafts: {reason}."
        elif not is_point(draft, plan):
            yield f"The draft {draft_words(draft, history, plan, desk)}."
            if not asks_user(draft, plan):
                folder = approval_folder(history, desk.settings)
                yield f"To take the approval back, move it out of {folder} before."
    yield from _unclear(history)
    if history.possible:
        replies = counted(len(history.possible), "possible reply")
        if plan.status is Status.CLOSED:
            yield f"{replies} can still be decided: `followupd resolve`."
        else:
            yield f"{replies} must be decided first: `followupd resolve`."
    yield from open_points(history, plan, desk, asks_review=asks_review)
    coming = list(_coming(plan, desk))
    yield from coming
    held = []
    if paused is None and not history.possible:
        held = list(_held_back(plan))
        yield from held
    waits = history.open_drafts or plan.tasks or plan.closes_at is not None or held
    if not coming and not waits and (paused is None or plan.status is Status.CLOSED):
        yield "Nothing more happens by itself."


def _coming(plan: Plan, desk: Desk) -> Iterator[str]:
    """What is due now, and what comes next, with the reasons."""
    due = _due(plan)
    if due:
        reasons = {step.reason for step in due}
        why = f" ({clean(due[0].reason, _REASON_LIMIT)})" if len(reasons) == 1 else ""
        yield f"Due now: {listed([step_ahead(step) for step in due])}{why}."
    ahead = [
        (step.due, step)
        for step in plan.steps
        if step.state is StepState.PLANNED and step.due is not None and not step.is_task
    ]
    if ahead:
        _, step = min(ahead, key=lambda pair: pair[0])
        yield f"Next, {_with_day(step, desk)} ({clean(step.reason, _REASON_LIMIT)})."


def _held_back(plan: Plan) -> Iterator[str]:
    """What waits for something else than the user's word or the end of a pause."""
    held: dict[str, list[str]] = {}
    for step in plan.steps:
        if step.state is StepState.HELD:
            held.setdefault(step.reason, []).append(step_ahead(step))
    for reason, steps in held.items():
        yield f"Held back: {listed(steps)} ({clean(reason, _REASON_LIMIT)})."


def _unclear(history: History) -> Iterator[str]:
    """The question about an answer of which it is not sure what it says."""
    number = history.interview_id
    if history.answer is None or not is_unclear(history.answer.verdict):
        return
    guess = guess_of(history.answer.verdict)
    if guess is None:
        yield (
            f"What the answer says is not clear. `followupd answered {number} --outcome …` says "
            f"it, `followupd silent {number}` that it was none."
        )
        return
    yield (
        f"What the answer says is not sure; it may be: {worded(guess)}. "
        f"`followupd answered {number} --outcome {as_typed(guess)}` says so, "
        f"`followupd why {number}` tells why."
    )
