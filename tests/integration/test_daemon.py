"""The daemon on a real server: woken by the server, by the clock and by commands."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from followupd.config import load
from followupd.domain.events import DecisionMoved, MarkedAnswered
from followupd.domain.interview import DraftState, Status
from followupd.mailbox.watch import Pace
from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier
from tests.support.dovecot import Dovecot
from tests.support.seeker import DANA, Seeker
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

DEADLINE = 20.0
QUICK = Pace(renew=2.0, poll=0.5, refused=1.0, first=0.1, most=0.3, window=0.0)


@asynccontextmanager
async def _running(seeker: Seeker, pace: Pace = QUICK) -> AsyncIterator[Daemon]:
    """The daemon at work, after its first look at every account."""
    daemon = Daemon(
        seeker.world,
        seeker.state,
        notifier=Notifier({}),
        reread=lambda: load(seeker.config),
        pace=pace,
    )
    task = asyncio.create_task(daemon.run())
    try:
        async with asyncio.timeout(DEADLINE):
            await daemon.watching.wait()
        yield daemon
    finally:
        daemon.stop()
        async with asyncio.timeout(5):
            await task


async def _until(holds: Callable[[], bool], what: str) -> float:
    """Wait until something holds; seconds it took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > DEADLINE:
            raise AssertionError(f"not within {DEADLINE} seconds: {what}")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def test_the_whole_way_through_run(seeker: Seeker) -> None:
    """Thank-you, check-in when the day has come, answered within a second of the notice."""

    async def story() -> None:
        async with _running(seeker):
            number = seeker.add((DANA,))
            seeker.at("2026-12-01 16:00")
            await _until(lambda: len(seeker.drafts()) == 1, "the thank-you")
            [(uid, _)] = seeker.lying_in("Drafts")
            seeker.sends(uid)
            seeker.at("2026-12-08 09:00")
            await _until(lambda: len(seeker.drafts()) == 1, "the check-in")
            assert seeker.status(number) is Status.SILENT
            seeker.receives(seeker.letter_from(DANA, "Good news"))
            await _until(lambda: seeker.status(number) is Status.ANSWERED, "the answer")
            await _until(lambda: seeker.drafts() == [], "the withdrawal")

    asyncio.run(story())


def test_a_change_made_by_a_command_is_noticed(seeker: Seeker) -> None:
    """The store is shared: what a command records is acted on without asking the server."""

    async def story() -> None:
        seeker.at("2026-12-08 09:00")
        number = seeker.add((DANA,))
        async with _running(seeker):
            await _until(lambda: len(seeker.drafts()) == 1, "the check-in")
            seeker.tell(number, MarkedAnswered(at=seeker.clock.now()))
            await _until(lambda: seeker.drafts() == [], "the withdrawal")
            moved = DecisionMoved(
                at=seeker.clock.now(), decision_by=seeker.clock.now().date().replace(day=4)
            )
            seeker.tell(number, moved)
            await _until(lambda: len(seeker.drafts()) == 1, "another check-in")
            assert seeker.history(number).cycle == 1

    asyncio.run(story())


def test_a_draft_sent_while_the_daemon_runs_is_recognised(seeker: Seeker) -> None:
    """Sent is no folder that idles; it is looked at on every renewal."""

    async def story() -> None:
        seeker.at("2026-12-08 09:00")
        number = seeker.add((DANA,))
        async with _running(seeker):
            await _until(lambda: len(seeker.drafts()) == 1, "the check-in")
            [(uid, _)] = seeker.lying_in("Drafts")
            seeker.sends(uid)
            await _until(lambda: seeker.history(number).drafts[-1].state is DraftState.SENT, "sent")

    asyncio.run(story())


def test_dovecot_stopped_for_a_while_and_restarted(
    tmp_path: Path, server_context: ssl.SSLContext
) -> None:
    """What arrived meanwhile is found; the trouble is told while it lasts and forgotten after."""

    async def story(server: Dovecot) -> None:
        seeker = Seeker(UserMailbox("robin", server, server_context), tmp_path)
        seeker.at("2026-12-08 08:00")
        number = seeker.add((DANA,))

        def problem() -> str:
            with seeker.world.store.look() as reading:
                health = reading.health("personal")
            return health.problem if health is not None else ""

        async with _running(seeker):
            server.kill()
            seeker.at("2026-12-08 09:00")
            await _until(lambda: "cannot connect" in problem(), "the trouble in words")
            server.start()
            server.deliver("robin", seeker.letter_from(DANA, "Good news"))
            await _until(lambda: seeker.status(number) is Status.ANSWERED, "the answer")
            await _until(lambda: problem() == "", "all well again")
        seeker.mailbox.close()
        seeker.close()

    with Dovecot() as server:
        asyncio.run(story(server))


def test_a_server_without_idle_is_polled(tmp_path: Path, server_context: ssl.SSLContext) -> None:
    """Where there is no IDLE the answer is found all the same, at the next poll."""
    from tests.support.dovecot import CAPABILITY_WITHOUT_IDLE

    async def story(server: Dovecot) -> None:
        seeker = Seeker(UserMailbox("robin", server, server_context), tmp_path)
        seeker.at("2026-12-08 08:00")
        number = seeker.add((DANA,))
        async with _running(seeker):
            server.deliver("robin", seeker.letter_from(DANA, "Good news"))
            await _until(lambda: seeker.status(number) is Status.ANSWERED, "the answer")
        seeker.mailbox.close()
        seeker.close()

    with Dovecot(extra=CAPABILITY_WITHOUT_IDLE) as server:
        asyncio.run(story(server))


def test_one_broken_account_does_not_hold_up_another(seeker: Seeker) -> None:
    """A second account whose server is dead changes nothing for the first."""
    text = seeker.config.read_text(encoding="utf-8")
    other = text[text.index("[[accounts]]") :]
    other = other.replace('"personal"', '"other"').replace("robin@", "r2@")
    other = other.replace('"r.doe@example.org"', "")
    port = str(seeker.mailbox.server.ports.imaps)
    seeker.config.write_text(text + other.replace(port, "1"), encoding="utf-8")

    async def story() -> None:
        seeker.at("2026-12-08 08:00")
        number = seeker.add((DANA,))
        daemon = Daemon(seeker.world, seeker.state, notifier=Notifier({}), pace=QUICK)
        task = asyncio.create_task(daemon.run())
        await _until(lambda: "personal" in seeker.history(number).searched, "the first look")
        seeker.receives(seeker.letter_from(DANA, "Good news"))
        await _until(lambda: seeker.status(number) is Status.ANSWERED, "the answer")
        daemon.stop()
        await asyncio.wait_for(task, 5)

    asyncio.run(story())


def test_a_wrong_configuration_on_reload_changes_nothing(seeker: Seeker) -> None:
    """SIGHUP with a mistake keeps the old one; without one the new one is taken."""

    async def story() -> None:
        seeker.at("2026-12-08 08:00")
        number = seeker.add((DANA,))
        good = seeker.config.read_text(encoding="utf-8")
        async with _running(seeker) as daemon:
            seeker.config.write_text(good.replace("timezone", "timezoen"), encoding="utf-8")
            daemon.reload()
            seeker.receives(seeker.letter_from(DANA, "Good news"))
            await _until(lambda: seeker.status(number) is Status.ANSWERED, "the answer")
            seeker.config.write_text(good, encoding="utf-8")
            daemon.reload()
            second = seeker.add((DANA,), company="Globex", role="Analyst")
            await _until(lambda: "personal" in seeker.history(second).searched, "the look back")

    asyncio.run(story())
