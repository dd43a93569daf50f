"""The draft protocol against a server that answers wrongly, late or not at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import (
    FakeServer,
    answer,
    carried_out_then_hang_up,
    hang_up,
)
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.fakeserver import Command, Session


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """A check-in is due: it is Tue 8 Dec 2026, 09:00 in Berlin."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        yield seeker
        seeker.close()


def test_an_append_whose_answer_never_came_is_not_repeated(scripted: ScriptedSeeker) -> None:
    """The server took the draft and hung up: the next pass finds it and adopts it."""
    scripted.server.on("APPEND", carried_out_then_hang_up)
    [failure] = scripted.once()
    assert "APPEND" in failure.problem
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1
    assert scripted.history(1).drafts[0].state is DraftState.QUEUED


def test_an_append_that_never_arrived_is_made_again(scripted: ScriptedSeeker) -> None:
    """Every UID given out is accounted for, and the server had time enough to give out more."""
    scripted.server.on("APPEND", hang_up)
    assert scripted.once()
    scripted.at("2026-12-08 09:04")
    assert scripted.once() == []
    assert scripted.in_drafts() == []
    scripted.at("2026-12-08 09:05")
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_an_append_that_the_server_finished_late_is_not_repeated(
    scripted: ScriptedSeeker,
) -> None:
    """We gave up waiting, the server did not: the draft appears a minute after."""
    taken: list[bytes] = []

    def take_in_hand(session: Session, command: Command) -> None:
        taken.append(command.literals[-1])
        hang_up(session, command)

    scripted.server.on("APPEND", take_in_hand)
    assert scripted.once()
    scripted.at("2026-12-08 09:01")
    assert scripted.once() == []
    scripted.drafts_folder.add(taken[0], {"\\Draft", "\\Seen"})
    scripted.at("2026-12-08 09:06")
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_a_lost_append_under_a_lagging_search_is_not_repeated(scripted: ScriptedSeeker) -> None:
    """SEARCH does not know the draft yet, FETCH does."""

    def take_and_hide(session: Session, command: Command) -> None:
        with session.muted():
            session.carry_out(command)
        scripted.drafts_folder.messages[-1].searchable = False
        hang_up(session, command)

    scripted.server.on("APPEND", take_and_hide)
    assert scripted.once()
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_a_lost_append_that_the_user_deleted_at_once_is_not_repeated(
    scripted: ScriptedSeeker,
) -> None:
    """A UID is missing that may have been ours: rather no draft than a second one."""
    scripted.server.on("APPEND", carried_out_then_hang_up)
    assert scripted.once()
    scripted.drafts_folder.messages.clear()
    assert scripted.once() == []
    assert scripted.in_drafts() == []
    assert scripted.history(1).drafts[0].state is DraftState.MISSING


def test_a_lost_append_into_a_folder_that_was_made_anew_is_not_repeated(
    scripted: ScriptedSeeker,
) -> None:
    """The user had it out of Drafts already: an empty folder with new numbers says nothing."""
    scripted.server.on("APPEND", carried_out_then_hang_up)
    assert scripted.once()
    scripted.drafts_folder.messages.clear()
    scripted.drafts_folder.renumber()
    scripted.at("2026-12-08 09:10")
    assert scripted.once() == []
    assert scripted.in_drafts() == []
    assert scripted.history(1).drafts[0].state is DraftState.MISSING


def test_a_lost_append_into_a_folder_never_used_is_made_again(scripted: ScriptedSeeker) -> None:
    """Courier names the time of each look as its UIDVALIDITY until there is a first message."""
    scripted.server.on("APPEND", hang_up)
    assert scripted.once()
    scripted.drafts_folder.uidvalidity = int(time.time()) - 1_000_000_000
    scripted.at("2026-12-08 09:10")
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_a_lost_append_beside_a_draft_of_the_users_own_is_made_again(
    scripted: ScriptedSeeker,
) -> None:
    """The user saved something else meanwhile: that explains the UID, ours never came."""
    scripted.server.on("APPEND", hang_up)
    assert scripted.once()
    scripted.drafts_folder.add(b"Subject: mine\r\n\r\nx\r\n", {"\\Draft"})
    scripted.at("2026-12-08 09:10")
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 2


@pytest.mark.parametrize("code", ["", "[APPENDUID 2000 77] ", "[APPENDUID 1 2000] "])
def test_appenduid_is_a_hint_only(scripted: ScriptedSeeker, code: str) -> None:
    """Missing, of another message, or swapped: the draft is found by its Message-ID."""
    scripted.drafts_folder.add(b"Subject: mine\r\n\r\nx\r\n", {"\\Draft"})

    def lie(session: Session, command: Command) -> None:
        with session.muted():
            session.carry_out(command)
        session.ok(command, code)

    scripted.server.on("APPEND", lie)
    assert scripted.once() == []
    with scripted.world.store.look() as reading:
        [entry] = reading.journal("personal")
    assert (entry.uidvalidity, entry.uid) == (2_000, 2)


def test_a_draft_the_server_refuses_stays_due(scripted: ScriptedSeeker) -> None:
    """A full mailbox is told in words, and the draft comes when there is room."""
    scripted.server.on("APPEND", answer("NO [OVERQUOTA] mailbox is full"))
    [failure] = scripted.once()
    assert "check-in" in failure.problem
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_a_drafts_folder_that_suddenly_reads_empty_is_not_everything_sent(
    scripted: ScriptedSeeker,
) -> None:
    """An index that is being rebuilt shows nothing: wait for another look."""
    scripted.once()
    held, scripted.drafts_folder.messages = scripted.drafts_folder.messages, []
    scripted.once()
    assert scripted.history(1).drafts[0].state is DraftState.MISSING
    scripted.drafts_folder.messages = held
    scripted.once()
    assert scripted.history(1).drafts[0].state is DraftState.QUEUED
    assert len(scripted.in_drafts()) == 1


def test_one_folder_that_cannot_be_read_does_not_hide_the_others(
    scripted: ScriptedSeeker,
) -> None:
    """The trouble is told, and the answer in another folder is found."""
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.server.on("EXAMINE", answer("NO [INUSE] try later"))
    [failure] = scripted.once()
    assert "cannot be read" in failure.problem
    assert scripted.status(1) is Status.ANSWERED


def test_no_draft_is_laid_while_the_inbox_cannot_be_read(scripted: ScriptedSeeker) -> None:
    """An answer may lie in the very folder that did not open."""

    def inbox_is_closed(session: Session, command: Command) -> None:
        if command.arguments[0] == "INBOX":
            answer("NO [SERVERBUG] index corrupted")(session, command)
        else:
            session.carry_out(command)

    scripted.server.on("EXAMINE", inbox_is_closed, times=1000)
    [failure] = scripted.once()
    assert "INBOX" in failure.problem
    assert scripted.in_drafts() == []
    scripted.server.forget_hooks()
    assert scripted.once() == []
    assert len(scripted.in_drafts()) == 1


def test_the_mailbox_is_only_examined_and_peeked_at(scripted: ScriptedSeeker) -> None:
    """The one folder that is ever selected is Drafts, and no fetch sets a flag."""
    scripted.receives(scripted.letter_from(DANA, "Good news", headers={"Precedence": "bulk"}))
    scripted.once()
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.once()
    selected = [c.arguments[0] for c in scripted.server.log if c.name == "SELECT"]
    assert set(map(str, selected)) == {"Drafts"}
    fetches = [str(c.arguments) for c in scripted.server.log if c.name == "UID FETCH"]
    assert fetches
    assert not [fetch for fetch in fetches if "BODY[" in fetch or "RFC822'" in fetch]
