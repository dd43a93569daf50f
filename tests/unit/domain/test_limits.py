"""How often one person is written to, over all interviews at once."""

from __future__ import annotations

from dataclasses import replace

from followupd.domain.cadence import Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import Channel, Part
from followupd.domain.limits import Contacts
from followupd.domain.plan import StepState
from tests.support.stories import DANA, HENRY, IVY, Story, story


def two_roles() -> tuple[Story, Story]:
    """Two interviews on one day for two roles, with one recruiter."""
    first, second = story(DANA, IVY), story(DANA, HENRY, IVY, number=2)
    first.others, second.others = [second], [first]
    return first, second


def letters(count: int) -> Cadence:
    """A cadence that would write to the recruiter every working day."""
    return Cadence(
        tuple(
            CadenceStep(
                name=f"letter-{number}",
                after=Anchor.PREVIOUS if number else Anchor.DECISION,
                wait=Wait(1, WaitUnit.BUSINESS_DAYS),
                to=(Part.RECRUITER,),
                channel=Channel.EMAIL,
                template="letter",
            )
            for number in range(count)
        )
    )


def test_one_recruiter_for_two_roles_gets_one_draft_at_a_time() -> None:
    """The second interview's check-in waits until the first's is sent or deleted."""
    first, second = two_roles()
    first.until("2026-11-17 10:00")
    second.until("2026-11-17 10:00")
    assert first.waiting() == ["check-in"]
    assert second.waiting() == []
    step = second.step("check-in")
    assert step.state is StepState.HELD
    assert step.reason == "another draft to Dana Fox waits in Drafts: check-in"


def test_one_recruiter_for_two_roles_rests_three_working_days_between_them() -> None:
    """After the first check-in was sent, the second comes on the third working day."""
    first, second = two_roles()
    first.until("2026-11-17 10:00")
    first.send("check-in")
    second.until("2026-11-27 09:00")
    assert second.times("check-in") == ["2026-11-20 09:00"]
    assert second.step("check-in").reason.startswith("in Drafts since Fri 20 Nov")


def test_a_deleted_draft_leaves_room_for_the_other_at_once() -> None:
    """Nothing went out, so nobody needs a rest."""
    first, second = two_roles()
    first.until("2026-11-17 10:00")
    first.delete("check-in")
    second.until("2026-11-17 10:00")
    assert second.waiting() == ["check-in"]


def test_one_interviewer_in_two_interviews_of_one_day_is_thanked_once() -> None:
    """The other interview says so, and lays nothing."""
    first, second = two_roles()
    first.until("2026-11-03 12:00")
    first.send("thank-you")
    second.until("2026-11-10 12:00")
    assert first.times("thank-you") == ["2026-11-03 12:00"]
    assert second.times("thank-you") == []
    assert second.step("thank-you").state is StepState.DONE


def test_a_letter_by_hand_takes_the_waiting_draft_of_the_other_role_back() -> None:
    """Sent now, it would be the second message in three working days; it comes back later."""
    first, second = two_roles()
    first.until("2026-11-17 10:00")
    second.until("2026-11-17 11:00")
    second.by_hand(DANA)
    first.now = second.now
    first.sweep()
    assert first.waiting() == []
    assert first.due("check-in") == "2026-11-20 09:00"


def test_an_edited_draft_stays_whatever_the_limits_say() -> None:
    """What the user has touched is theirs to judge."""
    first, second = two_roles()
    first.until("2026-11-17 10:00")
    first.edit("check-in")
    second.until("2026-11-17 11:00")
    second.by_hand(DANA)
    first.until("2026-11-17 12:00")
    assert first.waiting() == ["check-in"]


def test_nobody_gets_a_second_unanswered_message_within_three_working_days() -> None:
    """A cadence that writes daily is slowed down."""
    told = story(DANA, IVY, cadence=letters(2))
    told.until("2026-11-16 10:00")
    told.send("letter-0")
    told.until("2026-11-30 10:00")
    assert told.times("letter-1") == ["2026-11-19 09:00"]


def test_nobody_gets_a_fourth_unanswered_message() -> None:
    """Three in all, whatever the cadence says; the ladder goes past the rest."""
    told = story(DANA, cadence=letters(5))
    for number, day in enumerate(("2026-11-20", "2026-11-27", "2026-12-04")):
        told.until(f"{day} 10:00")
        told.send(f"letter-{number}")
    told.until("2027-03-01 10:00")
    assert len(told.laid) == 3
    assert told.step("letter-3").reason == "three messages to Dana Fox are unanswered"
    assert told.step("letter-4").state is StepState.PASSED


def test_what_was_sent_before_their_last_word_is_answered() -> None:
    """After a holding reply the count begins anew."""
    told = story(DANA, cadence=letters(4))
    told.until("2026-11-16 10:00")
    told.send("letter-0")
    told.until("2026-11-18 10:00")
    told.reply(DANA)
    told.decision("2026-11-18")
    told.until("2026-11-19 09:00")
    assert told.waiting() == ["letter-0"]
    assert Contacts([told.history]).unanswered(DANA.address) == []


def test_a_promise_counts_for_the_rest_after_it() -> None:
    """The check-in does not follow on the heels of the sample."""
    told = story(DANA, IVY, promises=[("2026-11-16", "a sample")])
    told.until("2026-11-16 10:00")
    told.send("promise")
    assert told.due("check-in") == "2026-11-19 09:00"


def test_a_promise_is_kept_whatever_the_limits_say() -> None:
    """The fourth message is the sample that was promised."""
    told = story(DANA, IVY, promises=[("2026-11-09", "a sample")])
    for day in ("2026-11-04", "2026-11-05", "2026-11-06"):
        told.until(f"{day} 10:00")
        told.by_hand(DANA)
    told.until("2026-11-09 10:00")
    assert told.waiting() == ["promise"]


def test_a_call_sheet_is_no_message_to_the_person() -> None:
    """It lies in the user's own hands, and mailing it to oneself reaches nobody else."""
    told = story(replace(DANA, channel=Channel.CALL), IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    assert Contacts([told.history]).unanswered(DANA.address) == []


def test_one_letter_that_counts_for_two_interviews_reached_the_person_once() -> None:
    """The same mail in two histories is one mail."""
    first, second = two_roles()
    first.until("2026-11-16 10:00")
    first.by_hand(DANA)
    second.record(first.events[-1])
    assert len(Contacts([first.history, second.history]).unanswered(DANA.address)) == 1


def test_an_address_is_the_same_in_capitals() -> None:
    """Servers keep case; people do not."""
    first, second = story(DANA), story(replace(DANA, address="DANA@acme.example"), number=2)
    second.others = [first]
    first.until("2026-11-17 10:00")
    second.until("2026-11-17 10:00")
    assert second.step("check-in").state is StepState.HELD


def test_messages_are_counted_by_their_own_dates_though_learned_of_out_of_order() -> None:
    """An older letter that is found later does not shorten the rest after the newer one."""
    told = story(DANA, IVY)
    told.now = told.moment("2026-11-16 10:00")
    told.by_hand(HENRY, DANA)
    told.now = told.moment("2026-11-10 10:00")
    told.by_hand(DANA)
    sent = Contacts([told.history]).unanswered(DANA.address)
    assert [told.clock(at) for at in sent] == ["2026-11-10 10:00", "2026-11-16 10:00"]
