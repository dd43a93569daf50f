"""One pass over one account: read what is new, look at our drafts, plan, and act.

A pass is blocking code over one connection; the daemon runs it in its thread pool, `once` runs
it as it is. It may be ended anywhere, by a signal, a lost connection or a power cut: what was
stored holds, and the next pass goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

import structlog

from followupd.domain import events as happened
from followupd.domain.interview import Status
from followupd.errors import FollowupdError, ServerRefused, TemplateError, UnreadableMessage
from followupd.mailbox.folders import find_folders
from followupd.mailbox.sync import Wanted, new_mail, search
from followupd.reading.body import read_body
from followupd.reading.organisations import is_shared
from followupd.reading.text import clean
from followupd.service.drafting import Drafting
from followupd.service.intake import Intake, Place
from followupd.service.letters import draft_id, write
from followupd.store import Cursor, Phase, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from followupd.config import Account
    from followupd.domain.history import History
    from followupd.domain.plan import PlannedStep
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.mailbox.responses import Fetched
    from followupd.mailbox.sync import Batch
    from followupd.reading.body import Body
    from followupd.service.intake import Taken
    from followupd.service.world import World
    from followupd.store import JournalEntry

LOOK_BACK = timedelta(days=120)
"""How long before the interview its correspondence may have begun."""

_TELLING = 4
"""Letters that a company's name needs to be searched for in subjects."""

_ROUNDS = 20
"""Acts for one interview in one pass; a plan that asks for more is not one."""

_log = structlog.get_logger(__name__)


class Scope(StrEnum):
    """How much of the mailbox a pass looks at."""

    INBOX = "inbox"
    EVERYWHERE = "everywhere"


class Stopped(Exception):  # noqa: N818 - not an error: the service is shutting down
    """The pass was asked to stop between two steps."""


