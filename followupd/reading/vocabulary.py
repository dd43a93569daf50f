"""The words by which mail is laid to interviews: `phrases/matching.toml`, folded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from followupd.reading.data import read_data
from followupd.reading.text import folded


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists of `phrases/matching.toml`, under the names that they have and are explained by."""

    stop: frozenset[str]
    generic: frozenset[str]
    legal_forms: frozenset[str]
    common_names: frozenset[str]
    calendar_words: frozenset[str]
    compounds: frozenset[tuple[str, str]]
    occupations: frozenset[str]
    offices: frozenset[str]
    hiring_words: frozenset[str]
    before_company: frozenset[str]
    honorifics: frozenset[str]
    answer_prefixes: frozenset[str]
    hiring_suffixes: tuple[str, ...]
    other_suffixes: tuple[str, ...]
    hiring_prefixes: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    """Read once."""
    data = read_data("phrases", "matching.toml")

    def fold(name: str) -> frozenset[str]:
        return frozenset(folded(word) for word in data[name])

    def longest_first(name: str) -> tuple[str, ...]:
        return tuple(sorted(data[name], key=len, reverse=True))

    pairs = (compound.split(" ") for compound in data["compounds"])
    return Vocabulary(
        stop=fold("stop"),
        generic=fold("generic"),
        legal_forms=fold("legal_forms"),
        common_names=fold("common_names"),
        calendar_words=fold("calendar_words"),
        compounds=frozenset((first, second) for first, second in pairs),
        occupations=fold("occupations"),
        offices=fold("offices"),
        hiring_words=fold("hiring_words"),
        before_company=fold("before_company"),
        honorifics=fold("honorifics"),
        answer_prefixes=fold("answer_prefixes"),
        hiring_suffixes=longest_first("hiring_suffixes"),
        other_suffixes=longest_first("other_suffixes"),
        hiring_prefixes=longest_first("hiring_prefixes"),
    )
