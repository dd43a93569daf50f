"""German letters for the tests: each situation, in words of the user's that hold no pronoun."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

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
ROLE = "Referat Öffentlichkeit (m/w/d)"
SHIPPED = Templates(shipped_templates())
FULL = sample_letters()[0]
BARE = sample_letters()[1]
BOTH = tuple(Register)


def german(letter: Letter, register: Register = Register.FORMAL) -> Letter:
    """The letter with a role of 30 characters, and with no pronoun in the user's own words."""
    return replace(
        letter,
        language="de",
        register=register,
        role=ROLE,
        topic=letter.topic and "die Umstellung der Abrechnung",
        changed_plans=letter.changed_plans and "Vom 20. bis zum 29. Dezember bin ich auf Reisen",
        reason="Dort ist so etwas schon einmal gelungen",
        greeting=letter.greeting and "Hallo Doktor Muster,",
        article=letter.article or "Sagas, zehn Jahre danach",
        contact=letter.contact or "Lena Park",
    )


def situations() -> tuple[Letter, ...]:
    """The samples, and each fact once alone where nothing else is known."""
    alone = (
        replace(BARE, decision_by=date(2026, 12, 28)),
        replace(BARE, topic="die Migration"),
        replace(BARE, changed_plans="Ich ziehe um"),
        replace(BARE, call_promised_on=date(2026, 12, 30)),
        replace(BARE, stands_in_for="Dana Fox"),
        replace(BARE, link="https://journal.example/sagas"),
        replace(BARE, promise_on=date(2027, 1, 5)),
        replace(BARE, phone="030 1234567"),
        replace(BARE, hours=Hours("09:30", "11:30", "Europe/Berlin")),
        replace(BARE, recruiter_name="Kim Lee"),
        replace(BARE, is_final=True),
        replace(BARE, so_far=(Happening(date(2026, 12, 18), Deed.WROTE),)),
        replace(BARE, person_part=Part.RECRUITER, panel_index=1),
    )
    return tuple(german(letter) for letter in (*sample_letters(), *alone))


@cache
def written(name: str, letter: Letter) -> Rendered:
    """The letter as it is laid down."""
    return SHIPPED.render(name, "de", letter)


def text_of(name: str, letter: Letter) -> str:
    """The letter without its line breaks, to look for phrases in it."""
    return " ".join(written(name, letter).body.split())
