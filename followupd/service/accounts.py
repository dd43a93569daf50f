"""The accounts of a running daemon together.

Each has its own pace, its own limits, its own threads and its own failures (`service.watched`); one
in trouble holds up another for an hour at most, where an answer may lie in it (`service.unread`).
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from followupd.mailbox.pace import Pace
from followupd.reading.text import clean
from followupd.service.watched import Threads, Watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from followupd.config import Account
    from followupd.service.world import World

QUIET_POLL = 900.0
"""Seconds between two looks at every folder of an account without open interviews."""

STOP_WITHIN = 4.0
"""Seconds that running passes get to come to a step's end before their connection is broken."""

_STATUS_LIMIT = 300


class Accounts:
    """Every account of the configuration, used in the daemon's loop.

    Args:
        world: settings, store, templates and time.
        state: the state folder.
        pace: how often servers are asked; None: as the configuration says for each account.
        on_done: called after each pass with the interviews that changed.
        on_read: called when an account was looked at for which others may have waited.
        on_status: called with a sentence when it changes how the accounts are.

    Attributes:
        by_name: those that are looked after.
        all_read: set once every account has been looked at for the first time.
        all_tried: set once a first look at every account has ended, however.
    """

    def __init__(
        self,
        world: World,
        state: Path,
        *,
        pace: Pace | None,
        on_done: Callable[[set[int]], None],
        on_read: Callable[[], None],
        on_status: Callable[[str], None],
    ) -> None:
        self._world = world
        self._state = state
        self._pace = pace
        self._on_done = on_done
        self._on_read = on_read
        self._on_status = on_status
        self._threads: dict[tuple[str, int], Threads] = {}
        self.by_name: dict[str, Watched] = {}
        self.all_read = asyncio.Event()
        self.all_tried = asyncio.Event()

    def begin(self, world: World) -> None:
        """Begin with the accounts of a configuration; those of another one have ended."""
        self._world = world
        self.look_anew()
        servers = {(each.imap.host, each.imap.port) for each in world.settings.accounts}
        for server in self._threads.keys() - servers:
            self._threads.pop(server).close()
        for server in servers - self._threads.keys():
            self._threads[server] = Threads()
        for account in world.settings.accounts:
            self.by_name[account.name] = self._watched(account)

    def _watched(self, account: Account) -> Watched:
        limits = account.limits
        return Watched(
            self._world,
            account,
            state=self._state,
            pace=self._pace or Pace(renew=limits.renew_every, poll=limits.look_every),
            threads=self._threads[account.imap.host, account.imap.port],
            on_done=self._done,
            on_failed=self._check_tried,
            on_refusal=lambda: self._on_status(self.status),
        )

    async def end(self) -> None:
        """End what is looked after, with nothing half done."""
        accounts, self.by_name = list(self.by_name.values()), {}
        for account in accounts:
            account.stop()
        tasks = [task for account in accounts for task in account.tasks]
        if not tasks:
            return
        _, running = await asyncio.wait(tasks, timeout=STOP_WITHIN / 2)
        for account in accounts:
            account.worker.abort()
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=STOP_WITHIN / 2)
        for account in accounts:
            account.worker.abort()

    def close(self) -> None:
        """Give the threads back; nothing can be begun any more."""
        for threads in self._threads.values():
            threads.close()

    def look_anew(self) -> None:
        """Mail may have come while nobody looked: what is due waits until all were read."""
        names = [account.name for account in self._world.settings.accounts]
        self._world.unread.not_looked_at(names, self._world.clock.now())
        for watched in self.by_name.values():
            watched.was_read = False

    def renew(self) -> None:
        """After a suspend, connections may be dead without knowing."""
        self.look_anew()
        for watched in self.by_name.values():
            watched.renew()

    def wake_owners(self, interviews: Iterable[int]) -> None:
        """Wake the accounts that these interviews belong to.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._world.store.look() as reading:
            accounts = reading.accounts_of(interviews)
        owned: dict[str, set[int]] = {}
        for number, account in accounts.items():
            owned.setdefault(account, set()).add(number)
        for account, numbers in owned.items():
            owner = self.by_name.get(account)
            if owner is not None:
                owner.worker.wake(interviews=numbers)

    def notice_logins(self) -> None:
        """See whose user has signed in or out."""
        for watched in self.by_name.values():
            watched.notice_login()

    def poll(self) -> bool:
        """Look at every folder of the accounts for which it is time; whether there were any.

        Raises:
            StoreError: the database cannot be read.
        """
        now = time.monotonic()
        late = [
            watched
            for watched in self.by_name.values()
            if now - watched.polled_at >= watched.account.limits.look_every
        ]
        if not late:
            return False
        with self._world.store.look() as reading:
            for watched in late:
                very_late = now - watched.polled_at >= QUIET_POLL
                if very_late or reading.has_open(watched.account.name):
                    watched.poll(now)
        return True

    @asynccontextmanager
    async def resting(self, account: str) -> AsyncIterator[None]:
        """Keep the worker of an account from its mailbox; there may be too few connections."""
        watched = self.by_name.get(account)
        if watched is None:
            yield
            return
        async with watched.worker.resting():
            yield

    @property
    def status(self) -> str:
        """How many are watched, and what those need that are not."""
        accounts = self._world.settings.accounts
        count = f"{len(accounts)} account{'s' if len(accounts) != 1 else ''}"
        kept_out = [
            f"{name}: {clean(watched.refusal, _STATUS_LIMIT)}"
            for name, watched in self.by_name.items()
            if watched.refusal
        ]
        if not kept_out:
            return f"watching {count}"
        return f"watching {len(accounts) - len(kept_out)} of {count}; {'; '.join(kept_out)}"

    def _done(self, watched: Watched, changed: set[int]) -> None:
        self._check_tried()
        if not watched.was_read and not self._world.unread.is_unread(watched.account.name):
            watched.was_read = True
            if len(self.by_name) > 1:
                self._on_read()
        if all(not each.worker.is_new for each in self.by_name.values()):
            self.all_read.set()
        self._on_done(changed)

    def _check_tried(self) -> None:
        """A look has ended, however: one that failed holds up nobody, and the digest tells."""
        if all(each.was_tried for each in self.by_name.values()):
            self.all_tried.set()
