"""Signing in at a real provider with a real browser, clicked as a person does."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

import pytest

from followupd.errors import (
    AuthenticationError,
)
from followupd.oauth.discovery import provider_of
from followupd.oauth.forms import Client, question
from followupd.oauth.loopback import ARRIVED, DENIED, Loopback
from followupd.oauth.returning import returned
from followupd.oauth.signing_in import (
    BrowserPage,
    WrongAddress,
    sign_in_by_browser,
)
from tests.support.chromium import Chromium, chromium, is_installed
from tests.support.oidc import SCOPE, OidcProvider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from followupd.config import OAuth
    from followupd.oauth.tokens import Tokens

USER = "robin@example.org"


_in_chromium = pytest.mark.skipif(
    not is_installed(), reason="Chromium or Playwright is not installed"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all who need a real one."""
    with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.mark.client
@pytest.mark.xdist_group("chromium")
@_in_chromium
@pytest.mark.parametrize(
    ("button", "title"), [("Allow", ARRIVED), ("Deny", DENIED)], ids=["allow", "deny"]
)
def test_a_user_signs_in_with_a_real_browser(
    provider: OidcProvider, oauth: OAuth, browser: Chromium, button: str, title: str
) -> None:
    """From the page that opens by itself to what was decided; the last page says what is next."""
    visits: list[Future[str]] = []
    pages: list[BrowserPage | WrongAddress] = []

    def opening(address: str) -> bool:
        visits.append(browser.sign_in(address, USER, button))
        return True

    def signing_in() -> Tokens:
        return sign_in_by_browser(
            "personal", oauth, USER, tell=pages.append, open_browser=opening, pasted=None
        )

    if button == "Allow":
        tokens = signing_in()
        assert provider.memory.about(tokens.access)["username"] == USER
        assert tokens.scopes == (SCOPE,)
    else:
        with pytest.raises(AuthenticationError, match="nothing was changed"):
            signing_in()
    assert [visit.result() for visit in visits] == [title]
    [page] = pages
    assert isinstance(page, BrowserPage)
    assert page.was_opened


@pytest.mark.client
@pytest.mark.xdist_group("chromium")
@_in_chromium
def test_a_real_browser_finds_its_way_back_to_localhost(oauth: OAuth, browser: Chromium) -> None:
    """Microsoft knows no other name for this machine; the listener has an IPv4 address only."""
    known = provider_of(oauth)
    client = Client(oauth.client_id, None)
    with Loopback("localhost") as loopback:
        asked = question(
            known, client, redirect_uri=loopback.redirect_uri, username=USER, state="s"
        )
        loopback.expect(lambda address: returned(address, asked, known))
        visit = browser.sign_in(asked.address, USER)
        assert select.select([loopback.awakes], [], [], 60)[0]
        assert loopback.answer is not None
        assert visit.result() == ARRIVED
