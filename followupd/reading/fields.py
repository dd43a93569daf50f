"""A header block, cut into its fields.

Written here because the standard library's parser gives up at the first line that is no field
and leaves everything after it out. This one goes on: a garbled line costs that line only. The
work is one pass over at most `HEADER_LIMIT` bytes, whatever they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from followupd.reading.charsets import decoded

HEADER_LIMIT = 256 * 1024
"""The most bytes of a header block that are looked at."""

_FIELDS = 1000
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header block.

    Attributes:
        pairs: lower-case name and unfolded value, in order; at most 1,000. The values are
            neither decoded (RFC 2047) nor clean.
    """

    pairs: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str | None:
        """The first value of the field `name` (lower-case), or None when there is no such."""
        return next((value for key, value in self.pairs if key == name), None)

    def every(self, name: str) -> str:
        """All values of the field `name` (lower-case), joined with commas; may be empty."""
        return ", ".join(value for key, value in self.pairs if key == name)


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Part a message, or a part of one, into header block and body at its first empty line."""
    if raw[:1] in (b"\r", b"\n"):
        return b"", raw[2:] if raw.startswith(b"\r\n") else raw[1:]
    found = _EMPTY_LINE.search(raw)
    return (raw, b"") if found is None else (raw[: found.start()], raw[found.end() :])


def read_fields(raw: bytes) -> Fields:
    """Read the header block at the beginning of `raw` (RFC 5322, sections 2.2 and 4.5).

    Lines may end in CRLF, LF or CR; NULs are dropped; lines that are no field are passed over,
    so is an mbox "From " line; 8-bit values are taken for UTF-8, else Windows-1252.
    """
    raw = raw[:HEADER_LIMIT].replace(b"\0", b"")
    pairs: list[tuple[str, str]] = []
    name = ""
    lines: list[bytes] = []

    def finish() -> None:
        if name and len(pairs) < _FIELDS:
            value = b" ".join(line.strip(b" \t") for line in lines)
            pairs.append((name, decoded(value).strip()))

    for line in _LINE_BREAK.split(raw):
        if not line:
            break
        if line[0] in b" \t":
            lines.append(line)
            continue
        finish()
        found = _FIELD.match(line)
        name = found[1].decode("ascii").lower() if found else ""
        lines = [found[2]] if found else []
    finish()
    return Fields(tuple(pairs))
