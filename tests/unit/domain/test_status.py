"""Where an interview stands, and what moves it."""

from __future__ import annotations

from datetime import date

import pytest

from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence, Wait, WaitUnit
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import Outcome, Status
from followupd.domain.status import expected_by
from tests.support.stories import DANA, HENRY, IVY, Story, calendar, story


def status_at(told: Story, clock: str) -> Status:
    """The status at that moment, without anything being done."""
    return told.plan(told.moment(clock)).status


def test_an_interview_is_upcoming_until_it_is_held() -> None:
    """Recorded beforehand, it waits for its own hour."""
    told = story(DANA, recorded="2026-10-20 10:00")
    assert status_at(told, "2026-11-03 09:59") is Status.UPCOMING
    assert status_at(told, "2026-11-03 10:00") is Status.WAITING


def test_an_interview_waits_through_the_decision_date_and_is_silent_after_it() -> None:
    """The promised day belongs to them, to its last minute."""
    told = story(DANA)
    assert status_at(told, "2026-11-13 23:59") is Status.WAITING
    assert status_at(told, "2026-11-14 00:00") is Status.SILENT


@pytest.mark.parametrize(
    ("zone", "silent_from"),
    [("America/Los_Angeles", "2026-11-14 00:00"), ("Pacific/Auckland", "2026-11-14 00:00")],
)
def test_the_decision_date_ends_at_the_users_midnight(zone: str, silent_from: str) -> None:
    """Greenwich's midnight is nobody's business west or east of it."""
    told = story(DANA, workdays=calendar(zone))
    assert status_at(told, "2026-11-13 23:59") is Status.WAITING
    assert status_at(told, silent_from) is Status.SILENT


def test_without_a_promised_date_five_working_days_are_assumed() -> None:
    """Held on a Tuesday, silent after the next Tuesday."""
    told = story(DANA, decision_by=None)
    assert expected_by(told.history, told.cadence, told.workdays) == date(2026, 11, 10)
    assert status_at(told, "2026-11-10 23:59") is Status.WAITING
    assert status_at(told, "2026-11-11 00:00") is Status.SILENT


@pytest.mark.parametrize(
    ("wait", "day"),
    [
        (Wait(7, WaitUnit.DAYS), date(2026, 11, 10)),
        (Wait(48, WaitUnit.HOURS), date(2026, 11, 5)),
        (Wait(1, WaitUnit.BUSINESS_DAYS), date(2026, 11, 4)),
    ],
)
def test_the_user_says_how_long_to_wait_where_nothing_was_promised(wait: Wait, day: date) -> None:
    """`silent_after` may be given in any unit."""
    told = story(DANA, decision_by=None)
    assert expected_by(told.history, Cadence(BUILT_IN, wait), told.workdays) == day


def test_a_reply_answers_the_interview() -> None:
    """Whoever of them writes, the ladder stops."""
    told = story(DANA, IVY)
    told.until("2026-11-10 10:00")
    told.reply(IVY)
    assert told.plan().status is Status.ANSWERED
    told.until("2027-02-01 09:00")
    assert told.times("check-in") == []


@pytest.mark.parametrize("category", list(AutomaticCategory))
def test_automatic_mail_never_answers(category: AutomaticCategory) -> None:
    """An absence note, a receipt or a newsletter leaves the status as it was."""
    told = story(DANA)
    told.until("2026-11-14 10:00")
    told.automatic(DANA, category, returns_on="2026-11-23")
    assert told.plan().status is Status.SILENT


def test_a_possible_reply_does_not_answer_by_itself() -> None:
    """Unsure is never silently decided."""
    told = story(DANA)
    told.until("2026-11-14 10:00")
    told.possible_reply()
    assert told.plan().status is Status.SILENT


def test_a_possible_reply_that_belongs_answers() -> None:
    """The user's word makes it an answer."""
    told = story(DANA)
    told.until("2026-11-14 10:00")
    told.resolve(told.possible_reply(), belongs=True)
    assert told.plan().status is Status.ANSWERED


def test_a_holding_reply_leaves_the_interview_waiting() -> None:
    """A word that they will decide by Friday moves the date and starts the wait anew."""
    told = story(DANA)
    told.until("2026-11-18 10:00")
    told.reply(DANA)
    told.decision("2026-11-27")
    assert told.plan().status is Status.WAITING
    assert status_at(told, "2026-11-28 00:00") is Status.SILENT


