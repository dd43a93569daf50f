"""The SMTP side, as far as it goes today: sign in, and leave without a word.

Nothing here can send: a message would need MAIL and RCPT, and neither is ever given. `check`
uses it to tell whether a configured server could be used later.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiosmtplib

from followupd.config import Security
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.client import tls_context

if TYPE_CHECKING:
    from followupd.config import Smtp
    from followupd.secrets import Secret

SECONDS = 15.0


async def sign_in(smtp: Smtp, secret: Secret) -> str:
    """Connect, protect the connection, sign in and quit (RFC 5321, RFC 4954).

    Returns:
        host and port, for words.

    Raises:
        ConnectionLost: there is no server, or its certificate is not valid for the host.
        ServerRefused: the server does not offer STARTTLS, or gives up.
        AuthenticationError: the login was refused.
    """
    where = f"{smtp.host}:{smtp.port}"
    protected = smtp.security is not Security.NONE
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        # Both said outright: left to itself it goes on in clear text without STARTTLS.
        use_tls=smtp.security is Security.TLS,
        start_tls=smtp.security is Security.STARTTLS,
        tls_context=tls_context(smtp.ca_file) if protected else None,
        timeout=SECONDS,
    )
    try:
        await _connect(client, where)
        await client.login(smtp.username, secret.reveal())
        await client.quit()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise AuthenticationError(
            f"{where} refused the login (user {smtp.username}): {error.code}; check smtp.username "
            "and smtp.password"
        ) from None
    except (aiosmtplib.SMTPException, TimeoutError) as error:
        raise ServerRefused(f"{where}: signing in failed ({type(error).__name__})") from None
    finally:
        client.close()
        # A transport whose handshake failed is closed some turns of the loop later only.
        await asyncio.sleep(0.1)
    return where


async def _connect(client: aiosmtplib.SMTP, where: str) -> None:
    try:
        await client.connect()
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError) as error:
        reason = error.__cause__ or error
        raise ConnectionLost(f"{where}: cannot connect ({reason})", reached=False) from None
    except aiosmtplib.SMTPException as error:
        raise ServerRefused(f"{where} offers no protected connection: {error}") from None
