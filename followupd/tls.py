"""How TLS is spoken with a mail server: always verified, never older than 1.2; its certificate.

A private authority, or a server's own certificate, is trusted where the configuration names its
file, and then nothing else is.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from followupd.errors import ConfigError, Problem
from followupd.mailbox.responses import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from followupd.config.settings import Imap, Smtp

# X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h, which Python has no name for.
_NO_CHECK_TIME: Final = 0x200000

_THIS_MACHINE: Final = ("localhost", "127.0.0.1")


def tls_context(ca_file: Path | None = None, *, key: str = "imap.ca_file") -> ssl.SSLContext:
    """A context that always verifies the server's certificate and name; TLS 1.2 or later.

    One context serves any number of connections; share it, it is large.

    Args:
        ca_file: a private certificate authority in PEM, or a server's own certificate; trusted
            instead of the system's authorities.
        key: where it was named, for the error.

    Raises:
        ConfigError: the file cannot be read or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        what = f"{ca_file} is not a readable file of PEM certificates ({words(error)})"
        raise ConfigError([Problem(f"accounts[].{key}", what)]) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        # What was named is trusted as it is, on every version of Python alike: also a server's
        # own certificate, and one that was made by hand and lacks what RFC 5280 asks of it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def looking_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context to look at a certificate whose name or time is wrong, to tell which it is.

    The authority is still verified. Nothing but STARTTLS may be said over such a connection.

    Raises:
        ConfigError: as `tls_context`.
    """
    context = tls_context(ca_file)
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    return context


def names_of(server: Imap | Smtp) -> tuple[str, ...]:
    """The names under which a server's certificate may be for it, the configured one first.

    A server on this machine with a certificate of its own calls itself `localhost` or 127.0.0.1,
    as Proton Bridge does; where that certificate is named in `ca_file`, the one is the other.
    """
    host = server.host.casefold()
    if server.ca_file is None or host not in _THIS_MACHINE:
        return (server.host,)
    return (host, *(each for each in _THIS_MACHINE if each != host))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server's certificate says.

    Attributes:
        names: the hosts it is for, DNS names first; bounded and cleaned, as the other texts.
        not_before: from when on it is valid, UTC.
        not_after: until when, UTC.
        issuer: the authority that signed it, by its common name or organisation.
    """

    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issuer: str = ""


def certificate_of(peer: Mapping[str, Any] | None) -> Certificate | None:
    """Read what `SSLSocket.getpeercert` gives of a verified certificate; None: there is none."""
    if not peer:
        return None
    alternatives = sorted(peer.get("subjectAltName", ()), key=lambda each: each[0] != "DNS")
    names = [value for kind, value in alternatives if kind in ("DNS", "IP Address")]
    issuer = {key: value for part in peer.get("issuer", ()) for key, value in part}
    try:
        return Certificate(
            tuple(words(each) for each in names),
            _moment(peer["notBefore"]),
            _moment(peer["notAfter"]),
            words(issuer.get("commonName") or issuer.get("organizationName") or ""),
        )
    except (KeyError, ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
