"""Taking a draft back: only our own, only untouched, looked at again at the last moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Status
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import (
    CAPABILITIES,
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

    from tests.support.fakemailbox import FakeMessage
    from tests.support.fakeserver import Command, Session

CONDSTORE = f"{CAPABILITIES} CONDSTORE"
ONLY_MOVE = CAPABILITIES.replace(" UIDPLUS", "")
NEITHER = ONLY_MOVE.replace(" MOVE", "")


@pytest.fixture
def capabilities(request: pytest.FixtureRequest) -> str:
    """What the server offers; a test may say otherwise."""
    return str(getattr(request, "param", CAPABILITIES))


@pytest.fixture
def scripted(capabilities: str, tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """A check-in lies in Drafts: it is Tue 8 Dec 2026, 09:00 in Berlin."""
    with FakeServer(capabilities=capabilities, password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 09:00")
        seeker.add((DANA,))
        assert seeker.once() == []
        yield seeker
        seeker.close()


def _state(scripted: ScriptedSeeker) -> DraftState:
    return scripted.history(1).drafts[0].state


def _is_answered(scripted: ScriptedSeeker) -> None:
    scripted.receives(scripted.letter_from(DANA, "Good news"))


def _ours(scripted: ScriptedSeeker) -> FakeMessage:
    [draft] = scripted.in_drafts()
    return draft


@pytest.mark.parametrize("capabilities", [CONDSTORE, CAPABILITIES, ONLY_MOVE], indirect=True)
def test_an_untouched_draft_goes_and_nothing_else(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    """By UID EXPUNGE, or by MOVE to Trash: never by a plain EXPUNGE."""
    mine = scripted.drafts_folder.add(b"Subject: mine\r\n\r\nx\r\n", {"\\Draft", "\\Deleted"})
    _is_answered(scripted)
    assert scripted.once() == []
    assert scripted.drafts_folder.messages == [mine]
    assert _state(scripted) is DraftState.WITHDRAWN
    assert scripted.server.count("EXPUNGE") == 0
    assert len(scripted.folder_for("\\Trash").messages) == (capabilities == ONLY_MOVE)


@pytest.mark.parametrize("capabilities", [NEITHER], indirect=True)
def test_where_it_cannot_be_done_safely_the_draft_stays_and_the_user_is_told(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    r"""Not even \Deleted is set; it is told as long as the draft lies there."""
    _is_answered(scripted)
    for _ in range(2):
        [failure] = scripted.once()
        assert "the check-in draft of interview 1 is no longer wanted" in failure.problem
        assert "delete it in your mail program" in failure.problem
        assert _ours(scripted).flags == {"\\Draft", "\\Seen"}
    assert scripted.status(1) is Status.ANSWERED
    scripted.drafts_folder.messages.clear()
    assert scripted.once() == []
    assert _state(scripted) is DraftState.MISSING


@pytest.mark.parametrize("flag", ["\\Flagged", "\\Answered", "$label1"])
def test_a_flag_of_the_users_keeps_the_draft(scripted: ScriptedSeeker, flag: str) -> None:
    """Who stars a draft has dealt with it: it is theirs."""
    draft = _ours(scripted)
    scripted.drafts_folder.flag(draft, flag)
    scripted.once()
    assert _state(scripted) is DraftState.EDITED
    _is_answered(scripted)
    assert scripted.once() == []
    assert _ours(scripted).flags == {"\\Draft", "\\Seen", flag}


def test_a_draft_marked_as_unread_stays(scripted: ScriptedSeeker) -> None:
    """The user wants to come back to it."""
    scripted.drafts_folder.flag(_ours(scripted), "\\Seen", remove=True)
    _is_answered(scripted)
    assert scripted.once() == []
    assert _ours(scripted).flags == {"\\Draft"}
    assert _state(scripted) is DraftState.EDITED


@pytest.mark.parametrize("keyword", ["$HasNoAttachment", "NonJunk", "\\Recent"])
def test_what_servers_and_filters_set_by_themselves_touches_nothing(
    scripted: ScriptedSeeker, keyword: str
) -> None:
    """No person did it."""
    scripted.drafts_folder.flag(_ours(scripted), keyword)
    scripted.once()
    assert _state(scripted) is DraftState.QUEUED
    _is_answered(scripted)
    assert scripted.once() == []
    assert _state(scripted) is DraftState.WITHDRAWN


@pytest.mark.parametrize("capabilities", [CONDSTORE], indirect=True)
def test_the_mark_is_set_on_the_condition_that_nobody_changed_the_draft(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    """RFC 7162, section 3.1.3, with the number that came with the bytes."""
    modseq = str(_ours(scripted).modseq)
    _is_answered(scripted)
    scripted.once()
    [store] = [each for each in scripted.server.log if each.name == "UID STORE"]
    assert store.arguments[1] == ["UNCHANGEDSINCE", modseq]
    assert _state(scripted) is DraftState.WITHDRAWN


@pytest.mark.parametrize("capabilities", [CONDSTORE, CAPABILITIES], indirect=True)
def test_a_star_set_in_the_last_moment_keeps_the_draft(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    r"""The condition fails, or the flags show it after: no \Deleted is left behind."""
    draft = _ours(scripted)

    def star_first(session: Session, command: Command) -> None:
        scripted.drafts_folder.flag(draft, "\\Flagged")
        session.carry_out(command)

    scripted.server.on("UID STORE", star_first)
    _is_answered(scripted)
    assert scripted.once() == []
    assert _ours(scripted).flags == {"\\Draft", "\\Seen", "\\Flagged"}
    assert _state(scripted) is DraftState.EDITED
    assert scripted.server.count("UID EXPUNGE") == 0


@pytest.mark.parametrize("capabilities", [CONDSTORE, CAPABILITIES], indirect=True)
@pytest.mark.parametrize("moment", ["SELECT", "UID STORE"])
def test_a_version_saved_in_the_last_moment_is_kept(
    scripted: ScriptedSeeker, moment: str, capabilities: str
) -> None:
    """The old one is gone, by the user's program: that is no withdrawal."""
    draft = _ours(scripted)

    def save_first(session: Session, command: Command) -> None:
        scripted.edits_text(draft, "In my own words.", new_id="<new@phone.example>")
        session.carry_out(command)

    scripted.server.on(moment, save_first)
    _is_answered(scripted)
    assert scripted.once() == []
    assert b"In my own words." in _ours(scripted).raw
    assert _state(scripted) is DraftState.EDITED


