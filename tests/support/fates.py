"""What a person did with each of our drafts, kept beside the mailbox to be compared with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.writing.draft import digest

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.fakemailbox import FakeMessage
    from tests.support.programs import Desk, Program


class Fate(StrEnum):
    """What the person has done with a draft."""

    UNTOUCHED = "nothing"
    KEPT = "edited, flagged or filed it"
    OPENED = "opened it in a program that takes it out of Drafts"
    SENT = "sent it"
    DELETED = "deleted it"


@dataclass(eq=False, slots=True)
class Tale:
    """One draft that we laid.

    Attributes:
        rung: the step it is for.
        laid: the message as we appended it.
        fate: what the person did last.
        versions: those that lie somewhere and are the person's by now.
        opened: the bytes that are in a program's window, and which program.
        opened_at: since when.
        sent_at: when it was sent.
        is_traceless: whether nothing in the sent copy tells whose it is.
        passes: whole passes since the person did something with it.
    """

    rung: tuple[str, int, str]
    laid: FakeMessage
    fate: Fate = Fate.UNTOUCHED
    versions: list[FakeMessage] = field(default_factory=list)
    opened: tuple[Program, bytes] | None = None
    opened_at: datetime | None = None
    sent_at: datetime | None = None
    is_traceless: bool = False
    passes: int = 0

    @property
    def message_id(self) -> str:
        """The Message-ID it was laid with."""
        return self.laid.values("Message-ID")

    def lying(self, desk: Desk) -> list[FakeMessage]:
        """The versions that can be opened: in Drafts or filed, and not marked as deleted."""
        ours = [self.laid] if self.fate is Fate.UNTOUCHED else []
        return [
            each
            for each in (*self.versions, *ours)
            if "\\Deleted" not in each.flags and _lies(desk, each)
        ]


@dataclass(slots=True)
class Belongings:
    """What is the person's, and as they left it: message, bytes and flags."""

    theirs: dict[int, tuple[FakeMessage, str, bytes, frozenset[str]]] = field(default_factory=dict)

    def keep(self, desk: Desk, message: FakeMessage) -> None:
        """Remember a message as it lies now."""
        folder = desk.folder_of(message).name
        self.theirs[id(message)] = (message, folder, message.raw, frozenset(message.flags))

    def let_go(self, message: FakeMessage) -> None:
        """Forget a message that the person removes or changes."""
        self.theirs.pop(id(message), None)

    def disturbed(self, desk: Desk) -> list[str]:
        """What is not as the person left it."""
        return [
            f"{folder}: {raw[:300]!r}"
            for message, folder, raw, flags in self.theirs.values()
            if not any(each is message for each in desk.server.folders[folder].messages)
            or message.raw != raw
            or message.flags != flags
        ]


def mailbox(desk: Desk, ours: set[str]) -> dict[tuple[str, int], tuple[str, frozenset[str]]]:
    """Everything in the mailbox but these of our drafts: bytes and flags, by folder and UID.

    Args:
        desk: whose mailbox.
        ours: Message-IDs of drafts nobody has touched.
    """
    return {
        (folder.name, message.uid): (digest(message.raw), frozenset(message.flags))
        for folder in desk.server.folders.values()
        for message in folder.messages
        if message.values("Message-ID") not in ours
    }


def _lies(desk: Desk, message: FakeMessage) -> bool:
    return any(
        each is message for folder in desk.server.folders.values() for each in folder.messages
    )
