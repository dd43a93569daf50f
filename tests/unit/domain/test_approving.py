"""What the user approved: what its events mean, when it goes out, and what holds it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.domain import acts, approvals
from followupd.domain import events as happened
from followupd.domain.approving import RETRIES, STANDS_FOR, Sending, again_at
from followupd.domain.history import Approval
from followupd.domain.interview import Channel, DraftState, Outcome
from followupd.domain.plan import StepState
from followupd.domain.workdays import Away
from tests.support.stories import DANA, HENRY, IAN, IVY, NINA, calendar, story
from tests.unit.domain.test_properties import MOMENTS, wild_stories
from tests.unit.domain.worlds import ZONES, calendars, days_off

if TYPE_CHECKING:
    from followupd.domain.history import Draft
    from followupd.domain.interview import Person
    from followupd.domain.workdays import Workdays
    from tests.support.stories import Story

FEW = settings(max_examples=40)
EVENING = "2026-11-17 18:00"
"""After the sending hours of the Tuesday on which the check-in to Dana is laid into Drafts."""


def approved(*people: Person, at: str = EVENING, workdays: Workdays | None = None) -> Story:
    """The check-in was laid into Drafts on Tuesday, 09:00, and approved at that time."""
    told = story(*(people or (DANA, HENRY)), workdays=workdays)
    told.until("2026-11-17 09:00")
    told.now = told.moment(at)
    told.approve("check-in")
    return told


def sending(told: Story) -> Sending:
    """What is to be done about the one approved draft."""
    [one] = told.plan().send
    return one


def goes_out(told: Story) -> str | None:
    """When the approved draft goes out, as the user's clock shows it; nothing holds it back."""
    one = sending(told)
    assert one.held == ""
    return told.clock(one.due)


def held(told: Story) -> str:
    """What holds the approved draft back."""
    one = sending(told)
    assert one.due is None
    return one.held


def approval_of(draft: Draft) -> Approval:
    """Its approval."""
    assert draft.approval is not None
    return draft.approval


# ---- what the events mean


def test_an_approved_draft_is_the_user_s_and_still_to_be_sent() -> None:
    """Open, touched, no longer in Drafts; whom it goes to is kept as they left it."""
    told = story(DANA)
    told.until("2026-11-17 09:00")
    told.approve("check-in", None, DANA.address, "max@acme.example")
    draft = told.draft("check-in")
    assert draft.state is DraftState.APPROVED
    assert draft.state.is_open
    assert draft.state.is_touched
    assert not draft.state.is_in_drafts
    assert draft.settled_at is None
    assert draft.approval == Approval(told.now, (DANA.address, "max@acme.example"))


def test_an_approval_that_is_taken_back_leaves_a_draft_the_user_has_touched() -> None:
    """It lies in Drafts again and is never withdrawn; a failure before is no news any more."""
    told = approved()
    told.fail("check-in", "2026-11-18 09:05")
    told.take_back("check-in")
    draft = told.draft("check-in")
    assert (draft.state, draft.problem) == (DraftState.EDITED, "")
    assert told.plan().send == ()
    told.reply(DANA)
    assert told.plan().withdraw == ()


def test_a_failure_is_counted_and_its_reason_kept_until_the_next_approval() -> None:
    """Tried again, it is approved still; for good, it lies in Drafts again with the reason."""
    told = approved()
    told.fail("check-in", "2026-11-18 09:05", "451 busy")
    draft = told.draft("check-in")
    assert (draft.state, draft.problem) == (DraftState.APPROVED, "451 busy")
    assert approval_of(draft).failures == 1
    assert goes_out(told) == "2026-11-18 09:05"
    told.fail("check-in", None, "550 no such user")
    draft = told.draft("check-in")
    assert (draft.state, draft.problem) == (DraftState.EDITED, "550 no such user")
    assert told.plan().send == ()
    told.approve("check-in")
    draft = told.draft("check-in")
    assert (draft.state, draft.problem) == (DraftState.APPROVED, "")
    assert approval_of(draft).failures == 0
    assert goes_out(told) == "2026-11-18 09:00"


