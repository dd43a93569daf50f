"""The rules of the ladder: what holds it, moves it, answers it, and what counts as done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import Channel, DraftState, Outcome, Part
from followupd.domain.plan import StepState
from tests.support.stories import (
    DANA,
    EVERYBODY,
    HENRY,
    IAN,
    IVY,
    NINA,
    calendar,
    send_all,
    story,
)


def mailed(
    name: str, after: Anchor, days: int, *to: Part, each: bool = False, unless: str | None = None
) -> CadenceStep:
    """A step of the user's own, by e-mail, after so many working days."""
    wait = Wait(days, WaitUnit.BUSINESS_DAYS)
    return CadenceStep(name, after, wait, to, Channel.EMAIL, name, each=each, unless=unless)


# ---- days


def test_a_friday_promise_before_a_holiday_monday_is_asked_about_on_wednesday() -> None:
    """Monday is free, Tuesday is the first working day, Wednesday the second."""
    told = story(DANA, workdays=calendar(holidays=["2026-11-16"]))
    assert told.due("check-in") == "2026-11-18 09:00"


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York", "Asia/Tokyo"])
def test_the_check_in_comes_at_nine_on_the_users_own_clock(zone: str) -> None:
    """West or east of Greenwich, Tuesday is the user's Tuesday."""
    told = story(DANA, workdays=calendar(zone))
    told.until("2026-11-30 09:00")
    assert told.times("check-in") == ["2026-11-17 09:00"]


@pytest.mark.parametrize(
    ("decision_by", "checked"),
    [("2026-03-27", "2026-03-31 09:00"), ("2026-10-23", "2026-10-27 09:00")],
    ids=["into summer", "into winter"],
)
def test_a_clock_change_over_the_weekend_moves_no_sending_hour(
    decision_by: str, checked: str
) -> None:
    """Nine o'clock stays nine o'clock."""
    told = story(DANA, held="2026-03-02 10:00", decision_by=decision_by)
    assert told.due("check-in") == checked


def test_two_hours_after_an_interview_are_two_hours_though_the_clocks_change() -> None:
    """Held just before the clocks go back, the wait is counted in real hours."""
    hours = (calendar().send_from.replace(hour=0), calendar().send_until)
    told = story(IVY, held="2026-10-25 01:30", workdays=calendar(hours=hours))
    assert told.due("thank-you") == "2026-10-25 02:30"


def test_what_was_due_before_the_clocks_went_back_is_due_after_it() -> None:
    """In the hour that Cairo's evening repeats, 23:10 comes after 23:20."""
    cairo = calendar("Africa/Cairo", hours=(time(9), time.max))
    told = story(IVY, held="2026-10-29 21:20", workdays=cairo)
    again = datetime(2026, 10, 29, 23, 10, fold=1, tzinfo=cairo.zone)
    assert [step.step for step in told.plan(again).queue] == ["thank-you"]


def test_what_is_due_on_a_day_off_waits_for_the_next_working_morning() -> None:
    """A wait in plain days that ends on a Saturday goes on to Monday."""
    steps = (
        CadenceStep(
            "check-in",
            Anchor.DECISION,
            Wait(1, WaitUnit.DAYS),
            (Part.RECRUITER,),
            Channel.EMAIL,
            "check-in",
        ),
    )
    assert story(DANA, cadence=Cadence(steps)).due("check-in") == "2026-11-16 09:00"


def test_an_interview_recorded_late_gets_its_check_in_at_once_but_in_sending_hours() -> None:
    """Recorded on a Saturday three weeks later, it is asked about on Monday morning."""
    told = story(DANA, recorded="2026-11-28 10:00")
    assert told.due("check-in") == "2026-11-30 09:00"
    told.until("2026-11-30 09:00")
    assert told.waiting() == ["check-in"]


def test_a_machine_that_slept_through_the_hour_queues_in_sending_hours_all_the_same() -> None:
    """Woken on Tuesday evening, the draft is laid down on Wednesday morning."""
    told = story(DANA)
    told.now = told.moment("2026-11-17 19:00")
    told.sweep()
    assert told.waiting() == []
    assert told.due("check-in") == "2026-11-18 09:00"


