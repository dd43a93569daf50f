"""Bytes of a mail to text: character sets and encoded words, without an exception.

Python's own readers raise on real mail (an unknown charset, broken base64, half a character at
the end of an encoded word) and look every charset name up by importing it. Here a name is known
or it is not, and what cannot be decoded shows as U+FFFD.
"""

from __future__ import annotations

import binascii
import re
from encodings import normalize_encoding
from encodings.aliases import aliases

_NO_CHARSETS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
    | {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"}
)
"""Codecs of Python that are no charsets of mail; punycode takes quadratic time besides."""

_UNLISTED = frozenset({"koi8_u", "koi8_t", "cp874", "utf_8_sig", "cp720", "cp737", "cp1006"})

_KNOWN = frozenset(aliases.values())

_IN_PRACTICE = {
    "ascii": "utf_8",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "windows_874": "cp874",
}
"""What senders mean by the smaller set they name (WHATWG Encoding Standard, section 4.2)."""


def _codec(charset: str) -> str | None:
    """The codec for a charset's name, or None when mail has no such charset."""
    name = normalize_encoding(charset[:40]).lower()
    name = aliases.get(name, name)
    name = _IN_PRACTICE.get(name, name)
    if name in _NO_CHARSETS:
        return None
    return name if name in _UNLISTED or name in _KNOWN else None


def decoded(data: bytes, charset: str | None = None) -> str:
    """The text of `data`; never raises.

    Args:
        data: any bytes.
        charset: as the mail names it. A missing, unknown or unfit one means UTF-8 where that
            fits, else Windows-1252.
    """
    codec = _codec(charset) if charset else None
    for attempt in (codec, "utf_8"):
        if attempt is None:
            continue
        try:
            return data.decode(attempt)
        except (LookupError, ValueError):
            continue
    try:
        return data.decode(codec or "cp1252", "replace")
    except (LookupError, ValueError):
        return data.decode("latin_1")


_ENCODED_WORD = re.compile(
    r"=\?([!-)+->@-~]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?([bBqQ])\?([^?\r\n]{0,2000})\?="
)


def _word(encoding: str, text: str) -> bytes:
    data = text.encode("ascii", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    return from_base64(data)


def from_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes (RFC 2045, section 6.8: other characters are skipped)."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def decoded_words(value: str) -> str:
    """Decode the encoded words of an unfolded header value (RFC 2047); never raises.

    Blanks between two encoded words vanish, and a character that was cut between two words of
    the same charset is put together again. The result may hold line breaks and control
    characters: pass it through `clean` before it goes anywhere.
    """
    pieces: list[str] = []
    charset = ""
    pending = b""
    end = 0
    for found in _ENCODED_WORD.finditer(value):
        between = value[end : found.start()]
        if (between and not between.isspace()) or found[1].lower() != charset:
            pieces.append(decoded(pending, charset or None))
            pending = b""
            if not between.isspace() or end == 0:
                pieces.append(between)
        charset = found[1].lower()
        pending += _word(found[2], found[3])
        end = found.end()
    pieces.append(decoded(pending, charset or None))
    pieces.append(value[end:])
    return "".join(pieces)
