"""A message taken apart into its MIME parts, at a price that is known beforehand.

The standard library's parser needs 13 s for 100,000 parts and ends in a RecursionError when
they are nested deeply enough. This walk keeps to `SIZE_LIMIT` bytes, `_DEPTH` levels and
`_PARTS` parts; what lies beyond is not seen. It goes over the bytes once for each level.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.charsets import decoded, from_base64
from followupd.reading.fields import Fields, read_fields, split
from followupd.reading.message import ContentType, read_content_type

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE_LIMIT = 256 * 1024
"""The most bytes of a message that are looked at."""

_DEPTH = 12
_PARTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds no other parts.

    Attributes:
        content_type: what it says it is.
        fields: its own header.
        raw: its body as it stands, still encoded.
        alternative: the number of the `multipart/alternative` it belongs to, or None.
        attached: whether it is marked as an attachment.
    """

    content_type: ContentType
    fields: Fields
    raw: bytes
    alternative: int | None
    attached: bool

    @property
    def data(self) -> bytes:
        """The body, decoded (RFC 2045, section 6)."""
        encoding = (self.fields.first("content-transfer-encoding") or "").strip().lower()
        if encoding == "base64":
            return from_base64(self.raw)
        if encoding == "quoted-printable":
            # A soft line break may end in any of the three ways lines end.
            return binascii.a2b_qp(self.raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        return self.raw

    @property
    def text(self) -> str:
        """The body as text; not clean."""
        return decoded(self.data, self.content_type.parameter("charset") or None)


@dataclass(frozen=True, slots=True)
class _Entity:
    """Something still to be taken apart."""

    raw: bytes
    depth: int = 0
    alternative: int | None = None
    media_type: str | None = None


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """The parts between the lines of a boundary (RFC 2046, section 5.1.1)."""
    mark = re.escape(boundary.encode("utf-8", "replace"))
    line = re.compile(rb"(?:^|\r\n|\r|\n)--" + mark + rb"(--)?[ \t]*(?=[\r\n]|$)")
    pieces: list[bytes] = []
    start: int | None = None
    for found in line.finditer(body):
        if start is not None:
            pieces.append(_without_break(body[start : found.start()]))
        start = None if found[1] else found.end()
        if found[1] or len(pieces) >= _PARTS:
            break
    if start is not None and len(pieces) < _PARTS:
        pieces.append(_without_break(body[start:]))
    return pieces


def _without_break(piece: bytes) -> bytes:
    """A piece without the line break that ended its boundary."""
    return piece[2:] if piece.startswith(b"\r\n") else piece[1:]


def walk(raw: bytes) -> Iterator[Part]:
    """The parts of a message that hold no others, in order; never raises.

    An attached message (`message/rfc822`) is one part: it is not opened.

    Args:
        raw: a whole message, or its beginning; at most 256 KiB count.
    """
    start = raw[:SIZE_LIMIT].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\r\n")
    waiting = [_Entity(start)]
    alternatives = seen = 0
    while waiting and seen < _PARTS:
        entity = waiting.pop()
        seen += 1
        header, body = split(entity.raw)
        fields = read_fields(header)
        named = fields.first("content-type")
        content_type = read_content_type(named or entity.media_type)
        boundary = content_type.parameter("boundary")
        kind = content_type.media_type
        if kind.startswith("multipart/"):
            pieces = _pieces(body, boundary) if boundary and entity.depth < _DEPTH else []
            alternatives += kind == "multipart/alternative"
            inner = [
                _Entity(
                    piece,
                    entity.depth + 1,
                    alternatives if kind == "multipart/alternative" else entity.alternative,
                    "message/rfc822" if kind == "multipart/digest" else None,
                )
                for piece in pieces
            ]
            waiting.extend(reversed(inner))
            if inner:
                continue
            # Nothing is marked off in it: what there is may still be words.
            content_type = ContentType()
        disposition = (fields.first("content-disposition") or "").lstrip().lower()
        yield Part(
            content_type,
            fields,
            body,
            entity.alternative,
            disposition.startswith("attachment"),
        )
