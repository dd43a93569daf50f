"""The SMTP side: sign in, and send the user a message to their own address.

Nothing here can send to anybody else: no function takes a recipient. The address is the account's
own, in the envelope's sender as well as its one recipient. What followupd writes to other people
it lays into Drafts, and the user sends it.

A password and a message leave this machine only through TLS with a verified certificate; in clear
text they go to loopback and nowhere else. STARTTLS that is not offered is an error, not a reason
to go on without.
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiosmtplib

from followupd.config import Security
from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    OutcomeUnknown,
    ServerRefused,
)
from followupd.mailbox.client import tls_context
from followupd.mailbox.responses import words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from followupd.config import Account, Smtp
    from followupd.secrets import Secret

SECONDS = 15.0

DATA_SECONDS = 120.0
"""How long a server may look at a message before it answers; many scan it first (RFC 5321,
section 4.5.3.2.6, allows for more)."""

_NAME = "[127.0.0.1]"
"""What is said in EHLO: the machine's own name is nobody's business, and finding it may take
seconds (RFC 5321, section 4.1.3)."""

_TEMPORARY = range(400, 500)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered to a message.

    Attributes:
        code: the reply code (RFC 5321, section 4.2).
        words: its text, cleaned.
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


async def sign_in(smtp: Smtp, secret: Secret) -> str:
    """Connect, protect the connection, sign in and quit (RFC 5321, RFC 4954).

    Returns:
        host and port, for words.

    Raises:
        ConnectionLost: there is no server, or its certificate is not valid for the host.
        ServerRefused: the server does not offer STARTTLS, or gives up.
        AuthenticationError: the login was refused, or would not be safe.
    """
    async with _signed_in(smtp, secret) as client:
        with suppress(aiosmtplib.SMTPException, TimeoutError, OSError):
            await client.quit()
    return _where(smtp)


async def send_to_self(
    account: Account,
    secret: Secret,
    raw: bytes,
    handing_over: Callable[[], None],
    *,
    data_seconds: float = DATA_SECONDS,
) -> Reply:
    """Send a message from an account's own address to the same.

    Args:
        account: one with SMTP; whose address.
        secret: its password.
        raw: the message, ASCII, CRLF line ends.
        handing_over: called right before the message itself is sent: what is raised before was
            surely not delivered.
        data_seconds: how long the server may take to answer then.

    Returns:
        what the server said, be it yes or no; it is surely not delivered after a no.

    Raises:
        ConnectionLost, ServerRefused, AuthenticationError: as `sign_in`; nothing was sent.
        OutcomeUnknown: the message was sent, and no answer came.
    """
    smtp = account.smtp
    if smtp is None:
        raise ServerRefused(
            f"the account {account.name} has no [accounts.smtp], so nothing can be sent from it"
        )
    async with _signed_in(smtp, secret) as client:
        try:
            await client.mail(account.address)
            await client.rcpt(account.address)
        except aiosmtplib.SMTPResponseException as error:
            return Reply(error.code, words(error.message))
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            raise ConnectionLost(
                f"{_where(smtp)}: the connection broke ({_reason(error)})"
            ) from None
        handing_over()
        try:
            response = await client.data(raw, timeout=data_seconds)
        except aiosmtplib.SMTPResponseException as error:
            return Reply(error.code, words(error.message))
        except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
            raise OutcomeUnknown(
                f"{_where(smtp)}: the message was sent and no answer came ({_reason(error)}); it "
                "may or may not be delivered"
            ) from None
        with suppress(aiosmtplib.SMTPException, TimeoutError, OSError):
            await client.quit()
        return Reply(response.code, words(response.message))


@asynccontextmanager
async def _signed_in(smtp: Smtp, secret: Secret) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is protected and signed in, and surely closed at the end."""
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
    where = _where(smtp)
    try:
        await client.connect()
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError) as error:
        reason = error.__cause__ or error
        raise ConnectionLost(f"{where}: cannot connect ({reason})", reached=False) from None
    except aiosmtplib.SMTPException as error:
        raise ServerRefused(f"{where} offers no protected connection: {error}") from None
    if smtp.security is Security.NONE and not _is_loopback(client):
        raise AuthenticationError(
            f"{where}: no password is sent in clear text except to this machine; "
            'set smtp.security = "tls" or "starttls"'
        )


async def _login(client: aiosmtplib.SMTP, smtp: Smtp, secret: Secret) -> None:
    where = _where(smtp)
    try:
        await client.login(smtp.username, secret.reveal())
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code in _TEMPORARY:
            raise ServerRefused(f"{where} takes no login for now: {error.code}") from None
        raise AuthenticationError(
            f"{where} refused the login (user {smtp.username}): {error.code}; check smtp.username "
            "and smtp.password"
        ) from None
    except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
        raise ServerRefused(f"{where}: signing in failed ({type(error).__name__})") from None


def _where(smtp: Smtp) -> str:
    return f"{smtp.host}:{smtp.port}"


def _is_loopback(client: aiosmtplib.SMTP) -> bool:
    try:
        peer = str(client.get_transport_info("peername")[0])
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except (aiosmtplib.SMTPException, OSError, ValueError, TypeError, LookupError):
        return False


def _reason(error: Exception) -> str:
    if isinstance(error, (aiosmtplib.SMTPTimeoutError, TimeoutError)):
        return "no answer in time"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "the server closed the connection"
    return type(error).__name__
