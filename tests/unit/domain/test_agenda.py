"""What of an interview stands in the user's calendar, when, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given, settings

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.agenda import Agenda, agenda
from followupd.domain.calling import time_to_call
from followupd.domain.entries import Entry, EntryKind
from followupd.domain.interview import Channel, Outcome
from tests.support.stories import DANA, HENRY, IVY, NINA, Story, calendar, story
from tests.unit.domain.test_properties import wild_stories

if TYPE_CHECKING:
    from followupd.domain.plan import PlannedStep

FEW = settings(max_examples=40)


def say_hello(step: PlannedStep, at: datetime) -> str:
    """A call sheet."""
    return f"Hello, this is Robin, about {step.step}."


def of(told: Story) -> Agenda:
    """The agenda of a story as of now."""
    return agenda(told.history, told.plan(), told.cadence, told.workdays, told.now, say_hello)


def only(told: Story, kind: EntryKind, about: str = "") -> Entry:
    """The one entry of that kind."""
    found = [each for each in of(told).entries if each.kind is kind and about in each.summary]
    assert len(found) == 1, [each.summary for each in of(told).entries]
    return found[0]


def kinds(told: Story) -> set[EntryKind]:
    """What there are entries about."""
    return {each.kind for each in of(told).entries}


def when(told: Story, entry: Entry) -> str | None:
    """When it begins, as the user's clock shows it."""
    return told.clock(entry.begins) if isinstance(entry.begins, datetime) else str(entry.begins)


def test_the_days_to_come_are_told_in_their_order_with_whom_and_why() -> None:
    """From the day on which an answer is expected to the end of the plan."""
    told = story(DANA, HENRY, IVY, NINA)
    told.until("2026-11-04 12:00")
    told.send("thank-you")
    shown = [(when(told, e), e.summary, e.is_tentative) for e in of(told).entries]
    assert shown == [
        ("2026-11-13", "You expect to hear from Acme", False),
        ("2026-11-17 09:00", "Acme: check-in to Dana Fox", False),
        ("2026-11-20 09:00", "Acme: network to Nina North", True),
        ("2026-11-25 09:00", "Acme: hiring-manager to Henry Hall", True),
        ("2026-11-30 09:30", "Call Dana Fox, Acme", True),
        ("2026-12-14", "Acme: the plan ends", True),
    ]
    why = only(told, EntryKind.FOLLOW_UP, "check-in").description
    said, which = why.splitlines()
    because = "2 working days after the promised decision date, Fri 13 Nov."
    assert said == f"Its draft comes into Drafts at that time: {because}"
    assert which == "Acme, Engineer: followupd show 1"


def test_an_upcoming_interview_takes_an_hour_of_the_day() -> None:
    """All else takes no time, but for calls."""
    told = story(DANA, IVY, recorded="2026-11-01 10:00")
    entry = only(told, EntryKind.INTERVIEW)
    assert when(told, entry) == "2026-11-03 10:00"
    assert entry.lasts == timedelta(hours=1)
    assert entry.summary == "Interview: Acme, Engineer"
    assert entry.description.startswith("With Ivy Ito.\n")
    busy = {each.kind for each in of(told).entries if each.takes_time}
    assert busy == {EntryKind.INTERVIEW, EntryKind.CALL}


def test_an_interview_stays_while_it_is_held() -> None:
    """A calendar that takes it away at its first minute would be of little help."""
    told = story(DANA, recorded="2026-11-03 10:30")
    assert EntryKind.INTERVIEW in kinds(told)
    told.now = told.moment("2026-11-03 11:00")
    assert EntryKind.INTERVIEW not in kinds(told)


def test_what_is_written_before_the_interview_does_not_call_it_off() -> None:
    """Unless it is a rejection."""
    told = story(DANA, recorded="2026-11-01 10:00")
    told.reply(DANA, Outcome.OTHER)
    assert EntryKind.INTERVIEW in kinds(told)
    told.reply(DANA, Outcome.REJECTION)
    assert EntryKind.INTERVIEW not in kinds(told)


def test_an_assumed_decision_date_is_said_to_be_assumed() -> None:
    """And is a guess, where a promised one is none."""
    assumed = only(story(DANA, decision_by=None), EntryKind.DECISION)
    assert assumed.is_tentative
    assert assumed.description.startswith("No day was promised, so this one is assumed.")
    promised = only(story(DANA), EntryKind.DECISION)
    assert not promised.is_tentative
    assert promised.description.startswith("They promised a decision by this day.")


