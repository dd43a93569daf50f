"""Aerc, driven by its keys.

Its own ways are kept: Enter in Drafts recalls a draft, which stays there until it is sent; when it
is postponed anew, aerc asks whether the old one may go. What is deleted is deleted for good.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.clients.program import DEADLINE, Composed
from tests.clients.terminal import Terminal, not_installed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.program import MailAccount
    from tests.clients.screen import Screen

_ACCOUNTS = """
[personal]
source = imap+insecure://{user}:{password}@127.0.0.1:{imap_port}
outgoing = smtp+none://127.0.0.1:{smtp_port}
default = INBOX
from = {name} <{address}>
copy-to = Sent
postpone = Drafts
"""

# The pipe before the subject is there to read it by.
_SETTINGS = """
[ui]
index-format = %-16.16D %-15.15n | %s
mouse-enabled = false
[compose]
editor = {editor}
"""

_SIDEBAR = 20
_ROW = re.compile(r"[0-9-]{10} [0-9:]{5} .*? \| (?P<arrows>[ ├└│─>]*)(?P<subject>.*)")
_NOTHING = "(no messages)"
_REVIEW = "Send this email?"


def missing() -> str:
    """What is not installed."""
    return not_installed("aerc")


def program(account: MailAccount, folder: Path) -> Aerc:
    """Aerc on that account."""
    return Aerc(account, folder)


class Aerc:
    """See the module's docstring."""

    title = "aerc"

    def __init__(self, account: MailAccount, folder: Path) -> None:
        self._terminal = Terminal(self.title, folder)
        self._alike = 0  # drafts of the subject of the one that is open
        settings = folder / "config" / "aerc"
        settings.mkdir(parents=True)
        shutil.copy("/usr/share/aerc/binds.conf", settings)
        (settings / "aerc.conf").write_text(
            _SETTINGS.format(editor=self._terminal.editor()), encoding="utf-8"
        )
        accounts = settings / "accounts.conf"
        accounts.touch(mode=0o600)
        accounts.write_text(
            _ACCOUNTS.format(
                user=account.user,
                password=account.password,
                imap_port=account.imap_port,
                smtp_port=account.smtp_port,
                name=account.name,
                address=account.address,
            ),
            encoding="utf-8",
        )

    def version(self) -> str:
        """As it tells it."""
        told = subprocess.run(
            ["aerc", "-v"], capture_output=True, text=True, timeout=DEADLINE, check=True
        )
        return told.stdout.split()[1]

    def start(self) -> None:
        """Open the inbox."""
        self._terminal.start(["aerc"])
        self._terminal.sees(
            lambda screen: _is_chosen(screen, "INBOX") and _is_listed(screen), "the inbox"
        )

    def stop(self) -> None:
        """Close the terminal."""
        self._terminal.stop()

    def drafts(self, *expected: str) -> list[str]:
        """The subjects listed in Drafts."""
        self._go_to("Drafts", past="Junk" if expected else "INBOX")
        screen = self._terminal.sees(
            lambda screen: (
                _is_listed(screen) and sorted(_subjects(screen.lines)) == sorted(expected)
            ),
            f"{expected} in Drafts",
        )
        return _subjects(screen.lines)

    def open_draft(self, subject: str) -> Composed:
        """Press Enter on it; its text is in the editor, and the header fields stand above."""
        self._choose(subject)
        self._alike = _subjects(self._terminal.screen().lines).count(subject)
        self._terminal.keys("Enter")
        text = self._terminal.text_in_editor()
        fields = self._terminal.screen().lines
        to = _field(fields, "To").partition(" From: ")[0].strip()
        return Composed(to, _field(fields, "Subject"), text)

    def write(self, text: str) -> None:
        """Type in the editor, which is open."""
        self._terminal.put_first(text)

    def save(self) -> None:
        """Leave the editor, postpone the draft once more, and let the old one go."""
        self._postpone("[Proceed]", "Right")

    def save_beside(self) -> None:
        """Postpone the draft and keep the old one: the button aerc proposes."""
        self._postpone("[Cancel]")

    def _postpone(self, button: str, *keys: str) -> None:
        """Postpone the draft, go to a button of the question about the old one, and press it."""
        self._terminal.leave_editor()
        self._terminal.shows(_REVIEW)
        self._terminal.keys("p")
        self._terminal.shows("Delete recalled message?", button)
        for key in keys:
            self._terminal.keys(key)
        self._terminal.sees(lambda screen: screen.is_reversed(button), f"{button} chosen")
        self._terminal.keys("Enter")
        self._terminal.sees(
            lambda screen: _is_listed(screen) and button not in screen.text, "the list alone"
        )

    def send(self) -> None:
        """Leave the editor and press `y`; when the mail is sent, the draft leaves the list."""
        self._terminal.leave_editor()
        screen = self._terminal.shows(_REVIEW)
        subject = _field(screen.lines, "Subject")
        self._terminal.keys("y")
        self._terminal.sees(
            lambda screen: (
                _is_listed(screen) and _subjects(screen.lines).count(subject) < self._alike
            ),
            "the list without the draft",
        )

    def delete_draft(self, subject: str) -> None:
        """Press `D` on it."""
        self._choose(subject)
        self._terminal.keys("D")
        self._gone(subject)

    def move_draft(self, subject: str, folder: str) -> None:
        """Tell aerc to move it."""
        self._choose(subject)
        self._command(f"mv {folder}")
        self._gone(subject)

    def thread(self, folder: str) -> list[tuple[int, str]]:
        """Shown in threads; the arrow before a subject is two columns longer for each depth."""
        self._go_to(folder)
        self._terminal.sees(_is_listed, folder)
        self._terminal.keys("T")
        screen = self._terminal.sees(
            lambda screen: any(row["arrows"] for row in _rows(screen.lines)), "an answer's arrow"
        )
        rows = _rows(screen.lines)
        return [
            (len(row["arrows"]) // 2, row["subject"] or self._subject_of(place))
            for place, row in enumerate(rows)
        ]

    def picture(self, name: str) -> Path:
        """Keep the screen."""
        return self._terminal.picture(name)

    def _subject_of(self, place: int) -> str:
        """Open a message and read it: the list leaves out what the line above says as well."""
        self._terminal.keys("g", *["j"] * place, "Enter")
        subject = _field(self._terminal.shows("From: ", "Subject: ").lines, "Subject")
        self._terminal.keys("q")
        self._terminal.sees(_is_listed, "the list again")
        return subject

    def _go_to(self, folder: str, *, past: str = "Junk") -> None:
        """Open a folder, by way of one that surely looks different.

        Aerc shows the list of the former folder until it has the next one. Rows after none, or
        none after rows, are the folder's own.
        """
        if _is_chosen(self._terminal.screen(), folder):
            return
        self._command(f"cf {past}")
        self._terminal.sees(
            lambda screen: (
                _is_chosen(screen, past) and (_NOTHING in screen.text) == (past == "Junk")
            ),
            past,
        )
        self._command(f"cf {folder}")
        self._terminal.sees(lambda screen: _is_chosen(screen, folder), folder)

    def _command(self, command: str) -> None:
        self._terminal.types(f":{command}")
        self._terminal.sees(lambda screen: screen.lines[-1] == f":{command}", f":{command}")
        self._terminal.keys("Enter")

    def _choose(self, subject: str) -> None:
        """Put the cursor bar on the draft of that subject, in Drafts."""
        self._go_to("Drafts")
        screen = self._terminal.sees(
            lambda screen: subject in _subjects(screen.lines), f"{subject} in the list"
        )
        self._terminal.keys("g", *["j"] * _subjects(screen.lines).index(subject))
        self._terminal.sees(
            lambda screen: subject in _subjects(screen.marked(_SIDEBAR + 1)),
            f"the cursor bar on {subject}",
        )

    def _gone(self, subject: str) -> None:
        self._terminal.sees(lambda screen: subject not in _subjects(screen.lines), "the draft gone")


def _rows(lines: list[str]) -> list[re.Match[str]]:
    """The messages listed beside the folders."""
    return [row for line in lines if (row := _ROW.fullmatch(line[_SIDEBAR:])) is not None]


def _subjects(lines: list[str]) -> list[str]:
    return [row["subject"] for row in _rows(lines)]


def _is_chosen(screen: Screen, folder: str) -> bool:
    """Whether the bar in the list of folders is on this one."""
    return any(line[:_SIDEBAR].split()[:1] == [folder] for line in screen.marked())


def _is_listed(screen: Screen) -> bool:
    """Whether a folder's list is to be seen, be it empty."""
    return _NOTHING in screen.text or bool(_rows(screen.lines))


def _field(lines: list[str], name: str) -> str:
    """A field of the composer's header, from its first line of that name."""
    line = next(line for line in lines if line.startswith(f"{name}: "))
    return line.partition(":")[2].strip()
