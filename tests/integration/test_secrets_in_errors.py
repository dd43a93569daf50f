"""Servers that repeat what they were sent: nothing that is printed of an error holds a secret.

What is looked at is the whole traceback as Python and structlog print it, with every cause.
"""

from __future__ import annotations

import base64
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.cli.login_trying import attempt
from followupd.errors import FollowupdError
from followupd.mailbox.connection import Connection
from followupd.oauth.grant import access_token, store
from followupd.oauth.tokens import Tokens
from followupd.secrets import Secret
from tests.leaks_search import in_text, watched
from tests.support.fakeserver import FakeServer, answer
from tests.support.mailserver import PASSWORD
from tests.support.oidc import Fault, OidcProvider
from tests.support.smtpserver import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import Authority

SECRET = [watched("the password", PASSWORD)]
ENCODED = base64.b64encode(f"\0robin\0{PASSWORD}".encode()).decode()


def printed(error: BaseException) -> str:
    """All that a traceback shows of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize(
    "said",
    [
        f"NO [AUTHENTICATIONFAILED] wrong: {PASSWORD}",
        f"BAD cannot understand LOGIN robin {PASSWORD}",
        f'NO [UNAVAILABLE] try "robin" "{PASSWORD}" later',
        f"NO {ENCODED}",
        PASSWORD,
    ],
)
def test_an_imap_server_that_repeats_the_password(said: str) -> None:
    """Some repeat the line that they did not understand."""
    with FakeServer(password=PASSWORD) as server:
        server.on("LOGIN", answer(said))
        with pytest.raises(FollowupdError) as caught:
            Connection.open(server.imap, PASSWORD)
    assert list(in_text(printed(caught.value), SECRET, "it")) == []


@pytest.mark.parametrize(
    "said",
    [
        f"535 5.7.8 wrong: {PASSWORD}",
        f"454 4.7.0 not now: {PASSWORD}",
        f"501 5.5.2 cannot decode {ENCODED}",
        f"421 {PASSWORD}",
        PASSWORD,
    ],
)
def test_an_smtp_server_that_repeats_the_password(said: str) -> None:
    """As it was, or in base64."""
    with SmtpServer() as server:
        server.script.answers["AUTH"] = said
        smtp = server.account().smtp
        assert smtp is not None
        found = attempt(smtp, Secret(PASSWORD))
    assert not found.succeeded
    assert list(in_text(f"{found!r}", SECRET, "it")) == []


@pytest.fixture
def provider(authority: Authority) -> Iterator[OidcProvider]:
    """A provider on loopback."""
    with OidcProvider(authority) as provider:
        yield provider


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
@pytest.mark.parametrize(
    "body",
    [
        '{"error": "invalid_grant", "error_description": "unknown: SECRET"}',
        '{"error": "SECRET"}',
        '{"error": "invalid_client", "error_uri": "https://x/?SECRET"}',
        '{"access_token": ["SECRET"], "token_type": "SECRET"}',
        "<p>SECRET",
        '{"SECRET',
    ],
)
def test_a_provider_that_repeats_the_refresh_token(
    provider: OidcProvider, tmp_path: Path, status: int, body: str
) -> None:
    """In an error's description, in a page, or in what is no answer at all."""
    oauth = provider.oauth_in_file(tmp_path / "tokens")
    given, ended = provider.issue("robin"), datetime.now(UTC) - timedelta(hours=1)
    whose = (oauth.provider, oauth.client_id)
    began = ended - timedelta(hours=1)
    store("personal", oauth, Tokens(given.access, given.refresh, None, began, ended, (), *whose))
    provider.faults["/token"] = Fault(status, body.replace("SECRET", given.refresh).encode())
    with pytest.raises(FollowupdError) as caught:
        access_token("personal", oauth)
    assert provider.ledger.found_in(printed(caught.value)) == []
