"""A mail as it is kept, and what is taken from one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.reading.addresses import mailbox_key
from followupd.reading.message import fingerprint

if TYPE_CHECKING:
    from followupd.domain.events import Event, Mail
    from followupd.domain.history import History
    from followupd.mailbox.responses import Fetched
    from followupd.reading.message import Message


@dataclass(frozen=True, slots=True)
class Taken:
    """An event to record.

    Attributes:
        interview_id: for which interview.
        event: the fact.
        fingerprint: the same mail in another folder has the same one and is recorded once.
        settles: the Message-ID of the draft that is explained by it, or None.
    """

    interview_id: int
    event: Event
    fingerprint: str
    settles: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a mail came, by the server's clock, and whether it was since the last look."""

    received: datetime | None
    is_new: bool


def as_known(mail: Mail, history: History) -> Mail:
    """The mail with the interview's people under the addresses they were recorded with.

    Dana writes as dana+jobs@ and is written to as Dana@: it is the same person.
    """
    known = {mailbox_key(person.address): person.address for person in history.interview.people}
    return replace(
        mail,
        sender=known.get(mailbox_key(mail.sender), mail.sender),
        recipients=tuple(known.get(mailbox_key(to), to) for to in mail.recipients),
    )


def mail_of(message: Message, fetched: Fetched, folder: str, now: datetime) -> Mail:
    """What is kept of a mail; its date is never after `now`."""
    received = fetched.internaldate
    date = message.date or received or now
    if date > now + timedelta(days=1):
        # A clock that runs ahead would make every later answer look old.
        date = received or now
    return happened.Mail(
        message_id=message.message_id or fingerprint(fetched.raw),
        sender=message.sender.address,
        sender_name=message.sender.name,
        recipients=tuple(recipient.address for recipient in message.recipients),
        subject=message.subject,
        date=min(date, now),
        folder=folder,
        references=tuple(dict.fromkeys((*message.references, *message.in_reply_to))),
    )
