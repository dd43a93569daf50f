"""What somebody's mail amounts to: an answer, a question, or the wait goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from followupd.domain.events import Event, Layer, Mail, Meaning, Place, Verdict, Words
from followupd.domain.interview import Outcome
from followupd.domain.verdicts import ASK_BELOW
from followupd.reading.automatic import Kind
from followupd.reading.automatic.kinds import Sorted
from followupd.reading.matching import Match
from followupd.reading.message import read_headers
from followupd.service.answers import (
    Said,
    decides,
    may_be_a_recruiters,
    only_acknowledges,
    says_something,
)
from followupd.service.judging import Judgement

NOW = datetime(2026, 12, 8, 9, tzinfo=UTC)
DECISION = date(2026, 12, 16)
MAIL = Mail("<x@acme.example>", "dana@acme.example", "Dana Fox", (), "News", NOW, "INBOX")
UNSURE = ASK_BELOW - 0.01


def verdict(
    meaning: Meaning, confidence: float = 0.9, *against: Meaning, by: date | None = None
) -> Verdict:
    """A verdict, with what speaks for something else."""
    words = tuple(Words(each, "some words", Place.TEXT, 1) for each in against)
    return Verdict(meaning, confidence, against=words, decision_by=by)


def said(
    what: Verdict | None, *, sure: bool = True, is_cancelled: bool = False, by_person: bool = True
) -> Event:
    """The event that a mail becomes."""
    return Said(
        at=NOW,
        mail=MAIL,
        layer=Layer.ADDRESS,
        evidence="From is dana@acme.example",
        rule="Nothing marks it as automatic",
        verdict=what,
        is_cancelled=is_cancelled,
        by_person=by_person,
    ).as_event(sure=sure)


@pytest.mark.parametrize(
    ("meaning", "outcome"),
    [
        (Meaning.OFFER, Outcome.OFFER),
        (Meaning.REJECTION, Outcome.REJECTION),
        (Meaning.NEXT_ROUND, Outcome.NEXT_ROUND),
        (Meaning.INFO_REQUEST, Outcome.INFO_REQUEST),
        (Meaning.OTHER, Outcome.OTHER),
    ],
)
def test_what_is_surely_said_is_the_outcome(meaning: Meaning, outcome: Outcome) -> None:
    """Of whoever's mail it is that surely belongs here."""
    for by_person in (True, False):
        event = said(verdict(meaning), by_person=by_person)
        assert event.kind == "reply_received"
        assert event.outcome is outcome


@pytest.mark.parametrize(
    "meaning", [Meaning.OFFER, Meaning.REJECTION, Meaning.NEXT_ROUND, Meaning.INFO_REQUEST]
)
def test_an_unsure_meaning_is_an_answer_with_another_outcome(meaning: Meaning) -> None:
    """That they answered is sure; which answer is for the user to say, who sees the guess."""
    event = said(verdict(meaning, UNSURE))
    assert event.kind == "reply_received"
    assert event.outcome is Outcome.OTHER
    assert event.verdict is not None
    assert event.verdict.meaning is meaning


def test_a_mail_that_was_not_read_is_an_answer() -> None:
    """A known person's, of which only the headers are known."""
    event = said(None)
    assert event.kind == "reply_received"
    assert event.outcome is Outcome.OTHER


def test_a_promise_of_a_person_puts_the_decision_off() -> None:
    """To the day that is named, or to none."""
    for day in (DECISION, None):
        event = said(verdict(Meaning.STILL_DECIDING, by=day))
        assert event.kind == "holding_reply"
        assert event.decision_by == day


def test_a_promise_of_somebody_who_is_not_recorded_is_asked_about() -> None:
    """Only who belongs to the interview moves its dates."""
    event = said(verdict(Meaning.STILL_DECIDING, by=DECISION), by_person=False)
    assert event.kind == "possible_reply"


def test_an_acknowledgement_answers_nothing_and_asks_nothing() -> None:
    """Of a person, or of a system."""
    for by_person in (True, False):
        event = said(verdict(Meaning.ACKNOWLEDGEMENT), by_person=by_person)
        assert event.kind == "acknowledged"


@pytest.mark.parametrize("meaning", [Meaning.STILL_DECIDING, Meaning.ACKNOWLEDGEMENT])
def test_a_doubt_whether_the_wait_goes_on_is_a_question(meaning: Meaning) -> None:
    """Either way of deciding it would be a guess; the border itself is sure."""
    assert said(verdict(meaning, UNSURE)).kind == "possible_reply"
    assert said(verdict(meaning, ASK_BELOW)).kind != "possible_reply"


