"""What is remembered of each day's digest, so that there is at most one a day whatever happens.

A day's record goes from `intended` to `placed`, or is `nothing`. An intent without a Message-ID
stands where nothing was given to a server yet, or where it surely did not take it: it is tried
again. One with a Message-ID is stored right before the message is handed over. Where it is found
so later, nobody knows whether the message went out. A mailbox can be asked, and is; with the other
ways it is not repeated, since a digest too few is better than two, and the user is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.config import DigestWay
from followupd.domain.workdays import Workdays
from followupd.mailbox.backoff import PATIENCE
from followupd.store import Cursor, DigestRecord, DigestState, Health

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.config import Settings
    from followupd.mailbox.responses import Mailbox
    from followupd.store import Reading, Store

NAME = "the digest"
"""Under what its health, its lock and its mark in INBOX are kept; no account can be called so."""

RETRY = timedelta(minutes=10)
"""How long after a try that surely delivered nothing there is another one."""

_OVERLAP = timedelta(minutes=2)
"""What was learned that shortly before a digest may have been recorded after it: it is told again
rather than never."""

_LOOK_BACK = 31
"""Days that are looked back over for the digest before."""

_FIRST = timedelta(days=7)
"""How far back the very first digest tells what is new."""

_INBOX = "INBOX"


def next_digest_at(settings: Settings, store: Store, now: datetime) -> datetime | None:
    """When the digest is next to be delivered, or looked for; a moment that has passed means now.

    A day's digest is due from `digest.at` on until the day ends, also where the daemon was not
    running at that moment.

    Args:
        settings: the configuration.
        store: where the days are recorded.
        now: the moment; aware.

    Returns:
        in the user's zone; None where no digest is asked for.

    Raises:
        StoreError: the database cannot be read.
    """
    digest = settings.digest
    if digest is None:
        return None
    calendar = Workdays(settings.user.timezone)
    today = calendar.day_of(now)
    at = calendar.at(today, digest.at)
    tomorrow = today + timedelta(days=1)
    with store.look() as reading:
        record = reading.digest(today)
    if record is None:
        return at
    again = None
    if record.state is DigestState.INTENDED and not record.message_id:
        again = max(at, calendar.local(record.at + RETRY))
    elif record.state is DigestState.INTENDED and digest.via is DigestWay.IMAP:
        again = calendar.local(record.at + PATIENCE)
    if again is not None and calendar.day_of(again) == today:
        return again
    return calendar.at(tomorrow, digest.at)


def told_until(reading: Reading, today: date, now: datetime) -> datetime:
    """The moment as of which the digest before was made: what came later is new."""
    for back in range(_LOOK_BACK):
        record = reading.digest(today - timedelta(days=back))
        if record is not None and record.state is not DigestState.INTENDED:
            return min(record.at, now) - _OVERLAP
    return now - _FIRST


def digest_problem(reading: Reading) -> Health | None:
    """Why the last digest did not come, or None where it came."""
    health = reading.health(NAME)
    return health if health is not None and health.problem else None


class Journal:
    """One day of the journal.

    Args:
        store: where it is kept.
        day: in the user's zone.
        now: the moment as of which its digest is made; aware.
    """

    def __init__(self, store: Store, day: date, now: datetime) -> None:
        self._store = store
        self._day = day
        self._now = now

    def record(self) -> DigestRecord | None:
        """How far the day's digest has come."""
        with self._store.look() as reading:
            return reading.digest(self._day)

    def inbox_before(self) -> Cursor | None:
        """INBOX as it was before the message was last handed over to it."""
        with self._store.look() as reading:
            return reading.cursor(NAME, _INBOX)

    def handing_over(self, message_id: str, unclear: str, inbox: Mailbox | None = None) -> None:
        """Store that the message is about to be handed over.

        Args:
            message_id: its Message-ID.
            unclear: what to tell the user if nothing more is ever known of it, a sentence.
            inbox: INBOX as it is, where the message goes there.
        """
        with self._store.begin() as change:
            change.put_digest(self._of(DigestState.INTENDED, message_id))
            change.set_health(Health(NAME, None, unclear, self._now))
            if inbox is not None:
                last = inbox.uidnext - 1
                change.set_cursor(Cursor(NAME, _INBOX, inbox.uidvalidity, last, self._now))

    def not_yet(self, problem: str, at: datetime) -> None:
        """Store that it was surely not delivered, and why; it is tried again."""
        with self._store.begin() as change:
            before = change.health(NAME)
            since = before.problem_since if before and before.problem == problem else at
            change.put_digest(DigestRecord(self._day, at, DigestState.INTENDED))
            change.set_health(Health(NAME, None, problem, since))

    def not_today(self, message_id: str, problem: str) -> None:
        """Store why it is not tried again today."""
        with self._store.begin() as change:
            change.put_digest(self._of(DigestState.INTENDED, message_id))
            change.set_health(Health(NAME, None, problem, self._now))

    def placed(self, message_id: str, made_at: datetime | None = None) -> None:
        """Store that it was delivered; `made_at` where that was not now."""
        made = DigestRecord(self._day, made_at or self._now, DigestState.PLACED, message_id)
        with self._store.begin() as change:
            change.put_digest(made)
            change.set_health(Health(NAME, None, "", None))

    def nothing(self) -> None:
        """Store that there was nothing to say."""
        with self._store.begin() as change:
            change.put_digest(self._of(DigestState.NOTHING, ""))
            change.set_health(Health(NAME, None, "", None))

    def _of(self, state: DigestState, message_id: str) -> DigestRecord:
        return DigestRecord(self._day, self._now, state, message_id)
