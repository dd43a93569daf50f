"""What is not safe is refused, each in words, by IMAP and by SMTP, and nothing secret is said."""

from __future__ import annotations

import asyncio
import socket
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ssl import SSLCertVerificationError, TLSVersion
from typing import TYPE_CHECKING, Any

import pytest

import followupd.smtp_connecting
from followupd.config import Imap, OAuth, PasswordKind, PasswordSource, Security, Smtp
from followupd.domain.days import say_day
from followupd.errors import ConnectionLost, FollowupdError, ServerRefused
from followupd.mailbox.connection import Connection, Timeouts
from followupd.outbox import sign_in
from followupd.secrets import Secret
from followupd.smtp import offered
from tests.support.authority import Authority
from tests.support.certificates import ends_at, self_signed
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import PASSWORD as FAKE_PASSWORD
from tests.support.fakeserver import FakeServer
from tests.support.smtpserver import SmtpServer
from tests.support.stripping import Middle, Plot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import KeyPair
    from tests.support.dovecot import Dovecot

SOURCE = PasswordSource(PasswordKind.ENV, "FOLLOWUPD_TEST_PASSWORD")
PATIENT = Timeouts(connect=60.0, read=60.0)
SHORT = 0.5
_NO_FOLDERS: Any = (None, None, None, None)


class Protocol(StrEnum):
    """Which section of the configuration a sentence should name."""

    IMAP = "imap"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True)
class Way:
    """How a test goes to a server."""

    protocol: Protocol
    security: Security = Security.TLS
    host: str = "localhost"
    ca_file: Path | None = None
    timeouts: Timeouts = PATIENT
    source: PasswordSource | OAuth = SOURCE

    def go(self, port: int, password: str = FAKE_PASSWORD) -> None:
        """Sign in, and leave."""
        ends: Any = (self.host, port, self.security, "robin", self.source, self.ca_file)
        if self.protocol is Protocol.SMTP:
            asyncio.run(sign_in(Smtp(*ends), Secret(password)))
        else:
            imap = Imap(*ends, *_NO_FOLDERS)
            Connection.open(imap, password, timeouts=self.timeouts).close()

    def refused(self, port: int) -> str:
        """Sign in, which must not succeed; returns what is told."""
        with pytest.raises(FollowupdError) as caught:
            self.go(port)
        said = str(caught.value)
        assert said.startswith(f"{self.host}:{port}")
        assert FAKE_PASSWORD not in said.split()
        return said


@pytest.fixture(params=list(Protocol))
def way(request: pytest.FixtureRequest) -> Way:
    """TLS from the start, in one of the two protocols."""
    return Way(request.param)


@contextmanager
def speaking_tls(protocol: Protocol, pair: KeyPair) -> Iterator[int]:
    """A server with that certificate, at which nobody may sign in; yields its port."""
    if protocol is Protocol.SMTP:
        with SmtpServer(pair, from_the_start=True) as smtp:
            yield smtp.port
            assert "AUTH" not in smtp.commands
    else:
        with FakeServer(certificate=pair) as imap:
            yield imap.port
            assert imap.count("LOGIN") == imap.count("AUTHENTICATE") == 0


@contextmanager
def speaking_plainly(protocol: Protocol) -> Iterator[int]:
    """A server without TLS, at which nobody may sign in; yields its port."""
    if protocol is Protocol.SMTP:
        with SmtpServer() as smtp:
            yield smtp.port
            assert "AUTH" not in smtp.commands
    else:
        with FakeServer(capabilities="IMAP4rev1 AUTH=OAUTHBEARER") as imap:
            yield imap.port
            assert imap.count("LOGIN") == imap.count("AUTHENTICATE") == 0


# Certificates


def test_a_certificate_for_another_name(way: Way, authority: Authority) -> None:
    """Told is for which one it is, and which key to look at."""
    trusting = replace(way, ca_file=authority.ca_file)
    with speaking_tls(way.protocol, authority.wrong_name()) as port:
        said = trusting.refused(port)
    assert "not for localhost but for mail.elsewhere.example" in said
    assert f"{way.protocol}.host" in said


def test_an_expired_certificate(way: Way, authority: Authority) -> None:
    """Told is since when, and what this machine's clock says."""
    pair = authority.expired()
    ended = ends_at(pair)
    with speaking_tls(way.protocol, pair) as port:
        said = replace(way, ca_file=authority.ca_file).refused(port)
    assert f"has expired on {say_day(ended.date(), datetime.now(UTC).date())}" in said
    assert f"{ended:%H:%M} UTC" in said
    assert "clock says" in said


