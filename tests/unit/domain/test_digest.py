"""What the daily message says, read off histories and plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.acts import DraftRequested, NextRoundRecorded, PromiseDropped, Reviewed
from followupd.domain.digest import Digest, alive, digest
from followupd.domain.digest_lines import Process
from followupd.domain.digest_parts import Next, Suggested
from followupd.domain.events import Layer, Meaning, Verdict
from followupd.domain.interview import Channel, Outcome
from followupd.domain.suggestion import Suggestion
from followupd.domain.workdays import Away
from tests.support.stories import DANA, HENRY, IVY, NINA, ROBIN, calendar, story

if TYPE_CHECKING:
    from followupd.domain.interview import Person
    from tests.support.stories import Story

UNSURE = Verdict(Meaning.REJECTION, 0.5)


def process(told: Story, since: datetime | None = None) -> Process:
    """A story as the digest looks at it."""
    news = tuple(event for event in told.events if since is None or event.at > since)
    return Process(told.history, told.plan(), news)


def made(*tellings: Story, since: str | None = None, now: str | None = None) -> Digest | None:
    """The digest of these stories, as of the latest clock among them."""
    at = max(told.now for told in tellings)
    if now is not None:
        at = tellings[0].moment(now)
    for told in tellings:
        told.now = max(told.now, at)
    start = tellings[0].moment(since) if since is not None else at - timedelta(days=1)
    return digest([process(each, start) for each in tellings], (), calendar(), start, at)


def said(*tellings: Story, since: str | None = None, now: str | None = None) -> Digest:
    """The same where there must be something to say."""
    found = made(*tellings, since=since, now=now)
    assert found is not None
    return found


def follows(told: Story, before: Story) -> None:
    """The first story is the next round of the second."""
    told.interview = replace(told.interview, round_of=before.number)
    told.events[0] = happened.Added(at=told.events[0].at, interview=told.interview)
    told.folded = None
    before.record(NextRoundRecorded(at=told.now, interview_id=told.number))


# ---- whether there is one


def test_a_day_without_anything_to_say_has_no_digest() -> None:
    """That a process is alive is nothing to say."""
    told = story(DANA, HENRY)
    told.until("2026-11-03 13:00")
    told.send("thank-you")
    told.until("2026-11-05 08:00")
    assert made(told) is None
    assert made(told, since="2026-11-01 08:00") is None


def test_a_digest_has_something_to_say_on_a_weekend_too() -> None:
    """An answer that came on Saturday is told on Sunday."""
    told = story(DANA)
    told.until("2026-11-14 12:00")
    told.reply(DANA, Outcome.OFFER)
    assert [each.outcome for each in said(told, now="2026-11-15 08:00").answers] == [Outcome.OFFER]


# ---- answers and questions


def test_an_answer_is_told_with_what_it_says_and_only_once() -> None:
    """By the name of its writer, with the day of the mail."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    told.reply(DANA, Outcome.REJECTION)
    [answer] = said(told).answers
    assert (answer.about.company, answer.about.role) == ("Acme", "Engineer")
    assert (answer.who, answer.on) == (DANA.address, date(2026, 11, 16))
    assert (answer.outcome, answer.is_unclear) == (Outcome.REJECTION, False)
    assert made(told, since="2026-11-16 12:00", now="2026-11-16 13:00") is None


def test_an_answer_found_late_is_news_all_the_same() -> None:
    """What counts is when it was learned of, not the date of the mail."""
    told = story(DANA)
    told.until("2026-11-20 09:00")
    written = replace(told.mail(DANA.address, (ROBIN,)), date=told.moment("2026-11-16 09:00"))
    told.record(happened.ReplyReceived(at=told.now, mail=written, layer=Layer.ADDRESS, evidence=""))
    [answer] = said(told, since="2026-11-19 08:00").answers
    assert answer.on == date(2026, 11, 16)


def test_a_decision_that_was_put_off_is_told_with_its_day() -> None:
    """And without one where they name none."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    told.holding_reply(DANA, "2026-11-27")
    [answer] = said(told).answers
    assert (answer.outcome, answer.decision_by) == (None, date(2026, 11, 27))
    told.holding_reply(DANA)
    assert [each.decision_by for each in said(told).answers] == [None]


def test_what_the_user_took_back_or_said_is_no_news() -> None:
    """They know it."""
    taken_back = story(DANA)
    taken_back.until("2026-11-10 09:00")
    taken_back.reply(DANA, Outcome.OFFER)
    taken_back.record(happened.Reopened(at=taken_back.now))
    assert made(taken_back) is None
    by_hand = story(DANA)
    by_hand.until("2026-11-10 09:00")
    by_hand.record(happened.MarkedAnswered(at=by_hand.now, outcome=Outcome.OFFER))
    assert made(by_hand) is None


def test_a_possible_reply_is_asked_about_every_day_until_it_is_decided() -> None:
    """It holds up everything else."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    message_id = told.possible_reply("jobs@acme.example")
    told.now = told.moment("2026-11-19 08:00")
    [question] = said(told).questions
    assert (question.who, question.is_answer) == ("jobs@acme.example", False)
    told.resolve(message_id, belongs=False)
    assert said(told).questions == ()


