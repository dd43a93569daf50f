"""Signing in at a real provider by a code that is entered on another device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import (
    AuthenticationError,
    UsageError,
)
from followupd.oauth.signing_in import (
    DevicePage,
    has_device_flow,
    sign_in_by_device,
)
from tests.support.oidc import Fault, OidcProvider

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from followupd.config import OAuth
    from followupd.oauth.tokens import Tokens
    from tests.support.authority import Authority

USER = "robin@example.org"


class Waits:
    """The waits between two questions, passed at once; something may happen during each."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self.seconds: list[float] = []
        self._happenings = list(happenings)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self._happenings:
            self._happenings.pop(0)()


def _nothing() -> None:
    """Nobody has decided yet."""


def _by_device(oauth: OAuth, waits: Waits, pages: list[DevicePage]) -> Tokens:
    return sign_in_by_device("personal", oauth, USER, tell=pages.append, wait=waits)


def test_a_user_signs_in_on_another_device(provider: OidcProvider, oauth: OAuth) -> None:
    """The provider is asked at its own pace until they have decided (RFC 8628)."""
    provider.behaviour.device_interval = 3
    pages: list[DevicePage] = []
    decide = Waits(_nothing, _nothing, lambda: provider.activate(pages[0].user_code, USER))
    tokens = _by_device(oauth, decide, pages)
    assert provider.memory.about(tokens.access)["username"] == USER
    assert decide.seconds == [3, 3, 3]
    [page] = pages
    assert urlsplit(page.address).path == "/activate"
    assert page.ends_at > datetime.now(UTC)


def test_a_provider_that_says_slow_down_is_obeyed(provider: OidcProvider, oauth: OAuth) -> None:
    """Five seconds more each time, for good."""
    provider.behaviour.device_first = ["slow_down", "slow_down"]
    pages: list[DevicePage] = []
    waits = Waits(_nothing, _nothing, lambda: provider.activate(pages[0].user_code, USER))
    assert _by_device(oauth, waits, pages).access
    assert waits.seconds == [1, 6, 11]


def test_a_lost_connection_does_not_end_the_wait(provider: OidcProvider, oauth: OAuth) -> None:
    """It is asked more rarely (RFC 8628, section 3.5)."""
    pages: list[DevicePage] = []
    provider.faults["/token"] = Fault(closes=True, times=2)
    waits = Waits(lambda: provider.activate(pages[0].user_code, USER))
    assert _by_device(oauth, waits, pages).access
    assert waits.seconds == [1, 2, 4]


def test_a_user_who_denies_on_the_device_ends_the_wait(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """At once, and nothing was changed."""
    pages: list[DevicePage] = []
    deny = Waits(lambda: provider.activate(pages[0].user_code, USER, allow=False))
    with pytest.raises(AuthenticationError, match="nothing was changed"):
        _by_device(oauth, deny, pages)


@pytest.mark.parametrize("says_so", [True, False])
def test_a_code_that_was_not_entered_in_time_is_told(
    provider: OidcProvider, oauth: OAuth, *, says_so: bool
) -> None:
    """Whether the provider says so, or its time is simply over."""
    if says_so:
        provider.behaviour.device_first = ["expired_token"]
    else:
        provider.behaviour.device_seconds = 2
        provider.behaviour.device_interval = 5
    with pytest.raises(AuthenticationError, match=r"not entered in time.*login personal"):
        _by_device(oauth, Waits(), [])


def test_ctrl_c_ends_the_wait_for_a_device(oauth: OAuth) -> None:
    """Whatever the waiting raises comes through."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _by_device(oauth, Waits(interrupted), [])


def test_who_offers_codes_is_known_or_asked(provider: OidcProvider, oauth: OAuth) -> None:
    """Google's codes give no mail, which is known without asking; an issuer is asked."""
    assert has_device_flow(oauth)
    assert [has_device_flow(replace(oauth, provider=name)) for name in ("google", "yahoo")] == [
        False,
        False,
    ]
    assert has_device_flow(replace(oauth, provider="microsoft"))
    provider.behaviour.has_device_endpoint = False
    assert not has_device_flow(oauth)
    for name in ("google", provider.issuer):
        with pytest.raises(UsageError, match="--browser"):
            _by_device(replace(oauth, provider=name), Waits(), [])


def test_a_client_with_a_secret_signs_in_by_a_code(
    oauth_authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It proves itself at both endpoints."""
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "the-client-secret")
    secret = PasswordSource(PasswordKind.ENV, "OAUTH_CLIENT_SECRET")
    with OidcProvider(oauth_authority, client_secret="the-client-secret") as provider:
        oauth = replace(provider.oauth_in_file(tmp_path / "tokens.json"), client_secret=secret)
        pages: list[DevicePage] = []
        waits = Waits(lambda: provider.activate(pages[0].user_code, USER))
        assert _by_device(oauth, waits, pages).access
