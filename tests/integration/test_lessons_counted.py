"""What was counted as an answer elsewhere, and was none; on a real server, each lesson by name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Part, Person, Status
from tests.support.calendars import event
from tests.support.delivery import mail
from tests.support.seeker import DANA, KIM
from tests.support.silence import checked_in, silent
from tests.support.usermailbox import UserMailbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.seeker import Seeker

ANA = Person("Ana Ruiz", "ana@workable.com", Part.RECRUITER)
GREENHOUSE = Person("Acme Recruiting", "no-reply@us.greenhouse-mail.io", Part.RECRUITER)
UNSUBSCRIBE = {
    "List-Unsubscribe": "<https://us.greenhouse-mail.io/u/1>",
    "Feedback-ID": "1:2:3:greenhouse",
}


def _goes_on(seeker: Seeker, number: int) -> None:
    """Nobody has answered, and nothing is asked."""
    assert seeker.status(number) is Status.SILENT
    assert seeker.history(number).possible == ()
    assert "reply_received" not in seeker.kinds(number)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("自动答复: Your interview", "您好。我目前正在休假。回来后会尽快回复您。\n"),
        ("自動回覆: Your interview", "您好。我正在休假。期間無法查看郵件。\n"),
        ("我正在休假", "您好。我目前不在办公室。回来后会尽快处理您的邮件。\n"),
    ],
)
def test_an_absence_note_in_chinese_does_not_stop_the_follow_ups(
    seeker: Seeker, subject: str, text: str
) -> None:
    """The check-in waits some days and comes then."""
    number = silent(seeker)
    marked = {} if "复" in subject or "覆" in subject else {"Auto-Submitted": "auto-replied"}
    seeker.receives(seeker.letter_from(DANA, subject, body=text, headers=marked))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    _goes_on(seeker, number)
    assert "automatic_received" in seeker.kinds(number)
    seeker.at("2026-12-14 09:00")
    seeker.once()
    assert [draft["To"] for draft in seeker.drafts()] == ["Dana Fox <dana@acme.example>"]


def test_out_of_office_because_retired_goes_on_with_the_next_person(seeker: Seeker) -> None:
    """Who has left for good is not written to again."""
    number = silent(seeker, DANA, KIM)
    note = seeker.letter_from(
        DANA,
        "Out of office: Your interview",
        headers={"Auto-Submitted": "auto-replied"},
        body="Hello,\n\nI have retired and no longer work at Acme.\n\nDana Fox\n",
    )
    seeker.receives(note)
    seeker.at("2026-12-08 09:00")
    seeker.once()
    _goes_on(seeker, number)
    assert [draft["To"] for draft in seeker.drafts()] == ["Kim Lee <kim@acme.example>"]
    assert "no longer there" in " ".join(seeker.told("show", str(number)).out.split())


def test_an_absence_note_outside_the_thread_moves_the_step_to_the_return(seeker: Seeker) -> None:
    """It comes as a new mail without a reference, and names the day of return."""
    number = silent(seeker)
    note = seeker.letter_from(
        DANA,
        "Automatische Antwort: Backend Engineer",
        body="Guten Tag,\n\nich bin ab dem 14.12.2026 wieder im Büro.\n\nDana Fox\n",
    )
    seeker.receives(note)
    for moment in ("2026-12-08 09:00", "2026-12-11 17:00"):
        seeker.at(moment)
        seeker.once()
        _goes_on(seeker, number)
        assert seeker.drafts() == []
    seeker.at("2026-12-16 12:00")
    seeker.once()
    assert len(seeker.drafts()) == 1


def test_the_stand_in_of_an_absence_note_is_shown_and_not_written_to(seeker: Seeker) -> None:
    """Whether to write to somebody new is the user's decision."""
    number = silent(seeker)
    note = seeker.letter_from(
        DANA,
        "Out of office",
        headers={"Auto-Submitted": "auto-replied"},
        body=(
            "I am out of the office until 11 December 2026.\n"
            "In urgent cases please contact my colleague Max Muster <max@acme.example>.\n"
        ),
    )
    seeker.receives(note)
    seeker.once()
    _goes_on(seeker, number)
    assert "max@acme.example" in " ".join(seeker.told("show", str(number)).out.split())
    seeker.at("2026-12-16 12:00")
    seeker.once()
    assert all("max@" not in draft["To"] for draft in seeker.drafts())


