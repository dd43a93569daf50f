r"""What mail programs do to a draft of ours, as far as the mailbox shows it.

Each program is a line of facts, with where they are known from; what is assumed is said to be.
The functions are what a person does with it: `edit`, `send`, `delete`, `file_away`, and for
programs that take a draft out of Drafts when it is opened `open_draft`, then `save_opened` or
`send_opened`. They change a scripted server's folders directly, as another client would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.support.gmail import GmailServer

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.fakemailbox import FakeFolder, FakeMessage
    from tests.support.fakeserver import FakeServer

_TABLE = "public issue threads and the program's source"


class Old(StrEnum):
    """What becomes of a message that a program is done with."""

    REMOVED = "removed for good"
    TRASHED = "moved to Trash"
    MARKED = "marked as deleted, and left"
    LEFT = "left as it is"


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program.

    Attributes:
        name: as its makers call it.
        source: where its ways are known from.
        assumed: which of them nobody has told.
        new_id_at_save: whether each saved version gets a Message-ID of its own.
        new_id_at_send: whether the sent copy gets one.
        keeps_thread: whether In-Reply-To and References survive.
        original_id_in: the header in which the sent copy keeps the Message-ID it had.
        old_version: what becomes of the version before when another is saved.
        deleted: what Delete does.
        takes_out: whether a draft is out of Drafts from the moment it is opened.
        is_gmail_web: whether it is Gmail's own pages, which need no IMAP.
    """

    name: str
    source: str = _TABLE
    assumed: str = ""
    new_id_at_save: bool = False
    new_id_at_send: bool = False
    keeps_thread: bool = True
    original_id_in: str = ""
    old_version: Old = Old.REMOVED
    deleted: Old = Old.TRASHED
    takes_out: bool = False
    is_gmail_web: bool = False


THUNDERBIRD = Program("Thunderbird", assumed="the old version is expunged, not moved to Trash")
ROUNDCUBE = Program("Roundcube")
ROUNDCUBE_AT_GMAIL = Program(
    "Roundcube, at Gmail",
    source="roundcubemail issue 5107: each autosave leaves the version before in Trash",
    old_version=Old.TRASHED,
)
NEOMUTT = Program(
    "neomutt, mutt",
    source="mutt's source: a recalled message is purged before the new one is sent or postponed",
    deleted=Old.REMOVED,
    takes_out=True,
)
AERC = Program("aerc", assumed="as mutt: the draft is removed at recall", takes_out=True)
EVOLUTION = Program(
    "Evolution",
    assumed="the old version is marked as deleted and expunged later, as its folders work",
    new_id_at_save=True,
    new_id_at_send=True,
    old_version=Old.MARKED,
    deleted=Old.MARKED,
)
K9 = Program(
    "K-9, Thunderbird for Android",
    source="thunderbird-android issue 2060: a new draft is made and the old one deleted",
    new_id_at_save=True,
    new_id_at_send=True,
)
K9_LATE = Program(
    "K-9, out of reach of the network",
    assumed="the draft is removed when it goes to the outbox, from which it is sent later",
    new_id_at_save=True,
    new_id_at_send=True,
    takes_out=True,
)
GMAIL_WEB = Program(
    "Gmail's own pages",
    assumed="an edited draft and a sent one have a new Message-ID",
    new_id_at_save=True,
    new_id_at_send=True,
    deleted=Old.REMOVED,
    is_gmail_web=True,
)
OUTLOOK_WEB = Program("Outlook on the web, Exchange")
OUTLOOK_COM = Program(
    "Outlook.com, by SMTP",
    new_id_at_send=True,
    original_id_in="X-Microsoft-Original-Message-ID",
)
APPLE_MAIL = Program(
    "Apple Mail, moving drafts to Trash",
    source="protonmail/proton-bridge issue 32, Open Radar 27940567: every save makes a copy",
    assumed="the Message-ID is kept",
    old_version=Old.TRASHED,
)
APPLE_MAIL_MARKING = Program(
    "Apple Mail, marking drafts as deleted",
    source=APPLE_MAIL.source,
    assumed="the Message-ID is new at every save",
    new_id_at_save=True,
    old_version=Old.MARKED,
    deleted=Old.MARKED,
)
APPLE_MAIL_LEAVING = Program(
    "Apple Mail, leaving every version",
    source=APPLE_MAIL.source,
    assumed="the Message-ID is kept",
    old_version=Old.LEFT,
)
PROTON_BRIDGE = Program(
    "Proton Bridge",
    assumed="the Message-ID is new, at every save and at sending",
    new_id_at_save=True,
    new_id_at_send=True,
    keeps_thread=False,
)

PROGRAMS = (
    *(THUNDERBIRD, ROUNDCUBE, ROUNDCUBE_AT_GMAIL, NEOMUTT, AERC, EVOLUTION, K9, K9_LATE),
    *(GMAIL_WEB, OUTLOOK_WEB, OUTLOOK_COM, APPLE_MAIL, APPLE_MAIL_MARKING),
    *(APPLE_MAIL_LEAVING, PROTON_BRIDGE),
)


