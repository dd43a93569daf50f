"""One account's work in the daemon: passes, one at a time, whenever somebody wakes it.

The watcher holds the connection that idles; the worker opens a second one when there is
something to do and gives it back after a quiet while, or before the token it was opened with ends.
A pass runs in the thread pool; the loop never waits for a server.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import structlog

from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, StoreError
from followupd.mailbox.pace import leave_at, rest_after
from followupd.service.once import record_health
from followupd.service.passes import AccountPass, Scope, Stopped
from followupd.service.setup import account_lock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from concurrent.futures import Executor
    from pathlib import Path

    from followupd.config import Account
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.pace import Pace
    from followupd.service.opener import Opener
    from followupd.service.world import World

QUIET = 90.0
"""Seconds after which the second connection is given back."""

NEXT_TOKEN = 60.0
"""Seconds until a newer token is asked for again that could not be had."""

_T = TypeVar("_T")

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
        on_failed: called in the loop after a pass that failed, with what happened and the seconds
            until the next one; None: there is none before `retry`.
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
        on_failed: Callable[[Exception, float | None], None],
    ) -> None:
        self._world = world
        self._account = account
        self._state = state
        self._opener = opener
        self._pool = pool
        self._pace = pace
        self._on_done = on_done
        self._on_failed = on_failed
        self._asked = _Asked()
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._pass: AccountPass | None = None
        self._leave_at: float | None = None
        self._reopens = False
        self._first = True
        self._busy = False
        self._backoff = pace.backoff()

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

    @property
    def is_to_reopen(self) -> bool:
        """Whether the next pass takes a new connection."""
        return self._reopens

    def wake(self, scope: Scope | None = None, interviews: Iterable[int] = ()) -> None:
        """Ask for a pass; several requests before it begins become one."""
        if scope is Scope.EVERYWHERE or self._asked.scope is None:
            self._asked.scope = scope
        self._asked.interviews.update(interviews)
        self._wake.set()

    def retry(self) -> None:
        """The user has signed in again: end the rest after a refusal, or the wait after a loss."""
        self._retry.set()

    def reopen(self) -> None:
        """Take a new connection for the next pass, to find out whether there still is one."""
        self._reopens = True

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Hold no connection and begin no pass meanwhile; waits for the end of a running one."""
        async with self._turn:
            await self._in_pool(self._drop)
            yield

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
        await self._make_way()
        async with self._turn:
            rest = await self._carry_out()
        if rest is None or rest > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._retry.wait()

    async def _carry_out(self) -> float | None:
        """Do a pass; the seconds to wait before the next, or None: until `retry`."""
        asked, self._asked = self._asked, _Asked()
        self._retry.clear()
        self._busy = True
        try:
            changed = await self._in_pool(self._do, asked)
        except Stopped:
            self._busy = False
            raise
        except Exception as error:  # noqa: BLE001 - one account must never end the daemon
            if self._stopping.is_set():
                self._busy = False
                raise Stopped from None
            wait = self._after(error, asyncio.get_running_loop().time())
            self.wake(Scope.EVERYWHERE, asked.interviews)
            self._busy = False
            self._on_failed(error, wait)
            return wait
        self._busy = False
        if self._stopping.is_set():
            raise Stopped
        self._on_done(changed)
        return 0.0

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
                async with self._turn:
                    await self._in_pool(self._drop)
        self._wake.clear()

    async def _make_way(self) -> None:
        """Leave a connection that is to be left, and wait until there may be a new one."""
        is_over = self._leave_at is not None and time.monotonic() >= self._leave_at
        if self._reopens or is_over:
            async with self._turn:
                await self._in_pool(self._leave)
        if self._connection is None or self._connection.closed:
            await asyncio.sleep(self._opener.reserve())

    async def _in_pool(self, function: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

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
            if scope is Scope.EVERYWHERE:
                self._world.unread.was_read(self._account.name)
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
            self._leave_at = leave_at(self._connection, time.monotonic())
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

    def _leave(self) -> None:
        """Give back a connection whose token is about to end, or that may be of no more use.

        Where there is no newer token, since the provider is away, say, it is kept.
        """
        connection = self._connection
        if not self._reopens and connection is not None:
            try:
                is_worth_it = self._opener.has_newer(connection)
            except FollowupdError:
                is_worth_it = False
            if not is_worth_it:
                self._leave_at = time.monotonic() + NEXT_TOKEN
                return
        self._reopens = False
        if connection is not None:
            self._drop()
            self._backoff.left()

    def _close(self) -> None:
        """Drop the connection without a word to the server."""
        connection = self._taken()
        if connection is not None:
            connection.close()

    def _taken(self) -> Connection | None:
        connection, self._connection, self._pass = self._connection, None, None
        self._leave_at = None
        return connection

    # ---- after a failure

    def _after(self, error: Exception, now: float) -> float | None:
        """Say what happened, store it, and tell how many seconds to wait; None: for `retry`."""
        self._close()
        name = self._account.name
        if isinstance(error, ConnectionLost) and self._backoff.is_end_of_session(now):
            wait = self._backoff.lost(now)
            _log.info("session ended", account=name, reason=str(error), again_in=round(wait))
            return wait
        problem = str(error)
        if isinstance(error, AuthenticationError):
            # Told by whoever is called next, once for all that sign in.
            rest = rest_after(error, self._pace)
        elif isinstance(error, FollowupdError):
            reached = not isinstance(error, ConnectionLost) or error.reached
            rest = self._backoff.lost(now, reached=reached)
            _log.warning("account failed", account=name, problem=problem, again_in=round(rest))
        else:
            # A bug of ours: said in full in the log, and tried again, for mail goes on.
            rest = self._backoff.lost(now)
            _log.error("pass failed", account=name, exc_info=error, again_in=round(rest))
            problem = f"an internal error ({type(error).__name__}); the log has the details"
        self._world.unread.failed(name, self._world.clock.now(), problem)
        with suppress(StoreError):
            record_health(self._world, name, problem)
        return rest
