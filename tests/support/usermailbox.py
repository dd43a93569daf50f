"""One user's mailbox on a real server, as a test wants to hold it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import imapclient

from followupd.config.settings import Imap, PasswordKind, PasswordSource, Security
from followupd.mailbox.connection import Connection
from tests.support.mailserver import PASSWORD

if TYPE_CHECKING:
    import ssl

    from tests.support.mailserver import MailServer

PASSWORD_VARIABLE = "FOLLOWUPD_TEST_PASSWORD"


@dataclass
class UserMailbox:
    """A fresh user of a server.

    Attributes:
        name: the user's name at login and for LMTP.
        server: the server it lives on.
        context: verified TLS for that server.
    """

    name: str
    server: MailServer
    context: ssl.SSLContext
    _opened: list[Connection] = field(default_factory=list)
    _looking: Any = None

    @property
    def imap(self) -> Imap:
        """Settings for TLS; the password is in the environment."""
        return self.settings(Security.TLS)

    def settings(self, security: Security) -> Imap:
        """Settings for any kind of protection."""
        ports = self.server.ports
        return Imap(
            host="localhost" if security is not Security.NONE else "127.0.0.1",
            port=ports.imaps if security is Security.TLS else ports.imap,
            security=security,
            username=self.name,
            password=PasswordSource(PasswordKind.ENV, PASSWORD_VARIABLE),
            ca_file=self.server.ca_file,
            folders=None,
            drafts=None,
            sent=None,
            trash=None,
        )

    def open(self) -> Connection:
        """A connection of our own kind; closed when the test is over."""
        connection = Connection.open(self.imap, PASSWORD, context=self.context)
        self._opened.append(connection)
        return connection

    def deliver(self, raw: bytes, folder: str | None = None) -> None:
        """Deliver mail, into the INBOX unless another folder is given."""
        self.server.deliver(self.name, raw, folder)

    def append(self, folder: str, raw: bytes, *flags: bytes) -> None:
        """Lay a message into a folder as a mail program does, with the folder open for writing.

        Courier refuses an APPEND to a folder that is open read-only.
        """
        self.looking.select_folder(folder)
        self.looking.append(folder, raw, flags=flags)

    @property
    def looking(self) -> Any:
        """A plain imapclient.IMAPClient: the user's own mail program."""
        if self._looking is None:
            client = imapclient.IMAPClient(
                "127.0.0.1", self.server.ports.imap, ssl=False, timeout=10
            )
            client.login(self.name, PASSWORD)
            self._looking = client
        return self._looking

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()
        if self._looking is not None:
            with suppress(Exception):
                self._looking.shutdown()
