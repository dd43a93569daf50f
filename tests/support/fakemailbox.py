"""An in-memory mailbox that answers SEARCH and FETCH honestly.

It holds what the scripted server serves. It is plain data: a test reads and changes it
directly, under the server's lock when the server is running.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARTIAL = re.compile(r"<(\d+)\.(\d+)>$")


@dataclass(slots=True)
class FakeMessage:
    """One message.

    Attributes:
        searchable: whether SEARCH by anything but UID finds it yet; an index may lag.
        modseq: the number of its last change (RFC 7162); a test that changes flags behind the
            server's back uses `FakeFolder.flag`.
        appended: whether an IMAP client laid it here with APPEND, and not the test itself.
        labels: Gmail's labels; None on any other server.
        own_label: the label of the folder it is shown in, which FETCH leaves out.
    """

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    internaldate: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    searchable: bool = True
    modseq: int = 1
    appended: bool = False
    labels: set[str] | None = None
    own_label: str = ""

    @property
    def header(self) -> bytes:
        """The header block with the empty line that ends it."""
        head, separator, _ = self.raw.partition(b"\r\n\r\n")
        return head + separator

    def values(self, name: str) -> str:
        """Every value of a header field, decoded, one per line."""
        return _values(self.header, name)


@lru_cache(maxsize=4096)
def _values(header: bytes, name: str) -> str:
    parsed = BytesHeaderParser(policy=default).parsebytes(header)
    return "\n".join(str(value) for value in parsed.get_all(name) or [])


@dataclass(slots=True)
class FakeFolder:
    """One folder: its messages ascending by UID, and what LIST and SELECT say about it.

    Attributes:
        modseq: the number of the last change to any message.
        lagging: whether SEARCH does not know what comes in from now on.
        taken: everything that a client appended here, also what has gone since.
    """

    name: str
    attributes: tuple[str, ...] = ()
    uidvalidity: int = 1_000
    uidnext: int = 1
    messages: list[FakeMessage] = field(default_factory=list)
    modseq: int = 1
    lagging: bool = False
    taken: list[FakeMessage] = field(default_factory=list)

    def add(self, raw: bytes, flags: set[str] | None = None) -> FakeMessage:
        """Store a message under the next UID."""
        self.modseq += 1
        message = FakeMessage(
            self.uidnext,
            raw,
            set(flags or ()),
            searchable=not self.lagging,
            modseq=self.modseq,
        )
        self.uidnext += 1
        self.messages.append(message)
        return message

    def take(self, raw: bytes, flags: set[str]) -> FakeMessage:
        """Store what a client appended; a server of peculiar ways does more."""
        message = self.add(raw, flags)
        message.appended = True
        self.taken.append(message)
        return message

    def remove(self, uid: int) -> None:
        """Remove a message as another client would."""
        for message in [each for each in self.messages if each.uid == uid]:
            self.drop(message)

    def drop(self, message: FakeMessage) -> None:
        """Remove this message."""
        self.messages = [each for each in self.messages if each is not message]

    def flag(self, message: FakeMessage, *flags: str, remove: bool = False) -> None:
        """Set or remove flags as another client would."""
        message.flags = message.flags - set(flags) if remove else message.flags | set(flags)
        self.changed(message)

    def changed(self, message: FakeMessage) -> None:
        """Count a change."""
        self.modseq += 1
        message.modseq = self.modseq

    def renumber(self) -> None:
        """Give the folder another UIDVALIDITY, and every message another UID."""
        self.uidvalidity += 1
        for number, message in enumerate(self.messages, start=1):
            message.uid = number
        self.uidnext = len(self.messages) + 1

    def within(self, sequence: str) -> list[tuple[int, FakeMessage]]:
        """Number and message for every UID in a set such as `3,7:*`."""
        last = max((each.uid for each in self.messages), default=0)
        ranges = []
        for part in sequence.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            ranges.append((min(ends), max(ends)))
        return [
            (number, each)
            for number, each in enumerate(self.messages, start=1)
            if any(low <= each.uid <= high for low, high in ranges)
        ]

    def search(self, arguments: list[str | list[str]]) -> list[int]:
        """UIDs that meet every key; raises ValueError for a key that is not known."""
        test = _all(self, iter(arguments))
        return [each.uid for each in self.messages if test(each)]


def _all(folder: FakeFolder, rest: Iterator[str | list[str]]) -> Callable[[FakeMessage], bool]:
    tests = [_test(folder, key, rest) for key in rest]
    return lambda message: all(test(message) for test in tests)


def _test(  # noqa: C901, PLR0911, PLR0912 - the grammar is a list of cases
    folder: FakeFolder, key: str | list[str], rest: Iterator[str | list[str]]
) -> Callable[[FakeMessage], bool]:
    if isinstance(key, list):
        return _all(folder, iter(key))
    name = key.upper()
    if re.fullmatch(r"[\d:,*]+", name):
        raise ValueError("message numbers are not supported")
    if name == "ALL":
        return lambda _: True
    if name == "NOT":
        negated = _test(folder, next(rest), rest)
        return lambda message: not negated(message)
    if name == "OR":
        one, other = _test(folder, next(rest), rest), _test(folder, next(rest), rest)
        return lambda message: one(message) or other(message)
    if name == "UID":
        uids = {each.uid for _, each in folder.within(str(next(rest)))}
        return lambda message: message.uid in uids
    if name in ("SEEN", "DELETED", "DRAFT", "FLAGGED", "ANSWERED"):
        flag = "\\" + name.capitalize()
        return lambda message: flag in message.flags
    if name in ("UNSEEN", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNANSWERED"):
        missing = "\\" + name[2:].capitalize()
        return lambda message: missing not in message.flags
    if name == "HEADER":
        return _contains(str(next(rest)), str(next(rest)))
    if name in ("FROM", "TO", "CC", "BCC", "SUBJECT"):
        return _contains(name, str(next(rest)))
    if name in ("TEXT", "BODY"):
        wanted = str(next(rest)).casefold()
        return lambda message: (
            message.searchable and wanted in message.raw.decode("utf-8", "replace").casefold()
        )
    if name in ("SINCE", "SENTSINCE", "BEFORE", "SENTBEFORE"):
        day = datetime.strptime(str(next(rest)), "%d-%b-%Y").replace(tzinfo=UTC).date()
        day_of = _sent_day if name.startswith("SENT") else _day
        if name.endswith("SINCE"):
            return lambda message: day_of(message) >= day
        return lambda message: day_of(message) < day
    raise ValueError(f"unknown search key {key}")


def _contains(name: str, wanted: str) -> Callable[[FakeMessage], bool]:
    folded = wanted.casefold()
    return lambda message: message.searchable and folded in message.values(name).casefold()


def _sent_day(message: FakeMessage) -> date:
    """The day of the Date header, as SENTSINCE wants it; that of arrival where there is none."""
    try:
        return parsedate_to_datetime(message.values("Date")).date()
    except ValueError:
        return _day(message)


def _day(message: FakeMessage) -> date:
    return message.internaldate.date()


def fetched(number: int, message: FakeMessage, items: list[str | list[str]]) -> bytes:
    """One FETCH response with its CRLF; BODY without PEEK sets the flag, as servers do."""
    parts: list[bytes] = []
    for item in items:
        name = str(item).upper()
        if name == "UID":
            parts.append(b"UID %d" % message.uid)
        elif name == "FLAGS":
            parts.append(b"FLAGS (" + " ".join(sorted(message.flags)).encode() + b")")
        elif name == "INTERNALDATE":
            stamp = message.internaldate.strftime("%d-%b-%Y %H:%M:%S %z")
            parts.append(b'INTERNALDATE "' + stamp.encode() + b'"')
        elif name == "MODSEQ":
            parts.append(b"MODSEQ (%d)" % message.modseq)
        elif name == "X-GM-LABELS" and message.labels is not None:
            parts.append(_labels(message.labels - {message.own_label}))
        elif name == "RFC822.SIZE":
            parts.append(b"RFC822.SIZE %d" % len(message.raw))
        elif name.startswith("BODY"):
            parts.append(_body(message, name))
        else:
            raise ValueError(f"unknown item {item}")
    return b"* %d FETCH (" % number + b" ".join(parts) + b")\r\n"


def _labels(labels: set[str]) -> bytes:
    r"""Gmail quotes its own labels as `"\\Sent"`."""
    quoted = " ".join('"' + each.replace("\\", "\\\\") + '"' for each in sorted(labels))
    return f"X-GM-LABELS ({quoted})".encode()


def _body(message: FakeMessage, name: str) -> bytes:
    if not name.startswith("BODY.PEEK"):
        message.flags.add("\\Seen")
    section = name.replace(".PEEK", "")
    content = message.header if "HEADER" in section else message.raw
    if (partial := _PARTIAL.search(section)) is not None:
        start, length = int(partial[1]), int(partial[2])
        content = content[start : start + length]
        section = section[: partial.start()] + f"<{start}>"
    return section.encode() + b" {%d}\r\n" % len(content) + content
