"""Signing in by access token: at a real Dovecot that asks a provider, and at an SMTP server."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.config import Security
from followupd.credentials import with_secret
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.connection import Connection, Timeouts, tls_context
from followupd.mailbox.signing_in import reach
from followupd.outbox import send_to_self, sign_in
from followupd.secrets import Secret
from tests.support.authority import Authority
from tests.support.delivery import mail
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.fakeserver import ALWAYS, Command, FakeServer, Session
from tests.support.grants import ACCOUNT, USER, signed_in
from tests.support.oidc import Fault, OidcProvider
from tests.support.smtpserver import SmtpServer
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from followupd.config import Account, Imap, OAuth, Smtp

pytestmark = [pytest.mark.dovecot, pytest.mark.xdist_group("tokens")]

MECHANISMS = ("oauthbearer", "xoauth2")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    """An OpenID provider."""
    with OidcProvider(Authority(tmp_path_factory.mktemp("provider"))) as provider:
        yield provider


@pytest.fixture(scope="module", params=MECHANISMS)
def server(request: pytest.FixtureRequest, provider: OidcProvider) -> Iterator[Dovecot]:
    """A Dovecot that asks it, by one of the two mechanisms."""
    with Dovecot(oauth=provider, mechanisms=request.param) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Seat:
    """A user at a mailbox who signs in by token."""

    mailbox: UserMailbox
    imap: Imap
    provider: OidcProvider

    def open(self, token: str) -> Connection:
        """Sign in."""
        return Connection.open(self.imap, token, context=self.mailbox.context)


@pytest.fixture
def seat(server: Dovecot, provider: OidcProvider) -> Iterator[Seat]:
    """A user of the server whose tokens are the provider's; afterwards all is well again."""
    mailbox = UserMailbox("robin@example.org", server, tls_context(server.ca_file))
    imap = replace(mailbox.imap, password=provider.oauth_in_file("/nowhere"))
    yield Seat(mailbox, imap, provider)
    provider.faults.clear()
    provider.behaviour.access_token_length = 43
    mailbox.close()


# Reading mail


@pytest.mark.parametrize("length", [43, 4000], ids=["short", "long"])
def test_a_token_leads_into_the_mailbox(seat: Seat, length: int) -> None:
    """Mail is read with it; Microsoft's tokens have some thousand characters."""
    seat.provider.behaviour.access_token_length = length
    token = seat.provider.issue(seat.mailbox.name).access
    assert len(token) >= length
    seat.mailbox.deliver(mail(subject="Your interview"))
    with closing(seat.open(token)) as connection:
        newest = connection.examine("INBOX").uidnext - 1
        assert b"Your interview" in connection.headers([newest])[0].raw


def test_the_better_mechanism_is_used(provider: OidcProvider) -> None:
    """Where a server offers both, it is the standard one."""
    with Dovecot(oauth=provider) as server:
        mailbox = UserMailbox("robin", server, tls_context(server.ca_file))
        imap = replace(mailbox.imap, password=provider.oauth_in_file("/nowhere"))
        token = provider.issue("robin").access
        client, _ = reach(imap, token, context=mailbox.context, timeouts=None)
        assert client.mechanism == "OAUTHBEARER"
        client.wire.shutdown()
        with closing(Connection.open(mailbox.imap, PASSWORD, context=mailbox.context)) as other:
            assert other.examine("INBOX").exists == 0


def _ended(seat: Seat) -> str:
    token = seat.provider.issue(seat.mailbox.name).access
    seat.provider.memory.end_access_tokens()
    return token


def _of_another_user(seat: Seat) -> str:
    return seat.provider.issue("dana@example.org").access


