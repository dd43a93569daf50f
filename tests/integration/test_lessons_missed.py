"""Answers that were missed elsewhere; on a real server, each lesson by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Outcome, Part, Person, Status
from tests.support.calendars import event
from tests.support.delivery import mail
from tests.support.seeker import DANA, KIM
from tests.support.silence import checked_in, silent

if TYPE_CHECKING:
    from tests.support.seeker import Seeker

SORRY = (
    "Dear Robin,\n\nThank you for your time and your interest in the Backend Engineer position at "
    "Acme. Unfortunately, we have decided to proceed with another candidate.\n\nKind regards\n"
)


def _outcome(seeker: Seeker, number: int) -> Outcome:
    answer = seeker.history(number).answer
    assert answer is not None, seeker.history(number).possible
    return answer.outcome


def _is_noticed(seeker: Seeker, number: int) -> bool:
    """Whether nothing more is laid into Drafts: it is answered, or the user is asked."""
    seeker.at("2026-12-08 09:00")
    seeker.once()
    history = seeker.history(number)
    return seeker.drafts() == [] and bool(history.answer or history.possible)


@pytest.mark.parametrize("folder", ["INBOX", "Junk", "Archive"])
@pytest.mark.parametrize(
    "sender",
    [
        Person("Acme", "acme@myworkday.com", Part.RECRUITER),
        Person("Acme Talent Acquisition", "notification@smartrecruiters.com", Part.RECRUITER),
        Person("Acme Hiring Team", "no-reply@us.greenhouse-mail.io", Part.RECRUITER),
        Person("Acme", "no-reply@hire.lever.co", Part.RECRUITER),
    ],
    ids=["workday", "smartrecruiters", "greenhouse", "lever"],
)
def test_a_rejection_by_an_applicant_tracking_system_is_found_in_any_folder(
    seeker: Seeker, folder: str, sender: Person
) -> None:
    """Its sender is on no list of known people, and it refers to no mail."""
    number = silent(seeker)
    raw = seeker.letter_from(
        sender,
        "Your application for Backend Engineer at Acme",
        body=SORRY,
        headers={"List-Unsubscribe": "<https://ats.example/u>"},
    )
    seeker.mailbox.looking.append(folder, raw)
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert _outcome(seeker, number) is Outcome.REJECTION


def test_a_rejection_that_its_system_marks_as_automatic_is_asked_about(seeker: Seeker) -> None:
    """A machine's mail answers nothing by itself, but this one is not to be missed."""
    number = silent(seeker)
    raw = seeker.letter_from(
        Person("Acme Hiring Team", "no-reply@us.greenhouse-mail.io", Part.RECRUITER),
        "Your application for Backend Engineer at Acme",
        body=SORRY,
        headers={"Auto-Submitted": "auto-generated"},
    )
    seeker.receives(raw)
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert len(seeker.history(number).possible) == 1
    assert _is_noticed(seeker, number)


def test_an_interview_invitation_of_an_unknown_system_is_suggested(seeker: Seeker) -> None:
    """The three invitations among the mails that were missed."""
    seeker.at("2026-11-24 09:00")
    calendar = event(
        "SUMMARY:Interview: Robin Doe / Borea - Data Engineer",
        "DTSTART:20261130T090000Z",
        "DTEND:20261130T100000Z",
        "ORGANIZER;CN=Borea Recruiting:mailto:calendar@recruiting.ashbyhq.com",
        "ATTENDEE:mailto:robin@example.org",
        "ATTENDEE;CN=Jo May:mailto:jo@borea.example",
    )
    sender = Person("Borea Recruiting", "no-reply@ashbyhq.com", Part.RECRUITER)
    seeker.once()
    seeker.receives(seeker.invitation_from(sender, "Interview with Borea", calendar))
    seeker.once()
    [suggested] = seeker.told("suggestions", "--json").json
    assert suggested["company"] == "Borea"
    assert suggested["held_at"] == "2026-11-30T10:00:00+01:00"


