"""Which of the servers that the DNS names comes first, and which are none."""

from __future__ import annotations

import pytest

from followupd.config import Security
from followupd.providers.lookup import ServiceRecord, Services
from followupd.providers.servers import Protocol, Server
from followupd.providers.srv import named, offered, questions


def record(priority: int, weight: int, host: str, port: int = 993) -> ServiceRecord:
    """An SRV record."""
    return ServiceRecord(priority, weight, port, host)


def test_four_services_are_asked_for() -> None:
    """RFC 6186 and RFC 8314 name them."""
    assert questions("example.org") == (
        "_imaps._tcp.example.org",
        "_imap._tcp.example.org",
        "_submissions._tcp.example.org",
        "_submission._tcp.example.org",
    )


def test_the_lowest_priority_comes_first_and_the_heaviest_of_it() -> None:
    """The same records have the same order each time, whatever order they came in."""
    records = [
        record(10, 0, "late.example.org"),
        record(0, 5, "light.example.org"),
        record(0, 50, "heavy.example.org"),
    ]
    hosts = ["heavy.example.org", "light.example.org", "late.example.org"]
    assert [each.host for each in offered(records)] == hosts
    assert [each.host for each in offered(reversed(records))] == hosts


@pytest.mark.parametrize("none", [record(0, 0, ""), record(0, 0, "mail.example.org", 0)])
def test_a_service_that_is_not_offered_is_none(none: ServiceRecord) -> None:
    """A root in place of a host says that there is no such service (RFC 2782)."""
    assert offered([none]) == []


def test_tls_from_the_start_goes_before_starttls() -> None:
    """RFC 8314 wants it so, whatever the priorities across the two services."""
    answers = {
        "_imap._tcp.example.org": Services((record(0, 9, "a.example.org", 143),)),
        "_imaps._tcp.example.org": Services((record(9, 0, "b.example.org"),)),
    }
    assert [each.server for each in named("example.org", answers, Protocol.IMAP)] == [
        Server("b.example.org", 993, Security.TLS),
        Server("a.example.org", 143, Security.STARTTLS),
    ]
    assert named("example.org", answers, Protocol.SMTP) == ()


def test_a_proof_goes_with_the_servers_that_it_proves() -> None:
    """The two answers for sending may be proved differently."""
    answers = {
        "_submissions._tcp.example.org": Services((record(0, 0, "a.example.org", 465),), True),
        "_submission._tcp.example.org": Services((record(0, 0, "b.example.org", 587),)),
    }
    found = named("example.org", answers, Protocol.SMTP)
    assert [(each.server.port, each.is_proved) for each in found] == [(465, True), (587, False)]
