"""What the machine-readable parts of a report say: delivery statuses and read receipts.

A mail system that follows RFC 3464 writes what became of a mail, whose, and whether for good,
into a part of its own; a mail program that follows RFC 8098 does so for a receipt. This reads
those parts, and the Message-ID of the mail they are about. What only stands in words is read in
`bounces`. Never raises; the work is bounded by `parts.walk`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.reading.addresses import read_addresses
from followupd.reading.fields import Fields, read_fields, split
from followupd.reading.parts import SIZE_LIMIT
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from followupd.reading.parts import Part

RECIPIENTS = 100
"""The most addresses that a report names."""

_GROUPS = 100
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>")
_QUOTED_MESSAGE_ID = re.compile(
    r"^[> \t|]{0,20}Message-ID:\s{0,5}(<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>)",
    re.IGNORECASE | re.MULTILINE,
)
_BREAK = rb"(?:\r\n|\r(?!\n)|\n)"
_GROUP_END = re.compile(_BREAK + rb"(?:[ \t]*" + _BREAK + rb")+")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\w.+-])([245])\d\d(?=[ \t-]|$)")
_ALIVE = frozenset({("2", "2"), ("3", "1"), ("4", "7")})
"""Mailbox full, mail system full, delivery time expired: the address is none the worse."""
_ALIVE_IN_WORDS = re.compile(
    r"quota|greylist|graylist|mail(?:box|folder)[^.\n]{0,30}\bfull|\bfull[^.\n]{0,30}mailbox"
    r"|exceeded[^.\n]{0,20}storage|insufficient[^.\n]{0,20}storage|not enough[^.\n]{0,20}space"
    r"|try again later|temporar",
    re.IGNORECASE,
)
_DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
_DISPOSITION = ("message/disposition-notification", "message/global-disposition-notification")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "text/rfc822-headers",
    "message/rfc822-headers",
)


class ReportKind(StrEnum):
    """What a report tells of."""

    DELIVERY_STATUS = "delivery-status"
    DISPOSITION_NOTIFICATION = "disposition-notification"


class Action(StrEnum):
    """What became of a mail (RFC 3464, section 2.3.3), the gravest first."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail system says about a mail of the user's.

    Attributes:
        kind: a delivery status (RFC 3464), or a read receipt (RFC 8098).
        action: the gravest of its actions; None where it names none.
        final_recipients: the bare addresses that the action concerns, at most 100:
            Final-Recipient, then Original-Recipient where it differs; else X-Failed-Recipients;
            else those that the text names.
        original_message_id: the Message-ID of the mail it is about, or None.
        permanent: True when the mail failed for good (status 5.x.x, RFC 3463); False when it may
            yet arrive, or the address lives: 4.x.x, a full mailbox, delivery time expired; None
            where nothing tells, or the recipients differ.
        evidence: a short printable piece of what it says; may be empty.
    """

    kind: ReportKind
    action: Action | None
    final_recipients: tuple[str, ...]
    original_message_id: str | None
    permanent: bool | None = None
    evidence: str = ""


def message_id(value: str | None) -> str | None:
    """The first well-formed Message-ID in a value, or None."""
    found = _MESSAGE_ID.search(value or "")
    return found[0] if found else None


def lasting(said: str) -> bool | None:
    """Whether what a mail system says of a failure means for good; None where nothing tells.

    Enhanced status codes (RFC 3463) count before replies of SMTP (RFC 5321, section 4.2), and
    words of a full mailbox or of greylisting before either.

    Args:
        said: a Status, a Diagnostic-Code or a few lines of text.
    """
    statuses = _STATUS.findall(said[:4000])
    if any(klass == "4" or (subject, detail) in _ALIVE for klass, subject, detail in statuses):
        return False
    classes = {klass for klass, _, _ in statuses} or set(_REPLY.findall(said[:4000]))
    if "4" in classes or _ALIVE_IN_WORDS.search(said[:4000]):
        return False
    return True if "5" in classes else None


def _recipient(value: str) -> str:
    """The address of a typed recipient such as `rfc822; dana@acme.example` (RFC 3464, 2.3.1)."""
    found = read_addresses(value.rpartition(";")[2], limit=1)
    return found[0].address if found else ""


_GRAVITY = tuple(Action)
_ACTIONS = {action.value: action for action in Action} | {
    "error": Action.FAILED,
    "failure": Action.FAILED,
    "delay": Action.DELAYED,
}


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a mail for one recipient."""

    action: Action | None
    group: Fields
    permanent: bool | None
    status: str


def _fate(group: Fields) -> _Fate:
    words = re.findall(r"[a-z]+", (group.first("action") or "")[:100].lower())
    action = _ACTIONS.get(words[0]) if words else None
    status = clean(group.first("status") or "", 20)
    permanent: bool | None = None
    if action is Action.DELAYED:
        permanent = False
    elif action is Action.FAILED:
        # "Failed" alone means that no more will be tried (RFC 3464, section 2.3.3).
        permanent = (
            lasting(f"{status} {(group.first('diagnostic-code') or '')[:2000]}") is not False
        )
    return _Fate(action, group, permanent, status)


def _delivery_status(part: Part, original: str | None) -> DeliveryReport:
    blocks = _GROUP_END.split(part.data.strip())[:_GROUPS]
    fates = [_fate(read_fields(block)) for block in blocks]
    gravest = min((f.action for f in fates if f.action), key=_GRAVITY.index, default=None)
    concerned = [fate for fate in fates if fate.action is gravest]
    recipients = (
        _recipient(fate.group.first(name) or "")
        for name in ("final-recipient", "original-recipient")
        for fate in concerned
    )
    verdicts = {fate.permanent for fate in concerned}
    status = next((fate.status for fate in concerned if fate.status), "")
    return DeliveryReport(
        ReportKind.DELIVERY_STATUS,
        gravest,
        tuple(dict.fromkeys(address for address in recipients if address))[:RECIPIENTS],
        original,
        permanent=verdicts.pop() if len(verdicts) == 1 else None,
        evidence=f"status {status}" if status else "",
    )


def returned_fields(parts: Iterable[Part]) -> Fields | None:
    """The header of the mail that a report brings back as a part, or None."""
    for part in parts:
        if part.content_type.media_type in _RETURNED:
            fields = read_fields(split(part.data.lstrip(b"\r\n"))[0])
            if fields.pairs:
                return fields
    return None


def original_id(parts: Sequence[Part]) -> str | None:
    """The Message-ID of the mail that a report brings back: as a part, else in its text."""
    for part in parts:
        if part.content_type.media_type in _RETURNED:
            found = message_id(read_fields(split(part.data.lstrip(b"\r\n"))[0]).first("message-id"))
            if found:
                return found
    for part in parts:
        if part.content_type.media_type.startswith("text/"):
            quoted = _QUOTED_MESSAGE_ID.search(part.text[:SIZE_LIMIT])
            if quoted:
                return quoted[1]
    return None


def reported(parts: Sequence[Part]) -> DeliveryReport | None:
    """What the first machine-readable part says, or None when there is no such part."""
    for part in parts:
        media_type = part.content_type.media_type
        if media_type in _DELIVERY_STATUS:
            return _delivery_status(part, original_id(parts))
        if media_type in _DISPOSITION:
            said = read_fields(part.data.lstrip(b"\r\n"))
            recipient = _recipient(said.first("final-recipient") or "")
            return DeliveryReport(
                ReportKind.DISPOSITION_NOTIFICATION,
                None,
                (recipient,) if recipient else (),
                message_id(said.first("original-message-id")) or original_id(parts),
                evidence=clean(said.first("disposition") or "", 80),
            )
    return None
