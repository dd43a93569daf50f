"""`edit`: what is recorded of an interview is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from pathlib import Path

DANA_FOX = ("--recruiter", "Dana Fox <dana@acme.example>")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def values(shell: Shell, number: int = 1) -> Any:
    """What is recorded, as JSON."""
    return shell.did("edit", str(number), "--json").json


def kinds(shell: Shell, number: int = 1) -> list[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", str(number), "--json").json]


def test_without_a_change_it_is_shown_with_how_to_change_it(shell: Shell) -> None:
    """Every value with its option; nothing is recorded."""
    shell.add(*DANA_FOX, "--promise", "Fri: the writing sample")
    shown = shell.did("edit", "1").out
    for words in (
        "1: Acme, Engineer",
        "--company C",
        "Mon 30 Nov, 14:00",
        "--held WHEN",
        "assumed: nobody promised a day",
        "formal (your usual one)",
        "the usual one",
        "Fri 4 Dec: the writing sample",
        "--drop-promise 1",
        "followupd person 1",
    ):
        assert words in shown
    assert kinds(shell) == ["added"]


def test_it_is_printed_for_programs(shell: Shell) -> None:
    """Absent values are null, a promise that was dropped says so."""
    shell.add("--promise", "Fri: the sample", "--promise", "Sat: the report")
    shell.did("edit", "1", "--drop-promise", "2")
    assert values(shell) == {
        "id": 1,
        "company": "Acme",
        "role": "Engineer",
        "held_at": "2026-11-30T14:00:00+01:00",
        "decision_by": None,
        "language": "en",
        "register": None,
        "cadence": None,
        "final": False,
        "round_of": None,
        "promises": [
            {"number": 1, "on": "2026-12-04", "what": "the sample", "dropped": False},
            {"number": 2, "on": "2026-12-05", "what": "the report", "dropped": True},
        ],
    }


def test_every_value_can_be_put_right_at_once(shell: Shell) -> None:
    """What was, what is, and what follows are said; one event holds the values."""
    shell.configure(CONFIG + '[cadences.brisk]\nsilent_after = "3 business days"\n')
    shell.add(*DANA_FOX)
    result = shell.did(
        "edit", "1", "--company", "Acme Labs", "--role", "Lead", "--language", "de",
        "--register", "friendly", "--cadence", "brisk", "--final", "--decision-by", "Fri",
    )  # fmt: skip
    assert "Company: Acme Labs; before: Acme." in result.out
    assert "Register: friendly; before: the usual one." in result.out
    assert "Last round: yes; before: no." in result.out
    assert "the decision is promised for Fri 4 Dec, in 3 working days" in result.out
    assert "Acme Labs, Lead is waiting: the promised decision date is Fri 4 Dec." in result.out
    found = values(shell)
    assert (found["company"], found["role"], found["language"]) == ("Acme Labs", "Lead", "de")
    assert (found["register"], found["cadence"], found["final"]) == ("friendly", "brisk", True)
    assert found["decision_by"] == "2026-12-04"
    assert kinds(shell) == ["added", "interview_edited", "decision_moved"]
    shell.did("edit", "1", "--not-final", "--cadence", "")
    assert (values(shell)["final"], values(shell)["cadence"]) == (False, None)


def test_only_what_differs_is_recorded(shell: Shell) -> None:
    """What is so already is no change; nothing but that is an error."""
    shell.add(*DANA_FOX, "--decision-by", "Fri")
    shell.did("edit", "1", "--company", "Acme", "--role", "Lead")
    edited = shell.did("log", "1", "--json").json[-1]
    assert (edited["company"], edited["role"]) == (None, "Lead")
    refused = shell.run(
        "edit", "1", "--role", "Lead", "--decision-by", "Fri", "--held", "2026-11-30 14:00"
    )
    assert refused.code == 1
    assert "nothing changes" in refused.err
    assert kinds(shell) == ["added", "interview_edited"]


def test_an_interview_can_have_been_held_at_another_time(shell: Shell) -> None:
    """The assumed decision date moves with it."""
    shell.add(*DANA_FOX)
    result = shell.did("edit", "1", "--held", "2026-11-24 9:30")
    assert "Held: Tue 24 Nov, 09:30; before: Mon 30 Nov, 14:00." in result.out
    assert "the assumed decision date is Tue 1 Dec" in result.out
    assert values(shell)["held_at"] == "2026-11-24T09:30:00+01:00"
    assert kinds(shell) == ["added", "interview_moved"]


def test_a_weekday_is_the_next_one_for_an_interview_that_lies_ahead(shell: Shell) -> None:
    """And the last one for an interview that is over."""
    shell.add(held="2026-12-02 10:00")
    shell.did("edit", "1", "--held", "Thu 9:00")
    assert values(shell)["held_at"] == "2026-12-03T09:00:00+01:00"
    shell.add(held="2026-11-30 10:00", company="Globex")
    assert "noon is assumed" in shell.did("edit", "2", "--held", "Fri").out
    assert values(shell, 2)["held_at"] == "2026-11-27T12:00:00+01:00"


def test_a_decision_before_the_new_time_no_longer_holds(shell: Shell) -> None:
    """That is said; a new one may be given along with the time."""
    shell.add(held="2026-12-02 10:00", company="Acme")
    shell.did("edit", "1", "--decision-by", "2026-12-04")
    moved = shell.did("edit", "1", "--held", "2026-12-09 10:00")
    assert "promised for Fri 4 Dec, before it; that no longer holds" in moved.out
    assert values(shell)["decision_by"] is None
    shell.did("edit", "1", "--held", "2026-12-10 10:00", "--decision-by", "2026-12-11")
    assert values(shell)["decision_by"] == "2026-12-11"
    refused = shell.run("edit", "1", "--held", "2026-12-14 10:00", "--decision-by", "2026-12-11")
    assert refused.code == 2
    assert "before the interview" in refused.err
    assert values(shell)["held_at"] == "2026-12-10T10:00:00+01:00"


def test_promises_are_made_and_dropped_by_their_numbers(shell: Shell) -> None:
    """Counted from one, as they are shown; a dropped one is not shown again."""
    shell.add(*DANA_FOX, "--promise", "Fri: the sample")
    made = shell.did("edit", "1", "--promise", "Sat: the report")
    assert "you promised, for Sat 5 Dec, in 3 working days: the report" in made.out
    assert "no longer holds: the sample" in shell.did("edit", "1", "--drop-promise", "1").out
    shown = shell.did("edit", "1").out
    assert "the sample" not in shown
    assert "--drop-promise 2" in shown
    for number in ("0", "1", "3"):
        refused = shell.run("edit", "1", "--drop-promise", number)
        assert refused.code == 2
        assert f"no promise {number}" in refused.err
    steps = {(s["step"], s["state"]) for s in shell.did("plan", "1", "--json").json}
    assert ("promise", "planned") in steps


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--company", "?"), 2, "--company"),
        (("--role", ""), 2, "--role"),
        (("--language", "German"), 2, "--language"),
        (("--register", "rude"), 2, "--register"),
        (("--cadence", "brisk"), 2, "--cadence"),
        (("--held", "whenever"), 2, "--held"),
        (("--decision-by", "2026-11-29"), 2, "before the interview"),
        (("--promise", "Fri"), 2, "--promise"),
        (("--final", "--not-final"), 2, "exclude each other"),
        (("--rôle", "x"), 2, "--role"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    shell: Shell, options: tuple[str, ...], code: int, words: str
) -> None:
    """Not even the part that could be."""
    shell.add(*DANA_FOX)
    result = shell.run("edit", "1", "--role", "Lead", *options)
    assert result.code == code
    assert words in result.err
    assert kinds(shell) == ["added"]


def test_a_closed_interview_is_promised_no_decision(shell: Shell) -> None:
    """As after `decision`; its name can still be put right."""
    shell.add(*DANA_FOX)
    shell.did("close", "1")
    refused = shell.run("edit", "1", "--decision-by", "Fri")
    assert refused.code == 1
    assert "reopen" in refused.err
    shell.did("edit", "1", "--role", "Lead")
    assert values(shell)["role"] == "Lead"


def test_an_interview_that_is_not_there_cannot_be_edited(shell: Shell) -> None:
    """Nor shown."""
    for argv in (("edit", "7"), ("edit", "7", "--role", "Lead"), ("edit", "7", "--json")):
        result = shell.run(*argv)
        assert result.code == 1
        assert "no interview 7" in result.err


def test_what_is_typed_is_cleaned_before_it_is_stored(shell: Shell) -> None:
    """And before it is shown."""
    shell.add(*DANA_FOX)
    result = shell.did("edit", "1", "--role", "Lead\x1b[2J\u202e\nX", "--promise", "Fri: a\x07b")
    assert values(shell)["role"] == "Lead [2J X"
    assert values(shell)["promises"][0]["what"] == "a b"
    assert "\x1b" not in result.out
