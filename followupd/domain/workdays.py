"""Working days and sending hours in the user's time zone.

Everything here is a pure function of its arguments. A day is a `date` in the user's zone; a
moment is an aware `datetime`. A working day is Monday to Friday and no public holiday.

Days off of the user's own, and a pause, are no matter of the calendar: others work on them, so
they count in every wait, but nothing is laid into Drafts while they last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import Wait, WaitUnit

if TYPE_CHECKING:
    from collections.abc import Container
    from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_LONGEST_GAP = 400  # days; a calendar without a working day in them is no calendar


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which nothing is to be laid into Drafts, from its first moment on.

    `until` is the first moment after it (aware); None: until the user says otherwise.
    """

    since: datetime
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Workdays:
    """The user's calendar.

    Attributes:
        zone: the user's time zone.
        holidays: the public holidays, as days in that zone.
        send_from: start of the sending hours, local wall time, included.
        send_until: their end, left out; `time.max` stands for midnight.
        away: the user's days off and pauses.
    """

    zone: ZoneInfo
    holidays: Container[date] = frozenset[date]()
    send_from: time = time(9, 0)
    send_until: time = time(17, 30)
    away: tuple[Away, ...] = ()

    def local(self, moment: datetime) -> datetime:
        """The moment in the user's zone."""
        return moment.astimezone(self.zone)

    def day_of(self, moment: datetime) -> date:
        """The day in the user's zone on which the moment falls."""
        return self.local(moment).date()

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, and no public holiday."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself for 0, whatever day it is.

        Raises:
            ValueError: there is no working day in more than a year.
        """
        for _ in range(count):
            day = self._next_working_day(day + _ONE_DAY)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and with `last`; 0 when none do."""
        count = 0
        day = first
        while day < last:
            day += _ONE_DAY
            count += self.is_working_day(day)
        return count

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies within sending hours of a working day, and nobody is away."""
        return (
            self.is_working_day(self.day_of(moment))
            and self.within_hours(moment)
            and not any(away.covers(moment) for away in self.away)
        )

    def back(self, moment: datetime) -> datetime:
        """The first moment, not before `moment`, that no pause with an end covers."""
        for away in sorted(self.away, key=lambda away: away.since):
            if away.until is not None and away.covers(moment):
                moment = self.local(away.until)
        return self.local(moment)

    def halted(self, moment: datetime) -> bool:
        """Whether the user is away at that moment without having said until when."""
        return any(away.until is None and away.covers(moment) for away in self.away)

    def _is_in_hours(self, moment: datetime) -> bool:
        return self.is_working_day(self.day_of(moment)) and self.within_hours(moment)

    def within_hours(self, moment: datetime) -> bool:
        """Whether the moment lies within sending hours, on whatever day."""
        return self.send_from <= self.local(moment).time() < self.send_until

    def at(self, day: date, clock: time) -> datetime:
        """That wall time on that day; a time the clocks jump over counts as after the jump."""
        wall = datetime.combine(day, clock, tzinfo=self.zone)
        return wall.astimezone(UTC).astimezone(self.zone)

    def opening(self, day: date) -> datetime:
        """When the sending hours of `day` begin."""
        return self.at(day, self.send_from)

    def next_open(self, moment: datetime) -> datetime:
        """The first moment, not before `moment`, within sending hours of a working day.

        Raises:
            ValueError: there is no such moment in more than a year.
        """
        moment = self.back(moment)
        if self._is_in_hours(moment):
            return moment
        day = self.day_of(moment)
        for _ in range(_LONGEST_GAP):
            opening = self.back(max(self.opening(day), moment))
            if self._is_in_hours(opening):
                return opening
            day = max(day, self.day_of(opening))
            day = self._next_working_day(day + _ONE_DAY)
        raise ValueError("the sending hours hold no moment of any working day")

    def after(self, day: date, wait: Wait) -> datetime:
        """When a step is due that waits `wait` from `day`, at the earliest its opening.

        Hours are counted from the end of `day`, since a day is all that is known.
        """
        match wait.unit:
            case WaitUnit.BUSINESS_DAYS:
                return self.next_open(self.opening(self.add(day, wait.amount)))
            case WaitUnit.DAYS:
                return self.next_open(self.opening(day + timedelta(days=wait.amount)))
            case WaitUnit.HOURS:
                midnight = self.at(day + _ONE_DAY, time.min).astimezone(UTC)
                return self.next_open(midnight + timedelta(hours=wait.amount))

    def _next_working_day(self, day: date) -> date:
        for _ in range(_LONGEST_GAP):
            if self.is_working_day(day):
                return day
            day += _ONE_DAY
        raise ValueError(f"there is no working day in the {_LONGEST_GAP} days before {day}")


def public_holidays(code: str | None) -> Container[date]:
    """The public holidays of a country ("DE") or one part of it ("DE-BE"); none for None.

    Years are filled in as they are asked for (the `holidays` package).

    Raises:
        ValueError: the package knows no such country or part.
    """
    if code is None:
        return frozenset[date]()
    import holidays  # noqa: PLC0415 - a large package that most commands do not need

    country, _, part = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError(f'no public holidays are known for "{code}"') from error
