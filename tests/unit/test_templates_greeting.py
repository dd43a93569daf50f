"""Names as a letter greets them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain.interview import Register
from followupd.writing.greeting import full_name, given_name
from followupd.writing.letter import sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates

LETTER = sample_letters()[0]
SHIPPED = Templates(shipped_templates())
LETTERS = sorted({key.name for key in SHIPPED.keys} - {"call", "promise-reminder"})


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("Dana Fox", "Dana"),
        ("Fox, Dana", "Dana"),
        ("Fox, Dana, PhD", "Dana"),
        ("Fox, Dr. Dana", "Dana"),
        ("Dana Fox, PhD", "Dana"),
        ("van der Berg, Anna", "Anna"),
        ("Dr. Dana Fox", "Dana"),
        ("Prof. Dr. Dana Fox", "Dana"),
        ("DANA FOX", "Dana"),
        ("dana fox", "Dana"),
        ("AJ Fox", "AJ"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("Dana Fox (she/her)", "Dana"),
        ("Dana Fox | Acme", "Dana"),
        ("Dana Fox via LinkedIn", "Dana"),
        ("Dana from Acme", "Dana"),
        ("'Dana Fox'", "Dana"),
        ("王小明", "王小明"),
        ("김 민준", "김 민준"),
        ("Zoë", "Zoë"),
        ("", None),
        ("   ", None),
        ("Dr. Fox", None),
        ("Ms Fox", None),
        ("D. Fox", None),
        ("J.R. Fox", None),
        ("Dana Fox, Acme", None),
        ("Acme Talent Team", None),
        ("Recruiting", None),
        ("dana@acme.example", None),
        ("Agent 007", None),
        ("(she/her)", None),
    ],
)
def test_a_greeting_uses_a_given_name_or_none(display: str, expected: str | None) -> None:
    """A wrong name is worse than none."""
    assert given_name(display) == expected


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("Dana Fox", "Dana Fox"),
        ("Fox, Dana", "Dana Fox"),
        ("Fox, Dana, PhD", "Dana Fox"),
        ("van der Berg, Anna", "Anna van der Berg"),
        ("Dr. Dana Fox", "Dr. Dana Fox"),
        ("Dr. Fox", "Dr. Fox"),
        ("Fox, Ms", "Ms Fox"),
        ("D. Fox", "D. Fox"),
        ("DANA FOX", "Dana Fox"),
        ("dana fox", "Dana Fox"),
        ("Dana Fox (she/her)", "Dana Fox"),
        ("Dana Fox | Acme", "Dana Fox"),
        ("'Dana Fox'", "Dana Fox"),
        ("王小明", "王小明"),
        ("", None),
        ("Dr.", None),
        ("...", None),
        ("Dana Fox, Acme", None),
        ("Acme Talent Team", None),
        ("dana@acme.example", None),
        ("Agent 007", None),
    ],
)
def test_a_formal_greeting_uses_the_whole_name_or_none(display: str, expected: str | None) -> None:
    """In the order of speech, with its titles, without what is added to it."""
    assert full_name(display) == expected


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize(
    ("register", "person", "greeting", "line"),
    [
        (Register.FORMAL, "Fox, Dana", None, "Dear Dana Fox,"),
        (Register.FRIENDLY, "Fox, Dana", None, "Hello Dana,"),
        (Register.FORMAL, "", None, "Hello,"),
        (Register.FRIENDLY, "", None, "Hello,"),
        (Register.FORMAL, "Acme Berlin", None, "Hello,"),
        (Register.FRIENDLY, "Acme Berlin", None, "Hello,"),
        (Register.FORMAL, "Dana Fox", "Dear Dr. Fox,", "Dear Dr. Fox,"),
        (Register.FRIENDLY, "Dana Fox", "Hi Danny!", "Hi Danny!"),
    ],
)
def test_every_letter_begins_with_the_right_greeting(
    name: str, register: Register, person: str, greeting: str | None, line: str
) -> None:
    """The user's own line wins; a firm's mailbox and nobody are greeted without a name."""
    letter = replace(
        LETTER,
        register=register,
        person_name=person,
        greeting=greeting,
        article="Sagas",
        contact="Lena Park",
        reason="She knows it.",
    )
    assert SHIPPED.render(name, "en", letter).body.split("\n")[0] == line


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_display_name_breaks_the_greeting(display: str) -> None:
    """Any name gives one safe line or none."""
    for found in (given_name(display), full_name(display)):
        assert found is None or (found.strip() == found and found and "\n" not in found)
