"""The smallest stories behind what made-up searches have found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence
from followupd.domain.interview import Channel
from followupd.domain.occurrence import What
from followupd.domain.scenario import Habit, Handling, Scenario, Scripted
from followupd.domain.simulation import simulate
from tests.support.nevers import breaches
from tests.support.stories import DANA, HENRY, IAN, IVY, Story, story

if TYPE_CHECKING:
    from followupd.domain.simulation import Simulated

USUAL = Cadence(BUILT_IN)
SENDS = Handling()
LEAVES = Handling(Habit.LEAVE)


def play(told: Story, script: tuple[Scripted, ...], *handlings: Handling) -> Simulated:
    """Play a story from its moment on."""
    end = told.now + timedelta(days=120)
    scenario = Scenario(handlings or (SENDS,), script)
    return simulate({1: told.events}, lambda _: USUAL, told.workdays, told.now, end, scenario)


def removal(told: Story, clock: str) -> acts.PersonRemoved:
    """Dana does not belong to the interview after all."""
    return acts.PersonRemoved(at=told.moment(clock), address=DANA.address, part=DANA.part)


def found(played: Simulated, told: Story) -> list[str]:
    """What must never happen and did."""
    return [each.what for each in breaches(played.log, lambda _: USUAL, told.workdays)]


def test_a_person_who_was_removed_was_written_to_all_the_same() -> None:
    """What went to Dana on Tuesday counts for the interview that is recorded on Wednesday."""
    first, second = story(DANA, IVY), story(DANA, IAN, number=2)
    recorded = happened.Added(
        at=first.moment("2026-11-18 12:00"),
        interview=replace(second.interview, company="Globex"),
    )
    script = (
        Scripted(1, removal(first, "2026-11-17 12:00")),
        Scripted(2, recorded),
    )
    assert found(play(first, script), first) == []


def test_a_touched_draft_to_a_person_who_was_removed_still_holds_its_step() -> None:
    """The check-in that the user has edited is not joined by another one to Henry."""
    told = story(DANA, HENRY, IVY)
    edits = Handling(Habit.LEAVE, timedelta(hours=1), edits=True)
    played = play(told, (Scripted(1, removal(told, "2026-11-18 12:00")),), edits)
    assert found(played, told) == []


def test_a_promise_is_kept_once_though_its_person_is_removed_later() -> None:
    """The sample went to Dana; it does not go to Henry as well."""
    told = story(DANA, HENRY, IVY, promises=[("2026-11-09", "the sample")])
    played = play(told, (Scripted(1, removal(told, "2026-11-12 12:00")),))
    kept = [
        each.person for each in played.of(1) if each.what is What.LAID and each.step == "promise"
    ]
    assert kept == [DANA]


def test_a_bounce_does_not_undo_a_call() -> None:
    """Dana was called on Friday 20 November; ten working days later it is closed, not before."""
    told = story(replace(DANA, channel=Channel.CALL), IVY)
    late = happened.Bounced(
        at=told.moment("2026-11-23 15:00"), address=DANA.address, original_message_id="<ours>"
    )
    played = play(told, (Scripted(1, late),))
    closed = [each.at for each in played.of(1) if each.what is What.CLOSED]
    assert closed == [told.moment("2026-12-04 09:00")]


def test_a_bounce_does_not_let_one_call_count_for_a_later_step() -> None:
    """Called for Henry's letter and then for the call step, it is closed after the second call."""
    told = story(replace(DANA, channel=Channel.CALL), HENRY, IVY)
    called = happened.CallMade(at=told.moment("2026-11-23 12:00"))
    late = happened.Bounced(
        at=told.moment("2026-11-27 15:00"), address=HENRY.address, original_message_id="<ours>"
    )
    played = play(told, (Scripted(1, called), Scripted(1, late)), SENDS, SENDS, LEAVES, SENDS)
    calls = [each.at for each in played.of(1) if each.what is What.CALLED]
    assert calls[-1] == told.moment("2026-11-26 10:00")
    closed = [each.at for each in played.of(1) if each.what is What.CLOSED]
    assert closed == [told.moment("2026-12-10 09:00")]


def test_a_touched_draft_to_a_person_who_was_removed_counts_for_other_interviews() -> None:
    """The user may still send what they have edited, so no other letter lies beside it."""
    first, second = story(DANA, IVY), story(DANA, IAN, number=2)
    recorded = happened.Added(
        at=first.moment("2026-11-18 13:00"),
        interview=replace(second.interview, company="Globex"),
    )
    script = (Scripted(1, removal(first, "2026-11-18 12:00")), Scripted(2, recorded))
    edits = Handling(Habit.LEAVE, timedelta(hours=1), edits=True)
    assert found(play(first, script, edits), first) == []
