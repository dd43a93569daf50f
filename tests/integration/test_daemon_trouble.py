"""The daemon in trouble: it says so, does not hurry anybody, and is well again afterwards."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import pytest

from followupd.config import load
from followupd.domain.events import Noted
from followupd.domain.interview import DraftState, Status
from followupd.errors import StoreError
from followupd.mailbox.watch import Pace
from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier
from followupd.store import Store
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import ALWAYS, FakeServer, answer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

DEADLINE = 15.0
QUICK = Pace(renew=60.0, poll=60.0, refused=60.0, first=0.1, most=0.2, window=0.0)


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """An interview past its decision date; a check-in comes at 09:00."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 08:00")
        seeker.add((DANA,))
        yield seeker
        seeker.close()


@asynccontextmanager
async def _running(seeker: ScriptedSeeker, *, wait: bool = True) -> AsyncIterator[Daemon]:
    daemon = Daemon(
        seeker.world,
        seeker.state,
        notifier=Notifier({}),
        reread=lambda: load(seeker.config),
        pace=QUICK,
    )
    task = asyncio.create_task(daemon.run())
    try:
        if wait:
            async with asyncio.timeout(DEADLINE):
                await daemon.watching.wait()
        yield daemon
    finally:
        daemon.stop()
        async with asyncio.timeout(6):
            await task


async def _until(holds: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > DEADLINE:
            raise AssertionError(f"not within {DEADLINE} seconds: {what}")
        await asyncio.sleep(0.02)


async def _settled(count: Callable[[], int]) -> int:
    """The count once it has stood still for a while; a storm never does."""
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE:
        before = count()
        await asyncio.sleep(2.5)
        if count() == before:
            return before
    raise AssertionError(f"it never comes to rest: {count()}")


@contextmanager
def _disk_full(monkeypatch: pytest.MonkeyPatch, *methods: str) -> Iterator[list[str]]:
    """The store fails in these methods while the context lasts."""
    failed: list[str] = []
    with monkeypatch.context() as patch:
        for name in methods:

            def fail(*_: object, name: str = name) -> None:
                failed.append(name)
                raise StoreError("the database cannot be read: disk I/O error")

            patch.setattr(Store, name, fail)
        yield failed


def test_a_draft_the_server_refuses_is_not_tried_again_at_once(scripted: ScriptedSeeker) -> None:
    """A full mailbox gets a few tries at first and then one a minute, not one a millisecond."""

    async def story() -> None:
        scripted.server.on("APPEND", answer("NO [OVERQUOTA] full"), times=ALWAYS)
        async with _running(scripted):
            scripted.at("2026-12-08 09:00")
            await _until(lambda: scripted.server.count("APPEND") > 0, "the first try")
            assert await _settled(lambda: scripted.server.count("APPEND")) <= 4

    asyncio.run(story())


def test_an_idle_daemon_leaves_the_server_alone(scripted: ScriptedSeeker) -> None:
    """With nothing new and a draft lying there, no pass follows another."""

    async def story() -> None:
        scripted.at("2026-12-08 09:00")
        async with _running(scripted):
            await _until(lambda: len(scripted.in_drafts()) == 1, "the check-in")
            await _settled(lambda: len(scripted.server.log))

    asyncio.run(story())


@pytest.mark.parametrize("methods", [("last_event_id",), ("last_event_id", "look", "begin")])
def test_a_store_that_fails_for_a_while_does_not_end_the_daemon(
    scripted: ScriptedSeeker, monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...]
) -> None:
    """Workers and heartbeat outlive it: mail, commands and due steps are seen afterwards."""

    async def story() -> None:
        async with _running(scripted) as daemon:
            with _disk_full(monkeypatch, *methods) as failed:
                scripted.receives(b"Subject: nothing\r\n\r\nx\r\n")
                for watched in daemon._accounts.by_name.values():
                    watched.polled_at = -1000.0  # the next heartbeat polls
                await _until(lambda: len(failed) > 4, "failures")
            scripted.at("2026-12-08 09:00")
            await _until(lambda: len(scripted.in_drafts()) == 1, "the check-in")
            second = scripted.add((DANA,), company="Globex", role="Analyst")
            await _until(lambda: "personal" in scripted.history(second).searched, "a command")
            scripted.receives(scripted.letter_from(DANA, "Acme: good news"))
            await _until(lambda: scripted.status(1) is Status.ANSWERED, "the answer")
            await _until(lambda: scripted.in_drafts() == [], "the withdrawal")

    asyncio.run(story())


