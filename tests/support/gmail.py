r"""The scripted server with Gmail's ways.

A message is stored once and bears labels; each label is shown as a folder, where the message has
a UID of its own. From Google's own description of its IMAP extensions
(developers.google.com/workspace/gmail/imap/imap-extensions) and what other programs met:

- `[Gmail]/Alle Nachrichten` (`\All`) shows every message but those in Trash, drafts among them;
  whether a draft has the flag `\Draft` there is told differently (MailCore issue 786), so here it
  has only the label;
- what is expunged from a folder loses that label and no more: it is archived (MailKit issue 726);
- what is moved to Trash loses every other label;
- the same Message-ID and Date appended again give the message that is there (WildDuck's notes on
  sending through Gmail);
- FETCH leaves out the label of the folder that is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.fakemailbox import FakeFolder, FakeMessage
from tests.support.fakeserver import CAPABILITIES, FakeServer

GMAIL_CAPABILITIES = f"{CAPABILITIES} X-GM-EXT-1 CONDSTORE"
INBOX, DRAFTS, SENT, TRASH, ALL = "\\Inbox", "\\Draft", "\\Sent", "\\Trash", ""
ALL_NAME = "[Gmail]/Alle Nachrichten"
# Names as they go over the wire: modified UTF-7 (RFC 3501, section 5.1.3).
DRAFTS_NAME = "[Gmail]/Entw&APw-rfe"
SENT_NAME = "[Gmail]/Gesendet"
TRASH_NAME = "[Gmail]/Papierkorb"


@dataclass(slots=True)
class _Stored:
    """A message as Gmail keeps it: one set of flags, and where it is shown."""

    raw: bytes
    flags: set[str]
    appended: bool
    labels: set[str] = field(default_factory=set)
    shown: dict[str, FakeMessage] = field(default_factory=dict)


@dataclass(slots=True)
class GmailMailbox:
    """All messages and all labels."""

    folders: dict[str, LabelFolder] = field(default_factory=dict)
    stored: list[_Stored] = field(default_factory=list)

    def folder(self, name: str, label: str, use: tuple[str, ...], uidvalidity: int) -> FakeFolder:
        """Show a label as a folder of this name."""
        made = LabelFolder(name, use, uidvalidity, label=label, mailbox=self)
        self.folders[label] = made
        return made

    def store(self, raw: bytes, flags: set[str], folder: LabelFolder) -> FakeMessage:
        """Store a message under a label, unless it is there already."""
        same = next((one for one in self.stored if _identity(one.raw) == _identity(raw)), None)
        if same is None:
            same = _Stored(raw, flags, appended=False)
            self.stored.append(same)
        if folder.label == TRASH:
            for label in set(same.shown) - {TRASH}:
                self._hide(same, label)
            same.labels.clear()
        if folder.label == DRAFTS:
            same.flags.add("\\Draft")
        if folder.label != ALL:
            same.labels.add(folder.label)
        if folder.label not in same.shown:
            folder.show(same)
        if folder.label not in (TRASH, ALL) and ALL not in same.shown:
            self.folders[ALL].show(same)
        return same.shown[folder.label]

    def unlabel(self, message: FakeMessage, folder: LabelFolder) -> None:
        """Take a message out of a folder."""
        stored = next(one for one in self.stored if one.shown.get(folder.label) is message)
        self._hide(stored, folder.label)
        stored.labels.discard(folder.label)
        if folder.label in (TRASH, ALL) or not stored.shown:
            self.forget(stored)

    def forget(self, stored: _Stored) -> None:
        """Remove a message for good."""
        for label in list(stored.shown):
            self._hide(stored, label)
        self.stored.remove(stored)

    def kept(self, message: FakeMessage) -> _Stored:
        """The message that is shown as this one."""
        return next(
            one for one in self.stored if any(each is message for each in one.shown.values())
        )

    def _hide(self, stored: _Stored, label: str) -> None:
        shown = stored.shown.pop(label)
        folder = self.folders[label]
        folder.messages = [each for each in folder.messages if each is not shown]


@dataclass(slots=True)
class LabelFolder(FakeFolder):
    """A label, shown as a folder."""

    label: str = ""
    mailbox: GmailMailbox = field(default_factory=GmailMailbox)

    def add(self, raw: bytes, flags: set[str] | None = None) -> FakeMessage:
        """Store a message under this label."""
        return self.mailbox.store(raw, set(flags or ()), self)

    def show(self, stored: _Stored) -> FakeMessage:
        """Give a message a UID here."""
        message = FakeFolder.add(self, stored.raw, stored.flags)
        message.flags = set(stored.flags) - ({"\\Draft"} if self.label == ALL else set())
        message.labels, message.own_label = stored.labels, self.label
        message.appended = stored.appended
        stored.shown[self.label] = message
        return message

    def drop(self, message: FakeMessage) -> None:
        """Remove the label from a message; without any it is archived."""
        self.mailbox.unlabel(message, self)


class GmailServer(FakeServer):
    """Gmail for one user, in German."""

    def __init__(self, password: str, capabilities: str = GMAIL_CAPABILITIES) -> None:
        super().__init__(password=password, capabilities=capabilities)
        self.mailbox = GmailMailbox()
        made = (
            self.mailbox.folder("INBOX", INBOX, (), 1_000),
            self.mailbox.folder(ALL_NAME, ALL, ("\\All",), 5_000),
            self.mailbox.folder(DRAFTS_NAME, DRAFTS, ("\\Drafts",), 2_000),
            self.mailbox.folder(SENT_NAME, SENT, ("\\Sent",), 3_000),
            self.mailbox.folder(TRASH_NAME, TRASH, ("\\Trash",), 4_000),
            self.mailbox.folder("Later", "Later", (), 6_000),
        )
        self.folders = {folder.name: folder for folder in made}

    def move(self, message: FakeMessage, source: FakeFolder, target: FakeFolder) -> FakeMessage:
        """Give a message another label in place of one; in Trash it has no other."""
        moved = target.add(message.raw, set(message.flags))
        if any(each is message for each in source.messages):
            source.drop(message)
        return moved

    # ---- what the user does in Gmail's own pages

    def web_saves(self, message: FakeMessage, raw: bytes) -> FakeMessage:
        """Save an edited draft: another message in its place."""
        self.mailbox.forget(self.mailbox.kept(message))
        return self.folders[DRAFTS_NAME].add(raw, {"\\Draft", "\\Seen"})

    def web_sends(self, message: FakeMessage, raw: bytes) -> FakeMessage:
        """Send a draft: it becomes a sent message, shown in Sent and among all mail."""
        self.mailbox.forget(self.mailbox.kept(message))
        return self.folders[SENT_NAME].add(raw, {"\\Seen"})

    def web_discards(self, message: FakeMessage) -> None:
        """Discard a draft: it is gone, and not in Trash either."""
        self.mailbox.forget(self.mailbox.kept(message))


def _identity(raw: bytes) -> tuple[bytes, ...]:
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return tuple(
        sorted(line for line in lines if line.lower().startswith((b"message-id:", b"date:")))
    )
