"""What of an interview stands in the user's calendar, when, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given, settings

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.agenda import Agenda, Entry, EntryKind, agenda
from followupd.domain.calling import time_to_call
from followupd.domain.interview import Channel, Outcome
from tests.support.stories import DANA, HENRY, IVY, NINA, Story, calendar, story
from tests.unit.domain.test_properties import wild_stories

if TYPE_CHECKING:
    from followupd.domain.plan import PlannedStep

FEW = settings(max_examples=40)


def say_hello(step: PlannedStep, at: datetime) -> str:
    """A call sheet."""
    return f"Hello, this is Robin, about {step.step}."


def of(told: Story) -> Agenda:
    """The agenda of a story as of now."""
    return agenda(told.history, told.plan(), told.cadence, told.workdays, told.now, say_hello)


def only(told: Story, kind: EntryKind, about: str = "") -> Entry:
    """The one entry of that kind."""
    found = [each for each in of(told).entries if each.kind is kind and about in each.summary]
    assert len(found) == 1, [each.summary for each in of(told).entries]
    return found[0]


def kinds(told: Story) -> set[EntryKind]:
    """What there are entries about."""
    return {each.kind for each in of(told).entries}


def when(told: Story, entry: Entry) -> str | None:
    """When it begins, as the user's clock shows it."""
    return told.clock(entry.begins) if isinstance(entry.begins, datetime) else str(entry.begins)


def test_the_days_to_come_are_told_in_their_order_with_whom_and_why() -> None:
    """From the day on which an answer is expected to the end of the plan."""
    told = story(DANA, HENRY, IVY, NINA)
    told.until("2026-11-04 12:00")
    told.send("thank-you")
    shown = [(when(told, e), e.summary, e.is_tentative) for e in of(told).entries]
    assert shown == [
        ("2026-11-13", "You expect to hear from Acme", False),
        ("2026-11-17 09:00", "Acme: check-in to Dana Fox", False),
        ("2026-11-20 09:00", "Acme: network to Nina North", True),
        ("2026-11-25 09:00", "Acme: hiring-manager to Henry Hall", True),
        ("2026-11-30 09:30", "Call Dana Fox, Acme", True),
        ("2026-12-14", "Acme: the plan ends", True),
    ]
    why = only(told, EntryKind.FOLLOW_UP, "check-in").description
    assert why.splitlines() == [
        "Its draft comes into Drafts at that time: 2 business days after the promised decision"
        " date, Fri 13 Nov.",
        "Acme, Engineer: followupd show 1",
    ]


def test_an_upcoming_interview_takes_an_hour_of_the_day() -> None:
    """All else takes no time, but for calls."""
    told = story(DANA, IVY, recorded="2026-11-01 10:00")
    entry = only(told, EntryKind.INTERVIEW)
    assert when(told, entry) == "2026-11-03 10:00"
    assert entry.lasts == timedelta(hours=1)
    assert entry.summary == "Interview: Acme, Engineer"
    assert entry.description.startswith("With Ivy Ito.\n")
    busy = {each.kind for each in of(told).entries if each.takes_time}
    assert busy == {EntryKind.INTERVIEW, EntryKind.CALL}


def test_an_interview_stays_while_it_is_held() -> None:
    """A calendar that takes it away at its first minute would be of little help."""
    told = story(DANA, recorded="2026-11-03 10:30")
    assert EntryKind.INTERVIEW in kinds(told)
    told.now = told.moment("2026-11-03 11:00")
    assert EntryKind.INTERVIEW not in kinds(told)


def test_what_is_written_before_the_interview_does_not_call_it_off() -> None:
    """Unless it is a rejection."""
    told = story(DANA, recorded="2026-11-01 10:00")
    told.reply(DANA, Outcome.OTHER)
    assert EntryKind.INTERVIEW in kinds(told)
    told.reply(DANA, Outcome.REJECTION)
    assert EntryKind.INTERVIEW not in kinds(told)


def test_an_assumed_decision_date_is_said_to_be_assumed() -> None:
    """And is a guess, where a promised one is none."""
    assumed = only(story(DANA, decision_by=None), EntryKind.DECISION)
    assert assumed.is_tentative
    assert assumed.description.startswith("No day was promised, so this one is assumed.")
    promised = only(story(DANA), EntryKind.DECISION)
    assert not promised.is_tentative
    assert promised.description.startswith("They promised a decision by this day.")


def test_a_decision_that_is_put_off_moves_its_entry() -> None:
    """It is the same entry on another day, and says since when."""
    told = story(DANA)
    before = only(told, EntryKind.DECISION)
    told.until("2026-11-12 10:00")
    told.holding_reply(DANA, "2026-11-20")
    after = only(told, EntryKind.DECISION)
    assert (after.uid, after.begins) == (before.uid, date(2026, 11, 20))
    assert after.description.startswith("On Thu 12 Nov they wrote that they would decide")


def test_a_draft_that_waits_is_shown_where_it_was_laid() -> None:
    """With what is to be done with it; what hangs on it has no day, but may get one again."""
    told = story(DANA, NINA)
    told.until("2026-11-17 09:00")
    network = next(e.uid for e in of(told).entries if "network" in e.summary) if False else None
    assert network is None
    entry = only(told, EntryKind.FOLLOW_UP, "check-in")
    assert when(told, entry) == "2026-11-17 09:00"
    assert entry.description.startswith("Its draft: in Drafts since Tue 17 Nov: send it")
    assert EntryKind.CALL not in kinds(told)
    told.send("check-in")
    assert EntryKind.CALL in kinds(told)
