"""An approved draft given to a real SMTP server: to all its recipients, or to nobody."""

from __future__ import annotations

import asyncio
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from hashlib import sha512
from inspect import signature
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from followupd import outbox
from followupd.config import Account, Security
from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    FollowupdError,
    OutcomeUnknown,
    ServerRefused,
)
from followupd.outbox import Approved, Reply, send_approved
from followupd.smtp import files_own_copy
from followupd.writing.outgoing import outgoing
from tests.support.authority import Authority
from tests.support.smtpserver import SmtpServer, smtp_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.secrets import Secret

AT = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DRAFT_ID = "<5f4dcc3b5aa765d61d8327deb882cf99@example.org>"
DRAFT = f"""\
From: Robin Doe <robin@example.org>
To: Dana Fox <dana@acme.example>, lee@acme.example
Bcc: Robin <robin@example.org>, "kim okoro"@example.net
Subject: Re: Senior engineer
Message-ID: {DRAFT_ID}
Date: Mon, 16 Nov 2026 08:00:00 +0100

Dear Dana,
.
..two dots, and a line that is a single one above
.and no line break at the end"""
TO = ("dana@acme.example", "lee@acme.example", "robin@example.org", '"kim okoro"@example.net')


def approved(draft: str | bytes = DRAFT) -> Approved:
    """What the user put into the approval folder."""
    raw = draft if isinstance(draft, bytes) else draft.encode()
    message = outgoing(raw, own=frozenset({"robin@example.org"}), message_id=DRAFT_ID, at=AT)
    return Approved(DRAFT_ID, "Followups/Send", 7, 1, message)


@dataclass
class Post:
    """Somebody who sends, and counts how often a message was handed over."""

    account: Account
    secret: Secret
    handed: int = 0

    def send(self, what: Approved | None = None, patience: float = 60.0) -> Reply:
        """Send the draft, or another."""
        return asyncio.run(
            send_approved(
                self.account,
                self.secret,
                what or approved(),
                self._handing_over,
                data_seconds=patience,
            )
        )

    def _handing_over(self) -> None:
        self.handed += 1


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A server on loopback, without TLS."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def post(server: SmtpServer) -> Post:
    """Whoever sends through it."""
    return Post(server.account(), smtp_secret())


# ---- what arrives


def test_nothing_in_the_outbox_takes_an_address() -> None:
    """A message to somebody can be asked for with the proof of an approval only."""
    names = {
        name
        for ask in (outbox.sign_in, outbox.send_to_self, send_approved)
        for name in signature(ask).parameters
    }
    assert names == {
        *("smtp", "account", "secret", "raw", "approved", "handing_over", "data_seconds")
    }


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_exactly_the_approved_bytes_arrive(authority: Authority, security: Security) -> None:
    """Over TLS: lines that begin with dots, a single dot, and an end without a line break."""
    tls = security is Security.TLS
    with SmtpServer(authority.localhost(), from_the_start=tls) as server:
        post = Post(server.account(security, authority.ca_file), smtp_secret())
        assert post.send().is_accepted
    (envelope,) = server.envelopes
    assert envelope.raw == approved().outgoing.raw
    assert envelope.raw.endswith(
        b"\r\n.\r\n..two dots, and a line that is a single one above\r\n"
        b".and no line break at the end\r\n"
    )
    assert post.handed == 1


def test_whoever_is_in_bcc_gets_it_and_is_not_named_in_it(server: SmtpServer, post: Post) -> None:
    """The envelope names all recipients, a quoted local part as it stands; the header does not."""
    assert post.send().is_accepted
    (envelope,) = server.envelopes
    assert envelope.sender == "robin@example.org"
    assert envelope.recipients == TO
    mail = message_from_bytes(envelope.raw, policy=policy.default)
    assert "Bcc" not in mail
    assert b"okoro" not in envelope.raw
    assert mail["Date"].datetime == AT


def test_a_large_message_with_an_attachment_arrives_whole(server: SmtpServer, post: Post) -> None:
    """Some megabytes, octet for octet."""
    attachment = encodebytes(sha512(b"an attachment").digest() * 60_000).replace(b"\n", b"\r\n")
    draft = (
        b"From: robin@example.org\r\nTo: dana@acme.example\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\n\r\nHere it is.\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + attachment + b"--b--\r\n"
    )
    assert post.send(approved(draft)).is_accepted
    (envelope,) = server.envelopes
    assert envelope.raw.endswith(draft.partition(b"\r\n\r\n")[2])
    assert f"SIZE={len(envelope.raw)}" in envelope.options


