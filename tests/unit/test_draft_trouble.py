"""Drafts when the server refuses a command, or shows a folder for a moment as it is not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import DraftState, Promise, Status
from tests.support.delivery import mail
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import ALWAYS, FakeServer, answer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA, KIM

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


def test_an_edited_draft_that_was_out_of_sight_is_still_the_users_own(
    scripted: ScriptedSeeker,
) -> None:
    """Deleted and undeleted in a mail program: it stays edited, and no answer takes it away."""
    scripted.once()
    [draft] = scripted.in_drafts()
    scripted.edits_text(draft, "In my own words.")
    scripted.once()
    assert scripted.history(1).drafts[0].state is DraftState.EDITED
    [edited] = scripted.in_drafts()
    edited.flags.add("\\Deleted")
    scripted.once()
    assert scripted.history(1).drafts[0].state is DraftState.MISSING
    edited.flags.discard("\\Deleted")
    scripted.once()
    assert scripted.history(1).drafts[0].state is DraftState.EDITED
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED
    assert [m.raw for m in scripted.in_drafts()] == [edited.raw]


def test_a_refusal_after_the_append_does_not_lay_a_second_draft(scripted: ScriptedSeeker) -> None:
    """The draft was taken, looking at it was refused, and SEARCH does not know it yet."""

    def take_then_close_the_folder(session: Session, command: Command) -> None:
        session.carry_out(command)
        scripted.drafts_folder.messages[-1].searchable = False
        scripted.server.on("EXAMINE", answer("NO [INUSE] try later"))

    scripted.server.on("APPEND", take_then_close_the_folder)
    scripted.once()
    scripted.server.forget_hooks()
    scripted.once()
    assert len(scripted.in_drafts()) == 1


def test_a_draft_that_cannot_be_taken_back_does_not_hold_up_other_interviews(
    scripted: ScriptedSeeker,
) -> None:
    """Drafts opens read-only: that is told, and the next interview's draft is laid."""
    scripted.once()
    second = scripted.add((KIM,), company="Globex", role="Analyst")
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.server.on("SELECT", answer("NO [NOPERM] read-only"), times=ALWAYS)
    [failure] = scripted.once()
    assert "interview 1" in failure.problem
    assert scripted.status(1) is Status.ANSWERED
    assert [draft.state for draft in scripted.history(second).drafts] == [DraftState.QUEUED]
    scripted.server.forget_hooks()
    assert scripted.once() == []
    assert [draft.state for draft in scripted.history(1).drafts] == [DraftState.WITHDRAWN]


def test_a_trash_that_cannot_be_opened_does_not_end_all_acting(scripted: ScriptedSeeker) -> None:
    """What became of one draft is not known for now; another is taken back all the same."""
    second = scripted.add((KIM,), company="Globex", role="Analyst")
    scripted.once()
    [first, _] = scripted.in_drafts()
    scripted.drafts_folder.remove(first.uid)
    scripted.receives(scripted.letter_from(KIM, "Good news"))

    def trash_is_closed(session: Session, command: Command) -> None:
        if command.arguments[0] == "Trash":
            answer("NO [NOPERM] not for you")(session, command)
        else:
            session.carry_out(command)

    scripted.server.on("EXAMINE", trash_is_closed, times=ALWAYS)
    [failure] = scripted.once()
    assert "interview 1" in failure.problem
    assert scripted.history(1).drafts[0].state is DraftState.QUEUED
    assert [draft.state for draft in scripted.history(second).drafts] == [DraftState.WITHDRAWN]


def test_another_drafts_edited_version_is_not_taken_for_a_deleted_one(
    scripted: ScriptedSeeker,
) -> None:
    """Two drafts to one person in one thread: the edited one does not stand for the other."""
    scripted.receives(
        scripted.letter_from(DANA, "Your interview", message_id="<thread@acme.example>"),
    )
    scripted.at("2026-12-09 08:00")
    number = scripted.add(
        (DANA,),
        company="Globex",
        role="Analyst",
        held="2026-12-08 10:00",
        decision="2026-12-11",
        promises=[Promise(date(2026, 12, 9), "a report"), Promise(date(2026, 12, 9), "a list")],
    )
    scripted.at("2026-12-09 09:30")
    scripted.once()
    ours = {d.message_id for d in scripted.history(number).drafts if d.step == "promise"}
    lying = [m for m in scripted.in_drafts() if m.values("Message-ID") in ours]
    assert len(lying) == 2
    scripted.edits_text(lying[0], "My own.", new_id="<edit@phone.example>")
    scripted.once()
    scripted.drafts_folder.remove(lying[1].uid)
    scripted.once()
    states = {d.message_id: d.state for d in scripted.history(number).drafts}
    assert sorted(states[message_id] for message_id in ours) == ["edited", "missing"]


def test_a_draft_of_the_users_own_is_not_taken_for_an_edited_one(scripted: ScriptedSeeker) -> None:
    """It lay there before ours: the user deleted ours, and did not edit it."""
    talk = scripted.letter_from(
        KIM, "Talk", ago=timedelta(days=30), message_id="<talk@acme.example>"
    )
    scripted.receives(talk)
    own = mail(
        sender="Robin Doe <robin@example.org>",
        to="Kim Lee <kim@acme.example>",
        subject="Re: Talk",
        in_reply_to="<talk@acme.example>",
    )
    scripted.drafts_folder.add(own, {"\\Draft"})
    number = scripted.add((KIM,), company="Globex", role="Analyst")
    scripted.once()
    [ours] = [m for m in scripted.in_drafts() if m.raw != own and "kim" in m.values("To")]
    assert ours.values("In-Reply-To") == "<talk@acme.example>"
    with scripted.server.lock:
        scripted.server.folders["Trash"].add(ours.raw)
        scripted.drafts_folder.remove(ours.uid)
    scripted.once()
    assert [d.state for d in scripted.history(number).drafts] == [DraftState.DISMISSED]
