"""The title of an invitation, or a sentence, taken apart where its words join.

A title puts a company, a role, people and rounds side by side without saying which is which; but
"with", "at", "for", dashes and the interview itself stand between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.reading.invitation.words import tidy, title_words
from followupd.reading.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE_LIMIT = 300
"""The most characters of a title that are looked at."""

EDGES = " \t.,;:!?\"'\u201c\u201d\u201e\u00bb\u00ab*_-\u2013\u2014"
"""What may stand around a name without belonging to it."""

_PIECES = 12
_NOTICES = 3
_NOUN = "\x00"
_BREAKS = frozenset("|\u2022\u00b7()[]{};,\u2013\u2014:")
_TOKEN = re.compile(
    r"\0|<->|<>|[|\u2022\u00b7()\[\]{};,\u2013\u2014@]|:(?=\s|$)"
    r"|[^\s\0|\u2022\u00b7()\[\]{};,\u2013\u2014@:]+(?::[^\s\0]+)*"
)
_GENDERS = re.compile(
    r"\(?(?<!\w)[mwfdxhi*]\s?[/|]\s?[mwfdxhi*](?:\s?[/|]\s?[mwfdxhi*]){0,2}(?!\w)\)?"
    r"|\(all genders?\)",
    re.IGNORECASE,
)
_GOOGLES_WHEN = re.compile(
    r"\s@\s[^@]{0,60}?(?<!\w)(?:20\d\d|\d{1,2}[:.h]\d\d|\d{1,2}\s?[ap]m)(?!\w).{0,200}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s@]{1,80}@[^\s@]{1,120}|\bhttps?://\S{1,300}", re.IGNORECASE)


class Joined(StrEnum):
    """How a piece of a title is tied to the rest."""

    ALONE = "alone"
    BEFORE = "before"
    """Directly before the interview: "Backend Engineer interview"."""
    AFTER = "after"
    """Directly behind it: "Entretien Acme"."""
    WITH = "with"
    AT = "at"
    PERHAPS_AT = "perhaps_at"
    FOR = "for"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a title.

    Attributes:
        joined: how they are tied to the rest.
        words: as written; at least one.
        direct: whether only a joining word parts them from the interview before them.
    """

    joined: Joined
    words: tuple[str, ...]
    direct: bool = False


def key(word: str) -> str:
    """A word as it is compared: folded, without the signs around it."""
    return folded(word).strip(EDGES)


def without_addresses(text: str) -> str:
    """Text without the addresses of mail and web in it."""
    return _ADDRESS.sub(" ", text)


def without_genders(text: str) -> str:
    """A role without (m/w/d) and its like."""
    return _GENDERS.sub(" ", text)


def title_of(written: str) -> str:
    """A title or a subject without what calendars put around it, ready for `pieces_of`."""
    text = tidy(written[:TITLE_LIMIT])
    for _ in range(_NOTICES):
        found = title_words().notice.match(text)
        if found is None:
            break
        text = text[found.end() :]
    return without_addresses(without_genders(_GOOGLES_WHEN.sub("", text)))


def _tie(sign: str, following: str) -> Joined | None:
    known, word = title_words(), folded(sign)
    if word in known.joins_with:
        return Joined.WITH
    if word in known.joins_at:
        return Joined.AT
    if word in known.joins_for:
        return Joined.FOR
    if word in known.joins_perhaps_at and following[:1].isupper():
        return Joined.PERHAPS_AT
    return None


def pieces_of(title: str) -> list[Piece]:
    """The pieces of a title, or of a sentence, in order; at most twelve.

    Args:
        title: went through `title_of` or `tidy`; at most 300 characters.
    """
    signs = _TOKEN.findall(title_words().noun.sub(f" {_NOUN} ", title))
    found: list[Piece] = []
    joined, held = Joined.ALONE, list[str]()
    direct = behind_noun = False

    def finish(tie: Joined) -> None:
        if held:
            found.append(Piece(tie, tuple(held), direct))
            held.clear()

    for number, sign in enumerate(signs):
        following = signs[number + 1] if number + 1 < len(signs) else ""
        tie = _tie(sign, following)
        if sign == _NOUN:
            finish(Joined.BEFORE if joined is Joined.ALONE else joined)
            joined, direct, behind_noun = Joined.AFTER, True, True
        elif tie is not None:
            finish(joined)
            joined, direct, behind_noun = tie, behind_noun, False
        elif sign in _BREAKS or sign in ("-", "--"):
            finish(joined)
            # What stands in brackets behind somebody's name is about them.
            about_them = sign == "(" and bool(found) and found[-1].joined is Joined.WITH
            joined = Joined.WITH if about_them else Joined.ALONE
            direct = behind_noun = False
        else:
            held.append(sign)
            behind_noun = False
    finish(joined)
    return found[:_PIECES]


def parted(piece: Piece) -> Iterator[Piece]:
    """A piece cut at "and" and its like."""
    held: list[str] = []
    for word in piece.words:
        if folded(word) not in title_words().joins:
            held.append(word)
            continue
        if held:
            yield Piece(piece.joined, tuple(held), piece.direct)
        held = []
    if held:
        yield Piece(piece.joined, tuple(held), piece.direct)
