"""The tokens of one grant, and when it is time for new ones. Pure: no clock, no file, no network.

The end of an access token is counted on this machine's clock from the moment it was asked for,
so that a provider's clock may say what it likes. A refresh token that was replaced is kept until
its successor has worked once: should the successor be lost or refused, there is a way back.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

MARGIN: Final = timedelta(minutes=5)
"""An access token is replaced this long before its end, or at half of a short life."""

LONGEST: Final = timedelta(days=1)
"""No access token is believed to live longer; the longest known ones have 28 hours."""

UNSAID: Final = timedelta(minutes=30)
"""How long an access token is believed to live whose end is not told (RFC 6749, section 5.1)."""

_BACKWARDS: Final = timedelta(minutes=1)
_VERSION: Final = 1
_LONGEST_TOKEN: Final = 16_384


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a grant gave last.

    Attributes:
        access: the access token.
        refresh: what gets the next one.
        previous_refresh: the one before `refresh`, which has not been used yet; None: it has.
        obtained_at: when the access token was asked for, by this machine's clock; UTC.
        expires_at: its end, by the same clock; UTC.
        scopes: what was granted, as far as the provider tells.
        provider: as in the configuration.
        client_id: likewise. Tokens of another client are of no use.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    previous_refresh: str | None = field(repr=False)
    obtained_at: datetime
    expires_at: datetime
    scopes: tuple[str, ...]
    provider: str
    client_id: str


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A token endpoint's answer that gives tokens (RFC 6749, section 5.1).

    Attributes:
        access: the access token.
        refresh: the refresh token; None: there is none, or the last one goes on.
        lifetime: how long the access token works from the moment it was asked for.
        scopes: what was granted; None: what was asked for.
    """

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    lifetime: timedelta
    scopes: tuple[str, ...] | None


def is_due(tokens: Tokens, now: datetime) -> bool:
    """Whether a new access token is to be fetched before this one is used.

    Args:
        tokens: those there are.
        now: UTC. A clock that was set back behind the moment they were obtained makes them due:
            their end, counted on it, would be told too late.
    """
    lifetime = tokens.expires_at - tokens.obtained_at
    if now < tokens.obtained_at - _BACKWARDS:
        return True
    return now >= tokens.expires_at - min(MARGIN, lifetime / 2)


def lifetime(expires_in: object) -> timedelta:
    """How long an access token is taken to live.

    Args:
        expires_in: what the answer says: seconds, as a number or, with some providers, as digits.
            What makes no sense counts as unsaid, what is absurdly long is cut.
    """
    seconds = math.nan
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():
        seconds = float(expires_in[:12])
    elif isinstance(expires_in, int | float) and not isinstance(expires_in, bool):
        seconds = float(min(expires_in, LONGEST.total_seconds()))
    if not seconds >= 1:
        return UNSAID
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))


def granted(
    answer: TokenAnswer,
    *,
    asked_at: datetime,
    scopes: tuple[str, ...],
    provider: str,
    client_id: str,
) -> Tokens | None:
    """The tokens of a new grant; None: there is no refresh token among them.

    Args:
        answer: what the provider gave.
        asked_at: when the request was sent, UTC.
        scopes: what was asked for.
        provider: as in the configuration.
        client_id: likewise.
    """
    if answer.refresh is None:
        return None
    return Tokens(
        access=answer.access,
        refresh=answer.refresh,
        previous_refresh=None,
        obtained_at=asked_at,
        expires_at=asked_at + answer.lifetime,
        scopes=scopes if answer.scopes is None else answer.scopes,
        provider=provider,
        client_id=client_id,
    )


def renewed(tokens: Tokens, answer: TokenAnswer, *, used: str, asked_at: datetime) -> Tokens:
    """The tokens after a refresh.

    Args:
        tokens: those before.
        answer: what the provider gave.
        used: the refresh token it was given for. It has worked, so that what came before it is
            of no use any more; it is itself kept while its successor has not worked yet.
        asked_at: when the request was sent, UTC.
    """
    successor = answer.refresh or used
    return replace(
        tokens,
        access=answer.access,
        refresh=successor,
        previous_refresh=used if successor != used else None,
        obtained_at=asked_at,
        expires_at=asked_at + answer.lifetime,
        scopes=tokens.scopes if answer.scopes is None else answer.scopes,
    )


def is_token(value: object) -> bool:
    """Whether a value can be a token: visible ASCII (RFC 6749, appendix A.12), not too long.

    A blank or a line break in one could end the command that it is sent in.
    """
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_TOKEN
        and all("!" <= character <= "~" for character in value)
    )


def to_json(tokens: Tokens) -> str:
    """The tokens as they are kept."""
    return json.dumps(
        {
            "followupd_tokens": _VERSION,
            "provider": tokens.provider,
            "client_id": tokens.client_id,
            "scopes": list(tokens.scopes),
            "access_token": tokens.access,
            "obtained_at": tokens.obtained_at.isoformat(),
            "expires_at": tokens.expires_at.isoformat(),
            "refresh_token": tokens.refresh,
            "previous_refresh_token": tokens.previous_refresh,
        },
        indent=1,
    )


def from_json(text: str) -> Tokens | None:
    """The tokens that were kept; None: this is something else, or has been tampered with."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or set(found) != _KEYS:
        return None
    return _read(found) if found["followupd_tokens"] == _VERSION else None


_KEYS: Final = frozenset(
    {"followupd_tokens", "provider", "client_id", "scopes", "access_token", "obtained_at"}
    | {"expires_at", "refresh_token", "previous_refresh_token"}
)


def _read(found: dict[str, Any]) -> Tokens | None:
    access, refresh = found["access_token"], found["refresh_token"]
    previous = found["previous_refresh_token"]
    names = (found["provider"], found["client_id"])
    obtained_at, expires_at = _moment(found["obtained_at"]), _moment(found["expires_at"])
    if not (is_token(access) and is_token(refresh) and (previous is None or is_token(previous))):
        return None
    if not all(isinstance(name, str) for name in names) or not _are_texts(found["scopes"]):
        return None
    if obtained_at is None or expires_at is None or expires_at < obtained_at:
        return None
    scopes = tuple(found["scopes"])
    return Tokens(access, refresh, previous, obtained_at, expires_at, scopes, *names)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _moment(value: object) -> datetime | None:
    """A time with its offset, in UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
