"""Drafts: the bytes that are laid into the mailbox, and that nobody can smuggle anything in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default as default_policy
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followupd.errors import UnreadableMessage
from followupd.reading.text import clean
from followupd.writing.draft import Envelope, Thread, compose, digest, message_id, reply_subject

OPENING = Thread("<second@acme.example>", ("<first@acme.example>",), "Re: Your interview")
ENVELOPE = Envelope(
    message_id="<0123456789abcdef0123456789abcdef@example.org>",
    date=datetime(2026, 12, 15, 9, 0, tzinfo=timezone(timedelta(hours=1))),
    from_name="Robin Doe",
    from_address="robin@example.org",
    to_name="Dana Fox",
    to_address="dana@acme.example",
    thread=OPENING,
)
ALONE = replace(ENVELOPE, thread=None)
PLAIN_HEADERS = ["Message-ID", "Date", "From", "To", "Subject"]
THREAD_HEADERS = ["In-Reply-To", "References"]
MIME_HEADERS = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='=?UTF-8Qq_0A:Bcc<>@",;()\\\r\n \t\u2028\u202eé', max_size=120),
    st.sampled_from(
        [
            "A =?UTF-8?Q?=0A?=Bcc: x@y.example",
            "=?utf-8?b?DQpCY2M6IHhAeS5leGFtcGxl?=",
            "x\r\nBcc: x@y.example",
            "x\u2028Bcc: x@y.example",
            'Dana" <evil@y.example>, "Fox',
            "Dana, Fox; (comment",
            "\\",
            '"',
            "=?",
            "日本語の長い名前" * 20,
            "a" * 400,
            "é " * 150,
        ]
    ),
)


def lines_of(raw: bytes) -> list[str]:
    return raw.decode("ascii").split("\r\n")


def decoded(raw: bytes, name: str) -> str:
    """A header's text as most readers see it."""
    value = message_from_bytes(raw)[name]
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def assert_sound(raw: bytes, headers: list[str]) -> None:
    """Exactly these headers, CRLF only, and lines that every server takes."""
    assert message_from_bytes(raw).keys() == headers
    assert message_from_bytes(raw, policy=default_policy).keys() == headers
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    raw.decode("ascii")
    for line in lines_of(raw):
        # A single word that is longer cannot be folded.
        assert len(line) <= 76 or len(line.split()) <= 2


def test_a_draft_in_a_thread_has_exactly_these_bytes() -> None:
    """The whole message, so that any change to it is seen."""
    assert lines_of(compose(ENVELOPE, "unused", "Hello Dana,\n\nwhere do things stand?\n")) == [
        "Message-ID: <0123456789abcdef0123456789abcdef@example.org>",
        "Date: Tue, 15 Dec 2026 09:00:00 +0100",
        "From: Robin Doe <robin@example.org>",
        "To: Dana Fox <dana@acme.example>",
        "Subject: Re: Your interview",
        "In-Reply-To: <second@acme.example>",
        "References: <first@acme.example> <second@acme.example>",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "Hello Dana,",
        "",
        "where do things stand?",
        "",
    ]


def test_a_draft_outside_a_thread_has_its_own_subject_and_no_references() -> None:
    """The template's subject counts where there is nothing to answer."""
    raw = compose(ALONE, "Thank you", "Hello\n")
    assert_sound(raw, PLAIN_HEADERS + MIME_HEADERS)
    assert decoded(raw, "Subject") == "Thank you"


def test_the_same_draft_gives_the_same_bytes() -> None:
    """Nothing random is in it, so it can be recognised."""
    assert compose(ENVELOPE, "x", "é\n") == compose(ENVELOPE, "x", "é\n")


@settings(deadline=None)
@given(to_name=HOSTILE, from_name=HOSTILE, subject=HOSTILE)
def test_no_name_and_no_subject_makes_another_header_or_recipient(
    to_name: str, from_name: str, subject: str
) -> None:
    """Whatever a stranger called himself, the draft goes to one person."""
    thread = replace(OPENING, subject=subject)
    envelope = replace(ENVELOPE, to_name=to_name, from_name=from_name, thread=thread)
    raw = compose(envelope, "unused", "Hello\n")
    assert_sound(raw, PLAIN_HEADERS + THREAD_HEADERS + MIME_HEADERS)
    parsed = message_from_bytes(raw)
    for name, address in (("To", "dana@acme.example"), ("From", "robin@example.org")):
        assert [found for _, found in getaddresses([parsed[name]])] == [address]
    alone = compose(replace(envelope, thread=None), subject, "Hello\n")
    assert_sound(alone, PLAIN_HEADERS + MIME_HEADERS)


@settings(deadline=None)
@given(HOSTILE)
def test_a_subject_reads_back_as_it_was_written(subject: str) -> None:
    """Cleaned, and otherwise unchanged, however it had to be encoded and folded."""
    raw = compose(ALONE, subject, "Hello\n")
    assert decoded(raw, "Subject") == clean(subject, 500)


