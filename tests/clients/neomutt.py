"""Neomutt, driven by its keys.

Its own ways are kept where they matter: asked for a new mail it offers the postponed ones, and
takes the draft out of Drafts as soon as it is open, before anything is sent. Threads are told by
References alone (`strict_threads`), since by default neomutt also believes in equal subjects.
What is deleted goes to Trash, as people set it who keep their mail on a server.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.clients.program import DEADLINE, Composed
from tests.clients.terminal import Terminal, in_editor, not_installed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.program import MailAccount
    from tests.clients.screen import Screen

# The pipe before the subject is there to read it by.
_CONFIGURATION = """
set folder="imap://{user}@127.0.0.1:{imap_port}/"
set imap_pass="{password}"
set smtp_url="smtp://127.0.0.1:{smtp_port}/"
set ssl_starttls=no
set ssl_force_tls=no
set spoolfile="+INBOX"
set postponed="+Drafts"
set record="+Sent"
set trash="+Trash"
set realname="{name}"
set from="{address}"
set hostname="localhost"
set editor="{editor}"
set sort=threads
set strict_threads=yes
set hide_thread_subject=no
set index_format="%4C %Z %{{%d %b %H:%M}} %-16.16L | %s"
set mail_check=1
set timeout=1
set delete=yes
set beep=no
set crypt_use_gpgme=no
set history_file=""
set header_cache=""
color normal default default
color indicator black cyan
color status brightwhite blue
color header brightgreen default .*
color compose header brightgreen default
"""

_COMPOSER = "y:Send"
_ROW = re.compile(r" *[0-9]+ (?P<marks>...) .*? \| (?P<arrows>[ ├└│─>]*)(?P<subject>.*)")


def missing() -> str:
    """What is not installed."""
    return not_installed("neomutt")


def program(account: MailAccount, folder: Path) -> Neomutt:
    """Neomutt on that account."""
    return Neomutt(account, folder)


class Neomutt:
    """See the module's docstring."""

    title = "neomutt"

    def __init__(self, account: MailAccount, folder: Path) -> None:
        self._terminal = Terminal(self.title, folder)
        self._settings = folder / "neomuttrc"
        self._settings.write_text(
            _CONFIGURATION.format(
                user=account.user,
                password=account.password,
                imap_port=account.imap_port,
                smtp_port=account.smtp_port,
                name=account.name,
                address=account.address,
                editor=self._terminal.editor(),
            ),
            encoding="utf-8",
        )
        self._settings.chmod(0o600)

    def version(self) -> str:
        """As it tells it: the day of its release."""
        told = subprocess.run(
            ["neomutt", "-v"], capture_output=True, text=True, timeout=DEADLINE, check=True
        )
        return told.stdout.splitlines()[0].removeprefix("NeoMutt ")

    def start(self) -> None:
        """Open the inbox."""
        self._terminal.start(["neomutt", "-n", "-F", str(self._settings)])
        self._terminal.sees(lambda screen: _is_open(screen, "INBOX"), "the inbox")

    def stop(self) -> None:
        """Close the terminal."""
        self._terminal.stop()

    def drafts(self, *expected: str) -> list[str]:
        """The subjects listed in Drafts."""
        self._go_to("Drafts")
        screen = self._terminal.sees(
            lambda screen: sorted(_subjects(screen)) == sorted(expected), f"{expected} in Drafts"
        )
        return _subjects(screen)

    def open_draft(self, subject: str) -> Composed:
        """Ask for a new mail in the inbox, and recall the draft instead.

        Its text is shown first, then its header fields.
        """
        self._go_to("INBOX")
        self._terminal.keys("m")
        self._terminal.shows("Recall postponed message?")
        self._terminal.keys("y")
        return self._opened(subject)

    def open_draft_in_place(self, subject: str) -> Composed:
        """Recall it in Drafts itself; the old one stays on the server until neomutt is told to."""
        self._go_to("Drafts")
        self._terminal.keys("R")
        return self._opened(subject)

    def _opened(self, subject: str) -> Composed:
        # Where several are postponed they are offered; one alone is opened at once.
        screen = self._terminal.sees(
            lambda screen: in_editor(screen) or "Postponed Messages" in screen.text,
            "the draft, or a choice of drafts",
        )
        if not in_editor(screen):
            self._walk_to(subject)
            self._terminal.keys("Enter")
        text = self._terminal.text_in_editor()
        self.picture("text")
        self._terminal.leave_editor()
        screen = self._terminal.shows(_COMPOSER, "Subject:")
        return Composed(_field(screen, "To"), _field(screen, "Subject"), text)

    def write(self, text: str) -> None:
        """Open the editor from the composer, type, and leave it."""
        self._terminal.keys("e")
        self._terminal.text_in_editor()
        self._terminal.put_first(text)
        self._terminal.leave_editor()
        self._terminal.shows(_COMPOSER)

    def save(self) -> None:
        """Postpone it once more."""
        self._terminal.keys("P")
        self._left_composer()

    def send(self) -> None:
        """Press `y` in the composer; it closes once the mail is sent."""
        self._terminal.keys("y")
        self._left_composer()

    def delete_draft(self, subject: str) -> None:
        """Mark it deleted in the list, and have that done on the server."""
        self._go_to("Drafts")
        self._walk_to(subject)
        self._terminal.keys("d")
        self._do_what_is_marked(subject)

    def move_draft(self, subject: str, folder: str) -> None:
        """Save it to the folder, and have that done on the server."""
        self._go_to("Drafts")
        self._walk_to(subject)
        self._terminal.keys("s")
        self._answer("Save to mailbox", f"={folder}")
        self._terminal.shows("Append messages to", folder)
        self._terminal.keys("y")
        self._do_what_is_marked(subject)

    def thread(self, folder: str) -> list[tuple[int, str]]:
        """The folder's list; the arrow before a subject is two columns longer for each depth."""
        self._go_to(folder)
        screen = self._terminal.sees(lambda screen: _subjects(screen) != [], "the thread")
        return [(len(row["arrows"]) // 2, row["subject"]) for row in _rows(screen.lines)]

    def picture(self, name: str) -> Path:
        """Keep the screen."""
        return self._terminal.picture(name)

    def _left_composer(self) -> None:
        self._terminal.sees(
            lambda screen: _is_open(screen, "INBOX") or _is_open(screen, "Drafts"), "a folder again"
        )

    def _go_to(self, folder: str) -> None:
        if _is_open(self._terminal.screen(), folder):
            return
        self._terminal.keys("c")
        self._answer("Open mailbox", f"={folder}")
        self._terminal.sees(lambda screen: _is_open(screen, folder), folder)

    def _answer(self, question: str, answer: str) -> None:
        """Answer on the last line, in place of what neomutt proposes there."""
        self._terminal.shows(question)
        self._terminal.keys("C-u")
        self._terminal.types(answer)
        self._terminal.sees(
            lambda screen: screen.text.rstrip().endswith(f": {answer}"), f"{answer} as typed"
        )
        self._terminal.keys("Enter")

    def _walk_to(self, subject: str) -> None:
        """Put the cursor bar on the message of that subject, in the list shown."""
        screen = self._terminal.sees(
            lambda screen: subject in _subjects(screen), f"{subject} in the list"
        )
        self._terminal.keys("=", *["J"] * _subjects(screen).index(subject))
        self._terminal.sees(
            lambda screen: subject in _subjects_of(screen.marked()), f"the cursor bar on {subject}"
        )

    def _do_what_is_marked(self, subject: str) -> None:
        """Have the server do what a D in the list announces."""
        self._terminal.sees(
            lambda screen: any(
                "D" in row["marks"] and row["subject"] == subject for row in _rows(screen.lines)
            ),
            f"a D before {subject}",
        )
        self._terminal.keys("$")
        self._terminal.sees(lambda screen: subject not in _subjects(screen), f"{subject} gone")


def _rows(lines: list[str]) -> list[re.Match[str]]:
    return [row for line in lines if (row := _ROW.fullmatch(line)) is not None]


def _subjects(screen: Screen) -> list[str]:
    return _subjects_of(screen.lines)


def _subjects_of(lines: list[str]) -> list[str]:
    return [row["subject"] for row in _rows(lines)]


def _is_open(screen: Screen, folder: str) -> bool:
    """Whether the status line below the list names the folder."""
    return any(f"-NeoMutt: +{folder} [" in line for line in screen.lines)


def _field(screen: Screen, name: str) -> str:
    [line] = [line for line in screen.lines if line.lstrip().startswith(f"{name}:")]
    return line.partition(":")[2].strip()
