"""Invitations: what suggests an interview, what answers one, and what the user makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from followupd.domain.events import Meaning
from followupd.domain.interview import Outcome, Part, Person, Status
from tests.support.calendars import APPLE, EXCHANGE, GOOGLE, THUNDERBIRD, event
from tests.support.seeker import DANA, berlin
from tests.support.silence import silent

if TYPE_CHECKING:
    from tests.support.seeker import Seeker

JO = Person("Jo May", "jo@borea.example", Part.RECRUITER)


def _borea(
    *more: str,
    summary: str = "Interview: Robin Doe / Borea - Data Engineer",
    starts: str = "20261130T090000Z",
    sequence: int = 0,
    method: str = "REQUEST",
) -> str:
    return event(
        f"SUMMARY:{summary}",
        f"DTSTART:{starts}",
        f"SEQUENCE:{sequence}",
        "ORGANIZER;CN=Jo May:mailto:jo@borea.example",
        "ATTENDEE;CN=Robin Doe:mailto:robin@example.org",
        "ATTENDEE;CN=Max Ray:mailto:max@borea.example",
        *more,
        method=method,
    )


def _suggestions(seeker: Seeker) -> Any:
    return seeker.told("suggestions", "--json").json


def _watching(seeker: Seeker) -> None:
    """A week before; the mailbox has been looked at, and is empty."""
    seeker.at("2026-11-24 09:00")
    seeker.once()


@pytest.mark.parametrize(
    ("calendar", "subject"),
    [
        (GOOGLE, "Invitation: Interview with Acme @ Tue 1 Dec 2026 10am (robin@example.org)"),
        (EXCHANGE, "Vorstellungsgespräch"),
        (APPLE, "Technical Interview"),
        (THUNDERBIRD, "Einladung: Kennenlerngespräch zur Stelle als Backend Engineer"),
    ],
    ids=["google", "exchange", "apple", "thunderbird"],
)
def test_an_invitation_from_any_calendar_is_suggested(
    seeker: Seeker, calendar: str, subject: str
) -> None:
    """With the right moment and the right person; nothing is recorded unasked."""
    _watching(seeker)
    text = "Guten Tag, wir freuen uns auf das Vorstellungsgespräch mit Ihnen.\n"
    seeker.receives(seeker.invitation_from(DANA, subject, calendar, body=text))
    seeker.once()
    [suggested] = _suggestions(seeker)
    assert suggested["held_at"] == "2026-12-01T10:00:00+01:00"
    assert [each["address"] for each in suggested["people"]] == ["dana@acme.example"]
    assert seeker.told("list", "--json").json == []


def test_a_suggestion_names_the_company_and_the_role_or_says_that_it_does_not_know(
    seeker: Seeker,
) -> None:
    """A wrong company is worse than none: it is asserted, not the confidence."""
    _watching(seeker)
    seeker.receives(seeker.invitation_from(JO, "Interview with Borea", _borea()))
    seeker.receives(
        seeker.invitation_from(
            Person("Eva Oh", "eva.oh@gmail.com", Part.RECRUITER),
            "Interview",
            event(
                "SUMMARY:Job interview",
                "DTSTART:20261202T090000Z",
                "ORGANIZER;CN=Eva Oh:mailto:eva.oh@gmail.com",
                "ATTENDEE:mailto:robin@example.org",
            ).replace("UID:1", "UID:2"),
        )
    )
    seeker.once()
    told = {each["held_at"][:10]: each for each in _suggestions(seeker)}
    assert (told["2026-11-30"]["company"], told["2026-11-30"]["role"]) == (
        "Borea",
        "Data Engineer",
    )
    assert (told["2026-12-02"]["company"], told["2026-12-02"]["role"]) == (None, None)


def test_an_accepted_suggestion_is_an_interview_with_its_people_its_date_and_its_thread(
    seeker: Seeker,
) -> None:
    """The thank-you after it continues the thread of the invitation."""
    _watching(seeker)
    invitation = seeker.invitation_from(JO, "Interview with Borea", _borea())
    seeker.receives(invitation)
    seeker.once()
    [suggested] = _suggestions(seeker)
    number = int(seeker.told("accept", str(suggested["suggestion"])).out)
    interview = seeker.history(number).interview
    assert (interview.company, interview.role) == ("Borea", "Data Engineer")
    assert interview.held_at == berlin("2026-11-30 10:00")
    assert {person.address for person in interview.people} == {
        "jo@borea.example",
        "max@borea.example",
    }
    assert _suggestions(seeker) == []
    seeker.once()
    assert seeker.status(number) is Status.UPCOMING
    assert seeker.kinds(number).count("thread_found") == 1
    seeker.at("2026-11-30 15:00")
    seeker.once()
    threads = {draft["To"]: draft["In-Reply-To"] for draft in seeker.drafts()}
    [(_, raw)] = seeker.lying_in("INBOX")
    assert threads["Jo May <jo@borea.example>"] == raw["Message-ID"]


@pytest.mark.parametrize(
    ("summary", "more"),
    [
        ("Team meeting", ()),
        ("Customer interview for our podcast", ()),
        ("Interview stand-up", ("RRULE:FREQ=WEEKLY",)),
        ("Dentist", ()),
    ],
)
def test_another_invitation_is_suggested_to_nobody(
    seeker: Seeker, summary: str, more: tuple[str, ...]
) -> None:
    """Nor recorded, nor asked about."""
    _watching(seeker)
    calendar = _borea(*more, summary=summary)
    seeker.receives(seeker.invitation_from(JO, summary, calendar, body="See you.\n"))
    seeker.once()
    assert _suggestions(seeker) == []


def test_an_update_moves_the_suggestion_and_makes_no_second_one(seeker: Seeker) -> None:
    """The same event with a higher SEQUENCE (RFC 5546, section 2.1.4); an older one is too late."""
    _watching(seeker)
    seeker.receives(seeker.invitation_from(JO, "Interview with Borea", _borea()))
    seeker.once()
    moved = _borea(starts="20261203T130000Z", sequence=2)
    late = _borea(starts="20261202T130000Z", sequence=1)
    for calendar in (moved, late):
        seeker.receives(seeker.invitation_from(JO, "Updated: Interview with Borea", calendar))
        seeker.once()
    [suggested] = _suggestions(seeker)
    assert suggested["held_at"] == "2026-12-03T14:00:00+01:00"


def test_a_cancelled_invitation_is_suggested_no_more(seeker: Seeker) -> None:
    """But only by who sent it."""
    _watching(seeker)
    seeker.receives(seeker.invitation_from(JO, "Interview with Borea", _borea()))
    seeker.once()
    cancelled = _borea("STATUS:CANCELLED", sequence=1, method="CANCEL")
    stranger = Person("Eve Roe", "eve@elsewhere.example", Part.RECRUITER)
    for sender, left in ((stranger, 1), (JO, 0)):
        seeker.receives(
            seeker.invitation_from(sender, "Canceled: Interview", cancelled, method="CANCEL")
        )
        seeker.once()
        assert len(_suggestions(seeker)) == left


def _accepted(seeker: Seeker) -> int:
    """The interview on 30 November is recorded from its invitation."""
    _watching(seeker)
    seeker.receives(seeker.invitation_from(JO, "Interview with Borea", _borea()))
    seeker.once()
    [suggested] = _suggestions(seeker)
    number = int(seeker.told("accept", str(suggested["suggestion"])).out)
    seeker.once()
    return number


@pytest.mark.parametrize("read_at", ["2026-11-25 09:00", "2026-11-30 15:00"])
def test_an_accepted_interview_that_is_moved_is_not_thanked_for_before_it_was_held(
    seeker: Seeker, read_at: str
) -> None:
    """The update with a higher SEQUENCE is acted on, or asked about, be it read too late."""
    number = _accepted(seeker)
    moved = _borea(starts="20261203T130000Z", sequence=2)
    seeker.receives(seeker.invitation_from(JO, "Updated: Interview with Borea", moved))
    for moment in (read_at, "2026-11-30 15:00"):
        seeker.at(moment)
        seeker.once()
    history = seeker.history(number)
    is_moved = history.interview.held_at == berlin("2026-12-03 14:00")
    assert is_moved or history.possible or _suggestions(seeker)
    assert seeker.drafts() == []


@pytest.mark.parametrize("read_at", ["2026-11-25 09:00", "2026-11-30 15:00"])
def test_an_accepted_interview_that_is_called_off_is_asked_about(
    seeker: Seeker, read_at: str
) -> None:
    """No thank-you is laid for an interview that was not held, be it read too late."""
    number = _accepted(seeker)
    cancelled = _borea("STATUS:CANCELLED", sequence=1, method="CANCEL")
    seeker.receives(seeker.invitation_from(JO, "Canceled: Interview", cancelled, method="CANCEL"))
    for moment in (read_at, "2026-11-30 15:00"):
        seeker.at(moment)
        seeker.once()
    assert len(seeker.history(number).possible) == 1
    assert seeker.drafts() == []


def test_why_tells_that_a_mail_made_a_suggestion(seeker: Seeker) -> None:
    """And leads to where it is decided."""
    _watching(seeker)
    raw = seeker.invitation_from(JO, "Interview with Borea", _borea())
    seeker.receives(raw)
    seeker.once()
    [(_, letter)] = seeker.lying_in("INBOX")
    said = " ".join(seeker.told("why", "--message", letter["Message-ID"]).out.split())
    assert "an invitation" in said
    assert "suggestion 1: `followupd suggestions`" in said


def test_a_dismissed_suggestion_does_not_come_back(seeker: Seeker) -> None:
    """Not with further passes, nor with the same mail in another folder."""
    _watching(seeker)
    raw = seeker.invitation_from(JO, "Interview with Borea", _borea())
    seeker.receives(raw)
    seeker.once()
    [suggested] = _suggestions(seeker)
    seeker.told("dismiss", str(suggested["suggestion"]))
    seeker.mailbox.looking.append("Archive", raw)
    for _ in range(3):
        seeker.once()
        assert _suggestions(seeker) == []


def _second_round(method: str = "REQUEST", *more: str) -> str:
    return event(
        "SUMMARY:Second interview: Robin Doe",
        "DTSTART:20261214T130000Z",
        "ORGANIZER;CN=Dana Fox:mailto:dana@acme.example",
        "ATTENDEE:mailto:robin@example.org",
        "ATTENDEE;CN=Kim Lee:mailto:kim@acme.example",
        *more,
        method=method,
    )


@pytest.mark.parametrize("method", ["REQUEST", "COUNTER"])
def test_an_invitation_of_a_known_person_answers_with_the_next_round(
    seeker: Seeker, method: str
) -> None:
    """When they are to meet is kept, and the round is suggested as an interview."""
    number = silent(seeker)
    seeker.receives(
        seeker.invitation_from(DANA, "Second interview", _second_round(method), method=method)
    )
    seeker.once()
    answer = seeker.history(number).answer
    assert answer is not None
    assert answer.verdict is not None
    assert (answer.outcome, answer.verdict.meaning) == (Outcome.NEXT_ROUND, Meaning.NEXT_ROUND)
    assert answer.verdict.meets_at == berlin("2026-12-14 14:00")
    assert "Mon 14 Dec, 14:00" in seeker.told("why", str(number)).out
    [suggested] = _suggestions(seeker)
    assert (suggested["interview"], suggested["company"]) == (number, "Acme")
    assert suggested["held_at"] == "2026-12-14T14:00:00+01:00"


def test_the_next_round_that_is_accepted_gets_the_answers_that_come_after_it(
    seeker: Seeker,
) -> None:
    """The first round is answered by its invitation; what is said later is about the second."""
    first = silent(seeker)
    seeker.receives(seeker.invitation_from(DANA, "Second interview", _second_round()))
    seeker.once()
    [suggested] = _suggestions(seeker)
    second = int(seeker.told("accept", str(suggested["suggestion"])).out)
    seeker.once()
    assert seeker.status(second) is Status.UPCOMING
    seeker.at("2026-12-17 10:00")
    seeker.receives(
        seeker.letter_from(
            DANA,
            "Your application",
            body="We regret to inform you that you have not been selected for the position.\n",
        )
    )
    seeker.once()
    answers = [seeker.history(number).answer for number in (first, second)]
    assert [answer.outcome if answer is not None else None for answer in answers] == [
        Outcome.NEXT_ROUND,
        Outcome.REJECTION,
    ]
    assert seeker.told("resolve", "--json").json == []


def test_a_cancellation_by_a_known_person_is_asked_about(seeker: Seeker) -> None:
    """It may be moved, or it may be over: that is for the user to say."""
    number = silent(seeker)
    cancelled = _second_round("CANCEL", "STATUS:CANCELLED")
    seeker.receives(
        seeker.invitation_from(DANA, "Canceled: Second interview", cancelled, method="CANCEL")
    )
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert len(seeker.history(number).possible) == 1
    assert seeker.drafts() == []
    assert "takes the invitation" in " ".join(seeker.told("resolve").out.split())


def test_an_invitation_with_a_rejection_in_its_text_is_one(seeker: Seeker) -> None:
    """A call to explain why not is no next round."""
    number = silent(seeker)
    text = (
        "Hi Robin,\n\nunfortunately we have decided not to move forward with your application and "
        "to hire another candidate. We would like to give you feedback in a short call.\n"
    )
    calendar = _second_round().replace("Second interview: Robin Doe", "Feedback call")
    seeker.receives(seeker.invitation_from(DANA, "Feedback call", calendar, body=text))
    seeker.once()
    answer = seeker.history(number).answer
    assert answer is not None
    assert answer.outcome is Outcome.REJECTION


def test_an_invitation_that_hides_terminal_commands_shows_none(seeker: Seeker) -> None:
    """In its title, its people and its mail."""
    _watching(seeker)
    calendar = _borea(summary="Interview \x1b[2J\u202e Borea - Data Engineer").replace(
        "Jo May", "Jo\x1b]0;x\x07"
    )
    seeker.receives(seeker.invitation_from(JO, "Interview with Borea", calendar))
    seeker.once()
    for command in (("suggestions",), ("suggestions", "--json"), ("accept", "1"), ("list",)):
        said = seeker.says(*command)
        for sign in ("\x1b", "\x07", "\u202e"):
            assert sign not in said.out + said.err
