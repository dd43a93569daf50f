"""What a watcher survives: every fault of IDLE that is known from real servers.

A scripted server commits each fault; the watcher must notice the news or come back, must not
spin, and must not hang.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError
from followupd.mailbox.connection import Connection, Timeouts, tls_context
from followupd.mailbox.watch import Pace, Reason, State, Watcher
from tests.support.delivery import mail
from tests.support.fakeserver import (
    ALWAYS,
    CAPABILITIES,
    PASSWORD,
    Command,
    FakeServer,
    HangUp,
    Session,
    answer,
    hang_up,
    ignore,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.authority import Authority

QUICK = Pace(renew=60.0, poll=0.05, relearn=60.0, refused=60.0, first=0.01, most=0.02, window=0.0)
_DEADLINE = 60.0


class Watched:
    """A running watcher and everything it has reported."""

    def __init__(self, server: FakeServer, pace: Pace = QUICK, read: float = 5.0) -> None:
        self.pool = ThreadPoolExecutor(2)
        self.news: list[Reason] = []
        self.lost: list[FollowupdError] = []
        self.refused: list[AuthenticationError] = []
        self._changed = asyncio.Event()
        context = tls_context(server.ca_file) if server.tls else None
        timeouts = Timeouts(connect=read, read=read)
        self.watcher = Watcher(
            lambda: Connection.open(server.imap, PASSWORD, context=context, timeouts=timeouts),
            "INBOX",
            pool=self.pool,
            pace=pace,
            on_news=self._on_news,
            on_lost=self._on_lost,
            on_refused=self._on_refused,
        )
        self.task = asyncio.create_task(self.watcher.run())

    async def __aenter__(self) -> Watched:  # noqa: PYI034 - nobody inherits
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        self.pool.shutdown()

    def _on_news(self, reason: Reason) -> None:
        self.news.append(reason)
        self._changed.set()

    def _on_lost(self, error: FollowupdError, wait: float) -> None:
        self.lost.append(error)
        self._changed.set()

    def _on_refused(self, error: AuthenticationError, wait: float | None) -> None:
        self.refused.append(error)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to be reported."""
        async with asyncio.timeout(_DEADLINE):
            while not condition():
                self._changed.clear()
                if not self.task.done():
                    await self._changed.wait()
                else:
                    await self.task

    async def heard(self, *reasons: Reason) -> None:
        """Wait until the news are at least these."""
        await self.until(lambda: self.news[: len(reasons)] == list(reasons))


async def _off_loop(function: Callable[..., object], *arguments: object) -> None:
    await asyncio.to_thread(function, *arguments)


def test_new_mail_is_news(fake_server: FakeServer) -> None:
    """A mail that arrives during IDLE is reported at once."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            assert watched.watcher.state is State.IDLING
            fake_server.deliver(mail())
            await watched.heard(Reason.STARTED, Reason.CHANGED)
            assert watched.lost == []

    asyncio.run(scene())


def test_somebody_is_told_to_look_only_after_idle_has_begun(fake_server: FakeServer) -> None:
    """Whoever looks on STARTED cannot miss a mail between looking and listening."""
    began: list[int] = []

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            began.append(len(watched.news))
            await watched.heard(Reason.STARTED)
            assert fake_server.count("IDLE") == 1

    asyncio.run(scene())
    assert began == [0]


@pytest.mark.parametrize(
    "line", [b"* 3 EXISTS\r\n", b"* 1 EXPUNGE\r\n", b"* 1 FETCH (FLAGS (\\Seen))\r\n"]
)
def test_every_kind_of_change_is_news(fake_server: FakeServer, line: bytes) -> None:
    """EXISTS, EXPUNGE and FETCH all mean that somebody should look."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.push(line)
            await watched.heard(Reason.STARTED, Reason.CHANGED)

    asyncio.run(scene())


def test_a_sign_of_life_is_not_news(fake_server: FakeServer) -> None:
    """`* OK Still here` is heard, and nobody is sent to look because of it."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.push(b"* OK Still here\r\n")
            fake_server.push(b"* 1 EXISTS\r\n")
            await watched.heard(Reason.STARTED, Reason.CHANGED)
            assert watched.news == [Reason.STARTED, Reason.CHANGED]
            silent_for = watched.watcher.silent_for()
            assert silent_for is not None
            assert silent_for < _DEADLINE

    asyncio.run(scene())


def test_several_mails_in_one_go_are_one_piece_of_news(fake_server: FakeServer) -> None:
    """Ten notices in one segment wake the owner once."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.push(b"".join(b"* %d EXISTS\r\n" % count for count in range(1, 11)))
            fake_server.push(b"* OK end\r\n")
            await watched.heard(Reason.STARTED, Reason.CHANGED)
            assert watched.news.count(Reason.CHANGED) == 1

    asyncio.run(scene())