def test_the_user_may_say_that_an_answer_came() -> None:
    """By telephone, for instance."""
    told = story(DANA)
    told.until("2026-11-18 10:00")
    told.record(happened.MarkedAnswered(at=told.now, outcome=Outcome.OFFER))
    told.sweep()
    assert told.plan().status is Status.ANSWERED
    assert told.waiting() == []


def test_the_user_may_say_that_what_came_was_no_answer() -> None:
    """`silent` takes a wrong answer back, and the ladder goes on where it was."""
    told = story(DANA, HENRY)
    told.until("2026-11-18 10:00")
    told.reply(HENRY)
    told.until("2026-11-19 10:00")
    assert told.waiting() == []
    told.record(happened.MarkedSilent(at=told.now))
    told.sweep()
    assert told.plan().status is Status.SILENT
    assert told.waiting() == ["check-in"]


def test_silent_by_hand_does_not_make_the_check_in_any_earlier() -> None:
    """Whatever the user says, nobody is asked before the decision date plus its wait."""
    told = story(DANA)
    told.until("2026-11-09 10:00")
    told.record(happened.MarkedSilent(at=told.now))
    assert told.plan().status is Status.SILENT
    assert told.due("check-in") == "2026-11-17 09:00"


def test_who_did_not_answer_after_all_has_not_been_heard() -> None:
    """Three messages before a wrong answer are still three messages without one."""
    told = story(DANA)
    for day in ("2026-11-04", "2026-11-05", "2026-11-06"):
        told.until(f"{day} 10:00")
        told.by_hand(DANA)
    told.until("2026-11-09 10:00")
    told.reply(DANA)
    told.record(happened.MarkedSilent(at=told.now))
    assert told.step("check-in").reason == "three messages to Dana Fox are unanswered"


def test_a_closed_interview_stays_closed_when_mail_comes() -> None:
    """What the user closed, a late reply does not open."""
    told = story(DANA)
    told.record(happened.Closed(at=told.now, reason="took another offer"))
    told.reply(DANA)
    assert told.plan().status is Status.CLOSED


def test_an_answer_after_the_ladder_ended_counts() -> None:
    """The plan gave up; they did not."""
    told = story(decision_by="2026-11-06")
    told.until("2026-12-31 10:00")
    assert told.plan().status is Status.CLOSED
    told.reply(DANA)
    assert told.plan().status is Status.ANSWERED


def test_a_new_decision_date_after_the_ladder_ended_starts_another_run() -> None:
    """Where the user hears of a new date, the interview lives again."""
    told = story(DANA, decision_by="2026-11-06")
    for clock in ("2026-11-10 10:00", "2026-11-13 10:00"):
        told.until(clock)
        told.delete(told.waiting()[0])
    told.until("2026-12-31 10:00")
    assert told.plan().status is Status.CLOSED
    told.decision("2027-01-15")
    assert told.plan().status is Status.WAITING
    assert told.due("check-in") == "2027-01-19 09:00"


def test_an_answer_said_by_the_user_after_the_ladder_ended_counts() -> None:
    """They called in January; `answered` says so."""
    told = story(decision_by="2026-11-06")
    told.until("2026-12-31 10:00")
    told.record(happened.MarkedAnswered(at=told.now, outcome=Outcome.OFFER))
    assert told.plan().status is Status.ANSWERED


def test_reopening_takes_a_closing_back_and_the_plan_goes_on() -> None:
    """The check-in that was due meanwhile comes at once."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.record(happened.Closed(at=told.now, reason="no interest"))
    told.until("2026-11-19 10:00")
    assert told.times("check-in") == []
    told.record(happened.Reopened(at=told.now))
    told.sweep()
    assert told.plan().status is Status.SILENT
    assert told.times("check-in") == ["2026-11-19 10:00"]


def test_reopening_what_the_plan_closed_does_not_close_it_again_at_once() -> None:
    """The ladder is at its end; the interview stays open for the user."""
    told = story(decision_by="2026-11-06")
    told.until("2026-12-31 10:00")
    told.record(happened.Reopened(at=told.now))
    told.until("2027-03-01 10:00")
    assert told.plan().status is Status.SILENT


def test_reopening_an_answered_interview_takes_the_answer_back() -> None:
    """It was about something else."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.reply(DANA)
    told.record(happened.Reopened(at=told.now))
    assert told.plan().status is Status.WAITING
