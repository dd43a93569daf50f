"""The names that mail servers usually have, where nobody says what they are called.

A guess is worth nothing until somebody answers there; `finding` tries each without signing in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from followupd.providers.servers import USUAL_PORTS, Protocol, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from followupd.config.settings import Security

_LABELS: Final = {
    Protocol.IMAP: ("imap.", "mail.", ""),
    Protocol.SMTP: ("smtp.", "mail.", ""),
}


def guesses(
    domain: str, further: Sequence[str], protocol: Protocol, security: Security
) -> tuple[Server, ...]:
    """Servers to be tried, best first.

    Args:
        domain: that of the address.
        further: other hosts that may be it, such as the domain's mail exchanger, which is the very
            server where somebody runs but one.
        protocol: what is to be spoken there.
        security: how it is to be protected, which tells the port.
    """
    hosts = [f"{label}{domain}" for label in _LABELS[protocol]]
    hosts += further
    port = USUAL_PORTS[protocol][security]
    return tuple(Server(host, port, security) for host in dict.fromkeys(hosts))
