"""Whose mail domain is it?

A colleague's mail comes from the same organisation's domain or from a neighbour of it. A host
that many organisations share (webmail, applicant tracking, job boards) speaks for none of them:
taking one for the employer laid 23 firms' mail to a single interview elsewhere. The hosts are
data: `shared_hosts.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from followupd.reading.data import read_data

_COUNTRY = 2
"""Letters of a country's top-level domain."""


@dataclass(frozen=True, slots=True)
class _Hosts:
    webmail: frozenset[str]
    applicant_tracking: dict[str, str]
    platforms: dict[str, str]
    any_suffix: frozenset[str]
    suffixes: frozenset[str]
    second_level: frozenset[str]


@cache
def _hosts() -> _Hosts:
    data = read_data("shared_hosts.toml")

    def by_host(table: str) -> dict[str, str]:
        return {host: name for name, hosts in data[table].items() for host in hosts}

    return _Hosts(
        webmail=frozenset(data["webmail"]),
        applicant_tracking=by_host("applicant_tracking"),
        platforms=by_host("platforms"),
        any_suffix=frozenset(data["any_suffix"]),
        suffixes=frozenset(data["suffixes"]),
        second_level=frozenset(data["second_level"]),
    )


def registrable(domain: str) -> str:
    """The part of a domain that an organisation registers: mail.acme.co.uk is acme.co.uk.

    "" for a domain of one label and for one that is only a suffix, such as co.uk.
    """
    labels = [label for label in domain.split(".") if label]
    if len(labels) < 2:  # noqa: PLR2004 - a name and a top-level domain
        return ""
    last, before = labels[-1], labels[-2]
    is_suffix = f"{before}.{last}" in _hosts().suffixes or (
        len(last) == _COUNTRY and before in _hosts().second_level
    )
    count = 3 if is_suffix else 2
    return ".".join(labels[-count:]) if len(labels) >= count else ""


def is_shared(domain: str) -> bool:
    """Whether a domain, in the form in which it is compared, is shared by many organisations."""
    hosts = _hosts()
    return (
        any(above in hosts.webmail for above in _above(domain))
        or carrier(domain) != ""
        or registrable(domain).split(".")[0] in hosts.any_suffix
    )


def is_applicant_tracking(domain: str) -> bool:
    """Whether a domain belongs to a system that recruiters of many firms write through."""
    return any(above in _hosts().applicant_tracking for above in _above(domain)) or (
        registrable(domain).split(".")[0] == "personio"
    )


def carrier(domain: str) -> str:
    """What the applicant-tracking system or job board behind a domain calls itself.

    us.greenhouse-mail.io is Greenhouse; "" for any other domain.
    """
    hosts = _hosts()
    for above in _above(domain):
        name = hosts.applicant_tracking.get(above) or hosts.platforms.get(above)
        if name:
            return name
    return "Personio" if registrable(domain).split(".")[0] == "personio" else ""


def _above(domain: str) -> list[str]:
    """A domain and those it lies below, the longest first; at most ten."""
    labels = domain.split(".")[-10:]
    return [".".join(labels[start:]) for start in range(len(labels))]


def organisation(domain: str) -> str:
    """What stands for the organisation behind a domain; "" where no organisation does."""
    return "" if is_shared(domain) else registrable(domain)
