"""The service sees every interview as it is recorded, and holds no more of them than it needs."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.cli.desk import Desk
from followupd.config import Settings, load
from followupd.domain import acts
from followupd.domain.events import Added, Closed, MarkedSilent, Noted
from followupd.domain.interview import Interview, Part, Person, Status
from followupd.domain.workdays import Away
from followupd.errors import UnknownInterview
from followupd.service.histories import Histories, folded
from followupd.service.planning import cadence_for, cadence_problem, with_pause
from followupd.service.world import World, workdays_of
from followupd.store import Store
from followupd.writing.shipped import shipped_templates
from followupd.writing.templates import Templates
from tests.support.cli import CONFIG
from tests.support.seeker import DANA, KIM, SetClock, berlin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.domain.plan import Plan

NAMED = """
[cadences.patient]
silent_after = "20 business days"
[[cadences.patient.steps]]
name = "check-in"
after = "decision"
wait = "9 business days"
to = ["recruiter"]
template = "check-in"
"""
DUE = "2026-12-08 09:00"
"""Two working days after the decision date of `interview`."""


def interview(number: int, *people: Person, company: str = "", cadence: str = "") -> Added:
    """The recording of an interview held on 1 December, decided by 4 December 2026."""
    held_at = berlin("2026-12-01 14:00")
    recorded = Interview(
        uid=f"{number:032x}",
        company=company or f"Company {number}",
        role="Engineer",
        held_at=held_at,
        decision_by=date(2026, 12, 4),
        people=people or (Person("", f"p{number}@company{number}.example", Part.RECRUITER),),
        promises=(),
        account="personal",
        language="en",
        cadence=cadence,
    )
    return Added(at=held_at + timedelta(days=1), interview=recorded)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(tmp_path / "followupd.db")
    yield store
    store.close()


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    """The service's surroundings at the moment at which check-ins are due."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG + NAMED)
    configured = load(path)
    clock = SetClock(berlin(DUE))
    templates = Templates(shipped_templates())
    return World(configured, store, templates, clock, workdays_of(configured))


def add(store: Store, number: int, *people: Person, company: str = "", cadence: str = "") -> int:
    """Record an interview; its number."""
    with store.begin() as change:
        return change.add(interview(number, *people, company=company, cadence=cadence))


def noted(store: Store, number: int, text: str = "x") -> None:
    """Record a note, as another process may."""
    with store.begin() as change:
        change.append(number, Noted(at=berlin(DUE), text=text))


def queued(plan: Plan) -> list[str]:
    """The steps whose drafts are to be laid now."""
    return [step.step for step in plan.queue]


# ---- the interviews as they stand


@contextmanager
def _opened() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "followupd.db")
        try:
            yield store
        finally:
            store.close()


_DONE = st.sampled_from(["add", "note", "close", "one", "some", "all", "rest"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_DONE, st.integers(1, 5)), max_size=25), st.integers(1, 3))
def test_whatever_was_asked_for_before_an_interview_is_as_recorded(
    done: list[tuple[str, int]], most: int
) -> None:
    """However few are kept, and whoever recorded what in between."""
    with _opened() as store:
        histories = Histories(store, most)
        count = 0
        for act, number in [("add", 1), *done, ("all", 1), ("rest", 1), ("all", 1)]:
            if act == "add":
                count += 1
                add(store, count)
            elif act in ("note", "close") and number <= count:
                with store.begin() as change:
                    at = berlin(DUE)
                    closed = Closed(at=at, reason="over")
                    change.append(number, closed if act == "close" else Noted(at=at, text="x"))
            with store.look() as reading:
                told = {c.interview_id: folded(c) for c in reading.chronicles()}
            if act == "one" and number <= count:
                assert histories.one(number) == told[number]
            elif act == "some":
                wanted = {number, 1, 77}
                found = {n: history for n, history in told.items() if n in wanted}
                assert list(histories.some(wanted).items()) == sorted(found.items())
            elif act == "all":
                assert list(histories.all().items()) == sorted(told.items())
            elif act == "rest":
                histories.rest()
                assert len(histories._kept) <= most


def test_what_nobody_changed_is_folded_once(store: Store) -> None:
    """An event for one interview leaves the others as they are."""
    first, second = add(store, 1), add(store, 2)
    histories = Histories(store)
    before = histories.one(first), histories.one(second)
    every = histories.all()
    assert histories.all() is every
    noted(store, first)
    assert histories.one(first).notes == ("x",)
    assert histories.one(second) is before[1]
    assert every[first] is before[0]  # who holds it goes on with what it was
    assert histories.all()[second] is before[1]


def test_thousands_of_closed_interviews_are_not_held_between_two_passes(store: Store) -> None:
    """What was asked for last is kept; the rest is read again when mail comes."""
    for number in range(1, 8):
        add(store, number)
    histories = Histories(store, most=3)
    assert len(histories.all()) == 7
    kept = histories.one(1)
    histories.rest()
    assert len(histories._kept) == 3
    assert histories.one(1) is kept
    assert len(histories.some(range(1, 8))) == 7
    assert len(histories._kept) == 3


@pytest.mark.parametrize("number", [0, 2, -1, 2**70])
def test_an_interview_that_is_not_there_is_named(world: World, number: int) -> None:
    """As by every command."""
    add(world.store, 1)
    with pytest.raises(UnknownInterview, match=f"no interview {number}"):
        world.history(number)
    assert world.histories_of([number]) == {}


# ---- planning


