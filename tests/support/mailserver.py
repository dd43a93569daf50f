"""What every real mail server of the tests has in common, so that one story runs on all of them."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "a-throw-away-secret"
"""With it any user name signs in, on every server."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a server listens on 127.0.0.1.

    Attributes:
        imap: in clear text.
        imaps: with TLS from the first byte.
        lmtp: where mail is delivered; 0 where the server has no LMTP.
    """

    imap: int
    imaps: int
    lmtp: int = 0


@dataclass(frozen=True, slots=True)
class Folders:
    """What a new user's folders are called, in Unicode, as the server spells them."""

    drafts: str = "Drafts"
    sent: str = "Sent"
    trash: str = "Trash"


class MailServer(Protocol):
    """A server on which any user name signs in with `PASSWORD` and finds an empty mailbox."""

    @property
    def ports(self) -> Ports:
        """Where it listens."""

    @property
    def folders(self) -> Folders:
        """What a new user finds beside INBOX."""

    @property
    def ca_file(self) -> Path:
        """What a client must trust to accept this server."""

    def deliver(self, user: str, raw: bytes, folder: str | None = None) -> None:
        """Let mail arrive in the INBOX or, if given, straight in another folder."""


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody uses, each another one."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
