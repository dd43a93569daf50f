"""`note`: what is written down for oneself, and what a draft to come is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = (
    *("--recruiter", "Dana Fox <dana@acme.example>"),
    *("--interviewer", "Ivy Ito <ivy@acme.example>"),
    *("--decision-by", "4 Dec"),
)
PLANS = "I am travelling from 14 to 18 December"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line with one interview, on Tuesday 1 December 2026 at 10:00."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.add(*PEOPLE)
    return shell


def kinds(shell: Shell) -> list[str]:
    """What has happened, in one word each."""
    return [event["kind"] for event in shell.did("log", "1", "--json").json]


def test_changed_plans_are_said_in_the_next_check_in(shell: Shell) -> None:
    """The command names the draft, and the draft says it (advice row 7)."""
    out = shell.did("note", "1", "--plan", PLANS).out
    assert "The next draft that says it: check-in to Dana Fox (Tue 8 Dec" in out
    assert PLANS[:20] in shell.did("preview", "1", "check-in").out
    assert f"“{PLANS}”" in shell.did("show", "1").out
    assert shell.did("show", "1", "--json").json["changed_plans"] == PLANS


@pytest.mark.parametrize("nothing", ["", "none", " None "])
def test_changed_plans_are_taken_back(shell: Shell, nothing: str) -> None:
    """Once; there must be some."""
    shell.did("note", "1", "--plan", PLANS)
    shell.did("note", "1", "--plan", nothing)
    assert shell.did("show", "1", "--json").json["changed_plans"] is None
    assert shell.run("note", "1", "--plan", nothing).code == 1
    assert kinds(shell) == ["added", "plans_changed", "plans_changed"]


def test_a_topic_is_said_in_the_letter_to_that_person(shell: Shell) -> None:
    """The thank-you to whom it was talked with, and to nobody else."""
    out = shell.did("note", "1", "--topic", "the move to Postgres", "--with", "ivy").out
    assert "you talked with Ivy Ito" in out
    assert "thank-you to Ivy Ito" in out
    assert shell.did("show", "1", "--json").json["topics"] == {
        "ivy@acme.example": "the move to Postgres"
    }
    shell.did("note", "1", "--topic", "none", "--with", "ivy")
    assert shell.did("show", "1", "--json").json["topics"] == {}
    assert shell.run("note", "1", "--topic", "none", "--with", "ivy").code == 1


def test_a_topic_that_no_planned_draft_says_leads_to_those_that_can(shell: Shell) -> None:
    """The user is not left to wonder where it went."""
    shell.did("close", "1")
    out = shell.did("note", "1", "--topic", "the move to Postgres", "--with", "dana").out
    assert "No draft that is planned says it" in out
    assert "followupd draft 1 --list" in out


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--topic", "Postgres"],
        ["--with", "Dana"],
        ["--topic", "Postgres", "--with", "nobody"],
        ["--plan", PLANS, "--topic", "Postgres", "--with", "Dana"],
        ["brought the portfolio", "--plan", PLANS],
    ],
)
def test_half_a_note_and_two_notes_at_once_are_wrong_usage(shell: Shell, argv: list[str]) -> None:
    """Nothing is recorded."""
    assert shell.run("note", "1", *argv).code == 2
    assert kinds(shell) == ["added"]


def test_a_template_that_does_not_work_does_not_lose_the_note(shell: Shell) -> None:
    """`check` tells of the template; the note is kept."""
    folder = shell.config.parent / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "check-in.j2").write_text("{% block subject %}{{ nobdy }}{% endblock %}")
    shell.did("note", "1", "--plan", PLANS)
    assert kinds(shell)[-1] == "plans_changed"


def test_a_note_from_anywhere_cannot_write_on_the_terminal(shell: Shell) -> None:
    """Control characters do not reach the screen."""
    shell.did("note", "1", "--plan", "I move \x1b[2J\r\nto Hamburg")
    for argv in (["show", "1"], ["list"], ["log", "1"]):
        assert "\x1b" not in shell.did(*argv).out
