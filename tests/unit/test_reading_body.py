"""A body becomes text and a report, at a bounded price."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.body import CALENDAR_LIMIT, Action, ReportKind, read_body
from followupd.reading.hypertext import words_of


def alternative(*parts: tuple[str, str]) -> bytes:
    """A multipart/alternative of media types and texts."""
    lines = ["MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="b"', ""]
    for media_type, text in parts:
        lines += ["--b", f"Content-Type: {media_type}; charset=utf-8", "", text]
    return "\r\n".join([*lines, "--b--", ""]).encode()


REPORT = b"""From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r

Sorry.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ok@acme.example
Action: delivered

Original-Recipient: rfc822;dana@acme.example
Final-Recipient: rfc822; d.fox@acme.example
Action: Failed
Status: 5.1.1

--r
Content-Type: message/rfc822

Message-ID: <ours@example.org>
Subject: Checking in

Hello
--r--
"""


def test_the_plain_text_is_preferred() -> None:
    """Of alternatives the plain one is read."""
    assert read_body(alternative(("text/plain", "Grüße"), ("text/html", "<p>x"))).text == "Grüße"


def test_html_is_read_where_there_is_nothing_plain() -> None:
    """An empty plain part does not hide the HTML one."""
    html = "<style>p{}</style><p>Hello&nbsp;Robin<br>a &lt; b</p><!-- no --><script>no</script>"
    assert (
        read_body(alternative(("text/plain", " "), ("text/html", html))).text
        == "Hello Robin\na < b"
    )


def test_unclosed_markup_ends_the_text() -> None:
    """What is never closed is not shown."""
    assert words_of("a<!-- b").strip() == "a"
    assert words_of("a < b <i").strip() == "a < b"
    assert words_of("&#" + "9" * 5000 + ";").strip() == "\ufffd"


def test_transfer_encodings_and_charsets_are_undone() -> None:
    """Base64 and quoted-printable, also where the charset is unknown."""
    quoted = (
        b"Content-Type: text/plain; charset=x-none\n"
        b"Content-Transfer-Encoding: Quoted-Printable\n\nGr=C3=BC=\nn"
    )
    assert read_body(quoted).text == "Grün"
    coded = b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\nR3LDvG4!=="
    assert read_body(coded).text == "Grün"


def test_an_attachment_is_not_the_text() -> None:
    """An attached text file is left out."""
    raw = alternative(("text/plain", "yes")).replace(
        b"--b--",
        b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nno\r\n--b--",
    )
    assert read_body(raw).text == "yes"


@pytest.mark.parametrize(
    "part", [("text/calendar; method=request", ""), ("text/calendar", "METHOD:REQUEST")]
)
def test_a_calendar_part_gives_its_method(part: tuple[str, str]) -> None:
    """The method stands in the header or in the calendar itself."""
    assert read_body(alternative(("text/plain", "x"), part)).calendar_method == "REQUEST"


def test_a_delivery_report_names_the_failure_and_the_original() -> None:
    """Of several recipients those count that failed."""
    report = read_body(REPORT).report
    assert report is not None
    assert report.kind is ReportKind.DELIVERY_STATUS
    assert report.action is Action.FAILED
    assert report.final_recipients == ("d.fox@acme.example", "dana@acme.example")
    assert report.original_message_id == "<ours@example.org>"


def test_a_read_receipt_names_the_original() -> None:
    """RFC 8098: Original-Message-ID."""
    raw = (
        b"Content-Type: multipart/report; boundary=r\n\n--r\n"
        b"Content-Type: message/disposition-notification\n\n"
        b"Final-Recipient: rfc822;dana@acme.example\nOriginal-Message-ID: <ours@example.org>\n--r--"
    )
    report = read_body(raw).report
    assert report is not None
    assert report.kind is ReportKind.DISPOSITION_NOTIFICATION
    assert report.original_message_id == "<ours@example.org>"


def test_an_old_bounce_is_tied_by_the_header_it_quotes() -> None:
    """Mail systems from before RFC 3464 bring the mail back in their text."""
    raw = (
        b"From: mailer-daemon@mx.example\nX-Failed-Recipients: dana@acme.example\n\n"
        b"No such user.\n--- This is a copy ---\n\nMessage-ID: <ours@example.org>\nSubject: x\n"
    )
    report = read_body(raw).report
    assert report is not None
    assert report.action is Action.FAILED
    assert report.final_recipients == ("dana@acme.example",)
    assert report.original_message_id == "<ours@example.org>"


def test_a_person_who_attaches_a_mail_reports_nothing() -> None:
    """A forwarded mail is not a delivery report."""
    raw = (
        b"From: dana@acme.example\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\nSee below\n"
        b"--r\nContent-Type: message/rfc822\n\nMessage-ID: <x@y>\n\nInner\n--r--"
    )
    body = read_body(raw)
    assert body.report is None
    assert body.text == "See below"


def status(*lines: str, separator: str = "\r\n") -> bytes:
    """A delivery report with one group of lines for a recipient."""
    return separator.join(
        [
            "From: MAILER-DAEMON@mx.example",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
            "",
            "--r",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example",
            "",
            "Final-Recipient: rfc822; dana@acme.example",
            *lines,
            "",
            "--r--",
            "",
        ]
    ).encode()


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\r"])
def test_a_report_is_read_whatever_its_lines_end_in(separator: str) -> None:
    """IMAP hands out CRLF: the lines of one recipient stay together."""
    report = read_body(status("Action: failed", "Status: 5.1.1", separator=separator)).report
    assert report is not None
    assert report.action is Action.FAILED
    assert report.final_recipients == ("dana@acme.example",)
    assert report.permanent is True


@pytest.mark.parametrize(
    ("lines", "permanent"),
    [
        (["Action: failed", "Status: 5.1.1"], True),
        (["Action: failed", "Status: 5.0.0"], True),
        (["Action: failed"], True),
        (["Action: failed", "Status: 5.2.1 (mailbox disabled)"], True),
        (["Action: failed", "Status: 4.4.1"], False),
        (["Action: failed", "Status: 5.2.2"], False),
        (["Action: failed", "Status: 5.4.7"], False),
        (["Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 552 5.2.2 full"], False),
        (["Action: failed", "Diagnostic-Code: smtp; 552 over quota"], False),
        (["Action: failed", "Diagnostic-Code: smtp; 450 greylisted"], False),
        (["Action: failed", "Diagnostic-Code: smtp; 550 no such user"], True),
        (["Action: delayed", "Status: 4.2.2"], False),
        (["Action: delayed"], False),
        (["Action: delivered", "Status: 2.0.0"], None),
        (["Action: relayed"], None),
        (["Status: 5.1.1"], None),
    ],
)
def test_a_report_tells_whether_it_is_for_good(lines: list[str], permanent: bool | None) -> None:
    """RFC 3464 and 3463; a full mailbox is an address that lives."""
    report = read_body(status(*lines)).report
    assert report is not None
    assert report.permanent is permanent


def test_recipients_that_differ_are_not_judged_together() -> None:
    """One address is dead, the other mailbox full: nothing is said of both."""
    raw = status(
        *("Action: failed", "Status: 5.1.1", ""),
        *("Final-Recipient: rfc822; sam@acme.example", "Action: failed", "Status: 4.2.2"),
    )
    report = read_body(raw).report
    assert report is not None
    assert report.final_recipients == ("dana@acme.example", "sam@acme.example")
    assert report.permanent is None


LETTERS = {
    "qmail": (
        (
            "Hi. This is the qmail-send program at mx.example.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            "<dana@acme.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            "--- Below this line is a copy of the message.\n\nReturn-Path: <robin@example.org>\n"
        ),
        True,
    ),
    "exim": (
        (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. The following address(es) failed:\n\n  dana@acme.example\n"
            "    mailbox is full: retry timeout exceeded\n\n"
            "------ This is a copy of the message, including all the headers. ------\n"
        ),
        False,
    ),
    "sendmail": (
        (
            "The original message was received at Mon, 4 Jan 2027 10:00:00 +0100\n"
            "from mx.example\n\n   ----- The following addresses had permanent fatal errors -----\n"
            "<dana@acme.example>\n    (reason: 550 5.1.1 User unknown)\n\n"
            "   ----- Transcript of session follows -----\n>>> RCPT To:<dana@acme.example>\n"
        ),
        True,
    ),
    "Exchange": (
        (
            "Your message\n\n  To:      Dana Fox\n  Subject: Checking in\n\n"
            "did not reach the following recipient(s):\n\n"
            "dana@acme.example on Mon, 4 Jan 2027 10:00:00 +0100\n    The recipient is unknown\n"
        ),
        None,
    ),
    "a Japanese carrier": (
        (
            "送信先のメールボックスが一杯のため、送信できませんでした。\n\n"
            "     Could not be delivered to: <dana@acme.example>\n     As their mailbox is full.\n"
        ),
        False,
    ),
    "German": ("Ihre Nachricht konnte nicht zugestellt werden:\n\ndana@acme.example\n", None),
    "French": ("Votre message n'a pas pu être remis à\n<dana@acme.example>: 550 5.1.1\n", True),
    "Spanish": ("No se pudo entregar su mensaje:\n<dana@acme.example>: 550 inexistente\n", True),
}


def letter(words: str, *headers: str, sender: str = "MAILER-DAEMON@mx.example") -> bytes:
    """A mail system's letter to Robin."""
    lines = [f"From: {sender}", "To: robin@example.org", *headers]
    lines.append("Content-Type: text/plain; charset=utf-8")
    return ("\n".join(lines) + "\n\n" + words).replace("\n", "\r\n").encode()


