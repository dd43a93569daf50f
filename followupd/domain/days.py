"""Days and moments as people say them, in English: with the weekday, the year only if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_day(day: date, today: date) -> str:
    """`Tue 8 Dec`, or `Tue 8 Jan 2028` in another year than today's."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def say_moment(moment: datetime, today: date) -> str:
    """`Tue 8 Dec, 09:00`; the moment must already be in the user's zone."""
    return f"{say_day(moment.date(), today)}, {moment:%H:%M}"
