"""The mail of one account: what is new, and what was there before an interview was recorded.

Nothing is lost between two passes: the events of a batch and the cursor behind it are stored in
one transaction. A mail that cannot be read is written down and passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from followupd.domain import events as happened
from followupd.errors import FollowupdError, ServerRefused, UnreadableMessage
from followupd.mailbox.sync import new_mail, search
from followupd.reading.body import read_body
from followupd.reading.text import clean
from followupd.service.draft_journal import log_sent_after_all
from followupd.service.histories import folded
from followupd.service.intake import Intake, Place, Read
from followupd.service.searches import searches, threads, wanted
from followupd.service.suggesting import record
from followupd.store import Cursor, Phase, Unreadable, searched_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from followupd.domain.history import History
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Fetched
    from followupd.mailbox.sync import Batch, Wanted
    from followupd.reading.body import Body
    from followupd.service.mails import Taken
    from followupd.service.suggesting import Proposal
    from followupd.service.world import World
    from followupd.store import Transaction

_LOOK_BACK = "the look back"
"""Stands in `unseen` for the search for earlier mail."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of the mails of one folder; `read` has an entry for each mail."""

    mails: tuple[Fetched, ...]
    read: tuple[Read, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def facts(self) -> list[Taken]:
        return [fact for read in self.read for fact in read.facts]

    @property
    def proposals(self) -> list[Proposal]:
        return [read.proposal for read in self.read if read.proposal is not None]


@dataclass(slots=True)
class MailReader:
    """Reads the mail of one account over one connection.

    Attributes:
        world: settings, store, templates and time.
        account: its name.
        connection: signed in.
        roles: the folders.
        problem: told in a sentence what could not be read.
        check: called between steps; raises when the pass is to end.
        unseen: what could not be looked at the last time, though an answer may lie there.
    """

    world: World
    account: str
    connection: Connection
    roles: Roles
    problem: Callable[[str], None]
    check: Callable[[], None]
    unseen: set[str] = field(default_factory=set)

    def inbox(self) -> set[int]:
        """Read what is new in the first watched folder; the interviews it added to."""
        return self._read_folders(self.roles.watched[:1])

    def everywhere(self) -> set[int]:
        """Read what is new in any folder, and look back for interviews just recorded."""
        folders = self._in_order()
        self.unseen &= {*folders, _LOOK_BACK}
        changed = self._read_folders(folders)
        return changed | self._look_back()

    # ---- new mail

    def _in_order(self) -> tuple[str, ...]:
        # What the user wrote comes first, also where another folder shows it too: an answer
        # may refer to it.
        first = () if self.roles.sent is None else (self.roles.sent,)
        return tuple(dict.fromkeys((*first, *self.roles.everywhere)))

    def _read_folders(self, folders: Iterable[str]) -> set[int]:
        changed: set[int] = set()
        for folder in folders:
            self.check()
            cursor = self._cursor(folder)
            try:
                changed |= self._read_folder(folder, cursor)
                self.unseen.discard(folder)
            except ServerRefused as error:
                # One folder that cannot be opened must not hide the others; it is said.
                self.problem(f"the folder {clean(folder, 80)} cannot be read: {error}")
                if self._must_open(folder, cursor):
                    self.unseen.add(folder)
        return changed

    def _cursor(self, folder: str) -> Cursor | None:
        with self.world.store.look() as reading:
            return reading.cursor(self.account, folder)

    def _must_open(self, folder: str, cursor: Cursor | None) -> bool:
        """Whether a folder is watched or has been open before: not somebody else's."""
        return folder in self.roles.watched or cursor is not None

    def _read_folder(self, folder: str, cursor: Cursor | None) -> set[int]:
        if cursor is not None and folder not in self.roles.watched:
            status = self.connection.status(folder)
            is_same = status.uidvalidity == cursor.uidvalidity
            # Some servers leave UIDNEXT out: 0 says nothing.
            if is_same and 0 < status.uidnext <= cursor.last_uid + 1:
                return set()
        changed: set[int] = set()
        for batch in new_mail(
            self.connection, folder, cursor, lambda: wanted(self._open_histories())
        ):
            self.check()
            if cursor is None:
                # The folder was made since the last look: what lies in it is new to interviews
                # that were looked back for without it. The batch comes first, so that mail
                # arriving meanwhile lies behind the cursor.
                changed |= self._look_into(folder)
            is_new = cursor is not None and cursor.uidvalidity == batch.uidvalidity
            changed |= self._store_batch(batch, self._place(folder, is_new=is_new))
        return changed

    def _place(self, folder: str, *, is_new: bool) -> Place:
        counts_own = folder not in (self.roles.trash, self.roles.junk)
        return Place(self.account, folder, counts_own, is_new, folder == self.roles.sent)

    def _store_batch(self, batch: Batch, place: Place) -> set[int]:
        """Judge a batch, then store its events and the cursor in one transaction."""
        judged, changed = self._judged(place, batch.uidvalidity, batch.mails)
        now = self.world.clock.now()
        cursor = Cursor(self.account, batch.folder, batch.uidvalidity, batch.last_uid, now)
        refused = [
            Unreadable(
                self.account,
                batch.folder,
                batch.uidvalidity,
                uid,
                "the server does not hand it out",
                now,
            )
            for uid in batch.refused
        ]
        with self.world.store.begin() as transaction:
            changed |= _record(transaction, judged.facts)
            suggested = record(transaction, judged.proposals, now)
            for mail in (*judged.unreadable, *refused):
                transaction.record_unreadable(mail)
            transaction.set_cursor(cursor)
        for fact in judged.facts:
            _log.info(
                "mail read",
                account=self.account,
                folder=batch.folder,
                interview=fact.interview_id,
                fact=fact.event.kind,
            )
        for number in suggested:
            _log.info("suggested", account=self.account, folder=batch.folder, suggestion=number)
        return changed

    def _judged(
        self, place: Place, uidvalidity: int, mails: Sequence[Fetched]
    ) -> tuple[_Judged, set[int]]:
        """Judge mails of which one may refer to another.

        What they add is stored before they are judged again; the cursor stays where it is, so
        that nothing is lost when it ends in between.
        """
        changed: set[int] = set()
        known: set[str] = set()
        while True:
            judged = self._judge(place, uidvalidity, mails)
            learned = _message_ids(judged.facts) - known
            if not _refers_to(judged, learned):
                return judged, changed
            known |= learned
            with self.world.store.begin() as transaction:
                changed |= _record(transaction, judged.facts)

    def _judge(self, place: Place, uidvalidity: int, mails: Sequence[Fetched]) -> _Judged:
        if not mails:
            return _Judged((), (), ())
        now = self.world.clock.now()
        intake = Intake(
            self.world.histories().values(),
            self.world.settings.own_addresses,
            self.world.workdays,
            now,
        )
        every: list[Read] = []
        unreadable: list[Unreadable] = []
        for fetched in mails:
            read = Read()
            try:
                read = intake.take(fetched, place, partial(self._body, fetched.uid))
            except Exception as error:
                if isinstance(error, FollowupdError) and not isinstance(error, UnreadableMessage):
                    raise
                # One poison mail must not block the folder for ever. An error that is not ours
                # may quote the mail.
                said = f": {error}" if isinstance(error, FollowupdError) else ""
                reason = clean(f"{type(error).__name__}{said}", 200)
                unreadable.append(
                    Unreadable(self.account, place.folder, uidvalidity, fetched.uid, reason, now)
                )
                _log.warning(
                    "mail unreadable", account=self.account, folder=place.folder, uid=fetched.uid
                )
            every.append(read)
        return _Judged(tuple(mails), tuple(every), tuple(unreadable))

    def _body(self, uid: int) -> Body | None:
        try:
            raw = self.connection.body(uid)
        except ServerRefused:
            # The headers alone say enough to hold a draft back.
            _log.warning("text not handed out", account=self.account, uid=uid)
            return None
        return read_body(raw) if raw is not None else None

    # ---- earlier mail

    def _look_back(self) -> set[int]:
        """Find the earlier mail of interviews that were recorded since the last pass."""
        newest = self.world.store.last_event_id()
        since = self.world.looked_back.get(self.account)
        with self.world.store.look() as reading:
            among = None if since is None else reading.interviews_since(since)
            numbers = reading.not_searched(self.account, among)
        recorded = [
            history
            for history in self.world.histories_of(numbers).values()
            if self.account not in history.searched and history.closed is None
        ]
        if not recorded:
            self.unseen.discard(_LOOK_BACK)
            self.world.looked_back[self.account] = newest
            return set()
        found = {history.interview_id for history in recorded}
        try:
            changed = self._look_back_for(recorded)
        except ServerRefused as error:
            named = ", ".join(map(str, sorted(found)))
            self.problem(f"the mailbox cannot be searched for interview {named}: {error}")
            self.unseen.add(_LOOK_BACK)
            return set()
        searched = happened.MailboxSearched(at=self.world.clock.now(), account=self.account)
        with self.world.store.begin() as transaction:
            for history in recorded:
                number, added_later = history.interview_id, history.added_later
                # Somebody who was added meanwhile has not been searched for.
                if folded(transaction.chronicle(number)).added_later == added_later:
                    mark = searched_mark(self.account, added_later)
                    transaction.append(number, searched, mark)
        self.world.looked_back[self.account] = newest
        self.unseen.discard(_LOOK_BACK)
        return changed | found

    def _look_back_for(self, recorded: Sequence[History]) -> set[int]:
        now = self.world.clock.now()
        changed = self._look_in_all(searches(recorded, now))
        fresh = list(self.world.histories_of(h.interview_id for h in recorded).values())
        # Somebody unknown may have answered in a thread that has only now been found.
        looks = threads(fresh, now)
        return changed | self._look_in_all(looks) if looks else changed

    def _look_in_all(self, looks: Sequence[tuple[Wanted, date]]) -> set[int]:
        changed: set[int] = set()
        for folder in self._in_order():
            self.check()
            try:
                changed |= self._look_in(folder, looks)
            except ServerRefused:
                if self._must_open(folder, self._cursor(folder)):
                    raise
        return changed

    def _look_into(self, folder: str) -> set[int]:
        """Look for the mail of all open interviews in a folder that was not there before."""
        now = self.world.clock.now()
        searched = [h for h in self._open_histories() if self.account in h.searched]
        return self._look_in(folder, [*searches(searched, now), *threads(searched, now)])

    def _open_histories(self) -> list[History]:
        with self.world.store.look() as reading:
            numbers = reading.open_interviews()
        return [h for h in self.world.histories_of(numbers).values() if h.closed is None]

    def _look_in(self, folder: str, looks: Sequence[tuple[Wanted, date]]) -> set[int]:
        mailbox, mails = search(self.connection, folder, *looks)
        if not mails:
            return set()
        place = self._place(folder, is_new=False)
        judged, changed = self._judged(place, mailbox.uidvalidity, mails)
        with self.world.store.begin() as transaction:
            changed |= _record(transaction, judged.facts)
            record(transaction, judged.proposals, self.world.clock.now())
            for mail in judged.unreadable:
                transaction.record_unreadable(mail)
        return changed


def _record(transaction: Transaction, facts: Iterable[Taken]) -> set[int]:
    """Record what is not recorded yet; the interviews it added to."""
    changed: set[int] = set()
    for fact in facts:
        if transaction.append(fact.interview_id, fact.event, fact.fingerprint) is None:
            continue
        changed.add(fact.interview_id)
        entry = transaction.journal_entry(fact.settles) if fact.settles else None
        if entry is not None:
            log_sent_after_all(entry, "its copy lies among the sent mail")
            # What we handed over ourselves is still to be taken out of the approval folder.
            phase = Phase.FILING if entry.is_handed_over else Phase.SETTLED
            transaction.update(replace(entry, phase=phase))
    return changed


def _message_ids(facts: Iterable[Taken]) -> set[str]:
    """The Message-IDs by which later mail may refer to what was taken."""
    threaded = (
        happened.ThreadFound,
        happened.ReplyReceived,
        happened.HoldingReply,
        happened.Acknowledged,
        happened.WroteByHand,
        happened.DraftSent,
    )
    mails = (fact.event.mail for fact in facts if isinstance(fact.event, threaded))
    return {mail.message_id for mail in mails if mail is not None}


def _refers_to(judged: _Judged, message_ids: set[str]) -> bool:
    """Whether a mail of which nothing was taken names one of the Message-IDs."""
    named = [message_id.encode() for message_id in message_ids]
    return any(
        one in fetched.raw
        for fetched, read in zip(judged.mails, judged.read, strict=True)
        if not read.facts
        for one in named
    )
