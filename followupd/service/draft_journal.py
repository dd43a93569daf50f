"""The journal of one account's drafts: each step is stored before the next begins.

So the process may be killed between any two of them, and whoever looks next knows where it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from followupd.domain.interview import DraftState
from followupd.mailbox.drafts import Sought
from followupd.service.marks import mark_of
from followupd.store import Phase

if TYPE_CHECKING:
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.service.world import World
    from followupd.store import JournalEntry

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DraftJournal:
    """See the module's docstring.

    Attributes:
        world: settings, store, templates and time.
        account: its name.
        bound: the Message-ID that the user's version of each draft bears now.
    """

    world: World
    account: str
    bound: dict[str, str] = field(default_factory=dict)

    def unsettled(self) -> tuple[JournalEntry, ...]:
        """Every draft that may still change."""
        with self.world.store.look() as reading:
            entries = reading.journal(self.account)
        self.bound = {one.message_id: one.bound_message_id or one.message_id for one in entries}
        return entries

    def entry(self, message_id: str) -> JournalEntry | None:
        """The draft that was queued with that Message-ID."""
        with self.world.store.look() as reading:
            return reading.journal_entry(message_id)

    def record(self, entry: JournalEntry, *events: Event) -> bool:
        """Store how far a draft has come together with what happened to it.

        Returns:
            whether anything happened.
        """
        with self.world.store.begin() as transaction:
            if transaction.journal_entry(entry.message_id) == entry and not events:
                return False
            transaction.update(entry)
            for event in events:
                transaction.append(entry.interview_id, event, mark_of(event))
        return bool(events)

    def sought(self, entry: JournalEntry, history: History) -> Sought:
        """What is known of a draft that is looked for in the mailbox."""
        draft = history.draft(entry.message_id)
        bound = (entry.bound_message_id,) if entry.bound_message_id else ()
        with self.world.store.look() as reading:
            strangers = reading.strangers(self.account)
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
        # What was approved once is the user's, also where they took it back unchanged; so is what
        # we took away and they put back.
        is_touched = draft is not None and (
            draft.approval is not None or draft.state is DraftState.WITHDRAWN
        )
        return Sought(
            message_ids=tuple(dict.fromkeys((entry.message_id, *bound))),
            to=draft.to if draft is not None else entry.person,
            in_reply_to=draft.in_reply_to if draft is not None else None,
            subject=draft.subject if draft is not None else "",
            queued_at=draft.queued_at if draft is not None else entry.made_at,
            folder=entry.folder,
            uidvalidity=entry.uidvalidity,
            uid=entry.uid,
            digest=entry.digest,
            edited=entry.phase is Phase.EDITED or bool(bound) or is_touched,
            others=frozenset(others),
            strangers=frozenset((one.folder, one.uidvalidity, one.uid) for one in strangers),
            is_approved=draft is not None
            and draft.state in (DraftState.APPROVED, DraftState.UNCLEAR),
            other_people=frozenset(
                person.key
                for person in history.interview.people
                if draft is None or person.key not in (draft.key, draft.to.casefold())
            ),
        )


def log_sent_after_all(entry: JournalEntry, known_by: str) -> None:
    """Leave the line of a message that went out, and of which nobody knew until now.

    Args:
        entry: the draft as it was known before; one whose sending was known leaves none.
        known_by: how it is known.
    """
    if entry.phase not in (Phase.SENDING, Phase.UNCLEAR):
        return
    _log.info(
        "message sent",
        account=entry.account,
        interview=entry.interview_id,
        step=entry.step,
        draft=entry.message_id,
        act="the user moved it into the approval folder",
        sent_at=entry.sending_at.isoformat() if entry.sending_at is not None else "",
        known_by=known_by,
    )
