"""A message of ours in INBOX: looked for, and laid there by one APPEND.

Nothing here opens a folder for writing; no mail of the user's is touched.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused
from followupd.mailbox.drafts import appended_since, surely_not_appended, with_message_id
from followupd.mailbox.folders import INBOX

if TYPE_CHECKING:
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.responses import Mailbox


def lies_in(connection: Connection, folder: str, message_id: str) -> bool:
    """Whether a message with that Message-ID lies in the folder, which is examined for it.

    Raises:
        ServerRefused: the folder cannot be opened or searched.
    """
    connection.examine(folder)
    return bool(with_message_id(connection, (message_id,)))


def lies_anywhere(connection: Connection, message_id: str) -> bool:
    """Whether it lies in any folder: the user, or a rule of theirs, may have moved it."""
    for folder in connection.folders():
        if folder.selectable:
            with suppress(ServerRefused):
                if lies_in(connection, folder.name, message_id):
                    return True
    return False


def lay(connection: Connection, raw: bytes) -> None:
    r"""Append an unread message to INBOX, flagged in no way.

    Args:
        connection: where to.
        raw: the message, CRLF line ends.

    Raises:
        ServerRefused: the server said no; nothing was laid.
        OutcomeUnknown: the command was sent and its result never came.
    """
    connection.append(INBOX, raw, ())


def surely_not_laid(connection: Connection, message_id: str, before: Mailbox) -> bool:
    """Whether an APPEND to INBOX whose result never came has surely not been carried out.

    Args:
        connection: where to look.
        message_id: what it bears.
        before: INBOX as it was examined before.
    """
    if lies_anywhere(connection, message_id):
        return False
    if appended_since(connection, INBOX, message_id, before) is not None:
        return False
    return surely_not_appended(connection, INBOX, before)