@pytest.mark.parametrize("hint", [Meaning.STILL_DECIDING, Meaning.ACKNOWLEDGEMENT])
def test_a_mail_of_which_nothing_is_sure_but_that_the_wait_may_go_on_is_a_question(
    hint: Meaning,
) -> None:
    """A mere "Thanks!" is hardly more; taken for an answer it would end all follow-ups unasked."""
    assert said(verdict(Meaning.OTHER, 0.3, hint)).kind == "possible_reply"
    assert said(verdict(Meaning.OTHER, 0.3)).kind == "reply_received"
    assert said(verdict(Meaning.OTHER, 0.9, hint)).kind == "reply_received"


@pytest.mark.parametrize("meaning", list(Meaning))
def test_what_surely_belongs_nowhere_or_is_called_off_is_a_question(meaning: Meaning) -> None:
    """Whatever it says, and however surely."""
    assert said(verdict(meaning, 0.99), sure=False).kind == "possible_reply"
    assert said(verdict(meaning, 0.99), is_cancelled=True).kind == "possible_reply"


def test_every_event_keeps_by_what_it_was_judged() -> None:
    """So that `why` can tell."""
    for meaning in Meaning:
        event = said(verdict(meaning))
        assert event.kind in (
            "reply_received",
            "holding_reply",
            "acknowledged",
        )
        assert event.rule == "Nothing marks it as automatic"
        assert event.evidence == "From is dana@acme.example"
        assert event.verdict == verdict(meaning)


def test_bulk_mail_speaks_to_one_applicant_where_it_surely_says_something() -> None:
    """Without a meaning, or with an unsure one, it is asked about."""
    assert says_something(verdict(Meaning.REJECTION))
    assert not says_something(verdict(Meaning.REJECTION, UNSURE))
    assert not says_something(verdict(Meaning.OTHER, 0.99))
    assert not says_something(None)


def _headers(sender: str, *lines: str) -> bytes:
    return "\r\n".join((f"From: {sender}", *lines, "", "")).encode()


@pytest.mark.parametrize(
    ("sender", "confidence", "expected"),
    [
        ("Acme <no-reply@acme.example>", 0.95, True),
        ("Acme <jobs@us.greenhouse-mail.io>", 0.95, True),
        ("Acme <no-reply@acme.example>", 0.85, False),
        ("Dana Fox <dana@acme.example>", 0.95, False),
    ],
)
def test_only_a_systems_plain_acknowledgement_is_passed_over_unasked(
    sender: str, confidence: float, *, expected: bool
) -> None:
    """Where it may belong to no interview."""
    found = Judgement(None, Sorted(Kind.PERSON, "x"), verdict(Meaning.ACKNOWLEDGEMENT, confidence))
    assert only_acknowledges(read_headers(_headers(sender)), found) is expected


@pytest.mark.parametrize(
    ("lines", "layer", "expected"),
    [
        (("List-Unsubscribe: <https://x.example>",), Layer.ADDRESS, True),
        (("List-Unsubscribe: <https://x.example>",), Layer.ORGANISATION, False),
        (("List-Id: <news.acme.example>",), Layer.ADDRESS, False),
        (("Precedence: Bulk",), Layer.ADDRESS, False),
    ],
)
def test_bulk_marks_leave_a_recruiters_mail_a_recruiters(
    lines: tuple[str, ...], layer: Layer, *, expected: bool
) -> None:
    """A list's or a newsletter's marks do not (RFC 2919)."""
    message = read_headers(_headers("Dana <dana@acme.example>", *lines))
    assert may_be_a_recruiters(message, Match((1,), True, layer, "x")) is expected


@pytest.mark.parametrize(
    ("meaning", "confidence", "decided"),
    [
        (Meaning.REJECTION, 0.9, True),
        (Meaning.OFFER, 0.9, True),
        (Meaning.NEXT_ROUND, 0.9, True),
        (Meaning.REJECTION, UNSURE, False),
        (Meaning.STILL_DECIDING, 0.9, False),
        (Meaning.ACKNOWLEDGEMENT, 0.9, False),
        (Meaning.OTHER, 0.9, False),
    ],
)
def test_of_a_machines_mail_only_a_plain_decision_is_asked_about(
    meaning: Meaning, confidence: float, decided: bool
) -> None:
    """What every automatic reply says is no reason for a question."""
    assert decides(verdict(meaning, confidence)) is decided
    assert not decides(None)
