"""What is sent of an approved draft: its own bytes, and what every mail program changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address, Group, HeaderRegistry
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followupd.errors import UnreadableMessage
from followupd.writing.draft import Envelope, Thread, compose
from followupd.writing.outgoing import LINE_LIMIT, Outgoing, outgoing
from followupd.writing.recipients import read_recipients

AT = datetime(2026, 11, 18, 9, 30, 15, tzinfo=ZoneInfo("Europe/Berlin"))
SENT_AT = b"Date: Wed, 18 Nov 2026 09:30:15 +0100\r\n"
OWN = frozenset({"robin@example.org", "r.doe@example.net"})
ID = "<made-up@example.org>"
FROM = b"From: Robin Doe <robin@example.org>\r\n"
TO = b"To: Dana Fox <dana@acme.example>\r\n"
OWN_ID = b"Message-ID: <draft@example.org>\r\n"
DATE = b"Date: Mon, 16 Nov 2026 08:00:00 +0100\r\n"
BODY = b"Dear Dana,\r\n"

# No verdict depends on how fast the machine is.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def made(raw: bytes, at: datetime = AT) -> Outgoing:
    """What is sent of the draft `raw`."""
    return outgoing(raw, own=OWN, message_id=ID, at=at)


def draft(*fields: bytes, body: bytes = BODY, base: bytes = FROM + TO + OWN_ID + DATE) -> bytes:
    """A draft with further header fields, given without their line ends."""
    return base + b"".join(one + b"\r\n" for one in fields) + b"\r\n" + body


def to(value: str) -> tuple[str, ...]:
    """The recipients of a draft with that To."""
    return made(draft(f"To: {value}".encode(), base=FROM + OWN_ID)).recipients


# ---- the bytes


def test_our_own_draft_is_sent_as_it_is_but_for_its_date() -> None:
    """The user moved it untouched: not an octet more is changed."""
    envelope = Envelope(
        "<draft@example.org>",
        datetime(2026, 11, 16, 8, tzinfo=UTC),
        "Robin Doe",
        "robin@example.org",
        "Dana Füchsin",
        "dana@acme.example",
        Thread("<question@acme.example>", ("<first@acme.example>",), "Größe"),
    )
    raw = compose(envelope, "", "Grüße\n\n.\n..\n" + 99 * "x")
    sent = made(raw)
    assert sent.raw == raw.replace(b"Date: Mon, 16 Nov 2026 08:00:00 +0000\r\n", SENT_AT)
    assert sent.message_id == "<draft@example.org>"
    assert sent.recipients == ("dana@acme.example",)
    assert sent.subject == "Re: Größe"
    assert not sent.needs_utf8
    assert not sent.needs_8bit


def test_bcc_goes_and_its_people_stay_in_the_envelope() -> None:
    """Also where it is folded, empty, or written in an old-fashioned way."""
    sent = made(draft(b"bCC : kim@acme.example,\r\n\t lee@acme.example", b"Bcc:", b"X-Mine: kept"))
    assert sent.recipients == ("dana@acme.example", "kim@acme.example", "lee@acme.example")
    assert sent.raw == FROM + TO + OWN_ID + SENT_AT + b"X-Mine: kept\r\n\r\n" + BODY


def test_the_date_is_that_of_sending_in_the_user_s_zone() -> None:
    """There is exactly one, where the first one stood, or at the top."""
    sent = made(draft(b"DATE:\r\n Tue, 1 Jan 1980 00:00:00 GMT", base=FROM + DATE + TO + OWN_ID))
    assert sent.raw == FROM + SENT_AT + TO + OWN_ID + b"\r\n" + BODY
    assert made(draft(base=FROM + TO + OWN_ID)).raw.startswith(SENT_AT + FROM)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (b"Message-ID:",),
        (b"Message-Id: 12345",),
        (b"Message-ID: <no at>",),
        (b"Message-ID: =?utf-8?q?=3Ca=40b=3E?=",),
        (b"Message-ID: <a@b> <c@d>",),
        (b"Message-ID: <a@b>", b"Message-ID: <c@d>"),
    ],
)
def test_a_message_id_that_nobody_can_quote_is_replaced(fields: tuple[bytes, ...]) -> None:
    """So is none at all."""
    sent = made(draft(*fields, base=FROM + TO + DATE))
    assert sent.message_id == ID
    assert re.findall(rb"(?i)^message-id:.*$", sent.raw, re.MULTILINE) == [
        f"Message-ID: {ID}\r".encode()
    ]


def test_a_message_id_that_is_folded_stays_as_it_is() -> None:
    """It is a good one."""
    folded = b"Message-ID:\r\n <very-long@example.org>"
    sent = made(draft(folded, base=FROM + TO + DATE))
    assert sent.message_id == "<very-long@example.org>"
    assert folded in sent.raw


PRIVATE = [
    b"X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0",
    b"X-Identity-Key: id1",
    b"X-Account-Key: account1",
    b"X-Mozilla-Status: 0001",
    b"X-Mozilla-Status2: 00800000",
    b"X-Mozilla-Keys:           ",
    b"FCC: imap://robin%40example.org@imap.example.org/Sent",
    b"X-Mozilla-Cloud-Part: cloudFile; url=https://files.example/secret",
    b"X-Enigmail-Draft-Status: N11222",
    b"X-Unsent: 1",
    b"X-Evolution-Identity: 1531822.1@host",
    b"X-Evolution-Format: text/plain",
    b"X-KMail-Identity: 123456",
    b"X-KMail-EncryptActionEnabled: false",
    b"X-KMail-UnExpanded-To:",
    b"X-Uniform-Type-Identifier: com.apple.mail-draft",
    b"X-K9mail-Identity: !l=0&o=0&s=--%20%0D%0ARobin\r\n %23%3AOGM4",
    b"Autocrypt-Draft-State: encrypt=no; _by-choice=yes",
    b"X-Draft-Info: type=reply; uid=17; folder=SU5CT1g=",
    b"X-Mutt-References: <question@acme.example>",
    b"X-Mutt-Fcc: =Sent",
    b"X-Mutt-PGP: O",
    b"X-Reply-UID: (2 > )(1 1167538359 994)/home/robin/mail/INBOX/",
    b"X-Balsa-Fcc: file:///home/robin/mail/sentbox",
    b'X-Draft-From: ("nnimap+work:INBOX" 341)',
    b"Status: RO",
    b"X-Status: D",
    b"X-Keywords:",
    b"Return-Path: <robin@example.org>",
]
PUBLIC = [
    b"Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=",
    b"In-Reply-To: <question@acme.example>",
    b"References: <first@acme.example>\r\n\t<question@acme.example>",
    b"Reply-To: r.doe@example.net",
    b"MIME-Version: 1.0",
    b"Content-Type: text/plain;\r\n  charset=utf-8",
    b"content-transfer-encoding:8bit",
    b"User-Agent: Mozilla Thunderbird",
    b"X-Statusquo: kept",
    b"S: a field of somebody's own",
    b"Autocrypt: addr=robin@example.org; keydata=AAAA",
    b"Subject2:",
]


@UNHURRIED
@given(st.data())
def test_exactly_the_private_fields_go(data: st.DataObject) -> None:
    """Everything else stays: order, folding, spelling, blanks, the body."""
    fields = data.draw(st.permutations([*PRIVATE, *PUBLIC]))
    kept = [one for one in fields if one in PUBLIC]
    body = data.draw(st.binary(max_size=200).map(lambda raw: re.sub(rb"[\0\r\n]", b"", raw)))
    body = body and body + b"\r\n"
    assert made(draft(*fields, body=body)).raw == (
        FROM + TO + OWN_ID + SENT_AT + b"".join(one + b"\r\n" for one in kept) + b"\r\n" + body
    )


def test_what_claws_mail_writes_before_its_end_mark_goes() -> None:
    """The same short names behind it are somebody's own."""
    queue = b"S:robin@example.org\r\nSCF:#imap/Sent\r\nX-Claws-Sign:0\r\nR:<dana@acme.example>\r\n"
    raw = queue + b"X-Claws-End-Special-Headers: 1\r\n" + draft(b"S: mine")
    assert made(raw).raw == draft(b"S: mine").replace(DATE, SENT_AT)


