"""A connection to an SMTP server that is protected and signed in, or none at all.

A password, a token and a message leave this machine only through TLS with a verified
certificate; in clear text they go to loopback and nowhere else. STARTTLS that is not offered is
an error, not a reason to go on without.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import aiosmtplib

from followupd import reaching, sasl
from followupd.config import OAuth
from followupd.errors import AuthenticationError, ConnectionLost, FollowupdError, ServerRefused
from followupd.smtp_connecting import (
    BROKEN,
    TEMPORARY,
    connected_to,
    greet,
    raise_if_unavailable,
)
from followupd.tls import certificate_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from followupd.config import Smtp
    from followupd.secrets import Secret

__all__ = [
    "BROKEN",
    "Offer",
    "Reply",
    "files_own_copy",
    "offered",
    "raise_lost",
    "reason",
    "signed_in",
]

_GO_ON = 334
_MOST_DIGITS = 19
_WELCOME = 235
_UNKNOWN_WAY = frozenset({500, 502, 504})  # RFC 4954, section 4, and RFC 5321, section 4.2.4

_MOST_LINE = 512
"""A command line with what goes along may have so many octets (RFC 5321, section 4.5.3.1.4); a
longer token waits until it is asked for (RFC 4954, section 4)."""


_FILE_THEIR_OWN = frozenset(
    {"smtp.gmail.com", "smtp.googlemail.com"}
    | {"smtp-mail.outlook.com", "smtp.outlook.com", "smtp.live.com"}
    | {"smtp.office365.com", "outlook.office365.com", "smtp.office365.us"}
    | {"smtp.partner.outlook.cn"}
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a message: what the server answered, or why it was not even asked.

    Attributes:
        code: the reply code (RFC 5321, section 4.2); 0 where nothing was sent since the server
            lacks what the message needs.
        words: its text, cleaned; for a message to others a sentence that names the server, and
            the addresses it is about.
    """

    code: int
    words: str

    @property
    def is_accepted(self) -> bool:
        """Whether the server has taken the message, and will deliver it."""
        return 200 <= self.code < 300  # noqa: PLR2004 - RFC 5321, section 4.2.1

    @property
    def is_temporary(self) -> bool:
        """Whether the refusal is for now only."""
        return self.code in TEMPORARY


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server shows of itself before anybody signs in.

    Attributes:
        keywords: of its answer to EHLO over the protected connection, in upper case.
        mechanisms: of SASL, in upper case.
        tls_version: such as `TLSv1.3`; "" without TLS.
        certificate: what it says; None without TLS.
        largest: the largest message that it takes, in octets; 0 where it does not say (RFC 1870).
    """

    keywords: frozenset[str]
    mechanisms: frozenset[str]
    tls_version: str
    certificate: reaching.Certificate | None
    largest: int


async def offered(smtp: Smtp, seconds: float | None = None) -> Offer:
    """Connect, protect the connection, ask what there is, and quit; nobody is signed in.

    Args:
        smtp: neither user name nor password is looked at.
        seconds: how long the server may take for each step; None: as long as for a message's
            commands.

    Raises:
        ConnectionLost, ServerRefused, AuthenticationError, ConfigError: as `signed_in`.
    """
    async with connected_to(smtp, seconds) as client:
        await greet(client, smtp)
        seen = client.get_transport_info("ssl_object")
        offer = Offer(
            frozenset(each.upper() for each in client.esmtp_extensions),
            frozenset(each.upper() for each in client.server_auth_methods),
            (seen.version() or "") if seen is not None else "",
            certificate_of(seen.getpeercert()) if seen is not None else None,
            _largest(client.esmtp_extensions.get("size", "").strip()),
        )
        with suppress(*BROKEN):
            await client.quit()
        return offer


def _largest(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _MOST_DIGITS else 0


@asynccontextmanager
async def signed_in(smtp: Smtp, secret: Secret) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is protected and signed in, and surely closed at the end.

    Args:
        smtp: where and how; what `password` is tells whether the secret is a token.
        secret: the password, or an access token.

    Raises:
        ConnectionLost: there is no server, it closed the connection, it is not available for now
            (a code from 400 to 499), or its certificate is not valid for the host.
        ServerRefused: it does not offer STARTTLS, or gives up.
        AuthenticationError: the login was refused, or would not be safe.
        ConfigError: `ca_file` cannot be used.
    """
    async with connected_to(smtp) as client:
        if isinstance(smtp.password, OAuth):
            await _show_token(client, smtp, secret.reveal())
        else:
            await _login(client, smtp, secret.reveal())
        yield client


