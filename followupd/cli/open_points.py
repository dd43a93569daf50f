"""What waits for the user's hand or word beside the drafts in Drafts, in sentences; pure.

What became of an approved draft, a task that has no draft, an answer that will close the interview,
somebody who stands in, plans that changed, a review that is still to be written, a pause. Each says
what happens next and the command for it.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.cli.approved import approval_points
from followupd.cli.format import NAME_LIMIT, day_with_distance, moment, person_name
from followupd.domain.absences import is_away
from followupd.domain.days import say_day
from followupd.domain.duties import NEXT_ROUND_TASK, THEIR_CALL_TASK
from followupd.domain.interview import EMPLOYER, Status
from followupd.domain.status import expected_by
from followupd.domain.steps import ANSWER_TASK
from followupd.reading.text import clean, quoted
from followupd.service.planning import cadence_for, cadence_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.domain.history import Absence, History
    from followupd.domain.interview import Person
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.workdays import Away

REJECTION_ANSWER = "rejection-answer"
_REASON_LIMIT = 200
_REVIEW_WITHIN = timedelta(days=14)
"""How long `list` goes on asking how it was."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody is away, and another person stands in for them.

    Attributes:
        absent: who is away.
        note: their absence note.
    """

    absent: Person
    note: Absence


def open_points(
    history: History, plan: Plan, desk: Desk, *, asks_review: bool = True
) -> Iterator[str]:
    """All of it, a sentence each, what is to be done first; the review only where it is asked."""
    number = history.interview_id
    problem = cadence_problem(history, desk.settings)
    if problem is not None:
        yield f"{problem}."
    yield from approval_points(history, plan, desk)
    for task in plan.tasks:
        yield _task_sentence(task, history, plan, desk)
    if history.followed_by is not None:
        yield f"The next round is interview {history.followed_by}."
    yield from _closing(history, plan, desk)
    if plan.status in (Status.WAITING, Status.SILENT):
        for stand_in in stand_ins(history, desk):
            yield _stand_in_sentence(stand_in, history, desk)
        if history.plans is not None and _is_untold(history):
            said = quoted(history.plans.text.rstrip(". "), _REASON_LIMIT)
            yield f"The next draft that asks where things stand tells your changed plans: {said}."
    if asks_review and _wants_review(history):
        yield f"How was it, looking back? `followupd review {number}` keeps it for the next time."


def open_points_briefly(history: History, plan: Plan, desk: Desk) -> Iterator[str]:
    """The same as `list` has room for."""
    for task in plan.tasks:
        yield f"to do: {_task_briefly(task, history, desk)}"
    if history.followed_by is not None:
        yield f"the next round is interview {history.followed_by}"
    if plan.closes_at is not None and plan.closes_at > desk.now:
        day = desk.workdays.day_of(plan.closes_at)
        yield f"closes on {say_day(day, desk.today)}"
    if plan.status in (Status.WAITING, Status.SILENT):
        for stand_in in stand_ins(history, desk):
            yield f"{_away_words(stand_in, desk)}; {_who_stands_in(stand_in)} stands in"
    closed = history.closed
    if closed is not None and _wants_review(history) and desk.now - closed.at < _REVIEW_WITHIN:
        yield f"how was it? followupd review {history.interview_id}"


def pause_words(pause: Away | None, desk: Desk) -> str | None:
    """That everything is paused, and how it goes on; None where nothing is."""
    if pause is None or not pause.covers(desk.now):
        return None
    if pause.until is None:
        return "Everything is paused: nothing is laid into Drafts until `followupd resume`."
    until = moment(pause.until, desk.today, desk.workdays)
    return (
        f"Everything is paused until {until}: nothing is laid into Drafts before; "
        "`followupd resume` ends it."
    )


def stand_ins(history: History, desk: Desk) -> Iterator[StandIn]:
    """Who is away now and has named somebody in their stead."""
    seen: set[str] = set()
    for person in history.interview.people:
        note = history.absences.get(person.key)
        if note is None or person.key in seen or person.part not in EMPLOYER:
            continue
        seen.add(person.key)
        named = note.stand_in_name or note.stand_in_address
        if named and is_away(note, desk.today, desk.workdays):
            yield StandIn(person, note)


def _task_sentence(task: PlannedStep, history: History, plan: Plan, desk: Desk) -> str:
    number = history.interview_id
    which = f" {shlex.quote(clean(task.step, NAME_LIMIT))}" if len(plan.tasks) > 1 else ""
    done = f"`followupd done {number}{which}`"
    day = say_day(desk.workdays.day_of(task.due or desk.now), desk.today)
    match task.step:
        case name if name == ANSWER_TASK:
            what = f"answer what they asked you for on {day}"
            if task.person is not None:
                who = person_name(task.person)
                what = f"answer {who}, who asked you for something on {day}"
            return f"To do: {what}; {done} when done. A mail to them is seen by itself."
        case name if name == NEXT_ROUND_TASK:
            return (
                f"To do: record the next round, to which they invited you on {day}: "
                f"`followupd add --round-of {number} --held WHEN`."
            )
        case name if name == THEIR_CALL_TASK:
            return (
                f"To do: {_their_call(task, history, desk)} If they did, `followupd answered "
                f"{number}` or `followupd decision {number} DATE` says what came of it; if not, "
                f"{done}."
            )
        case _:
            name, reason = clean(task.step, NAME_LIMIT), clean(task.reason, _REASON_LIMIT)
            return f"To do: {name} ({reason}); {done} when done."


def _task_briefly(task: PlannedStep, history: History, desk: Desk) -> str:
    if task.step == ANSWER_TASK:
        who = person_name(task.person) if task.person is not None else "them"
        return f"answer {who}"
    if task.step == NEXT_ROUND_TASK:
        return "record the next round"
    if task.step == THEIR_CALL_TASK:
        return _their_call(task, history, desk)
    return clean(task.step, NAME_LIMIT)


def _their_call(task: PlannedStep, history: History, desk: Desk) -> str:
    who = person_name(task.person) if task.person is not None else "they"
    promised = history.call_promised_on
    day = f" on {say_day(promised, desk.today)}" if promised is not None else ""
    return f"did {who} call{day}, as they meant to?"


def _closing(history: History, plan: Plan, desk: Desk) -> Iterator[str]:
    number = history.interview_id
    if plan.closes_at is None:
        return
    when = "is about to be closed"
    if plan.closes_at > desk.now:
        day = desk.workdays.day_of(plan.closes_at)
        when = f"will be closed on {day_with_distance(day, desk.today, desk.workdays)}"
    yield f"It {when}; `followupd reopen {number}` takes the answer back if it is none."
    if not any(request.template == REJECTION_ANSWER for request in history.requests):
        yield f"`followupd draft {number} {REJECTION_ANSWER}` writes a gracious answer."


def _stand_in_sentence(stand_in: StandIn, history: History, desk: Desk) -> str:
    number, interview = history.interview_id, history.interview
    said = f"{_away_words(stand_in, desk)}; {_who_stands_in(stand_in)} stands in"
    address = clean(stand_in.note.stand_in_address, NAME_LIMIT)
    if not address:
        add = f'followupd person {number} add "NAME <ADDRESS>" --part {stand_in.absent.part}'
        return f"{said}. The note does not tell their address; `{add}` does."
    expected = expected_by(history, cadence_for(interview, desk.settings), desk.workdays)
    asked = any(request.person.casefold() == address.casefold() for request in history.requests)
    if desk.today <= expected or asked:
        return f"{said} ({address})."
    template = "check-in-final" if interview.is_final else "check-in"
    return f"{said}: `followupd draft {number} {template} --to {shlex.quote(address)}`."


def _away_words(stand_in: StandIn, desk: Desk) -> str:
    who, note = person_name(stand_in.absent), stand_in.note
    if note.returns_on is None:
        since = say_day(desk.workdays.day_of(note.noted_at), desk.today)
        return f"{who} is away since {since}"
    return f"{who} is away until {say_day(note.returns_on, desk.today)}"


def _who_stands_in(stand_in: StandIn) -> str:
    note = stand_in.note
    return clean(note.stand_in_name or note.stand_in_address, NAME_LIMIT)


def _is_untold(history: History) -> bool:
    plans = history.plans
    return plans is not None and all(written.at < plans.at for written in history.written)


def _wants_review(history: History) -> bool:
    is_last = history.closed is not None and history.followed_by is None
    return is_last and history.review is None
