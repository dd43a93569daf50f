"""Asking the DNS, in bounded time and without an error: what is not known is nothing.

Answers can be forged by whoever sits on the way, unless DNSSEC proves them. A program cannot see
that proof itself; it can only trust a resolver that has checked it, where whoever set up the
machine says so (`options trust-ad` in resolv.conf(5), which systemd-resolved writes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dns.exception
import dns.flags
import dns.name
import dns.resolver

from followupd.providers.servers import public_name

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS: Final = 4.0
_RESOLV_CONF: Final = Path("/etc/resolv.conf")
_TRUST: Final = re.compile(r"^\s*options\b.*\btrust-ad\b", re.MULTILINE)
_MOST: Final = 20  # records of one answer that are looked at


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """An SRV record (RFC 2782).

    Attributes:
        priority: lower comes first.
        weight: among equals, how often one should be chosen.
        port: 0 to 65535.
        host: in lower case; "" for the root, which says that there is no such service.
    """

    priority: int
    weight: int
    port: int
    host: str


@dataclass(frozen=True, slots=True)
class Services:
    """The SRV records of one name.

    Attributes:
        records: as they came; those that name no usable host are left out.
        is_proved: whether DNSSEC proves them.
    """

    records: tuple[ServiceRecord, ...] = ()
    is_proved: bool = False


@dataclass(frozen=True, slots=True)
class Exchangers:
    """Who receives the mail of a domain (MX).

    Attributes:
        hosts: in lower case, most preferred first; empty where none is named, or where it is said
            that the domain takes no mail (RFC 7505).
        is_proved: whether DNSSEC proves them.
        domain_exists: False where the DNS says that there is no such domain.
    """

    hosts: tuple[str, ...] = ()
    is_proved: bool = False
    domain_exists: bool = True


class Names:
    """The DNS as this machine sees it. Threads may share one.

    Args:
        resolver: asks the servers it was told.
        trusts_proof: whether its word that DNSSEC proves an answer can be trusted.
        seconds: how long one question may take, with all its repetitions.
    """

    def __init__(
        self,
        resolver: dns.resolver.Resolver | None,
        *,
        trusts_proof: bool = False,
        seconds: float = _SECONDS,
    ) -> None:
        self._resolver = resolver
        self._trusts_proof = trusts_proof
        self._seconds = seconds
        if resolver is not None:
            # AD in a question asks for the answer's proof to be told (RFC 6840, section 5.7).
            resolver.flags = dns.flags.RD | dns.flags.AD

    def services(self, name: str) -> Services:
        """The SRV records of a name such as `_imaps._tcp.example.org`; blocks."""
        answer = self._ask(name, "SRV")
        if not isinstance(answer, dns.resolver.Answer):
            return Services()
        found = (
            ServiceRecord(each.priority, each.weight, each.port, host)
            for each in list(answer)[:_MOST]
            if (host := _host(each.target)) is not None
        )
        return Services(tuple(found), self._is_proved(answer))

    def exchangers(self, domain: str) -> Exchangers:
        """Who receives the mail of a domain; blocks."""
        answer = self._ask(domain, "MX")
        if not isinstance(answer, dns.resolver.Answer):
            return Exchangers(domain_exists=answer)
        ordered = sorted(answer, key=lambda each: (int(each.preference), each.exchange))[:_MOST]
        hosts = tuple(host for each in ordered if (host := _host(each.exchange)))
        return Exchangers(hosts, self._is_proved(answer))

    def _ask(self, name: str, kind: str) -> dns.resolver.Answer | bool:
        """The answer, or whether the name may exist all the same."""
        if self._resolver is None:
            return True
        try:
            # The final dot keeps the machine's search domains out of it.
            return self._resolver.resolve(f"{name}.", kind, lifetime=self._seconds)
        except dns.resolver.NXDOMAIN:
            return False
        except (dns.exception.DNSException, OSError, ValueError):
            return True

    def _is_proved(self, answer: dns.resolver.Answer) -> bool:
        return self._trusts_proof and bool(answer.response.flags & dns.flags.AD)


def _host(name: Any) -> str | None:
    """A host that a record names; "" for the root, None where it cannot be one."""
    if name == dns.name.root:
        return ""
    return public_name(name.to_text(omit_final_dot=True))


def names_of_this_machine(
    resolv_conf: Path = _RESOLV_CONF,
    new_resolver: Callable[[], dns.resolver.Resolver] = dns.resolver.Resolver,
) -> Names:
    """The DNS as it is set up here; where nothing is set up, one that knows nothing."""
    try:
        trusts = _TRUST.search(resolv_conf.read_text("utf-8", "replace")) is not None
    except OSError:
        trusts = False
    try:
        return Names(new_resolver(), trusts_proof=trusts)
    except (dns.exception.DNSException, OSError, ValueError):
        return Names(None)
