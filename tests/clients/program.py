"""What a test asks of a mail program: what a person does with a draft.

Each program is driven through its own windows and keys, never behind its back. Whatever waits,
waits for something to be seen, up to `DEADLINE`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 90.0
"""Seconds after which something that was to be seen has failed to come."""

ARTEFACTS = Path(os.environ.get("FOLLOWUPD_ARTEFACTS", "build/clients")).absolute()
"""Where pictures and findings are kept."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """What a program is told of the mailbox.

    Attributes:
        name: of the person, in From.
        address: likewise.
        user: at the IMAP server's login.
        password: there.
        imap_port: on 127.0.0.1, in clear text.
        smtp_port: on 127.0.0.1, in clear text, without a login.
    """

    name: str
    address: str
    user: str
    password: str
    imap_port: int
    smtp_port: int


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft as the program's composer shows it.

    Attributes:
        to: as shown; holds the recipient's address.
        subject: as shown.
        text: the text, as far as the program lets it be read.
    """

    to: str
    subject: str
    text: str


class MailProgram(Protocol):
    """A mail program on one account, signed in and synchronised as it does by itself."""

    title: str
    """As people call it, such as `Thunderbird`."""

    def version(self) -> str:
        """As the program or its package tells it."""

    def start(self) -> None:
        """Open it on the account and wait until the inbox is shown."""

    def stop(self) -> None:
        """End it and everything it started."""

    def drafts(self, *expected: str) -> list[str]:
        """The subjects listed in Drafts, as soon as they are those expected.

        Raises:
            AssertionError: something else is listed until the deadline.
        """

    def open_draft(self, subject: str) -> Composed:
        """Open the draft of that subject in the composer, and tell what is shown there."""

    def write(self, text: str) -> None:
        """Put a line before the text of the draft in the open composer."""

    def save(self) -> None:
        """Save the draft in the open composer as a draft, and leave the composer."""

    def send(self) -> None:
        """Press Send in the open composer, and wait until the program says that it is sent."""

    def delete_draft(self, subject: str) -> None:
        """Delete the draft as a person does, in the list of Drafts."""

    def move_draft(self, subject: str, folder: str) -> None:
        """Move the draft from the list of Drafts into a folder."""

    def thread(self, folder: str) -> list[tuple[int, str]]:
        """A folder as it is shown in threads: each message's depth and subject, from the top."""

    def picture(self, name: str) -> Path:
        """Keep what is to be seen now as `ARTEFACTS/<program>-<name>.png`, and return its path."""


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something is seen.

    Raises:
        AssertionError: it did not come in time; `what` names it.
    """
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, f"never seen: {what}"
        time.sleep(0.05)
