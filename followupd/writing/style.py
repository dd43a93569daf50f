"""What gives a letter away that a machine filled in, as far as that can be told by its looks.

Nothing here keeps a letter from being laid down: it is said to whoever wrote the template.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_LIMIT = 76
SUBJECT_LIMIT = 70

_NOTHING = re.compile(r"\bNone\b")
_DOUBLE_BLANK = re.compile(r"\S[ \u00a0]{2,}\S")
_STRAY = re.compile(r"\s[.,](?!\w)|,,|;;|::|(?<!\.)\.\.(?!\.)|,\.|\(\s*\)")
_LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|\[[^\]]*\]|\bTODO\b|\bXXX\b")
_ENDS = re.compile(r"[.,:;?!…。？！，：]$")  # noqa: RUF001 - East Asian letters end with these
_CLOSED = "\"')]”’»“\u00a0 "  # noqa: RUF001 - what may stand after the end of a sentence
_CLOSING_LIMIT = 40


def remarks(subject: str, body: str, *, is_sheet: bool) -> Iterator[str]:
    """What should be looked at in a rendered letter, one sentence each.

    Args:
        subject: one line.
        body: its text, wrapped.
        is_sheet: it speaks to the user (`letter.SHEETS`) and may have headings.
    """
    if len(subject) > SUBJECT_LIMIT:
        yield f"the subject has {len(subject)} characters; {SUBJECT_LIMIT} are shown everywhere"
    for line in (subject, *body.split("\n")):
        yield from _of_line(line)
    if not is_sheet:
        yield from _of_paragraphs(body)


def _of_line(line: str) -> Iterator[str]:
    if len(line) > LINE_LIMIT:
        yield f'a line has {len(line)} columns, more than {LINE_LIMIT}: "{line.strip()[:40]}…"'
    if _NOTHING.search(line):
        yield f'it says "None" where a value is not there: "{line.strip()}"'
    if _DOUBLE_BLANK.search(line):
        yield f'two blanks follow each other: "{line.strip()}"'
    if _STRAY.search(line):
        yield f'a punctuation mark stands alone or twice: "{line.strip()}"'
    if _LEFT_OVER.search(line):
        yield f'something is left to be filled in: "{line.strip()}"'


def _of_paragraphs(body: str) -> Iterator[str]:
    paragraphs = [part for part in body.split("\n\n") if part.strip()]
    greeting = paragraphs[0].strip()
    if not any(mark.isalpha() for mark in greeting) or not _is_ended(greeting):
        yield f'the greeting is empty or has no end: "{greeting[:60]}"'
    *letter, closing = paragraphs[1:] or [""]
    if letter and "\n" not in closing and len(letter[-1]) <= _CLOSING_LIMIT:
        letter = letter[:-1]  # the closing words stand apart from the name
    for paragraph in letter:
        is_text = not paragraph.startswith((" ", "- ", "* ", "• "))
        if is_text and not _is_ended(paragraph):
            last = paragraph.split("\n")[-1]
            yield f'a paragraph does not end with a punctuation mark: "{last}"'


def _is_ended(paragraph: str) -> bool:
    return _ENDS.search(paragraph.rstrip(_CLOSED)) is not None
