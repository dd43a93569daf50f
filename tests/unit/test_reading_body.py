"""A body becomes text and a report, at a bounded price."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.reading.body import Action, ReportKind, read_body
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


def nested(depth: int) -> bytes:
    """Multiparts in each other."""
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(depth)
    )


BOMBS = {
    "a hundred thousand parts": b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\n\nx\n" * 100_000,
    "two thousand levels": nested(2000),
    "a header of ten megabytes": b"X: " + b"y" * 10_000_000,
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 30_000,
    "unclosed tags": b"Content-Type: text/html\n\n" + b"<a " * 100_000,
    "unclosed comments": b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
    "unclosed scripts": b"Content-Type: text/html\n\n" + b"<script>" * 40_000,
    "blanks": b"Content-Type: multipart/mixed; boundary=b\n\n--b" + b" \t" * 200_000,
    "punycode": b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" + b"9" * 250_000,
    "message-id lines": b"\n\n" + b"Message-ID: <a" * 20_000,
    "half-open encodings": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 130_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_costs_less_than_a_second(bomb: bytes) -> None:
    """No mail, however built, takes long to read."""
    before = time.process_time()
    read_body(bomb)
    assert time.process_time() - before < 1


def test_a_bomb_takes_little_memory() -> None:
    """The walk keeps no copies beyond what its limits allow."""
    bombs = [BOMBS["a hundred thousand parts"], BOMBS["two thousand levels"]]
    tracemalloc.start()
    try:
        for bomb in bombs:
            read_body(bomb)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


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
