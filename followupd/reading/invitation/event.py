"""What an invitation says: when, where, by whom and for whom (RFC 5545, RFC 5546).

An invitation is often the first that a mailbox knows of an interview, and a wrong hour in it
costs more than none. So every time is aware in the zone that it names, and where it names none
that can be understood, `zone` says so. A recurrence is never unrolled. The file comes from a
stranger: see `components.py` for what bounds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from icalendar import vDate, vDatetime, vDuration

from followupd.reading.addresses import Address, read_addresses
from followupd.reading.hypertext import words_of
from followupd.reading.invitation.components import read_components
from followupd.reading.invitation.zones import Zone, named_zone, read_definition, zone_at
from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from datetime import tzinfo

    from followupd.reading.invitation.components import Component, Property
    from followupd.reading.invitation.zones import Definition

ATTENDEES = 50
"""The most attendees that are kept."""

_UID_LIMIT = 255
_LINE_LIMIT = 300
_DESCRIPTION_LIMIT = 4000
_NAME_LIMIT = 200
_DEFINITIONS = 50
_YEARS = range(1970, 2200)
"""Years in which an invitation can lie; beyond them arithmetic with zones overflows."""

_LONGEST = timedelta(days=60)
_NOT_PEOPLE = frozenset({"ROOM", "RESOURCE", "GROUP"})
_RECURS = frozenset({"RRULE", "RDATE"})
_MARKUP = re.compile(r"<(?:br|p|div|html|body|span|a|b|ul|li|table)\b[^<>]{0,500}>", re.IGNORECASE)
_BASIC = re.compile(r"\d{8}T\d{6}Z?$")
_ISO_SIGNS = str.maketrans("", "", "-:")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event of a calendar that came by mail.

    Attributes:
        method: what is done with it (RFC 5546, section 1.4): REQUEST, COUNTER, CANCEL, REPLY,
            PUBLISH and so on, in capitals; "" where the calendar does not say.
        uid: names the event, at most 255 characters; may be "".
        sequence: the revision; 0 where it is not given.
        summary: the title, one clean line of at most 300 characters.
        description: clean lines, at most 4,000 characters; HTML is taken out.
        location: one clean line of at most 300 characters.
        starts_at: when it begins, aware, in the zone it names; None for a whole day, and where it
            cannot be read.
        ends_at: when it ends, in the same zone; None where that is not said, or before it begins.
        whole_day: the day it begins on, for an event without hours.
        days: how many days such an event lasts; 0 for one with hours.
        zone: the IANA name of the zone; "" where only an offset was known, where the time named
            none, or where its name was broken and the default was taken.
        organizer: who invites, or None.
        attendees: the people invited, at most 50; without rooms, resources and groups.
        cancelled: whether the event is called off.
        recurring: whether it comes again.
    """

    method: str
    uid: str
    sequence: int
    summary: str
    description: str
    location: str
    starts_at: datetime | None
    ends_at: datetime | None
    whole_day: date | None
    days: int
    zone: str
    organizer: Address | None
    attendees: tuple[Address, ...]
    cancelled: bool
    recurring: bool


@dataclass(frozen=True, slots=True)
class _When:
    """A time as it was read: a moment, or a day."""

    moment: datetime | None = None
    day: date | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class _Clock:
    """What the times of one calendar are read with."""

    definitions: tuple[Definition, ...]
    own_zone: Zone | None
    default_zone: tzinfo

    def read(self, line: Property | None) -> _When:
        """A DTSTART or DTEND; nothing where it cannot be read."""
        if line is None:
            return _When()
        text = line.value.strip().upper()[-100:]
        # A zone's name with a colon and without quotes leaves its end before the time.
        basic = _BASIC.search(text)
        plain = basic[0] if basic else text.translate(_ISO_SIGNS)
        try:
            if line.parameter("VALUE").upper() == "DATE" or "T" not in plain:
                day: date = vDate.from_ical(plain[:8])  # type: ignore[no-untyped-call]
                return _When(day=day) if day.year in _YEARS else _When()
            read: datetime = vDatetime.from_ical(plain)  # type: ignore[no-untyped-call]
        except ValueError:
            return _When()
        if read.year not in _YEARS:
            return _When()
        local, tzid = read.replace(tzinfo=None), line.parameter("TZID")
        if read.tzinfo is not None:
            # A moment is a moment; a zone beside it only tells how to show it.
            zone = (named_zone(tzid) if tzid else None) or Zone("UTC", UTC)
            return _When(local.replace(tzinfo=UTC).astimezone(zone.hours), zone=zone.name)
        found = zone_at(tzid, self.definitions, local) if tzid else self.own_zone
        zone = found or Zone("", self.default_zone)
        return _When(local.replace(tzinfo=zone.hours), zone=zone.name)


