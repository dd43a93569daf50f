"""The approval folder, and what becomes of a draft in it: filed, taken out, put back.

Whatever is done is first looked for: each function may be called again after it was cut off
anywhere, and then does what is still to be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.mailbox.connection import GMAIL
from followupd.mailbox.drafts import bears, with_message_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Fetched, Mailbox

_MOST = 200

PENDING = "$SubmitPending"
"""The registered keyword of a message that is being handed over (RFC 5550; IANA, IMAP keywords).

The journal knows as well; but who restores yesterday's database has forgotten it, and the draft
must not be sent a second time."""


def lying_in(connection: Connection, folder: str) -> tuple[Mailbox, list[Fetched]]:
    r"""What lies in the approval folder, the newest 200, without what is marked \Deleted."""
    mailbox = connection.examine(folder)
    found = connection.headers(connection.uids_from(1)[-_MOST:])
    return mailbox, [fetched for fetched in found if "\\Deleted" not in fetched.flags]


def copy_in(connection: Connection, folder: str, message_ids: Iterable[str]) -> Fetched | None:
    r"""The newest message in a folder that bears one of the Message-IDs and is not \Deleted.

    The folder is examined for it. A search may be behind, so the newest mail is fetched as well.
    """
    ids = tuple(message_ids)
    mailbox = connection.examine(folder)
    found = {each.uid: each for each in with_message_id(connection, ids)}
    first = max(1, mailbox.uidnext - _MOST)
    for each in connection.headers(connection.uids_from(first)):
        if bears(each, ids):
            found[each.uid] = each
    alive = [found[uid] for uid in sorted(found) if "\\Deleted" not in found[uid].flags]
    return alive[-1] if alive else None


def is_pending(fetched: Fetched) -> bool:
    """Whether a message was handed over before, and never refused since."""
    return PENDING.casefold() in {flag.casefold() for flag in fetched.flags}


def mark_pending(
    connection: Connection, folder: str, uidvalidity: int, uid: int, *, pending: bool
) -> None:
    """Mark a message in the approval folder as being handed over, or not any more.

    Raises:
        ServerRefused: the server keeps no keywords.
        OutcomeUnknown: the connection broke.
    """
    if connection.select(folder).uidvalidity != uidvalidity:
        return
    if pending:
        connection.set_flag(uid, PENDING)
    else:
        connection.clear_flag(uid, PENDING)


def lies_there(connection: Connection, folder: str, uidvalidity: int, uid: int) -> bool:
    """Whether a message still lies in the approval folder."""
    if connection.select(folder).uidvalidity != uidvalidity:
        return False
    there = connection.headers([uid])
    return bool(there) and "\\Deleted" not in there[0].flags


def take_out(connection: Connection, roles: Roles, uidvalidity: int, uid: int) -> None:
    r"""Remove one message from the approval folder, if it still lies there.

    By UID EXPUNGE (RFC 4315), else by MOVE to Trash (RFC 6851); else it is marked \Deleted, which
    is no draft any more to whoever looks.

    Raises:
        ServerRefused: the server does not want it.
        OutcomeUnknown: the connection broke; call it again.
    """
    if roles.approval is None:
        return
    mailbox = connection.select(roles.approval)
    if mailbox.uidvalidity != uidvalidity or not connection.headers([uid]):
        return
    by_moving = connection.has(GMAIL) or not connection.can_expunge_one
    if by_moving and connection.can_move and roles.trash is not None:
        connection.move(uid, roles.trash)  # at Gmail what is expunged stays in All Mail
    elif connection.can_expunge_one:
        connection.expunge_uid(uid)
    else:
        connection.mark_deleted(uid)


def move_to_drafts(connection: Connection, roles: Roles, uidvalidity: int, uid: int) -> None:
    """Move one message from the approval folder back into Drafts, if it still lies there.

    Raises:
        ServerRefused: the server lacks MOVE, or does not want it.
        OutcomeUnknown: the connection broke; look in Drafts first.
    """
    if roles.approval is None:
        return
    mailbox = connection.select(roles.approval)
    if mailbox.uidvalidity == uidvalidity and connection.headers([uid]):
        connection.move(uid, roles.drafts)
