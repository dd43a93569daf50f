"""The manner of the German letters: who is called Sie or du, and what is never said."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from followupd.domain.interview import Register
from followupd.writing.layout import wrapped
from followupd.writing.letter import SHEETS
from followupd.writing.style import remarks
from tests.support.german import (
    BARE,
    BOTH,
    FULL,
    LETTERS,
    NAMES,
    ROLE,
    SHIPPED,
    german,
    situations,
    text_of,
    written,
)

INFORMAL = re.compile(
    r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein(?:e[mnrs]?)?|euch|Euch|[Ee]uer|[Ee]ure[mnrs]?|ihr)\b"
)
FORMAL = re.compile(r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
GENDERED = re.compile(
    r"\b(?:Bewerber|Bewerberin|Kandidat|Kandidatin|Herr|Herrn|Frau|Kolleg\w*|\w+[:*_]in(?:nen)?)\b"
)
REPROACH = re.compile(
    r"nichts (?:mehr )?(?:gehört|von Ihnen|von dir)|noch keine|keine Antwort|immer noch|leider|"
    r"dringend|schon lange|seit Wochen|vergeblich|enttäuscht|verzweifelt|bereits mehrfach",
    re.IGNORECASE,
)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_is_written_in_german(name: str, register: Register) -> None:
    """No template is left to the English one, and each is sound."""
    key = SHIPPED.key(name, "de", register)
    assert key.language == "de"
    review = SHIPPED.review(key)
    assert (review.mistakes, review.remarks) == ((), ())


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_a_letter_can_be_sent_unchanged(name: str, register: Register) -> None:
    """Nothing is left to fill in, nothing is too long, no blank or mark stands twice."""
    for letter in situations():
        rendered = written(name, replace(letter, register=register))
        seen = tuple(remarks(rendered.subject, rendered.body, is_sheet=name in SHEETS))
        assert seen == ()
        assert ROLE in rendered.subject or name not in ("thank-you", "promise", "check-in")
        assert not re.search(r"\d{4}-\d\d-\d\d|[\"'«»]", rendered.subject + rendered.body)
        assert rendered.body.count("„") == rendered.body.count("“")


@pytest.mark.parametrize("name", NAMES)
def test_a_formal_letter_says_sie(name: str) -> None:
    """Nobody is addressed as a friend by mistake."""
    for letter in situations():
        rendered = written(name, letter)
        assert not INFORMAL.search(f"{rendered.subject}\n{rendered.body}")
        assert name == "promise-reminder" or FORMAL.search(rendered.body)


@pytest.mark.parametrize("name", NAMES)
def test_a_friendly_letter_says_du(name: str) -> None:
    """Nobody who offered the Du is kept at a distance."""
    for letter in situations():
        rendered = written(name, replace(letter, register=Register.FRIENDLY))
        assert not FORMAL.search(f"{rendered.subject}\n{rendered.body}")
        assert name == "promise-reminder" or INFORMAL.search(rendered.body)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_no_letter_guesses_a_gender_or_blames_anybody(name: str, register: Register) -> None:
    """Neither the user nor anybody else is given one, and silence is not held against them."""
    for letter in situations():
        text = text_of(name, replace(letter, register=register))
        assert not GENDERED.search(text)
        assert not REPROACH.search(text)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_ends_with_a_full_stop_gets_no_second_one(
    name: str, register: Register
) -> None:
    """`Acme Inc.`, `Engineer, Sr.` and `Robin Doe Jr.` never end a sentence."""
    for letter in situations():
        stopped = replace(
            letter,
            register=register,
            company="Acme Inc.",
            role="Engineer, Sr.",
            user_name="Robin Doe Jr.",
        )
        assert ".." not in written(name, stopped).body


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize(
    ("register", "greeting", "bare", "closings"),
    [
        (
            Register.FORMAL,
            "Guten Tag Dana Fox,",
            "Guten Tag,",
            ("Mit freundlichen Grüßen", "Mit herzlichen Grüßen"),
        ),
        (Register.FRIENDLY, "Hallo Dana,", "Hallo,", ("Viele Grüße", "Herzliche Grüße")),
    ],
)
def test_greeting_and_closing_suit_the_register(
    name: str, register: Register, greeting: str, bare: str, closings: tuple[str, ...]
) -> None:
    """Neither needs a title or a gender, and an unknown name is left out."""
    known = written(name, german(FULL, register)).body
    unknown = written(name, german(BARE, register)).body
    assert known.startswith(f"{greeting}\n\n")
    assert unknown.startswith(f"{bare}\n\n")
    assert known.endswith(tuple(f"\n\n{closing}\nRobin Doe\n" for closing in closings))


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", LETTERS)
def test_the_users_own_greeting_wins_and_the_text_goes_on_as_it_demands(
    name: str, register: Register
) -> None:
    """After a comma German goes on in small letters, after anything else with a capital."""
    letter = german(FULL, register)
    with_comma = written(name, replace(letter, greeting="Sehr geehrte Frau Dr. Fuchs,")).body
    assert with_comma.startswith("Sehr geehrte Frau Dr. Fuchs,\n\n")
    for greeting in ("Sehr geehrte Frau Dr. Fuchs", "Moin Dana!"):
        other = written(name, replace(letter, greeting=greeting)).body
        assert other.startswith(f"{greeting}\n\n")
        first, second = (body.split("\n\n")[1][0] for body in (with_comma, other))
        assert first.islower()
        assert second == first.upper()


def test_no_line_breaks_within_a_day_of_the_month() -> None:
    """A line that ends with "11." looks like the end of a sentence."""
    text = f"{'x' * 55} bis Freitag, 11. Dezember."
    assert wrapped(text, 400, "de") == f"{'x' * 55} bis Freitag,\n11. Dezember.\n"
