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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARTIAL = re.compile(r"<(\d+)\.(\d+)>$")


@dataclass(slots=True)
class FakeMessage:
    """One message.

    Attributes:
        searchable: whether SEARCH by anything but UID finds it yet; an index may lag.
    """

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    internaldate: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    searchable: bool = True

    @property
    def header(self) -> bytes:
        """The header block with the empty line that ends it."""
        head, separator, _ = self.raw.partition(b"\r\n\r\n")
        return head + separator

    def values(self, name: str) -> str:
        """Every value of a header field, decoded, one per line."""
        parsed = BytesHeaderParser(policy=default).parsebytes(self.header)
        return "\n".join(str(value) for value in parsed.get_all(name) or [])


@dataclass(slots=True)
class FakeFolder:
    """One folder: its messages ascending by UID, and what LIST and SELECT say about it."""

    name: str
    attributes: tuple[str, ...] = ()
    uidvalidity: int = 1_000
    uidnext: int = 1
    messages: list[FakeMessage] = field(default_factory=list)

    def add(self, raw: bytes, flags: set[str] | None = None) -> FakeMessage:
        """Store a message under the next UID."""
        message = FakeMessage(self.uidnext, raw, set(flags or ()))
        self.uidnext += 1
        self.messages.append(message)
        return message

    def remove(self, uid: int) -> None:
        """Remove a message as another client would."""
        self.messages = [each for each in self.messages if each.uid != uid]

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
        elif name == "RFC822.SIZE":
            parts.append(b"RFC822.SIZE %d" % len(message.raw))
        elif name.startswith("BODY"):
            parts.append(_body(message, name))
        else:
            raise ValueError(f"unknown item {item}")
    return b"* %d FETCH (" % number + b" ".join(parts) + b")\r\n"


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
