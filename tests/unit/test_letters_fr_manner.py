"""How French letters speak: register, greeting, typography; no blame and no guessing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from followupd.domain.interview import Register
from followupd.writing.style import remarks
from followupd.writing.templates import Key
from tests.support.french import (
    FULL,
    LETTERS,
    NAMES,
    SHEETS,
    SHIPPED,
    SITUATIONS,
    both_registers,
    plain,
    text_of,
    written,
)


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_every_french_letter_can_be_sent_unchanged(name: str, register: Register) -> None:
    """In no situation is anything missing, doubled, too long or left to be filled in."""
    key = SHIPPED.key(name, "fr", register)
    assert key == Key("fr", None if name == "promise-reminder" else register, name)
    assert SHIPPED.review(key).mistakes == ()
    assert SHIPPED.review(key).remarks == ()
    for letter in SITUATIONS:
        rendered = written(name, letter, register)
        is_sheet = name in SHEETS
        assert list(remarks(rendered.subject, rendered.body, is_sheet=is_sheet)) == []
        assert len(rendered.subject) <= 70
        if not is_sheet:
            assert rendered.body.endswith(f",\n{letter.user_name}\n")


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_no_line_begins_or_ends_with_a_lone_punctuation_mark(name: str, register: Register) -> None:
    """French puts a blank before some marks: the line never breaks there."""
    shifted = (replace(FULL, role="r" * width) for width in range(1, 12))
    for letter in (*SITUATIONS, *shifted):
        body = written(name, letter, register).body
        assert not re.search(r"^\s*[:;?!»]|«\s*$", body, re.MULTILINE)


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_one_register_never_slips_into_the_other(name: str, register: Register) -> None:
    """Who is addressed with "vous" reads no "tu", and the other way round."""
    informal = re.compile(r"\b(?:tu|te|toi|ton|ta|tes)\b|\bt'", re.IGNORECASE)
    formal = re.compile(r"\b(?:vous|votre|vos|(?!chez\b)\w+ez)\b", re.IGNORECASE)
    for letter in SITUATIONS:
        rendered = written(name, letter, register)
        text = plain(f"{rendered.subject}\n{rendered.body}")
        if register is Register.FORMAL or name == "promise-reminder":
            assert not informal.search(text)
            continue
        # The sheet itself speaks to the user; only what stands in quotes is said to the person.
        spoken = " ".join(re.findall(r"«([^»]*)»", text)) if name == "call" else text
        assert not formal.search(spoken)
        if name == "call":
            assert not informal.search(re.sub(r"«[^»]*»", "", text))


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_no_letter_tells_or_guesses_a_gender(name: str, register: Register) -> None:
    """Neither the user's nor the reader's is known."""
    gendered = re.compile(
        r"\(e\)|·|\b(?:ravi|heureu[sx]|intéressé|désolé|enchanté|déçu|reconnaissant|convaincu|"
        r"motivé|candidat|Monsieur|Madame)e?\b|m'(?:avez|as|avoir) (?:reçu|accueilli|prévenu)"
    )
    for letter in SITUATIONS:
        assert not gendered.search(text_of(name, replace(letter, greeting=None), register))


@both_registers
@pytest.mark.parametrize("name", LETTERS)
def test_silence_is_nobodys_fault(name: str, register: Register) -> None:
    """No letter reproaches, presses or begs."""
    reproach = re.compile(
        r"nouvelles depuis|sans (?:nouvelles|réponse)|pas (?:reçu|répondu|eu)|malgré|silence|"
        r"relanc|sauf erreur|urgent|rapidement|au plus vite|enfin|désespér|supplie",
        re.IGNORECASE,
    )
    for letter in SITUATIONS:
        assert not reproach.search(text_of(name, letter, register))


@both_registers
@pytest.mark.parametrize("name", NAMES)
def test_names_that_begin_with_a_vowel_stand_unchanged(name: str, register: Register) -> None:
    """No word that would have to be elided or to agree stands before what the user wrote."""
    letter = replace(
        FULL,
        company="Airbus",
        role="Ingénieure d\u2019études",
        person_name="Anna Ober",
        recruiter_name="Ute Eck",
        stands_in_for="Élie Ott",
        topic="l\u2019écoconception",
    )
    text = text_of(name, letter, register)
    assert not re.search(r"\b(?:de|que|du|des|le|la|au) (?:Airbus|Ing|Anna|Ute|Élie|l'éco)", text)
    assert text.count("Ingénieure") == len(re.findall(r"[«“] ?Ingénieure d'études ?[»”]", text))


@pytest.mark.parametrize(
    ("person_name", "formal", "friendly"),
    [
        ("Dana Fox", "Bonjour Dana Fox,", "Bonjour Dana,"),
        ("Fox, Dana", "Bonjour Dana Fox,", "Bonjour Dana,"),
        ("Dana Fox (she/her)", "Bonjour Dana Fox,", "Bonjour Dana,"),
        ("", "Bonjour,", "Bonjour,"),
        ("Acme Talent Team", "Bonjour,", "Bonjour,"),
    ],
)
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_greets_by_the_name_that_is_known(
    name: str, person_name: str, formal: str, friendly: str
) -> None:
    """The whole name in the formal register, the first name in the friendly one, or none."""
    letter = replace(FULL, person_name=person_name)
    assert written(name, letter, Register.FORMAL).body.startswith(f"{formal}\n\n")
    assert written(name, letter, Register.FRIENDLY).body.startswith(f"{friendly}\n\n")


@both_registers
@pytest.mark.parametrize("name", LETTERS)
def test_the_users_own_greeting_wins(name: str, register: Register) -> None:
    """Whoever knows how to greet a person is not corrected."""
    body = written(name, replace(FULL, greeting="Chère Madame Fox,"), register).body
    assert body.startswith("Chère Madame Fox,\n\n")
    assert "Bonjour" not in body