def test_nobody_is_asked_before_the_interview_was_held() -> None:
    """A decision date before the interview is a slip of the pen, not a reason to write."""
    told = story(
        DANA, held="2026-12-03 10:00", decision_by="2026-11-13", recorded="2026-11-02 09:00"
    )
    told.until("2026-12-03 09:59")
    assert told.waiting() == []


# ---- by hand


def test_what_the_user_writes_by_hand_counts_as_the_step() -> None:
    """Who has asked on Monday is not asked by a draft on Tuesday."""
    told = story(*EVERYBODY)
    told.until("2026-11-16 11:00")
    told.by_hand(DANA)
    told.until("2026-11-18 09:00")
    assert told.times("check-in") == []
    assert told.step("check-in").reason == "you wrote to Dana Fox yourself on Mon 16 Nov"
    assert told.due("network", NINA) == "2026-11-19 09:00"


def test_writing_by_hand_takes_the_untouched_draft_back() -> None:
    """The draft is of no use any more."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.by_hand(DANA)
    told.sweep()
    assert told.waiting() == []


def test_what_was_written_before_the_decision_date_passed_is_no_check_in() -> None:
    """A question about the parking garage is not the check-in."""
    told = story(DANA)
    told.until("2026-11-06 11:00")
    told.by_hand(DANA)
    assert told.due("check-in") == "2026-11-17 09:00"


def test_writing_to_the_hiring_manager_early_counts_as_that_step() -> None:
    """Whom the user has asked on their own is not asked again when the turn comes."""
    told = story(DANA, HENRY)
    told.until("2026-11-16 11:00")
    told.by_hand(HENRY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    assert told.step("hiring-manager").state is StepState.DONE


def test_one_message_by_hand_counts_for_one_step_only() -> None:
    """A second letter of the cadence to the same person is still to come."""
    steps = (
        mailed("check-in", Anchor.DECISION, 2, Part.RECRUITER),
        mailed("again", Anchor.PREVIOUS, 4, Part.RECRUITER),
    )
    told = story(DANA, cadence=Cadence(steps))
    told.until("2026-11-16 11:00")
    told.by_hand(DANA)
    assert told.step("check-in").state is StepState.DONE
    assert told.due("again") == "2026-11-20 09:00"


def test_a_thank_you_by_hand_counts() -> None:
    """Who thanked from the train needs no draft."""
    told = story(IVY, IAN)
    told.now = told.moment("2026-11-03 11:30")
    told.by_hand(IVY)
    told.until("2026-11-03 13:00")
    assert [laid.step.person for laid in told.laid] == [IAN]


def test_a_call_counts_as_the_step_that_asks() -> None:
    """Who rang instead of writing has checked in, once."""
    told = story(DANA, HENRY)
    told.until("2026-11-16 11:00")
    told.call()
    assert told.step("check-in").reason == "you called on Mon 16 Nov"
    assert told.due("hiring-manager") == "2026-11-19 09:00"


def test_one_call_counts_for_one_step_only() -> None:
    """A call before the check-in does not do the call at the end as well."""
    told = story(DANA)
    told.until("2026-11-16 11:00")
    told.call()
    assert told.step("check-in").state is StepState.DONE
    assert told.due("call") == "2026-11-19 09:00"


def test_a_call_before_the_decision_date_asks_nothing() -> None:
    """It was about something else."""
    told = story(DANA)
    told.until("2026-11-10 11:00")
    told.call()
    assert told.due("check-in") == "2026-11-17 09:00"


def test_a_message_to_a_friend_is_not_a_call_to_the_employer() -> None:
    """A call does not count as the letter to the network."""
    told = story(DANA, NINA)
    told.until("2026-11-17 11:00")
    told.send("check-in")
    told.until("2026-11-18 11:00")
    told.call()
    assert told.due("network") == "2026-11-20 09:00"


def test_a_call_to_a_friend_with_a_call_sheet_does_that_step() -> None:
    """A friend who prefers the phone is called, and `called` says so."""
    told = story(DANA, replace(NINA, channel=Channel.CALL))
    told.until("2026-11-17 11:00")
    told.send("check-in")
    told.until("2026-11-20 11:00")
    assert told.waiting() == ["network"]
    told.call()
    told.sweep()
    assert told.waiting() == []
    assert told.step("network").state is StepState.DONE
    assert told.due("call") == "2026-11-25 09:00"


# ---- answers


def test_a_reply_takes_every_untouched_draft_back() -> None:
    """No "I have not heard from you" lies in Drafts beside an answer."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.reply(DANA)
    told.sweep()
    assert told.waiting() == []
    assert [(d.step, why) for d, why in told.withdrawn][-1] == (
        "check-in",
        "dana@acme.example answered on Tue 17 Nov",
    )


