"""Reaching a server over a protected connection, or not at all.

TLS is verified, always; in clear text only loopback is talked to. STARTTLS that is not offered is
an error, not a reason to go on without. Signing in is in `signing_in`.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import imapclient

from followupd import reaching
from followupd.config.settings import Security
from followupd.errors import ConnectionLost, FollowupdError
from followupd.mailbox.faults import BROKEN, ImapError, is_refusal, reason
from followupd.mailbox.wire import NoGreeting, Timeouts, Wire
from followupd.tls import looking_context, names_of, tls_context

if TYPE_CHECKING:
    import ssl

    from followupd.config.settings import Imap

__all__ = ["Client", "tls_context"]


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """IMAPClient on our own wire.

    Attributes:
        mechanism: by which the user was signed in: `LOGIN`, a SASL mechanism, or "" for none.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, limits: Timeouts
    ) -> None:
        self._limits = limits
        self.mechanism = ""
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


def protected(
    imap: Imap, *, context: ssl.SSLContext | None = None, timeouts: Timeouts | None = None
) -> Client:
    """Connect and protect the connection, without signing in.

    Args:
        imap: where and how; neither user name nor password is looked at.
        context: from `tls_context`; made anew where it is None.
        timeouts: in seconds; the defaults of `Timeouts` where it is None.

    Raises:
        ConnectionLost: the server cannot be reached, or its certificate is not valid for it; the
            cause is the error of the socket or of TLS.
        ServerRefused: it does not offer STARTTLS.
        ConfigError: `ca_file` cannot be used.
    """
    limits = timeouts or Timeouts()
    if imap.security is not Security.NONE and context is None:
        context = tls_context(imap.ca_file)
    names = names_of(imap)
    for name in names:
        try:
            return _connected(imap, name, context, limits)
        except BROKEN as error:
            if isinstance(error, FollowupdError):
                raise
            if name is not names[-1] and reaching.is_of_another_name(error):
                continue
            raise reaching.unreachable(
                imap,
                error,
                now=datetime.now(UTC),
                presented=_presented(imap, limits) if reaching.is_worth_a_look(error) else None,
                is_silent=isinstance(error, NoGreeting),
            ) from error
    raise AssertionError("a server has a name")


def _connected(imap: Imap, host: str, context: ssl.SSLContext | None, limits: Timeouts) -> Client:
    """A connection that is as protected as it should be; errors come as they are."""
    direct = context if imap.security is Security.TLS else None
    client = Client(host, imap.port, direct, limits)
    try:
        if imap.security is Security.STARTTLS and context is not None:
            _start_tls(client, imap, context)
    except BaseException:
        client.wire.shutdown()
        raise
    return client


def _start_tls(client: Client, imap: Imap, context: ssl.SSLContext) -> None:
    if client.wire.state != "NONAUTH":
        raise reaching.takes_users_in_before_tls(imap)
    if "STARTTLS" not in client.wire.capabilities:
        raise reaching.no_starttls(imap)
    try:
        client.starttls(context)
    except ImapError as error:
        if not is_refusal(error):
            raise
        raise reaching.starttls_refused(imap, reason(error)) from None


def _presented(imap: Imap, limits: Timeouts) -> reaching.Certificate | None:
    """The server's certificate, to say what is wrong with it; None: it cannot be had."""
    with suppress(FollowupdError, *BROKEN):
        client = _connected(imap, imap.host, looking_context(imap.ca_file), limits)
        try:
            sock: Any = client.wire.sock
            return reaching.certificate_of(sock.getpeercert())
        finally:
            client.wire.shutdown()
    return None


def capabilities_of(client: Client, at: str) -> frozenset[str]:
    """What the server says it can do, in upper case.

    Raises:
        ConnectionLost: the connection broke.
    """
    try:
        return frozenset(each.decode("ascii", "replace") for each in client.capabilities())
    except BROKEN as error:
        raise ConnectionLost(
            f"{at}: the connection broke during CAPABILITY ({reason(error)})"
        ) from None