def test_the_sent_copy_with_in_reply_to_is_not_the_reply(seeker: Seeker) -> None:
    """Neither in Sent nor where a rule copies it into the inbox the moment it goes out."""
    number, check_in = checked_in(seeker)
    seeker.writes(DANA, "Re: Your interview", in_reply_to=check_in["Message-ID"])
    seeker.writes(DANA, "Re: Your interview", folder="INBOX", in_reply_to=check_in["Message-ID"])
    seeker.once()
    _goes_on(seeker, number)


def test_the_sent_copy_of_an_alias_is_not_the_reply(seeker: Seeker) -> None:
    """The user answers in the thread from a second address of theirs."""
    number, check_in = checked_in(seeker)
    seeker.receives(
        mail(
            sender="Robin Doe <r.doe+jobs@example.org>",
            to=f"{DANA.name} <{DANA.address}>",
            subject="Re: Your interview",
            in_reply_to=check_in["Message-ID"],
            date="Tue, 08 Dec 2026 09:00:00 +0100",
        )
    )
    seeker.once()
    _goes_on(seeker, number)


@pytest.fixture
def second_mailbox(seeker: Seeker) -> Iterator[UserMailbox]:
    """The mailbox of a second account of the user's, with an address of its own."""
    name = f"robin-two-{uuid.uuid4().hex[:10]}"
    other = UserMailbox(name, seeker.mailbox.server, seeker.mailbox.context)
    text = seeker.config.read_text(encoding="utf-8")
    account = text[text.index("[[accounts]]") :].replace('"personal"', '"work"')
    account = account.replace("robin@example.org", "robin@work.example")
    account = account.replace('"r.doe@example.org"', "").replace(seeker.mailbox.name, name)
    seeker.config.write_text(text + account, encoding="utf-8")
    yield other
    other.close()


def test_the_copy_sent_from_a_second_mailbox_is_not_the_reply(
    seeker: Seeker, second_mailbox: UserMailbox
) -> None:
    """It lies in Sent there and arrives here, and refers to the check-in."""
    number, check_in = checked_in(seeker)
    own = mail(
        sender="Robin Doe <robin@work.example>",
        to="Dana Fox <dana@acme.example>, Robin Doe <robin@example.org>",
        subject="Re: Your interview",
        in_reply_to=check_in["Message-ID"],
        date="Tue, 08 Dec 2026 09:00:00 +0100",
    )
    second_mailbox.looking.append("Sent", own, flags=[b"\\Seen"])
    seeker.receives(own)
    assert seeker.once() == []
    _goes_on(seeker, number)
    assert seeker.kinds(number).count("wrote_by_hand") == 1


@pytest.mark.parametrize("company", ["Workable", "Workable Software"])
def test_the_applicant_tracking_host_is_not_the_employer(seeker: Seeker, company: str) -> None:
    """Other firms' mail through Workable is nothing to a company of that name."""
    number = silent(seeker, ANA, company=company)
    before = seeker.kinds(number)
    for firm, address in (
        ("Borea", "noreply@candidates.workablemail.com"),
        ("Cetus Labs", "jobs@cetus.workable.com"),
        ("Dorado Inc.", "noreply@workable.com"),
    ):
        sender = Person(f"{firm} via Workable", address, Part.RECRUITER)
        for text in (
            f"We have received your application to {firm}. Powered by Workable.\n",
            f"Unfortunately {firm} has decided to move forward with other candidates.\n",
        ):
            seeker.receives(
                seeker.letter_from(sender, f"Your application to {firm} | Workable", body=text)
            )
    seeker.once()
    assert seeker.kinds(number) == before
    assert seeker.status(number) is Status.SILENT
    seeker.receives(seeker.letter_from(ANA, "Your interview", body="We would like to hire you.\n"))
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED


def test_an_applicant_tracking_acknowledgement_is_no_answer_and_the_rejection_after_it_is(
    seeker: Seeker,
) -> None:
    """Both come from one no-reply address, and both bear List-Unsubscribe."""
    number = silent(seeker)
    received = seeker.letter_from(
        GREENHOUSE,
        "Thank you for applying to Acme",
        headers=UNSUBSCRIBE,
        body=(
            "Hi Robin,\n\nThank you for your interest in Acme! We have received your application "
            "for the Backend Engineer position and will review it shortly. If your profile "
            "matches, we will be in touch.\n\nAcme Recruiting\n"
        ),
    )
    seeker.receives(received)
    seeker.once()
    _goes_on(seeker, number)
    refused = seeker.letter_from(
        GREENHOUSE,
        "Your application for Backend Engineer at Acme",
        headers=UNSUBSCRIBE,
        body=(
            "Hi Robin,\n\nThank you for taking the time to interview with us for the Backend "
            "Engineer role at Acme. After careful consideration we have decided to move forward "
            "with other candidates. We wish you all the best in your search.\n\nAcme Recruiting\n"
        ),
    )
    seeker.receives(refused)
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    [row] = seeker.told("list", "--json").json
    assert (row["outcome"], row["unresolved"]) == ("rejection", 0)


