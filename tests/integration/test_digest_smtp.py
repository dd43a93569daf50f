"""The daily message sent by a real SMTP server, to the user's own address and nobody else."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from followupd import outbox
from followupd.config import Account, PasswordKind, PasswordSource, Security, Smtp, load
from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    OutcomeUnknown,
    ServerRefused,
)
from followupd.outbox import send_to_self
from followupd.secrets import password
from followupd.service.digesting import Delivered, deliver
from followupd.service.setup import open_world
from followupd.store import Store
from tests.support.cli import CONFIG, Shell
from tests.support.dovecot import PASSWORD
from tests.support.killed import WARM_UP
from tests.support.killed_digest import deliveries
from tests.support.seeker import BERLIN, SetClock
from tests.support.stories import DANA, story
from tests.support.usermailbox import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.secrets import Secret
    from followupd.service.digesting import Delivery
    from tests.support.authority import Authority, KeyPair

RAW = b"From: robin@example.org\r\nTo: robin@example.org\r\nSubject: x\r\n\r\n.dot\r\n"


@dataclass
class Inbox:
    """What an SMTP server does with mail; it keeps every envelope."""

    rcpt_says: str = ""
    data_says: str = ""
    hangs: threading.Event = field(default_factory=threading.Event)
    is_hanging: bool = False
    hangs_up: bool = False
    envelopes: list[tuple[str, list[str], bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take the recipient, or not."""
        if self.rcpt_says:
            return self.rcpt_says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Take the message, or not."""
        if self.data_says:
            return self.data_says
        taken = (str(envelope.mail_from), list(envelope.rcpt_tos), bytes(envelope.content))
        self.envelopes.append(taken)
        if self.hangs_up:
            server.transport.abort()
        if self.is_hanging:
            await asyncio.to_thread(self.hangs.wait)
        return "250 OK: queued"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class Server:
    """An aiosmtpd that wants a login."""

    def __init__(self, pair: KeyPair | None, *, from_the_start: bool = False) -> None:
        self.inbox = Inbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        context = None
        if pair is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(pair.certificate, pair.key)
        self.controller = Controller(
            self.inbox,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=context if from_the_start else None,
            tls_context=None if from_the_start else context,
            authenticator=_authenticate,
            auth_require_tls=context is not None and not from_the_start,
        )
        self.controller.start()

    def stop(self) -> None:
        """Let everything go."""
        self.inbox.hangs.set()
        self.controller.stop()


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    """A server that offers STARTTLS with a certificate for localhost."""
    server = Server(authority.localhost())
    yield server
    server.stop()


def account(
    server: Server, authority: Authority | None, security: Security = Security.STARTTLS
) -> Account:
    """The user's account, whose SMTP server that is."""
    source = PasswordSource(PasswordKind.ENV, PASSWORD_VARIABLE)
    smtp = Smtp(
        host="localhost" if authority else "127.0.0.1",
        port=server.port,
        security=security,
        username="robin",
        password=source,
        ca_file=authority.ca_file if authority else None,
    )
    unused: Any = None
    return Account("personal", "robin@example.org", (), unused, smtp, None)


def secret(text: str = PASSWORD) -> Secret:
    source = PasswordSource(PasswordKind.ENV, "PASSWORD")
    return password(source, service="x", username="robin", environ={"PASSWORD": text})


def sent(to: Account, *, patience: float = 10.0, key: Secret | None = None) -> outbox.Reply:
    """Send a message to the account's own address."""
    handed: list[str] = []
    reply = asyncio.run(
        send_to_self(to, key or secret(), RAW, lambda: handed.append("now"), data_seconds=patience)
    )
    assert len(handed) <= 1
    return reply


# ---- sending


def test_nothing_in_the_outbox_takes_a_recipient() -> None:
    """A mail to anybody else cannot even be asked for."""
    names = {*signature(outbox.sign_in).parameters, *signature(send_to_self).parameters}
    assert names == {"smtp", "secret", "account", "raw", "handing_over", "data_seconds"}


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_message_goes_to_the_user_s_own_address(authority: Authority, security: Security) -> None:
    """Sender and only recipient of the envelope are the account's address; dots stay dots."""
    server = Server(authority.localhost(), from_the_start=security is Security.TLS)
    try:
        reply = sent(account(server, authority, security))
    finally:
        server.stop()
    assert reply.is_accepted
    assert server.inbox.envelopes == [("robin@example.org", ["robin@example.org"], RAW)]


