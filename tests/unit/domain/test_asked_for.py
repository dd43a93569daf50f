"""Drafts that the user asked for, in the company of everything else."""

from __future__ import annotations

from dataclasses import replace

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.interview import DraftState, Outcome, Person
from followupd.domain.plan import StepState
from followupd.domain.workdays import Away
from tests.support.stories import DANA, IVY, Story, story


def ask(told: Story, template: str, person: Person) -> None:
    """The user asks for a draft."""
    told.record(acts.DraftRequested(at=told.now, template=template, person=person.address))
    told.sweep()


def test_a_thank_you_that_was_asked_for_lies_there_without_waking_anybody() -> None:
    """It is never too late for it; time alone changes nothing."""
    told = story(DANA)
    told.until("2026-11-30 10:00")
    told.skip("check-in")
    ask(told, "thank-you", DANA)
    told.until("2027-03-01 10:00")
    assert "thank-you" in told.waiting()
    due = told.plan().next_due
    assert due is None or due > told.now


def test_a_call_sheet_that_was_asked_for_is_done_by_calling() -> None:
    """It is taken back, and holds nothing any more."""
    told = story(DANA, IVY)
    told.until("2026-11-16 10:00")
    ask(told, "call", DANA)
    told.now = told.moment("2026-11-16 11:00")
    told.call()
    told.sweep()
    sheet = next(draft for draft in told.history.drafts if draft.step == "call")
    assert sheet.state is DraftState.WITHDRAWN
    assert [s.state for s in told.plan().steps if s.request == 0] == [StepState.DONE]


def test_an_article_sent_on_the_day_of_a_promise_does_not_keep_it() -> None:
    """It is known to be something else."""
    told = story(DANA, promises=[("2026-11-09", "a sample")])
    told.until("2026-11-09 08:00")
    ask(told, "share-article", DANA)
    told.send("share-article")
    told.until("2026-11-09 10:00")
    assert told.waiting() == ["promise"]


def test_a_draft_that_was_asked_for_and_came_back_goes_to_the_address_put_right() -> None:
    """The user wanted it to reach Dana."""
    told = story(DANA)
    told.until("2026-11-05 10:00")
    ask(told, "share-article", DANA)
    told.send("share-article")
    told.bounce(DANA)
    new = replace(DANA, address="fox@acme.example")
    told.record(acts.PersonRecorded(at=told.now, person=new, instead_of=DANA.address))
    told.sweep()
    draft = told.draft("share-article")
    assert (draft.to, draft.state) == (new.address, DraftState.QUEUED)


def test_what_was_asked_for_before_a_pause_stays_in_drafts() -> None:
    """As all that lies there does."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.workdays = replace(told.workdays, away=(Away(told.now, None),))
    told.sweep()
    assert told.waiting() == ["check-in"]
    assert told.step("check-in").state is StepState.QUEUED


def test_a_pause_does_not_keep_a_draft_beside_a_possible_reply() -> None:
    """What they may have answered is not asked again, pause or not."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.workdays = replace(told.workdays, away=(Away(told.now, None),))
    told.possible_reply()
    told.sweep()
    assert told.waiting() == []


def test_two_questions_asked_for_in_one_go_come_one_after_the_other() -> None:
    """The second when the first is sent or deleted."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    for _ in range(2):
        told.record(acts.DraftRequested(at=told.now, template="check-in", person=DANA.address))
    told.sweep()
    assert told.waiting() == ["check-in"]
    told.delete("check-in")
    told.sweep()
    assert told.waiting() == ["check-in"]


def test_a_call_sheet_and_a_check_in_never_come_together() -> None:
    """The user asked for the sheet on the morning on which the check-in is due."""
    told = story(DANA, IVY)
    told.until("2026-11-17 08:00")
    told.record(acts.DraftRequested(at=told.now, template="call", person=DANA.address))
    told.now = told.moment("2026-11-17 09:00")
    told.sweep()
    assert told.waiting() == ["call"]


# ---- tasks


def test_a_second_request_for_information_is_asked_about_though_the_first_was_left() -> None:
    """The user skipped the one of Tuesday; that of Thursday is another."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    told.now = told.moment("2026-11-10 11:00")
    told.skip("answer")
    assert told.plan().tasks == ()
    told.until("2026-11-12 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    assert [task.step for task in told.plan().tasks] == ["answer"]


def test_who_has_called_them_is_not_asked_whether_they_called() -> None:
    """The user knows by then."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    verdict = happened.Verdict(happened.Meaning.STILL_DECIDING, 0.9, by_call=True)
    told.record(
        happened.HoldingReply(
            at=told.now,
            mail=told.mail(DANA.address, ("robin@example.org",)),
            layer=happened.Layer.ADDRESS,
            evidence="",
            decision_by=told.workdays.day_of(told.moment("2026-11-13 09:00")),
            verdict=verdict,
        )
    )
    told.until("2026-11-16 10:00")
    assert [task.step for task in told.plan().tasks] == ["their-call"]
    told.call()
    assert told.plan().tasks == ()