def test_a_command_given_while_the_store_fails_is_noticed_afterwards(
    scripted: ScriptedSeeker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be read at the first look is read at the next."""

    async def story() -> None:
        async with _running(scripted):
            with _disk_full(monkeypatch, "look") as failed:
                scripted.tell(1, Noted(at=scripted.clock.now(), text="x"))
                second = scripted.add((DANA,), company="Globex", role="Analyst")
                await _until(lambda: len(failed) > 2, "failures")
            await _until(lambda: "personal" in scripted.history(second).searched, "the look back")

    asyncio.run(story())


def test_a_refused_login_is_tried_once_by_watcher_and_worker_together(
    scripted: ScriptedSeeker,
) -> None:
    """One try and then none for the time of rest, or the server locks the account."""
    scripted.server.password = "another"

    async def story() -> None:
        async with _running(scripted, wait=False):
            await _until(lambda: scripted.server.count("LOGIN") > 0, "the first try")
            assert await _settled(lambda: scripted.server.count("LOGIN")) == 1

            def health() -> str:
                with scripted.world.store.look() as reading:
                    found = reading.health("personal")
                return found.problem if found else ""

            await _until(lambda: "refused the login" in health(), "the trouble in words")

    asyncio.run(story())


def test_a_new_password_is_tried_at_once_after_a_reload(scripted: ScriptedSeeker) -> None:
    """The rest after a refused login ends when the user says that something has changed."""
    scripted.server.password = "another"

    async def story() -> None:
        async with _running(scripted, wait=False) as daemon:
            await _until(lambda: scripted.server.count("LOGIN") > 0, "the first try")
            scripted.server.password = PASSWORD
            daemon.reload()
            await _until(lambda: "personal" in scripted.history(1).searched, "the look back")

    asyncio.run(story())


def test_two_reloads_in_a_row_leave_one_worker_for_each_account(scripted: ScriptedSeeker) -> None:
    """SIGHUP twice before the first has come to its end: two connections, not four."""

    async def story() -> None:
        async with _running(scripted) as daemon:
            for _ in range(3):
                daemon.reload()
            await _until(lambda: len(daemon._accounts.by_name) == 1, "the account")
            await _settled(lambda: scripted.server.connections)
            kept = [t for t in asyncio.all_tasks() if "_kept" in repr(t.get_coro())]
            assert len(kept) == 2
            idle = [s for s in scripted.server.sessions if s.idle_tag is not None]
            assert len(idle) == 1
            scripted.at("2026-12-08 09:00")
            await _until(lambda: len(scripted.in_drafts()) == 1, "the check-in")

    asyncio.run(story())


def test_stopping_during_a_reload_ends_everything(scripted: ScriptedSeeker) -> None:
    """SIGHUP and then SIGTERM: nothing is begun any more."""

    async def story() -> None:
        async with _running(scripted) as daemon:
            daemon.reload()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())


def test_a_stop_in_the_middle_of_a_pass_is_no_problem_of_the_account(
    scripted: ScriptedSeeker,
) -> None:
    """A connection that we broke ourselves is not told as trouble."""

    async def story() -> None:
        async with _running(scripted):
            scripted.server.on("APPEND", lambda *_: None)  # never answered
            scripted.at("2026-12-08 09:00")
            await _until(lambda: scripted.server.count("APPEND") == 1, "the draft under way")

    asyncio.run(story())
    with scripted.world.store.look() as reading:
        health = reading.health("personal")
    assert health is not None
    assert health.problem == ""
    # The server has its time to finish: from the stop on, or, where that came before the outcome
    # could be written down, from the next look on.
    for moment in ("2026-12-08 09:05", "2026-12-08 09:11"):
        scripted.at(moment)
        assert scripted.once() == []
    assert [draft.state for draft in scripted.history(1).drafts] == [DraftState.QUEUED]
