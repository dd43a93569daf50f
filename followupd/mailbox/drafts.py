"""Our drafts as they lie in the mailbox: finding, placing, withdrawing.

What a mail client does to a draft has to be read off the mailbox alone. The order of looking is
fixed: Drafts before Sent before Trash, since a client may put an old version into Trash when it
saves a new one. A search finds substrings and may be behind; whatever it finds is compared
exactly before it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused, UnreadableMessage
from followupd.mailbox.search import any_of
from followupd.reading.message import read_headers
from followupd.writing.draft import digest, reply_subject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import AppendUid, Fetched, Mailbox
    from followupd.reading.message import Message

ORIGINAL_ID_HEADERS = ("X-Microsoft-Original-Message-ID", "X-Original-Message-ID")
"""Where servers that give a sent mail a new Message-ID keep the one it had."""

_MOST_CANDIDATES = 50


class Whereabouts(StrEnum):
    """Where a draft was found."""

    UNTOUCHED = "untouched"
    EDITED = "edited"
    SENT = "sent"
    SENT_LIKELY = "sent, likely"
    TRASHED = "in Trash"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a draft that is looked for.

    Attributes:
        message_ids: every Message-ID it has borne, the first one first.
        to: the bare address in its To.
        in_reply_to: the Message-ID it answers, or None.
        subject: as queued.
        queued_at: when it was laid into Drafts; aware.
        uidvalidity: of Drafts when it was last seen there; 0 when never.
        uid: its UID then; 0 when never.
        digest: of its bytes as they were appended (`writing.draft.digest`); "" when unknown.
        edited: whether the user is known to have changed it.
        others: Message-IDs of our other drafts, which it is not.
    """

    message_ids: tuple[str, ...]
    to: str
    in_reply_to: str | None
    subject: str
    queued_at: datetime
    uidvalidity: int = 0
    uid: int = 0
    digest: str = ""
    edited: bool = False
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a draft is now.

    Attributes:
        where: see `Whereabouts`.
        folder: the folder it was found in, "" for nowhere.
        uidvalidity: of that folder.
        uid: its UID there, 0 for nowhere.
        found: its headers where they were fetched.
    """

    where: Whereabouts
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    found: Fetched | None = None

    @property
    def message(self) -> Message | None:
        """What its headers say; None where they were not fetched or cannot be read."""
        return _message(self.found) if self.found is not None else None


def find(connection: Connection, roles: Roles, sought: Sought, *, by_likeness: bool) -> Sighting:
    """Look for one draft of ours in Drafts, Sent and Trash, in that order.

    Args:
        connection: where to look.
        roles: the folders.
        sought: what is known of the draft.
        by_likeness: whether a mail in the same thread to the same person will do, since many
            clients give an edited draft a new Message-ID. Only for a draft that was there.
    """
    drafts = connection.examine(roles.drafts)
    in_drafts = _find_in_drafts(connection, roles.drafts, drafts, sought, by_likeness)
    if in_drafts is not None:
        return in_drafts
    sent = _find_in_sent(connection, roles, sought, by_likeness)
    if sent is not None:
        return sent
    if roles.trash is not None:
        trash = connection.examine(roles.trash)
        trashed = with_message_id(connection, sought.message_ids)
        if trashed:
            newest = trashed[-1]
            return Sighting(Whereabouts.TRASHED, roles.trash, trash.uidvalidity, newest.uid, newest)
    return Sighting(Whereabouts.NOWHERE)


def place(
    connection: Connection, folder: str, raw: bytes, message_id: str, before: Mailbox
) -> Sighting:
    r"""Append a draft, flagged `(\Draft \Seen)` by the same command, and learn where it lies.

    Args:
        connection: where to.
        folder: the folder of drafts.
        raw: the message, CRLF line ends.
        message_id: its Message-ID, to recognise it by.
        before: the folder as it was examined before.

    Raises:
        OutcomeUnknown: the command was sent and its result never came.
        ServerRefused: the server said no; nothing was placed.
    """
    hint = connection.append(folder, raw, ("\\Draft", "\\Seen"))
    try:
        return _placed(connection, folder, message_id, before, hint)
    except ServerRefused:
        # It lies there, though it cannot be looked at now; it must not be laid again.
        return Sighting(Whereabouts.NOWHERE)


def _placed(
    connection: Connection, folder: str, message_id: str, before: Mailbox, hint: AppendUid | None
) -> Sighting:
    now = connection.examine(folder)
    if hint is not None and hint.uidvalidity == now.uidvalidity:
        for fetched in connection.headers([hint.uid]):
            if _bears(fetched, (message_id,)):
                return Sighting(
                    Whereabouts.UNTOUCHED, folder, now.uidvalidity, fetched.uid, fetched
                )
    # Some servers send no APPENDUID, or somebody else's: look among what is new since.
    found = appended_since(connection, folder, message_id, before)
    return found or Sighting(Whereabouts.NOWHERE)


def appended_since(
    connection: Connection, folder: str, message_id: str, before: Mailbox
) -> Sighting | None:
    """The message with that Message-ID among those placed since `before`, without SEARCH.

    A SEARCH may lag behind an APPEND; a FETCH of the new UIDs does not.
    """
    now = connection.examine(folder)
    first = before.uidnext if now.uidvalidity == before.uidvalidity else 1
    for fetched in reversed(connection.headers(connection.uids_from(first))):
        if _bears(fetched, (message_id,)):
            return Sighting(Whereabouts.UNTOUCHED, folder, now.uidvalidity, fetched.uid, fetched)
    return None


def surely_not_appended(connection: Connection, folder: str, before: Mailbox) -> bool:
    """Whether every UID given out in the folder since `before` is still there to be seen.

    Called when our message is not among them: then it never arrived. Where UIDs are missing,
    one of them may have been ours, and somebody has removed it.
    """
    now = connection.examine(folder)
    if now.uidvalidity != before.uidvalidity:
        return False
    present = connection.uids_from(before.uidnext)
    return len(present) == now.uidnext - before.uidnext


def withdraw(connection: Connection, roles: Roles, sought: Sought) -> bool:
    """Take our own untouched draft out of Drafts; False when it must stay where it is.

    It is looked at once more with the folder selected. Only the one message goes: by UID
    EXPUNGE (RFC 4315), else by MOVE to Trash (RFC 6851), else it is marked deleted and left
    to the user's client. A plain EXPUNGE would take other clients' deleted mail along.
    """
    drafts = connection.select(roles.drafts)
    if not sought.uid or drafts.uidvalidity != sought.uidvalidity:
        return False
    still = connection.headers([sought.uid])
    if not still or not _bears(still[0], sought.message_ids) or "\\Deleted" in still[0].flags:
        return False
    if connection.has("UIDPLUS"):
        connection.expunge_uid(sought.uid)
    elif connection.has("MOVE") and roles.trash is not None:
        connection.move(sought.uid, roles.trash)
    else:
        connection.store_deleted(sought.uid)
    return True


def bears_our_id(message: Message) -> tuple[str, ...]:
    """The Message-IDs a sent copy answers to: its own, and the one it had as a draft."""
    own = (message.message_id,) if message.message_id else ()
    originals = (message.header(name) for name in ORIGINAL_ID_HEADERS)
    return (*own, *(value.strip() for value in originals if value))


def _find_in_drafts(
    connection: Connection, folder: str, drafts: Mailbox, sought: Sought, by_likeness: bool
) -> Sighting | None:
    same_place = drafts.uidvalidity == sought.uidvalidity and sought.uid > 0
    if same_place and connection.search("UID", str(sought.uid), "UNDELETED"):
        where = Whereabouts.EDITED if sought.edited else Whereabouts.UNTOUCHED
        return Sighting(where, folder, drafts.uidvalidity, sought.uid)
    named = [
        fetched
        for fetched in with_message_id(connection, sought.message_ids)
        if "\\Deleted" not in fetched.flags
    ]
    if named:
        newest = named[-1]
        where = Whereabouts.EDITED
        if not sought.edited and _same_bytes(connection, newest, sought.digest):
            where = Whereabouts.UNTOUCHED
        return Sighting(where, folder, drafts.uidvalidity, newest.uid, newest)
    if not by_likeness:
        return None
    alike = [
        fetched
        for fetched, message in _to_the_same(connection, sought)
        if _answers_the_same(message, sought)
        and "\\Deleted" not in fetched.flags
        and message.message_id not in sought.others
        # What lay there before ours is no later version of it.
        and (drafts.uidvalidity != sought.uidvalidity or fetched.uid > sought.uid)
    ]
    if alike:
        newest = alike[-1]
        return Sighting(Whereabouts.EDITED, folder, drafts.uidvalidity, newest.uid, newest)
    return None


def _find_in_sent(
    connection: Connection, roles: Roles, sought: Sought, by_likeness: bool
) -> Sighting | None:
    folders = [folder for folder in (roles.sent, roles.all) if folder is not None]
    for folder in folders:
        mailbox = connection.examine(folder)
        for fetched in with_message_id(connection, sought.message_ids):
            if "\\Draft" not in fetched.flags:
                return Sighting(Whereabouts.SENT, folder, mailbox.uidvalidity, fetched.uid, fetched)
    for folder in folders if by_likeness else ():
        mailbox = connection.examine(folder)
        for fetched, message in _to_the_same(connection, sought):
            if "\\Draft" in fetched.flags or message.message_id in sought.others:
                continue
            dated = message.date or fetched.internaldate
            later = dated is not None and dated >= sought.queued_at.replace(microsecond=0)
            if later and _answers_the_same(message, sought):
                return Sighting(
                    Whereabouts.SENT_LIKELY, folder, mailbox.uidvalidity, fetched.uid, fetched
                )
    return None


def with_message_id(connection: Connection, message_ids: Iterable[str]) -> list[Fetched]:
    """Mail of the examined folder that bears, or once bore, one of the Message-IDs."""
    wanted = tuple(message_ids)
    names = ("Message-ID", *ORIGINAL_ID_HEADERS)
    uids = connection.search(*any_of(["HEADER", name, one] for one in wanted for name in names))
    return [fetched for fetched in connection.headers(uids) if _bears(fetched, wanted)]


def _to_the_same(connection: Connection, sought: Sought) -> list[tuple[Fetched, Message]]:
    """The newest mail of the examined folder to the same person."""
    uids = sorted(connection.search("TO", sought.to))[-_MOST_CANDIDATES:]
    found = []
    for fetched in connection.headers(uids):
        message = _message(fetched)
        if message is not None and sought.to.casefold() in (
            recipient.key for recipient in message.recipients
        ):
            found.append((fetched, message))
    return found


def _answers_the_same(message: Message, sought: Sought) -> bool:
    if sought.in_reply_to is not None:
        return sought.in_reply_to in (*message.in_reply_to, *message.references)
    return reply_subject(message.subject) == reply_subject(sought.subject)


def _same_bytes(connection: Connection, fetched: Fetched, expected: str) -> bool:
    if not expected:
        return False
    raw = connection.body(fetched.uid)
    return raw is not None and digest(raw) == expected


def _bears(fetched: Fetched, message_ids: Iterable[str]) -> bool:
    message = _message(fetched)
    return message is not None and not set(bears_our_id(message)).isdisjoint(message_ids)


def _message(fetched: Fetched) -> Message | None:
    try:
        return read_headers(fetched.raw)
    except UnreadableMessage:
        return None
