"""Which promises are promises to call."""

from __future__ import annotations

from datetime import date

import pytest

from followupd.domain.events import Meaning
from followupd.reading.calling import promises_call
from tests.unit.test_judging import dana, judged

CALLS = [
    "I will call you on Friday.",
    "I'll give you a quick call by Friday.",
    "We will let you know by phone on Friday.",
    "Ich rufe Sie am Freitag an.",
    "Wir melden uns am Freitag telefonisch bei Ihnen.",
    "Wir rufen Sie bis Freitag zurück.",
    "Je vous rappelle vendredi.",
    "Nous vous téléphonerons vendredi.",
    "Te llamo el viernes.",
    "Le daremos una respuesta por teléfono el viernes.",
]
WRITES = [
    "We will let you know by Friday.",
    "We call it a day on Friday and write to you then.",
    "Wir schreiben Ihnen bis Freitag.",
    "Nous vous écrirons vendredi, comme on l'appelle ici.",
    "Le escribiremos el viernes.",
]


@pytest.mark.parametrize("promise", CALLS)
def test_a_promise_to_call_is_known_as_one(promise: str) -> None:
    """In each of the four languages."""
    assert promises_call(promise)


@pytest.mark.parametrize("promise", WRITES)
def test_a_promise_to_write_is_none(promise: str) -> None:
    """A word that looks like a call is none by itself."""
    assert not promises_call(promise)


def test_who_promises_a_call_has_not_decided_yet() -> None:
    """The interview waits until that day, and the call is remembered."""
    verdict = judged(dana("We have not decided yet. I will call you on Friday.\n")).verdict
    assert verdict is not None
    assert verdict.meaning is Meaning.STILL_DECIDING
    assert (verdict.decision_by, verdict.by_call) == (date(2026, 12, 11), True)


def test_a_promise_to_write_is_remembered_as_no_call() -> None:
    """Nobody is told that a call may have been missed."""
    verdict = judged(dana("We will let you know by Friday.\n")).verdict
    assert verdict is not None
    assert (verdict.decision_by, verdict.by_call) == (date(2026, 12, 11), False)
