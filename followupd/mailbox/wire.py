"""The socket under an IMAP connection, with a receive buffer of our own.

imaplib reads through a buffered file. In IDLE that hides news (data that arrived together
with `+ idling` makes no socket readable), loses the first half of a line that was cut in two
under TLS, and cannot tell "nothing yet" from "closed". imaplib offers `open`, `read`,
`readline`, `send` and `shutdown` to be overridden; with one buffer behind them, the same bytes
serve ordinary commands and IDLE, and nothing is hidden, lost or guessed.

Nothing that passes here is logged: it holds passwords and other people's mail.
"""

from __future__ import annotations

import imaplib
import re
import select
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

_CHUNK = 65_536
_MOST_LINE = 16_000_000  # a SEARCH answer with two million UIDs
_MOST_LITERAL = 64_000_000
_MOST_IDLE = 1_000_000  # what may come in unasked at one go
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}$")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds, before a connection counts as lost.

    Attributes:
        connect: for TCP, TLS and the greeting together with each of their steps.
        read: for each piece of an answer, and for sending.
    """

    connect: float = 10.0
    read: float = 30.0


class NoGreeting(TimeoutError):  # noqa: N818 - a condition of the server, as TimeoutError is
    """The server took the connection and then said nothing in time."""


class Wire(imaplib.IMAP4):
    """imaplib's protocol on our own buffer."""

    def __init__(
        self, host: str, port: int, *, context: ssl.SSLContext | None, timeouts: Timeouts
    ) -> None:
        self._context = context
        self._timeouts = timeouts
        self._received = bytearray()
        self.ended = False
        self._is_open = False
        try:
            super().__init__(host, port, timeout=timeouts.connect)
        except TimeoutError as error:
            if self._is_open:
                raise NoGreeting from error
            raise

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and speak TLS from the first octet when there is a context."""
        self.host = host
        self.port = port
        plain = socket.create_connection((host, port), timeout)
        try:
            _tune(plain)
            self.sock = self._wrapped(plain, self._context) if self._context else plain
            self._is_open = True
        except BaseException:
            plain.close()
            raise

    def starttls(
        self, ssl_context: ssl.SSLContext | None = None
    ) -> tuple[Literal["OK"], list[None]]:
        """Switch to TLS (RFC 3501 section 6.2.1).

        Raises:
            imaplib.IMAP4.abort: the server said more than its answer in clear text. Whoever
                is in between could have put it there to be taken for the server's later word.
        """
        if ssl_context is None:
            raise self.error("STARTTLS needs a context that verifies the server")
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error(f"STARTTLS failed: {data[-1]!r}")
        if self._received:
            raise self.abort("unencrypted data after STARTTLS")
        self.sock.settimeout(self._timeouts.connect)
        self.sock = self._wrapped(self.sock, ssl_context)
        self.sock.settimeout(self._timeouts.read)
        self._tls_established = True
        self._get_capabilities()
        return "OK", [None]

    def read(self, size: int) -> bytes:
        """Exactly `size` octets; fewer only at the end of the stream."""
        if size > _MOST_LITERAL:
            raise self.abort(f"the server announced a literal of {size} octets")
        while len(self._received) < size and self._receive():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        """One line with its CRLF, however many segments it came in."""
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > _MOST_LINE:
                raise self.abort("the server sent a line without an end")
            if not self._receive():
                return self._take(searched)
        return self._take(end + 1)

    def send(self, data: Any) -> None:
        """Send everything or raise OSError."""
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close the socket without a word."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def interrupt(self) -> None:
        """Make a read that blocks in another thread fail at once.

        Not `SSLSocket.shutdown`: that drops the TLS layer first, and what the other thread
        sends in that moment would leave in clear text.
        """
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    # What IDLE needs: the same buffer, without blocking.

    def pending(self) -> bool:
        """Whether there is something to read that the socket will not announce."""
        if self._response_end() is not None:
            return True
        return isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0

    def wait(self, seconds: float) -> None:
        """Block until there is something to read, or for `seconds`."""
        if seconds > 0 and not self.pending():
            poll = select.poll()
            poll.register(self.sock.fileno(), select.POLLIN)
            poll.poll(seconds * 1000)

    def fill(self) -> None:
        """Take what has arrived, without blocking; sets `ended` when the server hung up."""
        self.sock.settimeout(0)
        try:
            while len(self._received) < _MOST_IDLE and self._receive():
                pass
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        finally:
            self.sock.settimeout(self._timeouts.read)

    def next_response(self) -> bytes:
        """The next whole response with its literals, without the final CRLF; blocks for it.

        Raises:
            imaplib.IMAP4.abort: the stream ended.
            TimeoutError: it did not come in time.
        """
        while (response := self.pop_response()) is None:
            if not self._receive():
                raise self.abort("the server closed the connection")
        return response

    def pop_response(self) -> bytes | None:
        """A whole response that is already here, else None."""
        end = self._response_end()
        if end is None:
            if len(self._received) >= _MOST_IDLE:
                raise self.abort("the server sent a line without an end")
            return None
        return self._take(end).rstrip(b"\r\n")

    def _response_end(self) -> int | None:
        start = 0
        while (end := self._received.find(b"\n", start)) >= 0:
            line = bytes(self._received[start:end]).rstrip(b"\r")
            if (literal := _LITERAL.search(line)) is None:
                return end + 1
            start = end + 1 + int(literal[1])
        return None

    def _receive(self) -> bool:
        data = self.sock.recv(_CHUNK)
        if not data:
            self.ended = True
            return False
        self._received += data
        return True

    def _take(self, size: int) -> bytes:
        data = bytes(self._received[:size])
        if size >= len(self._received):
            # A new one gives the memory back; an idle connection should cost next to none.
            self._received = bytearray()
        else:
            del self._received[:size]
        return data

    def _wrapped(self, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        return context.wrap_socket(plain, server_hostname=self.host)

    def _mesg(self, *_: object) -> None:
        """Imaplib would print the conversation."""

    def _log(self, *_: object) -> None:
        """Imaplib would keep the last ten lines, the password among them."""

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def __enter__(self) -> Wire:  # noqa: PYI034 - imaplib's own signature
        return self


def _tune(plain: socket.socket) -> None:
    # Without it an APPEND waits 40 ms for a delayed acknowledgement.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options: tuple[tuple[Literal["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"], int], ...] = (
        ("TCP_KEEPIDLE", 120),
        ("TCP_KEEPINTVL", 30),
        ("TCP_KEEPCNT", 4),
    )
    for name, value in options:
        if hasattr(socket, name):
            plain.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