def test_a_reply_leaves_an_edited_draft_alone() -> None:
    """What the user has touched is theirs."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    told.reply(DANA)
    told.until("2026-12-17 10:00")
    assert told.draft("check-in").state is DraftState.EDITED
    assert [draft.step for draft, _ in told.withdrawn] == ["thank-you"]


def test_a_possible_reply_holds_back_every_step() -> None:
    """Nothing is queued, and nothing lies in Drafts, until the user has decided."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    message_id = told.possible_reply()
    told.until("2026-11-20 10:00")
    assert told.waiting() == []
    assert "followupd resolve" in told.step("check-in").reason
    told.resolve(message_id, belongs=False)
    told.sweep()
    assert told.times("check-in") == ["2026-11-20 10:00"]


def test_a_possible_reply_takes_the_untouched_draft_back_until_it_is_decided() -> None:
    """The draft comes back as a second attempt when it was no answer."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    message_id = told.possible_reply()
    told.sweep()
    assert told.waiting() == []
    told.resolve(message_id, belongs=False)
    told.sweep()
    assert told.waiting() == ["check-in"]
    assert told.draft("check-in").attempt == 1


def test_two_possible_replies_both_want_a_word() -> None:
    """Deciding one leaves the other open."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    first = told.possible_reply()
    told.possible_reply()
    told.resolve(first, belongs=False)
    told.until("2026-11-20 10:00")
    assert told.waiting() == []


# ---- the decision date moves


def test_a_moved_decision_date_starts_the_ladder_anew() -> None:
    """The check-in of the first run is taken back, that of the second comes in its own time."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.decision("2026-11-27")
    told.sweep()
    assert told.waiting() == []
    told.until("2026-12-01 09:00")
    assert told.times("check-in") == ["2026-11-17 09:00", "2026-12-01 09:00"]
    assert told.draft("check-in").cycle == 1


def test_a_moved_decision_date_asks_again_after_a_holding_reply() -> None:
    """They answered the first check-in with a new date, and let that pass as well."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-18 10:00")
    told.reply(DANA)
    told.decision("2026-11-27")
    send_all(told, "2026-12-04 10:00")
    assert told.times("check-in") == ["2026-11-17 09:00", "2026-12-01 09:00"]
    assert told.times("hiring-manager") == ["2026-12-04 09:00"]


def test_an_edited_draft_of_the_first_run_holds_the_second() -> None:
    """Two letters to one person never wait side by side."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    told.decision("2026-11-27")
    told.until("2026-12-10 10:00")
    assert told.waiting() == ["check-in"]
    assert told.step("check-in").reason == "another draft to Dana Fox waits in Drafts: check-in"


def test_an_edited_call_sheet_of_the_first_run_holds_the_second() -> None:
    """Nor do two call sheets for one person."""
    told = story(
        DANA, cadence=Cadence(tuple(step for step in BUILT_IN if step.name in ("call", "move-on")))
    )
    told.until("2026-11-18 10:00")
    told.edit("call")
    told.decision("2026-11-27")
    told.until("2026-12-20 10:00")
    assert told.times("call") == ["2026-11-18 09:00"]


# ---- the user's wishes


def test_nothing_is_queued_before_a_snooze_is_over() -> None:
    """After it the step comes in sending hours."""
    told = story(DANA)
    told.snooze("2026-11-21 12:00")
    told.until("2026-11-30 10:00")
    assert told.times("check-in") == ["2026-11-23 09:00"]


def test_a_skipped_step_is_passed_over_and_its_wait_counts_from_then() -> None:
    """The user skips the check-in; the network is asked three working days later."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.skip("check-in")
    told.sweep()
    assert told.waiting() == []
    assert told.step("check-in").state is StepState.SKIPPED
    assert told.due("network", NINA) == "2026-11-20 09:00"