@pytest.mark.parametrize("token_of", [_ended, _of_another_user])
def test_a_token_that_is_no_good_is_told_in_words(
    seat: Seat, token_of: Callable[[Seat], str], caplog: pytest.LogCaptureFixture
) -> None:
    """Whose mailbox it was about and what to do; the token is in no word and no log."""
    caplog.set_level(logging.DEBUG)
    token = token_of(seat)
    with pytest.raises(AuthenticationError, match="followupd login") as caught:
        seat.open(token)
    assert seat.mailbox.name in str(caught.value)
    assert token not in str(caught.value)
    assert token not in caplog.text


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(closes=True)], ids=["failing", "hanging up"]
)
def test_a_provider_that_is_away_is_no_wrong_token(seat: Seat, fault: Fault) -> None:
    """The server cannot ask just now; the same token works again later."""
    token = seat.provider.issue(seat.mailbox.name).access
    seat.provider.faults["/introspect"] = fault
    with pytest.raises(ConnectionLost, match="did not succeed for now") as caught:
        seat.open(token)
    assert token not in str(caught.value)
    seat.provider.faults.clear()
    seat.open(token).close()


# Odd IMAP servers


TOKEN = "a-token-that-nobody-may-see"


def _token_server(mechanisms: str = "AUTH=XOAUTH2") -> FakeServer:
    return FakeServer(capabilities=f"IMAP4rev1 IDLE {mechanisms} AUTH=PLAIN")


def _open(server: FakeServer, provider: OidcProvider) -> Connection:
    imap = replace(server.imap, password=provider.oauth_in_file("/nowhere"))
    return Connection.open(imap, TOKEN, timeouts=Timeouts(connect=60.0, read=60.0))


def _answers(last: bytes, challenges: int = 0) -> Callable[[Session, Command], None]:
    def hook(session: Session, command: Command) -> None:
        session.send(b"+ \r\n")
        said = session._line()
        for _ in range(challenges):
            session.send(b"+ eyJzdGF0dXMiOiI1MDMifQ==\r\n")  # {"status":"503"}
            said = session._line() or said
        line = last.replace(b"<line>", said.strip()).replace(b"<token>", TOKEN.encode())
        session.send(command.tag.encode() + b" " + line + b"\r\n")

    return hook


@pytest.mark.parametrize(
    "last",
    [
        b"NO [AUTHENTICATIONFAILED] what is <token>?",
        b"BAD what is <line>?",
        b"NO " + b"x" * 150 + b" <line>",
        b"NO AUTHENTICATE failed.",
        b"NO [ALERT] Your account is not enabled for IMAP use. (Failure)",
    ],
)
def test_a_refusal_is_told_without_the_token(provider: OidcProvider, last: bytes) -> None:
    """Some servers quote the line they did not understand, whole or in part."""
    with _token_server() as server:
        server.on("AUTHENTICATE", _answers(last))
        with pytest.raises(AuthenticationError, match="switched off") as caught:
            _open(server, provider)
    assert TOKEN not in str(caught.value)
    assert "dXNlcj1y" not in str(caught.value)  # the beginning of what was sent


@pytest.mark.parametrize(
    ("last", "challenges"),
    [
        (b"NO [UNAVAILABLE] Temporary System Error", 0),
        (b"NO Server Unavailable. 15", 0),
        (b"NO [LIMIT] Rate limit hit", 0),
        (b"NO no", 1),
    ],
)
def test_a_busy_server_is_no_refusal(provider: OidcProvider, last: bytes, challenges: int) -> None:
    """RFC 5530 and what providers say in its place; also a 503 in the error about the token."""
    with _token_server() as server:
        server.on("AUTHENTICATE", _answers(last, challenges))
        with pytest.raises(ConnectionLost):
            _open(server, provider)


def test_a_line_that_breaks_at_the_token_is_no_refusal(provider: OidcProvider) -> None:
    """Only the server's no says something about the token."""

    def hook(session: Session, command: Command) -> None:
        session.send(b"+ \r\n")
        session._line()
        session.drop()

    with _token_server() as server:
        server.on("AUTHENTICATE", hook)
        with pytest.raises(ConnectionLost, match="for now"):
            _open(server, provider)


