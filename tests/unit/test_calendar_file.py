"""The calendar file on the disk: put there in one piece, kept current, and nobody else's."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import structlog
from ical.calendar_stream import IcsCalendarStream
from structlog.testing import capture_logs

from followupd.config import load
from followupd.domain.agenda import Agenda
from followupd.domain.entries import Entry, EntryKind
from followupd.domain.events import Added, Closed, DecisionMoved, MarkedAnswered, StepSkipped
from followupd.domain.interview import Channel, Interview, Outcome, Part, Person, Promise
from followupd.errors import FollowupdError, UsageError
from followupd.service import calendar_file
from followupd.service.calendar_file import CalendarFile
from followupd.service.calendar_writing import update
from followupd.service.world import World, workdays_of
from followupd.store import Store
from followupd.store.records import CALENDAR_FILE
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates
from tests.support.cli import CONFIG
from tests.support.seeker import SetClock, berlin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

NOW = berlin("2026-12-02 10:00")
TODAY = date(2026, 12, 2)
DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER, "+49 30 1", Channel.CALL)
ENTRY = Entry(
    uid="bbc4bcf9-6380-5298-9a84-1396d3e6893a",
    interview_id=1,
    kind=EntryKind.DECISION,
    begins=date(2026, 12, 4),
    summary="You expect to hear from Acme",
    description="By this day.",
)
AGENDAS = (Agenda((ENTRY,)),)


def put(path: Path, *entries: Entry) -> None:
    """Bring the file up to date with these entries."""
    update(path, [Agenda(entries)], NOW, TODAY)


# ---- one file


def test_a_new_file_is_for_the_user_alone(tmp_path: Path) -> None:
    """It tells where they have applied."""
    path = tmp_path / "interviews.ics"
    put(path, ENTRY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["interviews.ics"]


def test_a_file_keeps_the_mode_that_it_was_given(tmp_path: Path) -> None:
    """A web server may be allowed to read it."""
    path = tmp_path / "interviews.ics"
    put(path)
    path.chmod(0o644)
    put(path, ENTRY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert b"expect to hear" in path.read_bytes()


def test_nothing_is_written_where_nothing_has_changed(tmp_path: Path) -> None:
    """Programs that carry files about would carry it for nothing."""
    path = tmp_path / "interviews.ics"
    put(path, ENTRY)
    before = path.stat()
    put(path, ENTRY)
    assert path.stat() == before


def test_a_link_leads_to_the_file_and_stays_a_link(tmp_path: Path) -> None:
    """It may lie in a folder that is carried to other machines."""
    shared, path = tmp_path / "shared.ics", tmp_path / "interviews.ics"
    path.symlink_to(shared)
    put(path, ENTRY)
    assert path.is_symlink()
    assert b"expect to hear" in shared.read_bytes()


def test_a_file_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    """And the error names it, and what to do."""
    path = tmp_path / "diary.ics"
    path.write_text("Dear diary,\n")
    with pytest.raises(UsageError, match=r"diary\.ics was left as it is, since it is damaged"):
        put(path, ENTRY)
    assert path.read_text() == "Dear diary,\n"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, and a pipe into which nobody writes."""
    pipe = tmp_path / "pipe.ics"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(UsageError, match="is no file"):
            put(path, ENTRY)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """With the file's name, and why."""
    with pytest.raises(FollowupdError, match=r"away/x\.ics cannot be brought up to date: No such"):
        put(tmp_path / "away" / "x.ics", ENTRY)


def test_a_full_disk_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing beside it."""
    path = tmp_path / "interviews.ics"
    put(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FollowupdError, match="No space left"):
        put(path, ENTRY)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# ---- kept current


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one interview, held on Tuesday 1 December 2026."""
    store = Store.open(tmp_path / "followupd.db")
    with store.begin() as change:
        change.add(recorded(1, berlin("2026-12-01 14:00")))
    yield store
    store.close()


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    """The service's surroundings on the day after, with a calendar file to be kept."""
    path = tmp_path / "config.toml"
    path.write_text(f'{CONFIG}\n[calendar]\nfile = "interviews.ics"\n')
    configured = load(path)
    templates = Templates(shipped_templates())
    return World(configured, store, templates, SetClock(NOW), workdays_of(configured))


def recorded(number: int, held_at: datetime) -> Added:
    """The recording of an interview whose recruiter is to be rung."""
    interview = Interview(
        uid=f"{number:032x}",
        company=f"Company {number}",
        role="Engineer",
        held_at=held_at,
        decision_by=date(2026, 12, 4),
        people=(DANA,),
        promises=(Promise(date(2026, 12, 7), "a sample"),),
        account="personal",
        language="en",
    )
    return Added(at=held_at, interview=interview)


def summaries(world: World) -> list[str]:
    """What stands in the file and is not cancelled."""
    assert world.settings.calendar is not None
    stream = IcsCalendarStream.from_ics(world.settings.calendar.read_text())
    return [
        event.summary or "" for event in stream.calendars[0].events if event.status != "CANCELLED"
    ]


def later(world: World, wait: timedelta) -> None:
    """Time passes."""
    assert isinstance(world.clock, SetClock)
    world.clock.moment += wait


def mark(world: World) -> os.stat_result:
    """By which it is seen whether the file was written."""
    assert world.settings.calendar is not None
    return world.settings.calendar.stat()


