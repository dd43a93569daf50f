"""The journalled protocol by which a draft comes to exist exactly once, and is recognised after.

(1) Store the intent with its Message-ID. (2) Look at the mailbox again. (3) Search Drafts, Sent
and Trash for that Message-ID, and adopt what is there. (4) APPEND. (5) Store where it lies. An
unclear outcome goes back to (3), never straight to (4). Each step is stored before the next
begins, so that the process may be killed between any two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from followupd.domain import events as happened
from followupd.domain.interview import DraftState
from followupd.errors import OutcomeUnknown, ServerRefused
from followupd.mailbox.backoff import PATIENCE
from followupd.mailbox.drafts import (
    Sighting,
    Sought,
    Whereabouts,
    appended_since,
    find,
    place,
    surely_not_appended,
    withdraw,
)
from followupd.mailbox.responses import Mailbox
from followupd.service.mails import mail_of
from followupd.store import JournalEntry, Phase
from followupd.writing.draft import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.plan import PlannedStep, Withdrawal
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.service.letters import Written
    from followupd.service.world import World

MISSING_FOR = timedelta(hours=24)
MISSING_PASSES = 3
"""A draft found nowhere for that long and that often was deleted: clients remove a draft before
they send it, and phones send late."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Drafting:
    """The drafts of one account, over one connection.

    Attributes:
        world: settings, store, templates and time.
        account: its name.
        connection: signed in.
        roles: the folders.
        problem: told in a sentence what did not work.
        bound: the Message-ID that the user's version of each draft bears now.
    """

    world: World
    account: str
    connection: Connection
    roles: Roles
    problem: Callable[[str], None]
    bound: dict[str, str] = field(default_factory=dict)

    def queue(
        self,
        history: History,
        step: PlannedStep,
        written: Written,
        still_due: Callable[[], bool],
    ) -> bool:
        """Lay one draft into Drafts unless it is no longer due; True when it lies there.

        Args:
            history: the interview.
            step: the step that is due.
            written: its draft.
            still_due: reads the mailbox again and plans again.

        Raises:
            OutcomeUnknown: the connection broke during APPEND; the next pass finds out.
            ServerRefused: the server does not take the draft; the step stays due.
        """
        entry = self._intend(history, step, written)
        written = written.identified(entry.message_id)
        if entry.phase is not Phase.INTENDED:
            return False
        if not still_due():
            self._record(replace(entry, phase=Phase.SETTLED))
            return False
        sought = self._sought(entry, history, None)
        sighting = find(self.connection, self.roles, sought, by_likeness=False)
        if sighting.where is Whereabouts.NOWHERE:
            before = self.connection.examine(self.roles.drafts)
            entry = replace(
                entry,
                phase=Phase.APPENDING,
                folder=self.roles.drafts,
                uidvalidity=before.uidvalidity,
                uidnext_before=before.uidnext,
                digest=digest(written.raw),
            )
            self._record(entry)
            try:
                sighting = place(
                    self.connection, self.roles.drafts, written.raw, written.message_id, before
                )
            except ServerRefused:
                self._record(replace(entry, phase=Phase.INTENDED))
                raise
            except OutcomeUnknown:
                self._record(replace(entry, missing_since=self.world.clock.now()))
                raise
            sighting = replace(sighting, where=Whereabouts.UNTOUCHED)
        queued = happened.DraftQueued(
            at=self.world.clock.now(),
            step=entry.step,
            cycle=entry.cycle,
            person=entry.person,
            to=written.to,
            message_id=entry.message_id,
            attempt=entry.attempt,
            subject=written.subject,
            in_reply_to=written.in_reply_to,
        )
        self._seen(entry, None, sighting, queued)
        _log.info(
            "draft queued", account=self.account, interview=entry.interview_id, step=step.step
        )
        return True

    def withdraw(self, history: History, wanted: Withdrawal) -> bool:
        """Take an untouched draft back; False when it has to stay.

        The intent is stored first: a draft that is gone after a crash was then withdrawn by us
        and not deleted by the user.

        Raises:
            OutcomeUnknown: the connection broke; the next pass finds out.
        """
        with self.world.store.look() as reading:
            entry = reading.journal_entry(wanted.message_id)
        draft = history.draft(wanted.message_id)
        if entry is None or draft is None or entry.phase is not Phase.PLACED:
            return False
        self._record(replace(entry, phase=Phase.WITHDRAWING))
        sought = self._sought(entry, history, draft.to)
        try:
            is_gone = withdraw(self.connection, self.roles, sought)
        except ServerRefused as error:
            # How far it came is found out by the next look, which settles it.
            said = f"the {entry.step} draft of interview {entry.interview_id}"
            self.problem(f"{said} cannot be taken back: {error}")
            return False
        if not is_gone:
            self._record(entry)
            _log.warning(
                "draft left", account=self.account, interview=entry.interview_id, step=entry.step
            )
            return False
        gone = happened.DraftWithdrawn(
            at=self.world.clock.now(), message_id=entry.message_id, reason=wanted.reason
        )
        self._record(replace(entry, phase=Phase.SETTLED), gone)
        _log.info(
            "draft withdrawn", account=self.account, interview=entry.interview_id, step=entry.step
        )
        return True

    def observe(self) -> set[int]:
        """Look at every draft that is not settled; the interviews of those that changed."""
        with self.world.store.look() as reading:
            entries = reading.journal(self.account)
        self.bound = {one.message_id: one.bound_message_id or one.message_id for one in entries}
        changed = set()
        for entry in entries:
            if entry.phase is Phase.INTENDED:
                continue
            try:
                if self._observe(entry):
                    changed.add(entry.interview_id)
            except ServerRefused as error:
                said = f"the {entry.step} draft of interview {entry.interview_id}"
                self.problem(f"{said} cannot be looked for: {error}")
        return changed

    def cancel(self, interview_id: int, due: set[str]) -> None:
        """Settle the intents of an interview whose step is no longer due."""
        with self.world.store.look() as reading:
            entries = reading.journal_of(interview_id)
        for entry in entries:
            if entry.phase is Phase.INTENDED and entry.message_id not in due:
                self._record(replace(entry, phase=Phase.SETTLED))

    # ---- steps

    def _intend(self, history: History, step: PlannedStep, written: Written) -> JournalEntry:
        fresh = JournalEntry(
            message_id=written.message_id,
            interview_id=history.interview_id,
            account=self.account,
            step=step.step,
            cycle=step.cycle,
            person=step.person.key if step.person is not None else "",
            attempt=step.attempt,
            phase=Phase.INTENDED,
            made_at=self.world.clock.now(),
        )
        rung = (fresh.step, fresh.cycle, fresh.person, fresh.attempt)
        with self.world.store.begin() as transaction:
            for known in transaction.journal_of(fresh.interview_id):
                # Of the time when the account's address was in another domain.
                if (known.step, known.cycle, known.person, known.attempt) == rung:
                    fresh = known
            entry = transaction.intend(fresh)
            if entry.phase is Phase.SETTLED and history.draft(entry.message_id) is None:
                # An intent that was given up before anything was appended is taken up again.
                entry = replace(entry, phase=Phase.INTENDED)
                transaction.update(entry)
        return entry

    def _observe(self, entry: JournalEntry) -> bool:
        history = self.world.history(entry.interview_id)
        draft = history.draft(entry.message_id)
        sought = self._sought(entry, history, draft.to if draft is not None else None)
        if draft is None:
            return self._after_unclear_append(entry, sought)
        sighting = find(self.connection, self.roles, sought, by_likeness=True)
        if entry.phase is Phase.WITHDRAWING and sighting.where in (
            Whereabouts.NOWHERE,
            Whereabouts.TRASHED,
        ):
            gone = happened.DraftWithdrawn(
                at=self.world.clock.now(), message_id=entry.message_id, reason="it was stale"
            )
            return self._record(replace(entry, phase=Phase.SETTLED), gone)
        return self._seen(entry, draft.state, sighting, None)

    def _after_unclear_append(self, entry: JournalEntry, sought: Sought) -> bool:
        """Find out what became of an APPEND whose result never came."""
        before = Mailbox(entry.uidvalidity, entry.uidnext_before, 0)
        sighting = find(self.connection, self.roles, sought, by_likeness=False)
        if sighting.where is Whereabouts.NOWHERE:
            late = appended_since(self.connection, self.roles.drafts, entry.message_id, before)
            if late is None and surely_not_appended(self.connection, self.roles.drafts, before):
                since = entry.missing_since
                if since is not None and abs(self.world.clock.now() - since) < PATIENCE:
                    return False  # the server may be at it still
                return self._record(replace(entry, phase=Phase.INTENDED, missing_since=None))
            sighting = late or sighting
        message = sighting.message
        queued = happened.DraftQueued(
            at=self.world.clock.now(),
            step=entry.step,
            cycle=entry.cycle,
            person=entry.person,
            to=message.recipients[0].address if message and message.recipients else entry.person,
            message_id=entry.message_id,
            attempt=entry.attempt,
            subject=message.subject if message is not None else "",
            in_reply_to=next(iter(message.in_reply_to), None) if message is not None else None,
        )
        return self._seen(entry, None, sighting, queued)

    def _seen(
        self,
        entry: JournalEntry,
        known: DraftState | None,
        sighting: Sighting,
        queued: happened.DraftQueued | None,
    ) -> bool:
        """Record what a look at a draft showed; whether anything changed."""
        now = self.world.clock.now()
        state = known or DraftState.QUEUED
        events: list[Event] = [queued] if queued is not None else []
        identity = entry.message_id
        message = sighting.message
        placed = replace(
            entry,
            folder=sighting.folder or entry.folder,
            uidvalidity=sighting.uidvalidity or entry.uidvalidity,
            uid=sighting.uid or entry.uid,
            missing_since=None,
            missing_passes=0,
        )
        match sighting.where:
            case Whereabouts.UNTOUCHED:
                if state is DraftState.MISSING:
                    events.append(happened.DraftFound(at=now, message_id=identity))
                return self._record(replace(placed, phase=Phase.PLACED), *events)
            case Whereabouts.EDITED:
                if state is not DraftState.EDITED:
                    events.append(happened.DraftEdited(at=now, message_id=identity))
                if message is not None and message.message_id is not None:
                    # Kept with the same Message-ID as well: it tells for good that the user
                    # has touched the draft.
                    placed = replace(placed, bound_message_id=message.message_id)
                    self.bound[identity] = message.message_id
                return self._record(replace(placed, phase=Phase.EDITED), *events)
            case Whereabouts.SENT | Whereabouts.SENT_LIKELY:
                events.append(self._sent(entry, sighting))
                return self._record(replace(placed, phase=Phase.SETTLED), *events)
            case Whereabouts.TRASHED:
                events.append(happened.DraftDismissed(at=now, message_id=identity))
                return self._record(replace(placed, phase=Phase.SETTLED), *events)
            case Whereabouts.NOWHERE:
                return self._missed(entry, state, events)

    def _missed(self, entry: JournalEntry, state: DraftState, events: list[Event]) -> bool:
        now = self.world.clock.now()
        since = entry.missing_since or now
        passes = entry.missing_passes + 1
        entry = replace(entry, phase=Phase.MISSING, missing_since=since, missing_passes=passes)
        if state is not DraftState.MISSING:
            events.append(happened.DraftMissing(at=now, message_id=entry.message_id))
        elif passes >= MISSING_PASSES and now - since >= MISSING_FOR:
            events.append(happened.DraftDismissed(at=now, message_id=entry.message_id))
            entry = replace(entry, phase=Phase.SETTLED)
        return self._record(entry, *events)

    def _sent(self, entry: JournalEntry, sighting: Sighting) -> happened.DraftSent:
        now = self.world.clock.now()
        message = sighting.message
        mail = None
        if message is not None and sighting.found is not None:
            mail = mail_of(message, sighting.found, sighting.folder, now)
        return happened.DraftSent(
            at=now,
            message_id=entry.message_id,
            sent_at=mail.date if mail is not None else now,
            sent_message_id=mail.message_id if mail is not None else entry.message_id,
            certain=sighting.where is Whereabouts.SENT,
            mail=mail,
        )

    def _sought(self, entry: JournalEntry, history: History, to: str | None) -> Sought:
        draft = history.draft(entry.message_id)
        bound = (entry.bound_message_id,) if entry.bound_message_id else ()
        others = {
            known
            for other in history.drafts
            if other.message_id != entry.message_id
            for known in (other.message_id, other.sent_message_id)
            if known
        }
        for other_id, other_bound in self.bound.items():
            if other_id != entry.message_id:
                others |= {other_id, other_bound}
        return Sought(
            message_ids=tuple(dict.fromkeys((entry.message_id, *bound))),
            to=to or entry.person,
            in_reply_to=draft.in_reply_to if draft is not None else None,
            subject=draft.subject if draft is not None else "",
            queued_at=draft.queued_at if draft is not None else entry.made_at,
            uidvalidity=entry.uidvalidity,
            uid=entry.uid,
            digest=entry.digest,
            edited=entry.phase is Phase.EDITED or bool(bound),
            others=frozenset(others),
        )

    def _record(self, entry: JournalEntry, *events: Event) -> bool:
        """Store a draft's new place in the journal together with what happened to it."""
        with self.world.store.begin() as transaction:
            if transaction.journal_entry(entry.message_id) == entry and not events:
                return False
            transaction.update(entry)
            for event in events:
                transaction.append(entry.interview_id, event, _mark(event))
        return bool(events)


def _mark(event: Event) -> str | None:
    """What keeps an event of a draft from being recorded twice."""
    match event:
        case happened.DraftQueued(message_id=message_id):
            return f"queued:{message_id}"
        case happened.DraftSent(message_id=message_id):
            return f"sent:{message_id}"
        case happened.DraftWithdrawn(message_id=message_id):
            return f"withdrawn:{message_id}"
        case _:
            return None
