"""Waiting for news of one folder, at the price of a socket.

A watcher keeps one connection in IDLE and has the event loop tell it when the socket can be
read: an idle mailbox needs neither a thread nor a timer of its own beyond the renewal. It
never fetches mail. It only says that somebody should look, and it says so after every moment
in which news could have slipped by: after IDLE was entered, after it was renewed, and whenever
the server speaks. Missing something would mean trusting the hint; nobody has to.

Whatever breaks, the watcher comes back by itself: after a growing, random wait when the
connection was lost, after an hour when the login was refused (more tries would lock the
account), and when the user has signed in again where nothing else can help. A token that is
about to end is replaced by a planned change of connections, of which nobody needs to hear. A
server without IDLE is not held on to; its mail is to be polled.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    GrantRevoked,
    ServerRefused,
)
from followupd.mailbox.pace import Pace, leave_at, rest_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from followupd.mailbox.connection import Connection

__all__ = ["Pace", "Reason", "State", "Watcher"]

_T = TypeVar("_T")

_NEXT_TOKEN = 60.0
"""Seconds at most between two tries to get a newer token."""


class Reason(StrEnum):
    """Why somebody should look into the folder now."""

    STARTED = "started"  # IDLE has begun; what came before is not known
    CHANGED = "changed"  # the server says that the folder changed
    RENEWED = "renewed"  # IDLE was left and entered again
    POLL = "poll"  # the server has no IDLE; it is time


class State(StrEnum):
    """What a watcher is doing, for people who ask how it is."""

    CONNECTING = "connecting"
    IDLING = "idling"
    POLLING = "polling"
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"


class Watcher:
    """Watches one folder until `run` is cancelled.

    Args:
        open_connection: opens and signs in a new connection; called in the pool.
        folder: the folder to watch, as the server spells it.
        pool: where blocking calls run; each takes a thread only as long as the server needs
            to answer.
        pace: how often.
        on_news: called in the loop: somebody should look.
        on_lost: called in the loop with what broke and the seconds until the next try.
        on_refused: called in the loop when the login was refused, with the seconds until the
            next try; None: there is none before `retry`.
        on_ended: called in the loop with what broke after a long good time, when the server has
            only ended the session: a new one is begun at once.
        reserve: takes the next place among the connections of a minute; tells how many seconds
            to wait until it is free.
        has_newer: whether a connection opened now would outlast this one, whose token is about to
            end; called in the pool.
        idles: False: no connection is held, and the folder is polled.
    """

    def __init__(
        self,
        open_connection: Callable[[], Connection],
        folder: str,
        *,
        pool: Executor,
        pace: Pace,
        on_news: Callable[[Reason], None],
        on_lost: Callable[[FollowupdError, float], None] | None = None,
        on_refused: Callable[[AuthenticationError, float | None], None] | None = None,
        on_ended: Callable[[FollowupdError], None] | None = None,
        reserve: Callable[[], float] | None = None,
        has_newer: Callable[[Connection], bool] | None = None,
        idles: bool = True,
    ) -> None:
        self._open_connection = open_connection
        self._folder = folder
        self._pool = pool
        self._pace = pace
        self._on_news = on_news
        self._on_lost = on_lost
        self._on_refused = on_refused
        self._on_ended = on_ended
        self._reserve = reserve
        self._has_newer = has_newer
        self._idles = idles
        self._backoff = pace.backoff()
        self._connection: Connection | None = None
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._renew_now = False
        self._reopens = False
        self._state = State.STOPPED
        self._heard_at: float | None = None

    @property
    def state(self) -> State:
        """What it is doing."""
        return self._state

    @property
    def pace(self) -> Pace:
        """How often it does what."""
        return self._pace

    def silent_for(self) -> float | None:
        """Seconds since the server last gave a sign of life; None: never yet."""
        if self._heard_at is None:
            return None
        return asyncio.get_running_loop().time() - self._heard_at

    def renew(self) -> None:
        """Do now what would be done next: renew IDLE, poll, or try to connect again.

        For a clock that jumped or a machine that slept, when the connection may be dead
        without knowing. A refused login is not tried earlier.
        """
        self._renew_now = True
        self._wake.set()

    def retry(self) -> None:
        """The user has signed in again: end the rest after a refusal, or the wait after a loss."""
        self._retry.set()
        if self._state is State.WAITING:
            self.renew()

    def reopen(self) -> None:
        """Give the connection back and take a new one, if there still is one to be had."""
        self._reopens = True
        self.renew()

    async def run(self) -> None:
        """Watch until cancelled; the connection is then closed without waiting for it.

        Errors of the world are reported to `on_lost` and `on_refused` and never end it.
        """
        try:
            while True:
                try:
                    await (self._session() if self._idles else self._poll(Reason.STARTED))
                except AuthenticationError as error:
                    await self._after_refusal(error)
                except FollowupdError as error:
                    await self._after_loss(error)
        finally:
            self._drop()
            self._state = State.STOPPED

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        self._state = State.CONNECTING
        if self._reserve is not None:
            await asyncio.sleep(self._reserve())
        self._retry.clear()
        if self._reopens:
            self._reopens = self._renew_now = False  # this one is new
        self._backoff.opening(loop.time())
        connection = await self._open()
        self._backoff.opened(loop.time())
        leave = leave_at(connection, loop.time())
        self._heard()
        await self._call(connection, connection.examine, self._folder)
        reason = Reason.STARTED
        while True:
            try:
                await self._call(connection, connection.idle_enter)
            except ServerRefused:
                # No IDLE, or IDLE in name only, as some large providers have it.
                await self._call(connection, connection.logout)
                self._drop()
                await self._poll(reason)
                return
            self._heard()
            self._state = State.IDLING
            self._on_news(reason)
            await self._listen(connection, leave)
            left = await self._call(connection, connection.idle_leave)
            self._heard()
            if any(notice.is_news for notice in left):
                self._on_news(Reason.CHANGED)
            reason = Reason.RENEWED
            is_over = leave is not None and loop.time() >= leave
            if self._reopens or (is_over and await self._newer(connection)):
                # What arrives in between is found after STARTED.
                await self._call(connection, connection.logout)
                self._drop()
                self._backoff.left()
                return
            if is_over:
                leave = loop.time() + min(_NEXT_TOKEN, self._pace.renew)

    async def _newer(self, connection: Connection) -> bool:
        """Whether it is worth changing to a new connection; while it is not, this one is kept.

        Raises:
            GrantRevoked: there is never going to be a newer token.
        """
        if self._has_newer is None:
            return False
        try:
            return await self._call(connection, self._has_newer, connection)
        except GrantRevoked:
            raise
        except FollowupdError:
            # The provider is away, say. Should the server hang up meanwhile, that is told.
            return False

    async def _listen(self, connection: Connection, leave: float | None) -> None:
        """Pass on what the server says until it is time to renew, or to leave."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.renew
        if leave is not None:
            until = min(until, leave)
        descriptor = connection.socket().fileno()
        while True:
            # With a timeout of 0 this does not block, and it empties every buffer, so that
            # a silent socket afterwards means that there is nothing to read.
            notices = connection.idle_news()
            if notices:
                self._heard()
            if any(notice.is_news for notice in notices):
                self._on_news(Reason.CHANGED)
            if self._take_renewal() or loop.time() >= until:
                return
            if connection.tls_pending():
                await asyncio.sleep(0)
                continue
            self._wake.clear()
            loop.add_reader(descriptor, self._readable, loop, descriptor)
            try:
                await self._woken(until - loop.time())
            finally:
                loop.remove_reader(descriptor)

    def _readable(self, loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
        loop.remove_reader(descriptor)
        self._wake.set()

    async def _poll(self, reason: Reason) -> None:
        loop = asyncio.get_running_loop()
        self._state = State.POLLING
        until = loop.time() + self._pace.relearn
        self._on_news(reason)
        while loop.time() < until:
            await self._pause(self._pace.poll)
            self._on_news(Reason.POLL)

    async def _after_loss(self, error: FollowupdError) -> None:
        self._drop()
        self._state = State.WAITING
        now = asyncio.get_running_loop().time()
        reached = not isinstance(error, ConnectionLost) or error.reached
        has_ended = self._on_ended is not None and self._backoff.is_end_of_session(now)
        wait = self._backoff.lost(now, reached=reached)
        if has_ended and self._on_ended is not None:
            self._on_ended(error)
        elif self._on_lost is not None:
            self._on_lost(error, wait)
        await self._pause(wait)

    async def _after_refusal(self, error: AuthenticationError) -> None:
        self._drop()
        self._state = State.REFUSED
        rest = rest_after(error, self._pace)
        if self._on_refused is not None:
            self._on_refused(error, rest)
        with suppress(TimeoutError):
            async with asyncio.timeout(rest):
                await self._retry.wait()

    async def _pause(self, seconds: float) -> None:
        """Sleep, unless `renew` is called."""
        self._wake.clear()
        if not self._take_renewal():
            await self._woken(seconds)
            self._take_renewal()

    async def _woken(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._wake.wait()

    def _take_renewal(self) -> bool:
        taken, self._renew_now = self._renew_now, False
        return taken

    def _heard(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()

    async def _open(self) -> Connection:
        opening = self._pool.submit(self._open_connection)
        try:
            self._connection = await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        return self._connection

    async def _call(
        self, connection: Connection, function: Callable[..., _T], *arguments: object
    ) -> _T:
        """Run a blocking call in the pool; cancelled, it is cut off rather than waited for."""
        running = self._pool.submit(function, *arguments)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            self._connection = None
            connection.shutdown()
            running.add_done_callback(lambda _: connection.close())
            raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _close_unwanted(opening: Future[Connection]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
