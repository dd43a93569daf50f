"""The day of return is read from an absence note, or it is not known."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.absence import return_day

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
        "Back on Monday.",
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
