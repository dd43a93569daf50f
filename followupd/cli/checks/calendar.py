"""`check`: the user's time zone, this machine's, and the public holidays."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from followupd.cli.checks.line import ok, warning
from followupd.cli.format import counted
from followupd.domain.days import say_day
from followupd.reading.text import clean
from followupd.service.world import workdays_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Settings

_YEAR: Final = 365
_NAME_LIMIT: Final = 60


def time_zone(settings: Settings, wall: Wall, machine: str | None) -> Check:
    """The user's wall clock and sending hours, and whether this machine keeps the same.

    Args:
        settings: the configuration.
        wall: now.
        machine: the IANA name of this machine's zone, as `machine_zone` finds it.
    """
    name, workdays = "time zone", workdays_of(settings)
    opens = wall.moment(workdays.next_open(wall.now))
    hours = "within sending hours" if workdays.is_open(wall.now) else f"sending begins {opens}"
    said = f"it is {wall.moment(wall.now)} in {wall.zone}; {hours}"
    if machine is None:
        return ok(name, f"{said}; which zone this machine keeps is not known")
    other = _zone(machine)
    if other is None or _agree(wall.zone, other, wall.now):
        return ok(name, said)
    if _is_utc(other, wall.now):
        return ok(name, f"{said}; this machine keeps UTC, which is no matter")
    there = wall.now.astimezone(other)
    what = f"{said}, but this machine keeps {clean(machine, 60)}, where it is {there:%H:%M}"
    return warning(name, what, "set user.timezone to where you live; days and hours follow it")


def machine_zone() -> str | None:
    """The IANA name of this machine's time zone; None where it cannot be told."""
    import tzlocal  # noqa: PLC0415 - only this line needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has its doubts printed otherwise
        try:
            return tzlocal.get_localzone_name()
        except (LookupError, OSError, ValueError):
            return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return None


def _agree(zone: ZoneInfo, other: ZoneInfo, now: datetime) -> bool:
    """Whether two zones show the same wall clock, now and in every month of the year to come."""
    moments = [now + timedelta(days=30 * month) for month in range(13)]
    return all(
        at.astimezone(zone).utcoffset() == at.astimezone(other).utcoffset() for at in moments
    )


def _is_utc(zone: ZoneInfo, now: datetime) -> bool:
    return _agree(zone, ZoneInfo("UTC"), now)


def holidays(settings: Settings, wall: Wall) -> Check:
    """How many public holidays the next year has, and which one is next."""
    name, code = "calendar", settings.user.holidays
    if code is None:
        return warning(
            name,
            "no public holidays: a draft may be laid down on one",
            "set user.holidays, such as DE-BE",
        )
    calendar = workdays_of(settings).holidays
    ahead = [wall.today + timedelta(days=count) for count in range(_YEAR)]
    free = [day for day in ahead if day in calendar]
    if not free:
        return warning(
            name,
            f"there is none among the public holidays of {code} in the next year",
            "upgrade the Python package holidays, or set user.holidays to another place",
        )
    called = _called(calendar, free[0])
    following = f"the next one {say_day(free[0], wall.today)}{called}"
    count = counted(len(free), "public holiday")
    return ok(name, f"{count} of {code} in the next year, {following}")


def _called(calendar: object, day: date) -> str:
    """What a holiday is called, in the language of its country."""
    called = calendar.get(day) if isinstance(calendar, Mapping) else None
    return f", {clean(called, _NAME_LIMIT)}" if isinstance(called, str) else ""
