"""Reaching an SMTP server, and protecting the connection, or not at all.

Nobody is signed in here, and nothing is sent. STARTTLS that is not offered is an error, not a
reason to go on without.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import aiosmtplib

from followupd import reaching
from followupd.config import Security
from followupd.config.accounts import is_loopback
from followupd.errors import ConnectionLost, FollowupdError, ServerRefused
from followupd.mailbox.responses import words
from followupd.tls import looking_context, names_of, tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from followupd.config import Smtp

SECONDS = 15.0
"""How long a server may take to answer anything but a message."""

BROKEN = (aiosmtplib.SMTPException, TimeoutError, OSError)
"""What aiosmtplib raises in place of an answer; `SMTPResponseException` among it is an answer."""

_NAME = "[127.0.0.1]"
"""What is said in EHLO: the machine's own name is nobody's business, and finding it may take
seconds (RFC 5321, section 4.1.3)."""

TEMPORARY: Final = range(400, 500)
"""Codes of a no that is for now only (RFC 5321, section 4.2.1)."""

_ERRNO = re.compile(r"\[Errno (\d+)\]")


@asynccontextmanager
async def connected_to(smtp: Smtp, seconds: float | None = None) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is as protected as it should be, and surely closed at the end.

    Args:
        smtp: where and how; neither user name nor password is looked at.
        seconds: how long the server may take for each step; None: `SECONDS`.

    Raises:
        ConnectionLost: there is no server, it closed the connection, it is not available for now
            (a code from 400 to 499), or its certificate is not valid for the host; the cause is
            the error of the socket or of TLS.
        ServerRefused: it does not offer STARTTLS, or speaks no SMTP.
        AuthenticationError: the connection would leave this machine in clear text.
        ConfigError: `ca_file` cannot be used.
    """
    client = await _reach(smtp, SECONDS if seconds is None else seconds)
    try:
        yield client
    finally:
        await _close(client)


async def _reach(smtp: Smtp, seconds: float) -> aiosmtplib.SMTP:
    names = names_of(smtp)
    for name in names:
        try:
            return await _connected(smtp, name, _strict, seconds)
        except FollowupdError:
            raise
        except (*BROKEN, UnicodeError) as error:
            cause = _plain(error)
            if name is not names[-1] and reaching.is_of_another_name(cause):
                continue
            _raise_if_answered(smtp, error)
            raise reaching.unreachable(
                smtp,
                cause,
                now=datetime.now(UTC),
                presented=await _presented(smtp, seconds)
                if reaching.is_worth_a_look(cause)
                else None,
                is_silent=isinstance(error.__cause__, aiosmtplib.SMTPTimeoutError),
            ) from cause
    raise AssertionError("a server has a name")


async def _connected(
    smtp: Smtp, host: str, context_of: Callable[[Path | None], ssl.SSLContext], seconds: float
) -> aiosmtplib.SMTP:
    """A connection that is as protected as it should be; errors come as they are."""
    is_protected = smtp.security is not Security.NONE
    client = aiosmtplib.SMTP(
        hostname=host,
        port=smtp.port,
        local_hostname=_NAME,
        # Both said outright: left to itself it goes on in clear text without STARTTLS.
        use_tls=smtp.security is Security.TLS,
        start_tls=False,
        tls_context=context_of(smtp.ca_file) if is_protected else None,
        timeout=seconds,
    )
    try:
        await client.connect()
        if smtp.security is Security.STARTTLS:
            await _start_tls(client, smtp)
        if not is_protected:
            _raise_if_elsewhere(client, smtp)
    except BaseException:
        await _close(client)
        raise
    return client


def _raise_if_elsewhere(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    if not _is_loopback(client):
        raise reaching.in_clear_text(smtp)


async def _start_tls(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    await greet(client, smtp)
    if not client.supports_extension("starttls"):
        raise reaching.no_starttls(smtp)
    try:
        await client.starttls()
    except aiosmtplib.SMTPResponseException as error:
        raise_if_unavailable(reaching.where(smtp), error)
        raise reaching.starttls_refused(smtp, f"{error.code} {words(error.message)}") from None


async def greet(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    """Say EHLO, and learn what the server can do.

    Raises:
        ConnectionLost: it is not available for now.
        ServerRefused: it does not know EHLO.
        aiosmtplib.SMTPServerDisconnected, TimeoutError: the connection broke.
    """
    try:
        await client.ehlo()
    except aiosmtplib.SMTPResponseException as error:
        raise_if_unavailable(reaching.where(smtp), error)
        raise ServerRefused(
            f"{reaching.where(smtp)} does not know EHLO ({error.code} {words(error.message)}), so "
            "it can neither protect a connection nor sign anybody in; check smtp.host and "
            "smtp.port"
        ) from None


async def _close(client: aiosmtplib.SMTP) -> None:
    client.close()
    # A transport whose handshake failed is closed some turns of the loop later only.
    await asyncio.sleep(0.1)


async def _presented(smtp: Smtp, seconds: float) -> reaching.Certificate | None:
    """The server's certificate, to say what is wrong with it; None: it cannot be had."""
    with suppress(FollowupdError, *BROKEN):
        client = await _connected(smtp, smtp.host, looking_context, seconds)
        try:
            return reaching.certificate_of(client.get_transport_info("peercert"))
        finally:
            await _close(client)
    return None


def _strict(ca_file: Path | None) -> ssl.SSLContext:
    return tls_context(ca_file, key="smtp.ca_file")


def _plain(error: Exception) -> Exception:
    """What aiosmtplib and asyncio have wrapped, as the socket or TLS would say it."""
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if isinstance(cause, aiosmtplib.SMTPTimeoutError):
        return TimeoutError()
    if isinstance(cause, ConnectionAbortedError) and "handshake" in str(cause):
        return TimeoutError()  # asyncio's word for it until Python 3.12
    if isinstance(cause, aiosmtplib.SMTPException):
        return ConnectionError("the server closed the connection")
    if isinstance(cause, OSError) and cause.errno is None:
        # Several addresses were tried; the last one was as good as any.
        numbers = _ERRNO.findall(str(cause))
        return OSError(int(numbers[-1]), "none of its addresses answers") if numbers else cause
    return cause


def _raise_if_answered(smtp: Smtp, error: Exception) -> None:
    """The server did answer, but not with what opens a conversation."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return
    at, said = reaching.where(smtp), words(error.message)
    raise_if_unavailable(at, error)
    if error.code < 0:
        raise ServerRefused(
            f"{at} speaks no SMTP ({said}); check smtp.host and smtp.port"
        ) from None
    raise ConnectionLost(
        f"{at} takes no connection from here: {error.code} {said}; check smtp.host and smtp.port"
    ) from None


def raise_if_unavailable(at: str, error: aiosmtplib.SMTPException) -> None:
    """Tell of an answer that is a no for now only.

    Raises:
        ConnectionLost: its code is one of 400 to 499.
    """
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code in TEMPORARY:
        said = words(error.message)
        raise ConnectionLost(f"{at} is not available for now: {error.code} {said}") from None


def _is_loopback(client: aiosmtplib.SMTP) -> bool:
    try:
        peer = str(client.get_transport_info("peername")[0])
    except (aiosmtplib.SMTPException, OSError, TypeError, LookupError):
        return False
    return is_loopback(peer.partition("%")[0])
