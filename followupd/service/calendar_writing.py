"""The calendar file in the world: read, brought up to date, and put in its place in one piece.

A file that followupd did not write, or that is damaged, is never overwritten. Whoever reads the
file sees the old one or the new one, also when the power fails in between; and when there is
nothing to change, nothing is written.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from followupd.domain.agenda import Agenda, agenda
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean
from followupd.replacing import OWNER_ONLY, put
from followupd.service.letters import write
from followupd.service.planning import cadence_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.workdays import Workdays
    from followupd.writing.calendar_feed import Feed
    from followupd.writing.templates import Templates

_MOST_BYTES = 64 * 1024 * 1024


def agenda_of(
    history: History,
    plan: Plan,
    settings: Settings,
    workdays: Workdays,
    templates: Templates,
    now: datetime,
) -> Agenda:
    """What of one interview belongs into the calendar as of `now` (aware)."""

    def script(step: PlannedStep, at: datetime) -> str:
        if not step.template:
            return ""
        try:
            return write(history, step, plan, settings, workdays, templates, at).body
        except FollowupdError as error:
            return f"There is no script for this call: {error}"

    cadence = cadence_for(history.interview, settings)
    return agenda(history, plan, cadence, workdays, now, script)


def feed_of(agendas: Iterable[Agenda], before: bytes | None, now: datetime, today: date) -> Feed:
    """The file that follows `before`; see `calendar_feed.feed`.

    Raises:
        NotOurs: `before` is no file of ours.
    """
    from followupd.writing.calendar_feed import feed  # noqa: PLC0415 - few have a calendar file

    agendas = tuple(agendas)
    dormant = frozenset[str]().union(*(each.dormant for each in agendas))
    entries = [entry for each in agendas for entry in each.entries]
    return feed(entries, dormant, before, now, today)


def update(path: Path, agendas: Iterable[Agenda], now: datetime, today: date) -> Feed:
    """Bring the file at `path` up to date; it is made where there is none.

    Args:
        path: the file; where it is a symbolic link, the file that it leads to.
        agendas: of every open interview.
        now: aware.
        today: the user's day.

    Raises:
        UsageError: there is something else at `path`; it is left as it is.
        FollowupdError: it cannot be read or written, say because the folder is gone.
    """
    from followupd.writing.calendar_feed import NotOurs  # noqa: PLC0415 - as above

    place = clean(str(path), 300)
    try:
        target = Path(os.path.realpath(path))
        before, mode = _read(target, place)
        made = feed_of(agendas, before, now, today)
        if made.raw != before:
            put(target, made.raw, mode)
    except NotOurs as error:
        raise UsageError(
            f"{place} was left as it is, since {error}; name another file, or take this one away"
        ) from error
    except OSError as error:
        if isinstance(error, FollowupdError):
            raise
        raise FollowupdError(
            f"{place} cannot be brought up to date: {error.strerror or error}"
        ) from error
    return made


def _read(path: Path, place: str) -> tuple[bytes | None, int]:
    """What stands in the file, and its mode; None where there is no file."""
    try:
        # O_NONBLOCK: nobody may ever write into a pipe of that name.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None, OWNER_ONLY
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UsageError(f"{place} is no file; name one, such as interviews.ics")
        if about.st_size > _MOST_BYTES:
            raise UsageError(f"{place} was left as it is: it is too large to be followupd's")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(), stat.S_IMODE(about.st_mode)
    finally:
        os.close(descriptor)
