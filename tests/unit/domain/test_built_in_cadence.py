"""The rows of the built-in cadence, one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followupd.domain.cadence import Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import Channel, Part, Person, Status
from followupd.domain.plan import StepState
from tests.support.stories import (
    DANA,
    EVERYBODY,
    HENRY,
    IAN,
    IVY,
    NINA,
    NOAH,
    SAM,
    Story,
    calendar,
    send_all,
    story,
)


def asked(told: Story, name: str) -> list[str]:
    """Who got a draft of that step."""
    return [d.person for d in told.history.drafts if d.step == name]


def test_each_interviewer_is_thanked_two_hours_after_the_interview() -> None:
    """Everybody who interviewed gets a thank-you of their own, two hours later."""
    told = story(*EVERYBODY)
    told.until("2026-11-03 11:59")
    assert told.waiting() == []
    told.until("2026-11-03 12:00")
    assert asked(told, "thank-you") == [IVY.address, IAN.address]


@pytest.mark.parametrize(
    ("people", "thanked"),
    [((DANA, HENRY), HENRY), ((DANA, NINA), DANA)],
    ids=["hiring manager", "recruiter"],
)
def test_without_an_interviewer_the_next_in_line_is_thanked(
    people: tuple[Person, ...], thanked: Person
) -> None:
    """The hiring manager is thanked where no interviewer is known, else the recruiter."""
    told = story(*people)
    told.until("2026-11-03 12:00")
    assert [step.person for step in told.plan().steps if step.step == "thank-you"] == [thanked]
    assert told.waiting() == ["thank-you"]


@pytest.mark.parametrize(
    ("held", "thanked"),
    [
        ("2026-11-03 06:30", "2026-11-03 09:00"),
        ("2026-11-03 15:29", "2026-11-03 17:29"),
        ("2026-11-03 15:30", "2026-11-04 09:00"),
        ("2026-11-03 16:00", "2026-11-04 09:00"),
        ("2026-11-03 23:30", "2026-11-04 09:00"),
        ("2026-11-06 17:00", "2026-11-09 09:00"),
    ],
    ids=["before work", "just in time", "hours just over", "late", "at night", "Friday evening"],
)
def test_a_late_interview_is_thanked_for_on_the_next_working_morning(
    held: str, thanked: str
) -> None:
    """Two hours later where that is within sending hours, else the next working morning."""
    assert story(IVY, held=held).due("thank-you") == thanked


def test_an_interview_on_a_saturday_is_thanked_for_on_that_very_day() -> None:
    """Who met on a Saturday may be thanked on that Saturday."""
    told = story(IVY, held="2026-11-07 11:00")
    assert told.due("thank-you") == "2026-11-07 13:00"


def test_an_interview_on_a_saturday_evening_is_thanked_for_on_monday() -> None:
    """A Sunday is nobody's next working morning."""
    told = story(IVY, held="2026-11-07 18:00")
    assert told.due("thank-you") == "2026-11-09 09:00"


def test_a_thank_you_nobody_wants_any_more_is_taken_back() -> None:
    """Three working days after the interview an untouched thank-you leaves Drafts."""
    told = story(IVY)
    told.until("2026-11-06 23:59")
    assert told.waiting() == ["thank-you"]
    told.until("2026-11-07 00:00")
    assert told.waiting() == []
    assert told.step("thank-you").reason == "too late for it after Fri 6 Nov"


def test_a_thank_you_is_not_written_long_after_the_interview() -> None:
    """An interview recorded weeks late is not thanked for."""
    told = story(DANA, IVY, recorded="2026-11-20 10:00")
    assert told.step("thank-you").state is StepState.PASSED


def test_a_promise_is_queued_at_nine_on_its_date() -> None:
    """The draft to keep a promise with lies ready that morning, on a Sunday as well."""
    told = story(DANA, IVY, promises=[("2026-11-08", "a writing sample")])
    told.until("2026-11-08 09:00")
    assert told.times("promise") == ["2026-11-08 09:00"]
    assert asked(told, "promise") == [DANA.address]


