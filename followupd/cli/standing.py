"""Where an interview stands and what comes next, in a few sentences; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.format import (
    counted,
    day_with_distance,
    draft_stands,
    draft_to,
    moment,
    name_of,
    step_to,
    worded,
)
from followupd.cli.open_points import open_points, pause_words
from followupd.domain.days import say_day
from followupd.domain.interview import Status
from followupd.domain.plan import StepState
from followupd.domain.status import expected_by
from followupd.domain.verdicts import guess_of, is_unclear
from followupd.reading.text import clean, quoted
from followupd.service.planning import cadence_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.history import History
    from followupd.domain.plan import Plan


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
            return f"answered: {answer_words(history, desk)}"
        case Status.CLOSED:
            closed = history.closed
            day = moment(closed.at, today, workdays) if closed is not None else ""
            reason = clean(closed.reason, 200) if closed is not None else ""
            return f"closed since {day}{f': {reason}' if reason else ''}"


def answer_words(history: History, desk: Desk) -> str:
    """The answer: `offer, Mon 7 Dec`; "" while there is none."""
    if history.answer is None:
        return ""
    day = say_day(desk.workdays.day_of(history.answer.at), desk.today)
    return f"{worded(history.answer.outcome)}, {day}"


def next_words(plan: Plan, desk: Desk) -> str | None:
    """The next step with its day: `Tue 8 Dec, in 3 working days: check-in to Dana Fox`."""
    step = plan.next_step
    if step is None or step.due is None:
        return None
    if step.state is StepState.DUE:
        return f"now: {step_to(step)}"
    day = day_with_distance(desk.workdays.day_of(step.due), desk.today, desk.workdays)
    return f"{day}: {step_to(step)}"


def what_follows(history: History, plan: Plan, desk: Desk) -> Iterator[str]:
    """Sentences: where it stands now, what waits for the user, what happens next and why."""
    status = status_sentence(history, plan, desk)
    yield f"{name_of(history.interview)} is {status}."
    paused = pause_words(desk.pause, desk)
    if paused is not None and plan.status is not Status.CLOSED:
        yield paused
    withdrawn = {each.message_id: each.reason for each in plan.withdraw}
    for draft in history.open_drafts:
        what = draft_to(draft, history)
        if draft.message_id in withdrawn:
            reason = clean(withdrawn[draft.message_id], 200)
            yield f"The draft {what} will be taken back from Drafts: {reason}."
        else:
            yield f"The draft {what} {draft_stands(draft)}."
    yield from _unclear(history)
    if history.possible:
        yield (
            f"{counted(len(history.possible), 'possible reply')} must be decided first: "
            "`followupd resolve`."
        )
    yield from open_points(history, plan, desk)
    step = plan.next_step
    said = next_words(plan, desk)
    waits = history.open_drafts or plan.tasks or plan.closes_at is not None
    if step is not None and said is not None:
        yield f"Next, {said} ({clean(step.reason, 200)})."
    elif not waits and (paused is None or plan.status is Status.CLOSED):
        yield "Nothing more happens by itself."


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
        f"`followupd answered {number} --outcome {guess.value}` says so, "
        f"`followupd why {number}` tells why."
    )
