"""What is said in mail about an interview, language by language, as data.

One file per language, `phrases/meaning/<language>.toml`, so that somebody who knows the language
but no Python can add to it. A few thousand phrases are looked for in every mail: each is filed
under one of its words, and only the phrases whose word stands in a sentence are tried.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from followupd.domain.events import Meaning
from followupd.reading.phrasing import anchor, any_phrase, phrase_pattern
from followupd.reading.sentences import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"\w+")
_LONGEST_BEGINNING = 20
_SURE_OF_LANGUAGE = 2.0
_SHARE_OF_SECOND_LANGUAGE = 0.15


class Tier(StrEnum):
    """How surely a phrase means what it is listed for.

    Attributes:
        CERTAIN: said like this, it nearly always is.
        STRONG: it usually is.
        WEAK: only together with others.
    """

    CERTAIN = "certain"
    STRONG = "strong"
    WEAK = "weak"


class Role(StrEnum):
    """What a phrase does to its sentence.

    Attributes:
        SPEAKS: it speaks for its meaning.
        UNLESS: it takes the sentence away from its meaning.
        IF: it makes a condition of the sentence, which then promises nothing.
    """

    SPEAKS = "speaks"
    UNLESS = "unless"
    IF = "if"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a data file.

    Attributes:
        written: as it stands there.
        role: what it does.
        meanings: what it speaks for (one), or what it takes the sentence away from.
        tier: how surely; only a phrase that speaks has any.
    """

    written: str
    role: Role
    meanings: frozenset[Meaning]
    tier: Tier = Tier.WEAK

    def find(self, sentence: str) -> tuple[int, int] | None:
        """Where it first stands in a sentence that went through `said`."""
        found = _pattern(self.written).search(sentence)
        return found.span() if found else None


@cache
def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(phrase_pattern(said(written)))


@dataclass(slots=True)
class Language:
    """The phrases of one language.

    Attributes:
        name: its ISO 639-1 code, which is the file's name.
        common: words, folded, that tell the language.
        but: before one of these a new thought begins.
        after: before one of these a new thought begins as well, under the same condition.
        asks: an "if" of these is none: "let me know if", "to see if".
        hiring: words that are seldom far away when a mail is about a job.
    """

    name: str
    common: frozenset[str]
    but: re.Pattern[str]
    after: re.Pattern[str]
    asks: re.Pattern[str]
    hiring: re.Pattern[str]
    phrases: tuple[Phrase, ...]
    _by_word: dict[str, list[int]] = field(default_factory=dict)
    _by_beginning: dict[str, list[int]] = field(default_factory=dict)
    _anywhere: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, phrase in enumerate(self.phrases):
            found = anchor(said(phrase.written))
            if found is None:
                self._anywhere.append(number)
                continue
            for word in found.words:
                self._by_word.setdefault(word, []).append(number)
            for beginning in found.beginnings:
                short = beginning[:_LONGEST_BEGINNING]
                self._by_beginning.setdefault(short, []).append(number)

    def candidates(self, sentence: str) -> Iterator[Phrase]:
        """The phrases that may stand in a sentence, in the file's order."""
        numbers = set(self._anywhere)
        for word in set(_WORD.findall(sentence)):
            numbers.update(self._by_word.get(word, ()))
            for end in range(1, min(len(word), _LONGEST_BEGINNING) + 1):
                numbers.update(self._by_beginning.get(word[:end], ()))
        return (self.phrases[number] for number in sorted(numbers))


def parse(name: str, source: str) -> Language:
    """Read one language's file.

    Raises:
        ValueError: not TOML, an unknown key, or a phrase that can't be read; the file is named.
    """
    try:
        return _language(name, tomllib.loads(source))
    except ValueError as wrong:
        raise ValueError(f"phrases/meaning/{name}.toml: {wrong}") from wrong


def _language(name: str, data: dict[str, Any]) -> Language:
    words = _table(data, "words", {"common", "but", "after", "hiring"})
    conditional = _table(data, "conditional", {"phrases", "voids", "asks"})
    unknown = set(data) - {"words", "conditional"} - set(Meaning)
    if unknown:
        raise ValueError(f"unknown table {min(unknown)!r}")
    voids = frozenset(Meaning(word) for word in conditional.get("voids", ()))
    phrases = [Phrase(one, Role.IF, voids) for one in conditional.get("phrases", ())]
    for meaning in Meaning:
        table = _table(data, meaning, {*Tier, "unless"})
        only = frozenset({meaning})
        for tier in Tier:
            phrases += (Phrase(one, Role.SPEAKS, only, tier) for one in table.get(tier, ()))
        phrases += (Phrase(one, Role.UNLESS, only) for one in table.get("unless", ()))
    for phrase in phrases:
        phrase_pattern(said(phrase.written))
    return Language(
        name,
        frozenset(said(word) for word in words.get("common", ())),
        any_phrase(said(word) for word in words.get("but", ())),
        any_phrase(said(word) for word in words.get("after", ())),
        any_phrase(said(word) for word in conditional.get("asks", ())),
        any_phrase(words.get("hiring", ())),
        tuple(phrases),
    )


def _table(data: dict[str, Any], name: str, keys: set[str]) -> dict[str, list[str]]:
    table = data.get(name, {})
    for key, value in table.items() if isinstance(table, dict) else [(name, table)]:
        if key not in keys:
            raise ValueError(f"[{name}] has the unknown key {key!r}")
        if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise ValueError(f"[{name}] {key} is not a list of phrases")
    return dict(table)


@cache
def languages() -> tuple[Language, ...]:
    """Every language that has a file, by name."""
    folder = resources.files("followupd.reading") / "phrases" / "meaning"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return tuple(
        parse(name.removesuffix(".toml"), (folder / name).read_text("utf-8"))
        for name in files
        if name != "weights.toml"
    )


def languages_of(text: str, known: Iterable[Language]) -> list[Language]:
    """The languages a text is written in, by the small words of each.

    A mail may mix two. When too few small words are there to tell, it may be any.

    Args:
        text: text that went through `said`.
        known: the languages to choose from.
    """
    known = list(known)
    owners = Counter(word for language in known for word in language.common)
    counts = Counter(_WORD.findall(text))
    scores = [sum(counts[word] / owners[word] for word in language.common) for language in known]
    best = max(scores, default=0.0)
    if best < _SURE_OF_LANGUAGE:
        return known
    least = max(_SURE_OF_LANGUAGE - 1, best * _SHARE_OF_SECOND_LANGUAGE)
    return [one for one, score in zip(known, scores, strict=True) if score >= least]
