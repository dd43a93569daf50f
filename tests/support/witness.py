"""Somebody who watches an SMTP server and the approval folder, and knows what the user did.

For each message that the server takes, the witness looks at once what lies in the approval folder,
and whether it is the user's act of which nothing was sent yet. It knows nothing of followupd.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from tests.support.smtpserver import Envelope

if TYPE_CHECKING:
    from tests.support.fakemailbox import FakeFolder, FakeMessage
    from tests.support.fakeserver import FakeServer
    from tests.support.smtpserver import SmtpServer

_CHANGED = frozenset({"date", "bcc"})
"""Fields that are not sent as they were approved (`writing.outgoing`)."""


class _Watched(list[Envelope]):
    """The server's messages, each shown to the witness in the moment in which it is taken."""

    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self._witness = witness

    def append(self, envelope: Envelope) -> None:
        super().append(envelope)
        self._witness.saw(envelope)


@dataclass
class Witness:
    """See the module's docstring.

    Attributes:
        mailbox: where the approval folder is.
        folder: the approval folder.
        approved: what lies in the folder and may leave: the user has put it there, or has said that
            it did not go out, and it has not left since.
        taken: how many of each Message-ID have left.
        complaints: what left and must not have.
    """

    mailbox: FakeServer
    folder: FakeFolder
    approved: list[FakeMessage] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def watch(self, smtp: SmtpServer) -> None:
        """From now on see everything that the server takes."""
        smtp._handler.envelopes = _Watched(self)

    def saw(self, envelope: Envelope) -> None:
        """The server has just taken a message."""
        sent = parsed(envelope.raw)
        name = str(sent["Message-ID"])
        self.taken[name] += 1
        same = [each for each in self.lying() if _is_it(each, sent, envelope)]
        may_leave = [each for each in same if any(each is one for one in self.approved)]
        if not same:
            self.complaints.append(f"{name} does not lie in the approval folder")
        elif not may_leave:
            self.complaints.append(f"{name} left without an act of the user's")
        else:
            self.uses(may_leave[-1])

    def uses(self, message: FakeMessage) -> None:
        """An approval is used up, or taken back."""
        self.approved = [each for each in self.approved if each is not message]

    def lying(self) -> list[FakeMessage]:
        """What lies in the approval folder."""
        with self.mailbox.lock:
            return [each for each in self.folder.messages if "\\Deleted" not in each.flags]


def parsed(raw: bytes) -> EmailMessage:
    """A message as a mail program reads it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _is_it(lying: FakeMessage, sent: EmailMessage, envelope: Envelope) -> bool:
    """Whether that message was sent as it lies there, to all whom it names and to nobody else."""
    draft = parsed(lying.raw)
    fields = [
        [(name.lower(), str(value)) for name, value in one.items() if name.lower() not in _CHANGED]
        for one in (draft, sent)
    ]
    named = [
        address.addr_spec
        for name in ("To", "Cc", "Bcc")
        for header in draft.get_all(name, [])
        for address in header.addresses
    ]
    same_text = draft.get_content() == sent.get_content()
    return fields[0] == fields[1] and same_text and list(envelope.recipients) == named
