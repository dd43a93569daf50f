"""Drafts that come back, or go out, in ways that leave little of them."""

from __future__ import annotations

from datetime import timedelta
from email import policy
from typing import TYPE_CHECKING

from followupd.domain.interview import DraftState
from tests.support.seeker import DANA, KIM

if TYPE_CHECKING:
    from email.message import EmailMessage

    from followupd.domain.interview import Person
    from tests.support.seeker import Seeker


def _check_in(seeker: Seeker, *people: Person) -> tuple[int, EmailMessage]:
    """A check-in to Dana that answers her mail; its UID, and the draft."""
    seeker.receives(seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=3)))
    seeker.at("2026-12-08 09:00")
    seeker.add(people or (DANA,))
    seeker.once()
    [(uid, draft)] = seeker.lying_in("Drafts")
    return uid, draft


def _state(seeker: Seeker) -> DraftState:
    return seeker.history(1).drafts[-1].state


def test_saved_once_more_after_it_was_withdrawn_it_is_the_users(seeker: Seeker) -> None:
    """A program that had it open saves it: it is theirs, mentioned, and never taken again."""
    _, draft = _check_in(seeker)
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert _state(seeker) is DraftState.WITHDRAWN
    draft.set_content("In my own words.")
    raw = draft.as_bytes(policy=policy.SMTP)
    seeker.mailbox.looking.append("Drafts", raw, flags=[b"\\Seen"])
    seeker.once()
    assert _state(seeker) is DraftState.EDITED
    seeker.clock.moment += timedelta(days=2)
    seeker.once()
    assert len(seeker.drafts()) == 1
    assert "edited by" in seeker.told("list").out


def test_put_back_unchanged_it_is_the_users_as_well(seeker: Seeker) -> None:
    """Whoever lays it back wants it there."""
    _, draft = _check_in(seeker)
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    raw = draft.as_bytes(policy=policy.SMTP)
    seeker.mailbox.looking.append("Drafts", raw, flags=[b"\\Seen", b"\\Draft"])
    for _ in range(3):
        seeker.once()
    assert _state(seeker) is DraftState.EDITED
    assert len(seeker.drafts()) == 1


def test_withdrawn_and_never_seen_again_it_stays_withdrawn(seeker: Seeker) -> None:
    """It is looked for a day longer, and nothing more is recorded of it."""
    _check_in(seeker)
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    known = seeker.kinds(1)
    for _ in range(4):
        seeker.clock.moment += timedelta(hours=12)
        seeker.once()
    assert _state(seeker) is DraftState.WITHDRAWN
    assert seeker.kinds(1) == known
    with seeker.world.store.look() as reading:
        assert reading.journal("personal") == ()


def test_sent_to_somebody_else_under_a_new_name_it_is_sent(seeker: Seeker) -> None:
    """Thread and subject are left: it went out, and is not taken for deleted."""
    uid, _ = _check_in(seeker)
    seeker.sends(uid, Message_ID="<new@mail.example>", To="Pat Poe <pat@acme.example>")
    seeker.once()
    assert _state(seeker) is DraftState.SENT


def test_saved_for_somebody_else_under_a_new_name_it_is_edited(seeker: Seeker) -> None:
    """It is the user's own, and no second one is laid."""
    uid, _ = _check_in(seeker)
    changes = {"Message_ID": "<new@mail.example>", "To": "Pat Poe <pat@acme.example>"}
    seeker.edits(uid, "In my own words.", **changes)
    seeker.once()
    seeker.clock.moment += timedelta(days=3)
    seeker.once()
    assert _state(seeker) is DraftState.EDITED
    assert len(seeker.drafts()) == 1


def test_a_mail_of_ones_own_to_another_person_is_not_the_draft(seeker: Seeker) -> None:
    """Deleted for good, the draft is no message to somebody else whom the interview knows."""
    uid, draft = _check_in(seeker, DANA, KIM)
    seeker.deletes(uid)
    thread = str(draft["In-Reply-To"])
    seeker.writes(KIM, "Re: Your interview at Acme", in_reply_to=thread)
    seeker.once()
    assert _state(seeker) is DraftState.MISSING
    assert seeker.kinds(1).count("wrote_by_hand") == 1
