"""Sending what the user approved, once.

(1) The user moves a draft into the approval folder; that is seen and stored. (2) At its hour the
mailbox is looked at again: an answer may have come, or the approval may be taken back. (3) The
draft is read back. (4) That it is being handed over is stored, then it is handed over, then the
server's answer is stored. (5) The copy goes to Sent and the draft leaves the approval folder.

Whoever is killed between (4) and the answer does not know whether the message went out. Then it is
looked for in Sent, where some providers file it, and the user is asked; it is never sent again
without their word.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from followupd.credentials import with_secret
from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.approving import again_at
from followupd.errors import (
    AuthenticationError,
    ConnectionLost,
    OutcomeUnknown,
    ServerRefused,
    UnreadableMessage,
)
from followupd.mailbox.approval import lies_there, mark_pending
from followupd.mailbox.responses import Fetched
from followupd.outbox import send_approved
from followupd.reading.message import read_headers
from followupd.service.approving import read_approved
from followupd.service.mails import mail_of
from followupd.store import Phase

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from followupd.config import Account, Smtp
    from followupd.domain.approving import Sending
    from followupd.domain.history import Draft, History
    from followupd.outbox import Approved, Reply
    from followupd.service.filing import Filing
    from followupd.service.observing import Observing
    from followupd.store import JournalEntry

_log = structlog.get_logger(__name__)


class _TakenBackError(Exception):
    """The draft left the approval folder right before it was handed over."""


@dataclass(slots=True)
class Sender:
    """Sends the approved drafts of one account.

    Attributes:
        observing: looks at the drafts, over the connection that is used here too.
        filing: does what is left to do after a draft was sent, or refused.
        account: whose.
    """

    observing: Observing
    filing: Filing
    account: Account

    def hold(self, draft: Draft, history: History, sending: Sending) -> bool:
        """Record that something speaks against sending a draft; False where that is known."""
        if draft.approval is None or draft.approval.held == sending.held:
            return False
        entry = self.observing.journal.entry(draft.message_id)
        if entry is None:
            return False
        held = approvals.SendingHeld(at=self._now, message_id=draft.message_id, reason=sending.held)
        _log.info(
            "draft held back",
            account=self.account.name,
            interview=history.interview_id,
            step=draft.step,
            why=sending.held,
        )
        return self.observing.journal.record(entry, held)

    def send(self, message_id: str, still_due: Callable[[], bool]) -> None:
        """Send one approved draft, if after another look at the mailbox it is still to be sent.

        Args:
            message_id: the one the draft was queued with.
            still_due: reads the mailbox, looks at the drafts and plans again.

        Raises:
            OutcomeUnknown: the connection to the mailbox broke after it was sent.
        """
        journal = self.observing.journal
        if not still_due():
            return
        entry = journal.entry(message_id)
        if entry is None or entry.phase is not Phase.APPROVED:
            return
        history = journal.world.history(entry.interview_id)
        draft = history.draft(message_id)
        if draft is None:
            return
        self._hand_over(entry, history, draft)

    def _hand_over(self, entry: JournalEntry, history: History, draft: Draft) -> None:
        """Give a draft to the SMTP server, and store what came of it."""
        journal, smtp = self.observing.journal, self.account.smtp
        folder = self.observing.roles.approval
        # The copy for Sent is made anew of this very moment.
        handed = replace(entry, phase=Phase.SENDING, sending_at=self._now, uidnext_before=0)
        if smtp is None or folder is None:
            return
        approved = self._read(handed, folder)
        if approved is None:
            return

        def handing_over() -> None:
            place = (handed.folder, handed.uidvalidity, handed.uid)
            if not lies_there(self.observing.connection, *place):
                raise _TakenBackError
            journal.record(handed)
            self._mark(handed, pending=True)

        try:
            # A second try follows a refused sign-in only: nothing was handed over by then.
            reply = with_secret(
                self.account.name,
                smtp,
                lambda secret: asyncio.run(
                    send_approved(self.account, secret, approved, handing_over)
                ),
            )
        except _TakenBackError:
            return  # while the server made us wait: the next look tells where to
        except OutcomeUnknown as error:
            self._unclear(handed, approved, str(error))
        except (AuthenticationError, ConnectionLost, ServerRefused) as error:
            refused = isinstance(error, AuthenticationError)
            self._failed(entry, str(error), self._again(history, draft, login_refused=refused))
        else:
            if reply.is_accepted:
                self._sent(handed, draft, approved, reply, smtp)
            else:
                self._mark(handed, pending=False)
                again = self._again(history, draft) if reply.is_temporary else None
                self._failed(entry, reply.words, again)

    def _mark(self, entry: JournalEntry, *, pending: bool) -> None:
        """Have the mailbox know as well that a draft is handed over, where it keeps keywords.

        Raises:
            ConnectionLost: the mailbox cannot be reached any more.
        """
        try:
            mark_pending(
                self.observing.connection,
                entry.folder,
                entry.uidvalidity,
                entry.uid,
                pending=pending,
            )
        except ServerRefused as error:
            _log.warning("not marked", account=self.account.name, why=str(error))
        except OutcomeUnknown as error:
            raise ConnectionLost(str(error)) from None

    def _read(self, entry: JournalEntry, folder: str) -> Approved | None:
        """Read a draft back as it is to be sent; None where it is not sent now."""
        try:
            # None where it was moved at this very moment: the next look tells where to.
            return read_approved(
                self.observing.connection,
                folder,
                entry,
                self.account.own_addresses,
                self.observing.journal.world.workdays.local(entry.sending_at or self._now),
            )
        except UnreadableMessage as error:
            self._failed(replace(entry, phase=Phase.APPROVED), str(error), None)
        except ServerRefused as error:
            # It is tried again by the next pass; the other drafts do not wait for it.
            said = f"the approved {entry.step} draft of interview {entry.interview_id}"
            self.observing.problem(f"{said} cannot be read, so it is not sent: {error}")
        return None

    def _sent(
        self, entry: JournalEntry, draft: Draft, approved: Approved, reply: Reply, smtp: Smtp
    ) -> None:
        """Store that a draft went out, and leave a line of it in the log."""
        at = entry.sending_at or self._now
        answer = f"{reply.code} {reply.words}".strip()
        sent = happened.DraftSent(
            at=self._now,
            message_id=entry.message_id,
            sent_at=at,
            sent_message_id=approved.outgoing.message_id,
            certain=True,
            mail=_mail(approved, self.observing.roles.sent or approved.folder, at),
            answer=answer,
        )
        filing = replace(entry, phase=Phase.FILING, bound_message_id=approved.outgoing.message_id)
        approval = draft.approval
        _log.info(
            "message sent",
            account=self.account.name,
            interview=entry.interview_id,
            step=entry.step,
            draft=entry.message_id,
            act=f"the user moved it into {approved.folder}",
            seen_there=approval.at.isoformat() if approval is not None else "",
            uid=f"{approved.uidvalidity}/{approved.uid}",
            sent_at=at.isoformat(),
            to=list(approved.outgoing.recipients),
            server=f"{smtp.host}:{smtp.port}",
            answer=answer,
        )
        # After the line in the log: the message has left, whatever the disk says.
        self.observing.journal.record(filing, sent)
        self.filing.finish_one(filing)

    def _unclear(self, entry: JournalEntry, approved: Approved, why: str) -> None:
        """Store that nobody knows whether a draft went out."""
        unclear = approvals.SendingUnclear(
            at=self._now,
            message_id=entry.message_id,
            sending_at=entry.sending_at or self._now,
            reason=why,
        )
        self.observing.journal.record(replace(entry, phase=Phase.UNCLEAR), unclear)
        _log.warning(
            "message perhaps sent",
            account=self.account.name,
            interview=entry.interview_id,
            step=entry.step,
            draft=entry.message_id,
            act=f"the user moved it into {approved.folder}",
            sent_at=unclear.sending_at.isoformat(),
            to=list(approved.outgoing.recipients),
            why=why,
        )

    def _failed(self, entry: JournalEntry, why: str, again: datetime | None) -> None:
        """Store that a draft surely did not go out; for good, it goes back into Drafts."""
        failed = approvals.SendingFailed(
            at=self._now, message_id=entry.message_id, reason=why, again_at=again
        )
        phase = Phase.APPROVED if again is not None else Phase.RETURNING
        returning = replace(entry, phase=phase, uidnext_before=0, missing_since=None)
        self.observing.journal.record(returning, failed)
        _log.warning(
            "message not sent",
            account=self.account.name,
            interview=entry.interview_id,
            draft=entry.message_id,
            why=why,
            again_at=again.isoformat() if again is not None else None,
        )
        self.filing.finish_one(returning)

    def _again(
        self, history: History, draft: Draft, *, login_refused: bool = False
    ) -> datetime | None:
        workdays = self.observing.journal.world.workdays
        return again_at(history, draft, self._now, workdays, login_refused=login_refused)

    @property
    def _now(self) -> datetime:
        return self.observing.journal.world.clock.now()


def _mail(approved: Approved, folder: str, at: datetime) -> happened.Mail:
    """What is kept of the message; those in Bcc are among its recipients."""
    raw = approved.outgoing.raw
    fetched = Fetched(approved.uid, frozenset(), at, len(raw), raw)
    mail = mail_of(read_headers(raw), fetched, folder, at)
    return replace(mail, recipients=approved.outgoing.recipients)
