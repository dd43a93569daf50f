"""What became of a draft, where the mailbox tells it late, twice or in an odd place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState
from tests.support import programs
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import FakeServer, carried_out_then_hang_up
from tests.support.faults import RewritingFolder
from tests.support.programs import Desk
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import BERLIN, DANA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.fakemailbox import FakeMessage


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """A check-in lies in Drafts: it is Tue 8 Dec 2026, 09:00 in Berlin."""
    with FakeServer(password=PASSWORD) as server:
        server.folders["Later"] = FakeFolder("Later", (), 6_000)
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        assert seeker.once() == []
        seeker.at("2026-12-08 10:00")
        yield seeker
        seeker.close()


@pytest.fixture
def desk(scripted: ScriptedSeeker) -> Desk:
    """Where the user sits."""
    return Desk(scripted.server)


def _state(scripted: ScriptedSeeker) -> DraftState:
    return scripted.history(1).drafts[0].state


def _after_a_pass(scripted: ScriptedSeeker) -> DraftState:
    assert scripted.once() == []
    return _state(scripted)


def _ours(scripted: ScriptedSeeker) -> FakeMessage:
    return scripted.in_drafts()[0]


def test_an_edited_version_that_search_does_not_know_is_found_at_once(
    scripted: ScriptedSeeker,
) -> None:
    """A later version has a higher UID, and FETCH does not lag."""
    scripted.drafts_folder.lagging = True
    scripted.edits_text(_ours(scripted), "In my own words.", new_id="<new@phone.example>")
    assert _after_a_pass(scripted) is DraftState.EDITED


def test_a_sent_copy_that_search_does_not_know_is_found_at_once(scripted: ScriptedSeeker) -> None:
    """Under a new Message-ID as well."""
    scripted.folder_for("\\Sent").lagging = True
    scripted.presses_send(_ours(scripted), new_id="<sent@phone.example>")
    assert _after_a_pass(scripted) is DraftState.SENT


def test_an_old_version_in_trash_says_nothing_beside_a_newer_one(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """The newer one lies in Drafts, which SEARCH does not know yet; later it is sent."""
    scripted.drafts_folder.lagging = True
    draft = _ours(scripted)
    for text in ("Once.", "Twice."):
        now = scripted.clock.now().astimezone(BERLIN)
        draft = programs.edit(desk, programs.ROUNDCUBE_AT_GMAIL, draft, text, now)
        assert _after_a_pass(scripted) is DraftState.EDITED
    programs.send(desk, programs.ROUNDCUBE_AT_GMAIL, draft, now)
    assert _after_a_pass(scripted) is DraftState.SENT


@pytest.mark.parametrize("is_sent", [True, False])
def test_what_a_program_took_for_a_while_was_not_dismissed_for_good(
    scripted: ScriptedSeeker, desk: Desk, *, is_sent: bool
) -> None:
    """The old version lies in Trash for an hour before the new one is saved or sent."""
    opened = programs.open_draft(desk, programs.ROUNDCUBE_AT_GMAIL, _ours(scripted))
    assert _after_a_pass(scripted) is DraftState.DISMISSED
    scripted.at("2026-12-08 11:00")
    now = scripted.clock.now().astimezone(BERLIN)
    if is_sent:
        programs.send_opened(desk, programs.ROUNDCUBE_AT_GMAIL, opened, now)
    else:
        programs.save_opened(desk, programs.K9, opened, "In my own words.", now)
    assert _after_a_pass(scripted) is (DraftState.SENT if is_sent else DraftState.EDITED)


def test_a_deleted_draft_that_the_user_takes_out_of_trash_again_is_open(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """It is theirs to decide, and theirs to decide again."""
    programs.delete(desk, programs.THUNDERBIRD, _ours(scripted))
    assert _after_a_pass(scripted) is DraftState.DISMISSED
    [trashed] = scripted.folder_for("\\Trash").messages
    programs.file_away(desk, trashed, "Drafts")
    assert _after_a_pass(scripted) is DraftState.QUEUED


def test_a_deleted_draft_is_not_looked_for_for_ever(scripted: ScriptedSeeker, desk: Desk) -> None:
    """After a day and three passes it is settled, with one event."""
    programs.delete(desk, programs.THUNDERBIRD, _ours(scripted))
    for moment in ("2026-12-08 10:00", "2026-12-08 16:00", "2026-12-09 10:00", "2026-12-09 11:00"):
        scripted.at(moment)
        assert _after_a_pass(scripted) is DraftState.DISMISSED
    assert scripted.kinds(1).count("draft_dismissed") == 1
    with scripted.world.store.look() as reading:
        assert reading.journal("personal") == ()
    assert scripted.in_drafts() == []


def test_of_two_versions_the_newest_is_the_draft(scripted: ScriptedSeeker, desk: Desk) -> None:
    """Edited on two devices: each saved its own."""
    draft = _ours(scripted)
    now = scripted.clock.now().astimezone(BERLIN)
    programs.edit(desk, programs.THUNDERBIRD, draft, "On the computer.", now)
    newest = programs.save_opened(desk, programs.K9, draft.raw, "On the phone.", now)
    assert _after_a_pass(scripted) is DraftState.EDITED
    with scripted.world.store.look() as reading:
        [entry] = reading.journal("personal")
    assert (entry.uid, entry.bound_message_id) == (newest.uid, newest.values("Message-ID"))


def test_a_version_sent_is_sent_although_an_older_one_was_left(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """Apple Mail leaves what it saved before; the phone sends under a new Message-ID."""
    now = scripted.clock.now().astimezone(BERLIN)
    programs.edit(desk, programs.APPLE_MAIL_LEAVING, _ours(scripted), "Once.", now)
    assert _after_a_pass(scripted) is DraftState.EDITED
    programs.send(desk, programs.K9, scripted.in_drafts()[-1], now)
    assert len(scripted.in_drafts()) == 1
    assert _after_a_pass(scripted) is DraftState.SENT


def test_a_draft_put_aside_in_a_folder_is_the_users_own(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """It is neither missing nor laid again, stays when the answer comes, and may be sent yet."""
    filed = programs.file_away(desk, _ours(scripted), "Later")
    for moment in ("2026-12-08 11:00", "2026-12-09 11:00", "2026-12-10 11:00"):
        scripted.at(moment)
        assert _after_a_pass(scripted) is DraftState.EDITED
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    assert _after_a_pass(scripted) is DraftState.EDITED
    assert scripted.server.folders["Later"].messages == [filed]
    now = scripted.clock.now().astimezone(BERLIN)
    programs.send(desk, programs.THUNDERBIRD, filed, now)
    assert _after_a_pass(scripted) is DraftState.SENT


def test_an_edited_draft_put_aside_is_found_by_its_thread(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """The phone gave it a new Message-ID, and it was filed before anybody looked."""
    now = scripted.clock.now().astimezone(BERLIN)
    edited = programs.edit(desk, programs.K9, _ours(scripted), "On the phone.", now)
    programs.file_away(desk, edited, "Later")
    assert _after_a_pass(scripted) is DraftState.EDITED


def test_a_copy_without_its_thread_is_known_by_subject_and_person(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """Proton Bridge strips In-Reply-To and References."""
    now = scripted.clock.now().astimezone(BERLIN)
    edited = programs.edit(desk, programs.PROTON_BRIDGE, _ours(scripted), "Mine.", now)
    assert _after_a_pass(scripted) is DraftState.EDITED
    programs.send(desk, programs.PROTON_BRIDGE, edited, now)
    assert _after_a_pass(scripted) is DraftState.SENT


def test_a_message_id_that_outlook_kept_in_a_header_tells_for_sure(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """The sent copy has a new one, and the old one beside it."""
    now = scripted.clock.now().astimezone(BERLIN)
    programs.send(desk, programs.OUTLOOK_COM, _ours(scripted), now)
    assert _after_a_pass(scripted) is DraftState.SENT
    with scripted.world.store.look() as reading:
        events = [each.event for each in reading.chronicle(1).events]
    [sent] = [event for event in events if event.kind == "draft_sent"]
    assert sent.certain


def test_a_server_that_writes_messages_anew_does_not_touch_them(tmp_path: Path) -> None:
    """What it hands out right after the APPEND is what was laid; after a renumbering as well."""
    with FakeServer(password=PASSWORD) as server:
        server.folders["Drafts"] = RewritingFolder("Drafts", ("\\Drafts",), 2_000)
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        seeker.once()
        seeker.drafts_folder.renumber()
        assert _after_a_pass(seeker) is DraftState.QUEUED
        seeker.receives(seeker.letter_from(DANA, "Good news"))
        assert _after_a_pass(seeker) is DraftState.WITHDRAWN
        assert seeker.drafts_folder.messages == []
        seeker.close()


def test_a_draft_sent_before_anybody_knew_that_it_was_laid_is_sent(tmp_path: Path) -> None:
    """The answer to APPEND was lost, and the phone sent it at once under a new Message-ID."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        server.on("APPEND", carried_out_then_hang_up)
        assert seeker.once()
        seeker.at("2026-12-08 09:30")
        seeker.presses_send(_ours(seeker), new_id="<sent@phone.example>")
        seeker.once()
        assert _after_a_pass(seeker) is DraftState.SENT
        assert seeker.in_drafts() == []
        seeker.close()


def test_saved_again_and_again_by_a_phone_it_is_one_edited_draft(
    scripted: ScriptedSeeker, desk: Desk
) -> None:
    """A new Message-ID at every save, then sent under yet another."""
    draft = _ours(scripted)
    now = scripted.clock.now().astimezone(BERLIN)
    for number in range(3):
        draft = programs.edit(desk, programs.K9, draft, f"Version {number}.", now)
        assert _after_a_pass(scripted) is DraftState.EDITED
    programs.send(desk, programs.K9, draft, now)
    assert _after_a_pass(scripted) is DraftState.SENT
    assert len(scripted.history(1).drafts) == 1
    assert len(scripted.history(1).written) == 1
