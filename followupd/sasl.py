"""Signing in with an access token: what is said to a mail server, and what it says to a refusal.

Two mechanisms of SASL carry a token: OAUTHBEARER (RFC 7628) and Google's older XOAUTH2
(developers.google.com/gmail/imap/xoauth2-protocol), which Microsoft and others speak as well.
Both are the same for IMAP and SMTP, so both are here. Nothing here touches a network, and what
goes into an error is first cleared of the token: servers repeat what they did not understand.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from followupd.errors import AuthenticationError
from followupd.mailbox.responses import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.config.settings import Imap, Smtp

_SEPARATOR = "\x01"
# RFC 6750, section 2.1: what an access token is made of.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_LARGEST = 16_384
_DUMMY_TURN = 2
_MOST_SAID = 16_384  # more than a repeated token, so that it is not cut into view
# A piece of a secret this long is no accident.
_TELLING = 8


class Mechanism(StrEnum):
    """How a token is handed over, the better one first."""

    OAUTHBEARER = "OAUTHBEARER"
    XOAUTH2 = "XOAUTH2"


def preferred(offered: Iterable[str]) -> Mechanism | None:
    """The mechanism to use with a server; None: it takes no tokens.

    Args:
        offered: the SASL mechanisms it names, in any case.
    """
    names = {each.upper() for each in offered}
    return next((each for each in Mechanism if each.value in names), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server says about a token that it does not take (RFC 7628, section 3.2.2).

    Attributes:
        status: `invalid_token`, `insufficient_scope`, or a number of HTTP's, such as `401`.
        scope: what a token would have to be good for; "" where it does not say.
    """

    status: str
    scope: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether the trouble is the server's own (HTTP 5xx and 429, RFC 6749 section 4.1.2.1)."""
        ailing = self.status.startswith("5") and self.status.isdecimal()
        return ailing or self.status in ("429", "server_error", "temporarily_unavailable")

    def __str__(self) -> str:
        scope = f", it asks for the scope {self.scope}" if self.scope else ""
        return f"{self.status}{scope}"


def refusal(challenge: bytes, *secrets: str) -> Refusal | None:
    """Read the error that a server sends in place of its last word; None: it is none.

    Args:
        challenge: decoded from base64.
        secrets: what it may repeat and must not get into words, as for `masked`.
    """
    if not challenge or len(challenge) > _LARGEST:
        return None
    try:
        said: Any = json.loads(challenge)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or "status" not in said:
        return None
    status, scope = masked(str(said["status"]), *secrets), said.get("scope")
    wanted = words(masked(scope, *secrets)) if isinstance(scope, str) else ""
    return Refusal(words(status), wanted)


class Conversation:
    """One exchange of AUTHENTICATE or AUTH: our token, the server's error, our dummy answer.

    Attributes:
        mechanism: the one that is used.
        refusal: what the server said about the token, if it did.
    """

    def __init__(
        self, mechanism: Mechanism, username: str, token: str, *, host: str, port: int
    ) -> None:
        """Prepare to hand over `token` for the mailbox of `username`.

        Raises:
            ValueError: user name or token hold what would end the field they are sent in.
        """
        self.mechanism = mechanism
        self.refusal: Refusal | None = None
        self._first = first_response(mechanism, username, token, host=host, port=port)
        self._token = token
        self._turn = 0

    @property
    def first(self) -> bytes:
        """The token in its wrapping; not yet in base64."""
        return self._first

    @property
    def secrets(self) -> tuple[str, ...]:
        """In what forms the token goes over the wire, for `masked`."""
        return (self._token, b64encode(self._first).decode())

    def respond(self, challenge: bytes) -> bytes | None:
        """What to answer to a challenge, both not in base64; None: break the exchange off.

        A server that has an error to tell waits for an answer before its last word: an empty one
        with XOAUTH2, `^A` with OAUTHBEARER (RFC 7628, section 3.2.3).

        Raises:
            ValueError: the server goes on all the same.
        """
        self._turn += 1
        if self._turn == 1:
            return self._first
        self.refusal = self.refusal or refusal(challenge, *self.secrets)
        if self._turn == _DUMMY_TURN:
            return _SEPARATOR.encode() if self.mechanism is Mechanism.OAUTHBEARER else b""
        if self._turn > _DUMMY_TURN + 1:
            raise ValueError("the server does not end the exchange")
        return None


