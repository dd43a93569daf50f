"""Asking a provider's web server: TLS that is always verified, and bounds on all that comes back.

No redirect is followed, no proxy or other setting of the environment is used, no cookie is kept.
A request ends after some seconds, also where the server goes on sending a byte now and then.
"""

from __future__ import annotations

import base64
import os
import socket
import ssl
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx

from followupd.errors import ConnectionLost
from followupd.mailbox.responses import words
from followupd.tls import tls_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST: Final = 65_536
"""Bytes of an answer that are read; a token answer has some thousands."""

_STEP_SECONDS: Final = 10.0
_WHOLE_SECONDS: Final = 30.0
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP.

    Attributes:
        status: the status code.
        body: all of it; it may hold secrets.
    """

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """What is sent to an endpoint.

    Attributes:
        body: urlencoded.
        basic: the client's id and secret, where they go into the header; None: they do not.
    """

    body: str = field(repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)


def where(url: str) -> str:
    """The host of an address, for words."""
    parts = urlsplit(url)
    return words(parts.netloc.rpartition("@")[2])


def get(url: str, ca_file: Path | None, *, seconds: float = _WHOLE_SECONDS) -> Reply:
    """Fetch a document.

    Args:
        url: an https address.
        ca_file: a private certificate authority, or None for the system's.
        seconds: how long it may take in all.

    Raises:
        ConnectionLost: nothing was answered in time, or too much, or by somebody else.
        ConfigError: the file of certificates cannot be used.
    """
    return _ask(httpx.Request("GET", url, headers=_headers()), ca_file, seconds)


def post(url: str, form: Form, ca_file: Path | None, *, seconds: float = _WHOLE_SECONDS) -> Reply:
    """Send a form; the arguments and errors are those of `get`."""
    headers = _headers() | {"Content-Type": _FORM}
    if form.basic is not None:
        # RFC 6749, section 2.3.1: each part is urlencoded first.
        pair = ":".join(quote_plus(part) for part in form.basic)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    request = httpx.Request("POST", url, headers=headers, content=form.body.encode())
    return _ask(request, ca_file, seconds)


def _headers() -> dict[str, str]:
    # An encoded answer may be small and become large.
    return {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "followupd"}


def _ask(request: httpx.Request, ca_file: Path | None, seconds: float) -> Reply:
    place = where(str(request.url))
    if request.url.scheme != "https":
        raise ConnectionLost(f"{place}: nothing secret is sent without TLS; the address is http")
    context = tls_context(ca_file, key="oauth.ca_file")
    step = min(_STEP_SECONDS, seconds)
    client = httpx.Client(
        verify=context, trust_env=False, timeout=step, follow_redirects=False, http2=False
    )
    try:
        with client, _ended_after(seconds) as deadline:
            request.extensions = {"timeout": httpx.Timeout(step).as_dict(), "trace": deadline.trace}
            with closing(client.send(request, stream=True)) as response:
                return Reply(response.status_code, _body(response, place))
    except ConnectionLost:
        raise
    except httpx.HTTPError as error:
        raise ConnectionLost(f"{place}: {_why(error)}", reached=_was_reached(error)) from None
    except (httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
        raise ConnectionLost(f"{place}: the answer was not understood") from None


def _body(response: httpx.Response, place: str) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST:
            raise ConnectionLost(f"{place} gave an answer that makes no sense: it is far too long")
    return bytes(body)


class _Deadline:
    """Shuts the connection when the time is over, whatever the other side still sends."""

    def __init__(self) -> None:
        self._twin: socket.socket | None = None
        self._guard = threading.Lock()
        self._is_over = False

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Remember the connection as soon as there is one; called by httpx."""
        if name != "connection.connect_tcp.complete":
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._guard:
            # A twin outlives the wrapping into TLS, which takes the first one's number away.
            self._twin = socket.socket(fileno=os.dup(connected.fileno()))

    def shut(self) -> None:
        """End it."""
        with self._guard:
            self._is_over = True
            if self._twin is not None:
                try:
                    self._twin.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return

    def check(self) -> None:
        """Raise httpx's own error where the time is over."""
        with self._guard:
            if self._is_over:
                raise httpx.ReadTimeout("the time was over") from None

    def close(self) -> None:
        """Give the twin back."""
        with self._guard:
            if self._twin is not None:
                self._twin.close()
                self._twin = None


@contextmanager
def _ended_after(seconds: float) -> Iterator[_Deadline]:
    deadline = _Deadline()
    timer = threading.Timer(seconds, deadline.shut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
        # Where the length was not told, a connection that was shut looks like a whole answer.
        deadline.check()
    except (httpx.HTTPError, httpx.StreamError, OSError):
        deadline.check()
        raise
    finally:
        timer.cancel()
        deadline.close()


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"the certificate is not valid ({words(cause.verify_message)}); if a private "
            "certificate authority signed it, name its file in accounts.oauth.ca_file; is this "
            "machine's clock right?"
        )
    if isinstance(cause, socket.gaierror):
        return "there is no host of that name to be found; is this machine online?"
    for kind, what in _REASONS:
        if isinstance(error, kind) or isinstance(cause, kind):
            return what
    return "the answer was not understood"


_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ssl.SSLError, "no protected connection could be made"),
    (httpx.ConnectError, "cannot connect"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.RemoteProtocolError, "the connection broke"),
)


def _cause(error: BaseException) -> BaseException | None:
    """The first error of the system below httpx's own."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, OSError):
        below = below.__cause__ or below.__context__
    return below


def _was_reached(error: httpx.HTTPError) -> bool:
    return not isinstance(error, httpx.ConnectError) or isinstance(_cause(error), ssl.SSLError)