def test_news_in_the_same_segment_as_the_go_ahead_is_not_hidden(fake_server: FakeServer) -> None:
    """An EXISTS that arrives together with `+ idling` is noticed although the socket is silent."""

    def together(session: Session, command: Command) -> None:
        session.idle_tag = command.tag
        session.send(b"+ idling\r\n* 3 EXISTS\r\n")

    async def scene() -> None:
        fake_server.on("IDLE", together)
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED, Reason.CHANGED)
            assert watched.lost == []

    asyncio.run(scene())


def test_news_before_the_go_ahead_is_not_an_error(fake_server: FakeServer) -> None:
    """An EXISTS before `+ idling` is news, and the connection stays."""

    def before(session: Session, command: Command) -> None:
        session.send(b"* 3 EXISTS\r\n")
        session.carry_out(command)

    async def scene() -> None:
        fake_server.on("IDLE", before)
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED, Reason.CHANGED)
            assert watched.lost == []

    asyncio.run(scene())


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_line_cut_across_two_segments_is_put_together(authority: Authority, tls: bool) -> None:
    """Half a line is kept until its rest arrives; nothing is lost, the connection stays."""
    halves: list[Reason] = []

    async def scene() -> None:
        certificate = authority.localhost() if tls else None
        with FakeServer(certificate=certificate, ca_file=authority.ca_file) as server:
            async with Watched(server) as watched:
                await watched.heard(Reason.STARTED)
                loop = asyncio.get_running_loop()
                pushed = loop.time()
                server.push(b"* OK first\r\n* 3 EXI")
                # A later whole line on the same socket would follow the half; so the only sign
                # that the half has been read is that the watcher heard something after it.
                async with asyncio.timeout(_DEADLINE):
                    # Nobody is told of half a line, so there is no event to wait for.
                    while loop.time() - (watched.watcher.silent_for() or 0.0) <= pushed:  # noqa: ASYNC110
                        await asyncio.sleep(0)
                halves.extend(watched.news)
                server.push(b"STS\r\n")
                await watched.heard(Reason.STARTED, Reason.CHANGED)
                assert watched.lost == []
                assert server.connections == 1

    asyncio.run(scene())
    assert Reason.CHANGED not in halves


def test_data_left_in_the_tls_layer_is_not_hidden(authority: Authority) -> None:
    """Several TLS records in one segment are all read, although the socket fires once."""

    async def scene() -> None:
        with FakeServer(certificate=authority.localhost(), ca_file=authority.ca_file) as server:

            def records(session: Session, command: Command) -> None:
                session.idle_tag = command.tag
                for line in (b"+ idling\r\n", b"* OK one\r\n", b"* OK two\r\n", b"* 3 EXISTS\r\n"):
                    session.send(line)

            server.on("IDLE", records)
            async with Watched(server) as watched:
                await watched.heard(Reason.STARTED, Reason.CHANGED)
                assert watched.lost == []

    asyncio.run(scene())


def test_a_server_that_hangs_up_is_a_lost_connection_and_not_a_loop(
    fake_server: FakeServer,
) -> None:
    """EOF during IDLE costs no processor time; the watcher says so and comes back."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.drop_all()
            await watched.heard(Reason.STARTED, Reason.STARTED)
            assert len(watched.lost) == 1
            assert isinstance(watched.lost[0], ConnectionLost)
            assert "closed the connection" in str(watched.lost[0])

    asyncio.run(scene())


def test_an_idle_mailbox_costs_no_processor_time(fake_server: FakeServer) -> None:
    """A silent second takes next to no processor time."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            before = time.process_time()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await watched.until(lambda: False)
            assert time.process_time() - before < 0.1

    asyncio.run(scene())


