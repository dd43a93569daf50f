"""What the user owes beside the ladder (promises, wishes, tasks), and what ends a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Cadence, with_senior
from followupd.domain.interview import (
    Channel,
    DraftState,
    Outcome,
    Part,
    Person,
    Promise,
    Status,
)
from followupd.domain.plan import StepState
from followupd.domain.workdays import Away
from tests.support.stories import DANA, HENRY, IVY, NINA, SAM, story

if TYPE_CHECKING:
    from tests.support.stories import Story

RITA = Person("Rita Roe", "rita@uni.example", Part.REFERENCE)


def finals(*people: Person) -> Story:
    """A story of a last round."""
    told = story(*people)
    told.record(acts.InterviewEdited(at=told.now, is_final=True))
    return told


def ask(told: Story, template: str, person: Person) -> None:
    """The user asks for a draft."""
    told.record(acts.DraftRequested(at=told.now, template=template, person=person.address))
    told.sweep()


# Promises (advice row 4).


def test_a_promise_is_called_to_mind_on_the_working_day_before() -> None:
    """A Monday's promise on the Friday, for the user and nobody else."""
    told = story(DANA, promises=[("2026-11-09", "a writing sample")])
    assert told.due("promise-reminder") == "2026-11-06 09:00"
    told.until("2026-11-06 10:00")
    assert told.draft("promise-reminder").to == "robin@example.org"
    told.until("2026-11-09 09:30")
    assert told.waiting() == ["thank-you", "promise"] or told.waiting() == ["promise"]
    assert told.draft("promise-reminder").state is DraftState.WITHDRAWN


def test_a_promise_kept_early_needs_no_reminder() -> None:
    """Who has deleted the draft of the promise, or sent it, is not reminded any more."""
    told = story(DANA, promises=[("2026-11-09", "a writing sample")])
    told.until("2026-11-05 10:00")
    told.skip("promise")
    told.until("2026-11-06 10:00")
    assert "promise-reminder" not in told.waiting()
    assert told.step("promise-reminder").state is StepState.PASSED


def test_a_promise_for_today_has_its_draft_and_no_reminder() -> None:
    """The day before is over."""
    told = story(DANA)
    told.record(acts.PromiseMade(at=told.now, promise=Promise(date(2026, 11, 3), "the slides")))
    told.sweep()
    assert "promise" in told.waiting()
    assert told.step("promise-reminder").reason == "the day of the promise itself has come"


def test_a_promise_taken_back_takes_its_draft_along() -> None:
    """It no longer holds, and the plan does not know it any more."""
    told = story(DANA, promises=[("2026-11-05", "a writing sample")])
    told.until("2026-11-05 10:00")
    told.record(acts.PromiseDropped(at=told.now, number=0))
    told.sweep()
    assert told.draft("promise").state is DraftState.WITHDRAWN
    assert told.withdrawn[-1][1] == "the promise no longer holds"
    assert not [step for step in told.plan().steps if step.step == "promise"]


# After a final round (advice rows 10 and 15).


def test_after_a_final_round_the_check_in_asks_one_simple_thing() -> None:
    """Only an offer is open: the words are others."""
    assert finals(DANA).step("check-in").template == "check-in-final"
    assert story(DANA).step("check-in").template == "check-in"


def test_after_a_final_round_the_references_are_told() -> None:
    """On the next working day, each of them."""
    told = finals(DANA, RITA)
    assert told.due("references") == "2026-11-04 09:00"
    assert told.step("references").person == RITA


def test_before_a_final_round_nobody_troubles_the_references() -> None:
    """There is no such step at all."""
    names = [step.step for step in story(DANA, RITA).plan().steps]
    assert "references" not in names


def test_someone_more_senior_is_written_to_only_where_that_is_wanted() -> None:
    """Four working days after the hiring manager, in the cadence that has it (advice row 13)."""
    plain = story(DANA, HENRY, SAM)
    assert "senior" not in [step.step for step in plain.plan().steps]
    told = story(DANA, HENRY, SAM, cadence=Cadence(with_senior(BUILT_IN)))
    told.until("2026-11-17 09:00")
    told.send("check-in")
    told.until("2026-11-20 09:00")
    told.send("hiring-manager")
    assert told.due("senior") == "2026-11-26 09:00"


# What the user asks for (advice rows 5, 16 and 17).


