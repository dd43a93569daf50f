"""Replies that decide nothing: put off, acknowledged, or written for somebody who has left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from followupd.domain import events as happened
from followupd.domain.events import Layer, Meaning, Verdict
from followupd.domain.interview import Outcome, Status
from followupd.domain.plan import StepState
from tests.support.stories import DANA, HENRY, IVY, ROBIN, Story, story


def test_a_holding_reply_moves_the_decision_date_and_leaves_the_interview_waiting() -> None:
    """Promised for Friday 13 November, put off to Friday 20: the check-in is due on Tuesday 24."""
    told = story(DANA, HENRY)
    told.until("2026-11-13 11:00")
    told.holding_reply(DANA, "2026-11-20")
    assert told.plan().status is Status.WAITING
    assert told.history.decision_by == date(2026, 11, 20)
    assert told.due("check-in") == "2026-11-24 09:00"


def test_a_holding_reply_takes_the_check_in_back_that_lies_in_drafts() -> None:
    """It asked what has just been said; the ladder begins anew after the new date."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 10:00")
    assert [draft.step for draft in told.history.open_drafts] == ["check-in"]
    told.holding_reply(DANA, "2026-11-27")
    told.sweep()
    assert not told.history.open_drafts
    told.until("2026-12-01 10:00")
    assert [draft.step for draft in told.history.open_drafts] == ["check-in"]


def test_a_holding_reply_without_a_day_is_waited_on_as_long_as_silence_is() -> None:
    """Five working days from the reply, not from the interview."""
    told = story(DANA, HENRY)
    told.until("2026-11-18 10:00")
    told.holding_reply(DANA)
    plan = told.plan()
    assert plan.status is Status.WAITING
    assert told.history.decision_by is None
    assert told.due("check-in") == "2026-11-27 09:00"


@pytest.mark.parametrize("outcome", [Outcome.OFFER, Outcome.REJECTION])
def test_an_offer_or_a_rejection_is_not_put_off_again(outcome: Outcome) -> None:
    """A late mail from a colleague who does not know yet."""
    told = story(DANA, HENRY)
    told.until("2026-11-13 11:00")
    told.reply(DANA, outcome)
    told.now += timedelta(hours=1)
    told.holding_reply(HENRY, "2026-11-20")
    assert told.plan().status is Status.ANSWERED


def test_a_holding_reply_that_is_found_late_does_not_undo_the_answer_after_it() -> None:
    """Its date counts, not when it was read."""
    told = story(DANA, HENRY)
    told.until("2026-11-13 11:00")
    mail = told.mail(HENRY.address, (ROBIN,))
    told.now += timedelta(hours=5)
    told.reply(DANA, Outcome.NEXT_ROUND)
    told.holding_reply(HENRY, mail=mail)
    assert told.plan().status is Status.ANSWERED


def test_of_two_holding_replies_the_newer_one_counts_whichever_was_read_first() -> None:
    """Put off to the 20th, then to the 27th; the mail about the 20th turns up later."""
    told = story(DANA, HENRY)
    told.until("2026-11-12 11:00")
    older = told.mail(DANA.address, (ROBIN,))
    told.until("2026-11-13 11:00")
    told.holding_reply(DANA, "2026-11-27")
    told.holding_reply(DANA, "2026-11-20", older)
    assert told.history.decision_by == date(2026, 11, 27)


def test_the_user_who_moves_the_date_is_believed_over_the_mail() -> None:
    """They heard it on the phone; the day is no longer shown as read from the mail."""
    told = story(DANA)
    told.until("2026-11-13 11:00")
    told.holding_reply(DANA, "2026-11-20")
    assert told.history.held_up_by is not None
    told.decision("2026-11-25")
    assert told.history.decision_by == date(2026, 11, 25)
    assert told.history.held_up_by is None


def test_an_acknowledgement_answers_nothing() -> None:
    """Thanks for a note are no answer: the interview goes on waiting, and the check-in comes."""
    told = story(DANA, HENRY, IVY)
    told.acknowledgement(IVY)
    assert told.plan().status is Status.WAITING
    assert told.due("check-in") == "2026-11-17 09:00"
    assert IVY.address in told.history.heard


