"""Whether a new grant is one to live with: it can be renewed, and it opens the mailbox. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from followupd.errors import AuthenticationError, ServerRefused
from followupd.oauth import web
from followupd.oauth.tokens import granted

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.config.settings import OAuth
    from followupd.oauth.provider import Provider
    from followupd.oauth.tokens import TokenAnswer, Tokens

# Asked for besides the mailbox; providers often leave them out where they say what was granted.
_BESIDES: Final = frozenset({"offline_access", "openid", "email", "profile"})


def tokens_of(oauth: OAuth, provider: Provider, answer: TokenAnswer, asked_at: datetime) -> Tokens:
    """The tokens of a new grant, if it is one that can be lived with.

    Args:
        oauth: the configuration it was asked for with.
        provider: who gave it.
        answer: what it gave.
        asked_at: when it was asked, UTC.

    Raises:
        ServerRefused: it cannot be renewed.
        AuthenticationError: it does not open the mailbox.
    """
    place = web.where(provider.token)
    tokens = granted(
        answer,
        asked_at=asked_at,
        scopes=provider.scopes,
        provider=oauth.provider,
        client_id=oauth.client_id,
    )
    if tokens is None:
        raise ServerRefused(
            f"{place} gave no refresh token, so that the sign-in would end within the hour; check "
            "accounts.oauth.scopes (many providers want offline_access) and what the client is "
            "registered for"
        )
    if not _opens_mailbox(provider.scopes, tokens.scopes):
        raise AuthenticationError(
            f"{place} gave no access to mail; sign in again and tick the box for mail, if there "
            "is one, or check accounts.oauth.scopes"
        )
    return tokens


def _opens_mailbox(asked: tuple[str, ...], given: tuple[str, ...]) -> bool:
    """Whether any of what was asked for the mailbox was given; users may untick it at Google."""
    wanted = [_short(scope) for scope in asked if scope not in _BESIDES]
    return not wanted or any(_short(scope) in wanted for scope in given)


def _short(scope: str) -> str:
    # Microsoft may name another of its hosts than was asked for.
    return (scope.rstrip("/").rpartition("/")[2] or scope).casefold()
