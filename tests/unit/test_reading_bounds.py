"""No mail, however built or broken, costs much or gets out of hand."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.errors import UnreadableMessage
from followupd.reading.automatic import Sorted, needs_body, sort
from followupd.reading.automatic.bounces import read_letter
from followupd.reading.body import CALENDAR_LIMIT, TEXT_LIMIT, Body, read_body
from followupd.reading.message import Message, fingerprint, read_headers
from followupd.reading.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTE = 1_000_000


def read_whole(raw: bytes) -> tuple[Message, Body, Sorted]:
    """All that a pass does with one mail."""
    message = read_headers(raw)
    fingerprint(raw)
    body = read_body(raw)
    needs_body(message)
    return message, body, sort(message, own_addresses=frozenset(), body=body, answers_ours=True)


def headed(*lines: str, body: bytes = b"") -> bytes:
    """A mail system's mail with some header lines: every rule looks at it."""
    first = ("From: MAILER-DAEMON@mx.example", "Subject: Undelivered mail", *lines)
    return "\r\n".join(first).encode() + b"\r\n\r\n" + body


def nested(depth: int) -> bytes:
    """Multiparts in each other."""
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )


BOMBS: dict[str, Callable[[], bytes]] = {
    "100,000 parts": lambda: headed(
        "Content-Type: multipart/report; boundary=b", body=b"--b\r\n\r\nx\r\n" * 100_000
    ),
    "100,000 alternatives": lambda: headed(
        "Content-Type: multipart/alternative; boundary=b",
        body=b"--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n" * 100_000,
    ),
    "2,000 levels": lambda: b"From: a@b.example\r\n" + nested(2000),
    "20,000 recipients": lambda: headed(
        "To: " + ",\r\n ".join(f"Dana {n} <dana{n}@acme.example>" for n in range(20_000))
    ),
    "20,000 failed recipients": lambda: headed(
        "X-Failed-Recipients: " + ", ".join(f"d{n}@acme.example" for n in range(20_000))
    ),
    "a header of 10 MB": lambda: b"From: a@b.example\r\nX: " + b"y" * 10 * MEGABYTE,
    "a subject of 10 MB": lambda: b"Subject: " + b"out of office " * 700_000,
    "2 million fields": lambda: b"A: b\r\n" * 2 * MEGABYTE,
    "2 million folds": lambda: b"Subject: a\r\n" + b" b\r\n" * 2 * MEGABYTE,
    "10 MB of base64": lambda: headed(
        "Content-Transfer-Encoding: base64", body=b"QUFB" * (10 * MEGABYTE // 4)
    ),
    "10 MB of quoted-printable": lambda: headed(
        "Content-Transfer-Encoding: quoted-printable", body=b"=41=\r\n" * (10 * MEGABYTE // 6)
    ),
    "one line of 10 MB": lambda: headed(body=b"a" * 10 * MEGABYTE),
    "one line of 10 MB of commas": lambda: b"To: " + b"," * 10 * MEGABYTE,
    "100,000 encoded words": lambda: b"Subject: " + b"=?utf-8?q?=41?= " * 100_000,
    "100,000 half encoded words": lambda: b"Subject: " + b"=?utf-8?q?" * 100_000,
    "deep comments in an address": lambda: b"From: " + b"(" * 100_000 + b"a@b.example",
    "open quotes in an address": lambda: b"From: " + b'"a" <' * 50_000,
    "10 MB of <": lambda: headed("Content-Type: text/html", body=b"<" * 10 * MEGABYTE),
    "unclosed tags": lambda: headed("Content-Type: text/html", body=b"<a " * MEGABYTE),
    "unclosed comments": lambda: headed("Content-Type: text/html", body=b"<!--" * MEGABYTE),
    "a boundary of blanks": lambda: headed(
        "Content-Type: multipart/mixed; boundary=b", body=b"--b" + b" \t" * MEGABYTE
    ),
    "statuses": lambda: headed(
        "Content-Type: multipart/report; boundary=b",
        body=b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Action: failed\r\nStatus: 5.1.1\r\n\r\n" * 100_000,
    ),
    "blank status groups": lambda: headed(
        "Content-Type: multipart/report; boundary=b",
        body=b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + b"\n \t" * MEGABYTE,
    ),
    "calendars": lambda: headed(
        "Content-Type: multipart/mixed; boundary=b",
        body=b"--b\r\nContent-Type: text/calendar\r\n\r\nMETHOD:\r\n" * 100_000,
    ),
    "accents": lambda: headed(body="e\u0301\u0301".encode() * MEGABYTE),
    "message-ids": lambda: b"References: " + b"<a@b" * MEGABYTE,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_costs_little_time_and_memory(bomb: Callable[[], bytes]) -> None:
    """Under a second of one core and under 50 MB, on the whole mail as a server may hand it."""
    raw = bomb()
    before = time.process_time()
    read_whole(raw)
    assert time.process_time() - before < 1
    tracemalloc.start()
    try:
        read_whole(raw)
        assert tracemalloc.get_traced_memory()[1] < 50 * MEGABYTE
    finally:
        tracemalloc.stop()


HOSTILE_TEXTS = {
    "addresses": "a" * 64 + "@",
    "dots": "a.b.",
    "at signs": "@",
    "codes": "550 5.1.1 ",
    "half codes": "5.5.",
    "openers": "delivery to the following ",
    "gaps": "could not ",
    "separators": "-",
    "quota": "mailbox ",
    "colons": ": ",
    "brackets": "<",
    "announced": "to ",
}


@pytest.mark.parametrize("word", ["\ufdfa" * 100, "\ufdfa", "\ufdfa."])
def test_what_grows_when_it_is_compared_is_not_read_to_the_end(word: str) -> None:
    """One character stands for four words; no search is to meet nine times the text."""
    text = f"{word} " * (8000 // (len(word) + 1))
    read = sentences(text)
    assert sum(len(sentence.plain) for sentence in read) < 5 * len(text)
    assert sentences(f"We will write. {text}")[0].plain == "we will write."


@pytest.mark.parametrize("piece", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
@pytest.mark.parametrize("join", ["", "\n"])
def test_no_letter_makes_a_search_run_away(piece: str, join: str) -> None:
    """64 KiB of the beginnings of what the patterns look for, in one line and in many."""
    message = read_headers(b"From: MAILER-DAEMON@mx.example\r\nSubject: x\r\n")
    text = (piece + join) * (64 * 1024 // len(piece + join))
    before = time.process_time()
    read_letter(message, text, brings_back=True)
    assert time.process_time() - before < 1


CALENDAR_MAIL = b"""From: Dana <dana@acme.example>
To: robin@example.org
Subject: =?utf-8?b?R3LDvMOfZQ==?=
Date: Mon, 4 Jan 2027 10:00:00 +0100
Message-ID: <x@acme.example>
Content-Type: multipart/alternative; boundary=b

--b
Content-Transfer-Encoding: base64

SGVsbG8=
--b
Content-Type: text/html; charset=utf-16

<p>Hello
--b
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--b--
"""

BOUNCE = b"""From: MAILER-DAEMON@mx.example
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; d@acme.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <a@example.org>
To: d@acme.example

x
--b--
"""

RECEIPT = b"""Content-Type: multipart/report; boundary=b

--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822;d@acme.example
Original-Message-ID: <a@b.example>
--b--
"""

ABSENCE = b"""From: dana@acme.example
Subject: Automatic reply: Checking in
Auto-Submitted: auto-replied
Content-Transfer-Encoding: quoted-printable

I am away until =
5 May
"""

LETTER = headed(body=b"<d@acme.example>:\r\n550 5.2.2 mailbox full\r\n\r\n--- Original message\r\n")

SEEDS = [CALENDAR_MAIL, BOUNCE.replace(b"\n", b"\r\n"), BOUNCE, RECEIPT, ABSENCE, LETTER]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """One of the seeds, cut, doubled, and with bytes changed."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 40)))
        other = draw(st.sampled_from(SEEDS))
        place = draw(st.integers(0, len(other)))
        piece = draw(st.one_of(st.binary(max_size=12), st.just(other[place : place + 60])))
        raw[start:end] = piece
    return bytes(raw)


@settings(deadline=None, max_examples=300)
@given(st.one_of(mutated(), st.binary(max_size=300)))
def test_whatever_comes_stays_within_what_is_promised(raw: bytes) -> None:
    """Nothing but UnreadableMessage escapes, and every value keeps to its documented cap."""
    try:
        message, body, found = read_whole(raw)
    except UnreadableMessage:
        read_body(raw)
        return
    assert len(message.subject) <= 500
    assert message.subject == "" or message.subject.isprintable()
    assert len(message.recipients) <= 100
    assert len(body.text) <= TEXT_LIMIT
    assert body.text.replace("\n", "").isprintable()
    assert body.calendar is None or len(body.calendar) <= CALENDAR_LIMIT
    assert len(found.rule) <= 200
    assert found.rule.isprintable()
    if body.report is not None:
        assert len(body.report.final_recipients) <= 100
        assert all(address.isprintable() for address in body.report.final_recipients)
        assert len(body.report.evidence) <= 100
        assert body.report.evidence.isprintable()
