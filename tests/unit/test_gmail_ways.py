r"""Gmail: one message under many labels, drafts among all mail, and what expunging means there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support import programs
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import FakeServer, carried_out_then_hang_up
from tests.support.gmail import (
    ALL_NAME,
    DRAFTS_NAME,
    GMAIL_CAPABILITIES,
    SENT_NAME,
    TRASH_NAME,
    GmailServer,
)
from tests.support.programs import Desk
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import BERLIN, DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tests.support.fakemailbox import FakeMessage


@pytest.fixture
def gmail(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """At Gmail, in German, with a check-in in [Gmail]/Entwürfe: Tue 8 Dec 2026, 09:00."""
    with GmailServer(PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-07 12:00")
        seeker.receives(seeker.letter_from(DANA, "Your interview at Acme"))
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,), held="2026-12-07 14:00", decision="2026-12-07")
        seeker.at("2026-12-09 09:00")
        assert seeker.once() == []
        seeker.at("2026-12-09 10:00")
        yield seeker
        seeker.close()


@pytest.fixture
def desk(gmail: ScriptedSeeker) -> Desk:
    """Where the user sits."""
    return Desk(gmail.server)


def _now(seeker: ScriptedSeeker) -> datetime:
    return seeker.clock.now().astimezone(BERLIN)


def _ours(seeker: ScriptedSeeker) -> FakeMessage:
    [draft] = seeker.in_drafts()
    return draft


def _state(seeker: ScriptedSeeker) -> DraftState:
    return seeker.history(1).drafts[-1].state


def _after_a_pass(seeker: ScriptedSeeker) -> DraftState:
    assert seeker.once() == []
    return _state(seeker)


def test_a_draft_is_laid_once_into_the_folder_that_the_attribute_names(
    gmail: ScriptedSeeker,
) -> None:
    r"""All mail shows it too, without the flag \Draft: by its label it is no sent mail."""
    for _ in range(2):
        assert _after_a_pass(gmail) is DraftState.QUEUED
    assert len(gmail.server.folders[DRAFTS_NAME].messages) == 1
    [shown] = [m for m in gmail.server.folders[ALL_NAME].messages if m.raw == _ours(gmail).raw]
    assert "\\Draft" not in shown.flags
    assert gmail.history(1).written == ()


def test_an_append_whose_answer_was_lost_is_one_draft(tmp_path: Path) -> None:
    """It is found, and were it laid again, Gmail would give the same message."""
    with GmailServer(PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        server.on("APPEND", carried_out_then_hang_up)
        assert seeker.once()
        assert _after_a_pass(seeker) is DraftState.QUEUED
        draft = _ours(seeker)
        assert server.folders[DRAFTS_NAME].take(draft.raw, {"\\Draft"}) is draft
        seeker.close()


def test_edited_in_the_web_and_sent_from_there(gmail: ScriptedSeeker, desk: Desk) -> None:
    """Another message with another Message-ID each time, in the same thread."""
    draft = _ours(gmail)
    for text in ("Once.", "Twice."):
        draft = programs.edit(desk, programs.GMAIL_WEB, draft, text, _now(gmail))
        assert _after_a_pass(gmail) is DraftState.EDITED
    programs.send(desk, programs.GMAIL_WEB, draft, _now(gmail))
    assert _after_a_pass(gmail) is DraftState.SENT
    assert len(gmail.history(1).drafts) == 1
    assert len(gmail.history(1).written) == 1
    assert gmail.in_drafts() == []


@pytest.mark.parametrize("program", [programs.THUNDERBIRD, programs.K9, programs.OUTLOOK_COM])
def test_sent_by_a_program_over_imap(
    gmail: ScriptedSeeker, desk: Desk, program: programs.Program
) -> None:
    """What it expunges from Drafts stays among all mail, and is no second sent mail."""
    programs.send(desk, program, _ours(gmail), _now(gmail))
    assert _after_a_pass(gmail) is DraftState.SENT
    assert len(gmail.history(1).written) == 1


def test_an_edit_over_imap_leaves_the_old_version_archived(
    gmail: ScriptedSeeker, desk: Desk
) -> None:
    """That one was neither sent nor written by hand."""
    programs.edit(desk, programs.THUNDERBIRD, _ours(gmail), "Mine.", _now(gmail))
    assert _after_a_pass(gmail) is DraftState.EDITED
    assert gmail.history(1).written == ()


def test_autosaved_versions_in_trash_are_no_deletion(gmail: ScriptedSeeker, desk: Desk) -> None:
    """Roundcube at Gmail leaves each there."""
    programs.edit(desk, programs.ROUNDCUBE_AT_GMAIL, _ours(gmail), "Mine.", _now(gmail))
    assert _after_a_pass(gmail) is DraftState.EDITED


@pytest.mark.parametrize(
    "program", [programs.THUNDERBIRD, programs.NEOMUTT], ids=["to Trash", "expunged"]
)
def test_deleted_over_imap_it_is_dismissed(
    gmail: ScriptedSeeker, desk: Desk, program: programs.Program
) -> None:
    """In Trash, or archived: Gmail archives what is expunged from Drafts."""
    programs.delete(desk, program, _ours(gmail))
    assert _after_a_pass(gmail) is DraftState.DISMISSED
    gmail.at("2026-12-10 12:00")
    assert _after_a_pass(gmail) is DraftState.DISMISSED
    assert gmail.in_drafts() == []
    assert gmail.history(1).written == ()


def test_discarded_in_the_web_it_is_gone_and_dismissed_in_time(
    gmail: ScriptedSeeker, desk: Desk
) -> None:
    """It lies in no folder at all: missing for a day and three passes, then dismissed."""
    programs.delete(desk, programs.GMAIL_WEB, _ours(gmail))
    for moment in ("2026-12-09 10:00", "2026-12-09 11:00"):
        gmail.at(moment)
        assert _after_a_pass(gmail) is DraftState.MISSING
    gmail.at("2026-12-10 10:01")
    assert _after_a_pass(gmail) is DraftState.DISMISSED
    assert gmail.in_drafts() == []


def test_put_under_a_label_it_is_the_users_own(gmail: ScriptedSeeker, desk: Desk) -> None:
    """Out of Drafts, but under a label of theirs: put aside, not deleted."""
    programs.file_away(desk, _ours(gmail), "Later")
    for _ in range(2):
        assert _after_a_pass(gmail) is DraftState.EDITED
    assert gmail.history(1).written == ()


@pytest.mark.parametrize(
    "capabilities", [GMAIL_CAPABILITIES, GMAIL_CAPABILITIES.replace(" MOVE", "")]
)
def test_an_untouched_draft_is_withdrawn_when_the_answer_comes(
    tmp_path: Path, capabilities: str
) -> None:
    """To Trash, for what is expunged stays among all mail; by UID EXPUNGE where MOVE is lacking."""
    with GmailServer(PASSWORD, capabilities) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        assert seeker.once() == []
        raw = _ours(seeker).raw
        seeker.receives(seeker.letter_from(DANA, "Good news"))
        for _ in range(2):
            assert _after_a_pass(seeker) is DraftState.WITHDRAWN
        assert seeker.in_drafts() == []
        trashed = [m for m in server.folders[TRASH_NAME].messages if m.raw == raw]
        archived = [m for m in server.folders[ALL_NAME].messages if m.raw == raw]
        moves = "MOVE" in capabilities
        assert (len(trashed), len(archived)) == ((1, 0) if moves else (0, 1))
        assert seeker.history(1).written == ()
        seeker.close()


def test_an_edited_draft_stays_when_the_answer_comes(gmail: ScriptedSeeker, desk: Desk) -> None:
    """It is the user's."""
    edited = programs.edit(desk, programs.GMAIL_WEB, _ours(gmail), "Mine.", _now(gmail))
    gmail.receives(gmail.letter_from(DANA, "Good news"))
    assert _after_a_pass(gmail) is DraftState.EDITED
    assert gmail.status(1) is Status.ANSWERED
    assert _ours(gmail) is edited


