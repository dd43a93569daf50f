"""What a provider's answer means. Pure: a status and bytes in, a value or an error out.

The answers are read here and not by oauthlib, which takes a form for a token where the answer is
not JSON, follows variables of the environment, and raises a warning where other scopes were
granted. Nothing of the answer's own words gets into an error but a known error code: the words
may repeat what was sent.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    GrantRevoked,
    ServerRefused,
)
from followupd.oauth.tokens import TokenAnswer, is_token, lifetime

if TYPE_CHECKING:
    from followupd.oauth.web import Reply

_AWAY: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
# RFC 6749, section 5.2; the last three are OpenID Connect's, and Microsoft's at this endpoint.
_SIGN_IN_AGAIN: Final = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_CLIENT: Final = frozenset({"invalid_client", "unauthorized_client"})
_SCOPE: Final = frozenset({"invalid_scope", "invalid_target"})
# `authorization_declined` is Microsoft's word for `access_denied` (learn.microsoft.com/entra/
# identity-platform/v2-oauth2-device-code, "Expected errors").
_DENIED: Final = frozenset({"access_denied", "authorization_declined"})
_DEVICE: Final = _DENIED | {"authorization_pending", "expired_token"}
_OTHER: Final = frozenset({"invalid_request", "unsupported_grant_type", "unsupported_token_type"})
_KNOWN: Final = _AWAY | _SIGN_IN_AGAIN | _CLIENT | _SCOPE | _DEVICE | _OTHER

_TRY_AGAIN_LATER: Final = frozenset({408, 425, 429})
_REDIRECTS: Final = range(300, 400)
_FROM_SERVER_ERROR: Final = 500

# Microsoft numbers its reasons: learn.microsoft.com/entra/identity-platform/reference-error-codes
_NUMBER: Final = re.compile(r"\bAADSTS\d{4,9}\b")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the provider gave in the proper form.

    Attributes:
        code: one of those known, else "".
        number: Microsoft's number of the reason, such as `AADSTS700016`, else "".
    """

    code: str
    number: str = ""

    def __str__(self) -> str:
        """For the middle of a sentence."""
        named = self.code or "an error of its own"
        return f"{named}, {self.number}" if self.number else named

    @property
    def ends_grant(self) -> bool:
        """Whether the refresh token is refused for good."""
        return self.code in _SIGN_IN_AGAIN


def fields_of(reply: Reply, where: str) -> dict[str, Any] | Refusal:
    """The fields of an answer in JSON, or the error in it.

    Args:
        reply: the answer.
        where: who gave it, for words.

    Raises:
        ConnectionLost: the provider is away for now, or what it says makes no sense.
        ServerRefused: there is nothing of the kind at this address.
    """
    if reply.status in _TRY_AGAIN_LATER or reply.status >= _FROM_SERVER_ERROR:
        raise ConnectionLost(f"{where} is not available for now (HTTP status {reply.status})")
    if reply.status in _REDIRECTS:
        raise ServerRefused(
            f"{where} sends to another address (HTTP status {reply.status}), which is not "
            "followed with a secret; check accounts.oauth.provider"
        )
    found = _object(reply.body)
    if found is not None and "error" in found:
        return _refusal(found)
    if reply.status != 200:  # noqa: PLR2004 - RFC 6749, section 5.1
        raise ServerRefused(
            f"{where} refused the request without a reason (HTTP status {reply.status}); check "
            "accounts.oauth.provider"
        )
    if found is None:
        raise ConnectionLost(f"{where} gave an answer that makes no sense: it is no JSON object")
    return found


def tokens_in(reply: Reply, where: str) -> TokenAnswer | Refusal:
    """What a token endpoint answered (RFC 6749, sections 5.1 and 5.2).

    Args:
        reply: the answer.
        where: who gave it, for words.

    Raises:
        ConnectionLost, ServerRefused: as `fields_of`.
    """
    found = fields_of(reply, where)
    if isinstance(found, Refusal):
        if found.code in _AWAY - {"slow_down"}:
            raise ConnectionLost(f"{where} is not available for now ({found})")
        return found
    kind = found.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.casefold() != "bearer":
        raise ServerRefused(f"{where} gave a token of a kind that mail servers do not take")
    access, refresh = found.get("access_token"), found.get("refresh_token")
    if not isinstance(access, str) or not is_token(access):
        raise ConnectionLost(f"{where} gave an answer that makes no sense: no access token in it")
    if refresh in (None, ""):
        refresh = None
    elif not isinstance(refresh, str) or not is_token(refresh):
        raise ConnectionLost(f"{where} gave an answer that makes no sense: its refresh token")
    scope = found.get("scope")
    scopes = tuple(scope.split()) if isinstance(scope, str) and scope.strip() else None
    return TokenAnswer(access, refresh, lifetime(found.get("expires_in")), scopes)


def error_of(refusal: Refusal, where: str, account: str) -> FollowupdError:
    """What to tell of an error that a token or device endpoint gave.

    Args:
        refusal: the error.
        where: who gave it, for words.
        account: the account's name.
    """
    if refusal.code in _AWAY:
        return ConnectionLost(f"{where} is not available for now ({refusal})")
    if refusal.ends_grant:
        return must_sign_in(account, f"{where} no longer accepts the sign-in ({refusal})")
    if refusal.code in _DENIED:
        return AuthenticationError(f"{where}: the sign-in was refused there; nothing was changed")
    if refusal.code == "expired_token":
        return AuthenticationError(
            f"{where}: the code was not entered in time; run `followupd login {account}` again"
        )
    return ServerRefused(f"{where} {_refused(refusal)}")


def _refused(refusal: Refusal) -> str:
    if refusal.code in _CLIENT:
        return (
            f"does not know this client ({refusal}); check accounts.oauth.client_id and "
            "accounts.oauth.client_secret"
        )
    if refusal.code in _SCOPE:
        return (
            f"does not give what was asked for ({refusal}); check accounts.oauth.scopes and what "
            "the client is registered for"
        )
    return (
        f"refused the request ({refusal}); check accounts.oauth.client_id and how the client is "
        "registered there"
    )


def must_sign_in(account: str, why: str) -> GrantRevoked:
    """What to tell when only the user can help.

    Args:
        account: the account's name.
        why: a sentence without its end.
    """
    return GrantRevoked(
        f"{why}; no mail of {account} is read until you sign in: run `followupd login {account}`"
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refusal(found: dict[str, Any]) -> Refusal:
    code, description = found.get("error"), found.get("error_description")
    number = _NUMBER.search(description[:2000]) if isinstance(description, str) else None
    known = code if isinstance(code, str) and code in _KNOWN else ""
    return Refusal(known, number.group() if number else "")
