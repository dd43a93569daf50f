"""The situations that French letters are read in, and how a test reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from followupd.domain.interview import Part, Register
from followupd.writing.letter import Letter, sample_letters
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Rendered, Templates

SHEETS = ("promise-reminder", "call")
LETTERS = (
    *("thank-you", "promise", "check-in", "check-in-final", "network", "hiring-manager"),
    *("senior", "references", "share-article", "introduction", "still-open"),
    *("rejection-answer", "last-note"),
)
NAMES = (*LETTERS, *SHEETS)

SHIPPED = Templates(shipped_templates())
FULL = replace(
    sample_letters()[0],
    language="fr",
    article="Dix ans de sagas",
    link="https://revue.example/dix-ans-de-sagas",
    contact="Inès Arnaud",
    reason="Elle a mené une migration de cette taille",
)
BARE = replace(
    sample_letters()[1], language="fr", article="Dix ans", contact="Inès Arnaud", reason="À voir."
)
PANEL = tuple(
    replace(FULL, person_part=Part.INTERVIEWER, panel_index=index, panel_size=12)
    for index in range(12)
)
TOPIC = "la migration vers PostgreSQL"
PLANS = "Je serai en voyage du 20 au 29 décembre"
SITUATIONS = (
    FULL,
    BARE,
    *PANEL,
    replace(FULL, topic=TOPIC, changed_plans=PLANS, call_promised_on=date(2026, 12, 10)),
    replace(FULL, topic=TOPIC, call_promised_on=date(2026, 12, 11), decision_by=None),
    replace(BARE, topic=TOPIC, changed_plans=PLANS, call_promised_on=date(2026, 12, 23)),
    replace(FULL, stands_in_for="Anna Zand", person_name="", recruiter_name=None),
    replace(FULL, person_part=Part.RECRUITER, topic=TOPIC, person_name="Lee, Kim", phone=None),
    replace(FULL, company="Acme Inc.", role="Engineer, Sr.", user_name="Robin Doe Jr."),
    replace(FULL, role="x" * 30, company="y" * 20, held_on=date(2025, 9, 24), link=None),
    replace(FULL, greeting="Chère Madame Fox,", is_final=True, decision_by=date(2026, 12, 30)),
)

both_registers = pytest.mark.parametrize("register", list(Register))
"""Runs a test once for each register."""


def written(name: str, letter: Letter, register: Register = Register.FORMAL) -> Rendered:
    """A letter in French, in that register."""
    return SHIPPED.render(name, "fr", replace(letter, register=register))


def plain(text: str) -> str:
    """The text without its line breaks, with typewriter apostrophes, to look for phrases in it."""
    return " ".join(text.replace("\u2019", "'").split())


def text_of(name: str, letter: Letter, register: Register = Register.FORMAL) -> str:
    """Its text on one line, as `plain` gives it."""
    return plain(written(name, letter, register).body)
