"""The journalled protocol by which a draft comes to exist exactly once, and is recognised after.

(1) Store the intent with its Message-ID. (2) Look at the mailbox again. (3) Search Drafts, Sent
and Trash for that Message-ID, and adopt what is there. (4) APPEND. (5) Store where it lies. An
unclear outcome goes back to (3), never straight to (4). Each step is stored before the next
begins, so that the process may be killed between any two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from followupd.domain import events as happened
from followupd.errors import OutcomeUnknown, ServerRefused
from followupd.mailbox.drafts import Whereabouts, place
from followupd.mailbox.finding import find
from followupd.mailbox.withdrawing import Withdrawn, withdraw
from followupd.reading.text import clean
from followupd.service.observing import watched_on
from followupd.store import JournalEntry, Phase
from followupd.writing.draft import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.domain.history import Draft, History
    from followupd.domain.plan import PlannedStep, Withdrawal
    from followupd.mailbox.connection import Connection
    from followupd.service.letters import Written
    from followupd.service.observing import Observing
    from followupd.service.world import World

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Drafting:
    """Lays and takes back the drafts of one account.

    Attributes:
        observing: looks at them, over the connection that is used here too.
    """

    observing: Observing

    @property
    def _world(self) -> World:
        return self.observing.journal.world

    @property
    def _account(self) -> str:
        return self.observing.journal.account

    @property
    def _connection(self) -> Connection:
        return self.observing.connection

    @property
    def _drafts(self) -> str:
        return self.observing.roles.drafts

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
            self.observing.journal.record(replace(entry, phase=Phase.SETTLED))
            return False
        sought = self.observing.journal.sought(entry, history)
        sighting = find(self._connection, self.observing.roles, sought, by_likeness=False)
        if sighting.where is Whereabouts.NOWHERE:
            before = self._connection.examine(self._drafts)
            entry = replace(
                entry,
                phase=Phase.APPENDING,
                folder=self._drafts,
                uidvalidity=before.uidvalidity,
                uidnext_before=before.uidnext,
                digest=digest(written.raw),
                # Whoever is killed now does not hear whether the server carries it out, or when.
                missing_since=self._world.clock.now(),
            )
            self.observing.journal.record(entry)
            try:
                sighting = place(
                    self._connection, self._drafts, written.raw, written.message_id, before
                )
            except ServerRefused:
                refused = replace(entry, phase=Phase.INTENDED, missing_since=None)
                self.observing.journal.record(refused)
                raise
            except OutcomeUnknown:
                self.observing.journal.record(replace(entry, missing_since=self._world.clock.now()))
                raise
            sighting = replace(sighting, where=Whereabouts.UNTOUCHED)
        queued = happened.DraftQueued(
            at=self._world.clock.now(),
            step=entry.step,
            cycle=entry.cycle,
            person=entry.person,
            to=written.to,
            message_id=entry.message_id,
            attempt=entry.attempt,
            subject=written.subject,
            in_reply_to=written.in_reply_to,
        )
        self.observing.laid(entry, sighting, queued)
        _log.info(
            "draft queued", account=self._account, interview=entry.interview_id, step=step.step
        )
        return True

    def withdraw(self, history: History, wanted: Withdrawal) -> bool:
        """Take an untouched draft back; False when it has to stay.

        The intent is stored first: a draft that is gone after a crash was then withdrawn by us
        and not deleted by the user.

        Raises:
            OutcomeUnknown: the connection broke; the next pass finds out.
        """
        entry = self.observing.journal.entry(wanted.message_id)
        draft = history.draft(wanted.message_id)
        if entry is None or draft is None or entry.phase is not Phase.PLACED:
            return False
        self.observing.journal.record(replace(entry, phase=Phase.WITHDRAWING))
        sought = self.observing.journal.sought(entry, history)
        try:
            outcome = withdraw(self._connection, self.observing.roles, sought)
        except ServerRefused as error:
            # How far it came is found out by the next look, which settles it.
            said = f"the {entry.step} draft of interview {entry.interview_id}"
            self.observing.problem(f"{said} cannot be taken back: {error}")
            return False
        if outcome is not Withdrawn.GONE:
            self._left(entry, draft, outcome, wanted)
            return False
        gone = happened.DraftWithdrawn(
            at=self._world.clock.now(), message_id=entry.message_id, reason=wanted.reason
        )
        self.observing.journal.record(watched_on(entry, gone.at), gone)
        _log.info(
            "draft withdrawn", account=self._account, interview=entry.interview_id, step=entry.step
        )
        return True

    def _left(
        self, entry: JournalEntry, draft: Draft, outcome: Withdrawn, wanted: Withdrawal
    ) -> None:
        """Record that a draft that is no longer wanted stays in Drafts."""
        _log.warning(
            "draft left",
            account=self._account,
            interview=entry.interview_id,
            step=entry.step,
            why=outcome.value,
        )
        if outcome is Withdrawn.TOUCHED:
            self.observing.touched(entry, draft)
            return
        self.observing.journal.record(entry)
        if outcome is Withdrawn.CANNOT:
            self.observing.problem(
                f"the {entry.step} draft of interview {entry.interview_id} is no longer wanted "
                f"({wanted.reason}) and stays in {clean(self._drafts, 80)}, for "
                f"{self._connection.where} can neither remove a single message (UIDPLUS) nor move "
                "one to Trash (MOVE); delete it in your mail program"
            )

    def cancel(self, interview_id: int, due: set[str]) -> None:
        """Settle the intents of an interview whose step is no longer due."""
        with self._world.store.look() as reading:
            entries = reading.journal_of(interview_id)
        for entry in entries:
            if entry.phase is Phase.INTENDED and entry.message_id not in due:
                self.observing.journal.record(replace(entry, phase=Phase.SETTLED))

    # ---- steps

    def _intend(self, history: History, step: PlannedStep, written: Written) -> JournalEntry:
        fresh = JournalEntry(
            message_id=written.message_id,
            interview_id=history.interview_id,
            account=self._account,
            step=step.step,
            cycle=step.cycle,
            person=step.person.key if step.person is not None else "",
            attempt=step.attempt,
            phase=Phase.INTENDED,
            made_at=self._world.clock.now(),
        )
        rung = (fresh.step, fresh.cycle, fresh.person, fresh.attempt)
        with self._world.store.begin() as transaction:
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