def test_a_draft_of_unclear_outcome_stays_so_until_the_user_tells() -> None:
    """Neither moving it to and fro nor time makes it go out a second time."""
    told = approved()
    told.lose_answer("check-in")
    draft = told.draft("check-in")
    assert (draft.state, draft.problem) == (DraftState.UNCLEAR, "the connection broke")
    assert approval_of(draft).sending_at == told.now
    told.take_back("check-in")
    told.approve("check-in")
    told.fail("check-in", "2026-11-18 12:00")
    assert told.draft("check-in") == draft
    for later in ("2026-11-18 10:00", "2026-12-18 10:00"):
        told.now = told.moment(later)
        assert told.plan().send == ()
        assert told.step("check-in").state is StepState.APPROVED
        assert told.step("call").state is StepState.HELD
        assert not told.plan().queue


def test_a_draft_that_the_user_says_was_not_sent_is_sent_again() -> None:
    """As of that moment, to the same people; no failure is counted any more."""
    told = approved()
    told.now = told.moment("2026-11-18 09:00")
    told.lose_answer("check-in")
    told.now = told.moment("2026-11-18 19:00")
    told.deny("check-in")
    draft = told.draft("check-in")
    assert draft.approval == Approval(told.now, (DANA.address,))
    assert (draft.state, draft.problem) == (DraftState.APPROVED, "")
    assert goes_out(told) == "2026-11-19 09:00"


def test_a_draft_that_was_sent_after_all_is_never_sent_again() -> None:
    """Whatever is recorded of it later, by two commands at once for example."""
    told = approved()
    told.lose_answer("check-in")
    told.send("check-in")
    sent = told.draft("check-in")
    told.deny("check-in")
    told.approve("check-in")
    told.lose_answer("check-in")
    assert told.draft("check-in") == sent
    assert told.plan().send == ()


def test_a_denial_means_nothing_where_nothing_was_unclear() -> None:
    """A deleted draft is not approved by it."""
    told = approved()
    told.delete("check-in")
    told.deny("check-in")
    assert told.draft("check-in").state is DraftState.DISMISSED


def test_what_is_told_of_an_unknown_draft_changes_nothing() -> None:
    """As with every other event about a draft."""
    told = approved()
    before = told.history
    told.record(
        approvals.ApprovalTakenBack(at=told.now, message_id="<another>"),
        approvals.DraftApproved(
            at=told.now, message_id="<another>", folder="F", recipients=(DANA.address,)
        ),
    )
    assert told.history == before


# ---- an approved draft in the plan


def test_an_approved_draft_holds_its_step_and_the_ladder() -> None:
    """No second draft of it, nothing of what follows, until it is sent; then the plan goes on."""
    told = approved(DANA, NINA)
    told.now = told.moment("2026-11-17 18:30")
    step = told.step("check-in")
    assert step.state is StepState.APPROVED
    assert step.reason == "approved: it goes out on Wed 18 Nov, 09:00"
    assert told.step("network").state is StepState.HELD
    assert told.step("network").reason == "waits until the check-in step is done"
    current = told.plan()
    assert (current.queue, current.withdraw) == ((), ())
    assert told.clock(current.next_due) == "2026-11-18 09:00"
    told.until("2026-11-18 08:59")
    assert told.draft("check-in").state is DraftState.APPROVED
    told.until("2026-11-18 09:00")
    sent = told.draft("check-in")
    assert sent.state is DraftState.SENT
    assert told.clock(sent.settled_at) == "2026-11-18 09:00"
    assert told.due("network") == "2026-11-23 09:00"
    assert [draft.step for draft in told.history.drafts].count("check-in") == 1


def test_an_approved_draft_counts_as_one_that_waits_for_its_person() -> None:
    """Another interview lays nothing for the same person beside it."""
    told = approved(DANA)
    other = story(DANA, number=2)
    other.others = [told]
    other.now = told.now = told.moment("2026-11-18 08:00")
    assert other.plan(other.moment("2026-11-18 09:00")).queue == ()
    assert other.step("check-in").estimated


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-11-18 08:59", "2026-11-18 09:00"),
        ("2026-11-18 09:00", "2026-11-18 09:00"),
        ("2026-11-18 17:29", "2026-11-18 17:29"),
        ("2026-11-18 17:30", "2026-11-19 09:00"),
        ("2026-11-20 17:30", "2026-11-23 09:00"),
        ("2026-11-21 12:00", "2026-11-23 09:00"),
        ("2026-11-24 20:00", "2026-11-27 09:00"),
    ],
)
def test_it_goes_out_in_the_next_sending_hours_of_a_working_day(at: str, then: str) -> None:
    """At once within them, the end left out; after weekends and the user's holidays."""
    told = approved(at=at, workdays=calendar(holidays=["2026-11-25", "2026-11-26"]))
    assert goes_out(told) == then


