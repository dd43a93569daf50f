"""Reaching a server and signing in, or not at all.

A password leaves this machine only through TLS with a verified certificate; in clear text it
goes to loopback and nowhere else. STARTTLS that is not offered is an error, not a reason to go
on without.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from typing import TYPE_CHECKING, Any

import imapclient

from followupd.config.settings import Security
from followupd.errors import (
    AuthenticationError,
    ConfigError,
    ConnectionLost,
    Problem,
    ServerRefused,
)
from followupd.mailbox.faults import NONSENSE, ImapError, is_refusal, reason, unreachable
from followupd.mailbox.responses import words
from followupd.mailbox.wire import Timeouts, Wire

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config.settings import Imap

# RFC 5530: the server is busy, the password may well be right.
_BUSY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b|too many", re.IGNORECASE)


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that always verifies the server's certificate and name; TLS 1.2 or later.

    One context serves any number of connections; share it, it is large.

    Args:
        ca_file: a private certificate authority in PEM, trusted instead of the system's.

    Raises:
        ConfigError: the file cannot be read or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        what = f"{ca_file} is not a readable file of PEM certificates ({words(error)})"
        raise ConfigError([Problem("accounts[].imap.ca_file", what)]) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """IMAPClient on our own wire."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, limits: Timeouts
    ) -> None:
        self._limits = limits
        timeout = imapclient.SocketTimeout(limits.connect, limits.read)
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the name is imapclient's
        context = self.ssl_context if self.ssl else None
        return Wire(self.host, self.port, context=context, timeouts=self._limits)

    @property
    def wire(self) -> Wire:
        """The connection below."""
        wire: Wire = self._imap
        return wire

    def raw_search(self, arguments: list[bytes]) -> list[Any]:
        """UID SEARCH with arguments that are quoted already; literals where they are 8-bit."""
        lines: list[Any] = self._raw_command_untagged(b"SEARCH", arguments)
        return lines


def reach(
    imap: Imap, secret: str, *, context: ssl.SSLContext | None, timeouts: Timeouts | None
) -> tuple[Client, frozenset[str]]:
    """Connect, protect the connection and sign in; see `Connection.open`.

    Returns:
        The client, and what the server says it can do, in upper case.
    """
    where = f"{imap.host}:{imap.port}"
    if imap.security is not Security.NONE and context is None:
        context = tls_context(imap.ca_file)
    direct = context if imap.security is Security.TLS else None
    try:
        client = Client(imap.host, imap.port, direct, timeouts or Timeouts())
    except (OSError, ImapError, *NONSENSE) as error:
        raise unreachable(where, imap.host, error) from error
    try:
        if imap.security is Security.STARTTLS and context is not None:
            _start_tls(client, imap, where, context)
        _sign_in(client, imap, where, secret)
        return client, _capabilities(client, where)
    except BaseException:
        client.wire.shutdown()
        raise


def _start_tls(client: Client, imap: Imap, where: str, context: ssl.SSLContext) -> None:
    if client.wire.state != "NONAUTH":
        raise ServerRefused(f"{where} takes users in before STARTTLS; that is not safe")
    if "STARTTLS" not in client.wire.capabilities:
        raise ServerRefused(
            f"{where} does not offer STARTTLS, and nothing is sent in clear text; "
            'if the server speaks TLS from the start, set imap.security = "tls" and its port'
        )
    try:
        client.starttls(context)
    except (OSError, ImapError, *NONSENSE) as error:
        raise unreachable(where, imap.host, error) from error


def _sign_in(client: Client, imap: Imap, where: str, secret: str) -> None:
    if imap.security is Security.NONE and not _is_loopback(client):
        raise AuthenticationError(
            f"{where}: no password is sent in clear text except to this machine; "
            'set imap.security = "tls" or "starttls"'
        )
    if any(each in "\r\n\0" for each in imap.username + secret):
        raise AuthenticationError(
            f"{where}: the user name or the password holds a line break; check its source"
        )
    if client.wire.state == "AUTH":
        return
    try:
        _authenticate(client, where, imap.username, secret)
    except AuthenticationError:
        raise
    except ImapError as error:
        said = _said(error, secret)
        if not is_refusal(error) or _BUSY.search(said):
            raise ConnectionLost(f"{where}: LOGIN did not succeed for now ({said})") from None
        raise AuthenticationError(
            f"{where} refused the login of {imap.username}: {said}; check imap.username and "
            "imap.password"
        ) from None
    except (OSError, *NONSENSE) as error:
        raise ConnectionLost(
            f"{where}: the connection broke during LOGIN ({reason(error)})"
        ) from None


def _said(error: ImapError, secret: str) -> str:
    """The server's words without the secret: some repeat the line they did not understand."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    for form in (secret, _escaped(secret)):
        text = text.replace(form, "…") if form else text
    return words(text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _authenticate(client: Client, where: str, username: str, secret: str) -> None:
    offered = frozenset(str(each) for each in client.wire.capabilities)
    readable = (username + secret).isascii()
    # LOGIN takes ASCII only; SASL PLAIN takes UTF-8 (RFC 4616).
    if "AUTH=PLAIN" in offered and ("LOGINDISABLED" in offered or not readable):
        plain = f"\0{username}\0{secret}".encode()
        client.wire.authenticate("PLAIN", lambda _: plain)
    elif "LOGINDISABLED" in offered:
        raise AuthenticationError(f"{where} takes no password on this kind of connection")
    elif not readable:
        raise AuthenticationError(f"{where} takes no user name or password beyond ASCII")
    else:
        # Not IMAPClient.login: it calls a broken connection a refused login, too. imaplib
        # quotes the password but not the name.
        client.wire.login(f'"{_escaped(username)}"', secret)


def _capabilities(client: Client, where: str) -> frozenset[str]:
    try:
        return frozenset(each.decode("ascii", "replace") for each in client.capabilities())
    except (OSError, ImapError, *NONSENSE) as error:
        raise ConnectionLost(
            f"{where}: the connection broke during CAPABILITY ({reason(error)})"
        ) from None


def _is_loopback(client: Client) -> bool:
    try:
        peer = str(client.wire.sock.getpeername()[0])
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except (OSError, ValueError):
        return False
