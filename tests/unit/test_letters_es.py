"""What each of the Spanish letters says, and what it leaves out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from followupd.domain.interview import Part, Register
from tests.support.spanish import (
    BARE,
    KNOWN,
    both,
    render,
    situations,
    text_of,
)

# Thank-you.


@both
@pytest.mark.parametrize("topic", [None, "el cambio a PostgreSQL"])
def test_people_of_one_panel_get_different_words(register: Register, topic: str | None) -> None:
    """Colleagues who compare their thank-yous find no two alike, and neighbours nothing shared."""
    bodies = [
        render(
            "thank-you",
            register,
            replace(KNOWN, person_part=Part.INTERVIEWER, panel_index=index, topic=topic),
        ).body
        for index in range(12)
    ]
    assert len(set(bodies)) == 12
    for body, following in pairwise(bodies):
        paragraphs, others = body.split("\n\n")[1:3], following.split("\n\n")[1:3]
        assert not set(paragraphs) & set(others)


@both
def test_recruiters_are_thanked_for_what_they_did(register: Register) -> None:
    """They get words of their own, and two of them not the same."""
    recruiters = [
        replace(KNOWN, person_part=Part.RECRUITER, panel_index=index) for index in range(6)
    ]
    bodies = {render("thank-you", register, letter).body for letter in recruiters}
    assert len(bodies) == 6
    interviewers = {
        render("thank-you", register, replace(letter, person_part=Part.INTERVIEWER)).body
        for letter in recruiters
    }
    assert not bodies & interviewers


@both
@pytest.mark.parametrize("part", [Part.INTERVIEWER, Part.RECRUITER])
@pytest.mark.parametrize("index", range(4))
def test_what_was_talked_about_is_woven_into_the_thank_you(
    register: Register, part: Part, index: int
) -> None:
    """A topic gets a sentence, in which any phrase reads right; without one nothing is missing."""
    letter = replace(KNOWN, person_part=part, panel_index=index)
    topic = "el cambio a PostgreSQL"
    with_topic = text_of("thank-you", register, replace(letter, topic=topic))
    without = text_of("thank-you", register, letter)
    assert re.search(rf"\bsobre {topic}\b", with_topic)  # never "de el", which no one writes
    assert len(with_topic) > len(without)
    assert with_topic.split()[:10] == without.split()[:10]


@both
def test_a_thank_you_names_no_day(register: Register) -> None:
    """It may be sent a day later."""
    for index in range(12):
        text = text_of("thank-you", register, replace(KNOWN, panel_index=index))
        assert not re.search(r"\b(hoy|ayer|mañana|esta tarde|diciembre)\b", text)


# Promises.


@both
@pytest.mark.parametrize("what", ["muestra de trabajo", "¡Enlaces!", "el informe " * 12])
def test_a_promise_stands_in_the_users_own_words(register: Register, what: str) -> None:
    """What was promised is on its own lines, unchanged, and the attachment is spoken of."""
    body = render("promise", register, replace(KNOWN, promise_what=what)).body
    paragraph = next(part for part in body.split("\n\n") if part.startswith("    "))
    assert " ".join(paragraph.split()) == what.strip()
    assert "adjunto" in body


@both
def test_a_promise_that_was_not_noted_is_kept_all_the_same(register: Register) -> None:
    """The letter then speaks of something more, and still of the attachment."""
    body = render("promise", register, BARE).body
    assert "algo más" in body
    assert "adjunto" in body
    assert "    " not in body


# Asking where things stand.


@both
def test_a_check_in_says_who_which_when_and_asks_what_is_to_be_asked(register: Register) -> None:
    """Advice row 7: all of its facts and all of its questions are there."""
    text = text_of("check-in", register, KNOWN)
    formal = register is Register.FORMAL
    for fact in (
        "Soy Robin Doe",
        "el puesto de Backend Engineer en Acme el martes 1 de diciembre",
        "en qué punto se encuentra el proceso" if formal else "cómo va el proceso",
        "¿Se ha aplazado la decisión?",
        "¿Y sigue mi candidatura en el proceso?" if formal else "¿Y sigo en el proceso?",
    ):
        assert fact in text


@both
def test_after_the_last_round_there_is_one_simple_question(register: Register) -> None:
    """Advice row 10: whether anything else is needed, and nothing else."""
    text = text_of("check-in-final", register, replace(KNOWN, is_final=True))
    asked = "necesite" if register is Register.FORMAL else "necesites"
    assert f"¿hay algo más que {asked} de mi parte?" in text
    assert text.count("?") == 1


@pytest.mark.parametrize("name", ["check-in", "check-in-final", "hiring-manager", "senior"])
@both
@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ("Estaré de viaje del 20 al 29.", "Estaré de viaje del 20 al 29."),
        ("estaré de viaje del 20 al 29", "Estaré de viaje del 20 al 29."),
        ("¿Podría ser antes del 20?", "¿Podría ser antes del 20?"),
    ],
)
def test_a_change_in_the_users_plans_is_a_sentence_of_its_own(
    name: str, register: Register, plans: str, expected: str
) -> None:
    """It is introduced, begins with a capital, ends once, and is not spoken of without one."""
    body = render(name, register, replace(KNOWN, changed_plans=plans)).body
    paragraph = next(part for part in body.split("\n\n") if "un cambio en mis planes" in part)
    assert " ".join(paragraph.split()).endswith(f". {expected}")
    assert "mis planes" not in render(name, register, KNOWN).body


@pytest.mark.parametrize("name", ["check-in", "check-in-final", "hiring-manager", "call"])
@both
def test_a_call_that_was_meant_to_come_may_have_been_missed(name: str, register: Register) -> None:
    """The user takes it upon themselves, and only where a call was spoken of."""
    promised = replace(KNOWN, call_promised_on=date(2026, 12, 10))
    text = text_of(name, register, promised)
    assert "Estaba prevista una llamada para el jueves 10 de diciembre" in text
    assert "se me escapara" in text
    assert "llamada para el" not in text_of(name, register, KNOWN)


@pytest.mark.parametrize("name", ["check-in", "check-in-final"])
@both
def test_a_stand_in_learns_why_they_are_written_to(name: str, register: Register) -> None:
    """Who is away is named, and only where somebody is."""
    away = text_of(name, register, replace(KNOWN, stands_in_for="Kim Lee"))
    assert "porque Kim Lee está fuera estos días." in away
    assert "está fuera" not in text_of(name, register, KNOWN)


@pytest.mark.parametrize("name", ["hiring-manager", "senior"])
@both
def test_who_was_asked_before_is_named_without_blame(name: str, register: Register) -> None:
    """The name stands there only where somebody was asked."""
    assert "con Kim Lee, y" in text_of(name, register, KNOWN)
    alone = text_of(name, register, replace(KNOWN, recruiter_name=None))
    assert "Kim Lee" not in alone
    assert "contacto también" not in alone


@both
def test_a_favour_is_easy_to_decline(register: Register) -> None:
    """Who is asked from the user's network may say no without a word."""
    text = text_of("network", register, KNOWN)
    assert "lo entiendo perfectamente y no hace falta que me d" in text


