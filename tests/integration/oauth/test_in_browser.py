"""Signing in at a real provider in a browser, here or on another machine."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlencode

import httpx
import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    ServerRefused,
    UsageError,
)
from followupd.oauth.provider import PASTED, YAHOO
from followupd.oauth.signing_in import (
    BrowserPage,
    WrongAddress,
    sign_in_by_browser,
)
from tests.support.oidc import SCOPE, Fault, OidcProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from followupd.config import OAuth
    from followupd.oauth.tokens import Tokens
    from tests.support.authority import Authority

USER = "robin@example.org"


class Told:
    """What the user was shown."""

    def __init__(self) -> None:
        self.pages: list[BrowserPage] = []
        self.wrong: list[str] = []

    def __call__(self, notice: BrowserPage | WrongAddress) -> None:
        if isinstance(notice, BrowserPage):
            self.pages.append(notice)
        else:
            self.wrong.append(notice.why)


class Visitor:
    """A browser that is opened, and somebody who signs in with it in a thread of their own."""

    def __init__(self, act: Callable[[str], object]) -> None:
        self._act = act
        self._thread: threading.Thread | None = None

    def __call__(self, address: str) -> bool:
        self._thread = threading.Thread(target=self._act, args=(address,))
        self._thread.start()
        return True

    def leave(self) -> None:
        """Wait until they are done."""
        assert self._thread is not None
        self._thread.join()


def _sign_in(oauth: OAuth, act: Callable[[str], object]) -> Tokens:
    visitor = Visitor(act)
    try:
        return sign_in_by_browser(
            "personal", oauth, USER, tell=Told(), open_browser=visitor, pasted=None
        )
    finally:
        visitor.leave()


@contextmanager
def _terminal(*lines: str, stays_open: bool = True) -> Iterator[TextIO]:
    """A terminal where these lines are typed."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    if not stays_open:
        os.close(writing)
    with os.fdopen(reading) as terminal:
        yield terminal
    if stays_open:
        os.close(writing)


