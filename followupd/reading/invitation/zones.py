"""The hours of a calendar: which zone a TZID names, and what its own VTIMEZONE says.

Mail programs name the same zone in many ways: by its IANA name, by one of Windows, behind a
vendor's prefix, or by a name of their own that only the calendar explains. A name that is known
is believed before the calendar's explanation, for that is often outdated. A rule in an explanation
is never unrolled: at most two years of it are looked at.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from icalendar import vDatetime, vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from followupd.reading.text import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from followupd.reading.invitation.components import Component

_TZID_LIMIT = 200
_ONSETS = 200
_OBSERVANCES = 50
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UTC = frozenset({"z", "gmt", "utc", "etc/utc", "coordinated universal time"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of time.

    Attributes:
        name: its IANA name, "" where only its offset is known.
        hours: what turns a wall clock's time in it into a moment.
    """

    name: str
    hours: tzinfo


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """Once a year: the `nth` of some weekdays in a month, or a day of it.

    Attributes:
        month: 1 to 12.
        weekday: 0 for Monday, None for any.
        nth: from 1, or from -1 backwards.
        days: days of the month it may fall on; none given means any.
        until: the last moment, in UTC without saying so; None for no end.
    """

    month: int
    weekday: int | None
    nth: int
    days: frozenset[int]
    until: datetime | None

    def day(self, year: int) -> date | None:
        """The day in a year, or None when there is none."""
        fitting = [
            day
            for number in range(1, monthrange(year, self.month)[1] + 1)
            if not self.days or number in self.days
            for day in (date(year, self.month, number),)
            if self.weekday is None or day.weekday() == self.weekday
        ]
        place = self.nth - 1 if self.nth > 0 else len(fitting) + self.nth
        return fitting[place] if 0 <= place < len(fitting) else None


@dataclass(frozen=True, slots=True)
class Observance:
    """One STANDARD or DAYLIGHT part of a VTIMEZONE (RFC 5545, section 3.6.5).

    Attributes:
        starts: when it first begins, on the wall clock before; also each further beginning.
        rule: how it comes back, or None.
        offset_from: the offset before it.
        offset_to: the offset in it.
    """

    starts: tuple[datetime, ...]
    rule: YearlyRule | None
    offset_from: timedelta
    offset_to: timedelta

    def last_onset(self, local: datetime) -> datetime | None:
        """The last beginning not after a wall clock's time."""
        found = [start for start in self.starts if start <= local]
        if self.rule is not None:
            first = self.starts[0]
            last = min(local.year, self.rule.until.year if self.rule.until else local.year)
            for year in range(max(last - 1, first.year), last + 1):
                day = self.rule.day(year)
                onset = datetime.combine(day, first.time()) if day else None
                if onset and first <= onset <= local and self._in_force(onset):
                    found.append(onset)
        return max(found, default=None)

    def _in_force(self, onset: datetime) -> bool:
        until = self.rule.until if self.rule else None
        try:
            return until is None or onset - self.offset_from <= until
        except OverflowError:
            # Before the beginning of the calendar, where some programs let a zone begin.
            return True


@dataclass(frozen=True, slots=True)
class Definition:
    """A VTIMEZONE: the name it explains, and its observances."""

    tzid: str
    observances: tuple[Observance, ...]

    def offset(self, local: datetime) -> timedelta | None:
        """The offset from UTC at a wall clock's time; None when nothing is said."""
        begun = [
            (onset, each)
            for each in self.observances
            if (onset := each.last_onset(local)) is not None
        ]
        if begun:
            return max(begun, key=lambda pair: pair[0])[1].offset_to
        first = min(self.observances, key=lambda each: each.starts[0], default=None)
        return first.offset_from if first is not None else None


@cache
def _names() -> dict[str, str]:
    """IANA names by their folded form; those of the package, not of the machine."""
    listed = (resources.files("tzdata") / "zones").read_text("utf-8").split()
    return {folded(name): name for name in listed if name not in ("Factory", "localtime")}


@cache
def _windows_names() -> dict[str, str]:
    return {folded(name): zone for name, zone in WINDOWS_TO_OLSON.items()}


