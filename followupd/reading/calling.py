"""Whether words promise a telephone call: the answer may then come where no mailbox shows it."""

from __future__ import annotations

from functools import cache

from followupd.reading.data import read_data
from followupd.reading.dates.phrases import bare
from followupd.reading.phrase_sets import PhraseSet, Words
from followupd.reading.phrasing import plain


@cache
def _calls() -> PhraseSet:
    languages = read_data("phrases", "calling.toml")
    return PhraseSet.of(phrase for words in languages.values() for phrase in words["calls"])


def promises_call(promise: str) -> bool:
    """Whether a sentence that promises something says that it comes by telephone.

    Args:
        promise: the words of the promise, such as `dates.Promised.words`.
    """
    text = bare(plain(promise))
    return _calls().stands(text, Words.of(text))