def test_half_a_line_costs_no_processor_time(fake_server: FakeServer) -> None:
    """Waiting for the rest of a line is waiting, not looking again and again."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.push(b"* 3 EXI")
            before = time.process_time()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await watched.until(lambda: False)
            assert time.process_time() - before < 0.1

    asyncio.run(scene())


@pytest.mark.parametrize(
    "nonsense",
    [b"HTTP/1.1 400 Bad Request\r\n", b"\x16\x03\x01\x02\r\n", b"* BYE shutting down\r\n", b"\r\n"],
    ids=["http", "tls", "bye", "empty"],
)
def test_nonsense_is_a_lost_connection(fake_server: FakeServer, nonsense: bytes) -> None:
    """Whatever is not IMAP ends the connection, and a new one is made."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            fake_server.push(nonsense)
            await watched.heard(Reason.STARTED, Reason.STARTED)
            assert fake_server.connections == 2

    asyncio.run(scene())


def test_a_line_without_an_end_is_a_lost_connection(fake_server: FakeServer) -> None:
    """A server that never ends its line does not fill the memory."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            await _off_loop(fake_server.push, b"* " + b"x" * 1_100_000)
            await watched.heard(Reason.STARTED, Reason.STARTED)

    asyncio.run(scene())


def test_idle_ended_by_the_server_is_a_lost_connection(fake_server: FakeServer) -> None:
    """A tagged OK that nobody asked for ends IDLE; the watcher begins anew."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            tag = fake_server.log[-1].tag
            fake_server.push(f"{tag} OK IDLE timed out\r\n".encode())
            await watched.heard(Reason.STARTED, Reason.STARTED)

    asyncio.run(scene())


def test_a_done_that_is_never_answered_is_a_lost_connection(fake_server: FakeServer) -> None:
    """A half-dead server is found out when IDLE is renewed."""

    async def scene() -> None:
        fake_server.on("DONE", ignore)
        async with Watched(fake_server, replace(QUICK, renew=0.1), read=0.3) as watched:
            await watched.until(lambda: bool(watched.lost))
            assert "DONE" in str(watched.lost[0])
            await watched.heard(Reason.STARTED, Reason.STARTED)

    asyncio.run(scene())


def test_idle_is_renewed_and_looked_at_after_every_renewal(fake_server: FakeServer) -> None:
    """Each renewal is a reason to look, on the same connection."""

    async def scene() -> None:
        async with Watched(fake_server, replace(QUICK, renew=0.05)) as watched:
            await watched.heard(Reason.STARTED, Reason.RENEWED, Reason.RENEWED)
            assert fake_server.connections == 1

    asyncio.run(scene())


def test_news_that_comes_with_the_end_of_idle_is_not_lost(fake_server: FakeServer) -> None:
    """What the server says between DONE and its OK is news."""

    def late(session: Session, command: Command) -> None:
        session.send(b"* 3 EXISTS\r\n")
        session.carry_out(command)

    async def scene() -> None:
        fake_server.on("DONE", late)
        async with Watched(fake_server, replace(QUICK, renew=0.05)) as watched:
            await watched.heard(Reason.STARTED, Reason.CHANGED, Reason.RENEWED)

    asyncio.run(scene())


def test_a_clock_that_jumped_renews_at_once(fake_server: FakeServer) -> None:
    """After a suspend the owner asks for a renewal and does not wait five minutes for it."""

    async def scene() -> None:
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            watched.watcher.renew()
            await watched.heard(Reason.STARTED, Reason.RENEWED)

    asyncio.run(scene())


def test_a_refused_login_is_not_tried_again_soon(fake_server: FakeServer) -> None:
    """One refused password, one try: more would lock the account."""

    async def scene() -> None:
        fake_server.on("LOGIN", answer("NO [AUTHENTICATIONFAILED] no"), times=ALWAYS)
        async with Watched(fake_server) as watched:
            await watched.until(lambda: bool(watched.refused))
            assert watched.watcher.state is State.REFUSED
            watched.watcher.renew()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await watched.until(lambda: False)
            assert fake_server.count("LOGIN") == 1
            assert PASSWORD not in str(watched.refused[0]).split()

    asyncio.run(scene())


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT"])
def test_a_busy_server_is_not_a_refused_password(fake_server: FakeServer, code: str) -> None:
    """A temporary NO to LOGIN is tried again, as after any lost connection."""

    async def scene() -> None:
        fake_server.on("LOGIN", answer(f"NO [{code}] later"))
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            assert watched.refused == []
            assert len(watched.lost) == 1

    asyncio.run(scene())


