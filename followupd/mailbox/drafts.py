"""Our drafts as they lie in the mailbox: what is known of them, and laying one down.

What became of a draft is found out in `finding`, taking one back is in `withdrawing`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused, UnreadableMessage
from followupd.mailbox.search import any_of
from followupd.reading.message import read_headers
from followupd.writing.draft import digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.responses import AppendUid, Fetched, Mailbox
    from followupd.reading.message import Message

ORIGINAL_ID_HEADERS = ("X-Microsoft-Original-Message-ID", "X-Original-Message-ID")
"""Where servers that give a sent mail a new Message-ID keep the one it had."""

_BY_ITSELF = frozenset(
    {"\\draft", "\\recent", "\\seen", "nonjunk", "notjunk"}
    | {"$notjunk", "$hasattachment", "$hasnoattachment"}
)
r"""Flags that say nothing of the user: ours, \Recent (RFC 3501, 2.3.2), what spam filters set, and
what Dovecot 2.3 sets by itself (`mail_attachment_detection_options`)."""


_COURIERS_EPOCH = 1_000_000_000
"""Courier counts its UIDVALIDITY in seconds from here (measured on 5.0.13)."""
_JUST_NOW = 60.0
"""Seconds by which a server's clock may differ from ours."""


class Whereabouts(StrEnum):
    """Where a draft was found."""

    UNTOUCHED = "untouched"
    EDITED = "edited"
    APPROVED = "in the approval folder"
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
        folder: where it was last seen; "" for Drafts.
        uidvalidity: of that folder when it was last seen there; 0 when never.
        uid: its UID then; 0 when never.
        digest: of its bytes as the server handed them out after the APPEND
            (`writing.draft.digest`); "" when unknown.
        edited: whether the user is known to have touched it.
        others: Message-IDs of our other drafts, which it is not.
        strangers: folder, UIDVALIDITY and UID of mail in the approval folder that was there while
            the draft lay elsewhere: it is none of ours.
        is_approved: the user has moved it into the approval folder.
        other_people: addresses, case-folded, of the interview's other people: what goes to them is
            a message of its own.
    """

    message_ids: tuple[str, ...]
    to: str
    in_reply_to: str | None
    subject: str
    queued_at: datetime
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    digest: str = ""
    edited: bool = False
    others: frozenset[str] = frozenset()
    strangers: frozenset[tuple[str, int, int]] = frozenset()
    is_approved: bool = False
    other_people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a draft is now.

    Attributes:
        where: see `Whereabouts`.
        folder: the folder it was found in, "" for nowhere. An edited draft may lie in any: the
            user files it.
        uidvalidity: of that folder.
        uid: its UID there, 0 for nowhere.
        found: its headers where they were fetched.
        digest: of its bytes as the server hands them out, where it has just been laid and they
            were read back; else "".
    """

    where: Whereabouts
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    found: Fetched | None = None
    digest: str = ""

    @property
    def message(self) -> Message | None:
        """What its headers say; None where they were not fetched or cannot be read."""
        return headers_of(self.found) if self.found is not None else None


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
            if bears(fetched, (message_id,)):
                return _read_back(connection, _untouched(folder, now, fetched))
    # Some servers send no APPENDUID, or somebody else's: look among what is new since.
    found = _borne_since(connection, now, message_id, before)
    if not found:
        return Sighting(Whereabouts.NOWHERE)
    sighting = _untouched(folder, now, found[-1])
    return _read_back(connection, sighting) if len(found) == 1 else sighting


def _read_back(connection: Connection, sighting: Sighting) -> Sighting:
    """Learn the bytes as the server keeps them: Exchange writes a message anew."""
    try:
        raw = connection.body(sighting.uid)
    except ServerRefused:
        raw = None
    return replace(sighting, digest=digest(raw)) if raw else sighting


def appended_since(
    connection: Connection, folder: str, message_id: str, before: Mailbox
) -> Sighting | None:
    """The message with that Message-ID among those placed since `before`, without SEARCH.

    A SEARCH may lag behind an APPEND; a FETCH of the new UIDs does not.
    """
    now = connection.examine(folder)
    found = _borne_since(connection, now, message_id, before)
    return _untouched(folder, now, found[-1]) if found else None


def surely_not_appended(connection: Connection, folder: str, before: Mailbox) -> bool:
    """Whether every UID given out in the folder since `before` is still there to be seen.

    Called when our message is not among them: then it never arrived. Where UIDs are missing,
    one of them may have been ours, and somebody has removed it.
    """
    now = connection.examine(folder)
    if now.uidvalidity != before.uidvalidity:
        # Courier 5 keeps no UIDVALIDITY until a folder has held its first message: till then it
        # is the time of each look. Any other folder that is numbered anew may have held ours.
        is_unused = before.uidnext == now.uidnext == 1 and not now.exists
        return is_unused and abs(time.time() - _COURIERS_EPOCH - now.uidvalidity) < _JUST_NOW
    present = connection.uids_from(before.uidnext)
    return len(present) == now.uidnext - before.uidnext


def with_message_id(connection: Connection, message_ids: Iterable[str]) -> list[Fetched]:
    """Mail of the examined folder that bears, or once bore, one of the Message-IDs."""
    wanted = tuple(message_ids)
    names = ("Message-ID", *ORIGINAL_ID_HEADERS)
    uids = connection.search(*any_of(["HEADER", name, one] for one in wanted for name in names))
    return [fetched for fetched in connection.headers(uids) if bears(fetched, wanted)]


def bears_our_id(message: Message) -> tuple[str, ...]:
    """The Message-IDs a sent copy answers to: its own, and the one it had as a draft."""
    own = (message.message_id,) if message.message_id else ()
    originals = (message.header(name) for name in ORIGINAL_ID_HEADERS)
    return (*own, *(value.strip() for value in originals if value))


def bears(fetched: Fetched, message_ids: Iterable[str]) -> bool:
    """Whether a message bears, or once bore, one of the Message-IDs."""
    message = headers_of(fetched)
    return message is not None and not set(bears_our_id(message)).isdisjoint(message_ids)


def is_flagged_by_user(flags: Iterable[str]) -> bool:
    r"""Whether the flags of a draft are other than those it was laid with: the user's doing.

    A star, a label, a mark as answered or as unread all say that the user has dealt with it.
    """
    folded = {flag.casefold() for flag in flags}
    return "\\seen" not in folded or not folded <= _BY_ITSELF


def headers_of(fetched: Fetched) -> Message | None:
    """What the headers of a message say; None where they cannot be read."""
    try:
        return read_headers(fetched.raw)
    except UnreadableMessage:
        return None


def _borne_since(
    connection: Connection, now: Mailbox, message_id: str, before: Mailbox
) -> list[Fetched]:
    first = before.uidnext if now.uidvalidity == before.uidvalidity else 1
    fresh = connection.headers(connection.uids_from(first))
    return [fetched for fetched in fresh if bears(fetched, (message_id,))]


def _untouched(folder: str, now: Mailbox, fetched: Fetched) -> Sighting:
    return Sighting(Whereabouts.UNTOUCHED, folder, now.uidvalidity, fetched.uid, fetched)