def test_lines_that_end_in_lf_end_in_crlf_when_sent() -> None:
    """As local clients store them; a single CR in the text, too, and the last line."""
    raw = draft(body=b"one\ntwo\r\nthree\rfour\n\n.\nend")
    sent = made(raw.replace(b"\r\n", b"\n").replace(b"two\n", b"two\r\n"))
    assert sent.raw.endswith(b"\r\n\r\none\r\ntwo\r\nthree\r\nfour\r\n\r\n.\r\nend\r\n")


@UNHURRIED
@given(st.binary(max_size=80), st.lists(st.sampled_from([*PRIVATE, *PUBLIC]), max_size=6))
def test_whatever_lies_there_what_is_sent_cannot_be_misread(
    noise: bytes, fields: list[bytes]
) -> None:
    """No bare CR or LF by which a server could see a second message, no NUL, no long line."""
    for raw in (draft(*fields, body=noise), draft(*fields, noise), noise + draft(*fields)):
        try:
            sent = made(raw)
        except UnreadableMessage as error:
            sentence = str(error)
            assert sentence.startswith("the draft was not sent: ")
            assert sentence.isprintable()
            continue
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", sent.raw)
        assert sent.raw.endswith(b"\r\n")
        assert max(map(len, sent.raw.split(b"\r\n"))) <= LINE_LIMIT
        assert sent.recipients[0] == "dana@acme.example"