def test_a_decision_that_is_put_off_moves_its_entry() -> None:
    """It is the same entry on another day, and says since when."""
    told = story(DANA)
    before = only(told, EntryKind.DECISION)
    told.until("2026-11-12 10:00")
    told.holding_reply(DANA, "2026-11-20")
    after = only(told, EntryKind.DECISION)
    assert (after.uid, after.begins) == (before.uid, date(2026, 11, 20))
    assert after.description.startswith("On Thu 12 Nov they wrote that they would decide")


def test_an_approved_draft_is_shown_where_it_was_laid_with_its_hour() -> None:
    """The entry does not move while it waits, and says when it goes out."""
    told = story(DANA, HENRY)
    told.until("2026-11-17 18:00")
    told.approve("check-in")
    entry = only(told, EntryKind.FOLLOW_UP, "check-in")
    assert when(told, entry) == "2026-11-17 09:00"
    assert "Its draft: approved: it goes out on Wed 18 Nov, 09:00." in entry.description
    told.now = told.moment("2026-11-18 08:59")
    assert only(told, EntryKind.FOLLOW_UP, "check-in") == entry


def test_an_approved_promise_is_still_on_its_day() -> None:
    """With what becomes of its draft."""
    told = story(DANA, promises=[("2026-11-19", "the report")])
    told.until("2026-11-19 10:00")
    told.approve("promise")
    entry = only(told, EntryKind.PROMISE)
    assert when(told, entry) == "2026-11-19"
    assert "Its draft: approved: it goes out now." in entry.description


def test_a_draft_that_waits_is_shown_where_it_was_laid() -> None:
    """With what is to be done with it; what hangs on it has no day, but will have one again."""
    told = story(DANA, NINA)
    call = only(told, EntryKind.CALL).uid
    told.until("2026-11-17 09:00")
    entry = only(told, EntryKind.FOLLOW_UP, "check-in")
    assert when(told, entry) == "2026-11-17 09:00"
    assert entry.description.startswith("Its draft: in Drafts since Tue 17 Nov: send it")
    assert EntryKind.CALL not in kinds(told)
    assert call in of(told).dormant
    told.send("check-in")
    assert only(told, EntryKind.CALL).uid == call
    assert call not in of(told).dormant


def test_the_seconds_of_a_pass_move_nothing() -> None:
    """A draft that is laid a moment after its time stands in the calendar where it was."""
    told = story(DANA)
    told.until("2026-11-17 08:59")
    planned = only(told, EntryKind.FOLLOW_UP, "check-in").begins
    told.now = told.moment("2026-11-17 09:00:37")
    told.sweep()
    assert only(told, EntryKind.FOLLOW_UP, "check-in").begins == planned


def test_a_call_comes_with_its_script_in_the_good_hours_of_whom_it_is_for() -> None:
    """09:30 in New York is half past three in Berlin."""
    told = story(replace(DANA, timezone="America/New_York", channel=Channel.CALL))
    told.until("2026-11-04 12:00")
    entry = only(told, EntryKind.CALL, "Call Dana Fox, Acme: check-in")
    assert when(told, entry) == "2026-11-17 15:30"
    assert "\n\nHello, this is Robin, about check-in.\n\n" in entry.description
    assert "When you have called: followupd called 1\n" in entry.description


def test_the_time_to_call_is_one_at_which_both_are_at_work() -> None:
    """No weekend, no holiday, no pause; and the due time where there is no such moment."""
    berlin = calendar(holidays=["2026-11-30"])
    friday = story(workdays=berlin).moment("2026-11-27 11:10")
    here = time_to_call(DANA, friday, berlin)
    assert here.isoformat() == "2026-12-01T09:30:00+01:00"
    soon = story(workdays=berlin).moment("2026-11-27 10:00")
    assert time_to_call(None, soon, berlin) == soon
    tokyo = replace(DANA, timezone="Asia/Tokyo")
    assert time_to_call(tokyo, soon, berlin) == soon
    nowhere = replace(DANA, timezone="Mars/Olympus")
    assert time_to_call(nowhere, soon, berlin) == soon


def test_a_long_script_is_cut_between_two_paragraphs() -> None:
    """And says where the rest is."""
    told = story(replace(DANA, channel=Channel.CALL))
    told.until("2026-11-04 12:00")
    paragraph = "word " * 99 + "end"

    def long(step: PlannedStep, at: datetime) -> str:
        return "\n\n".join([paragraph] * 20)

    made = agenda(told.history, told.plan(), told.cadence, told.workdays, told.now, long)
    entry = next(each for each in made.entries if each.kind is EntryKind.CALL)
    assert "end\n\n(The rest stands in the call sheet.)\n" in entry.description
    assert len(entry.description) < 4500