def test_an_answer_that_is_not_clear_is_a_question_with_its_guess() -> None:
    """It is told as an answer once, and asked about until it is decided or closed."""
    told = story(DANA)
    told.until("2026-11-10 09:00")
    mail = told.mail(DANA.address, (ROBIN,))
    told.record(
        happened.ReplyReceived(
            at=told.now, mail=mail, layer=Layer.ADDRESS, evidence="", verdict=UNSURE
        )
    )
    found = said(told)
    assert [each.is_unclear for each in found.answers] == [True]
    assert [(q.is_answer, q.guess) for q in found.questions] == [(True, Outcome.REJECTION)]
    assert said(told, since="2026-11-11 08:00", now="2026-11-12 08:00").answers == ()
    told.record(happened.Closed(at=told.now, reason=""))
    assert said(told).questions == ()


def test_a_suggestion_is_named_by_its_number_and_day() -> None:
    """The day in the user's zone; one that would move an interview says which."""
    told = story(DANA)
    mail = told.mail(DANA.address, (ROBIN,))
    suggestion = Suggestion(
        account="personal",
        company="Globex",
        role="",
        held_at=datetime(2026, 12, 9, 23, 30, tzinfo=UTC),
        zone="",
        people=(),
        mail=mail,
        words="",
    )
    found = digest(
        (),
        [(7, suggestion), (8, replace(suggestion, accepted_as=1))],
        calendar(),
        told.now,
        told.now,
    )
    assert found is not None
    assert found.suggested == (
        Suggested(7, "Globex", date(2026, 12, 10)),
        Suggested(8, "Globex", date(2026, 12, 10), 1),
    )


# ---- what is to be done


def test_promises_for_today_and_tomorrow_are_told_and_no_others() -> None:
    """With whom they were made to; on Monday the one for Wednesday is far."""
    promised = [("2026-11-10", "the report"), ("2026-11-11", "a sample"), ("2026-11-12", "a link")]
    told = story(DANA, promises=promised)
    told.until("2026-11-10 08:00")
    found = said(told).promises
    assert [(each.what, each.on.day, each.who) for each in found] == [
        ("the report", 10, "Dana Fox"),
        ("a sample", 11, "Dana Fox"),
    ]


def test_a_promise_that_is_kept_or_dropped_is_not_spoken_of() -> None:
    """Nor is one of which the user deleted the draft."""
    promised = [("2026-11-10", "the report"), ("2026-11-10", "a sample")]
    told = story(DANA, promises=promised)
    told.until("2026-11-10 09:00")
    assert len(said(told).promises) == 2
    told.record(PromiseDropped(at=told.now, number=0))
    assert [each.what for each in said(told).promises] == ["a sample"]
    told.send_draft(told.history.open_drafts[-1])
    found = made(told)
    assert found is None or found.promises == ()


def test_a_promise_to_nobody_recorded_must_still_be_kept() -> None:
    """There is no draft for it, so this is the only word about it."""
    told = story(NINA, promises=[("2026-11-10", "the report")])
    told.until("2026-11-10 08:00")
    assert [(each.what, each.who) for each in said(told).promises] == [("the report", "")]


def test_the_calls_of_today_are_told_before_and_after_their_sheet_is_laid() -> None:
    """With the number; a call of another day is not."""
    dana = replace(DANA, channel=Channel.CALL, phone="+49 30 1234567")
    told = story(dana)
    told.until("2026-11-16 08:00")
    assert said(told).calls == ()
    for clock in ("2026-11-17 08:00", "2026-11-17 12:00", "2026-11-18 08:00"):
        told.until(clock)
        [call] = said(told).calls
        assert (call.who, call.phone, call.step) == ("Dana Fox", "+49 30 1234567", "check-in")
        assert said(told).drafts == ()
    told.call()
    assert said(told).calls == ()