@pytest.mark.parametrize(
    ("zone", "then"),
    [
        ("America/New_York", "2026-11-17 18:00"),
        ("America/Los_Angeles", "2026-11-17 18:00"),
        ("Asia/Tokyo", "2026-11-18 01:00"),
        ("Europe/London", "2026-11-17 18:00"),
        ("Pacific/Apia", "2026-11-17 21:00"),
        ("Nowhere/Nowhere", "2026-11-18 09:00"),
        (None, "2026-11-18 09:00"),
    ],
)
def test_the_hours_are_those_of_whom_it_goes_to(zone: str | None, then: str) -> None:
    """By their clock where that is known, by the user's where it is not."""
    assert goes_out(approved(replace(DANA, timezone=zone), HENRY)) == then


def test_the_first_recipient_whose_clock_is_known_decides() -> None:
    """Of those to whom the user left it, however they are spelled."""
    in_tokyo = replace(HENRY, timezone="Asia/Tokyo")
    told = story(DANA, in_tokyo)
    told.until("2026-11-17 09:00")
    told.now = told.moment(EVENING)
    told.approve("check-in", None, "stranger@acme.example", DANA.address, "Henry@ACME.example")
    assert goes_out(told) == "2026-11-18 01:00"


def test_a_pause_puts_it_off_and_one_without_an_end_stops_it() -> None:
    """Also one that begins after it was approved; afterwards it goes out."""
    told = approved()
    began = told.moment("2026-11-18 08:00")
    told.workdays = replace(calendar(), away=(Away(began, told.moment("2026-11-20 12:00")),))
    assert goes_out(told) == "2026-11-20 12:00"
    told.workdays = replace(calendar(), away=(Away(began, None),))
    told.now = told.moment("2026-11-18 09:00")
    assert sending(told) == Sending(told.draft("check-in").message_id, None)
    assert told.plan().next_due is None
    assert "followupd resume" in told.step("check-in").reason


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-18 13:00", "2026-11-18 13:00"),
        ("2026-11-18 17:30", "2026-11-19 09:00"),
        ("2026-11-21 03:00", "2026-11-23 09:00"),
    ],
)
def test_what_could_not_go_out_in_time_waits_for_the_next_sending_hours(
    now: str, then: str
) -> None:
    """The machine was off, or the mail server away: nothing goes out at night for that."""
    told = approved()
    told.now = told.moment(now)
    assert goes_out(told) == then


def test_a_pause_that_began_after_its_time_puts_it_off_too() -> None:
    """Approved in the morning, held up, and paused before it was sent."""
    told = approved(at="2026-11-18 10:00")
    began, ends = told.moment("2026-11-18 11:00"), told.moment("2026-11-20 00:00")
    told.workdays = replace(calendar(), away=(Away(began, ends),))
    told.now = told.moment("2026-11-18 12:00")
    assert goes_out(told) == "2026-11-20 09:00"


# ---- trying again


def test_it_is_tried_again_after_longer_and_longer_waits() -> None:
    """5, 10, 20, 40 and 60 minutes, then every 60, as long as the sending hours last."""
    told = approved(at="2026-11-18 09:00")
    waits = []
    failed_at = told.moment("2026-11-18 09:00")
    while True:
        again = again_at(told.history, told.draft("check-in"), failed_at, told.workdays)
        if again is None:
            break
        waits.append(int((again - failed_at) / timedelta(minutes=1)))
        told.fail("check-in", told.workdays.local(again).replace(tzinfo=None).isoformat())
        failed_at = again.astimezone(UTC)
        told.now = failed_at
        assert goes_out(told) == told.clock(again)
    assert tuple(waits[:5]) == RETRIES
    assert waits[5:] == [60] * 6
    assert told.clock(failed_at) == "2026-11-18 17:15"


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        ("2026-11-18 12:00", "2026-11-18 12:05"),
        ("2026-11-18 17:24", "2026-11-18 17:29"),
        ("2026-11-18 17:25", None),
        ("2026-11-18 17:31", None),
    ],
)
def test_it_is_given_up_when_the_next_try_is_on_another_day(failed: str, again: str | None) -> None:
    """What waits over night would come as a surprise."""
    told = approved(at="2026-11-18 12:00")
    tried = again_at(
        told.history, told.draft("check-in"), told.moment(failed), told.workdays
    )  # fmt: skip
    assert told.clock(tried) == again


