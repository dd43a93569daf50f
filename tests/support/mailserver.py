"""What every real mail server of the tests has in common, so that one story runs on all of them."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tests.support.authority import Authority

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


class MailServer(ABC):
    """A server on which any user name signs in with `PASSWORD` and finds an empty mailbox.

    A context manager that starts it and removes it.

    Attributes:
        folder: where everything of it lies.
        authority: signs its certificate.
        ports: where it listens.
        folders: what a new user finds beside INBOX.
    """

    LOG: ClassVar[str]
    """The file in its folder that it logs into."""

    folder: Path
    authority: Authority
    ports: Ports
    folders: Folders

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def ca_file(self) -> Path:
        """What a client must trust to accept this server."""
        return self.authority.ca_file

    @property
    def log(self) -> str:
        """Everything the server has logged so far."""
        path = self.folder / self.LOG
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @abstractmethod
    def start(self) -> None:
        """Start the server and return once it can be spoken to."""

    @abstractmethod
    def remove(self) -> None:
        """Stop the server and remove its folder."""

    @abstractmethod
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
