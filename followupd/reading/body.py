"""The text of a mail, and what its parts say about what it is.

Bodies are read only for mail that concerns an interview. A mail may be a bomb: the cost here is
bounded by `parts.walk`, and what cannot be made sense of is left out, never raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from followupd.reading.addresses import Address, read_addresses
from followupd.reading.fields import Fields, read_fields, split
from followupd.reading.hypertext import words_of
from followupd.reading.parts import SIZE_LIMIT, Part, walk
from followupd.reading.text import clean, clean_lines, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_LIMIT = 64 * 1024
"""The most characters of text that are kept."""

_GROUPS = 100
_RECIPIENTS = 100
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>")
_QUOTED_MESSAGE_ID = re.compile(
    r"^[> \t|]{0,20}Message-ID:\s{0,5}(<[!-;=?-~]{1,400}@[!-;=?-~]{1,400}>)",
    re.IGNORECASE | re.MULTILINE,
)
_METHOD = re.compile(rb"^METHOD:[ \t]*([A-Za-z-]{1,40})", re.MULTILINE | re.IGNORECASE)
_GROUP_END = re.compile(rb"(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))+")
_DAEMON_ONLY = frozenset(
    {"mailer-daemon", "mail-daemon", "mailerdaemon", "mdaemon", "mail.delivery.system"}
)
_DAEMON_NAMES = _DAEMON_ONLY | {"mail delivery system", "mail delivery subsystem"}


class ReportKind(StrEnum):
    """What a report tells of."""

    DELIVERY_STATUS = "delivery-status"
    DISPOSITION_NOTIFICATION = "disposition-notification"


class Action(StrEnum):
    """What became of a mail (RFC 3464, section 2.3.3)."""

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
        final_recipients: the bare addresses that the action concerns: Final-Recipient, then
            Original-Recipient where it differs.
        original_message_id: the Message-ID of the mail it is about, or None.
    """

    kind: ReportKind
    action: Action | None
    final_recipients: tuple[str, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """What the parts of a mail say.

    Attributes:
        text: the best text there is, clean, its lines kept, at most 65,536 characters.
        calendar_method: the method of a calendar part (RFC 6047), upper-case, or None.
        report: what a mail system reports, or None.
    """

    text: str
    calendar_method: str | None
    report: DeliveryReport | None


class Daemon(IntEnum):
    """How surely an address is a mail system's own."""

    NO = 0
    MAYBE = 1
    """A postmaster, who may be a person; a display name; or nobody at all (`From: <>`)."""
    YES = 2


def daemon(address: Address) -> Daemon:
    """Whether mail from `address` comes from a mail system (RFC 5321, section 4.5.5)."""
    if address.local in _DAEMON_ONLY:
        return Daemon.YES
    name = folded(address.name)
    if address.local == "postmaster" or name in _DAEMON_NAMES:
        return Daemon.MAYBE
    return Daemon.NO if address.address or name else Daemon.MAYBE


def _part_text(part: Part) -> str:
    text = part.text[: TEXT_LIMIT * 2]
    return words_of(text) if part.content_type.media_type == "text/html" else text


def _best_text(parts: Iterable[Part]) -> str:
    """Of each set of alternatives the plain one that is not empty, else the HTML."""
    chosen: dict[object, tuple[bool, str]] = {}
    for number, part in enumerate(parts):
        media_type = part.content_type.media_type
        if part.attached or media_type not in ("text/plain", "text/html"):
            continue
        # What stands outside any alternative is a set of its own.
        place = part.alternative if part.alternative is not None else ("alone", number)
        is_plain = media_type == "text/plain"
        if place in chosen and (chosen[place][0] or not is_plain):
            continue
        text = clean_lines(_part_text(part), TEXT_LIMIT)
        if text:
            chosen[place] = (is_plain, text)
    return clean_lines("\n\n".join(text for _, text in chosen.values()), TEXT_LIMIT)


def _calendar_method(parts: Iterable[Part]) -> str | None:
    for part in parts:
        if part.content_type.media_type not in ("text/calendar", "application/ics"):
            continue
        named = part.content_type.parameter("method")
        if not named:
            found = _METHOD.search(part.data)
            named = found[1].decode("ascii") if found else ""
        if named:
            return clean(named, 40).upper()
    return None


def _message_id(value: str | None) -> str | None:
    found = _MESSAGE_ID.search(value or "")
    return found[0] if found else None


def _recipient(value: str) -> str:
    """The address of a typed recipient such as `rfc822; dana@acme.example` (RFC 3464, 2.3.1)."""
    found = read_addresses(value.rpartition(";")[2], limit=1)
    return found[0].address if found else ""


_GRAVITY = tuple(Action)


def _action(group: Fields) -> Action | None:
    named = (group.first("action") or "").split("(")[0].split(";")[0].strip().lower()
    return Action(named) if named in _GRAVITY else None


def _delivery_status(groups: Iterable[Fields]) -> tuple[Action | None, tuple[str, ...]]:
    named = [(_action(group), group) for group in groups]
    gravest = min((action for action, _ in named if action), key=_GRAVITY.index, default=None)
    recipients = (
        _recipient(group.first(name) or "")
        for name in ("final-recipient", "original-recipient")
        for action, group in named
        if action is gravest
    )
    return gravest, tuple(dict.fromkeys(address for address in recipients if address))[:_RECIPIENTS]


def _original_id(parts: Iterable[Part]) -> str | None:
    """The Message-ID of the mail that a report brings back, whole or its header alone."""
    for part in parts:
        if part.content_type.media_type in (
            "message/rfc822",
            "message/global",
            "message/global-headers",
            "text/rfc822-headers",
            "message/rfc822-headers",
        ):
            data = part.data.lstrip(b"\r\n")
            found = _message_id(read_fields(split(data)[0]).first("message-id"))
            if found:
                return found
    return None


def _quoted_id(parts: Iterable[Part]) -> str | None:
    """The first Message-ID that stands in the text: old mail systems bring the mail back there."""
    for part in parts:
        if part.content_type.media_type.startswith("text/"):
            found = _QUOTED_MESSAGE_ID.findall(part.text[:SIZE_LIMIT])
            if found:
                return str(found[0])
    return None


def _report(fields: Fields, parts: list[Part]) -> DeliveryReport | None:
    original = _original_id(parts) or _quoted_id(parts)
    for part in parts:
        media_type = part.content_type.media_type
        if media_type in ("message/delivery-status", "message/global-delivery-status"):
            blocks = _GROUP_END.split(part.data.strip())[:_GROUPS]
            action, recipients = _delivery_status([read_fields(block) for block in blocks])
            return DeliveryReport(ReportKind.DELIVERY_STATUS, action, recipients, original)
        if media_type in (
            "message/disposition-notification",
            "message/global-disposition-notification",
        ):
            said = read_fields(part.data.lstrip(b"\r\n"))
            recipient = _recipient(said.first("final-recipient") or "")
            return DeliveryReport(
                ReportKind.DISPOSITION_NOTIFICATION,
                None,
                (recipient,) if recipient else (),
                _message_id(said.first("original-message-id")) or original,
            )
    failed = read_addresses(fields.every("x-failed-recipients"), _RECIPIENTS)
    if failed:
        addresses = tuple(address.address for address in failed if address.address)
        return DeliveryReport(ReportKind.DELIVERY_STATUS, Action.FAILED, addresses, original)
    senders = read_addresses(fields.every("from"), 5) or (Address("", ""),)
    if original and any(daemon(address) for address in senders):
        return DeliveryReport(ReportKind.DELIVERY_STATUS, None, (), original)
    return None


def read_body(raw: bytes) -> Body:
    """Read a whole message; never raises.

    Args:
        raw: as fetched, perhaps cut off anywhere; at most 256 KiB count.
    """
    raw = raw[:SIZE_LIMIT].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\r\n")
    fields = read_fields(split(raw)[0])
    parts = list(walk(raw))
    return Body(
        text=_best_text(parts),
        calendar_method=_calendar_method(parts),
        report=_report(fields, parts),
    )
