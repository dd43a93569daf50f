"""Why a server could not be reached safely: each sentence names place, trouble and key."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from followupd.config import Imap, PasswordKind, PasswordSource, Security, Smtp
from followupd.errors import ConfigError
from followupd.reaching import (
    Certificate,
    certificate_of,
    in_clear_text,
    is_worth_a_look,
    no_starttls,
    unreachable,
)
from followupd.tls import names_of, tls_context

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
SOURCE = PasswordSource(PasswordKind.KEYRING, "")
IMAP = Imap("imap.x.example", 993, Security.TLS, "robin", SOURCE, None, None, None, None, None)
SMTP = Smtp("smtp.x.example", 465, Security.TLS, "robin", SOURCE, None)
CA_FILE = Path("/etc/ca.pem")


def refused(code: int, message: str = "") -> ssl.SSLCertVerificationError:
    """A certificate that OpenSSL does not take."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def tls_error(reason: str) -> ssl.SSLError:
    """A handshake that fails."""
    error = ssl.SSLError(1, f"[SSL: {reason}] something")
    error.reason = reason
    return error


@pytest.mark.parametrize("server", [IMAP, SMTP], ids=["imap", "smtp"])
@pytest.mark.parametrize(
    "error",
    [
        *(refused(code, "some reason") for code in (9, 10, 18, 19, 20, 21, 24, 26, 62, 64, 66)),
        *map(tls_error, ("WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER")),
        tls_error("SOMETHING_NEW"),
        ssl.SSLError("without a reason"),
        ssl.SSLEOFError(8, "EOF occurred"),
        socket.gaierror(socket.EAI_NONAME, "unknown"),
        socket.gaierror(socket.EAI_AGAIN, "later"),
        UnicodeError("label empty"),
        TimeoutError(),
        ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
        OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        ValueError("nonsense"),
    ],
    ids=lambda error: f"{error!r} {getattr(error, 'verify_code', '')}",
)
def test_every_trouble_is_told_with_its_place(server: Imap | Smtp, error: Exception) -> None:
    """One sentence, with host and port, and of the other protocol not a word."""
    for each in (server, replace(server, ca_file=CA_FILE)):
        said = str(unreachable(each, error, now=NOW))
        other = "smtp." if isinstance(server, Imap) else "imap."
        assert said.startswith(f"{server.host}:{server.port}: ")
        assert other not in said
        assert "None" not in said
        assert "!" not in said
        assert len(said) < 400


def test_a_name_that_is_unknown_and_one_that_cannot_be_looked_up() -> None:
    """The one is a slip of the pen, the other a machine that is not on line."""
    unknown = unreachable(IMAP, socket.gaierror(socket.EAI_NONAME, "x"), now=NOW)
    later = unreachable(IMAP, socket.gaierror(socket.EAI_AGAIN, "x"), now=NOW)
    assert "no host of the name imap.x.example" in str(unknown)
    assert "cannot be looked up for now" in str(later)
    assert not unknown.reached
    assert not later.reached


@pytest.mark.parametrize(
    ("number", "reached"),
    [(errno.ECONNREFUSED, False), (errno.ENETUNREACH, False), (errno.ECONNRESET, True)],
)
def test_a_server_that_is_not_there_is_no_server_that_hangs_up(number: int, reached: bool) -> None:
    """Only the second one counts as an attempt."""
    assert unreachable(IMAP, OSError(number, "x"), now=NOW).reached is reached


def test_an_authority_that_has_expired_is_not_the_server() -> None:
    """The server's certificate is good; the file of the authority is to be renewed."""
    good = Certificate(("imap.x.example",), NOW.replace(year=2025), NOW.replace(year=2027))
    said = str(unreachable(replace(IMAP, ca_file=CA_FILE), refused(10), now=NOW, presented=good))
    assert "a certificate of the authority" in said
    assert "imap.ca_file (/etc/ca.pem)" in said


