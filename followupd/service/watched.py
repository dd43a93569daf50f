"""One account of a running daemon: a watcher waits for its news, a worker does its passes.

An account in trouble is its own: it is told of once, and tried again when that can help.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from followupd import login_mark
from followupd.errors import AuthenticationError, GrantRevoked, SecretMissing
from followupd.mailbox.watch import Reason, Watcher
from followupd.service.opener import Opener
from followupd.service.passes import Scope
from followupd.service.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from followupd.config import Account
    from followupd.errors import FollowupdError
    from followupd.mailbox.pace import Pace
    from followupd.service.world import World

RESTART = 60.0
"""Seconds until an account is begun anew in which we stumbled over a bug of ours."""

_THREADS = 4
"""So many accounts of one server are read at once, and as many sign in: it has its own limits. A
thread is made only when it is needed."""

_log = structlog.get_logger(__name__)


class Threads:
    """The threads for the accounts of one server: what it holds up is its own.

    Attributes:
        passes: where passes run.
        watching: where watchers wait for answers.
    """

    def __init__(self) -> None:
        """Make none yet."""
        self.passes = ThreadPoolExecutor(_THREADS, "pass")
        self.watching = ThreadPoolExecutor(_THREADS, "watch")

    def close(self) -> None:
        """Give them back; nobody waits for those that a server keeps waiting."""
        self.passes.shutdown(wait=False, cancel_futures=True)
        self.watching.shutdown(wait=False, cancel_futures=True)


class Watched:
    """An account with all that looks after it, from its making on; used in the daemon's loop.

    Args:
        world: settings, store, templates and time.
        account: whose mailbox.
        state: the state folder.
        pace: how often its server is asked.
        threads: those of its server.
        on_done: called after a pass that went well, with the interviews that changed.
        on_failed: called after a pass that did not.
        on_refusal: called when it does not get in any more, or does again.

    Attributes:
        account: its configuration.
        opener: opens its connections.
        worker: does its passes.
        watcher: waits for its news.
        polled_at: when every folder was last asked to be looked at, `time.monotonic`.
        refusal: why it does not get in; "" while it does.
        was_read: whether it was looked at since the start, and did not fail since.
        was_tried: whether a first look has ended, however.
    """

    def __init__(
        self,
        world: World,
        account: Account,
        *,
        state: Path,
        pace: Pace,
        threads: Threads,
        on_done: Callable[[Watched, set[int]], None],
        on_failed: Callable[[], None],
        on_refusal: Callable[[], None],
    ) -> None:
        self.account = account
        self._state = state
        self._on_done = on_done
        self._on_failed = on_failed
        self._on_refusal = on_refusal
        self.polled_at = time.monotonic()
        self.refusal = ""
        self.was_read = False
        self.was_tried = False
        self._login = login_mark.left_at(state, account.name)
        self.opener = Opener(account, pace)
        self.worker = Worker(
            world,
            account,
            state=state,
            opener=self.opener,
            pool=threads.passes,
            pace=pace,
            on_done=self._done,
            on_failed=self._failed,
        )
        folders = account.imap.folders
        self.watcher = Watcher(
            self.opener,
            folders[0] if folders else "INBOX",
            pool=threads.watching,
            pace=pace,
            on_news=self._news,
            on_lost=self._lost,
            on_refused=self._kept_out,
            on_ended=self._session_ended,
            reserve=self.opener.reserve,
            has_newer=self.opener.has_newer,
            idles=account.limits.connections > 1,
        )
        loop = asyncio.get_running_loop()
        self._working = loop.create_task(self._kept(self.worker.run))
        self._watching = loop.create_task(self._kept(self.watcher.run))

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """What runs until it has ended."""
        return self._working, self._watching

    def stop(self) -> None:
        """Ask for the end; a running pass comes to a step's end before."""
        self.worker.stop()
        self._watching.cancel()
        if not self.worker.busy:
            self._working.cancel()

    def renew(self) -> None:
        """Connections may be dead without knowing, and mail may have come."""
        self.watcher.renew()
        self.worker.wake(Scope.EVERYWHERE)

    def poll(self, now: float) -> None:
        """Look at every folder; `now` by `time.monotonic`."""
        self.polled_at = now
        self.worker.wake(Scope.EVERYWHERE)

    def notice_login(self) -> None:
        """See that the user has signed in or out: it is tried at once with what there is now."""
        login = login_mark.left_at(self._state, self.account.name)
        if login == self._login:
            return
        self._login = login
        _log.info("login changed", account=self.account.name)
        self.opener.retry()
        self.watcher.retry()
        self.worker.retry()
        # Also where all was well: what was stored may be wrong, or gone.
        self.worker.reopen()
        self.worker.wake(Scope.EVERYWHERE)

    async def _kept(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run until it ends by itself; a bug of ours ends no account for good."""
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - told in full, and begun anew
                _log.error("account stumbled", account=self.account.name, exc_info=error)
                await asyncio.sleep(RESTART)
                self.worker.wake(Scope.EVERYWHERE)
            else:
                return

    # ---- what its watcher says

    def _news(self, reason: Reason) -> None:
        if reason is Reason.CHANGED:
            self.worker.wake(Scope.INBOX)
        else:
            self.poll(time.monotonic())

    def _lost(self, error: FollowupdError, wait: float) -> None:
        name = self.account.name
        _log.warning("connection lost", account=name, problem=str(error), again_in=round(wait))

    def _session_ended(self, error: FollowupdError) -> None:
        _log.info("session ended", account=self.account.name, reason=str(error))

    def _kept_out(self, error: AuthenticationError, wait: float | None) -> None:
        """The watcher does not get in: the worker finds out whether it does, and stores it."""
        self._refused(error, wait)
        self.worker.reopen()
        self.worker.wake(Scope.EVERYWHERE)

    # ---- what its worker says

    def _done(self, changed: set[int]) -> None:
        # A pass that was under way when the watcher was refused proves nothing.
        if self.refusal and not self.worker.is_to_reopen:
            self.refusal = ""
            self._on_refusal()
        self.was_tried = True
        self._on_done(self, changed)

    def _failed(self, error: Exception, wait: float | None) -> None:
        if isinstance(error, AuthenticationError):
            self._refused(error, wait)
            self.watcher.reopen()
        self.was_read = False
        self.was_tried = True
        self._on_failed()

    def _refused(self, error: AuthenticationError, wait: float | None) -> None:
        """Say once that the account needs its user."""
        if self.refusal == str(error):
            return
        self.refusal = str(error)
        again_in = round(wait) if wait is not None else None
        match error:
            case GrantRevoked():
                what = "account stopped"
            case SecretMissing():
                what = "secret missing"
            case _:
                what = "login refused"
        _log.error(what, account=self.account.name, problem=str(error), again_in=again_in)
        self._on_refusal()
