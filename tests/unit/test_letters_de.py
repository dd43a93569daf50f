"""What the German letters say in each situation, from the thank-you to the last note."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from followupd.domain.interview import Part, Register
from followupd.writing.letter import Deed, Happening, Hours
from tests.support.german import BARE, BOTH, FULL, NAMES, ROLE, german, situations, text_of, written

TELL_THE_PLANS = ("check-in", "check-in-final", "hiring-manager", "senior", "call")
TELL_THE_CALL = ("check-in", "check-in-final", "hiring-manager", "call")
TELL_THE_ABSENCE = ("check-in", "check-in-final", "hiring-manager", "call")
TELL_THE_DECISION = ("check-in", "network", "hiring-manager", "call")


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("topic", [None, "die Migration"])
def test_people_of_one_panel_get_different_words(register: Register, topic: str | None) -> None:
    """Colleagues who compare their thank-yous find no two alike, and neighbours share nothing."""
    panel = [
        replace(
            german(FULL, register),
            person_part=Part.INTERVIEWER,
            panel_index=index,
            panel_size=12,
            topic=topic,
        )
        for index in range(12)
    ]
    bodies = [written("thank-you", letter).body for letter in panel]
    assert len(set(bodies)) == 12
    for body, following in pairwise(bodies):
        assert not set(body.split("\n\n")[1:-1]) & set(following.split("\n\n")[1:-1])


@pytest.mark.parametrize("register", BOTH)
def test_a_recruiter_is_thanked_in_words_of_their_own(register: Register) -> None:
    """They made the interview possible; the interviewers held it."""
    letter = replace(german(FULL, register), person_part=Part.RECRUITER)
    others = replace(letter, person_part=Part.INTERVIEWER)
    assert text_of("thank-you", letter) != text_of("thank-you", others)
    assert "möglich gemacht" in text_of("thank-you", letter)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("topic", ["die Migration", "den Umbau", "wie der Umbau gelang"])
@pytest.mark.parametrize("name", ["thank-you", "share-article", "introduction"])
def test_a_topic_stands_after_a_colon_where_any_words_fit(
    name: str, topic: str, register: Register
) -> None:
    """A noun in the accusative, as after `wir sprachen über`, and a clause both read right."""
    for part in (Part.INTERVIEWER, Part.RECRUITER):
        letter = replace(german(FULL, register), person_part=part)
        for index in range(3):
            told = replace(letter, topic=topic, panel_index=index)
            assert f": {topic}." in text_of(name, told)
            assert topic not in text_of(name, replace(told, topic=None))


@pytest.mark.parametrize("register", BOTH)
def test_a_thank_you_names_no_day(register: Register) -> None:
    """It may be sent a day later."""
    for letter in situations():
        text = text_of("thank-you", replace(letter, register=register))
        assert not re.search(r"\bheute|gestern|vorhin|Dezember|\d", text)


@pytest.mark.parametrize("register", BOTH)
def test_a_check_in_says_who_where_when_and_asks_what_is_to_be_asked(register: Register) -> None:
    """Advice row 7: all of its facts and all of its questions are there."""
    text = text_of("check-in", german(FULL, register))
    for fact in (
        "Robin Doe",
        f"Position „{ROLE}“ bei Acme",
        "am Dienstag, 1. Dezember.",
        "bis Freitag, 11. Dezember, geplant",
        "Hat sich die Entscheidung verschoben",
    ):
        assert fact in text
    assert re.search("wie der Stand ist|wie es steht", text)
    assert re.search("weiterhin infrage|noch im Rennen", text)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_a_decision_date_that_is_only_assumed_is_never_mentioned(
    name: str, register: Register
) -> None:
    """Nobody is held to a day they did not name."""
    letter = replace(german(FULL, register), so_far=())
    assumed = text_of(name, replace(letter, decision_by=None))
    assert "11. Dezember" not in assumed
    assert ("11. Dezember" in text_of(name, letter)) is (name in TELL_THE_DECISION)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", TELL_THE_PLANS)
def test_a_change_in_the_users_plans_is_mentioned(name: str, register: Register) -> None:
    """In their own words, with an end to the sentence."""
    letter = german(FULL, register)
    told = text_of(name, replace(letter, changed_plans="Ab Mai bin ich in Wien"))
    assert ": Ab Mai bin ich in Wien. " in told
    assert "eigenen Pl" not in text_of(name, letter)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", TELL_THE_CALL)
def test_a_call_that_was_announced_is_mentioned_without_reproach(
    name: str, register: Register
) -> None:
    """The user may have missed it."""
    letter = german(FULL, register)
    told = text_of(name, replace(letter, call_promised_on=date(2026, 12, 14)))
    assert "Für Montag, 14. Dezember, war ein Anruf vorgesehen. Falls ich ihn verpasst" in told
    assert "vorgesehen" not in text_of(name, letter)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", TELL_THE_ABSENCE)
def test_a_stand_in_reads_why_they_are_written_to(name: str, register: Register) -> None:
    """They are told who is away."""
    letter = german(replace(FULL, person_name="Max Muster"), register)
    told = text_of(name, replace(letter, stands_in_for="Toni Berg"))
    assert re.search(r"Toni Berg ist (?:zurzeit abwesend|gerade nicht da), deshalb", told)
    assert "deshalb" not in text_of(name, letter)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("name", ["hiring-manager", "senior"])
def test_whoever_was_asked_before_is_named_and_only_when_there_was_one(
    name: str, register: Register
) -> None:
    """Nobody is passed over in secret."""
    letter = german(FULL, register)
    assert "Kim Lee" in text_of(name, letter)
    alone = text_of(name, replace(letter, recruiter_name=None))
    assert not re.search(r"gewandt|zugegangen|auch .* gefragt", alone)


@pytest.mark.parametrize("register", BOTH)
@pytest.mark.parametrize("what", ["das Gutachten", "den Bericht schicken", "Links!", "a b " * 60])
def test_a_promise_stands_in_the_users_own_words(what: str, register: Register) -> None:
    """On lines of its own, unchanged, with the word at which mail programs ask for a file."""
    body = written("promise", replace(german(FULL, register), promise_what=what)).body
    paragraph = next(part for part in body.split("\n\n") if part.startswith("    "))
    assert " ".join(paragraph.split()) == what.strip()
    assert "Anhang" in body


def test_a_reminder_says_what_is_promised_to_whom_and_for_when() -> None:
    """It names the day, since a sheet may be read later than it was written."""
    rendered = written("promise-reminder", german(FULL))
    assert rendered.subject == "Zugesagt für Freitag, 4. Dezember: Dana Fox"
    assert "\nWas: writing sample\nAn: Dana Fox (Acme)\n" in rendered.body
    assert "morgen" not in rendered.body
    undated = written("promise-reminder", german(BARE))
    assert undated.subject == "Erinnerung an eine Zusage: Acme"


@pytest.mark.parametrize("register", BOTH)
def test_after_the_last_round_one_simple_thing_is_asked(register: Register) -> None:
    """Advice row 10: there is one question in the letter."""
    text = text_of("check-in-final", german(replace(FULL, is_final=True), register))
    assert re.search(r"Frage: Brauch(?:en Sie|t ihr) .* noch etwas von mir\?", text)
    assert text.count("?") == 1


@pytest.mark.parametrize("register", BOTH)
def test_an_article_is_a_present_with_or_without_a_link(register: Register) -> None:
    """Nothing is asked for in return."""
    letter = german(FULL, register)
    link = "https://journal.example/" + "a-b/" * 30
    linked = written("share-article", replace(letter, link=link)).body
    assert f"\n    „Sagas, zehn Jahre danach“\n    {link}\n" in linked
    plain = written("share-article", letter).body
    assert "\n    „Sagas, zehn Jahre danach“\n\n" in plain
    assert "schicke ich" in plain
    assert "?" not in linked + plain


@pytest.mark.parametrize("register", BOTH)
def test_a_reference_learns_of_the_last_round(register: Register) -> None:
    """The words are true of an earlier round, too."""
    letter = german(FULL, register)
    assert "das letzte Gespräch" in text_of("references", replace(letter, is_final=True))
    assert "mein Gespräch" in text_of("references", letter)


def test_a_call_sheet_holds_number_hours_history_and_both_scripts() -> None:
    """Advice row 14: everything needed beside the telephone, in words of German."""
    body = written("call", german(FULL)).body
    text = " ".join(body.split())
    assert "Mit: Dana Fox (zuständige Führungskraft)\n" in body
    assert "Nummer: +49 30 1234567\n" in body
    assert "09:30 bis 11:30 Uhr (Zeitzone America/New_York), hier 15:30 bis 17:30 Uhr." in text
    for line in (
        "- Dienstag, 1. Dezember: Vorstellungsgespräch",
        "- Mittwoch, 2. Dezember: Dank an Dana Fox",
        "- Donnerstag, 3. Dezember: Nachricht von Dana Fox",
        "- Freitag, 4. Dezember: eigene Nachricht an Dana Fox",
        "- Donnerstag, 10. Dezember: Anruf",
        "- Dienstag, 15. Dezember: Entwurf gelöscht: Nachfrage an Kim Lee",
        "- They use Python and PostgreSQL.",
    ):
        assert f"\n{line}\n" in body
    assert body.index("WENN JEMAND ABNIMMT") < body.index("AUF DEM ANRUFBEANTWORTER")
    assert "„followupd called“" in text
    for script in (
        "Guten Tag, mein Name ist Robin Doe; spreche ich mit",
        "Guten Tag, hier spricht",
    ):
        assert f"\n    „{script}" in body


def test_a_call_sheet_says_what_is_not_known_and_leaves_out_what_is_the_same() -> None:
    """No number, no hours, no history; hours in the user's own zone are told once."""
    body = written("call", german(BARE)).body
    assert "Nummer: nicht notiert." in body
    assert "BISHER" not in body
    assert "NOTIZEN" not in body
    near = replace(german(BARE), hours=Hours("09:30", "11:30", "Europe/Berlin"))
    assert "\nZeit: 09:30 bis 11:30 Uhr (Zeitzone Europe/Berlin).\n" in written("call", near).body
    unplaced = replace(near, hours=Hours("09:30", "11:30"))
    assert "\nZeit: 09:30 bis 11:30 Uhr.\n" in written("call", unplaced).body


def test_a_call_sheet_names_a_step_of_the_users_own_as_they_do() -> None:
    """A cadence may have steps that German has no word for here."""
    so_far = (Happening(date(2026, 12, 2), Deed.DRAFT_SENT, "", "gentle-nudge"),)
    body = written("call", replace(german(FULL), so_far=so_far)).body
    assert "\n- Mittwoch, 2. Dezember: gentle-nudge\n" in body
