"""From a draft as it lies in the approval folder to the message that goes over SMTP.

The user approved those bytes, so those bytes are sent: signatures, attachments, folding and the
order of the header stay octet for octet. Changed is what every mail program changes when it
sends, and nothing else: Bcc goes, Date becomes the moment of sending, a Message-ID is added where
there is none that others could quote, what the program wrote for itself goes, and every line ends
in CRLF. The header is edited as bytes; `email.message` would fold and encode it anew.

What cannot be sent that way is an error with a sentence the user can act on. Nothing is guessed:
a recipient that cannot be read is not left out, and a sender who is somebody else is not replaced.
Pure; the same arguments make the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from followupd.errors import UnreadableMessage
from followupd.reading.addresses import Address
from followupd.reading.charsets import decoded_words
from followupd.reading.fields import HEADER_LIMIT
from followupd.reading.text import clean
from followupd.writing.private_fields import (
    HIDDEN_RECIPIENTS,
    only_the_program_can_send,
    private_places,
)
from followupd.writing.recipients import read_recipients

if TYPE_CHECKING:
    from datetime import datetime

SUBJECT_LIMIT: Final = 500
LINE_LIMIT: Final = 998
"""Octets of the longest line, without its CRLF (RFC 5322, section 2.1.1)."""

_CRLF: Final = b"\r\n"
_SEPARATOR: Final = re.compile(rb"(?:\r\n|\n)(?:\r\n|\n)")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>")
_TO: Final = (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"))
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is handed to an SMTP server, and its envelope.

    Attributes:
        sender: the address in From, for MAIL FROM.
        recipients: every address of To, Cc and Bcc, in that order and each once, for RCPT TO.
        raw: the message: CRLF line ends and one at its end, no other CR or LF, no NUL, no line
            over 998 octets. Dots are not doubled yet (RFC 5321, section 4.5.2).
        message_id: as it stands in `raw`, with its angle brackets.
        subject: decoded and clean, for words; at most 500 characters.
        needs_utf8: an address or the header holds octets beyond ASCII (RFC 6532), so that the
            server must offer SMTPUTF8 (RFC 6531).
        needs_8bit: the body does, so that it must offer 8BITMIME (RFC 6152).
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    message_id: str
    subject: str
    needs_utf8: bool
    needs_8bit: bool


@dataclass(frozen=True, slots=True)
class _Field:
    """One header field.

    Attributes:
        name: lower-case.
        value: unfolded, not decoded.
        raw: its lines, each with its CRLF.
    """

    name: str
    value: str
    raw: bytes


def outgoing(raw: bytes, *, own: frozenset[str], message_id: str, at: datetime) -> Outgoing:
    """Make a draft ready to be sent.

    Args:
        raw: the message as it lies in the folder; its lines end in CRLF or in LF.
        own: the user's own addresses, one of which must be the sender; any case.
        message_id: used where the draft has none, or one that nobody could quote; with its angle
            brackets (RFC 5322, section 3.6.4).
        at: the moment of sending; aware, in the user's zone, which is what the reader sees.

    Raises:
        UnreadableMessage: it cannot be sent as it is: no header and body, a line or the header
            too long or garbled, no recipient or one that cannot be read, a sender who is not the
            user, or a mail that its program has still to sign or to encrypt.
        ValueError: `message_id` is none, or `at` has no offset from UTC.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of sending needs an offset from UTC")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"{clean(message_id, _SHOWN)} is no Message-ID")
    header, body = _parted(raw)
    fields = _fields(header)
    _check_ready(fields)
    sender = _sender(fields, own)
    recipients = _recipients(fields)
    kept, chosen = _edited(fields, message_id, format_datetime(at))
    head = b"".join(kept)
    message = head + _CRLF + body
    _check_lines(message)
    envelope_is_ascii = all(address.isascii() for address in (sender, *recipients))
    return Outgoing(
        sender=sender,
        recipients=recipients,
        raw=message,
        message_id=chosen,
        subject=clean(decoded_words(_first(fields, "subject")), SUBJECT_LIMIT),
        needs_utf8=not (head.isascii() and envelope_is_ascii),
        needs_8bit=not body.isascii(),
    )


def _refusal(what: str, instead: str) -> UnreadableMessage:
    return UnreadableMessage(f"the draft was not sent: {what}; {instead}, and approve it again")


