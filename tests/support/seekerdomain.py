"""A domain of a test's own: its name server, where its names lead, and who signs for it.

The names of the tests lead to loopback (`SmallInternet`); everything else is real: DNS over UDP
and TCP, HTTPS, IMAP and SMTP over verified TLS, under the names that an address would have.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.providers.finding import Candidate, Found, find
from tests.support.nameserver import NameServer, SmallInternet
from tests.support.webpages import WebPages

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.support.authority import Authority

ADDRESS = "robin.doe@seeker.example"
PATIENT = 30.0
"""Seconds: more than a user has, since the machine may be busy."""


@dataclass
class World:
    """The servers around an address.

    Attributes:
        names: the name server.
        internet: where names lead.
        authority: signs the certificates; trusted.
    """

    names: NameServer
    internet: SmallInternet
    authority: Authority

    def find(self, address: str = ADDRESS, *, trusts_proof: bool = False) -> Found:
        """What is found for an address, with more patience than a user has."""
        return find(
            address,
            names=self.names.names(trusts_proof=trusts_proof),
            ca_file=self.authority.ca_file,
            seconds=PATIENT,
        )

    def web(self, *hosts: str) -> WebPages:
        """A web server of these names, which has a certificate for the first; not started."""
        web = WebPages(self.authority.sign(hosts[0], dns=hosts[0], address=None))
        for host in hosts:
            self.internet.leads(host, 443, web.port)
        return web


@contextmanager
def domain_of_its_own(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A domain that exists and of which nothing else is known."""
    internet = SmallInternet()
    monkeypatch.setattr(socket, "getaddrinfo", internet.getaddrinfo)
    with NameServer() as names:
        names.says("seeker.example", "TXT", '"a domain"')
        yield World(names, internet, authority)


def servers(candidates: tuple[Candidate, ...]) -> list[str]:
    """The candidates' servers, in words."""
    return [str(each.server) for each in candidates]
