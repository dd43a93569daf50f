"""Answers that are read late: with many others, in another order, or before anybody asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Part, Person, Status
from tests.support.calendars import event
from tests.support.delivery import mail
from tests.support.dovecot import PASSWORD
from tests.support.fakemailbox import FakeFolder
from tests.support.fakeserver import FakeServer
from tests.support.scripted import ScriptedSeeker
from tests.support.seeker import DANA, berlin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STRANGER = Person("Jo May", "jo@staffing.example", Part.RECRUITER)


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedSeeker]:
    """Nothing is recorded yet; it is Tue 8 Dec 2026, 08:00 in Berlin."""
    with FakeServer(password=PASSWORD) as server:
        seeker = ScriptedSeeker(mailbox=None, folder=tmp_path, fake=server)  # type: ignore[arg-type]
        seeker.at("2026-12-08 08:00")
        yield seeker
        seeker.close()


def _own(scripted: ScriptedSeeker, message_id: str) -> bytes:
    return mail(
        sender="Robin Doe <robin@example.org>",
        to=f"{DANA.name} <{DANA.address}>",
        subject="One more question",
        message_id=message_id,
        date=scripted.clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000"),
    )


@pytest.mark.parametrize("gmail", [False, True], ids=["folders", "all mail"])
def test_a_strangers_reply_to_a_mail_by_hand_is_tied_to_it(
    scripted: ScriptedSeeker, *, gmail: bool
) -> None:
    """Both arrive between two looks: the reference alone tells whose answer it is."""
    folders = scripted.server.folders
    if gmail:
        folders["All"] = FakeFolder("All", ("\\All",), 5_000)
    number = scripted.add((DANA,))
    scripted.once()
    own = _own(scripted, "<hand@example.org>")
    reply = scripted.letter_from(STRANGER, "About that", in_reply_to="<hand@example.org>")
    with scripted.server.lock:
        folders["Sent"].add(own, {"\\Seen"})
        folders["INBOX"].add(reply)
        if gmail:
            folders["All"].add(own, {"\\Seen"})
            folders["All"].add(reply)
    scripted.once()
    assert scripted.status(number) is Status.ANSWERED


def test_a_strangers_reply_to_a_mail_read_with_it_is_tied_to_it(scripted: ScriptedSeeker) -> None:
    """The mail it refers to stands before it in the same batch."""
    scripted.at("2026-11-30 10:00")
    number = scripted.add((DANA,))
    scripted.once()
    scripted.at("2026-12-02 10:00")
    arranging = scripted.letter_from(
        DANA, "Tomorrow at two", ago=timedelta(days=2), message_id="<arranging@acme.example>"
    )
    scripted.receives(arranging)
    answer = scripted.letter_from(
        STRANGER, "About that", in_reply_to="<arranging@acme.example>", references=None
    )
    scripted.receives(answer)
    scripted.once()
    assert scripted.status(number) is Status.ANSWERED


def test_a_strangers_reply_from_before_the_recording_is_found(scripted: ScriptedSeeker) -> None:
    """The look back follows the threads that it found."""
    scripted.at("2026-12-01 09:00")
    scripted.receives(
        scripted.letter_from(DANA, "Today at two", message_id="<arranging@acme.example>")
    )
    scripted.at("2026-12-03 09:00")
    scripted.receives(
        scripted.letter_from(STRANGER, "About that", in_reply_to="<arranging@acme.example>")
    )
    scripted.at("2026-12-08 08:00")
    number = scripted.add((DANA,))
    scripted.once()
    assert scripted.status(number) is Status.ANSWERED


@pytest.mark.parametrize(
    ("company", "name", "subject"),
    [
        ("Acme", "Acme Hiring Team", "An update on your application"),
        ("SAP", "Recruiting", "SAP: your application as Backend Engineer"),
    ],
)
def test_an_applicant_tracking_mail_from_before_the_recording_is_asked_about(
    scripted: ScriptedSeeker, company: str, name: str, subject: str
) -> None:
    """Only the sender's name, or a short name in the subject, says whom it is from."""
    robot = Person(name, "no-reply@greenhouse.io", Part.RECRUITER)
    scripted.at("2026-12-03 09:00")
    scripted.receives(scripted.letter_from(robot, subject))
    scripted.at("2026-12-08 09:00")
    number = scripted.add((Person("Dana Fox", "dana@gmail.com", Part.RECRUITER),), company=company)
    scripted.once()
    assert len(scripted.history(number).possible) == 1
    assert scripted.in_drafts() == []


