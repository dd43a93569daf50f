"""A man in the middle, between a mail program and a server that speaks STARTTLS.

He reads and writes what goes in clear text, by the line, in both protocols; once TLS has begun he
can only pass on what he sees. What he had to read is kept, so that a test can search it for what
he should never have seen.

    with Middle(server.port, Plot.STRIP) as middle:
        ...                                 # connect to middle.port
        assert b"secret" not in middle.overheard
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Plot(StrEnum):
    """What he is up to."""

    LISTEN = "nothing but listening"
    STRIP = "takes STARTTLS out of what the server offers"
    REFUSE = "answers STARTTLS himself, with no"
    PREAUTH = "greets in the server's place, as if the user were signed in"
    ANSWER_EARLY = "adds answers in clear text behind the server's go-ahead"
    COMMAND_EARLY = "adds a command in clear text behind the client's STARTTLS"


_ANSWERS = {
    False: b"* CAPABILITY IMAP4rev1 AUTH=PLAIN X-MALLORY\r\n",
    True: b"250-mallory\r\n250-X-MALLORY\r\n250 AUTH PLAIN\r\n",
}
_COMMANDS = {False: b"x9 LOGOUT\r\n", True: b"QUIT\r\n"}


class Middle:
    """He himself; a context manager.

    Attributes:
        port: where he listens on 127.0.0.1.
        overheard: all he read from the client, in clear text or not.
        was_heard: whether the client asked him for STARTTLS.
    """

    def __init__(self, server_port: int, plot: Plot) -> None:
        self._server_port = server_port
        self.plot = plot
        self.overheard = bytearray()
        self.was_heard = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if select.select([self._listener], [], [], 0.05)[0]:
                client = self._listener.accept()[0]
                carrier = threading.Thread(target=self._carry, args=(client,), daemon=True)
                self._threads.append(carrier)
                carrier.start()

    def _carry(self, client: socket.socket) -> None:
        address = ("127.0.0.1", self._server_port)
        with suppress(OSError), client, socket.create_connection(address) as server:
            _Conversation(self, client, server).run(self._over)


class _Conversation:
    """One connection."""

    def __init__(self, middle: Middle, client: socket.socket, server: socket.socket) -> None:
        self._middle = middle
        self._plot = middle.plot
        self._client = client
        self._server = server
        self._rest = {client: b"", server: b""}
        self._is_greeting = True
        self._is_smtp = False
        self._was_asked = False
        self._is_encrypted = False

    def run(self, over: threading.Event) -> None:
        """Pass on and interfere until one side or the test ends."""
        while not over.is_set():
            for source in select.select([self._client, self._server], [], [], 0.05)[0]:
                octets = source.recv(65_536)
                if not octets:
                    return
                if source is self._client:
                    self._middle.overheard += octets
                if self._is_encrypted:
                    self._other(source).sendall(octets)
                else:
                    self._lines(source, octets)

    def _lines(self, source: socket.socket, octets: bytes) -> None:
        *lines, self._rest[source] = (self._rest[source] + octets).split(b"\n")
        for line in lines:
            told = self._from_client if source is self._client else self._from_server
            if passed_on := told(line + b"\n"):
                self._other(source).sendall(passed_on)

    def _other(self, source: socket.socket) -> socket.socket:
        return self._server if source is self._client else self._client

    def _from_client(self, line: bytes) -> bytes:
        if b"STARTTLS" not in line.upper():
            return line
        self._was_asked = self._middle.was_heard = True
        if self._plot in (Plot.REFUSE, Plot.STRIP):
            tag = line.split(b" ")[0]
            no = b"502 no" if self._is_smtp else tag + b" NO no"
            self._client.sendall(no + b"\r\n")
            return b""
        return line + _COMMANDS[self._is_smtp] if self._plot is Plot.COMMAND_EARLY else line

    def _from_server(self, line: bytes) -> bytes:
        if self._is_greeting:
            self._is_greeting = False
            self._is_smtp = line.startswith(b"220")
            if self._plot is Plot.PREAUTH:
                return b"* PREAUTH welcome, robin\r\n"
        if self._was_asked and (line.startswith(b"220") if self._is_smtp else b" OK " in line):
            self._is_encrypted = True
            return line + _ANSWERS[self._is_smtp] if self._plot is Plot.ANSWER_EARLY else line
        if self._plot is Plot.STRIP and b"STARTTLS" in line:
            return b"" if self._is_smtp else line.replace(b" STARTTLS", b"")
        return line
