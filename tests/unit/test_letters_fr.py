"""What French letters say: in every situation its facts, and nothing that is not one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from followupd.domain.interview import Part, Register
from followupd.writing.letter import Hours
from tests.support.french import (
    BARE,
    FULL,
    NAMES,
    PANEL,
    PLANS,
    SITUATIONS,
    TOPIC,
    both_registers,
    plain,
    text_of,
    written,
)

WITH_PLANS = ("check-in", "check-in-final", "hiring-manager", "senior")
WITH_CALL = ("check-in", "check-in-final", "hiring-manager", "call")


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_an_assumed_decision_day_is_never_spoken_of(name: str, register: Register) -> None:
    """Nobody is held to a day they did not name."""
    assumed = replace(FULL, decision_by=None, expected_by=date(2026, 12, 9), so_far=())
    text = text_of(name, assumed, register)
    assert "9 décembre" not in text
    assert "prévue" not in text


@both_registers
def test_the_people_of_a_panel_get_twelve_different_letters(register: Register) -> None:
    """Colleagues who compare their thank-yous find no two alike, with a topic or without."""
    for topic in (None, TOPIC):
        bodies = [written("thank-you", replace(each, topic=topic), register).body for each in PANEL]
        assert len(set(bodies)) == 12
        assert all((TOPIC in plain(body)) is (topic is not None) for body in bodies)
        for body, following in pairwise(bodies):
            assert not set(body.split("\n\n")[1:3]) & set(following.split("\n\n")[1:3])


@both_registers
def test_a_thank_you_reads_well_a_day_later(register: Register) -> None:
    """It names no day, for it may lie among the drafts overnight."""
    for letter in SITUATIONS:
        text = text_of("thank-you", letter, register)
        assert not re.search(r"aujourd'hui|\bhier\b|ce matin|cet après-midi|décembre|\d{4}", text)


@both_registers
def test_a_recruiter_is_thanked_in_words_of_their_own(register: Register) -> None:
    """A recruiter arranged the interview and did not hold it."""
    recruiter = text_of("thank-you", replace(FULL, person_part=Part.RECRUITER), register)
    assert "l'organisation de mon entretien" in recruiter
    assert all("organisation" not in text_of("thank-you", each, register) for each in PANEL)


@both_registers
@pytest.mark.parametrize("what", ["mon rapport", "envoyer les liens !", "a b " * 60])
def test_a_promise_is_sent_in_the_users_own_words(what: str, register: Register) -> None:
    """It stands on lines of its own, and the mail program reminds of the attachment."""
    body = written("promise", replace(FULL, promise_what=what), register).body
    own = next(part for part in body.split("\n\n") if part.startswith("    "))
    assert plain(own) == what.strip()
    assert "pièce jointe" in plain(body)
    assert "pièce jointe" in text_of("promise", BARE, register)


@both_registers
def test_a_promise_reminder_tells_what_to_whom_and_for_when(register: Register) -> None:
    """The sheet speaks to the user, the same way in both registers."""
    rendered = written("promise-reminder", FULL, register)
    assert rendered.subject == "Rappel : promesse pour le vendredi 4 décembre"
    assert rendered.body == written("promise-reminder", FULL).body
    for fact in ("vendredi 4 décembre.", "Dana Fox (responsable du poste)", "writing sample"):
        assert fact in plain(rendered.body)


@both_registers
def test_a_check_in_says_who_where_when_and_asks_what_is_to_be_asked(register: Register) -> None:
    """Advice row 7: all of its facts and all of its questions."""
    text = text_of("check-in", FULL, register)
    for fact in (
        *("Robin Doe", "chez Acme le mardi 1er décembre", "le poste « Backend Engineer »"),
        *("pour le vendredi 11 décembre", "où en est le recrutement", "reportée", "ma candidature"),
    ):
        assert fact in text


@both_registers
@pytest.mark.parametrize("name", WITH_CALL)
def test_a_call_that_was_promised_may_have_been_missed(name: str, register: Register) -> None:
    """The day is named, or referred to where it was named just before."""
    assert "manqué" not in text_of(name, FULL, register)
    another = text_of(name, replace(FULL, call_promised_on=date(2026, 12, 10)), register)
    assert "m'appeler le jeudi 10 décembre, et" in another
    assert "manqué" in another
    same = text_of(name, replace(FULL, call_promised_on=date(2026, 12, 11)), register)
    assert "m'appeler ce jour-là, et" in same


@both_registers
@pytest.mark.parametrize("name", WITH_PLANS)
def test_changed_plans_are_told_as_the_user_wrote_them(name: str, register: Register) -> None:
    """They stand as a sentence of their own, with one full stop."""
    expected = "Un point a changé de mon côté depuis l'entretien. "
    assert expected not in text_of(name, FULL, register)
    for plans in (PLANS, f"{PLANS}."):
        text = text_of(name, replace(FULL, changed_plans=plans), register)
        assert f"{expected}{PLANS}. " in text


@both_registers
@pytest.mark.parametrize("name", ["check-in", "check-in-final"])
def test_a_stand_in_learns_why_they_are_written_to(name: str, register: Register) -> None:
    """The person who is away is named, and the user introduces themselves."""
    letter = replace(FULL, stands_in_for="Anna Zand")
    text = text_of(name, letter, register)
    assert "Comme Anna Zand n'est pas au bureau en ce moment, je me " in text
    assert text.index("Anna Zand") < text.index("Robin Doe")
    assert "Anna Zand" not in text_of(name, FULL, register)


@both_registers
@pytest.mark.parametrize("name", ["check-in-final", "still-open"])
def test_some_letters_ask_one_simple_question(name: str, register: Register) -> None:
    """Advice rows 10 and 16: one question, and nothing else is asked."""
    text = text_of(name, FULL, register)
    assert text.count("?") == 1
    assert "Je n'ai qu'une question :" in text
    wanted = "besoin de quelque chose de ma part" if name == "check-in-final" else "à pourvoir"
    assert wanted in text


@both_registers
@pytest.mark.parametrize("name", ["thank-you", "share-article", "rejection-answer", "last-note"])
def test_some_letters_ask_nothing(name: str, register: Register) -> None:
    """Thanks, a gift and a farewell put nobody under an obligation."""
    assert all("?" not in text_of(name, letter, register) for letter in SITUATIONS)


@both_registers
@pytest.mark.parametrize("name", ["hiring-manager", "senior"])
def test_whoever_was_asked_before_is_named_and_not_blamed(name: str, register: Register) -> None:
    """Nobody feels passed over; where nobody was asked, nobody is named."""
    assert "Kim Lee" in text_of(name, FULL, register)
    assert "Kim Lee" not in text_of(name, replace(FULL, recruiter_name=None), register)


@both_registers
def test_a_friend_at_the_employer_can_decline_easily(register: Register) -> None:
    """Advice row 11: a favour, not a demand."""
    text = text_of("network", FULL, register)
    assert "un petit service" in text
    assert "rester en dehors de cela" in text


@both_registers
def test_a_reference_hears_of_the_decision_day_only_while_it_is_ahead(register: Register) -> None:
    """A day that has passed would only raise questions."""
    assert "décision" not in text_of("references", FULL, register)
    ahead = replace(FULL, decision_by=date(2026, 12, 18))
    assert "pour le vendredi 18 décembre" in text_of("references", ahead, register)


@both_registers
def test_a_reference_hears_of_a_last_round_only_where_it_was_one(register: Register) -> None:
    """Nothing is claimed that the user did not note."""
    assert "un entretien" in text_of("references", FULL, register)
    final = replace(FULL, is_final=True)
    assert "le dernier entretien" in text_of("references", final, register)


@both_registers
def test_an_article_stands_with_its_link_where_there_is_one(register: Register) -> None:
    """Title and link are on lines of their own; the topic is named where it is known."""
    body = written("share-article", replace(FULL, topic=TOPIC), register).body
    assert "\n    « Dix ans de sagas »\n    https://revue.example/" in body.replace("\u00a0", " ")
    assert f"notre échange sur {TOPIC} :" in plain(body)
    assert "repenser à notre entretien : « Dix ans »" in text_of("share-article", BARE, register)


@both_registers
def test_an_introduction_names_the_contact_and_the_reason(register: Register) -> None:
    """The reason is the user's own sentence."""
    text = text_of("introduction", replace(FULL, topic=TOPIC), register)
    assert "avec Inès Arnaud ? Elle a mené une migration de cette taille. " in text
    assert f"sur {TOPIC} m'a donné une idée" in text
    assert TOPIC not in text_of("introduction", FULL, register)


