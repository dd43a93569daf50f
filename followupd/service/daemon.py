"""The daemon: one loop for all accounts, woken by servers, by time, and by the command line.

Everything that happens is one of four things: a server has news (`mailbox.watch`), a step comes
due (the scheduler), a command changed the store or signed in (the heartbeat sees it within a
second), or the clock jumped. Each wakes the workers it concerns; what is to be done they read off
the store.
"""

from __future__ import annotations

import asyncio
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from followupd.errors import FollowupdError, StoreError
from followupd.service.accounts import Accounts
from followupd.service.errands import Errands
from followupd.service.judging import prepare
from followupd.service.passes import Scope
from followupd.service.setup import checked_templates
from followupd.service.world import World, workdays_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from followupd.config import Settings
    from followupd.mailbox.pace import Pace
    from followupd.service.systemd import Notifier

HEARTBEAT = 0.4
"""Seconds between two looks at the store and at the clock."""

JUMP = 5.0
"""Seconds by which the wall clock may drift from the monotonic one between two heartbeats."""

RETRY = 60.0
"""Seconds between two tries at what is due and could not be done."""

_THREADS = 2
"""For the digest, which may wait for a server, and the calendar file beside it."""

_log = structlog.get_logger(__name__)


class Daemon:
    """Watches every account of a configuration until it is told to stop.

    Args:
        world: settings, store, templates and time.
        state: the state folder.
        notifier: tells systemd.
        reread: reads and checks the configuration anew, for SIGHUP.
        pace: how often servers are asked; None: as the configuration says for each account.
    """

    def __init__(
        self,
        world: World,
        state: Path,
        *,
        notifier: Notifier,
        reread: Callable[[], Settings] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._world = world
        self._state = state
        self._notifier = notifier
        self._reread = reread
        self._accounts = Accounts(
            world,
            state,
            pace=pace,
            on_done=self._done,
            on_read=self._sweep,  # what is due elsewhere may have waited for this
            on_status=notifier.status,
        )
        self._elsewhere = ThreadPoolExecutor(_THREADS, "errand")
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._stop = asyncio.Event()
        self._errands = Errands(
            world,
            state,
            self._scheduler,
            self._elsewhere,
            lambda: not self._stop.is_set(),
            self._accounts.resting,
        )
        self._seen_event = 0
        self._seen_pause = 0
        self._late: frozenset[int] = frozenset()
        self._reloading: set[asyncio.Task[None]] = set()
        self._replacing = asyncio.Lock()
        self.watching = self._accounts.all_read
        """Set once every account has been looked at for the first time."""

    def stop(self) -> None:
        """End `run` within five seconds, with nothing half done; call it in the loop."""
        self._stop.set()

    async def run(self) -> None:
        """Watch until `stop` is called, or SIGTERM or SIGINT comes."""
        loop = asyncio.get_running_loop()
        self._seen_event = self._world.store.last_event_id()
        self._seen_pause = self._world.store.last_pause_id()
        for name in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(name, self.stop)
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGHUP, self.reload)
        self._begin()
        self._scheduler.start()
        self._schedule_next()
        self._notifier.ready(self._accounts.status)
        _log.info("watching", accounts=len(self._accounts.by_name))
        self._elsewhere.submit(_load_words)
        heartbeat = asyncio.create_task(self._heartbeat())
        errands = asyncio.create_task(self._begin_errands())
        try:
            await self._stop.wait()
        finally:
            self._notifier.stopping()
            heartbeat.cancel()
            errands.cancel()
            self._scheduler.shutdown(wait=False)
            await asyncio.gather(*self._reloading, return_exceptions=True)
            await self._accounts.end()
            self._accounts.close()
            self._elsewhere.shutdown(wait=False, cancel_futures=True)
            _log.info("stopped")

    def _begin(self) -> None:
        self._accounts.begin(self._world)
        by_name = self._accounts.by_name.items()
        self._errands.openers = {name: watched.opener for name, watched in by_name}

    async def _begin_errands(self) -> None:
        """A digest that is late waits for the first look: it should know the newest mail.

        An account that cannot be looked at does not hold it up: that is told in it.
        """
        self._errands.update_calendar()
        await self._accounts.all_tried.wait()
        self._errands.schedule_digest()

    def reload(self) -> None:
        """Read the configuration anew; a wrong one is told and changes nothing."""
        if self._reread is None:
            return
        self._notifier.reloading()
        try:
            settings = self._reread()
            templates = checked_templates(settings)
        except FollowupdError as error:
            _log.error("configuration kept", problem=str(error))
            self._notifier.ready(self._accounts.status)
            return
        self._world = World(
            settings, self._world.store, templates, self._world.clock, workdays_of(settings)
        )
        replacing = asyncio.get_running_loop().create_task(self._replace())
        self._reloading.add(replacing)
        replacing.add_done_callback(self._reloading.discard)

    async def _replace(self) -> None:
        """End what works with the old configuration, and begin with the newest one."""
        async with self._replacing:
            if not self._stop.is_set():
                await self._accounts.end()
            if self._stop.is_set():
                return
            self._errands.world = self._world
            self._begin()
        self._schedule_next()
        self._errands.schedule_digest()
        self._errands.update_calendar()
        self._notifier.ready(self._accounts.status)
        _log.info("configuration read again", accounts=len(self._accounts.by_name))

    # ---- what wakes the accounts

    def _done(self, changed: set[int]) -> None:
        """A pass ended: wake the accounts whose interviews it touched, and set the next alarm."""
        try:
            self._accounts.wake_owners(changed)
        except StoreError as error:
            # The heartbeat notices what was recorded, as soon as the store can be read.
            _log.error("store", problem=str(error))
        self._schedule_next()

    def _schedule_next(self) -> None:
        with suppress(StoreError), self._world.store.look() as reading:
            due, now = reading.next_due(), self._world.clock.now()
            if due is None:
                return
            wait = max(due - now, timedelta(seconds=1))
            late = frozenset(reading.due(now))
            self._late &= late
            if late and late == self._late:
                # All of it has been tried already: the server refuses it, say.
                wait = timedelta(seconds=RETRY)
                ahead = reading.next_due(after=now)
                if ahead is not None:
                    wait = min(wait, max(ahead - now, timedelta(seconds=1)))
            self._scheduler.add_job(
                self._due,
                "date",
                run_date=datetime.now(UTC) + wait,
                id="due",
                replace_existing=True,
            )

    async def _due(self) -> None:
        self._sweep()
        self._schedule_next()
        self._errands.update_calendar()

    def _sweep(self) -> None:
        """Wake the accounts of every interview that is due."""
        with suppress(StoreError), self._world.store.look() as reading:
            due = frozenset(reading.due(self._world.clock.now()))
            self._accounts.wake_owners(due)
            self._late = due

    async def _heartbeat(self) -> None:
        beat_at, wall = time.monotonic(), self._world.clock.now()
        alive_at, trouble = 0.0, ""
        while True:
            await asyncio.sleep(HEARTBEAT)
            now, wall_now = time.monotonic(), self._world.clock.now()
            drift = (wall_now - wall).total_seconds() - (now - beat_at)
            beat_at, wall = now, wall_now
            try:
                if abs(drift) > JUMP:
                    self._jumped(drift)
                self._notice_commands()
                self._accounts.notice_logins()
                if self._accounts.poll():
                    # Midnight may have passed, or a folder be there again.
                    self._errands.update_calendar()
                trouble = ""
            except StoreError as error:
                if str(error) != trouble:  # once, and not with every beat
                    _log.error("store", problem=str(error))
                trouble = str(error)
            except Exception as error:  # noqa: BLE001 - without a heartbeat the daemon is deaf
                if repr(error) != trouble:
                    _log.error("heartbeat stumbled", exc_info=error)
                trouble = repr(error)
            watchdog = self._notifier.watchdog_seconds
            if watchdog is not None and now - alive_at >= watchdog / 3:
                self._notifier.alive()
                alive_at = now

    def _jumped(self, drift: float) -> None:
        """After a suspend or a clock that was set: connections may be dead, steps may be due."""
        _log.info("clock jumped", seconds=round(drift))
        self._accounts.renew()
        self._sweep()
        self._schedule_next()
        self._errands.schedule_digest()
        self._errands.update_calendar()

    def _notice_commands(self) -> None:
        """See what was recorded, by commands and by passes, and plan anew what it concerns."""
        newest, pause = self._world.store.last_event_id(), self._world.store.last_pause_id()
        if newest != self._seen_event:
            with self._world.store.look() as reading:
                changed = reading.interviews_since(self._seen_event)
                for name, watched in self._accounts.by_name.items():
                    fresh = reading.not_searched(name, changed)
                    if fresh:
                        watched.worker.wake(Scope.EVERYWHERE, fresh)
            self._accounts.wake_owners(self._world.concerned_since(self._seen_event))
            self._seen_event = newest
            self._errands.update_calendar()
        if pause != self._seen_pause:
            with self._world.store.look() as reading:
                concerned = reading.open_interviews()
            self._accounts.wake_owners(concerned)
            self._seen_pause = pause
            self._errands.update_calendar()


def _load_words() -> None:
    """Load what mail is read with while nothing is to be read yet."""
    try:
        prepare()
    except Exception as error:  # noqa: BLE001 - a mail that needs it tells the user
        _log.error("words not loaded", exc_info=error)
