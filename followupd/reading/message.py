"""The headers of a mail as values.

Mail is read header first, and most of it is never read further. `read_headers` takes whatever a
server hands out and returns a `Message`: every text in it is clean and capped, every address,
date and Message-ID well-formed or absent. It raises for nothing but an empty block.
"""

from __future__ import annotations

import email.utils
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from followupd.errors import UnreadableMessage
from followupd.reading.addresses import Address, read_addresses
from followupd.reading.charsets import decoded_words
from followupd.reading.fields import HEADER_LIMIT, Fields, read_fields
from followupd.reading.text import clean

__all__ = ["Address", "Message", "fingerprint", "read_headers"]

_SUBJECT_LIMIT = 500
_VALUE_LIMIT = 1000
_RECIPIENTS = 100
_REFERENCES = 50
_YEARS = range(1980, 2101)
_MESSAGE_ID = re.compile(r"<([!-;=?-~]{1,400}@[!-;=?-~]{1,400})>")
_MESSAGE_IDS_LIMIT = 64 * 1024
_MEDIA_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]{1,100})/([A-Za-z0-9!#$&^_.+-]{1,100})")


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type (RFC 2045, section 5).

    Attributes:
        media_type: lower-case `maintype/subtype`; `text/plain` when there is none to be read.
        value: the whole value, from which parameters are taken.
    """

    media_type: str = "text/plain"
    value: str = field(default="", repr=False)

    def parameter(self, name: str) -> str:
        """The parameter `name` (lower-case), as written; "" when there is none."""
        return read_parameter(self.value, name)


def read_parameter(value: str, name: str) -> str:
    """The parameter `name` (lower-case) of a field's value, as written; "" when there is none."""
    pattern = rf';\s*{re.escape(name)}(?:\*0?\*?)?\s*=\s*(?:"([^"]{{0,200}})"|([^\s;"]{{1,200}}))'
    found = re.search(pattern, value[:_VALUE_LIMIT], re.IGNORECASE)
    return (found[1] or found[2] or "").strip() if found else ""


def read_content_type(value: str | None) -> ContentType:
    """Read the value of a Content-Type field; None and nonsense are `text/plain`."""
    found = _MEDIA_TYPE.match(value or "")
    if found is None or value is None:
        return ContentType()
    return ContentType(f"{found[1]}/{found[2]}".lower(), value[:_VALUE_LIMIT])


@dataclass(frozen=True, slots=True)
class Message:
    """What the headers of a mail say.

    Attributes:
        message_id: one well-formed `<…@…>`, or None.
        sender: From's first mailbox with an address, else Sender's; `Address("", "")` for none.
        reply_to: the first mailbox of Reply-To, or None.
        recipients: To and Cc, at most 100, only those with an address.
        subject: decoded, clean, at most 500 characters.
        date: Date, aware; UTC where it names no zone (RFC 5322, 3.3: -0000); None where it is
            missing, unreadable or not between 1980 and 2100.
        in_reply_to: Message-IDs.
        references: Message-IDs, oldest first, each once: the first and the 50 newest.
        content_type: lower-case `maintype/subtype`.
        report_type: the report-type of a `multipart/report` (RFC 6522), lower-case; else "".
        calendar_method: the method of a `text/calendar` (RFC 6047), upper-case; else "".
        headers: lower-case name and first value, clean, of every field.
    """

    message_id: str | None
    sender: Address
    reply_to: Address | None
    recipients: tuple[Address, ...]
    subject: str
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    content_type: str
    report_type: str
    calendar_method: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first value of the field `name`, clean but not decoded; None when absent."""
        key = name.lower()
        return next((value for other, value in self.headers if other == key), None)

    def has(self, name: str) -> bool:
        """Whether there is a field `name`, be it empty."""
        return self.header(name) is not None


def _message_ids(value: str) -> tuple[str, ...]:
    found = (f"<{inner}>" for inner in _MESSAGE_ID.findall(value[-_MESSAGE_IDS_LIMIT:]))
    return tuple(dict.fromkeys(found))


def _references(value: str) -> tuple[str, ...]:
    found = _message_ids(value)
    return found if len(found) <= _REFERENCES + 1 else (found[0], *found[-_REFERENCES:])


def read_date(value: str | None) -> datetime | None:
    """Read the value of a Date field (RFC 5322, sections 3.3 and 4.3); None for nonsense."""
    if value is None:
        return None
    try:
        found = email.utils.parsedate_to_datetime(clean(value, 200))
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    if found.year not in _YEARS:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _sender(fields: Fields) -> Address:
    mailboxes = (*read_addresses(fields.every("from")), *read_addresses(fields.every("sender")))
    with_address = (mailbox for mailbox in mailboxes if mailbox.address)
    nameless = mailboxes[0] if mailboxes else Address("", "")
    return next(with_address, nameless)


def _recipients(fields: Fields) -> tuple[Address, ...]:
    named = f"{fields.every('to')}, {fields.every('cc')}"
    mailboxes = (mailbox for mailbox in read_addresses(named, 2 * _RECIPIENTS) if mailbox.address)
    return tuple(dict.fromkeys(mailboxes))[:_RECIPIENTS]


def _first_values(fields: Fields) -> tuple[tuple[str, str], ...]:
    first: dict[str, str] = {}
    for name, value in fields.pairs:
        if name not in first:
            first[name] = clean(value, _VALUE_LIMIT)
    return tuple(first.items())


def _trimmed(raw: bytes) -> bytes:
    return raw[:HEADER_LIMIT].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\r\n")


def read_headers(raw: bytes) -> Message:
    """Read a header block; what follows its first empty line is not looked at.

    Args:
        raw: as fetched: any line endings, any bytes, cut off anywhere. At most 256 KiB count.

    Raises:
        UnreadableMessage: there is nothing at all to read.
    """
    trimmed = _trimmed(raw)
    if not trimmed.strip():
        raise UnreadableMessage(
            "A mail came without any header: open it in your mail client, "
            "and use `followupd answered` if it is an answer."
        )
    fields = read_fields(trimmed)
    own_id = _message_ids(fields.first("message-id") or "")
    content_type = read_content_type(fields.first("content-type"))
    is_report = content_type.media_type == "multipart/report"
    is_calendar = content_type.media_type == "text/calendar"
    subject = decoded_words((fields.first("subject") or "")[: _SUBJECT_LIMIT * 16])
    return Message(
        message_id=own_id[0] if own_id else None,
        sender=_sender(fields),
        reply_to=next(
            (found for found in read_addresses(fields.every("reply-to")) if found.address), None
        ),
        recipients=_recipients(fields),
        subject=clean(subject, _SUBJECT_LIMIT),
        date=read_date(fields.first("date")),
        in_reply_to=_message_ids(fields.every("in-reply-to"))[:_REFERENCES],
        references=_references(fields.every("references")),
        content_type=content_type.media_type,
        report_type=content_type.parameter("report-type").lower() if is_report else "",
        calendar_method=(
            clean(content_type.parameter("method"), 40).upper() if is_calendar else ""
        ),
        headers=_first_values(fields),
    )


def fingerprint(raw_headers: bytes) -> str:
    """A Message-ID for a mail that has none, the same for the same mail every time.

    Made of From, Date, Subject and To, so that it does not change with the server, the folder or
    how the header is folded; of the whole block where all four are missing.
    """
    fields = read_fields(_trimmed(raw_headers))
    digest = hashlib.sha256()
    names = ("from", "date", "subject", "to")
    values = [" ".join((fields.first(name) or "").split()) for name in names]
    if not any(values):
        values = [f"{name}:{value}" for name, value in fields.pairs] or [
            _trimmed(raw_headers).hex()
        ]
    for value in values:
        data = value.encode("utf-8", "replace")
        digest.update(b"%d:" % len(data) + data)
    return f"<{digest.hexdigest()}@message.invalid>"
