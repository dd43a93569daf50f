"""Reading the document that a domain serves about its mail.

The format is Mozilla's (`config-v1.1.xml`, wiki.mozilla.org/Thunderbird:Autoconfiguration), which
hosters of all kinds publish. What is read was written by a stranger: no entity is resolved, nothing
is loaded, and a server that is not protected does not exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from followupd.config.settings import Security
from followupd.providers.presets import SignIn
from followupd.providers.servers import Protocol, Server, public_name
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 131_072
"""The most bytes of a document that are read at all; real ones have some 2,000."""

_SECURITY: Final = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS}
_SIGN_IN: Final = {
    "password-cleartext": SignIn.PASSWORD,
    "plain": SignIn.PASSWORD,
    "OAuth2": SignIn.OAUTH,
}
"""`plain` is what version 1.0 called it. Whatever else there is, followupd does not speak."""

_ELEMENTS: Final = {
    Protocol.IMAP: ("incomingServer", "imap"),
    Protocol.SMTP: ("outgoingServer", "smtp"),
}
_MOST_SERVERS: Final = 20
_MOST_NAME: Final = 254
_LAST_PORT: Final = 65_535
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_PLACEHOLDER: Final = re.compile(r"%[A-Z]+%")


@dataclass(frozen=True, slots=True)
class Entry:
    """A server that the document names.

    Attributes:
        protocol: what it speaks.
        server: where it is.
        username: what it is to be told at login.
        sign_in: what it takes of what followupd can; not empty.
    """

    protocol: Protocol
    server: Server
    username: str
    sign_in: tuple[SignIn, ...]


def urls(address: str) -> tuple[str, str]:
    """Where the domain of an address may serve the document; only the first is told the address."""
    domain = address.rpartition("@")[2].lower()
    # Everything that an address may hold and a query may not, RFC 3986, section 3.4.
    told = "".join(
        each if each.isalnum() or each in "@.-_~" else f"%{ord(each):02X}" for each in address
    )
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={told}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def entries(document: bytes, address: str) -> tuple[Entry, ...]:
    """The servers that a document names, in its order, which is that of preference.

    Args:
        document: as it was served; what is no such document, or is hostile, names none.
        address: the user's, which fills the document's placeholders.
    """
    root = _root(document)
    if root is None:
        return ()
    return tuple(_entries(root, address))


def _root(document: bytes) -> etree._Element | None:
    if len(document) > LARGEST:
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # The format has no document type; whoever sends one wants it to be expanded.
    if root.getroottree().docinfo.internalDTD is not None or root.tag != "clientConfig":
        return None
    return root


def _entries(root: etree._Element, address: str) -> Iterator[Entry]:
    for protocol, (tag, kind) in _ELEMENTS.items():
        for element in root.findall(f"emailProvider/{tag}")[:_MOST_SERVERS]:
            if element.get("type") == kind and (entry := _entry(protocol, element, address)):
                yield entry


def _entry(protocol: Protocol, element: etree._Element, address: str) -> Entry | None:
    host = public_name(_filled(_text(element, "hostname"), address) or "")
    port = _text(element, "port")
    security = _SECURITY.get(_text(element, "socketType"))
    sign_in = _sign_in(element)
    username = _filled(_text(element, "username") or "%EMAILADDRESS%", address)
    if host is None or security is None or username is None or not sign_in:
        return None
    if not _PORT.fullmatch(port) or int(port) > _LAST_PORT:
        return None
    return Entry(protocol, Server(host, int(port), security), username, sign_in)


def _text(element: etree._Element, name: str) -> str:
    return clean(element.findtext(name) or "", _MOST_NAME)


def _filled(text: str, address: str) -> str | None:
    """The text with its placeholders filled; None where it has one that nobody can fill."""
    local, _, domain = address.rpartition("@")
    values = {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain}
    if any(each not in values for each in _PLACEHOLDER.findall(text)):
        return None
    # In one go: what was filled in is not looked at again.
    return _PLACEHOLDER.sub(lambda found: values[found[0]], text)


def _sign_in(element: etree._Element) -> tuple[SignIn, ...]:
    """What the server takes of what followupd can; where it does not say, a password."""
    said = [clean(each.text or "", 40) for each in element.findall("authentication")[:10]]
    if not said:
        return (SignIn.PASSWORD,)
    return tuple(dict.fromkeys(_SIGN_IN[each] for each in said if each in _SIGN_IN))