def _parted(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body, with CRLF line ends; the empty line between them is in neither."""
    if b"\0" in raw:
        raise _refusal("it holds a NUL, which mail must not", "write it anew in your mail client")
    found = _SEPARATOR.search(raw)
    if found is None or raw[:1] in (b"\r", b"\n"):
        raise _refusal(
            "there is no empty line between a header and its text",
            "open it in your mail client and save it",
        )
    header = raw[: found.start()]
    whole = raw[: found.end()]
    # Whether such an end begins a new field is read one way here and another way elsewhere.
    if (_CRLF in whole and _BARE_LF.search(whole)) or _BARE_CR.search(whole):
        raise _refusal(
            "the lines of its header do not all end alike, so that servers would read it "
            "differently",
            "open it in your mail client and save it",
        )
    if len(header) > HEADER_LIMIT:
        raise _refusal(
            f"its header has more than {HEADER_LIMIT:,} octets", "write to fewer people at a time"
        )
    body = _with_crlf(raw[found.end() :])
    if body and not body.endswith(_CRLF):
        body += _CRLF
    return _with_crlf(header), body


def _with_crlf(raw: bytes) -> bytes:
    return raw.replace(_CRLF, b"\n").replace(b"\r", b"\n").replace(b"\n", _CRLF)


def _check_lines(message: bytes) -> None:
    for number, line in enumerate(message.split(_CRLF), start=1):
        if len(line) > LINE_LIMIT:
            raise _refusal(
                f"its line {number} is longer than {LINE_LIMIT} octets, which mail servers do not "
                "take",
                "save it once more in your mail client, which breaks or encodes such lines",
            )


def _fields(header: bytes) -> tuple[_Field, ...]:
    fields: list[_Field] = []
    lines: list[bytes] = []

    def finish() -> None:
        if lines:
            fields.append(_field(lines))

    for line in header.split(_CRLF):
        if line[:1] in (b" ", b"\t") and lines:
            lines.append(line)
        else:
            finish()
            lines = [line]
    finish()
    return tuple(fields)


def _field(lines: list[bytes]) -> _Field:
    found = _FIELD.fullmatch(b"".join(lines))
    if found is None:
        shown = clean(lines[0].decode("utf-8", "replace"), _SHOWN)
        raise _refusal(
            f"“{shown}” in its header is no header field",
            "open it in your mail client and save it",
        )
    name = found[1].decode("ascii")
    try:
        value = found[2].decode("utf-8").strip(" \t")
    except UnicodeDecodeError:
        raise _refusal(
            f"its {clean(name, _SHOWN)} is neither ASCII nor UTF-8",
            "open it in your mail client and save it",
        ) from None
    return _Field(name.lower(), value, b"".join(line + _CRLF for line in lines))


def _check_ready(fields: tuple[_Field, ...]) -> None:
    for one in fields:
        if one.name.startswith("resent-"):
            raise _refusal(
                "it is somebody's mail that is passed on (Resent- fields), and who is to get it "
                "is not plain",
                "send it from your mail client, or write it as a mail of your own",
            )
        if one.name in HIDDEN_RECIPIENTS and one.value:
            raise _refusal(
                f"your mail client keeps recipients of it apart (“{clean(one.value, _SHOWN)}”)",
                "write their addresses into To, Cc or Bcc",
            )
        if only_the_program_can_send(one.name, one.value):
            raise _refusal(
                "it is encrypted, or your mail client has still to sign or to encrypt it",
                "send it from there, or turn that off for it",
            )


def _sender(fields: tuple[_Field, ...], own: frozenset[str]) -> str:
    keys = {Address("", address).key for address in own}
    froms = [one for one in fields if one.name == "from"]
    addresses = [address for one in froms for address in read_recipients("From", one.value)]
    if len(froms) != 1 or len(addresses) != 1:
        raise _refusal(
            f"its From names {len(addresses)} senders, and it takes exactly one",
            "choose one of your identities in your mail client",
        )
    claimed = [
        *addresses,
        *(
            address
            for one in fields
            if one.name == "sender"
            for address in read_recipients("Sender", one.value)
        ),
    ]
    for address in claimed:
        if Address("", address).key not in keys:
            raise _refusal(
                f"its sender {clean(address, _SHOWN)} is none of the addresses of this account",
                "choose one of them in your mail client, or add this one to the account's aliases",
            )
    return addresses[0]


def _recipients(fields: tuple[_Field, ...]) -> tuple[str, ...]:
    found: dict[tuple[str, str], str] = {}
    for name, shown in _TO:
        for one in fields:
            for address in read_recipients(shown, one.value) if one.name == name else ():
                # Before the @ case may matter (RFC 5321, section 2.4), behind it never does.
                key = (address.rpartition("@")[0], Address("", address).domain)
                found.setdefault(key, address)
    if not found:
        raise _refusal(
            "it names nobody in To, Cc or Bcc", "write an address into it in your mail client"
        )
    return tuple(found.values())


def _edited(fields: tuple[_Field, ...], message_id: str, date: str) -> tuple[list[bytes], str]:
    """The lines of the header as it is sent, and the Message-ID in it."""
    own_ids = [one.value for one in fields if one.name == "message-id"]
    sound = len(own_ids) == 1 and _MESSAGE_ID.fullmatch(own_ids[0]) is not None
    chosen = own_ids[0] if sound else message_id
    fresh = {"date": f"Date: {date}\r\n".encode("ascii")}
    if not sound:
        fresh["message-id"] = f"Message-ID: {message_id}\r\n".encode("ascii")
    replaced = frozenset(fresh)
    private = private_places(tuple(one.name for one in fields))
    kept: list[bytes] = []
    for place, one in enumerate(fields):
        if one.name in replaced:
            kept.append(fresh.pop(one.name, b""))
        elif one.name != "bcc" and place not in private:
            kept.append(one.raw)
    return [*fresh.values(), *kept], chosen


def _first(fields: tuple[_Field, ...], name: str) -> str:
    return next((one.value for one in fields if one.name == name), "")
