"""A server that shows everything once more in one folder of all mail, drafts among it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import FakeServer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.fakemailbox import FakeMessage


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """A check-in lies in Drafts, and as a draft in the folder of all mail."""
    with FakeServer(password=PASSWORD) as server:
        server.folders["All"] = FakeFolder("All", ("\\All",), 5_000)
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        seeker.once()
        [draft] = seeker.in_drafts()
        server.folders["All"].add(draft.raw, {"\\Draft", "\\Seen"})
        yield seeker
        seeker.close()


def _leaves(scripted: ScriptedSeeker, draft: FakeMessage) -> None:
    with scripted.server.lock:
        scripted.drafts_folder.remove(draft.uid)
        scripted.server.folders["All"].messages.clear()


def _state(scripted: ScriptedSeeker) -> DraftState:
    return scripted.history(1).drafts[-1].state


def test_a_draft_that_all_mail_shows_is_not_sent(scripted: ScriptedSeeker) -> None:
    r"""The flag \Draft tells that nobody has sent it."""
    assert scripted.once() == []
    assert _state(scripted) is DraftState.QUEUED
    assert scripted.history(1).written == ()


@pytest.mark.parametrize("new_id", [None, "<new@mail.gmail.com>"])
def test_a_copy_in_all_mail_alone_says_that_the_draft_was_sent(
    scripted: ScriptedSeeker, new_id: str | None
) -> None:
    """With its Message-ID or another one; it counts once."""
    [draft] = scripted.in_drafts()
    _leaves(scripted, draft)
    scripted.at("2026-12-08 10:00")
    with scripted.server.lock:
        scripted.server.folders["All"].add(scripted._stamped(draft, None, new_id), {"\\Seen"})
    scripted.once()
    assert _state(scripted) is DraftState.SENT
    assert len(scripted.history(1).written) == 1


def test_an_answer_that_inbox_and_all_mail_show_counts_once(scripted: ScriptedSeeker) -> None:
    """The same Message-ID is the same mail."""
    raw = scripted.letter_from(DANA, "Good news")
    scripted.receives(raw)
    scripted.receives(raw, "All")
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED
    assert scripted.kinds(1).count("reply_received") == 1
    assert _state(scripted) is DraftState.WITHDRAWN


def test_an_answer_that_a_filter_kept_from_the_inbox_is_found(scripted: ScriptedSeeker) -> None:
    """A label without the inbox: it lies in the folder of all mail only."""
    scripted.receives(scripted.letter_from(DANA, "Good news"), "All")
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED


def test_saved_again_and_again_by_a_phone_it_is_one_edited_draft(scripted: ScriptedSeeker) -> None:
    """A new Message-ID at every save, then sent under yet another."""
    for number in range(3):
        [draft] = scripted.in_drafts()
        scripted.edits_text(draft, f"Version {number}.", new_id=f"<save{number}@phone.example>")
        scripted.once()
        assert _state(scripted) is DraftState.EDITED
    [draft] = scripted.in_drafts()
    scripted.at("2026-12-08 11:00")
    scripted.presses_send(draft, new_id="<sent@phone.example>")
    scripted.once()
    assert _state(scripted) is DraftState.SENT
    assert len(scripted.history(1).drafts) == 1
    assert len(scripted.history(1).written) == 1
