"""One account's work in the daemon: passes, one at a time, whenever somebody wakes it.

The watcher holds the connection that idles; the worker opens a second one when there is
something to do and gives it back after a quiet while. A pass runs in the thread pool; the loop
never waits for a server.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, StoreError
from followupd.mailbox.backoff import Backoff
from followupd.service.once import record_health
from followupd.service.passes import AccountPass, Scope, Stopped
from followupd.service.setup import account_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor
    from pathlib import Path

    from followupd.config import Account
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.watch import Pace
    from followupd.service.setup import Opener
    from followupd.service.world import World

QUIET = 90.0
"""Seconds after which the second connection is given back."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Asked:
    """What the next pass is to do."""

    scope: Scope | None = None
    interviews: set[int] = field(default_factory=set)


class Worker:
    """Does one account's passes until `run` is cancelled.

    Args:
        world: settings, store, templates and time.
        account: whose mailbox.
        state: the state folder, where the locks are.
        opener: opens connections to the account.
        pool: where passes run.
        pace: the waits after failures.
        on_done: called in the loop after each pass with the interviews that changed.
    """

    def __init__(
        self,
        world: World,
        account: Account,
        *,
        state: Path,
        opener: Opener,
        pool: Executor,
        pace: Pace,
        on_done: Callable[[set[int]], None],
    ) -> None:
        self._world = world
        self._account = account
        self._state = state
        self._opener = opener
        self._pool = pool
        self._pace = pace
        self._on_done = on_done
        self._asked = _Asked()
        self._wake = asyncio.Event()
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._pass: AccountPass | None = None
        self._first = True
        self._busy = False
        self._backoff = Backoff(
            first=pace.first, most=pace.most, stable=pace.stable, window=pace.window
        )

    @property
    def account(self) -> Account:
        """Whose mailbox it is."""
        return self._account

    @property
    def busy(self) -> bool:
        """Whether a pass is running."""
        return self._busy

    @property
    def is_new(self) -> bool:
        """Whether the first pass is still to come."""
        return self._first

    def wake(self, scope: Scope | None = None, interviews: Iterable[int] = ()) -> None:
        """Ask for a pass; several requests before it begins become one."""
        if scope is Scope.EVERYWHERE or self._asked.scope is None:
            self._asked.scope = scope
        self._asked.interviews.update(interviews)
        self._wake.set()

    async def run(self) -> None:
        """Pass after pass until cancelled; an error of the world never ends it."""
        try:
            while True:
                await self._woken()
                await self._one_pass()
        except Stopped:
            pass
        finally:
            if not self._busy:
                self._close()

    async def _one_pass(self) -> None:
        loop = asyncio.get_running_loop()
        asked, self._asked = self._asked, _Asked()
        self._busy = True
        try:
            changed = await loop.run_in_executor(self._pool, self._do, asked)
        except Stopped:
            self._busy = False
            raise
        except Exception as error:  # noqa: BLE001 - one account must never end the daemon
            if self._stopping.is_set():
                self._busy = False
                raise Stopped from None
            wait = self._after(error, loop.time())
            self.wake(Scope.EVERYWHERE, asked.interviews)
            self._busy = False
            await asyncio.sleep(wait)
        else:
            self._busy = False
            if self._stopping.is_set():
                raise Stopped
            self._on_done(changed)

    def stop(self) -> None:
        """Ask a running pass to end at its next step; may be called from any thread."""
        self._stopping.set()

    def abort(self) -> None:
        """Break a pass that waits for a server."""
        connection = self._connection
        if connection is not None:
            connection.shutdown()

    async def _woken(self) -> None:
        while not self._wake.is_set():
            try:
                await asyncio.wait_for(self._wake.wait(), QUIET if self._connection else None)
            except TimeoutError:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._pool, self._drop)
        self._wake.clear()

    # ---- in the pool

    def _do(self, asked: _Asked) -> set[int]:
        try:
            return self._pass_over(asked)
        finally:
            self._world.rest()
            if self._stopping.is_set():
                self._close()

    def _pass_over(self, asked: _Asked) -> set[int]:
        with account_lock(self._state, self._account.name, self._go_on):
            work = self._ready(renewed=asked.scope is Scope.EVERYWHERE)
            changed: set[int] = set()
            scope = Scope.EVERYWHERE if self._first else asked.scope
            if scope is not None:
                changed = work.read(scope)
            changed |= work.act({*asked.interviews, *changed, *self._due()})
            self._first = False
        if scope is not None or work.problems:
            record_health(self._world, self._account.name, " ".join(work.problems))
        return changed

    def _ready(self, *, renewed: bool) -> AccountPass:
        if self._connection is None or self._connection.closed:
            self._drop()
            self._backoff.opening(time.monotonic())
            self._connection = self._opener()
            self._backoff.opened(time.monotonic())
        if self._pass is None or renewed:
            self._pass = AccountPass(self._world, self._account, self._connection, self._go_on)
        return self._pass

    def _due(self) -> frozenset[int]:
        """What is due; at first all that may be, since much may have changed meanwhile."""
        with self._world.store.look() as reading:
            due = frozenset(reading.due(self._world.clock.now()))
            return due | reading.to_plan(self._account.name) if self._first else due

    def _go_on(self) -> bool:
        return not self._stopping.is_set()

    def _drop(self) -> None:
        """Give the connection back."""
        connection = self._taken()
        if connection is not None:
            connection.logout()

    def _close(self) -> None:
        """Drop the connection without a word to the server."""
        connection = self._taken()
        if connection is not None:
            connection.close()

    def _taken(self) -> Connection | None:
        connection, self._connection, self._pass = self._connection, None, None
        return connection

    # ---- after a failure

    def _after(self, error: Exception, now: float) -> float:
        """Say what happened, store it, and tell how many seconds to wait."""
        self._close()
        problem = str(error)
        if isinstance(error, AuthenticationError):
            self._opener.forget()
            wait = self._pace.refused
        elif isinstance(error, FollowupdError):
            reached = not isinstance(error, ConnectionLost) or error.reached
            wait = self._backoff.lost(now, reached=reached)
        else:
            # A bug of ours: said in full in the log, and tried again, for mail goes on.
            _log.error("pass failed", account=self._account.name, exc_info=error)
            problem = f"an internal error ({type(error).__name__}); the log has the details"
            wait = self._backoff.lost(now)
        _log.warning(
            "account failed", account=self._account.name, problem=problem, again_in=round(wait)
        )
        with suppress(StoreError):
            record_health(self._world, self._account.name, problem)
        return wait
