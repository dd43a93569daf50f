"""The parser of the command that shows the calendar's entries and writes them to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.parser import command

if TYPE_CHECKING:
    from followupd.cli.parser import Commands


def add_calendar(commands: Commands) -> None:
    """Add the command."""
    text = "decision dates, calls, promises and follow-ups, for your calendar"
    calendar = command(commands, "calendar", "calendaring:calendar", text, json=True)
    calendar.add_argument(
        "--ics",
        metavar="FILE",
        help="write them to that iCalendar file, or bring it up to date; - for standard output",
    )
