"""From a letter to the bytes of a draft that every mail program opens in the right thread.

The header is written here and not by `email.message`: Python folds long Message-IDs into encoded
words, which breaks the thread. Names and subjects come from mail, so whatever was built is read
back before it is handed out: exactly the headers meant, once each, or an error.

A draft tells nobody where it came from: no X- header, no User-Agent, no telling Message-ID.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass
from email.header import Header
from email.parser import BytesParser
from email.policy import default as default_policy
from email.utils import format_datetime, quote
from typing import TYPE_CHECKING

from followupd.errors import UnreadableMessage
from followupd.reading.text import clean

if TYPE_CHECKING:
    from datetime import datetime

LINE_LIMIT = 76
NAME_LIMIT = 100
SUBJECT_LIMIT = 500
REFERENCES_LIMIT = 900
"""The most characters that References holds: the first message and the newest ones."""

_TOKEN_LIMIT = 60
"""No word in a header longer than this, so that it fits beside the header's name."""
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,510}>")
_MADE_UP_DOMAIN = "@message.invalid>"
_NO_DOMAIN = "localhost.invalid"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])+"')
_PHRASE = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_REPLY_PREFIXES = re.compile(
    r"(?:\s*(?:re|aw|antw|sv|odp|回复|答复|回覆|返信)(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:\uff1a])+\s*",
    re.IGNORECASE,
)
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_WIRE_LINE_BREAKS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Thread:
    """The message that a draft answers.

    Attributes:
        message_id: its Message-ID with angle brackets; one that cannot be quoted (made up for
            a mail that had none, or broken) is left out of the draft.
        references: the Message-IDs before it, oldest first.
        subject: its subject, decoded.
    """

    message_id: str
    references: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, when, and in which thread.

    Attributes:
        message_id: as made by `message_id`.
        date: aware; its offset is what the reader sees.
        from_name: may be empty.
        from_address: the account's own addr-spec.
        to_name: may be empty.
        to_address: one addr-spec.
        thread: the message to answer, or None to begin a thread.
    """

    message_id: str
    date: datetime
    from_name: str
    from_address: str
    to_name: str
    to_address: str
    thread: Thread | None


def message_id(*, uid: str, step: str, cycle: int, person: str, attempt: int, domain: str) -> str:
    """The Message-ID of a draft (RFC 5322, section 3.6.4): the same for the same draft, always.

    It is a hash of the parts and reveals none of them.

    Args:
        uid: the interview's.
        step: the step's name.
        cycle: which run through the ladder.
        person: the address the step is for, in any case; "" for none.
        attempt: how many drafts of this step were withdrawn before.
        domain: the domain of the account's address; an internationalised one is written in
            ASCII, one that is no host name becomes `localhost.invalid`.

    Returns:
        `<`, 32 hexadecimal digits, `@`, the domain, `>`.
    """
    parts = (uid, step, str(cycle), person.casefold(), str(attempt))
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return f"<{hashlib.sha256(framed).hexdigest()[:32]}@{_ascii_domain(domain) or _NO_DOMAIN}>"


def reply_subject(subject: str) -> str:
    """The subject of an answer: `Re: ` once, whatever stood before (RFC 5322, section 3.6.5)."""
    line = clean(subject, SUBJECT_LIMIT)
    found = _REPLY_PREFIXES.match(line)
    return clean(f"Re: {line[found.end() :] if found else line}", SUBJECT_LIMIT)


def compose(envelope: Envelope, subject: str, body: str) -> bytes:
    r"""Build a draft (RFC 5322, MIME: RFC 2045 and 2047).

    Args:
        envelope: names and addresses; names are cleaned and capped at 100 characters.
        subject: used where there is no thread to answer; cleaned and capped.
        body: the text; any kind of line break, control characters are dropped.

    Returns:
        The message with CRLF line ends and in ASCII throughout. No line is longer than 76
        characters, except for a single Message-ID or address that is.

    Raises:
        UnreadableMessage: an address cannot be written into a header, the date has no offset,
            or the result does not read back as it was meant.
    """
    if envelope.date.tzinfo is None:
        raise UnreadableMessage("the date of a draft needs an offset from UTC")
    sender = _address(envelope.from_address)
    recipient = _address(envelope.to_address)
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        raise UnreadableMessage(f"{clean(envelope.message_id, 80)} is no Message-ID for a draft")
    line = reply_subject(envelope.thread.subject) if envelope.thread else subject
    encoding, content = _content(body)
    fields = [
        ("Message-ID", [envelope.message_id]),
        ("Date", [format_datetime(envelope.date)]),
        ("From", [*_phrase(envelope.from_name), f"<{sender}>"]),
        ("To", [*_phrase(envelope.to_name), f"<{recipient}>"]),
        ("Subject", _words(clean(line, SUBJECT_LIMIT))),
        *_threading(envelope.thread),
        ("MIME-Version", ["1.0"]),
        ("Content-Type", ["text/plain;", 'charset="utf-8"']),
        ("Content-Transfer-Encoding", [encoding]),
    ]
    header = "\r\n".join(_folded(name, tokens) for name, tokens in fields)
    raw = header.encode("ascii") + b"\r\n\r\n" + content
    _check(raw, [name for name, _ in fields], sender, recipient)
    return raw


def digest(raw: bytes) -> str:
    """A fingerprint by which an untouched copy of a draft is recognised.

    The same whatever line ends a server stored it with, and whether or not blank lines were
    added at the end.

    Returns:
        64 hexadecimal digits (SHA-256).
    """
    normal = _WIRE_LINE_BREAKS.sub(b"\r\n", raw).rstrip(b"\r\n")
    return hashlib.sha256(normal).hexdigest()


def _ascii_domain(domain: str) -> str | None:
    """The domain in ASCII and lower case, or None when it is no host name (RFC 5890, RFC 1123)."""
    try:
        name = domain.strip().removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return name if len(name) <= 253 and _DOMAIN.fullmatch(name) else None  # noqa: PLR2004 - RFC 1035


def _address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    name = clean(address, 120)
    if not local.isascii():
        raise UnreadableMessage(
            f"the address {name} has letters other than ASCII before the @, which cannot be"
            " written to yet; use another address of this person"
        )
    host = _ascii_domain(domain)
    if host is None or not _LOCAL_PART.fullmatch(local) or "=?" in local:
        raise UnreadableMessage(f"{name or 'an empty text'} is no address that mail can be sent to")
    # Only the host is the same in any case: the local part stays as it was written.
    return f"{local}@{domain if domain.casefold() == host else host}"


def _words(text: str) -> list[str]:
    """Text as the words of a header: as it is, or as encoded words (RFC 2047) where it must."""
    plain = text.isascii() and "=?" not in text
    if plain and all(len(word) <= _TOKEN_LIMIT for word in text.split(" ")):
        return text.split()
    return Header(text, "utf-8", maxlinelen=_TOKEN_LIMIT).encode(linesep="\n").split()


def _phrase(name: str) -> list[str]:
    """A display name as words; quoted where it holds more than atoms (RFC 5322, section 3.2.5)."""
    text = clean(name, NAME_LIMIT)
    if not text:
        return []
    quoted = text if _PHRASE.fullmatch(text) else f'"{quote(text)}"'
    if text.isascii() and "=?" not in text and len(quoted) <= _TOKEN_LIMIT:
        return [quoted]
    return Header(text, "utf-8", maxlinelen=_TOKEN_LIMIT).encode(linesep="\n").split()


def _threading(thread: Thread | None) -> list[tuple[str, list[str]]]:
    if thread is None:
        return []
    fields = []
    if _quotable(thread.message_id):
        fields.append(("In-Reply-To", [thread.message_id]))
    known = dict.fromkeys(one for one in (*thread.references, thread.message_id) if _quotable(one))
    known.pop(thread.message_id, None)
    chain = [*known, *(tokens[0] for _, tokens in fields)]
    if chain:
        fields.append(("References", _shortened(chain)))
    return fields


def _quotable(identifier: str) -> bool:
    """Whether others can make sense of it; an encoded word within would be decoded by readers."""
    return (
        _MESSAGE_ID.fullmatch(identifier) is not None
        and "=?" not in identifier
        and not identifier.endswith(_MADE_UP_DOMAIN)
    )


def _shortened(chain: list[str]) -> list[str]:
    """The first and as many of the newest as fit: the advice of son-of-RFC 1036."""
    left = REFERENCES_LIMIT - len(chain[-1])
    kept = [chain[-1]]
    first = chain[:-1][:1]
    if first and len(first[0]) < left:
        left -= len(first[0]) + 1
    else:
        first = []
    for one in reversed(chain[1:-1]):
        left -= len(one) + 1
        if left < 0:
            break
        kept.append(one)
    return [*first, *reversed(kept)]


def _folded(name: str, tokens: list[str]) -> str:
    """One header field, folded between words only (RFC 5322, section 2.2.3)."""
    lines = [f"{name}:"]
    for token in tokens:
        fits = len(lines[-1]) + 1 + len(token) <= LINE_LIMIT
        if fits or lines[-1] == f"{name}:":
            lines[-1] = f"{lines[-1]} {token}"
        else:
            lines.append(f" {token}")
    return "\r\n".join(lines)


def _content(body: str) -> tuple[str, bytes]:
    """The transfer encoding and the encoded text."""
    text = _CONTROLS.sub("", _LINE_BREAKS.sub("\n", body)).rstrip("\n") + "\n"
    data = text.encode("utf-8", "replace")
    if text.isascii() and all(len(line) <= LINE_LIMIT for line in text.split("\n")):
        encoding = "7bit"
    else:
        encoding = "quoted-printable"
        data = binascii.b2a_qp(data, istext=True)
    return encoding, data.replace(b"\n", b"\r\n")


def _check(raw: bytes, names: list[str], sender: str, recipient: str) -> None:
    """Read the draft as a stranger would.

    Raises:
        UnreadableMessage: it holds other headers than those meant, or other addresses.
    """
    header = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = header.replace("\r\n ", " ").split("\r\n")
    sound = [field.partition(":")[0] for field in fields] == names and all(
        field.isprintable() for field in fields
    )
    try:
        parsed = BytesParser(policy=default_policy).parsebytes(raw)
        sound = sound and parsed.keys() == names and not parsed.defects
        for name, address in (("From", sender), ("To", recipient)):
            found = [one.addr_spec for one in parsed[name].addresses]
            sound = sound and found == [address]
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise UnreadableMessage(f"the draft to {recipient} cannot be read back") from error
    if not sound:
        raise UnreadableMessage(
            f"the draft to {recipient} does not read back as it was written; look at the names"
            " and the subject of its thread for odd characters"
        )
