"""One line of `check`: what was tried, how it turned out, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.findings import State
from followupd.domain.days import say_day, say_moment
from followupd.reading.text import clean

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

DETAIL_LIMIT = 900
"""The most characters of a sentence, which may hold what a server said."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line.

    Attributes:
        check: what was tried.
        state: how it turned out.
        detail: what was found, cleaned.
        advice: what to do about it; "" where there is nothing to do.
        account: the account it is about; "" for none.
    """

    check: str
    state: State
    detail: str
    advice: str = ""
    account: str = ""

    @property
    def name(self) -> str:
        """What was tried, with the account: `personal: TLS`."""
        return f"{self.account}: {self.check}" if self.account else self.check


def ok(check: str, detail: str) -> Check:
    """It works; there is nothing to do."""
    return Check(check, State.OK, clean(detail, DETAIL_LIMIT))


def warning(check: str, detail: str, advice: str) -> Check:
    """It works, but not as well as it could, or not for long."""
    return Check(check, State.WARNING, clean(detail, DETAIL_LIMIT), advice)


def failed(check: str, detail: object, advice: str) -> Check:
    """It does not work; `detail` is a sentence, or the error that has one."""
    return Check(check, State.FAILED, clean(str(detail), DETAIL_LIMIT), advice)


@dataclass(frozen=True, slots=True)
class Wall:
    """Now, as the user's own clock on the wall shows it.

    Attributes:
        now: aware.
        zone: the user's.
    """

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The user's day."""
        return self.now.astimezone(self.zone).date()

    def day(self, at: datetime) -> str:
        """`Tue 8 Dec`, as the rest of what is printed has it."""
        return say_day(at.astimezone(self.zone).date(), self.today)

    def moment(self, at: datetime) -> str:
        """`Tue 8 Dec, 09:00`."""
        return say_moment(at.astimezone(self.zone), self.today)
