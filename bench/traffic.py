"""A relay on loopback that counts what passes: bytes in both directions, and the time it took."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed.

    Attributes:
        up: bytes from the client to the server.
        down: bytes from the server to the client.
        connections: how many the client opened.
        seconds: from the first connection to the last byte.
    """

    up: int
    down: int
    connections: int
    seconds: float


class Relay:
    """Stands before a server's port, for one client process at a time."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._up = self._down = self._connections = 0
        self._began = self._ended = 0.0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def taken(self) -> Traffic:
        """What has passed since the last call."""
        with self._lock:
            seen = Traffic(self._up, self._down, self._connections, self._ended - self._began)
            self._up = self._down = self._connections = 0
            self._began = self._ended = 0.0
            return seen

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._connections += 1
                self._began = self._began or time.monotonic()
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, is_up in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._pass_on, args=(source, sink, is_up), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_up: bool) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                with self._lock:
                    self._ended = time.monotonic()
                    if is_up:
                        self._up += len(data)
                    else:
                        self._down += len(data)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
