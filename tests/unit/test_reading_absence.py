"""The day of return is read from an absence note, or it is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.absence import Absence, StandIn, Writer, read_absence, return_day

SENT = date(2027, 1, 4)


@pytest.mark.parametrize(
    "note",
    [
        "I will be back on 12 January.",
        "I'll be back in the office on Tuesday, January 12th.",
        "I am returning on 12.01.2027",
        "AUTO: Dana is out of the office (returning 2027-01-12)",
        "I return on the 12th of January, 2027",
        "Available again from 12 January.",
        "I'm out until 11 January and will be back on 12 January.",
        "Ich bin ab dem 12. Januar wieder erreichbar.",
        "Wieder am 12.1. im Büro",
        "Ich bin am Montag weg und zurück am Dienstag, den 12.01.",
        "Je serai de retour le mardi 12 janvier.",
        "De retour à partir du 12 janvier",
        "Regreso el martes 12 de enero de 2027.",
        "Vuelvo el 12 de enero",
    ],
)
def test_back_on_a_day_means_that_day(note: str) -> None:
    """In four languages, with and without the year."""
    assert return_day(note, SENT) == date(2027, 1, 12)


@pytest.mark.parametrize(
    "note",
    [
        "I am out of the office until 12 January.",
        "Away through Tuesday, January 12, 2027",
        "On leave from 5 January to 12 January",
        "I am out from 5 to 12 January.",
        "Ich bin bis zum 12. Januar nicht im Büro.",
        "Vom 5.1. bis einschließlich 12.1. abwesend",
        "Absent jusqu\N{RIGHT SINGLE QUOTATION MARK}au mar. 12 janvier inclus",
        "En congé du 5 au 12 janvier",
        "Estaré fuera hasta el 12 de enero",
        "De vacaciones del 5 al 12 de enero",
    ],
)
def test_until_a_day_means_the_day_after(note: str) -> None:
    """The day named is the last one away."""
    assert return_day(note, SENT) == date(2027, 1, 13)


@pytest.mark.parametrize(
    "note",
    [
        "I am out of the office.",
        "We meet on 12 January.",
        "Out until 05/06.",
        "Out until 31 February.",
        "Out until 12 July.",
        "Back on 1 January 2027.",
        "Out until 3 January 2026",
        "Back on 12 January or back on 14 January",
        "Not available from 12 January.",
        "Ich bin ab dem 12. Januar im Urlaub.",
        "> I will be back on 12 January",
        "",
    ],
)
def test_an_unsure_day_is_no_day(note: str) -> None:
    """No word for it, two readings, two days, the past, too far ahead, or quoted."""
    assert return_day(note, SENT) is None


def test_a_numeric_day_that_reads_one_way_counts() -> None:
    """One side above twelve is the day."""
    assert return_day("until 25/01", SENT) == date(2027, 1, 26)
    assert return_day("until 01/25/2027", SENT) == date(2027, 1, 26)


def test_a_year_is_added_across_new_year() -> None:
    """In December, January is next year's."""
    assert return_day("back on 4 January", date(2026, 12, 21)) == date(2027, 1, 4)


def test_the_day_of_the_note_itself_may_be_the_day() -> None:
    """On or after the day it was sent."""
    assert return_day("back on 4 January", SENT) == SENT


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_day_within_reach_or_none(text: str) -> None:
    """Nothing escapes, and no day lies in the past."""
    for note in (text, f"until {text} 12 January {text} back on 1/{text}"):
        day = return_day(note, SENT)
        assert day is None or day >= SENT


WEDNESDAY = date(2026, 12, 2)
WRITER = "dana@acme.example"


def read(text: str, subject: str = "Automatic reply: Checking in") -> Absence:
    found = read_absence(text, subject, WEDNESDAY, Writer(WRITER))
    return replace(found, is_absence=False)


