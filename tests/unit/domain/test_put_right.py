"""What was recorded is put right while drafts lie there and messages are out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import BUILT_IN, Anchor, Cadence, CadenceStep, Wait, WaitUnit
from followupd.domain.interview import Channel, DraftState, Outcome, Part, Person
from followupd.domain.limits import Contacts, sharing_people
from followupd.domain.plan import StepState
from tests.support.stories import DANA, HENRY, IVY, NINA, Story, story

NEW = replace(DANA, address="fox@acme.example")
"""Dana at her other address."""


def readdress(told: Story, old: Person = DANA, new: Person = NEW) -> None:
    """The user says that a person has another address."""
    told.record(acts.PersonRecorded(at=told.now, person=new, instead_of=old.address))


def remove(told: Story, person: Person) -> None:
    """The user says that a person does not belong to the interview."""
    told.record(acts.PersonRemoved(at=told.now, address=person.address, part=person.part))


# ---- another address


def test_who_was_asked_at_the_old_address_is_not_asked_again_at_the_new_one() -> None:
    """It is the same person, and the check-in reached them."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    readdress(told)
    told.until("2026-11-25 10:00")
    assert told.step("check-in").state is StepState.SENT
    assert told.times("check-in") == ["2026-11-17 09:00"]


def test_an_untouched_draft_follows_the_person_to_the_new_address() -> None:
    """The old one is taken back, and another laid in its place."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    readdress(told)
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == [NEW.address]
    assert told.withdrawn[-1][1] == "Dana Fox has another address now: fox@acme.example"


def test_an_edited_draft_to_the_old_address_still_holds_the_step() -> None:
    """The user has it in hand; a second one would be a check-in twice."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    readdress(told)
    told.until("2026-11-25 10:00")
    assert [draft.to for draft in told.history.open_drafts] == [DANA.address]
    assert told.step("check-in").state is StepState.EDITED


def test_what_went_to_the_old_address_counts_for_the_rest() -> None:
    """Three working days between two messages to one person, wherever they are read."""
    told = story(DANA, IVY)
    told.until("2026-11-16 15:00")
    told.by_hand(DANA)
    told.decision("2026-11-13")
    readdress(told)
    sent = Contacts([told.history]).unanswered(NEW.address)
    assert [told.clock(at) for at in sent] == ["2026-11-16 15:00"]


def test_what_came_back_from_the_old_address_was_not_sent() -> None:
    """The address was mistyped: the check-in goes to the right one."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.bounce(DANA)
    told.until("2026-11-18 10:00")
    readdress(told)
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == [NEW.address]
    assert Contacts([told.history]).unanswered(NEW.address) == []


def test_what_comes_back_from_the_old_address_after_the_change_was_not_sent() -> None:
    """The bounce is slower than the user."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    readdress(told)
    told.sweep()
    told.record(
        happened.Bounced(
            at=told.now,
            address=DANA.address,
            original_message_id=told.draft("check-in").sent_message_id,
        )
    )
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == [NEW.address]


def test_an_address_changed_there_and_back_gets_drafts_of_their_own() -> None:
    """No two drafts ever share a Message-ID."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    readdress(told)
    told.sweep()
    readdress(told, NEW, DANA)
    told.sweep()
    identities = [draft.message_id for draft in told.history.drafts if draft.step == "check-in"]
    assert len(identities) == 3
    assert len(set(identities)) == 3
    assert [draft.to for draft in told.history.open_drafts] == [DANA.address]


def test_an_address_that_came_back_and_is_tried_again_gets_a_draft_of_its_own() -> None:
    """The check-in bounced, was sent to the other address, bounced again, and is written anew."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.bounce(DANA)
    readdress(told)
    told.sweep()
    told.send("check-in")
    told.bounce(NEW)
    third = replace(DANA, address="d.fox@acme.example")
    readdress(told, NEW, third)
    told.sweep()
    attempts = [draft.attempt for draft in told.history.drafts if draft.step == "check-in"]
    assert attempts == [0, 1, 2]


def test_a_draft_learned_of_late_at_the_old_address_is_taken_back() -> None:
    """The connection broke while it was laid, and the user changed the address meanwhile."""
    told = story(DANA, IVY)
    told.until("2026-11-16 10:00")
    readdress(told)
    told.now = told.moment("2026-11-17 09:00")
    told.record(
        happened.DraftQueued(
            at=told.now,
            step="check-in",
            cycle=0,
            person=DANA.key,
            to=DANA.address,
            message_id="<late>",
            attempt=0,
            subject="",
        )
    )
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == [NEW.address]


def test_who_plays_two_parts_has_moved_once_both_are_changed() -> None:
    """The address is changed part by part."""
    twice = replace(DANA, part=Part.INTERVIEWER)
    told = story(DANA, twice)
    told.until("2026-11-03 12:00")
    told.send("thank-you")
    readdress(told)
    readdress(told, twice, replace(NEW, part=Part.INTERVIEWER))
    told.until("2026-11-04 12:00")
    assert told.step("thank-you").state is StepState.SENT


