"""From an address to its servers: the document that the domain serves, on a real web server."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

import pytest

from followupd.providers.documents import fetched
from followupd.providers.finding import How
from followupd.providers.presets import SignIn
from followupd.tls import tls_context
from tests.support.seekerdomain import World, domain_of_its_own, servers
from tests.support.webpages import Page, WebPages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.authority import Authority

AUTOCONFIG = "https://autoconfig.seeker.example/mail/config-v1.1.xml"
WELL_KNOWN = "https://seeker.example/.well-known/autoconfig/mail/config-v1.1.xml"
DOCUMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="hoster.example">
    <domain>hoster.example</domain>
    <incomingServer type="imap">
      <hostname>imap.hoster.example</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username>
      <authentication>OAuth2</authentication>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.hoster.example</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>"""


@pytest.fixture
def world(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A domain that exists and of which nothing else is known."""
    with domain_of_its_own(authority, monkeypatch) as made:
        yield made


def test_the_document_of_the_domain_is_its_own_word(world: World) -> None:
    """Read over verified HTTPS, it may name servers anywhere, and the user is not asked."""
    with world.web("autoconfig.seeker.example") as web:
        web.serves(AUTOCONFIG, DOCUMENT)
        found = world.find()
    assert servers(found.imap) == ["imap.hoster.example:993 (TLS)"]
    assert servers(found.smtp) == ["smtp.hoster.example:587 (STARTTLS)"]
    first = found.imap[0]
    assert (first.how, first.username) == (How.AUTOCONFIG, "robin.doe")
    assert first.sign_in == (SignIn.OAUTH, SignIn.PASSWORD)
    assert first.reason == "the web server of seeker.example names it"
    assert not first.is_outside
    assert web.asked == [f"{AUTOCONFIG}?emailaddress=robin.doe@seeker.example"]


def test_the_document_may_lie_at_the_domain_itself(world: World) -> None:
    """Its usual web server is not told the address."""
    with world.web("seeker.example") as web:
        web.serves(WELL_KNOWN, DOCUMENT)
        found = world.find()
    assert servers(found.imap) == ["imap.hoster.example:993 (TLS)"]
    assert web.asked == [WELL_KNOWN]


def test_the_document_proves_what_the_dns_names(world: World) -> None:
    """The same server, named twice, is one candidate without a question."""
    world.names.says("_imaps._tcp.seeker.example", "SRV", "0 1 993 imap.hoster.example.")
    with world.web("autoconfig.seeker.example") as web:
        web.serves(AUTOCONFIG, DOCUMENT)
        found = world.find()
    assert servers(found.imap) == ["imap.hoster.example:993 (TLS)"]
    assert (found.imap[0].how, found.imap[0].is_outside) == (How.SRV, False)


def test_only_the_domain_itself_is_asked(world: World) -> None:
    """No third party learns of the address, not even that there is one."""
    world.find()
    assert {host for host, _ in world.internet.connected} == {
        "autoconfig.seeker.example",
        "seeker.example",
        "imap.seeker.example",
        "mail.seeker.example",
        "smtp.seeker.example",
    }
    assert all(each.partition(" ")[0].endswith("seeker.example") for each in world.names.asked)
    assert not any("robin" in each for each in world.names.asked)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_within_https_is_followed(world: World, status: int) -> None:
    """Hosters send their customers' domains to one document."""
    with world.web("autoconfig.seeker.example") as web, world.web("www.hoster.example") as there:
        web.serves(
            AUTOCONFIG, Page(status=status, headers={"Location": "https://www.hoster.example/d"})
        )
        there.serves("https://www.hoster.example/d", DOCUMENT)
        assert servers(world.find().imap) == ["imap.hoster.example:993 (TLS)"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://autoconfig.seeker.example/plain",
        AUTOCONFIG,
        "ftp://autoconfig.seeker.example/",
        "https://",
        "https://[",
        "",
    ],
)
def test_a_redirect_that_leads_nowhere_is_given_up(world: World, elsewhere: str) -> None:
    """Out of HTTPS, round in a circle, or to no address at all."""
    with world.web("autoconfig.seeker.example") as web:
        web.serves(AUTOCONFIG, Page(status=302, headers={"Location": elsewhere}))
        found = world.find()
        assert len(web.asked) <= 4
    assert found.imap == ()
    assert ("autoconfig.seeker.example", 80) not in world.internet.connected


def endless() -> Iterator[bytes]:
    """Ten megabytes and more."""
    return itertools.repeat(b"<!-- " + b"x" * 60_000 + b" -->")


@pytest.mark.parametrize(
    "page",
    [
        Page((b"<html><body>Welcome</body></html>",)),
        Page((DOCUMENT,), status=404),
        Page((DOCUMENT,), status=500),
        Page((DOCUMENT.replace(b"SSL", b"plain").replace(b"STARTTLS", b"plain"),)),
        Page((DOCUMENT.replace(b"?>", b"?><!DOCTYPE clientConfig [<!ENTITY a 'b'>]>", 1),)),
        Page((DOCUMENT,), headers={"Content-Encoding": "gzip"}),
        Page(endless()),
    ],
    ids=["a page", "not found", "broken", "clear text", "entities", "packed", "endless"],
)
def test_a_page_that_is_no_such_document_counts_as_none(world: World, page: Page) -> None:
    """Most web servers answer something."""
    with world.web("autoconfig.seeker.example") as web:
        web.serves(AUTOCONFIG, page)
        found = world.find()
    assert (found.imap, found.smtp) == ((), ())


@pytest.mark.parametrize("certificate", ["wrong_name", "expired"])
def test_a_web_server_that_is_not_the_domains_is_not_believed(
    world: World, certificate: str
) -> None:
    """Whoever is in between could name a server of their own."""
    with WebPages(getattr(world.authority, certificate)()) as web:
        world.internet.leads("autoconfig.seeker.example", 443, web.port)
        web.serves(AUTOCONFIG, DOCUMENT)
        assert world.find().imap == ()
        assert web.asked == []


def test_a_web_server_that_never_answers_is_left_behind(world: World) -> None:
    """Nobody waits for a document that most domains do not have."""
    with world.web("autoconfig.seeker.example") as web:
        web.serves_never(AUTOCONFIG)
        context = tls_context(world.authority.ca_file)
        assert fetched(AUTOCONFIG, context=context, seconds=0.5) is None


def test_a_web_server_that_dribbles_is_left_behind(world: World) -> None:
    """Each piece comes in time, and all of them together never end."""
    given_up = threading.Event()

    def dribble() -> Iterator[bytes]:
        while not given_up.wait(0.05):
            yield b" "

    with world.web("autoconfig.seeker.example") as web:
        web.serves(AUTOCONFIG, Page(dribble()))
        context = tls_context(world.authority.ca_file)
        assert fetched(AUTOCONFIG, context=context, seconds=1.0) is None
        given_up.set()
