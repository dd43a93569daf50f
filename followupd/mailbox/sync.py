"""Which mail of a folder has not been looked at yet.

A folder is read from its cursor on: UIDVALIDITY and the last UID seen (RFC 3501, section
2.3.1.1). The cost grows with new mail, not with the size of the folder. The cursor travels with
each batch, so that the caller can store both in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused
from followupd.mailbox.search import any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from followupd.mailbox.connection import Connection
    from followupd.mailbox.responses import Fetched, Mailbox
    from followupd.mailbox.search import Criterion
    from followupd.store import Cursor

BATCH = 100
"""Messages whose headers are fetched, judged and stored together."""

MOST_AFTER_RENUMBERING = 2000
"""More mail than this is not walked through again when a folder was renumbered."""

_ALTERNATIVES = 24
"""OR-ed keys in one SEARCH: servers cap the length of a command."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some mail of one folder, and how far the folder is read once it is stored.

    Attributes:
        folder: its name.
        uidvalidity: as the folder was examined.
        mails: headers, by UID ascending; empty where only the cursor moves.
        last_uid: every UID up to it has been looked at.
        refused: UIDs that the server does not hand out.
    """

    folder: str
    uidvalidity: int
    mails: tuple[Fetched, ...]
    last_uid: int
    refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search for the mail of interviews looks for; any of it is enough.

    Attributes:
        addresses: bare addresses, in From, To or Cc.
        domains: mail from them.
        message_ids: mail that answers one of them.
        words: in the subject, or in the sender's name or address.
    """

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def keys(self) -> list[list[Criterion]]:
        """The search keys, each a list."""
        found: list[list[Criterion]] = []
        for address in self.addresses:
            found += [["FROM", address], ["TO", address], ["CC", address]]
        found += [["FROM", f"@{domain}"] for domain in self.domains]
        for message_id in self.message_ids:
            found += [["HEADER", "References", message_id], ["HEADER", "In-Reply-To", message_id]]
        for word in self.words:
            found += [["SUBJECT", word], ["FROM", word]]
        return found


def new_mail(
    connection: Connection, folder: str, cursor: Cursor | None, wanted: Callable[[], Wanted]
) -> Iterator[Batch]:
    """The mail of `folder` beyond `cursor`, in batches.

    The first look at a folder only sets the cursor: what came before is found by `search`. A
    folder whose UIDVALIDITY changed is read again from the day of the last look; Message-IDs
    tell the caller what it knows already.

    Raises:
        ConnectionLost, ServerRefused: as the connection does; batches already yielded hold.
    """
    mailbox = connection.examine(folder)
    before = max(mailbox.uidnext - 1, 0)
    if cursor is None:
        yield Batch(folder, mailbox.uidvalidity, (), before)
        return
    if cursor.uidvalidity != mailbox.uidvalidity:
        yield from _renumbered(connection, folder, mailbox, cursor, wanted)
        return
    if before <= cursor.last_uid:
        return
    fresh = connection.uids_from(cursor.last_uid + 1)
    yield from _batches(connection, folder, mailbox, fresh, max(before, *fresh, 0))


def search(
    connection: Connection, folder: str, *looks: tuple[Wanted, date | None]
) -> tuple[Mailbox, tuple[Fetched, ...]]:
    """The headers of all mail in `folder` that any of the looks finds, by UID ascending.

    Args:
        connection: where to look.
        folder: is examined, once and never selected.
        looks: what to look for, any of it being enough, with the day from which on; that leaves
            out what both arrived and was dated before it. None for all.

    Returns:
        The folder as it was examined, and the headers; a mail that the server does not hand
        out is left out.
    """
    mailbox = connection.examine(folder)
    uids: set[int] = set()
    for wanted, since in looks if mailbox.exists else ():
        keys = wanted.keys()
        for start in range(0, len(keys), _ALTERNATIVES):
            criteria = any_of(keys[start : start + _ALTERNATIVES])
            uids.update(connection.search(*_since(since), *criteria))
    return mailbox, _headers(connection, sorted(uids))[0]


def _renumbered(
    connection: Connection,
    folder: str,
    mailbox: Mailbox,
    cursor: Cursor,
    wanted: Callable[[], Wanted],
) -> Iterator[Batch]:
    since = _day_before(cursor.seen_at)
    uids = connection.search(*_since(since))
    if len(uids) > MOST_AFTER_RENUMBERING:
        # A mailbox that was moved to another server may carry today's date on every mail.
        _, mails = search(connection, folder, (wanted(), None))
        yield Batch(folder, mailbox.uidvalidity, mails, max(mailbox.uidnext - 1, 0))
        return
    yield from _batches(connection, folder, mailbox, uids, max(mailbox.uidnext - 1, *uids, 0))


def _batches(
    connection: Connection, folder: str, mailbox: Mailbox, uids: Sequence[int], end: int
) -> Iterator[Batch]:
    for start in range(0, len(uids), BATCH):
        chunk = uids[start : start + BATCH]
        is_last = start + BATCH >= len(uids)
        mails, refused = _headers(connection, chunk)
        last = end if is_last else chunk[-1]
        yield Batch(folder, mailbox.uidvalidity, mails, last, refused)
    if not uids:
        yield Batch(folder, mailbox.uidvalidity, (), end)


def _headers(
    connection: Connection, uids: Sequence[int]
) -> tuple[tuple[Fetched, ...], tuple[int, ...]]:
    """The headers, and the UIDs that the server does not hand out.

    Raises:
        ServerRefused: it hands out none of them: that is trouble with the folder and not with
            a mail, and passes.
    """
    try:
        return tuple(connection.headers(uids)), ()
    except ServerRefused:
        mails: list[Fetched] = []
        refused: list[int] = []
        for uid in uids:
            try:
                mails += connection.headers([uid])
            except ServerRefused:
                refused.append(uid)
        if len(refused) == len(uids):
            raise
        return tuple(mails), tuple(refused)


def _since(day: date | None) -> list[Criterion]:
    # The day of arrival may be that of a migration, the mail's own that of a wrong clock.
    return [] if day is None else ["OR", "SINCE", day, "SENTSINCE", day]


def _day_before(moment: datetime) -> date:
    return (moment - timedelta(days=1)).date()
