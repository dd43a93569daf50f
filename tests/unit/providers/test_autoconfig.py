"""The document that a domain serves about its mail: what is read of it, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.config import Security
from followupd.providers.autoconfig import LARGEST, Entry, entries, urls
from followupd.providers.presets import SignIn
from followupd.providers.servers import Protocol, Server

ADDRESS = "robin.doe@example.org"


def server(
    kind: str = "imap",
    host: str = "mail.example.org",
    port: str = "993",
    socket: str = "SSL",
    username: str = "%EMAILADDRESS%",
    authentication: tuple[str, ...] = ("password-cleartext",),
) -> str:
    """The element of one server."""
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    ways = "".join(f"<authentication>{each}</authentication>" for each in authentication)
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{socket}</socketType><username>{username}</username>{ways}</{tag}>"
    )


def document(*servers: str, before: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """A whole document."""
    inner = "".join(servers)
    return (
        f'{before}<clientConfig version="1.1"><emailProvider id="example.org">'
        f"<domain>example.org</domain>{inner}</emailProvider></clientConfig>"
    ).encode()


def test_servers_are_read_in_the_order_of_the_document() -> None:
    """Its order is that of preference; POP3 is not what a mailbox is watched with."""
    found = entries(
        document(
            server("pop3", port="995"),
            server(port="143", socket="STARTTLS"),
            server(),
            server("smtp", "smtp.example.org", "465"),
        ),
        ADDRESS,
    )
    assert [(each.protocol, str(each.server)) for each in found] == [
        (Protocol.IMAP, "mail.example.org:143 (STARTTLS)"),
        (Protocol.IMAP, "mail.example.org:993 (TLS)"),
        (Protocol.SMTP, "smtp.example.org:465 (TLS)"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("%EMAILADDRESS%", ADDRESS),
        ("%EMAILLOCALPART%", "robin.doe"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", "robin.doe.example.org"),
        ("", ADDRESS),
        ("x-robin", "x-robin"),
    ],
)
def test_placeholders_are_filled_with_the_address(written: str, meant: str) -> None:
    """The document is the same for all users of the domain."""
    (entry,) = entries(document(server(username=written)), ADDRESS)
    assert entry.username == meant


def test_a_host_may_be_named_by_the_domain() -> None:
    """Hosters serve one document to all their domains."""
    (entry,) = entries(document(server(host="imap.%EMAILDOMAIN%")), ADDRESS)
    assert entry.server == Server("imap.example.org", 993, Security.TLS)


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    """An address may look like a placeholder itself."""
    (entry,) = entries(document(server()), "%EMAILDOMAIN%@example.org")
    assert entry.username == "%EMAILDOMAIN%@example.org"


def test_a_server_in_another_domain_is_the_domains_own_word() -> None:
    """Most domains keep their mail with a hoster."""
    (entry,) = entries(document(server(host="imap.hoster.example")), ADDRESS)
    assert entry.server.host == "imap.hoster.example"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (("password-cleartext",), (SignIn.PASSWORD,)),
        (("plain",), (SignIn.PASSWORD,)),
        (("OAuth2", "password-cleartext"), (SignIn.OAUTH, SignIn.PASSWORD)),
        (("password-encrypted", "password-cleartext"), (SignIn.PASSWORD,)),
        ((), (SignIn.PASSWORD,)),
    ],
)
def test_the_ways_to_sign_in_are_those_that_are_known(
    said: tuple[str, ...], known: tuple[SignIn, ...]
) -> None:
    """The order of the document stays."""
    (entry,) = entries(document(server(authentication=said)), ADDRESS)
    assert entry.sign_in == known


@pytest.mark.parametrize(
    "unusable",
    [
        server(socket="plain"),
        server(socket=""),
        server(socket="ssl"),
        server(host=""),
        server(host="127.0.0.1"),
        server(host="localhost"),
        server(host="mail.example.org evil.example"),
        server(host="%REALNAME%.example.org"),
        server(port="0"),
        server(port="65536"),
        server(port="993993993993"),
        server(port="-1"),
        server(port="٩٩٣"),
        server(port=""),
        server(username="%REALNAME%"),
        server(authentication=("password-encrypted",)),
        server(authentication=("GSSAPI", "NTLM")),
        server("exchange"),
        '<incomingServer type="imap"/>',
    ],
)
def test_a_server_that_cannot_be_used_is_left_out(unusable: str) -> None:
    """Never clear text, never this machine, never half a server; the others still count."""
    found = entries(document(unusable, server()), ADDRESS)
    assert [str(each.server) for each in found] == ["mail.example.org:993 (TLS)"]


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE clientConfig [<!ENTITY a "mail.example.org">""" + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 20}">'
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00\x01\x02",
        b"<html><head><title>Welcome</title></head><body>no document here</body></html>",
        b"<!DOCTYPE html><html></html>",
        b"not xml at all",
        document(server())[:-10],
        b'<?xml version="1.0" encoding="no-such"?><clientConfig/>',
        document(server()).replace(b"clientConfig", b"serverConfig"),
        document(server(host="&j;"), before=LAUGHS + "]>"),
        document(
            server(host="&x;"), before='<!DOCTYPE clientConfig [<!ENTITY x "a.example.org">]>'
        ),
        document(server(), before='<!DOCTYPE clientConfig SYSTEM "https://evil.example/x.dtd">'),
        document(
            server(host="&x;"),
            before='<!DOCTYPE clientConfig [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        ),
        document(server()) + b" " * LARGEST,
        b"<clientConfig>" + b"<emailProvider>" * 5_000,
    ],
    ids=[
        "nothing",
        "zeros",
        "a page",
        "another page",
        "words",
        "half",
        "unknown encoding",
        "another root",
        "entities that grow",
        "an entity",
        "a DTD elsewhere",
        "a file",
        "too large",
        "too deep",
    ],
)
def test_a_hostile_document_names_no_server(hostile: bytes) -> None:
    """Entities that grow, files and pages that are drawn in, depth, size, and plain nonsense."""
    assert entries(hostile, ADDRESS) == ()


def test_no_more_than_a_few_servers_of_a_kind_are_read() -> None:
    """A long list is not asked about one by one."""
    many = [server(host=f"mail{number}.example.org") for number in range(200)]
    assert len(entries(document(*many), ADDRESS)) == 20


def test_a_name_that_draws_on_the_terminal_is_cleaned() -> None:
    """A user name is shown before it is used."""
    (entry,) = entries(document(server(username="robin\n\u202eevil")), ADDRESS)
    assert entry.username == "robin evil"


@given(st.binary(max_size=400), st.integers(0, 600))
def test_no_bytes_at_all_make_it_raise(noise: bytes, place: int) -> None:
    """A document that was damaged anywhere is read or not, and nothing else happens."""
    whole = document(server(), server("smtp", port="465"))
    for entry in entries(whole[:place] + noise + whole[place + len(noise) :], ADDRESS):
        assert isinstance(entry, Entry)
        assert entry.server.security in (Security.TLS, Security.STARTTLS)


def test_only_the_first_place_is_told_the_address() -> None:
    """It is written as a query may hold it."""
    first, second = urls("robin+jobs&x=1@Example.org")
    assert first == (
        "https://autoconfig.example.org/mail/config-v1.1.xml"
        "?emailaddress=robin%2Bjobs%26x%3D1@Example.org"
    )
    assert second == "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml"