def test_what_is_asked_for_lies_there_at_once() -> None:
    """At night, before the decision date, and while all else is paused."""
    told = story(DANA)
    told.workdays = replace(told.workdays, away=(Away(told.now, None),))
    told.until("2026-11-07 23:00")
    ask(told, "share-article", DANA)
    assert told.times("share-article") == ["2026-11-07 23:00"]


def test_each_request_is_a_draft_of_its_own() -> None:
    """Asked for twice, it is there twice; neither is the plan's."""
    told = story(DANA)
    ask(told, "share-article", DANA)
    told.send("share-article")
    ask(told, "share-article", DANA)
    cycles = [draft.cycle for draft in told.history.drafts if draft.step == "share-article"]
    assert cycles == [1000, 1001]


def test_a_requested_draft_counts_as_a_word_of_the_users_own() -> None:
    """Sent after the decision date, it is the check-in."""
    told = story(DANA)
    told.until("2026-11-16 10:00")
    ask(told, "still-open", DANA)
    told.send("still-open")
    assert told.step("check-in").state is StepState.DONE


def test_nobody_asks_whether_the_position_is_open_after_the_answer() -> None:
    """The draft is taken back; the gracious answer to a rejection stays."""
    told = story(DANA, HENRY)
    told.until("2026-11-10 10:00")
    ask(told, "still-open", HENRY)
    told.reply(DANA, Outcome.REJECTION)
    ask(told, "rejection-answer", DANA)
    assert told.waiting() == ["rejection-answer"]
    told.until("2026-11-20 10:00")
    assert told.plan().status is Status.CLOSED
    assert told.waiting() == ["rejection-answer"]


def test_two_drafts_that_ask_the_same_person_never_lie_side_by_side() -> None:
    """The second waits until the first is sent or deleted."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    ask(told, "still-open", DANA)
    assert told.waiting() == ["check-in"]
    assert told.step("still-open").reason == ("another draft to Dana Fox waits in Drafts: check-in")


def test_a_request_for_somebody_who_was_removed_is_passed_over() -> None:
    """And its untouched draft is taken back."""
    told = story(DANA, IVY)
    ask(told, "share-article", IVY)
    told.record(acts.PersonRemoved(at=told.now, address=IVY.address, part=IVY.part))
    told.sweep()
    assert told.draft("share-article").state is DraftState.WITHDRAWN


# Tasks.


def test_what_they_ask_for_is_a_task_for_today() -> None:
    """It has no draft; once they have it, their answer is waited for again."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    task = told.plan().tasks[0]
    assert (task.step, task.person, task.reason) == (
        "answer",
        DANA,
        "Dana Fox asked you for something on Tue 10 Nov",
    )
    told.now = told.moment("2026-11-11 12:00")
    told.by_hand(DANA)
    current = told.plan()
    assert (current.tasks, current.status) == ((), Status.WAITING)
    assert told.due("check-in") == "2026-11-20 09:00"


def test_the_answer_to_a_request_may_go_by_other_ways() -> None:
    """The user says that it is done."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    task = told.plan().tasks[0]
    told.now = told.moment("2026-11-11 12:00")
    told.record(acts.TaskDone(at=told.now, step=task.step, cycle=task.cycle, person=DANA.address))
    assert (told.plan().tasks, told.plan().status) == ((), Status.WAITING)


def test_the_promised_day_holds_when_they_asked_for_something_meanwhile() -> None:
    """Who promised Friday week has not promised less because they wanted a paper."""
    told = story(DANA, decision_by="2026-11-27")
    told.until("2026-11-04 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    told.now = told.moment("2026-11-04 12:00")
    told.by_hand(DANA)
    assert told.due("check-in") == "2026-12-01 09:00"


def test_another_round_asks_for_its_date_until_it_is_recorded() -> None:
    """Then the old round is over, and says by what."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.NEXT_ROUND)
    assert [task.step for task in told.plan().tasks] == ["next-round"]
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    assert told.plan().tasks == ()


