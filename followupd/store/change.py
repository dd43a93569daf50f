"""How a change to the store is carried out: statements in one transaction, or none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from followupd.errors import StoreError
from followupd.store import schema
from followupd.store.failures import in_words
from followupd.store.finding import LARGEST_ID, unknown_interview
from followupd.store.queries import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, CursorResult, Executable, Row, Table


def new_id(result: CursorResult[Any]) -> int:
    """The number that the row just inserted has."""
    key = result.inserted_primary_key
    if key is None:
        raise StoreError("the database did not say which number a new row has")
    return int(key[0])


class Change(Reading):
    """A view of the store in which statements that change it can be run."""

    def __init__(self, connection: Connection, place: str) -> None:
        super().__init__(connection, place)
        self._failure: StoreError | None = None

    def check(self) -> None:
        """Raise the error that has already undone this transaction, if there was one."""
        if self._failure is not None:
            raise self._failure

    def _run(
        self, statement: Executable, parameters: dict[str, object] | None = None
    ) -> CursorResult[Any]:
        self.check()
        try:
            with in_words(self._place):
                return self._connection.execute(statement, parameters or {})
        except StoreError as error:
            self._failure = error
            raise

    def _rows(
        self, statement: Executable, parameters: dict[str, object] | None = None
    ) -> Sequence[Row[Any]]:
        self.check()
        try:
            return super()._rows(statement, parameters)
        except StoreError as error:
            self._failure = error
            raise

    def _put(self, table: Table, row: dict[str, object]) -> None:
        """Insert the row, or replace the one with its primary key."""
        same = [column == row[column.name] for column in table.primary_key]
        if self._run(update(table).where(*same).values(row)).rowcount == 0:
            self._run(insert(table).values(row))

    def _must_exist(self, interview_id: int) -> None:
        interviews = schema.interviews.c
        query = select(interviews.id).where(interviews.id == interview_id)
        if not 0 < interview_id <= LARGEST_ID or not self._rows(query):
            raise unknown_interview(interview_id)

    def _change_interview(self, interview_id: int, **columns: object) -> None:
        same = schema.interviews.c.id == interview_id
        self._run(update(schema.interviews).where(same).values(columns))
