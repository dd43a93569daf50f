"""Automatic mail is told from people's, and a person's mail is never taken for it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.automatic import Kind, Sorted, needs_body, sort
from followupd.reading.body import Action, Body, DeliveryReport, ReportKind
from followupd.reading.message import Message, read_headers

OWN = frozenset({"Robin@Example.org"})


def mail(
    *headers: str, subject: str = "Your interview", sender: str = "Dana@acme.example"
) -> Message:
    """The headers of a mail from Dana, and what else is given."""
    date_line = "Date: Mon, 4 Jan 2027 10:00:00 +0100"
    lines = [f"From: {sender}", f"Subject: {subject}", date_line, *headers]
    return read_headers("\r\n".join(lines).encode())


def text(words: str) -> Body:
    """A body of plain text."""
    return Body(words, None, None)


def delivery(action: Action | None) -> Body:
    """The body of a delivery report."""
    return Body("", None, DeliveryReport(ReportKind.DELIVERY_STATUS, action, (), None))


def told(message: Message, body: Body | None = None, *, answers_ours: bool = False) -> Sorted:
    """What a mail is to Robin."""
    return sort(message, own_addresses=OWN, body=body, answers_ours=answers_ours)


REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=x"


@pytest.mark.parametrize(
    "header",
    [
        "X-Auto-Response-Suppress: All",
        "Return-Path: <>",
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "X-MS-Exchange-Inbox-Rules-Loop: robin@example.org",
        "Precedence: normal",
        "X-Mailer: Greenhouse",
    ],
)
def test_what_proves_nothing_alone_leaves_a_mail_a_persons(header: str) -> None:
    """These headers are on real answers."""
    assert told(mail(header)).kind is Kind.PERSON


def test_a_no_reply_address_is_no_proof() -> None:
    """Offers and rejections come from no-reply addresses."""
    assert told(mail(sender="no-reply@greenhouse.io")).kind is Kind.PERSON


def test_the_users_own_copy_is_never_a_reply() -> None:
    """Not with In-Reply-To, not from a plus-address, not with automatic headers."""
    message = mail(
        "In-Reply-To: <a@b>", "Auto-Submitted: auto-replied", sender="ROBIN+jobs@example.org"
    )
    assert told(message, answers_ours=True).kind is Kind.OWN


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (Action.FAILED, Kind.BOUNCE),
        (Action.DELAYED, Kind.DELIVERY_NOTE),
        (Action.RELAYED, Kind.DELIVERY_NOTE),
        (Action.DELIVERED, Kind.DELIVERY_NOTE),
        (None, Kind.BOUNCE),
    ],
)
def test_a_delivery_report_goes_by_its_action(action: Action | None, kind: Kind) -> None:
    """Only `failed` is a bounce; a later delivery is none."""
    assert told(mail(REPORT), delivery(action)).kind is kind


def test_a_read_receipt_is_no_reply() -> None:
    """RFC 8098."""
    header = "Content-Type: multipart/report; report-type=disposition-notification"
    assert told(mail(header, subject="Read: Checking in")).kind is Kind.READ_RECEIPT


def test_failed_recipients_are_a_bounce_and_a_delay_is_not() -> None:
    """X-Failed-Recipients, which Gmail puts on notes of delay as well."""
    failed = "X-Failed-Recipients: dana@acme.example"
    assert told(mail(failed, sender="x@y.example")).kind is Kind.BOUNCE
    late = mail(failed, subject="Delivery Status Notification (Delay)")
    assert told(late).kind is Kind.DELIVERY_NOTE


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.example", "postmaster@mx.example"])
def test_an_empty_return_path_of_a_mail_system_is_a_bounce(sender: str) -> None:
    """Both together, not one alone."""
    assert told(mail("Return-Path: <>", sender=sender)).kind is Kind.BOUNCE
    assert (
        told(mail("Return-Path: <p@mx.example>", sender="postmaster@mx.example")).kind
        is Kind.PERSON
    )


def test_a_mail_system_is_never_a_person() -> None:
    """Whatever mailer-daemon writes, it is automatic."""
    assert told(mail(sender="mailer-daemon@mx.example")).kind is Kind.AUTOMATIC


@pytest.mark.parametrize("method", ["REQUEST", "COUNTER"])
def test_an_invitation_comes_before_automatic_headers(method: str) -> None:
    """Calendar systems mark a person's invitation as automatic."""
    message = mail("Auto-Submitted: auto-generated", "List-Unsubscribe: <x>")
    assert told(message, Body("", method, None)).kind is Kind.INVITATION
    alone = mail(f"Content-Type: text/calendar; method={method}")
    assert told(alone).kind is Kind.INVITATION