def test_what_was_asked_for_the_old_address_is_laid_for_the_new_one() -> None:
    """It is the person that was meant."""
    told = story(DANA, IVY)
    told.until("2026-11-04 10:00")
    told.record(
        acts.DraftRequested(at=told.now, template="share-article", person=DANA.address),
    )
    readdress(told)
    told.sweep()
    assert told.draft("share-article").to == NEW.address


def test_what_they_asked_for_is_given_at_the_new_address() -> None:
    """Dana asked from the old one."""
    told = story(DANA, IVY)
    told.until("2026-11-10 10:00")
    told.reply(DANA, Outcome.INFO_REQUEST)
    readdress(told)
    assert told.plan().tasks[0].person == NEW
    told.now = told.moment("2026-11-11 10:00")
    told.by_hand(NEW)
    assert told.plan().tasks == ()


def test_a_topic_is_kept_with_the_person() -> None:
    """Also under another address."""
    told = story(DANA)
    told.record(acts.TopicNoted(at=told.now, address=DANA.address, text="gardens"))
    readdress(told)
    assert told.history.topics == {NEW.key: "gardens"}


def test_the_thread_with_a_person_goes_on_at_their_new_address() -> None:
    """Their newest mail is still theirs."""
    told = story(DANA)
    told.holding_reply(DANA, "2026-11-20")
    readdress(told)
    found = told.history.last_mail_with(NEW.address)
    assert found is not None
    assert found.sender == DANA.address


# ---- who does not belong