def test_a_refused_login_is_tried_again_after_its_hour(fake_server: FakeServer) -> None:
    """The account comes back by itself once the password is right."""

    async def scene() -> None:
        fake_server.on("LOGIN", answer("NO [AUTHENTICATIONFAILED] no"))
        async with Watched(fake_server, replace(QUICK, refused=0.05)) as watched:
            await watched.heard(Reason.STARTED)
            assert len(watched.refused) == 1

    asyncio.run(scene())


def test_a_server_without_idle_is_polled_without_holding_a_connection() -> None:
    """Where there is no IDLE the owner is told to look at intervals."""

    async def scene() -> None:
        with FakeServer(capabilities=CAPABILITIES.replace(" IDLE", "")) as server:
            async with Watched(server) as watched:
                await watched.heard(Reason.STARTED, Reason.POLL, Reason.POLL)
                assert watched.watcher.state is State.POLLING
                assert server.connections == 1
                assert server.count("LOGOUT") == 1

    asyncio.run(scene())


def test_idle_in_name_only_is_polled(fake_server: FakeServer) -> None:
    """Some large providers offer IDLE and refuse it; their mail is polled."""

    async def scene() -> None:
        fake_server.on("IDLE", answer("BAD not today"), times=ALWAYS)
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED, Reason.POLL)
            assert watched.lost == []

    asyncio.run(scene())


def test_a_server_that_is_down_is_tried_again_until_it_is_back() -> None:
    """Connections that fail one after another never end the watcher."""

    def refuse(session: Session, command: Command) -> None:
        raise HangUp

    async def scene() -> None:
        with FakeServer() as server:
            server.on("CONNECT", refuse, times=4)
            async with Watched(server) as watched:
                await watched.heard(Reason.STARTED)
                assert len(watched.lost) == 4

    asyncio.run(scene())


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "EXAMINE", "IDLE"])
def test_hanging_up_at_any_command_is_survived(fake_server: FakeServer, command: str) -> None:
    """Wherever the connection breaks, the next one is made."""

    async def scene() -> None:
        fake_server.on(command, hang_up)
        async with Watched(fake_server) as watched:
            await watched.heard(Reason.STARTED)
            assert len(watched.lost) == 1
            assert isinstance(watched.lost[0], ConnectionLost)

    asyncio.run(scene())


def test_after_failures_at_most_two_connections_in_two_minutes(fake_server: FakeServer) -> None:
    """A server that takes nobody in sees two connections, and then none for two minutes."""

    async def scene() -> None:
        fake_server.on("CONNECT", hang_up, times=ALWAYS)
        async with Watched(fake_server, replace(QUICK, window=120.0)) as watched:
            await watched.until(lambda: len(watched.lost) == 2)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await watched.until(lambda: len(watched.lost) > 2)
            assert fake_server.connections == 2

    asyncio.run(scene())


@pytest.mark.parametrize("stuck", ["CONNECT", "LOGIN", "EXAMINE", "IDLE", "nothing"])
def test_cancelling_takes_no_time_whatever_the_server_does(
    fake_server: FakeServer, stuck: str
) -> None:
    """A watcher that waits for a dead server stops without it, and hangs up."""

    async def scene() -> None:
        if stuck != "nothing":
            fake_server.on(stuck, ignore, times=ALWAYS)
        watched = Watched(fake_server, read=600.0)
        await _off_loop(fake_server.wait_for, "IDLE" if stuck == "nothing" else stuck)
        watched.task.cancel()
        async with asyncio.timeout(_DEADLINE):
            with suppress(asyncio.CancelledError):
                await watched.task
        assert watched.watcher.state is State.STOPPED
        fake_server.drop_all()
        await _off_loop(watched.pool.shutdown)

    asyncio.run(scene())


def test_the_watcher_never_fetches_mail(fake_server: FakeServer) -> None:
    """It only says that somebody should look; the folder is open read-only."""

    async def scene() -> None:
        async with Watched(fake_server, replace(QUICK, renew=0.05)) as watched:
            await watched.heard(Reason.STARTED, Reason.RENEWED)

    asyncio.run(scene())
    names = {command.name for command in fake_server.log}
    assert names <= {"CAPABILITY", "LOGIN", "EXAMINE", "IDLE", "DONE"}
