"""A job seeker's mail: interviews that wait, people who write, and years of everything else."""

from __future__ import annotations

import os
import smtplib
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from followupd.domain.events import Added
from followupd.domain.interview import Interview, Part, Person
from followupd.store import Store
from tests.support.delivery import mail

if TYPE_CHECKING:
    from pathlib import Path

_TEXT = "We look forward to hearing from you, and thank you for your patience.\n" * 12


@dataclass(frozen=True, slots=True)
class Employer:
    """A company with a recruiter and a hiring manager, told apart by a number."""

    number: int

    @property
    def company(self) -> str:
        """Its name."""
        return f"Company{self.number:03d}"

    @property
    def recruiter(self) -> Person:
        """Who answers."""
        address = f"recruiter@company{self.number:03d}.example"
        return Person(f"Dana Fox {self.number}", address, Part.RECRUITER)

    @property
    def hiring_manager(self) -> Person:
        """Who decides."""
        address = f"manager@company{self.number:03d}.example"
        return Person(f"Kim Lee {self.number}", address, Part.HIRING_MANAGER)


def record(state: Path, account: str, employers: int) -> None:
    """Record an interview with each employer, held ten days ago, to be decided in thirty."""
    now = datetime.now(UTC)
    store = Store.open(state / "followupd.db")
    try:
        with store.begin() as transaction:
            for employer in map(Employer, range(employers)):
                interview = Interview(
                    uid=uuid.uuid4().hex,
                    company=employer.company,
                    role="Backend Engineer",
                    held_at=now - timedelta(days=10),
                    decision_by=(now + timedelta(days=30)).date(),
                    people=(employer.recruiter, employer.hiring_manager),
                    promises=(),
                    account=account,
                    language="en",
                )
                transaction.add(Added(at=now, interview=interview))
    finally:
        store.close()


def answer(employer: Employer, user: str) -> bytes:
    """A recruiter's answer, written now."""
    person = employer.recruiter
    return mail(
        sender=f"{person.name} <{person.address}>",
        to=f"Robin Doe <{user}@example.org>",
        subject=f"Your interview at {employer.company}",
        body="Dear Robin,\n\nwe would like to invite you to a second interview.\n\nDana\n",
        date=format_datetime(datetime.now(UTC)),
    )


def deliver(lmtp_port: int, user: str, raw: bytes) -> float:
    """Deliver over LMTP; the monotonic time just before the server's final reply is read."""
    with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=30) as server:
        server.ehlo_or_helo_if_needed()
        server.mail("dana@acme.example")
        server.rcpt(user)
        code, said = server.docmd("DATA")
        if code != 354:
            raise RuntimeError(f"LMTP refused the mail: {said!r}")
        server.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        before = time.monotonic()
        code, said = server.getreply()
        if code != 250:
            raise RuntimeError(f"LMTP refused the mail: {said!r}")
    return before


def fill(maildir: Path, messages: int, employers: int, uid: int) -> None:
    """Write a Maildir with two years of mail, newest last.

    Args:
        maildir: is made.
        messages: how many.
        employers: each has five mails among them.
        uid: whom it shall belong to.
    """
    current = maildir / "cur"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    began = datetime.now(UTC) - timedelta(days=730)
    # Each employer wrote five times, before the interview.
    writing = {
        messages - 1 - messages // 20 - (number * 5 + each): Employer(number)
        for number in range(employers)
        for each in range(5)
    }
    for number in range(messages):
        when = began + timedelta(days=715) * (number / messages)
        employer = writing.get(number)
        raw = _letter(number, when, employer)
        path = current / f"{int(when.timestamp())}.M{number}P1.bench,S={len(raw)}:2,S"
        path.write_bytes(raw)
        os.utime(path, (when.timestamp(), when.timestamp()))
    _belongs_to(maildir, uid)


def copy(maildir: Path, to: Path, uid: int) -> None:
    """The same mail for another user of the same uid, as the server has never seen it."""
    for name in ("cur", "new", "tmp"):
        (to / name).mkdir(parents=True)
    for path in (maildir / "cur").iterdir():
        os.link(path, to / "cur" / path.name)
    for folder in (to.parent, to, *(to / name for name in ("cur", "new", "tmp"))):
        if os.geteuid() == 0:
            os.chown(folder, uid, uid)


def _belongs_to(maildir: Path, uid: int) -> None:
    if os.geteuid() != 0:
        return
    os.chown(maildir.parent, uid, uid)
    os.chown(maildir, uid, uid)
    for path in maildir.rglob("*"):
        os.chown(path, uid, uid)


def _letter(number: int, when: datetime, employer: Employer | None) -> bytes:
    date = format_datetime(when)
    if employer is not None:
        sender = f"{employer.recruiter.name} <{employer.recruiter.address}>"
        subject = f"Your application at {employer.company}"
    else:
        sender = f"Sender {number % 400} <news-{number % 400}@shop{number % 90}.example>"
        subject = f"What happened in week {number}: offers, minutes and other news"
    received = "".join(
        f"Received: from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop}])\r\n"
        f"\tby mx{hop}.example.org with ESMTPS id {number:08x}{hop}\r\n\tfor <robin@example.org>;"
        f" {date}\r\n"
        for hop in (1, 2, 3)
    )
    signature = "".join(f"\t{number * 7919 + line:064x}\r\n" for line in range(5))
    text = (
        f"Return-Path: <bounce-{number}@example.net>\r\n{received}"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=s1;\r\n"
        f"\th=from:to:subject:date:message-id; b=\r\n{signature}"
        f"From: {sender}\r\nTo: Robin Doe <robin@example.org>\r\nSubject: {subject}\r\n"
        f"Date: {date}\r\nMessage-ID: <{number:08d}.{int(when.timestamp())}@example.net>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"X-Mailer: example 1.{number % 10}\r\n\r\n"
    )
    return (text + _TEXT.replace("\n", "\r\n")).encode()