def test_a_separate_mail_from_the_same_person_counts(seeker: Seeker) -> None:
    """It begins a thread of its own, and its subject names nothing."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, "News", body=SORRY))
    seeker.once()
    assert _outcome(seeker, number) is Outcome.REJECTION


@pytest.mark.parametrize(
    ("company", "address"),
    [
        ("Company ABC", "dana@companyabccareers.com"),
        ("EQ", "dana.fox@eqrecruiters.com"),
        ("Acme", "talent@acme-jobs.example"),
        ("Acme", "dana@careers.acme.example"),
    ],
)
def test_a_recruiter_at_the_companys_hiring_domain_is_recognised(
    seeker: Seeker, company: str, address: str
) -> None:
    """Nobody recorded the address; the user is asked, or it counts, and no check-in is laid."""
    known = Person("Lou Day", "lou@acme.example", Part.RECRUITER)
    number = silent(seeker, known, company=company)
    sender = Person("Dana Fox", address, Part.RECRUITER)
    seeker.receives(seeker.letter_from(sender, "Your interview", body="We need to talk.\n"))
    assert _is_noticed(seeker, number)


def test_a_colleagues_reply_in_the_thread_counts(seeker: Seeker) -> None:
    """Somebody else of the company answers what the recruiter was asked."""
    number, check_in = checked_in(seeker)
    colleague = Person("Jo May", "jo.may@acme.example", Part.RECRUITER)
    seeker.receives(
        seeker.letter_from(colleague, "Re: hello", in_reply_to=check_in["Message-ID"], body=SORRY)
    )
    seeker.once()
    assert _outcome(seeker, number) is Outcome.REJECTION


def test_a_colleagues_word_that_it_is_not_decided_is_asked_about(seeker: Seeker) -> None:
    """Only who belongs to the interview moves its dates."""
    number = silent(seeker)
    colleague = Person("Jo May", "jo.may@acme.example", Part.RECRUITER)
    text = (
        "Hi Robin,\n\nwe have not made a decision on the Backend Engineer role yet. "
        "We will get back to you by 18 December.\n\nJo\n"
    )
    seeker.receives(seeker.letter_from(colleague, "Backend Engineer", body=text))
    seeker.once()
    history = seeker.history(number)
    assert (history.answer, len(history.possible)) == (None, 1)
    [reply] = seeker.told("resolve", "--json").json
    seeker.told("resolve", str(reply["reply"]), "--interview", str(number))
    assert seeker.status(number) is Status.WAITING
    [row] = seeker.told("list", "--json").json
    assert row["decision_by"] == "2026-12-18"


@pytest.mark.parametrize(
    "address",
    ["dana+3f9a2b@acme.example", "Dana@Acme.Example", "reply+3f9a2b=dana@acme.example"],
)
def test_a_reply_from_a_plus_address_in_the_thread_counts(seeker: Seeker, address: str) -> None:
    """Programs that track replies give each thread an address of its own."""
    number, check_in = checked_in(seeker)
    sender = Person("Dana Fox", address, Part.RECRUITER)
    seeker.receives(
        seeker.letter_from(sender, "Re: hello", in_reply_to=check_in["Message-ID"], body=SORRY)
    )
    seeker.once()
    assert _outcome(seeker, number) is Outcome.REJECTION


@pytest.mark.parametrize(
    "address", ["dana.fox@acme.example", "d.fox@mail.acme.example", "dana.fox.hr@gmail.com"]
)
def test_a_reply_from_the_persons_second_address_is_noticed(seeker: Seeker, address: str) -> None:
    """Of the same organisation it counts; a private one is asked about."""
    number = silent(seeker)
    sender = Person("Dana Fox", address, Part.RECRUITER)
    seeker.receives(seeker.letter_from(sender, "Hello again", body="Can we talk today?\n"))
    assert _is_noticed(seeker, number)


def test_a_mail_by_way_of_reply_to_counts(seeker: Seeker) -> None:
    """A system writes; the recruiter is whom an answer to it would go to."""
    number = silent(seeker)
    raw = mail(
        sender="Acme <notifications@ats.example>",
        subject="Backend Engineer",
        body=SORRY,
        headers={"Reply-To": "Dana Fox <dana@acme.example>"},
        date="Tue, 08 Dec 2026 08:30:00 +0100",
    )
    seeker.receives(raw)
    seeker.once()
    assert _outcome(seeker, number) is Outcome.REJECTION


def test_two_answers_in_one_pass_that_refer_to_each_other_are_both_read(seeker: Seeker) -> None:
    """The second refers to the first alone, and is from somebody nobody knows."""
    number = silent(seeker)
    first = seeker.letter_from(
        DANA,
        "Where we are",
        message_id="<first@acme.example>",
        body="We are still deciding and will get back to you by 18 December.\n",
    )
    stranger = Person("Jo May", "jo@staffing.example", Part.RECRUITER)
    second = seeker.letter_from(
        stranger, "Re: Where we are", in_reply_to="<first@acme.example>", body=SORRY
    )
    # What lies in two folders is read in their order, not in that of the mails.
    seeker.receives(second)
    seeker.receives(first)
    seeker.once()
    assert _outcome(seeker, number) is Outcome.REJECTION


def test_mail_not_seen_for_unusually_long_is_said(seeker: Seeker) -> None:
    """Green is shown for mail that was looked at, not for runs that were made."""
    silent(seeker)
    assert "mail last seen" not in seeker.told("list").out
    seeker.at("2026-12-09 08:59")
    assert "personal: mail last seen Tue 8 Dec, 08:59" in seeker.told("list").out


def test_a_pass_that_did_not_reach_the_end_is_said(seeker: Seeker) -> None:
    """The run fails, and `list` tells since when."""
    silent(seeker, DANA, KIM)
    right = seeker.config.read_text(encoding="utf-8")
    port = f"port = {seeker.mailbox.server.ports.imaps}"
    seeker.config.write_text(right.replace(port, "port = 9"), encoding="utf-8")
    seeker.at("2026-12-08 10:30")
    assert seeker.says("once").code == 1
    told = seeker.told("list").out
    assert "personal, since Tue 8 Dec, 10:30" in told
    assert "mail last seen Tue 8 Dec, 08:59" in told
