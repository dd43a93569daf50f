"""Where a server is: host, port and protection, as they are proposed to the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from followupd.config.accounts import HOST, IMAP_PORTS, SMTP_PORTS
from followupd.config.settings import Security


class Protocol(StrEnum):
    """What is spoken there."""

    IMAP = "IMAP"
    SMTP = "SMTP"


@dataclass(frozen=True, slots=True)
class Server:
    """A place to connect to.

    Attributes:
        host: a name in lower case without the final dot, or an address without brackets.
        port: 1 to 65535.
        security: how the connection is protected.
    """

    host: str
    port: int
    security: Security

    def __str__(self) -> str:
        protection = {Security.TLS: "TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "no TLS"}
        return f"{self.host}:{self.port} ({protection[self.security]})"


USUAL_PORTS: Final = {Protocol.IMAP: IMAP_PORTS, Protocol.SMTP: SMTP_PORTS}
"""RFC 8314, sections 3.2 and 3.3, and RFC 3501; RFC 6409 for 587."""


def is_host(text: str) -> bool:
    """Whether it is a host's name in lower case without a final dot, as the DNS has them."""
    is_name = text == text.lower() and not text.endswith(".") and HOST.fullmatch(text)
    # What ends in a number is an address, or half of one.
    return bool(is_name) and not text.rpartition(".")[2].isdigit()


def public_name(said: str) -> str | None:
    """The host that somebody on the network named, in the form in which it is compared.

    Args:
        said: any text.

    Returns:
        A whole domain name in lower case; None for anything else, also for an address (no
        certificate would fit it) and for names that stay on this machine (RFC 6761).
    """
    name = said.strip().lower().removesuffix(".")
    if "." not in name or not is_host(name) or name.endswith(".localhost"):
        return None
    return name


def lies_within(host: str, domain: str) -> bool:
    """Whether a host is the domain itself or a name below it; both in lower case."""
    return host == domain or host.endswith(f".{domain}")