@pytest.mark.parametrize(
    ("draft", "options"),
    [
        (DRAFT, set()),
        (DRAFT.replace("Dear", "Grüße,"), {"BODY=8BITMIME"}),
        (DRAFT.replace("lee@", "ümit@"), {"BODY=8BITMIME", "SMTPUTF8"}),
        (DRAFT.replace("Senior engineer", "Entwickler für"), {"BODY=8BITMIME", "SMTPUTF8"}),
    ],
)
def test_the_server_is_told_what_is_in_the_message(
    server: SmtpServer, post: Post, draft: str, options: set[str]
) -> None:
    """8BITMIME and SMTPUTF8 where needed, and not where not; the size always."""
    message = approved(draft)
    assert post.send(message).is_accepted
    (envelope,) = server.envelopes
    assert set(envelope.options) == {f"SIZE={len(message.outgoing.raw)}", *options}
    assert envelope.recipients == message.outgoing.recipients
    assert envelope.raw == message.outgoing.raw


# ---- what the server cannot do


@pytest.mark.parametrize(
    ("withheld", "draft", "said"),
    [
        ("SMTPUTF8", DRAFT.replace("lee@", "ümit@"), "cannot deliver to ümit@acme.example"),
        ("SMTPUTF8", DRAFT.replace("Senior", "Größe"), "no header with letters beyond ASCII"),
        ("8BITMIME", DRAFT.replace("Dear", "Grüße,"), "lacks 8BITMIME"),
    ],
)
def test_what_the_server_lacks_is_told_and_nothing_is_sent(
    server: SmtpServer, post: Post, withheld: str, draft: str, said: str
) -> None:
    """For good: no attempt is made, and the sentence says what is missing."""
    server.script.withholds = frozenset({withheld})
    reply = post.send(approved(draft))
    assert reply.code == 0
    assert not reply.is_accepted
    assert not reply.is_temporary
    assert said in reply.words
    assert withheld in reply.words
    assert "MAIL" not in server.commands
    assert post.handed == 0


def test_what_is_not_needed_may_be_missing(server: SmtpServer, post: Post) -> None:
    """An ASCII message goes through a server of the eighties."""
    server.script.withholds = frozenset({"SMTPUTF8", "8BITMIME", "SIZE"})
    assert post.send().is_accepted
    assert server.envelopes[0].options == ()


def test_a_message_over_the_server_s_size_is_not_offered(post: Post) -> None:
    """Both numbers are told."""
    size = len(approved().outgoing.raw)
    with SmtpServer(size=size - 1) as small:
        reply = Post(small.account(), post.secret).send()
    assert (reply.code, reply.is_temporary) == (0, False)
    assert f"{size - 1:,}" in reply.words
    assert f"{size:,}" in reply.words
    assert "MAIL" not in small.commands
    # aiosmtpd counts the doubled dots.
    with SmtpServer(size=size + 3) as fitting:
        assert Post(fitting.account(), post.secret).send().is_accepted


# ---- refusals


@pytest.mark.parametrize("at", ["MAIL", "dana@acme.example", "DATA", "END"])
@pytest.mark.parametrize(
    ("says", "temporary"),
    [("451 greylisted", True), ("421 closing", True), ("550 no", False), ("552 too big", False)],
)
def test_a_refusal_is_told_wherever_it_comes(
    server: SmtpServer, post: Post, at: str, says: str, *, temporary: bool
) -> None:
    """At the sender, a recipient, before and after the message: nobody gets it."""
    server.script.answers[at] = says
    reply = post.send()
    assert not reply.is_accepted
    assert reply.is_temporary is temporary
    assert reply.code == int(says[:3])
    assert says in reply.words
    assert server.envelopes == []
    assert post.handed == (1 if at in ("DATA", "END") else 0)


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ({"lee@acme.example": "550 unknown"}, 550),
        ({"lee@acme.example": "451 later"}, 451),
        ({"dana@acme.example": "451 later", "lee@acme.example": "550 unknown"}, 550),
    ],
)
def test_one_refused_recipient_keeps_the_message_from_all(
    server: SmtpServer, post: Post, says: dict[str, str], code: int
) -> None:
    """It is taken back, and every refused address is named; a final refusal weighs more."""
    server.script.answers.update(says)
    reply = post.send()
    assert reply.code == code
    assert all(address in reply.words for address in says)
    assert "robin@example.org" not in reply.words
    assert server.commands[-5:] == ["RCPT", "RCPT", "RCPT", "RCPT", "RSET"]
    assert post.handed == 0
    assert server.envelopes == []


def test_many_refused_recipients_make_a_short_sentence(server: SmtpServer, post: Post) -> None:
    """Some are named, the rest is counted."""
    everybody = [f"person{number}@acme.example" for number in range(40)]
    server.script.answers.update(dict.fromkeys(everybody, "550 unknown"))
    draft = DRAFT.replace("lee@acme.example", ",\n ".join(everybody))
    reply = post.send(approved(draft))
    assert "and 35 more" in reply.words
    assert len(reply.words) < 500


# ---- no connection


def test_without_starttls_nothing_is_sent(server: SmtpServer, authority: Authority) -> None:
    """Neither the password nor the message goes in clear text where TLS was asked for."""
    post = Post(server.account(Security.STARTTLS, authority.ca_file), smtp_secret())
    with pytest.raises(ServerRefused, match="does not offer STARTTLS"):
        post.send()
    assert set(server.commands) == {"EHLO"}


