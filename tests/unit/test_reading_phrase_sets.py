"""The cheap test before a search never says no where the search would find something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followupd.reading.dates.phrases import LANGUAGES, bare, read_table, unstopped
from followupd.reading.phrase_sets import PhraseSet, Words
from followupd.reading.sentences import sentences
from tests import cases

TEXTS = [
    bare(sentence.plain)
    for case in cases.load()
    if not case.html
    for sentence in sentences(case.text)
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_a_sentence_may_stand_there(language: str) -> None:
    """For every cue of promises, on the sentences of all synthetic mail."""
    tables = [PhraseSet.of(phrases) for phrases in read_table(language)["cues"].values()]
    found = 0
    for text in TEXTS:
        words = Words.of(text)
        for phrases in tables:
            if phrases.pattern.search(unstopped(text)):
                found += 1
                assert phrases.may_stand(words), text
    assert found


@pytest.mark.parametrize(
    ("phrases", "text", "may"),
    [
        (["hear from us"], "you will hear soon", True),
        (["hear from us"], "nothing of the sort", False),
        (["reject*"], "it was rejected", True),
        (["# days"], "in 3 days", True),
        (["n'est pas"], "ce n'est pas", True),
        ([], "any text", False),
    ],
)
def test_a_word_of_the_phrase_must_be_there(phrases: list[str], text: str, may: bool) -> None:
    """Whole words, beginnings of words, and elided ones."""
    assert PhraseSet.of(phrases).may_stand(Words.of(text)) is may


@given(st.text(alphabet="ab' .-", max_size=40))
def test_no_text_is_found_that_may_not_hold_it(text: str) -> None:
    """Whatever stands between the words."""
    phrases = PhraseSet.of(["a (b|ab) b", "ba*", "b' a", "aa-b"])
    words = Words.of(bare(text))
    assert phrases.may_stand(words) or not phrases.pattern.search(bare(text))
