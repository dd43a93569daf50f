"""A new grant is lived with only where it can be renewed and opens the mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from followupd.config import OAuth, PasswordKind, PasswordSource
from followupd.errors import AuthenticationError, ServerRefused
from followupd.oauth.new_grant import tokens_of
from followupd.oauth.provider import GOOGLE, MICROSOFT, Provider
from followupd.oauth.tokens import TokenAnswer, Tokens

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OAUTH = OAuth("google", "client", None, PasswordSource(PasswordKind.KEYRING, ""))


def _given(provider: Provider, *scopes: str, refresh: str | None = "rrr") -> Tokens:
    answer = TokenAnswer("aaa", refresh, timedelta(hours=1), scopes or None)
    return tokens_of(OAUTH, provider, answer, NOON)


def test_a_grant_for_what_was_asked_is_taken() -> None:
    """Whether the provider repeats the scopes or not; offline_access it often leaves out."""
    assert _given(GOOGLE).scopes == GOOGLE.scopes
    assert _given(GOOGLE, "https://mail.google.com/", "openid").access == "aaa"
    assert _given(MICROSOFT, "https://outlook.office.com/IMAP.AccessAsUser.All").refresh == "rrr"


def test_the_host_before_a_scope_of_microsoft_may_differ() -> None:
    """What is granted is the same."""
    assert _given(MICROSOFT, "https://outlook.office365.com/IMAP.AccessAsUser.All").access


@pytest.mark.parametrize("scopes", [("openid",), ("https://www.googleapis.com/auth/userinfo",)])
def test_a_grant_without_access_to_mail_is_told_at_once(scopes: tuple[str, ...]) -> None:
    """At Google the user may leave the box for mail unticked."""
    with pytest.raises(AuthenticationError, match="tick the box for mail"):
        _given(GOOGLE, *scopes)


def test_a_grant_that_cannot_be_renewed_is_told_at_once() -> None:
    """Not an hour later, when nobody looks."""
    with pytest.raises(ServerRefused, match="offline_access"):
        _given(GOOGLE, refresh=None)
