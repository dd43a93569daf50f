"""Thunderbird, as its packages bring it, on a display of its own.

It is driven by mouse and keys through Marionette, its remote control, which hands them to the
windows as the display would; scripts only read what the windows show. Every start has a profile
of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.clients.marionette import CONTROL, DELETE, ENTER, HOME, Marionette, Refused
from tests.clients.program import ARTEFACTS, DEADLINE, Composed, until
from tests.clients.thunderbird_list import MailWindow
from tests.clients.thunderbird_profile import write_profile
from tests.clients.thunderbird_windows import MAIL, TEXT, Kind, Windows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.program import MailAccount

# As if the user had typed the password and ticked "remember".
_REMEMBER = """
const login = Cc['@mozilla.org/login-manager/loginInfo;1'].createInstance(Ci.nsILoginInfo);
login.init('imap://127.0.0.1', null, 'imap://127.0.0.1', arguments[0], arguments[1], '', '');
return Services.logins.addLoginAsync(login).then(() => null);
"""

_COMPOSED = """
const pills = [...document.querySelectorAll('#toAddrContainer mail-address-pill')];
const send = document.querySelector('#button-send');
const text = document.querySelector('#messageEditor')?.contentDocument?.body?.innerText;
if (!pills.length || !text || !send || send.disabled) { return null; }
return [pills.map(pill => pill.fullAddress).join(', '),
        document.querySelector('#msgSubject').value, text];
"""

_SAVED = """
return [window.gContentChanged || window.gSaveOperationInProgress,
        window.gMsgCompose.compFields.draftId];
