"""One sentence of an absence note: its addresses, and the names and words beside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from followupd.reading.absence.phrases import absence_phrases
from followupd.reading.absence.stand_in_names import (
    fitted,
    is_firm,
    is_name,
    is_shown_in,
    name_from,
    name_up_to,
    written,
)
from followupd.reading.dates.phrases import LANGUAGES, bare
from followupd.reading.sentences import said
from followupd.reading.text import clean

if TYPE_CHECKING:
    from followupd.reading.absence.stand_in_names import Writer
    from followupd.reading.sentences import Sentence

_ROOM = 8
"""How many words may stand between a name and its address or the words that point to it."""

_NEAR = 4
_SENTENCE_WORDS = 4
"""The fewest words with a small letter in a sentence, as against a line of a signature."""

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


class Line:
    """One sentence, with the places of what it says counted in words."""

    def __init__(self, sentence: Sentence) -> None:
        self.words = sentence.words
        forms = [bare(said(word)) for word in sentence.words]
        self._starts = [0, *accumulate(len(form) + 1 for form in forms)]
        self.text = " ".join(forms)

    def word_at(self, place: int) -> int:
        """Which word a place of the text belongs to."""
        return min(bisect_right(self._starts, place) - 1, len(self.words) - 1)

    def part(self, begin: int, end: int) -> str:
        """What the words from `begin` to before `end` say."""
        return self.text[self._starts[begin] : max(self._starts[end] - 1, 0)]

    @cached_property
    def is_legal(self) -> bool:
        """Whether an address here is nobody to turn to."""
        return any(absence_phrases(one).never.search(self.text) for one in LANGUAGES)

    @cached_property
    def is_prose(self) -> bool:
        """Whether this is a sentence rather than a line of a signature."""
        return sum(word[:1].islower() and "@" not in word for word in self.words) >= _SENTENCE_WORDS

    @cached_property
    def opens(self) -> bool:
        """Whether whoever it tells to turn to can only stand on the next line."""
        end = self.text.rstrip(" :")
        return self.text.endswith(":") or any(
            found.end() >= len(end)
            for one in LANGUAGES
            for found in absence_phrases(one).turn_to.finditer(self.text)
        )

    def addresses(self) -> list[tuple[int, str]]:
        """The words that hold an address, and the address."""
        found = []
        for number, word in enumerate(self.words):
            match = None if "@" not in word or "://" in word else _ADDRESS.search(word)
            address = match[0].strip("'.-") if match else ""
            if address and clean(address, 320) == address:
                found.append((number, address))
        return found


def tells(text: str) -> bool:
    """Whether a text tells to turn to somebody, or that somebody covers."""
    return any(
        absence_phrases(one).turn_to.search(text) or absence_phrases(one).covers.search(text)
        for one in LANGUAGES
    )


def is_own(text: str) -> bool:
    """Whether what stands before an address says that it is the writer's own."""
    for language in LANGUAGES:
        phrases = absence_phrases(language)
        last = None
        for last in phrases.own.finditer(text):  # noqa: B007 - only the last one matters
            pass
        if last is not None and not tells(text[last.end() :]):
            return True
    return False


def name_beside(line: Line, first: int, number: int, writer: Writer, address: str) -> str:
    """The name that belongs to the address at a word; "" when there is none."""
    words = line.words
    for position in range(number - 1, max(number - 1 - _ROOM, first - 1), -1):
        if is_name(words[position]):
            name = fitted(name_up_to(words, position, first), address)
            start = position - name.count(" ")
            if _counts(name, words[start - 1] if start > first else "", writer, address):
                return name
            break
    if words[number + 1 : number + 2] and words[number + 1][:1] == "(":
        name = fitted(name_from(words, number + 1), address)
        return name if _counts(name, "", writer, address) else ""
    return _name_elsewhere(line, writer, address)


def _name_elsewhere(line: Line, writer: Writer, address: str) -> str:
    """Two words that are a name and stand in the address, wherever in the sentence."""
    for position in range(len(line.words)):
        if is_name(line.words[position]):
            name = name_from(line.words, position)
            if " " in name and is_shown_in(name, address) and not writer.is_named(name):
                return name
    return ""


def _counts(name: str, before: str, writer: Writer, address: str) -> bool:
    """Whether a name is somebody's: two words, or one that is introduced."""
    if not name or writer.is_named(name) or is_firm(name, address):
        return False
    return " " in name or _is_introduced(before)


def _is_introduced(before: str) -> bool:
    return any(written(before) in absence_phrases(one).whose for one in LANGUAGES)


def name_at_words(line: Line, writer: Writer) -> str:
    """The name beside the words that tell to turn to somebody; "" for none."""
    for language in LANGUAGES:
        phrases = absence_phrases(language)
        for found in phrases.covers.finditer(line.text):
            first, last = line.word_at(found.start()), line.word_at(found.end() - 1)
            name = _name_back(line, first - 1, writer) or _name_on(line, last + 1, writer)
            if name:
                return name
        for found in phrases.turn_to.finditer(line.text):
            first, last = line.word_at(found.start()), line.word_at(found.end() - 1)
            # "give Ana Ruiz a ring" holds the name itself
            name = _name_on(line, last + 1, writer) or _name_on(line, first + 1, writer)
            if name:
                return name
    return ""


def _name_on(line: Line, start: int, writer: Writer) -> str:
    """The first name from a word on."""
    for position in range(start, min(start + _ROOM, len(line.words))):
        if is_name(line.words[position]):
            name = name_from(line.words, position)
            before = line.words[position - 1] if position else ""
            return name if _counts(name, before, writer, "") else ""
    return ""


def _name_back(line: Line, start: int, writer: Writer) -> str:
    """The name that ends right before a word."""
    for position in range(start, max(start - _NEAR, -1), -1):
        if is_name(line.words[position]):
            name = name_up_to(line.words, position)
            begins = position - name.count(" ")
            before = line.words[begins - 1] if begins > 0 else ""
            return name if _counts(name, before, writer, "") else ""
    return ""
