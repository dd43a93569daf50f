"""Where the browser comes back: a listener on this machine (RFC 8252, section 7.3).

It listens on 127.0.0.1 at a free port for one sign-in only, takes one right answer, and says in
plain words what happens next. A request for another host, path or sign-in changes nothing: any
page in the browser could have sent it.
"""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from followupd.oauth.returning import Returned

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from followupd.oauth.returning import WrongAddress

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>followupd</title>
<style>body{{font-family:sans-serif;max-width:36em;margin:4em auto;padding:0 1em}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""

ARRIVED: Final = "Your answer has arrived"
DENIED: Final = "The sign-in was refused"
NOT_THIS: Final = "This does not belong to the sign-in"

_TEXTS: Final = {
    ARRIVED: "followupd goes on in the window where you started it. You can close this one.",
    DENIED: "Nothing was changed. You can close this window; followupd says how to go on.",
    NOT_THIS: "followupd waits for another answer. Go back to the window where you started it, "
    "and open the address that it shows.",
}


class Loopback:
    """The listener; a context manager, after which nothing listens any more.

    Args:
        host: under which name the browser comes, `127.0.0.1` or `localhost`.

    Attributes:
        redirect_uri: where the provider has to send the browser.
        awakes: a socket that becomes readable as soon as the answer is there.
    """

    def __init__(self, host: str) -> None:
        self._server = _Server(self)
        self.host = f"{host}:{self._server.server_address[1]}"
        self.redirect_uri = f"http://{self.host}"
        self.awakes, self._wake = socket.socketpair()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="sign-in", daemon=True
        )
        self._guard = threading.Lock()
        self._judge: Callable[[str], Returned | WrongAddress] | None = None
        self._answer: Returned | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        with self._guard:
            self._wake.close()
            self.awakes.close()
            self._judge = None

    def expect(self, judge: Callable[[str], Returned | WrongAddress]) -> None:
        """Take answers from now on; `judge` says of each address whether it is one."""
        with self._guard:
            self._judge = judge

    @property
    def answer(self) -> Returned | None:
        """The answer, once it is there."""
        with self._guard:
            return self._answer

    def take(self, address: str) -> tuple[int, str]:
        """Judge a request that came to the right place.

        Returns:
            The status and the title of the page that it is answered with.
        """
        with self._guard:
            if self._judge is None or self._answer is not None:
                return 410, NOT_THIS
            found = self._judge(address)
            if not isinstance(found, Returned):
                return 400, NOT_THIS
            self._answer = found
        return 200, ARRIVED if found.code else DENIED

    def wake(self) -> None:
        """Tell whoever waits, once the page is on its way."""
        with self._guard:
            if self._judge is not None and self._answer is not None:
                self._wake.send(b"!")


class _Server(ThreadingHTTPServer):
    """On 127.0.0.1 and nowhere else."""

    daemon_threads = True

    def __init__(self, loopback: Loopback) -> None:
        self.loopback = loopback
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that went away is no news, and a traceback would show the code."""


class _Handler(BaseHTTPRequestHandler):
    """One request of a browser."""

    server: _Server
    server_version = "followupd"
    sys_version = ""
    # A browser opens connections in advance and says nothing on them.
    timeout = 10

    def do_GET(self) -> None:
        """Answer."""
        loopback = self.server.loopback
        is_ours = self.headers.get_all("Host") == [loopback.host]
        if not is_ours or urlsplit(self.path).path not in ("", "/"):
            self._send(404, NOT_THIS)
            return
        status, title = loopback.take(self.path)
        try:
            self._send(status, title)
        finally:
            # The answer counts also where the browser did not wait for the page.
            loopback.wake()

    def _send(self, status: int, title: str) -> None:
        page = _PAGE.format(title=title, text=_TEXTS[title]).encode()
        self.send_response(status)
        for name, value in _HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is theirs
        """Nothing: the address holds the code."""


_HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Connection", "close"),
)
