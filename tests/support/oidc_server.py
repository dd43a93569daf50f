"""The test provider's way into HTTP: requests in, written down and answered, and what goes wrong.

A fault stands for what a provider, or the network before it, does in place of an answer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from tests.support.oidc_ledger import Request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.support.oidc_ledger import Ledger

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Fault:
    """What an endpoint does in place of its answer.

    Attributes:
        status: of the answer.
        body: of the answer.
        content_type: of the answer.
        headers: further ones, such as `Retry-After`.
        is_carried_out: whether the request is carried out first, and only its answer is lost.
        closes: whether the connection is closed without any answer.
        hangs: whether nothing comes until the provider ends.
        drips: whether the body comes as a blank now and then, without end.
        times: how often; None for always.
    """

    status: int = 500
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    is_carried_out: bool = False
    closes: bool = False
    hangs: bool = False
    drips: bool = False
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, a body, and where a redirect leads."""

    status: int
    body: bytes
    content_type: str = JSON
    location: str = ""


class Faults:
    """What goes wrong now, by path; used by tests and by the servers' threads."""

    def __init__(self) -> None:
        self._due: dict[str, Fault] = {}
        self._guard = threading.Lock()
        self.stopping = threading.Event()

    def __setitem__(self, path: str, fault: Fault) -> None:
        with self._guard:
            self._due[path] = fault

    def clear(self) -> None:
        """All is well again."""
        with self._guard:
            self._due.clear()

    def take(self, path: str) -> Fault | None:
        """The fault that is due at a path, counted down."""
        with self._guard:
            fault = self._due.get(path)
            if fault is not None and fault.times is not None:
                self._due[path] = replace(fault, times=fault.times - 1)
                if fault.times <= 1:
                    del self._due[path]
            return fault


class WebServer(ThreadingHTTPServer):
    """One listening port; a client that breaks off is no news."""

    daemon_threads = True

    def __init__(
        self,
        answer: Callable[[str, str, dict[str, str], str], Answer],
        ledger: Ledger,
        faults: Faults,
        context: ssl.SSLContext | None,
    ) -> None:
        self.answer = answer
        self.ledger = ledger
        self.faults = faults
        self._context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        """Accept; the handshake is made in the connection's own thread."""
        accepted, address = super().get_request()
        if self._context is None:
            return accepted, address
        protected = self._context.wrap_socket(
            accepted, server_side=True, do_handshake_on_connect=False
        )
        return protected, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a refused certificate or a browser gone is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    """One request, read, answered by the provider and written down."""

    server: WebServer
    timeout = 30

    def do_GET(self) -> None:
        """Answer."""
        self._serve()

    def do_POST(self) -> None:
        """Answer."""
        self._serve()

    def _serve(self) -> None:
        server = self.server
        parts = urlsplit(self.path)
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length") or 0)
        fields |= dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        authorization = self.headers.get("Authorization", "")
        fault = server.faults.take(parts.path)
        answer = Answer(0, b"")
        if fault is None or fault.is_carried_out:
            answer = server.answer(self.command, parts.path, fields, authorization)
        status = answer.status
        if fault is not None:
            status = 0 if fault.closes or fault.hangs else fault.status
        written = Request(self.command, parts.path, fields, authorization, status)
        server.ledger.requests.append(written)
        if fault is None:
            self._send(answer, ())
        elif fault.hangs:
            server.faults.stopping.wait()
        elif fault.drips:
            self._drip()
        elif not fault.closes:
            self._send(Answer(fault.status, fault.body, fault.content_type), fault.headers)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.end_headers()
        while not self.server.faults.stopping.wait(0.02):
            self.wfile.write(b" ")

    def _send(self, answer: Answer, headers: tuple[tuple[str, str], ...]) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is theirs
        """Nothing: the ledger has it."""
