"""What the words for days mean on a calendar.

Whoever writes "early next week" means days, not a day. So every rule here gives a span, and who
asks takes its end (a promise) or its beginning (a return). Two readings: the later one, since
asking too late does less harm than asking too early.

Weeks run from Monday to Friday in what they mean, and from Monday to Sunday on the calendar.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from dateutil.easter import easter

if TYPE_CHECKING:
    from followupd.domain.workdays import Workdays

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)

_SATURDAY = 6
_LAST_YEAR = 9000
_MARKS = (10, 15, 20)
"""Where the first third of a month, its first half and its second third end."""


class Part(StrEnum):
    """A part of a week or a month."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"
    FIRST_HALF = "first_half"
    SECOND_HALF = "second_half"
    WHOLE = "whole"


_WEEK_PARTS = {
    Part.EARLY: (0, 1),
    Part.MIDDLE: (2, 2),
    Part.LATE: (3, 4),
    Part.FIRST_HALF: (0, 2),
    Part.SECOND_HALF: (2, 4),
    Part.WHOLE: (0, 4),
}
"""The first and the last weekday of each part, Monday being 0."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row, both ends included; `last` is never before `first`."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> Span:
        """One day."""
        return cls(day, day)


def monday_of(day: date) -> date:
    """The Monday of the calendar week in which a day lies."""
    return day - timedelta(days=day.weekday())


def weekday_from(day: date, weekday: int) -> date:
    """The first such weekday (Monday is 1) on or after a day."""
    return day + timedelta(days=(weekday - 1 - day.weekday()) % 7)


def this_week(sent: date, part: Part) -> Span:
    """A part of the week of `sent`; at the weekend, of the week that comes."""
    monday = monday_of(sent + timedelta(days=2) if sent.isoweekday() >= _SATURDAY else sent)
    return week(monday, part)


def week(monday: date, part: Part) -> Span:
    """A part of a week: early ends on Tuesday, the middle on Wednesday, late on Friday."""
    first, last = _WEEK_PARTS[part]
    return Span(monday + timedelta(days=first), monday + timedelta(days=last))


def month(year: int, number: int, part: Part) -> Span:
    """A part of a month: early ends on the 10th, the middle on the 15th, late with the month."""
    end = calendar.monthrange(year, number)[1]
    early, half, late = _MARKS
    first, last = {
        Part.EARLY: (1, early),
        Part.MIDDLE: (early + 1, half),
        Part.LATE: (late + 1, end),
        Part.FIRST_HALF: (1, half),
        Part.SECOND_HALF: (half + 1, end),
        Part.WHOLE: (1, end),
    }[part]
    return Span(date(year, number, first), date(year, number, last))


def months_after(day: date, count: int) -> date:
    """The same day of the month `count` months later, or the last one that month has."""
    years, number = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, number + 1, min(day.day, calendar.monthrange(year, number + 1)[1]))


def week_of_month(year: int, number: int, ordinal: int) -> Span:
    """The first, second … week of a month, -1 for the last.

    A week belongs to the month in which its Thursday lies, as for the weeks of a year (ISO 8601).
    """
    if ordinal < 0:
        end = calendar.monthrange(year, number)[1]
        return week(monday_of(date(year, number, end - 3)), Part.WHOLE)
    return week(monday_of(date(year, number, 4)) + ONE_WEEK * (ordinal - 1), Part.WHOLE)


def iso_week(sent: date, number: int) -> Span | None:
    """The next calendar week of that number (ISO 8601) that is not over yet."""
    for year in (sent.isocalendar().year, sent.isocalendar().year + 1):
        try:
            span = week(date.fromisocalendar(year, number, 1), Part.WHOLE)
        except ValueError:
            continue
        if span.last >= sent:
            return span
    return None


def next_such(sent: date, number: int, day: int, year: int | None = None) -> date | None:
    """That day of that month: of the year where one is given, else the next on or after `sent`."""
    for candidate in (year,) if year is not None else range(sent.year, sent.year + 2):
        try:
            found = date(candidate, number, day)
        except ValueError:
            continue
        if found >= sent:
            return found
    return None


def next_month_part(sent: date, number: int, part: Part, year: int | None) -> Span | None:
    """That part of that month, the next one that is not over."""
    for candidate in (year,) if year is not None else (sent.year, sent.year + 1):
        if not 0 < candidate < _LAST_YEAR:
            continue
        span = month(candidate, number, part)
        if span.last >= sent:
            return span
    return None


def day_of_month(sent: date, day: int) -> date | None:
    """The next day that is "the 15th"."""
    for count in range(3):
        start = months_after(sent.replace(day=1), count)
        try:
            found = start.replace(day=day)
        except ValueError:
            continue
        if found >= sent:
            return found
    return None


def quarter_end(sent: date) -> date:
    """The last day of the quarter."""
    number = (sent.month - 1) // 3 * 3 + 3
    return month(sent.year, number, Part.WHOLE).last


def working_day_after(day: date, workdays: Workdays) -> date:
    """The first working day after a day; in a calendar without any, the day after."""
    try:
        return workdays.add(day, 1)
    except ValueError:
        return day + ONE_DAY


def working_day_before(day: date, workdays: Workdays) -> date:
    """The last working day before a day; in a calendar without any, the day before."""
    for back in range(1, 15):
        candidate = day - timedelta(days=back)
        if workdays.is_working_day(candidate):
            return candidate
    return day - ONE_DAY


@dataclass(frozen=True, slots=True)
class DayRule:
    """A day that comes every year, or every week, as the data files write it.

    `12-25`; `easter+1`; `saturday`: the coming one; `thursday 4 november`: the fourth Thursday
    of November, -1 for the last; each perhaps with a number of days added or taken away.

    Attributes:
        month: 0 for a rule that does not name one.
        day: the day of the month, or which of the weekdays in it; 0 for neither.
        weekday: Monday is 1; 0 for a rule that does not name one.
        offset: days to add.
    """

    month: int
    day: int
    weekday: int
    offset: int

    def on_or_after(self, day: date) -> date:
        """The next such day."""
        if self.weekday and not self.month:
            return weekday_from(day, self.weekday)
        return next(found for found in self._around(day) if found >= day)

    def on_or_before(self, day: date) -> date:
        """The latest such day."""
        if self.weekday and not self.month:
            return weekday_from(day - timedelta(days=6), self.weekday)
        return next(found for found in reversed(self._around(day)) if found <= day)

    def _around(self, day: date) -> list[date]:
        offset = timedelta(days=self.offset)
        return [self._in(year) + offset for year in range(day.year - 2, day.year + 3)]

    def _in(self, year: int) -> date:
        if not self.month:
            return easter(year)
        if not self.weekday:
            return date(year, self.month, self.day)
        if self.day > 0:
            first = weekday_from(date(year, self.month, 1), self.weekday)
            return first + ONE_WEEK * (self.day - 1)
        next_month = months_after(date(year, self.month, 1), 1)
        return weekday_from(next_month, self.weekday) - ONE_WEEK