def test_a_check_in_is_not_repeated_because_its_person_was_removed() -> None:
    """It was sent; the ladder goes on from it."""
    told = story(DANA, HENRY, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-18 10:00")
    remove(told, DANA)
    told.until("2026-11-20 10:00")
    assert told.times("check-in") == ["2026-11-17 09:00"]
    assert told.waiting() == ["hiring-manager"]


def test_a_person_who_was_removed_because_mail_came_back_holds_nothing() -> None:
    """The check-in never reached anybody."""
    told = story(DANA, HENRY, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.bounce(DANA)
    remove(told, DANA)
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == [HENRY.address]


def test_an_interview_shares_who_was_written_to_though_they_were_removed() -> None:
    """The limits look at everybody who got a message."""
    first, second = story(DANA, IVY), story(DANA, number=2)
    first.record(acts.InterviewEdited(at=first.now, company="Globex"))
    first.until("2026-11-17 10:00")
    first.by_hand(DANA)
    remove(first, DANA)
    assert sharing_people(second.history, [first.history]) == [first.history]
    assert sharing_people(first.history, [second.history]) == [second.history]


# ---- telephone


def test_a_bounce_does_not_take_a_call_sheet_away() -> None:
    """Who prefers the telephone can be called whatever their mailbox does."""
    told = story(replace(DANA, channel=Channel.CALL), IVY)
    told.until("2026-11-17 10:00")
    told.bounce(DANA)
    told.until("2026-11-18 10:00")
    assert told.waiting() == ["check-in"]


def test_a_call_is_made_to_somebody_else_first_where_mail_comes_back() -> None:
    """An address that is gone may mean that its owner is."""
    told = story(DANA, HENRY, IVY)
    told.bounce(DANA)
    assert told.step("call").person == HENRY


def test_a_draft_gives_way_to_a_call_sheet_when_the_person_prefers_a_call() -> None:
    """They asked for it (advice row 9)."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    caller = replace(DANA, channel=Channel.CALL)
    told.record(acts.PersonRecorded(at=told.now, person=caller, instead_of=DANA.address))
    told.sweep()
    assert [draft.to for draft in told.history.open_drafts] == ["robin@example.org"]


def test_a_call_to_a_friend_is_no_call_to_the_recruiter() -> None:
    """Nina at Acme was called; Dana is still to be asked."""
    told = story(DANA, NINA)
    told.until("2026-11-16 10:00")
    told.record(happened.CallMade(at=told.now, person=NINA.address))
    told.until("2026-11-17 10:00")
    assert told.waiting() == ["check-in"]


def test_a_call_to_the_hiring_manager_asks_what_the_check_in_asks() -> None:
    """As a call to nobody in particular does."""
    told = story(DANA, HENRY)
    told.until("2026-11-16 10:00")
    told.record(happened.CallMade(at=told.now, person=HENRY.address))
    assert told.step("check-in").state is StepState.DONE


# ---- what letters say


@pytest.mark.parametrize(
    "edit",
    [
        {"company": "Acme GmbH"},
        {"role": "Lead"},
        {"language": "de"},
        {"is_final": True},
    ],
)
def test_an_untouched_draft_is_written_anew_when_what_it_says_was_put_right(
    edit: dict[str, str],
) -> None:
    """Nobody is to send a letter with the wrong company in it."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.record(acts.InterviewEdited(at=told.now, **edit))  # type: ignore[arg-type]
    told.sweep()
    assert [draft.attempt for draft in told.history.open_drafts] == [1]
    assert told.withdrawn[-1][1] == "what it says was put right since"


def test_an_edit_that_changes_nothing_leaves_the_drafts() -> None:
    """The cadence is in no letter."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.record(acts.InterviewEdited(at=told.now, company="Acme"))
    told.sweep()
    assert [draft.attempt for draft in told.history.open_drafts] == [0]


def test_a_persons_name_put_right_is_put_right_in_their_drafts_alone() -> None:
    """Ivy's thank-you stays as it is."""
    told = story(IVY, replace(IVY, name="Ian Irwing", address="ian@acme.example"))
    told.until("2026-11-03 12:00")
    right = replace(IVY, name="Ian Irwin", address="ian@acme.example")
    told.record(acts.PersonRecorded(at=told.now, person=right, instead_of=right.address))
    told.sweep()
    found = {draft.person: draft.attempt for draft in told.history.open_drafts}
    assert found == {IVY.address: 0, "ian@acme.example": 1}


def test_an_edited_draft_is_not_written_anew() -> None:
    """What the user has touched is theirs."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.edit("check-in")
    told.record(acts.InterviewEdited(at=told.now, company="Acme GmbH"))
    told.sweep()
    assert told.draft("check-in").state is DraftState.EDITED


# ---- other times


def test_an_untouched_thank_you_does_not_wait_for_an_interview_that_was_put_off() -> None:
    """Nobody gives thanks for what has not been."""
    told = story(IVY)
    told.until("2026-11-03 12:00")
    told.record(happened.InterviewMoved(at=told.now, held_at=told.moment("2026-11-10 14:00")))
    told.sweep()
    assert told.waiting() == []
    told.until("2026-11-10 16:00")
    assert told.times("thank-you") == ["2026-11-03 12:00", "2026-11-10 16:00"]


def test_an_untouched_check_in_does_not_wait_for_an_interview_that_was_put_off() -> None:
    """It comes two working days after the new assumed decision date."""
    told = story(DANA)
    told.until("2026-11-17 10:00")
    told.record(happened.InterviewMoved(at=told.now, held_at=told.moment("2026-11-20 14:00")))
    told.sweep()
    assert told.waiting() == []
    assert told.due("check-in") == "2026-12-01 09:00"


def test_a_call_promised_before_the_interview_was_put_off_is_not_asked_about() -> None:
    """It was meant for the old time."""
    told = story(DANA)
    verdict = happened.Verdict(happened.Meaning.STILL_DECIDING, 0.9, by_call=True)
    told.record(
        happened.HoldingReply(
            at=told.now,
            mail=told.mail(DANA.address, ("robin@example.org",)),
            layer=happened.Layer.ADDRESS,
            evidence="",
            decision_by=date(2026, 11, 6),
            verdict=verdict,
        ),
        happened.InterviewMoved(at=told.now, held_at=told.moment("2026-11-20 14:00")),
    )
    told.until("2026-11-10 10:00")
    assert told.plan().tasks == ()


def test_a_decision_date_moved_to_before_the_check_in_does_not_repeat_it() -> None:
    """They had promised the 12th, not the 13th; Dana was asked on the 17th."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.until("2026-11-18 10:00")
    told.decision("2026-11-12")
    told.until("2026-11-30 10:00")
    assert told.times("check-in") == ["2026-11-17 09:00"]
    assert told.step("check-in").reason == "you wrote to Dana Fox on Tue 17 Nov"
    assert told.times("call") == ["2026-11-20 09:00"]


def test_a_decision_date_moved_to_after_the_check_in_asks_again() -> None:
    """There is a new promise to come back to."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.decision("2026-11-27")
    told.until("2026-12-01 10:00")
    assert told.times("check-in") == ["2026-11-17 09:00", "2026-12-01 09:00"]


# ---- another cadence


def patient(name: str, days: int) -> Cadence:
    """A cadence of one's own with one question to the recruiter, and one more."""
    return Cadence(
        (
            *BUILT_IN[:1],
            CadenceStep(
                name,
                Anchor.DECISION,
                Wait(days, WaitUnit.BUSINESS_DAYS),
                (Part.RECRUITER,),
                Channel.EMAIL,
                "check-in",
            ),
            CadenceStep(
                "again",
                Anchor.PREVIOUS,
                Wait(5, WaitUnit.BUSINESS_DAYS),
                (Part.RECRUITER,),
                Channel.EMAIL,
                "check-in",
            ),
        )
    )


def test_what_a_cadence_of_before_has_asked_is_not_asked_again() -> None:
    """Dana was asked on the 17th; the new cadence goes on from there."""
    told = story(DANA, IVY)
    told.until("2026-11-17 10:00")
    told.send("check-in")
    told.cadence = patient("question", 1)
    assert told.step("question").state is StepState.DONE
    assert told.due("again") == "2026-11-24 09:00"


def test_a_draft_that_the_new_cadence_would_lay_later_is_taken_back() -> None:
    """It waits six working days after the decision date."""
    told = story(DANA, IVY, cadence=patient("question", 1))
    told.until("2026-11-16 10:00")
    told.cadence = patient("question", 6)
    told.sweep()
    assert told.waiting() == []
    assert told.due("question") == "2026-11-23 09:00"
