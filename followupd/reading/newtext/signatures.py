"""What stands at the end of a mail and is not its text: signature, legal notice, advertisement.

Nothing here is standard but the line of two dashes (RFC 3676, section 4.3). So a line goes only
when it looks like a part of a signature and stands where one does: a sentence below a name stays,
and so does a postscript. Language by language the words are data: `phrases/quoting.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from followupd.reading.data import read_data
from followupd.reading.phrasing import any_phrase, plain

_WIDTH = 400
_SIGNATURE_LINES = 30
"""A line of two dashes with more lines than this below parts a text, it does not end it."""

_NOTICES_IN = 12_000
"""How much at the end is searched for legal notices, in characters."""

_APPENDED_WORDS = 9
_NAME_WORDS = 5
_PROSE_WORDS = 5

_DELIMITER = re.compile(r"\s?--$")
_LOOSE_DELIMITER = re.compile(r"\s?(?:__|[\u2013\u2014]{1,12}|_{5,}|-{2,3}\s?\S.{0,80})$")
_CONTACT = re.compile(
    r"https?://|www\.|[\w.+-]@[\w-]|(?<![\d.,:])\+?\(?\d[\d ()/.-]{7,}\d|(?<!\w)(?:tel|fax|mobil)",
    re.IGNORECASE,
)
_STROKES = " \t-_\u2013\u2014"
_URL = re.compile(r"<?https?://\S{1,300}")
_WORD = re.compile(r"[^\W_][\w'\u2019.+&/-]*")
_SMALL_IN_NAMES = frozenset(
    {
        "von",
        "van",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "la",
        "le",
        "du",
        "zu",
        "and",
        "i.a.",
    }
)


@lru_cache(maxsize=32)
def _plain_beginning(beginning: str) -> str:
    return plain(beginning)[:_WIDTH]


def plain_line(line: str) -> str:
    """The beginning of a line in the form in which words are compared; at most 400 characters.

    The same few lines are asked for again and again, and folding is the dearest thing done here.
    """
    return _plain_beginning(line[:_WIDTH])


@dataclass(frozen=True, slots=True)
class _Words:
    sign_offs: re.Pattern[str]
    thanks: re.Pattern[str]
    appended: tuple[str, ...]
    postscripts: tuple[str, ...]
    notices: re.Pattern[str]
    footers: tuple[str, ...]
    meetings: tuple[str, ...]


@cache
def _words() -> _Words:
    data = read_data("phrases", "quoting.toml")
    ending = data["ending"]
    return _Words(
        sign_offs=any_phrase(ending["sign_offs"]),
        thanks=any_phrase(ending["thanks"]),
        appended=tuple(plain(words) for words in ending["appended"]),
        postscripts=tuple(plain(words) for words in ending["postscripts"]),
        notices=any_phrase(data["notice"]["phrases"]),
        footers=tuple(plain(words) for words in data["notice"]["footers"]),
        meetings=tuple(plain(words) for words in data["notice"]["meetings"]),
    )


def _is_prose(line: str) -> bool:
    """Whether a line is more likely a sentence than a name, a title or an address."""
    if line.rstrip().endswith("?"):
        return True
    words = _WORD.findall(line[:_WIDTH])
    if len(words) < _PROSE_WORDS or "|" in line:
        return False
    small = sum(word[0].islower() for word in words)
    return small * 2 >= len(words) or (line.rstrip()[-1] in ".!:" and small * 3 >= len(words))


def _is_name(text: str) -> bool:
    """Whether some words may be a person's name, perhaps with a sign or a face after it."""
    words = _WORD.findall(text[:_WIDTH])
    return (
        len(words) <= _NAME_WORDS
        and all(
            (not word[0].islower() and not word[0].isdigit()) or word.lower() in _SMALL_IN_NAMES
            for word in words
        )
        and not text.rstrip().endswith(("?", "!", ":"))
    )


def _follows(lines: list[str], position: int) -> str:
    """The next line that is not empty; empty if there is none."""
    return next((line for line in lines[position + 1 :] if line.strip()), "")


