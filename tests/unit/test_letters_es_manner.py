"""How the Spanish letters speak: register, greeting and closing; no blame and no guessing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from followupd.domain.interview import Register
from followupd.writing.templates import Key
from tests.support.spanish import (
    BARE,
    KNOWN,
    SHIPPED,
    both,
    every_letter,
    every_name,
    render,
    said_to_the_person,
    situations,
    text_of,
)

INFORMAL = re.compile(
    r"\b(tú|te|ti|tu|tus|tuy[oa]s?|contigo|hola|abrazo"
    r"|tienes|puedes|podrías|quieres|prefieres|necesitas|dime|dímelo|escríbeme|avisas|contarás"
    r"|cuéntame|perdona|\w{2,}(?:aste|iste|abas|ías)"
    r"|(?:preguntar|decir|hacer|dar|enviar|pedir|agradecer|escribir|molestar)te)\b",
    re.IGNORECASE,
)
FORMAL = re.compile(
    r"\b(usted|ustedes|le|les|se l[oa]s?|su|sus|suy[oa]s?|buenos días|cordial"
    r"|tiene|puede(?!\s(?:que|esperar|hacerlo))|podría(?!\sser)|quiere|prefiere|necesita"
    r"|dígame|escríbame|disculpe"
    r"|(?:preguntar|decir|hacer|dar|enviar|pedir|agradecer|escribir|molestar)le)\b",
    re.IGNORECASE,
)
"""Where "se le" or "su" could speak of somebody else, the friendly letters find other words."""
ONE_COUNTRY = re.compile(
    r"\b(vosotr[oa]s|vuestr[oa]s?|os|móvil|celular|ordenador|computadora|vos|platicar|currículo)\b",
    re.IGNORECASE,
)
GENDERED = re.compile(
    r"\b(estimad|querid|apreciad|encantad|agradecid|interesad|contratad|seleccionad|content"
    r"|ilusionad|convencid|segur|dispuest|list|preparad|entrevistad|candidat)[oa]s?\b"
    r"|[oa]/[oa]\b|\(a\)|@",
    re.IGNORECASE,
)
REPROACH = re.compile(
    r"no he (recibido|tenido|sabido)|sin (respuesta|noticias)|silencio|contestad[oa]\b"
    r"|respondido|como ya le|como ya te|lamento|urgente|cuanto antes|desesperad",
    re.IGNORECASE,
)


@every_name
@both
def test_each_letter_is_written_in_spanish_in_its_own_register(
    name: str, register: Register
) -> None:
    """No letter falls back to English or to the other register, and none has a flaw."""
    key = SHIPPED.key(name, "es", register)
    assert key == Key("es", None if name == "promise-reminder" else register, name)
    review = SHIPPED.review(key)
    assert not review.mistakes
    assert not review.remarks


@every_name
@both
def test_a_letter_can_be_sent_unchanged_in_any_situation(name: str, register: Register) -> None:
    """Nothing is missing, doubled, cut off or too wide, whatever is known and however it ends."""
    for letter in situations():
        rendered = render(name, register, letter)
        whole = f"{rendered.subject}\n{rendered.body}"
        assert not re.search(r"None|\S {2,}\S|[^.]\.\.(?!\.)|\s[,.;:?!]|[{}<>]", whole), whole
        assert all(len(line) <= 72 for line in rendered.body.split("\n")), whole
        assert len(rendered.subject) <= 70, rendered.subject
        for opening, closing in ("¿?", "¡!", "«»", "()"):
            assert whole.count(opening) == whole.count(closing), whole


@every_letter
@both
def test_a_letter_greets_and_closes_as_is_the_custom(name: str, register: Register) -> None:
    """It begins with a greeting and a colon, and ends with closing words and the name."""
    greeting, *_, closing = render(name, register, KNOWN).body.rstrip("\n").split("\n\n")
    formal = register is Register.FORMAL
    assert greeting == ("Buenos días, Dana:" if formal else "Hola, Dana:")
    words = (
        r"(Muchas gracias y u|U)n cordial saludo" if formal else r"(Gracias y u|U)n (saludo|abrazo)"
    )
    assert re.fullmatch(rf"{words},\nRobin Doe", closing)


@every_letter
@both
def test_nobody_is_given_a_name_that_is_not_known(name: str, register: Register) -> None:
    """Without a name the greeting stands alone."""
    first = render(name, register, BARE).body.split("\n")[0]
    assert first == ("Buenos días:" if register is Register.FORMAL else "Hola:")


@every_letter
@both
def test_the_users_own_greeting_wins(name: str, register: Register) -> None:
    """What the user wants to begin with stands first, as they wrote it, and nothing beside it."""
    own = "Estimada Dra. Fox:"
    body = render(name, register, replace(KNOWN, greeting=own)).body
    assert body.startswith(f"{own}\n\n")
    assert "Dana" not in body.replace(own, "")


@every_name
def test_a_formal_letter_says_usted_throughout(name: str) -> None:
    """No informal word slips into it."""
    for letter in situations():
        rendered = render(name, Register.FORMAL, letter)
        said = said_to_the_person(name, f"{rendered.subject}\n{rendered.body}")
        assert not INFORMAL.findall(said), said


@every_name
def test_a_friendly_letter_says_tu_throughout(name: str) -> None:
    """No formal word slips into it."""
    for letter in situations():
        rendered = render(name, Register.FRIENDLY, letter)
        said = said_to_the_person(name, f"{rendered.subject}\n{rendered.body}")
        assert not FORMAL.findall(said), said


@every_name
@both
def test_a_letter_is_at_home_in_every_country(name: str, register: Register) -> None:
    """It has no word that marks its writer as from one side of the ocean."""
    for letter in situations():
        assert not ONE_COUNTRY.search(text_of(name, register, letter))


@every_name
@both
def test_a_letter_tells_nothing_of_the_gender_of_writer_or_reader(
    name: str, register: Register
) -> None:
    """Neither is known, so no adjective and no greeting may depend on it."""
    for letter in situations():
        assert not GENDERED.search(text_of(name, register, letter))


@every_name
@both
def test_nobody_is_reproached_with_silence(name: str, register: Register) -> None:
    """No letter counts what did not come, and none presses."""
    for letter in situations():
        said = said_to_the_person(name, text_of(name, register, letter))
        assert not REPROACH.search(said), said


@every_name
@both
def test_a_decision_date_that_is_only_assumed_is_never_mentioned(
    name: str, register: Register
) -> None:
    """Nobody is held to a day they did not name."""
    assumed = replace(KNOWN, decision_by=None, expected_by=date(2026, 12, 9), so_far=())
    text = text_of(name, register, assumed)
    assert "9 de diciembre" not in text
    assert "Tenía entendido" not in text
    assert "se esperaba" not in text


@pytest.mark.parametrize("name", ["check-in", "network", "hiring-manager", "call"])
@both
def test_a_promised_decision_date_is_mentioned(name: str, register: Register) -> None:
    """Who promised a day is reminded of it in passing."""
    assert "se esperaba para el viernes 11 de diciembre" in text_of(name, register, KNOWN)
