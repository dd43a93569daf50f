"""Which mail answers an interview, on a real server, folder by folder."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from followupd.domain.interview import Part, Person, Status
from followupd.service.opener import Opener
from followupd.service.passes import AccountPass
from tests.support.delivery import mail
from tests.support.seeker import DANA, KIM
from tests.support.silence import silent

if TYPE_CHECKING:
    from tests.support.seeker import Seeker


@pytest.mark.parametrize("folder", ["Archive", "Junk", "Trash", "Recruiting"])
def test_a_reply_that_a_filter_filed_elsewhere_is_found(seeker: Seeker, folder: str) -> None:
    """Whatever folder a server-side rule or a hasty hand put the answer in."""
    if folder == "Recruiting":
        seeker.mailbox.looking.create_folder(folder)
    number = silent(seeker)
    seeker.mailbox.looking.append(folder, seeker.letter_from(DANA, "Good news"))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.drafts() == []


def test_a_reply_between_planning_and_append_stops_the_draft(seeker: Seeker) -> None:
    """The mailbox is looked at once more immediately before the draft is laid."""
    number = silent(seeker)
    seeker.at("2026-12-08 09:00")
    account = seeker.world.settings.accounts[0]
    connection = Opener(account)()
    work = AccountPass(seeker.world, account, connection)
    work.read()
    assert [step.step for step in seeker.plan(number).queue] == ["check-in"]
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    work.act([number])
    connection.logout()
    assert seeker.status(number) is Status.ANSWERED
    assert seeker.drafts() == []
    assert "draft_queued" not in seeker.kinds(number)


def test_the_plan_does_not_end_while_an_answer_lies_there(seeker: Seeker) -> None:
    """Before it closes an interview, too, the mailbox is looked at once more."""
    number = silent(seeker)
    for moment in ("2026-12-08 09:00", "2026-12-11 09:00"):
        seeker.at(moment)
        seeker.once()
        [(uid, _)] = seeker.lying_in("Drafts")
        seeker.sends(uid)
        seeker.once()
    seeker.at("2027-01-11 09:00")
    account = seeker.world.settings.accounts[0]
    connection = Opener(account)()
    work = AccountPass(seeker.world, account, connection)
    assert seeker.plan(number).close is not None
    seeker.mailbox.looking.append(
        "Archive", seeker.letter_from(DANA, "About us", body="We would like to hire you.\n")
    )
    work.act([number])
    connection.logout()
    assert seeker.status(number) is Status.ANSWERED
    assert "closed" not in seeker.kinds(number)


def test_own_sent_copies_answer_nothing(seeker: Seeker) -> None:
    """The user's own mail carries In-Reply-To and the recruiter's address, and is no reply."""
    number = silent(seeker)
    seeker.writes(DANA, "Re: Your interview", in_reply_to="<x@acme.example>")
    seeker.writes(DANA, "Re: Your interview, again", folder="INBOX")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert seeker.kinds(number).count("wrote_by_hand") == 2


def test_own_mail_from_an_alias_answers_nothing(seeker: Seeker) -> None:
    """A second address of the user's is still the user."""
    number = silent(seeker)
    raw = mail(
        sender="Robin <R.Doe+jobs@example.org>",
        to=f"{DANA.name} <{DANA.address}>",
        subject="Re: Your interview",
        date="Tue, 08 Dec 2026 08:00:00 +0100",
    )
    seeker.receives(raw)
    seeker.once()
    assert seeker.status(number) is Status.SILENT


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Out of office", {"Auto-Submitted": "auto-replied"}),
        ("自动回复: Your interview", {}),
        ("Abwesenheitsnotiz: Your interview", {}),
        ("Your application", {"Precedence": "auto_reply"}),
    ],
)
def test_absence_notes_answer_nothing(
    seeker: Seeker, subject: str, headers: dict[str, str]
) -> None:
    """In any language, with or without a header, inside the thread or outside."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, subject, headers=headers))
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert "automatic_received" in seeker.kinds(number)


def test_a_newsletter_from_the_same_domain_answers_nothing(seeker: Seeker) -> None:
    """Nor does it hold the check-in back: it is nobody's answer."""
    number = silent(seeker)
    news = Person("Acme News", "news@acme.example", Part.RECRUITER)
    bulk = {"List-Unsubscribe": "<https://acme.example/u>", "List-Id": "<news.acme.example>"}
    seeker.receives(seeker.letter_from(news, "Acme Backend Engineer digest", headers=bulk))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert seeker.history(number).possible == ()
    assert len(seeker.drafts()) == 1


