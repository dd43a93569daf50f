"""The Spanish sheets to the user: for a call, and before a promise is due."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from followupd.domain.interview import Part, Register
from followupd.writing.letter import SHEETS, Deed, Happening, Hours
from tests.support.spanish import (
    BARE,
    KNOWN,
    LETTERS,
    both,
    render,
    situations,
    text_of,
)


@both
def test_a_call_sheet_holds_number_hours_history_and_both_scripts(register: Register) -> None:
    """Advice row 14: everything needed beside the telephone."""
    rendered = render("call", register, KNOWN)
    assert rendered.subject == "Llamada a Dana Fox: Backend Engineer"
    text = " ".join(rendered.body.split())
    assert "Dana Fox (responsable del equipo) de Acme" in text
    assert "Número: +49 30 1234567" in text
    assert "de 09:30 a 11:30, hora de America/New_York; para ti, de 15:30 a 17:30." in text
    assert "\n- miércoles 2 de diciembre: tu agradecimiento a Dana Fox\n" in rendered.body
    assert "\n- jueves 3 de diciembre: te escribió Dana Fox\n" in rendered.body
    assert "\n- viernes 4 de diciembre: tu correo a Dana Fox\n" in rendered.body
    assert "\n- jueves 10 de diciembre: tu llamada\n" in rendered.body
    assert "el borrador para Kim Lee, que descartaste\n" in rendered.body
    assert "\n- They use Python and PostgreSQL.\n" in rendered.body
    assert text.index("SI CONTESTAN") < text.index("SI SALTA EL BUZÓN DE VOZ")
    assert text.endswith("registra la llamada con «followupd called».")


@both
def test_a_call_sheet_helps_where_little_is_known(register: Register) -> None:
    """It says how to find a number, names usual hours, and leaves out what there is none of."""
    text = text_of("call", register, BARE)
    assert "a la persona responsable de Acme" in text
    assert "Número: no está anotado. Búscalo" in text
    assert "Cuándo: en horario de trabajo" in text
    assert "HASTA AHORA" not in text
    assert "TUS NOTAS" not in text


@both
@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (Hours("09:30", "11:30"), "de 09:30 a 11:30. "),
        (Hours("09:30", "11:30", "Europe/Madrid"), "de 09:30 a 11:30, hora de Europe/Madrid. "),
    ],
)
def test_hours_are_told_once_where_they_are_the_same_for_the_user(
    register: Register, hours: Hours, said: str
) -> None:
    """The user's own time is added only where it differs."""
    assert f"Cuándo: {said}" in text_of("call", register, replace(KNOWN, hours=hours))


@both
def test_a_call_sheet_has_words_for_every_part_and_every_deed(register: Register) -> None:
    """Nothing in the sheet is left in English, and a step of the user's own is simply a mail."""
    for part in Part:
        text = text_of("call", register, replace(KNOWN, person_part=part))
        assert re.search(r"Dana Fox \([a-z óé]+\) de Acme", text)
        assert part.value not in text.split()
    steps = (*LETTERS, "segundo aviso")
    so_far = tuple(Happening(date(2026, 12, 2), Deed.DRAFT_SENT, "Dana Fox", s) for s in steps)
    nameless = tuple(Happening(date(2026, 12, 3), deed) for deed in Deed)
    body = render("call", register, replace(KNOWN, so_far=so_far + nameless)).body
    told = re.findall(r"^- (?:miércoles|jueves) \d de diciembre: (.+)$", body, re.MULTILINE)
    assert len(told) == len(so_far) + len(nameless)
    assert told.count("tu correo a Dana Fox") == 1
    assert not any(step in line.split() for step in LETTERS for line in told)


@both
def test_a_reminder_says_what_is_promised_to_whom_and_by_when(register: Register) -> None:
    """On the day before it says tomorrow, earlier it names the day alone."""
    before = text_of("promise-reminder", register, replace(KNOWN, today=date(2026, 12, 3)))
    assert before.startswith("Mañana, viernes 4 de diciembre, es el día de cumplir esta promesa")
    assert "el martes 1 de diciembre: writing sample Es para Dana Fox" in before
    earlier = text_of("promise-reminder", register, replace(KNOWN, today=date(2026, 12, 2)))
    assert earlier.startswith("El viernes 4 de diciembre es el día de cumplir esta promesa")
    unknown = text_of("promise-reminder", register, BARE)
    assert unknown.startswith("Se acerca el día de cumplir una promesa")
    assert "El correo para enviarlo" in unknown


def test_the_sheets_speak_to_the_user_alike_in_both_registers() -> None:
    """Only what is said to the person differs; the user is always addressed the same way."""
    for letter in situations():
        for name in SHEETS:
            formal, friendly = (
                re.sub(r"«[^»]*»", "«»", text_of(name, register, letter)) for register in Register
            )
            assert formal == friendly
            assert not re.search(r"\b(usted|su|sus|le)\b", formal)
