"""Whole absence notes, as firms and mail programs write them: what each says, and what none says.

All synthetic. They were written out of knowledge of such notes, not out of the phrases.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from followupd.reading.absence import Writer, read_absence

WEDNESDAY = date(2026, 12, 2)
WRITER = Writer("dana.fox@acme.example", "Dana Fox", frozenset({"robin@example.org"}))
SUBJECT = "Automatic reply: Checking in"


NOTES = tomllib.loads((Path(__file__).parent / "absence_notes.toml").read_text("utf-8"))["note"]


@pytest.mark.parametrize("note", NOTES, ids=range(1, len(NOTES) + 1))
def test_a_note_is_read_as_a_whole(note: dict[str, Any]) -> None:
    """The first day back, whom to write to, and whether its writer has left for good."""
    found = read_absence(note["text"], note["subject"], WEDNESDAY, WRITER)
    assert found.returns_on == note.get("back")
    stand_in = found.stand_in
    assert (stand_in.address or stand_in.name if stand_in else "") == note.get("stand_in", "")
    assert found.has_left == note.get("left", False)


@pytest.mark.parametrize(
    "text",
    [
        "I am away. For invoices: ap@acme.example",
        (
            "I am away. For the Alpha project ask A. Lee (lee@acme.example), for the Beta project "
            "B. Kim (kim@acme.example)."
        ),
        "I am away. Please do not contact my colleague Ben Ray (ben.ray@acme.example).",
        "I am away. You can reach me at dana.fox@home.example.",
        "I am away. This email was sent to robin@example.org.",
        "I am away.\n\nKind regards\nDana Fox\nAcme Ltd, hello@acme.example",
        (
            "I am away.\n\nOn Wed, Dec 2, 2026 at 9:00 AM Robin Doe <robin@example.org> wrote:\n"
            "> Please contact Joan Hill at joan.hill@ref.example"
        ),
        (
            "I am away.\n\nFrom: Robin Doe <robin@example.org>\nSent: Wednesday\nTo: Dana Fox\n"
            "Subject: x\n\nPlease contact Joan Hill at joan.hill@ref.example"
        ),
        "I am away. Please contact Human Resources.",
        "I am away. Please contact Acme.",
        "Ich bin nicht da. Rechnungen bitte an buchhaltung@acme.example.",
    ],
)
def test_nobody_is_better_than_the_wrong_one(text: str) -> None:
    """Other subjects, the writer, the user, quotes, signatures and what is no person."""
    assert read_absence(text, SUBJECT, WEDNESDAY, WRITER).stand_in is None


@pytest.mark.parametrize(
    "text",
    [
        "I'm in the office until 11 December.",
        "The position is open until 11 December.",
        "Our office hours are Monday to Friday.",
        "I am away until March.",
        "I am away. We answer within two days.",
        "I will answer by Friday.",
        "Ich bin noch bis Freitag im Büro erreichbar.",
        "Unsere Bürozeiten sind Montag bis Freitag.",
        "La date limite de candidature est fixée jusqu'au 11 décembre.",
        "Nuestro horario es de lunes a viernes.",
    ],
)
def test_not_every_day_in_a_note_is_the_day_of_return(text: str) -> None:
    """Presence, deadlines, opening hours, months and promises to answer."""
    assert read_absence(text, SUBJECT, WEDNESDAY, WRITER).returns_on is None


@pytest.mark.parametrize(
    ("text", "is_absence"),
    [
        ("I have jury duty and return to school on December 10.", True),
        ("I'm away from my desk from 2/12/2026 to 9/12/2026.", True),
        ("Das Büro ist vom 24.12. bis 06.01. geschlossen.", True),
        ("Thank you for applying. We will get back to you by 11 December.", False),
        ("Please do not reply to this email, the mailbox is not monitored.", False),
        ("En l'absence de réponse sous trois semaines, votre candidature est rejetée.", False),
        ("Antworten auf diese E-Mail werden nicht gelesen.", False),
    ],
)
def test_the_words_alone_tell_an_absence(text: str, is_absence: bool) -> None:
    """What recruiting systems write by themselves is none."""
    assert read_absence(text, "Re: x", WEDNESDAY, WRITER).is_absence is is_absence
