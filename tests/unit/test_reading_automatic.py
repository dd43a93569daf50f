"""Automatic mail is told from people's, and a person's mail is never taken for it."""

from __future__ import annotations

from base64 import b64encode
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.automatic import Kind, Sorted, needs_body, sort
from followupd.reading.body import Action, Body, DeliveryReport, ReportKind, read_body
from followupd.reading.message import Message, read_headers

OWN = frozenset({"Robin@Example.org"})


def mail(
    *headers: str, subject: str = "Your interview", sender: str = "Dana@acme.example"
) -> Message:
    """The headers of a mail from Dana, and what else is given."""
    date_line = "Date: Mon, 4 Jan 2027 10:00:00 +0100"
    lines = [f"From: {sender}", f"Subject: {subject}", date_line, *headers]
    return read_headers("\r\n".join(lines).encode())


def encoded(words: str) -> str:
    """A header value as mail programs write it: one encoded word where it is not ASCII."""
    if words.isascii():
        return words
    return f"=?utf-8?B?{b64encode(words.encode()).decode()}?="


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


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("REPLY", Kind.CALENDAR_REPLY),
        ("CANCEL", Kind.CANCELLATION),
        ("PUBLISH", Kind.PERSON),
        ("X-NONE", Kind.PERSON),
    ],
)
def test_a_calendar_goes_by_its_method(method: str, kind: Kind) -> None:
    """RFC 5546: an acceptance is a machine's note, a published event says nothing."""
    assert told(mail(), Body("", method, None)).kind is kind
    alone = mail(f"Content-Type: text/calendar; method={method}")
    assert told(alone).kind is kind
    assert needs_body(alone)


@pytest.mark.parametrize("subject", ["Accepted", "Zugesagt", "Accepté ", "Aceptado", "承諾"])
def test_an_acceptance_is_a_calendars_in_every_language(subject: str) -> None:
    """The part tells, not the subject: people write "Accepted" over an offer."""
    message = mail(
        "Content-Type: multipart/alternative; boundary=b", subject=encoded(f"{subject}: Interview")
    )
    assert needs_body(message)
    assert told(message, Body("", "REPLY", None)).kind is Kind.CALENDAR_REPLY
    assert told(message, text("I accept with pleasure.")).kind is Kind.PERSON


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
    assert told(mail(subject=encoded(subject))).kind is Kind.ABSENCE


@pytest.mark.parametrize(
    "subject",
    [
        *("Auto: x", "AUTO: x", "Automatic reply: x", "Auto Response", "Out of Office"),
        *("Out of the Office", "OOO: x", "OOF: x", "Abwesenheitsnotiz", "Automatische Antwort: x"),
        *("Réponse automatique : x", "Absence du bureau", "Respuesta automática: x"),
        *("Fuera de la oficina", "Risposta automatica: x", "Fuori sede", "Automatisch antwoord: x"),
        *("Autosvar: x", "Automatisk svar: x", "Frånvaro", "Resposta automática: x"),
        *("Automatyczna odpowiedź: x", "Automaattinen vastaus: x", "Automatická odpověď: x"),
        *("Automatikus válasz: x", "Otomatik yan\u0131t: x", "Автоматический ответ: x"),
        *("自動応答", "自动答复", "自动回复", "自動回覆", "자동 회신"),
    ],
)
def test_a_phrase_counts_at_the_beginning_and_not_behind_an_answers_mark(subject: str) -> None:
    """Each beginning that was seen: alone, in capitals, in brackets; not in a person's reply."""
    for written in (subject, subject.upper(), f"[{subject}]"):
        assert told(mail(subject=encoded(written))).kind is Kind.ABSENCE
    words = text("Could we meet on Friday instead?")
    assert told(mail(subject=encoded(f"Re: {subject}")), words).kind is Kind.PERSON


