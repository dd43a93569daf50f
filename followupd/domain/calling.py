"""When to ring somebody: mid-morning where they are, at a time at which the user is up as well."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from followupd.domain.interview import Person
    from followupd.domain.workdays import Workdays

GOOD_HOURS = (time(9, 30), time(11, 30))
"""When people are at their desk and not yet at lunch."""

CALL_LASTS = timedelta(minutes=30)
"""The time to keep free for a call, with a look at the sheet before it."""

_UP = (time(7), time(21))
"""When a user may be expected to make a call, by their own clock."""

_LOOK_AHEAD = 7  # days; holidays and a weekend fit into them
_SATURDAY = 5


def time_to_call(person: Person | None, due: datetime, workdays: Workdays) -> datetime:
    """The first good moment for a call that is due from `due` (aware) on, in the user's zone.

    It is a working day for the user, no weekend where the person is, and within `GOOD_HOURS` of
    theirs; where their zone is not known, of the user's. Where no such moment comes within a week,
    as with somebody on the other side of the earth, it is `due`.
    """
    zone = zone_of(person) or workdays.zone
    first = due.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        day = first + timedelta(days=ahead)
        opens, closes = (datetime.combine(day, hour, zone).astimezone(UTC) for hour in GOOD_HOURS)
        begins = max(opens, due.astimezone(UTC))
        if day.weekday() < _SATURDAY and begins + CALL_LASTS <= closes and _can(begins, workdays):
            return workdays.local(begins)
    return workdays.local(due)


def zone_of(person: Person | None) -> ZoneInfo | None:
    """The zone of somebody's clock; None where it is not known."""
    if person is None or person.timezone is None:
        return None
    try:
        return ZoneInfo(person.timezone)
    except (OSError, ValueError, LookupError):  # a name that no database of zones has
        return None


def _can(moment: datetime, workdays: Workdays) -> bool:
    """Whether the user may be expected to call then."""
    local = workdays.local(moment)
    return (
        workdays.is_working_day(local.date())
        and _UP[0] <= local.time() < _UP[1]
        and not any(away.covers(moment) for away in workdays.away)
    )
