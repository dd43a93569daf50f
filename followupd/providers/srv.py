"""What a domain says in the DNS about its mail servers: RFC 6186, and RFC 8314 for submission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from followupd.config.settings import Security
from followupd.providers.servers import Protocol, Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from followupd.providers.lookup import ServiceRecord, Services

_OFFERED: Final = {
    Protocol.IMAP: (("_imaps._tcp", Security.TLS), ("_imap._tcp", Security.STARTTLS)),
    Protocol.SMTP: (
        ("_submissions._tcp", Security.TLS),
        ("_submission._tcp", Security.STARTTLS),
    ),
}
"""TLS from the start goes before STARTTLS: RFC 8314, sections 3.2 and 3.3."""


@dataclass(frozen=True, slots=True)
class Named:
    """A server that the DNS names.

    Attributes:
        server: the server.
        is_proved: whether DNSSEC proves that the domain named it.
    """

    server: Server
    is_proved: bool


def questions(domain: str) -> tuple[str, ...]:
    """The names to ask for."""
    return tuple(f"{label}.{domain}" for services in _OFFERED.values() for label, _ in services)


def named(domain: str, answers: Mapping[str, Services], protocol: Protocol) -> tuple[Named, ...]:
    """The servers that were named for a protocol, best first.

    Args:
        domain: that of the address.
        answers: those to `questions(domain)`; one that is missing counts as empty.
        protocol: what the server is to speak.
    """
    found: list[Named] = []
    for label, security in _OFFERED[protocol]:
        services = answers.get(f"{label}.{domain}")
        if services is not None:
            found += (
                Named(Server(record.host, record.port, security), services.is_proved)
                for record in offered(services.records)
            )
    return tuple(found)


def offered(records: Iterable[ServiceRecord]) -> list[ServiceRecord]:
    """The records that name a server, in the order in which they are to be tried.

    RFC 2782 spreads the clients over records of one priority by chance. Here one is chosen once and
    written down, so the heaviest comes first, and the same question has the same answer.
    """
    there = [record for record in records if record.host and record.port]
    return sorted(there, key=lambda record: (record.priority, -record.weight, record.host))
