"""The advice, row by row, as a job seeker sees it: the rows that need no mailbox.

The others are in `tests/integration/test_advice.py` and `test_advice_silence.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import icalendar
import pytest

from followupd.domain import events as happened
from tests.support.advice import DANA, KIM, options
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A shell on Tuesday 1 December 2026, 10:00."""
    return Shell.make(tmp_path, monkeypatch, capsys)


def test_row_01_ask_before_you_leave(shell: Shell) -> None:
    """What was not asked is named with the way to say it; an assumed date is marked as assumed."""
    little = ("--role", "Engineer", "--held", "2026-11-30 14:00", *options(DANA))
    said = shell.did("add", "Acme", *little).err
    assert "Missing: the decision date. Mon 7 Dec, in 4 working days, is assumed." in said
    assert "`followupd decision 1 DATE` sets it" in said
    assert "Missing: whether and how Dana Fox may be contacted." in said
    assert "Missing: the hiring manager, for when the recruiter stays silent" in said
    assert "Decision: Mon 7 Dec, in 4 working days (assumed" in shell.did("show", "1").out

    all_asked = (
        "--decision-by", "2026-12-04", *options(DANA, KIM),
        "--prefers", "Dana Fox: call", "--phone", "Dana Fox: +49 30 1234567",
        "--prefers", "Kim Lee: email",
    )  # fmt: skip
    said = shell.did("add", "Globex", *little[:4], *all_asked).err
    assert "Missing" not in said
    assert "the promised decision date is Fri 4 Dec" in said

    shell.did("decision", "1", "2026-12-11")
    assert "Decision: Fri 11 Dec, in 8 working days (promised)" in shell.did("show", "1").out


def test_row_02_put_the_day_into_your_calendar(shell: Shell) -> None:
    """One command writes decision date, promise with its reminder, call and follow-up."""
    shell.add(
        *options(DANA, KIM), "--decision-by", "2026-12-04", "--promise", "2026-12-07: the slides",
        "--prefers", "Dana Fox: call", "--phone", "Dana Fox: +49 30 1234567",
    )  # fmt: skip
    file = shell.folder / "interviews.ics"
    shell.did("calendar", "--ics", str(file))
    events = {str(e["SUMMARY"]): e for e in _calendar(file).walk("VEVENT")}
    expected = events["You expect to hear from Acme"]
    assert expected.decoded("DTSTART") == date(2026, 12, 4)
    promise = next(event for name, event in events.items() if "the slides" in name)
    assert promise.decoded("DTSTART") == date(2026, 12, 7)
    [alarm] = promise.walk("VALARM")
    # 09:00 on Friday, the working day before.
    assert alarm.decoded("TRIGGER") == -timedelta(days=2, hours=15)
    call = events["Call Dana Fox, Acme: check-in"]
    assert call.decoded("DTSTART").astimezone(UTC).date() == date(2026, 12, 8)
    assert "+49 30 1234567" in str(call["DESCRIPTION"])
    assert "voicemail" in str(call["DESCRIPTION"]).casefold()
    assert any("hiring-manager to Kim Lee" in name for name in events)

    shell.did("decision", "1", "2026-12-11")
    shell.did("calendar", "--ics", str(file))
    moved = [e for e in _calendar(file).walk("VEVENT") if "expect to hear" in str(e["SUMMARY"])]
    assert [(e.decoded("DTSTART"), e["SEQUENCE"]) for e in moved] == [(date(2026, 12, 11), 1)]


def test_row_08_the_recruiter_before_the_hiring_manager(shell: Shell) -> None:
    """Whoever comes first on the command line; where the recruiter has left, she is asked first."""
    number = int(shell.add(*options(KIM, DANA), "--decision-by", "2026-12-04"))
    assert _asked_first(shell) == [("check-in", DANA.address), ("hiring-manager", KIM.address)]
    gone = happened.Bounced(
        at=datetime(2026, 12, 1, 9, tzinfo=UTC), address=DANA.address, original_message_id="<x@y>"
    )
    shell.record(number, gone)
    assert _asked_first(shell) == [("check-in", KIM.address)]


def _asked_first(shell: Shell) -> list[tuple[str, str]]:
    """The letters that ask where things stand, in their order, with whom they go to."""
    steps = shell.did("plan", "1", "--json").json
    return [
        (step["step"], step["to"])
        for step in steps
        if step["step"] in ("check-in", "hiring-manager") and step["state"] == "planned"
    ]


def _calendar(file: Path) -> icalendar.Calendar:
    read = icalendar.Calendar.from_ical(file.read_bytes())
    assert isinstance(read, icalendar.Calendar)
    return read
