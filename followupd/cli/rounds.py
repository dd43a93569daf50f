"""Rounds of one position: which interview another one is the next round of; pure.

A next round is the answer to the one before it (advice row 20). What is not said is found by
company and role; whoever knows better says so with `--round-of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.format import moment, name_of
from followupd.config.words import quoted
from followupd.domain.interview import Outcome, Part
from followupd.domain.rounds import position
from followupd.errors import UsageError
from followupd.store.queries import unknown_interview

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from followupd.domain.history import History
    from followupd.domain.interview import Person
    from followupd.domain.workdays import Workdays

NONE = "none"
"""What `--round-of` says for an interview that is the next round of none."""


def chosen_round(text: str, histories: Mapping[int, History]) -> History:
    """The interview that `--round-of` names.

    Raises:
        UsageError: it is no number.
        UnknownInterview: there is none of that number.
    """
    number = text.strip()
    if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - fits 64 bits
        raise UsageError(
            f'--round-of: {quoted(text)} must be the number of an interview, or "none"; '
            "`followupd list` shows them"
        )
    if int(number) not in histories:
        raise unknown_interview(int(number))
    return histories[int(number)]


def refuse_as_round(
    before: History, held_at: datetime, today: date, workdays: Workdays, *, again: bool
) -> None:
    """Refuse a next round that is not after the one before it, or that there is already.

    Args:
        before: the round before.
        held_at: when the next one is held.
        today: the day in the user's zone.
        workdays: the user's.
        again: another next round is meant.

    Raises:
        UsageError: it is not, or there is.
    """
    number = before.interview_id
    if before.interview.held_at >= held_at:
        when = moment(before.interview.held_at, today, workdays)
        raise UsageError(
            f"--round-of: interview {number} is on {when}, not before this one; check --held"
        )
    if before.followed_by is not None and not again:
        raise UsageError(
            f"--round-of: the next round of interview {number} is interview {before.followed_by} "
            f"already; say --round-of {before.followed_by}, or --again if this one came next"
        )


def round_before(
    key: tuple[str, str],
    held_at: datetime,
    histories: Iterable[History],
    workdays: Workdays,
    now: datetime,
) -> History | None:
    """The latest interview of which another one is most likely the next round.

    Held by now and on a day before the other, without a next round, and neither rejected nor
    closed with an answer: after that it is another application.

    Args:
        key: what `position` makes of the other's company and role.
        held_at: when the other is held.
        histories: every interview.
        workdays: the user's.
        now: aware.
    """
    day = workdays.day_of(held_at)
    found = [
        history
        for history in histories
        if position(history.interview.company, history.interview.role) == key
        and history.interview.held_at <= now
        and workdays.day_of(history.interview.held_at) < day
        and _may_go_on(history)
    ]
    return max(found, key=lambda each: (each.interview.held_at, each.interview_id), default=None)


def same_day_before(
    key: tuple[str, str], held_at: datetime, histories: Iterable[History], workdays: Workdays
) -> History | None:
    """An interview for the same position, earlier on the same day: two talks, or two rounds."""
    for history in histories:
        interview = history.interview
        if (
            position(interview.company, interview.role) == key
            and interview.held_at < held_at
            and workdays.day_of(interview.held_at) == workdays.day_of(held_at)
            and _may_go_on(history)
        ):
            return history
    return None


def _may_go_on(history: History) -> bool:
    if history.followed_by is not None:
        return False
    if history.answer is None:
        return True
    return history.closed is None and history.answer.outcome is not Outcome.REJECTION


def people_to_take(before: History, *, interviewers: bool) -> tuple[Person, ...]:
    """Who belongs to the next round as well: everybody whom mail still reaches.

    Args:
        before: the round before.
        interviewers: whether its interviewers are taken; they get a thank-you each.
    """
    return tuple(
        person
        for person in before.interview.people
        if person.key not in before.unreachable
        and (interviewers or person.part is not Part.INTERVIEWER)
    )


def left_out(before: History) -> tuple[str, ...]:
    """The people of the round before whom mail no longer reaches, as they are called."""
    people = before.interview.people
    return tuple(
        dict.fromkeys(person.called for person in people if person.key in before.unreachable)
    )


def round_words(before: History, today: date, workdays: Workdays) -> str:
    """`interview 1 (Acme, Engineer, Mon 30 Nov, 14:00)`."""
    when = moment(before.interview.held_at, today, workdays)
    return f"interview {before.interview_id} ({name_of(before.interview)}, {when})"