def test_the_check_in_comes_two_working_days_after_the_decision_date() -> None:
    """Promised for a Friday, asked for on Tuesday morning, and the recruiter is asked first."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 08:59")
    assert told.times("check-in") == []
    told.until("2026-11-17 09:00")
    assert asked(told, "check-in") == [DANA.address]


def test_without_a_recruiter_the_hiring_manager_is_asked() -> None:
    """The check-in goes to the hiring manager where there is no recruiter."""
    told = story(HENRY, IVY)
    told.until("2026-11-17 09:00")
    assert asked(told, "check-in") == [HENRY.address]


def test_who_prefers_the_phone_is_called_instead() -> None:
    """A person who asked for calls gets a call sheet in place of the check-in."""
    told = story(replace(DANA, channel=Channel.CALL), IVY)
    step = told.step("check-in")
    assert (step.channel, step.template) == (Channel.CALL, "call")


def test_who_prefers_the_phone_is_still_thanked_in_writing() -> None:
    """A thank-you stays an e-mail."""
    told = story(replace(IVY, channel=Channel.CALL))
    assert told.step("thank-you").channel is Channel.EMAIL


def test_network_contacts_are_asked_three_working_days_after_the_check_in() -> None:
    """Each friend at the employer gets a draft."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-20 09:00")
    assert told.times("network") == ["2026-11-20 09:00", "2026-11-20 09:00"]
    assert asked(told, "network") == [NINA.address, NOAH.address]


def test_the_whole_plan_runs_its_course() -> None:
    """Tuesday, Friday, Wednesday, Monday: then two working weeks, and it is over."""
    told = story(*EVERYBODY)
    send_all(told, "2027-02-01 00:00")
    laid = [(laid.step.step, told.clock(laid.at)) for laid in told.laid]
    assert laid == [
        ("thank-you", "2026-11-03 12:00"),
        ("thank-you", "2026-11-03 12:00"),
        ("check-in", "2026-11-17 09:00"),
        ("network", "2026-11-20 09:00"),
        ("network", "2026-11-20 09:00"),
        ("hiring-manager", "2026-11-25 09:00"),
        ("call", "2026-11-30 09:00"),
    ]
    closed = told.history.closed
    assert closed is not None
    assert closed.by_plan
    assert told.clock(closed.at) == "2026-12-14 09:00"
    assert told.plan().status is Status.CLOSED
    assert told.plan().next_due is None


def test_the_hiring_manager_is_not_asked_twice() -> None:
    """Where the check-in went to the hiring manager, that step is passed over."""
    told = story(HENRY, IVY)
    step = told.step("hiring-manager")
    assert step.state is StepState.PASSED
    assert step.reason == "the check-in step already goes to Henry Hall"