@settings(deadline=None)
@given(HOSTILE)
def test_a_name_reads_back_as_it_was_written(name: str) -> None:
    """Quotes, commas and encoded words in a name stay part of the name."""
    raw = compose(replace(ALONE, to_name=name), "x", "Hello\n")
    value = message_from_bytes(raw)["To"].replace("\r\n", "")
    ((phrase, _),) = getaddresses([value])
    assert str(make_header(decode_header(phrase))) == clean(name, 100)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_a_body_reads_back_as_it_was_written(line: str) -> None:
    """Any text, long lines and trailing blanks included, survives its encoding."""
    body = f"Hello\n{line}\n.\n{line} \nlast"
    raw = compose(ALONE, "x", body)
    assert_sound(raw, PLAIN_HEADERS + MIME_HEADERS)
    payload = message_from_bytes(raw).get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode("utf-8") == f"{body}\n".replace("\n", "\r\n")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_body_leaves_its_place(body: str) -> None:
    """Control characters and odd line breaks in a body end nothing early."""
    assert_sound(compose(ALONE, "x", f"{body}\x00\x1b\u2028y\ud800"), PLAIN_HEADERS + MIME_HEADERS)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Your interview", "Re: Your interview"),
        ("Re: Your interview", "Re: Your interview"),
        ("RE: re: Re : Your interview", "Re: Your interview"),
        ("AW: Your interview", "Re: Your interview"),
        ("Antw: SV: Your interview", "Re: Your interview"),
        ("Re[2]: Your interview", "Re: Your interview"),
        ("Re(3): Your interview", "Re: Your interview"),
        ("回复：Your interview", "Re: Your interview"),  # noqa: RUF001 - the colon Chinese clients write
        ("Resume: yours", "Re: Resume: yours"),
        ("Fwd: Re: Your interview", "Re: Fwd: Re: Your interview"),
        ("Regarding: x", "Re: Regarding: x"),
        ("", "Re:"),
        ("Re:", "Re:"),
    ],
)
def test_an_answer_says_re_once(subject: str, expected: str) -> None:
    """Prefixes do not pile up, and what only looks like one stays."""
    assert reply_subject(subject) == expected


def test_long_message_ids_are_neither_folded_nor_encoded() -> None:
    """Exchange's are longer than a line; a broken one would break the thread."""
    long = [f"<{'x' * 90}{number}@prod.outlook.example>" for number in range(4)]
    thread = Thread(long[3], tuple(long[:3]), "x")
    raw = compose(replace(ENVELOPE, thread=thread), "", "Hello\n")
    assert f"In-Reply-To: {long[3]}" in lines_of(raw)
    assert message_from_bytes(raw)["References"].split() == long
    assert b"=?" not in raw


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 480))
def test_references_keep_the_first_and_the_newest(count: int, length: int) -> None:
    """A long thread is cut in its middle and stays below 900 characters."""
    known = tuple(f"<{'r' * length}{number}@x.example>" for number in range(count))
    raw = compose(replace(ENVELOPE, thread=Thread("<last@x>", known, "x")), "", "y\n")
    kept = message_from_bytes(raw)["References"].split()
    assert kept[-1] == "<last@x>"
    assert len(" ".join(kept)) <= 900
    assert kept[:1] == [*known, "<last@x>"][:1]
    assert kept == [one for one in (*known, "<last@x>") if one in kept]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "no brackets",
        "<two words>",
        "<a@b>\r\nBcc: x@y.example",
        "<=?utf-8?q?=0ABcc?=@x>",
        "<é@x>",
        f"<{'x' * 600}@y>",
        "<0123@message.invalid>",
    ],
)
def test_a_message_id_that_cannot_be_quoted_is_left_out(broken: str) -> None:
    """A mail without a usable Message-ID is answered by its subject alone."""
    known = Thread("<last@x.example>", (broken, "<first@x.example>"), "Talk")
    raw = compose(replace(ENVELOPE, thread=known), "", "Hello\n")
    assert message_from_bytes(raw)["References"] == "<first@x.example> <last@x.example>"
    raw = compose(replace(ENVELOPE, thread=Thread(broken, (), "Talk")), "", "Hello\n")
    assert_sound(raw, PLAIN_HEADERS + MIME_HEADERS)
    assert decoded(raw, "Subject") == "Re: Talk"