def put_off_perhaps(told: Story, until: str | None, confidence: float) -> str:
    """A mail that seems to put the decision off; its Message-ID."""
    day = date.fromisoformat(until) if until else None
    mail = told.mail("colleague@acme.example", (ROBIN,))
    verdict = Verdict(Meaning.STILL_DECIDING, confidence, decision_by=day)
    told.record(
        happened.PossibleReply(
            at=told.now, mail=mail, layer=Layer.ORGANISATION, evidence="acme", verdict=verdict
        )
    )
    return mail.message_id


def test_a_possible_reply_that_names_a_day_moves_the_date_once_the_user_confirms_it() -> None:
    """Nothing moves before their word."""
    told = story(DANA)
    told.until("2026-11-13 11:00")
    message_id = put_off_perhaps(told, "2026-11-20", 0.5)
    assert told.history.decision_by == date(2026, 11, 13)
    told.resolve(message_id, belongs=True)
    assert told.plan().status is Status.WAITING
    assert told.history.decision_by == date(2026, 11, 20)


def test_a_plain_delay_without_a_day_is_waited_on_once_the_user_confirms_it() -> None:
    """They say that it concerns this interview, not that it is an answer."""
    told = story(DANA, decision_by=None)
    told.until("2026-11-13 11:00")
    told.resolve(put_off_perhaps(told, None, 0.9), belongs=True)
    assert told.plan().status is Status.WAITING


def test_what_the_user_says_a_possible_reply_means_is_what_it_means() -> None:
    """They read it as a rejection, whatever it looked like."""
    told = story(DANA)
    told.until("2026-11-13 11:00")
    message_id = put_off_perhaps(told, "2026-11-20", 0.9)
    told.resolve(message_id, belongs=True, outcome=Outcome.REJECTION)
    assert told.history.answer is not None
    assert told.history.answer.outcome is Outcome.REJECTION


def test_somebody_who_has_left_is_followed_by_the_next_person() -> None:
    """The check-in goes to the hiring manager, and the plan says why."""
    told = story(DANA, HENRY)
    told.departure(DANA)
    told.until("2026-11-17 10:00")
    assert [draft.person for draft in told.history.open_drafts] == [HENRY.address]


def test_when_everybody_has_left_the_step_is_passed_over_in_words() -> None:
    """Not "mail comes back": it does not."""
    told = story(DANA)
    told.departure(DANA)
    step = told.step("check-in")
    assert step.state is StepState.PASSED
    assert step.reason == "no recruiter or hiring manager can be reached any more"


def test_somebody_who_writes_has_not_left() -> None:
    """The mailbox's old note was wrong."""
    told = story(DANA, HENRY)
    told.departure(DANA)
    told.acknowledgement(DANA)
    assert told.history.gone == frozenset()


def test_a_full_mailbox_is_no_dead_address() -> None:
    """The mail did not arrive, but the next one may."""
    told = story(DANA)
    told.record(
        happened.Bounced(
            at=told.now, address=DANA.address, original_message_id="<ours>", permanent=False
        )
    )
    assert told.history.bounced == frozenset()


def test_a_reply_that_names_no_day_brings_forward_none_that_was_promised() -> None:
    """Promised for 27 November; that others are still met on the 4th changes nothing in that."""
    told = story(DANA, HENRY, decision_by="2026-11-27")
    told.until("2026-11-04 11:00")
    told.holding_reply(DANA)
    told.until("2026-11-05 11:00")
    told.holding_reply(DANA)
    assert told.due("check-in") == "2026-12-01 09:00"


