"""An answer may arrive in any account: what is due in one waits, for a while, for the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support.accounts import (
    AccountText,
    problem,
    running,
    until,
    write_configuration,
)
from tests.support.approving import FOLDER
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import ALWAYS, Command, FakeServer, Session, hang_up
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA
from tests.support.smtpserver import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import Authority


@pytest.fixture
def personal() -> Iterator[FakeServer]:
    """The server of the account that the interview belongs to, with an approval folder."""
    with FakeServer(password=PASSWORD) as server:
        server.folders[FOLDER] = FakeFolder(FOLDER, (), 5_000)
        yield server


@pytest.fixture
def work() -> Iterator[FakeServer]:
    """The server of the other account."""
    with FakeServer(password=PASSWORD) as server:
        yield server


@pytest.fixture
def smtp(authority: Authority) -> Iterator[SmtpServer]:
    """What sends for the first account."""
    with SmtpServer(authority.localhost()) as server:
        yield server


@pytest.fixture
def seeker(
    tmp_path: Path, personal: FakeServer, work: FakeServer, smtp: SmtpServer, authority: Authority
) -> Iterator[ScriptedSeeker]:
    """Two accounts and an interview of the first, past its decision date, on Tue 8 Dec, 08:00."""
    sending = (
        "[accounts.smtp]",
        'host = "localhost"',
        f"port = {smtp.port}",
        'security = "starttls"',
        f'ca_file = "{authority.ca_file}"',
        "[accounts.approval]",
        f'folder = "{FOLDER}"',
    )
    write_configuration(
        tmp_path,
        AccountText("personal", personal.imap, more="\n".join(sending)),
        AccountText("work", work.imap),
    )
    seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=personal)  # type: ignore[arg-type]
    seeker.at("2026-12-08 08:00")
    seeker.add((DANA,))
    yield seeker
    seeker.close()


def _approve(seeker: ScriptedSeeker) -> None:
    """Move the one draft into the approval folder."""
    server = seeker.server
    with server.lock:
        [draft] = seeker.in_drafts()
        server.move(draft, seeker.drafts_folder, server.folders[FOLDER])


def _broken(server: FakeServer) -> None:
    server.on("LIST", hang_up, times=ALWAYS)


def _greeting_when_told(server: FakeServer) -> asyncio.Event:
    """The server keeps whoever connects waiting until this is set."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()

    def greet(session: Session, command: Command) -> None:
        asyncio.run_coroutine_threadsafe(told.wait(), loop).result()
        session.send(server.greeting)

    server.on("CONNECT", greet, times=ALWAYS)
    return told


def test_an_approved_draft_waits_for_an_account_that_cannot_be_read(
    seeker: ScriptedSeeker, work: FakeServer, smtp: SmtpServer
) -> None:
    """The answer lies there: once it can be read, nothing is sent."""
    seeker.at("2026-12-08 10:00")
    assert seeker.once() == []
    _approve(seeker)
    work.deliver(seeker.letter_from(DANA, "Good news"))
    _broken(work)
    seeker.at("2026-12-08 10:30")
    failed = {each.account: each.problem for each in seeker.once()}
    assert failed.keys() == {"personal", "work"}
    assert "the account work cannot be read, and an answer may lie there" in failed["personal"]
    assert "from Tue 8 Dec, 11:30 on" in failed["personal"]
    assert smtp.envelopes == []
    work.forget_hooks()
    seeker.at("2026-12-08 10:40")
    assert seeker.once() == []
    assert seeker.status(1) is Status.ANSWERED
    assert smtp.envelopes == []


def test_an_approved_draft_does_not_wait_for_longer_than_an_hour(
    seeker: ScriptedSeeker, work: FakeServer, smtp: SmtpServer
) -> None:
    """The user has approved it and been told of the trouble: it is their decision."""
    seeker.at("2026-12-08 10:00")
    assert seeker.once() == []
    _approve(seeker)
    _broken(work)
    for moment in ("10:20", "10:40", "11:19"):
        seeker.at(f"2026-12-08 {moment}")
        assert [each.account for each in seeker.once()] == ["personal", "work"]
        assert smtp.envelopes == []
    seeker.at("2026-12-08 11:20")
    assert [each.account for each in seeker.once()] == ["work"]
    assert len(smtp.envelopes) == 1
    assert seeker.history(1).drafts[-1].state is DraftState.SENT


