"""The text of a mail, and what its parts say about what it is.

Bodies are read only for mail that concerns an interview. A mail may be a bomb: the cost here is
bounded by `parts.walk`, and what cannot be made sense of is left out, never raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from followupd.errors import UnreadableMessage
from followupd.reading.addresses import read_addresses
from followupd.reading.automatic.bounces import Letter, own_words, read_letter
from followupd.reading.automatic.mail_systems import Daemon, daemon, marks
from followupd.reading.automatic.reports import (
    RECIPIENTS,
    Action,
    DeliveryReport,
    ReportKind,
    lasting,
    original_id,
    reported,
    returned_fields,
)
from followupd.reading.fields import Fields, read_fields, split
from followupd.reading.hypertext import words_of
from followupd.reading.message import Message, read_headers, read_parameter
from followupd.reading.parts import SIZE_LIMIT, Part, walk
from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Action", "Body", "Daemon", "DeliveryReport", "ReportKind", "daemon", "read_body"]

TEXT_LIMIT = 64 * 1024
"""The most characters of text that are kept."""

CALENDAR_LIMIT = 64 * 1024
"""The most bytes of a calendar that are kept."""

_METHOD = re.compile(rb"^METHOD:[ \t]*([A-Za-z-]{1,40})", re.MULTILINE | re.IGNORECASE)
_CALENDAR_TYPES = ("text/calendar", "application/ics")


@dataclass(frozen=True, slots=True)
class Body:
    """What the parts of a mail say.

    Attributes:
        text: the best text there is, clean, its lines kept, at most 65,536 characters.
        calendar_method: the method of a calendar part or .ics attachment (RFC 6047), upper-case, or
            None.
        report: what a mail system reports, or None.
        calendar: the first calendar part or .ics attachment (RFC 5545), its transfer encoding
            undone, its character set untouched; None when there is none, or when it is larger
            than 65,536 bytes.
    """

    text: str
    calendar_method: str | None
    report: DeliveryReport | None
    calendar: bytes | None = field(default=None, repr=False)


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


def _is_calendar(part: Part) -> bool:
    if part.content_type.media_type in _CALENDAR_TYPES:
        return True
    disposition = read_parameter(part.fields.first("content-disposition") or "", "filename")
    named = disposition or part.content_type.parameter("name")
    return named.lower().endswith(".ics")


def _calendar(parts: Iterable[Part]) -> tuple[str | None, bytes | None]:
    """The first method that a calendar names, and the first calendar itself."""
    method: str | None = None
    kept: bytes | None = None
    for number, part in enumerate(part for part in parts if _is_calendar(part)):
        data = part.data
        if number == 0 and len(data) <= CALENDAR_LIMIT:
            kept = data
        named = part.content_type.parameter("method")
        if not named:
            found = _METHOD.search(data)
            named = found[1].decode("ascii") if found else ""
        if named and method is None:
            method = clean(named, 40).upper()
    return method, kept


def _report(
    message: Message, fields: Fields, parts: list[Part], text: str
) -> DeliveryReport | None:
    """What a mail system reports, provided that a mail system may be the writer."""
    is_report = message.content_type.startswith(("multipart/report", "message/"))
    if not is_report and not marks(message) and not message.has("x-failed-recipients"):
        return None
    said = reported(parts)
    returned = returned_fields(parts)
    letter = read_letter(message, text, brings_back=returned is not None)
    if said is not None and said.kind is ReportKind.DISPOSITION_NOTIFICATION:
        # A mail system that refuses a mail may say so as a receipt (RFC 5429, section 2.1.3).
        return _of_letter(letter, said) if letter and "deleted" in said.evidence else said
    if said is not None and (said.action is not None or said.final_recipients):
        return replace(said, final_recipients=said.final_recipients or _named_in(letter))
    original = original_id(parts)
    of_header = _of_header(message, fields, text, original)
    if letter is not None and of_header is None:
        return _of_letter(letter, said, original, returned)
    if of_header is None and said is None and original and daemon(message.sender):
        return DeliveryReport(ReportKind.DELIVERY_STATUS, None, (), original)
    return of_header or said


def _named_in(letter: Letter | None) -> tuple[str, ...]:
    return letter.recipients if letter is not None else ()


def _of_header(
    message: Message, fields: Fields, text: str, original: str | None
) -> DeliveryReport | None:
    """A report made of X-Failed-Recipients, which exim and Gmail write."""
    failed = read_addresses(fields.every("x-failed-recipients"), RECIPIENTS)
    if not failed:
        return None
    # Gmail names them in its notes of delay as well.
    late = marks(message).late
    return DeliveryReport(
        ReportKind.DELIVERY_STATUS,
        Action.DELAYED if late else Action.FAILED,
        tuple(address.address for address in failed if address.address),
        original,
        permanent=False if late else lasting(own_words(text)),
    )


def _of_letter(
    letter: Letter,
    said: DeliveryReport | None,
    original: str | None = None,
    returned: Fields | None = None,
) -> DeliveryReport:
    """A report made of a mail system's letter, and of what its parts add."""
    recipients = letter.recipients or (said.final_recipients if said is not None else ())
    if not recipients and returned is not None:
        to = read_addresses(returned.every("to"), 5)
        # A mail to one person alone failed for that person.
        recipients = (to[0].address,) if len(to) == 1 and to[0].address else ()
    return DeliveryReport(
        ReportKind.DELIVERY_STATUS,
        letter.action,
        recipients,
        said.original_message_id if said is not None else original,
        permanent=letter.permanent,
        evidence=letter.evidence,
    )


def read_body(raw: bytes) -> Body:
    """Read a whole message; never raises.

    Args:
        raw: as fetched, perhaps cut off anywhere; at most 256 KiB count.
    """
    raw = raw[:SIZE_LIMIT].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\r\n")
    parts = list(walk(raw))
    text = _best_text(parts)
    try:
        message = read_headers(raw)
    except UnreadableMessage:
        report = None
    else:
        report = _report(message, read_fields(split(raw)[0]), parts, text)
    method, calendar = _calendar(parts)
    return Body(text=text, calendar_method=method, report=report, calendar=calendar)
