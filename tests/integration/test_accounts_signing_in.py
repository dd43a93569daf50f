"""An account that does not get in: it is told once, rests, and goes on when that can help."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Status
from followupd.mailbox.watch import State
from tests.support.accounts import (
    QUICK,
    AccountText,
    problem,
    running,
    until,
    write_configuration,
)
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import FakeServer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def personal() -> Iterator[FakeServer]:
    """The server of the account that the interview belongs to."""
    with FakeServer(password=PASSWORD) as server:
        yield server


@pytest.fixture
def work() -> Iterator[FakeServer]:
    """The server of the account that does not get in."""
    with FakeServer(password=PASSWORD) as server:
        yield server


@pytest.fixture
def kept_in(tmp_path: Path) -> Path:
    """The file that the password of `work` is kept in; there is none yet."""
    return tmp_path / "work.password"


@pytest.fixture
def seeker(
    tmp_path: Path, personal: FakeServer, work: FakeServer, kept_in: Path
) -> Iterator[ScriptedSeeker]:
    """Two accounts; an interview of the first, past its decision date."""
    write_configuration(
        tmp_path,
        AccountText("personal", personal.imap),
        AccountText("work", work.imap, password=f'{{ file = "{kept_in}" }}'),
    )
    seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=personal)  # type: ignore[arg-type]
    seeker.at("2026-12-08 08:00")
    seeker.add((DANA,))
    yield seeker
    seeker.close()


def _store(path: Path, password: str) -> None:
    path.write_text(f"{password}\n", encoding="utf-8")
    path.chmod(0o600)


def _take_away(path: Path) -> None:
    path.unlink()


def _login(seeker: ScriptedSeeker, account: str) -> None:
    """What `login` leaves behind when it has stored something."""
    (seeker.state / f"{account}.login").touch()


def test_a_refused_password_is_told_once_and_tried_again_after_a_login(
    seeker: ScriptedSeeker, personal: FakeServer, work: FakeServer, kept_in: Path
) -> None:
    """One try, one line in the log, a word to systemd; `login` ends the rest at once."""
    _store(kept_in, "an old one")

    async def story() -> None:
        async with running(seeker, wait=False) as told:
            await until(lambda: "refused the login" in problem(seeker, "work"), "the trouble")
            await until(
                lambda: told.status.startswith("watching 1 of 2 accounts; work: "), "the status"
            )
            personal.deliver(seeker.letter_from(DANA, "Good news"))
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            assert [line["event"] for line in told.loud("work")] == ["login refused"]
            assert work.count("LOGIN") == 1
            _store(kept_in, PASSWORD)
            _login(seeker, "work")
            await until(lambda: "work" in seeker.history(1).searched, "the look back")
            await until(lambda: problem(seeker, "work") == "", "all well")
            await until(lambda: told.status == "watching 2 accounts", "the status")
            await until(lambda: work.count("IDLE") >= 1, "it listens again")

    asyncio.run(story())


def test_a_login_that_changes_nothing_is_one_more_try_and_no_more(
    seeker: ScriptedSeeker, work: FakeServer, kept_in: Path
) -> None:
    """Watcher and worker together try the new password once; the account is not locked."""
    _store(kept_in, "an old one")

    async def story() -> None:
        async with running(seeker, wait=False) as told:
            await until(lambda: "refused the login" in problem(seeker, "work"), "the trouble")
            _store(kept_in, "another wrong one")
            _login(seeker, "work")
            await until(lambda: work.count("LOGIN") == 2, "another try")
            watched = told.daemon._accounts.by_name["work"]
            await until(lambda: watched.watcher.state is State.REFUSED, "the watcher's rest")
            await until(lambda: not watched.worker.busy, "the worker's rest")
            assert work.count("LOGIN") == 2
            assert [line["event"] for line in told.loud("work")] == ["login refused"]

    asyncio.run(story())


def test_a_secret_that_comes_later_is_found_without_a_login(
    seeker: ScriptedSeeker, work: FakeServer, kept_in: Path
) -> None:
    """A keyring that is unlocked after the start, say: it is asked again every few minutes."""

    async def story() -> None:
        async with running(seeker, replace(QUICK, missing=0.2), wait=False) as told:
            await until(lambda: "no password for" in problem(seeker, "work"), "the trouble")
            await until(lambda: "work: no password for" in told.status, "the status")
            _store(kept_in, PASSWORD)
            await until(lambda: "work" in seeker.history(1).searched, "the look back")
            await until(lambda: problem(seeker, "work") == "", "all well")
            assert [line["event"] for line in told.loud("work")] == ["secret missing"]

    asyncio.run(story())


def test_an_account_that_is_signed_out_is_left_alone_at_once(
    seeker: ScriptedSeeker, personal: FakeServer, work: FakeServer, kept_in: Path
) -> None:
    """`logout` has taken the password away: both connections are given back."""
    _store(kept_in, PASSWORD)

    async def story() -> None:
        async with running(seeker) as told:
            await until(lambda: work.count("IDLE") >= 1, "it listens")
            _take_away(kept_in)
            _login(seeker, "work")
            await until(lambda: "no password for" in problem(seeker, "work"), "the trouble")
            await until(
                lambda: not any(session.is_open for session in work.sessions), "the goodbye"
            )
            assert any(session.is_open for session in personal.sessions)
            assert [line["event"] for line in told.loud("work")] == ["secret missing"]

    asyncio.run(story())


def test_another_source_of_the_password_is_asked_after_a_reload(
    seeker: ScriptedSeeker, personal: FakeServer, work: FakeServer
) -> None:
    """The configuration names another one, and SIGHUP ends the rest."""

    async def story() -> None:
        async with running(seeker, wait=False) as told:
            await until(lambda: "no password for" in problem(seeker, "work"), "the trouble")
            write_configuration(
                seeker.folder,
                AccountText("personal", personal.imap),
                AccountText("work", work.imap),
            )
            told.daemon.reload()
            await until(lambda: "work" in seeker.history(1).searched, "the look back")
            await until(lambda: problem(seeker, "work") == "", "all well")
            await until(lambda: told.status == "watching 2 accounts", "the status")

    asyncio.run(story())