def test_a_promise_found_late_does_not_overturn_the_day_the_user_set_after_it() -> None:
    """The mail was written before, and turned up in another folder."""
    told = story(DANA)
    told.until("2026-11-12 11:00")
    older = told.mail(DANA.address, (ROBIN,))
    told.until("2026-11-13 11:00")
    told.decision("2026-11-25")
    told.holding_reply(DANA, "2026-11-16", older)
    assert told.history.decision_by == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.OTHER, Status.WAITING), (Outcome.REJECTION, Status.ANSWERED)],
)
def test_a_reply_from_before_the_promise_is_no_answer_after_it(
    outcome: Outcome, status: Status
) -> None:
    """It was archived, and is read last; unless it says what no promise takes back."""
    told = story(DANA)
    told.until("2026-11-12 11:00")
    older = told.mail(DANA.address, (ROBIN,))
    told.until("2026-11-13 11:00")
    told.holding_reply(DANA, "2026-11-27")
    told.record(
        happened.ReplyReceived(
            at=told.now, mail=older, layer=Layer.ADDRESS, evidence="", outcome=outcome
        )
    )
    assert told.plan().status is status


@pytest.mark.parametrize("note_first", [True, False])
def test_whether_somebody_has_left_is_told_by_the_later_mail(*, note_first: bool) -> None:
    """Whichever of the note and their own mail was read first."""
    for note_is_later in (True, False):
        told = story(DANA, HENRY)
        mails = [told.mail(DANA.address, (ROBIN,))]
        told.now += timedelta(hours=1)
        mails.append(told.mail(DANA.address, (ROBIN,)))
        wrote, noted = mails if note_is_later else mails[::-1]
        events: list[happened.Event] = [
            happened.AutomaticReceived(
                at=told.now,
                mail=noted,
                category=happened.AutomaticCategory.ABSENCE,
                rule="",
                has_left=True,
            ),
            happened.Acknowledged(at=told.now, mail=wrote, layer=Layer.ADDRESS, evidence=""),
        ]
        told.record(*(events if note_first else events[::-1]))
        assert (DANA.key in told.history.gone) is note_is_later
        assert (DANA.key in told.history.absences) is note_is_later


def test_an_interview_moved_past_its_decision_date_has_none() -> None:
    """Else it would be silent, with a check-in, in the minute in which it is held."""
    told = story(DANA, HENRY)
    told.record(happened.InterviewMoved(at=told.now, held_at=told.moment("2026-11-20 10:00")))
    assert told.history.decision_by is None
    assert told.due("check-in") == "2026-12-01 09:00"
    told.until("2026-11-20 18:00")
    assert told.plan().status is Status.WAITING


def test_a_moved_interview_keeps_the_questions_that_are_not_about_its_time() -> None:
    """Nothing that may be an answer is decided unasked."""
    told = story(DANA)
    told.until("2026-11-05 11:00")
    kept = told.possible_reply()
    mail = told.mail(DANA.address, (ROBIN,))
    asks = Verdict(Meaning.NEXT_ROUND, 0.9, meets_at=told.moment("2026-11-20 10:00"))
    told.record(
        happened.PossibleReply(
            at=told.now, mail=mail, layer=Layer.ADDRESS, evidence="", verdict=asks
        ),
        happened.InterviewMoved(at=told.now, held_at=told.moment("2026-11-20 10:00")),
    )
    assert [possible.mail.message_id for possible in told.history.possible] == [kept]


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_question_after_an_offer_leaves_it_an_offer(*, by_hand: bool) -> None:
    """Papers for the contract are asked for; what the user said, or was told, still holds."""
    told = story(DANA)
    told.until("2026-11-13 11:00")
    if by_hand:
        told.record(happened.MarkedAnswered(at=told.now, outcome=Outcome.OFFER))
    else:
        told.reply(DANA, Outcome.OFFER)
    told.until("2026-11-16 11:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    assert told.history.answer is not None
    assert told.history.answer.outcome is Outcome.OFFER


def test_an_older_reply_that_is_decided_late_does_not_take_the_answer_back() -> None:
    """The rejection came after it; the user only says whose mail it was."""
    told = story(DANA)
    told.until("2026-11-13 11:00")
    message_id = told.possible_reply()
    told.until("2026-11-16 11:00")
    told.reply(DANA, Outcome.REJECTION)
    told.resolve(message_id, belongs=True)
    assert told.history.answer is not None
    assert told.history.answer.outcome is Outcome.REJECTION
