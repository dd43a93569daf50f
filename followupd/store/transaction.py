"""What can be changed in the store, all of it together or nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from followupd.domain.events import Added
from followupd.domain.suggestion import SuggestionState
from followupd.errors import StoreError, UnknownInterview
from followupd.store import schema
from followupd.store.codec import encode_event, encode_suggestion, moment_to_text
from followupd.store.failures import in_words
from followupd.store.queries import LARGEST_ID, Reading, unknown_interview

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, CursorResult, Executable, Row, Table

    from followupd.domain.events import Event
    from followupd.domain.suggestion import Suggestion
    from followupd.store.records import Cursor, Health, JournalEntry, Unreadable

_NEVER_CHANGED = frozenset(
    {"message_id", "interview_id", "account", "step", "cycle", "person", "attempt", "made_at"}
)


def _columns(entry: JournalEntry) -> dict[str, object]:
    columns = {field.name: getattr(entry, field.name) for field in fields(entry)}
    columns["phase"] = entry.phase.value
    columns["missing_since"] = moment_to_text(entry.missing_since)
    columns["made_at"] = moment_to_text(entry.made_at)
    return columns


def _recordable(event: Event, fingerprint: str) -> dict[str, object]:
    return {
        "at": moment_to_text(event.at),
        "kind": event.kind,
        "fingerprint": fingerprint,
        "body": encode_event(event),
    }


def _new_id(result: CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise StoreError("the database did not say which number a new row has")
    return int(key[0])


class Transaction(Reading):
    """A change in the making; made by `Store.begin`, stored when its `with` ends without error.

    It sees what it has changed so far. After a database error nothing more can be done in it,
    even by a caller who caught the error: SQLite may have taken back all that came before, and
    what followed would be stored without it.
    """

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

    def add(self, event: Added) -> int:
        """Record a new interview and the people who belong to it.

        Returns:
            Its number.

        Raises:
            ValueError: the event cannot be written down (`codec.encode_event`).
        """
        interview = event.interview
        first = _recordable(event, "")
        row = {"uid": interview.uid, "account": interview.account, "next_due": ""}
        interview_id = _new_id(self._run(insert(schema.interviews).values(row)))
        for address in sorted({person.key for person in interview.people}):
            person = {"interview_id": interview_id, "address": address}
            self._run(insert(schema.people).values(person))
        self._run(insert(schema.events).values(first | {"interview_id": interview_id}))
        return interview_id

    def append(self, interview_id: int, event: Event, fingerprint: str | None = None) -> int | None:
        """Record what happened to an interview.

        Args:
            interview_id: the interview.
            event: anything but `Added`, which `add` records.
            fingerprint: what makes the fact the same fact when it is met again; None for one
                that may happen any number of times.

        Returns:
            The event's number, or None when the interview has an event of that fingerprint.

        Raises:
            UnknownInterview: there is none of that number.
            ValueError: the event cannot be written down, or is `Added`, or the fingerprint is "".
        """
        if isinstance(event, Added):
            raise ValueError("an interview is recorded with add")  # noqa: TRY004 - its value is wrong
        if fingerprint == "":
            raise ValueError("a fingerprint must not be empty")
        self._must_exist(interview_id)
        if fingerprint is not None:
            events = schema.events.c
            same = (events.interview_id == interview_id, events.fingerprint == fingerprint)
            if self._rows(select(events.id).where(*same)):
                return None
        row = _recordable(event, fingerprint or "") | {"interview_id": interview_id}
        return _new_id(self._run(insert(schema.events).values(row)))

    def set_cursor(self, cursor: Cursor) -> None:
        """Store how far a folder was read."""
        self._put(
            schema.cursors,
            {
                "account": cursor.account,
                "folder": cursor.folder,
                "uidvalidity": cursor.uidvalidity,
                "last_uid": cursor.last_uid,
                "seen_at": moment_to_text(cursor.seen_at),
            },
        )

    def drop_cursors(self, account: str) -> None:
        """Forget how far the account's folders were read, so that they are read anew."""
        self._run(delete(schema.cursors).where(schema.cursors.c.account == account))

    def intend(self, entry: JournalEntry) -> JournalEntry:
        """Store a draft's intent, unless there is one with its Message-ID.

        Returns:
            The entry as it is stored: `entry`, or the earlier one unchanged.

        Raises:
            UnknownInterview: there is no such interview.
            StoreError: the same rung and attempt has another Message-ID already.
        """
        stored = self.journal_entry(entry.message_id)
        if stored is not None:
            return stored
        self._must_exist(entry.interview_id)
        self._run(insert(schema.journal).values(_columns(entry)))
        return entry

    def update(self, entry: JournalEntry) -> None:
        """Store how far a draft has come; what identifies it stays as it is.

        Raises:
            UnknownInterview: the journal has no draft with its Message-ID.
        """
        columns = _columns(entry)
        for name in _NEVER_CHANGED:
            del columns[name]
        same = schema.journal.c.message_id == entry.message_id
        if self._run(update(schema.journal).where(same).values(columns)).rowcount == 0:
            raise UnknownInterview(f"there is no draft {entry.message_id} in the journal")

    def set_due(self, interview_id: int, due: datetime | None) -> None:
        """Store when something is next due for the interview; None for never.

        Raises:
            UnknownInterview: there is none of that number.
        """
        self._must_exist(interview_id)
        same = schema.interviews.c.id == interview_id
        self._run(update(schema.interviews).where(same).values(next_due=moment_to_text(due)))

    def set_health(self, health: Health) -> None:
        """Store how an account is doing."""
        self._put(
            schema.health,
            {
                "account": health.account,
                "last_pass_at": moment_to_text(health.last_pass_at),
                "problem": health.problem,
                "problem_since": moment_to_text(health.problem_since),
            },
        )

    def suggest(
        self, at: datetime, suggestion: Suggestion, *, is_recorded: bool = False
    ) -> int | None:
        """Store a suggestion, or what a later revision of its event says.

        Met again, an open one takes what a higher `sequence` says; a company or a role that the
        revision does not know stays. One that was accepted is open again when its time changes:
        then it suggests to move that interview. What was dismissed stays dismissed.

        Args:
            at: now; kept as the time it was first met.
            suggestion: its `key` tells whether it is known already.
            is_recorded: an interview is recorded at that time: nothing is to be suggested, and
                what was accepted is to be moved no more.

        Returns:
            its number where there was something new to store, else None.

        Raises:
            ValueError: it cannot be written down (`codec.encode_suggestion`).
        """
        known = self.suggested(suggestion.key)
        if is_recorded and (known is None or known.suggestion.accepted_as is None):
            return None
        if known is None:
            row = {
                "account": suggestion.account,
                "key": suggestion.key,
                "at": moment_to_text(at),
                "state": SuggestionState.OPEN.value,
                "payload": encode_suggestion(suggestion),
            }
            return _new_id(self._run(insert(schema.suggestions).values(row)))
        if known.state is SuggestionState.DISMISSED:
            return None
        if suggestion.sequence <= known.suggestion.sequence:
            return None
        if (
            known.state is SuggestionState.ACCEPTED
            and suggestion.held_at == known.suggestion.held_at
        ):
            return None
        revised = replace(
            suggestion,
            account=known.suggestion.account,
            company=suggestion.company or known.suggestion.company,
            role=suggestion.role or known.suggestion.role,
            from_interview=suggestion.from_interview or known.suggestion.from_interview,
            accepted_as=known.suggestion.accepted_as,
        )
        state = SuggestionState.ACCEPTED if is_recorded else SuggestionState.OPEN
        self._store_suggestion(known.id, state, revised)
        return known.id

    def accept_suggestion(self, number: int, interview_id: int) -> None:
        """Store that a suggestion was recorded as an interview.

        Raises:
            UnknownInterview: there is no such suggestion, or no such interview.
        """
        known = self.suggestion(number)
        self._must_exist(interview_id)
        accepted = replace(known.suggestion, accepted_as=interview_id)
        self._store_suggestion(number, SuggestionState.ACCEPTED, accepted)

    def dismiss_suggestion(self, number: int) -> None:
        """Store that a suggestion is not wanted, or that its event was called off.

        Raises:
            UnknownInterview: there is no such suggestion.
        """
        known = self.suggestion(number)
        self._store_suggestion(number, SuggestionState.DISMISSED, known.suggestion)

    def call_off(self, uid: str) -> int | None:
        """Dismiss the open suggestion whose event was called off (RFC 5546, CANCEL).

        Args:
            uid: names the event in the calendar; "" names none.

        Returns:
            the number of the suggestion, None where no open one is of that event.
        """
        known = self.suggested(f"uid:{uid}") if uid else None
        if known is None or known.state is not SuggestionState.OPEN:
            return None
        self._store_suggestion(known.id, SuggestionState.DISMISSED, known.suggestion)
        return known.id

    def _store_suggestion(
        self, number: int, state: SuggestionState, suggestion: Suggestion
    ) -> None:
        row = {"state": state.value, "payload": encode_suggestion(suggestion)}
        same = schema.suggestions.c.id == number
        self._run(update(schema.suggestions).where(same).values(row))

    def record_unreadable(self, mail: Unreadable) -> None:
        """Store that a mail was passed over; the same mail is stored once, with the last reason."""
        self._put(
            schema.unreadable,
            {
                "account": mail.account,
                "folder": mail.folder,
                "uidvalidity": mail.uidvalidity,
                "uid": mail.uid,
                "reason": mail.reason,
                "at": moment_to_text(mail.at),
            },
        )
