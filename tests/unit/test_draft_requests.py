"""Drafts that were asked for, and drafts that what was put right concerns, in a mailbox."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from followupd.domain import events as happened
from followupd.domain.acts import (
    DraftRequested,
    Given,
    InterviewEdited,
    PersonRecorded,
    PersonRemoved,
)
from followupd.domain.interview import DraftState, Outcome, Status
from tests.support.dovecot import PASSWORD
from tests.support.fakeserver import ALWAYS, FakeServer, answer, carried_out_then_hang_up
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA, KIM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.domain.interview import Person

NEW = replace(DANA, address="fox@acme.example")
ARTICLE = (Given("article", "How we ship"),)


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """An interview on Tue 1 Dec 2026; the decision was promised for Fri 4 Dec."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 08:00")
        seeker.add((DANA, KIM))
        yield seeker
        seeker.close()


def asks(seeker: ScriptedSeeker, template: str, person: Person = DANA) -> None:
    """The user asks for a draft; nothing runs at that moment."""
    given = ARTICLE if template == "share-article" else ()
    now = seeker.clock.now()
    seeker.tell(1, DraftRequested(at=now, template=template, person=person.address, given=given))


def lying(seeker: ScriptedSeeker) -> list[str]:
    """To whom the drafts in Drafts are addressed."""
    return [message.values("To") for message in seeker.in_drafts()]


def readdresses(seeker: ScriptedSeeker) -> None:
    """The user gives Dana's other address."""
    now = seeker.clock.now()
    seeker.tell(1, PersonRecorded(at=now, person=NEW, instead_of=DANA.address))


def bounce(message_id: str, address: str) -> bytes:
    """The report that a mail could not be delivered (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@mx.example\r\n"
        "To: robin@example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Date: Tue, 08 Dec 2026 11:00:00 +0100\r\n"
        "Message-ID: <bounce@mx.example>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: robin@example.org\r\nTo: {address}\r\nMessage-ID: {message_id}\r\n\r\nHello\r\n"
        "--b--\r\n"
    ).encode()


# ---- asked for while nothing runs


def test_what_was_asked_for_while_nothing_ran_is_laid_by_the_next_pass(
    scripted: ScriptedSeeker,
) -> None:
    """Once, however many passes follow."""
    asks(scripted, "share-article")
    for _ in range(3):
        assert scripted.once() == []
    assert len(lying(scripted)) == 1


def test_a_question_that_was_answered_before_it_was_laid_is_not_laid(
    scripted: ScriptedSeeker,
) -> None:
    """The answer came while nothing ran, and after the user had asked."""
    asks(scripted, "still-open")
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.once()
    assert scripted.status(1) is Status.ANSWERED
    assert lying(scripted) == []


def test_a_gracious_answer_is_laid_though_the_interview_is_closed(
    scripted: ScriptedSeeker,
) -> None:
    """The interview is over; the good manners are not."""
    now = scripted.clock.now()
    scripted.tell(1, happened.MarkedAnswered(at=now, outcome=Outcome.REJECTION))
    scripted.tell(1, happened.Closed(at=now, reason="they said no"))
    asks(scripted, "rejection-answer")
    scripted.once()
    assert lying(scripted) == ["Dana Fox <dana@acme.example>"]
    assert scripted.status(1) is Status.CLOSED


def test_what_was_asked_for_is_laid_though_the_interview_was_closed_after_it(
    scripted: ScriptedSeeker,
) -> None:
    """Both while nothing ran: the user asked for the last note, and then closed."""
    asks(scripted, "last-note")
    scripted.tell(1, happened.Closed(at=scripted.clock.now(), reason="enough"))
    scripted.once()
    assert lying(scripted) == ["Dana Fox <dana@acme.example>"]


def test_a_request_whose_append_broke_off_is_found_again(scripted: ScriptedSeeker) -> None:
    """The server took the draft and hung up; it is adopted and not laid twice."""
    asks(scripted, "share-article")
    scripted.server.on("APPEND", carried_out_then_hang_up)
    scripted.once()
    scripted.once()
    assert len(lying(scripted)) == 1
    assert [draft.cycle for draft in scripted.history(1).drafts] == [1000]


def test_a_question_whose_append_broke_off_is_taken_back_when_an_answer_came(
    scripted: ScriptedSeeker,
) -> None:
    """It lies there, nobody knew, and Dana has answered meanwhile."""
    asks(scripted, "still-open")
    scripted.server.on("APPEND", carried_out_then_hang_up)
    scripted.once()
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.once()
    assert lying(scripted) == []
    assert [draft.state for draft in scripted.history(1).drafts] == [DraftState.WITHDRAWN]


def test_a_request_whose_append_broke_off_is_taken_back_when_its_person_was_removed(
    scripted: ScriptedSeeker,
) -> None:
    """Nobody is to be written to who does not belong there."""
    asks(scripted, "share-article")
    scripted.server.on("APPEND", carried_out_then_hang_up)
    scripted.once()
    now = scripted.clock.now()
    scripted.tell(1, PersonRemoved(at=now, address=DANA.address, part=DANA.part))
    scripted.once()
    assert lying(scripted) == []


def test_a_request_whose_append_broke_off_follows_its_person_to_another_address(
    scripted: ScriptedSeeker,
) -> None:
    """The one at the old address is taken back, another is laid."""
    asks(scripted, "share-article")
    scripted.server.on("APPEND", carried_out_then_hang_up)
    scripted.once()
    readdresses(scripted)
    scripted.once()
    assert lying(scripted) == ["Dana Fox <fox@acme.example>"]


# ---- put right while a draft lies there


def test_a_draft_follows_its_person_to_another_address(scripted: ScriptedSeeker) -> None:
    """Then it stays where it is."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    readdresses(scripted)
    for _ in range(3):
        assert scripted.once() == []
    assert lying(scripted) == ["Dana Fox <fox@acme.example>"]