def test_a_certificate_of_tomorrow(way: Way, tmp_path: Path) -> None:
    """Most probably this machine's clock is wrong."""
    pair = self_signed(tmp_path, "localhost", begins=timedelta(days=2), ends=timedelta(days=9))
    with speaking_tls(way.protocol, pair) as port:
        said = replace(way, ca_file=pair.certificate).refused(port)
    assert "not yet valid, but from" in said
    assert "set it right" in said


def test_a_certificate_signed_by_itself(way: Way, tmp_path: Path) -> None:
    """A server of one's own: told is which key takes its certificate."""
    with speaking_tls(way.protocol, self_signed(tmp_path, "localhost")) as port:
        said = way.refused(port)
    assert "signed by itself" in said
    assert f"name that in {way.protocol}.ca_file" in said


def test_another_certificate_than_the_one_that_was_named(way: Way, tmp_path: Path) -> None:
    """The server was given a new one, or it is not that server."""
    named = self_signed(tmp_path, "localhost").certificate
    with speaking_tls(way.protocol, self_signed(tmp_path, "localhost")) as port:
        said = replace(way, ca_file=named).refused(port)
    assert "signed by itself" in said
    assert f"{way.protocol}.ca_file ({named})" in said


def test_an_authority_that_nobody_knows(way: Way, authority: Authority) -> None:
    """Told is where a private one is named, and what else it may be."""
    with speaking_tls(way.protocol, authority.localhost()) as port:
        said = way.refused(port)
    assert "authority that this machine does not know" in said
    assert f"{way.protocol}.ca_file" in said


def test_an_authority_that_does_not_fit(way: Way, authority: Authority, tmp_path: Path) -> None:
    """The file is named, and that it may be left out."""
    stranger = Authority(tmp_path).ca_file
    with speaking_tls(way.protocol, authority.localhost()) as port:
        said = replace(way, ca_file=stranger).refused(port)
    assert f"not signed by the authority in {way.protocol}.ca_file ({stranger})" in said
    assert "leave" in said


def test_the_certificate_is_the_cause_of_the_error(way: Way, tmp_path: Path) -> None:
    """Whoever asks the user about it can tell this trouble from others."""
    with speaking_tls(way.protocol, self_signed(tmp_path, "localhost")) as port:
        with pytest.raises(ConnectionLost) as caught:
            way.go(port)
        assert isinstance(caught.value.__cause__, SSLCertVerificationError)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("is_authority", [True, False], ids=["ca", "leaf"])
def test_a_server_of_ones_own_machine_is_trusted_by_its_certificate(
    host: str, name: str, is_authority: bool, tmp_path: Path
) -> None:
    """As Proton Bridge's, which is for 127.0.0.1: the one name is as good as the other."""
    pair = self_signed(tmp_path, name, is_authority=is_authority)
    with FakeServer(certificate=pair) as server:
        Way(Protocol.IMAP, host=host, ca_file=pair.certificate).go(server.port)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_its_smtp_server_as_well(security: Security, tmp_path: Path) -> None:
    """By either way to TLS, and under the other name."""
    pair = self_signed(tmp_path, "127.0.0.1")
    with SmtpServer(pair, from_the_start=security is Security.TLS) as server:
        way = Way(Protocol.SMTP, security, "localhost", pair.certificate)
        way.go(server.port, PASSWORD)
        ends: Any = ("localhost", server.port, security, "robin", SOURCE, pair.certificate)
        offer = asyncio.run(offered(Smtp(*ends)))
    assert offer.mechanisms >= {"PLAIN", "LOGIN"}
    assert "SIZE" in offer.keywords
    assert offer.certificate is not None
    assert offer.certificate.names == ("127.0.0.1",)


def test_another_host_is_not_taken_for_this_machine(tmp_path: Path) -> None:
    """Only `localhost` and 127.0.0.1 stand for each other."""
    pair = self_signed(tmp_path, "mail.example.org")
    with speaking_tls(Protocol.IMAP, pair) as port:
        said = Way(Protocol.IMAP, ca_file=pair.certificate).refused(port)
    assert "not for localhost but for mail.example.org" in said


# Versions, ports and mix-ups


