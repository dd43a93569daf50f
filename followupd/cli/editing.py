"""`edit`: put right what is recorded of an interview, or show it and how it is put right.

What changes lies in one transaction with what it was found as; what makes no sense is refused,
and then nothing is changed at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followupd.cli.desk import history_of, open_desk
from followupd.cli.format import day_with_distance, iso, moment, name_of
from followupd.cli.particulars import cadence_named, named, refuse_before
from followupd.cli.people import read_language, read_promises
from followupd.cli.screen import Screen, print_json
from followupd.cli.standing import what_follows
from followupd.cli.when import read_day, read_moment
from followupd.domain import acts
from followupd.domain.days import say_day
from followupd.domain.events import DecisionMoved, InterviewMoved
from followupd.domain.interview import Register
from followupd.domain.status import expected_by
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from datetime import datetime

    from followupd.cli.desk import Desk
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.service.clock import Clock

_VALUES = ("company", "role", "language", "register", "cadence", "final", "held", "decision_by")
_LISTS = ("promise", "drop_promise")
_TEXT_LIMIT = 300


@dataclass(slots=True)
class Changes:
    """What is to be recorded, and what is said about it."""

    events: list[Event] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def make(self, event: Event, *said: str) -> None:
        """One more change."""
        self.events.append(event)
        self.said.extend(said)


def edit(arguments: Namespace, clock: Clock) -> int:
    """Change what is recorded of an interview; without a change named, show it."""
    with open_desk(arguments, clock) as desk:
        said: list[str] = []
        if _wants_change(arguments):
            with desk.store.begin() as transaction:
                before = history_of(desk.histories(transaction), arguments.id)
                changes = _changes(arguments, before, desk)
                for event in changes.events:
                    transaction.append(arguments.id, event)
            said = changes.said
        histories = desk.histories()
        history = history_of(histories, arguments.id)
        if arguments.json:
            print_json(_as_json(history, desk))
        elif not said:
            _show(history, desk)
        else:
            if before.decision_by is not None and history.decision_by is None:
                day = say_day(before.decision_by, desk.today)
                said.append(
                    f"The decision was promised for {day}, before it; that no longer holds."
                )
            screen = Screen()
            for sentence in (*said, *what_follows(history, desk.plan(history, histories), desk)):
                screen.line(sentence)
    return 0


def _wants_change(arguments: Namespace) -> bool:
    return any(getattr(arguments, name) is not None for name in _VALUES) or any(
        getattr(arguments, name) for name in _LISTS
    )


def _changes(arguments: Namespace, history: History, desk: Desk) -> Changes:
    """What the arguments change.

    Raises:
        UsageError: a value cannot be meant; the option is named.
        FollowupdError: nothing changes by them, or the interview is closed.
    """
    changes = Changes()
    _edit_values(arguments, history, desk, changes)
    held_at = _move(arguments, history, desk, changes)
    _decide(arguments, history, held_at, desk, changes)
    for number in dict.fromkeys(arguments.drop_promise):
        _drop_promise(number, history, desk, changes)
    for promise in read_promises(arguments.promise, desk.today):
        day = day_with_distance(promise.on, desk.today, desk.workdays)
        said = f"Noted: you promised, for {day}: {promise.what}."
        changes.make(acts.PromiseMade(at=desk.now, promise=promise), said)
    if not changes.events:
        raise FollowupdError(
            f"nothing changes: that is how interview {history.interview_id} is recorded already"
        )
    return changes


def _edit_values(arguments: Namespace, history: History, desk: Desk, changes: Changes) -> None:
    known, typed = history.interview, arguments
    company = None if typed.company is None else named(typed.company, "--company")
    role = None if typed.role is None else named(typed.role, "--role")
    language = None if typed.language is None else read_language(typed.language, "--language")
    cadence = None if typed.cadence is None else cadence_named(typed.cadence, desk.settings)
    event = acts.InterviewEdited(
        at=desk.now,
        company=company if company != known.company else None,
        role=role if role != known.role else None,
        language=language if language != known.language else None,
        register=_register(typed.register, known.register),
        cadence=cadence if cadence != known.cadence else None,
        is_final=typed.final if typed.final != known.is_final else None,
    )
    said = [
        f"{name}: {new}; before: {old}."
        for name, old, new in (
            ("Company", known.company, event.company),
            ("Role", known.role, event.role),
            ("Language", known.language, event.language),
            ("Register", known.register or "the usual one", event.register),
            ("Cadence", _cadence_words(known.cadence), _cadence_words(event.cadence)),
            ("Last round", _yes_no(known.is_final), _yes_no(event.is_final)),
        )
        if new is not None
    ]
    if said:
        changes.make(event, *said)


def _register(typed: str | None, known: Register | None) -> Register | None:
    register = None if typed is None else Register(typed)
    return register if register is not known else None


def _cadence_words(name: str | None) -> str | None:
    return name if name is None else name or "the usual one"


def _yes_no(flag: bool | None) -> str | None:
    return None if flag is None else "yes" if flag else "no"


def _move(arguments: Namespace, history: History, desk: Desk, changes: Changes) -> datetime:
    """Note the other time, if there is one; when the interview then is held."""
    known = history.interview.held_at
    if arguments.held is None:
        return known
    # "Tue 9:30" is the next one for an interview that still lies ahead.
    was_held = known <= desk.now
    held = read_moment(arguments.held, desk.now, desk.workdays, "--held", back=was_held)
    if held.at != known:
        noon = " (no time was given, so noon is assumed)" if held.assumed else ""
        now, before = (moment(at, desk.today, desk.workdays) for at in (held.at, known))
        event = InterviewMoved(at=desk.now, held_at=held.at)
        changes.make(event, f"Held: {now}{noon}; before: {before}.")
    return held.at


def _decide(
    arguments: Namespace, history: History, held_at: datetime, desk: Desk, changes: Changes
) -> None:
    """Note the day for which the decision is promised now, as `decision` does."""
    if arguments.decision_by is None:
        return
    number, closed = history.interview_id, history.closed
    if closed is not None and not closed.by_plan:
        raise FollowupdError(
            f"interview {number} is closed; `followupd reopen {number}` takes that back"
        )
    day = read_day(arguments.decision_by, desk.today, "--decision-by")
    refuse_before(day, desk.workdays.day_of(held_at), desk.today, "--decision-by")
    if day == history.decision_by and history.answer is None:
        return
    when = day_with_distance(day, desk.today, desk.workdays)
    past = "; that day has passed" if day < desk.today else ""
    event = DecisionMoved(at=desk.now, decision_by=day)
    changes.make(event, f"Noted: the decision is promised for {when}{past}.")


def _drop_promise(number: int, history: History, desk: Desk, changes: Changes) -> None:
    promises = history.interview.promises
    if not 1 <= number <= len(promises) or number - 1 in history.dropped_promises:
        raise UsageError(
            f"--drop-promise: there is no promise {number}; "
            f"`followupd edit {history.interview_id}` shows their numbers"
        )
    event = acts.PromiseDropped(at=desk.now, number=number - 1)
    what = clean(promises[number - 1].what, _TEXT_LIMIT)
    changes.make(event, f"Your promise no longer holds: {what}.")


def _as_json(history: History, desk: Desk) -> dict[str, object]:
    interview = history.interview
    return {
        "id": history.interview_id,
        "company": interview.company,
        "role": interview.role,
        "held_at": iso(interview.held_at, desk.workdays),
        "decision_by": None if history.decision_by is None else history.decision_by.isoformat(),
        "language": interview.language,
        "register": interview.register,
        "cadence": interview.cadence or None,
        "final": interview.is_final,
        "round_of": interview.round_of,
        "promises": [
            {
                "number": number + 1,
                "on": promise.on.isoformat(),
                "what": promise.what,
                "dropped": number in history.dropped_promises,
            }
            for number, promise in enumerate(interview.promises)
        ],
    }


def _show(history: History, desk: Desk) -> None:
    """What is recorded, and the option that changes each of it."""
    screen = Screen()
    number = history.interview_id
    screen.line(f"{number}: {name_of(history.interview)}", "bold")
    screen.line()
    screen.table(("", "IS", "CHANGED BY"), _rows(history, desk), cut=(10, 44))
    screen.line()
    screen.line(
        f"For example `followupd edit {number} --role R`. `followupd person {number}` shows the "
        "people and changes them."
    )


def _rows(history: History, desk: Desk) -> Iterator[tuple[str, str, str]]:
    interview, today, workdays = history.interview, desk.today, desk.workdays
    cadence = desk.settings.cadence_of(interview) or desk.settings.cadence
    expected = day_with_distance(expected_by(history, cadence, workdays), today, workdays)
    assumed = "" if history.decision_by is not None else "\n(assumed: nobody promised a day)"
    usual = f"{desk.settings.user.register} (your usual one)"
    yield "Company", clean(interview.company, _TEXT_LIMIT), "--company C"
    yield "Role", clean(interview.role, _TEXT_LIMIT), "--role R"
    yield "Held", moment(interview.held_at, today, workdays), "--held WHEN"
    yield "Decision", f"{expected}{assumed}", "--decision-by DATE"
    yield "Language", interview.language, "--language L"
    yield "Register", interview.register or usual, "--register formal|friendly"
    yield "Cadence", _cadence_words(interview.cadence) or "", "--cadence NAME"
    last = "--not-final" if interview.is_final else "--final"
    yield "Last round", _yes_no(interview.is_final) or "", last
    for number, promise in enumerate(interview.promises):
        if number not in history.dropped_promises:
            words = f"{say_day(promise.on, today)}: {clean(promise.what, _TEXT_LIMIT)}"
            yield f"Promise {number + 1}", words, f"--drop-promise {number + 1}"
    yield "Promises", "", '--promise "DATE: what" adds one'
