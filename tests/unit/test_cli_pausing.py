"""`pause` and `resume`: what is held back meanwhile is named, promises first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.store import Store
from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = (
    *("--recruiter", "Dana Fox <dana@acme.example>"),
    *("--decision-by", "4 Dec"),
    *("--promise", "2026-12-03: the writing sample"),
)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line with one interview, on Tuesday 1 December 2026 at 10:00."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    shell.add(*PEOPLE)
    shell.did("skip", "1")
    return shell


def due(shell: Shell, step: str) -> str | None:
    """When a step is due."""
    steps = shell.did("plan", "1", "--json").json
    found: str | None = next(each["due"] for each in steps if each["step"] == step)
    return found


def test_a_pause_names_what_falls_into_it_promises_first(shell: Shell) -> None:
    """By day, step and interview; what comes after it is not named."""
    lines = shell.did("pause", "15 Dec").out.splitlines()
    assert "before Tue 15 Dec, 09:00" in lines[0]
    assert lines[1] == (
        "Your promise, yours to keep, for Thu 3 Dec: the writing sample, to Dana Fox "
        "(interview 1: Acme, Engineer)."
    )
    assert lines[2] == "Held back: Tue 8 Dec, check-in to Dana Fox (interview 1: Acme, Engineer)."
    assert len(lines) == 4
    assert due(shell, "check-in") == "2026-12-15T09:00:00+01:00"
    assert "promise" not in shell.did("pause", "3 Dec").out


def test_a_pause_of_which_nothing_falls_into_says_so(shell: Shell) -> None:
    """Until a moment of the same day, for instance."""
    out = shell.did("pause", "today 15:00").out
    assert "before Tue 1 Dec, 15:00" in out
    assert "Nothing was to be laid meanwhile." in out


def test_a_pause_without_an_end_holds_everything(shell: Shell) -> None:
    """`list`, `show` and `plan` say so until it is taken back."""
    assert "until `followupd resume`" in shell.did("pause").out
    assert due(shell, "check-in") is None
    for argv in (["list"], ["show", "1"], ["plan", "1"]):
        assert "Everything is paused" in shell.did(*argv).out
    assert "Everything is paused" in shell.did("decision", "1", "11 Dec").out
    shell.did("resume")
    for argv in (["list"], ["show", "1"], ["plan", "1"]):
        assert "paused" not in shell.did(*argv).out


def test_a_pause_that_is_over_is_not_spoken_of(shell: Shell) -> None:
    """Nor can it be ended."""
    shell.did("pause", "8 Dec")
    shell.at("2026-12-08 09:00")
    assert "paused" not in shell.did("list").out
    refused = shell.run("resume")
    assert refused.code == 1
    assert "nothing is paused" in refused.err


def test_to_resume_tells_what_is_due_now_and_else_what_is_next(shell: Shell) -> None:
    """The promise whose day has passed meanwhile is the first to come."""
    shell.did("pause")
    assert "Next: Thu 3 Dec, promise to Dana Fox" in shell.did("resume").out
    shell.did("pause")
    shell.at("2026-12-09 10:00")
    assert shell.did("resume").out.splitlines() == [
        "Resumed.",
        (
            "Due now: your promise for Thu 3 Dec: the writing sample, to Dana Fox "
            "(interview 1: Acme, Engineer)."
        ),
    ]


def test_a_pause_may_not_end_before_it_begins(shell: Shell) -> None:
    """A day that has passed, and what is no day, are wrong usage."""
    for until in ("yesterday", "today 9:59", "soon"):
        refused = shell.run("pause", until)
        assert refused.code == 2
        assert "UNTIL" in refused.err
    store = Store.open(shell.database)
    with store.look() as reading:
        assert reading.paused() is None
    store.close()


def test_another_pause_takes_the_place_of_the_first(shell: Shell) -> None:
    """What is held back is told as if there were none yet."""
    shell.did("pause")
    assert "check-in to Dana Fox" in shell.did("pause", "9 Dec").out
    assert due(shell, "check-in") == "2026-12-09T09:00:00+01:00"


def test_days_off_are_no_pause(shell: Shell) -> None:
    """They are the user's, planned around, and nothing to be resumed."""
    shell.configure(CONFIG.replace("[[acc", 'days_off = ["2026-12-01 to 2026-12-04"]\n[[acc', 1))
    assert "paused" not in shell.did("list").out
    assert shell.run("resume").code == 1


def test_what_comes_too_late_after_a_pause_is_told_to_be_left_out(shell: Shell) -> None:
    """A thank-you of last week is none any more, so nobody counts on it."""
    shell.did("close", "1")
    shell.add("--recruiter", "Rae Roe <rae@globex.example>", company="Globex")
    short = shell.did("pause", "tomorrow").out
    assert "Held back: Mon 30 Nov, thank-you to Rae Roe (interview 2: Globex, Engineer)." in short
    long = shell.did("pause", "Fri").out
    assert "Left out for it: Mon 30 Nov, thank-you to Rae Roe" in long
    assert "too late" in long


def test_the_list_says_of_what_is_held_back_that_it_is_paused(shell: Shell) -> None:
    """An empty line would look as if nothing were to come."""
    shell.did("pause")
    assert "waiting  paused" in shell.did("list").out
