"""The daemon in a thread and an event loop of its own, so that the story can go on beside it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from followupd.service.world import World

_START_WITHIN = 10.0
"""Seconds in which the thread has to come up."""


class DaemonThread:
    """Runs while its `with` does.

    Args:
        world: what the daemon works with.
        folder: its state folder.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._started: Future[tuple[asyncio.AbstractEventLoop, Daemon]] = Future()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="demo-daemon", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(_START_WITHIN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, daemon = self._started.result()
        if not self.has_ended:
            loop.call_soon_threadsafe(daemon.stop)
        self._thread.join()

    def is_watching(self) -> bool:
        """Whether the mailbox has been looked at for the first time."""
        _, daemon = self._started.result()
        return daemon.watching.is_set()

    @property
    def has_ended(self) -> bool:
        """Whether the daemon is over, which nobody has asked for while the story goes on."""
        return self._ended.done()

    @property
    def error(self) -> BaseException | None:
        """What ended it, if it has ended, and if anything did."""
        return self._ended.exception() if self.has_ended else None

    async def _watch(self) -> None:
        daemon = Daemon(self._world, self._folder, notifier=Notifier({}))
        self._started.set_result((asyncio.get_running_loop(), daemon))
        await daemon.run()

    def _run(self) -> None:
        try:
            asyncio.run(self._watch())
        except Exception as error:  # noqa: BLE001 - told by whoever waits for the daemon
            self._ended.set_exception(error)
            if not self._started.done():
                self._started.set_exception(error)
        else:
            self._ended.set_result(None)
