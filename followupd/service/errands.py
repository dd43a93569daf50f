"""What the daemon does beside the mailboxes: the daily digest and the calendar file.

Neither holds up a pass, and neither ends the daemon: what goes wrong is told and tried again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from followupd.errors import StoreError
from followupd.service.calendar_file import CalendarFile
from followupd.service.digesting import deliver, next_digest_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from followupd.service.opener import Opener
    from followupd.service.world import World

_DIGEST: Final = "digest"


@dataclass(slots=True)
class Errands:
    """The digest and the calendar file of a running daemon; used in its loop.

    Attributes:
        world: settings, store, templates and time; replaced when the configuration is read again.
        state: the state folder.
        scheduler: wakes the digest.
        pool: where the work is done.
        go_on: asked between steps; False ends a delivery at the next one.
        alone: gives an account up to the digest, by its name: nobody else is connected to its
            mailbox meanwhile, as far as that can be without missing news.
        openers: how the accounts are connected to, by name.
    """

    world: World
    state: Path
    scheduler: AsyncIOScheduler
    pool: Executor
    go_on: Callable[[], bool]
    alone: Callable[[str], AbstractAsyncContextManager[None]]
    openers: dict[str, Opener] = field(default_factory=dict)
    _calendar: CalendarFile = field(default_factory=CalendarFile)

    def update_calendar(self) -> None:
        """Bring the calendar file up to date; cheap where nothing changed."""
        if self.world.settings.calendar is not None:
            self.pool.submit(self._calendar.keep_current, self.world)

    def schedule_digest(self, at: datetime | None = None) -> None:
        """Set the alarm for the next digest, or for a try at `at` where the last one failed."""
        with suppress(StoreError):
            now = self.world.clock.now()
            at = at or next_digest_at(self.world.settings, self.world.store, now)
            if at is None:
                if self.scheduler.get_job(_DIGEST) is not None:
                    self.scheduler.remove_job(_DIGEST)
                return
            self.scheduler.add_job(
                self._deliver,
                "date",
                run_date=datetime.now(UTC) + max(at - now, timedelta(seconds=1)),
                id=_DIGEST,
                replace_existing=True,
            )

    async def _deliver(self) -> None:
        digest = self.world.settings.digest
        if digest is None:
            return
        opener = self.openers.get(digest.account)
        call = partial(deliver, self.world, self.state, opener=opener, go_on=self.go_on)
        async with self.alone(digest.account):
            done = await asyncio.get_running_loop().run_in_executor(self.pool, call)
        if self.go_on():
            self.schedule_digest(done.again_at)