def first_response(
    mechanism: Mechanism, username: str, token: str, *, host: str, port: int
) -> bytes:
    """The client's first message, not in base64.

    Args:
        mechanism: which of the two.
        username: whose mailbox it is.
        token: the access token.
        host: of the server, as configured.
        port: likewise.

    Raises:
        ValueError: user name or token hold what would end the field they are sent in; the
            message does not repeat them.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("the access token holds characters that no token has (RFC 6750)")
    if any(each < " " or each == "\x7f" for each in username + host):
        raise ValueError("the user name holds a control character")
    bearer = f"auth=Bearer {token}"
    if mechanism is Mechanism.XOAUTH2:
        return _SEPARATOR.join((f"user={username}", bearer, "", "")).encode()
    # RFC 5801, section 4: a saslname.
    name = username.replace("=", "=3D").replace(",", "=2C")
    fields = (f"n,a={name},", f"host={host}", f"port={port}", bearer, "", "")
    return _SEPARATOR.join(fields).encode()


def decoded(challenge: str) -> bytes:
    """A server's challenge out of its base64; empty where it is none."""
    try:
        return b64decode(challenge.strip()[:_LARGEST], validate=True)
    except ValueError:
        return b""


def masked(text: str, *secrets: str) -> str:
    """A server's words without secrets, even where it cut them: every piece becomes `…`.

    Args:
        text: as it came.
        secrets: in every form in which they were sent.
    """
    hidden = [False] * len(text)
    for secret in filter(None, secrets):
        size = min(_TELLING, len(secret))
        pieces = {secret[start : start + size] for start in range(len(secret) - size + 1)}
        for start in range(len(text) - size + 1):
            if text[start : start + size] in pieces:
                hidden[start : start + size] = [True] * size
    shown: list[str] = []
    for letter, is_hidden in zip(text, hidden, strict=True):
        if not is_hidden:
            shown.append(letter)
        elif not shown or shown[-1] != "…":
            shown.append("…")
    return "".join(shown)


def said(text: str, *secrets: str) -> str:
    """A server's words, bounded, for the middle of a sentence, without the secrets it may repeat.

    Args:
        text: as it came.
        secrets: in every form in which they were sent.
    """
    return words(masked(text[:_MOST_SAID], *secrets))


def begun(
    server: Imap | Smtp, offered: Iterable[str], token: str, *, where: str, key: str
) -> Conversation:
    """The conversation by which a server is shown a token.

    Args:
        server: which.
        offered: the mechanisms that it names.
        token: the access token.
        where: host and port, for words.
        key: `imap` or `smtp`.

    Raises:
        AuthenticationError: it takes no tokens, or this can be none.
    """
    mechanism = preferred(offered)
    if mechanism is None:
        raise AuthenticationError(takes_no_tokens(where, key))
    try:
        return Conversation(mechanism, server.username, token, host=server.host, port=server.port)
    except ValueError as error:
        raise AuthenticationError(
            f"{where}: {error}; sign in again with `followupd login`"
        ) from None


def takes_no_tokens(where: str, key: str) -> str:
    """The sentence for a server that offers neither mechanism.

    Args:
        where: host and port.
        key: `imap` or `smtp`.
    """
    return (
        f"{where} takes no access tokens: it offers neither OAUTHBEARER nor XOAUTH2; name a "
        f"password in {key}.password for it, or check {key}.host"
    )


def not_taken(where: str, username: str, said: str, why: Refusal | None, protocol: str) -> str:
    """The sentence for a token that was refused, with what usually is the reason.

    Args:
        where: host and port.
        username: whose mailbox was asked for.
        said: the server's words, cleared of the token.
        why: what it said about the token, if it did.
        protocol: `IMAP` or `SMTP`.
    """
    told = "; ".join(each for each in (said, str(why) if why else "") if each)
    usual = (
        f"either the grant belongs to another mailbox, or it does not cover {protocol}, or "
        f"{protocol} is switched off at the provider, or the access was withdrawn: look there"
    )
    if why is not None and why.status == "insufficient_scope":
        usual = f"the grant does not cover {protocol}: see accounts.oauth.scopes"
    return (
        f"{where} did not take the access token for {username}{f' ({told})' if told else ''}; "
        f"{usual}, then sign in again as this user with `followupd login`"
    )


def no_mailbox(where: str, username: str) -> str:
    """The sentence for a token that was taken, by a server that then has no mailbox for it.

    Args:
        where: host and port.
        username: whose mailbox was asked for.
    """
    return (
        f"{where} took the access token but opens no mailbox for {username}; either the grant "
        "belongs to another mailbox, or it does not cover IMAP, or IMAP is switched off at the "
        "provider: look there, then sign in again as this user with `followupd login`"
    )


def or_by_token(offered: Iterable[str]) -> str:
    """What to add where a password was refused by a server that takes tokens; "" where not.

    Large providers take tokens, and either no passwords any more or app passwords only.

    Args:
        offered: the SASL mechanisms it names, in any case.
    """
    if preferred(offered) is None:
        return ""
    return (
        "; this server takes access tokens as well: its provider may want an app password, or no "
        "password at all but a grant ([accounts.oauth])"
    )
