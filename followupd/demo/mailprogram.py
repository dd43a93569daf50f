"""Robin's mail program: what a person does to a mailbox, done over IMAP as mail programs do it.

It also delivers mail, by APPEND into the inbox with the time at which it arrives.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Self

from imapclient import IMAPClient

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

INBOX = "INBOX"
DRAFTS = "Drafts"
SENT = "Sent"
TRASH = "Trash"

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Lying:
    """A message as it lies in Drafts."""

    uid: int
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """Its Message-ID, with angle brackets."""
        return str(self.message["Message-ID"]).strip()


class MailProgram:
    """Signed in while its `with` lasts.

    Args:
        host: of the server.
        port: of the server, without TLS.
        user: to sign in with.
        password: to sign in with.
    """

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._client: Any = IMAPClient(host, port, ssl=False, timeout=_TIMEOUT)
        # Else each APPEND waits 40 ms for a delayed acknowledgement.
        self._client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.login(user, password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(Exception):
            self._client.logout()

    def create_folders(self) -> None:
        """Make the folders that every mailbox has besides its inbox."""
        for folder in (DRAFTS, SENT, TRASH):
            self._client.create_folder(folder)

    def receive(self, raw: bytes, at: datetime) -> None:
        """A mail arrives at the moment `at` (aware)."""
        self._client.append(INBOX, raw, msg_time=at)

    def drafts(self) -> list[Lying]:
        """What lies in Drafts, by UID; no flag is changed by looking."""
        self._client.select_folder(DRAFTS, readonly=True)
        fetched = self._client.fetch(self._client.search("UNDELETED"), ["BODY.PEEK[]"])
        found = []
        for uid in sorted(fetched):
            message = message_from_bytes(fetched[uid][b"BODY[]"], policy=policy.default)
            if isinstance(message, EmailMessage):
                found.append(Lying(uid, message))
        return found

    def send(self, draft: Lying, at: datetime) -> None:
        """Press Send at the moment `at`: a copy goes to Sent, the draft goes away."""
        message = draft.message
        del message["Date"]
        message["Date"] = format_datetime(at)
        raw = message.as_bytes(policy=policy.SMTP)
        self._client.append(SENT, raw, flags=[b"\\Seen"], msg_time=at)
        self._client.select_folder(DRAFTS)
        self._client.delete_messages([draft.uid])
        self._client.uid_expunge([draft.uid])

    def delete(self, draft: Lying) -> None:
        """Delete a draft: it goes to Trash."""
        self._client.select_folder(DRAFTS)
        self._client.move([draft.uid], TRASH)