@both
def test_whether_the_position_is_open_is_the_one_question(register: Register) -> None:
    """Advice row 16: the subject alone asks it."""
    rendered = render("still-open", register, KNOWN)
    assert rendered.subject == "Puesto de Backend Engineer: ¿sigue abierto?"
    assert rendered.body.count("?") == 1


# References, and what is offered.


@both
def test_a_reference_is_told_of_a_final_round_only_after_one(register: Register) -> None:
    """The letter says what kind of round it was, and asks for a word if they are contacted."""
    final = text_of("references", register, replace(KNOWN, is_final=True))
    assert "tuve la entrevista final para el puesto de Backend Engineer en Acme" in final
    assert "con un par de líneas" in final
    assert "entrevista final" not in text_of("references", register, KNOWN)


@both
def test_an_article_is_shared_with_its_topic_and_link(register: Register) -> None:
    """Title and link stand on lines of their own; what is not there is offered or left out."""
    letter = replace(KNOWN, article="Las sagas", link="https://journal.example/sagas")
    shared = render("share-article", register, replace(letter, topic="los pagos")).body
    assert "\n    Las sagas\n    https://journal.example/sagas\n\n" in shared
    assert "hablamos sobre los pagos, y quizá" in " ".join(shared.split())
    plain = text_of("share-article", register, letter)
    assert "nuestra conversación del martes 1 de diciembre, y quizá" in plain
    unlinked = text_of("share-article", register, replace(letter, link=None))
    assert "lo envío con mucho gusto" in unlinked
    assert "lo envío con mucho gusto" not in plain


@both
@pytest.mark.parametrize("name", ["share-article", "introduction"])
def test_what_is_offered_before_the_decision_does_not_ask_about_it(
    name: str, register: Register
) -> None:
    """Advice row 6: such a letter may go out earlier, so it is no check-in."""
    for letter in situations():
        text = text_of(name, register, letter)
        assert "?" not in text
        assert not re.search(r"\b(decisión|proceso|candidatura|puesto)\b", text)


@both
def test_an_introduction_says_to_whom_and_why(register: Register) -> None:
    """The reason is a sentence of its own in the user's words, and a no is easy."""
    letter = replace(KNOWN, contact="Lena Park", reason="conoce bien los pagos", topic="los pagos")
    text = text_of("introduction", register, letter)
    assert "Después de lo que hablamos sobre los pagos, pensé que Lena Park" in text
    assert ". Conoce bien los pagos. Si " in text
    plain = text_of("introduction", register, replace(letter, topic=None))
    assert "Después de nuestra conversación del martes 1 de diciembre, pensé" in plain


# The end.


@both
def test_a_rejection_is_answered_honestly_and_the_door_stays_open(register: Register) -> None:
    """It thanks, owns up to the disappointment and looks ahead."""
    text = text_of("rejection-answer", register, KNOWN)
    assert "Muchas gracias por" in text
    assert "Me habría gustado formar parte del equipo" in text
    assert "me alegrará volver a hablar con" in text


@both
def test_a_last_note_frees_its_reader_of_an_answer(register: Register) -> None:
    """Advice row 17: a courteous end, door open."""
    text = text_of("last-note", register, KNOWN)
    assert "no hace falta que me responda" in text
    assert "me alegrará tener noticias" in text
    assert "?" not in text
