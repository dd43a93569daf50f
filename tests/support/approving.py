"""A job seeker who approves drafts by moving them into a folder, and the SMTP server behind it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from tests.support.smtpserver import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from followupd.domain.history import Draft
    from followupd.domain.interview import Person
    from tests.support.authority import Authority
    from tests.support.seeker import Seeker

FOLDER = "Followups/Send"

_SECTIONS = """
[accounts.smtp]
host = "localhost"
port = {port}
security = "starttls"
username = "robin"
ca_file = "{ca_file}"

[accounts.approval]
folder = "Followups/Send"
{more}
"""


@dataclass(frozen=True, slots=True)
class Approver:
    """The seeker, their SMTP server, and what they do with the approval folder."""

    seeker: Seeker
    smtp: SmtpServer

    def moves(self, source: str, target: str) -> None:
        """Move the one message that lies in a folder into another."""
        client = self.seeker.mailbox.looking
        [(uid, _)] = self.seeker.lying_in(source)
        client.select_folder(source)
        client.move([uid], target)

    def approves(self) -> None:
        """Move the draft from Drafts into the approval folder."""
        self.moves("Drafts", FOLDER)

    def takes_back(self) -> None:
        """Move it out again."""
        self.moves(FOLDER, "Drafts")

    def draft(self, number: int = 1) -> Draft:
        """The newest draft of an interview, as it is known."""
        return self.seeker.history(number).drafts[-1]

    @property
    def delivered(self) -> list[EmailMessage]:
        """What the SMTP server was given, oldest first."""
        return [message_from_bytes(each.raw, policy=policy.default) for each in self.smtp.envelopes]

    def counts(self) -> dict[str, int]:
        """How many messages lie in each folder that matters, and at the SMTP server."""
        found = {name: len(self.seeker.lying_in(name)) for name in ("Drafts", FOLDER, "Sent")}
        return found | {"SMTP": len(self.smtp.envelopes)}


@contextmanager
def approver(seeker: Seeker, authority: Authority, *, more: str = "") -> Iterator[Approver]:
    """Give a seeker an approval folder and an SMTP server.

    Args:
        seeker: without a configuration yet.
        authority: signs the SMTP server's certificate.
        more: further lines for `[accounts.approval]`.
    """
    with SmtpServer(authority.localhost()) as smtp:
        seeker.extra = _SECTIONS.format(port=smtp.port, ca_file=authority.ca_file, more=more)
        seeker.mailbox.looking.create_folder(FOLDER)
        yield Approver(seeker, smtp)


def with_check_in(seeker: Seeker, *people: Person) -> int:
    """An interview whose check-in has just been laid, on Tue 8 Dec at 10:00; its number."""
    seeker.at("2026-12-08 10:00")
    number = seeker.add(people)
    assert seeker.once() == []
    assert len(seeker.drafts()) == 1
    return number
