"""A provider that is away, talks nonsense or is somebody else ends no grant and gets no token."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from followupd.errors import (
    ConfigError,
    ConnectionLost,
    ServerRefused,
)
from followupd.oauth import grant, web
from tests.support.grants import ACCOUNT, refreshes, signed_in
from tests.support.oidc import Fault, OidcProvider

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config import OAuth
    from tests.support.authority import Authority


TOO_LARGE = b'{"access_token": "' + b"a" * 100_000 + b'"}'


NONSENSE = [
    (Fault(status=500), "for now"),
    (Fault(status=503, body=b"<html>"), "for now"),
    (Fault(status=429, headers=(("Retry-After", "3600"),)), "for now"),
    (Fault(closes=True), "the connection broke"),
    (Fault(status=200, body=b"<html>welcome to the hotel"), "makes no sense"),
    (Fault(status=200, body=b""), "makes no sense"),
    (Fault(status=200, body=TOO_LARGE), "far too long"),
]
NAMES_NO_TOKEN = Fault(status=200, body=b"{}")


@pytest.mark.parametrize(
    ("path", "fault", "says"),
    [
        *[("/token", *each) for each in NONSENSE],
        *[("/.well-known/openid-configuration", *each) for each in NONSENSE],
        ("/token", NAMES_NO_TOKEN, "makes no sense"),
    ],
)
def test_a_provider_that_is_away_or_talks_nonsense_ends_no_grant(
    provider: OidcProvider, oauth: OAuth, path: str, fault: Fault, says: str
) -> None:
    """It is tried again later, with what is stored; no token is in the message."""
    signed_in(provider, oauth)
    provider.faults[path] = fault
    with pytest.raises(ConnectionLost, match=says) as caught:
        grant.access_token(ACCOUNT, oauth)
    assert not provider.ledger.found_in(str(caught.value))
    provider.faults.clear()
    assert grant.access_token(ACCOUNT, oauth)[0]


def test_a_token_is_used_to_its_end_while_the_provider_is_away(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """Its last minutes may outlast the trouble; one that was refused is not tried again."""
    pair = signed_in(provider, oauth, left=timedelta(minutes=4))
    provider.faults["/token"] = Fault(status=503)
    assert grant.access_token(ACCOUNT, oauth)[0] == pair.access
    with pytest.raises(ConnectionLost):
        grant.access_token(ACCOUNT, oauth, refused=pair.access)
    provider.faults.clear()
    assert grant.access_token(ACCOUNT, oauth)[0] != pair.access


@pytest.mark.parametrize("fault", [Fault(hangs=True), Fault(drips=True)])
def test_a_provider_that_never_comes_to_an_end_is_not_waited_for(
    provider: OidcProvider, fault: Fault
) -> None:
    """Neither in silence, nor while a byte comes now and then."""
    provider.faults["/slow"] = fault
    with pytest.raises(ConnectionLost, match="no answer in time"):
        web.get(f"{provider.issuer}/slow", provider.ca_file, seconds=0.5)


def test_a_provider_whose_addresses_are_all_silent_is_not_waited_for_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Large providers have many, and a firewall may swallow them all."""
    with ExitStack() as opened:
        silent = [_silent_address(opened) for _ in range(20)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in silent]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        tried: list[object] = []
        connect = socket.socket.connect

        def counted(each: socket.socket, address: object) -> None:
            tried.append(address)
            connect(each, address)  # type: ignore[arg-type]  # it is one of the above

        monkeypatch.setattr(socket.socket, "connect", counted)
        with pytest.raises(ConnectionLost, match="no answer in time") as caught:
            web.get("https://provider.example/", None, seconds=0.5)
        assert not caught.value.reached
        assert len(tried) < len(silent)