def test_skipping_for_the_recruiter_does_not_send_it_to_the_hiring_manager() -> None:
    """A step the user does not want goes to nobody else."""
    told = story(DANA, HENRY)
    told.skip("check-in")
    assert told.step("check-in").state is StepState.SKIPPED


def test_skipping_the_end_keeps_the_interview_open() -> None:
    """Without move-on nothing closes by itself."""
    told = story()
    told.skip("move-on")
    told.until("2027-06-01 10:00")
    assert told.history.closed is None


# ---- absence and bounces


def test_an_absence_note_moves_the_step_to_the_working_day_after_the_return() -> None:
    """Back on Monday the 23rd, written to on Tuesday."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    told.absence(DANA, returns_on="2026-11-23")
    assert told.due("check-in") == "2026-11-24 09:00"
    assert told.step("check-in").reason == ("the working day after Dana Fox is back on Mon 23 Nov")


def test_an_absence_note_without_a_day_moves_the_step_by_three_working_days() -> None:
    """Nobody knows when they are back, so a little later."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    told.absence(DANA)
    assert told.due("check-in") == "2026-11-19 09:00"


def test_an_absence_that_is_over_in_time_moves_nothing() -> None:
    """Back before the check-in is due."""
    told = story(DANA)
    told.absence(DANA, returns_on="2026-11-09")
    assert told.due("check-in") == "2026-11-17 09:00"


def test_an_absence_of_one_person_does_not_move_another() -> None:
    """Only the absent person's step waits."""
    told = story(DANA, HENRY)
    told.absence(HENRY, returns_on="2027-01-11")
    assert told.due("check-in") == "2026-11-17 09:00"


def test_an_absence_does_not_move_a_thank_you() -> None:
    """Thanks keep."""
    told = story(IVY)
    told.absence(IVY, returns_on="2026-11-23")
    assert told.due("thank-you") == "2026-11-03 12:00"


def test_an_older_absence_note_does_not_outdo_a_newer_one() -> None:
    """Notes may be read out of order; the one written last counts."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    told.absence(DANA, returns_on="2026-11-23")
    told.now = told.moment("2026-11-10 10:00")
    told.absence(DANA, returns_on="2026-11-30")
    told.now = told.moment("2026-11-16 10:00")
    assert told.due("check-in") == "2026-11-24 09:00"


def test_who_writes_is_back() -> None:
    """A mail of the person's own ends their absence."""
    told = story(DANA)
    told.absence(DANA, returns_on="2027-01-11")
    told.reply(DANA)
    told.decision("2026-11-13")
    assert told.due("check-in") == "2026-11-17 09:00"


def test_a_bounce_moves_the_step_to_the_next_person() -> None:
    """The recruiter's address is gone: the hiring manager is asked, and only once."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.bounce(DANA)
    told.sweep()
    assert [draft.person for draft in told.history.open_drafts] == [HENRY.address]
    assert told.step("hiring-manager").state is StepState.PASSED


def test_a_bounce_takes_the_untouched_draft_to_that_person_back() -> None:
    """A thank-you bounced; the check-in that lies in Drafts would as well."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 10:00")
    told.bounce(DANA)
    told.sweep()
    assert [reason for _, reason in told.withdrawn][-1] == "mail to dana@acme.example comes back"
    assert [draft.person for draft in told.history.open_drafts] == [HENRY.address]


def test_an_edited_draft_to_a_dead_address_holds_the_step_until_the_user_lets_go() -> None:
    """There are never two open drafts for one step, not even to two people."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    told.bounce(DANA)
    told.sweep()
    assert [draft.person for draft in told.history.open_drafts] == [DANA.address]
    told.delete("check-in")
    told.sweep()
    assert [draft.person for draft in told.history.open_drafts] == [HENRY.address]


def test_when_mail_to_everybody_comes_back_the_step_is_passed_over() -> None:
    """The plan says that mail comes back, not that nobody was named."""
    told = story(DANA)
    told.bounce(DANA)
    step = told.step("check-in")
    assert step.state is StepState.PASSED
    assert step.reason == "mail to every recruiter or hiring manager comes back"


def test_a_bounce_to_a_friend_passes_that_friend_over() -> None:
    """The other one is still asked."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.bounce(NINA)
    told.until("2026-11-20 09:00")
    asked = [d.person for d in told.history.open_drafts]
    assert asked == ["noah@friends.example"]


