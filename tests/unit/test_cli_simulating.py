"""`cadence` and `simulate`: looking ahead, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.store import Store
from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = (
    *("--recruiter", "Dana Fox <dana@acme.example>"),
    *("--hiring-manager", "Henry Hall <henry@acme.example>"),
)

OWN = """
[cadences.short]
[[cadences.short.steps]]
name = "ask"
after = "decision"
wait = "1 business day"
to = ["recruiter"]
template = "check-in"
[[cadences.short.steps]]
name = "done"
after = "previous"
wait = "2 business days"
closes = true
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def events(shell: Shell, *options: str) -> list[tuple[str, str, str | None]]:
    """What would happen to interview 1: day, kind, step."""
    played = shell.did("simulate", "1", "--json", *options).json
    return [(each["at"][:10], each["what"], each["step"]) for each in played["events"]]


# ---- cadence


def test_cadence_lists_the_usual_one_and_those_of_the_users_own(shell: Shell) -> None:
    """With their steps; the usual one has no name."""
    shell.configure(CONFIG + OWN)
    listed = shell.did("cadence", "list", "--json").json
    assert [(each["name"], each["usual"]) for each in listed] == [(None, True), ("short", False)]
    assert listed[1]["steps"] == ["ask", "done"]
    assert "ask, done" in shell.did("cadence").out


def test_cadence_show_gives_a_day_for_every_step(shell: Shell) -> None:
    """The built-in plan for a decision on Friday 4 December, while nobody answers."""
    shown = shell.did("cadence", "show", "--from", "2026-12-04", "--json").json
    days = {step["step"]: step["at"][:10] for step in shown["steps"]}
    assert shown["held_on"] == "2026-11-27"
    assert days == {
        "thank-you": "2026-11-27",
        "references": "2026-11-30",
        "check-in": "2026-12-08",
        "network": "2026-12-11",
        "hiring-manager": "2026-12-16",
        "call": "2026-12-21",
        "move-on": "2027-01-04",
    }


def test_cadence_show_says_what_each_wait_counts_from(shell: Shell) -> None:
    """And that it counts from the day on which the step before was really done."""
    said = shell.did("cadence", "show", "--from", "4 Dec").out
    assert "2 working days after the" in said
    assert "Tue 8 Dec, 09:00" in said
    assert "Each wait counts from the day on which the step before was really sent" in said


def test_cadence_show_takes_the_day_of_the_interview(shell: Shell) -> None:
    """The thank-you is then on that day."""
    options = ("--from", "2026-12-11", "--held", "2026-12-03", "--json")
    shown = shell.did("cadence", "show", *options).json
    assert shown["steps"][0]["at"] == "2026-12-03T14:00:00+01:00"


def test_cadence_show_knows_a_cadence_of_the_users_own(shell: Shell) -> None:
    """By its name; another name is answered with the nearest."""
    shell.configure(CONFIG + OWN)
    shown = shell.did("cadence", "show", "short", "--from", "2026-12-04", "--json").json
    assert [step["at"][:10] for step in shown["steps"]] == ["2026-12-07", "2026-12-09"]
    wrong = shell.run("cadence", "show", "shrot")
    assert wrong.code == 2
    assert '"short"' in wrong.err


def test_a_decision_before_the_interview_is_refused(shell: Shell) -> None:
    """The two dates are named."""
    wrong = shell.run("cadence", "show", "--from", "2026-12-04", "--held", "2026-12-09")
    assert wrong.code == 2
    assert "before the interview" in wrong.err


# ---- simulate


def test_simulate_plays_silence_to_the_end(shell: Shell) -> None:
    """Every draft is sent, the call made, the interview closed."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = events(shell)
    laid = [(day, step) for day, what, step in played if what == "draft laid"]
    assert laid == [
        ("2026-12-01", "thank-you"),
        ("2026-12-08", "check-in"),
        ("2026-12-11", "hiring-manager"),
        ("2026-12-16", "call"),
    ]
    assert played[-1] == ("2026-12-30", "closed", "move-on")


def test_simulate_prints_weekdays_and_reasons_and_says_how_it_would_end(shell: Shell) -> None:
    """A table, and a word on what was assumed."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    said = " ".join(shell.did("simulate", "1").out.split())
    assert "what would happen if nobody answers, and you send each draft" in said
    assert "Nothing of it is stored." in said
    assert "Tue 8 Dec, 09:00 laid into Drafts: check-in" in said
    assert "So it would stand on Wed 30 Dec, 09:00:" in said
    assert "Acme, Engineer is closed since Wed 30 Dec, 09:00" in said