def test_a_year_is_told_where_it_is_another_one() -> None:
    """`Fri 15 Nov 2024` is not a matter of days."""
    old = Certificate(("x",), NOW.replace(year=2023), datetime(2024, 11, 15, 8, 0, tzinfo=UTC))
    said = str(unreachable(IMAP, refused(10), now=NOW, presented=old))
    assert "Fri 15 Nov 2024, 08:00 UTC" in said
    assert "clock says Tue 1 Dec, 15:00 UTC" in said


def test_of_many_names_only_some_are_told() -> None:
    """A certificate of a large host has hundreds."""
    many = Certificate(tuple(f"h{n}.example" for n in range(300)), NOW, NOW)
    said = str(unreachable(IMAP, refused(62), now=NOW, presented=many))
    assert "h0.example, h1.example, h2.example, …" in said
    assert "h3.example" not in said


@pytest.mark.parametrize(
    ("security", "silent", "words"),
    [
        (Security.STARTTLS, True, 'imap.security = "tls"'),
        (Security.NONE, True, 'imap.security = "tls"'),
        (Security.STARTTLS, False, "firewall"),
        (Security.TLS, True, "firewall"),
    ],
)
def test_silence_means_tls_only_where_none_was_spoken(
    security: Security, silent: bool, words: str
) -> None:
    """A server that waits for TLS says nothing; one that cannot be reached says nothing, too."""
    server = replace(IMAP, security=security)
    assert words in str(unreachable(server, TimeoutError(), now=NOW, is_silent=silent))


def test_clear_text_is_refused_with_the_settings_that_help() -> None:
    """For both protocols, each with its own key and port."""
    assert "imap.security" in str(in_clear_text(IMAP))
    assert "smtp.security" in str(in_clear_text(SMTP))
    assert "993" in str(no_starttls(IMAP))
    assert "465" in str(no_starttls(SMTP))


def test_a_certificate_is_read_and_cleaned() -> None:
    """Names first, then addresses; nothing of it reaches a terminal unwashed."""
    peer = {
        "subjectAltName": (("IP Address", "127.0.0.1"), ("DNS", "a\x1b[2J"), ("email", "x@y")),
        "notBefore": "Nov 15 08:00:00 2024 GMT",
        "notAfter": "Nov  5 08:00:00 2027 GMT",
        "issuer": ((("organizationName", "Some CA"),),),
    }
    found = certificate_of(peer)
    assert found is not None
    assert found.names == ("a [2J", "127.0.0.1")
    assert found.not_after == datetime(2027, 11, 5, 8, tzinfo=UTC)
    assert found.issuer == "Some CA"


@pytest.mark.parametrize("peer", [None, {}, {"notBefore": "x"}, {"notBefore": "x", "notAfter": ""}])
def test_a_certificate_that_cannot_be_read_is_none(peer: Mapping[str, str] | None) -> None:
    """The sentence then says less."""
    assert certificate_of(peer) is None


def test_only_a_wrong_name_or_time_is_looked_into() -> None:
    """A second connection is made for nothing else."""
    assert all(is_worth_a_look(refused(code)) for code in (9, 10, 62, 64))
    assert not any(is_worth_a_look(refused(code)) for code in (18, 19, 20, 26))
    assert not is_worth_a_look(OSError())


def test_this_machine_has_two_names_where_its_certificate_is_named() -> None:
    """Never another one's."""
    here = replace(IMAP, host="LocalHost", ca_file=CA_FILE)
    assert names_of(here) == ("localhost", "127.0.0.1")
    assert names_of(replace(here, host="127.0.0.1")) == ("127.0.0.1", "localhost")
    assert names_of(replace(here, ca_file=None)) == ("LocalHost",)
    assert names_of(replace(IMAP, ca_file=CA_FILE)) == ("imap.x.example",)


def test_a_file_without_certificates_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    """The key and the file are named."""
    (tmp_path / "empty.pem").write_text("nothing here")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(ConfigError, match=r"smtp\.ca_file") as caught:
            tls_context(tmp_path / name, key="smtp.ca_file")
        assert name in str(caught.value)
