"""Asking a provider's web server: TLS that is always verified, and bounds on all that comes back.

No redirect is followed, no proxy or other setting of the environment is used, no cookie is kept.
A request ends after some seconds, whatever takes its time: the look-up of the name, one of many
addresses where nobody answers, or a server that goes on sending a byte now and then.
"""

from __future__ import annotations

import base64
import os
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlsplit

import httpx

from followupd.errors import ConnectionLost
from followupd.mailbox.responses import words
from followupd.tls import tls_context

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 65_536
"""Bytes of an answer that are read; a token answer has some thousands."""

_STEP_SECONDS: Final = 10.0
_WHOLE_SECONDS: Final = 30.0
_LAST_SECONDS: Final = 1.0
"""How long a connection that was shut may take to end."""

_FORM: Final = "application/x-www-form-urlencoded"
_LATE: Final = "no answer in time"
_TELL_LENGTH: Final = frozenset({"content-length", "transfer-encoding"})


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
    return _ask(_request("GET", url, _headers()), ca_file, seconds)


def post(url: str, form: Form, ca_file: Path | None, *, seconds: float = _WHOLE_SECONDS) -> Reply:
    """Send a form; the arguments and errors are those of `get`."""
    headers = _headers() | {"Content-Type": _FORM}
    if form.basic is not None:
        # RFC 6749, section 2.3.1: each part is urlencoded first.
        pair = ":".join(quote_plus(part) for part in form.basic)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return _ask(_request("POST", url, headers, form.body.encode()), ca_file, seconds)


def _request(
    method: str, url: str, headers: dict[str, str], content: bytes | None = None
) -> httpx.Request:
    try:
        return httpx.Request(method, url, headers=headers, content=content)
    except (httpx.InvalidURL, UnicodeError):
        raise _no_host(where(url)) from None


def _no_host(place: str) -> ConnectionLost:
    return ConnectionLost(
        f"{place}: this is no name that a host can have; check accounts.oauth.provider",
        reached=False,
    )


def _headers() -> dict[str, str]:
    # An encoded answer may be small and become large.
    return {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "followupd"}


def _ask(request: httpx.Request, ca_file: Path | None, seconds: float) -> Reply:
    place = where(str(request.url))
    if request.url.scheme != "https":
        raise ConnectionLost(f"{place}: nothing secret is sent without TLS; the address is http")
    context = tls_context(ca_file, key="oauth.ca_file")
    deadline = _Deadline(min(_STEP_SECONDS, seconds))
    answered: SimpleQueue[Reply | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answered.put(_answer(request, context, place, deadline))
        except Exception as error:  # noqa: BLE001 - handed over to whoever asked
            answered.put(error)

    # What waits for a name or an address cannot be interrupted, only left alone.
    threading.Thread(target=ask, name="oauth", daemon=True).start()
    try:
        reply = answered.get(timeout=seconds)
    except Empty:
        deadline.shut()
        reply = _last_word(answered, place)
    except BaseException:
        # Nothing is sent any more once nobody waits for the answer.
        deadline.shut()
        raise
    if isinstance(reply, Exception):
        raise reply
    return reply


def _last_word(answered: SimpleQueue[Reply | Exception], place: str) -> Reply | Exception:
    """What a connection that was shut ends with; nothing more is sent over one that is not."""
    try:
        return answered.get(timeout=_LAST_SECONDS)
    except Empty:
        return ConnectionLost(f"{place}: {_LATE}", reached=False)


def _answer(
    request: httpx.Request, context: ssl.SSLContext, place: str, deadline: _Deadline
) -> Reply:
    client = httpx.Client(
        verify=context, trust_env=False, timeout=deadline.step, follow_redirects=False, http2=False
    )
    try:
        with closing(deadline), client:
            timeout = httpx.Timeout(deadline.step).as_dict()
            request.extensions = {"timeout": timeout, "trace": deadline.trace}
            with closing(client.send(request, stream=True)) as response:
                return Reply(response.status_code, _body(response, place, deadline))
    except ConnectionLost:
        raise
    except httpx.HTTPError as error:
        why = _LATE if deadline.is_over else _why(error)
        raise ConnectionLost(f"{place}: {why}", reached=_was_reached(error)) from None
    except UnicodeError:
        raise _no_host(place) from None
    except (httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
        why = _LATE if deadline.is_over else "the answer was not understood"
        raise ConnectionLost(f"{place}: {why}") from None


def _body(response: httpx.Response, place: str, deadline: _Deadline) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST:
            raise ConnectionLost(f"{place} gave an answer that makes no sense: it is far too long")
    # Where the length was not told, a connection that was shut looks like a whole answer.
    if deadline.is_over and not _TELL_LENGTH.intersection(response.headers):
        raise ConnectionLost(f"{place}: {_LATE}")
    return bytes(body)


class _Deadline:
    """Shuts the connection when the time is over, whatever the other side still sends.

    Attributes:
        step: seconds that each step may take.
    """

    def __init__(self, step: float) -> None:
        self.step = step
        self._twin: socket.socket | None = None
        self._guard = threading.Lock()
        self._is_over = False

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Remember the connection as soon as there is one; called by httpx.

        Raises:
            httpx.ConnectTimeout: the time was over by then; nothing was sent, and nothing is.
        """
        if name != "connection.connect_tcp.complete":
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._guard:
            if self._is_over:
                connected.close()
                raise httpx.ConnectTimeout(_LATE)
            # A twin outlives the wrapping into TLS, which takes the first one's number away.
            self._twin = socket.socket(fileno=os.dup(connected.fileno()))

    def shut(self) -> None:
        """End it."""
        with self._guard:
            self._is_over = True
            if self._twin is not None:
                with suppress(OSError):
                    self._twin.shutdown(socket.SHUT_RDWR)

    @property
    def is_over(self) -> bool:
        """Whether the time was over."""
        with self._guard:
            return self._is_over

    def close(self) -> None:
        """Give the twin back."""
        with self._guard:
            if self._twin is not None:
                self._twin.close()
                self._twin = None


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return _LATE
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