@pytest.mark.parametrize(("words", "permanent"), LETTERS.values(), ids=LETTERS.keys())
def test_a_mail_systems_letter_names_whom_it_did_not_reach(
    words: str, permanent: bool | None
) -> None:
    """What stands in no part of a report is read in the words."""
    report = read_body(letter(words)).report
    assert report is not None
    assert report.action is Action.FAILED
    assert report.final_recipients == ("dana@acme.example",)
    assert report.permanent is permanent


def test_a_letter_that_still_tries_is_a_delay() -> None:
    """A warning is no failure."""
    words = (
        "A message that you sent has not yet been delivered to:\n\n  dana@acme.example\n\n"
        "No action is required on your part. Delivery attempts will continue for some time.\n"
    )
    report = read_body(letter(words, "Subject: Warning: message delayed 24 hours")).report
    assert report is not None
    assert report.action is Action.DELAYED
    assert report.permanent is False


def test_a_letter_that_names_nobody_goes_by_the_mail_it_brings_back() -> None:
    """A mail to one person alone failed for that person."""
    words = (
        "We could not deliver your message.\n\n--- Original message ---\n"
        "From: robin@example.org\nTo: Dana <dana@acme.example>\n"
    )
    report = read_body(letter(words)).report
    assert report is not None
    assert report.final_recipients == ("dana@acme.example",)