@pytest.mark.parametrize("capabilities", [CONDSTORE, CAPABILITIES, ONLY_MOVE], indirect=True)
def test_a_version_saved_beside_in_the_last_moment_is_seen(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    """The program marked the old one itself, and gave the new one another Message-ID."""
    draft = _ours(scripted)
    raw = scripted.stamped(draft, "In my own words.", "<new@phone.example>")

    def save_first(session: Session, command: Command) -> None:
        scripted.drafts_folder.add(raw, {"\\Draft", "\\Seen"})
        scripted.drafts_folder.flag(draft, "\\Deleted")
        session.carry_out(command)

    scripted.server.on("UID MOVE" if capabilities == ONLY_MOVE else "UID STORE", save_first)
    _is_answered(scripted)
    assert scripted.once() == []
    assert _ours(scripted).raw == raw
    assert _state(scripted) is DraftState.EDITED


@pytest.mark.parametrize("capabilities", [ONLY_MOVE], indirect=True)
def test_moving_what_is_gone_is_no_withdrawal(scripted: ScriptedSeeker, capabilities: str) -> None:
    """A server says OK to that as well."""
    draft = _ours(scripted)

    def save_first(session: Session, command: Command) -> None:
        scripted.edits_text(draft, "In my own words.")
        session.carry_out(command)

    scripted.server.on("UID MOVE", save_first)
    _is_answered(scripted)
    assert scripted.once() == []
    assert b"In my own words." in _ours(scripted).raw
    assert _state(scripted) is DraftState.EDITED


def test_a_version_saved_beside_ours_keeps_it(scripted: ScriptedSeeker) -> None:
    """Two lie there, and SEARCH does not know the newer one: the user has dealt with it."""
    ours = _ours(scripted)
    raw = scripted.stamped(ours, "In my own words.", None)
    newer = scripted.drafts_folder.add(raw, {"\\Draft", "\\Seen"})
    newer.searchable = False
    _is_answered(scripted)
    assert scripted.once() == []
    assert scripted.in_drafts() == [ours, newer]
    assert _state(scripted) is DraftState.EDITED


def test_other_bytes_than_those_that_were_laid_stay(scripted: ScriptedSeeker) -> None:
    """Whatever put them under our UID: they are not ours."""
    ours = _ours(scripted)
    ours.raw = ours.raw.replace(b"Kind regards", b"Best wishes")
    _is_answered(scripted)
    assert scripted.once() == []
    assert _ours(scripted).raw == ours.raw
    assert _state(scripted) is DraftState.EDITED


@pytest.mark.parametrize("capabilities", [CONDSTORE, CAPABILITIES], indirect=True)
@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("command", ["UID STORE", "UID EXPUNGE"])
def test_a_withdrawal_that_broke_off_is_completed(
    scripted: ScriptedSeeker, command: str, *, carried_out: bool, capabilities: str
) -> None:
    """It was marked by us, so we remove it: what is left is neither dismissed nor lying there."""
    scripted.server.on(command, carried_out_then_hang_up if carried_out else hang_up)
    _is_answered(scripted)
    assert scripted.once()
    assert scripted.once() == []
    assert scripted.drafts_folder.messages == []
    assert _state(scripted) is DraftState.WITHDRAWN


@pytest.mark.parametrize("capabilities", [CONDSTORE], indirect=True)
def test_a_folder_that_counts_no_changes_is_asked_without(
    scripted: ScriptedSeeker, capabilities: str
) -> None:
    """NOMODSEQ (RFC 7162, section 3.1.2.2): FETCH with MODSEQ is refused there."""

    def refuse_modseq(session: Session, command: Command) -> None:
        if "MODSEQ" in command.arguments[1]:
            answer("BAD no such item here")(session, command)
        else:
            session.carry_out(command)

    scripted.server.on("UID FETCH", refuse_modseq, times=1000)
    _is_answered(scripted)
    assert scripted.once() == []
    assert _state(scripted) is DraftState.WITHDRAWN
