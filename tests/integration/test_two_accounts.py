"""Two mailboxes of one user: an answer counts wherever it arrives."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from followupd.mailbox.watch import Pace
from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import FakeServer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE = 15.0
QUICK = Pace(renew=60.0, poll=60.0, refused=60.0, first=0.1, most=0.2, window=0.0)


@pytest.fixture
def other() -> Iterator[FakeServer]:
    """The server of the second account."""
    with FakeServer(password=PASSWORD) as server:
        yield server


@pytest.fixture
def scripted(tmp_path: Path, other: FakeServer) -> Iterator[ScriptedSeeker]:
    """An interview of the first account, past its decision date; a check-in comes at 09:00."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        text = seeker.config.read_text(encoding="utf-8")
        second = text[text.index("[[accounts]]") :].replace('"personal"', '"work"')
        second = second.replace("robin@example.org", "robin@work.example")
        second = second.replace(str(server.port), str(other.port))
        seeker.config.write_text(text + second, encoding="utf-8")
        seeker.at("2026-12-08 08:00")
        seeker.add((DANA,))
        yield seeker
        seeker.close()


async def _until(holds: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > DEADLINE:
            raise AssertionError(f"not within {DEADLINE} seconds: {what}")
        await asyncio.sleep(0.02)


def test_an_answer_in_the_other_account_takes_the_draft_back(
    scripted: ScriptedSeeker, other: FakeServer
) -> None:
    """The daemon reads it there and withdraws here."""

    async def story() -> None:
        scripted.at("2026-12-08 09:00")
        daemon = Daemon(scripted.world, scripted.state, notifier=Notifier({}), pace=QUICK)
        task = asyncio.create_task(daemon.run())
        await _until(lambda: len(scripted.in_drafts()) == 1, "the check-in")
        await _until(lambda: "work" in scripted.history(1).searched, "the look back")
        other.deliver(scripted.letter_from(DANA, "Good news"))
        await _until(lambda: scripted.status(1) is Status.ANSWERED, "the answer")
        await _until(lambda: scripted.in_drafts() == [], "the withdrawal")
        daemon.stop()
        await asyncio.wait_for(task, 5)

    asyncio.run(story())


def test_an_answer_that_lies_in_the_other_account_stops_a_single_pass(
    scripted: ScriptedSeeker, other: FakeServer
) -> None:
    """Every account is read before the first draft is laid."""
    other.deliver(scripted.letter_from(DANA, "Good news"))
    scripted.at("2026-12-08 09:00")
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED
    assert scripted.in_drafts() == []
    assert scripted.history(1).drafts == ()


def test_own_mail_from_the_other_account_is_no_answer(
    scripted: ScriptedSeeker, other: FakeServer
) -> None:
    """The user wrote by hand from their second address; a copy arrives in the first."""
    from tests.support.delivery import mail

    raw = mail(
        sender="Robin <robin@work.example>",
        to=f"{DANA.name} <{DANA.address}>",
        subject="Re: Your interview",
        date="Tue, 08 Dec 2026 07:30:00 +0100",
    )
    scripted.once()
    other.deliver(raw, "Sent")
    scripted.receives(raw)
    scripted.once()
    assert scripted.status(1) is Status.SILENT
    assert scripted.kinds(1).count("wrote_by_hand") == 1


def test_an_account_that_left_the_configuration_does_not_hold_up_the_others(
    scripted: ScriptedSeeker, other: FakeServer
) -> None:
    """Its interviews rest; those of the others go on, and nothing breaks."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    assert [draft.state for draft in scripted.history(1).drafts] == [DraftState.QUEUED]
    scripted.close()
    text = scripted.config.read_text(encoding="utf-8")
    first, second = text.index("[[accounts]]"), text.rindex("[[accounts]]")
    scripted.config.write_text(text[:first] + text[second:], encoding="utf-8")
    other.deliver(scripted.letter_from(DANA, "Good news"))
    assert scripted.once() == []
    assert scripted.status(1) is Status.ANSWERED
    assert len(scripted.in_drafts()) == 1
