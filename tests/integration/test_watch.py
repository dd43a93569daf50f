"""A watcher on a real Dovecot."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from followupd.mailbox.connection import Connection, tls_context
from followupd.mailbox.watch import Pace, Reason, State, Watcher
from tests.support.delivery import mail
from tests.support.dovecot import CAPABILITY_WITHOUT_IDLE, PASSWORD, Dovecot
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from followupd.errors import FollowupdError

pytestmark = pytest.mark.dovecot

QUICK = Pace(renew=60.0, poll=0.05, relearn=60.0, first=0.05, most=0.1, window=0.0)


@dataclass
class Reports:
    """What a watcher has said."""

    watcher: Watcher | None = None
    news: list[Reason] = field(default_factory=list)
    lost: list[FollowupdError] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_news(self, reason: Reason) -> None:
        self.news.append(reason)
        self._changed.set()

    def on_lost(self, error: FollowupdError, wait: float) -> None:
        self.lost.append(error)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the reports meet a condition."""
        async with asyncio.timeout(15.0):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def watching(mailbox: UserMailbox, pace: Pace = QUICK) -> AsyncIterator[Reports]:
    """A running watcher on a mailbox's INBOX."""
    reports = Reports()
    pool = ThreadPoolExecutor(2)
    watcher = Watcher(
        lambda: Connection.open(mailbox.imap, PASSWORD, context=mailbox.context),
        "INBOX",
        pool=pool,
        pace=pace,
        on_news=reports.on_news,
        on_lost=reports.on_lost,
    )
    reports.watcher = watcher
    task = asyncio.create_task(watcher.run())
    try:
        yield reports
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        pool.shutdown()


def test_mail_that_arrives_is_noticed(mailbox: UserMailbox) -> None:
    """Delivery over LMTP shows within a moment."""

    async def scene() -> None:
        async with watching(mailbox) as reports:
            await reports.until(lambda: reports.news == [Reason.STARTED])
            await asyncio.to_thread(mailbox.deliver, mail())
            await reports.until(lambda: Reason.CHANGED in reports.news)
            assert reports.lost == []

    asyncio.run(scene())


def test_idle_is_renewed_on_the_same_connection(mailbox: UserMailbox) -> None:
    """DONE and IDLE again; mail is noticed before and after."""

    async def scene() -> None:
        async with watching(mailbox, Pace(renew=0.1)) as reports:
            await reports.until(lambda: reports.news.count(Reason.RENEWED) >= 2)
            await asyncio.to_thread(mailbox.deliver, mail())
            await reports.until(lambda: Reason.CHANGED in reports.news)
            assert reports.lost == []

    asyncio.run(scene())


def test_an_idle_mailbox_holds_no_thread(mailbox: UserMailbox) -> None:
    """While nothing happens, only the pool's own idle threads exist."""

    async def scene() -> None:
        before = threading.active_count()
        async with watching(mailbox) as reports:
            await reports.until(lambda: reports.news == [Reason.STARTED])
            assert threading.active_count() - before <= 2

    asyncio.run(scene())


def test_a_server_that_restarts_is_found_again() -> None:
    """Stopped, started, and even killed: the watcher comes back and notices mail."""

    async def scene(server: Dovecot) -> None:
        mailbox = UserMailbox("robin", server, tls_context(server.ca_file))
        async with watching(mailbox) as reports:
            await reports.until(lambda: reports.news.count(Reason.STARTED) == 1)
            await asyncio.to_thread(server.stop)
            await reports.until(lambda: bool(reports.lost))
            await asyncio.to_thread(server.start)
            await reports.until(lambda: reports.news.count(Reason.STARTED) == 2)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await reports.until(lambda: reports.news.count(Reason.STARTED) == 3)
            await asyncio.to_thread(mailbox.deliver, mail())
            await reports.until(lambda: reports.news[-1] is Reason.CHANGED)

    with Dovecot() as server:
        asyncio.run(scene(server))


def test_a_server_without_idle_is_polled() -> None:
    """Dovecot that does not announce IDLE is looked at again and again instead."""

    async def scene(server: Dovecot) -> None:
        mailbox = UserMailbox("robin", server, tls_context(server.ca_file))
        async with watching(mailbox) as reports:
            await reports.until(lambda: reports.news.count(Reason.POLL) >= 2)
            assert reports.watcher is not None
            assert reports.watcher.state is State.POLLING
            assert reports.news[0] is Reason.STARTED
            assert reports.lost == []

    with Dovecot(extra=CAPABILITY_WITHOUT_IDLE) as server:
        asyncio.run(scene(server))