"""


def missing() -> str:
    """What is not installed; "" for nothing."""
    programs = {"thunderbird": "Thunderbird", "Xvfb": "Xvfb"}
    return ", ".join(name for program, name in programs.items() if shutil.which(program) is None)


def program(account: MailAccount, folder: Path) -> Thunderbird:
    """Thunderbird on that account."""
    return Thunderbird(account, folder)


class Thunderbird:
    """A `MailProgram`.

    Args:
        account: whose mail it shows.
        folder: empty, for its profile.
    """

    title = "Thunderbird"

    def __init__(self, account: MailAccount, folder: Path) -> None:
        self._account = account
        self._home = folder
        self._display: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._session: Marionette | None = None

    @property
    def _windows(self) -> Windows:
        assert self._session is not None, "it is not started"
        return Windows(self._session)

    @property
    def _mail(self) -> MailWindow:
        return MailWindow(self._windows, f"imap://{self._account.user}@127.0.0.1")

    def version(self) -> str:
        """Such as `153.7.0esr`."""
        self._windows.go_to(Kind.MAIN)
        return str(self._windows.read("return AppConstants.MOZ_APP_VERSION_DISPLAY;"))

    def start(self) -> None:
        """Open it on the account and wait until the inbox is shown."""
        display = self._open_display()
        profile = self._home / "profile"
        write_profile(profile, self._account)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "TMPDIR": str(self._home),
            "DISPLAY": f":{display}",
            "LANG": "C.UTF-8",
            "MOZ_CRASHREPORTER_DISABLE": "1",
            # It ends itself rather than talk to another machine.
            "MOZ_DISABLE_NONLOCAL_CONNECTIONS": "1",
            # Nobody is there who would need a screen reader, or a desktop's bus.
            "NO_AT_BRIDGE": "1",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        with (self._home / "thunderbird.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("thunderbird", "--no-remote", "--profile", str(profile)),
                    *("--marionette", "--remote-allow-system-access"),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        port = profile / "MarionetteActivePort"
        until(lambda: port.exists() and port.read_text() != "", "Thunderbird's remote control")
        self._session = Marionette(int(port.read_text()), DEADLINE)
        self._windows.go_to(Kind.MAIN)
        self._windows.read(_REMEMBER, self._account.user, self._account.password)
        self._windows.click("#folderPaneGetMessages", within=MAIL)
        self._mail.show("INBOX")

    def stop(self) -> None:
        """End it, everything it started, and its display."""
        if self._session is not None:
            self._session.close()
        if self._process is not None:
            # The profile is thrown away; there is nothing to save.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._display is not None:
            self._display.terminate()
            self._display.wait()

    def drafts(self, *expected: str) -> list[str]:
        """The subjects listed in Drafts, as soon as they are those expected."""
        self._mail.show("Drafts")
        shown: list[str] = []

        def is_expected() -> bool:
            shown[:] = [row.subject for row in self._mail.rows("Drafts")]
            return shown == list(expected)

        until(is_expected, f"{list(expected)} in Drafts")
        return shown

    def open_draft(self, subject: str) -> Composed:
        """Open the draft of that subject in the composer, and tell what is shown there."""
        self._mail.select("Drafts", subject)
        self._windows.session.press(ENTER)
        self._windows.go_to(Kind.COMPOSER)
        until(lambda: self._windows.read(_COMPOSED) is not None, "the draft in the composer")
        to, subject, text = self._windows.read(_COMPOSED)
        return Composed(to, subject, text)

    def write(self, text: str) -> None:
        """Put a line before the text of the draft in the open composer."""
        self._windows.go_to(Kind.COMPOSER)
        self._windows.click("body", within=TEXT)
        self._windows.session.press(CONTROL, HOME, *text, ENTER)
        script = "return document.body.innerText.startsWith(given[0]);"
        until(lambda: bool(self._windows.read(script, text, within=TEXT)), f"{text} in the text")

    def save(self) -> None:
        """Save the draft in the open composer as a draft, and leave the composer."""
        self._windows.go_to(Kind.COMPOSER)
        _, before = self._windows.read(_SAVED)
        self._windows.click("#button-save")

        def is_saved() -> bool:
            is_busy, draft = self._windows.read(_SAVED)
            return not is_busy and draft != before

        until(is_saved, "the draft saved")
        try:
            self._windows.session.press(CONTROL, "w")
        except Refused as error:
            # The window is gone before the keys are up.
            if error.kind != "no such window":
                raise
        self._await_composer_closed()

    def send(self) -> None:
        """Press Send in the open composer, and wait until it closes, for then it is sent."""
        self._windows.go_to(Kind.COMPOSER)
        self._windows.click("#button-send")
        self._await_composer_closed()

    def delete_draft(self, subject: str) -> None:
        """Select it and press Delete."""
        self._mail.select("Drafts", subject)
        self._windows.session.press(DELETE)
        self._await_gone(subject)

    def move_draft(self, subject: str, folder: str) -> None:
        """Right-click it and choose Move To."""
        row = self._mail.select("Drafts", subject)
        path = folder.split("/")
        self._windows.choose(row.selector, "Move To", self._account.address, *path)
        self._await_gone(subject)

    def thread(self, folder: str) -> list[tuple[int, str]]:
        """A folder as it is shown in threads: each message's depth and subject, from the top."""
        self._mail.show(folder)
        return [(row.depth, row.subject) for row in self._mail.all_rows(folder)]

    def picture(self, name: str) -> Path:
        """Keep a picture of the window that was opened last."""
        path = ARTEFACTS / f"{self.title.casefold()}-{name}.png"
        path.write_bytes(self._windows.topmost())
        return path

    def _open_display(self) -> int:
        reading, writing = os.pipe()
        with open(reading, "rb") as number:  # noqa: PTH123 - a pipe has no path
            try:
                self._display = subprocess.Popen(
                    ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1000x24"],
                    pass_fds=(writing,),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            finally:
                os.close(writing)
            return int(number.readline())

    def _await_gone(self, subject: str) -> None:
        until(
            lambda: subject not in [row.subject for row in self._mail.rows("Drafts")],
            f"Drafts without {subject}",
        )

    def _await_composer_closed(self) -> None:
        until(lambda: not self._windows.has(Kind.COMPOSER), "the composer closed")
        self._windows.go_to(Kind.MAIN)
