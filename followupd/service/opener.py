"""Opening connections to one account, with what it signs in with, and no oftener than it may.

Whoever needs the mailbox of an account asks its opener. It promises that a refused sign-in is not
repeated before something can have changed, that the account's limits hold for all who ask
together, and that a token is renewed before it ends.
"""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from followupd.config import OAuth, Security
from followupd.credentials import server_secret, with_secret
from followupd.errors import AuthenticationError, ConnectionLost
from followupd.mailbox.backoff import Connects
from followupd.mailbox.connection import Connection, tls_context
from followupd.mailbox.pace import rest_after

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from followupd.config import Account
    from followupd.mailbox.pace import Pace
    from followupd.secrets import Secret

_NEWER = 1.0
"""Seconds by which another token must last longer to be a newer one: clocks are read twice."""


class Opener:
    """Opens connections to one account; a password is fetched once and kept until refused.

    Whoever asks for a connection soon after a refused sign-in is given the same refusal without
    another try: several together must not lock the account.
    """

    _contexts: dict[Path | None, ssl.SSLContext] = {}  # noqa: RUF012 - shared on purpose: one costs 0.5 MB
    _guard = threading.Lock()

    def __init__(self, account: Account, pace: Pace | None = None) -> None:
        """Open connections for `account`; without a `pace` no refusal is remembered."""
        self._account = account
        self._pace = pace
        self._secret: Secret | None = None
        self._refusal: AuthenticationError | None = None
        self._refused_until = 0.0
        self._logins = 0
        self._signing_in = threading.Lock()
        self._connects = Connects(account.limits.connects_per_minute)
        self._counting = threading.Lock()

    def __call__(self) -> Connection:
        """A new connection, signed in; blocking.

        Raises:
            AuthenticationError, ConnectionLost, ServerRefused, ConfigError: as `Connection.open`
                and `secrets.server_secret`.
        """
        with self._signing_in:
            if self._refusal is not None and time.monotonic() < self._refused_until:
                raise type(self._refusal)(str(self._refusal))
            logins = self._logins
            try:
                connection = self._open()
            except AuthenticationError as error:
                # It was tried with what the user has replaced meanwhile: that says nothing.
                if logins == self._logins:
                    self._refused(error)
                raise
            except ConnectionLost as error:
                if not error.reached:
                    with self._counting:
                        self._connects.give_back()
                raise
            self._refusal = None
            return connection

    def reserve(self) -> float:
        """Take the next place among the connections of this minute; seconds until it is free.

        Whoever waits for it then does so where that holds up nobody.
        """
        with self._counting:
            return self._connects.take(time.monotonic())

    def has_newer(self, connection: Connection) -> bool:
        """Whether there is a token that outlasts the one a connection was opened with; blocking.

        Raises:
            AuthenticationError, ConnectionLost, ServerRefused: as `secrets.server_secret`.
        """
        ends_at = server_secret(self._account.name, self._account.imap).ends_at
        now_good_until = _monotonic(ends_at)
        return (now_good_until or math.inf) > (connection.good_until or math.inf) + _NEWER

    def retry(self) -> None:
        """The user has signed in again: whatever was refused is tried anew."""
        self._logins += 1
        self._secret = None
        self._refused_until = 0.0

    def _open(self) -> Connection:
        name, imap = self._account.name, self._account.imap
        if isinstance(imap.password, OAuth):
            # Not kept here: whoever signs in next may find a newer one.
            return with_secret(name, imap, self._signed_in)
        secret = self._secret or server_secret(name, imap)
        connection = self._signed_in(secret)
        self._secret = secret
        return connection

    def _signed_in(self, secret: Secret) -> Connection:
        imap = self._account.imap
        context = self._context() if imap.security is not Security.NONE else None
        connection = Connection.open(imap, secret.reveal(), context=context)
        connection.good_until = _monotonic(secret.ends_at)
        return connection

    def _refused(self, error: AuthenticationError) -> None:
        self._secret = None
        if self._pace is None:
            return
        rest = rest_after(error, self._pace)
        self._refusal = error
        # A little less than the rest: who slept through it may wake up early.
        self._refused_until = math.inf if rest is None else time.monotonic() + 0.9 * rest

    def _context(self) -> ssl.SSLContext:
        ca_file = self._account.imap.ca_file
        with self._guard:
            if ca_file not in self._contexts:
                self._contexts[ca_file] = tls_context(ca_file)
            return self._contexts[ca_file]


def _monotonic(ends_at: datetime | None) -> float | None:
    """A moment of the wall clock on the clock that nobody sets."""
    if ends_at is None:
        return None
    return time.monotonic() + (ends_at - datetime.now(UTC)).total_seconds()