def test_the_code_is_exchanged_with_the_proof_that_it_is_ours(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """PKCE (RFC 7636); the tokens end by this machine's clock."""
    before = datetime.now(UTC)
    tokens = _sign_in(oauth, lambda address: provider.visit(address, USER))
    [request] = provider.ledger.of("/token", grant_type="authorization_code")
    assert len(request.fields["code_verifier"]) >= 43
    assert tokens.expires_at - timedelta(hours=1) >= before
    assert tokens.refresh
    assert (tokens.provider, tokens.client_id) == (oauth.provider, oauth.client_id)


def test_a_stranger_s_page_cannot_end_or_take_over_a_sign_in(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """It can send the browser to the open port, but does not know the state."""
    stranger = provider.memory.code("stranger@example.org", SCOPE, "http://127.0.0.1", "x")
    statuses = []

    def act(address: str) -> None:
        redirect = str(httpx.URL(address).params["redirect_uri"])
        for fields in ({"code": stranger}, {"code": stranger, "state": "x"}, {"error": "no"}):
            reply = httpx.get(f"{redirect}/?{urlencode(fields)}", trust_env=False)
            statuses.append(reply.status_code)
        provider.visit(address, USER)

    tokens = _sign_in(oauth, act)
    assert statuses == [400, 400, 400]
    assert provider.memory.about(tokens.access)["username"] == USER


def test_an_answer_that_names_another_issuer_is_not_taken(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """RFC 9207: with the right state, too; the wait goes on."""

    def act(address: str) -> None:
        asked = httpx.URL(address).params
        fields = {"code": "x", "state": asked["state"], "iss": "https://evil.example"}
        reply = httpx.get(f"{asked['redirect_uri']}/?{urlencode(fields)}", trust_env=False)
        assert reply.status_code == 400
        provider.visit(address, USER)

    assert _sign_in(oauth, act).access


def test_a_browser_on_another_machine_ends_at_an_address_that_is_pasted(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """What was pasted wrongly is explained, and the wait goes on."""
    told = Told()
    reading, writing = os.pipe()

    def tell(notice: BrowserPage | WrongAddress) -> None:
        told(notice)
        if isinstance(notice, BrowserPage):
            ended = provider.visit(notice.address, USER, returns=False)
            assert ended.startswith(notice.returns_to)
            other = ended.replace("state=", "state=x")
            os.write(writing, f"\n4/only-the-code\n{other}\n  {ended}  \n".encode())

    with os.fdopen(reading) as terminal:
        tokens = sign_in_by_browser(
            "personal", oauth, USER, tell=tell, open_browser=None, pasted=terminal
        )
    os.close(writing)
    assert not told.pages[0].was_opened
    assert len(told.wrong) == 2
    assert "copy the whole of it" in told.wrong[1]
    assert provider.memory.about(tokens.access)["username"] == USER


def test_a_terminal_that_is_closed_leaves_the_browser_as_the_way(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """Nobody can paste any more, but the browser may still come back."""
    visitor = Visitor(lambda address: provider.visit(address, USER))
    with _terminal(stays_open=False) as terminal:
        tokens = sign_in_by_browser(
            "personal", oauth, USER, tell=Told(), open_browser=visitor, pasted=terminal
        )
    visitor.leave()
    assert tokens.access


def test_yahoo_s_page_ends_at_an_address_that_must_be_pasted(oauth: OAuth) -> None:
    """Nothing listens, since Yahoo sends no browser to this machine; nobody asks Yahoo here."""
    told = Told()
    yahoo = replace(oauth, provider="yahoo", scopes=None, ca_file=None)
    with (
        _terminal(f"{PASTED}/?code=abc&state=wrong", stays_open=False) as terminal,
        pytest.raises(AuthenticationError, match="no address was pasted"),
    ):
        sign_in_by_browser("personal", yahoo, USER, tell=told, open_browser=None, pasted=terminal)
    [page] = told.pages
    assert (page.must_be_pasted, page.returns_to) == (True, PASTED)
    assert page.address.startswith(YAHOO.authorization)
    assert len(told.wrong) == 1
    with pytest.raises(UsageError, match="in a terminal"):
        sign_in_by_browser("personal", yahoo, USER, tell=told, open_browser=None, pasted=None)


def test_nobody_is_waited_for_longer_than_is_said(oauth: OAuth) -> None:
    """The message says how to begin again; the port is closed."""
    told = Told()
    with pytest.raises(AuthenticationError, match="run `followupd login personal` again"):
        sign_in_by_browser(
            "personal", oauth, USER, tell=told, open_browser=None, pasted=None, seconds=0
        )
    with pytest.raises(httpx.ConnectError):
        httpx.get(told.pages[0].returns_to, trust_env=False)


def test_ctrl_c_ends_the_wait_and_closes_the_port(oauth: OAuth) -> None:
    """Nothing is left open."""
    told = Told()

    def tell(notice: BrowserPage | WrongAddress) -> None:
        told(notice)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sign_in_by_browser("personal", oauth, USER, tell=tell, open_browser=None, pasted=None)
    with pytest.raises(httpx.ConnectError):
        httpx.get(told.pages[0].returns_to, trust_env=False)


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(status=400, body=b'{"error": "invalid_grant"}'), AuthenticationError, "the code"),
        (Fault(status=401, body=b'{"error": "invalid_client"}'), ServerRefused, "client_id"),
        (Fault(status=500), ConnectionLost, "for now"),
        (
            Fault(status=200, body=b'{"access_token": "a", "token_type": "Bearer"}'),
            ServerRefused,
            "no refresh token",
        ),
        (
            Fault(
                status=200, body=b'{"access_token": "a", "refresh_token": "r", "scope": "email"}'
            ),
            AuthenticationError,
            "no access to mail",
        ),
    ],
)
def test_a_sign_in_that_fails_at_its_end_says_why(
    provider: OidcProvider, oauth: OAuth, fault: Fault, kind: type[FollowupdError], says: str
) -> None:
    """And holds neither the code nor what proves it."""
    provider.faults["/token"] = fault
    with pytest.raises(kind, match=says) as caught:
        _sign_in(oauth, lambda address: provider.visit(address, USER))
    assert type(caught.value) is kind
    assert not provider.ledger.found_in(str(caught.value))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("access_denied", AuthenticationError),
        ("invalid_scope", ServerRefused),
        ("server_error", ServerRefused),
        ("\x1b[2Jsomething", AuthenticationError),
    ],
)
def test_a_provider_that_says_no_in_the_browser_is_understood(
    oauth: OAuth, error: str, kind: type[FollowupdError]
) -> None:
    """Its own words are not shown."""

    def act(address: str) -> None:
        asked = httpx.URL(address).params
        fields = {"error": error, "state": asked["state"], "iss": oauth.provider}
        httpx.get(f"{asked['redirect_uri']}/?{urlencode(fields)}", trust_env=False)

    with pytest.raises(kind) as caught:
        _sign_in(oauth, act)
    assert type(caught.value) is kind
    assert str(caught.value).isprintable()


def test_a_client_with_a_secret_signs_in(
    oauth_authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Google's desktop clients have one."""
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "the-client-secret")
    secret = PasswordSource(PasswordKind.ENV, "OAUTH_CLIENT_SECRET")
    with OidcProvider(oauth_authority, client_secret="the-client-secret") as provider:
        oauth = replace(provider.oauth_in_file(tmp_path / "tokens.json"), client_secret=secret)
        assert _sign_in(oauth, lambda address: provider.visit(address, USER)).access


def test_nothing_of_a_sign_in_is_stored_by_itself(
    provider: OidcProvider, oauth: OAuth, tmp_path: Path
) -> None:
    """Whoever called tries the tokens first."""
    _sign_in(oauth, lambda address: provider.visit(address, USER))
    assert not (tmp_path / "state").exists()
