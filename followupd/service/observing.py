"""What the user did to our drafts, as it is seen in the mailbox, becomes events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.interview import DraftState
from followupd.errors import ServerRefused
from followupd.mailbox.approval import is_pending, mark_pending
from followupd.mailbox.backoff import PATIENCE
from followupd.mailbox.drafts import (
    Sighting,
    Sought,
    Whereabouts,
    appended_since,
    surely_not_appended,
)
from followupd.mailbox.finding import find
from followupd.mailbox.responses import Mailbox
from followupd.mailbox.withdrawing import complete
from followupd.service.draft_journal import log_sent_after_all
from followupd.service.mails import mail_of
from followupd.store import JournalEntry, Phase

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from followupd.domain.events import Event
    from followupd.domain.history import Draft
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.service.draft_journal import DraftJournal

MISSING_FOR = timedelta(hours=24)
MISSING_PASSES = 3
"""A draft found nowhere for that long and that often was deleted: clients remove a draft before
they send it, and phones send late."""

_log = structlog.get_logger(__name__)


_OVER = (DraftState.DISMISSED, DraftState.WITHDRAWN)


def watched_on(entry: JournalEntry, now: datetime) -> JournalEntry:
    """A draft that is gone, and is looked for a while longer all the same."""
    return replace(entry, phase=Phase.MISSING, missing_since=now, missing_passes=0)


@dataclass(slots=True)
class Observing:
    """The drafts of one account, over one connection.

    Attributes:
        journal: of the account's drafts.
        connection: signed in.
        roles: the folders.
        problem: told in a sentence what did not work.
        unseen: the drafts that could not be looked for the last time.
    """

    journal: DraftJournal
    connection: Connection
    roles: Roles
    problem: Callable[[str], None]
    unseen: set[str] = field(default_factory=set)

    def observe(self) -> set[int]:
        """Look at every draft that is not settled; the interviews of those that changed."""
        changed = set()
        self.unseen.clear()
        for entry in self.journal.unsettled():
            if entry.phase in (Phase.INTENDED, Phase.FILING, Phase.RETURNING):
                continue  # nothing is there yet, or we are at it ourselves
            try:
                if self.look_at(entry):
                    changed.add(entry.interview_id)
            except ServerRefused as error:
                said = f"the {entry.step} draft of interview {entry.interview_id}"
                self.problem(f"{said} cannot be looked for: {error}")
                self.unseen.add(entry.message_id)
        return changed

    def look_at(self, entry: JournalEntry) -> bool:
        """Look at one draft and record what became of it; whether anything happened."""
        history = self.journal.world.history(entry.interview_id)
        draft = history.draft(entry.message_id)
        sought = self.journal.sought(entry, history)
        if draft is None:
            return self._after_unclear_append(entry, sought)
        if draft.state is DraftState.SENT and entry.is_handed_over:
            # The user, or their mailbox, has told meanwhile that it went out.
            log_sent_after_all(entry, "the user said so")
            return self.journal.record(replace(entry, phase=Phase.FILING, uidnext_before=0))
        if entry.phase is Phase.WITHDRAWING:
            complete(self.connection, self.roles, sought)
        if draft.state is DraftState.APPROVED and self._has_no_approval_folder:
            return False  # it is configured, and not there now: nothing can be told
        # What we took away may be saved once more by a program that had it open, under its name.
        by_likeness = draft.state is not DraftState.WITHDRAWN
        sighting = find(self.connection, self.roles, sought, by_likeness=by_likeness)
        if entry.phase is Phase.WITHDRAWING and sighting.where in (
            Whereabouts.NOWHERE,
            Whereabouts.TRASHED,
        ):
            gone = happened.DraftWithdrawn(
                at=self._now, message_id=entry.message_id, reason="it was stale"
            )
            return self.journal.record(watched_on(entry, self._now), gone)
        return self._seen(entry, draft, sighting)

    def laid(self, entry: JournalEntry, sighting: Sighting, queued: happened.DraftQueued) -> bool:
        """Record that a draft has been laid, and where it was seen."""
        return self._seen(entry, None, sighting, queued)

    def touched(self, entry: JournalEntry, draft: Draft) -> bool:
        """Record that the user has done something with a draft where it lies."""
        there = Sighting(Whereabouts.EDITED, entry.folder, entry.uidvalidity, entry.uid)
        return self._seen(entry, draft, there)

    @property
    def _has_no_approval_folder(self) -> bool:
        account = self.journal.world.settings.account(self.journal.account)
        return account.approval_folder is not None and self.roles.approval is None

    @property
    def _now(self) -> datetime:
        return self.journal.world.clock.now()

    def _after_unclear_append(self, entry: JournalEntry, sought: Sought) -> bool:
        """Find out what became of an APPEND whose result never came."""
        before = Mailbox(entry.uidvalidity, entry.uidnext_before, 0)
        sighting = find(self.connection, self.roles, sought, by_likeness=False)
        if sighting.where is Whereabouts.NOWHERE:
            late = appended_since(self.connection, self.roles.drafts, entry.message_id, before)
            if late is None and surely_not_appended(self.connection, self.roles.drafts, before):
                since = entry.missing_since
                if since is not None and abs(self._now - since) < PATIENCE:
                    return False  # the server may be at it still
                again = replace(entry, phase=Phase.INTENDED, missing_since=None)
                return self.journal.record(again)
            sighting = late or sighting
        message = sighting.message
        queued = happened.DraftQueued(
            at=self._now,
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

    def _seen(  # noqa: C901, PLR0911 - one case a place
        self,
        entry: JournalEntry,
        known: Draft | None,
        sighting: Sighting,
        queued: happened.DraftQueued | None = None,
    ) -> bool:
        """Record what a look at a draft showed; whether anything changed."""
        state = known.state if known is not None else DraftState.QUEUED
        events: list[Event] = [queued] if queued is not None else []
        identity = entry.message_id
        placed = replace(
            entry,
            folder=sighting.folder or entry.folder,
            uidvalidity=sighting.uidvalidity or entry.uidvalidity,
            uid=sighting.uid or entry.uid,
            digest=sighting.digest or entry.digest,
            missing_since=None,
            missing_passes=0,
        )
        is_explained = sighting.where in (Whereabouts.SENT, Whereabouts.SENT_LIKELY)
        if not is_explained and (entry.phase is Phase.SENDING or state is DraftState.UNCLEAR):
            return self._unclear(placed, known)
        match sighting.where:
            case Whereabouts.UNTOUCHED:
                if state in (DraftState.MISSING, DraftState.DISMISSED):
                    events.append(happened.DraftFound(at=self._now, message_id=identity))
                return self.journal.record(replace(placed, phase=Phase.PLACED), *events)
            case Whereabouts.EDITED:
                if state is DraftState.APPROVED:
                    taken = approvals.ApprovalTakenBack(at=self._now, message_id=identity)
                    events.append(taken)
                elif state is not DraftState.EDITED:
                    events.append(happened.DraftEdited(at=self._now, message_id=identity))
                bound = self._bound(placed, sighting)
                return self.journal.record(replace(bound, phase=Phase.EDITED), *events)
            case Whereabouts.APPROVED:
                bound = self._bound(placed, sighting)
                # Moved out and in again between two looks it has another number.
                same_folder = (entry.folder, entry.uidvalidity) == (
                    sighting.folder,
                    sighting.uidvalidity,
                )
                is_anew = same_folder and entry.uid != sighting.uid
                return self._approved(known, bound, sighting, events, is_anew=is_anew)
            case Whereabouts.SENT | Whereabouts.SENT_LIKELY:
                events.append(self._sent(entry, sighting))
                if entry.is_handed_over:  # the provider has filed the copy of what we sent
                    log_sent_after_all(entry, f"its copy lies in {sighting.folder}")
                    filing = replace(entry, phase=Phase.FILING, uidnext_before=0)
                    return self.journal.record(filing, *events)
                return self.journal.record(replace(placed, phase=Phase.SETTLED), *events)
            case Whereabouts.TRASHED:
                if state not in _OVER:
                    events.append(happened.DraftDismissed(at=self._now, message_id=identity))
                return self._missed(entry, DraftState.DISMISSED, events)
            case Whereabouts.NOWHERE:
                return self._missed(entry, state, events)

    def _bound(self, entry: JournalEntry, sighting: Sighting) -> JournalEntry:
        """The entry with the Message-ID that the user's version bears.

        Kept with the same Message-ID as well: it tells for good that the user has touched the
        draft.
        """
        message = sighting.message
        if message is None or message.message_id is None:
            return entry
        self.journal.bound[entry.message_id] = message.message_id
        return replace(entry, bound_message_id=message.message_id)

    def _unclear(self, placed: JournalEntry, known: Draft | None) -> bool:
        """Record that a draft was handed over, and nobody is left who heard the answer."""
        events: list[Event] = []
        if known is None or known.state is not DraftState.UNCLEAR:
            unclear = approvals.SendingUnclear(
                at=self._now,
                message_id=placed.message_id,
                sending_at=placed.sending_at or self._now,
                reason="it was being sent when followupd was stopped",
            )
            events.append(unclear)
            approval = known.approval if known is not None else None
            _log.warning(
                "message perhaps sent",
                account=self.journal.account,
                interview=placed.interview_id,
                step=placed.step,
                draft=placed.message_id,
                act="the user moved it into the approval folder",
                sent_at=unclear.sending_at.isoformat(),
                to=list(approval.recipients) if approval is not None else [],
                why=unclear.reason,
            )
        return self.journal.record(replace(placed, phase=Phase.UNCLEAR), *events)

    def _approved(
        self,
        known: Draft | None,
        placed: JournalEntry,
        sighting: Sighting,
        events: list[Event],
        *,
        is_anew: bool,
    ) -> bool:
        """Record that a draft lies in the approval folder."""
        identity = placed.message_id
        state = known.state if known is not None else DraftState.QUEUED
        message = sighting.message
        to = message.recipients if message is not None else ()
        recipients = tuple(dict.fromkeys(one.address for one in to))
        approval = known.approval if known is not None else None
        is_known = state is DraftState.APPROVED and approval is not None
        is_handed = sighting.found is not None and is_pending(sighting.found)
        if is_handed and placed.phase is Phase.UNCLEAR:  # the user says that it did not go out
            place = (sighting.folder, sighting.uidvalidity, sighting.uid)
            mark_pending(self.connection, *place, pending=False)
            is_handed = False
        is_same = is_known and approval is not None and approval.recipients == recipients
        if is_anew or not is_same:
            approved = approvals.DraftApproved(
                at=self._now,
                message_id=identity,
                folder=sighting.folder,
                recipients=recipients,
            )
            events.append(approved)
        if is_handed:
            # It bears the mark of a message that was handed over, and the journal knows nothing
            # of it: the database is older than the mailbox.
            unclear = approvals.SendingUnclear(
                at=self._now,
                message_id=identity,
                sending_at=self._now,
                reason="it was being sent before the database was restored",
            )
            return self.journal.record(replace(placed, phase=Phase.UNCLEAR), *events, unclear)
        return self.journal.record(replace(placed, phase=Phase.APPROVED), *events)

    def _missed(self, entry: JournalEntry, state: DraftState, events: list[Event]) -> bool:
        """Go on looking for a draft that is gone, for as long as it may still be heard of.

        One in Trash counts as dismissed meanwhile; but some programs move the old version there
        before the new one is saved, or sent.
        """
        now = self._now
        since = entry.missing_since or now
        passes = entry.missing_passes + 1
        entry = replace(entry, phase=Phase.MISSING, missing_since=since, missing_passes=passes)
        is_over = passes >= MISSING_PASSES and now - since >= MISSING_FOR
        if state is not DraftState.MISSING and state not in _OVER:
            events.append(happened.DraftMissing(at=now, message_id=entry.message_id))
        elif is_over:
            if state not in _OVER:
                events.append(happened.DraftDismissed(at=now, message_id=entry.message_id))
            entry = replace(entry, phase=Phase.SETTLED)
        return self.journal.record(entry, *events)

    def _sent(self, entry: JournalEntry, sighting: Sighting) -> happened.DraftSent:
        now = self._now
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