def test_a_thread_that_names_its_last_message_twice_is_set_right() -> None:
    """The message answered comes last and once."""
    thread = Thread("<b@x>", ("<b@x>", "<a@x>", "<a@x>"), "Talk")
    raw = compose(replace(ENVELOPE, thread=thread), "", "Hello\n")
    assert message_from_bytes(raw)["References"] == "<a@x> <b@x>"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("Dana.Fox+jobs@Acme.example", "Dana.Fox+jobs@Acme.example"),
        ("o'neil@acme.example", "o'neil@acme.example"),
        ('"dana fox"@acme.example', '"dana fox"@acme.example'),
        ("dana@bücher.example", "dana@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_as_servers_want_it(address: str, written: str) -> None:
    """The local part stays as it is; a domain is put into ASCII."""
    raw = compose(replace(ENVELOPE, to_address=address), "", "Hello\n")
    assert f"To: Dana Fox <{written}>" in lines_of(raw)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("dána@acme.example", "other than ASCII before the @"),
        ("", "an empty text is no address"),
        ("dana", "dana is no address"),
        ("@acme.example", "is no address"),
        ("dana@", "is no address"),
        ("dana fox@acme.example", "is no address"),
        ("a@b.example, evil@y.example", "is no address"),
        ("a@b.example>\r\nBcc: evil@y.example", "is no address"),
        ("=?utf-8?q?=0a?=@acme.example", "is no address"),
        ("dana@acme..example", "is no address"),
        ("dana@[127.0.0.1]", "is no address"),
    ],
)
def test_an_address_that_cannot_be_written_is_refused_in_words(address: str, reason: str) -> None:
    """The error names the address and never lets it into a header."""
    for envelope in (
        replace(ENVELOPE, to_address=address),
        replace(ENVELOPE, from_address=address),
    ):
        with pytest.raises(UnreadableMessage, match=reason) as caught:
            compose(envelope, "", "Hello\n")
        assert str(caught.value).isprintable()


def test_a_draft_needs_a_sound_date_and_message_id() -> None:
    """Neither a date without an offset nor a broken Message-ID is written down."""
    with pytest.raises(UnreadableMessage, match="offset"):
        compose(replace(ENVELOPE, date=datetime(2026, 1, 1)), "", "x")  # noqa: DTZ001 - the mistake
    with pytest.raises(UnreadableMessage, match="no Message-ID"):
        compose(replace(ENVELOPE, message_id="<a b>"), "", "x")


def test_a_date_in_utc_is_written_with_its_offset() -> None:
    """`+0000` and not `-0000`, which would mean that the zone is unknown."""
    raw = compose(replace(ENVELOPE, date=datetime(2026, 1, 1, tzinfo=UTC)), "", "x")
    assert "Date: Thu, 01 Jan 2026 00:00:00 +0000" in lines_of(raw)


# Message-IDs and digests.


def identifier(
    uid: str = "u",
    step: str = "check-in",
    cycle: int = 0,
    person: str = "dana@acme.example",
    attempt: int = 0,
    domain: str = "example.org",
) -> str:
    return message_id(
        uid=uid, step=step, cycle=cycle, person=person, attempt=attempt, domain=domain
    )


def test_a_message_id_stays_the_same_between_versions() -> None:
    """A changed derivation would make every open draft a stranger."""
    assert identifier() == "<12ccf1ffd0111fa731e3f93a0c4ef3cb@example.org>"
    assert identifier(person="Dana@ACME.example") == identifier()


def test_every_part_makes_another_message_id() -> None:
    """Two drafts are never taken for one, nor do parts run into each other."""
    made = [
        identifier(),
        identifier(uid="v"),
        identifier(step="call"),
        identifier(cycle=1),
        identifier(person=""),
        identifier(attempt=1),
        identifier(uid="uc", step="heck-in"),
        identifier(cycle=1, attempt=1),
    ]
    assert len(set(made)) == len(made)


@settings(deadline=None)
@given(uid=st.text(), step=st.text(), person=st.text(), domain=st.text())
def test_a_message_id_is_valid_whatever_it_is_made_of(
    uid: str, step: str, person: str, domain: str
) -> None:
    """A strict server keeps it, and it tells nothing."""
    made = identifier(uid=uid, step=step, person=person, domain=domain)
    assert re.fullmatch(r"<[0-9a-f]{32}@[a-z0-9-]+(\.[a-z0-9-]+)*>", made)
    assert made == identifier(uid=uid, step=step, person=person, domain=domain)


@pytest.mark.parametrize(
    ("domain", "written"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[192.0.2.1]", "localhost.invalid"),
        ("", "localhost.invalid"),
        ("a..b", "localhost.invalid"),
        ("under_score.example", "localhost.invalid"),
        ("-x.example", "localhost.invalid"),
        ("x" * 70 + ".example", "localhost.invalid"),
    ],
)
def test_the_domain_of_a_message_id_is_a_host_name(domain: str, written: str) -> None:
    """What is no host name gives way to one that never exists (RFC 2606)."""
    assert identifier(domain=domain).endswith(f"@{written}>")


def test_a_digest_survives_what_servers_do_and_nothing_else() -> None:
    """Line ends and blank lines at the end do not count; any letter does."""
    raw = compose(ENVELOPE, "", "Hello\n\nDana\n")
    for same in (raw.replace(b"\r\n", b"\n"), raw + b"\r\n\r\n", raw.rstrip()):
        assert digest(same) == digest(raw)
    for other in (
        raw.replace(b"Dana\r\n", b"Dana!\r\n"),
        raw.replace(b"\r\n\r\nDana", b"\r\nDana"),
    ):
        assert digest(other) != digest(raw)