@both_registers
def test_farewells_leave_the_door_open(register: Register) -> None:
    """After a rejection and after silence, with the topic where there is one."""
    for name in ("rejection-answer", "last-note"):
        text = text_of(name, replace(FULL, topic=TOPIC), register)
        assert f"notre échange sur {TOPIC}, " in text
        assert "si un autre " in text
        assert TOPIC not in text_of(name, FULL, register)


@both_registers
def test_a_call_sheet_holds_all_that_is_needed_beside_the_telephone(register: Register) -> None:
    """Advice row 14: number, hours, what happened, both scripts, and how to record the call."""
    text = text_of("call", replace(FULL, changed_plans=PLANS, topic=TOPIC), register)
    for piece in (
        *("Dana Fox (responsable du poste)", "Numéro : +49 30 1234567"),
        "Quand : de 09h30 à 11h30, heure locale (New York), soit de 15h30 à 17h30 pour vous.",
        "- mercredi 2 décembre : votre message à Dana Fox (remerciement) - ",
        *("- jeudi 3 décembre : Dana Fox vous a écrit - ", "- jeudi 10 décembre : votre appel - "),
        "- mardi 15 décembre : un brouillon à Kim Lee (relance), que vous avez supprimé ",
        *(
            "- They use Python and PostgreSQL. ",
            f"- {PLANS}.",
            f"sujet suivant : {TOPIC}.",
            "« followupd called »",
        ),
    ):
        assert piece in text
    assert text.index("SI L'ON DÉCROCHE") < text.index("SI VOUS TOMBEZ SUR LA MESSAGERIE")


def test_a_call_sheet_does_without_what_is_not_known() -> None:
    """No number, no hours, no history: the sheet says what to do instead."""
    text = text_of("call", BARE)
    assert "Numéro : pas encore noté." in text
    assert "Quand : aux heures de bureau" in text
    assert "CE QUI S'EST PASSÉ" not in text
    near = replace(BARE, hours=Hours("09:30", "11:30", "Europe/Paris"))
    assert "Quand : de 09h30 à 11h30, heure locale (Paris). " in text_of("call", near)
    unknown = replace(BARE, hours=Hours("09:30", "11:30"))
    assert "Quand : de 09h30 à 11h30. " in text_of("call", unknown)
