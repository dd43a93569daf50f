"""Reading the days off of the user's own, on which nothing is laid into Drafts.

A wrong year is the slip that matters: it would silence the service for years without a word.
So a stretch may neither lie nor last for more than five years. Days that are past are fine: a
configuration that was right once stays right.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from followupd.config.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.config.table import Table

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_STRETCH = re.compile(rf"({_DAY})(?:\s+to\s+({_DAY}))?")
_FARTHEST: Final = timedelta(days=5 * 366)


class _NotAStretchError(Exception):
    """What is wrong with it, as the rest of a sentence that begins with what was written."""


def read_days_off(table: Table, today: date) -> tuple[tuple[date, date], ...]:
    """Read the first and the last day of each stretch, in the order of the file.

    Args:
        table: the user's.
        today: the day in the user's zone.
    """
    return tuple(_stretches(table, today))


def _stretches(table: Table, today: date) -> Iterator[tuple[date, date]]:
    for text in table.texts("days_off") or ():
        try:
            yield _stretch(text, today)
        except _NotAStretchError as reason:
            table.mistake("days_off", f"{quoted(text)} {reason}")


def _stretch(text: str, today: date) -> tuple[date, date]:
    found = _STRETCH.fullmatch(text.strip())
    if found is None:
        raise _NotAStretchError(
            "is no day and no stretch of days; write for example "
            '"2027-03-01" or "2026-12-24 to 2027-01-02"'
        )
    first = _day(found[1])
    last = _day(found[2]) if found[2] is not None else first
    if last < first:
        raise _NotAStretchError("ends before it begins; write the first day first")
    if last - today > _FARTHEST:
        raise _NotAStretchError("is more than five years away; check the year")
    if last - first > _FARTHEST:
        raise _NotAStretchError("lasts for more than five years; check the year")
    return first, last


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _NotAStretchError(f"names a day that no calendar has: {text}") from None
