"""What a mail server says, as values.

Pure: bytes of IMAP responses in, frozen values out. Everything here was written by a server
or by a stranger's mail, so nothing is trusted: numbers are checked, text is cleaned and cut.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MOST_WORDS = 200
_APPENDUID = re.compile(rb"\[APPENDUID (\d{1,10}) (\d{1,10})\]", re.IGNORECASE)
_COUNTED = re.compile(rb"\* (\d{1,10}) ([A-Z]+)", re.IGNORECASE)
_PREFIX = re.compile(r"^[A-Z]+ (?:failed: |command error: (?:BAD|NO) )", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folder:
    r"""One line of a LIST answer (RFC 3501 section 7.2.2, RFC 6154).

    Attributes:
        name: the folder's whole name, decoded from modified UTF-7.
        flags: the attributes in lower case, such as `\drafts` and `\noselect`.
        delimiter: what separates the levels of the name; None in a flat hierarchy.
    """

    name: str
    flags: frozenset[str]
    delimiter: str | None

    @property
    def selectable(self) -> bool:
        """Whether the folder can hold mail at all."""
        return not self.flags & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What SELECT or EXAMINE told about a folder.

    Attributes:
        uidvalidity: UIDs mean the same mail only while this number stays.
        uidnext: every mail that arrives later has at least this UID.
        exists: the number of messages; a count, never a UID.
    """

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, slots=True)
class Status:
    """What STATUS told about a folder, without opening it."""

    messages: int
    uidnext: int
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class Fetched:
    r"""One message's header as it lies on the server.

    Attributes:
        uid: its UID in the folder that was examined.
        flags: as the server spells them, such as `\Seen`.
        internaldate: when the server received it, in UTC; None where it did not say.
        size: the whole message in octets; 0 where the server did not say.
        raw: the header block in octets, cut at the cap. Empty when the server's answer about
            this one message could not be parsed.
        labels: Gmail's labels besides that of the open folder, in lower case and without the
            backslash of its own ones; None on any other server. A draft has the flag `\Draft`
            here even where Gmail tells so by a label only.
    """

    uid: int
    flags: frozenset[str]
    internaldate: datetime | None
    size: int
    raw: bytes
    labels: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """One message as it lies on the server, everything told by one answer.

    Attributes:
        uid: its UID in the folder that is open.
        flags: as the server spells them.
        modseq: the number of its last change (RFC 7162, section 3.1.1); 0 where the server
            does not count changes.
        raw: its octets, cut at the cap.
    """

    uid: int
    flags: frozenset[str]
    modseq: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class AppendUid:
    """Where the server says it put an appended message (RFC 4315 section 3): a hint only."""

    uidvalidity: int
    uid: int


class NoticeKind(StrEnum):
    """What a server says unasked while a connection is in IDLE."""

    EXISTS = "EXISTS"
    EXPUNGE = "EXPUNGE"
    FETCH = "FETCH"
    RECENT = "RECENT"
    VANISHED = "VANISHED"
    BYE = "BYE"
    OTHER = "OTHER"


_COUNTS = {
    kind.value: kind
    for kind in (NoticeKind.EXISTS, NoticeKind.EXPUNGE, NoticeKind.FETCH, NoticeKind.RECENT)
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One untagged response.

    Attributes:
        kind: what happened.
        text: the server's words, cleaned and cut; for logs and errors only.
    """

    kind: NoticeKind
    text: str

    @property
    def is_news(self) -> bool:
        """Whether the folder changed, so that somebody should look."""
        return self.kind not in (NoticeKind.OTHER, NoticeKind.BYE)


def notice(line: bytes) -> Notice:
    """Read one untagged response, without its CRLF.

    Raises:
        ValueError: the line is not an untagged response.
    """
    text = words(line)
    if not line.startswith(b"* "):
        raise ValueError(f"not an IMAP response: {text}")
    if (counted := _COUNTED.match(line)) is not None:
        word = counted[2].decode("ascii").upper()
        return Notice(_COUNTS.get(word, NoticeKind.OTHER), text)
    head = line[2:].split(b" ", 1)[0].upper()
    if head in (b"BYE", b"VANISHED"):
        return Notice(NoticeKind(head.decode("ascii")), text)
    return Notice(NoticeKind.OTHER, text)


def append_uid(answer: object) -> AppendUid | None:
    """The APPENDUID response code in the answer to APPEND, if there is a usable one."""
    if not isinstance(answer, bytes) or (found := _APPENDUID.search(answer)) is None:
        return None
    uidvalidity, uid = int(found[1]), int(found[2])
    return AppendUid(uidvalidity, uid) if uidvalidity and uid else None


def words(said: object) -> str:
    """A server's words, fit for an error or a log: no control characters, one line, cut."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = _PREFIX.sub("", text[: 4 * _MOST_WORDS])
    # imaplib prints some answers as the repr of a list of bytes.
    for start, end in (("[b'", "']"), ('[b"', '"]'), ("b'", "'"), ('b"', '"')):
        if text.startswith(start) and text.endswith(end):
            text = text[len(start) : -len(end)]
    clean = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= _MOST_WORDS else clean[: _MOST_WORDS - 1] + "…"
