"""What the user does to a draft in their mail program, read off the mailbox alone."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from followupd.mailbox.connection import Connection
from tests.support.dovecot import PASSWORD
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from tests.support.seeker import Seeker


def _check_in(seeker: Seeker, *, threaded: bool = True) -> tuple[int, int]:
    """An interview with its check-in in Drafts: its number, and the draft's UID."""
    if threaded:
        seeker.receives(seeker.letter_from(DANA, "Your interview at Acme", ago=timedelta(days=3)))
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA,), held="2026-12-01 14:00")
    seeker.once()
    [(uid, _)] = seeker.lying_in("Drafts")
    return number, uid


def _state(seeker: Seeker, number: int) -> DraftState:
    return seeker.history(number).drafts[-1].state


def test_the_appended_draft_is_flagged_as_one(seeker: Seeker) -> None:
    r"""It carries \Draft and \Seen from the first moment, and nothing that tells on it."""
    _, uid = _check_in(seeker)
    client = seeker.mailbox.looking
    client.select_folder("Drafts", readonly=True)
    flags = client.fetch([uid], ["FLAGS"])[uid][b"FLAGS"]
    assert set(flags) - {b"\\Recent"} == {b"\\Draft", b"\\Seen"}
    [(_, draft)] = seeker.lying_in("Drafts")
    assert not [name for name in draft if name.lower().startswith(("x-", "auto-", "user-agent"))]


@pytest.mark.parametrize("new_id", [False, True], ids=["same Message-ID", "new Message-ID"])
def test_an_edit_is_recognised_and_left_alone(seeker: Seeker, *, new_id: bool) -> None:
    """An edited draft stays when the answer comes, whatever Message-ID the client gave it."""
    number, uid = _check_in(seeker)
    changes = {"Message_ID": "<other@phone.example>"} if new_id else {}
    seeker.edits(uid, "In my own words.", **changes)
    seeker.once()
    assert _state(seeker, number) is DraftState.EDITED
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert [draft.get_content().strip() for draft in seeker.drafts()] == ["In my own words."]
    assert _state(seeker, number) is DraftState.EDITED


@pytest.mark.parametrize("threaded", [True, False])
def test_an_edited_draft_that_was_sent_under_a_new_id_is_sent(
    seeker: Seeker, *, threaded: bool
) -> None:
    """Thread and person, or subject and person, tell what the Message-ID does not."""
    number, uid = _check_in(seeker, threaded=threaded)
    seeker.at("2026-12-08 11:00")
    seeker.sends(uid, Message_ID="<sent@phone.example>")
    seeker.once()
    draft = seeker.history(number).drafts[-1]
    assert draft.state is DraftState.SENT
    assert draft.settled_at == seeker.clock.now()
    assert len(seeker.history(number).written) == 1


def test_send_is_recognised_by_the_copy_in_sent(seeker: Seeker) -> None:
    """From the moment of sending on the plan counts."""
    number, uid = _check_in(seeker)
    seeker.at("2026-12-09 17:00")
    seeker.sends(uid)
    seeker.at("2026-12-10 09:00")
    seeker.once()
    assert _state(seeker, number) is DraftState.SENT
    call = next(step for step in seeker.plan(number).steps if step.step == "call")
    assert call.due is not None
    assert call.due.date().isoformat() == "2026-12-14"


def test_a_draft_that_reappears_in_sent_late_is_not_made_anew(seeker: Seeker) -> None:
    """Some clients remove a draft long before its copy lies in Sent."""
    number, uid = _check_in(seeker)
    [(_, draft)] = seeker.lying_in("Drafts")
    seeker.deletes(uid)
    seeker.once()
    assert _state(seeker, number) is DraftState.MISSING
    assert seeker.drafts() == []
    seeker.mailbox.looking.append("Sent", draft.as_bytes())
    seeker.once()
    assert _state(seeker, number) is DraftState.SENT


def test_a_draft_moved_to_trash_is_a_no(seeker: Seeker) -> None:
    """Deleting means no: it is dismissed and never comes back."""
    number, uid = _check_in(seeker)
    seeker.deletes(uid, to_trash=True)
    seeker.once()
    assert _state(seeker, number) is DraftState.DISMISSED
    seeker.at("2026-12-09 09:00")
    seeker.once()
    assert seeker.drafts() == []


