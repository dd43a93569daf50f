"""The letters in Spanish and the situations in which the tests read them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from followupd.domain.interview import Part, Register
from followupd.writing.letter import SHEETS, Deed, Happening, Hours, Letter, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Rendered, Templates

LETTERS = (
    "thank-you",
    "promise",
    "check-in",
    "check-in-final",
    "network",
    "hiring-manager",
    "senior",
    "references",
    "share-article",
    "introduction",
    "still-open",
    "rejection-answer",
    "last-note",
)
NAMES = (*LETTERS, *sorted(SHEETS))

SHIPPED = Templates(shipped_templates())
KNOWN, BARE, *_ = sample_letters()

both = pytest.mark.parametrize("register", Register)
every_name = pytest.mark.parametrize("name", NAMES)
every_letter = pytest.mark.parametrize("name", LETTERS)


def complete(letter: Letter) -> Letter:
    """The letter with what the user gives when they ask for it."""
    return replace(
        letter,
        article=letter.article or "Las sagas, diez años después",
        contact=letter.contact or "Lena Park",
        reason=letter.reason or "conoce bien ese tipo de sistemas",
    )


def situations() -> tuple[Letter, ...]:
    """The samples, and what the user's and the people's own words may do to a sentence."""
    friend = replace(
        KNOWN, person_part=Part.REFERENCE, is_final=True, hours=Hours("09:30", "11:30")
    )
    abbreviated = replace(
        KNOWN,
        user_name="Robin Doe Jr.",
        company="Acme Inc.",
        role="Engineer, Sr.",
        person_name="Dana Fox Jr.",
        recruiter_name="Kim Lee Jr.",
        stands_in_for="Max Fox Sr.",
        contact="Lena Park Jr.",
        topic="la migración de Acme Inc.",
        changed_plans="Estaré de viaje del 20 al 29 de diciembre.",
        reason="Conoce bien Acme Inc.",
        call_promised_on=date(2026, 12, 11),
    )
    longest = replace(
        KNOWN,
        role="Responsable de Producto Global",
        person_name="Maximiliana Wolfeschlegelsteinhausenbergerdorff",
        held_on=date(2026, 9, 30),
        today=date(2027, 1, 13),
        so_far=(Happening(date(2026, 9, 30), Deed.DRAFT_SENT, "", "segundo aviso"),),
    )
    return tuple(map(complete, (*sample_letters(), friend, abbreviated, longest)))


def render(name: str, register: Register, letter: Letter) -> Rendered:
    return SHIPPED.render(name, "es", replace(complete(letter), register=register))


def text_of(name: str, register: Register, letter: Letter) -> str:
    """The body without its line breaks, to look for phrases in it."""
    return " ".join(render(name, register, letter).body.split())


def said_to_the_person(name: str, text: str) -> str:
    """What the person reads or hears: of a sheet only what stands in quotes."""
    return " ".join(re.findall(r"«([^»]*)»", text)) if name in SHEETS else text
