"""What the test provider remembers: codes, grants and tokens.

No network here: requests come in as values. A refresh token belongs to a family, the grant it
came from; with reuse detection a token that was replaced ends its whole family when it comes
back, as RFC 9700, section 4.14.2 asks.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field

from tests.support.oidc_ledger import MARK, Issued, Ledger


@dataclass
class Behaviour:
    """How the provider keeps its tokens; may be changed at any time.

    Attributes:
        access_seconds: how long an access token really works.
        says_expires_in: what the answer says instead; any JSON value; `...` for the truth, None
            for no word about it.
        clock_ahead: seconds by which the provider's clock differs from this machine's; seen in
            `exp` and `iat` only.
        rotates: whether each use of a refresh token gives a new one in its place.
        detects_reuse: whether a replaced refresh token ends its whole family.
        keeps_previous: whether the replaced one goes on working until the new one was used, as
            providers do that reckon with lost answers.
        has_device_endpoint: whether there is a device flow.
        has_revocation_endpoint: whether tokens can be given back.
        device_seconds: how long a device code works.
        device_interval: what is said about how often to ask; None: nothing is said.
        device_first: errors to answer a waiting device with, before the truth.
        access_token_length: characters; real ones have up to 4,000.
        other_issuer: what the discovery document calls itself instead, or "".
        sends_iss: whether the redirect names the issuer (RFC 9207).
        takes_secret: what is said about how a client may prove itself, or None.
    """

    access_seconds: int = 3600
    says_expires_in: object = ...
    clock_ahead: int = 0
    rotates: bool = True
    detects_reuse: bool = True
    keeps_previous: bool = False
    has_device_endpoint: bool = True
    has_revocation_endpoint: bool = True
    device_seconds: int = 600
    device_interval: int | None = 1
    device_first: list[str] = field(default_factory=list)
    access_token_length: int = 43
    other_issuer: str = ""
    sends_iss: bool = True
    takes_secret: list[str] | None = None


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a grant gives.

    Attributes:
        user: whose mailbox it opens.
        access: the access token.
        refresh: the refresh token.
        expires_in: seconds.
        scope: as it was asked for.
    """

    user: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int
    scope: str