@UNHURRIED
@given(st.lists(st.sampled_from([*PRIVATE, *PUBLIC, b"Bcc: kim@acme.example"]), max_size=6))
def test_what_was_made_ready_once_changes_no_more(fields: list[bytes]) -> None:
    """Later only the date does; and the same draft at the same moment makes the same bytes."""
    raw = draft(*fields)
    once = made(raw)
    assert made(raw) == once
    assert made(once.raw).raw == once.raw
    later = made(once.raw, AT + timedelta(hours=1))
    assert later.raw == once.raw.replace(b"09:30:15", b"10:30:15")


# ---- what it needs of the server


@pytest.mark.parametrize(
    ("fields", "body", "utf8", "eight_bit"),
    [
        ((), BODY, False, False),
        ((), "Grüße\r\n".encode(), False, True),
        ((), b"\xff\r\n", False, True),
        (("Subject: Größe".encode(),), BODY, True, False),
        (("Cc: ümit@acme.example".encode(),), BODY, True, False),
        (("Bcc: ümit@acme.example".encode(),), BODY, True, False),
        (("Bcc: Ümit <umit@acme.example>".encode(),), BODY, False, False),
        (("X-Mutt-Fcc: =Gesendet für".encode(),), BODY, False, False),
    ],
)
def test_letters_beyond_ascii_are_noticed_where_they_are(
    fields: tuple[bytes, ...], body: bytes, *, utf8: bool, eight_bit: bool
) -> None:
    """In an address, also of Bcc, or in the header that is sent; and in the body."""
    sent = made(draft(*fields, body=body))
    assert (sent.needs_utf8, sent.needs_8bit) == (utf8, eight_bit)