def _bounce(of: str, to: str, status: str = "5.1.1", number: int = 1) -> bytes:
    """A delivery status notification (RFC 3464) for one of the user's mails."""
    message = EmailMessage()
    message["From"] = "Mail Delivery System <MAILER-DAEMON@example.org>"
    message["To"] = "robin@example.org"
    message["Subject"] = "Undelivered Mail Returned to Sender"
    message["Date"] = "Tue, 08 Dec 2026 12:00:00 +0100"
    message["Message-ID"] = f"<bounce{number}@example.org>"
    message["Auto-Submitted"] = "auto-replied"
    raw = message.as_bytes().rstrip() + (
        b"\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nNot delivered.\n"
        b"--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.example.org\n\n"
        b"Final-Recipient: rfc822; "
        + to.encode()
        + b"\nAction: failed\nStatus: "
        + status.encode()
        + b"\n"
        b"--b\nContent-Type: text/rfc822-headers\n\n"
        b"Message-ID: " + of.encode() + b"\nTo: " + to.encode() + b"\n\n--b--\n"
    )
    return raw.replace(b"\n", b"\r\n")


def test_a_bounce_answers_nothing_and_moves_on_to_the_next_person(seeker: Seeker) -> None:
    """Mail to the recruiter comes back: the check-in goes to the hiring manager."""
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA, KIM))
    seeker.once()
    [(uid, check_in)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.once()
    seeker.at("2026-12-08 12:01")
    seeker.receives(_bounce(check_in["Message-ID"], DANA.address))
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert [draft["To"] for draft in seeker.drafts()] == ["Kim Lee <kim@acme.example>"]


def test_a_mail_that_comes_back_for_good_after_a_while_is_known_to(seeker: Seeker) -> None:
    """First the mailbox was full, then it was gone: both reports are about one mail."""
    seeker.at("2026-12-08 09:00")
    number = seeker.add((DANA, KIM))
    seeker.once()
    [(uid, check_in)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.once()
    seeker.at("2026-12-08 12:01")
    for nth, (status, bounced) in enumerate([("5.2.2", set()), ("5.1.1", {DANA.address})]):
        seeker.receives(_bounce(check_in["Message-ID"], DANA.address, status, nth))
        seeker.once()
        assert seeker.history(number).bounced == bounced


def test_a_bounce_of_something_else_changes_nothing(seeker: Seeker) -> None:
    """A bounce that names no mail of an interview is somebody else's trouble."""
    number = silent(seeker)
    before = seeker.kinds(number)
    seeker.receives(_bounce("<unknown@example.org>", DANA.address))
    seeker.once()
    assert seeker.kinds(number) == before


def test_two_roles_at_one_company_stay_apart(seeker: Seeker) -> None:
    """One recruiter, two roles: the thread tells, then the role in the subject, else it asks."""
    seeker.at("2026-12-08 08:00")
    engineer = seeker.add((DANA,), role="Backend Engineer")
    designer = seeker.add((DANA,), role="Product Designer")
    seeker.once()
    seeker.receives(seeker.letter_from(DANA, "The Product Designer position"))
    seeker.once()
    assert seeker.status(designer) is Status.ANSWERED
    assert seeker.status(engineer) is Status.SILENT
    seeker.at("2026-12-08 09:00")
    seeker.once()
    [(uid, check_in)] = seeker.lying_in("Drafts")
    seeker.sends(uid)
    seeker.once()
    seeker.receives(seeker.letter_from(DANA, "Re: hello", in_reply_to=check_in["Message-ID"]))
    seeker.once()
    assert seeker.status(engineer) is Status.ANSWERED
    assert seeker.kinds(designer).count("reply_received") == 1


def test_one_recruiter_for_two_roles_gets_one_draft_at_a_time(seeker: Seeker) -> None:
    """Nobody gets two check-ins on one morning, however many interviews they handle."""
    seeker.at("2026-12-08 09:00")
    seeker.add((DANA,), role="Backend Engineer")
    seeker.add((DANA,), role="Product Designer")
    seeker.once()
    assert len(seeker.drafts()) == 1


def test_a_mail_that_no_parser_likes_is_recorded_and_passed_over(seeker: Seeker) -> None:
    """The poison mail is written down with its UID; the mail behind it is read."""
    number = silent(seeker)
    client = seeker.mailbox.looking
    client.append("INBOX", b"\r\n\r\n")
    client.append("INBOX", b"From: \xff\xfe=?x?Q?=FF?= <a@b\r\nSubject: =?utf-99?B?!!?=\r\n\r\nx")
    seeker.receives(seeker.letter_from(DANA, "Good news"))
    assert seeker.once() == []
    assert seeker.status(number) is Status.ANSWERED
    with seeker.world.store.look() as reading:
        assert [mail.folder for mail in reading.unreadable("personal")] == ["INBOX"]


def test_mail_from_before_the_interview_is_no_answer(seeker: Seeker) -> None:
    """Arranging the interview is not answering it."""
    seeker.at("2026-11-30 10:00")
    number = seeker.add()
    seeker.once()
    seeker.receives(seeker.letter_from(DANA, "Tomorrow at two?"))
    seeker.once()
    assert seeker.status(number) is Status.UPCOMING
    seeker.at("2026-12-01 15:00")
    assert seeker.status(number) is Status.WAITING
    assert seeker.kinds(number)[-1] == "thread_found"


def test_a_friends_mail_is_no_answer(seeker: Seeker) -> None:
    """Whom the user asked to find out writes about many things; their answer is asked about."""
    friend = Person("Ira Poe", "ira@example.net", Part.NETWORK)
    seeker.at("2026-12-08 08:00")
    number = seeker.add((DANA, friend))
    seeker.once()
    seeker.receives(seeker.letter_from(friend, "Dinner on Friday?"))
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert seeker.history(number).possible == ()


def test_a_persons_plus_address_is_the_person(seeker: Seeker) -> None:
    """An absence note from dana+jobs@ moves Dana's step; a mail to it counts as written."""
    number = silent(seeker)
    token = Person("Dana Fox", "Dana+jobs@acme.example", Part.RECRUITER)
    note = seeker.letter_from(
        token,
        "Out of office",
        headers={"Auto-Submitted": "auto-replied"},
        body="I am out of the office until 10 December 2026.\n",
    )
    seeker.receives(note)
    seeker.once()
    assert set(seeker.history(number).absences) == {"dana@acme.example"}
    seeker.writes(token, "Where do things stand?")
    seeker.once()
    assert [mail.address for mail in seeker.history(number).written] == ["dana@acme.example"]
    seeker.receives(seeker.letter_from(token, "Good news"))
    seeker.once()
    assert seeker.status(number) is Status.ANSWERED


@pytest.mark.parametrize(
    ("person", "subject"),
    [
        (DANA, "Your interview with us"),
        (Person("Acme Recruiting", "no-reply@greenhouse.io", Part.RECRUITER), "News from Acme"),
    ],
)
def test_a_recruiters_mail_that_looks_like_bulk_is_asked_about(
    seeker: Seeker, person: Person, subject: str
) -> None:
    """Applicant-tracking systems mark real recruiters' mail as bulk: the user decides."""
    number = silent(seeker)
    marks = {"List-Unsubscribe": "<https://greenhouse.example/u>", "Feedback-ID": "1:2:3"}
    seeker.receives(seeker.letter_from(person, subject, headers=marks))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    assert len(seeker.history(number).possible) == 1
    assert seeker.drafts() == []


def test_a_late_delivery_of_mail_from_before_the_interview_is_no_answer(seeker: Seeker) -> None:
    """A mail that was written days before the interview answers nothing, whenever it comes."""
    number = silent(seeker)
    seeker.receives(seeker.letter_from(DANA, "See you then", ago=timedelta(days=9)))
    seeker.at("2026-12-08 09:00")
    seeker.once()
    assert seeker.status(number) is Status.SILENT
    [draft] = seeker.drafts()
    assert draft["Subject"] == "Re: See you then"