def test_a_draft_gone_for_a_day_and_three_passes_is_a_no(seeker: Seeker) -> None:
    """Gone without a trace: missing first, dismissed only after a day and three looks."""
    number, uid = _check_in(seeker)
    seeker.deletes(uid)
    for moment in ("2026-12-08 10:00", "2026-12-08 11:00", "2026-12-08 12:00"):
        seeker.at(moment)
        seeker.once()
        assert _state(seeker, number) is DraftState.MISSING
    seeker.at("2026-12-09 10:01")
    seeker.once()
    assert _state(seeker, number) is DraftState.DISMISSED
    assert seeker.drafts() == []


def test_a_draft_put_aside_and_back_is_the_users_own(seeker: Seeker) -> None:
    """Moved to another folder it is neither missing nor deleted, and no answer takes it away."""
    number, uid = _check_in(seeker)
    client = seeker.mailbox.looking
    client.select_folder("Drafts")
    client.move([uid], "Archive")
    for _ in range(2):
        seeker.once()
        assert _state(seeker, number) is DraftState.EDITED
        assert seeker.drafts() == []
    client.select_folder("Archive")
    client.move(client.search("ALL"), "Drafts")
    seeker.once()
    assert _state(seeker, number) is DraftState.EDITED
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert len(seeker.drafts()) == 1


def test_a_draft_is_withdrawn_on_the_condition_that_nobody_changed_it(seeker: Seeker) -> None:
    """The server counts changes (CONDSTORE), and its numbers are used."""
    _, uid = _check_in(seeker)
    secret = PASSWORD
    with closing(Connection.open(seeker.world.settings.accounts[0].imap, secret)) as connection:
        assert connection.has("CONDSTORE")
        connection.select("Drafts")
        lying = connection.whole(uid)
        assert lying is not None
        assert lying.modseq > 0
        client = seeker.mailbox.looking
        client.select_folder("Drafts")
        client.add_flags([uid], [b"\\Flagged"])
        assert not connection.mark_deleted(uid, lying.modseq)
        changed = connection.whole(uid)
        assert changed is not None
        assert changed.flags - {"\\Recent"} == {"\\Draft", "\\Seen", "\\Flagged"}
        assert connection.mark_deleted(uid, changed.modseq)
        connection.expunge_marked(uid)
        assert connection.whole(uid) is None


def test_a_starred_draft_stays_when_the_answer_comes(seeker: Seeker) -> None:
    """With its star, and with no mark of ours."""
    number, uid = _check_in(seeker)
    client = seeker.mailbox.looking
    client.select_folder("Drafts")
    client.add_flags([uid], [b"\\Flagged"])
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    seeker.once()
    assert _state(seeker, number) is DraftState.EDITED
    flags = client.fetch([uid], ["FLAGS"])[uid][b"FLAGS"]
    assert set(flags) - {b"\\Recent"} == {b"\\Draft", b"\\Seen", b"\\Flagged"}


def test_an_edited_draft_is_never_replaced_when_the_plan_goes_on(seeker: Seeker) -> None:
    """The ladder waits for the user, however long."""
    number, uid = _check_in(seeker)
    seeker.edits(uid, "Not sure yet.")
    seeker.at("2027-01-20 10:00")
    seeker.once()
    seeker.once()
    assert len(seeker.drafts()) == 1
    assert _state(seeker, number) is DraftState.EDITED


def test_other_clients_deleted_mail_in_drafts_is_not_expunged(seeker: Seeker) -> None:
    """Withdrawing takes our one message and nothing else that is marked deleted."""
    client = seeker.mailbox.looking
    client.append("Drafts", b"Subject: mine\r\n\r\nkeep\r\n", flags=[b"\\Draft", b"\\Deleted"])
    number, _ = _check_in(seeker, threaded=False)
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert _state(seeker, number) is DraftState.WITHDRAWN
    client.select_folder("Drafts", readonly=True)
    assert len(client.search("ALL")) == 1