def test_a_step_that_has_nobody_to_go_to_is_passed_over_at_once_with_its_reason() -> None:
    """Without network contacts the hiring manager's turn comes three working days later."""
    told = story(DANA, HENRY, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    assert told.step("network").reason == "no network to write to"
    assert told.due("hiring-manager") == "2026-11-20 09:00"


def test_an_interview_with_nobody_to_write_to_closes_itself_all_the_same() -> None:
    """Ten working days after the decision date there is nothing left to wait for."""
    told = story()
    told.until("2026-11-27 08:59")
    assert told.history.closed is None
    told.until("2026-11-27 09:00")
    assert told.history.closed is not None


def test_the_wait_counts_from_the_day_on_which_the_step_before_was_sent() -> None:
    """A check-in sent a week late moves everything behind it."""
    told = story(*EVERYBODY)
    told.until("2026-11-24 16:00")
    told.send("check-in")
    assert told.due("network", NINA) == "2026-11-27 09:00"


def test_the_wait_counts_from_the_day_on_which_the_step_before_was_dismissed() -> None:
    """A deleted draft means no, and the plan goes on from that day."""
    told = story(*EVERYBODY)
    told.until("2026-11-18 16:00")
    told.delete("check-in")
    told.sweep()
    assert told.step("check-in").state is StepState.DISMISSED
    assert told.due("network", NINA) == "2026-11-23 09:00"
    told.until("2026-11-23 09:00")
    assert told.times("check-in") == ["2026-11-17 09:00"]


def test_the_wait_counts_from_the_day_of_the_call() -> None:
    """After the call two working weeks pass before the plan ends."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-24 11:00")
    assert told.waiting() == ["call"]
    told.call()
    told.sweep()
    assert told.waiting() == []
    assert told.step("call").state is StepState.DONE
    assert told.due("move-on") == "2026-12-08 09:00"


def test_an_unapproved_draft_holds_the_ladder() -> None:
    """As long as the check-in waits for the user, nothing else is asked of anybody."""
    told = story(*EVERYBODY)
    told.until("2027-03-01 09:00")
    assert told.waiting() == ["check-in"]
    assert told.step("network", NINA).reason == "waits until the check-in step is done"
    assert told.step("move-on").state is StepState.HELD


def test_an_edited_draft_holds_the_ladder() -> None:
    """What the user has begun to write is still theirs to send."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    told.until("2026-12-17 10:00")
    assert told.waiting() == ["check-in"]


def test_a_missing_draft_holds_the_ladder_and_is_not_made_anew() -> None:
    """A draft that vanished may have been recalled by a mail client: nobody draws it again."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.lose("check-in")
    told.until("2026-12-17 10:00")
    assert told.times("check-in") == ["2026-11-17 09:00"]
    assert told.step("check-in").state is StepState.MISSING
    assert told.times("network") == []


def test_each_network_contact_must_be_done_before_the_ladder_goes_on() -> None:
    """One of two friends asked is not yet both."""
    told = story(*EVERYBODY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-20 10:00")
    told.send("network", NINA)
    told.until("2026-11-30 10:00")
    assert told.waiting() == ["network"]
    told.delete("network", NOAH)
    assert told.due("hiring-manager") == "2026-12-03 09:00"


def test_someone_more_senior_is_asked_only_where_the_user_wants_it() -> None:
    """The senior step is off; written into the cadence it comes four working days later."""
    assert "senior" not in [step.step for step in story(*EVERYBODY, SAM).plan().steps]
    usual = list(story(SAM).cadence.steps)
    senior = CadenceStep(
        name="senior",
        after=Anchor.PREVIOUS,
        wait=Wait(4, WaitUnit.BUSINESS_DAYS),
        to=(Part.SENIOR,),
        channel=Channel.EMAIL,
        template="senior",
    )
    usual.insert(-2, senior)
    told = story(*EVERYBODY, SAM, cadence=Cadence(tuple(usual)))
    send_all(told, "2027-02-01 00:00")
    assert told.times("hiring-manager") == ["2026-11-25 09:00"]
    assert told.times("senior") == ["2026-12-01 09:00"]
    assert told.times("call") == ["2026-12-04 09:00"]


def test_before_the_decision_date_only_thanks_and_promises_go_out() -> None:
    """Until the day they named, nobody asks where things stand; the reminder is for the user."""
    told = story(*EVERYBODY, promises=[("2026-11-05", "a report")])
    send_all(told, "2026-11-16 23:59")
    assert {laid.step.step for laid in told.laid} == {
        "thank-you",
        "promise",
        "promise-reminder",
    }


def test_every_reason_can_be_printed_in_one_line() -> None:
    """A plan explains every step in one clause."""
    told = story(*EVERYBODY, promises=[("2026-11-05", "a report")])
    for step in told.plan().steps:
        assert step.reason
        assert step.reason.isprintable()


def test_the_reason_tells_what_a_step_waits_for() -> None:
    """The plan says why a day was chosen, and when it only assumes."""
    told = story(*EVERYBODY)
    assert told.step("check-in").reason == (
        "2 working days after the promised decision date, Fri 13 Nov"
    )
    assert told.step("network", NINA).reason == (
        "3 working days after the check-in step, if that is done on its day, Tue 17 Nov"
    )
    assumed = story(*EVERYBODY, decision_by=None)
    assert assumed.step("check-in").reason == (
        "2 working days after the assumed decision date, Tue 10 Nov"
    )


def test_the_next_step_is_the_earliest_that_lies_ahead() -> None:
    """What `list` shows as next is what will lie in Drafts next."""
    told = story(*EVERYBODY)
    step = told.plan().next_step
    assert step is not None
    assert (step.step, step.person) == ("thank-you", IVY)


def test_after_weeks_the_plan_still_follows_the_calendar() -> None:
    """Christmas in Berlin lies between the call and the end."""
    told = story(
        DANA,
        decision_by="2026-12-11",
        workdays=calendar(holidays=["2026-12-25", "2026-12-26", "2027-01-01"]),
    )
    send_all(told, "2027-03-01 00:00")
    assert told.times("check-in") == ["2026-12-15 09:00"]
    assert told.times("call") == ["2026-12-18 09:00"]
    assert told.history.closed is not None
    assert told.clock(told.history.closed.at) == "2027-01-05 09:00"
