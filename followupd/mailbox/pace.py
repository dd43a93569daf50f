"""How often a mailbox is asked, how long a refused one is left alone, and when a token is renewed.

Pure: times are seconds, of whatever clock only goes forward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.errors import GrantRevoked, SecretMissing
from followupd.mailbox.backoff import Backoff

if TYPE_CHECKING:
    from followupd.errors import AuthenticationError
    from followupd.mailbox.connection import Connection

_MARGIN = 180.0
"""Seconds by which a connection is left before its token ends: clocks differ a little."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a watcher does what; all in seconds.

    Attributes:
        renew: how long one IDLE lasts. NATs and servers drop silent connections long before
            the 29 minutes of RFC 2177.
        poll: between two polls where there is no IDLE.
        relearn: how long a server without IDLE is polled before it is asked again.
        refused: how long to leave a server alone that refused the login.
        missing: how long until a secret is asked for again that could not be had: a keyring is
            unlocked soon after the desktop has started.
        first: the shortest wait after a loss; likewise most, stable, session and window of
            `Backoff`.
    """

    renew: float = 300.0
    poll: float = 60.0
    relearn: float = 3600.0
    refused: float = 3600.0
    missing: float = 300.0
    first: float = 2.0
    most: float = 80.0
    stable: float = 60.0
    session: float = 600.0
    window: float = 120.0

    def backoff(self) -> Backoff:
        """The waits of one connection at this pace."""
        return Backoff(
            first=self.first,
            most=self.most,
            stable=self.stable,
            session=self.session,
            window=self.window,
        )


def rest_after(error: AuthenticationError, pace: Pace) -> float | None:
    """Seconds to leave an account alone after a refusal; None: until its user signs in again."""
    match error:
        case GrantRevoked():
            return None
        case SecretMissing():
            return pace.missing
        case _:
            return pace.refused


def leave_at(connection: Connection, now: float) -> float | None:
    """When a new connection is to be left, before its token ends; None: it has no such end.

    Args:
        connection: signed in.
        now: seconds of `time.monotonic`, as the result is.
    """
    if connection.good_until is None:
        return None
    return connection.good_until - min(_MARGIN, max(connection.good_until - now, 0.0) / 4)
