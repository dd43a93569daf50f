"""The main job on a real server, pass by pass: from the thank-you to the answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from followupd.domain.events import CallMade, MarkedSilent, ReplyResolved
from followupd.domain.interview import DraftState, Part, Person, Promise, Status
from tests.support.seeker import ALEX, BERLIN, DANA, KIM

if TYPE_CHECKING:
    from tests.support.seeker import Seeker


def test_from_thank_you_to_answer(seeker: Seeker) -> None:
    """A thank-you the same day, a check-in in the thread, an answer that takes it back."""
    invitation = seeker.letter_from(
        DANA, "Your interview at Acme", ago=timedelta(days=3), message_id="<inv@acme.example>"
    )
    seeker.receives(invitation)
    number = seeker.add()
    assert seeker.once() == []
    assert seeker.drafts() == []
    assert seeker.status(number) is Status.WAITING

    seeker.at("2026-12-01 16:00")
    seeker.once()
    [(uid, thanks)] = seeker.lying_in("Drafts")
    assert thanks["To"] == "Kim Lee <kim@acme.example>"
    assert thanks["Date"].startswith("Tue, 01 Dec 2026 16:00:00 +0100")
    seeker.sends(uid)

    seeker.at("2026-12-08 08:59")
    seeker.once()
    assert seeker.drafts() == []
    assert seeker.status(number) is Status.SILENT

    seeker.at("2026-12-08 09:00")
    seeker.once()
    [check_in] = seeker.drafts()
    assert check_in["To"] == "Dana Fox <dana@acme.example>"
    assert check_in["Subject"] == "Re: Your interview at Acme"
    assert check_in["In-Reply-To"] == "<inv@acme.example>"
    assert check_in["References"] == "<inv@acme.example>"
    assert "Friday 4 December" in check_in.get_content()

    seeker.receives(seeker.letter_from(DANA, "Good news"))
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.drafts() == []
    assert [d.state for d in seeker.history(number).drafts] == [
        DraftState.SENT,
        DraftState.WITHDRAWN,
    ]


def test_an_absence_note_changes_nothing_of_that(seeker: Seeker) -> None:
    """The recruiter's absence note neither answers nor takes the check-in's place."""
    number = seeker.add((DANA,))
    seeker.at("2026-12-02 10:00")
    note = seeker.letter_from(
        DANA,
        "Automatic reply: Your interview",
        body="I am out of office until 6 December 2026.\n",
        headers={"Auto-Submitted": "auto-replied"},
    )
    seeker.receives(note)
    seeker.once()
    assert seeker.status(number) is Status.WAITING
    assert "automatic_received" in seeker.kinds(number)
    [(uid, _)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert [draft["To"] for draft in seeker.drafts()] == ["Dana Fox <dana@acme.example>"]


def test_three_passes_in_a_row_leave_one_draft(seeker: Seeker) -> None:
    """A pass that finds its own draft does not lay another."""
    seeker.add((DANA,))
    seeker.at("2026-12-01 16:30")
    for _ in range(3):
        seeker.once()
    assert len(seeker.drafts()) == 1


def test_the_ladder_to_its_end(seeker: Seeker) -> None:
    """Silence all the way: network, hiring manager, call sheet, and the plan closes itself."""
    friend = Person("Ira Poe", "ira@example.net", Part.NETWORK)
    number = seeker.add((DANA, KIM, friend))
    expected = [
        ("2026-12-01 16:00", "Kim Lee <kim@acme.example>"),
        ("2026-12-08 09:00", "Dana Fox <dana@acme.example>"),
        ("2026-12-11 09:00", "Ira Poe <ira@example.net>"),
        ("2026-12-16 09:00", "Kim Lee <kim@acme.example>"),
    ]
    for moment, recipient in expected:
        seeker.at(moment)
        seeker.once()
        [(uid, draft)] = seeker.lying_in("Drafts")
        assert draft["To"] == recipient
        seeker.sends(uid)
        seeker.once()
    seeker.at("2026-12-21 09:00")
    seeker.once()
    [(uid, sheet)] = seeker.lying_in("Drafts")
    assert sheet["To"] == "Robin Doe <robin@example.org>"
    assert "+49 30 1234567" in sheet.get_content()
    seeker.at("2026-12-21 10:00")
    seeker.tell(number, CallMade(at=seeker.clock.now()))
    seeker.once()
    assert seeker.drafts() == []
    assert seeker.status(number) is Status.SILENT
    # Ten working days on: Christmas, Boxing Day and New Year's Day are none.
    seeker.at("2027-01-06 09:00")
    seeker.once()
    assert seeker.status(number) is Status.CLOSED
    assert seeker.drafts() == []


def test_each_interviewer_is_thanked_in_other_words(seeker: Seeker) -> None:
    """Two people on the panel compare notes; they got two letters."""
    panel = (ALEX, Person("Jo May", "jo@acme.example", Part.INTERVIEWER), DANA)
    seeker.add(panel)
    seeker.at("2026-12-01 16:00")
    seeker.once()
    drafts = seeker.drafts()
    assert {draft["To"] for draft in drafts} == {
        "Alex Roe <alex@acme.example>",
        "Jo May <jo@acme.example>",
    }
    first, second = (draft.get_content().splitlines()[2:] for draft in drafts)
    assert first != second


def test_a_promise_is_kept_on_its_day(seeker: Seeker) -> None:
    """The draft to keep a promise with lies there that morning, before any decision date."""
    seeker.add((DANA,), promises=[Promise(date(2026, 12, 3), "writing sample")])
    seeker.at("2026-12-01 16:00")
    seeker.once()
    [(uid, _)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.at("2026-12-03 09:00")
    seeker.once()
    [draft] = seeker.drafts()
    assert "writing sample" in draft.get_content()


def test_what_the_user_writes_by_hand_counts_as_the_step(seeker: Seeker) -> None:
    """A mail of the user's own to the recruiter after the decision date is the check-in."""
    number = seeker.add((DANA, KIM))
    seeker.at("2026-12-01 16:00")
    seeker.once()
    [(uid, _)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.at("2026-12-07 11:00")
    seeker.writes(DANA, "Where do things stand?")
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.drafts() == []
    assert "wrote_by_hand" in seeker.kinds(number)
    seeker.at("2026-12-10 09:00")
    seeker.once()
    assert [draft["To"] for draft in seeker.drafts()] == ["Kim Lee <kim@acme.example>"]


def test_an_unsure_reply_is_asked_about_and_holds_the_draft_back(seeker: Seeker) -> None:
    """A mail from the company by somebody unknown waits for the user's word."""
    number = seeker.add((DANA,))
    seeker.at("2026-12-08 09:00")
    stranger = Person("Sam Orr", "sam@acme.example", Part.RECRUITER)
    seeker.receives(seeker.letter_from(stranger, "Hello"))
    seeker.once()
    assert seeker.drafts() == []
    assert seeker.status(number) is Status.SILENT
    [possible] = seeker.history(number).possible
    assert possible.mail.sender == "sam@acme.example"
    decided = ReplyResolved(
        at=seeker.clock.now(), message_id=possible.mail.message_id, belongs=False
    )
    seeker.tell(number, decided)
    seeker.once()
    assert len(seeker.drafts()) == 1


def test_a_correction_is_not_overturned_by_the_next_pass(seeker: Seeker) -> None:
    """Once the user says that a mail was no answer, it stays none, and the check-in comes."""
    number = seeker.add((DANA,))
    seeker.at("2026-12-08 08:00")
    seeker.receives(seeker.letter_from(DANA, "Parking"))
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    seeker.tell(number, MarkedSilent(at=seeker.clock.now()))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert len(seeker.drafts()) == 1


def test_an_interview_recorded_late_finds_the_answer_that_came_before(seeker: Seeker) -> None:
    """The look back finds an answer that arrived before anybody asked for it."""
    seeker.at("2026-12-03 10:00")
    seeker.receives(seeker.letter_from(KIM, "Next steps"))
    seeker.at("2026-12-10 10:00")
    number = seeker.add()
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.drafts() == []


def test_dates_in_a_draft_are_those_of_the_user(seeker: Seeker) -> None:
    """The Date header carries the user's own offset."""
    seeker.add((DANA,))
    seeker.at("2026-12-01 16:00")
    seeker.once()
    [draft] = seeker.drafts()
    assert draft["Date"].datetime == seeker.clock.now().astimezone(BERLIN)