def _is_sign_off(lines: list[str], position: int) -> bool:
    """Whether a mail's closing words stand on a line, alone or with a name after them."""
    line = lines[position].strip(_STROKES + "*")
    if not line or len(line) > 80 or line.endswith("?"):  # noqa: PLR2004 - longer than any
        return False
    text = plain_line(line)
    for phrases, needs_a_name in ((_words().sign_offs, False), (_words().thanks, True)):
        found = phrases.match(text)
        if found is None:
            continue
        # Folding may change how long a word is: the name is what is left of the words.
        left = len(text[found.end() :].split())
        name = " ".join(line.split()[len(line.split()) - left :]) if left else ""
        rest = text[found.end() :].strip(_STROKES + ",.!;:")
        if rest and (not _is_name(name) or text[found.end()] not in _STROKES + ",.!;"):
            continue
        # "Thank you!" at the top is what the mail says.
        following = _follows(lines, position)
        says_more = any(line.strip() for line in lines[:position])
        if not needs_a_name or (says_more and (not following or _is_name(following))):
            return True
    return False


def _is_appended(line: str) -> bool:
    """Whether a line is what a telephone or a mail program put there."""
    if len(line) > _WIDTH:
        return False
    text = plain_line(_URL.sub(" ", line)).strip(_STROKES + "*.[]()<>")
    return (
        text.startswith(_words().appended)
        and len(text.split()) <= _APPENDED_WORDS
        and not any(sign in text for sign in ",;:?!")
    )


def _is_postscript(line: str) -> bool:
    word = plain(line[:20]).partition(" ")[0].rstrip(":")
    return word in _words().postscripts


def _is_footer(lines: list[str]) -> bool:
    """Whether lines below a rule are a footer or a signature, and not an appointment."""
    text = " ".join(map(plain_line, lines))
    if any(word in text for word in _words().meetings):
        return False
    return (
        any(word in text for word in _words().footers)
        or _CONTACT.search(text) is not None
        or any(_is_appended(line) for line in lines)
    )


def _parts_signature(line: str, below: list[str]) -> bool:
    """Whether a line parts the text from the signature, by what it is and what stands below."""
    if _DELIMITER.match(line):
        return True
    if not _LOOSE_DELIMITER.match(line):
        return False
    attached = line.strip(_STROKES)
    if attached:
        # As in "--Dana": only the last line of all may be both.
        return not below and (not _is_prose(attached) or _CONTACT.search(attached) is not None)
    if "_" in line:
        return _is_footer(below)
    return not any(map(_is_prose, below))


def _delimiter(lines: list[str]) -> int | None:
    """The line that parts the signature from the text, or None."""
    found = None
    below: list[str] = []
    for position in range(len(lines) - 1, -1, -1):
        if not lines[position].strip():
            continue
        if _parts_signature(lines[position], below):
            found = position
        below.append(lines[position])
        if len(below) > _SIGNATURE_LINES:
            break
    return found


def _without_notices(lines: list[str]) -> list[str]:
    """The lines without paragraphs that are a legal notice from some line on."""
    start = len(lines)
    size = 0
    while start and size + len(lines[start - 1]) < _NOTICES_IN:
        start -= 1
        size += len(lines[start]) + 1
    kept = lines[:start]
    paragraph: list[str] = []
    for line in [*lines[start:], ""]:
        if line.strip():
            paragraph.append(line)
            continue
        kept += _before_notice(paragraph)
        kept.append(line)
        paragraph = []
    return kept


def _before_notice(paragraph: list[str]) -> list[str]:
    # A notice may be wrapped: it is searched for in the whole paragraph, and the line found again.
    folded = [plain(line) + " " for line in paragraph]
    found = _words().notices.search("".join(folded)[:_NOTICES_IN])
    if found is None:
        return paragraph
    ends = accumulate(map(len, folded))
    return paragraph[: next(number for number, end in enumerate(ends) if end > found.start())]


def _without_closing(lines: list[str]) -> list[str]:
    """The lines without the closing words and what looks like a signature below them."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filled[-_SIGNATURE_LINES:]:
        if _is_sign_off(lines, number):
            break
    else:
        return lines
    kept = lines[:number]
    for position in range(number + 1, len(lines)):
        if _is_postscript(lines[position]):
            return [*kept, "", *lines[position:]]
        if _is_prose(lines[position]):
            kept += ["", lines[position]]
    return kept


def without_signature(lines: list[str]) -> list[str]:
    """The lines of a text without its signature; perhaps none.

    Args:
        lines: clean lines with nothing quoted among them.
    """
    lines = [line for line in lines if not _is_appended(line)]
    found = _delimiter(lines)
    if found is not None:
        lines = lines[:found]
    return _without_closing(_without_notices(lines))
