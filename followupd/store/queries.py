"""What can be asked of the store, within one consistent view of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from followupd.domain.suggestion import SuggestionState
from followupd.domain.workdays import Away
from followupd.errors import StoreError, UnknownInterview
from followupd.store import schema
from followupd.store.codec import decode_event, decode_suggestion, text_to_moment
from followupd.store.finding import (
    LARGEST_ID,
    UNSETTLED,
    Finding,
    given,
    numbers,
    unknown_interview,
)
from followupd.store.records import (
    Chronicle,
    Cursor,
    DigestRecord,
    DigestState,
    Health,
    JournalEntry,
    Phase,
    Recorded,
    Stranger,
    Suggested,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row

__all__ = ["Reading", "unknown_interview"]


def _moment(text: str) -> datetime:
    moment = text_to_moment(text)
    if moment is None:
        raise ValueError("a time is missing")
    return moment


def _entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(
        message_id=row.message_id,
        interview_id=row.interview_id,
        account=row.account,
        step=row.step,
        cycle=row.cycle,
        person=row.person,
        attempt=row.attempt,
        phase=Phase(row.phase),
        folder=row.folder,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        uidnext_before=row.uidnext_before,
        digest=row.digest,
        bound_message_id=row.bound_message_id,
        missing_since=text_to_moment(row.missing_since),
        missing_passes=row.missing_passes,
        made_at=_moment(row.made_at),
        sending_at=text_to_moment(row.sending_at),
    )


def _cursor(row: Row[Any]) -> Cursor:
    return Cursor(
        row.account, row.folder, row.uidvalidity, row.last_uid, seen_at=_moment(row.seen_at)
    )


def _health(row: Row[Any]) -> Health:
    return Health(
        row.account,
        text_to_moment(row.last_pass_at),
        row.problem,
        text_to_moment(row.problem_since),
    )


def _suggested(row: Row[Any]) -> Suggested:
    suggestion = decode_suggestion(row.payload)
    return Suggested(row.id, _moment(row.at), SuggestionState(row.state), suggestion)


def _away(row: Row[Any]) -> Away | None:
    since, until = _moment(row.since), text_to_moment(row.until)
    return Away(since, until) if since != until else None


def _digest(row: Row[Any]) -> DigestRecord:
    day = date.fromisoformat(row.day)
    return DigestRecord(day, _moment(row.at), DigestState(row.state), row.message_id)


def _stranger(row: Row[Any]) -> Stranger:
    return Stranger(
        row.account,
        row.folder,
        row.uidvalidity,
        row.uid,
        row.subject,
        row.reason,
        _moment(row.at),
    )


def _unreadable(row: Row[Any]) -> Unreadable:
    return Unreadable(
        row.account, row.folder, row.uidvalidity, row.uid, row.reason, at=_moment(row.at)
    )


class Reading(Finding):
    """A view of the store as it was at one moment; made by `Store.look`.

    It is used by one thread, and only inside its `with`. Every method raises `StoreError` when
    the database fails.
    """

    def _recorded(self, row: Row[Any]) -> Recorded:
        try:
            return Recorded(row.id, decode_event(row.body))
        except ValueError as error:
            raise StoreError(
                f"event {row.id} of interview {row.interview_id} in the database {self._place}"
                f" cannot be read: {error}; put a backup of the database in its place"
            ) from None

    def chronicle(self, interview_id: int) -> Chronicle:
        """All that has happened to one interview.

        Raises:
            UnknownInterview: there is none of that number.
        """
        found = self.chronicles((interview_id,))
        if not found:
            raise unknown_interview(interview_id)
        return found[0]

    def chronicles(self, ids: Iterable[int] | None = None) -> list[Chronicle]:
        """All that has happened to these interviews, or to all, by ascending number.

        A number that no interview has is passed over.
        """
        events = schema.events.c
        query = select(events.id, events.interview_id, events.body).order_by(
            events.interview_id, events.id
        )
        if ids is None:
            rows = self._rows(query)
        else:
            rows = self._rows(query.where(events.interview_id.in_(numbers())), given(ids))
        told: dict[int, list[Recorded]] = {}
        for row in rows:
            told.setdefault(row.interview_id, []).append(self._recorded(row))
        return [Chronicle(number, tuple(recorded)) for number, recorded in told.items()]

    def cursor(self, account: str, folder: str) -> Cursor | None:
        """How far the folder was read, or None when it never was."""
        cursors = schema.cursors.c
        query = select(schema.cursors).where(cursors.account == account, cursors.folder == folder)
        return next(iter(self._values(query, _cursor)), None)

    def cursors(self, account: str) -> tuple[Cursor, ...]:
        """How far each folder of the account was read, by folder name."""
        cursors = schema.cursors.c
        query = select(schema.cursors).where(cursors.account == account).order_by(cursors.folder)
        return self._values(query, _cursor)

    def journal(self, account: str) -> tuple[JournalEntry, ...]:
        """The account's drafts that are not settled, oldest first."""
        journal = schema.journal.c
        query = (
            select(schema.journal).where(journal.account == account, UNSETTLED).order_by(journal.id)
        )
        return self._values(query, _entry)

    def journal_entry(self, message_id: str) -> JournalEntry | None:
        """The draft that was laid with this Message-ID, settled or not."""
        query = select(schema.journal).where(schema.journal.c.message_id == message_id)
        return next(iter(self._values(query, _entry)), None)

    def journal_of(self, interview_id: int) -> tuple[JournalEntry, ...]:
        """All drafts of the interview, settled or not, oldest first."""
        journal = schema.journal.c
        query = (
            select(schema.journal).where(journal.interview_id == interview_id).order_by(journal.id)
        )
        return self._values(query, _entry)

    def paused(self) -> Away | None:
        """The pause that the user asked for last, be it to come, going on or over.

        None where there was none, or where the user took it back.
        """
        query = select(schema.pauses).order_by(schema.pauses.c.id.desc()).limit(1)
        return next(iter(self._values(query, _away)), None)

    def digest(self, day: date) -> DigestRecord | None:
        """How far the digest of that day has come, or None when none was begun."""
        query = select(schema.digests).where(schema.digests.c.day == day.isoformat())
        return next(iter(self._values(query, _digest)), None)

    def health(self, account: str) -> Health | None:
        """How the account is doing, or None when nothing is known of it yet."""
        query = select(schema.health).where(schema.health.c.account == account)
        return next(iter(self._values(query, _health)), None)

    def suggestions(self) -> tuple[Suggested, ...]:
        """The open suggestions, in the order in which they were first met."""
        suggestions = schema.suggestions.c
        query = (
            select(schema.suggestions)
            .where(suggestions.state == SuggestionState.OPEN.value)
            .order_by(suggestions.id)
        )
        return self._values(query, _suggested)

    def suggestion(self, number: int) -> Suggested:
        """The suggestion of that number, open or not.

        Raises:
            UnknownInterview: there is none.
        """
        if 0 < number <= LARGEST_ID:
            query = select(schema.suggestions).where(schema.suggestions.c.id == number)
            for found in self._values(query, _suggested):
                return found
        raise UnknownInterview(
            f"there is no suggestion {number}; `followupd suggestions` lists those there are"
        )

    def suggested(self, key: str) -> Suggested | None:
        """The suggestion with that key (`Suggestion.key`), open or not, or None."""
        query = select(schema.suggestions).where(schema.suggestions.c.key == key)
        return next(iter(self._values(query, _suggested)), None)

    def unreadable(self, account: str) -> tuple[Unreadable, ...]:
        """The account's mails that could not be read, oldest first."""
        mails = schema.unreadable.c
        query = (
            select(schema.unreadable)
            .where(mails.account == account)
            .order_by(mails.at, mails.folder, mails.uid)
        )
        return self._values(query, _unreadable)

    def strangers(self, account: str) -> tuple[Stranger, ...]:
        """What lay in the account's approval folder at the last look and is no draft of ours."""
        mails = schema.strangers.c
        query = select(schema.strangers).where(mails.account == account)
        return self._values(query.order_by(mails.uid), _stranger)
