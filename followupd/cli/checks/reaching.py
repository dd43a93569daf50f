"""`check`: whether a server is there at all, and protected: TCP and TLS. Nobody signs in."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.certificate import certificate_check
from followupd.cli.checks.line import failed, ok, warning
from followupd.cli.checks.lookup import lookup
from followupd.errors import ConfigError, ConnectionLost, FollowupdError
from followupd.mailbox.wire import Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Imap, Smtp
    from followupd.reaching import Certificate

TIMEOUTS: Final = Timeouts(connect=10.0, read=15.0)
"""Shorter than the daemon's: somebody sits before the screen."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the lines and the keys of a server are called.

    Attributes:
        key: the section of the configuration: `imap` or `smtp`.
        prefix: of the names of the lines: "" for IMAP, which every account has.
    """

    key: str
    prefix: str = ""


IMAP: Final = Protocol("imap")
SMTP: Final = Protocol("smtp", "SMTP ")


def resolve(protocol: Protocol, host: str) -> Check:
    """Whether the host has addresses."""
    return lookup(f"{protocol.prefix}DNS", f"{protocol.key}.host", host)


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection as it was made.

    Attributes:
        peer: the address that answered; "" where it is not known.
        tls_version: such as `TLSv1.3`; "" without TLS.
        certificate: what it says; None without TLS.
    """

    peer: str
    tls_version: str
    certificate: Certificate | None


def reach_checks(
    protocol: Protocol, server: Imap | Smtp, connect: Callable[[], Reached], wall: Wall
) -> Iterator[Check]:
    """Connect without signing in, and tell what was met; the last line has failed where it did.

    Args:
        protocol: which.
        server: where.
        connect: connects and protects the connection; raises a `FollowupdError` where it cannot.
        wall: now.
    """
    at, key, name = f"{server.host}:{server.port}", protocol.key, f"{protocol.prefix}connection"
    began = time.monotonic()
    try:
        reached = connect()
    except FollowupdError as error:
        yield from _unreached(protocol, at, error)
        return
    taken = (time.monotonic() - began) * 1000
    family = "IPv6" if ":" in reached.peer else "IPv4"
    how = f", over {family}, within {taken:.0f} ms" if reached.peer else ""
    yield ok(name, f"{at} answers{how}")
    if not reached.tls_version:
        yield warning(
            f"{protocol.prefix}TLS",
            "none: what is said can be read on the way, which is this machine alone",
            f"leave it so while {key}.host is this machine, as it must be without TLS",
        )
        return
    yield certificate_check(
        f"{protocol.prefix}TLS",
        reached.tls_version,
        reached.certificate,
        f"{key}.ca_file" if server.ca_file is not None else None,
        wall,
    )


def _unreached(protocol: Protocol, at: str, error: FollowupdError) -> Iterator[Check]:
    """Say at which step it ended; the sentence of the error says what to look at."""
    if isinstance(error, ConfigError):
        what = error.problems[0].what
        yield failed(f"{protocol.prefix}TLS", what, f"put {protocol.key}.ca_file right")
        return
    met_tls = isinstance(error.__cause__, ssl.SSLError)
    if isinstance(error, ConnectionLost) and not met_tls:
        advice = "where the server is right, followupd tries again by itself and goes on then"
        yield failed(f"{protocol.prefix}connection", error, advice)
        return
    yield ok(f"{protocol.prefix}connection", f"{at} answers")
    advice = "nothing was sent to it; it is tried again as soon as that is put right"
    yield failed(f"{protocol.prefix}TLS", error, advice)