@dataclass(slots=True)
class Desk:
    """Where the person sits: the mailbox, and how many Message-IDs their programs have made.

    Attributes:
        server: changed under its lock.
        made: counts Message-IDs.
    """

    server: FakeServer
    made: int = field(default=0)

    def folder(self, use: str) -> FakeFolder:
        r"""The folder with an attribute, such as `\Trash`."""
        return next(each for each in self.server.folders.values() if use in each.attributes)

    def folder_of(self, message: FakeMessage) -> FakeFolder:
        """The folder that this very message lies in."""
        for folder in self.server.folders.values():
            if any(each is message for each in folder.messages):
                return folder
        raise ValueError("the message lies nowhere")

    def new_id(self) -> str:
        """A Message-ID as programs make them."""
        self.made += 1
        return f"<made{self.made}@program.example>"


def edit(desk: Desk, program: Program, draft: FakeMessage, text: str, at: datetime) -> FakeMessage:
    """Change a draft's text and save it; the new version."""
    with desk.server.lock:
        raw = saved_version(desk, program, draft.raw, text, at)
        if program.is_gmail_web and isinstance(desk.server, GmailServer):
            return desk.server.web_saves(draft, raw)
        version = desk.folder("\\Drafts").add(raw, {"\\Draft", "\\Seen"})
        dispose(desk, draft, program.old_version)
        return version


def send(desk: Desk, program: Program, draft: FakeMessage, at: datetime) -> FakeMessage:
    """Press Send on a draft as it lies there; the copy in Sent."""
    with desk.server.lock:
        raw = sent_copy(desk, program, draft.raw, at)
        if program.is_gmail_web and isinstance(desk.server, GmailServer):
            return desk.server.web_sends(draft, raw)
        copy = desk.folder("\\Sent").add(raw, {"\\Seen"})
        is_marking = program.old_version is Old.MARKED
        dispose(desk, draft, Old.MARKED if is_marking else Old.REMOVED)
        return copy


def delete(desk: Desk, program: Program, draft: FakeMessage) -> None:
    """Delete a draft."""
    with desk.server.lock:
        if program.is_gmail_web and isinstance(desk.server, GmailServer):
            desk.server.web_discards(draft)
        else:
            dispose(desk, draft, program.deleted)


def file_away(desk: Desk, draft: FakeMessage, folder: str) -> FakeMessage:
    """Move a draft to another folder, with its flags; as it lies there."""
    with desk.server.lock:
        return desk.server.move(draft, desk.folder_of(draft), desk.server.folders[folder])


def open_draft(desk: Desk, program: Program, draft: FakeMessage) -> bytes:
    """Open a draft in a program that takes it out of Drafts then."""
    with desk.server.lock:
        dispose(desk, draft, program.old_version)
        return draft.raw


def save_opened(
    desk: Desk, program: Program, opened: bytes, text: str, at: datetime
) -> FakeMessage:
    """Put an opened draft back into Drafts, changed."""
    with desk.server.lock:
        raw = saved_version(desk, program, opened, text, at)
        return desk.folder("\\Drafts").add(raw, {"\\Draft", "\\Seen"})


def send_opened(desk: Desk, program: Program, opened: bytes, at: datetime) -> FakeMessage:
    """Send an opened draft; the copy in Sent."""
    with desk.server.lock:
        return desk.folder("\\Sent").add(sent_copy(desk, program, opened, at), {"\\Seen"})


def saved_version(desk: Desk, program: Program, raw: bytes, text: str, at: datetime) -> bytes:
    """The bytes of a version with another text."""
    message = _stamped(program, raw, at)
    message.set_content(text)
    if program.new_id_at_save:
        _replace(message, "Message-ID", desk.new_id())
    return message.as_bytes(policy=policy.SMTP)


def sent_copy(desk: Desk, program: Program, raw: bytes, at: datetime) -> bytes:
    """The bytes that lie in Sent."""
    message = _stamped(program, raw, at)
    if program.original_id_in:
        message[program.original_id_in] = str(message["Message-ID"])
    if program.new_id_at_send:
        _replace(message, "Message-ID", desk.new_id())
    return message.as_bytes(policy=policy.SMTP)


def dispose(desk: Desk, message: FakeMessage, how: Old) -> None:
    """Be done with a message."""
    folder = desk.folder_of(message)
    if how is Old.REMOVED:
        folder.drop(message)
    elif how is Old.TRASHED:
        desk.server.move(message, folder, desk.folder("\\Trash"))
    elif how is Old.MARKED:
        folder.flag(message, "\\Deleted")


def _stamped(program: Program, raw: bytes, at: datetime) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    _replace(message, "Date", format_datetime(at))
    if not program.keeps_thread:
        del message["References"]
        del message["In-Reply-To"]
    return message


def _replace(message: EmailMessage, name: str, value: str) -> None:
    del message[name]
    message[name] = value
