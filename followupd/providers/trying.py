"""Trying whether a mail server is there, protected as it should be, without signing in.

The server is told nothing about the user, not even that there is one.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from followupd.config.settings import Imap, PasswordKind, PasswordSource, Smtp
from followupd.errors import FollowupdError
from followupd.mailbox import client
from followupd.mailbox.wire import Timeouts
from followupd.providers.servers import Protocol, Server
from followupd.reaching import unreachable
from followupd.smtp import offered

if TYPE_CHECKING:
    from pathlib import Path

SECONDS: Final = 8.0
"""How long a server is waited for."""

_UNUSED: Final = PasswordSource(PasswordKind.KEYRING, "")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        server: which was tried.
        protocol: what it was to speak.
        error: None: it is there; else why it cannot be used, in a sentence for the user.
        capabilities: of IMAP before login, or the keywords of EHLO and `AUTH=` with each mechanism
            of SASL; in upper case.
    """

    server: Server
    protocol: Protocol
    error: FollowupdError | None = None
    capabilities: frozenset[str] = frozenset()

    @property
    def is_there(self) -> bool:
        """Whether it can be used."""
        return self.error is None

    @property
    def certificate_refused(self) -> bool:
        """Whether its certificate is what is wrong, so that a `ca_file` may help."""
        cause: BaseException | None = self.error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return True
            cause = cause.__cause__ or cause.__context__
        return False


def try_imap(server: Server, *, ca_file: Path | None = None, seconds: float = SECONDS) -> Trial:
    """Connect, protect the connection, see the greeting and CAPABILITY, and leave; blocks.

    Args:
        server: where and how.
        ca_file: a private certificate authority, trusted instead of the system's.
        seconds: how long each step may take.
    """
    nobody = _UNUSED
    imap = Imap(
        server.host, server.port, server.security, "", nobody, ca_file, None, None, None, None
    )
    try:
        reached = client.protected(imap, timeouts=Timeouts(seconds, seconds))
        try:
            capabilities = client.capabilities_of(reached, f"{server.host}:{server.port}")
        finally:
            reached.wire.shutdown()
    except FollowupdError as error:
        return Trial(server, Protocol.IMAP, error)
    return Trial(server, Protocol.IMAP, capabilities=capabilities)


def try_smtp(server: Server, *, ca_file: Path | None = None, seconds: float = SECONDS) -> Trial:
    """Connect, protect the connection, see the answer to EHLO, and leave; blocks.

    Not to be called from within a running event loop.

    Args:
        server: where and how.
        ca_file: a private certificate authority, trusted instead of the system's.
        seconds: how long all of it may take.
    """
    smtp = Smtp(server.host, server.port, server.security, "", _UNUSED, ca_file)
    try:
        offer = asyncio.run(asyncio.wait_for(offered(smtp), seconds))
    except FollowupdError as error:
        return Trial(server, Protocol.SMTP, error)
    except TimeoutError as error:
        late = unreachable(smtp, error, now=datetime.now(UTC))
        return Trial(server, Protocol.SMTP, late)
    mechanisms = (f"AUTH={each}" for each in offer.mechanisms)
    return Trial(server, Protocol.SMTP, capabilities=offer.keywords.union(mechanisms))
