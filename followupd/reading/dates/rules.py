"""Which day each way of saying one means: the rules of the table [days] in the data files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.reading.dates import calendar_days
from followupd.reading.dates.calendar_days import ONE_DAY, ONE_WEEK, Part, Span
from followupd.reading.dates.phrases import DayPhrases, Rule, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.domain.workdays import Workdays

REACH = timedelta(days=180)
"""How far ahead a promised day may lie."""

_YEARS = range(1900, 4000)
_EVENING = 18
"""The hour from which a working day is over."""

_MONTHS = 12
_LAST_DAY = 31
_SLASHED = re.compile(r"(?<![\w./-])(\d{1,2})[/-](\d{1,2})(?:[/-](?:\d{4}|\d\d))?(?![\w/-])")


class Order(StrEnum):
    """Which number of 3/12 is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a day is told from.

    Attributes:
        sent_at: when the mail was written, with its sender's offset.
        workdays: working days.
        order: how 3/12 is read where the language does not tell.
    """

    sent_at: datetime
    workdays: Workdays
    order: Order = Order.UNKNOWN

    @property
    def sent(self) -> date:
        """The day on which the mail was written, where its sender was."""
        return self.sent_at.date()

    @property
    def usable(self) -> bool:
        """Whether the calendar reaches that far; a mail's Date may be anything."""
        return self.sent_at.year in _YEARS


def order_of(text: str, sent_at: datetime) -> Order:
    """How an English text writes dates in figures.

    Its other dates tell, else the sender's zone: west of Greenwich the month comes first, east
    of it the day. UTC is what servers write, and UTC+8 has both, so these tell nothing.
    """
    orders = set[Order]()
    for found in _SLASHED.finditer(text):
        one, other = int(found[1]), int(found[2])
        if one <= _MONTHS < other <= _LAST_DAY:
            orders.add(Order.MONTH_FIRST)
        elif other <= _MONTHS < one <= _LAST_DAY:
            orders.add(Order.DAY_FIRST)
    if len(orders) == 1:
        return orders.pop()
    hours = (sent_at.utcoffset() or timedelta()) / timedelta(hours=1)
    if orders or hours in (0, 8):
        return Order.UNKNOWN
    return Order.MONTH_FIRST if hours < 0 else Order.DAY_FIRST


