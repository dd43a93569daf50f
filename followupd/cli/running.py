"""`run`, the daemon in the foreground, and `demo`."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from followupd.cli import logs
from followupd.cli.configured import settings_of
from followupd.config import state_directory
from followupd.errors import FollowupdError
from followupd.protection import keep_out_of_core_dumps

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.service.clock import Clock
    from followupd.service.daemon import Daemon

_LEAVE_WITHIN = 0.6
"""Seconds that threads and the loop get after the daemon has stopped, all being stored."""


def run(arguments: Namespace, clock: Clock) -> int:
    """Watch every account until SIGTERM.

    Raises:
        ConfigError: the configuration is wrong; nothing was started.
        FollowupdError: another daemon runs, or a template or the database cannot be used.
    """
    os.umask(0o077)
    keep_out_of_core_dumps()
    settings = settings_of(arguments)
    # After the configuration: the daemon's libraries take longer to load than it to be read.
    from followupd.service.daemon import Daemon  # noqa: PLC0415
    from followupd.service.setup import daemon_lock, open_world  # noqa: PLC0415
    from followupd.service.systemd import Notifier  # noqa: PLC0415

    logs.configure(level=logs.level_of(os.environ))
    state = state_directory(os.environ)
    world = open_world(settings, state, clock)
    try:
        with daemon_lock(state) as mine:
            if not mine:
                raise FollowupdError(
                    f"another followupd already watches with the state in {state}; "
                    "end it first, or give this one another $XDG_STATE_HOME"
                )
            daemon = Daemon(
                world,
                state,
                notifier=Notifier(os.environ),
                reread=lambda: settings_of(arguments),
            )
            _watch(daemon)
    finally:
        world.store.close()
    return 0


def demo(arguments: Namespace, _clock: Clock) -> int:
    """Tell the whole story on an embedded mail server.

    Raises:
        FollowupdError: the embedded server is not installed.
    """
    try:
        module = importlib.import_module("followupd.demo")
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("followupd"):
            raise
        raise FollowupdError(
            f"the demo needs an embedded mail server ({error.name} is not installed): "
            "pip install 'followupd[demo]'"
        ) from None
    code: int = module.run_demo(keep=arguments.keep, out=sys.stdout)
    return code


def _watch(daemon: Daemon) -> None:
    """Run the daemon; a thread that hangs in a blocking call does not keep the process alive."""
    before = set(threading.enumerate())
    last_resort = threading.Timer(_LEAVE_WITHIN, _end_now)
    last_resort.daemon = True

    async def watch() -> None:
        try:
            await daemon.run()
        finally:
            last_resort.start()

    try:
        asyncio.run(watch())
        until = time.monotonic() + _LEAVE_WITHIN / 2
        left = [t for t in threading.enumerate() if t not in before and t is not last_resort]
        for thread in left:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in left):
            _end_now()
    finally:
        last_resort.cancel()


def _end_now() -> None:
    """Leave without waiting for anybody; the system gives back locks and connections."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)
