"""From a draft that was seen in the approval folder to the proof that it may be sent.

This is the one place where an `Approved` is made, and it is made of nothing but a message that
lies in the folder the user named for it: followupd itself never puts one there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.errors import ServerRefused, UnreadableMessage
from followupd.mailbox.drafts import headers_of
from followupd.outbox import Approved
from followupd.writing.outgoing import outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.responses import Fetched
    from followupd.store import JournalEntry

LARGEST = 36 * 1024 * 1024
"""Octets of a message that is read back; what providers take is smaller."""


def read_approved(
    connection: Connection, folder: str, entry: JournalEntry, own: frozenset[str], at: datetime
) -> Approved | None:
    """Read a draft back from the approval folder, as it is to be sent.

    Args:
        connection: where it lies.
        folder: the approval folder.
        entry: the draft, with its place as it was seen last.
        own: the user's own addresses, one of which must be the sender.
        at: the moment of sending; aware, in the user's zone.

    Returns:
        None: it does not lie there any more.

    Raises:
        ServerRefused: the server does not hand it out.
        UnreadableMessage: it cannot be sent as it is, and why.
    """
    mailbox = connection.examine(folder)
    if entry.folder != folder or mailbox.uidvalidity != entry.uidvalidity:
        return None
    there = connection.headers([entry.uid])
    if not there or "\\Deleted" in there[0].flags or not _is_same(there[0], entry):
        return None
    raw = connection.body(entry.uid, LARGEST)
    if raw is None:
        return None
    if not raw:
        raise ServerRefused("the server does not hand out its text")
    if len(raw) >= LARGEST:
        raise UnreadableMessage(f"it is larger than {LARGEST // 2**20} MiB, which no server takes")
    message = outgoing(raw, own=own, message_id=entry.message_id, at=at)
    return Approved(entry.message_id, folder, mailbox.uidvalidity, entry.uid, message)


def _is_same(fetched: Fetched, entry: JournalEntry) -> bool:
    """Whether it is the message that was seen there: a folder made anew may reuse its numbers."""
    message = headers_of(fetched)
    borne = message.message_id if message is not None else None
    return borne is None or borne in (entry.bound_message_id, entry.message_id)
