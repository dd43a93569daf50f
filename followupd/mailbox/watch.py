"""Waiting for news of one folder, at the price of a socket.

A watcher keeps one connection in IDLE and has the event loop tell it when the socket can be
read: an idle mailbox needs neither a thread nor a timer of its own beyond the renewal. It
never fetches mail. It only says that somebody should look, and it says so after every moment
in which news could have slipped by: after IDLE was entered, after it was renewed, and whenever
the server speaks. Missing something would mean trusting the hint; nobody has to.

Whatever breaks, the watcher comes back by itself: after a growing, random wait when the
connection was lost, after an hour when the login was refused (more tries would lock the
account). A server without IDLE is not held on to; its mail is to be polled.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, ServerRefused
from followupd.mailbox.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from followupd.mailbox.connection import Connection

_T = TypeVar("_T")


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


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a watcher does what; all in seconds.

    Attributes:
        renew: how long one IDLE lasts. NATs and servers drop silent connections long before
            the 29 minutes of RFC 2177.
        poll: between two polls where there is no IDLE.
        relearn: how long a server without IDLE is polled before it is asked again.
        refused: how long to leave a server alone that refused the login.
        first: the shortest wait after a loss; likewise most, stable and window of `Backoff`.
    """

    renew: float = 300.0
    poll: float = 60.0
    relearn: float = 3600.0
    refused: float = 3600.0
    first: float = 2.0
    most: float = 80.0
    stable: float = 60.0
    window: float = 120.0


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
            next try.
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
        on_refused: Callable[[AuthenticationError, float], None] | None = None,
    ) -> None:
        self._open_connection = open_connection
        self._folder = folder
        self._pool = pool
        self._pace = pace
        self._on_news = on_news
        self._on_lost = on_lost
        self._on_refused = on_refused
        self._backoff = Backoff(
            first=pace.first, most=pace.most, stable=pace.stable, window=pace.window
        )
        self._connection: Connection | None = None
        self._wake = asyncio.Event()
        self._renew_now = False
        self._state = State.STOPPED
        self._heard_at: float | None = None

    @property
    def state(self) -> State:
        """What it is doing."""
        return self._state

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

    async def run(self) -> None:
        """Watch until cancelled; the connection is then closed without waiting for it.

        Errors of the world are reported to `on_lost` and `on_refused` and never end it.
        """
        try:
            while True:
                try:
                    await self._session()
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
        self._backoff.opening(loop.time())
        connection = await self._open()
        self._backoff.opened(loop.time())
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
            await self._listen(connection)
            left = await self._call(connection, connection.idle_leave)
            self._heard()
            if any(notice.is_news for notice in left):
                self._on_news(Reason.CHANGED)
            reason = Reason.RENEWED

    async def _listen(self, connection: Connection) -> None:
        """Pass on what the server says until it is time to renew."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.renew
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
        reached = not isinstance(error, ConnectionLost) or error.reached
        wait = self._backoff.lost(asyncio.get_running_loop().time(), reached=reached)
        if self._on_lost is not None:
            self._on_lost(error, wait)
        await self._pause(wait)

    async def _after_refusal(self, error: AuthenticationError) -> None:
        self._drop()
        self._state = State.REFUSED
        if self._on_refused is not None:
            self._on_refused(error, self._pace.refused)
        await asyncio.sleep(self._pace.refused)

    async def _pause(self, seconds: float) -> None:
        """Sleep, unless `renew` is called."""
        self._wake.clear()
        if not self._take_renewal():
            await self._woken(seconds)
            self._take_renewal()

    async def _woken(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._wake.wait()
        except TimeoutError:
            pass

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
