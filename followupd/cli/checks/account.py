"""`check`: everything about one account, from its password to its folders; blocks for each step.

A step that cannot work without the one before it is left out; all others are tried. It uses
connections of its own: one that only looks at the server, and one that signs in.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok
from followupd.cli.checks.mailbox import abilities, approval, folder_checks, latest_mail
from followupd.cli.checks.reaching import IMAP, TIMEOUTS, Reached, reach_checks, resolve
from followupd.cli.checks.secret import secret_check
from followupd.cli.checks.sending import sending_checks
from followupd.cli.checks.writing import Writer
from followupd.cli.findings import State
from followupd.cli.format import counted
from followupd.config.limits import usual_limits
from followupd.credentials import with_secret
from followupd.errors import AuthenticationError, FollowupdError
from followupd.mailbox.client import protected
from followupd.mailbox.connection import Connection
from followupd.mailbox.folders import find_folders
from followupd.reaching import certificate_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.cli.checks.line import Check, Wall
    from followupd.config import Account, Imap, User
    from followupd.secrets import Secret
    from followupd.service.clock import Clock
    from followupd.store.records import Health

_ONCE_MORE: Final = "where the server is right, followupd tries again by itself and goes on then"


@dataclass(frozen=True, slots=True)
class Trying:
    """What is needed to try an account.

    Attributes:
        account: which.
        user: whose.
        health: how it was when followupd last looked; None where it never did.
        writes: whether a draft is laid and taken back.
        state: the state folder; None where it cannot be used.
        clock: the time.
        wall: now, for words.
    """

    account: Account
    user: User
    health: Health | None
    writes: bool
    state: Path | None
    clock: Clock
    wall: Wall

    def checks(self) -> Iterator[Check]:
        """Every line about the account."""
        imap = self.account.imap
        renews = self.writes and self.state is not None
        found = secret_check(self.account.name, IMAP, imap, self.wall, renews=renews)
        yield found
        yield from _limits(self.account)
        is_there = True
        for each in self._reached(imap):
            is_there = is_there and each.state is not State.FAILED
            yield each
        if is_there and found.state is not State.FAILED:
            yield from self._signed_in(imap)
        if self.account.smtp is not None:
            yield from sending_checks(self.account, self.account.smtp, self.wall, renews=renews)

    def _reached(self, imap: Imap) -> Iterator[Check]:
        found = resolve(IMAP, imap.host)
        yield found
        if found.state is not State.FAILED:
            yield from reach_checks(IMAP, imap, lambda: _reach(imap), self.wall)

    def _signed_in(self, imap: Imap) -> Iterator[Check]:
        def sign_in(secret: Secret) -> Connection:
            return Connection.open(imap, secret.reveal(), timeouts=TIMEOUTS)

        name = self.account.name
        try:
            connection = with_secret(name, imap, sign_in)
        except AuthenticationError as error:
            yield failed("login", error, f"`followupd login {name}` stores another and tries it")
            return
        except FollowupdError as error:
            yield failed("login", error, _ONCE_MORE)
            return
        try:
            by = f", by {connection.mechanism}" if connection.mechanism else ""
            yield ok("login", f"{imap.username} at {connection.where}{by}")
            yield from abilities(connection)
            yield from self._mailbox(connection)
        except FollowupdError as error:
            yield failed("mailbox", error, _ONCE_MORE)
        finally:
            connection.logout()

    def _mailbox(self, connection: Connection) -> Iterator[Check]:
        account = self.account
        folders = connection.folders()
        if account.approval_folder is not None:
            yield approval(account, account.approval_folder, folders)
        try:
            roles = find_folders(folders, account.imap)
        except FollowupdError as error:
            yield failed("folders", error, "nothing is laid down until that is put right")
            return
        yield from folder_checks(connection, account, folders, roles)
        yield from latest_mail(connection, self.health, self.wall)
        if self.writes:
            writer = Writer(account, self.user, connection, roles, self.clock, self.wall)
            yield from writer.checks(self.state)


def _limits(account: Account) -> Iterator[Check]:
    """What was set about the pace, where it is not what followupd would do by itself."""
    limits = account.limits
    if limits == usual_limits(account.imap.host):
        return
    at_once = counted(limits.connections, "connection")
    said = (
        f"at most {at_once} at once and {limits.connects_per_minute} new ones a minute; without "
        f"IDLE a look every {limits.look_every} seconds, with it a new one every "
        f"{limits.renew_every} seconds"
    )
    yield ok("limits", said)


def _reach(imap: Imap) -> Reached:
    client = protected(imap, timeouts=TIMEOUTS)
    try:
        sock = client.wire.sock
        peer = str(sock.getpeername()[0])
        if not isinstance(sock, ssl.SSLSocket):
            return Reached(peer, "", None)
        return Reached(peer, sock.version() or "TLS", certificate_of(sock.getpeercert()))
    finally:
        client.wire.shutdown()