def test_a_bounce_in_the_thread_does_not_clear_the_reminder(seeker: Seeker) -> None:
    """It refers to the user's mail as an answer would."""
    number, check_in = checked_in(seeker, DANA, KIM)
    sent_as = check_in["Message-ID"]
    raw = (
        "From: Mail Delivery Subsystem <mailer-daemon@mx.example>\n"
        "To: robin@example.org\n"
        f"Subject: Re: {check_in['Subject']}\n"
        "Date: Tue, 08 Dec 2026 09:00:00 +0100\n"
        "Message-ID: <bounced@mx.example>\n"
        f"In-Reply-To: {sent_as}\nReferences: {sent_as}\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nAddress not found.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; dana@acme.example\nAction: failed\nStatus: 5.1.1\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {sent_as}\n\n--b--\n"
    )
    seeker.receives(raw.replace("\n", "\r\n").encode())
    seeker.once()
    _goes_on(seeker, number)
    assert [draft["To"] for draft in seeker.drafts()] == ["Kim Lee <kim@acme.example>"]


@pytest.mark.parametrize("state", ["ACCEPTED", "DECLINED"])
def test_a_calendars_reply_is_no_answer(seeker: Seeker, state: str) -> None:
    """Somebody pressed a button in their calendar, in the thread or outside it."""
    number, check_in = checked_in(seeker)
    calendar = event(
        "SUMMARY:Call",
        "DTSTART:20261210T090000Z",
        "ORGANIZER:mailto:robin@example.org",
        f"ATTENDEE;PARTSTAT={state}:mailto:dana@acme.example",
        method="REPLY",
    )
    seeker.receives(
        seeker.invitation_from(
            DANA, "Accepted: Call", calendar, method="REPLY", In_Reply_To=check_in["Message-ID"]
        )
    )
    seeker.once()
    _goes_on(seeker, number)


def test_a_read_receipt_is_no_answer(seeker: Seeker) -> None:
    """That a mail was displayed says nothing (RFC 8098)."""
    number, check_in = checked_in(seeker)
    receipt = (
        "From: Dana Fox <dana@acme.example>\nTo: robin@example.org\nSubject: Read: hello\n"
        "Date: Tue, 08 Dec 2026 09:00:00 +0100\nMessage-ID: <read@acme.example>\n"
        f"In-Reply-To: {check_in['Message-ID']}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour message was read.\n"
        "--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822; dana@acme.example\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
    )
    seeker.receives(receipt.replace("\n", "\r\n").encode())
    seeker.once()
    _goes_on(seeker, number)


def _thanked(seeker: Seeker, answer: str) -> int:
    """The user has thanked for the interview, and Dana answers that."""
    seeker.at("2026-12-01 17:00")
    number = seeker.add((DANA,))
    seeker.once()
    [(uid, thanks)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.once()
    seeker.at("2026-12-01 18:00")
    seeker.receives(
        seeker.letter_from(
            DANA,
            f"Re: {thanks['Subject']}",
            in_reply_to=thanks["Message-ID"],
            body=answer,
        )
    )
    seeker.once()
    return number


def test_a_reply_to_the_thank_you_keeps_the_interview_waiting(seeker: Seeker) -> None:
    """A kind word back decides nothing, and asks the user nothing."""
    number = _thanked(seeker, "Hi Robin,\n\nThanks, great to meet you too!\n\nBest,\nDana\n")
    assert seeker.status(number) is Status.WAITING
    assert seeker.history(number).possible == ()


@pytest.mark.parametrize("answer", ["Thanks!\n", "Danke!\n", "Merci !\n", "¡Gracias!\n"])
def test_one_word_of_thanks_is_not_taken_for_the_answer(seeker: Seeker, answer: str) -> None:
    """At the most the user is asked; the follow-ups are not ended unasked."""
    assert seeker.status(_thanked(seeker, answer)) is Status.WAITING
