"""From the entries of all agendas to an iCalendar file (RFC 5545, 5546, 7986), and back.

The file is its own memory. What stands in it and still holds is kept to the byte; what changed
gets the next SEQUENCE; what no longer holds is cancelled, and said to be so for thirty days, since
a calendar that has imported an entry would keep it otherwise. What has begun already was done or
is past: it stays as it is for thirty days. Thus the same entries give the same bytes.

Moments are written in UTC, which needs no VTIMEZONE and which every calendar shows in its own
zone; days as days. The entries name no ORGANIZER: RFC 5546 wants one with METHOD:PUBLISH, but
RFC 5545 (section 3.8.4.3) forbids it for what is no meeting, and calendars offer to write mail to
the others of a meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import RFC_4122, UUID

from icalendar import Alarm, Calendar, Event, vText

from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.domain.entries import Entry

STAYS: Final = timedelta(days=30)
"""How long an entry stays that is cancelled or past."""

REFRESH: Final = timedelta(hours=1)
"""How often a calendar that subscribes is asked to look."""

_PRODUCER: Final = "-//followupd//"
_PRODID: Final = f"{_PRODUCER}followupd//EN"
_NAME: Final = "Interviews"

_SUMMARY_LIMIT = 200
_DESCRIPTION_LIMIT = 6000
_ONE_DAY = timedelta(days=1)
_ONCE: Final = ("UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "STATUS")
"""What every entry of ours has exactly once."""

_SHA1_NAMED = 5  # the version of a UUID that is made from a name


class NotOurs(ValueError):  # noqa: N818 - the caller names the file and makes it an error
    """The file is none that followupd wrote, or it is damaged; says why in a clause."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar file, and what became of its entries.

    Attributes:
        raw: the file.
        added: entries that are new.
        changed: entries that say something else than before.
        cancelled: entries that no longer hold.
        total: all entries in the file, the cancelled ones included.
    """

    raw: bytes
    added: int
    changed: int
    cancelled: int
    total: int


def feed(
    entries: Iterable[Entry],
    dormant: frozenset[str],
    before: bytes | None,
    now: datetime,
    today: date,
) -> Feed:
    """Bring the file up to date.

    Args:
        entries: what belongs into it, each with a UID of its own.
        dormant: UIDs of what may come again: it stays, or its SEQUENCE would begin anew and
            calendars would take the new entry for an old one (RFC 5546, section 2.1.5).
        before: the file as it is; None where there is none.
        now: aware.
        today: the user's day.

    Raises:
        NotOurs: `before` was not written by followupd, or is damaged.
    """
    known = _read(before) if before is not None and before.strip() else {}
    stamp = now.astimezone(UTC).replace(microsecond=0)
    kept: dict[str, Event] = {}
    added = changed = cancelled = 0
    for entry in entries:
        old = known.pop(entry.uid, None)
        if old is None:
            kept[entry.uid] = _event(entry, 0, stamp, stamp)
            added += 1
            continue
        same = _event(entry, _sequence(old), _moment(old, "CREATED"), _moment(old, "DTSTAMP"))
        if same.to_ical() == old.to_ical():
            kept[entry.uid] = old
        else:
            kept[entry.uid] = _event(entry, _sequence(old) + 1, _moment(old, "CREATED"), stamp)
            changed += 1
    for uid, old in known.items():
        stays = uid in dormant
        if _is_cancelled(old):
            if stays or _moment(old, "LAST-MODIFIED") + STAYS > now:
                kept[uid] = old
        elif not _has_begun(old, now, today):
            kept[uid] = _cancelled(old, stamp)
            cancelled += 1
        elif stays or not _is_long_past(old, now, today):
            kept[uid] = old
    calendar = _frame()
    for event in sorted(kept.values(), key=_order):
        calendar.add_component(event)
    return Feed(calendar.to_ical(), added, changed, cancelled, len(kept))


# ---- writing


def _frame() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _NAME)
    calendar.add("x-wr-calname", _NAME)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT1H"))
    return calendar


def _event(entry: Entry, sequence: int, created: datetime, changed: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", sequence)
    event.add("created", created)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", entry.begins)
    if isinstance(entry.begins, datetime):
        event.add("dtend", entry.begins + (entry.lasts or timedelta(0)))
    elif entry.begins < date.max:
        event.add("dtend", entry.begins + _ONE_DAY)
    event.add("summary", clean(entry.summary, _SUMMARY_LIMIT))
    event.add("description", clean_lines(entry.description, _DESCRIPTION_LIMIT))
    event.add("status", "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.takes_time else "TRANSPARENT")
    event.add("class", "PRIVATE")  # an employer may see the calendar of who looks for another
    if entry.remind is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", entry.remind)
        alarm.add("description", clean(entry.summary, _SUMMARY_LIMIT))
        event.add_component(alarm)
    return event


def _cancelled(old: Event, stamp: datetime) -> Event:
    """The entry as it is to be taken out of calendars (RFC 5546, section 3.2.5)."""
    event = Event()
    for name in ("uid", "created", "dtstart", "dtend", "summary", "description", "class"):
        if name in old:
            event[name] = old[name]
    event.add("sequence", _sequence(old) + 1)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("status", "CANCELLED")
    event.add("transp", "TRANSPARENT")
    return event


# ---- reading what we wrote


def _read(raw: bytes) -> dict[str, Event]:
    """The entries of a file of ours, by UID."""
    calendar = _parsed(raw)
    if not str(calendar.get("PRODID", "")).startswith(_PRODUCER):
        raise NotOurs("it is the calendar of another program")
    known: dict[str, Event] = {}
    for component in calendar.subcomponents:
        if not isinstance(component, Event):
            raise NotOurs(f"it holds a {clean(component.name or '', 40)}, which is not followupd's")
        uid = _checked(component)
        if uid in known:
            raise NotOurs("it is damaged: two of its entries have the same UID")
        known[uid] = component
    return known


def _parsed(raw: bytes) -> Calendar:
    try:
        calendar = Calendar.from_ical(raw)
    except Exception as error:  # the reader raises whatever it trips over
        raise NotOurs("it is damaged, or no calendar at all") from error
    if not isinstance(calendar, Calendar):
        raise NotOurs("it is no calendar")
    return calendar


def _checked(event: Event) -> str:
    """The UID of an entry of ours."""
    if any(part.errors for part in event.walk()):
        raise NotOurs("it is damaged: an entry cannot be read")
    for name in _ONCE:
        if name not in event or isinstance(event[name], list):
            raise NotOurs(f"it holds an entry whose {name} followupd did not write")
    uid = str(event["UID"])
    try:
        named = UUID(uid)
        for name in ("CREATED", "DTSTAMP", "LAST-MODIFIED"):
            _moment(event, name)
        _begins(event)
        _ends(event)
        _sequence(event)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise NotOurs("it holds an entry that followupd did not write, or a damaged one") from error
    if named.version != _SHA1_NAMED or named.variant != RFC_4122:
        raise NotOurs("it holds an entry that followupd did not write")
    return uid


def _sequence(event: Event) -> int:
    number = event.decoded("SEQUENCE")
    if not isinstance(number, int):
        raise TypeError(number)
    return number


def _moment(event: Event, name: str) -> datetime:
    moment = event.decoded(name)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError(name)
    return moment


def _begins(event: Event) -> date | datetime:
    return _day_or_moment(event.decoded("DTSTART"))


def _ends(event: Event) -> date | datetime:
    return _day_or_moment(event.decoded("DTEND")) if "DTEND" in event else _begins(event)


def _day_or_moment(value: object) -> date | datetime:
    if not isinstance(value, date) or (isinstance(value, datetime) and value.tzinfo is None):
        raise TypeError(value)
    return value


def _is_cancelled(event: Event) -> bool:
    return str(event["STATUS"]) == "CANCELLED"


def _has_begun(event: Event, now: datetime, today: date) -> bool:
    begins = _begins(event)
    return begins <= now if isinstance(begins, datetime) else begins <= today


def _is_long_past(event: Event, now: datetime, today: date) -> bool:
    ends = _ends(event)
    return ends + STAYS <= (now if isinstance(ends, datetime) else today)


def _order(event: Event) -> tuple[str, str]:
    """By day and time, as people look through a calendar."""
    begins = _begins(event)
    moment = begins.astimezone(UTC) if isinstance(begins, datetime) else begins
    return moment.isoformat(), str(event["UID"])