def test_an_answer_that_inbox_and_all_mail_show_counts_once(gmail: ScriptedSeeker) -> None:
    """The same Message-ID is the same mail."""
    gmail.receives(gmail.letter_from(DANA, "Good news"))
    gmail.once()
    assert gmail.status(1) is Status.ANSWERED
    assert gmail.kinds(1).count("reply_received") == 1


def test_an_answer_that_a_filter_kept_from_the_inbox_is_found(gmail: ScriptedSeeker) -> None:
    """A label without the inbox: it lies in the folder of all mail only."""
    gmail.receives(gmail.letter_from(DANA, "Good news"), ALL_NAME)
    gmail.once()
    assert gmail.status(1) is Status.ANSWERED


def test_what_the_user_wrote_by_hand_in_the_web_counts(gmail: ScriptedSeeker) -> None:
    """It bears the label of sent mail; our draft is not wanted any more."""
    [draft] = gmail.in_drafts()
    raw = gmail.stamped(draft, "Written by hand.", "<by-hand@mail.gmail.com>")
    gmail.server.folders[SENT_NAME].add(raw, {"\\Seen"})
    gmail.once()
    assert len(gmail.history(1).written) == 1


@pytest.mark.parametrize("new_id", [None, "<new@mail.gmail.com>"])
def test_elsewhere_a_copy_in_all_mail_alone_says_that_the_draft_was_sent(
    tmp_path: Path, new_id: str | None
) -> None:
    r"""A server with a folder `\All` and no labels; with its Message-ID or another one, once."""
    with FakeServer(password=PASSWORD) as server:
        server.folders["All"] = FakeFolder("All", ("\\All",), 5_000)
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        seeker.once()
        draft = _ours(seeker)
        shown = server.folders["All"].add(draft.raw, {"\\Draft", "\\Seen"})
        assert _after_a_pass(seeker) is DraftState.QUEUED
        seeker.at("2026-12-08 10:00")
        with server.lock:
            seeker.drafts_folder.drop(draft)
            server.folders["All"].drop(shown)
            server.folders["All"].add(seeker.stamped(draft, None, new_id), {"\\Seen"})
        assert _after_a_pass(seeker) is DraftState.SENT
        assert len(seeker.history(1).written) == 1
        seeker.close()