def test_a_server_that_speaks_old_tls_only(way: Way, authority: Authority) -> None:
    """TLS 1.0 and 1.1 are no longer safe; the user cannot mend that."""
    with FakeServer(certificate=authority.localhost()) as server:
        assert server.tls is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            server.tls.minimum_version = TLSVersion.TLSv1
            server.tls.maximum_version = TLSVersion.TLSv1_1
        server.tls.set_ciphers("ALL:@SECLEVEL=0")
        said = replace(way, ca_file=authority.ca_file).refused(server.port)
    assert "TLS 1.2 is the least" in said


def test_imap_in_clear_text_at_the_port_for_tls(dovecot: Dovecot) -> None:
    """Told is the setting that fits."""
    said = Way(Protocol.IMAP).refused(dovecot.ports.imap)
    assert "speaks no TLS from the start" in said
    assert 'imap.security = "starttls"' in said
    assert "143" in said


def test_smtp_in_clear_text_at_the_port_for_tls() -> None:
    """Likewise."""
    with SmtpServer() as server:
        said = Way(Protocol.SMTP).refused(server.port)
    assert "speaks no TLS from the start" in said
    assert 'smtp.security = "starttls"' in said
    assert "587" in said


def test_tls_at_the_port_for_starttls(
    way: Way, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides wait for the other to begin; told is the setting that fits."""
    # Enough for a busy machine to connect to itself by number.
    monkeypatch.setattr(followupd.smtp_connecting, "SECONDS", 4 * SHORT)
    waiting = replace(
        way, security=Security.STARTTLS, host="127.0.0.1", timeouts=Timeouts(SHORT, SHORT)
    )
    with speaking_tls(way.protocol, authority.localhost()) as port:
        said = waiting.refused(port)
    assert "said nothing in time" in said
    assert f'{way.protocol}.security = "tls"' in said


def test_a_server_that_never_answers(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is made, by the kernel, and nobody is behind it."""
    monkeypatch.setattr(followupd.smtp_connecting, "SECONDS", SHORT)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        said = replace(way, timeouts=Timeouts(SHORT, SHORT)).refused(deaf.getsockname()[1])
    assert "no answer in time" in said
    assert "firewall" in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_port_where_nobody_listens(way: Way, host: str) -> None:
    """Told is which keys to look at."""
    with socket.socket() as taken:
        # Bound but not listening: nobody else can begin to, either.
        taken.bind(("127.0.0.1", 0))
        said = replace(way, host=host).refused(taken.getsockname()[1])
    assert "nobody listens there" in said
    assert f"{way.protocol}.port" in said


def test_a_name_that_no_host_can_have(way: Way) -> None:
    """A slip of the pen, seen without asking anybody."""
    said = replace(way, host="imap..example.org").refused(993)
    assert f"no name that a host can have; check {way.protocol}.host" in said


def test_another_protocol_at_that_port() -> None:
    """A web server, or the other half of the mail server."""
    with SmtpServer() as server:
        said = Way(Protocol.IMAP, Security.NONE, "127.0.0.1").refused(server.port)
    assert "speaks no IMAP" in said
    assert "check imap.host and imap.port" in said
    with FakeServer() as imap:
        said = Way(Protocol.SMTP, Security.NONE, "127.0.0.1").refused(imap.port)
    assert "speaks no SMTP" in said
    assert "check smtp.host and smtp.port" in said


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        ("421 too busy", "not available for now: 421 too busy"),
        ("554 go away", "takes no connection from here: 554 go away"),
    ],
)
def test_an_smtp_server_that_turns_us_away(greeting: str, words: str) -> None:
    """For now, or for good; its own words tell why."""
    with SmtpServer() as server:
        server.script.greets = greeting
        said = Way(Protocol.SMTP, Security.NONE, "127.0.0.1").refused(server.port)
    assert words in said


def test_an_imap_server_that_turns_us_away() -> None:
    """Likewise."""
    with FakeServer(greeting=b"* BYE too many connections from your address\r\n") as server:
        said = Way(Protocol.IMAP, Security.NONE, "127.0.0.1").refused(server.port)
    assert "cannot connect (too many connections from your address)" in said


