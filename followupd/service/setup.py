"""From a checked configuration to a running world: store, templates, locks."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE, REMINDER
from followupd.errors import ConnectionLost
from followupd.service.world import World, workdays_of
from followupd.store import DATABASE, Store
from followupd.writing.shipped import own_templates, shipped_templates
from followupd.writing.templates import Key, Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from followupd.config import Settings
    from followupd.service.clock import Clock

_LOCK_SECONDS = 120.0
_LOCK_PAUSE = 0.05


def checked_templates(settings: Settings) -> Templates:
    """The templates: those that any cadence uses are there, and the user's own work.

    The shipped ones are tried by our tests; to try them all again costs seconds at each start.

    Raises:
        TemplateError: with every problem of every template.
    """
    own = settings.user.templates
    templates = Templates(shipped_templates(own))
    cadences = (settings.cadence, *settings.cadences.values())
    steps = [step for cadence in cadences for step in cadence.steps]
    names = {name for step in steps for name in (step.template, step.final_template) if name}
    needed = sorted(names | {PROMISE, REMINDER})
    templates.check(needed, settings.user.language, map(Key.of, own_templates(own)))
    return templates


def open_world(settings: Settings, state: Path, clock: Clock) -> World:
    """Open the store below `state` and put everything together.

    Raises:
        StoreError: the database cannot be used.
        TemplateError: a template does not work.
    """
    templates = checked_templates(settings)
    store = Store.open(state / DATABASE)
    return World(settings, store, templates, clock, workdays_of(settings))


@contextmanager
def account_lock(state: Path, account: str, go_on: Callable[[], bool]) -> Iterator[None]:
    """Hold an account for one pass: the daemon and `once` must not act on it together.

    Raises:
        ConnectionLost: another followupd has held it for two minutes.
    """
    path = state / f"{account}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + _LOCK_SECONDS
        while not _locked(descriptor):
            if not go_on() or time.monotonic() > until:
                raise ConnectionLost(f"another followupd is at work on the account {account}")
            time.sleep(_LOCK_PAUSE)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def daemon_lock(state: Path) -> Iterator[bool]:
    """Whether this process is the only daemon on this state folder."""
    descriptor = os.open(state / "daemon.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
