"""A connection to an SMTP server that is protected and signed in, or none at all.

A password and a message leave this machine only through TLS with a verified certificate; in clear
text they go to loopback and nowhere else. STARTTLS that is not offered is an error, not a reason
to go on without.
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import aiosmtplib

from followupd.config import Security
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.client import tls_context
from followupd.mailbox.responses import words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from followupd.config import Smtp
    from followupd.secrets import Secret

SECONDS = 15.0
"""How long a server may take to answer anything but a message."""

BROKEN = (aiosmtplib.SMTPException, TimeoutError, OSError)
"""What aiosmtplib raises in place of an answer; `SMTPResponseException` among it is an answer."""

_NAME = "[127.0.0.1]"
"""What is said in EHLO: the machine's own name is nobody's business, and finding it may take
seconds (RFC 5321, section 4.1.3)."""

_TEMPORARY = range(400, 500)

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
        return self.code in _TEMPORARY


@asynccontextmanager
async def signed_in(smtp: Smtp, secret: Secret) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is protected and signed in, and surely closed at the end.

    Raises:
        ConnectionLost: there is no server, it closed the connection, it is not available for now
            (a code from 400 to 499), or its certificate is not valid for the host.
        ServerRefused: it does not offer STARTTLS, or gives up.
        AuthenticationError: the login was refused, or would not be safe.
    """
    protected = smtp.security is not Security.NONE
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        local_hostname=_NAME,
        # Both said outright: left to itself it goes on in clear text without STARTTLS.
        use_tls=smtp.security is Security.TLS,
        start_tls=smtp.security is Security.STARTTLS,
        tls_context=tls_context(smtp.ca_file) if protected else None,
        timeout=SECONDS,
    )
    try:
        await _connect(client, smtp)
        await _login(client, smtp, secret)
        yield client
    finally:
        client.close()
        # A transport whose handshake failed is closed some turns of the loop later only.
        await asyncio.sleep(0.1)


async def _connect(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    at = where(smtp)
    try:
        await client.connect()
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError) as error:
        reached = isinstance(error, aiosmtplib.SMTPConnectResponseError)
        cause = error.__cause__ or error
        raise ConnectionLost(f"{at}: cannot connect ({cause})", reached=reached) from None
    except aiosmtplib.SMTPException as error:
        _raise_if_unavailable(at, error)
        raise ServerRefused(f"{at} offers no protected connection: {error}") from None
    if smtp.security is Security.NONE and not _is_loopback(client):
        raise AuthenticationError(
            f"{at}: no password is sent in clear text except to this machine; "
            'set smtp.security = "tls" or "starttls"'
        )


async def _login(client: aiosmtplib.SMTP, smtp: Smtp, secret: Secret) -> None:
    at = where(smtp)
    try:
        await client.login(smtp.username, secret.reveal())
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code in _TEMPORARY:
            raise ServerRefused(f"{at} takes no login for now: {error.code}") from None
        raise AuthenticationError(
            f"{at} refused the login (user {smtp.username}): {error.code}; check smtp.username "
            "and smtp.password"
        ) from None
    except (aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
        raise_lost(smtp, error)
    except aiosmtplib.SMTPException as error:
        _raise_if_unavailable(at, error)
        raise ServerRefused(f"{at}: signing in failed ({type(error).__name__})") from None


def where(smtp: Smtp) -> str:
    """Host and port, for words."""
    return f"{smtp.host}:{smtp.port}"


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
    raise ConnectionLost(f"{where(smtp)}: the connection broke ({reason(error)})") from None


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


def _raise_if_unavailable(at: str, error: aiosmtplib.SMTPException) -> None:
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code in _TEMPORARY:
        said = words(error.message)
        raise ConnectionLost(f"{at} is not available for now: {error.code} {said}") from None


def _is_loopback(client: aiosmtplib.SMTP) -> bool:
    try:
        peer = str(client.get_transport_info("peername")[0])
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except (aiosmtplib.SMTPException, OSError, ValueError, TypeError, LookupError):
        return False
