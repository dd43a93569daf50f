"""Why a mail server could not be reached safely, in words: one place for IMAP and SMTP.

Each sentence names host and port, what is wrong, and what to do, with the configuration's key.
Nothing here touches a network or a clock; nothing was sent to the server when one of these is
raised, and nothing secret can be in them.
"""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING, Final

from followupd.config.accounts import IMAP_PORTS, SMTP_PORTS
from followupd.config.settings import Imap, Security
from followupd.domain.days import say_moment
from followupd.errors import AuthenticationError, ConnectionLost, ServerRefused
from followupd.mailbox.faults import reason
from followupd.mailbox.responses import words
from followupd.tls import Certificate, certificate_of

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.config.settings import Smtp

__all__ = [
    "Certificate",
    "certificate_of",
    "in_clear_text",
    "is_of_another_name",
    "is_worth_a_look",
    "no_starttls",
    "starttls_refused",
    "takes_users_in_before_tls",
    "unreachable",
    "where",
]

# X509_V_ERR_… of OpenSSL's x509_vfy.h.
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_SELF_SIGNED: Final = 18
_UNKNOWN_AUTHORITY: Final = frozenset({2, 19, 20, 21, 27, 28})
_WRONG_NAME: Final = frozenset({62, 64})

# Reasons of OpenSSL's sslerr.h, as Python names them.
_NO_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"}
    | {"PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "BAD_RECORD_TYPE"}
)
_OLD_TLS: Final = frozenset(
    {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"}
    | {"NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW"}
)
_WEAK_TLS: Final = frozenset(
    {"SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_INSUFFICIENT_SECURITY", "DH_KEY_TOO_SMALL"}
    | {"NO_SHARED_CIPHER", "WRONG_SIGNATURE_TYPE", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"}
)

_NOBODY_THERE: Final = frozenset(
    {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH}
)

_MOST_NAMES: Final = 3


def is_worth_a_look(error: Exception) -> bool:
    """Whether name or time of the certificate is wrong, so that it helps to say what it has."""
    return isinstance(error, ssl.SSLCertVerificationError) and (
        error.verify_code in (_NOT_YET_VALID, _EXPIRED, *_WRONG_NAME)
    )


def is_of_another_name(error: Exception) -> bool:
    """Whether the certificate is good, but for another name."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _WRONG_NAME


def where(server: Imap | Smtp) -> str:
    """Host and port, for words."""
    return f"{server.host}:{server.port}"


def unreachable(
    server: Imap | Smtp,
    error: Exception,
    *,
    now: datetime,
    presented: Certificate | None = None,
    is_silent: bool = False,
) -> ConnectionLost:
    """What to tell when no protected connection could be made to a server.

    Args:
        server: where to, and how.
        error: of the socket, of TLS, or of what was said in place of a greeting.
        now: by this machine's clock, UTC.
        presented: the server's certificate, where it is known.
        is_silent: whether the server took the connection and then said nothing in time.
    """
    reached = not isinstance(error, (socket.gaierror, UnicodeError)) and not (
        isinstance(error, OSError) and error.errno in _NOBODY_THERE
    )
    what = _what(server, error, now, presented, is_silent=is_silent)
    return ConnectionLost(f"{where(server)}: {what}", reached=reached)


def no_starttls(server: Imap | Smtp) -> ServerRefused:
    """What to tell when a server that should speak STARTTLS does not offer it."""
    protocol = _protocol(server)
    return ServerRefused(
        f"{where(server)} does not offer STARTTLS, and nothing is sent in clear text; if the "
        f'server speaks TLS from the start, set {protocol}.security = "tls" and its port '
        f"({_tls_port(server)} as a rule); if it did offer STARTTLS before, somebody between here "
        "and there takes the offer away: try another network"
    )


def starttls_refused(server: Imap | Smtp, said: object) -> ServerRefused:
    """What to tell when STARTTLS was offered and then refused."""
    return ServerRefused(
        f"{where(server)} offers STARTTLS and then refuses it ({words(said)}); nothing is sent in "
        f'clear text; try {_protocol(server)}.security = "tls" and its port ({_tls_port(server)} '
        "as a rule)"
    )


def takes_users_in_before_tls(server: Imap | Smtp) -> ServerRefused:
    """What to tell of a PREAUTH greeting (RFC 9051, section 11.1) in clear text."""
    return ServerRefused(
        f"{where(server)} takes users in before STARTTLS, so that all mail would go in clear "
        "text; that is not safe, and may be the work of somebody between here and there; set "
        f'{_protocol(server)}.security = "tls" and its port ({_tls_port(server)} as a rule)'
    )


def in_clear_text(server: Imap | Smtp) -> AuthenticationError:
    """What to tell when a password or token would leave this machine in clear text."""
    return AuthenticationError(
        f"{where(server)}: no password and no token is sent in clear text except to this machine; "
        f'set {_protocol(server)}.security = "tls" or "starttls"'
    )


def _what(
    server: Imap | Smtp,
    error: Exception,
    now: datetime,
    presented: Certificate | None,
    *,
    is_silent: bool,
) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_is_wrong(server, error, now, presented)
    if isinstance(error, ssl.SSLError):
        return _no_tls(server, error)
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return _no_name(server, error)
    if isinstance(error, TimeoutError):
        return _no_answer(server, is_silent=is_silent)
    # imaplib hands a greeting on that turns us away as it came.
    why = reason(error).removeprefix("* BYE ")
    if why.startswith("unexpected response"):
        why = "what answers there speaks no IMAP"
    place = f"check {_protocol(server)}.host and {_protocol(server)}.port"
    if isinstance(error, ConnectionRefusedError):
        why, place = "nobody listens there", f"{place}, and whether the server runs"
    elif isinstance(error, OSError) and error.errno in _NOBODY_THERE:
        why, place = "no way leads there", "is this machine connected to the network?"
    return f"cannot connect ({why}); {place}"


def _certificate_is_wrong(
    server: Imap | Smtp,
    error: ssl.SSLCertVerificationError,
    now: datetime,
    presented: Certificate | None,
) -> str:
    code = error.verify_code
    if code in _WRONG_NAME:
        return _wrong_name(server, presented)
    if code in (_EXPIRED, _NOT_YET_VALID):
        return _wrong_time(server, now, presented, has_expired=code == _EXPIRED)
    if code == _SELF_SIGNED or code in _UNKNOWN_AUTHORITY:
        return _untrusted(server, is_self_signed=code == _SELF_SIGNED)
    return (
        f"the certificate is not valid ({words(error.verify_message)}); the server's operator "
        f"must mend that, or name the right authority in {_protocol(server)}.ca_file"
    )


def _untrusted(server: Imap | Smtp, *, is_self_signed: bool) -> str:
    key = f"{_protocol(server)}.ca_file"
    file = f"{key} ({server.ca_file})"
    if is_self_signed and server.ca_file is not None:
        return (
            f"the certificate is signed by itself, and it is not the one in {file}; if the server "
            "was given a new one, export that and name it there"
        )
    if is_self_signed:
        return (
            "the certificate is signed by itself, so nobody vouches for this server; if it is "
            "your own, or a program on this machine such as Proton Bridge, save its certificate "
            f"in a file and name that in {key}"
        )
    if server.ca_file is not None:
        return (
            f"the certificate is not signed by the authority in {file}; name the file that fits "
            f"this server, or leave {key} out if a public authority signs its certificate"
        )
    return (
        "the certificate is signed by an authority that this machine does not know; if it is a "
        f"private one, name its file in {key}; else somebody may have come between: try another "
        "network"
    )


def _wrong_name(server: Imap | Smtp, presented: Certificate | None) -> str:
    names = presented.names if presented is not None else ()
    listed = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    instead = f" but for {listed}" if listed else ""
    return (
        f"the certificate is not for {server.host}{instead}; write the name that your provider "
        f"gives into {_protocol(server)}.host; if it is right already, somebody else answers "
        "there: try another network"
    )


def _wrong_time(
    server: Imap | Smtp, now: datetime, presented: Certificate | None, *, has_expired: bool
) -> str:
    clock = f"this machine's clock says {_say(now, now)}"
    operator = f"the operator of {server.host} must renew it"
    if not has_expired:
        ahead = presented is not None and presented.not_before > now
        since = f", but from {_say(presented.not_before, now)} on" if presented and ahead else ""
        return f"the certificate is not yet valid{since}; {clock}: set it right if it is wrong"
    if presented is not None and presented.not_after <= now:
        expired = f"the certificate has expired on {_say(presented.not_after, now)}"
    elif presented is not None:
        # The server's own is still good, so it is one further up.
        expired = "a certificate of the authority that signed the server's has expired"
        if server.ca_file is not None:
            operator = f"put its new one into {_protocol(server)}.ca_file ({server.ca_file})"
    else:
        expired = "the certificate has expired"
    return f"{expired}; {clock}: if that is right, {operator}"


def _no_tls(server: Imap | Smtp, error: ssl.SSLError) -> str:
    protocol = _protocol(server)
    # Those that are not made by OpenSSL itself have no reason.
    why = getattr(error, "reason", None) or ""
    if why in _NO_TLS and server.security is Security.TLS:
        return (
            "the server speaks no TLS from the start at this port; set "
            f'{protocol}.security = "starttls" if this is the port for it '
            f"({_starttls_port(server)} as a rule), else {protocol}.port to the one for TLS "
            f"({_tls_port(server)} as a rule)"
        )
    if why in _OLD_TLS:
        return (
            "the server speaks only versions of TLS that are no longer safe, and TLS 1.2 is the "
            "least that is used here; its operator must mend that"
        )
    if why in _WEAK_TLS:
        return (
            f"the server and this machine agree on no safe way to encrypt ({_lower(why)}); its "
            "operator must mend that"
        )
    said = _lower(why) or words(error.args[-1] if error.args else "")
    return (
        f"no TLS connection could be made ({said}); check {protocol}.port and {protocol}.security"
    )


def _lower(reason_of_openssl: str) -> str:
    return words(reason_of_openssl.replace("_", " ").lower())


def _no_name(server: Imap | Smtp, error: socket.gaierror | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return f"this is no name that a host can have; check {_protocol(server)}.host"
    if error.errno == socket.EAI_AGAIN:
        return (
            f"the name {server.host} cannot be looked up for now; is this machine connected to "
            "the network?"
        )
    return (
        f"there is no host of the name {server.host} to be found; check "
        f"{_protocol(server)}.host, and whether this machine is connected to the network"
    )


def _no_answer(server: Imap | Smtp, *, is_silent: bool) -> str:
    protocol = _protocol(server)
    if is_silent and server.security is not Security.TLS:
        return (
            "the server took the connection but said nothing in time; one that speaks TLS from "
            f'the start waits like this: set {protocol}.security = "tls" if this is the port for '
            f"it ({_tls_port(server)} as a rule)"
        )
    return (
        f"cannot connect (no answer in time); check {protocol}.host, {protocol}.port and "
        f"{protocol}.security, and whether a firewall is in between"
    )


def _protocol(server: Imap | Smtp) -> str:
    """The section of the configuration that the server stands in."""
    return "imap" if isinstance(server, Imap) else "smtp"


def _tls_port(server: Imap | Smtp) -> int:
    return (IMAP_PORTS if isinstance(server, Imap) else SMTP_PORTS)[Security.TLS]


def _starttls_port(server: Imap | Smtp) -> int:
    return (IMAP_PORTS if isinstance(server, Imap) else SMTP_PORTS)[Security.STARTTLS]


def _say(moment: datetime, now: datetime) -> str:
    return f"{say_moment(moment, now.date())} UTC"
