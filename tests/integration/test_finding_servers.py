"""From an address to its servers: what is known of it, and what a real name server says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.resolver
import pytest

from followupd.errors import UsageError
from followupd.providers.finding import How
from followupd.providers.lookup import Exchangers, ServiceRecord, names_of_this_machine
from followupd.providers.presets import SignIn
from tests.support.seekerdomain import World, domain_of_its_own, servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.authority import Authority


@pytest.fixture
def world(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A domain that exists and of which nothing else is known."""
    with domain_of_its_own(authority, monkeypatch) as made:
        yield made


# What is known


def test_a_known_provider_needs_no_network(world: World) -> None:
    """Whoever is at Gmail is not waited for, and nobody learns that they set followupd up."""
    found = world.find("Robin.Doe@Gmail.com ")
    assert servers(found.imap) == ["imap.gmail.com:993 (TLS)"]
    assert servers(found.smtp) == ["smtp.gmail.com:465 (TLS)"]
    assert (found.imap[0].how, found.imap[0].username) == (How.PRESET, "Robin.Doe@Gmail.com")
    assert not found.imap[0].is_outside
    assert found.imap[0].sign_in == (SignIn.APP_PASSWORD, SignIn.OAUTH)
    assert world.names.asked == []
    assert world.internet.connected == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "robin",
        "robin@",
        "@example.org",
        "Robin <robin@example.org>",
        "robin@example.org, kim@example.org",
        "robin@exa mple.org",
        "robin@[127.0.0.1]",
        "robin@10.0.0.1",
        "robin@\u00fcber.example",
        "ro\x1bbin@example.org",
        "robin@" + "a" * 260 + ".example",
    ],
)
def test_what_is_no_address_is_asked_about_nowhere(world: World, address: str) -> None:
    """The error shows what was typed and how it should look."""
    with pytest.raises(UsageError, match=r"is no address at a domain; write it bare, such as"):
        world.find(address)
    assert world.names.asked == []


def test_a_name_of_this_network_only_is_asked_about_nowhere(world: World) -> None:
    """Nobody outside could know it; the user types the server."""
    found = world.find("robin@localhost")
    assert (found.imap, found.smtp, found.is_known) == ((), (), True)
    assert world.names.asked == []


# The DNS


def test_a_domain_of_ones_own_at_a_known_provider_is_recognised(world: World) -> None:
    """Its exchangers tell who keeps the mailbox, and what has to be switched on there."""
    world.names.says("seeker.example", "MX", "20 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com.")
    found = world.find()
    assert found.provider is not None
    assert found.provider.key == "google-workspace"
    assert servers(found.imap) == ["imap.gmail.com:993 (TLS)"]
    assert found.imap[0].how is How.MX
    assert found.imap[0].reason == "Google Workspace receives the mail of seeker.example"
    assert found.imap[0].is_outside


def test_what_dnssec_proves_needs_no_question(world: World) -> None:
    """Where this machine trusts its resolver to have checked it."""
    world.names.says("seeker.example", "MX", "1 aspmx.l.google.com.")
    world.names.says("_imaps._tcp.seeker.example", "SRV", "0 1 993 imap.hoster.example.")
    world.names.proves = True
    assert [each.is_outside for each in world.find().imap] == [True, True]
    assert [each.is_outside for each in world.find(trusts_proof=True).imap] == [False, False]
    world.names.proves = False
    assert [each.is_outside for each in world.find(trusts_proof=True).imap] == [True, True]


def test_proton_is_found_on_this_machine(world: World) -> None:
    """Its mailbox is reached through a program of the user's own, so nothing goes outside."""
    world.names.says("seeker.example", "MX", "10 mail.protonmail.ch.")
    found = world.find()
    assert servers(found.imap) == ["127.0.0.1:1143 (STARTTLS)"]
    assert not found.imap[0].is_outside
    assert found.provider is not None
    assert found.provider.private_certificate


def test_service_records_are_followed_by_priority_and_weight(world: World) -> None:
    """RFC 6186: the domain names its servers, TLS before STARTTLS."""
    world.names.says(
        "_imaps._tcp.seeker.example",
        "SRV",
        "10 0 993 late.seeker.example.",
        "0 5 993 light.seeker.example.",
        "0 50 1993 Heavy.Seeker.Example.",
    )
    world.names.says("_imap._tcp.seeker.example", "SRV", "0 1 143 plain.seeker.example.")
    world.names.says("_submissions._tcp.seeker.example", "SRV", "0 1 465 smtp.hoster.example.")
    found = world.find()
    assert servers(found.imap) == [
        "heavy.seeker.example:1993 (TLS)",
        "light.seeker.example:993 (TLS)",
        "late.seeker.example:993 (TLS)",
        "plain.seeker.example:143 (STARTTLS)",
    ]
    assert {each.how for each in found.imap} == {How.SRV}
    assert {each.reason for each in found.imap} == {"the DNS of seeker.example names it"}
    assert not any(each.is_outside for each in found.imap)
    assert servers(found.smtp) == ["smtp.hoster.example:465 (TLS)"]
    assert found.smtp[0].is_outside