def test_a_draft_is_not_laid_while_another_account_cannot_be_read(
    seeker: ScriptedSeeker, work: FakeServer
) -> None:
    """Nothing says "I have not heard from you" while nobody could look; for an hour at most."""
    assert seeker.once() == []
    seeker.at("2026-12-08 09:00")
    _broken(work)
    assert [each.account for each in seeker.once()] == ["work"]
    assert seeker.in_drafts() == []
    seeker.at("2026-12-08 10:00")
    assert [each.account for each in seeker.once()] == ["work"]
    assert len(seeker.in_drafts()) == 1


def test_an_account_that_was_never_read_holds_up_nothing_but_the_first_pass(
    seeker: ScriptedSeeker, work: FakeServer
) -> None:
    """It was set up wrong, or is long gone: each pass says so, and the rest goes on."""
    _broken(work)
    seeker.at("2026-12-08 09:00")
    assert [each.account for each in seeker.once()] == ["work"]
    assert seeker.in_drafts() == []
    seeker.close()  # a timer starts another process for the next pass
    seeker.at("2026-12-08 09:05")
    assert [each.account for each in seeker.once()] == ["work"]
    assert len(seeker.in_drafts()) == 1


def test_after_a_start_nothing_is_sent_before_every_account_was_looked_at(
    seeker: ScriptedSeeker, work: FakeServer, smtp: SmtpServer
) -> None:
    """Approved on Tuesday, answered on Wednesday elsewhere, started on Thursday: it is held."""
    seeker.at("2026-12-08 10:00")
    assert seeker.once() == []
    _approve(seeker)
    seeker.at("2026-12-08 18:00")
    assert seeker.once() == []
    work.deliver(seeker.letter_from(DANA, "Good news"))
    seeker.at("2026-12-10 09:00")

    async def story() -> None:
        greet = _greeting_when_told(work)
        async with running(seeker, wait=False) as told:
            await until(lambda: told.lines("waits for another account") != [], "its turn")
            assert told.loud("personal") == []
            greet.set()
            await until(lambda: seeker.status(1) is Status.ANSWERED, "the answer")
            await until(
                lambda: seeker.history(1).drafts[-1].approval.held != "",  # type: ignore[union-attr]
                "the draft held back",
            )
            assert smtp.envelopes == []

    asyncio.run(story())


def test_what_waited_goes_out_as_soon_as_the_other_account_was_read(
    seeker: ScriptedSeeker, work: FakeServer, smtp: SmtpServer
) -> None:
    """There is no answer: nobody waits for the hour, or for the next due time."""
    seeker.at("2026-12-08 10:00")
    assert seeker.once() == []
    _approve(seeker)

    async def story() -> None:
        greet = _greeting_when_told(work)
        async with running(seeker, wait=False) as told:
            await until(lambda: told.lines("waits for another account") != [], "its turn")
            # From the next one on it would be tried once a minute.
            await until(lambda: told.daemon._late == {1}, "its second turn")
            greet.set()
            await until(lambda: len(smtp.envelopes) == 1, "the message")
            await until(lambda: problem(seeker, "personal") == "", "all well")

    asyncio.run(story())


def test_an_answer_in_any_folder_of_any_account_counts(
    seeker: ScriptedSeeker, work: FakeServer
) -> None:
    """A filter has put it away, in the account that the interview does not belong to."""
    work.folders["Jobs"] = FakeFolder("Jobs", (), 6_000)
    seeker.once()
    work.deliver(seeker.letter_from(DANA, "Good news"), "Jobs")
    seeker.at("2026-12-08 09:00")
    assert seeker.once() == []
    assert seeker.status(1) is Status.ANSWERED
    assert seeker.in_drafts() == []
