"""What goes wrong around the approval folder: nothing goes out twice, or against an answer."""

from __future__ import annotations

from email import policy
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from followupd.errors import ServerRefused
from followupd.mailbox.connection import BODY_CAP, Connection
from followupd.service import approving, filing
from tests.support.approving import FOLDER, Approver, approver, with_check_in
from tests.support.seeker import DANA, KIM, Seeker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.mailbox.responses import Folder
    from tests.support.authority import Authority


@pytest.fixture
def robin(seeker: Seeker, authority: Authority) -> Iterator[Approver]:
    """A check-in to Dana lies in Drafts since Tue 8 Dec, 10:00."""
    with approver(seeker, authority) as robin:
        with_check_in(seeker, DANA)
        yield robin


@pytest.fixture
def held(robin: Approver) -> Approver:
    """Approved in the evening; Dana has answered since, so that it is held back on Wed 9 Dec."""
    robin.seeker.at("2026-12-08 21:00")
    robin.approves()
    robin.seeker.once()
    robin.seeker.receives(robin.seeker.letter_from(DANA, "Good news"))
    robin.seeker.at("2026-12-09 09:00")
    robin.seeker.once()
    assert "held back" in robin.seeker.told("list").out
    return robin


def test_what_may_have_been_sent_is_not_sent_again_by_way_of_trash(robin: Approver) -> None:
    """Deleted and put back into the folder it is still unclear, and still asked about."""
    robin.smtp.script.closes_at = "END"
    robin.approves()
    robin.seeker.once()
    robin.smtp.script.closes_at = ""
    robin.moves(FOLDER, "Trash")
    robin.seeker.once()
    assert robin.draft().state is DraftState.UNCLEAR
    robin.moves("Trash", FOLDER)
    robin.seeker.once()
    robin.seeker.once()
    assert len(robin.smtp.envelopes) == 1
    assert "followupd sent 1" in robin.seeker.told("list").out


def test_a_folder_lost_from_sight_for_a_while_overrules_nothing(
    held: Approver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server lists it no more, and then again: the user has not approved anything anew."""
    listed = Connection.folders

    def without_it(connection: Connection) -> tuple[Folder, ...]:
        return tuple(each for each in listed(connection) if each.name != FOLDER)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "folders", without_it)
        held.seeker.once()
    assert held.draft().state is DraftState.APPROVED
    held.seeker.once()
    held.seeker.once()
    assert held.smtp.envelopes == []
    assert "held back" in held.seeker.told("list").out


def test_changed_where_it_lies_it_is_held_as_before(held: Approver) -> None:
    """Another recipient is no word on the answer that came."""
    client = held.seeker.mailbox.looking
    [(uid, message)] = held.seeker.lying_in(FOLDER)
    message["Cc"] = f"{KIM.name} <{KIM.address}>"
    client.append(FOLDER, message.as_bytes(policy=policy.SMTP), flags=[b"\\Draft", b"\\Seen"])
    client.select_folder(FOLDER)
    client.delete_messages([uid])
    client.uid_expunge([uid])
    held.seeker.once()
    assert held.smtp.envelopes == []
    assert "held back" in held.seeker.told("list").out


def test_a_draft_that_is_not_handed_out_holds_up_no_other(
    robin: Approver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers refuse to hand out a broken message: it is told, and the rest goes on."""
    read = Connection.body

    def refuses_the_whole(connection: Connection, uid: int, limit: int = BODY_CAP) -> bytes | None:
        if limit == approving.LARGEST:
            raise ServerRefused("the message could not be converted")
        return read(connection, uid, limit)

    monkeypatch.setattr(Connection, "body", refuses_the_whole)
    robin.approves()
    robin.seeker.add((KIM,), company="Example", role="Tester")
    [failure] = robin.seeker.once()
    assert "check-in draft of interview 1 cannot be read" in failure.problem
    assert len(robin.seeker.drafts()) == 1
    assert robin.smtp.envelopes == []


def test_one_too_large_to_be_copied_back_stays_whole(
    robin: Approver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server cannot move it, half of it in Drafts would be worse than none."""
    monkeypatch.setattr(approving, "LARGEST", 3000)
    monkeypatch.setattr(filing, "LARGEST", 3000)
    monkeypatch.setattr(Connection, "can_move", property(lambda _: False))
    [(uid, _)] = robin.seeker.lying_in("Drafts")
    robin.seeker.edits(uid, "A long line of text.\n" * 400)
    [(_, before)] = robin.seeker.lying_in("Drafts")
    robin.approves()
    [failure] = robin.seeker.once()
    assert "too large" in failure.problem
    [(_, after)] = robin.seeker.lying_in(FOLDER)
    assert after.as_bytes() == before.as_bytes()
    assert robin.seeker.drafts() == []
