"""How an interview ends, and how an end is taken back."""

from __future__ import annotations

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.interview import Outcome, Status
from tests.support.stories import DANA, IVY, story


def test_a_rejection_after_the_plan_gave_up_closes_as_any_other() -> None:
    """The plan had come to its end; then they said no."""
    told = story(DANA)
    told.record(happened.Closed(at=told.now, reason="silence", by_plan=True))
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.until("2026-11-16 09:00")
    assert told.plan().status is Status.CLOSED


def test_a_closing_by_hand_that_was_taken_back_does_not_come_again() -> None:
    """The user closed it after the rejection, and thought better of it."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.now = told.moment("2026-11-13 11:00")
    told.record(happened.Closed(at=told.now, reason="enough"))
    told.record(happened.Reopened(at=told.now))
    told.until("2026-12-17 10:00")
    assert told.plan().status is Status.ANSWERED


def test_a_kind_word_after_the_rejection_opens_nothing_for_good() -> None:
    """They say thank you for the thank you."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.until("2026-11-18 10:00")
    told.reply(DANA)
    told.until("2026-11-19 10:00")
    assert told.plan().status is Status.CLOSED


def test_who_is_put_off_after_another_round_was_recorded_does_not_wait_for_the_first() -> None:
    """What they will say by Friday is about the round to come (advice row 20)."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.until("2026-11-11 10:00")
    told.holding_reply(DANA, "2026-11-13")
    told.until("2026-12-01 10:00")
    assert told.plan().status is Status.ANSWERED
    assert "check-in" not in told.waiting()


def test_what_they_ask_for_before_another_round_is_about_that_round() -> None:
    """Once they have it, nobody waits for the answer to the first round again."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.now = told.moment("2026-11-10 11:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    assert [task.step for task in told.plan().tasks] == ["answer"]
    told.now = told.moment("2026-11-10 12:00")
    told.by_hand(DANA)
    told.until("2026-12-10 10:00")
    assert told.plan().status is Status.ANSWERED
    assert (told.plan().tasks, told.waiting()) == ((), [])


def test_an_invitation_by_mail_does_not_stop_the_thanks_once_the_round_is_recorded() -> None:
    """Dana wrote an hour after the interview; Ivy is thanked all the same."""
    told = story(IVY, DANA)
    told.reply(DANA, Outcome.NEXT_ROUND)
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.until("2026-11-03 12:00")
    assert told.waiting() == ["thank-you"]


def test_an_offer_after_another_round_was_recorded_stops_the_thanks_as_well() -> None:
    """An offer stops everything."""
    told = story(IVY, DANA)
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.record(happened.MarkedAnswered(at=told.now, outcome=Outcome.OFFER))
    told.until("2026-11-03 12:00")
    assert told.waiting() == []


def test_a_mail_from_before_does_not_shorten_the_wait_for_what_was_given_since() -> None:
    """A holding reply of Thursday is found after the answer to Tuesday's question was sent."""
    told = story(DANA)
    told.until("2026-11-05 10:00")
    early = told.mail(DANA.address, ("robin@example.org",))
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    told.until("2026-11-11 10:00")
    told.by_hand(DANA)
    told.holding_reply(DANA, "2026-11-09", mail=early)
    assert told.due("check-in") == "2026-11-20 09:00"