def test_a_server_that_asks_for_ever_is_left(provider: OidcProvider) -> None:
    """The exchange is broken off, and so is the connection if that does not help."""
    with _token_server() as server:
        server.on("AUTHENTICATE", _answers(b"NO no", challenges=9))
        with pytest.raises(ConnectionLost):
            _open(server, provider)


def test_a_server_without_tokens_says_so(provider: OidcProvider) -> None:
    """The token is not shown to a server that has no use for it, least of all as a password."""
    with FakeServer() as server:
        with pytest.raises(AuthenticationError, match="takes no access tokens"):
            _open(server, provider)
        assert server.count("AUTHENTICATE") == server.count("LOGIN") == 0


def test_a_token_without_a_mailbox_is_told_as_what_it_is(provider: OidcProvider) -> None:
    """Exchange takes the token and refuses all that follows."""

    def taken(session: Session, command: Command) -> None:
        session.send(b"+ \r\n")
        session._line()
        session.ok(command)

    def refused(session: Session, command: Command) -> None:
        session.send(f"{command.tag} BAD User is authenticated but not connected.\r\n".encode())

    with _token_server() as server:
        server.on("AUTHENTICATE", taken)
        server.on("LIST", refused, times=ALWAYS)
        with pytest.raises(AuthenticationError, match="opens no mailbox for robin"):
            _open(server, provider)


# Sending


@pytest.fixture(params=MECHANISMS)
def post(
    request: pytest.FixtureRequest, provider: OidcProvider, authority: Authority
) -> Iterator[SmtpServer]:
    """An SMTP server that takes tokens over STARTTLS, by one of the two mechanisms."""
    withheld = {"oauthbearer": ("XOAUTH2",), "xoauth2": ("OAUTHBEARER",)}[request.param]
    with SmtpServer(authority.localhost(), tokens=provider, withheld_mechanisms=withheld) as server:
        yield server
    provider.behaviour.access_token_length = 43


@pytest.fixture
def any_post(provider: OidcProvider, authority: Authority) -> Iterator[SmtpServer]:
    """One that takes them by both, for what has nothing to do with the mechanism."""
    with SmtpServer(authority.localhost(), tokens=provider) as server:
        yield server
    provider.behaviour.access_token_length = 43


def _account(server: SmtpServer, provider: OidcProvider, authority: Authority) -> Account:
    account = server.account(Security.STARTTLS, authority.ca_file)
    assert account.smtp is not None
    return replace(account, smtp=replace(account.smtp, password=provider.oauth_in_file("/nowhere")))


def _smtp(server: SmtpServer, provider: OidcProvider, authority: Authority) -> Smtp:
    smtp = _account(server, provider, authority).smtp
    assert smtp is not None
    return smtp


@pytest.mark.parametrize(("length", "at_once"), [(43, True), (4000, False)], ids=["short", "long"])
def test_a_message_is_sent_with_a_token(
    post: SmtpServer, provider: OidcProvider, authority: Authority, length: int, at_once: bool
) -> None:
    """A token too long for the command line waits until it is asked for (RFC 4954, section 4)."""
    provider.behaviour.access_token_length = length
    token = provider.issue("robin").access
    account = _account(post, provider, authority)
    reply = asyncio.run(send_to_self(account, Secret(token), mail(), lambda: None))
    assert reply.is_accepted
    assert len(post.envelopes) == 1
    assert post.tokens_shown == [("robin", token, at_once)]


def test_a_refused_token_is_told_without_the_token(
    post: SmtpServer, provider: OidcProvider, authority: Authority
) -> None:
    """The server's error is answered as it wants, and its last word is told."""
    token = provider.issue("dana").access
    with pytest.raises(AuthenticationError, match="followupd login") as caught:
        asyncio.run(sign_in(_smtp(post, provider, authority), Secret(token)))
    assert "535" in str(caught.value)
    assert "scope mail" in str(caught.value)
    assert token not in str(caught.value)