@pytest.mark.parametrize(
    ("note", "day"),
    [
        ("I am back on Monday.", date(2026, 12, 7)),
        ("Back next Monday!", date(2026, 12, 7)),
        ("I am out of the office until Friday.", date(2026, 12, 5)),
        ("I am on leave from 3 to 7 December.", date(2026, 12, 8)),
        ("I am on parental leave until 31 March.", date(2027, 4, 1)),
        ("I'm out today, back tomorrow.", date(2026, 12, 3)),
        ("I am out of the office today.", date(2026, 12, 3)),
        ("I'm on vacation this week.", date(2026, 12, 5)),
        ("I will be back next week.", date(2026, 12, 7)),
        ("I'm back in two weeks.", date(2026, 12, 16)),
        ("I'll be out through the end of the week.", date(2026, 12, 5)),
        ("I have left for the day and will be back tomorrow.", date(2026, 12, 3)),
        ("Ich bin zurück am Montag.", date(2026, 12, 7)),
        ("Bis einschließlich Freitag bin ich nicht im Büro.", date(2026, 12, 5)),
        ("Ich bin ab Montag wieder für Sie da.", date(2026, 12, 7)),
        ("Am 7. Dezember bin ich wieder im Büro.", date(2026, 12, 7)),
        ("Vom 3. bis 7. Dezember bin ich im Urlaub.", date(2026, 12, 8)),
        ("Ich bin heute nicht mehr im Büro.", date(2026, 12, 3)),
        ("Je suis absent jusqu'au vendredi 4 décembre inclus.", date(2026, 12, 5)),
        ("De retour lundi.", date(2026, 12, 7)),
        ("Je serai de retour lundi prochain.", date(2026, 12, 7)),
        ("En congé du 3 au 7 décembre.", date(2026, 12, 8)),
        ("Je ne suis plus au bureau aujourd'hui.", date(2026, 12, 3)),
        ("Estoy de vacaciones hasta el viernes.", date(2026, 12, 5)),
        ("Vuelvo el lunes.", date(2026, 12, 7)),
        ("Regreso el próximo lunes", date(2026, 12, 7)),
        ("Estaré fuera del 3 al 7 de diciembre.", date(2026, 12, 8)),
        ("Ya no estoy en la oficina hoy.", date(2026, 12, 3)),
    ],
)
def test_a_day_of_return_may_be_a_weekday_or_a_range(note: str, day: date) -> None:
    """Days are read as in promises; nobody in these notes has left for good."""
    assert read(note) == Absence(returns_on=day, stand_in=None, has_left=False)


@pytest.mark.parametrize(
    "note",
    [
        "I am away until further notice.",
        "Ich bin bis auf Weiteres nicht erreichbar.",
        "I left the office early.",
        "Since leaving university I have been busy.",
        "I'm leaving for the day.",
        "I am no longer with the same department.",
        "I have left a message on your phone.",
        "Ich habe das Büro schon verlassen.",
        "J'ai quitté le bureau pour la journée.",
        "He salido de la oficina.",
        "Thank you for contacting Acme. We answer every mail.",
        "You can reach me at dana.private@acme.example.",
        "See https://acme.example/@help for help. Call 030 1234.",
        "Best regards\nDana Fox\ndana@acme.example",
        "> Please contact Max Muster (max@acme.example).",
    ],
)
def test_a_note_may_say_none_of_it(note: str) -> None:
    """Traps: leaving the office, the writer's own addresses, quotes."""
    assert read(note) == Absence(returns_on=None, stand_in=None, has_left=False)