def _clock(calendar: Component, default_zone: tzinfo) -> _Clock:
    definitions = [each for each in calendar.inside if each.name == "VTIMEZONE"][:_DEFINITIONS]
    return _Clock(
        tuple(read_definition(each) for each in definitions),
        named_zone(calendar.text("X-WR-TIMEZONE")),
        default_zone,
    )


def _person(line: Property) -> Address | None:
    """A calendar user (RFC 5545, section 3.3.3); None without an address that can be used."""
    value = line.value.strip()[:2000]
    start = value.lower().rfind("mailto:")
    written = unquote(value[start + 7 :].partition("?")[0]) if start >= 0 else value
    for candidate in (written, line.parameter("EMAIL")):
        found = read_addresses(candidate, limit=1)
        if found and found[0].address:
            name = clean(line.parameter("CN"), _NAME_LIMIT).strip("'\"")
            # Many programs put the address where the name should be.
            return Address("" if "@" in name else name, found[0].address)
    return None


def _attendees(event: Component) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for line in event.every("ATTENDEE"):
        if len(found) >= ATTENDEES:
            break
        if line.parameter("CUTYPE").upper() in _NOT_PEOPLE:
            continue
        person = _person(line)
        if person is not None:
            found.setdefault(person.key, person)
    return tuple(found.values())


def _description(event: Component) -> str:
    text = event.text("DESCRIPTION").strip() or event.text("X-ALT-DESC")
    if _MARKUP.search(text):
        text = words_of(text)
    return clean_lines(text, _DESCRIPTION_LIMIT)


def _sequence(event: Component) -> int:
    text = event.text("SEQUENCE").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - fits 32 bits


def _end(event: Component, start: _When, clock: _Clock) -> _When:
    end = clock.read(event.first("DTEND"))
    if end.moment or end.day or (start.moment is None and start.day is None):
        return end
    try:
        written = event.text("DURATION").strip().upper()[:40]
        lasts: timedelta = vDuration.from_ical(written)  # type: ignore[no-untyped-call]
        if not timedelta() < lasts < _LONGEST:
            return _When()
        if start.moment is not None:
            hours = start.moment.tzinfo
            return _When((start.moment.astimezone(UTC) + lasts).astimezone(hours))
        return _When(day=start.day + lasts) if start.day is not None else _When()
    except (ValueError, OverflowError):
        return _When()


def _is_whole_day(event: Component, start: _When) -> bool:
    """Exchange writes a whole day as midnight, with a mark of its own."""
    if start.moment is None:
        return start.day is not None
    at_midnight = (start.moment.hour, start.moment.minute) == (0, 0)
    return at_midnight and event.text("X-MICROSOFT-CDO-ALLDAYEVENT").strip().upper() == "TRUE"


def _days(start: date, end: _When) -> int:
    last = end.day or (end.moment.date() if end.moment else None)
    return max((last - start).days, 1) if last is not None else 1


def _chosen(calendars: tuple[Component, ...]) -> tuple[Component, Component] | None:
    """The event that counts, with the calendar around it."""
    events = [
        (calendar, event)
        for calendar in calendars
        for event in (calendar, *calendar.inside)
        if event.name == "VEVENT" and event.properties
    ]
    whole = (pair for pair in events if pair[1].first("RECURRENCE-ID") is None)
    return next(whole, events[0] if events else None)


def read_invitation(data: bytes, default_zone: tzinfo) -> Invitation | None:
    """Read the event of a calendar; never raises.

    Of several events the first counts that is no exception to a recurrence, else the first.

    Args:
        data: a calendar part, decoded; at most 64 KiB are looked at.
        default_zone: for times that name no zone, or one that nobody knows.

    Returns:
        the event; None when there is none.
    """
    found = _chosen(read_components(data))
    if found is None:
        return None
    calendar, event = found
    clock = _clock(calendar, default_zone)
    start = clock.read(event.first("DTSTART"))
    end = _end(event, start, clock)
    whole_day = None
    if _is_whole_day(event, start):
        whole_day = start.day or (start.moment.date() if start.moment else None)
    starts_at = None if whole_day else start.moment
    ends_at = end.moment if starts_at and end.moment and end.moment >= starts_at else None
    organizer = event.first("ORGANIZER")
    method = clean(calendar.text("METHOD"), 40).upper()
    return Invitation(
        method=method,
        uid=clean(event.text("UID"), _UID_LIMIT),
        sequence=_sequence(event),
        summary=clean(event.text("SUMMARY"), _LINE_LIMIT),
        description=_description(event),
        location=clean(event.text("LOCATION"), _LINE_LIMIT),
        starts_at=starts_at,
        ends_at=ends_at,
        whole_day=whole_day,
        days=_days(whole_day, end) if whole_day else 0,
        zone="" if whole_day else start.zone,
        organizer=_person(organizer) if organizer is not None else None,
        attendees=_attendees(event),
        cancelled=method == "CANCEL" or event.text("STATUS").strip().upper() == "CANCELLED",
        recurring=any(line.name in _RECURS for line in event.properties),
    )
