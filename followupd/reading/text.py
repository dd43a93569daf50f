"""The one place where text from a mail becomes safe to store, to show and to write.

Everything in a mail was chosen by a stranger. A line break in a subject becomes a second header
in a draft; an escape sequence or a bidirectional override rewrites a terminal; a hundred
kilobytes of accents on one letter cost time. What has passed through `clean` is one line, has no
character that is not seen, and is no longer than was asked.
"""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

_MARKS_IN_A_ROW = 30
"""Combining marks kept on one letter: Unicode's stream-safe limit (UAX #15, section 13)."""

_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"
)
"""Letters and marks by category that are drawn as nothing at all."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_BREAKS = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def _visible(text: str) -> str:
    """Every break and blank becomes a space, everything that is not seen is dropped."""
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            if marks > _MARKS_IN_A_ROW or character in _INVISIBLE:
                continue
        else:
            marks = 0
            if category in ("Cc", "Zl", "Zp", "Zs"):
                character = " "  # noqa: PLW2901 - the replacement is what is kept
            elif category in ("Cn", "Co", "Cs"):
                character = "\ufffd"  # noqa: PLW2901 - nobody can know how it is shown
            elif category == "Cf" or character in _INVISIBLE:
                continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _capped(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip() + ELLIPSIS[: max(limit, 0)]


def clean(text: str, limit: int) -> str:
    """Make text from outside one safe, printable line.

    Control characters, line breaks (U+2028 and U+2029 too) and every kind of blank become one
    space; format characters (bidirectional controls, zero-width characters, tags) and blank
    letters are dropped; lone surrogates, private and unassigned characters become U+FFFD. The
    result is NFC, and `str.isprintable` holds for it.

    Args:
        text: any string at all.
        limit: the most characters to return; what is longer ends with an ellipsis. No more than
            eight times as much of `text` is looked at.

    Returns:
        At most `limit` characters, without blanks at either end; may be empty.
    """
    line = text[: max(limit, 0) * 8 + 1024]
    if not (line.isascii() and line.isprintable()):
        line = _visible(line)
    return _capped(" ".join(line.split()), limit)


def clean_lines(text: str, limit: int) -> str:
    r"""Make text from outside safe, and keep its lines.

    Like `clean` for each line: every kind of line break becomes `\n`, trailing blanks go, and
    no more than one empty line stands between two others. Blanks inside a line are kept as
    they are counted, a tab as one space.

    Args:
        text: any string at all.
        limit: the most characters to return; what is longer ends with an ellipsis. No more than
            twice as much of `text` is looked at.

    Returns:
        At most `limit` characters, lines parted by `\n`, none at either end.
    """
    lines = _LINE_BREAKS.split(text[: max(limit, 0) * 2 + 1024])
    joined = "\n".join(_line(line) for line in lines)
    return _capped(_BLANK_LINES.sub("\n\n", joined).strip(), limit)


def _line(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        line = _visible(line)
    return line.rstrip()


def folded(text: str) -> str:
    """The form in which words are compared: NFKC and case-folded (Unicode, D146).

    Full-width letters, ligatures and capitals no longer make a difference; accents still do.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def quoted(text: str, limit: int = 60) -> str:
    """A piece of a mail as it is named in a printed reason: cleaned, capped, in quotes."""
    return f"“{clean(text, limit)}”"
