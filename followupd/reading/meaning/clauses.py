"""What is said in a sentence, and not taken away by another part of it.

An exception ("unfortunately we need to reschedule") or a condition ("if you are selected") takes
a phrase away from its meaning, but not across the whole sentence: "I am sorry for the delay, but
you have not been selected" is a refusal. A clause begins at a sign, at a word such as "but", and
for exceptions at a comma as well, which does not end a condition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from followupd.domain.events import Meaning
from followupd.reading.meaning.phrasebook import Language, Phrase, Role, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGN = re.compile(r"[;:]\s|\s[-\u2013\u2014]{1,2}\s|[\u2013\u2014(]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clauses:
    """A sentence, what was found in it, and where its clauses begin.

    Attributes:
        found: phrases of every role, each with its place in the sentence.
        signs: where a sign parts the sentence; no exception or condition reaches across.
        ends: where a condition ends.
        ends_of_exceptions: where an exception ends.
        asks: places of "let me know if" and the like, whose "if" makes no condition.
    """

    found: tuple[tuple[Phrase, Span], ...]
    signs: tuple[int, ...]
    ends: tuple[int, ...]
    ends_of_exceptions: tuple[int, ...]
    asks: tuple[Span, ...]

    @classmethod
    def of(cls, sentence: str, spoken: list[Language]) -> Self:
        """Look through one sentence.

        Args:
            sentence: text that went through `sentences.said`.
            spoken: the languages it may be in.
        """
        found = tuple(
            (phrase, span)
            for language in spoken
            for phrase in language.candidates(sentence)
            if (span := phrase.find(sentence))
        )
        if not found:
            return cls((), (), (), (), ())
        signs = _places(_SIGN, sentence)
        ends = (*signs, *(place for each in spoken for place in _places(each.but, sentence)))
        after = (place for each in spoken for place in _places(each.after, sentence))
        commas = (number for number, character in enumerate(sentence) if character == ",")
        asks = (found.span() for each in spoken for found in each.asks.finditer(sentence))
        return cls(found, signs, ends, (*ends, *after, *commas), tuple(asks))

    def standing(self) -> Iterator[tuple[Phrase, Span]]:
        """The phrases that speak for something and that nothing takes away."""
        for phrase, span in self.found:
            if phrase.role is Role.SPEAKS and not self._taken_away(phrase, span):
                yield phrase, span

    def _taken_away(self, phrase: Phrase, span: Span) -> bool:
        return any(
            self._reaches(other, place, phrase, span)
            for other, place in self.found
            if other.role is not Role.SPEAKS and not phrase.meanings.isdisjoint(other.meanings)
        )

    def _reaches(self, other: Phrase, place: Span, phrase: Phrase, span: Span) -> bool:
        """Whether an exception or a condition concerns a phrase.

        What is only weak is taken away by anything in its sentence. A refusal that was said is not
        taken back by a condition after a comma: "we will not go on with your application, should
        another role open we will write".
        """
        start, end = place
        if other.role is Role.IF and any(first <= start < last for first, last in self.asks):
            return False
        if phrase.tier is Tier.WEAK:
            return True
        if any(start < sign < end for sign in self.signs):
            return False
        before = self.ends if other.role is Role.IF else self.ends_of_exceptions
        is_refusal = Meaning.REJECTION in phrase.meanings
        after = self.ends_of_exceptions if is_refusal else before
        return not (
            any(end <= border <= span[0] for border in before)
            or any(span[1] <= border <= start for border in after)
        )


def _places(pattern: re.Pattern[str], sentence: str) -> tuple[int, ...]:
    return tuple(found.start() for found in pattern.finditer(sentence))
