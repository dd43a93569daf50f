"""What is recorded for one interview, and a pause, changes the plans of others at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.acts import DraftRequested, PersonRecorded
from followupd.domain.events import Closed, DraftSent, MarkedAnswered
from followupd.mailbox.watch import Pace
from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import FakeServer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA, KIM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import datetime
    from pathlib import Path

DEADLINE = 15.0
QUIET = Pace(renew=600.0, poll=600.0, refused=60.0, first=0.1, most=0.2, window=0.0)
"""Nothing is looked at unless something wakes the daemon."""


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """An interview past its decision date; a check-in to Dana comes at 09:00."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 08:00")
        seeker.add((DANA,))
        yield seeker
        seeker.close()


@asynccontextmanager
async def _running(seeker: ScriptedSeeker) -> AsyncIterator[Daemon]:
    daemon = Daemon(seeker.world, seeker.state, notifier=Notifier({}), pace=QUIET)
    task = asyncio.create_task(daemon.run())
    try:
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


def _next_due(seeker: ScriptedSeeker) -> datetime | None:
    with seeker.world.store.look() as reading:
        return reading.next_due()


def _next_due_of(seeker: ScriptedSeeker, number: int) -> datetime | None:
    with seeker.world.store.look() as reading:
        soon = [moment for moment in (reading.next_due(),) if moment is not None]
        return next((moment for moment in soon if number in reading.due(moment)), None)


def _open_drafts(seeker: ScriptedSeeker, number: int) -> int:
    return len(seeker.history(number).open_drafts)


async def _at_rest(seeker: ScriptedSeeker, daemon: Daemon) -> None:
    """Wait until all that was recorded was noticed and dealt with."""
    worker = daemon._accounts.by_name["personal"].worker

    def rests() -> bool:
        is_noticed = daemon._seen_event == seeker.world.store.last_event_id()
        return is_noticed and not worker.busy and not worker._wake.is_set()

    await _until(rests, "rest")


async def _one_of(
    seeker: ScriptedSeeker, daemon: Daemon, first: int, second: int
) -> tuple[int, int]:
    """Wait until a draft lies for one of two interviews; that one, and the other, which waits."""

    def lie() -> list[int]:
        return [number for number in (first, second) if _open_drafts(seeker, number)]

    await _until(lambda: bool(lie()) and _next_due(seeker) is None, "the first check-in")
    await _at_rest(seeker, daemon)
    assert len(lie()) == 1
    return (first, second) if lie() == [first] else (second, first)


def test_a_draft_that_waited_for_another_interview_comes_as_soon_as_that_is_answered(
    scripted: ScriptedSeeker,
) -> None:
    """Dana hires for two companies: one draft to her at a time, and then the other."""

    async def story() -> None:
        second = scripted.add((DANA,), company="Globex", role="Analyst")
        async with _running(scripted) as daemon:
            scripted.at("2026-12-08 09:00")
            one, other = await _one_of(scripted, daemon, 1, second)
            scripted.tell(one, MarkedAnswered(at=scripted.clock.now()))
            await _until(lambda: _open_drafts(scripted, other) == 1, "the second check-in")
            assert _open_drafts(scripted, one) == 0

    asyncio.run(story())


def test_what_is_due_next_is_known_anew_when_another_interviews_draft_goes_out(
    scripted: ScriptedSeeker,
) -> None:
    """The second check-in gets its day, three working days later, and is laid on it."""

    async def story() -> None:
        second = scripted.add((DANA,), company="Globex", role="Analyst")
        async with _running(scripted) as daemon:
            scripted.at("2026-12-08 09:00")
            one, other = await _one_of(scripted, daemon, 1, second)
            now = scripted.clock.now()
            [draft] = scripted.history(one).open_drafts
            sent = DraftSent(
                at=now,
                message_id=draft.message_id,
                sent_at=now,
                sent_message_id=draft.message_id,
                certain=True,
            )
            scripted.tell(one, sent)
            rested = now.replace(day=11)
            await _until(lambda: _next_due_of(scripted, other) == rested, "its day")
            scripted.at("2026-12-11 09:00")
            await _until(lambda: _open_drafts(scripted, other) == 1, "the second check-in")

    asyncio.run(story())


def test_a_pause_and_its_end_are_noticed_without_a_word_from_the_server(
    scripted: ScriptedSeeker,
) -> None:
    """Nothing is laid while it lasts, though the hour has come; what waited is laid after it."""

    async def story() -> None:
        async with _running(scripted):
            due = _next_due(scripted)
            assert due is not None
            with scripted.world.store.begin() as change:
                change.pause(scripted.clock.now(), scripted.clock.now(), None)
            await _until(lambda: _next_due(scripted) != due, "the new plan")
            scripted.at("2026-12-09 10:00")
            scripted.add((KIM,), company="Globex", role="Analyst")
            await _until(lambda: "personal" in scripted.history(2).searched, "a pass since")
            assert scripted.in_drafts() == []
            with scripted.world.store.begin() as change:
                change.resume(scripted.clock.now())
            await _until(lambda: len(scripted.in_drafts()) == 2, "both check-ins")

    asyncio.run(story())


def test_a_draft_of_an_interview_closed_while_nobody_watched_is_taken_back_at_the_start(
    scripted: ScriptedSeeker,
) -> None:
    """A closed interview is looked at as long as a draft of it lies in Drafts."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    assert len(scripted.in_drafts()) == 1
    scripted.tell(1, Closed(at=scripted.clock.now(), reason="I have another job"))

    async def story() -> None:
        async with _running(scripted):
            await _until(lambda: scripted.in_drafts() == [], "the withdrawal")

    asyncio.run(story())


def test_earlier_mail_with_somebody_added_later_is_found(scripted: ScriptedSeeker) -> None:
    """Kim had answered already when the user recorded that Kim belongs to the interview."""

    async def story() -> None:
        letter = scripted.letter_from(KIM, "Good news", ago=timedelta(days=1))
        scripted.receives(letter.replace(b"acme.example", b"elsewhere.example"))
        async with _running(scripted) as daemon:
            await _until(lambda: "personal" in scripted.history(1).searched, "the first search")
            await _at_rest(scripted, daemon)
            kim = replace(KIM, address="kim@elsewhere.example")
            scripted.tell(1, PersonRecorded(at=scripted.clock.now(), person=kim))
            await _until(lambda: scripted.history(1).answer is not None, "the answer")
            await _until(lambda: "personal" in scripted.history(1).searched, "the second search")
            await _at_rest(scripted, daemon)
            assert scripted.kinds(1).count("mailbox_searched") == 2

    asyncio.run(story())


def test_a_draft_asked_for_after_the_closing_while_nobody_watched_is_to_be_planned(
    scripted: ScriptedSeeker,
) -> None:
    """Its interview counts as open again."""
    now = scripted.clock.now()
    scripted.tell(1, Closed(at=now, reason="over"))
    with scripted.world.store.look() as reading:
        assert reading.to_plan("personal") == frozenset()
    scripted.tell(1, DraftRequested(at=now, template="last-note", person=DANA.address))
    with scripted.world.store.look() as reading:
        assert reading.to_plan("personal") == {1}