def test_an_interview_is_planned_beside_those_that_share_people_or_the_company(
    world: World,
) -> None:
    """A person in common, or the company; nobody else is looked at."""
    one = add(world.store, 1, DANA, company="Acme")
    person = add(world.store, 2, replace(DANA, address="DANA@acme.example"), company="Agency")
    company = add(world.store, 3, KIM, company="ACME ")
    add(world.store, 4)
    beside = [each.interview_id for each in world.sharing(world.history(one))]
    assert beside == [person, company]
    assert [each.interview_id for each in world.sharing(world.history(4))] == []


def _desk(world: World) -> Desk:
    return Desk(world.settings, world.store, world.workdays, world.clock.now())


def test_a_command_plans_as_the_daemon_does(world: World) -> None:
    """The same settings, the same calendar, the same others."""
    add(world.store, 1, DANA, company="Acme")
    add(world.store, 2, DANA, company="Globex")
    add(world.store, 3, DANA, company="Acme", cadence="patient")
    add(world.store, 4, cadence="gone")
    with world.store.begin() as change:
        change.pause(world.clock.now(), world.clock.now() + timedelta(days=1), None)
    desk = _desk(world)
    histories = desk.histories()
    for number, history in histories.items():
        assert desk.plan(history, histories) == world.plan(world.history(number))


def test_a_pause_holds_every_draft_until_it_is_over(world: World) -> None:
    """It counts from the moment at which it is recorded, and so does its end."""
    number = add(world.store, 1)
    history = world.history(number)
    assert queued(world.plan(history)) == ["check-in"]
    now = world.clock.now()
    with world.store.begin() as change:
        change.pause(now, now, now + timedelta(days=2))
    paused = world.plan(history)
    assert (queued(paused), paused.next_due) == ([], berlin("2026-12-10 09:00"))
    assert Away(now, now + timedelta(days=2)) in world.workdays.away
    with world.store.begin() as change:
        change.resume(now)
    assert queued(world.plan(history)) == ["check-in"]
    assert world.workdays == world.calendar


def test_days_off_and_a_pause_stand_together(world: World) -> None:
    """One takes nothing from the other."""
    away = Away(berlin("2026-12-24 00:00"), berlin("2026-12-27 00:00"))
    calendar = replace(world.calendar, away=(away,))
    pause = Away(berlin("2026-12-10 00:00"), None)
    assert with_pause(calendar, pause).away == (away, pause)
    assert with_pause(calendar, None) is calendar


def _without_steps(settings: Settings) -> bool:
    return not cadence_for(interview(1, cadence="gone").interview, settings).steps


def test_an_interview_follows_the_cadence_that_was_chosen_for_it(world: World) -> None:
    """One that is no longer there lays nothing, and is told of while the interview is open."""
    usual, patient = add(world.store, 1), add(world.store, 2, cadence="patient")
    lost = add(world.store, 3, cadence="gone\nBcc: x")
    assert queued(world.plan(world.history(usual))) == ["check-in"]
    assert queued(world.plan(world.history(patient))) == []
    assert [step.step for step in world.plan(world.history(patient)).steps] == ["check-in"]
    assert queued(world.plan(world.history(lost))) == []
    assert world.plan(world.history(lost)).status is Status.SILENT
    assert _without_steps(world.settings)
    assert cadence_problem(world.history(patient), world.settings) is None
    said = cadence_problem(world.history(lost), world.settings)
    assert said is not None
    assert "\n" not in said
    assert "“gone Bcc: x”" in said
    assert "followupd edit 3 --cadence" in said
    with world.store.begin() as change:
        change.append(lost, Closed(at=world.clock.now(), reason="over"))
    assert cadence_problem(world.history(lost), world.settings) is None


# ---- what is to be planned anew


def test_what_is_recorded_for_one_interview_concerns_those_beside_it(world: World) -> None:
    """By person and by company, and not the rest."""
    one = add(world.store, 1, DANA, company="Acme")
    person = add(world.store, 2, DANA, company="Agency")
    company = add(world.store, 3, KIM, company="Acme")
    rest = add(world.store, 4)
    seen = world.store.last_event_id()
    assert world.concerned_since(seen) == frozenset()
    noted(world.store, one)
    assert world.concerned_since(seen) == {one, person, company}
    seen = world.store.last_event_id()
    noted(world.store, rest)
    assert world.concerned_since(seen) == {rest}


def test_who_is_no_longer_beside_an_interview_is_planned_anew_as_well(world: World) -> None:
    """Another company sets free those who shared it; a removed person may have been written to."""
    one = add(world.store, 1, DANA, KIM, company="Acme")
    person = add(world.store, 2, DANA, company="Agency")
    company = add(world.store, 3, company="Acme")
    to_be = add(world.store, 4, company="Globex")
    seen = world.store.last_event_id()
    now = world.clock.now()
    with world.store.begin() as change:
        gone = acts.PersonRemoved(at=now, address=DANA.address, part=DANA.part)
        change.append(one, gone)
        change.append(one, acts.InterviewEdited(at=now, company="Globex"))
        change.append(one, MarkedSilent(at=now))
    assert world.concerned_since(seen) == {one, person, company, to_be}
    beside = [h.interview_id for h in world.sharing(world.history(one))]
    assert beside == [person, to_be], "who was written to once counts on"


def test_an_interview_that_was_only_just_recorded_has_no_before(world: World) -> None:
    """Its first events lie behind the mark together."""
    seen = world.store.last_event_id()
    number = add(world.store, 1)
    with world.store.begin() as change:
        change.append(number, acts.InterviewEdited(at=world.clock.now(), company="Globex"))
    assert world.concerned_since(seen) == {number}


def test_the_zone_is_the_users(world: World) -> None:
    """The calendar's, with and without a pause."""
    assert world.workdays.zone == ZoneInfo("Europe/Berlin")
