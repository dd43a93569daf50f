"""A server, and the file of its certificate, as people type them."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import idna

from followupd.config.accounts import HOST, is_loopback
from followupd.config.settings import Security
from followupd.config.words import near, quoted
from followupd.errors import UsageError
from followupd.providers.servers import USUAL_PORTS, Protocol, Server

if TYPE_CHECKING:
    from followupd.cli.init.outside import Outside

_HIGHEST_PORT: Final = 65_535
_STARTTLS_PORTS: Final = (143, 587, 25, 1143, 1025)


def read_server(text: str, protocol: Protocol) -> Server:
    """A server as it is typed: `host`, `host:port`, each with or without its protection.

    Raises:
        UsageError: it cannot be understood.
    """
    words = text.split()
    place, *rest = words or [""]
    if len(rest) > 1:
        raise UsageError(
            f"{quoted(text)} has a word too many; write host:port and then tls or starttls."
        )
    host, port = _parted(place)
    security = _security(rest[0]) if rest else None
    number = _port(port) if port else None
    if security is None:
        security = Security.STARTTLS if number in _STARTTLS_PORTS else Security.TLS
    if security is Security.NONE and not is_loopback(host):
        raise UsageError(
            "Without TLS the password would go in clear text, which is possible only for this very "
            "machine; write tls or starttls."
        )
    usual = {**USUAL_PORTS[protocol], Security.NONE: 143 if protocol is Protocol.IMAP else 25}
    return Server(host, number or usual[security], security)


def _parted(place: str) -> tuple[str, str]:
    """Host and port, the port "" where none is named."""
    if place.startswith("["):
        host, _, rest = place[1:].partition("]")
        port = rest.removeprefix(":")
    elif place.count(":") > 1:
        host, port = place, ""
    else:
        host, _, port = place.partition(":")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not HOST.fullmatch(host):
            spelled = in_ascii(host)
            raise UsageError(
                f"Write its name as the network spells it: {spelled}"
                if spelled
                else "That is no server; write its bare name, such as imap.example.org, or its "
                "address."
            ) from None
    return host.lower(), port


def in_ascii(domain: str) -> str:
    """How the network spells a domain with other letters (RFC 5891); "" for none such."""
    if domain.isascii():
        return ""
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""


def bracketed(host: str) -> str:
    """A host as it stands before a colon and a port."""
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _HIGHEST_PORT):
        raise UsageError(f"{quoted(text)} is no port; it is a number from 1 to {_HIGHEST_PORT}.")
    return int(text)


def _security(text: str) -> Security:
    names = [each.value for each in Security]
    if text.casefold() not in names:
        raise UsageError(f"{quoted(text)} is no protection; {near(text, names)}")
    return Security(text.casefold())


def named_file(text: str) -> Path:
    """The absolute path of a file that is named.

    Raises:
        UsageError: the home folder that it begins with is not known.
    """
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise UsageError("The home folder that ~ stands for cannot be found.") from None


def read_file(text: str, outside: Outside) -> Path:
    """A file that is there.

    Raises:
        UsageError: it is not.
    """
    path = named_file(text)
    if not outside.is_file(path):
        raise UsageError(f"There is no file {quoted(str(path))}.")
    return path