def test_nothing_is_sent_once_nobody_waits_for_the_answer(
    provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up that ends too late must not use up a refresh token."""
    late, look_up = threading.Event(), socket.getaddrinfo

    def slow(*asked: Any, **how: Any) -> Any:
        assert late.wait(60)
        return look_up(*asked, **how)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    before = set(threading.enumerate())
    with pytest.raises(ConnectionLost, match="no answer in time"):
        web.post(f"{provider.issuer}/token", web.Form("a=b"), provider.ca_file, seconds=0.1)
    [left_alone] = [
        each for each in threading.enumerate() if each.name == "oauth" and each not in before
    ]
    late.set()
    left_alone.join(60)
    assert not left_alone.is_alive()
    assert provider.ledger.requests == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_told_anything(
    provider: OidcProvider, oauth: OAuth, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The provider is asked itself."""
    signed_in(provider, oauth)
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert grant.access_token(ACCOUNT, oauth)[0]


def _silent_address(opened: ExitStack) -> tuple[str, int]:
    """Where connections are neither taken nor refused: the queue for them is full."""
    listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    address: tuple[str, int] = listener.getsockname()
    for _ in range(3):
        waiting = opened.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(address)
    return address


@pytest.mark.parametrize(
    "host", ["xn--a", "xn--", "a..b", "\N{LATIN SMALL LETTER U WITH DIAERESIS}" * 80]
)
def test_a_name_that_no_host_can_have_is_told(host: str) -> None:
    """It came from the configuration or from a discovery document."""
    with pytest.raises(ConnectionLost, match=r"no name that a host can have.*oauth\.provider"):
        web.get(f"https://{host}/", None)


def test_nothing_is_asked_without_tls(provider: OidcProvider) -> None:
    """Not even on this machine."""
    with pytest.raises(ConnectionLost, match="without TLS"):
        web.post(f"{provider.plain_url}/token", web.Form("a=b"), None)
    assert provider.ledger.requests == []


def test_an_encoded_answer_is_not_unpacked(provider: OidcProvider, oauth: OAuth) -> None:
    """A small one may become very large."""
    signed_in(provider, oauth)
    fault = Fault(status=200, body=b"\x1f\x8b\x08", headers=(("Content-Encoding", "gzip"),))
    provider.faults["/token"] = fault
    with pytest.raises(ConnectionLost, match="makes no sense"):
        grant.access_token(ACCOUNT, oauth)


def test_a_redirect_of_the_token_endpoint_is_not_followed(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """The refresh token would go wherever it says."""
    signed_in(provider, oauth)
    elsewhere = (("Location", f"{provider.issuer}/elsewhere"),)
    provider.faults["/token"] = Fault(status=307, headers=elsewhere)
    with pytest.raises(ServerRefused, match="another address"):
        grant.access_token(ACCOUNT, oauth)
    assert provider.ledger.of("/elsewhere") == []


def test_a_document_of_another_issuer_gets_no_token(provider: OidcProvider, oauth: OAuth) -> None:
    """The refresh token does not leave this machine."""
    signed_in(provider, oauth)
    provider.behaviour.other_issuer = "https://evil.example"
    with pytest.raises(ServerRefused, match="issuer"):
        grant.access_token(ACCOUNT, oauth)
    assert refreshes(provider) == 0


def test_a_provider_whose_certificate_nobody_vouches_for_gets_no_token(
    provider: OidcProvider, oauth: OAuth
) -> None:
    """The message names the key for a private authority."""
    signed_in(provider, oauth)
    with pytest.raises(ConnectionLost, match=r"certificate is not valid.*accounts\.oauth\.ca_file"):
        grant.access_token(ACCOUNT, replace(oauth, ca_file=None))
    assert provider.ledger.requests == []


def test_a_certificate_file_that_is_none_is_told_by_its_key(
    provider: OidcProvider, oauth: OAuth, tmp_path: Path
) -> None:
    """It is a mistake in the configuration."""
    signed_in(provider, oauth)
    with pytest.raises(ConfigError, match=r"oauth\.ca_file"):
        grant.access_token(ACCOUNT, replace(oauth, ca_file=tmp_path / "missing.pem"))


def test_a_provider_that_is_not_there_is_told(oauth_authority: Authority, tmp_path: Path) -> None:
    """The grant stays."""
    with OidcProvider(oauth_authority) as provider:
        oauth = provider.oauth_in_file(tmp_path / "tokens.json")
        signed_in(provider, oauth)
    with pytest.raises(ConnectionLost, match="cannot connect") as caught:
        grant.access_token(ACCOUNT, oauth)
    assert not caught.value.reached
