"""Checking where the calendar file is to lie (advice row 2).

That file is written anew whenever something changes. Only a name that ends in `.ics` is
accepted, so that a slip of the pen does not cost the user another file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.config.paths import absolute, is_folder
from followupd.config.words import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config.table import Table


def read_calendar(table: Table | None, base: Path) -> Path | None:
    """Read the absolute path of the calendar file; None where none is asked for."""
    if table is None:
        return None
    place = table.text("file", "~/interviews.ics")
    path = absolute(table, "file", place, base) if place else None
    if path is None:
        return None
    if is_folder(path):
        table.mistake("file", 'is a folder; name the file in it, such as "interviews.ics"')
    elif path.suffix.casefold() != ".ics":
        table.mistake(
            "file",
            'must end in ".ics", as calendars expect; the file is written anew whenever '
            "something changes, so it must be no other file of yours",
        )
    elif not is_folder(path.parent):
        table.mistake(
            "file", f"there is no folder {quoted(str(path.parent))}; create it or name another"
        )
    return path
