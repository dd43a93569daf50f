"""How the text of a letter is laid out: each line of a template is a paragraph, wrapped here."""

from __future__ import annotations

import re
import textwrap

from followupd.reading.text import clean_lines

WIDTH = 72
"""Columns of a line of text, so that it may be quoted a few times within 76."""

_INDENT_LIMIT = 24
_LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s+")
_FRENCH_BLANKS = re.compile(r"(?<=\S) (?=[:;?!»])|(?<=«) ")
_GERMAN_DAYS = re.compile(r"(?<=\d\.) (?=[A-Z])")
_NO_BREAK = "\u00a0"


def wrapped(text: str, limit: int, language: str = "") -> str:
    r"""Clean a text and wrap each line by itself; an indented one and a list keep their shape.

    Args:
        text: with any kind of line breaks.
        limit: the most characters to keep.
        language: of the text. In French the blank before a colon, a semicolon, a question or
            exclamation mark, and inside quotation marks, becomes one at which no line breaks; in
            German no line breaks within "1. Dezember".

    Returns:
        Lines of at most 72 columns, unless one word is longer, parted by `\n` and ended by one.
    """
    lines: list[str] = []
    for line in clean_lines(text, limit).split("\n"):
        content = line.lstrip()
        if language == "fr":
            content = _FRENCH_BLANKS.sub(_NO_BREAK, content)
        if language == "de":
            content = _GERMAN_DAYS.sub(_NO_BREAK, content)
        indent = " " * min(len(line) - len(line.lstrip()), _INDENT_LIMIT)
        marker = _LIST_ITEM.match(content)
        hanging = indent + " " * (len(marker[0]) if marker else 0)
        lines += textwrap.wrap(
            content,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    if language == "de":
        lines = [line.replace(_NO_BREAK, " ") for line in lines]
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"