def test_another_round_answers_the_one_before() -> None:
    """Recorded while that was waited on (advice row 20)."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.sweep()
    assert told.plan().status is Status.ANSWERED
    assert told.withdrawn[-1][1] == "there is another round: interview 2"


def test_another_round_recorded_on_the_day_does_not_stop_the_thanks() -> None:
    """They said it before Robin left the building."""
    told = story(DANA)
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    told.until("2026-11-03 12:00")
    assert told.waiting() == ["thank-you"]


def test_another_round_after_the_plan_gave_up_is_what_everybody_hoped_for() -> None:
    """The old round is answered, and no longer closed for silence."""
    told = story(DANA)
    told.record(happened.Closed(at=told.now, reason="silence", by_plan=True))
    told.record(acts.NextRoundRecorded(at=told.now, interview_id=2))
    assert told.plan().status is Status.ANSWERED


def test_who_is_added_later_is_looked_for_in_earlier_mail() -> None:
    """They may have written before they were known; a changed telephone number is no such case."""
    told = story(DANA)
    told.record(happened.MailboxSearched(at=told.now, account="personal"))
    told.record(acts.PersonRecorded(at=told.now, person=replace(DANA, phone="+49 30 1")))
    assert told.history.searched == {"personal"}
    told.record(acts.PersonRecorded(at=told.now, person=HENRY))
    assert told.history.searched == frozenset()


def called_on_friday() -> Story:
    """Dana means to call on Friday 13 November."""
    told = story(DANA)
    told.until("2026-11-10 10:00")
    verdict = happened.Verdict(happened.Meaning.STILL_DECIDING, 0.9, by_call=True)
    told.record(
        happened.HoldingReply(
            at=told.now,
            mail=told.mail(DANA.address, ("robin@example.org",)),
            layer=happened.Layer.ADDRESS,
            evidence="",
            decision_by=date(2026, 11, 13),
            verdict=verdict,
        )
    )
    return told


def test_a_call_that_was_promised_is_asked_about_on_the_next_working_day() -> None:
    """No mailbox shows it."""
    told = called_on_friday()
    assert told.plan().tasks == ()
    told.until("2026-11-16 09:30")
    assert told.plan().tasks[0].reason.startswith("Dana Fox meant to call on Fri 13 Nov;")
    told.until("2026-11-17 10:00")
    assert "check-in" in told.waiting()
    told.send("check-in")
    assert told.plan().tasks == ()


def test_who_says_what_came_of_the_call_is_not_asked_again() -> None:
    """A new date is all there is to know."""
    told = called_on_friday()
    told.until("2026-11-16 09:30")
    told.decision("2026-11-25")
    assert told.plan().tasks == ()


# The end.


def test_a_rejection_closes_on_the_next_working_day() -> None:
    """Until then it is shown, and can be taken back."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    current = told.sweep()
    assert (current.status, told.clock(current.closes_at)) == (
        Status.ANSWERED,
        "2026-11-16 09:00",
    )
    told.until("2026-11-16 08:59")
    assert told.plan().status is Status.ANSWERED
    told.until("2026-11-16 09:00")
    assert told.plan().status is Status.CLOSED
    assert told.history.closed is not None
    assert told.history.closed.reason == "dana@acme.example answered on Fri 13 Nov"


def test_a_rejection_that_was_none_closes_nothing() -> None:
    """The user took it back in time."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.record(happened.MarkedSilent(at=told.now))
    told.until("2026-11-18 10:00")
    assert told.plan().status is Status.SILENT
    assert told.waiting() == ["check-in"]


def test_a_closing_that_was_taken_back_does_not_come_again() -> None:
    """The user has the last word."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.until("2026-11-17 10:00")
    told.record(happened.Reopened(at=told.now))
    told.until("2026-12-17 10:00")
    assert told.plan().status is Status.ANSWERED