# ---- who gets it


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("dana@acme.example", ("dana@acme.example",)),
        ("<dana@acme.example>", ("dana@acme.example",)),
        ('"Fox, Dana" <Dana@Acme.example>', ("Dana@Acme.example",)),
        ("dana@acme.example <dana@acme.example>", ("dana@acme.example",)),
        ("Dana [HR] Fox <dana@acme.example>", ("dana@acme.example",)),
        ("=?utf-8?Q?Fox,_Dana?= <dana@acme.example>", ("dana@acme.example",)),
        ("dana@acme.example (Dana (the \\) one), of HR)", ("dana@acme.example",)),
        ('"dana fox"@acme.example', ('"dana fox"@acme.example',)),
        ('X <"dana\\"@\\\\fox"@acme.example>', ('"dana\\"@\\\\fox"@acme.example',)),
        ('"dana.fox"@acme.example', ("dana.fox@acme.example",)),
        ("dana @ acme . example", ("dana@acme.example",)),
        ("dana@[192.0.2.1]", ("dana@[192.0.2.1]",)),
        ("<@relay.example,@b.example:dana@acme.example>", ("dana@acme.example",)),
        ("HR: dana@acme.example, Lee <lee@acme.example>;, kim@acme.example",
         ("dana@acme.example", "lee@acme.example", "kim@acme.example")),
        ("nobody:;, dana@acme.example", ("dana@acme.example",)),
        (",dana@acme.example,,", ("dana@acme.example",)),
        ("dana@acme.example, Dana <dana@ACME.example>", ("dana@acme.example",)),
        ("Ümit <ümit@bücher.example>", ("ümit@bücher.example",)),
        ("Dana\r\n Fox\r\n\t<dana@acme.example>", ("dana@acme.example",)),
    ],
)  # fmt: skip
def test_recipients_are_read_as_mail_programs_write_them(
    value: str, expected: tuple[str, ...]
) -> None:
    """Names, comments, groups, quotes, routes, folds: what counts is the address."""
    assert to(value) == expected


def test_all_of_to_cc_and_bcc_get_it_once_and_in_that_order() -> None:
    """Wherever the fields stand, and however many there are."""
    fields = (
        b"Bcc: kim@acme.example",
        b"Cc: lee@acme.example, dana@acme.example",
        b"To: max@acme.example",
        b"Bcc: lee@ACME.example, Lee@acme.example",
    )
    # Before the @ a server may tell capitals apart: then they are two people.
    assert made(draft(*fields)).recipients == (
        *("dana@acme.example", "max@acme.example", "lee@acme.example", "kim@acme.example"),
        "Lee@acme.example",
    )


@pytest.mark.parametrize(
    "value",
    [
        "dana",
        "dana@",
        "@acme.example",
        "dana@acme.example lee@acme.example",
        "dana@acme.example; lee@acme.example",
        "Dana Fox dana@acme.example",
        "Fox, Dana <dana@acme.example>",
        "dana@acme.example, friends",
        "Dana <dana@acme.example",
        "Dana <dana@acme.example> Fox",
        "Dana <<dana@acme.example>>",
        "<dana@acme.example> <lee@acme.example>",
        "a> <dana@acme.example>",
        "<>",
        '"Dana <dana@acme.example>',
        "dana@acme.example (HR",
        "dana@acme.example)",
        "dana..fox@acme.example",
        ".dana@acme.example",
        "dana@acme..example",
        "dana@acme.example.",
        "dana@lee@acme.example",
        "=?utf-8?q?dana?=@acme.example",
        "=?utf-8?q?dana=40acme.example?=",
        '"=?utf-8?q?dana?="@acme.example',
        "HR: dana@acme.example",
        "mailto:dana@acme.example",
        "HR: a: dana@acme.example;",
        "HR: dana@acme.example; lee@acme.example",
        "dana@[192.0.2.1",
        '""@acme.example',
        "da\u200bna@acme.example",
        "da\u202ena@acme.example",
        "dana@acme.example\u00a0",
        "dana\x01@acme.example",
        '"dana\x1b"@acme.example',
        f"{'d' * 250}@acme.example",
    ],
)
def test_a_recipient_that_cannot_be_read_is_told_and_never_left_out(value: str) -> None:
    """Nothing is sent, even where another recipient is plain; the sentence names the field."""
    raw = draft(f"Cc: {value}".encode())
    with pytest.raises(UnreadableMessage, match="Cc") as caught:
        made(raw)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


