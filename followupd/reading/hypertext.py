"""The words of an HTML mail, without its markup.

Crude on purpose: it serves to find words and dates, not to show the mail. The standard
library's `HTMLParser` takes quadratic time on unclosed tags (CVE-2025-6069, 3.11 before
3.11.14); this goes forward only, and what is never closed ends the text.
"""

from __future__ import annotations

import html
import re

_OUTSIZED_REFERENCE = re.compile(r"&#x?[0-9a-f]{8,};?", re.IGNORECASE)
_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]*)")
_UNSEEN = {
    name: re.compile(rf"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea")
}
_BREAKS = re.compile(
    "address|article|blockquote|br|dd|div|dl|dt|footer|form|h[1-6]|header|hr|li|ol|p|pre|section"
    "|table|tr|ul"
)
_CELLS = frozenset({"td", "th"})


def _words(text: str) -> str:
    return html.unescape(_OUTSIZED_REFERENCE.sub("\ufffd", re.sub(r"\s+", " ", text)))


def _after_markup(source: str, start: int) -> tuple[str, int]:
    """What the markup at `start` puts between words, and where it ends; -1 for never."""
    if source.startswith("<!--", start):
        end = source.find("-->", start + 4)
        return "", end + 3 if end >= 0 else -1
    end = source.find(">", start)
    name = _NAME.match(source, start + 1)
    if end < 0 or name is None:
        return "", end + 1 if end >= 0 else -1
    tag = name[1].lower()
    if tag in _UNSEEN and source[start + 1] != "/":
        closing = _UNSEEN[tag].search(source, end)
        return "", closing.start() if closing else -1
    return "\n" if _BREAKS.fullmatch(tag) else " " if tag in _CELLS else "", end + 1


def words_of(source: str) -> str:
    """The text of an HTML document, a line for each block; not clean. Never raises.

    The work is one pass over `source`.
    """
    pieces: list[str] = []
    position = 0
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            pieces.append(_words(source[position:]))
            break
        pieces.append(_words(source[position:start]))
        if source[start + 1 : start + 2].isalpha() or source[start + 1 : start + 2] in (
            "/",
            "!",
            "?",
        ):
            between, position = _after_markup(source, start)
            pieces.append(between)
            if position < 0:
                break
        else:
            pieces.append("<")
            position = start + 1
    return "\n".join(line.strip() for line in "".join(pieces).split("\n"))