class _Reading:
    """One match, while its day is told."""

    def __init__(self, match: re.Match[str], phrases: DayPhrases, setting: Setting) -> None:
        self._groups = match.groupdict()
        self._phrases = phrases
        self._setting = setting
        self._sent = setting.sent

    # ---- what stands in the slots

    def _part(self) -> Part:
        return self._phrases.parts.value(self._groups.get("part")) or Part.WHOLE

    def _count(self) -> int:
        written = self._groups.get("count")
        if written is None:
            return 1
        return int(written) if written.isdecimal() else self._phrases.numbers.value(written) or 1

    def _integer(self, name: str) -> int | None:
        digits = re.match(r"\d{1,4}", self._groups.get(name) or "")
        return int(digits[0]) if digits else None

    def _day(self) -> int:
        found = (self._integer(name) for name in ("day", "nth_day", "number"))
        return next((one for one in found if one is not None), 1)

    def _weekday(self) -> int:
        return self._phrases.weekdays.value((self._groups["weekday"] or "").rstrip(".")) or 1

    def _month(self) -> int:
        return self._phrases.months.value((self._groups["month"] or "").rstrip(".")) or 1

    # ---- the rules

    def none(self) -> Span | None:
        return None

    def today(self) -> Span | None:
        return Span.of(self._sent)

    def tomorrow(self) -> Span | None:
        return Span.of(self._sent + ONE_DAY)

    def day_after_tomorrow(self) -> Span | None:
        return Span.of(self._sent + ONE_DAY * 2)

    def weekday(self) -> Span | None:
        # Whoever writes "by Friday" on a Friday evening no longer means that day.
        over = self._setting.sent_at.hour >= _EVENING
        begin = self._sent + ONE_DAY if over else self._sent
        return Span.of(calendar_days.weekday_from(begin, self._weekday()))

    def coming_weekday(self) -> Span | None:
        return Span.of(calendar_days.weekday_from(self._sent + ONE_DAY, self._weekday()))

    def next_weekday(self) -> Span | None:
        monday = calendar_days.monday_of(self._sent) + ONE_WEEK
        return Span.of(calendar_days.weekday_from(monday, self._weekday()))

    def weekday_in_weeks(self) -> Span | None:
        day = calendar_days.weekday_from(self._sent, self._weekday())
        return Span.of(day + ONE_WEEK * self._count())

    def this_week(self) -> Span | None:
        span = calendar_days.this_week(self._sent, self._part())
        return span if span.last >= self._sent else self._week_after(1)

    def next_week(self) -> Span | None:
        return self._week_after(1)

    def week_after_next(self) -> Span | None:
        return self._week_after(2)

    def _week_after(self, count: int) -> Span:
        monday = calendar_days.monday_of(self._sent)
        return calendar_days.week(monday + ONE_WEEK * count, self._part())

    def iso_week(self) -> Span | None:
        return calendar_days.iso_week(self._sent, self._integer("number") or 0)

    def this_month(self) -> Span | None:
        span = calendar_days.month(self._sent.year, self._sent.month, self._part())
        return span if span.last >= self._sent else self.next_month()

    def next_month(self) -> Span | None:
        later = calendar_days.months_after(self._sent, 1)
        return calendar_days.month(later.year, later.month, self._part())

    def month(self) -> Span | None:
        year = self._integer("year")
        return calendar_days.next_month_part(self._sent, self._month(), self._part(), year)

    def nth_week(self) -> Span | None:
        ordinal = self._ordinal()
        for year in (self._sent.year, self._sent.year + 1):
            span = calendar_days.week_of_month(year, self._month(), ordinal)
            if span.last >= self._sent:
                return span
        return None

    def _ordinal(self) -> int:
        return self._phrases.ordinals.value(self._groups["ordinal"]) or 1

    def nth_week_of_next_month(self) -> Span | None:
        later = calendar_days.months_after(self._sent, 1)
        return calendar_days.week_of_month(later.year, later.month, self._ordinal())

    def nth_week_of_new_year(self) -> Span | None:
        return calendar_days.week_of_month(self._sent.year + 1, 1, self._ordinal())

    def new_year(self) -> Span | None:
        """The first days of the year that comes, or in January of the one that has come."""
        return calendar_days.next_month_part(self._sent, 1, Part.EARLY, None)

    def year_end(self) -> Span | None:
        return Span.of(date(self._sent.year, 12, 31))

    def quarter_end(self) -> Span | None:
        return Span.of(calendar_days.quarter_end(self._sent))

    def in_units(self) -> Span | None:
        count = self._count()
        sent = self._sent
        match self._phrases.units.value(self._groups.get("unit")):
            case Unit.HOUR:
                return Span.of((self._setting.sent_at + timedelta(hours=count)).date())
            case Unit.DAY | None:
                return Span.of(sent + ONE_DAY * count)
            case Unit.WORKING_DAY:
                return self._working_days(count)
            case Unit.WEEK:
                return Span.of(sent + ONE_WEEK * count)
            case Unit.FORTNIGHT:
                return Span.of(sent + ONE_WEEK * 2 * count)
            case Unit.MONTH:
                return Span.of(calendar_days.months_after(sent, count))

    def _working_days(self, count: int) -> Span | None:
        if count > REACH.days:
            return None
        try:
            return Span.of(self._setting.workdays.add(self._sent, count))
        except ValueError:
            return None

    def lasting(self) -> Span | None:
        # hours that something takes are no promise: "the test takes two hours"
        if self._phrases.units.value(self._groups["unit"]) is Unit.HOUR:
            return None
        return self.in_units()

    def date(self) -> Span | None:
        return _span_of(
            calendar_days.next_such(self._sent, self._month(), self._day(), self._integer("year"))
        )

    def day_of_month(self) -> Span | None:
        return _span_of(calendar_days.day_of_month(self._sent, self._day()))

    def day_of_next_month(self) -> Span | None:
        start = calendar_days.months_after(self._sent, 1).replace(day=1)
        return _span_of(calendar_days.day_of_month(start, self._day()))

    def holiday(self) -> Span | None:
        found = self._phrases.holidays.value(self._groups["holiday"])
        if found is None:
            return None
        last = found.last.on_or_after(self._sent)
        return Span(found.first.on_or_before(last), last)

    def numeric(self) -> Span | None:
        numbers = [int(one) for one in re.findall(r"\d{1,4}", self._groups["numeric"] or "")]
        if numbers[0] > _YEARS.start:
            return _span_of(calendar_days.next_such(self._sent, numbers[1], numbers[2], numbers[0]))
        year = numbers[2] if len(numbers) > 2 else None  # noqa: PLR2004 - day, month, year
        if year is not None and year < 100:  # noqa: PLR2004 - two figures
            year += 2000
        readings = {
            day
            for number, month in self._orders(numbers)
            if (day := calendar_days.next_such(self._sent, month, number, year)) is not None
            and day - self._sent <= REACH
        }
        return _span_of(readings.pop()) if len(readings) == 1 else None

    def _orders(self, numbers: list[int]) -> list[tuple[int, int]]:
        """The readings that are open, as day and month."""
        one, other = numbers[:2]
        order = self._setting.order
        if "." in self._groups["numeric"] or self._phrases.language != "en":
            order = Order.DAY_FIRST
        if order is Order.DAY_FIRST and other <= _MONTHS:
            return [(one, other)]
        if order is Order.MONTH_FIRST and one <= _MONTHS:
            return [(other, one)]
        return [(one, other), (other, one)]


def _span_of(day: date | None) -> Span | None:
    return Span.of(day) if day is not None else None


_RULES: dict[Rule, Callable[[_Reading], Span | None]] = {
    rule: getattr(_Reading, rule.value) for rule in Rule
}


def span(rule: Rule, match: re.Match[str], phrases: DayPhrases, setting: Setting) -> Span | None:
    """The days that a way of saying them means; None where there are none within reach."""
    return _RULES[rule](_Reading(match, phrases, setting))