def test_a_day_is_that_of_whom_it_goes_to() -> None:
    """Midnight for the user is the middle of the day in California."""
    told = approved(replace(DANA, timezone="America/Los_Angeles"))
    failed_at = told.moment("2026-11-17 23:58")
    tried = again_at(told.history, told.draft("check-in"), failed_at, told.workdays)
    assert told.clock(tried) == "2026-11-18 00:03"


def test_a_refused_login_is_not_tried_again_for_an_hour() -> None:
    """More tries would lock the account."""
    told = approved()
    failed_at = told.moment("2026-11-18 09:00")
    tried = again_at(
        told.history, told.draft("check-in"), failed_at, told.workdays, login_refused=True
    )
    assert told.clock(tried) == "2026-11-18 10:00"


# ---- what speaks against it


def test_an_answer_that_came_meanwhile_holds_it_back() -> None:
    """Nobody is told that nothing was heard; the step says how it is sent all the same."""
    told = approved()
    told.reply(DANA)
    assert held(told) == "dana@acme.example answered on Tue 17 Nov"
    told.until("2026-11-20 12:00")
    draft = told.draft("check-in")
    assert draft.state is DraftState.APPROVED
    assert approval_of(draft).held == "dana@acme.example answered on Tue 17 Nov"
    step = told.step("check-in")
    assert step.state is StepState.APPROVED
    assert step.reason == (
        "approved, but held back: dana@acme.example answered on Tue 17 Nov; to send it all the "
        "same, move it out of the approval folder and in again"
    )
    assert told.plan().withdraw == ()


def test_the_user_has_the_last_word() -> None:
    """Moved out and in again it is sent, though the same still speaks against it."""
    told = approved()
    told.reply(DANA)
    told.until("2026-11-18 12:00")
    told.take_back("check-in")
    told.now += timedelta(minutes=1)
    told.approve("check-in")
    assert approval_of(told.draft("check-in")).overruled == {
        "dana@acme.example answered on Tue 17 Nov"
    }
    assert goes_out(told) == "2026-11-18 12:01"
    assert told.step("check-in").reason == "approved: it goes out now"
    told.sweep()
    assert told.draft("check-in").state is DraftState.SENT


def test_what_is_new_holds_it_back_once_more() -> None:
    """The user overruled the answer, and not that mail to Dana comes back."""
    told = approved()
    told.reply(DANA)
    told.sweep()
    told.approve("check-in")
    told.bounce(DANA)
    told.record(happened.Reopened(at=told.now))  # it was no answer after all
    assert held(told) == "mail to dana@acme.example comes back"
    told.sweep()
    told.approve("check-in")
    assert sending(told).held == ""


def test_what_no_longer_speaks_against_it_holds_nothing_back() -> None:
    """The possible reply was none: what is approved goes out."""
    told = approved()
    possible = told.possible_reply()
    assert held(told) == "a possible reply waits for your word: followupd resolve"
    told.sweep()
    told.now = told.moment("2026-11-18 12:00")
    told.resolve(possible, belongs=False)
    assert goes_out(told) == "2026-11-18 12:00"
    assert told.step("check-in").reason == "approved: it goes out now"


def removed(told: Story) -> None:
    """Dana does not belong to the interview any more."""
    told.record(acts.PersonRemoved(at=told.now, address=DANA.address, part=DANA.part))


def moved(told: Story) -> None:
    """Dana has another address."""
    told.record(
        acts.PersonRecorded(
            at=told.now, person=replace(DANA, address="fox@acme.example"), instead_of=DANA.address
        )
    )


