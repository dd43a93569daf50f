"""Phrases as contributors write them in the data files, made into patterns.

A phrase is words, compared after NFKC and case-folding with straight apostrophes, at the borders
of words. A word that ends with an apostrophe ("n'") may stand glued to the next. Four signs mean
something:

    (move|go) forward    any of these; with an empty one, as in (very|) sorry, none is needed
    not ... proceed      up to `GAP` words may stand here, within one sentence
    reject*              any ending
    # days               a number of up to three digits
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followupd.reading.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

GAP = 6
"""The most words that "..." stands for."""

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"))
_SIGN = re.compile(r"\.\.\.|[(|)*#]|\s+|[^\s(|)*#.]+|\.")
_RUN = re.compile(r"\w+")
_JOIN = r"(?:[^\w.!?]{1,4}|(?<=\d)\.[^\w.!?]{1,4}|(?<='))"
"""What stands between two words: a German ordinal ("am 1. Mai") does not end a sentence, and an
elided word ("n'est") is followed by nothing at all."""

_END_OF_WORD = r"(?:(?!\w)|(?<='))"
_GAP = rf"(?:{_JOIN}\w{{1,40}}){{0,{GAP}}}?"


def plain(text: str) -> str:
    """The form in which phrases are compared: folded, apostrophes straight, blanks single."""
    # before folding as well: NFKC makes a blank and a combining mark of an acute accent
    return " ".join(folded(text.translate(_APOSTROPHES)).translate(_APOSTROPHES).split())


@dataclass(slots=True)
class _Sequence:
    """One alternative of a group, or a whole phrase, while it is put together."""

    pattern: str = ""
    begun: bool = False
    """Whether something that is always there stands before."""
    joined: bool = False
    """Whether a blank stands before the next piece."""

    def add(self, piece: str, *, optional: bool = False) -> None:
        join = _JOIN if self.joined else ""
        self.joined = False
        if not optional:
            self.pattern += (join if self.begun else "") + piece
            self.begun = True
        elif self.begun or not join:
            self.pattern += f"(?:{join}{piece})?"

    def gap(self) -> None:
        self.pattern += _GAP
        self.joined = True


@dataclass(slots=True)
class _Reader:
    phrase: str
    signs: list[str] = field(default_factory=list)
    position: int = 0

    def sequence(self) -> _Sequence:
        found = _Sequence()
        leading = ""
        while self.position < len(self.signs) and self.signs[self.position] not in "|)":
            sign = self.signs[self.position]
            self.position += 1
            if sign == "(":
                piece, optional = self.group()
                spaced = self.signs[self.position : self.position + 1] and (
                    self.signs[self.position].isspace()
                )
                if optional and not found.begun and spaced:
                    leading += f"(?:{piece}{_JOIN})?"
                    self.position += 1
                else:
                    found.add(piece, optional=optional)
            elif sign == "...":
                found.gap()
            elif sign.isspace():
                found.joined = True
            elif sign == "*":
                found.pattern += r"\w*"
            else:
                found.add(r"\d{1,3}" if sign == "#" else re.escape(sign))
        found.pattern = leading + found.pattern
        return found

    def group(self) -> tuple[str, bool]:
        alternatives: list[str] = []
        optional = False
        while True:
            found = self.sequence().pattern
            optional = optional or not found
            if found:
                alternatives.append(found)
            if self.position >= len(self.signs):
                raise ValueError(f"a parenthesis of the phrase {self.phrase!r} is not closed")
            self.position += 1
            if self.signs[self.position - 1] == ")":
                return f"(?:{'|'.join(alternatives)})", optional


def phrase_pattern(phrase: str) -> str:
    """The regular expression for one phrase, for text that went through `plain`.

    Raises:
        ValueError: parentheses that do not match, or a phrase without a word.
    """
    if not any(character.isalnum() for character in phrase):
        raise ValueError(f"the phrase {phrase!r} has no word")
    reader = _Reader(phrase, _SIGN.findall(plain(phrase)))
    found = reader.sequence()
    if reader.position < len(reader.signs):
        raise ValueError(f"the phrase {phrase!r} has a sign too many at its top: | or )")
    return rf"(?<!\w){found.pattern}{_END_OF_WORD}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words of which a text must have one, else the phrase can't stand in it.

    Attributes:
        words: whole words.
        beginnings: beginnings of words.
    """

    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()

    @property
    def rarity(self) -> int:
        """The fewest letters of one of them: long words are rare."""
        return min((len(word) for word in self.words | self.beginnings), default=0)


def _pieces(signs: list[str]) -> list[list[str]]:
    """The signs of a phrase, parted at the blanks and gaps outside parentheses."""
    pieces: list[list[str]] = [[]]
    depth = 0
    for sign in signs:
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and (sign.isspace() or sign == "..."):
            pieces.append([])
        else:
            pieces[-1].append(sign)
    return [piece for piece in pieces if piece]


def _alternatives(piece: list[str]) -> list[list[str]]:
    """The alternatives of a piece, each as its signs; none when more is glued to a group."""
    if piece[0] != "(":
        return [piece]
    found: list[list[str]] = [[]]
    depth = 0
    for number, sign in enumerate(piece):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and number < len(piece) - 1:
            return []
        if depth == 1 and sign == "|":
            found.append([])
        elif 0 < number < len(piece) - 1:
            found[-1].append(sign)
    return found


def _anchor(piece: list[str]) -> Anchor | None:
    words: set[str] = set()
    beginnings: set[str] = set()
    for alternative in _alternatives(piece) or [[]]:
        runs = _RUN.findall(alternative[0]) if alternative else []
        if not runs or not set(alternative[:2]).isdisjoint("(|)#"):
            return None
        longest = max(runs, key=len)
        open_ended = alternative[1:2] == ["*"] and alternative[0].endswith(longest)
        (beginnings if open_ended else words).add(longest)
    return Anchor(frozenset(words), frozenset(beginnings))


def anchor(phrase: str) -> Anchor | None:
    """The words that tell quickest whether a phrase may stand in a text at all.

    A word is a run of letters, digits and underscores in a text that went through `plain`. None
    when the phrase has no such word.
    """
    found = [_anchor(piece) for piece in _pieces(_SIGN.findall(plain(phrase)))]
    return max((one for one in found if one), key=lambda one: one.rarity, default=None)


def any_phrase(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of some phrases; one that matches nothing when there are none.

    Raises:
        ValueError: as `phrase_pattern`.
    """
    found = [phrase_pattern(phrase) for phrase in phrases]
    return re.compile("|".join(found) if found else r"(?!)")