def test_a_service_that_is_not_offered_is_not_proposed(world: World) -> None:
    """A single dot says so (RFC 6186, section 3.4); what is no host at all counts as little."""
    world.names.says("_imaps._tcp.seeker.example", "SRV", "0 0 0 .")
    world.names.says("_imap._tcp.seeker.example", "SRV", "0 0 143 localhost.")
    world.names.says("_submission._tcp.seeker.example", "SRV", r"0 0 587 evil\010name.example.")
    found = world.find()
    assert (found.imap, found.smtp) == ((), ())


def test_a_long_answer_comes_over_tcp(world: World) -> None:
    """A truncated answer is asked for again."""
    world.names.says("_imaps._tcp.seeker.example", "SRV", "0 1 993 imap.seeker.example.")
    world.names.truncates = True
    assert servers(world.find().imap) == ["imap.seeker.example:993 (TLS)"]


def test_a_misspelled_domain_is_called_unknown(world: World) -> None:
    """Nothing is guessed below it: the user has mistyped the address."""
    found = world.find("robin@seker.example")
    assert not found.is_known
    assert (found.imap, found.smtp, found.trials) == ((), (), ())


def test_a_domain_that_takes_no_mail_has_no_provider(world: World) -> None:
    """A null MX (RFC 7505) is no host."""
    world.names.says("seeker.example", "MX", "0 .")
    found = world.find()
    assert found.provider is None
    assert found.is_known


def test_a_name_server_that_fails_is_no_reason_to_fail(world: World) -> None:
    """What is not known is nothing; the user can still type the server."""
    world.names.fails = True
    found = world.find()
    assert (found.imap, found.smtp, found.is_known) == ((), (), True)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"x",
        b"\xff" * 10,
        b"\x81\x80\x00\x01\xff\xff\x00\x00\x00\x00",
        b"\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x0f\x00\x01",
    ],
)
def test_a_name_server_that_talks_nonsense_is_no_reason_to_fail(
    world: World, nonsense: bytes
) -> None:
    """Whoever sits on the way can answer anything."""
    world.names.says_instead = nonsense
    names = world.names.names(seconds=0.2)
    assert names.exchangers("seeker.example") == Exchangers()
    assert names.services("_imaps._tcp.seeker.example").records == ()


def test_a_name_server_that_is_silent_is_left_behind(world: World) -> None:
    """Each question ends by itself."""
    world.names.is_silent = True
    names = world.names.names(seconds=0.2)
    assert names.exchangers("seeker.example") == Exchangers()
    assert names.services("_imaps._tcp.seeker.example").records == ()
    assert world.names.was_asked("seeker.example MX")
    assert world.names.was_asked("_imaps._tcp.seeker.example SRV")


def test_a_resolver_is_trusted_only_where_the_machine_says_so(world: World, tmp_path: Path) -> None:
    """`options trust-ad` in resolv.conf(5); without it the proof may come from anybody."""
    world.names.says("_imaps._tcp.seeker.example", "SRV", "0 1 993 imap.seeker.example.")
    world.names.proves = True

    def here() -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], world.names.port
        return resolver

    conf = tmp_path / "resolv.conf"
    for text, trusts in (
        ("nameserver 127.0.0.53\noptions edns0 trust-ad\n", True),
        ("nameserver 127.0.0.53\n# options trust-ad\noptions edns0\n", False),
    ):
        conf.write_text(text, "utf-8")
        services = names_of_this_machine(conf, here).services("_imaps._tcp.seeker.example")
        assert services.records == (ServiceRecord(0, 1, 993, "imap.seeker.example"),)
        assert services.is_proved is trusts


def test_a_machine_without_a_resolver_knows_nothing(tmp_path: Path) -> None:
    """It may be without a network for now."""

    def none() -> dns.resolver.Resolver:
        raise dns.resolver.NoResolverConfiguration

    names = names_of_this_machine(tmp_path / "missing", none)
    assert names.exchangers("seeker.example") == Exchangers()