def named_zone(tzid: str) -> Zone | None:
    """The zone that a TZID names by itself, or None (RFC 5545, section 3.2.19).

    IANA names in any case, names of Windows, and both behind a prefix such as
    `/vendor.example/20260101_1/`.

    Args:
        tzid: as it stands; the first 200 characters count.
    """
    name = folded(tzid[:_TZID_LIMIT]).strip(" \t\"'/")
    pieces = name.split("/")
    for start in range(len(pieces)):
        rest = "/".join(pieces[start:])
        if rest in _UTC:
            return Zone("UTC", UTC)
        known = _windows_names().get(rest)
        # Behind a prefix a single word, such as "Cuba", may mean anything.
        if known is None and ("/" in rest or not start):
            known = _names().get(rest)
        if known is not None:
            return _loaded(known)
    return None


def _loaded(name: str) -> Zone | None:
    try:
        return Zone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None


def zone_at(tzid: str, definitions: Sequence[Definition], local: datetime) -> Zone | None:
    """The zone that a TZID means at a wall clock's time, or None for a broken one.

    A name that neither is known nor explained means the calendar's zone where it has one only.

    Args:
        tzid: as it stands on DTSTART.
        definitions: the VTIMEZONEs of the calendar.
        local: the time there, without a zone.
    """
    known = named_zone(tzid)
    if known is not None:
        return known
    wanted = folded(tzid[:_TZID_LIMIT]).strip()
    explained = [each for each in definitions if folded(each.tzid).strip() == wanted]
    if not explained and len(definitions) == 1:
        explained = [definitions[0]]
        known = named_zone(definitions[0].tzid)
    if known is not None or not explained:
        return known
    offset = explained[0].offset(local)
    return Zone("", timezone(offset)) if offset is not None else None


def read_definition(component: Component) -> Definition:
    """Read a VTIMEZONE; what cannot be read in it is left out. Never raises."""
    found = (
        _observance(part)
        for part in component.inside[:_OBSERVANCES]
        if part.name in ("STANDARD", "DAYLIGHT")
    )
    observances = tuple(each for each in found if each is not None)
    return Definition(component.text("TZID")[:_TZID_LIMIT], observances)


def _moment(text: str) -> datetime | None:
    """A time on the wall clock, without its zone."""
    try:
        found: datetime = vDatetime.from_ical(text.strip()[:20])  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    return found.replace(tzinfo=None)


def _offset(text: str) -> timedelta | None:
    try:
        found: timedelta = vUTCOffset.from_ical(text.strip()[:10])  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    return found if abs(found) < timedelta(days=1) else None


def _observance(component: Component) -> Observance | None:
    starts = _moment(component.text("DTSTART"))
    offset_to = _offset(component.text("TZOFFSETTO"))
    if starts is None or offset_to is None:
        return None
    offset_from = _offset(component.text("TZOFFSETFROM"))
    further = (
        _moment(text)
        for line in component.every("RDATE")[:_ONSETS]
        for text in line.value[: _ONSETS * 20].split(",")
    )
    return Observance(
        (starts, *[each for each in further if each is not None][:_ONSETS]),
        _rule(component.text("RRULE"), starts),
        offset_from if offset_from is not None else offset_to,
        offset_to,
    )


def _rule(text: str, starts: datetime) -> YearlyRule | None:
    """A yearly rule of the kind that changes of the clock follow; None for any other."""
    pieces = (part.partition("=") for part in text[:500].upper().split(";"))
    parts = {key.strip(): value.strip() for key, _, value in pieces}
    by_day = _BY_DAY.fullmatch(parts.get("BYDAY", ""))
    if (
        parts.get("FREQ") != "YEARLY"
        or parts.get("INTERVAL", "1") != "1"
        or "COUNT" in parts
        or ("BYDAY" in parts and (by_day is None or "BYMONTH" not in parts))
    ):
        return None
    try:
        month = int(parts.get("BYMONTH", starts.month))
        days = frozenset(int(day) for day in parts.get("BYMONTHDAY", "").split(",") if day)
    except ValueError:
        return None
    if not 1 <= month <= 12:  # noqa: PLR2004 - the months
        return None
    if by_day is None and not days:
        days = frozenset({starts.day})
    return YearlyRule(
        month,
        _DAYS.index(by_day[2]) if by_day else None,
        int(by_day[1] or 1) if by_day else 1,
        days,
        _until(parts.get("UNTIL", "")),
    )


def _until(text: str) -> datetime | None:
    found = _moment(text)
    if found is not None or not text:
        return found
    try:
        return datetime.combine(date.fromisoformat(text[:8]), time.max)
    except ValueError:
        return None