def problem(world: World) -> str:
    """What the store says is wrong with the file."""
    with world.store.look() as reading:
        health = reading.health(CALENDAR_FILE)
    return health.problem if health is not None else ""


def test_the_file_holds_every_open_interview_with_the_script_of_its_call(world: World) -> None:
    """As the call sheet has it."""
    CalendarFile().keep_current(world)
    assert "You expect to hear from Company 1" in summaries(world)
    assert "Promised to Dana Fox, Company 1: a sample" in summaries(world)
    assert world.settings.calendar is not None
    stream = IcsCalendarStream.from_ics(world.settings.calendar.read_text())
    calls = [e for e in stream.calendars[0].events if (e.summary or "").startswith("Call Dana")]
    assert "Number: +49 30 1" in (calls[0].description or "")


def test_what_happens_shows_in_the_file(world: World) -> None:
    """A new interview, a decision that is put off, one that is closed."""
    kept = CalendarFile()
    kept.keep_current(world)
    with world.store.begin() as change:
        change.add(recorded(2, berlin("2026-12-02 09:00")))
        change.append(1, DecisionMoved(at=NOW, decision_by=date(2026, 12, 18)))
    kept.keep_current(world)
    assert summaries(world).count("You expect to hear from Company 2") == 1
    with world.store.begin() as change:
        change.append(2, Closed(at=NOW, reason="withdrawn", by_plan=False))
    kept.keep_current(world)
    assert "You expect to hear from Company 2" not in summaries(world)
    assert "You expect to hear from Company 1" in summaries(world)


def test_nothing_is_written_when_nothing_concerns_the_calendar(world: World) -> None:
    """Neither by time, nor at midnight, nor by another daemon that begins."""
    kept = CalendarFile()
    with world.store.begin() as change:
        change.append(1, StepSkipped(at=NOW, step="thank-you", cycle=0, person=DANA.address))
    kept.keep_current(world)
    before = mark(world)
    for wait in (timedelta(hours=1), timedelta(hours=14)):
        later(world, wait)
        kept.keep_current(world)
        CalendarFile().keep_current(world)
    assert mark(world) == before


def test_a_pause_moves_what_is_planned(world: World) -> None:
    """Though nothing is recorded to any interview."""
    kept = CalendarFile()
    kept.keep_current(world)
    before = summaries(world)
    with world.store.begin() as change:
        change.pause(NOW, NOW, None)
    kept.keep_current(world)
    assert len(summaries(world)) < len(before)
    with world.store.begin() as change:
        change.resume(NOW)
    kept.keep_current(world)
    assert summaries(world) == before


def test_a_file_that_was_deleted_is_written_again(world: World) -> None:
    """Nobody has to wait until something happens."""
    kept = CalendarFile()
    kept.keep_current(world)
    assert world.settings.calendar is not None
    world.settings.calendar.unlink()
    kept.keep_current(world)
    assert "You expect to hear from Company 1" in summaries(world)


def test_what_fails_is_told_once_kept_for_the_list_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the problem goes when the folder is back, also for a daemon that was started since."""
    folder = world.settings.calendar
    assert folder is not None
    gone = replace(world.settings, calendar=folder.parent / "usb" / "x.ics")
    there = World(gone, world.store, world.templates, world.clock, world.calendar)
    kept = CalendarFile()
    # A logger that was used before keeps what another test made of the logs.
    structlog.reset_defaults()
    monkeypatch.setattr(calendar_file, "_log", structlog.get_logger())
    with capture_logs() as logs:
        kept.keep_current(there)
        kept.keep_current(there)
    assert [each["event"] for each in logs] == ["problem"]
    assert "usb/x.ics cannot be brought up to date: No such file" in problem(there)
    (folder.parent / "usb").mkdir()
    kept = CalendarFile()
    kept.keep_current(there)
    assert kept.problem == ""
    assert problem(there) == ""
    assert "You expect to hear from Company 1" in summaries(there)


def test_without_a_calendar_in_the_configuration_nothing_is_done(world: World) -> None:
    """Nor is anything stored; what was wrong with it is forgotten."""
    without = replace(world.settings, calendar=None)
    world = World(without, world.store, world.templates, world.clock, world.calendar)
    CalendarFile().keep_current(world)
    with world.store.look() as reading:
        assert reading.health(CALENDAR_FILE) is None


def test_a_template_that_fails_costs_its_script_and_nothing_else(world: World) -> None:
    """The call stands in the calendar, and says why there is nothing to say."""
    broken = Templates({"en/call": "{% block subject %}x{% endblock %}"})
    world = World(world.settings, world.store, broken, world.clock, world.calendar)
    kept = CalendarFile()
    kept.keep_current(world)
    assert kept.problem == ""
    assert world.settings.calendar is not None
    stream = IcsCalendarStream.from_ics(world.settings.calendar.read_text())
    calls = [e for e in stream.calendars[0].events if (e.summary or "").startswith("Call Dana")]
    assert "There is no script for this call: template en/call" in (calls[0].description or "")


def test_an_answer_takes_the_follow_ups_out(world: World) -> None:
    """What they are told is that they are cancelled."""
    kept = CalendarFile()
    kept.keep_current(world)
    with world.store.begin() as change:
        change.append(1, MarkedAnswered(at=NOW, outcome=Outcome.OFFER))
    kept.keep_current(world)
    assert not [each for each in summaries(world) if each.startswith("Call")]