ATOMS = st.text("abcXYZ019!#$%&'*+/=^_{|}~-", min_size=1, max_size=10)
LOCALS = st.one_of(
    st.lists(ATOMS, min_size=1, max_size=3).map(".".join),
    st.text('ab @,;:<>()[]"\\', min_size=1, max_size=8).filter(
        lambda text: text == " ".join(text.split())
    ),
)
NAMES = st.text('abcÄß ,;:.@<>()"\\=?', max_size=20).filter(lambda text: "=?" not in text)


@st.composite
def mailboxes(draw: st.DrawFn) -> Address:
    """A mailbox, as `email` writes it."""
    host = draw(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=3))
    return Address(draw(NAMES), draw(LOCALS), ".".join(host))


GROUPS = st.builds(Group, st.just("HR people"), st.lists(mailboxes(), max_size=3).map(tuple))


@UNHURRIED
@given(st.lists(st.one_of(mailboxes(), GROUPS), min_size=1, max_size=4))
def test_recipients_are_those_that_the_standard_library_reads(
    several: list[Address | Group],
) -> None:
    """For everything that is written by the rules."""
    value = ", ".join(map(str, several))
    header: Any = HeaderRegistry()("To", value)
    assert list(read_recipients("To", value)) == [one.addr_spec for one in header.addresses]


@UNHURRIED
@given(st.text('ab@.,;:<>()[]"\\ =?é\u200b\x01', max_size=60))
def test_reading_recipients_ends_in_addresses_or_in_a_sentence(value: str) -> None:
    """Every address found is one for SMTP: nothing in it ends it early."""
    try:
        found = read_recipients("To", value)
    except UnreadableMessage as error:
        sentence = str(error)
        assert sentence.isprintable()
        return
    for address in found:
        local, _, domain = address.rpartition("@")
        assert re.fullmatch(r'[^\s<>()\[\],;:@"\\]+|"(?:[^"\\]|\\.)+"', local)
        assert re.fullmatch(r"[^\s<>()\[\],;:@\"\\]+|\[[^\[\]\\]*\]", domain)
        assert address.isprintable()


def test_a_draft_for_nobody_is_not_sent() -> None:
    """The user is told where an address belongs."""
    for fields in ((), (b"To:",), (b"To: undisclosed-recipients:;", b"Cc: ")):
        with pytest.raises(UnreadableMessage, match="nobody in To, Cc or Bcc"):
            made(draft(*fields, base=FROM + OWN_ID))


# ---- who sends it


@pytest.mark.parametrize(
    "value",
    [
        "robin@example.org",
        "Robin Doe <ROBIN@Example.ORG>",
        '"Doe, R." <r.doe@example.net>',
        "=?utf-8?q?R=C3=B6bin?= <robin@example.org> (home)",
    ],
)
def test_any_of_the_user_s_addresses_may_send(value: str) -> None:
    """As the user chose it, in whatever case."""
    sent = made(draft(f"From: {value}".encode(), base=TO + OWN_ID))
    assert sent.sender.casefold() in OWN


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((b"From: Dana <dana@acme.example>",), "dana@acme.example is none of"),
        ((b"From: robin@example.org, r.doe@example.net",), "names 2 senders"),
        ((b"From: robin@example.org", b"From: robin@example.org"), "names 2 senders"),
        ((), "names 0 senders"),
        ((b"From:",), "names 0 senders"),
        ((b"From: Robin Doe",), "Robin Doe” in its From"),
        ((b"From: robin@example.org <dana@acme.example>",), "dana@acme.example is none of"),
        ((b"From: robin@example.org", b"Sender: pa@acme.example"), "pa@acme.example is none of"),
    ],
)
def test_a_sender_who_is_somebody_else_is_refused(fields: tuple[bytes, ...], said: str) -> None:
    """Neither in From nor in Sender; and From names one person."""
    with pytest.raises(UnreadableMessage, match=re.escape(said)):
        made(draft(*fields, base=TO + OWN_ID))