def test_stripped_starttls_sends_nothing() -> None:
    """Whoever sits in between and takes the offer of TLS away gets neither password nor mail."""
    server = Server(None)
    try:
        with pytest.raises((ServerRefused, ConnectionLost)):
            sent(account(server, None))
    finally:
        server.stop()
    assert server.inbox.envelopes == []


@pytest.mark.parametrize("certificate", ["wrong_name", "expired"])
def test_a_wrong_certificate_sends_nothing(authority: Authority, certificate: str) -> None:
    """Neither one for another host nor one whose time is over."""
    server = Server(getattr(authority, certificate)())
    try:
        with pytest.raises(FollowupdError):
            sent(account(server, authority))
    finally:
        server.stop()
    assert server.inbox.envelopes == []


def test_clear_text_goes_to_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """On loopback it is sent; at any other peer not even the password is."""
    server = Server(None)
    try:
        assert sent(account(server, None, Security.NONE)).is_accepted
        elsewhere = ("192.0.2.1", server.port)
        monkeypatch.setattr(
            "aiosmtplib.SMTP.get_transport_info", lambda *_: elsewhere, raising=True
        )
        with pytest.raises(AuthenticationError, match="clear text"):
            sent(account(server, None, Security.NONE))
    finally:
        server.stop()
    assert len(server.inbox.envelopes) == 1


def test_a_refused_login_sends_nothing(server: Server, authority: Authority) -> None:
    """And is told without the password."""
    with pytest.raises(AuthenticationError, match=r"smtp\.username") as caught:
        sent(account(server, authority), key=secret("not-the-secret"))
    assert "not-the-secret" not in str(caught.value)


@pytest.mark.parametrize("stage", ["rcpt_says", "data_says"])
@pytest.mark.parametrize(("says", "temporary"), [("450 later", True), ("550 no", False)])
def test_a_refusal_is_told_with_its_code(
    server: Server, authority: Authority, stage: str, says: str, *, temporary: bool
) -> None:
    """At the recipient or after the message; for now, or for good."""
    setattr(server.inbox, stage, says)
    reply = sent(account(server, authority))
    assert not reply.is_accepted
    assert reply.is_temporary is temporary
    assert reply.code == int(says[:3])


@pytest.mark.parametrize("what", ["is_hanging", "hangs_up"])
def test_no_answer_after_the_message_is_unclear(
    server: Server, authority: Authority, what: str
) -> None:
    """It may have been taken: here it was."""
    setattr(server.inbox, what, True)
    with pytest.raises(OutcomeUnknown, match="may or may not"):
        sent(account(server, authority), patience=0.5)
    assert len(server.inbox.envelopes) == 1


# ---- the digest by SMTP

DIGEST = """
[accounts.smtp]
host = "localhost"
port = {port}
security = "starttls"
username = "robin"
password = {{ env = "FOLLOWUPD_TEST_PASSWORD" }}
ca_file = "{ca_file}"

[digest]
at = "08:00"
via = "smtp"
"""


@dataclass
class Sending:
    """A user whose digest goes by SMTP; it is Wed 18 Nov 2026, and a draft waits."""

    shell: Shell
    server: Server

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.shell.config

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.shell.database.parent

    def deliver(self, wall: str) -> Delivery:
        """Deliver at that time."""
        self.shell.at(wall)
        clock = SetClock(self.shell.clock.moment)
        world = open_world(load(self.config), self.state, clock)
        try:
            return deliver(world, self.state)
        finally:
            world.store.close()


