"""A grant kept alive against a real provider: expiry, rotation, revocation, giving back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.config import PasswordKind, PasswordSource
from followupd.errors import (
    GrantRevoked,
    ServerRefused,
)
from followupd.oauth import grant
from followupd.oauth.grant import Revoked
from followupd.oauth.provider import BUILT_IN
from tests.support.grants import ACCOUNT, USER, refreshes, signed_in, stored
from tests.support.oidc import Fault, OidcProvider

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config import OAuth
    from tests.support.authority import Authority


def test_a_token_that_is_good_for_long_costs_no_request(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """The provider is asked once an hour, not at each connection."""
    pair = signed_in(provider, oauth, left=timedelta(hours=1))
    assert grant.access_token(ACCOUNT, oauth)[0] == pair.access
    assert provider.ledger.requests == []


def test_a_token_near_its_end_is_replaced_and_stored(provider: OidcProvider, oauth: OAuth) -> None:
    """With its refresh token, before it is handed out."""
    pair = signed_in(provider, oauth, left=timedelta(minutes=4))
    token, ends_at = grant.access_token(ACCOUNT, oauth)
    assert token != pair.access
    assert provider.memory.about(token)["username"] == USER
    kept = stored(oauth)
    assert (kept.access, kept.expires_at) == (token, ends_at)
    assert kept.refresh != pair.refresh
    assert kept.previous_refresh == pair.refresh
    assert grant.access_token(ACCOUNT, oauth) == (token, ends_at)
    assert refreshes(provider) == 1


def test_a_token_that_the_mail_server_refused_is_replaced(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """However long it should have worked; where another has done so already, that one is taken."""
    pair = signed_in(provider, oauth, left=timedelta(hours=1))
    newer, _ = grant.access_token(ACCOUNT, oauth, refused=pair.access)
    assert newer != pair.access
    assert grant.access_token(ACCOUNT, oauth, refused=pair.access)[0] == newer
    assert refreshes(provider) == 1


@pytest.mark.parametrize("ahead", [-86_400, 86_400])
def test_the_clock_of_the_provider_does_not_matter(
    provider: OidcProvider, oauth: OAuth, ahead: int
) -> None:
    """The end is counted on this machine's clock from when the token was asked for."""
    provider.behaviour.clock_ahead = ahead
    signed_in(provider, oauth)
    before = datetime.now(UTC)
    token, ends_at = grant.access_token(ACCOUNT, oauth)
    assert before + timedelta(hours=1) <= ends_at <= datetime.now(UTC) + timedelta(hours=1)
    assert grant.access_token(ACCOUNT, oauth)[0] == token