def test_a_sender_field_of_the_user_s_own_stays() -> None:
    """Another address of theirs."""
    assert b"Sender: r.doe@example.net\r\n" in made(draft(b"Sender: r.doe@example.net")).raw


# ---- what cannot be sent as it is


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no empty line"),
        (FROM + TO, "no empty line"),
        (b"\r\n" + draft(), "no empty line"),
        (draft(body=b"a\0b\r\n"), "NUL"),
        (draft(body=b"short\r\n" + b"x" * 999 + b"\r\n"), "line 7 is longer than 998"),
        (draft(b"Subject: " + b"x" * 990), "line 5 is longer than 998"),
        (draft(*[b"X-Mine: " + b"x" * 900] * 300), "more than 262,144 octets"),
        (draft(b"Subject: x\rBcc: eve@example.com"), "do not all end alike"),
        (draft(b"Subject: x\nBcc: eve@example.com"), "do not all end alike"),
        (draft().replace(b"\r\n\r\n", b"\n\r\n"), "do not all end alike"),
        (b"From robin@example.org Mon Nov 16 08:00:00 2026\r\n" + draft(), "no header field"),
        (b" folded\r\n" + draft(), "no header field"),
        (b"\xef\xbb\xbf" + draft(), "no header field"),
        (draft(b"Dear Dana"), "“Dear Dana” in its header"),
        (draft(b"Subject: Gr\xf6\xdfe"), "its Subject is neither ASCII nor UTF-8"),
        (draft(b"Resent-To: eve@example.com"), "Resent-"),
        (draft(b"Lcc: friends"), "friends"),
        (draft(b"X-KMail-UnExpanded-CC: team"), "team"),
    ],
)
def test_a_draft_that_servers_would_read_differently_is_not_sent(raw: bytes, said: str) -> None:
    """The sentence says what is wrong and what to do."""
    with pytest.raises(UnreadableMessage, match=re.escape(said)) as caught:
        made(raw)
    assert "approve it again" in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        b"X-Mutt-PGP: E",
        b"X-Mutt-PGP: OS<0x1234>I",
        b"X-Mutt-SMIME: EC<aes256>",
        b"X-Claws-Encrypt:1",
        b"X-Sylpheed-Sign: 1",
        b"X-KMail-EncryptActionEnabled: true",
        b"X-Evolution-Format: text/html, pgp-sign, pgp-encrypt",
        b"Autocrypt-Draft-State: encrypt=yes; _by-choice=yes;",
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x',
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    ],
)
def test_what_the_mail_program_has_still_to_encrypt_is_not_sent_in_clear(line: bytes) -> None:
    """Nor what is encrypted to the user only."""
    with pytest.raises(UnreadableMessage, match="sign or to encrypt"):
        made(draft(line))


@pytest.mark.parametrize(
    "line",
    [
        b"X-Mutt-PGP: O",
        b"X-Mutt-SMIME: OC<SHA>",
        b"X-Claws-Encrypt:0",
        b"X-KMail-SignatureActionEnabled: false",
        b"X-Evolution-Format: text/html",
        b"Content-Type: multipart/signed; micalg=pgp-sha512; boundary=x",
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data",
    ],
)
def test_what_is_signed_already_or_need_not_be_is_sent(line: bytes) -> None:
    """A signature is a part of the message."""
    assert message_from_bytes(made(draft(line)).raw, policy=policy.default)["To"]


def test_a_moment_without_a_zone_and_a_broken_message_id_are_mistakes_of_the_caller() -> None:
    """They would end up in the header."""
    with pytest.raises(ValueError, match="offset"):
        outgoing(draft(), own=OWN, message_id=ID, at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="Message-ID"):
        outgoing(draft(), own=OWN, message_id="<x@y>\r\nBcc: eve@example.com", at=AT)