@pytest.fixture
def sending(
    server: Server,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Sending:
    """See `Sending`."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.configure(CONFIG + DIGEST.format(port=server.port, ca_file=authority.ca_file))
    told = story(DANA)
    told.until("2026-11-17 09:00")
    shell.live(told)
    return Sending(shell, server)


def test_the_digest_is_sent_once_a_day(sending: Sending) -> None:
    """As the message that it is by IMAP, and the next day again."""
    assert sending.deliver("2026-11-18 08:00").outcome is Delivered.PLACED
    assert sending.deliver("2026-11-18 09:00").outcome is Delivered.ALREADY
    assert sending.deliver("2026-11-19 08:00").outcome is Delivered.PLACED
    first, second = sending.server.inbox.envelopes
    assert first[:2] == second[:2] == ("robin@example.org", ["robin@example.org"])
    mail = message_from_bytes(first[2], policy=policy.default)
    assert mail["Subject"] == "Follow-ups, Wednesday 18 November: 1 draft"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_what_is_refused_for_now_is_tried_again_that_day(sending: Sending) -> None:
    """Ten minutes later; it comes once."""
    sending.server.inbox.data_says = "451 greylisted"
    failed = sending.deliver("2026-11-18 08:00")
    assert failed.outcome is Delivered.FAILED
    assert failed.again_at == datetime(2026, 11, 18, 8, 10, tzinfo=BERLIN)
    assert "451" in sending.shell.did("list").out
    sending.server.inbox.data_says = ""
    assert sending.deliver("2026-11-18 08:10").outcome is Delivered.PLACED
    assert "451" not in sending.shell.did("list").out


def test_what_is_refused_for_good_is_told_and_not_tried_again_that_day(sending: Sending) -> None:
    """The next day it is."""
    sending.server.inbox.rcpt_says = "550 no such user"
    failed = sending.deliver("2026-11-18 08:00")
    assert failed.again_at == datetime(2026, 11, 19, 8, tzinfo=BERLIN)
    assert "550 no such user" in failed.problem
    assert sending.deliver("2026-11-18 12:00").outcome is Delivered.NOT_DUE
    assert "550" in sending.shell.did("list").out
    sending.server.inbox.rcpt_says = ""
    assert sending.deliver("2026-11-19 08:00").outcome is Delivered.PLACED
    assert "550" not in sending.shell.did("list").out


def test_an_unclear_outcome_is_told_and_not_repeated_by_itself(sending: Sending) -> None:
    """A digest too few is better than two; the user may ask for it once more."""
    sending.server.inbox.hangs_up = True
    unclear = sending.deliver("2026-11-18 08:00")
    assert unclear.outcome is Delivered.UNCLEAR
    assert "may or may not be delivered" in unclear.problem
    sending.server.inbox.hangs_up = False
    assert sending.deliver("2026-11-18 12:00").outcome is Delivered.NOT_DUE
    assert "may or may not be delivered" in sending.shell.did("list").out
    assert len(sending.server.inbox.envelopes) == 1
    assert "was sent to robin@example.org" in sending.shell.did("digest", "--send").out
    assert len(sending.server.inbox.envelopes) == 2


def test_a_refused_login_is_not_tried_again_soon(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several wrong ones would lock the account."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "not-the-secret")
    failed = sending.deliver("2026-11-18 08:00")
    assert failed.again_at == datetime(2026, 11, 18, 9, tzinfo=BERLIN)
    assert "refused the login" in failed.problem
    assert "not-the-secret" not in sending.shell.did("list").out


@pytest.mark.every_moment
def test_killed_at_every_moment_it_is_never_sent_twice(sending: Sending) -> None:
    """What was handed over is not repeated; what surely was not comes later that day."""
    day = datetime(2026, 11, 18, 8, tzinfo=BERLIN).astimezone(UTC)
    outcomes = []
    with deliveries(sending.config, sending.state) as deliver_once:
        assert deliver_once(WARM_UP, day) == "placed"
        for mark in range(1, 60):
            before = len(sending.server.inbox.envelopes)
            now = day + timedelta(days=mark)
            answer = deliver_once(mark, now)
            again = deliver_once(0, now + timedelta(minutes=10))
            arrived = len(sending.server.inbox.envelopes) - before
            assert arrived <= 1
            if again == "not due":
                # Interrupted while it was handed over: the user is told.
                sending.shell.clock.moment = now + timedelta(minutes=20)
                assert "may or may not" in sending.shell.did("list").out
            else:
                assert arrived == 1
            outcomes.append((answer, again, arrived))
            if answer != "killed":
                break
    assert outcomes[-1] == ("placed", "already placed", 1)
    assert ("killed", "not due", 1) in outcomes
    assert ("killed", "placed", 1) in outcomes


def test_the_database_knows_nothing_of_the_password(sending: Sending) -> None:
    """Nor does the record of the day hold anything but its state."""
    sending.deliver("2026-11-18 08:00")
    assert PASSWORD.encode() not in sending.shell.database.read_bytes()
    store = Store.open(sending.shell.database)
    with store.look() as reading:
        record = reading.digest(datetime(2026, 11, 18, tzinfo=BERLIN).date())
    store.close()
    assert record is not None
    assert record.state.value == "placed"
