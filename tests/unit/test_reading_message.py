"""A header block becomes values, whatever it holds."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.errors import UnreadableMessage
from followupd.reading.addresses import mailbox_key, read_addresses
from followupd.reading.charsets import decoded, decoded_words
from followupd.reading.message import Message, fingerprint, read_headers
from followupd.reading.text import clean, clean_lines, folded


def texts_of(message: Message) -> list[str]:
    """Every text that a message hands on."""
    mailboxes = [message.sender, *message.recipients]
    if message.reply_to is not None:
        mailboxes.append(message.reply_to)
    return [
        message.subject,
        message.message_id or "",
        message.content_type,
        message.report_type,
        message.calendar_method,
        *message.references,
        *message.in_reply_to,
        *(mailbox.name for mailbox in mailboxes),
        *(mailbox.address for mailbox in mailboxes),
        *(value for _, value in message.headers),
    ]


def test_line_breaks_and_escapes_become_one_space() -> None:
    """A line break in any script, or an escape sequence, is no more than a blank."""
    assert clean("a\r\nBcc: x\u2028y\u2029z\x1b[31m\x00!", 100) == "a Bcc: x y z [31m !"


def test_what_is_not_seen_is_dropped() -> None:
    """Bidirectional controls, zero-width characters and blank letters leave no trace."""
    assert clean("A\u202ec\u200bm\u2066e\ufeff\u3164\u00ad", 100) == "Acme"


def test_a_long_text_ends_with_an_ellipsis_within_its_limit() -> None:
    """The limit counts the ellipsis."""
    assert clean("x" * 50, 10) == "x" * 9 + "…"
    assert clean("x" * 10, 10) == "x" * 10
    assert clean("x", 0) == ""


def test_clean_text_is_composed() -> None:
    """Text is in normal form C."""
    assert clean("Mu\u0308ller", 100) == "Müller"


def test_a_mountain_of_accents_is_cut_down_quickly() -> None:
    """A hundred thousand accents on one letter cost next to nothing."""
    before = time.process_time()
    assert len(clean_lines("a" + "\u0301\u0316" * 100_000, 65_536)) < 100
    assert time.process_time() - before < 1


def test_lines_are_kept_where_lines_are_meant() -> None:
    """Line breaks of every kind become one kind."""
    assert clean_lines("a \r\nb\rc\u2028d\n\n\n\n\x1be  ", 100) == "a\nb\nc\nd\n\n e"


def test_full_width_letters_compare_as_plain_ones() -> None:
    """Comparison is by NFKC and case folding."""
    assert folded("\uff21\uff35\uff34\uff2f\uff1aStraße") == "auto:strasse"


@settings(deadline=None)
@given(st.text(), st.integers(0, 200))
def test_clean_keeps_its_promise_for_any_text(text: str, limit: int) -> None:
    """What comes out is safe, within the limit, and cleaning it again changes nothing."""
    result = clean(text, limit)
    assert result.isprintable()
    assert len(result) <= limit
    assert clean(result, limit) == result


def test_an_encoded_line_break_makes_no_header() -> None:
    """RFC 2047 may hide a line break in a subject."""
    message = read_headers(b"Subject: A =?UTF-8?Q?=0D=0A?=Bcc: x@y\r\n\r\n")
    assert message.subject == "A Bcc: x@y"
    assert not message.has("bcc")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?B?R3LDvMOf?= =?utf-8?Q?e?=", "Grüße"),
        ("=?utf-8?Q?M=C3?= =?utf-8?Q?=BCller?=", "Müller"),
        ("=?x-no-such?Q?a=E9?=", "aé"),
        ("=?iso-8859-1*de?q?M=FCller?= AG", "Müller AG"),
        ("=?utf-8?B?R3LDvMOf?", "=?utf-8?B?R3LDvMOf?"),
        ("=?utf-8?B?R?=", ""),
        ("=?zlib?q?x?=", "x"),
        ("Re: =?gb2312?B?19S2r7vYuLQ=?=", "Re: 自动回复"),
    ],
)
def test_encoded_words_are_decoded_as_far_as_they_go(value: str, text: str) -> None:
    """Unknown charsets, cut characters and broken base64 do not stop the reading."""
    assert decoded_words(value) == text


def test_eight_bit_bytes_are_utf_8_or_windows_1252() -> None:
    """Bytes that name no charset are guessed, and never raise."""
    assert decoded("é".encode()) == "é"
    assert decoded(b"\xe9") == "é"
    assert decoded(b"\xff\xfe\x81", "utf-16-and-more")


def test_a_plus_part_is_not_another_mailbox() -> None:
    """dana+x@acme.example is dana@acme.example."""
    message = read_headers(b"From: Dana Fox <Dana+token@ACME.example>")
    assert message.sender.address == "Dana+token@ACME.example"
    assert message.sender.key == "dana+token@acme.example"
    assert message.sender.mailbox_key == "dana@acme.example"
    assert message.sender.domain == "acme.example"
    assert mailbox_key("DANA@acme.example.") == "dana@acme.example"


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ('"Fox, Dana" <dana@acme.example>', "Fox, Dana", "dana@acme.example"),
        ("dana@acme.example (Dana Fox)", "Dana Fox", "dana@acme.example"),
        ("=?utf-8?q?Fox=2C_Dana?= <dana@acme.example>", "Fox, Dana", "dana@acme.example"),
        ("=?utf-8?q?Dana_=3Cdana=40acme=2Eexample=3E?=", "Dana", "dana@acme.example"),
        ('"Dana Fox <dana@acme.example>', "Dana Fox", "dana@acme.example"),
        ("Team: Dana <dana@acme.example>;", "Dana", "dana@acme.example"),
        ('"boss@acme.example" <x@evil.example>', "boss@acme.example", "x@evil.example"),
        ("<@relay.example:dana@acme.example>", "", "dana@acme.example"),
        ("Dana <da\u200bna@acme.example>", "Dana", ""),
        ("Dana", "Dana", ""),
    ],
)
def test_a_mailbox_is_read_as_it_is_written_in_practice(
    value: str, name: str, address: str
) -> None:
    """Quotes, comments, groups, encoded words and plain mistakes."""
    (found,) = read_addresses(value)
    assert (found.name, found.address) == (name, address)


def test_a_domain_compares_in_either_spelling() -> None:
    """A domain with umlauts equals its ASCII form."""
    one, other = read_addresses("a@müller.example, a@xn--mller-kva.example")
    assert one.key == other.key


def test_a_message_without_from_takes_sender() -> None:
    """Sender stands in when From has no address."""
    assert read_headers(b"From: Dana\nSender: d@acme.example").sender.address == "d@acme.example"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Tue, 12 Jan 2027 10:00:00 +0100", timedelta(hours=1)),
        (b"Tue, 12 Jan 2027 10:00:00 -0000", timedelta()),
        (b"12 Jan 2027 10:00", timedelta()),
    ],
)
def test_a_date_is_always_aware(value: bytes, expected: timedelta) -> None:
    """A date that names no zone is UTC."""
    found = read_headers(b"Date: " + value).date
    assert found is not None
    assert found.utcoffset() == expected
    assert found.replace(tzinfo=UTC) == datetime(2027, 1, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [b"soon", b"", b"1 Jan 1970 00:00:00 +0000", b"1 Jan 9999 00:00 +0000", b"32 Jan 2027 99:99"],
)
def test_an_absurd_date_is_none(value: bytes) -> None:
    """What cannot be the date of a mail is no date."""
    assert read_headers(b"Date: " + value).date is None


def test_references_keep_the_first_and_the_newest() -> None:
    """A long thread keeps its root and its fifty newest messages, each once."""
    ids = [f"<{number}@x.example>" for number in range(80)]
    message = read_headers(f"References: {' '.join([*ids, ids[3]])}".encode())
    assert message.references == (ids[0], *ids[-50:])


@pytest.mark.parametrize("value", [b"", b"abc", b"<>", b"<a b@c>", b"<a@>", "<ä@x>".encode()])
def test_a_malformed_message_id_is_none(value: bytes) -> None:
    """Only a token that a server would keep counts as Message-ID."""
    assert read_headers(b"Message-ID: " + value).message_id is None


def test_mixed_line_endings_and_garbage_lines_cost_nothing_else() -> None:
    """A garbled line costs that line only; the body is not read."""
    raw = (
        b"\r\nFrom someone Mon Jan\nFrom: a@x.example\r"
        b"garbage without colon\nSubject: one\r\n two\n"
        b"Message-ID: <i@x.example>\0\n\nSubject: no"
    )
    message = read_headers(raw)
    assert message.sender.address == "a@x.example"
    assert message.subject == "one two"
    assert message.message_id == "<i@x.example>"


def test_content_type_names_report_and_calendar() -> None:
    """What the sorting needs of a Content-Type is read from the header alone."""
    report = read_headers(
        b'Content-Type: Multipart/Report; boundary=x;\n report-type="Delivery-Status"'
    )
    assert (report.content_type, report.report_type) == ("multipart/report", "delivery-status")
    calendar = read_headers(b"Content-Type: text/calendar; charset=utf-8; method=request")
    assert calendar.calendar_method == "REQUEST"
    assert read_headers(b"Content-Type: nonsense").content_type == "text/plain"


def test_an_empty_block_is_unreadable() -> None:
    """There is nothing to read in nothing."""
    for raw in (b"", b"\r\n\r\n", b"\0\0", b" \t"):
        with pytest.raises(UnreadableMessage):
            read_headers(raw)


def test_a_header_bomb_is_read_in_bounded_time() -> None:
    """Ten megabytes of anything cost no more than their first 256 KiB."""
    size = 10_000_000
    bombs = [
        b"From: " + b"(" * size,
        b"Subject: " + b"=?a?q?" * (size // 6),
        b"Subject: x" + b"\n y" * (size // 3),
        b"To: " + b"a@b.example," * (size // 12),
        b"a:b\n" * (size // 4),
        b"References: " + b"<a@b" * (size // 4),
        b"Content-Type: a/b;" + b' x="' * (size // 4),
    ]
    before = time.process_time()
    for bomb in bombs:
        read_headers(bomb)
    assert time.process_time() - before < 3


def test_a_fingerprint_does_not_change_with_folding() -> None:
    """The same mail has the same made-up Message-ID on every server."""
    one = fingerprint(b"From: a@x\r\nSubject: b\r\n c\r\nReceived: here\r\n")
    other = fingerprint(b"Received: there\nSubject: b c\nFrom:  a@x\n\nbody")
    assert one == other != fingerprint(b"From: a@x\nSubject: bc\n")
    assert read_headers(f"Message-ID: {one}".encode()).message_id == one
    assert fingerprint(b"X: 1") != fingerprint(b"X: 2")


HEADER_NAMES = [
    b"From",
    b"To",
    b"Cc",
    b"Reply-To",
    b"Subject",
    b"Date",
    b"References",
    b"In-Reply-To",
]
HEADER_NAMES += [b"Content-Type", b"Message-ID", b"Auto-Submitted", b"Return-Path", b"X-Any"]
pieces = st.sampled_from(
    [
        *(b"=?utf-8?q?=0A?=", b"=?utf-7?b?AA?=", b"<", b">", b"@", b'"', b"(", b"\\", b"\r\n "),
        *(b"\xff", b"\x1b", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"a@b.example", b"Mon, 1 Jan 2027"),
        *(b";method=", b":"),
    ]
)
values = st.lists(st.one_of(pieces, st.binary(max_size=12)), max_size=12).map(b"".join)
header_blocks = st.lists(st.tuples(st.sampled_from(HEADER_NAMES), values), max_size=8).map(
    lambda fields: b"\r\n".join(name + b": " + value for name, value in fields)
)


@settings(deadline=None)
@given(st.one_of(header_blocks, st.binary(max_size=300)))
def test_no_bytes_at_all_make_the_reading_raise_or_leak_a_control(raw: bytes) -> None:
    """Any bytes give a message that is safe to print, or are unreadable."""
    assert fingerprint(raw) == fingerprint(raw)
    try:
        message = read_headers(raw)
    except UnreadableMessage:
        return
    assert all(text.isprintable() for text in texts_of(message))
    assert message.date is None or message.date.utcoffset() is not None