@pytest.mark.parametrize("is_token", [False, True], ids=["password", "token"])
def test_clear_text_goes_to_this_machine_only(
    way: Way, is_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the name said: what counts is where the connection has gone."""
    in_clear = replace(way, security=Security.NONE, host="127.0.0.1")
    if is_token:
        tokens = PasswordSource(PasswordKind.FILE, "/nowhere")
        in_clear = replace(in_clear, source=OAuth("https://x.example", "me", None, tokens))
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.1", 25))
    with speaking_plainly(way.protocol) as port:
        said = in_clear.refused(port)
    assert "in clear text except to this machine" in said
    assert f"{way.protocol}.security" in said


# A man in the middle


@pytest.fixture(params=list(Protocol))
def line(
    request: pytest.FixtureRequest, dovecot: Dovecot, authority: Authority
) -> Iterator[tuple[Way, int]]:
    """A way to a real server that speaks STARTTLS, and its port."""
    if request.param is Protocol.IMAP:
        yield Way(Protocol.IMAP, Security.STARTTLS, ca_file=dovecot.ca_file), dovecot.ports.imap
        return
    with SmtpServer(authority.localhost()) as server:
        yield Way(Protocol.SMTP, Security.STARTTLS, ca_file=authority.ca_file), server.port


def test_listening_alone_is_of_no_use(line: tuple[Way, int]) -> None:
    """The way leads in through him, so the other tests are about what he does."""
    way, port = line
    with Middle(port, Plot.LISTEN) as middle:
        way.go(middle.port, PASSWORD)
    assert middle.was_heard
    assert PASSWORD.encode() not in middle.overheard


@pytest.mark.parametrize(
    ("plot", "words"),
    [(Plot.STRIP, "does not offer STARTTLS"), (Plot.REFUSE, "then refuses it")],
)
def test_starttls_that_is_taken_away_is_refused(
    line: tuple[Way, int], plot: Plot, words: str
) -> None:
    """He hears nothing but the greeting, and the user is told that there may be somebody."""
    way, port = line
    with Middle(port, plot) as middle, pytest.raises(ServerRefused, match=words) as caught:
        way.go(middle.port, PASSWORD)
    said = str(caught.value)
    assert f"localhost:{middle.port}" in said
    assert f'{way.protocol}.security = "tls"' in said
    assert PASSWORD.encode() not in middle.overheard
    assert b"robin" not in middle.overheard


def test_a_greeting_as_if_signed_in_is_refused(dovecot: Dovecot) -> None:
    """PREAUTH would leave STARTTLS out, and drafts would be laid down in his hands."""
    way = Way(Protocol.IMAP, Security.STARTTLS, ca_file=dovecot.ca_file)
    with (
        Middle(dovecot.ports.imap, Plot.PREAUTH) as middle,
        pytest.raises(ServerRefused, match="takes users in before STARTTLS"),
    ):
        way.go(middle.port, PASSWORD)
    assert PASSWORD.encode() not in middle.overheard


def test_answers_from_before_tls_are_not_believed_after_it(line: tuple[Way, int]) -> None:
    """IMAP leaves at once; SMTP throws them away and asks the server itself."""
    way, port = line
    with Middle(port, Plot.ANSWER_EARLY) as middle:
        try:
            way.go(middle.port, PASSWORD)
        except ConnectionLost as error:
            assert str(error).startswith(f"localhost:{middle.port}")  # noqa: PT017 - either may be
        else:
            assert way.protocol is Protocol.SMTP
    assert middle.was_heard
    assert PASSWORD.encode() not in middle.overheard


def test_commands_from_before_tls_do_no_harm(line: tuple[Way, int]) -> None:
    """The server throws them away, or hangs up as Dovecot does."""
    way, port = line
    with Middle(port, Plot.COMMAND_EARLY) as middle:
        try:
            way.go(middle.port, PASSWORD)
        except ConnectionLost as error:
            assert str(error).startswith(f"localhost:{middle.port}")  # noqa: PT017 - either may be
    assert middle.was_heard
    assert PASSWORD.encode() not in middle.overheard


def test_he_cannot_take_the_servers_place(line: tuple[Way, int], tmp_path: Path) -> None:
    """With a certificate of his own he gets no further than anybody without one."""
    way, _ = line
    his = Authority(tmp_path).localhost()
    if way.protocol is Protocol.SMTP:
        with SmtpServer(his) as server:
            said = way.refused(server.port)
            assert server.commands == ["EHLO"]
    else:
        with FakeServer(certificate=his, starttls=True) as fake:
            said = way.refused(fake.port)
            assert fake.count("LOGIN") == 0
    assert f"not signed by the authority in {way.protocol}.ca_file" in said
