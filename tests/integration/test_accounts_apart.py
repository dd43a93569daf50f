"""Several accounts in one daemon: each has its own pace, its own limits and its own failures."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Status
from followupd.mailbox.watch import Pace
from followupd.mailbox.wire import Timeouts
from tests.support.accounts import (
    QUICK,
    AccountText,
    Told,
    problem,
    running,
    until,
    write_configuration,
)
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import ALWAYS, Command, FakeServer, Session, hang_up, ignore
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HANGING = 6
_GOODBYE = 20.0
"""Seconds after which a connection that was not closed is one that is held."""


@pytest.fixture
def personal() -> Iterator[FakeServer]:
    """The server of the account that the interview belongs to."""
    with FakeServer(password=PASSWORD) as server:
        yield server


@pytest.fixture
def work() -> Iterator[FakeServer]:
    """The server of another account."""
    with FakeServer(password=PASSWORD) as server:
        yield server


def _seeker(folder: Path, server: FakeServer) -> ScriptedSeeker:
    """An interview of the first account, past its decision date; a check-in comes at 09:00."""
    seeker = ScriptedSeeker(mailbox=None, folder=folder, fake=server)  # type: ignore[arg-type]
    seeker.at("2026-12-08 08:00")
    seeker.add((DANA,))
    return seeker


def test_servers_that_never_answer_hold_up_no_other_account(
    tmp_path: Path, personal: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six that take the connection and say nothing; the seventh account's reply is read."""
    # So patient that a thread which waits for one of them is not there for anybody else.
    monkeypatch.setattr(
        "followupd.mailbox.client.Timeouts", partial(Timeouts, connect=600.0, read=600.0)
    )

    async def story(seeker: ScriptedSeeker, hanging: list[FakeServer], servers: ExitStack) -> None:
        async with running(seeker, wait=False) as told:
            await until(lambda: all(each.connections for each in hanging), "all of them hang")
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            assert told.loud("personal") == []
            assert not told.daemon.watching.is_set()
            servers.close()

    with ExitStack() as servers:
        hanging = [servers.enter_context(FakeServer(password=PASSWORD)) for _ in range(HANGING)]
        for server in hanging:
            server.on("CONNECT", ignore, times=ALWAYS)
        names = [f"hangs-{number}" for number in range(HANGING)]
        write_configuration(
            tmp_path,
            *(AccountText(name, each.imap) for name, each in zip(names, hanging, strict=True)),
            AccountText("personal", personal.imap),
        )
        seeker = _seeker(tmp_path, personal)
        asyncio.run(story(seeker, hanging, servers))
        seeker.close()


def test_an_account_of_one_connection_is_polled_and_answered(
    tmp_path: Path, personal: FakeServer
) -> None:
    """It never has a second one, not even for the digest, and nothing idles."""
    write_configuration(tmp_path, AccountText("personal", personal.imap, limits="connections = 1"))
    digest = '[digest]\nat = "09:00"\nvia = "imap"\naccount = "personal"\n'
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + digest, encoding="utf-8")
    seeker = _seeker(tmp_path, personal)
    together: list[Session] = []

    def greeted(session: Session, command: Command) -> None:
        for other in list(personal.sessions):
            if other is not session:
                other.join(_GOODBYE)  # it may be about to end
                together.extend([other] if other.is_open else [])
        session.send(personal.greeting)

    personal.on("CONNECT", greeted, times=ALWAYS)

    def digests() -> list[bytes]:
        with personal.lock:
            return [m.raw for m in personal.folders["INBOX"].messages if b"followupd" in m.raw]

    async def story() -> None:
        pace = Pace(poll=0.2, first=0.05, most=0.1, window=0.0)
        async with running(seeker, pace):
            seeker.at("2026-12-08 09:00")
            await until(lambda: len(seeker.in_drafts()) == 1, "the check-in")
            await until(lambda: len(digests()) == 1, "the digest")
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            await until(lambda: seeker.in_drafts() == [], "the withdrawal")

    asyncio.run(story())
    assert personal.count("IDLE") == 0
    assert together == []
    seeker.close()


