"""Companies and roles as they are found in a subject or a text: as whole words, or not at all.

"HP" is no part of "PHP", and a company called "Talent" is not meant by every "Talent Acquisition
Specialist". The words that say little are data: `phrases/matching.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from followupd.reading.text import folded

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that put no blanks between words: Thai, Lao, kana, Han, Hangul with its particles."""

_TELLING_LETTERS = 4
"""A shorter name is found in too much that is not about it."""


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    stop: frozenset[str]
    generic: frozenset[str]
    legal_forms: frozenset[str]
    common_names: frozenset[str]
    hiring_suffixes: tuple[str, ...]


@cache
def _vocabulary() -> _Vocabulary:
    source = resources.files("followupd.reading") / "phrases" / "matching.toml"
    data = tomllib.loads(source.read_text("utf-8"))

    def fold(name: str) -> frozenset[str]:
        return frozenset(folded(word) for word in data[name])

    return _Vocabulary(
        stop=fold("stop"),
        generic=fold("generic"),
        legal_forms=fold("legal_forms"),
        common_names=fold("common_names"),
        hiring_suffixes=tuple(sorted(data["hiring_suffixes"], key=len, reverse=True)),
    )


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _WORD.findall(folded(text))


class Haystack:
    """A text in which names are looked for."""

    __slots__ = ("_folded", "_joined", "words")

    def __init__(self, text: str) -> None:
        self._folded = folded(text)
        found = _WORD.findall(self._folded)
        self._joined = f" {' '.join(found)} "
        self.words = frozenset(found)

    def holds(self, company: Company) -> bool:
        """Whether the company's name stands here as whole words."""
        if not company.name:
            return False
        if company.unspaced:
            return company.name in self._folded
        return f" {company.name} " in self._joined

    def holds_all(self, wanted: frozenset[str]) -> bool:
        """Whether every one of some words stands here; no for none."""
        return bool(wanted) and wanted <= self.words


@dataclass(frozen=True, slots=True)
class Company:
    """A company's name as it is looked for.

    Attributes:
        name: its words, folded, without the legal form; "" for a name without any letter, which
            is never found.
        unspaced: whether it is written in a script without blanks between words.
        weak: whether the name alone says too little: fewer than four letters, or everyday words.
    """

    name: str
    unspaced: bool
    weak: bool

    @classmethod
    def of(cls, written: str) -> Company:
        """Read a company's name as the user wrote it."""
        found = words(written)
        while len(found) > 1 and found[-1] in _vocabulary().legal_forms:
            found.pop()
        letters = sum(character.isalpha() for word in found for character in word)
        if not letters:
            return cls("", unspaced=False, weak=True)
        unspaced = bool(_UNSPACED.search("".join(found)))
        little = _vocabulary().common_names | _vocabulary().stop
        weak = letters < _TELLING_LETTERS or all(word in little for word in found)
        return cls(("" if unspaced else " ").join(found), unspaced, weak)


@dataclass(frozen=True, slots=True)
class Role:
    """A role's words as they are looked for.

    Attributes:
        every: all but stop words.
        significant: without those that stand in every second role, such as "senior".
    """

    every: frozenset[str]
    significant: frozenset[str]

    @classmethod
    def of(cls, written: str) -> Role:
        """Read a role as the user wrote it."""
        every = frozenset(words(written)) - _vocabulary().stop
        return cls(every, every - _vocabulary().generic)


def hiring_names(label: str) -> frozenset[str]:
    """The company names, without blanks, that a domain's label may stand for.

    acmecareers is acme, and so is acme-jobs; acme is itself.
    """
    plain = label.replace("-", "")
    found = {plain}
    for suffix in _vocabulary().hiring_suffixes:
        if plain.endswith(suffix) and len(plain) > len(suffix):
            found.add(plain.removesuffix(suffix))
    return frozenset(found)