def test_a_refusal_dressed_as_a_receipt_is_a_failure() -> None:
    """RFC 5429: a mailbox that refuses mail answers with a disposition notification."""
    raw = (
        b"From: Mail Delivery Subsystem <postmaster@acme.example>\r\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n"
        b"\r\n--r\r\n\r\nYour message to <dana@acme.example> was automatically rejected:\r\n"
        b"Quota exceeded\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Final-Recipient: rfc822; dana@acme.example\r\n"
        b"Original-Message-ID: <ours@example.org>\r\n"
        b"Disposition: automatic-action/MDN-sent-automatically; deleted\r\n--r--\r\n"
    )
    report = read_body(raw).report
    assert report is not None
    assert report.kind is ReportKind.DELIVERY_STATUS
    assert report.final_recipients == ("dana@acme.example",)
    assert report.original_message_id == "<ours@example.org>"
    assert report.permanent is False


PEOPLES = {
    "a forwarded bounce": (
        ["Subject: Fwd: Undelivered Mail Returned to Sender"],
        (
            "FYI, this came back.\n\nI'm afraid I wasn't able to deliver your message.\n"
            "<sam@acme.example>: 550 5.1.1 User unknown\n"
        ),
    ),
    "a quoted bounce": (
        ["Subject: Re: Undeliverable: Your application", "In-Reply-To: <a@b.example>"],
        "Hi Robin, that was our old address, sorry.\n\n> <jobs@acme.example>: 550 5.1.1\n",
    ),
    "a complaint": (
        ["Subject: Mail delivery failed"],
        "Hi Robin,\n\nmy mail to robin@old.example could not be delivered: 550 5.1.1\n",
    ),
    "a mail without a return path": (
        ["Subject: Your interview", "Return-Path: <>"],
        "Hi Robin,\n\nmy last mail to robin@old.example could not be delivered.\n",
    ),
    "an attached report": (
        ["Subject: Please look at this"],
        "I get this when I write to sam@acme.example: delivery failed, 550 5.1.1\n",
    ),
}


