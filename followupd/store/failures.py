"""What a database error means, in words the user can act on.

The driver's own text is used only where nothing better is known; it never holds what was being
written, since the engine hides parameters.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from followupd.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The low byte of an extended result code is the primary code (sqlite.org/rescode.html).
_PRIMARY = 0xFF

_SENTENCES = {
    sqlite3.SQLITE_FULL: (
        "the disk is full, and the last change to {place} was not stored; make room on it, then"
        " try again"
    ),
    sqlite3.SQLITE_READONLY: (
        "{place} cannot be written; see to it that the file, its folder and its file system are"
        " writable for the user who runs followupd"
    ),
    sqlite3.SQLITE_PERM: "{place} may not be opened by the user who runs followupd",
    sqlite3.SQLITE_CANTOPEN: (
        "{place} cannot be opened; see to it that its folder exists and belongs to the user who"
        " runs followupd"
    ),
    sqlite3.SQLITE_BUSY: (
        "{place} is locked by another followupd for too long, and nothing was stored; end the"
        " other command, or try again"
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk failed while {place} was being read or written ({code}), and nothing was"
        " stored; look at the disk and its free space"
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "{place} refused a change that contradicts what it holds ({text}); nothing was stored"
    ),
}
# On a full disk the index of the write-ahead log is the first thing that cannot be made.
_SENTENCES[sqlite3.SQLITE_IOERR_SHMSIZE] = _SENTENCES[sqlite3.SQLITE_FULL]
_SENTENCES[sqlite3.SQLITE_LOCKED] = _SENTENCES[sqlite3.SQLITE_BUSY]
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damaged(place: str, what: str) -> StoreError:
    """The error for a database that cannot be trusted any more."""
    return StoreError(
        f"the database {place} is damaged ({what}); it was left as it is. Stop followupd, then put"
        f" a backup in its place, or move it and the files {place}-wal and {place}-shm away to"
        " start anew: the drafts and mails in the mailbox stay where they are"
    )


def sentence(error: sqlite3.Error, place: str) -> StoreError:
    """The error for what SQLite reported about the database `place`."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    name: str = getattr(error, "sqlite_errorname", type(error).__name__)
    if code & _PRIMARY in _DAMAGED:
        return damaged(place, str(error))
    words = _SENTENCES.get(code) or _SENTENCES.get(code & _PRIMARY)
    if words is None:
        return StoreError(f"the database {place} failed: {error} ({name}); nothing was stored")
    return StoreError(words.format(place=f"the database {place}", code=name, text=error))


@contextmanager
def in_words(place: str) -> Iterator[None]:
    """Raise a `StoreError` in place of the database error that leaves the block."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise sentence(error.orig, place) from error
        raise StoreError(f"the database {place} failed: {error.orig}") from error
    except sqlite3.Error as error:
        raise sentence(error, place) from error
    except PoolTimeout as error:
        raise StoreError(f"too many parts of followupd wait for the database {place}") from error
