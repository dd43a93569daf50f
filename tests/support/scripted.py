"""A job seeker whose mailbox is the scripted server: for the faults no real one produces."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.support.seeker import BERLIN, Seeker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fakemailbox import FakeFolder, FakeMessage
    from tests.support.fakeserver import FakeServer

_CONFIGURATION = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"

[[accounts]]
name = "personal"
address = "robin@example.org"

[accounts.imap]
host = "127.0.0.1"
port = {port}
security = "none"
password = {{ env = "FOLLOWUPD_TEST_PASSWORD" }}
"""


@dataclass
class ScriptedSeeker(Seeker):
    """A seeker over a `FakeServer`; folders are looked at and changed behind its back."""

    fake: FakeServer | None = None

    @property
    def server(self) -> FakeServer:
        """The scripted server."""
        assert self.fake is not None
        return self.fake

    @property
    def config(self) -> Path:
        """The configuration, which leads to the scripted server."""
        path = self.folder / "config.toml"
        if not path.exists():
            path.write_text(_CONFIGURATION.format(port=self.server.port), encoding="utf-8")
        return path

    @property
    def drafts_folder(self) -> FakeFolder:
        """Drafts as the server holds it."""
        return self.folder_for("\\Drafts")

    def folder_for(self, use: str) -> FakeFolder:
        r"""The folder with this attribute, such as `\Sent`."""
        return next(each for each in self.server.folders.values() if use in each.attributes)

    def in_drafts(self) -> list[FakeMessage]:
        """What lies in Drafts and is not marked deleted."""
        with self.server.lock:
            return [m for m in self.drafts_folder.messages if "\\Deleted" not in m.flags]

    def receives(self, raw: bytes, folder: str | None = None) -> None:
        """Mail arrives."""
        self.server.deliver(raw, folder or "INBOX")

    def presses_send(self, message: FakeMessage, *, new_id: str | None = None) -> None:
        """Send a draft from a mail program, which may give it a new Message-ID."""
        with self.server.lock:
            self.folder_for("\\Sent").add(self.stamped(message, None, new_id), {"\\Seen"})
            self.drafts_folder.remove(message.uid)

    def edits_text(self, message: FakeMessage, text: str, *, new_id: str | None = None) -> None:
        """Save another version of a draft and remove the old one."""
        with self.server.lock:
            raw = self.stamped(message, text, new_id)
            self.drafts_folder.add(raw, {"\\Draft", "\\Seen"})
            self.drafts_folder.remove(message.uid)

    def stamped(self, message: FakeMessage, text: str | None, new_id: str | None) -> bytes:
        """The message dated now, with another text or another Message-ID."""
        parsed = message_from_bytes(message.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        del parsed["Date"]
        parsed["Date"] = format_datetime(self.clock.now().astimezone(BERLIN))
        if new_id is not None:
            del parsed["Message-ID"]
            parsed["Message-ID"] = new_id
        if text is not None:
            parsed.set_content(text)
        return parsed.as_bytes(policy=policy.SMTP)