def test_an_accepted_invitation_asks_for_nothing() -> None:
    """Only a request is one."""
    assert told(mail(), Body("", "REPLY", None)).kind is Kind.PERSON


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; type=x",
        "X-Autoreply: yes",
        "X-Autorespond: 1",
        "X-Autoresponder: a",
        "X-Mail-Autoreply: a",
        "X-AutoReply-From: a@b",
        "Precedence: auto_reply",
        "X-MS-Exchange-Inbox-Rules-Loop: dana@acme.example",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
    ],
)
def test_each_automatic_header_is_enough(header: str) -> None:
    """RFC 3834 and what came before it, also in the thread of ours."""
    found = told(mail(header, subject="Re: Checking in"), answers_ours=True)
    assert found.kind is Kind.AUTOMATIC
    assert found.rule.startswith(header.split(":", maxsplit=1)[0])


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Checking in",
        "AUTOMATIC REPLY: x",
        "Auto: x",
        "AUTO: Dana Fox is out of the office (returning 01/12/2027)",
        "Out of Office",
        "Out of Office: x",
        "Out of the Office until 12 January",
        "Out of Office AutoReply: x",
        "OOO: back soon",
        "OOF: x",
        "Abwesenheitsnotiz: x",
        "Automatische Antwort: x",
        "Réponse automatique : x",
        "Absence du bureau",
        "Respuesta automática: x",
        "Fuera de la oficina",
        "Risposta automatica: x",
        "Automatisch antwoord: x",
        "Autosvar: x",
        "Automatisk svar: x",
        "Frånvaro: x",
        "Resposta automática: x",
        "Automatyczna odpowiedź: x",
        "Automaattinen vastaus: x",
        "Automatická odpověď: x",
        "Automatikus válasz: x",
        "Otomatik yan\u0131t: x",
        "Автоматический ответ: x",
        "自動応答: x",
        "自动答复: x",
        "自动回复: x",
        "自动回复x",
        "自動回覆: x",
        "자동 회신: x",
        "\N{FULLWIDTH LATIN CAPITAL LETTER O}OO\N{FULLWIDTH COLON} x",
        "Re\u0301ponse automatique : x",
    ],
)
def test_an_absence_note_without_any_header_is_told_by_its_subject(subject: str) -> None:
    """Exchange sends some absence notes as plain new mails, in every language."""
    assert told(mail(subject=subject)).kind is Kind.ABSENCE


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Out of office Thursday",
        "Re: Automatic reply: Checking in",
        "Out of office Thursday",
        "AW: Abwesenheitsnotiz",
        "Automation engineer role",
        "Autonomy",
        "Oooh: great news",
    ],
)
def test_people_write_out_of_office_themselves(subject: str) -> None:
    """A beginning is needed, and the word alone is none."""
    assert told(mail(subject=subject), text("Could we meet on Friday instead?")).kind is Kind.PERSON


def test_an_absence_note_under_a_loose_subject_is_told_by_its_text() -> None:
    """The subject names the person, the text says that nobody wrote it."""
    message = mail(subject="Out of Office Dana Fox")
    assert needs_body(message)
    assert told(message, text("This is an automatic reply. I am away.")).kind is Kind.ABSENCE


def test_an_absence_note_in_chinese_is_none_the_less_one() -> None:
    """It stopped the follow-ups for good elsewhere."""
    message = mail("Auto-Submitted: auto-replied", subject="=?utf-8?B?5LyR5YGH?=")
    assert told(message, text("我正在休假")).kind is Kind.ABSENCE


def test_an_absence_note_tells_when_they_are_back() -> None:
    """Counted from the day it was written."""
    message = mail("Auto-Submitted: auto-replied", subject="Re: Checking in")
    note = text("I am on annual leave and back on 12 January.")
    assert needs_body(message)
    assert told(message, note).returns_on == date(2027, 1, 12)


def test_an_acknowledgement_is_automatic_but_nobody_is_away() -> None:
    """Automatic header, no words of absence."""
    message = mail("Auto-Submitted: auto-generated", subject="We received your application")
    assert told(message, text("Thank you for applying.")).kind is Kind.AUTOMATIC


@pytest.mark.parametrize(
    "header", ["List-Id: <n.acme>", "List-Unsubscribe: <x>", "Precedence: Bulk", "Feedback-ID: 1"]
)
def test_bulk_mail_is_nobodys_unless_it_answers_ours(header: str) -> None:
    """Applicant-tracking systems put List-Unsubscribe on real recruiters' mail."""
    assert told(mail(header)).kind is Kind.BULK
    assert told(mail(header), answers_ours=True).kind is Kind.PERSON


def test_the_body_is_wanted_only_where_it_can_tell_more() -> None:
    """A plain mail and a newsletter are sorted by their header."""
    assert not needs_body(mail("Content-Type: text/plain"))
    assert not needs_body(mail("Content-Type: multipart/alternative; boundary=x", "List-Id: <n>"))
    assert needs_body(mail("Content-Type: multipart/alternative; boundary=x"))
    assert needs_body(mail(REPORT))
    assert needs_body(mail(sender="MAILER-DAEMON@x.example"))


def test_a_rule_prints_on_one_short_line() -> None:
    """The value of a hostile header reaches a terminal clean and capped."""
    found = told(mail("X-Autoreply: \x1b[2J\u202e" + "x" * 900))
    assert found.rule.isprintable()
    assert len(found.rule) <= 200


pieces = st.sampled_from(
    [
        "Auto-Submitted: ",
        "From: ",
        "Subject: out of office ",
        "Return-Path: <>",
        "\r\n",
        "List-Id: ",
    ]
)
hostile = st.lists(st.one_of(pieces, st.text(max_size=8)), min_size=1, max_size=12).map("".join)


@settings(deadline=None)
@given(hostile, st.text(max_size=60), st.booleans())
def test_any_mail_is_sorted(header: str, words: str, answers: bool) -> None:
    """Nothing escapes, and every rule is printable."""
    message = read_headers(f"X-Any: x\r\n{header}".encode("utf-8", "replace"))
    for body in (None, text(words)):
        found = told(message, body, answers_ours=answers)
        assert found.rule.isprintable()
    assert isinstance(needs_body(message), bool)
