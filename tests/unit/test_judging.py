"""One mail is judged: whose it is, what it is, what it says, and by which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from followupd.domain.events import Layer, Meaning, Place
from followupd.domain.verdicts import is_sure
from followupd.domain.workdays import Workdays
from followupd.reading.automatic import Kind
from followupd.reading.body import Body, read_body
from followupd.reading.invitation import may_be_invitation
from followupd.reading.matching import Candidate, Index
from followupd.reading.message import read_headers
from followupd.service.answers import decides
from followupd.service.judging import Judge, Judgement, prepare
from tests.support.calendars import GOOGLE, event
from tests.support.delivery import mail

BERLIN = ZoneInfo("Europe/Berlin")
OWN = frozenset({"robin@example.org"})
WEDNESDAY = datetime(2026, 12, 9, 10, tzinfo=BERLIN)

ACME = Candidate(
    interview_id=7,
    company="Acme",
    role="Backend Engineer",
    addresses=("dana@acme.example",),
    message_ids=frozenset({"<ours@example.org>"}),
    names=("Dana Fox",),
)

MEETS = event(
    "SUMMARY:Second interview",
    "DTSTART:20261214T130000Z",
    "ORGANIZER;CN=Dana Fox:mailto:dana@acme.example",
    "ATTENDEE:mailto:robin@example.org",
)


class Reading:
    """A mail's text as a server hands it out; counts how often it is asked for."""

    def __init__(self, raw: bytes, *, refused: bool = False) -> None:
        self.raw = raw
        self.refused = refused
        self.asked = 0

    def __call__(self) -> Body | None:
        """The parts, or None where they are not handed out."""
        self.asked += 1
        return None if self.refused else read_body(self.raw)


def judged(raw: bytes, *, refused: bool = False) -> Judgement:
    """Judge a mail of Wednesday, 9 December 2026."""
    return counted(raw, refused=refused)[0]


