"""A watcher whose connections end: by a token, by the server's habit, by the user's doing."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    GrantRevoked,
    SecretMissing,
)
from followupd.mailbox.connection import Connection
from followupd.mailbox.pace import Pace, leave_at, rest_after
from followupd.mailbox.watch import Reason, Watcher
from tests.support.fakeserver import PASSWORD, FakeServer

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 60.0
CALM = Pace(renew=600.0, poll=0.05, refused=600.0, missing=600.0, first=600.0, most=600.0)


@dataclass
class Scene:
    """A watcher and what it has said.

    Attributes:
        server: what it watches.
        lasts: seconds that a new connection's token is good for; None: it has a password.
        newer: what it hears when it asks for a newer token.
        refuses: raised in place of the next connections, in order.
    """

    server: FakeServer
    lasts: float | None = None
    newer: bool | FollowupdError = True
    refuses: list[FollowupdError] = field(default_factory=list)
    pace: Pace = CALM
    idles: bool = True
    news: list[Reason] = field(default_factory=list)
    lost: list[FollowupdError] = field(default_factory=list)
    refused: list[tuple[AuthenticationError, float | None]] = field(default_factory=list)
    ended: list[FollowupdError] = field(default_factory=list)
    asked: int = 0

    async def __aenter__(self) -> Watcher:
        self._pool = ThreadPoolExecutor(2)
        watcher = Watcher(
            self._open,
            "INBOX",
            pool=self._pool,
            pace=self.pace,
            on_news=self.news.append,
            on_lost=lambda error, _: self.lost.append(error),
            on_refused=lambda error, rest: self.refused.append((error, rest)),
            on_ended=self.ended.append,
            has_newer=self._has_newer,
            idles=self.idles,
        )
        self._task = asyncio.create_task(watcher.run())
        return watcher

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._pool.shutdown()

    def _open(self) -> Connection:
        if self.refuses:
            raise self.refuses.pop(0)
        connection = Connection.open(self.server.imap, PASSWORD)
        if self.lasts is not None:
            connection.good_until = time.monotonic() + self.lasts
        return connection

    def _has_newer(self, connection: Connection) -> bool:
        self.asked += 1
        if isinstance(self.newer, FollowupdError):
            raise self.newer
        return self.newer

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(DEADLINE):
            while not holds():
                assert not self._task.done()
                await asyncio.sleep(0.01)


def test_before_its_token_ends_a_connection_is_left_for_another(fake_server: FakeServer) -> None:
    """Politely, at once, and somebody looks for what came in between; nothing was lost."""

    async def scene() -> None:
        async with (here := Scene(fake_server, lasts=0.4)):
            await here.until(lambda: here.news.count(Reason.STARTED) >= 3)
            assert (here.lost, here.ended, here.refused) == ([], [], [])

    asyncio.run(scene())
    fake_server.wait_for("LOGOUT", 2)
    assert fake_server.count("DONE") >= 2


@pytest.mark.parametrize(
    "newer",
    [False, ConnectionLost("away"), SecretMissing("locked")],
    ids=["none", "away", "locked"],
)
def test_without_a_newer_token_the_connection_is_kept(
    fake_server: FakeServer, newer: bool | FollowupdError
) -> None:
    """It works as long as the server lets it; a newer one is asked for now and then."""

    async def scene() -> None:
        pace = replace(CALM, renew=0.05)
        async with (here := Scene(fake_server, lasts=0.2, newer=newer, pace=pace)):
            await here.until(lambda: here.asked >= 3)
            fake_server.deliver(b"Subject: news\r\n\r\nx\r\n")
            await here.until(lambda: Reason.CHANGED in here.news)
            assert (here.lost, here.ended, here.refused) == ([], [], [])

    asyncio.run(scene())
    assert fake_server.connections == 1


def test_a_grant_that_is_gone_stops_the_watcher_until_the_user_signed_in(
    fake_server: FakeServer,
) -> None:
    """No try by itself, not even when the clock jumped; then at once."""
    gone = GrantRevoked("gone")

    async def scene() -> None:
        async with (here := Scene(fake_server, lasts=0.2, newer=gone)) as watcher:
            await here.until(lambda: bool(here.refused))
            assert here.refused == [(gone, None)]
            watcher.renew()
            connections = fake_server.connections
            here.newer = True
            watcher.retry()
            await here.until(lambda: here.news.count(Reason.STARTED) >= 2)
            assert connections == 1
            assert here.lost == []

    asyncio.run(scene())


def test_a_login_ends_the_wait_after_a_loss_as_well(fake_server: FakeServer) -> None:
    """Whoever has just signed in does not wait for the next try."""

    async def scene() -> None:
        away = ConnectionLost("away")
        async with (here := Scene(fake_server, refuses=[away])) as watcher:
            await here.until(lambda: here.lost == [away])
            watcher.retry()
            await here.until(lambda: Reason.STARTED in here.news)

    asyncio.run(scene())


def test_the_end_of_a_long_session_is_no_loss(fake_server: FakeServer) -> None:
    """The next one begins at once; what fails then is a loss like any other."""

    async def scene() -> None:
        pace = replace(CALM, session=0.0, first=0.01)
        async with (here := Scene(fake_server, pace=pace)):
            await here.until(lambda: here.news.count(Reason.STARTED) == 1)
            fake_server.drop_all()
            await here.until(lambda: here.news.count(Reason.STARTED) == 2)
            assert len(here.ended) == 1
            assert here.lost == []
            here.refuses = [ConnectionLost("away")]
            fake_server.drop_all()
            await here.until(lambda: len(here.lost) == 1)
            assert len(here.ended) == 2

    asyncio.run(scene())


def test_a_watcher_that_is_to_reopen_takes_another_connection(fake_server: FakeServer) -> None:
    """Somebody else was refused: whether this one still gets in is found out at once."""

    async def scene() -> None:
        async with (here := Scene(fake_server)) as watcher:
            await here.until(lambda: Reason.STARTED in here.news)
            here.refuses = [AuthenticationError("no")]
            watcher.reopen()
            await here.until(lambda: bool(here.refused))
            assert here.refused[0][1] == CALM.refused
            watcher.retry()
            await here.until(lambda: here.news.count(Reason.STARTED) == 2)
            assert here.lost == []

    asyncio.run(scene())


def test_a_watcher_that_does_not_idle_needs_no_connection(fake_server: FakeServer) -> None:
    """It only says when it is time to look."""

    async def scene() -> None:
        async with (here := Scene(fake_server, idles=False)):
            await here.until(lambda: here.news.count(Reason.POLL) >= 3)
            assert here.news[0] is Reason.STARTED

    asyncio.run(scene())
    assert fake_server.connections == 0


@pytest.mark.parametrize(("lasts", "after"), [(3600.0, 3420.0), (86_400.0, 86_220.0), (8.0, 6.0)])
def test_a_connection_is_left_some_minutes_before_its_token_ends(
    fake_server: FakeServer, lasts: float, after: float
) -> None:
    """Three minutes before, or a quarter of a short life."""
    connection = Connection.open(fake_server.imap, PASSWORD)
    assert leave_at(connection, 100.0) is None
    connection.good_until = 100.0 + lasts
    assert leave_at(connection, 100.0) == 100.0 + after
    connection.logout()


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (AuthenticationError("refused"), 3600.0),
        (SecretMissing("locked"), 300.0),
        (GrantRevoked("gone"), None),
    ],
)
def test_how_long_an_account_is_left_alone_follows_from_what_can_heal_it(
    error: AuthenticationError, rest: float | None
) -> None:
    """An hour for a wrong password, minutes for a locked keyring, a login for a lost grant."""
    assert rest_after(error, Pace()) == rest
