r"""Taking back a draft of ours that nobody has touched, and nothing else.

The draft is looked at once more with the folder selected: the flags it was laid with, the bytes
it was laid with, no version saved beside it. Only that one message goes: by UID EXPUNGE
(RFC 4315), else by MOVE to Trash (RFC 6851). A plain EXPUNGE would take other clients' deleted
mail along, and a draft that is only marked \Deleted comes back in some programs: where neither
can be done the draft stays as it is.

Between the last look and the mark somebody may still change it. Where the server counts changes
(CONDSTORE) the mark is set on the condition that nobody did (RFC 7162, section 3.1.3).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.mailbox.connection import GMAIL
from followupd.mailbox.drafts import bears, is_flagged_by_user, with_message_id
from followupd.mailbox.finding import NEWEST_DRAFTS
from followupd.mailbox.likeness import is_alike
from followupd.writing.draft import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.drafts import Sought
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Whole


class Withdrawn(StrEnum):
    """What came of taking a draft back."""

    GONE = "gone"
    """It is out of Drafts, by us."""
    TOUCHED = "touched"
    """The user has dealt with it; it stays."""
    ELSEWHERE = "elsewhere"
    """It is not where it was; nothing was done."""
    CANNOT = "cannot"
    """The server can remove no single message and move none; it stays."""


def withdraw(connection: Connection, roles: Roles, sought: Sought) -> Withdrawn:
    """Take our own untouched draft out of Drafts, if it is still that.

    Raises:
        OutcomeUnknown: the connection broke; `complete` goes on from there.
        ServerRefused: the server refused a command; how far it came, a look tells.
    """
    if not _can(connection, roles):
        return Withdrawn.CANNOT
    lying = _look(connection, roles, sought)
    if lying is None or "\\Deleted" in lying.flags:
        return Withdrawn.ELSEWHERE
    beside = connection.uids_from(sought.uid + 1)
    if not _is_as_laid(lying.flags, lying, sought) or _is_version(connection, sought, beside):
        return Withdrawn.TOUCHED
    newest = max(beside, default=sought.uid)
    if roles.trash is not None and _by_moving(connection, roles):
        connection.move(sought.uid, roles.trash)
        is_gone = not _is_saved_since(connection, sought, newest)
        # A MOVE of what is no longer there succeeds as well.
        is_gone = is_gone and _lies_in(connection, roles.trash, sought)
        return Withdrawn.GONE if is_gone else Withdrawn.ELSEWHERE
    return _expunged(connection, lying, sought, newest)


def _expunged(connection: Connection, lying: Whole, sought: Sought, newest: int) -> Withdrawn:
    if not connection.mark_deleted(lying.uid, lying.modseq):
        return Withdrawn.TOUCHED
    marked = connection.headers([lying.uid])
    if not marked:
        # Gmail removes what is marked at once; elsewhere somebody was quicker.
        return Withdrawn.GONE if connection.has(GMAIL) else Withdrawn.ELSEWHERE
    if is_flagged_by_user(marked[0].flags - {"\\Deleted"}):
        connection.unmark_deleted(lying.uid)
        return Withdrawn.TOUCHED
    if _is_saved_since(connection, sought, newest):
        # Their program may have set the same mark on the version that it replaced.
        return Withdrawn.ELSEWHERE
    connection.expunge_marked(lying.uid)
    return Withdrawn.GONE


def _is_saved_since(connection: Connection, sought: Sought, newest: int) -> bool:
    """Whether a version was saved after the look, which saw UIDs up to `newest`."""
    fresh = connection.headers(connection.uids_from(newest + 1)[-NEWEST_DRAFTS:])
    return any(bears(one, sought.message_ids) or is_alike(sought, one) for one in fresh)


def _lies_in(connection: Connection, folder: str, sought: Sought) -> bool:
    connection.examine(folder)
    return bool(with_message_id(connection, sought.message_ids))


def complete(connection: Connection, roles: Roles, sought: Sought) -> None:
    """Go on with a withdrawal that broke off after the draft was marked, if it did."""
    if _by_moving(connection, roles) or not connection.can_expunge_one:
        return
    lying = _look(connection, roles, sought)
    if lying is None or "\\Deleted" not in lying.flags:
        return
    is_ours = _is_as_laid(lying.flags - {"\\Deleted"}, lying, sought)
    if is_ours and not _is_version(connection, sought, connection.uids_from(sought.uid + 1)):
        connection.expunge_marked(sought.uid)


def _can(connection: Connection, roles: Roles) -> bool:
    return connection.can_expunge_one or (connection.can_move and roles.trash is not None)


def _by_moving(connection: Connection, roles: Roles) -> bool:
    """Whether to move it to Trash: at Gmail what is expunged from Drafts stays in All Mail."""
    if not connection.can_move or roles.trash is None:
        return False
    return connection.has(GMAIL) or not connection.can_expunge_one


def _look(connection: Connection, roles: Roles, sought: Sought) -> Whole | None:
    """The draft where it was laid, in Drafts, which is then selected."""
    drafts = connection.select(roles.drafts)
    is_here = sought.folder in ("", roles.drafts) and drafts.uidvalidity == sought.uidvalidity
    return connection.whole(sought.uid) if sought.uid and is_here else None


def _is_as_laid(flags: Iterable[str], lying: Whole, sought: Sought) -> bool:
    return not is_flagged_by_user(flags) and digest(lying.raw) == sought.digest


def _is_version(connection: Connection, sought: Sought, uids: Sequence[int]) -> bool:
    """Whether a newer version is among these UIDs of Drafts; without SEARCH, which may lag."""
    newest = connection.headers(uids[-NEWEST_DRAFTS:])
    return any(bears(one, sought.message_ids) for one in newest)
