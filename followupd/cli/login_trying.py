"""Trying a secret at a server: sign in, and leave again; nothing is read and nothing is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.progress import Progress
from followupd.config import Imap, OAuth, PasswordKind
from followupd.errors import AuthenticationError, FollowupdError
from followupd.mailbox.connection import Connection
from followupd.outbox import sign_in
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.config import Account, Smtp
    from followupd.secrets import Secret

_LIMIT = 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a sign-in went.

    Attributes:
        server: `imap` or `smtp`, as the section of the configuration is called.
        where: host and port.
        username: who signed in.
        problem: why it did not succeed, in a sentence; "" where it did.
        is_refused: the server does not take the secret; else it may just be away.
    """

    server: str
    where: str
    username: str
    problem: str = ""
    is_refused: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the server took the secret."""
        return not self.problem

    def to_json(self) -> Mapping[str, object]:
        """For programs."""
        return {
            "server": self.server,
            "where": self.where,
            "succeeded": self.succeeded,
            "problem": self.problem or None,
        }


def section_of(server: Imap | Smtp) -> str:
    """What the server's section in the configuration is called."""
    return "imap" if isinstance(server, Imap) else "smtp"


def attempt(server: Imap | Smtp, secret: Secret) -> Attempt:
    """Sign in at a server and leave; blocks, at most as long as a server may be silent."""
    section, where = section_of(server), f"{server.host}:{server.port}"
    try:
        with Progress() as progress:
            progress.say(f"signing in at {where}")
            if isinstance(server, Imap):
                Connection.open(server, secret.reveal()).logout()
            else:
                asyncio.run(sign_in(server, secret))
    except FollowupdError as error:
        is_refused = isinstance(error, AuthenticationError)
        problem = clean(str(error), _LIMIT)
        return Attempt(section, where, server.username, problem, is_refused)
    return Attempt(section, where, server.username)


def sharing(account: Account, server: Imap | Smtp) -> tuple[Imap | Smtp, ...]:
    """The other server of the account, where it gets the same secret from the same place."""
    servers: list[Imap | Smtp] = [account.imap]
    if account.smtp is not None:
        servers.append(account.smtp)
    return tuple(each for each in servers if each is not server and is_shared(each, server))


def is_shared(one: Imap | Smtp, other: Imap | Smtp) -> bool:
    """Whether two servers get the same secret; the keyring holds one for each user name."""
    source = one.password
    if source != other.password:
        return False
    if isinstance(source, OAuth) or source.kind is not PasswordKind.KEYRING:
        return True
    return one.username == other.username
