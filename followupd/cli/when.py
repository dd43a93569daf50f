"""Days and moments as a person types them; pure: today and the zone are arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from followupd.config.words import quoted
from followupd.errors import UsageError

if TYPE_CHECKING:
    from followupd.domain.workdays import Workdays

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORTEST = 3  # letters of a weekday or a month that tell it
_WEEK = 7
_FARTHEST = timedelta(days=5 * 366)
_DAY_MONTH = re.compile(r"(\d{1,2})\.?\s+([a-z]+)\.?,?(?:\s+(\d{4}))?")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?")
_WITH_TIME = re.compile(
    r"(?P<day>.*?)[\s,]+(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm)?"
)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that was typed.

    Attributes:
        at: aware, in UTC.
        assumed: whether noon was taken because no time was given.
    """

    at: datetime
    assumed: bool = False


def read_day(text: str, today: date, option: str, *, back: bool = False) -> date:
    """Read "2026-12-04", "4 Dec", "Dec 4 2026", "today", "tomorrow", "yesterday" or "Fri".

    A day without a year is the nearest of that name. A weekday is the next one after today;
    with `back` the last one, today included.

    Args:
        text: as typed.
        today: the day in the user's zone.
        option: what it was given for, to name in the error.
        back: whether it is rather in the past.

    Raises:
        UsageError: it is none of these, or more than five years away.
    """
    words = " ".join(text.casefold().split())
    day = _iso(words) or _relative(words, today, back=back) or _named(words, today)
    if day is None:
        raise UsageError(
            f"{option}: {quoted(text)} is no day; write for example 2026-12-04, "
            '"4 Dec", today, tomorrow or Fri'
        )
    return _near(day, today, text, option)


def read_moment(
    text: str, now: datetime, workdays: Workdays, option: str, *, back: bool = True
) -> Moment:
    """Read a day with a time: "2026-12-01 14:00", "today 14:00", "Tue 9:30", "4 Dec 2 pm".

    Times are meant in the user's zone unless an offset says otherwise. Weekdays are those of
    `read_day`. Without a time it is noon.

    Raises:
        UsageError: it is none of these, or more than five years away.
    """
    today = workdays.day_of(now)
    typed = text.strip()
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", typed, re.IGNORECASE):
        try:
            at = datetime.fromisoformat(typed)
            _near(at.date(), today, text, option)
            at = at.replace(tzinfo=workdays.zone) if at.tzinfo is None else at
            return Moment(at.astimezone(UTC))
        except ValueError as error:
            if isinstance(error, UsageError):
                raise
    found = _WITH_TIME.fullmatch(typed.casefold())
    clock = _clock(found) if found is not None else None
    if found is None or clock is None:
        try:
            day = read_day(typed, today, option, back=back)
        except UsageError:
            raise UsageError(
                f'{option}: {quoted(text)} is no moment; write for example "2026-12-01 14:00", '
                '"today 14:00" or "Tue 9:30"'
            ) from None
        return Moment(workdays.at(day, _NOON).astimezone(UTC), assumed=True)
    day = read_day(found["day"], today, option, back=back)
    return Moment(workdays.at(day, clock).astimezone(UTC))


def _clock(found: re.Match[str]) -> time | None:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if found["minute"] is None and half is None:
        return None
    if half is not None:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of half a day
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _iso(words: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _relative(words: str, today: date, *, back: bool) -> date | None:
    away = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(words)
    if away is not None:
        return today + timedelta(days=away)
    name = words.removesuffix(".")
    weekday = _index(name, _WEEKDAYS)
    if weekday is None:
        return None
    if back:
        return today - timedelta(days=(today.weekday() - weekday) % _WEEK)
    return today + timedelta(days=(weekday - today.weekday() - 1) % _WEEK + 1)


def _named(words: str, today: date) -> date | None:
    if found := _DAY_MONTH.fullmatch(words):
        number, name, year = found.groups()
    elif found := _MONTH_DAY.fullmatch(words):
        name, number, year = found.groups()
    else:
        return None
    month = _index(name, _MONTHS)
    if month is None:
        return None
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1]
    days = []
    for each in years:
        try:
            days.append(date(each, month + 1, int(number)))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - today), default=None)


def _index(name: str, names: tuple[str, ...]) -> int | None:
    if len(name) < _SHORTEST:
        return None
    return next((i for i, each in enumerate(names) if each.startswith(name)), None)


def _near(day: date, today: date, text: str, option: str) -> date:
    if abs(day - today) > _FARTHEST:
        raise UsageError(f"{option}: {quoted(text)} is more than five years away; check the year")
    return day
