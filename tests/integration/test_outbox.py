"""Signing in to a real SMTP server, and leaving without a word."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from followupd.config import PasswordKind, PasswordSource, Security, Smtp
from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, ServerRefused
from followupd.outbox import sign_in
from followupd.secrets import password
from tests.support.dovecot import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.secrets import Secret
    from tests.support.authority import Authority, KeyPair


class _Recorder:
    """Writes down every command that could lead to a message."""

    def __init__(self) -> None:
        self.began: list[str] = []

    async def handle_MAIL(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.began.append("MAIL")
        return "250 OK"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class _Server:
    """An aiosmtpd that wants a login, with or without a way to protect it."""

    def __init__(self, pair: KeyPair | None) -> None:
        self.recorder = _Recorder()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        context = None
        if pair is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(pair.certificate, pair.key)
        self.controller = Controller(
            self.recorder,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context,
            authenticator=_authenticate,
            auth_require_tls=pair is not None,
        )
        self.controller.start()


@pytest.fixture
def starttls_server(authority: Authority) -> Iterator[_Server]:
    """A server that offers STARTTLS with a certificate for localhost."""
    server = _Server(authority.localhost())
    yield server
    server.controller.stop()


@pytest.fixture
def clear_server() -> Iterator[_Server]:
    """A server without any TLS, as a man in the middle would make it look."""
    server = _Server(None)
    yield server
    server.controller.stop()


def _smtp(server: _Server, security: Security, authority: Authority | None = None) -> Smtp:
    return Smtp(
        host="localhost" if authority else "127.0.0.1",
        port=server.port,
        security=security,
        username="robin",
        password=PasswordSource(PasswordKind.ENV, "PASSWORD"),
        ca_file=authority.ca_file if authority else None,
    )


def _secret(text: str = PASSWORD) -> Secret:
    source = PasswordSource(PasswordKind.ENV, "PASSWORD")
    return password(source, service="x", username="robin", environ={"PASSWORD": text})


def test_a_login_that_works_sends_nothing(starttls_server: _Server, authority: Authority) -> None:
    """The server is greeted, the connection protected, the user signed in, and that is all."""
    smtp = _smtp(starttls_server, Security.STARTTLS, authority)
    assert asyncio.run(sign_in(smtp, _secret())) == f"localhost:{starttls_server.port}"
    assert starttls_server.recorder.began == []


def test_a_refused_login_is_told_without_the_secret(
    starttls_server: _Server, authority: Authority
) -> None:
    """The sentence names the keys to look at."""
    smtp = _smtp(starttls_server, Security.STARTTLS, authority)
    with pytest.raises(AuthenticationError, match=r"smtp\.username") as caught:
        asyncio.run(sign_in(smtp, _secret("not-the-secret")))
    assert "not-the-secret" not in str(caught.value)


def test_stripped_starttls_is_refused(clear_server: _Server) -> None:
    """Without the STARTTLS that was asked for, nothing is said in clear text."""
    smtp = _smtp(clear_server, Security.STARTTLS)
    with pytest.raises((ServerRefused, ConnectionLost)):
        asyncio.run(sign_in(smtp, _secret()))


def test_an_unknown_authority_is_refused(starttls_server: _Server, authority: Authority) -> None:
    """A certificate that nobody vouches for is no certificate."""
    known = _smtp(starttls_server, Security.STARTTLS, authority)
    unknown = Smtp(known.host, known.port, known.security, "robin", known.password, None)
    with pytest.raises(FollowupdError):
        asyncio.run(sign_in(unknown, _secret()))


def test_a_server_that_is_not_there(starttls_server: _Server) -> None:
    """No server: told with host and port."""
    smtp = _smtp(starttls_server, Security.NONE)
    gone = Smtp(smtp.host, 1, smtp.security, smtp.username, smtp.password, None)
    with pytest.raises(ConnectionLost, match=r"127\.0\.0\.1:1"):
        asyncio.run(sign_in(gone, _secret()))
