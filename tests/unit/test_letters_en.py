"""What the English letters say, in both registers and in every situation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from followupd.domain.cadence import BUILT_IN, PROMISE, REMINDER, SENIOR
from followupd.domain.interview import Part, Register
from followupd.writing.letter import REQUIRED, Letter, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

SHIPPED = Templates(shipped_templates())
SHEETS = ("call", "promise-reminder")
NAMES = tuple(sorted({key.name for key in SHIPPED.keys if key.language == "en"}))
LETTER = replace(
    sample_letters()[0],
    article="Sagas, ten years on",
    contact="Lena Park of Globex",
    reason="She has moved a billing system of that size",
)
TOPIC = "how you moved the billing to event sourcing"
PLANS = "I will be travelling from 20 to 29 December"

both = pytest.mark.parametrize("register", Register)
every = pytest.mark.parametrize("name", NAMES)


def body_of(name: str, letter: Letter = LETTER, register: Register = Register.FORMAL) -> str:
    return SHIPPED.render(name, "en", replace(letter, register=register)).body


def text_of(name: str, letter: Letter = LETTER, register: Register = Register.FORMAL) -> str:
    """The text without its line breaks, to look for phrases in it."""
    return " ".join(body_of(name, letter, register).split())


def test_every_template_that_a_plan_uses_is_shipped() -> None:
    """A fresh installation can write every step it plans, and what is asked for."""
    planned = {
        name for step in (*BUILT_IN, SENIOR) for name in (step.template, step.final_template)
    }
    on_request = {
        "share-article",
        "introduction",
        "still-open",
        "rejection-answer",
        "last-note",
    }
    assert (planned | on_request | {PROMISE, REMINDER}) - {""} == set(NAMES)
    assert set(REQUIRED) <= on_request


@both
@every
def test_a_letter_is_plain_and_signed(name: str, register: Register) -> None:
    """ASCII, wrapped, nothing left to fill in, and the user's name below."""
    required = REQUIRED.get(name, ())
    for letter in sample_letters():
        if any(getattr(letter, each) is None for each in required):
            continue
        body = body_of(name, letter, register)
        assert body.isascii()
        assert "\n\n\n" not in body
        assert all(len(line) <= 72 and line == line.rstrip() for line in body.split("\n"))
        if name not in SHEETS:
            closing = "Kind regards" if register is Register.FORMAL else "Best wishes"
            assert body.endswith(f"\n\n{closing},\nRobin Doe\n")


@both
@every
def test_a_company_that_ends_with_a_full_stop_gets_no_second_one(
    name: str, register: Register
) -> None:
    """`Acme Inc.` never ends a sentence."""
    for topic in (None, TOPIC):
        named = replace(LETTER, company="Acme Inc.", role="Engineer, Sr.", topic=topic)
        assert ".." not in body_of(name, named, register)


@every
def test_only_a_friendly_letter_speaks_in_short_forms(name: str) -> None:
    """A formal one writes "I am"; each letter has its own words for friends."""
    if name == "promise-reminder":
        assert body_of(name) == body_of(name, register=Register.FRIENDLY)
        return
    assert not re.search(r"\w'(m|s|d|ll|ve|re|t)\b", body_of(name))
    assert body_of(name) != body_of(name, register=Register.FRIENDLY)


@both
@every
def test_nobody_is_reproached(name: str, register: Register) -> None:
    """No letter complains of silence, counts mails or urges."""
    for letter in (LETTER, replace(LETTER, topic=TOPIC, call_promised_on=date(2026, 12, 11))):
        text = text_of(name, letter, register).casefold()
        for word in (
            *("not heard", "haven't heard", "no answer", "no reply from", "still waiting"),
            *("unfortunately", "disappoint", "as soon as possible", "asap", "urgent", "desperate"),
            *("reminder", "promised me", "you said you would"),
        ):
            assert word not in text


@both
def test_a_check_in_says_who_where_when_and_asks_what_is_to_be_asked(register: Register) -> None:
    """Advice row 7: all of its facts and all of its questions are there."""
    text = text_of("check-in", register=register)
    for fact in (
        "My name is Robin Doe",
        "the Backend Engineer position at Acme",
        "on Tuesday 1 December",
        "I had understood that a decision was expected by Friday 11 December",
        "where things stand",
        "postponed",
        "still being considered",
    ):
        assert fact in text


@both
@every
def test_a_decision_date_that_is_only_assumed_is_never_mentioned(
    name: str, register: Register
) -> None:
    """Nobody is held to a day they did not name."""
    assumed = replace(LETTER, decision_by=None, expected_by=date(2026, 12, 9), so_far=())
    text = text_of(name, assumed, register)
    assert "9 December" not in text
    assert "was expected by" not in text


@both
@pytest.mark.parametrize("name", ["check-in", "check-in-final", "hiring-manager", "senior", "call"])
def test_a_change_in_the_users_plans_is_a_sentence_of_its_own(
    name: str, register: Register
) -> None:
    """In their words, with a full stop, and only where there is one."""
    changed = text_of(name, replace(LETTER, changed_plans=PLANS), register)
    assert f"a change in my own plans. {PLANS}." in changed
    assert "my own plans" not in text_of(name, register=register)
    finished = text_of(name, replace(LETTER, changed_plans="May I ask for a word?"), register)
    assert "May I ask for a word?" in finished
    assert "?." not in finished


