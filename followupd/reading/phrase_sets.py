"""Many phrases as one pattern, and a cheap test of whether any of them may stand in a text.

Most sentences hold none of the phrases, and in three languages of four hardly a word of them. To
look whether two sets of words meet costs a hundredth of a search, and it never says no where
the pattern would find something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.reading.dates.phrases import any_of, bare
from followupd.reading.phrasing import anchor, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"\w+")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that went through `bare`, and how they begin."""

    whole: frozenset[str]
    beginnings: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of a sentence."""
        whole = frozenset(_WORD.findall(text))
        lengths = range(1, _LONGEST + 1)
        return cls(whole, frozenset(word[:n] for word in whole for n in lengths[: len(word)]))


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """Phrases, compiled.

    Attributes:
        pattern: any of them.
        words: each phrase that has an anchor has one of these words,
        beginnings: or one that begins like this.
        always: whether there is a phrase without an anchor.
    """

    pattern: re.Pattern[str]
    words: frozenset[str]
    beginnings: frozenset[str]
    always: bool

    @classmethod
    def of(cls, phrases: Iterable[str]) -> PhraseSet:
        """Compile phrases, as `dates.phrases` does."""
        phrases = list(phrases)
        anchors = [anchor(bare(plain(phrase))) for phrase in phrases]
        known = [one for one in anchors if one is not None]
        beginnings = frozenset(word for one in known for word in one.beginnings)
        return cls(
            re.compile(any_of(phrases)),
            frozenset(word for one in known for word in one.words),
            beginnings,
            always=len(known) < len(phrases) or any(len(one) > _LONGEST for one in beginnings),
        )

    def may_stand(self, words: Words) -> bool:
        """Whether any of them may stand in the text that has these words."""
        return (
            self.always
            or not self.words.isdisjoint(words.whole)
            or not self.beginnings.isdisjoint(words.beginnings)
        )

    def stands(self, text: str, words: Words) -> bool:
        """Whether any of them stands in a text."""
        return self.may_stand(words) and self.pattern.search(text) is not None

    def found(self, text: str, words: Words) -> Iterator[re.Match[str]]:
        """Where they stand in a text."""
        return self.pattern.finditer(text) if self.may_stand(words) else iter(())