class AccountPass:
    """A pass over one account.

    Args:
        world: settings, store, templates and time.
        account: whose mailbox.
        connection: signed in; not used by anybody else meanwhile.
        go_on: asked between steps; False ends the pass at once.

    Raises:
        ServerRefused: a folder the configuration names does not exist, or there is no Drafts.
    """

    def __init__(
        self,
        world: World,
        account: Account,
        connection: Connection,
        go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._world = world
        self._account = account
        self._connection = connection
        self._go_on = go_on
        self.roles: Roles = find_folders(connection.folders(), account.imap)
        self._refuse_approving_everything()
        self._drafting = Drafting(world, account.name, connection, self.roles)
        self.problems: list[str] = []
        self._unseen: set[str] = set()

    def read(self, scope: Scope = Scope.EVERYWHERE) -> set[int]:
        """Read new mail; the interviews to which something was added, of whatever account."""
        if scope is Scope.INBOX:
            return self._read_folders(self.roles.watched[:1])
        changed = self._read_folders(self._in_order())
        changed |= self._look_back()
        return changed

    def act(self, interviews: Iterable[int]) -> set[int]:
        """Look at our drafts, then do what the plans of these interviews ask for.

        Returns:
            the interviews that changed on the way.
        """
        changed = self._drafting.observe()
        for number in sorted({*interviews, *changed}):
            changed |= self._carry_out(number)
        return changed

    # ---- reading

    def _in_order(self) -> tuple[str, ...]:
        # What the user wrote comes first: an answer may refer to it.
        sent = [folder for folder in self.roles.everywhere if folder == self.roles.sent]
        return (*sent, *(folder for folder in self.roles.everywhere if folder not in sent))

    def _read_folders(self, folders: Iterable[str]) -> set[int]:
        changed: set[int] = set()
        for folder in folders:
            self._check()
            with self._world.store.look() as reading:
                cursor = reading.cursor(self._account.name, folder)
            try:
                changed |= self._read_folder(folder, cursor)
                self._unseen.discard(folder)
            except ServerRefused as error:
                # One folder that cannot be opened must not hide the others; it is said.
                self._problem(f"the folder {clean(folder, 80)} cannot be read: {error}")
                if folder in self.roles.watched or cursor is not None:
                    self._unseen.add(folder)
        return changed

    def _read_folder(self, folder: str, cursor: Cursor | None) -> set[int]:
        if cursor is not None and folder not in self.roles.watched:
            status = self._connection.status(folder)
            is_same = status.uidvalidity == cursor.uidvalidity
            if is_same and status.uidnext <= cursor.last_uid + 1:
                return set()
        changed: set[int] = set()
        for batch in new_mail(self._connection, folder, cursor, self._wanted()):
            self._check()
            changed |= self._store_batch(batch)
        return changed

    def _store_batch(self, batch: Batch) -> set[int]:
        """Judge a batch, then store its events and the cursor in one transaction."""
        taken, unreadable = self._judge(batch.folder, batch.uidvalidity, batch.mails)
        changed: set[int] = set()
        with self._world.store.begin() as transaction:
            for fact in taken:
                recorded = transaction.append(fact.interview_id, fact.event, fact.fingerprint)
                if recorded is None:
                    continue
                changed.add(fact.interview_id)
                entry = transaction.journal_entry(fact.settles) if fact.settles else None
                if entry is not None:
                    transaction.update(_settled(entry))
            for mail in unreadable:
                transaction.record_unreadable(mail)
            cursor = Cursor(
                self._account.name,
                batch.folder,
                batch.uidvalidity,
                batch.last_uid,
                self._world.clock.now(),
            )
            transaction.set_cursor(cursor)
        for fact in taken:
            _log.info(
                "mail read",
                account=self._account.name,
                folder=batch.folder,
                interview=fact.interview_id,
                fact=fact.event.kind,
            )
        return changed

    def _judge(
        self, folder: str, uidvalidity: int, mails: Iterable[Fetched]
    ) -> tuple[list[Taken], list[Unreadable]]:
        now = self._world.clock.now()
        intake = Intake(self._world.histories().values(), self._world.settings.own_addresses, now)
        counts_own = folder not in (self.roles.trash, self.roles.junk)
        place = Place(folder, counts_own)
        taken: list[Taken] = []
        unreadable: list[Unreadable] = []
        for fetched in mails:
            try:
                taken += intake.take(fetched, place, partial(self._body, fetched.uid))
            except (FollowupdError, ValueError, LookupError, RecursionError) as error:
                if isinstance(error, FollowupdError) and not isinstance(error, UnreadableMessage):
                    raise
                # One poison mail must not block the folder for ever.
                reason = clean(f"{type(error).__name__}: {error}", 200)
                unreadable.append(
                    Unreadable(self._account.name, folder, uidvalidity, fetched.uid, reason, now)
                )
                _log.warning(
                    "mail unreadable", account=self._account.name, folder=folder, uid=fetched.uid
                )
        return taken, unreadable

    def _body(self, uid: int) -> Body | None:
        raw = self._connection.body(uid)
        return read_body(raw) if raw is not None else None

    def _look_back(self) -> set[int]:
        """Find the earlier mail of interviews that were recorded since the last pass."""
        changed: set[int] = set()
        for number, history in sorted(self._world.histories().items()):
            if self._account.name in history.searched or history.closed is not None:
                continue
            try:
                changed |= self._look_back_for(history)
            except ServerRefused as error:
                self._problem(f"the mailbox cannot be searched for interview {number}: {error}")
                self._unseen.add("")
                continue
            self._unseen.discard("")
            searched = happened.MailboxSearched(
                at=self._world.clock.now(), account=self._account.name
            )
            with self._world.store.begin() as transaction:
                transaction.append(number, searched, f"searched:{self._account.name}")
            changed.add(number)
        return changed

    def _look_back_for(self, history: History) -> set[int]:
        changed: set[int] = set()
        held_on = history.interview.held_at.date()
        today = self._world.clock.now().date()
        earliest = min(held_on, today) - LOOK_BACK
        addresses = tuple(person.address for person in history.interview.people)
        people = Wanted(addresses=addresses)
        after = Wanted(
            domains=tuple(sorted(_employers([history]))),
            words=_telling(history.interview.company),
        )
        for folder in self._in_order():
            self._check()
            mailbox, mails = search(self._connection, folder, (people, earliest), (after, held_on))
            taken, _ = self._judge(folder, mailbox.uidvalidity, mails)
            with self._world.store.begin() as transaction:
                for fact in taken:
                    recorded = transaction.append(fact.interview_id, fact.event, fact.fingerprint)
                    if recorded is not None:
                        changed.add(fact.interview_id)
        return changed

    def _wanted(self) -> Wanted:
        """What concerns any interview that is still open."""
        histories = [h for h in self._world.histories().values() if h.closed is None]
        addresses = {person.address for h in histories for person in h.interview.people}
        return Wanted(
            addresses=tuple(sorted(addresses)),
            domains=tuple(sorted(_employers(histories))),
        )

    # ---- acting

    def _carry_out(self, number: int) -> set[int]:
        """Do what the plan of one interview asks for, one act at a time."""
        history = self._world.histories().get(number)
        if history is None or history.interview.account != self._account.name:
            return set()
        refused: set[str] = set()
        changed: set[int] = set()
        for _ in range(_ROUNDS):
            self._check()
            history = self._world.histories()[number]
            if not self._next_act(history, refused, changed):
                break
            changed.add(number)
        plan = self._world.plan(self._world.histories()[number])
        due = {draft_id(history, step, self._account) for step in plan.queue}
        self._drafting.cancel(number, due)
        with self._world.store.begin() as transaction:
            transaction.set_due(number, plan.next_due)
        return changed

    def _next_act(self, history: History, refused: set[str], changed: set[int]) -> bool:
        """Do the first thing that the plan asks for; False when there is nothing."""
        plan = self._world.plan(history)
        for withdrawal in plan.withdraw:
            if withdrawal.message_id not in refused:
                if not self._drafting.withdraw(history, withdrawal):
                    refused.add(withdrawal.message_id)
                    changed |= self._drafting.observe()
                return True
        if plan.close is not None and plan.status is not Status.CLOSED:
            closed = happened.Closed(at=self._world.clock.now(), reason=plan.close, by_plan=True)
            with self._world.store.begin() as transaction:
                transaction.append(history.interview_id, closed)
            return True
        for step in plan.queue:
            identity = draft_id(history, step, self._account)
            if identity in refused:
                continue
            refused.add(identity)
            self._queue(history, step, changed)
            return True
        return False

    def _queue(self, history: History, step: PlannedStep, changed: set[int]) -> None:
        world = self._world
        number = history.interview_id

        def still_due() -> bool:
            changed.update(self.read(Scope.EVERYWHERE))
            if self._unseen:
                return False  # an answer may lie in the very folder that did not open
            fresh = world.histories()[number]
            wanted = draft_id(history, step, self._account)
            return wanted in {draft_id(fresh, s, self._account) for s in world.plan(fresh).queue}

        try:
            written = write(
                history,
                step,
                world.plan(history),
                world.settings,
                world.workdays,
                world.templates,
                world.clock.now(),
            )
            self._drafting.queue(history, step, written, still_due)
        except (TemplateError, UnreadableMessage, ServerRefused) as error:
            self._problem(f"the {step.step} draft of interview {number} cannot be laid: {error}")

    def _refuse_approving_everything(self) -> None:
        """A draft laid straight into the approval folder would be sent without approval."""
        approval = self._account.approval_folder
        if approval is not None and approval in (
            self.roles.drafts,
            self.roles.sent,
            self.roles.trash,
        ):
            raise ServerRefused(
                f"accounts[].approval.folder of {self._account.name} is {clean(approval, 80)}, "
                "which the server uses for something else; name a folder of its own"
            )

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)
            _log.warning("problem", account=self._account.name, problem=sentence)

    def _check(self) -> None:
        if not self._go_on():
            raise Stopped


def _settled(entry: JournalEntry) -> JournalEntry:
    return replace(entry, phase=Phase.SETTLED)


def _employers(histories: Iterable[History]) -> set[str]:
    """Domains of the interviews' people that belong to an employer."""
    return {
        domain
        for history in histories
        for person in history.interview.people
        if (domain := person.address.rpartition("@")[2].casefold()) and not is_shared(domain)
    }


def _telling(company: str) -> tuple[str, ...]:
    """The company's name where a search for it in subjects finds more than noise."""
    return (company,) if len(company) >= _TELLING else ()