async def _login(client: aiosmtplib.SMTP, smtp: Smtp, password: str) -> None:
    plain = f"\0{smtp.username}\0{password}"
    forms = (password, *(b64encode(each.encode()).decode() for each in (password, plain)))
    try:
        await greet(client, smtp)
        await _show_password(client, smtp, password)
    except FollowupdError:
        raise
    except aiosmtplib.SMTPAuthenticationError as error:
        _raise_if_not_now(smtp, error.code)
        raise AuthenticationError(
            f"{reaching.where(smtp)} refused the login of {smtp.username}: "
            f"{_said(error.code, error.message, *forms)}; check smtp.username and smtp.password"
            f"{sasl.or_by_token(client.server_auth_methods)}"
        ) from None
    except (aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
        raise_lost(smtp, error)
    except aiosmtplib.SMTPException as error:
        raise_if_unavailable(reaching.where(smtp), error)
        raise ServerRefused(
            f"{reaching.where(smtp)}: signing in failed ({type(error).__name__})"
        ) from None


async def _show_password(client: aiosmtplib.SMTP, smtp: Smtp, password: str) -> None:
    """Show it once: aiosmtplib's own way goes through all mechanisms, and could lock the account.

    Another mechanism is tried only where the server does not know the one that it offers.
    """
    ways = {
        "plain": client.auth_plain,
        "login": client.auth_login,
        "cram-md5": client.auth_crammd5,
    }
    offered = [way for name, way in ways.items() if name in client.server_auth_methods]
    if not offered:
        raise ServerRefused(
            f"{reaching.where(smtp)} offers no way to sign in with a password; check smtp.host and "
            "smtp.port (465 for TLS, 587 for STARTTLS as a rule)"
            f"{sasl.or_by_token(client.server_auth_methods)}"
        )
    for way in offered:
        try:
            await way(smtp.username, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code not in _UNKNOWN_WAY or way is offered[-1]:
                raise
        else:
            return


async def _show_token(client: aiosmtplib.SMTP, smtp: Smtp, token: str) -> None:
    """Sign in with an access token (RFC 7628, RFC 4954)."""
    at = reaching.where(smtp)
    try:
        await greet(client, smtp)
        talk = sasl.begun(smtp, client.server_auth_methods, token, where=at, key="smtp")
        code, message = await _shown(client, talk)
    except FollowupdError:
        raise
    except (*BROKEN, ValueError) as error:
        raise_lost(smtp, error)
    if code == _WELCOME:
        return
    _raise_if_not_now(smtp, code)
    said = _said(code, message, *talk.secrets)
    if talk.refusal is not None and talk.refusal.is_temporary:
        raise ConnectionLost(f"{at} takes no login for now: {said} ({talk.refusal})")
    raise AuthenticationError(sasl.not_taken(at, smtp.username, said, talk.refusal, "SMTP"))


async def _shown(client: aiosmtplib.SMTP, talk: sasl.Conversation) -> tuple[int, str]:
    """Hand the token over; returns the server's last word."""
    command = (b"AUTH", talk.mechanism.value.encode())
    encoded = b64encode(talk.first)
    if len(b" ".join((*command, encoded))) + len("\r\n") <= _MOST_LINE:
        talk.respond(b"")
        answer = await client.execute_command(*command, encoded)
    else:
        answer = await client.execute_command(*command)
    while answer.code == _GO_ON:
        response = talk.respond(sasl.decoded(answer.message))
        answer = await client.execute_command(b"*" if response is None else b64encode(response))
    return answer.code, answer.message


def _raise_if_not_now(smtp: Smtp, code: int) -> None:
    if code in TEMPORARY:
        raise ServerRefused(f"{reaching.where(smtp)} takes no login for now: {code}") from None


def _said(code: int, message: str, *secrets: str) -> str:
    """The server's words without the secret: some repeat the line they did not understand."""
    return f"{code} {sasl.said(message, *secrets)}".strip()


def reason(error: Exception) -> str:
    """Why there was no answer, for words."""
    if isinstance(error, (aiosmtplib.SMTPTimeoutError, TimeoutError)):
        return "no answer in time"
    if isinstance(error, (aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        return "the server closed the connection"
    return type(error).__name__


def raise_lost(smtp: Smtp, error: Exception) -> NoReturn:
    """Tell that the connection broke before any message was handed over.

    Raises:
        ConnectionLost: always.
    """
    raise ConnectionLost(
        f"{reaching.where(smtp)}: the connection broke ({reason(error)})"
    ) from None


def files_own_copy(host: str) -> bool:
    """Whether the provider itself files what is sent through it, so that no copy is to be added.

    Gmail does (support.google.com/mail/answer/78892; WildDuck's page "Gmail sending" has the
    details), so do Outlook.com and Office 365 (MicrosoftDocs/OfficeDocs-Exchange, issue 1701;
    chatmail/provider-db, issue 258). Their relays, such as smtp-relay.gmail.com, do not.

    Args:
        host: of the SMTP server, as configured. Where the mailbox lies tells nothing: who keeps it
            at Gmail and sends by another server has no copy there.
    """
    return host.strip().rstrip(".").casefold() in _FILE_THEIR_OWN
