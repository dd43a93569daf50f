"""One message to one person on one day: thank-yous beside each other and beside other drafts."""

from __future__ import annotations

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.interview import DraftState, Person
from followupd.domain.plan import StepState
from tests.support.stories import DANA, HENRY, IVY, Story, story


def two(held: str, *people: Person) -> tuple[Story, Story]:
    """An interview on Tuesday at 10:00 and another one, with the same people."""
    first, second = story(*people), story(*people, number=2, held=held)
    second.now = first.now
    first.others, second.others = [second], [first]
    return first, second


def both(stories: tuple[Story, Story], clock: str) -> None:
    """Time passes for both."""
    for told in stories:
        told.until(clock)


def test_who_is_met_twice_on_a_day_is_thanked_once() -> None:
    """After the second time; the other interview says by which letter."""
    first, second = stories = two("2026-11-03 15:00", IVY)
    both(stories, "2026-11-03 12:30")
    assert (first.waiting(), second.waiting()) == ([], [])
    both(stories, "2026-11-03 17:10")
    assert first.waiting() == ["thank-you"]
    assert second.step("thank-you").state is StepState.HELD
    assert second.step("thank-you").reason == (
        "one thank-you to Ivy Ito will do: that of interview 1 waits in Drafts"
    )
    first.send("thank-you")
    second.until("2026-11-09 10:00")
    assert second.times("thank-you") == []
    step = second.step("thank-you")
    assert (step.state, step.reason) == (
        StepState.DONE,
        "the thank-you of interview 1 went to Ivy Ito on Tue 3 Nov: one will do",
    )


def test_a_thank_you_that_was_deleted_thanks_for_nothing() -> None:
    """The other interview has its own, on the same day."""
    first, second = stories = two("2026-11-03 10:00", IVY)
    both(stories, "2026-11-03 12:30")
    first.delete("thank-you")
    second.until("2026-11-03 12:40")
    assert second.waiting() == ["thank-you"]


def test_who_is_met_on_two_days_is_thanked_for_each() -> None:
    """With a rest between the two, as ever."""
    first, second = stories = two("2026-11-05 10:00", IVY)
    both(stories, "2026-11-03 12:30")
    first.send("thank-you")
    second.until("2026-11-10 10:00")
    assert second.times("thank-you") == ["2026-11-06 09:00"]


def test_a_thank_you_does_not_wait_for_an_interview_that_is_closed() -> None:
    """It was called off."""
    first, second = stories = two("2026-11-03 15:00", IVY)
    second.record(happened.Closed(at=second.now, reason="called off"))
    both(stories, "2026-11-03 12:30")
    assert first.waiting() == ["thank-you"]


def test_a_thank_you_does_not_wait_for_somebody_elses_interview() -> None:
    """Henry alone is met again in the afternoon."""
    first, second = story(IVY), story(HENRY, number=2, held="2026-11-03 15:00")
    first.others, second.others = [second], [first]
    first.until("2026-11-03 12:00")
    assert first.waiting() == ["thank-you"]


# ---- beside a promise


def test_a_promise_on_the_next_morning_does_not_push_the_thanks_out() -> None:
    """Both lie there: the user may send either, or make one of them."""
    told = story(DANA, held="2026-11-03 16:30", promises=[("2026-11-04", "a sample")])
    told.until("2026-11-04 09:00")
    assert sorted(told.waiting()) == ["promise", "thank-you"]


def test_a_promise_that_is_kept_first_leaves_no_second_letter() -> None:
    """One message is enough for a day."""
    told = story(DANA, held="2026-11-03 16:30", promises=[("2026-11-04", "a sample")])
    told.until("2026-11-04 09:00")
    told.send("promise")
    told.sweep()
    step = told.step("thank-you")
    assert (step.state, step.reason) == (StepState.DONE, "you wrote to Dana Fox on Wed 4 Nov")
    assert told.draft("thank-you").state is DraftState.WITHDRAWN


def test_a_thank_you_that_is_sent_first_leaves_the_promise() -> None:
    """It is the user's word."""
    told = story(DANA, held="2026-11-03 16:30", promises=[("2026-11-04", "a sample")])
    told.until("2026-11-04 09:00")
    told.send("thank-you")
    told.sweep()
    assert told.waiting() == ["promise"]


# ---- beside what was asked for


def asked(told: Story, template: str, person: Person) -> None:
    """The user asks for a draft."""
    told.record(acts.DraftRequested(at=told.now, template=template, person=person.address))
    told.sweep()


def test_an_article_does_not_push_the_thanks_out() -> None:
    """Both are wanted; what is sent first is enough for the day."""
    told = story(IVY)
    asked(told, "share-article", IVY)
    told.until("2026-11-03 12:00")
    assert told.waiting() == ["share-article", "thank-you"]
    told.send("share-article")
    told.sweep()
    assert told.step("thank-you").reason == "you wrote to Ivy Ito on Tue 3 Nov"
    assert told.waiting() == []


def test_an_article_asked_for_in_the_same_moment_does_not_push_the_thanks_out() -> None:
    """Nor does it matter which is laid first."""
    told = story(IVY, recorded="2026-11-03 12:30")
    told.record(acts.DraftRequested(at=told.now, template="share-article", person=IVY.address))
    told.sweep()
    assert sorted(told.waiting()) == ["share-article", "thank-you"]


def test_an_article_holds_the_check_in() -> None:
    """Two drafts to one person: the user decides about the first before the plan goes on."""
    told = story(IVY, DANA)
    told.until("2026-11-16 10:00")
    asked(told, "share-article", DANA)
    told.until("2026-11-17 10:00")
    assert told.waiting() == ["share-article"]