@pytest.mark.parametrize(
    "words",
    [
        "I am currently out of the office with limited access to email.",
        "Ich bin derzeit nicht im Büro. Diese Nachricht wurde automatisch erstellt.",
        "Je suis actuellement absente du bureau. Ceci est une réponse automatique.",
        "Actualmente fuera de la oficina. Esta es una respuesta automática.",
    ],
)
def test_an_absence_note_is_one_by_its_header_and_its_words(words: str) -> None:
    """English, German, French, Spanish."""
    assert told(mail("Auto-Submitted: auto-replied"), text(words)).kind is Kind.ABSENCE
    assert told(mail(), text(words)).kind is Kind.PERSON


def test_who_has_retired_is_away_not_answering() -> None:
    """It stopped the follow-ups for good elsewhere."""
    message = mail(subject="Automatic reply: Checking in")
    note = text("I am out of the office, for I have retired. Please write to Sam.")
    assert told(message, note, answers_ours=True).kind is Kind.ABSENCE


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


def test_an_acknowledgement_without_any_mark_is_a_persons() -> None:
    """What it says is read elsewhere."""
    message = mail(subject="Thank you for applying", sender="no-reply@greenhouse.io")
    assert told(message, text("We received your application.")).kind is Kind.PERSON


@pytest.mark.parametrize(
    ("sender", "subject", "words"),
    [
        ("no-reply@ats.example", "Your application", "If your account does not exist, sign up."),
        ("no-reply@ats.example", "Update", "Your application was rejected. Write to x@y.example."),
        ("notifications@shop.example", "Your parcel", "Your parcel could not be delivered."),
        ("admin@acme.example", "Interview", "Sorry, my last mail could not be delivered. Dana"),
        ("dana@acme.example", "Undeliverable", "My mail to you was undeliverable: 550 5.1.1"),
    ],
)
def test_what_only_sounds_like_a_bounce_is_none(sender: str, subject: str, words: str) -> None:
    """A machine's words on another matter, and a person's on this one."""
    raw = f"From: {sender}\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()
    assert told(read_headers(raw), read_body(raw)).kind is Kind.PERSON


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("MAILER-DAEMON@mx.example", "x"),
        ("Mail Delivery System <>", "x"),
        ("Postmaster <postmaster@mx.example>", "x"),
        ("SMTP Gateway <smtp-gw@mx.example>", "x"),
        ("System Administrator <admin@mx.example>", "Undeliverable: Checking in"),
        ("no-reply@carrier.example", "Mail"),
        ("scanner@mx.example", "Mail could not be delivered"),
    ],
)
def test_a_letter_of_a_mail_system_is_a_bounce(sender: str, subject: str) -> None:
    """By its sender or its subject, and by what it says."""
    words = "Could not be delivered to: <dana@acme.example>\r\nSMTP error 550 5.1.1 unknown user"
    raw = f"From: {sender}\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()
    message = read_headers(raw)
    assert needs_body(message)
    found = told(message, read_body(raw))
    assert found.kind is Kind.BOUNCE
    assert "could not be delivered" in found.rule.casefold()


@pytest.mark.parametrize("subject", ["Re: Mail trouble", "Our mail rules"])
def test_a_postmaster_who_talks_of_mail_is_a_person(subject: str) -> None:
    """They quote status codes and headers, in their own words."""
    raw = (
        f"From: Sam <postmaster@acme.example>\r\nSubject: {subject}\r\n\r\nHi Robin, I think the "
        "user does not exist: dana@acme.example got 550 5.1.1.\r\nMessage-ID: <a@b.example>\r\n"
    ).encode()
    assert told(read_headers(raw), read_body(raw)).kind is Kind.PERSON


def test_a_report_of_another_kind_is_a_machines() -> None:
    """RFC 6522: complaints about spam come as reports too."""
    message = mail("Content-Type: multipart/report; report-type=feedback-report; boundary=x")
    assert told(message).kind is Kind.AUTOMATIC


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