def test_a_letter_that_came_back_was_not_sent() -> None:
    """The plan says so, and goes on."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-20 10:00")
    told.send("network", NINA)
    told.bounce(NINA)
    step = told.step("network", NINA)
    assert (step.state, step.reason) == (StepState.PASSED, "mail to Nina North comes back")


# ---- promises


def test_two_promises_to_one_person_are_both_kept() -> None:
    """The user's own word comes before any limit."""
    told = story(DANA, IVY, promises=[("2026-11-10", "a report"), ("2026-11-10", "a sample")])
    told.until("2026-11-10 09:00")
    assert told.waiting() == ["promise", "promise"]


def test_a_promise_is_kept_after_an_answer() -> None:
    """They wrote; the sample is owed all the same."""
    told = story(DANA, promises=[("2026-11-09", "a sample")])
    told.until("2026-11-05 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    told.until("2026-11-09 10:00")
    assert told.waiting() == ["promise"]


@pytest.mark.parametrize("outcome", [Outcome.OFFER, Outcome.REJECTION])
def test_a_promise_falls_away_with_an_offer_or_a_rejection(outcome: Outcome) -> None:
    """An offer stops everything, and so does a no."""
    told = story(DANA, promises=[("2026-11-09", "a sample")])
    told.until("2026-11-05 10:00")
    told.reply(DANA, outcome)
    told.until("2026-11-09 10:00")
    assert told.waiting() == []


def test_a_promise_is_not_held_by_a_possible_reply() -> None:
    """Whatever they wrote, the word was given."""
    told = story(DANA, promises=[("2026-11-09", "a sample")])
    told.until("2026-11-05 10:00")
    told.possible_reply()
    told.until("2026-11-09 10:00")
    assert told.waiting() == ["promise"]


def test_a_promise_kept_by_hand_that_morning_needs_no_draft() -> None:
    """Sent at eight, it is kept."""
    told = story(DANA, promises=[("2026-11-09", "a sample")])
    told.until("2026-11-09 08:00")
    told.by_hand(DANA)
    told.until("2026-11-09 12:00")
    assert told.times("promise") == []


def test_a_promise_of_yesterday_is_queued_at_once() -> None:
    """Better late than never."""
    told = story(DANA, promises=[("2026-11-05", "a sample")], recorded="2026-11-07 20:00")
    told.sweep()
    assert told.times("promise") == ["2026-11-07 20:00"]


def test_a_promise_due_with_the_check_in_goes_first_and_alone() -> None:
    """Two drafts to one person never become due in one go."""
    told = story(DANA, promises=[("2026-11-17", "a sample")])
    told.until("2026-11-17 10:00")
    assert told.waiting() == ["promise"]
    told.send("promise")
    told.until("2026-11-30 10:00")
    assert told.times("check-in") == ["2026-11-20 09:00"]


# ---- a cadence of the user's own


def test_a_cadence_of_the_users_own_is_followed() -> None:
    """Ask on the next day, both at once, then end after a week."""
    steps = (
        mailed("ask", Anchor.DECISION, 1, Part.HIRING_MANAGER, Part.RECRUITER),
        CadenceStep(
            "end", Anchor.PREVIOUS, Wait(7, WaitUnit.DAYS), (), Channel.TASK, "", closes=True
        ),
    )
    told = story(DANA, HENRY, cadence=Cadence(steps))
    send_all(told, "2027-01-01 00:00")
    assert [(laid.step.person, told.clock(laid.at)) for laid in told.laid] == [
        (HENRY, "2026-11-16 09:00")
    ]
    assert told.history.closed is not None
    assert told.clock(told.history.closed.at) == "2026-11-23 09:00"


def test_a_later_step_after_the_interview_is_not_too_late_on_its_own_day() -> None:
    """An article a week after the interview is no belated thank-you."""
    steps = (mailed("article", Anchor.INTERVIEW, 5, Part.INTERVIEWER),)
    told = story(IVY, cadence=Cadence(steps))
    told.until("2026-11-10 09:00")
    assert told.waiting() == ["article"]
    told.until("2026-11-12 09:00")
    assert told.waiting() == []


def test_two_steps_after_the_decision_date_each_count_from_it() -> None:
    """The second waits for the first all the same, and its reason names the decision date."""
    steps = (
        mailed("first", Anchor.DECISION, 2, Part.RECRUITER),
        mailed("second", Anchor.DECISION, 5, Part.HIRING_MANAGER),
    )
    told = story(DANA, HENRY, cadence=Cadence(steps))
    told.until("2026-11-17 10:00")
    told.send("first")
    step = told.step("second")
    assert told.clock(step.due) == "2026-11-20 09:00"
    assert step.reason == "5 working days after the promised decision date, Fri 13 Nov"


def test_a_step_after_the_decision_date_does_not_overtake_the_one_before() -> None:
    """Where the first was sent late, the second comes on that day at the earliest."""
    steps = (
        mailed("first", Anchor.DECISION, 2, Part.RECRUITER),
        mailed("second", Anchor.DECISION, 3, Part.HIRING_MANAGER),
    )
    told = story(DANA, HENRY, cadence=Cadence(steps))
    told.until("2026-11-25 10:00")
    told.send("first")
    told.sweep()
    assert told.waiting() == ["second"]


def test_a_person_named_twice_gets_one_thank_you() -> None:
    """The same address in two spellings is one person."""
    twice = type(IVY)("Ivy", IVY.address.upper(), Part.INTERVIEWER)
    told = story(IVY, twice)
    told.until("2026-11-03 12:00")
    assert told.waiting() == ["thank-you"]
    assert told.step("thank-you").person == IVY


def test_a_task_has_no_draft_and_holds_the_plan_until_it_is_done() -> None:
    """It is shown when its time has come; the next wait counts from the day it was done."""
    steps = (
        CadenceStep("breathe", Anchor.DECISION, Wait(2, WaitUnit.DAYS), (), Channel.TASK, ""),
        mailed("after", Anchor.PREVIOUS, 2, Part.RECRUITER),
    )
    told = story(DANA, cadence=Cadence(steps))
    assert (told.step("breathe").state, told.due("breathe")) == (
        StepState.PLANNED,
        "2026-11-16 09:00",
    )
    told.until("2026-11-18 10:00")
    assert [task.step for task in told.plan().tasks] == ["breathe"]
    assert told.waiting() == []
    told.record(acts.TaskDone(at=told.now, step="breathe", cycle=0, person=""))
    assert (told.step("breathe").state, told.step("breathe").reason) == (
        StepState.DONE,
        "you did it",
    )
    assert told.due("after") == "2026-11-20 09:00"


def test_a_step_the_user_removed_from_the_cadence_leaves_drafts() -> None:
    """The untouched draft of a step that is no more is taken back."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.cadence = Cadence(tuple(step for step in BUILT_IN if step.name != "check-in"))
    told.sweep()
    assert [reason for _, reason in told.withdrawn][-1] == "the cadence no longer has this step"


def test_a_draft_that_turned_up_again_holds_as_before() -> None:
    """Found again where it lay, it is simply queued."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.lose("check-in")
    told.record(happened.DraftFound(at=told.now, message_id=told.draft("check-in").message_id))
    assert told.step("check-in").state is StepState.QUEUED


def test_a_draft_sent_late_counts_though_it_was_taken_for_dismissed() -> None:
    """A phone sends when it has a network; what went out was sent."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.lose("check-in")
    told.delete("check-in")
    told.until("2026-11-18 10:00")
    told.send("check-in")
    assert told.step("check-in").state is StepState.SENT


def test_nothing_after_the_interview_comes_before_it() -> None:
    """Whoever waits no day at all waits for the interview, not for the morning of its day."""
    steps = (
        CadenceStep(
            "thanks",
            Anchor.INTERVIEW,
            Wait(0, WaitUnit.DAYS),
            (Part.RECRUITER,),
            Channel.EMAIL,
            "thank-you",
        ),
    )
    told = story(DANA, cadence=Cadence(steps), held="2026-11-03 14:00", recorded="2026-11-02 10:00")
    told.until("2026-11-05 10:00")
    assert told.times("thanks") == ["2026-11-03 14:00"]