def test_simulate_stores_nothing(shell: Shell) -> None:
    """Not an event more is there afterwards."""
    shell.add(*PEOPLE)
    store = Store.open(shell.database)
    before = store.last_event_id()
    shell.did("simulate", "1", "--answer-on", "3:rejection", "--absent", "today..2026-12-20")
    assert store.last_event_id() == before
    store.close()


def test_simulate_answers_on_a_working_day(shell: Shell) -> None:
    """Six working days from Tuesday 1 December are Wednesday 9 December."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = events(shell, "--answer-on", "6:next-round")
    assert ("2026-12-09", "answer", None) in played
    assert ("2026-12-09", "task due", "next-round") in played
    assert "hiring-manager" not in [step for _, _, step in played]


def test_simulate_moves_the_step_behind_an_absence(shell: Shell) -> None:
    """Dana is back on Tuesday 15 December, and is written to on the day after."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = events(shell, "--absent", "2026-12-07..2026-12-15")
    assert ("2026-12-07", "absence note", None) in played
    assert ("2026-12-16", "draft laid", "check-in") in played


def test_simulate_shows_what_waits_while_drafts_are_ignored(shell: Shell) -> None:
    """The ladder does not go past the check-in."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = shell.did("simulate", "1", "--ignore-drafts", "--json").json
    assert played["at_rest"]
    assert played["status"] == "silent"
    assert played["waits_for"][0]["step"] == "check-in"
    assert "waits in Drafts" in shell.did("simulate", "1", "--ignore-drafts").out


def test_simulate_closes_though_every_draft_is_deleted(shell: Shell) -> None:
    """Deleting means no, and the plan goes on."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = events(shell, "--delete-drafts")
    assert "draft sent" not in [what for _, what, _ in played]
    assert played[-1][1] == "closed"


def test_simulate_looks_only_so_far(shell: Shell) -> None:
    """Within three days there is the thank-you, and the rest is told to come."""
    shell.add(*PEOPLE, "--decision-by", "2026-12-04")
    played = shell.did("simulate", "1", "--days", "3", "--json").json
    assert not played["at_rest"]
    assert "Next, Tue 8 Dec" in shell.did("simulate", "1", "--days", "3").out


def test_simulate_plays_interviews_with_the_same_people_along(shell: Shell) -> None:
    """What goes to Dana for the other role moves the check-in of this one."""
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "2026-12-04")
    shell.add(*PEOPLE, "--decision-by", "2026-12-04", held="2026-11-27 09:00", company="Globex")
    said = shell.did("simulate", "2").out
    assert "1 other interview shares people or the company with it" in said
    played = shell.did("simulate", "2", "--json").json["events"]
    check_in = next(each for each in played if each["step"] == "check-in")
    assert check_in["at"][:10] > "2026-12-08"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--answer-on", "soon"), "--answer-on"),
        (("--answer-on", "3:rejectoin"), "rejection"),
        (("--answer-on", "99999"), "--answer-on"),
        (("--absent", "tomorrow"), "--absent"),
        (("--absent", "2026-12-20..2026-12-10"), "ends before it begins"),
        (("--days", "0"), "--days"),
        (("--days", "-1"), "--days"),
        (("--ignore-drafts", "--delete-drafts"), "--delete-drafts"),
    ],
)
def test_what_cannot_be_assumed_is_refused(
    shell: Shell, options: tuple[str, ...], named: str
) -> None:
    """The option is named."""
    shell.add(*PEOPLE)
    wrong = shell.run("simulate", "1", *options)
    assert wrong.code == 2
    assert named in wrong.err


def test_an_answer_before_the_interview_is_refused(shell: Shell) -> None:
    """Nobody answers what has not been held."""
    shell.add(*PEOPLE, held="2026-12-10 10:00")
    wrong = shell.run("simulate", "1", "--answer-on", "2")
    assert wrong.code == 2
    assert "Thu 10 Dec" in wrong.err


def test_nobody_can_answer_where_nobody_is_named(shell: Shell) -> None:
    """The command that names somebody is told."""
    shell.add()
    wrong = shell.run("simulate", "1", "--answer-on", "2")
    assert wrong.code == 1
    assert "followupd person 1 add" in wrong.err


def test_an_unknown_interview_is_said_to_be_none(shell: Shell) -> None:
    """As everywhere."""
    shell.add()
    wrong = shell.run("simulate", "7")
    assert wrong.code == 1
    assert "7" in wrong.err