def test_a_certificate_of_a_stranger_is_refused(authority: Authority, tmp_path: Path) -> None:
    """Nobody that is trusted vouches for it."""
    stranger = Authority(tmp_path)
    with SmtpServer(authority.localhost()) as server:
        post = Post(server.account(Security.STARTTLS, stranger.ca_file), smtp_secret())
        with pytest.raises(ConnectionLost, match=r"(?i)certificate"):
            post.send()
    assert set(server.commands) == {"EHLO"}


def test_a_refused_login_sends_nothing(server: SmtpServer) -> None:
    """And the password is not told."""
    post = Post(server.account(), smtp_secret("not-the-secret"))
    with pytest.raises(AuthenticationError) as caught:
        post.send()
    assert "not-the-secret" not in str(caught.value)
    assert "MAIL" not in server.commands


def test_an_account_without_smtp_sends_nothing(server: SmtpServer) -> None:
    """The missing section is named."""
    whole = server.account()
    account = Account(whole.name, whole.address, (), whole.imap, None, None)
    with pytest.raises(ServerRefused, match=r"\[accounts\.smtp\]"):
        Post(account, smtp_secret()).send()


def test_a_server_that_is_too_busy_is_tried_again(server: SmtpServer, post: Post) -> None:
    """It greets with 421: nothing was sent, and nothing is wrong with the configuration."""
    server.script.greets = "421 too busy"
    with pytest.raises(ConnectionLost) as caught:
        post.send()
    assert caught.value.reached
    server.script.greets = ""
    server.script.answers["EHLO"] = "421 too busy"
    with pytest.raises(ConnectionLost, match="421 too busy"):
        post.send()
    assert post.handed == 0


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", "MAIL", "RCPT"])
def test_a_connection_that_ends_before_the_message_sent_nothing(
    server: SmtpServer, post: Post, verb: str
) -> None:
    """It may be tried again."""
    server.script.closes_at = verb
    with pytest.raises(FollowupdError) as caught:
        post.send()
    assert not isinstance(caught.value, (OutcomeUnknown, AuthenticationError))
    assert post.handed == 0
    assert server.envelopes == []


def test_an_answer_that_is_no_smtp_sends_nothing(server: SmtpServer, post: Post) -> None:
    """Before the message it is as good as a refusal."""
    server.script.answers["MAIL"] = "hello?"
    with pytest.raises(ServerRefused, match="nothing was sent"):
        post.send()
    assert post.handed == 0


# ---- unclear outcomes


@pytest.mark.parametrize("when", ["DATA", "END"])
def test_a_connection_that_ends_with_the_message_is_unclear(
    server: SmtpServer, post: Post, when: str
) -> None:
    """It may have been taken, and is not sent again."""
    server.script.closes_at = when
    with pytest.raises(OutcomeUnknown, match=r"closed the connection.*may or may not"):
        post.send()
    assert post.handed == 1
    assert len(server.envelopes) == (1 if when == "END" else 0)


@pytest.mark.parametrize("when", ["DATA", "END"])
def test_no_answer_to_the_message_is_unclear(server: SmtpServer, post: Post, when: str) -> None:
    """The server never answers, before or after the message."""
    server.script.is_silent_at = when
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        post.send(patience=0.5)
    assert post.handed == 1


@pytest.mark.parametrize(
    ("when", "says"), [("DATA", "250 fine"), ("END", "354 go on"), ("END", "?")]
)
def test_an_answer_that_is_neither_yes_nor_no_is_unclear(
    server: SmtpServer, post: Post, when: str, says: str
) -> None:
    """A yes at the wrong moment is none."""
    server.script.answers[when] = says
    with pytest.raises(OutcomeUnknown, match="no clear one"):
        post.send()


def test_what_fails_right_before_the_message_keeps_it_back(server: SmtpServer) -> None:
    """Where the journal cannot be written, nothing is sent."""

    def handing_over() -> None:
        raise OSError("the disk is full")

    sending = send_approved(server.account(), smtp_secret(), approved(), handing_over)
    with pytest.raises(OSError, match="disk is full"):
        asyncio.run(sending)
    assert "DATA" not in server.commands


# ---- the copy in Sent


@pytest.mark.parametrize(
    ("host", "files"),
    [
        ("smtp.gmail.com", True),
        ("SMTP.Gmail.com.", True),
        ("smtp-mail.outlook.com", True),
        ("smtp.office365.com", True),
        ("mail.example.org", False),
        ("smtp.gmail.com.example.org", False),
        ("notsmtp.gmail.com", False),
        ("smtp-relay.gmail.com", False),
    ],
)
def test_who_files_sent_mail_by_itself(host: str, *, files: bool) -> None:
    """Only the providers themselves, whatever a host's name looks like."""
    assert files_own_copy(host) is files