def test_tasks_without_a_draft_are_told() -> None:
    """What they asked for waits for the user."""
    told = story(DANA)
    told.until("2026-11-10 09:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    [task] = said(told, since="2026-11-12 08:00", now="2026-11-13 08:00").tasks
    assert (task.name, task.who, task.on) == ("answer", "Dana Fox", date(2026, 11, 10))


# ---- drafts


def test_a_draft_that_waits_is_told_with_how_long() -> None:
    """In working days; the longest waiting first; no sheets for the user."""
    told = story(DANA, HENRY, NINA, promises=[("2026-11-20", "the report")])
    told.until("2026-11-20 08:00")
    told.edit("check-in")
    [draft] = said(told).drafts
    assert (draft.step, draft.who, draft.is_edited) == ("check-in", "Dana Fox", True)
    assert (draft.since, draft.days) == (date(2026, 11, 17), 3)


def test_a_draft_that_is_gone_or_about_to_be_taken_back_is_not_told() -> None:
    """There is nothing to approve."""
    told = story(DANA)
    told.until("2026-11-18 08:00")
    assert len(said(told).drafts) == 1
    told.lose("check-in")
    assert said(told).drafts == ()
    other = story(DANA)
    other.until("2026-11-18 08:00")
    other.reply(DANA)
    assert other.plan().withdraw
    assert said(other).drafts == ()


def test_an_approved_draft_is_told_with_its_hour_and_not_as_one_that_waits() -> None:
    """It goes out by itself; what was refused for good waits in Drafts again."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 18:00")
    told.approve("check-in")
    made = said(told)
    [one] = made.approved
    assert (one.step, one.who, told.clock(one.at)) == ("check-in", "Dana Fox", "2026-11-18 09:00")
    assert (one.on, one.is_held, one.is_late) == (date(2026, 11, 18), False, False)
    assert made.drafts == ()
    assert [(cold.drafts, cold.approved) for cold in made.cold] == [(0, 1)]
    told.fail("check-in", "2026-11-18 09:05")
    assert [each.is_late for each in said(told).approved] == [True]
    told.fail("check-in", None)
    made = said(told)
    assert made.approved == ()
    assert [(each.step, each.is_edited, each.is_refused) for each in made.drafts] == [
        ("check-in", True, True)
    ]


def test_what_is_held_back_is_told_before_what_goes_out() -> None:
    """It waits for the user, though not in Drafts."""
    goes, is_held = story(IVY), story(DANA, number=2)
    goes.until("2026-11-17 09:00")
    goes.record(DraftRequested(at=goes.now, template="last-note", person=IVY.address))
    for told in (goes, is_held):
        told.until("2026-11-17 09:00")
    goes.approve("last-note")
    is_held.approve("check-in")
    is_held.reply(DANA)
    made = said(goes, is_held)
    assert [(each.about.id, each.is_held, each.at is None) for each in made.approved] == [
        (2, True, True),
        (1, False, False),
    ]


def test_what_is_approved_in_a_pause_has_no_hour() -> None:
    """Until the user ends it."""
    told = story(DANA)
    told.until("2026-11-17 18:00")
    told.approve("check-in")
    told.workdays = replace(calendar(), away=(Away(told.now, None),))
    assert [(each.at, each.on, each.is_held) for each in said(told).approved] == [
        (None, None, False)
    ]


def test_what_may_have_been_sent_is_asked_every_day_until_it_is_told() -> None:
    """Also of an interview that was closed meanwhile."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.approve("check-in")
    told.lose_answer("check-in")
    told.record(happened.Closed(at=told.now, reason="enough"))
    for now in ("2026-11-17 12:00", "2026-11-20 08:00"):
        made = said(told, now=now)
        [one] = made.unclear
        assert (one.step, one.who, told.clock(one.at)) == (
            "check-in",
            "Dana Fox",
            "2026-11-17 10:00",
        )
        assert (made.drafts, made.approved) == ((), ())
    told.deny("check-in")
    assert said(told).unclear == ()


def test_a_promise_on_its_way_is_not_spoken_of_as_still_to_be_kept() -> None:
    """Unless something holds it back, or it goes out too late for its day."""
    told = story(DANA, promises=[("2026-11-19", "the report")])
    told.until("2026-11-19 10:00")
    assert [each.what for each in said(told).promises] == ["the report"]
    told.approve("promise")
    assert said(told).promises == ()
    assert [each.step for each in said(told).approved] == ["promise"]
    told.now = told.moment("2026-11-19 18:00")
    assert [each.what for each in said(told).promises] == ["the report"]


def test_a_call_whose_sheet_was_approved_is_still_to_be_made() -> None:
    """The sheet is sent to nobody."""
    told = story(replace(DANA, channel=Channel.CALL))
    told.until("2026-11-17 09:00")
    told.approve("check-in")
    assert [each.who for each in said(told).calls] == ["Dana Fox"]


def test_a_draft_asked_for_after_the_end_is_told_as_well() -> None:
    """A closed interview may still have a letter in Drafts."""
    told = story(DANA)
    told.until("2026-11-10 09:00")
    told.record(happened.Closed(at=told.now, reason="enough"))
    told.now += timedelta(days=3)
    told.record(DraftRequested(at=told.now, template="last-note", person=DANA.address))
    told.sweep()
    assert [each.step for each in said(told).drafts] == ["last-note"]


# ---- what goes cold, and what is over


def test_a_silent_interview_is_told_with_the_last_word_and_what_comes_next() -> None:
    """The last word is the interview itself, or what they wrote since."""
    told = story(DANA, HENRY, NINA)
    told.until("2026-11-16 08:00")
    [one] = said(told).cold
    assert (one.last_word, one.days) == (date(2026, 11, 3), 9)
    assert one.next == Next("check-in", "Dana Fox", date(2026, 11, 17), is_call=False, closes=False)
    told.until("2026-11-18 08:00")
    [one] = said(told).cold
    assert one.drafts == 1
    told.acknowledgement(HENRY)
    told.until("2026-11-19 08:00")
    assert [each.last_word for each in said(told).cold] == [date(2026, 11, 18)]


def test_a_promise_is_no_step_towards_an_answer() -> None:
    """What comes next for a silent interview is the step that asks."""
    told = story(DANA, promises=[("2026-11-17", "the report")])
    told.until("2026-11-16 08:00")
    [one] = said(told).cold
    assert one.next is not None
    assert one.next.step == "check-in"


def test_a_friend_s_mail_is_no_word_of_the_employer() -> None:
    """Whoever only helps says nothing about the decision."""
    told = story(DANA, NINA)
    told.until("2026-11-16 08:00")
    told.acknowledgement(NINA)
    assert [each.last_word for each in said(told).cold] == [date(2026, 11, 3)]


def test_the_last_step_is_told_as_the_closing_that_it_is() -> None:
    """So that a closing surprises nobody."""
    told = story(DANA)
    told.until("2026-11-17 09:00")
    told.skip("check-in")
    told.until("2026-11-18 08:00")
    told.skip("call")
    [one] = said(told).cold
    assert one.next is not None
    assert one.next.closes


def test_an_interview_closed_since_is_told_once_with_its_review() -> None:
    """Not where the user has reviewed it already, nor where another round goes on."""
    told = story(DANA)
    told.until("2026-11-16 09:00")
    told.reply(DANA, Outcome.REJECTION)
    told.until("2026-11-17 09:00")
    [ending] = said(told).endings
    assert (ending.by_plan, ending.outcome) == (True, Outcome.REJECTION)
    assert made(told, since="2026-11-17 10:00", now="2026-11-18 08:00") is None
    told.record(Reviewed(at=told.now, treated=4))
    assert made(told, since="2026-11-17 08:00") is None


# ---- how many are alive


def test_rounds_of_one_position_are_one_process() -> None:
    """Also where the first of them still waits for an answer; two positions are two."""
    first, second, third = (story(DANA, number=number) for number in (1, 2, 3))
    other = story(IVY, number=9)
    follows(second, first)
    follows(third, second)
    assert alive([process(each) for each in (first, second, third, other)]) == 2
    assert alive([process(each) for each in (third, other)]) == 2


def test_what_was_rejected_or_closed_is_not_alive() -> None:
    """Though a rejected one is closed a day later; an offer is alive."""
    rejected, closed, offered = (story(DANA, number=number) for number in (1, 2, 3))
    rejected.reply(DANA, Outcome.REJECTION)
    closed.record(happened.Closed(at=closed.now, reason=""))
    offered.reply(DANA, Outcome.OFFER)
    assert alive([process(each) for each in (rejected, closed, offered)]) == 1


def test_a_next_round_that_was_closed_ends_the_process() -> None:
    """The round before it does not come to life again."""
    first, second = story(DANA, number=1), story(DANA, number=2)
    follows(second, first)
    second.record(happened.Closed(at=second.now, reason=""))
    assert alive([process(first), process(second)]) == 0


@pytest.mark.parametrize("person", [DANA, HENRY])
def test_everything_together_is_ordered_by_what_waits_longest(person: Person) -> None:
    """Across interviews."""
    late = story(person, number=1, held="2026-11-05 10:00", decision_by="2026-11-16")
    early = story(IVY, number=2)
    for told in (late, early):
        told.until("2026-11-20 08:00")
    found = said(late, early)
    assert [each.about.id for each in found.cold] == [2, 1]
    assert found.alive == 2
