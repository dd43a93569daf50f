"""The whole world for a command that does, once, what else the daemon does."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from followupd.cli import logs
from followupd.cli.configured import settings_of
from followupd.config import state_directory
from followupd.protection import keep_out_of_core_dumps
from followupd.service.setup import open_world

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.service.clock import Clock
    from followupd.service.world import World


@contextmanager
def open_quietly(arguments: Namespace, clock: Clock) -> Iterator[tuple[World, Path]]:
    """Open everything, and keep the log still: the command tells in sentences what goes wrong.

    Yields:
        the world, and the state folder.

    Raises:
        ConfigError: the configuration is missing or wrong.
        StoreError: the database cannot be used.
        TemplateError: a template does not work.
    """
    os.umask(0o077)
    keep_out_of_core_dumps()
    settings = settings_of(arguments)
    level = logs.level_of(os.environ)
    logs.configure(level=level if level == logging.DEBUG else logging.CRITICAL)
    state = state_directory(os.environ)
    world = open_world(settings, state, clock)
    try:
        yield world, state
    finally:
        world.store.close()
