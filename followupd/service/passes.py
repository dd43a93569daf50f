"""One pass over one account: read what is new, look at our drafts, plan, and act.

A pass is blocking code over one connection; the daemon runs it in its thread pool, `once` runs
it as it is. It may be ended anywhere, by a signal, a lost connection or a power cut: what was
stored holds, and the next pass goes on from there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from followupd.domain import events as happened
from followupd.domain.interview import Status
from followupd.errors import (
    FollowupdError,
    ServerRefused,
    TemplateError,
    UnknownInterview,
    UnreadableMessage,
)
from followupd.mailbox.folders import find_folders
from followupd.reading.text import clean
from followupd.service.draft_journal import DraftJournal
from followupd.service.drafting import Drafting
from followupd.service.filing import Filing
from followupd.service.letters import draft_id, write
from followupd.service.newmail import MailReader
from followupd.service.observing import Observing
from followupd.service.planning import cadence_problem
from followupd.service.sending import Sender
from followupd.service.strangers import Strangers
from followupd.service.waiting import awaited_by, why_not_sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from followupd.config import Account
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.mailbox.connection import Connection
    from followupd.mailbox.folders import Roles
    from followupd.service.world import World

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
        self.problems: list[str] = []
        self.roles: Roles = self._find_folders()
        journal = DraftJournal(world, account.name)
        self._observing = Observing(journal, connection, self.roles, self._problem)
        self._drafting = Drafting(self._observing)
        self._filing = Filing(self._observing, account)
        self._sender = Sender(self._observing, self._filing, account)
        self._strangers = Strangers(self._observing)
        self._reader = MailReader(
            world, account.name, connection, self.roles, self._problem, self._check
        )

    def read(self, scope: Scope = Scope.EVERYWHERE) -> set[int]:
        """Read new mail; the interviews to which something was added, of whatever account."""
        return self._reader.inbox() if scope is Scope.INBOX else self._reader.everywhere()

    def act(self, interviews: Iterable[int]) -> set[int]:
        """Look at our drafts, then do what the plans of these interviews ask for.

        Returns:
            the interviews that changed on the way.
        """
        changed = self._look_at_drafts()
        self._strangers.mention()
        touched: set[int] = set()
        for number in sorted({*interviews, *changed}):
            news = self._tried(number)
            changed |= news
            touched |= news - {number}
        # What was read on the way may concern one that was dealt with before.
        for number in sorted(touched):
            changed |= self._tried(number)
        return changed

    # ---- acting

    def _tried(self, number: int) -> set[int]:
        """Carry out the plan of one interview; an error of ours does not hold up the others."""
        try:
            return self._carry_out(number)
        except (FollowupdError, Stopped):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            _log.error("interview failed", interview=number, exc_info=error)
            said = f"an internal error ({type(error).__name__}); the log has the details"
            self._problem(f"interview {number} could not be dealt with: {said}")
            return set()

    def _carry_out(self, number: int) -> set[int]:
        """Do what the plan of one interview asks for, one act at a time."""
        try:
            history = self._world.history(number)
        except UnknownInterview:
            return set()
        if history.interview.account != self._account.name:
            return set()
        problem = cadence_problem(history, self._world.settings)
        if problem is not None:
            self._problem(problem)
        refused: set[str] = set()
        changed: set[int] = set()
        for _ in range(_ROUNDS):
            self._check()
            history = self._world.history(number)
            if not self._next_act(history, refused, changed):
                break
            # What was tried in vain is no change, or the next pass would follow at once.
            if self._world.history(number) != history:
                changed.add(number)
        plan = self._world.plan(self._world.history(number))
        due = {draft_id(history, step, self._account) for step in plan.queue}
        self._drafting.cancel(number, due)
        # What could not be taken back must not be left lying: it is tried again.
        next_due = self._world.clock.now() if plan.withdraw else plan.next_due
        with self._world.store.begin() as transaction:
            transaction.set_due(number, next_due)
        return changed

    def _next_act(self, history: History, refused: set[str], changed: set[int]) -> bool:
        """Do the first thing that the plan asks for; False when there is nothing."""
        plan = self._world.plan(history)
        for withdrawal in plan.withdraw:
            if withdrawal.message_id not in refused:
                if not self._drafting.withdraw(history, withdrawal):
                    refused.add(withdrawal.message_id)
                    changed |= self._look_at_drafts()
                return True
        if self._next_sending(history, plan, refused, changed):
            return True
        if plan.close is not None and plan.status is not Status.CLOSED:
            return self._close(history.interview_id, changed)
        for step in plan.queue:
            identity = draft_id(history, step, self._account)
            if identity in refused:
                continue
            refused.add(identity)
            self._queue(history, plan, step, changed)
            return True
        return False

    def _look_at_drafts(self) -> set[int]:
        """See what the user did, and finish what was begun."""
        changed = self._observing.observe()
        self._filing.finish()
        return changed

    def _next_sending(
        self, history: History, plan: Plan, refused: set[str], changed: set[int]
    ) -> bool:
        """Hold or send the first approved draft for which it is time; False for none."""
        for sending in plan.send:
            draft = history.draft(sending.message_id)
            if draft is None or sending.message_id in refused:
                continue
            if sending.held and self._sender.hold(draft, history, sending):
                return True
            if sending.due is not None and sending.due <= self._world.clock.now():
                refused.add(sending.message_id)
                self._send(history.interview_id, sending.message_id, changed)
                return True
        return False

    def _send(self, number: int, message_id: str, changed: set[int]) -> None:
        """Send an approved draft, after one more look for an answer."""
        awaited = awaited_by(self._world, self._account.name, number)
        if awaited is not None:
            if awaited.problem:  # else it is being looked at
                self._problem(why_not_sent(awaited, number, self._world))
            return

        def still_due() -> bool:
            self._list_again()
            changed.update(self.read(Scope.EVERYWHERE))
            if self._reader.unseen:
                return False  # an answer may lie in the very folder that did not open
            changed.update(self._look_at_drafts())
            if message_id in self._observing.unseen:
                return False  # nobody knows where it lies by now
            plan, now = self._world.plan(self._world.history(number)), self._world.clock.now()
            return any(
                each.message_id == message_id and each.due is not None and each.due <= now
                for each in plan.send
            )

        self._sender.send(message_id, still_due)

    def _close(self, number: int, changed: set[int]) -> bool:
        """Come to the end of the plan, after one more look for an answer."""
        if awaited_by(self._world, self._account.name, number) is not None:
            return False
        changed |= self.read(Scope.EVERYWHERE)
        plan = self._world.plan(self._world.history(number))
        if plan.close is None or self._reader.unseen:
            return False
        closed = happened.Closed(at=self._world.clock.now(), reason=plan.close, by_plan=True)
        with self._world.store.begin() as transaction:
            transaction.append(number, closed)
        return True

    def _queue(self, history: History, plan: Plan, step: PlannedStep, changed: set[int]) -> None:
        world = self._world
        number = history.interview_id
        if awaited_by(self._world, self._account.name, number) is not None:
            return

        def still_due() -> bool:
            self._list_again()
            changed.update(self.read(Scope.EVERYWHERE))
            if self._reader.unseen:
                return False  # an answer may lie in the very folder that did not open
            fresh = world.history(number)
            wanted = draft_id(history, step, self._account)
            return wanted in {draft_id(fresh, s, self._account) for s in world.plan(fresh).queue}

        try:
            written = write(
                history,
                step,
                plan,
                world.settings,
                world.workdays,
                world.templates,
                world.clock.now(),
            )
            self._drafting.queue(history, step, written, still_due)
        except (TemplateError, UnreadableMessage, ServerRefused) as error:
            self._problem(f"the {step.step} draft of interview {number} cannot be laid: {error}")

    def _list_again(self) -> None:
        """A folder may have been made since, with an answer in it."""
        self.roles = self._observing.roles = self._reader.roles = self._find_folders()

    def _find_folders(self) -> Roles:
        listed = (folder for folder in self._connection.folders() if _has_name(folder.name))
        wanted = self._account.approval_folder
        roles = find_folders(listed, self._account.imap, wanted)
        if wanted is not None and roles.approval is None:
            self._problem(
                f"there is no folder {clean(wanted, 80)}, which accounts[].approval.folder names: "
                "nothing can be approved there; create it in your mail program"
            )
        return roles

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)
            _log.warning("problem", account=self._account.name, problem=sentence)

    def _check(self) -> None:
        if not self._go_on():
            raise Stopped


def _has_name(name: str) -> bool:
    """Whether a folder can be called by its name; some servers list what is none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