def test_connections_of_an_account_are_spread_over_the_minute(
    tmp_path: Path, personal: FakeServer, work: FakeServer
) -> None:
    """A server that hangs up on every sign-in is not stormed, and the other account goes on."""
    work.on("EXAMINE", hang_up, times=ALWAYS)
    work.on("LIST", hang_up, times=ALWAYS)
    write_configuration(
        tmp_path,
        AccountText("work", work.imap, limits="connects_per_minute = 4"),
        AccountText("personal", personal.imap),
    )
    seeker = _seeker(tmp_path, personal)

    async def story() -> None:
        async with running(seeker, wait=False):
            began = time.monotonic()
            await until(lambda: work.connections == 4, "the first four")
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            allowed = 4 * (1 + (time.monotonic() - began) // 60)
            assert work.connections <= allowed

    asyncio.run(story())
    seeker.close()


def _ends_after(told: Told, sessions: int) -> bool:
    return len(told.lines("session ended", "personal")) > sessions


def _listens_after(server: FakeServer, times: int) -> bool:
    return server.count("IDLE") > times


def test_a_session_that_ends_after_a_long_good_time_is_no_trouble(
    tmp_path: Path, personal: FakeServer
) -> None:
    """Gmail hangs up about once an hour: a new session begins at once, and nobody is alarmed."""
    write_configuration(tmp_path, AccountText("personal", personal.imap))
    seeker = _seeker(tmp_path, personal)
    # Whatever was opened has lived long enough here.
    pace = Pace(renew=60.0, session=0.0, first=0.05, most=600.0, window=600.0)

    async def story() -> None:
        async with running(seeker, pace) as told:
            for _ in range(3):
                listened, ended = personal.count("IDLE"), len(told.lines("session ended"))
                personal.drop_all()
                personal.deliver(b"Subject: nothing\r\n\r\nx\r\n")
                await until(partial(_ends_after, told, ended), "its end")
                await until(partial(_listens_after, personal, listened), "it listens")
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            assert told.loud("personal") == []
            assert problem(seeker, "personal") == ""

    asyncio.run(story())
    seeker.close()


def test_accounts_are_added_and_removed_while_it_runs(
    tmp_path: Path, personal: FakeServer, work: FakeServer
) -> None:
    """SIGHUP: the new one is read as well, then the old one no more."""
    both = (AccountText("personal", personal.imap), AccountText("work", work.imap))
    write_configuration(tmp_path, both[0])
    seeker = _seeker(tmp_path, personal)

    async def story() -> None:
        async with running(seeker) as told:
            write_configuration(tmp_path, *both)
            told.daemon.reload()
            await until(lambda: "work" in seeker.history(1).searched, "the look back")
            await until(lambda: told.status == "watching 2 accounts", "the status")
            work.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            write_configuration(tmp_path, both[1])
            told.daemon.reload()
            await until(lambda: told.status == "watching 1 account", "the reload")
            await until(
                lambda: not any(session.is_open for session in personal.sessions), "the goodbye"
            )
            assert told.loud("personal") == told.loud("work") == []

    asyncio.run(story())
    seeker.close()


def test_a_wrong_configuration_changes_no_account(tmp_path: Path, personal: FakeServer) -> None:
    """A slip of the pen in one account leaves all as they were."""
    good = AccountText("personal", personal.imap)
    write_configuration(tmp_path, good)
    seeker = _seeker(tmp_path, personal)

    async def story() -> None:
        async with running(seeker, QUICK) as told:
            connections = personal.connections
            write_configuration(tmp_path, good, AccountText("personal", personal.imap))
            told.daemon.reload()
            [line] = told.lines("configuration kept")
            assert 'another account named "personal"' in line["problem"]
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            assert personal.connections == connections

    asyncio.run(story())
    seeker.close()


def test_each_account_is_looked_at_as_often_as_its_section_says(
    tmp_path: Path, personal: FakeServer, work: FakeServer
) -> None:
    """Without a word of it at the usual pace."""
    limits = 'look_every = "10 minutes"\nrenew_every = "90 seconds"'
    write_configuration(
        tmp_path,
        AccountText("personal", personal.imap, limits=""),
        AccountText("work", work.imap, limits=limits),
    )
    seeker = _seeker(tmp_path, personal)

    async def story() -> None:
        async with running(seeker, None) as told:
            paces = {
                name: watched.watcher.pace
                for name, watched in told.daemon._accounts.by_name.items()
            }
            assert paces == {"personal": Pace(), "work": Pace(renew=90.0, poll=600.0)}

    asyncio.run(story())
    seeker.close()