@both
@pytest.mark.parametrize("name", ["check-in", "check-in-final", "hiring-manager", "call"])
def test_a_call_that_did_not_come_may_have_been_missed(name: str, register: Register) -> None:
    """It is the user who may have missed it, whoever meant to call."""
    waited = replace(LETTER, call_promised_on=date(2026, 12, 14))
    text = text_of(name, waited, register)
    assert "a call on Monday 14 December" in text
    assert "may have missed" in text
    assert "missed" not in text_of(name, register=register)


@both
@pytest.mark.parametrize("name", ["check-in", "check-in-final"])
def test_a_stand_in_learns_for_whom(name: str, register: Register) -> None:
    """And who is writing, since they do not know the user."""
    letter = replace(LETTER, person_name="Max Muster", stands_in_for="Fox, Dana")
    text = text_of(name, letter, register)
    assert "because Dana Fox is away" in text
    assert "My name is Robin Doe" in text
    assert "is away" not in text_of(name, register=register)


@both
def test_after_a_final_round_one_simple_thing_is_asked(register: Register) -> None:
    """Advice row 10: one question, and it is that one."""
    text = text_of("check-in-final", register=register)
    assert text.count("?") == 1
    assert "is there anything else you need from me?" in text


@both
def test_people_of_one_panel_get_different_words(register: Register) -> None:
    """Colleagues who compare their thank-yous find no two alike."""
    for topic in (None, "the migration"):
        panel = [
            replace(
                LETTER,
                person_part=Part.INTERVIEWER,
                panel_index=index,
                panel_size=12,
                topic=topic,
            )
            for index in range(12)
        ]
        bodies = [body_of("thank-you", letter, register) for letter in panel]
        assert len(set(bodies)) == 12
        for body, following in pairwise(bodies):
            paragraphs = [" ".join(part.split()) for part in body.split("\n\n")]
            others = [" ".join(part.split()) for part in following.split("\n\n")]
            assert not set(paragraphs[1:-1]) & set(others[1:-1])


@both
@pytest.mark.parametrize("name", ["thank-you", "hiring-manager", "share-article", "introduction"])
def test_what_was_talked_about_is_woven_in(name: str, register: Register) -> None:
    """Whether it is a clause or a noun, and also where it ends with a full stop."""
    for topic in (TOPIC, "the migration."):
        text = text_of(name, replace(LETTER, topic=topic), register)
        assert topic.rstrip(".") in text
        assert ".." not in text
    recruiter = replace(LETTER, topic=TOPIC, person_part=Part.RECRUITER)
    assert TOPIC in text_of(name, recruiter, register)


@both
@pytest.mark.parametrize(
    "what", ["writing sample", "send the report on churn", "Links!", "x" * 100, "a b " * 60]
)
def test_a_promise_stands_in_the_users_own_words(what: str, register: Register) -> None:
    """Whatever phrase the user noted is on its own lines and unchanged."""
    for name in ("promise", "promise-reminder"):
        body = body_of(name, replace(LETTER, promise_what=what), register)
        paragraph = next(part for part in body.split("\n\n") if part.startswith("    "))
        assert " ".join(paragraph.split()) == what.strip()
    assert "attached" in body_of("promise", register=register)


def test_a_reminder_says_what_to_whom_and_by_when() -> None:
    """Advice row 4: the working day before, for the user alone."""
    rendered = SHIPPED.render("promise-reminder", "en", LETTER)
    assert rendered.subject == "Promised for Friday 4 December: Acme"
    text = " ".join(rendered.body.split())
    for fact in ("Friday 4 December", "to Dana Fox", "writing sample", "in Drafts that morning"):
        assert fact in text
    assert "Dear" not in text
    assert not rendered.body.endswith("Robin Doe\n")


@both
@pytest.mark.parametrize("name", ["hiring-manager", "senior"])
def test_who_was_asked_before_is_named_without_blame(name: str, register: Register) -> None:
    """The person who was asked first is named, and only when there was one."""
    assert "Kim Lee" in text_of(name, register=register)
    alone = text_of(name, replace(LETTER, recruiter_name=None), register)
    assert "in touch with" not in alone
    assert "looking after" not in alone


@both
def test_an_article_stands_on_a_line_of_its_own_with_its_link(register: Register) -> None:
    """The link can be clicked; without one nothing is missing."""
    link = "https://journal.example/sagas"
    body = body_of("share-article", replace(LETTER, link=link), register)
    assert f"\n\n    Sagas, ten years on\n    {link}\n\n" in body
    assert "\n\n    Sagas, ten years on\n\n" in body_of("share-article", LETTER, register)


@both
def test_a_reference_learns_of_the_role_and_is_asked_for_a_word(register: Register) -> None:
    """Advice row 15: they may be contacted, for what, and a word would help."""
    text = text_of("references", replace(LETTER, is_final=True), register)
    assert "a final interview for the Backend Engineer position at Acme" in text
    assert "things are moving" in text
    assert "a final interview" not in text_of("references", register=register)


@both
def test_a_call_sheet_holds_number_hours_history_and_both_scripts(register: Register) -> None:
    """Advice row 14: everything needed beside the telephone."""
    body = body_of("call", register=register)
    assert "Number: +49 30 1234567\n" in body
    assert "When: between 09:30 and 11:30 in America/New_York, which is 15:30 to\n" in body
    assert "\n- Wednesday 2 December: your mail to Dana Fox (thank-you)\n" in body
    assert "\n- They use Python and PostgreSQL.\n" in body
    assert body.index("IF SOMEBODY ANSWERS") < body.index("IF IT GOES TO VOICEMAIL")
    assert "this is Robin Doe" in body
    bare = body_of("call", sample_letters()[1], register)
    assert "Number: not noted." in bare
    assert "mid-morning or mid-afternoon" in bare
