"""A real web server on loopback over TLS, for documents that a domain serves, or serves wrongly."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from tests.support.authority import KeyPair


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered.

    Attributes:
        body: in pieces, each sent by itself; may be endless.
        status: of the answer.
        headers: further ones.
    """

    body: Iterable[bytes] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class WebPages:
    """The server; a context manager.

    Attributes:
        port: where it listens, on 127.0.0.1.
        asked: what was asked for, `https://HOST/PATH?QUERY`, in order.
    """

    def __init__(self, pair: KeyPair) -> None:
        self.asked: list[str] = []
        self._pages: dict[str, Page] = {}
        self._hanging = threading.Event()
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keeper._serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pair.certificate, pair.key)
        # The handshake belongs into the connection's own thread: one that never comes would keep
        # all others waiting.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hanging.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serves(self, url: str, page: Page | bytes) -> None:
        """Lay a page at an address, which is given without its query."""
        self._pages[url] = page if isinstance(page, Page) else Page((page,))

    def serves_never(self, url: str) -> None:
        """Take the question there, and never answer."""
        self._pages[url] = Page(status=0)

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        url = f"https://{request.headers['Host']}{request.path}"
        self.asked.append(url)
        page = self._pages.get(url.partition("?")[0], Page(status=404))
        if not page.status:
            self._hanging.wait()
            return
        with suppress(OSError):
            request.send_response(page.status)
            for name, value in page.headers.items():
                request.send_header(name, value)
            request.end_headers()
            for piece in page.body:
                request.wfile.write(piece)