def counted(raw: bytes, *, refused: bool = False) -> tuple[Judgement, int]:
    """Judge a mail; the judgement, and how often its text was fetched."""
    judge = Judge(Index.build([ACME]), OWN, Workdays(BERLIN))
    message = read_headers(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    reading = Reading(raw, refused=refused)
    found = judge.judge(message, message.date or WEDNESDAY, reading)
    return found, reading.asked


def dana(body: str, subject: str = "News", **more: str) -> bytes:
    """A mail of Dana's."""
    return mail(subject=subject, body=body, date="Wed, 09 Dec 2026 10:00:00 +0100", headers=more)


def invitation(calendar: str, method: str = "REQUEST", text: str = "See you.") -> bytes:
    """A mail of Dana's with a calendar in it."""
    lines = (
        "From: Dana Fox <dana@acme.example>",
        "To: robin@example.org",
        "Subject: Second interview",
        "Date: Wed, 09 Dec 2026 10:00:00 +0100",
        "Message-ID: <invites@acme.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
        "--b",
        f"Content-Type: text/calendar; charset=utf-8; method={method}",
        "",
        *calendar.splitlines(),
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode()


def test_a_known_persons_mail_is_judged_with_its_words() -> None:
    """Whose it is, that a person wrote it, what it says, and where it says so."""
    found = judged(dana("We regret to inform you that you have not been selected.\n"))
    assert found.match is not None
    assert (found.match.interview_ids, found.match.layer) == ((7,), Layer.ADDRESS)
    assert found.sorted.kind is Kind.PERSON
    assert found.verdict is not None
    assert found.verdict.meaning is Meaning.REJECTION
    assert is_sure(found.verdict)
    assert "not been selected" in found.verdict.evidence[0].words
    assert found.verdict.evidence[0].place is Place.TEXT


def test_mail_that_concerns_no_interview_is_never_read() -> None:
    """Its text is not fetched, and nothing is said of it."""
    raw = mail(sender="Eva Oh <eva@elsewhere.example>", subject="Dinner on Friday?")
    found, asked = counted(raw)
    assert (asked, found.match, found.verdict) == (0, None, None)


def test_a_text_is_fetched_once_at_most() -> None:
    """Matching, sorting and understanding share it."""
    _, asked = counted(dana("Hello.\n"))
    assert asked == 1


def test_a_mail_whose_text_is_not_handed_out_says_nothing() -> None:
    """Whose it is is known from its headers all the same."""
    found = judged(dana("We regret to inform you.\n"), refused=True)
    assert found.match is not None
    assert found.match.layer is Layer.ADDRESS
    assert (found.verdict, found.body, found.invitation) == (None, None, None)


@pytest.mark.parametrize("headers", [{"Auto-Submitted": "auto-generated"}, {"X-Autoreply": "yes"}])
def test_what_a_machine_decided_is_read_and_stays_a_machines(headers: dict[str, str]) -> None:
    """Some systems mark as automatic what a person decided; what it is does not change by it."""
    found = judged(dana("We regret to inform you that you were not selected.\n", **headers))
    assert found.sorted.kind is Kind.AUTOMATIC
    assert found.verdict is not None
    assert found.verdict.meaning is Meaning.REJECTION


def test_an_absence_note_says_nothing() -> None:
    """Whatever words it is made of."""
    text = "I am out of the office. We regret to inform you that you were not selected.\n"
    found = judged(dana(text, **{"Auto-Submitted": "auto-replied"}))
    assert found.sorted.kind is Kind.ABSENCE
    assert found.verdict is None


def test_own_mail_has_no_verdict() -> None:
    """Whatever it says, in the thread or outside."""
    raw = mail(
        sender="Robin Doe <Robin@Example.org>",
        to="Dana Fox <dana@acme.example>",
        in_reply_to="<ours@example.org>",
        body="Unfortunately I have decided to decline your offer.\n",
    )
    found = judged(raw)
    assert (found.sorted.kind, found.verdict) == (Kind.OWN, None)


def test_bulk_marks_prove_nothing_for_an_answer_to_the_users_mail() -> None:
    """Recruiting systems put List-Unsubscribe on a recruiter's own mail."""
    raw = mail(
        sender="Acme <no-reply@us.greenhouse-mail.io>",
        in_reply_to="<ours@example.org>",
        headers={"List-Unsubscribe": "<https://x.example/u>"},
        body="We have decided to move forward with other candidates.\n",
    )
    found = judged(raw)
    assert found.match is not None
    assert (found.match.layer, found.sorted.kind) == (Layer.REFERENCE, Kind.PERSON)
    assert found.verdict is not None
    assert found.verdict.meaning is Meaning.REJECTION


@pytest.mark.parametrize(
    "subject", ["Re: Offer letter", "AW: Vertragsangebot", "RE: Congratulations"]
)
def test_the_subject_of_an_answer_is_the_other_sides(subject: str) -> None:
    """What the user wrote over the thread is not what they answer."""
    raw = mail(subject=subject, in_reply_to="<ours@example.org>", body="Call me.\n")
    found = judged(raw)
    assert found.verdict is not None
    assert all(words.place is not Place.SUBJECT for words in found.verdict.evidence)


def test_who_names_the_day_has_not_decided_yet() -> None:
    """The day is counted from the mail's date; the words that name it are the evidence."""
    found = judged(dana("Hi Robin,\n\nyou will hear from us by next Friday.\n\nDana\n"))
    verdict = found.verdict
    assert verdict is not None
    assert verdict.meaning is Meaning.STILL_DECIDING
    assert is_sure(verdict)
    assert verdict.decision_by is not None
    assert verdict.decision_by > date(2026, 12, 9)
    assert verdict.decision_words in "you will hear from us by next Friday."


def test_a_day_beside_a_rejection_puts_nothing_off() -> None:
    """It is over, whatever they send by Friday."""
    text = (
        "Hi Robin,\n\nwe regret to inform you that you have not been selected. We will send you "
        "your travel expenses by Friday.\n"
    )
    verdict = judged(dana(text)).verdict
    assert verdict is not None
    assert (verdict.meaning, verdict.decision_by) == (Meaning.REJECTION, None)


def test_the_day_is_counted_in_the_senders_zone() -> None:
    """What is Friday evening in Los Angeles is Saturday in Berlin."""
    raw = mail(
        subject="Update",
        body="Hi Robin,\n\nno decision yet. We will let you know tomorrow.\n\nDana\n",
        date="Thu, 10 Dec 2026 20:00:00 -0800",
    )
    verdict = judged(raw).verdict
    assert verdict is not None
    assert verdict.decision_by == date(2026, 12, 11)


def test_an_invitation_says_that_they_want_to_meet() -> None:
    """It says when, and the invitation itself is the first evidence."""
    found = judged(invitation(MEETS))
    assert found.sorted.kind is Kind.INVITATION
    verdict = found.verdict
    assert verdict is not None
    assert (verdict.meaning, is_sure(verdict)) == (Meaning.NEXT_ROUND, True)
    assert verdict.meets_at == datetime(2026, 12, 14, 13, tzinfo=UTC)
    assert verdict.evidence[0].place is Place.INVITATION
    assert "Second interview" in verdict.evidence[0].words


def test_a_plain_rejection_beside_an_invitation_stands() -> None:
    """A call to explain why not; the invitation is told as what speaks against."""
    text = "We regret to inform you that you have not been selected. We offer a feedback call."
    verdict = judged(invitation(MEETS, text=text)).verdict
    assert verdict is not None
    assert verdict.meaning is Meaning.REJECTION
    assert Place.INVITATION in {words.place for words in verdict.against}


@pytest.mark.parametrize(
    ("method", "calendar"),
    [
        ("CANCEL", MEETS.replace("METHOD:REQUEST", "METHOD:CANCEL")),
        ("REQUEST", MEETS.replace("SUMMARY:", "STATUS:CANCELLED\nSUMMARY:")),
    ],
)
def test_an_invitation_that_is_taken_back_is_no_next_round(method: str, calendar: str) -> None:
    """By its method, or by the status that some calendars send instead (RFC 5545, 3.8.1.11)."""
    found = judged(invitation(calendar, method))
    assert found.sorted.kind is Kind.CANCELLATION
    verdict = found.verdict
    assert verdict is not None
    assert verdict.meaning is Meaning.OTHER
    assert "takes the invitation" in verdict.evidence[0].words


def test_an_answer_to_the_users_own_invitation_is_a_calendars() -> None:
    """Its subject is the title of what was asked for, and says nothing by itself."""
    found = judged(invitation(MEETS.replace("METHOD:REQUEST", "METHOD:REPLY"), "REPLY"))
    assert found.sorted.kind is Kind.CALENDAR_REPLY
    assert not decides(found.verdict)


def test_an_absence_told_by_the_subject_alone_hides_no_answer() -> None:
    """People write such subjects as well: what the text says is read."""
    text = "Hi Robin,\n\nwe would like to invite you to a second interview on Friday.\n\nDana\n"
    found = judged(dana(text, subject="OOO: moving our interview"))
    assert found.sorted.kind is Kind.ABSENCE
    assert decides(found.verdict)


def test_an_invitation_whose_time_cannot_be_read_still_invites() -> None:
    """When it is to be held is then not known."""
    calendar = MEETS.replace("20261214T130000Z", "soon")
    verdict = judged(invitation(calendar)).verdict
    assert verdict is not None
    assert (verdict.meaning, verdict.meets_at) == (Meaning.NEXT_ROUND, None)


def test_hostile_words_are_clean_in_a_judgement() -> None:
    """Whatever a title or a text holds, what is quoted from it can be printed."""
    evil = "\x1b[2J\u202e"
    calendar = MEETS.replace("Second interview", f"Second {evil}interview")
    for raw in (
        invitation(calendar),
        dana(f"We regret to inform you that you were not selected. {evil}\n"),
    ):
        verdict = judged(raw).verdict
        assert verdict is not None
        assert verdict.evidence
        assert all(words.words.isprintable() for words in verdict.evidence)
        assert all(len(words.words) <= 120 for words in (*verdict.evidence, *verdict.against))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Subject: Lunch\r\nContent-Type: text/calendar; method=REQUEST", True),
        ("Subject: Interview with Acme\r\nContent-Type: multipart/mixed; boundary=b", True),
        ("Subject: Vorstellungsgespräch\r\nContent-Type: multipart/mixed; boundary=b", True),
        ("Subject: Lunch\r\nContent-Type: multipart/alternative; boundary=b", False),
        ("Subject: Interview with Acme\r\nContent-Type: text/plain", False),
        (
            "List-Id: <x.example>\r\nSubject: Interview with Acme\r\nContent-Type: multipart/mixed",
            False,
        ),
        (
            "Sender: calendar-notification@google.com\r\nContent-Type: multipart/mixed",
            True,
        ),
    ],
)
def test_strangers_mail_is_read_only_where_it_may_invite_to_an_interview(
    head: str, *, expected: bool
) -> None:
    """By its headers alone; most mail is never fetched."""
    message = read_headers(f"From: eva@borea.example\r\n{head}\r\n\r\n".encode())
    assert may_be_invitation(message) is expected


def test_a_strangers_invitation_is_read_and_belongs_to_nothing() -> None:
    """It may be suggested; it answers no interview."""
    raw = invitation(GOOGLE.replace("acme", "borea"))
    raw = raw.replace(b"dana@acme.example", b"jo@borea.example")
    found, asked = counted(raw.replace(b"Dana Fox", b"Jo May"))
    assert (asked, found.match) == (1, None)
    assert found.invitation is not None


def test_what_mail_is_read_with_can_be_loaded_beforehand() -> None:
    """A broken data file shows then, and not with the first answer."""
    prepare()
    assert counted(dana("We will let you know by Friday.\n"))[0].verdict is not None
