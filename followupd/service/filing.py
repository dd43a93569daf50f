"""What is left to do when a draft's sending is decided: file the copy, or put the draft back.

A draft that was sent leaves the approval folder once its copy lies in Sent; one that was refused
for good lies in Drafts again. Both are looked for before anything is done, so that either may be
cut off anywhere and is done once all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from followupd.errors import ServerRefused, UnreadableMessage
from followupd.mailbox.approval import copy_in, move_to_drafts, take_out
from followupd.mailbox.backoff import PATIENCE
from followupd.mailbox.drafts import surely_not_appended
from followupd.mailbox.responses import Mailbox
from followupd.service.approving import LARGEST, read_approved
from followupd.smtp import files_own_copy
from followupd.store import Phase

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.config import Account
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.service.observing import Observing
    from followupd.store import JournalEntry

_log = structlog.get_logger(__name__)


def lays_copy(account: Account) -> bool:
    """Whether followupd files what it sends from an account, and not the provider."""
    if account.copy_to_sent is not None:
        return account.copy_to_sent
    return account.smtp is None or not files_own_copy(account.smtp.host)


@dataclass(slots=True)
class Filing:
    """Finishes what was sent or refused from one account's approval folder.

    Attributes:
        observing: looks at the drafts, over the connection that is used here too.
        account: whose.
    """

    observing: Observing
    account: Account

    @property
    def _connection(self) -> Connection:
        return self.observing.connection

    @property
    def _roles(self) -> Roles:
        return self.observing.roles

    def finish(self) -> None:
        """Do for every draft what its phase in the journal says is still to be done."""
        for entry in self.observing.journal.unsettled():
            self.finish_one(entry)

    def finish_one(self, entry: JournalEntry) -> None:
        """Do for one draft what is still to be done.

        Raises:
            OutcomeUnknown: the connection broke; the next pass goes on.
        """
        try:
            if entry.phase is Phase.FILING:
                self._file(entry)
            elif entry.phase is Phase.RETURNING:
                self._put_back(entry)
        except ServerRefused as error:
            what = "filed in Sent" if entry.phase is Phase.FILING else "put back into Drafts"
            said = f"the {entry.step} draft of interview {entry.interview_id}"
            self.observing.problem(f"{said} cannot be {what}: {error}")

    # ---- a sent draft

    def _file(self, entry: JournalEntry) -> None:
        sent = self._roles.sent
        if sent is None and lays_copy(self.account):
            said = f"the {entry.step} draft of interview {entry.interview_id} was sent"
            self.observing.problem(f"{said}; no sent folder was found for a copy: set imap.sent")
        if sent is not None and lays_copy(self.account) and not self._is_there(entry, sent):
            raw = self._as_sent(entry)
            if raw is not None and not self._append(entry, sent, raw, ("\\Seen",)):
                return
        take_out(self._connection, self._roles, entry.uidvalidity, entry.uid)
        self.observing.journal.record(replace(entry, phase=Phase.SETTLED))
        _log.info(
            "sent draft filed",
            account=self.account.name,
            interview=entry.interview_id,
            step=entry.step,
        )

    def _is_there(self, entry: JournalEntry, folder: str) -> bool:
        return copy_in(self._connection, folder, _ids(entry)) is not None

    def _as_sent(self, entry: JournalEntry) -> bytes | None:
        """The bytes that were sent, made anew of the draft; None where it is gone meanwhile."""
        world = self.observing.journal.world
        at = world.workdays.local(entry.sending_at or world.clock.now())
        try:
            message = read_approved(
                self._connection,
                self._roles.approval or entry.folder,
                entry,
                self.account.own_addresses,
                at,
            )
        except UnreadableMessage:
            message = None
        if message is None:
            said = f"the {entry.step} draft of interview {entry.interview_id} was sent"
            self.observing.problem(f"{said}, and its copy for Sent is no longer there")
            return None
        return message.outgoing.raw

    def _append(self, entry: JournalEntry, folder: str, raw: bytes, flags: tuple[str, ...]) -> bool:
        """Append what is not in the folder yet, unless an earlier try may still be carried out.

        Returns:
            whether it lies there, or did.
        """
        if entry.uidnext_before:
            since = entry.missing_since
            if since is not None and abs(self._now - since) < PATIENCE:
                return False
            uidvalidity = self._connection.examine(folder).uidvalidity
            earlier = Mailbox(uidvalidity, entry.uidnext_before, 0)
            if not surely_not_appended(self._connection, folder, earlier):
                return True  # what has come and gone since may have been ours
        before = self._connection.examine(folder)
        trying = replace(entry, uidnext_before=before.uidnext, missing_since=self._now)
        self.observing.journal.record(trying)
        try:
            self._connection.append(folder, raw, flags)
        except ServerRefused:
            self.observing.journal.record(replace(entry, uidnext_before=0, missing_since=None))
            raise
        return True

    # ---- a refused draft

    def _put_back(self, entry: JournalEntry) -> None:
        """Put a draft that cannot be sent back into Drafts, once."""
        if not self._is_there(entry, self._roles.drafts):
            if self._connection.can_move:
                move_to_drafts(self._connection, self._roles, entry.uidvalidity, entry.uid)
            else:
                raw = self._as_it_lies(entry)
                drafts = self._roles.drafts
                if raw and len(raw) >= LARGEST:
                    raise ServerRefused("it is too large to be copied; move it yourself")
                if raw and not self._append(entry, drafts, raw, ("\\Draft", "\\Seen")):
                    return
        take_out(self._connection, self._roles, entry.uidvalidity, entry.uid)
        back = replace(
            entry,
            phase=Phase.EDITED,
            bound_message_id=entry.bound_message_id or entry.message_id,
            uidnext_before=0,
            missing_since=None,
        )
        self.observing.journal.record(back)
        self.observing.look_at(back)

    def _as_it_lies(self, entry: JournalEntry) -> bytes | None:
        """The draft's bytes in the approval folder; None where it is gone meanwhile."""
        approval = self._roles.approval
        if approval is None or self._connection.examine(approval).uidvalidity != entry.uidvalidity:
            return None
        return self._connection.body(entry.uid, LARGEST)

    @property
    def _now(self) -> datetime:
        return self.observing.journal.world.clock.now()


def _ids(entry: JournalEntry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (entry.bound_message_id, entry.message_id))))