MAX = StandIn("Max Muster", "max@acme.example")


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("In urgent cases please contact Max Muster (max@acme.example).", MAX),
        ("For urgent matters please contact Max Muster at max@acme.example.", MAX),
        ("For urgent matters, please email max@acme.example (Max Muster).", MAX),
        ("Please contact Max Muster, +49 30 1234, max@acme.example.", MAX),
        ("My colleague Max Muster <max@acme.example> covers for me.", MAX),
        ("Please contact\nMax Muster\nmax@acme.example\n\nDana\ndana@acme.example", MAX),
        (
            "In dringenden Fällen wenden Sie sich an meinen Kollegen\nMax Muster\nmax@acme.example",
            MAX,
        ),
        ("My colleague Ana Ruiz will be covering for me.", StandIn("Ana Ruiz", "")),
        (
            "Please contact Max Muster.\n\nBest regards\nDana Fox\n" + WRITER,
            StandIn("Max Muster", ""),
        ),
        ("Please contact our team at hr@acme.example.", StandIn("", "hr@acme.example")),
        (
            "Meine Vertretung übernimmt Frau Kaya, kaya@acme.example, Tel. 030 123456",
            StandIn("Kaya", "kaya@acme.example"),
        ),
        ("Bitte wenden Sie sich an Max Muster.", StandIn("Max Muster", "")),
        (
            "En mon absence, merci de contacter Luc Petit : luc.petit@acme.example",
            StandIn("Luc Petit", "luc.petit@acme.example"),
        ),
        (
            "Ma collègue Julie Roy (julie.roy@acme.example) pourra vous aider.",
            StandIn("Julie Roy", "julie.roy@acme.example"),
        ),
        (
            "En caso de urgencia puede dirigirse a Ana Ruiz (ana@acme.example).",
            StandIn("Ana Ruiz", "ana@acme.example"),
        ),
        (
            "Mi compañera Eva Gil le atenderá: eva@acme.example",
            StandIn("Eva Gil", "eva@acme.example"),
        ),
    ],
)
def test_a_note_names_who_stands_in(note: str, named: StandIn) -> None:
    """Name and address in either order, on one line or the next; never the writer's own."""
    assert read(note).stand_in == named


@pytest.mark.parametrize(
    "note",
    [
        "Dana Fox is no longer with the company.",
        "I have left Acme.",
        "I have left the company.",
        "I have retired.",
        "I no longer work here.",
        "Friday was my last day with the company. I have moved on to a new role.",
        "Frau Fox ist nicht mehr in unserem Unternehmen tätig.",
        "Ich habe das Unternehmen zum 30. November verlassen.",
        "Ich bin seit Oktober im Ruhestand.",
        "Je ne fais plus partie de la société.",
        "Mme Fox a quitté l'entreprise.",
        "Je suis à la retraite.",
        "Ya no trabajo en la empresa.",
        "Dana Fox ha dejado la compañía.",
        "Me he jubilado.",
    ],
)
def test_a_note_says_that_somebody_has_left_for_good(note: str) -> None:
    """No follow-up reaches them again."""
    assert read(note).has_left
    assert read(f"{note} Until 7 December write to hr@acme.example.").returns_on is None


def test_whoever_has_left_may_name_a_successor() -> None:
    """That is whom to write to."""
    note = "I have left the company. Please contact Max Muster at max@acme.example."
    assert read(note) == Absence(returns_on=None, stand_in=MAX, has_left=True)


def test_a_subject_alone_may_tell() -> None:
    """Some notes have no text."""
    assert read("", "Out of office (returning 7 December)").returns_on == date(2026, 12, 7)


def test_back_on_monday_written_on_a_monday_is_a_week_ahead() -> None:
    """The note went out, so nobody is back yet."""
    assert return_day("Back on Monday.", SENT) == date(2027, 1, 11)


@settings(deadline=None)
@given(st.text(max_size=200), st.dates())
def test_any_note_can_be_read(text: str, sent_on: date) -> None:
    """Nothing escapes, whatever is named is clean, and no day lies in the past."""
    for note in (text, f"Please contact {text} (a.b@c.example) or {text}@x.example until {text}"):
        found = read_absence(note, text, sent_on)
        assert found.returns_on is None or found.returns_on >= sent_on
        if found.stand_in is not None:
            assert found.stand_in.name.isprintable()
            assert found.stand_in.address.isprintable()


@pytest.mark.parametrize(
    "piece",
    [
        *("back on ", "from 3 to ", "a@", "a@b.", "A@b.de ", "Please contact Max ", "Max Muster "),
        *("until ", "left the company ", "not (", "back from the the the ", "<mailto:", "(at) "),
        *("For invoices a@b.de; ", "my colleague ", "Max Muster:\n", "return to the ", "1 - 2 - "),
    ],
)
def test_a_hostile_note_takes_no_longer_than_another(piece: str) -> None:
    """Sentences and words are bounded."""
    read("Back on Monday.")
    begun = process_time()
    read((piece * (64 * 1024))[: 64 * 1024])
    assert process_time() - begun < 5
