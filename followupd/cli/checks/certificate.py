"""What a server's certificate says, in words; pure.

It was verified before: what is told here is for whom it is good, who vouches for it, and until
when.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import ok, warning

if TYPE_CHECKING:
    from followupd.cli.checks.line import Check, Wall
    from followupd.reaching import Certificate

SOON: Final = timedelta(days=14)
"""How long before its end a certificate is worth a word; most are renewed a month before."""

_MOST_NAMES: Final = 4


def certificate_check(
    check: str,
    version: str,
    certificate: Certificate | None,
    trusted_by: str | None,
    wall: Wall,
) -> Check:
    """The line about a protected connection.

    Args:
        check: its name, such as `TLS`.
        version: of the protocol, such as `TLSv1.3`.
        certificate: the server's, verified; None where nothing of it could be read.
        trusted_by: the key by which the user named whom to trust, such as `imap.ca_file`; None
            where this machine's own list decides.
        wall: now.
    """
    if certificate is None:
        return ok(check, f"{version}, with a certificate that is good for this host")
    names = ", ".join(certificate.names[:_MOST_NAMES]) or "this host"
    more = len(certificate.names) - _MOST_NAMES
    shown = f"{names} and {more} more" if more > 0 else names
    # No authority is called like a host: who is, signed their own.
    is_self_signed = certificate.issuer in certificate.names
    by = "signed by itself" if is_self_signed else f"signed by {certificate.issuer or 'somebody'}"
    trusted = f" and trusted since {trusted_by} says so" if trusted_by else ""
    until = f"good until {wall.day(certificate.not_after)}"
    said = f"{version}; the certificate is for {shown}, {by}{trusted}, {until}"
    if certificate.not_after - wall.now >= SOON:
        return ok(check, said)
    what = f"{said}; from then on no connection is made"
    if trusted_by:
        advice = f"when the server has a new one, see whether what {trusted_by} names still fits"
        return warning(check, what, advice)
    return warning(check, what, "the server's owner has to renew it; tell them if they do not")