def test_a_rejection_before_the_interview_is_asked_about(scripted: ScriptedSeeker) -> None:
    """Else a thank-you would be laid for an interview that was never held."""
    scripted.at("2026-11-30 10:00")
    number = scripted.add((DANA,))
    scripted.once()
    scripted.at("2026-11-30 15:00")
    text = "Dear Robin,\n\nunfortunately we have decided to go with another candidate.\n\nDana\n"
    scripted.receives(scripted.letter_from(DANA, "Your application", body=text))
    scripted.once()
    scripted.at("2026-12-01 17:00")
    scripted.once()
    assert len(scripted.history(number).possible) == 1
    assert scripted.in_drafts() == []


def test_an_answer_dated_years_ago_is_asked_about(scripted: ScriptedSeeker) -> None:
    """It arrived today, whatever the sender's clock says: unsure, and nothing goes out."""
    number = scripted.add((DANA,))
    scripted.once()
    raw = scripted.letter_from(DANA, "Good news", ago=timedelta(days=3000))
    with scripted.server.lock:
        held = scripted.server.folders["INBOX"].add(raw)
        held.internaldate = berlin("2026-12-08 08:30")
    scripted.at("2026-12-08 09:00")
    scripted.once()
    assert len(scripted.history(number).possible) == 1
    assert scripted.in_drafts() == []


def _second_round(starts: str, *more: str, method: str = "REQUEST") -> str:
    return event(
        "SUMMARY:Second interview: Robin Doe",
        f"DTSTART:{starts}",
        "ORGANIZER;CN=Dana Fox:mailto:dana@acme.example",
        "ATTENDEE:mailto:robin@example.org",
        *more,
        method=method,
    )


@pytest.mark.parametrize("role", ["Backend Engineer", "Data Engineer"])
@pytest.mark.parametrize("change", ["cancelled", "moved", "rejected"])
def test_an_interview_to_come_is_asked_about_though_another_was_held(
    scripted: ScriptedSeeker, change: str, role: str
) -> None:
    """The same recruiter, two interviews: the second is called off, moved, or in vain."""
    first = scripted.add((DANA,), decision="2026-12-18")
    second = scripted.add((DANA,), role=role, held="2026-12-14 14:00", decision=None)
    scripted.once()
    scripted.at("2026-12-10 10:00")
    text = "Dear Robin,\n\nunfortunately we have decided to go with another candidate.\n\nDana\n"
    raw = {
        "cancelled": scripted.invitation_from(
            DANA,
            "Canceled: Second interview",
            _second_round("20261214T130000Z", "STATUS:CANCELLED", "SEQUENCE:1", method="CANCEL"),
            method="CANCEL",
        ),
        "moved": scripted.invitation_from(
            DANA,
            "Updated: Second interview",
            _second_round("20261217T130000Z", "SEQUENCE:1"),
        ),
        "rejected": scripted.letter_from(DANA, "Your application", body=text),
    }[change]
    scripted.receives(raw)
    scripted.once()
    scripted.at("2026-12-14 17:00")
    scripted.once()
    assert len(scripted.history(second).possible) == 1
    assert scripted.in_drafts() == []
    answer = scripted.history(first).answer
    assert change == "rejected" or answer is None


def test_an_invitation_to_an_interview_that_is_known_answers_no_other(
    scripted: ScriptedSeeker,
) -> None:
    """It was sent again, with the room: that is no next round of the other role's interview."""
    first = scripted.add((DANA,), decision="2026-12-18")
    second = scripted.add(
        (DANA,), role="Data Engineer", held="2026-12-14 14:00", decision="2026-12-18"
    )
    scripted.once()
    scripted.at("2026-12-10 10:00")
    again = _second_round("20261214T130000Z", "LOCATION:Room 4")
    scripted.receives(scripted.invitation_from(DANA, "Invitation: Second interview", again))
    scripted.once()
    assert scripted.status(first) is Status.WAITING
    assert not scripted.history(first).possible
    assert scripted.kinds(second)[-1] == "thread_found"
