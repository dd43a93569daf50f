"""Names of servers: what may be one, how it is written, and what lies where."""

from __future__ import annotations

import pytest

from followupd.config import Security
from followupd.providers.guesses import guesses
from followupd.providers.servers import Protocol, Server, lies_within, public_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("imap.example.org", "imap.example.org"),
        (" IMAP.Example.ORG. ", "imap.example.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("my_mail.example.org", "my_mail.example.org"),
    ],
)
def test_a_hosts_name_is_written_in_one_way(said: str, name: str) -> None:
    """So that two spellings of it are one server."""
    assert public_name(said) == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        "mail",
        "localhost",
        "imap.localhost",
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "::1",
        "0x7f.1",
        "mail..example.org",
        ".example.org",
        "-mail.example.org",
        "mail.example.org:993",
        "mail.example.org/x",
        "robin@mail.example.org",
        "mail example.org",
        "mail.example.org\nevil.example",
        "mail.example.org\x00",
        "bücher.example",
        "a" * 64 + ".example.org",
        ("a" * 60 + ".") * 5 + "example.org",
    ],
)
def test_what_a_stranger_says_is_no_host(said: str) -> None:
    """No address, no port, nothing of this machine, nothing that breaks a line."""
    assert public_name(said) is None


@pytest.mark.parametrize(
    ("host", "lies"),
    [
        ("example.org", True),
        ("imap.example.org", True),
        ("a.b.example.org", True),
        ("notexample.org", False),
        ("example.org.evil.example", False),
        ("org", False),
    ],
)
def test_a_host_lies_within_its_domain_or_outside(host: str, lies: bool) -> None:
    """Whole labels count, not the end of a text."""
    assert lies_within(host, "example.org") is lies


def test_a_server_says_how_it_is_protected() -> None:
    """As it is shown to the user."""
    assert str(Server("imap.example.org", 993, Security.TLS)) == "imap.example.org:993 (TLS)"
    assert str(Server("a.example.org", 143, Security.STARTTLS)) == "a.example.org:143 (STARTTLS)"


def test_the_usual_names_are_guessed_before_any_other() -> None:
    """The mail exchanger comes last, and no host twice."""
    found = guesses("example.org", ("mx.example.net",), Protocol.IMAP, Security.TLS)
    assert [each.host for each in found] == [
        "imap.example.org",
        "mail.example.org",
        "example.org",
        "mx.example.net",
    ]
    assert {each.port for each in found} == {993}
    same = guesses("example.org", ("mail.example.org",), Protocol.SMTP, Security.STARTTLS)
    assert [str(each) for each in same] == [
        "smtp.example.org:587 (STARTTLS)",
        "mail.example.org:587 (STARTTLS)",
        "example.org:587 (STARTTLS)",
    ]