def test_a_token_that_is_repeated_is_not_shown(
    any_post: SmtpServer, provider: OidcProvider, authority: Authority
) -> None:
    """Whatever the server says, and however long the token is."""
    provider.behaviour.access_token_length = 4000
    token = provider.issue("robin").access
    any_post.script.answers["AUTH"] = f"535 5.7.8 what is {token}? SMTP is disabled for the tenant"
    with pytest.raises(AuthenticationError, match="disabled for the tenant") as caught:
        asyncio.run(sign_in(_smtp(any_post, provider, authority), Secret(token)))
    assert token not in str(caught.value)


def test_a_token_that_is_refused_for_now_is_no_wrong_token(
    any_post: SmtpServer, provider: OidcProvider, authority: Authority
) -> None:
    """454 is for now."""
    any_post.script.answers["AUTH"] = "454 4.7.0 Temporary authentication failure"
    token = provider.issue("robin").access
    with pytest.raises(ServerRefused, match="for now: 454"):
        asyncio.run(sign_in(_smtp(any_post, provider, authority), Secret(token)))


def test_a_connection_that_ends_at_the_token_is_lost(
    any_post: SmtpServer, provider: OidcProvider, authority: Authority
) -> None:
    """It broke, and may be made again."""
    any_post.script.closes_at = "AUTH"
    with pytest.raises(ConnectionLost, match="closed the connection"):
        asyncio.run(sign_in(_smtp(any_post, provider, authority), Secret("any-token")))


def test_a_token_is_shown_to_no_server_without_a_use_for_it(
    provider: OidcProvider, authority: Authority
) -> None:
    """Least of all as a password."""
    with SmtpServer(authority.localhost()) as server:
        with pytest.raises(AuthenticationError, match="takes no access tokens"):
            asyncio.run(sign_in(_smtp(server, provider, authority), Secret("any-token")))
        assert server.commands == ["EHLO", "EHLO"]


# With the grant itself


def test_a_token_that_ended_too_early_is_renewed_and_tried_again(
    server: Dovecot, provider: OidcProvider, tmp_path: Path
) -> None:
    """A clock that differs, or the provider's will: the mailbox opens all the same."""
    oauth = _granted(provider, tmp_path)
    mailbox = UserMailbox(USER, server, tls_context(server.ca_file))
    imap = replace(mailbox.imap, password=oauth)
    shown: list[Secret] = []

    def enter(secret: Secret) -> Connection:
        shown.append(secret)
        return Connection.open(imap, secret.reveal(), context=mailbox.context)

    provider.memory.end_access_tokens()
    with closing(with_secret(ACCOUNT, imap, enter)) as connection:
        assert connection.examine("INBOX").uidvalidity
    assert len({secret.reveal() for secret in shown}) == 2
    assert shown[-1].ends_at is not None


def test_the_same_grant_sends(
    any_post: SmtpServer, provider: OidcProvider, authority: Authority, tmp_path: Path
) -> None:
    """Refused once, renewed, taken; and no third time."""
    oauth = _granted(provider, tmp_path)
    smtp = replace(_smtp(any_post, provider, authority), username=USER, password=oauth)

    def enter(secret: Secret) -> str:
        return asyncio.run(sign_in(smtp, secret))

    provider.memory.end_access_tokens()
    assert with_secret(ACCOUNT, smtp, enter).startswith("localhost:")
    assert len(any_post.tokens_shown) == 2


def _granted(provider: OidcProvider, folder: Path) -> OAuth:
    """A grant of robin's, kept in a file; by our clock its token is good for an hour yet."""
    oauth = provider.oauth_in_file(folder / "tokens")
    signed_in(provider, oauth, left=timedelta(hours=1))
    return oauth