@pytest.mark.parametrize("outcome", [Outcome.OFFER, Outcome.NEXT_ROUND, Outcome.OTHER])
def test_no_other_answer_closes(outcome: Outcome) -> None:
    """An offer waits for the user, and stays."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, outcome)
    told.until("2027-03-01 10:00")
    assert told.plan().status is Status.ANSWERED


# Pauses.


def test_nothing_is_laid_while_the_user_has_paused() -> None:
    """What would have come then comes on the first working morning after."""
    told = story(DANA)
    until = told.moment("2026-11-21 00:00")
    told.workdays = replace(told.workdays, away=(Away(told.moment("2026-11-16 12:00"), until),))
    assert told.due("check-in") == "2026-11-23 09:00"
    told.until("2026-11-23 08:59")
    assert "check-in" not in told.waiting()
    told.until("2026-11-23 09:00")
    assert "check-in" in told.waiting()


def test_a_pause_without_an_end_holds_until_the_user_is_back() -> None:
    """And says so."""
    told = story(DANA)
    told.workdays = replace(told.workdays, away=(Away(told.now, None),))
    told.until("2026-12-20 10:00")
    assert told.waiting() == []
    step = told.step("check-in")
    assert (step.state, step.due) == (StepState.HELD, None)
    assert step.reason == "you have paused everything: followupd resume"
    told.workdays = replace(told.workdays, away=())
    told.until("2026-12-21 10:00")
    assert "check-in" in told.waiting()


# One company (advice row 20).


def test_six_messages_to_one_company_are_enough() -> None:
    """Whoever they went to, and for whatever position, until somebody there writes."""
    people = [Person(f"P{n}", f"p{n}@acme.example", Part.RECRUITER) for n in range(8)]
    stories = [story(person, number=number + 1) for number, person in enumerate(people)]
    for told in stories:
        told.others = [other for other in stories if other is not told]
    for told in stories[:7]:
        told.until("2026-11-17 10:00")
    for told in stories[:6]:
        told.send("check-in")
    last = stories[7]
    last.until("2026-11-17 11:00")
    assert last.step("check-in").reason == "6 messages to Acme are unanswered"
    stories[0].now = last.now
    stories[0].reply(people[0])
    last.until("2026-11-17 12:00")
    assert last.step("check-in").state is StepState.QUEUED


def test_thank_yous_do_not_count_against_a_company() -> None:
    """Eight interviewers, eight letters of thanks, and still a check-in."""
    panel = [Person(f"P{n}", f"p{n}@acme.example", Part.INTERVIEWER) for n in range(8)]
    told = story(DANA, *panel)
    told.until("2026-11-03 12:00")
    for person in panel:
        told.send("thank-you", person)
    told.until("2026-11-17 10:00")
    assert told.step("check-in").state is StepState.QUEUED


def test_a_kind_word_after_the_end_opens_nothing_again() -> None:
    """They wish the user well; it is over all the same."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    told.reply(DANA, Outcome.REJECTION)
    told.until("2026-11-17 10:00")
    told.reply(DANA)
    assert told.plan().status is Status.CLOSED
    told.reply(DANA, Outcome.OFFER)
    assert told.plan().status is Status.ANSWERED


def test_a_call_counts_for_no_step_that_is_passed_over() -> None:
    """One hiring manager who prefers the telephone: two calls, and the plan moves on."""
    told = story(replace(HENRY, channel=Channel.CALL))
    told.until("2026-11-17 10:00")
    told.call()
    told.until("2026-11-20 10:00")
    assert (told.step("hiring-manager").state, told.waiting()) == (StepState.PASSED, ["call"])
    told.now = told.moment("2026-11-20 11:00")
    told.call()
    told.sweep()
    assert (told.step("hiring-manager").state, told.step("call").state) == (
        StepState.PASSED,
        StepState.DONE,
    )
    assert told.due("move-on") == "2026-12-04 09:00"


def test_an_old_rejection_found_late_can_be_taken_back_as_well() -> None:
    """It closes on the working day after it became known, whatever its date."""
    told = story(DANA)
    told.until("2026-11-13 10:00")
    mail = told.mail(DANA.address, ("robin@example.org",))
    told.until("2026-11-24 10:00")
    told.record(
        happened.ReplyReceived(
            at=told.now,
            mail=mail,
            layer=happened.Layer.ADDRESS,
            evidence="",
            outcome=Outcome.REJECTION,
        )
    )
    current = told.sweep()
    assert (current.status, told.clock(current.closes_at)) == (
        Status.ANSWERED,
        "2026-11-25 09:00",
    )


def test_a_bounce_lets_no_call_from_before_the_call_sheet_count() -> None:
    """The plan's end waits from the call that was made with the sheet in hand."""
    told = story(HENRY, NINA)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-20 09:00")
    told.call()
    told.now = told.moment("2026-11-20 11:00")
    told.send("network")
    told.until("2026-11-25 10:00")
    assert told.waiting() == ["call"]
    told.call()
    told.sweep()
    before = told.due("move-on")
    told.bounce(NINA)
    assert told.due("move-on") == before == "2026-12-09 09:00"
