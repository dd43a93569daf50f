"""Who is in the story, and what they write to Robin."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from followupd.demo.stage import ACCOUNT, ZONE
from followupd.domain.interview import Interview, Part, Person

ROBIN_ADDRESS = "Robin Doe <robin@example.org>"

DANA = Person("Dana Fox", "dana@acme.example", Part.RECRUITER)
SAM = Person("Sam Park", "sam@northwind.example", Part.RECRUITER, phone="+49 30 5550 0142")
KIM = Person("Kim Lee", "kim@northwind.example", Part.HIRING_MANAGER)
JO = Person("Jo Berg", "jo@friends.example", Part.NETWORK)
PAT = Person("Pat Roe", "pat@friends.example", Part.NETWORK)
LEE = Person("Lee Ray", "lee@globex.example", Part.RECRUITER)

BEGINS = "2026-11-24 10:00"


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
    "and back on Tuesday, 15 December 2026.\n\nLee Ray\n",
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


def interview(
    company: str, role: str, held: str, decision_by: str, people: tuple[Person, ...]
) -> Interview:
    """An interview as `followupd add` records it; `held` is Robin's wall time."""
    return Interview(
        uid=uuid.uuid4().hex,
        company=company,
        role=role,
        held_at=datetime.fromisoformat(held).replace(tzinfo=ZONE),
        decision_by=date.fromisoformat(decision_by),
        people=people,
        promises=(),
        account=ACCOUNT,
        language="en",
    )


def command(recorded: Interview) -> tuple[str, ...]:
    """The command that records it, line by line."""
    options = {
        Part.RECRUITER: "--recruiter",
        Part.HIRING_MANAGER: "--hiring-manager",
        Part.NETWORK: "--network",
    }
    return (
        f'$ followupd add {recorded.company} --role "{recorded.role}" \\',
        f'--held "{recorded.held_at:%Y-%m-%d %H:%M}" --decision-by {recorded.decision_by} \\',
        " ".join(f'{options[p.part]} "{p.name} <{p.address}>"' for p in recorded.people),
    )


def summary(recorded: Interview) -> str:
    """The same in words."""
    people = ", ".join(f"{p.name} ({p.part.value.replace('_', ' ')})" for p in recorded.people)
    return f"{recorded.role}; {people}"
