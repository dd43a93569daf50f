"""What can be changed in the store, all of it together or nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from followupd.domain import acts
from followupd.domain.events import Added, Closed
from followupd.domain.folding import fold
from followupd.domain.interview import company_key
from followupd.errors import UnknownInterview
from followupd.store import schema
from followupd.store.change import new_id
from followupd.store.codec import encode_event, moment_to_text
from followupd.store.suggestions import SuggestionChange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.store.records import (
        Cursor,
        DigestRecord,
        Health,
        JournalEntry,
        Stranger,
        Unreadable,
    )

_NEVER_CHANGED = frozenset(
    {"message_id", "interview_id", "account", "step", "cycle", "person", "attempt", "made_at"}
)


def _columns(entry: JournalEntry) -> dict[str, object]:
    columns = {field.name: getattr(entry, field.name) for field in fields(entry)}
    columns["phase"] = entry.phase.value
    columns["missing_since"] = moment_to_text(entry.missing_since)
    columns["made_at"] = moment_to_text(entry.made_at)
    columns["sending_at"] = moment_to_text(entry.sending_at)
    return columns


def _recordable(event: Event, fingerprint: str) -> dict[str, object]:
    return {
        "at": moment_to_text(event.at),
        "kind": event.kind,
        "fingerprint": fingerprint,
        "body": encode_event(event),
    }


class Transaction(SuggestionChange):
    """A change in the making; made by `Store.begin`, stored when its `with` ends without error.

    It sees what it has changed so far. After a database error nothing more can be done in it,
    even by a caller who caught the error: SQLite may have taken back all that came before, and
    what followed would be stored without it.
    """

    def add(self, event: Added) -> int:
        """Record a new interview and the people who belong to it.

        Returns:
            Its number.

        Raises:
            ValueError: the event cannot be written down (`codec.encode_event`).
        """
        interview = event.interview
        first = _recordable(event, "")
        row = {
            "uid": interview.uid,
            "account": interview.account,
            "next_due": "",
            "company": company_key(interview.company),
            "is_open": 1,
        }
        interview_id = new_id(self._run(insert(schema.interviews).values(row)))
        self._add_people(interview_id, {person.key for person in interview.people})
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
        event_id = new_id(self._run(insert(schema.events).values(row)))
        if isinstance(event, (acts.PersonRecorded, acts.PersonRemoved, acts.InterviewEdited)):
            self._describe_anew(interview_id)
        self._open_or_close(interview_id, event)
        return event_id

    def _describe_anew(self, interview_id: int) -> None:
        """Make the tables say of an interview's people and company what its events tell.

        An address stays when its person is removed: they may have been written to.
        """
        people = schema.people.c
        interview = self._folded(interview_id).interview
        wanted = {person.key for person in interview.people}
        mine = people.interview_id == interview_id
        known = {row.address for row in self._rows(select(people.address).where(mine))}
        self._add_people(interview_id, wanted - known)
        self._change_interview(interview_id, company=company_key(interview.company))

    def _open_or_close(self, interview_id: int, event: Event) -> None:
        """Keep `is_open` right; few events change it, and only then all of them are read."""
        interviews = schema.interviews.c
        query = select(interviews.is_open).where(interviews.id == interview_id)
        was_open = self._rows(query)[0].is_open == 1
        if isinstance(event, Closed):
            # What the user asked for is laid, also when they closed before anything ran.
            is_open = bool(self._folded(interview_id).unlaid_requests)
        else:
            is_open = (
                was_open
                or isinstance(event, acts.DraftRequested)
                or self._folded(interview_id).closed is None
            )
        if is_open != was_open:
            self._change_interview(interview_id, is_open=int(is_open))

    def _folded(self, interview_id: int) -> History:
        recorded = self.chronicle(interview_id).events
        return fold(interview_id, (each.event for each in recorded))

    def _add_people(self, interview_id: int, addresses: set[str]) -> None:
        for address in sorted(addresses):
            person = {"interview_id": interview_id, "address": address}
            self._run(insert(schema.people).values(person))

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
        self._change_interview(interview_id, next_due=moment_to_text(due))

    def pause(self, at: datetime, since: datetime, until: datetime | None) -> None:
        """Store that nothing is to be laid into Drafts for a while; it replaces a pause before.

        Args:
            at: now.
            since: its first moment; may lie ahead.
            until: the first moment after it; None: until the user says otherwise.

        Raises:
            ValueError: it would end before it begins, or a time has no time zone.
        """
        if until is not None and until <= since:
            raise ValueError("a pause must end after it begins")
        self._put_pause(at, since, until)

    def resume(self, at: datetime) -> bool:
        """Store that the pause is over, or is not to begin; False where there was none.

        Args:
            at: now.
        """
        away = self.paused()
        if away is None or (away.until is not None and away.until <= at):
            return False
        self._put_pause(at, at, at)
        return True

    def _put_pause(self, at: datetime, since: datetime, until: datetime | None) -> None:
        row = {name: moment_to_text(moment) for name, moment in (("at", at), ("since", since))}
        self._run(insert(schema.pauses).values(row | {"until": moment_to_text(until)}))

    def put_digest(self, digest: DigestRecord) -> None:
        """Store how far the digest of a day has come."""
        self._put(
            schema.digests,
            {
                "day": digest.day.isoformat(),
                "at": moment_to_text(digest.at),
                "state": digest.state.value,
                "message_id": digest.message_id,
            },
        )

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

    def set_strangers(self, account: str, strangers: Iterable[Stranger]) -> None:
        """Store what lies in the account's approval folder and is no draft of ours."""
        self._run(delete(schema.strangers).where(schema.strangers.c.account == account))
        for one in strangers:
            row = {field.name: getattr(one, field.name) for field in fields(one)}
            self._run(insert(schema.strangers).values(row | {"at": moment_to_text(one.at)}))
