"""Who is in the story, what Robin records of them, and what they write to Robin."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from followupd.domain.interview import Part, Person

if TYPE_CHECKING:
    from datetime import datetime

ROBIN_ADDRESS = "Robin Doe <robin@example.org>"

DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER)

SAM = Person("Sam Park", "sam@northwind.example", Part.RECRUITER, phone="+49 30 5550 0142")
KIM = Person("Kim Lee", "kim@northwind.example", Part.HIRING_MANAGER)
ADA = Person("Ada Wood", "ada@northwind.example", Part.INTERVIEWER)
BEN = Person("Ben Hale", "ben@northwind.example", Part.INTERVIEWER)
RAE = Person("Rae Orr", "rae@northwind.example", Part.SENIOR)
JO = Person("Jo Berg", "jo@friends.example", Part.NETWORK)
PAT = Person("Pat Roe", "pat@friends.example", Part.NETWORK)

LEE = Person("Lee Ray", "lee@globex.example", Part.RECRUITER)
MIA = Person("Mia Sund", "mia@globex.example", Part.RECRUITER)
"""Stands in for Lee; Robin does not know of her before Lee's absence note."""

UMA = Person("Uma Ott", "uma@initech.example", Part.RECRUITER)

BEGINS = "2026-11-24 10:00"


@dataclass(frozen=True, slots=True)
class Held:
    """An interview as Robin tells it to `followupd add`.

    Attributes:
        company: where.
        role: the position.
        at: when it was held, Robin's wall time such as `2026-12-01 14:00`.
        decision_by: the day that was promised, such as `2026-12-04`.
        people: who belongs to it.
        promises: what Robin promised, each such as `2026-12-07: a writing sample`.
    """

    company: str
    role: str
    at: str
    decision_by: str
    people: tuple[Person, ...]
    promises: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[tuple[str, ...], ...]:
        """The words of the command that records it, line by line."""
        people = [
            (f"--{person.part.value.replace('_', '-')}", f"{person.name} <{person.address}>")
            for person in self.people
        ]
        phones = [("--phone", f"{p.name}: {p.phone}") for p in self.people if p.phone]
        return (
            ("add", self.company, "--role", self.role),
            ("--held", self.at, "--decision-by", self.decision_by),
            *people,
            *phones,
            *(("--promise", promise) for promise in self.promises),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words of that command."""
        return tuple(word for line in self.command for word in line)

    @property
    def typed(self) -> tuple[str, ...]:
        """The command as it is typed, line by line."""
        lines = [" ".join(map(_quoted, line)) for line in self.command]
        return (f"$ followupd {lines[0]} \\", *(f"{line} \\" for line in lines[1:-1]), lines[-1])

    @property
    def summary(self) -> tuple[str, ...]:
        """The same in words."""
        people = ", ".join(f"{p.name} ({p.part.value.replace('_', ' ')})" for p in self.people)
        return (
            f"{self.role}; {people}",
            *(f"promised for {promise}" for promise in self.promises),
        )


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


@dataclass(frozen=True, slots=True)
class Writing:
    """A mail to Robin.

    Attributes:
        sender: who writes; the display name and the address.
        subject: as it stands in the header.
        text: the text.
        headers: further headers.
    """

    sender: str
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()

    def mail(self, at: datetime, answers: EmailMessage | None = None) -> bytes:
        """The message as it arrives, dated `at` (aware).

        Args:
            at: its Date.
            answers: the message whose thread it continues, or None.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = ROBIN_ADDRESS
        message["Subject"] = self.subject
        message["Date"] = format_datetime(at)
        domain = self.sender.rpartition("@")[2].rstrip(">")
        message["Message-ID"] = f"<{uuid.uuid4().hex}@{domain}>"
        if answers is not None:
            parent = str(answers["Message-ID"])
            message["In-Reply-To"] = parent
            message["References"] = f"{answers.get('References', '')} {parent}".strip()
        for name, value in self.headers:
            message[name] = value
        message.set_content(self.text)
        return message.as_bytes()


INVITATION = Writing(
    "Dana Fox <dana@acme.example>",
    "Your interview on 1 December",
    "Hello Robin,\n\nwe look forward to meeting you on Tuesday 1 December at 14:00.\n\nDana\n",
)

ABSENCE = Writing(
    "Lee Ray <lee@globex.example>",
    "Automatic reply: Thank you - Site Reliability Engineer interview",
    "Thank you for your message. I am out of office until Monday, 14 December 2026,\n"
    "and back on Tuesday, 15 December 2026. In urgent cases please contact my\n"
    "colleague Mia Sund <mia@globex.example>.\n\nLee Ray\n",
    (("Auto-Submitted", "auto-replied"),),
)

RECEIPT = Writing(
    "Sam Park <sam@northwind.example>",
    "We have received your documents",
    "This is an automatic confirmation. Please do not reply to this message.\n",
    (("Auto-Submitted", "auto-generated"),),
)

NEWSLETTER = Writing(
    "Acme News <news@acme.example>",
    "Acme in December: what our engineers build",
    "Five stories from our teams.\n",
    (("List-Id", "<news.acme.example>"), ("List-Unsubscribe", "<https://acme.example/out>")),
)

ANSWER = Writing(
    "Dana Fox <dana@acme.example>",
    "Re: Your interview on 1 December",
    "Hello Robin,\n\nsorry for the silence. The team enjoyed talking with you and would like\n"
    "to meet you again. Would Tuesday at ten suit you?\n\nDana\n",
)

REJECTION = Writing(
    "Uma Ott <uma@initech.example>",
    "Re: Thank you - Support Engineer interview",
    "Dear Robin,\n\nthank you for your interest in the position and for your time.\n"
    "Unfortunately, we have decided to move forward with another candidate.\n"
    "We wish you all the best.\n\nUma Ott\n",
)
