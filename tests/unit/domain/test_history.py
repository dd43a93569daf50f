"""What events mean for the state of an interview."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followupd.domain import events as happened
from followupd.domain.folding import fold
from followupd.domain.interview import DraftState, Outcome
from tests.support.stories import DANA, HENRY, IVY, ROBIN, SOON, Story, story


def with_check_in() -> Story:
    """The check-in lies in Drafts."""
    told = story(DANA, HENRY, IVY)
    told.until("2026-11-17 10:00")
    return told


def test_a_history_begins_with_the_recording() -> None:
    """No events, or others first, are a broken database."""
    told = story(DANA)
    with pytest.raises(ValueError, match="no events"):
        fold(7, [])
    with pytest.raises(ValueError, match="does not begin"):
        fold(7, [happened.Noted(at=told.now, text="hello")])
    with pytest.raises(ValueError, match="recorded twice"):
        fold(7, [*told.events, *told.events])


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (Story.edit, DraftState.EDITED),
        (Story.delete, DraftState.DISMISSED),
        (Story.lose, DraftState.MISSING),
        (Story.send, DraftState.SENT),
    ],
)
def test_a_draft_goes_through_what_the_user_does_with_it(act: object, state: DraftState) -> None:
    """Edited, deleted, gone, or sent."""
    told = with_check_in()
    assert callable(act)
    act(told, "check-in")
    assert told.draft("check-in").state is state
    assert told.draft("check-in").state.is_open == (told.history.open_drafts != ())


def test_a_sent_draft_was_written_to_its_person() -> None:
    """It counts for the limits, and not as written by hand."""
    told = with_check_in()
    told.send("check-in")
    written = told.history.written
    assert [(w.address, w.by_hand) for w in written] == [(DANA.address, False)]


def test_a_sent_draft_reached_those_in_copy_as_well() -> None:
    """The user added the hiring manager before pressing Send."""
    told = with_check_in()
    draft = told.draft("check-in")
    copy = told.mail(ROBIN, (DANA.address, HENRY.address.upper(), "someone@else.example"))
    told.record(
        happened.DraftSent(
            at=told.now,
            message_id=draft.message_id,
            sent_at=told.now,
            sent_message_id=copy.message_id,
            certain=True,
            mail=copy,
        )
    )
    assert [w.address for w in told.history.written] == [DANA.address, HENRY.address]


def test_a_draft_recognised_twice_in_sent_was_sent_once() -> None:
    """First likely, by thread and person, then for certain, under its own Message-ID."""
    told = with_check_in()
    draft = told.draft("check-in")
    for sent_as, certain in (("<guess@example.org>", False), (draft.message_id, True)):
        told.record(
            happened.DraftSent(
                at=told.now,
                message_id=draft.message_id,
                sent_at=told.now,
                sent_message_id=sent_as,
                certain=certain,
            )
        )
    assert len(told.history.written) == 1
    assert told.draft("check-in").sent_message_id == draft.message_id


def test_the_copy_of_a_sent_draft_is_not_counted_again_as_written_by_hand() -> None:
    """Whichever of the two is learned of first."""
    told = with_check_in()
    draft = told.draft("check-in")
    copy = told.mail(ROBIN, (DANA.address,))
    by_hand = happened.WroteByHand(at=told.now, mail=copy)
    sent = happened.DraftSent(
        at=told.now,
        message_id=draft.message_id,
        sent_at=told.now,
        sent_message_id=copy.message_id,
        certain=False,
    )
    for order in ((by_hand, sent), (sent, by_hand)):
        written = fold(1, [*told.events, *order]).written
        assert [w.by_hand for w in written] == [False]


def test_what_is_said_of_an_unknown_draft_changes_nothing() -> None:
    """A draft of another database, say."""
    told = with_check_in()
    before = told.history
    told.record(
        happened.DraftSent(
            at=told.now,
            message_id="<unknown>",
            sent_at=told.now,
            sent_message_id="<x>",
            certain=True,
        ),
        happened.DraftEdited(at=told.now, message_id="<unknown>"),
    )
    assert told.history == before


def test_a_draft_continues_the_newest_mail_with_its_person() -> None:
    """The newest by its own date, whoever of the two wrote it."""
    told = story(DANA, IVY)
    told.now = told.moment("2026-11-04 10:00")
    older = told.mail(DANA.address.upper(), (ROBIN,))
    told.now = told.moment("2026-11-05 10:00")
    newer = told.mail(ROBIN, (DANA.address,))
    told.record(
        happened.ThreadFound(at=told.now, mail=newer), happened.ThreadFound(at=told.now, mail=older)
    )
    assert told.history.last_mail_with("Dana@acme.example") == newer
    assert told.history.last_mail_with(IVY.address) is None


def test_the_thread_from_before_the_interview_is_no_answer() -> None:
    """The invitation to the interview does not answer it."""
    told = story(DANA)
    told.record(happened.ThreadFound(at=told.now, mail=told.mail(DANA.address, (ROBIN,))))
    assert told.history.answer is None
    assert told.history.heard == {}


def test_one_mail_read_twice_is_kept_once() -> None:
    """It lay in two folders."""
    told = story(DANA)
    mail = told.mail(DANA.address, (ROBIN,))
    for folder in ("INBOX", "Archive"):
        found = replace(mail, folder=folder)
        told.record(happened.ThreadFound(at=told.now, mail=found))
    assert len(told.history.mails) == 1


def test_the_newest_word_of_a_person_counts_though_mails_are_read_out_of_order() -> None:
    """An older reply found later does not make the person silent since then."""
    told = story(DANA)
    told.now = told.moment("2026-11-10 10:00")
    told.reply(DANA)
    heard = told.history.heard[DANA.key]
    told.now = told.moment("2026-11-05 10:00")
    told.reply(DANA)
    assert told.history.heard[DANA.key] == heard


def test_an_answer_keeps_what_it_says() -> None:
    """The outcome is the reply's."""
    told = story(DANA)
    told.reply(DANA, Outcome.NEXT_ROUND)
    answer = told.history.answer
    assert answer is not None
    assert answer.outcome is Outcome.NEXT_ROUND


def test_every_message_id_of_the_interview_is_known() -> None:
    """Replies to any of them belong to it."""
    told = with_check_in()
    draft = told.draft("check-in")
    told.now += SOON
    told.record(
        happened.DraftSent(
            at=told.now,
            message_id=draft.message_id,
            sent_at=told.now,
            sent_message_id="<new@phone.example>",
            certain=False,
        )
    )
    told.reply(DANA)
    reply = told.history.mails[-1].message_id
    assert {draft.message_id, "<new@phone.example>", reply} <= told.history.message_ids


def test_notes_and_searches_are_kept() -> None:
    """What the user wrote down, oldest first, and which accounts were looked through."""
    told = story(DANA)
    told.record(
        happened.Noted(at=told.now, text="nice people"),
        happened.Noted(at=told.now, text="no windows"),
        happened.MailboxSearched(at=told.now, account="personal"),
    )
    assert told.history.notes == ("nice people", "no windows")
    assert told.history.searched == {"personal"}