def test_a_promise_is_there_all_day_with_a_reminder_on_the_working_day_before() -> None:
    """A Monday's promise reminds on Friday, at the beginning of the sending hours."""
    told = story(DANA, promises=[("2026-11-09", "a writing sample")])
    entry = only(told, EntryKind.PROMISE)
    assert entry.begins == date(2026, 11, 9)
    assert entry.summary == "Promised to Dana Fox, Acme: a writing sample"
    assert entry.remind == timedelta(hours=9) - timedelta(days=3)


def test_a_promise_stays_until_it_is_kept_whether_or_not_there_can_be_a_draft() -> None:
    """Nobody to write to is no excuse."""
    told = story(promises=[("2026-11-09", "a writing sample")])
    assert "There is no draft for it now" in only(told, EntryKind.PROMISE).description
    told = story(DANA, promises=[("2026-11-09", "a writing sample")])
    told.until("2026-11-09 09:00")
    assert "Its draft: in Drafts since" in only(told, EntryKind.PROMISE).description
    told.send("promise")
    assert EntryKind.PROMISE not in kinds(told)
    told.record(
        happened.ReplyReceived(
            at=told.now,
            mail=told.mail(DANA.address, ()),
            layer=happened.Layer.ADDRESS,
            evidence="",
            outcome=Outcome.OFFER,
        )
    )
    assert EntryKind.PROMISE not in kinds(told)


def test_what_they_ask_for_is_a_task_of_the_next_working_day() -> None:
    """Asked late on Friday, it is Monday's; and it is gone when it is done."""
    told = story(DANA)
    told.until("2026-11-06 18:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    entry = only(told, EntryKind.TASK)
    assert (entry.begins, entry.summary) == (date(2026, 11, 9), "Answer Dana Fox, Acme")
    assert entry.description.splitlines() == [
        "Dana Fox asked you for something on Fri 6 Nov.",
        "When it is done: followupd done 1 answer",
        "Acme, Engineer: followupd show 1",
    ]
    told.record(acts.TaskDone(at=told.now, step="answer", cycle=0, person=DANA.address))
    assert EntryKind.TASK not in kinds(told)


def test_another_round_is_to_be_recorded() -> None:
    """The command to do it stands there without a full stop."""
    told = story(DANA)
    told.until("2026-11-06 12:00")
    told.reply(DANA, Outcome.NEXT_ROUND)
    entry = only(told, EntryKind.TASK)
    assert entry.summary == "Acme: when is the next round?"
    assert "followupd add --round-of 1 --held WHEN\n" in entry.description


def test_after_an_answer_nothing_is_expected_any_more() -> None:
    """Neither the day of the decision nor anything after it."""
    told = story(DANA, NINA)
    told.until("2026-11-12 10:00")
    decision = only(told, EntryKind.DECISION).uid
    told.reply(DANA, Outcome.OFFER)
    assert kinds(told) == set()
    assert decision in of(told).dormant, "the user may say that it was no answer"


def test_a_closed_interview_has_no_agenda() -> None:
    """And nothing of it comes again."""
    told = story(DANA)
    told.record(happened.Closed(at=told.now, reason="withdrawn", by_plan=False))
    assert of(told) == Agenda()


def test_a_uid_stays_the_same_and_tells_nothing() -> None:
    """It hangs on the interview, the step, its run and the person, by a hash."""
    told = story(DANA, HENRY, promises=[("2026-11-09", "a")])
    first = {each.uid: each.kind for each in of(told).entries}
    told.now += timedelta(hours=3)
    assert {each.uid: each.kind for each in of(told).entries} == first
    assert {UUID(uid).version for uid in first} == {5}
    other = {each.uid for each in of(story(DANA, HENRY, number=2)).entries}
    assert other.isdisjoint(first)


def test_time_alone_changes_no_entry() -> None:
    """As long as nothing comes due, an agenda says the same, to the letter."""
    told = story(DANA, NINA, promises=[("2026-11-19", "a")], recorded="2026-11-01 10:00")
    before = {each.uid: each for each in of(told).entries}
    told.now = told.moment("2026-11-03 11:59")
    after = {each.uid: each for each in of(told).entries}
    assert [uid for uid, entry in after.items() if before[uid] != entry] == []
    assert {before[uid].kind for uid in before.keys() - after.keys()} == {EntryKind.INTERVIEW}


@given(told=wild_stories())
@FEW
def test_whatever_was_recorded_has_an_agenda(told: Story) -> None:
    """Each entry has a UID of its own, and something to say."""
    made = of(told)
    uids = [each.uid for each in made.entries]
    assert len(uids) == len(set(uids))
    assert made.dormant.isdisjoint(uids)
    for entry in made.entries:
        assert entry.summary
        assert entry.description
        assert isinstance(entry.begins, datetime) == (entry.lasts is not None)
        assert entry.remind is None or entry.remind < timedelta(0)
