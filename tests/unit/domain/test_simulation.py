"""Playing interviews through time: what would happen when, and whether a cadence ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import Channel, DraftState, Outcome, Part, Status
from followupd.domain.occurrence import What
from followupd.domain.scenario import (
    SILENCE,
    Habit,
    Handling,
    Pause,
    Scenario,
    Scripted,
    absence_note,
    answer,
    holding_reply,
    possible_reply,
)
from followupd.domain.simulation import Simulated, never_ends, rehearse, simulate, unfinished
from tests.support.stories import DANA, EVERYBODY, HENRY, IAN, IVY, Story, calendar, send_all, story

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.domain.events import Event
    from followupd.domain.workdays import Workdays

USUAL = Cadence(BUILT_IN)
YEAR = timedelta(days=365)


def play(
    *told: Story,
    scenario: Scenario = SILENCE,
    workdays: Workdays | None = None,
    days: int = 365,
) -> Simulated:
    """Play the stories together from the first one's moment on, with the built-in plan."""
    return simulate(
        {one.number: one.events for one in told},
        lambda _: USUAL,
        workdays or told[0].workdays,
        told[0].now,
        told[0].now + timedelta(days=days),
        scenario,
    )


def times(played: Simulated, what: What = What.LAID, number: int = 1) -> list[tuple[str, str]]:
    """When such things happen in Berlin, each with its step."""
    zone = calendar().zone
    return [
        (each.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"), each.step)
        for each in played.of(number)
        if each.what is what
    ]


def at(clock: str) -> datetime:
    """That wall time in Berlin."""
    return datetime.fromisoformat(clock).replace(tzinfo=calendar().zone).astimezone(UTC)


def scripted(*events: Event) -> Scenario:
    """The events happen to the first interview; the user sends every draft."""
    return Scenario(script=tuple(Scripted(1, event) for event in events))


def test_in_silence_the_plan_goes_to_its_end_step_by_step() -> None:
    """Each step on its day, with its reason, and the closing at the end."""
    played = play(story(DANA, HENRY, IVY))
    assert times(played) == [
        ("2026-11-03 12:00", "thank-you"),
        ("2026-11-17 09:00", "check-in"),
        ("2026-11-20 09:00", "hiring-manager"),
        ("2026-11-25 09:00", "call"),
    ]
    assert times(played, What.CLOSED) == [("2026-12-09 09:00", "move-on")]
    reasons = [each.reason for each in played.of(1) if each.step == "check-in"]
    assert reasons[0] == "2 working days after the promised decision date, Fri 13 Nov"
    assert played.at_rest
    assert played.plans[1].status is Status.CLOSED


def test_a_simulation_and_a_story_that_is_lived_agree() -> None:
    """The same drafts at the same times as in the world of the planner's own tests."""
    told = story(*EVERYBODY)
    played = play(told, scenario=Scenario((Handling(after=timedelta(minutes=5)),)))
    send_all(told, "2027-06-01 00:00")
    assert [(e.at, e.step) for e in played.of(1) if e.what is What.LAID] == [
        (laid.at, laid.step.step) for laid in told.laid
    ]


def test_time_is_never_polled() -> None:
    """A year of silence takes a few plans for each thing that happens."""
    played = play(story(DANA, HENRY, IVY))
    assert played.planned <= 3 * len(played.log)


def test_nothing_that_was_known_before_is_told_again() -> None:
    """It stands in the log, and only what is new is an occurrence."""
    told = story(DANA)
    told.until("2026-11-03 13:00")
    played = play(told)
    assert [event for _, event in played.log][: len(told.events)] == told.events
    assert played.occurrences[0].what is What.SENT


def test_a_draft_that_is_left_lying_holds_the_ladder_for_ever() -> None:
    """The check-in waits in Drafts, and nothing after it comes."""
    played = play(story(DANA, HENRY), scenario=Scenario((Handling(Habit.LEAVE),)))
    assert [step for _, step in times(played)] == ["thank-you", "check-in"]
    assert played.at_rest
    assert next(unfinished(played.plans[1])).reason.startswith("in Drafts since Tue 17 Nov")


@pytest.mark.parametrize("habit", [Habit.DELETE, Habit.SKIP])
def test_drafts_that_are_not_wanted_let_the_plan_go_on(habit: Habit) -> None:
    """Nothing is ever sent, and the interview is closed in the end."""
    played = play(story(DANA, HENRY), scenario=Scenario((Handling(habit),)))
    assert times(played, What.SENT) == []
    assert played.histories[1].closed is not None


def test_what_the_user_does_with_drafts_goes_round() -> None:
    """The first is sent, the second deleted, the third sent again."""
    handlings = (Handling(), Handling(Habit.DELETE))
    played = play(story(DANA, HENRY, IVY), scenario=Scenario(handlings))
    states = [draft.state for draft in played.histories[1].drafts]
    assert states[:3] == [DraftState.SENT, DraftState.DISMISSED, DraftState.SENT]


def test_an_edited_draft_is_sent_all_the_same() -> None:
    """The user changes it half way to sending it."""
    played = play(story(DANA), scenario=Scenario((Handling(after=timedelta(hours=2), edits=True),)))
    assert times(played, What.EDITED)[0] == ("2026-11-03 13:00", "thank-you")
    assert times(played, What.SENT)[0] == ("2026-11-03 14:00", "thank-you")


def test_what_is_approved_already_goes_out_at_its_hour() -> None:
    """The user does nothing more with it; what holds it back holds what follows."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 18:00")
    told.approve("check-in")
    assert times(play(told), What.SENT)[0] == ("2026-11-18 09:00", "check-in")
    possible = possible_reply(DANA, told.now)
    played = play(told, scenario=scripted(possible))
    assert times(played, What.SENT) == []
    assert played.at_rest


def test_what_may_have_been_sent_is_left_to_the_user_in_life() -> None:
    """Nobody knows what they will say, so the plan stays where it is."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.approve("check-in")
    told.lose_answer("check-in")
    played = play(told)
    assert (times(played, What.SENT), played.at_rest) == ([], True)


def test_an_answer_stops_the_plan_and_a_rejection_closes_it() -> None:
    """Nothing is laid after it; the interview is closed on the next working day."""
    no = answer(DANA, at("2026-11-18 11:00"), Outcome.REJECTION)
    played = play(story(DANA, HENRY), scenario=scripted(no))
    assert [step for _, step in times(played)] == ["thank-you", "check-in"]
    assert times(played, What.CLOSED) == [("2026-11-19 09:00", "")]
    assert times(played, What.ANSWER) == [("2026-11-18 11:00", "")]


def test_a_holding_reply_moves_the_ladder() -> None:
    """The check-in comes two working days after the new date."""
    later = holding_reply(DANA, at("2026-11-12 11:00"), date(2026, 11, 27))
    played = play(story(DANA), scenario=scripted(later))
    assert times(played)[1] == ("2026-12-01 09:00", "check-in")


def test_an_absence_note_moves_the_next_step_behind_the_return() -> None:
    """The working day after Dana is back."""
    note = absence_note(DANA, at("2026-11-12 11:00"), date(2026, 11, 24))
    played = play(story(DANA), scenario=scripted(note))
    assert times(played)[1] == ("2026-11-25 09:00", "check-in")


def test_what_goes_to_a_dead_address_comes_back_and_goes_to_the_next_person() -> None:
    """The check-in that bounced is written to the hiring manager."""
    played = play(story(DANA, HENRY, IVY), scenario=Scenario(dead=frozenset({DANA.key})))
    people = [
        (each.step, each.person)
        for each in played.of(1)
        if each.what is What.LAID and each.step == "check-in"
    ]
    assert people == [("check-in", DANA), ("check-in", HENRY)]
    assert [each.person for each in played.of(1) if each.what is What.BOUNCE] == [DANA]


def test_a_possible_reply_holds_everything_until_it_is_decided() -> None:
    """The ladder goes on at the moment of the user's word."""
    maybe = possible_reply(HENRY, at("2026-11-16 15:00"))
    no = happened.ReplyResolved(
        at=at("2026-11-26 10:30"), message_id=maybe.mail.message_id, belongs=False
    )
    assert len(times(play(story(DANA), scenario=scripted(maybe)))) == 1
    played = play(story(DANA), scenario=scripted(maybe, no))
    assert times(played)[1] == ("2026-11-26 10:30", "check-in")


@pytest.mark.parametrize("is_announced", [True, False])
def test_nothing_is_laid_while_the_user_has_paused(is_announced: bool) -> None:
    """Whether they said until when, or came back one day."""
    pause = Pause(at("2026-11-16 12:00"), at("2026-12-03 12:00"), is_announced)
    played = play(story(DANA), scenario=Scenario(pauses=(pause,)))
    assert times(played)[1] == ("2026-12-03 12:00", "check-in")


def test_a_pause_without_an_end_ends_the_simulation_at_rest() -> None:
    """The ladder is held, and is not at its end."""
    pause = Pause(at("2026-11-16 12:00"), None)
    played = play(story(DANA), scenario=Scenario(pauses=(pause,)))
    assert len(times(played)) == 1
    assert played.at_rest
    assert list(unfinished(played.plans[1]))


def test_interviews_that_share_a_recruiter_hold_each_other_up() -> None:
    """The second check-in comes three working days after the first was sent."""
    first, second = story(DANA, IVY), story(DANA, IAN, number=2)
    played = play(first, second, scenario=Scenario((Handling(after=timedelta(hours=3)),)))
    assert times(played)[1] == ("2026-11-17 09:00", "check-in")
    assert times(played, number=2)[1] == ("2026-11-20 09:00", "check-in")


def test_an_interview_may_be_recorded_on_the_way() -> None:
    """It is not known before, and followed from then on."""
    told = story(DANA, HENRY, number=2)
    added = replace(told.events[0], at=at("2026-11-04 08:00"))
    played = simulate(
        {},
        lambda _: USUAL,
        told.workdays,
        at("2026-11-01 08:00"),
        at("2027-11-01 08:00"),
        Scenario(script=(Scripted(2, added),)),
    )
    assert times(played, What.RECORDED, number=2) == [("2026-11-04 08:00", "")]
    assert played.histories[2].closed is not None


def test_a_simulation_ends_at_its_end_though_more_would_come() -> None:
    """Ten days reach the thank-you only, and are told not to be all."""
    played = play(story(DANA), days=10)
    assert [step for _, step in times(played)] == ["thank-you"]
    assert not played.at_rest
    assert played.ended_at == at("2026-11-13 11:00")


def test_the_same_scenario_always_plays_the_same_way() -> None:
    """There is no clock and no chance in it."""
    scenario = scripted(absence_note(DANA, at("2026-11-12 11:00"), None))
    told = story(*EVERYBODY)
    assert play(told, scenario=scenario) == play(told, scenario=scenario)


def test_a_promise_and_its_reminder_are_played_as_well() -> None:
    """The reminder is a sheet that is read and deleted, the promise a draft that is sent."""
    played = play(story(DANA, promises=[("2026-11-09", "the sample")]))
    assert ("2026-11-06 09:00", "promise-reminder") in times(played)
    assert [step for _, step in times(played, What.DELETED)] == ["promise-reminder"]
    assert ("2026-11-09 10:00", "promise") in times(played, What.SENT)


def test_a_request_for_information_becomes_a_task_that_is_done() -> None:
    """It is asked for once, and done an hour later."""
    ask = answer(DANA, at("2026-11-10 11:00"), Outcome.INFO_REQUEST)
    played = play(story(DANA), scenario=scripted(ask))
    assert times(played, What.TASK) == [("2026-11-10 11:00", "answer")]
    assert times(played, What.DONE) == [("2026-11-10 12:00", "answer")]


# ---- whether a cadence ends


def step(
    name: str,
    after: Anchor = Anchor.PREVIOUS,
    days: int = 3,
    to: Iterable[Part] = (Part.RECRUITER,),
    channel: Channel = Channel.EMAIL,
) -> CadenceStep:
    """A step of somebody's own cadence."""
    return CadenceStep(name, after, Wait(days, WaitUnit.DAYS), tuple(to), channel, name)


def closing(after: Anchor, days: int = 10) -> CadenceStep:
    """The step that closes."""
    wait = Wait(days, WaitUnit.DAYS)
    return CadenceStep("end", after, wait, (), Channel.TASK, "", closes=True)


def test_the_built_in_cadence_ends() -> None:
    """With a final round and without."""
    assert never_ends(USUAL) is None


def test_a_cadence_may_end_without_closing() -> None:
    """The contract's own example has a check-in and no more."""
    assert never_ends(Cadence((step("check-in", Anchor.DECISION),))) is None


def test_a_closing_step_that_counts_from_the_interview_never_closes() -> None:
    """It is passed over like a letter to nobody."""
    reason = never_ends(Cadence((closing(Anchor.INTERVIEW), step("check-in", Anchor.DECISION))))
    assert reason is not None
    assert reason.startswith("the step end never closes the interview")


def test_a_cadence_that_takes_more_than_two_years_never_ends() -> None:
    """Waits are bounded, their sum is not."""
    steps = [step("check-in", Anchor.DECISION), *(step(f"s{n}", days=400) for n in range(2))]
    reason = never_ends(Cadence((*steps, closing(Anchor.PREVIOUS))))
    assert reason == "the step s1 is not done within two years"


def test_sending_hours_of_a_minute_are_enough() -> None:
    """Every step finds its minute."""
    minute = replace(USUAL, send_from=time(12, 0), send_until=time(12, 1))
    assert never_ends(minute) is None


def test_more_letters_than_one_person_may_get_are_passed_over() -> None:
    """Three in all; the plan ends all the same."""
    steps = [step("check-in", Anchor.DECISION), *(step(f"s{n}", days=1) for n in range(5))]
    cadence = Cadence((*steps, closing(Anchor.PREVIOUS)))
    played = rehearse(cadence, calendar(), date(2026, 11, 3), date(2026, 11, 13))
    assert [name for _, name in times(played)] == ["check-in", "s0", "s1"]
    assert never_ends(cadence) is None