def test_a_draft_in_hand_stays_when_its_person_has_another_address(
    scripted: ScriptedSeeker,
) -> None:
    """It is the user's to send or to delete."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    [draft] = scripted.in_drafts()
    scripted.edits_text(draft, "In my own words.")
    scripted.once()
    readdresses(scripted)
    scripted.once()
    assert lying(scripted) == ["Dana Fox <dana@acme.example>"]
    assert [each.state for each in scripted.history(1).drafts] == [DraftState.EDITED]


def test_what_came_back_from_an_address_since_put_right_is_written_again(
    scripted: ScriptedSeeker,
) -> None:
    """The report is slower than the user."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    [draft] = scripted.in_drafts()
    scripted.presses_send(draft)
    scripted.once()
    readdresses(scripted)
    scripted.once()
    assert lying(scripted) == []
    scripted.at("2026-12-08 11:00")
    scripted.receives(bounce(scripted.history(1).drafts[0].sent_message_id, DANA.address))
    scripted.once()
    assert lying(scripted) == ["Dana Fox <fox@acme.example>"]


def test_a_draft_is_written_anew_when_the_company_was_put_right(scripted: ScriptedSeeker) -> None:
    """With the right name, and one only."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    scripted.tell(1, InterviewEdited(at=scripted.clock.now(), role="Platform Engineer"))
    scripted.once()
    [draft] = scripted.in_drafts()
    assert b"Platform Engineer" in draft.raw
    assert b"Backend Engineer" not in draft.raw


# ---- a server that refuses


def test_a_draft_that_cannot_be_taken_back_is_tried_again(scripted: ScriptedSeeker) -> None:
    """It lies beside an answer: the daemon has to come back to it by itself."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    scripted.receives(scripted.letter_from(DANA, "Good news"))
    scripted.server.on("SELECT", answer("NO [INUSE] try later"), times=ALWAYS)
    scripted.once()
    with scripted.world.store.look() as reading:
        assert reading.due(scripted.clock.now()) == (1,)
    scripted.server.forget_hooks()
    scripted.once()
    assert lying(scripted) == []
    with scripted.world.store.look() as reading:
        assert reading.due(scripted.clock.now()) == ()


def test_no_second_draft_is_laid_while_the_first_cannot_be_taken_back(
    scripted: ScriptedSeeker,
) -> None:
    """Mail to Dana comes back; Kim's turn comes once hers is gone."""
    scripted.at("2026-12-08 09:00")
    scripted.once()
    now = scripted.clock.now()
    scripted.tell(1, happened.Bounced(at=now, address=DANA.address, original_message_id="<a@b>"))
    scripted.server.on("SELECT", answer("NO [INUSE] try later"), times=ALWAYS)
    scripted.once()
    assert lying(scripted) == ["Dana Fox <dana@acme.example>"]
    scripted.server.forget_hooks()
    scripted.once()
    assert lying(scripted) == ["Kim Lee <kim@acme.example>"]


def test_an_account_that_moved_to_another_domain_lays_its_drafts(
    scripted: ScriptedSeeker,
) -> None:
    """An intent of before has another Message-ID; it is not stumbled over."""
    asks(scripted, "share-article")
    scripted.server.on("APPEND", answer("NO [OVERQUOTA] no room"))
    scripted.once()
    text = scripted.config.read_text(encoding="utf-8")
    moved = text.replace("robin@example.org", "robin@doe.example")
    scripted.config.write_text(moved, encoding="utf-8")
    scripted.close()
    assert scripted.once() == []
    assert len(lying(scripted)) == 1
