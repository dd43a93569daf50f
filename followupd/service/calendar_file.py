"""Keeping the configured calendar file current while the daemon runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from followupd.errors import FollowupdError
from followupd.service.calendar_writing import agenda_of, update
from followupd.service.once import record_health
from followupd.store.records import CALENDAR_FILE

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from followupd.config import Settings
    from followupd.domain.agenda import Agenda
    from followupd.domain.history import History
    from followupd.service.world import World

_LATE: Final = timedelta(minutes=15)
"""How long the agenda of an interview holds for which something is overdue, such as a draft that a
server does not take."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the agendas were made from."""

    settings: Settings
    event: int
    pause: int
    day: date


@dataclass(frozen=True, slots=True)
class _Page:
    """One interview's agenda, and until when it holds unless something happens."""

    agenda: Agenda
    until: datetime | None


@dataclass(slots=True)
class CalendarFile:
    """Keeps the configured file current; may be used by several threads.

    It remembers the agendas, so that a change costs as much as it concerns.

    Attributes:
        problem: why the file could not be brought up to date last, a sentence; "" if it was, None
            before it was tried.
    """

    problem: str | None = None
    _pages: dict[int, _Page] = field(default_factory=dict)
    _seen: _Seen | None = None
    _written: tuple[Path, int, int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep_current(self, world: World) -> None:
        """Write the file if anything in it has changed; blocking, and cheap if nothing has.

        To be called after whatever may change a plan: something was recorded, a step came due, a
        day or a pause began, the configuration was read again. What fails is told once, stored for
        `list`, and tried again at the next call; it raises nothing.
        """
        with self._lock:
            problem = ""
            try:
                self._keep_current(world)
            except FollowupdError as error:
                problem = str(error)
            except Exception as error:  # noqa: BLE001 - the calendar ends no daemon
                _log.error("calendar stumbled", exc_info=error)
                problem = (
                    f"the calendar file could not be made: an internal error"
                    f" ({type(error).__name__}); the log has the details"
                )
            if problem:
                self._written = None
            if problem != self.problem:
                self._tell(world, problem)

    def _keep_current(self, world: World) -> None:
        path = world.settings.calendar
        if path is None:
            self._pages, self._seen, self._written = {}, None, None
            return
        now = world.clock.now()
        changed = self._look(world, now)
        if not changed and self._written is not None and self._written == _mark(path):
            return
        agendas = [page.agenda for page in self._pages.values()]
        self._written = None
        update(path, agendas, now, world.calendar.day_of(now))
        self._written = _mark(path)

    def _look(self, world: World, now: datetime) -> bool:
        """Bring the agendas up to date; whether one has changed, or the day."""
        store = world.store
        seen = _Seen(
            world.settings, store.last_event_id(), store.last_pause_id(), world.calendar.day_of(now)
        )
        before, self._seen = self._seen, None
        same_day = (
            before is not None
            and before.settings is seen.settings
            and (before.pause, before.day) == (seen.pause, seen.day)
        )
        with store.look() as reading:
            still_open = reading.open_interviews()
        if before is not None and same_day:
            late = {n for n, p in self._pages.items() if p.until is not None and p.until <= now}
            concerned = late | (still_open - self._pages.keys())
            if before.event != seen.event:
                concerned |= world.concerned_since(before.event)
        else:
            concerned = set(still_open)
        pages = {number: page for number, page in self._pages.items() if number in still_open}
        for number, history in world.histories_of(concerned & still_open).items():
            pages[number] = _page(world, history, now)
        changed = not same_day or {n: p.agenda for n, p in pages.items()} != {
            n: p.agenda for n, p in self._pages.items()
        }
        self._pages, self._seen = dict(sorted(pages.items())), seen
        return changed

    def _tell(self, world: World, problem: str) -> None:
        if problem:
            _log.warning("problem", calendar=problem)
        try:
            with world.store.look() as reading:
                stored = reading.health(CALENDAR_FILE)
            if problem != (stored.problem if stored is not None else ""):
                record_health(world, CALENDAR_FILE, problem)
        except FollowupdError as error:
            _log.error("store", problem=str(error))
            return
        self.problem = problem


def _page(world: World, history: History, now: datetime) -> _Page:
    plan = world.plan(history)
    made = agenda_of(history, plan, world.settings, world.workdays, world.templates, now)
    due = plan.next_due
    return _Page(made, due if due is None or due > now else now + _LATE)


def _mark(path: Path) -> tuple[Path, int, int, int] | None:
    """By what the file is known not to have been touched by others; None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return path, about.st_mtime_ns, about.st_size, about.st_ino