class Denied(Exception):  # noqa: N818 - named after what OAuth calls it
    """The request is refused; the error code of RFC 6749, section 5.2 or RFC 8628, section 3.5."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass
class _Family:
    user: str
    scope: str
    is_revoked: bool = False
    current: str = ""
    previous: str = ""


@dataclass
class _Access:
    family: _Family
    ends: float
    is_revoked: bool = False


@dataclass
class _Code:
    user: str
    scope: str
    redirect_uri: str
    challenge: str
    family: _Family | None = None


@dataclass
class _Device:
    user_code: str
    scope: str
    ends: float
    user: str = ""
    is_denied: bool = False


class Memory:
    """The provider's tables; every method may be called from any thread."""

    def __init__(self, behaviour: Behaviour, ledger: Ledger) -> None:
        self._behaviour = behaviour
        self._ledger = ledger
        self._lock = threading.RLock()
        self._families: dict[str, _Family] = {}
        self._access: dict[str, _Access] = {}
        self._codes: dict[str, _Code] = {}
        self._devices: dict[str, _Device] = {}
        self._every: list[_Family] = []

    def grant(self, user: str, scope: str) -> TokenPair:
        """A new grant of that user, without any page."""
        with self._lock:
            family = _Family(user, scope)
            self._every.append(family)
            return self._pair(family)

    def code(self, user: str, scope: str, redirect_uri: str, challenge: str) -> str:
        """An authorisation code, after the user said yes."""
        with self._lock:
            code = self._new(Issued.CODE)
            self._codes[code] = _Code(user, scope, redirect_uri, challenge)
            return code

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> TokenPair:
        """Tokens for a code, once; a second time ends what the first gave (RFC 6749, 4.1.2)."""
        with self._lock:
            if verifier:
                self._ledger.secrets.append((Issued.CODE_VERIFIER, verifier))
            found = self._codes.get(code)
            if found is None:
                raise Denied("invalid_grant")
            if found.family is not None:
                found.family.is_revoked = True
                raise Denied("invalid_grant")
            if found.redirect_uri != redirect_uri or found.challenge != challenge_of(verifier):
                raise Denied("invalid_grant")
            family = _Family(found.user, found.scope)
            self._every.append(family)
            found.family = family
            return self._pair(family)

    def refresh(self, token: str) -> TokenPair:
        """New tokens for a refresh token."""
        with self._lock:
            family = self._families.get(token)
            if family is None or family.is_revoked:
                raise Denied("invalid_grant")
            may_come_again = self._behaviour.keeps_previous and token == family.previous
            if token != family.current and not may_come_again:
                family.is_revoked = self._behaviour.detects_reuse
                raise Denied("invalid_grant")
            return self._pair(family, replaces=token)

    def start_device(self, scope: str) -> tuple[str, str]:
        """A device code and the code that the user types."""
        with self._lock:
            letters = "BCDFGHJKLMNPQRSTVWXZ"
            typed = "".join(secrets.choice(letters) for _ in range(8))
            user_code = f"{typed[:4]}-{typed[4:]}"
            code = self._new(Issued.DEVICE_CODE)
            ends = time.monotonic() + self._behaviour.device_seconds
            self._devices[code] = _Device(user_code, scope, ends)
            return code, user_code

    def decide_device(self, user_code: str, user: str, *, allow: bool) -> bool:
        """The user typed a code and decided; whether there is such a code."""
        typed = user_code.strip().upper().replace(" ", "")
        with self._lock:
            for device in self._devices.values():
                if typed in (device.user_code, device.user_code.replace("-", "")):
                    device.user, device.is_denied = (user, False) if allow else ("", True)
                    return True
            return False

    def poll_device(self, code: str) -> TokenPair:
        """Tokens for a device code, or why there are none yet."""
        with self._lock:
            device = self._devices.get(code)
            if self._behaviour.device_first:
                raise Denied(self._behaviour.device_first.pop(0))
            if device is None:
                raise Denied("invalid_grant")
            if time.monotonic() >= device.ends:
                raise Denied("expired_token")
            if device.is_denied:
                raise Denied("access_denied")
            if not device.user:
                raise Denied("authorization_pending")
            del self._devices[code]
            return self.grant(device.user, device.scope)

    def revoke(self, token: str) -> None:
        """Give a token back (RFC 7009): a refresh token with all of its grant."""
        with self._lock:
            if token in self._families:
                self._families[token].is_revoked = True
            if token in self._access:
                self._access[token].is_revoked = True

    def revoke_everything(self) -> None:
        """Each user took back each grant."""
        with self._lock:
            for family in self._every:
                family.is_revoked = True

    def forget(self, refresh: str) -> None:
        """Lose a refresh token, as a provider may whose database was restored."""
        with self._lock:
            del self._families[refresh]

    def end_access_tokens(self) -> None:
        """Every access token ends now; the grants stay."""
        with self._lock:
            for access in self._access.values():
                access.is_revoked = True

    def is_revoked(self, refresh: str) -> bool:
        """Whether the grant of a refresh token was ended."""
        with self._lock:
            return self._families[refresh].is_revoked

    def about(self, token: str) -> dict[str, object]:
        """What introspection says of an access token (RFC 7662)."""
        with self._lock:
            access = self._access.get(token)
            left = access.ends - time.monotonic() if access is not None else 0.0
            if access is None or access.is_revoked or access.family.is_revoked or left <= 0:
                return {"active": False}
            user = access.family.user
            return {
                "active": True,
                "username": user,
                "email": user,
                "sub": user,
                "scope": access.family.scope,
                "exp": int(time.time() + left) + self._behaviour.clock_ahead,
                "iat": int(time.time()) + self._behaviour.clock_ahead,
                "expires_in": max(1, int(left)),
            }

    def _pair(self, family: _Family, replaces: str = "") -> TokenPair:
        access = self._new(Issued.ACCESS_TOKEN, self._behaviour.access_token_length)
        self._access[access] = _Access(family, time.monotonic() + self._behaviour.access_seconds)
        if not replaces or self._behaviour.rotates:
            family.previous = replaces
            family.current = self._new(Issued.REFRESH_TOKEN)
            self._families[family.current] = family
        seconds = self._behaviour.access_seconds
        return TokenPair(family.user, access, family.current, seconds, family.scope)

    def _new(self, kind: Issued, length: int = 43) -> str:
        value = f"{MARK}{secrets.token_urlsafe(max(32, length))}"[: max(32, length)]
        self._ledger.secrets.append((kind, value))
        return value


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a code verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