def test_a_provider_that_does_not_say_when_a_token_ends_is_lived_with(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """It is replaced within the hour, or when the mail server refuses it."""
    provider.behaviour.says_expires_in = None
    signed_in(provider, oauth)
    _, ends_at = grant.access_token(ACCOUNT, oauth)
    assert ends_at <= datetime.now(UTC) + timedelta(minutes=30)


def test_a_refresh_token_that_does_not_rotate_goes_on(provider: OidcProvider, oauth: OAuth) -> None:
    """As with Google."""
    provider.behaviour.rotates = False
    pair = signed_in(provider, oauth)
    first, _ = grant.access_token(ACCOUNT, oauth)
    second, _ = grant.access_token(ACCOUNT, oauth, refused=first)
    assert first != second
    assert (stored(oauth).refresh, stored(oauth).previous_refresh) == (pair.refresh, None)


def test_twenty_rotations_lose_nothing(provider: OidcProvider, oauth: OAuth) -> None:
    """Each token is used once, so that the provider never sees one twice."""
    provider.behaviour.access_seconds = 1
    pair = signed_in(provider, oauth)
    token = pair.access
    for _ in range(20):
        token, _ = grant.access_token(ACCOUNT, oauth, refused=token)
    assert refreshes(provider) == 20
    assert not provider.memory.is_revoked(pair.refresh)


def test_a_revoked_grant_says_how_to_sign_in_again(provider: OidcProvider, oauth: OAuth) -> None:
    """And nothing that was stored is lost: the next sign-in replaces it."""
    signed_in(provider, oauth)
    provider.memory.revoke_everything()
    with pytest.raises(GrantRevoked, match=f"run `followupd login {ACCOUNT}`$") as caught:
        grant.access_token(ACCOUNT, oauth)
    assert not provider.ledger.found_in(str(caught.value))
    assert stored(oauth).refresh
    pair = signed_in(provider, oauth, left=timedelta(hours=1))
    assert grant.access_token(ACCOUNT, oauth)[0] == pair.access


def test_who_never_signed_in_is_told_so(oauth: OAuth) -> None:
    """Without asking anybody."""
    assert not grant.is_signed_in(ACCOUNT, oauth)
    with pytest.raises(GrantRevoked, match=f"not signed in.*run `followupd login {ACCOUNT}`$"):
        grant.access_token(ACCOUNT, oauth)


def test_tokens_of_another_client_are_not_used(provider: OidcProvider, oauth: OAuth) -> None:
    """The configuration was changed: a new client needs a new grant."""
    signed_in(provider, oauth, left=timedelta(hours=1))
    assert grant.is_signed_in(ACCOUNT, oauth)
    other = replace(oauth, client_id="another")
    assert not grant.is_signed_in(ACCOUNT, other)
    with pytest.raises(GrantRevoked, match="another client"):
        grant.access_token(ACCOUNT, other)


def test_a_client_that_is_not_known_is_told_by_its_key(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """That is no revoked grant."""
    signed_in(provider, oauth)
    provider.client_id = "renamed"
    with pytest.raises(ServerRefused, match=r"accounts\.oauth\.client_id"):
        grant.access_token(ACCOUNT, oauth)


@pytest.mark.parametrize("in_body", [False, True])
def test_a_client_with_a_secret_proves_itself(
    oauth_authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_body: bool
) -> None:
    """In the header or in the form, as the provider says; without it nothing is given."""
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "per cent % and : colon")
    with OidcProvider(oauth_authority, client_secret="per cent % and : colon") as provider:
        if in_body:
            provider.behaviour.takes_secret = ["client_secret_post"]
        oauth = provider.oauth_in_file(tmp_path / "tokens.json")
        signed_in(provider, oauth)
        with pytest.raises(ServerRefused, match=r"accounts\.oauth\.client_secret"):
            grant.access_token(ACCOUNT, oauth)
        secret = PasswordSource(PasswordKind.ENV, "OAUTH_CLIENT_SECRET")
        confidential = replace(oauth, client_secret=secret)
        assert grant.access_token(ACCOUNT, confidential)[0]
        request = provider.ledger.of("/token")[-1]
        assert ("client_secret" in request.fields) is in_body
        assert request.authorization.startswith("Basic ") is not in_body


def test_a_grant_is_given_back_and_forgotten(provider: OidcProvider, oauth: OAuth) -> None:
    """The provider has ended it, and nothing of it lies here."""
    pair = signed_in(provider, oauth)
    assert grant.revoke(ACCOUNT, oauth).state is Revoked.DONE
    assert provider.memory.is_revoked(pair.refresh)
    assert grant.forget(ACCOUNT, oauth)
    assert not grant.forget(ACCOUNT, oauth)
    assert grant.revoke(ACCOUNT, oauth).state is Revoked.NOTHING


def test_a_provider_that_takes_nothing_back_is_told_honestly(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """With what is left to do; the tokens are still there until they are forgotten."""
    provider.behaviour.has_revocation_endpoint = False
    signed_in(provider, oauth)
    told = grant.revoke(ACCOUNT, oauth)
    assert (told.state, "yourself" in told.why) == (Revoked.NOT_OFFERED, True)
    assert grant.is_signed_in(ACCOUNT, oauth)


def test_a_revocation_that_fails_is_told_and_raises_nothing(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """Whoever logs out goes on to forget the tokens."""
    signed_in(provider, oauth)
    for path, fault in (
        ("/revoke", Fault(status=503)),
        ("/.well-known/openid-configuration", Fault(closes=True)),
    ):
        provider.faults[path] = fault
        told = grant.revoke(ACCOUNT, oauth)
        assert told.state is Revoked.FAILED
        assert not provider.ledger.found_in(told.why)
    assert grant.forget(ACCOUNT, oauth)


def test_microsoft_and_yahoo_are_known_to_take_nothing_back(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """The message names the page where the user can do it, and nobody is asked."""
    for name in ("microsoft", "yahoo"):
        theirs = replace(oauth, provider=name)
        signed_in(provider, theirs)
        told = grant.revoke(ACCOUNT, theirs)
        assert told.state is Revoked.NOT_OFFERED
        assert BUILT_IN[name].account_page in told.why
    assert provider.ledger.requests == []
