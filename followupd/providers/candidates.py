"""Which servers may be the right ones, out of what is known and what the domain says.

Decided without asking anybody. An answer of the DNS can be forged, and with it the name of the
server that a password would be sent to. So a candidate that lies outside the address's domain, and
that nothing proves, is marked: the user is asked about it before anything secret goes there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.config.accounts import is_loopback
from followupd.providers import srv
from followupd.providers.presets import Provider, SignIn, preset_of_exchangers
from followupd.providers.servers import Protocol, Server, lies_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from followupd.providers.autoconfig import Entry
    from followupd.providers.lookup import Exchangers, Services
    from followupd.providers.trying import Trial


class How(StrEnum):
    """How a server was found, most trustworthy first."""

    PRESET = "preset"
    MX = "mx"
    SRV = "srv"
    AUTOCONFIG = "autoconfig"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that may be the right one.

    Attributes:
        server: where and how.
        username: what it is to be told at login.
        how: how it was found.
        sign_in: what it is known to take, usual one first; empty where nothing is known.
        is_outside: whether it lies outside the address's domain, and nothing proves that the domain
            means it: to be asked about before a password goes there.
        reason: how it was found, for the end of a sentence that names it.
    """

    server: Server
    username: str
    how: How
    sign_in: tuple[SignIn, ...]
    is_outside: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for an address.

    Attributes:
        address: as it was given, without blanks around it.
        domain: its domain, in lower case.
        provider: who keeps the mailbox, where it is one that is known.
        imap: servers for the mailbox, best first; may be empty.
        smtp: servers for sending, best first; may be empty.
        trials: servers that answered to a guess and cannot be used, such as for their certificate.
        is_known: False where the DNS says that there is no such domain.
    """

    address: str
    domain: str
    provider: Provider | None
    imap: tuple[Candidate, ...]
    smtp: tuple[Candidate, ...]
    trials: tuple[Trial, ...] = ()
    is_known: bool = True

    def of(self, protocol: Protocol) -> tuple[Candidate, ...]:
        """The servers that speak a protocol."""
        return self.imap if protocol is Protocol.IMAP else self.smtp


@dataclass(frozen=True, slots=True)
class Said:
    """What a domain says about its mail.

    Attributes:
        exchangers: who receives it.
        services: SRV records, by the name that was asked for.
        document: the servers that its document names.
    """

    exchangers: Exchangers
    services: Mapping[str, Services]
    document: tuple[Entry, ...]


def of_provider(address: str, domain: str, provider: Provider) -> Found:
    """The servers of a provider whose domain the address has."""
    how, reason = How.PRESET, f"{provider.name} uses it"
    return Found(
        address,
        domain,
        provider,
        _preset(address, provider, Protocol.IMAP, how, reason, is_outside=False),
        _preset(address, provider, Protocol.SMTP, how, reason, is_outside=False),
    )


def from_what_was_said(address: str, domain: str, said: Said) -> Found:
    """The servers that the domain's exchangers, its DNS and its document tell, in that order."""
    provider = preset_of_exchangers(said.exchangers.hosts)
    imap, smtp = (
        _each_once(
            (
                *_by_exchangers(address, domain, provider, said.exchangers, protocol),
                *_by_services(address, domain, said.services, protocol),
                *_by_document(domain, said.document, protocol),
            )
        )
        for protocol in (Protocol.IMAP, Protocol.SMTP)
    )
    # A domain of which the DNS knows nothing may still have a document on a network of its own.
    is_known = said.exchangers.domain_exists or bool(imap or smtp)
    return Found(address, domain, provider, imap, smtp, is_known=is_known)


def guessed(address: str, domain: str, server: Server) -> Candidate:
    """A server that answered to a guess."""
    return Candidate(
        server=server,
        username=address,
        how=How.GUESS,
        sign_in=(),
        is_outside=not lies_within(server.host, domain),
        reason="it has a usual name, and answers",
    )


def _preset(
    address: str, provider: Provider, protocol: Protocol, how: How, reason: str, *, is_outside: bool
) -> tuple[Candidate, ...]:
    server = provider.imap if protocol is Protocol.IMAP else provider.smtp
    if server is None:
        return ()
    username = provider.username(address, protocol)
    # What is on this very machine lies outside of nothing.
    outside = is_outside and not is_loopback(server.host)
    return (Candidate(server, username, how, provider.sign_in, outside, reason),)


def _by_exchangers(
    address: str,
    domain: str,
    provider: Provider | None,
    exchangers: Exchangers,
    protocol: Protocol,
) -> tuple[Candidate, ...]:
    if provider is None:
        return ()
    reason = f"{provider.name} receives the mail of {domain}"
    outside = not exchangers.is_proved
    return _preset(address, provider, protocol, How.MX, reason, is_outside=outside)


def _by_services(
    address: str, domain: str, services: Mapping[str, Services], protocol: Protocol
) -> Iterable[Candidate]:
    for named in srv.named(domain, services, protocol):
        yield Candidate(
            server=named.server,
            username=address,
            how=How.SRV,
            sign_in=(),
            is_outside=not named.is_proved and not lies_within(named.server.host, domain),
            reason=f"the DNS of {domain} names it",
        )


def _by_document(domain: str, document: Iterable[Entry], protocol: Protocol) -> Iterable[Candidate]:
    for entry in document:
        if entry.protocol is protocol:
            yield Candidate(
                server=entry.server,
                username=entry.username,
                how=How.AUTOCONFIG,
                sign_in=entry.sign_in,
                # It came over verified HTTPS, so it is the domain's own word.
                is_outside=False,
                reason=f"the web server of {domain} names it",
            )


def _each_once(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Each server once, as it was found first; proved where it is proved in any way."""
    once: dict[Server, Candidate] = {}
    for candidate in candidates:
        before = once.setdefault(candidate.server, candidate)
        if before.is_outside and not candidate.is_outside:
            once[candidate.server] = replace(before, is_outside=False)
    return tuple(once.values())
