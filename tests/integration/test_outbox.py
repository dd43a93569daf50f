"""Signing in to a real SMTP server, and leaving without a word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.config import Security
from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, ServerRefused
from followupd.outbox import sign_in
from tests.support.smtpserver import SmtpServer, smtp_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.config import Smtp
    from tests.support.authority import Authority


@pytest.fixture
def starttls_server(authority: Authority) -> Iterator[SmtpServer]:
    """A server that offers STARTTLS with a certificate for localhost."""
    with SmtpServer(authority.localhost()) as server:
        yield server


@pytest.fixture
def clear_server() -> Iterator[SmtpServer]:
    """A server without any TLS, as a man in the middle would make it look."""
    with SmtpServer() as server:
        yield server


def _smtp(server: SmtpServer, security: Security, authority: Authority | None = None) -> Smtp:
    smtp = server.account(security, authority.ca_file if authority else None).smtp
    assert smtp is not None
    return smtp


def test_a_login_that_works_sends_nothing(
    starttls_server: SmtpServer, authority: Authority
) -> None:
    """The server is greeted, the connection protected, the user signed in, and that is all."""
    smtp = _smtp(starttls_server, Security.STARTTLS, authority)
    assert asyncio.run(sign_in(smtp, smtp_secret())) == f"localhost:{starttls_server.port}"
    assert starttls_server.commands == ["EHLO", "EHLO", "AUTH"]


def test_a_refused_login_is_told_without_the_secret(
    starttls_server: SmtpServer, authority: Authority
) -> None:
    """The sentence names the keys to look at."""
    smtp = _smtp(starttls_server, Security.STARTTLS, authority)
    with pytest.raises(AuthenticationError, match=r"smtp\.username") as caught:
        asyncio.run(sign_in(smtp, smtp_secret("not-the-secret")))
    assert "not-the-secret" not in str(caught.value)


def test_a_password_that_is_refused_is_shown_no_second_time(clear_server: SmtpServer) -> None:
    """Not by another mechanism either: that could lock the account."""
    with pytest.raises(AuthenticationError):
        asyncio.run(sign_in(_smtp(clear_server, Security.NONE), smtp_secret("not-the-secret")))
    assert clear_server.commands.count("AUTH") == 1


def test_a_mechanism_that_the_server_offers_and_does_not_know_is_passed_over(
    clear_server: SmtpServer,
) -> None:
    """Then nothing was said about the password."""
    clear_server.script.answers["AUTH"] = "504 unrecognized authentication type"
    with pytest.raises(AuthenticationError, match="504"):
        asyncio.run(sign_in(_smtp(clear_server, Security.NONE), smtp_secret()))
    assert clear_server.commands.count("AUTH") == 2


def test_a_server_where_nobody_signs_in_is_told_by_its_port() -> None:
    """Such as the one for other servers; the password is shown to nobody."""
    with SmtpServer(withheld_mechanisms=("PLAIN", "LOGIN")) as server:
        with pytest.raises(ServerRefused, match=r"no way to sign in.*smtp\.port"):
            asyncio.run(sign_in(_smtp(server, Security.NONE), smtp_secret()))
        assert "AUTH" not in server.commands


def test_a_login_that_is_refused_for_now_is_no_wrong_password(clear_server: SmtpServer) -> None:
    """The user is not sent to look for a mistake that is none."""
    clear_server.script.answers["AUTH"] = "454 try later"
    with pytest.raises(ServerRefused, match="for now: 454"):
        asyncio.run(sign_in(_smtp(clear_server, Security.NONE), smtp_secret()))


def test_a_connection_that_ends_at_the_login_is_no_refusal(clear_server: SmtpServer) -> None:
    """It broke, and may be made again."""
    clear_server.script.closes_at = "AUTH"
    with pytest.raises(ConnectionLost, match="closed the connection"):
        asyncio.run(sign_in(_smtp(clear_server, Security.NONE), smtp_secret()))


def test_stripped_starttls_is_refused(clear_server: SmtpServer) -> None:
    """Without the STARTTLS that was asked for, nothing is said in clear text."""
    smtp = replace(_smtp(clear_server, Security.STARTTLS), host="127.0.0.1")
    with pytest.raises(ServerRefused):
        asyncio.run(sign_in(smtp, smtp_secret()))
    assert clear_server.commands == ["EHLO"]


def test_an_unknown_authority_is_refused(starttls_server: SmtpServer) -> None:
    """A certificate that nobody vouches for is no certificate."""
    with pytest.raises(FollowupdError):
        asyncio.run(sign_in(_smtp(starttls_server, Security.STARTTLS), smtp_secret()))
    assert starttls_server.commands == ["EHLO"]


def test_a_server_that_is_not_there(clear_server: SmtpServer) -> None:
    """No server: told with host and port."""
    gone = replace(_smtp(clear_server, Security.NONE), port=1)
    with pytest.raises(ConnectionLost, match=r"127\.0\.0\.1:1") as caught:
        asyncio.run(sign_in(gone, smtp_secret()))
    assert not caught.value.reached
