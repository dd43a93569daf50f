"""What is said of an interview as it is typed, read and checked; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.format import name_of
from followupd.cli.people import TEXT_LIMIT
from followupd.config.words import near, quoted
from followupd.domain.days import say_day
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.domain.interview import Interview


def named(text: str, option: str) -> str:
    """A company or a role as it is stored.

    Raises:
        UsageError: it is empty, or has no letter and no digit.
    """
    said = clean(text, TEXT_LIMIT)
    if not said:
        raise UsageError(f"{option}: a name is needed")
    if not any(character.isalnum() for character in said):
        # A company named "?" would match nearly every mail.
        raise UsageError(f"{option}: {quoted(text)} is no name; it needs a letter or a digit")
    return said


def account_named(name: str | None, settings: Settings) -> str:
    """The account of that name, or the only one there is.

    Raises:
        UsageError: there is none of that name, or several and none was named.
    """
    if name is not None:
        return settings.account(name).name
    if len(settings.accounts) == 1:
        return settings.accounts[0].name
    names = ", ".join(account.name for account in settings.accounts)
    raise UsageError(f"--account: there are several; name one of {names}")


def cadence_named(name: str, settings: Settings, option: str = "--cadence") -> str:
    """The cadence of that name; "" is the usual one.

    Raises:
        UsageError: there is none of that name.
    """
    if not name or name in settings.cadences:
        return name
    if not settings.cadences:
        raise UsageError(
            f"{option}: there is no cadence {quoted(name)}: the configuration has no [cadences]"
        )
    raise UsageError(
        f"{option}: there is no cadence {quoted(name)}; {near(name, settings.cadences)}"
    )


def refuse_before(decision_by: date, held_on: date, today: date, option: str) -> None:
    """Refuse a decision that was promised for a day before the interview.

    Raises:
        UsageError: it was.
    """
    if decision_by < held_on:
        raise UsageError(
            f"{option}: {say_day(decision_by, today)} is before the interview on "
            f"{say_day(held_on, today)}; check the two dates"
        )


def twin_of(
    company: str, role: str, held_at: datetime, histories: Iterable[History]
) -> History | None:
    """An interview of the same company, role and time that is there already."""
    key = (company.casefold(), role.casefold(), held_at)
    for history in histories:
        known = history.interview
        if (known.company.casefold(), known.role.casefold(), known.held_at) == key:
            return history
    return None


def refuse_twice(interview: Interview, histories: Iterable[History]) -> None:
    """Refuse an interview of the same company, role and time as one that is there.

    Raises:
        FollowupdError: there is one.
    """
    twin = twin_of(interview.company, interview.role, interview.held_at, histories)
    if twin is not None:
        raise FollowupdError(
            f"{name_of(twin.interview)} at that time is interview {twin.interview_id} already; "
            "if this is another one, say so with --again"
        )