def closed(told: Story) -> None:
    """The user closes the interview."""
    told.record(happened.Closed(at=told.now, reason="enough"))


def by_hand(told: Story) -> None:
    """The user writes to Dana on their own."""
    told.now += timedelta(minutes=5)
    told.by_hand(DANA)


def put_off(told: Story) -> None:
    """They decide later."""
    told.holding_reply(DANA, "2026-11-27")


def gone(told: Story) -> None:
    """Dana has left."""
    told.departure(DANA)


def comes_back(told: Story) -> None:
    """Mail to Dana comes back."""
    told.bounce(DANA)


def skipped(told: Story) -> None:
    """The user does not want the step."""
    told.skip("check-in")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (comes_back, "mail to dana@acme.example comes back"),
        (gone, "dana@acme.example is no longer there"),
        (removed, "dana@acme.example no longer belongs to the interview"),
        (moved, "Dana Fox has another address now: fox@acme.example"),
        (closed, "closed: enough"),
        (by_hand, "you wrote to Dana Fox yourself on Tue 17 Nov"),
        (put_off, "the decision date moved"),
        (skipped, "you skipped it"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_what_would_take_an_untouched_draft_back_holds_an_approved_one(
    happens: object, reason: str
) -> None:
    """It is not sent, stays where the user put it, and says why."""
    told = approved()
    assert callable(happens)
    happens(told)
    assert reason in held(told)
    told.until("2026-11-18 10:00")
    assert told.draft("check-in").state is DraftState.APPROVED
    assert reason in approval_of(told.draft("check-in")).held


def test_a_thank_you_approved_in_the_evening_is_not_too_late_after_the_weekend() -> None:
    """That it waited for the sending hours is no reason against it."""
    told = story(IVY)  # held on a Tuesday: a thank-you is in time until Friday
    told.until("2026-11-06 19:00")
    assert told.waiting() == ["thank-you"]
    told.approve("thank-you")
    assert goes_out(told) == "2026-11-09 09:00"
    told.until("2026-11-09 09:00")
    assert told.draft("thank-you").state is DraftState.SENT


def test_two_thank_yous_approved_together_go_out_together() -> None:
    """Each to its own person."""
    told = story(IVY, IAN)
    told.until("2026-11-03 18:00")
    told.approve("thank-you", IVY)
    told.approve("thank-you", IAN)
    assert [told.clock(each.due) for each in told.plan().send] == ["2026-11-04 09:00"] * 2
    told.until("2026-11-04 09:00")
    assert {draft.state for draft in told.history.drafts} == {DraftState.SENT}


def test_a_promise_is_kept_although_they_answered() -> None:
    """The user gave their word for it; an offer or a rejection is another matter."""
    told = story(DANA, promises=[("2026-11-10", "the report")])
    told.until("2026-11-10 09:00")
    told.now = told.moment("2026-11-10 20:00")
    told.approve("promise")
    told.reply(DANA, Outcome.NEXT_ROUND)
    assert goes_out(told) == "2026-11-11 09:00"
    told.reply(DANA, Outcome.REJECTION)
    assert "answered on Tue 10 Nov" in held(told)


def test_what_the_user_asked_for_is_sent_after_all_is_over() -> None:
    """The gracious answer to a rejection is written then."""
    told = story(DANA)
    told.until("2026-11-10 12:00")
    told.reply(DANA, Outcome.REJECTION)
    told.record(acts.DraftRequested(at=told.now, template="rejection-answer", person=DANA.address))
    told.until("2026-11-11 10:00")
    assert told.history.closed is not None
    told.approve("rejection-answer")
    assert goes_out(told) == "2026-11-11 10:00"


def test_a_sheet_is_sent_to_nobody() -> None:
    """Whatever the user moves into the folder, and however often."""
    told = story(replace(DANA, channel=Channel.CALL))
    told.until("2026-11-17 09:00")
    for _ in range(3):
        told.approve("check-in")
        assert held(told).startswith("it is a sheet for yourself")
        told.sweep()
    reason = told.step("check-in").reason
    assert reason.startswith("approved, but held back: it is a sheet for yourself")
    assert "to send it all the same" not in reason


def test_a_draft_edited_after_the_answer_and_then_approved_is_asked_about_once() -> None:
    """The user may not know of the answer: they are told, and approve it once more."""
    told = approved()
    told.take_back("check-in")
    told.reply(DANA)
    told.approve("check-in")
    assert "answered" in held(told)
    told.sweep()
    told.approve("check-in")
    assert sending(told).held == ""


# ---- what always holds


@given(
    workdays=calendars(),
    away=days_off(),
    zone=st.sampled_from([*ZONES, None]),
    approved_at=MOMENTS,
    later=st.timedeltas(timedelta(0), timedelta(days=10)),
    failures=st.integers(0, 7),
)
def test_it_never_goes_out_before_the_approval_or_outside_their_working_hours(
    workdays: Workdays,
    away: tuple[Away, ...],
    zone: str | None,
    approved_at: datetime,
    later: timedelta,
    failures: int,
) -> None:
    """Whenever it was approved and is looked at, in whatever zones, also when it is tried again."""
    told = story(replace(DANA, timezone=zone), workdays=replace(workdays, away=away))
    told.until("2026-11-17 09:00")
    told.record(
        happened.DraftQueued(
            at=approved_at, step="note", cycle=1000, person=DANA.address, to=DANA.address,
            message_id="<note>", attempt=0, subject="",
        ),
        acts.DraftRequested(at=approved_at, template="note", person=DANA.address),
    )  # fmt: skip
    told.now = approved_at
    told.approve("note")
    theirs = replace(told.workdays, zone=ZoneInfo(zone)) if zone else told.workdays
    last = approved_at
    for _ in range(failures):
        again = again_at(told.history, told.draft("note"), last, told.workdays)
        if again is None:
            break
        assert again >= last + timedelta(minutes=RETRIES[0])
        assert theirs.is_open(again)
        assert theirs.day_of(again) == theirs.day_of(last)
        told.fail("note", told.workdays.local(again).replace(tzinfo=None).isoformat())
        last = approval_of(told.draft("note")).again_at or again
    now = approved_at + later
    [one] = [each for each in told.plan(now).send if each.message_id == "<note>"]
    approval, today = approval_of(told.draft("note")), told.workdays.day_of(now)
    is_old = told.workdays.between(told.workdays.day_of(approval.at), today) > STANDS_FOR
    is_over = approval.again_at is not None and told.workdays.day_of(approval.again_at) < today
    assert bool(one.held) is (is_old or is_over)
    if one.due is None:
        assert one.held
        return
    assert one.due.tzinfo == told.workdays.zone
    assert one.due >= max(now, approved_at)
    assert theirs.is_open(one.due)


@given(told=wild_stories())
@FEW
def test_whatever_happened_only_what_is_approved_and_not_held_goes_out(told: Story) -> None:
    """And never a sheet, never what was sent or may have been, never outside of working days."""
    drafts = {draft.message_id: draft for draft in told.history.drafts}
    current = told.plan()
    assert len(current.send) == len({each.message_id for each in current.send})
    for each in current.send:
        draft = drafts[each.message_id]
        assert draft.state is DraftState.APPROVED
        assert not each.held or each.due is None
        if each.due is not None:
            assert not draft.is_sheet
            assert each.due >= told.now
            assert current.next_due is not None
            assert current.next_due <= each.due
    assert not {each.message_id for each in current.send} & {w.message_id for w in current.withdraw}


def test_the_hours_are_the_user_s_own() -> None:
    """Who works late sends late, by the clock of whom it goes to."""
    told = story(DANA, workdays=calendar(hours=(time(7), time(21))))
    told.until("2026-11-17 09:00")
    for approved_at, then in (("18:00", "17 18:00"), ("21:00", "18 07:00")):
        told.now = told.moment(f"2026-11-17 {approved_at}")
        told.approve("check-in")
        assert goes_out(told) == f"2026-11-{then}"


def test_an_approval_of_long_ago_is_asked_about() -> None:
    """A machine that was off for a week sends nothing that nobody has in mind any more."""
    told = approved()
    told.now = told.moment("2026-11-20 12:00")
    assert sending(told).held == ""
    told.now = told.moment("2026-11-23 12:00")
    assert "you approved it on Tue 17 Nov" in held(told)