@pytest.mark.parametrize(("headers", "words"), PEOPLES.values(), ids=PEOPLES.keys())
def test_whoever_passes_a_bounce_on_reports_nothing(headers: list[str], words: str) -> None:
    """The same words from a person are a person's."""
    assert read_body(letter(words, *headers, sender="Dana <dana@acme.example>")).report is None


def test_a_status_part_that_a_person_attaches_reports_nothing() -> None:
    """Some clients forward a bounce part by part."""
    raw = status("Action: failed").replace(b"MAILER-DAEMON@mx.example", b"dana@acme.example")
    forwarded = raw.replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
    assert read_body(forwarded).report is None


CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


def with_part(header: str, data: bytes) -> bytes:
    """A mail with some words and one more part."""
    return (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n"
        + header.encode()
        + b"\r\n\r\n"
        + data
        + b"\r\n--b--\r\n"
    )


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/calendar; method=CANCEL",
        "Content-Type: text/calendar",
        "Content-Type: application/ics; name=invite.ics",
        "Content-Type: application/octet-stream; name=invite.ics",
        'Content-Type: application/binary\r\nContent-Disposition: attachment; filename="I.ICS"',
    ],
)
def test_a_calendar_is_handed_on_as_it_stands(header: str) -> None:
    """As a part of its own or as an attached file."""
    body = read_body(with_part(header, CALENDAR))
    assert body.calendar is not None
    assert body.calendar.split() == CALENDAR.split()
    assert body.calendar_method == "CANCEL"
    assert body.text == "Hello"


def test_the_transfer_encoding_of_a_calendar_is_undone() -> None:
    """Outlook sends it in base64."""
    coded = with_part(
        "Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64", b64encode(CALENDAR)
    )
    assert read_body(coded).calendar == CALENDAR


def test_an_outsized_calendar_is_left_alone() -> None:
    """More than 64 KiB is no invitation, though it may say that it is one."""
    large = CALENDAR + b"X" * CALENDAR_LIMIT
    body = read_body(with_part("Content-Type: text/calendar", large))
    assert body.calendar is None
    assert body.calendar_method == "CANCEL"


pieces = st.sampled_from(
    [
        *(b"--b", b"--b--", b"\r\n", b"\n\n", b"Content-Type: text/html\n\n", b"<p", b"&#0;"),
        *(b"=\xff=", b"Content-Type: text/plain; charset=utf-16\n", b"Action: failed\n"),
        *(b"Content-Transfer-Encoding: base64\n", b"Final-Recipient: rfc822;\n\n"),
        *(b"Content-Type: message/delivery-status\n\n", b"Content-Type: text/calendar\n\n"),
        *(b"Content-Type: multipart/report; boundary=b\n\n", b"METHOD:X\x1b"),
    ]
)
raw_mail = st.lists(st.one_of(pieces, st.binary(max_size=10)), max_size=20).map(b"".join)


@settings(deadline=None)
@given(raw_mail)
def test_no_bytes_make_the_body_raise_or_leak_a_control(raw: bytes) -> None:
    """Any bytes give a body whose text is safe."""
    body = read_body(b"Content-Type: multipart/mixed; boundary=b\n\n" + raw)
    read_body(raw)
    assert body.text.replace("\n", "").isprintable()
    assert body.calendar_method is None or body.calendar_method.isprintable()
