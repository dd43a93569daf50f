"""The little language in which contributors write phrases."""

from __future__ import annotations

import re
import time

import pytest

from followupd.reading.phrasing import anchor, any_phrase, phrase_pattern, plain


def stands(phrase: str, text: str) -> bool:
    return re.search(phrase_pattern(phrase), plain(text)) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("move forward", "We Move\nForward."),
        ("don't", "we don\u2019t"),
        ("don't", "we don\u00b4t"),
        ("(move|go) forward", "to go forward"),
        ("(very|) sorry", "sorry"),
        ("(very|) sorry", "very sorry"),
        ("not (yet|) decided", "not decided"),
        ("not (yet|) decided", "not yet decided"),
        ("not ... proceed", "not proceed"),
        ("not ... proceed", "not to be able to proceed"),
        ("reject*", "rejected"),
        ("# days", "in 14 days"),
        ("(re|)schedule", "please reschedule"),
        ("(re|)schedule", "please schedule"),
        ("follow up", "a follow-up call"),
        ("(not (be|been)|never) selected", "not been selected"),
        ("gr\u00fc\u00dfe", "GR\u00dcSSE"),
        ("ab ... als", "ab 1. September als"),
        ("am #", "am 11. Dezember"),
        ("n' ... decide", "nous n'avons pas decide"),
        ("(ne|n') (est|avons)", "ce n\u2019est pas"),
        ("lettre d'", "une lettre d'embauche"),
    ],
)
def test_a_phrase_stands_where_its_words_stand(phrase: str, text: str) -> None:
    """Each sign of the language finds what its description promises."""
    assert stands(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("hire", "hired"),
        ("hire", "rehire"),
        ("not ... proceed", "not one two three four five six seven proceed"),
        ("not ... proceed", "certainly not. We proceed"),
        ("# days", "in 2026 days"),
        ("(move|go) forward", "forward"),
        ("not ... proceed", "not on page a. Proceed"),
        ("n' ... decide", "n. decide"),
    ],
)
def test_a_phrase_does_not_stand_where_its_words_do_not(phrase: str, text: str) -> None:
    """Word borders, the length of a gap and the end of a sentence are kept."""
    assert not stands(phrase, text)


@pytest.mark.parametrize("phrase", ["(a", "a)", "a|b", "...", "(|)", ""])
def test_a_phrase_that_makes_no_sense_is_refused(phrase: str) -> None:
    """A contributor hears of a slip at once, with the phrase in question."""
    with pytest.raises(ValueError, match="phrase"):
        phrase_pattern(phrase)


def test_no_phrases_find_nothing() -> None:
    """An empty list is not a pattern that matches everywhere."""
    assert any_phrase([]).search("anything at all") is None


@pytest.mark.parametrize(
    ("phrase", "words", "beginnings"),
    [
        ("we will hire", {"will"}, set()),
        ("(move|progress) on", {"move", "progress"}, set()),
        ("(reject*|decline) it", {"decline"}, {"reject"}),
        ("(very|) sorry", {"sorry"}, set()),
        ("(not (be|been)|never)", {"not", "never"}, set()),
    ],
)
def test_an_anchor_is_a_word_that_must_be_there(
    phrase: str, words: set[str], beginnings: set[str]
) -> None:
    """The rarest of the words a phrase can't do without is chosen."""
    found = anchor(phrase)
    assert found is not None
    assert set(found.words) == words
    assert set(found.beginnings) == beginnings


@pytest.mark.parametrize("phrase", ["(re|)schedule", "*work"])
def test_a_phrase_without_a_whole_word_has_no_anchor(phrase: str) -> None:
    """What is glued together at the word's beginning can't be looked up by it."""
    assert anchor(phrase) is None


def test_a_pattern_is_quick_on_hostile_text() -> None:
    """Gaps in a row do not make a long text without an end take long."""
    pattern = any_phrase(["not ... not ... not ... never", "(a|b|) ... (c|) ... d* ... zebra"])
    began = time.process_time()
    for text in (
        "not " * 16_000,
        "a, " * 20_000,
        "d" * 65_536,
        "(" * 65_536,
        "not 1. " * 9_000,
        "not' " * 13_000,
        "not'" * 16_000,
        "1." * 32_000,
        "a'" * 32_000,
    ):
        assert pattern.search(text) is None
    assert time.process_time() - began < 20
