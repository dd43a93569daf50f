"""From a checked configuration to a running world: store, templates, connections, locks."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from followupd.config import Security
from followupd.domain.cadence import PROMISE, REMINDER
from followupd.errors import AuthenticationError, ConnectionLost
from followupd.mailbox.connection import Connection, tls_context
from followupd.secrets import server_password
from followupd.service.world import World, workdays_of
from followupd.store import DATABASE, Store
from followupd.writing.shipped import own_templates, shipped_templates
from followupd.writing.templates import Key, Templates

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from followupd.config import Account, Settings
    from followupd.secrets import Secret
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


class Opener:
    """Opens connections to one account; a password is fetched once and kept until refused.

    Whoever asks for a connection soon after a refused login is given the same refusal without
    another try: several together must not lock the account.
    """

    _contexts: dict[Path | None, ssl.SSLContext] = {}  # noqa: RUF012 - shared on purpose: one costs 0.5 MB
    _guard = threading.Lock()

    def __init__(self, account: Account, rest: float = 0.0) -> None:
        """Open connections for `account`, and none for `rest` seconds after a refused login."""
        self._account = account
        self._rest = rest
        self._secret: Secret | None = None
        self._refusal = ""
        self._refused_at = 0.0
        self._signing_in = threading.Lock()

    def __call__(self) -> Connection:
        """A new connection, signed in; blocking.

        Raises:
            AuthenticationError, ConnectionLost, ServerRefused, ConfigError: as `Connection.open`
                and `secrets.password`.
        """
        with self._signing_in:
            # A little less than the rest: who slept through it may wake up early.
            until = self._refused_at + 0.9 * self._rest
            if self._refusal and time.monotonic() < until:
                raise AuthenticationError(self._refusal)
            try:
                connection = self._open()
            except AuthenticationError as error:
                self._refusal, self._refused_at = str(error), time.monotonic()
                raise
            self._refusal = ""
            return connection

    def _open(self) -> Connection:
        imap = self._account.imap
        secret = self._secret or server_password(self._account.name, imap)
        context = self._context() if imap.security is not Security.NONE else None
        connection = Connection.open(imap, secret.reveal(), context=context)
        self._secret = secret
        return connection

    def forget(self) -> None:
        """The login was refused: ask for the password again next time."""
        self._secret = None

    def _context(self) -> ssl.SSLContext:
        ca_file = self._account.imap.ca_file
        with self._guard:
            if ca_file not in self._contexts:
                self._contexts[ca_file] = tls_context(ca_file)
            return self._contexts[ca_file]


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
