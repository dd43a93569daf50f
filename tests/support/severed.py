"""A line to a mail server that breaks in the middle of an APPEND, as lines do.

It passes everything on, in clear text, until it is told to break. The server is a real one: what
it makes of half a message, and of a client that is gone before the result, is its own affair.
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


class Break(StrEnum):
    """Where the line breaks."""

    ON_THE_WAY = "half the message sent"
    BEFORE_THE_RESULT = "the result never came"


class Line:
    """A line to one port on 127.0.0.1; a context manager.

    Attributes:
        port: where it begins, on 127.0.0.1.
        breaks: where the next APPEND breaks it; None for nowhere.
        has_broken: whether it has; it breaks once.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._carriers: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.breaks: Break | None = None
        self.has_broken = False

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in (self._acceptor, *self._carriers):
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if not select.select([self._listener], [], [], 0.05)[0]:
                continue
            client = self._listener.accept()[0]
            carrier = threading.Thread(target=self._carry, args=(client,), daemon=True)
            self._carriers.append(carrier)
            carrier.start()

    def _carry(self, client: socket.socket) -> None:
        with (
            suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self._server_port)) as server,
        ):
            tag = b""
            while not self._over.is_set():
                for source in select.select([client, server], [], [], 0.05)[0]:
                    breaks = None if self.has_broken else self.breaks
                    octets = source.recv(65536)
                    if source is client:
                        if tag and breaks is Break.ON_THE_WAY:
                            server.sendall(octets[: len(octets) // 2])
                            octets = b""
                        elif breaks is not None and b" APPEND " in octets:
                            tag = octets.split(b" ", 1)[0]
                    elif tag and tag + b" OK" in octets:
                        octets = b""
                    if not octets:
                        self.has_broken = self.has_broken or bool(tag)
                        return
                    (server if source is client else client).sendall(octets)
