"""The listener that a browser comes back to, asked as a browser and as a stranger would."""

from __future__ import annotations

import select
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from followupd.oauth.loopback import ARRIVED, DENIED, NOT_THIS, Loopback
from followupd.oauth.returning import Returned, WrongAddress

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A listener that takes /?right and /?denied as answers."""

    def judge(address: str) -> Returned | WrongAddress:
        known = {"right": Returned("the-code"), "denied": Returned("", "access_denied")}
        return known.get(urlsplit(address).query, WrongAddress("no"))

    with Loopback("127.0.0.1") as opened:
        opened.expect(judge)
        yield opened


def _ask(loopback: Loopback, line: str, *headers: str) -> str:
    """The whole answer to a request."""
    port = int(loopback.host.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall("\r\n".join([line, *headers, "", ""]).encode())
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def _get(loopback: Loopback, target: str) -> str:
    return _ask(loopback, f"GET {target} HTTP/1.1", f"Host: {loopback.host}")


def _is_awake(loopback: Loopback, seconds: float) -> bool:
    return bool(select.select([loopback.awakes], [], [], seconds)[0])


def test_the_right_answer_is_taken_and_told_in_plain_words(loopback: Loopback) -> None:
    """The page says what happens next and holds nothing of the address."""
    answer = _get(loopback, "/?right")
    assert answer.startswith("HTTP/1.0 200 ")
    assert ARRIVED in answer
    assert "right" not in answer.partition("\r\n\r\n")[2]
    assert _is_awake(loopback, 60)
    assert loopback.answer == Returned("the-code")


def test_a_refusal_is_an_answer_too(loopback: Loopback) -> None:
    """The user sees that it was understood."""
    assert DENIED in _get(loopback, "/?denied")
    assert loopback.answer == Returned("", "access_denied")


@pytest.mark.parametrize("target", ["/?wrong", "/", "/?", "/?right=", "/?RIGHT"])
def test_a_wrong_answer_changes_nothing(loopback: Loopback, target: str) -> None:
    """The wait goes on."""
    answer = _get(loopback, target)
    assert answer.startswith("HTTP/1.0 400 ")
    assert NOT_THIS in answer
    assert loopback.answer is None
    assert not _is_awake(loopback, 0)


@pytest.mark.parametrize("target", ["/favicon.ico", "/callback?right", "/..?right"])
def test_another_path_is_not_looked_at(loopback: Loopback, target: str) -> None:
    """There is one place to come to."""
    assert _get(loopback, target).startswith("HTTP/1.0 404 ")
    assert loopback.answer is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Host: evil.example"],
        ["Host: localhost:{port}"],
        ["Host: 127.0.0.1"],
        ["Host: 127.0.0.1:{port}", "Host: evil.example"],
    ],
)
def test_another_host_is_not_looked_at(loopback: Loopback, headers: list[str]) -> None:
    """A page of a stranger may have a name that leads to this machine (DNS rebinding)."""
    port = loopback.host.rpartition(":")[2]
    named = [header.format(port=port) for header in headers]
    assert _ask(loopback, "GET /?right HTTP/1.1", *named).startswith("HTTP/1.0 404 ")
    assert loopback.answer is None


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS"])
def test_another_method_is_not_answered(loopback: Loopback, method: str) -> None:
    """A browser comes back with GET."""
    answer = _ask(loopback, f"{method} /?right HTTP/1.1", f"Host: {loopback.host}")
    assert answer.startswith("HTTP/1.0 501 ")
    assert loopback.answer is None


def test_only_the_first_answer_counts(loopback: Loopback) -> None:
    """Whatever comes after it, from whomever."""
    _get(loopback, "/?right")
    assert _get(loopback, "/?denied").startswith("HTTP/1.0 410 ")
    assert loopback.answer == Returned("the-code")


def test_a_browser_that_says_nothing_holds_nobody_up(loopback: Loopback) -> None:
    """Browsers open connections in advance."""
    port = int(loopback.host.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60):
        assert ARRIVED in _get(loopback, "/?right")


def test_a_browser_that_does_not_wait_for_the_page_has_answered_all_the_same(
    loopback: Loopback,
) -> None:
    """Its window was closed at once; the user is not left waiting."""
    port = int(loopback.host.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        # Closing then resets the connection, so that the page cannot be sent.
        no_linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        connection.sendall(f"GET /?right HTTP/1.1\r\nHost: {loopback.host}\r\n\r\n".encode())
    assert _is_awake(loopback, 60)
    assert loopback.answer == Returned("the-code")


def test_garbage_is_borne(loopback: Loopback) -> None:
    """A port scan or a TLS handshake ends nothing."""
    for garbage in ("\x16\x03\x01\x02", "GET " + "x" * 70_000):
        with suppress(ConnectionError):
            _ask(loopback, garbage)
    assert ARRIVED in _get(loopback, "/?right")


def test_nothing_listens_before_and_after(loopback: Loopback) -> None:
    """The port is open on 127.0.0.1 for one sign-in only."""
    with Loopback("localhost") as other:
        port = int(other.host.rpartition(":")[2])
        assert other.redirect_uri == f"http://localhost:{port}"
        assert _get(other, "/?right").startswith("HTTP/1.0 410 ")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)


def test_the_page_asks_for_nothing_and_is_kept_nowhere(loopback: Loopback) -> None:
    """The address in the browser holds the code: no script, no referrer, no cache."""
    headers = _get(loopback, "/?right").partition("\r\n\r\n")[0]
    for expected in ("default-src 'none'", "Referrer-Policy: no-referrer", "no-store"):
        assert expected in headers
    assert "Python" not in headers
