"""The store: one database file, used by the daemon and the command line at the same time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from followupd.store import schema
from followupd.store.failures import in_words
from followupd.store.open import WRITES, open_database
from followupd.store.queries import Reading
from followupd.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


DATABASE = "followupd.db"
"""The database file's name in the state folder."""


class Store:
    """The door to the database; may be used by several threads.

    Whatever fails in the database is a `StoreError`, and then nothing of the transaction it
    happened in is stored.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        """Use `engine`, whose database an error calls `place`; `Store.open` makes both."""
        self._engine = engine
        self._writing = engine.execution_options(**{WRITES: True})
        self._place = place

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the database file, made or migrated as is needed.

        Raises:
            StoreError: it cannot be opened, is damaged, or was made by a newer followupd.
        """
        path = path.absolute()
        return cls(open_database(path), str(path))

    def close(self) -> None:
        """Give the file back; what is stored is stored already."""
        self._engine.dispose()

    @contextmanager
    def look(self) -> Iterator[Reading]:
        """See the store as it is at one moment, whatever others write meanwhile."""
        with in_words(self._place), self._engine.connect() as connection, connection.begin():
            yield Reading(connection, self._place)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Change the store: all of it at the end of the block, nothing when an error leaves it.

        One transaction writes at a time; others wait for up to ten seconds. Keep it short, and
        never wait for a server inside it.
        """
        with in_words(self._place), self._writing.connect() as connection, connection.begin():
            transaction = Transaction(connection, self._place)
            yield transaction
            transaction.check()

    def last_event_id(self) -> int:
        """The number of the newest event, 0 when there is none; cheap enough to be polled."""
        query = select(func.coalesce(func.max(schema.events.c.id), 0))
        with in_words(self._place), self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def last_pause_id(self) -> int:
        """The number of the newest pause, or of its end; 0 when there is none; cheap as well."""
        query = select(func.coalesce(func.max(schema.pauses.c.id), 0))
        with in_words(self._place), self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)
