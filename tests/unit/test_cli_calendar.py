"""`calendar`: the days to come, shown, as JSON, and as a file for any calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ical.calendar_stream import IcsCalendarStream

from tests.support.cli import CONFIG, Shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A command line of its own, on Tuesday 1 December 2026 at 10:00, with one interview."""
    shell = Shell.make(tmp_path, monkeypatch, capsys)
    monkeypatch.chdir(tmp_path)
    shell.add("--recruiter", "Dana Fox <dana@acme.example>", "--decision-by", "4 Dec")
    return shell


def test_the_days_to_come_are_shown_in_their_order(shell: Shell) -> None:
    """With the clock time where there is one, and said to be a guess where it is."""
    shell.did("skip", "1")
    said = shell.did("calendar").out.splitlines()
    assert [" ".join(line.split()) for line in said] == [
        "WHEN WHAT",
        "Fri 4 Dec You expect to hear from Acme",
        "Tue 8 Dec, 09:00 Acme: check-in to Dana Fox",
        "Fri 11 Dec, 09:30 Call Dana Fox, Acme (a guess)",
        "Fri 25 Dec Acme: the plan ends (a guess)",
        "",
        "For your calendar: followupd calendar --ics FILE",
    ]


def test_where_the_daemon_keeps_a_file_it_is_named(shell: Shell) -> None:
    """Nobody has to write a second one."""
    shell.configure(f'{CONFIG}\n[calendar]\nfile = "my.ics"\n')
    assert "my.ics current." in shell.did("calendar").out


def test_without_an_open_interview_there_is_nothing_to_show(shell: Shell) -> None:
    """And it is said."""
    shell.did("close", "1")
    assert "Nothing belongs into your calendar now" in shell.did("calendar").out
    assert shell.did("calendar", "--json").json["entries"] == []


def test_json_has_every_entry(shell: Shell) -> None:
    """Days as days, moments with their offset, absent values null."""
    shell.did("skip", "1")
    told = shell.did("calendar", "--json").json
    assert {key: told[key] for key in ("file", "added", "changed", "cancelled")} == {
        "file": None,
        "added": None,
        "changed": None,
        "cancelled": None,
    }
    decision, check_in, *_ = told["entries"]
    assert decision.pop("uid") != check_in.pop("uid")
    assert decision.pop("description").startswith("They promised a decision by this day.")
    assert decision == {
        "id": 1,
        "kind": "decision",
        "begins": "2026-12-04",
        "ends": None,
        "tentative": False,
        "summary": "You expect to hear from Acme",
    }
    assert (check_in["begins"], check_in["ends"]) == (
        "2026-12-08T09:00:00+01:00",
        "2026-12-08T09:15:00+01:00",
    )


def test_a_file_is_written_and_brought_up_to_date(shell: Shell) -> None:
    """What became of it is told in a sentence; a second time nothing has."""
    shell.did("skip", "1")
    assert shell.did("calendar", "--ics", "my.ics").out == "4 entries are in my.ics: 4 new.\n"
    written = (shell.folder / "my.ics").read_bytes()
    shell.at("2026-12-01 17:00")
    said = shell.did("calendar", "--ics", "my.ics").out
    assert said == "4 entries are in my.ics: nothing has changed.\n"
    assert (shell.folder / "my.ics").read_bytes() == written
    shell.did("decision", "1", "9 Dec")
    told = shell.did("calendar", "--ics", "my.ics", "--json").json
    assert told["file"] == "my.ics"
    assert told["changed"] == 2, "the day of the decision, and the end of the plan"
    assert (told["added"], told["cancelled"]) == (2, 2)


def test_standard_output_gets_the_file_itself(shell: Shell) -> None:
    """Nothing besides: a program reads it."""
    said = shell.did("calendar", "--ics", "-").out
    assert said.startswith("BEGIN:VCALENDAR")
    found = [event.summary for event in IcsCalendarStream.from_ics(said).calendars[0].events]
    assert "You expect to hear from Acme" in found


def test_what_cannot_be_done_is_wrong_usage(shell: Shell) -> None:
    """Two outputs on one screen, no name, and a file of somebody else's."""
    assert shell.run("calendar", "--ics", "-", "--json").code == 2
    assert shell.run("calendar", "--ics", "").code == 2
    (shell.folder / "diary.ics").write_text("Dear diary,\n")
    refused = shell.run("calendar", "--ics", "diary.ics")
    assert refused.code == 2
    assert "diary.ics was left as it is" in refused.err
    assert shell.run("calendar", "--ics", "away/my.ics").code == 1
