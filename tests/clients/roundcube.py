"""Roundcube, in a browser without a window."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from tests.clients import roundcube_server
from tests.clients.program import ARTEFACTS, until
from tests.clients.roundcube_server import RoundcubeServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.clients.program import Composed, MailAccount, MailProgram
    from tests.clients.roundcube_pages import RoundcubePages

_CHROMIUM = Path("/usr/bin/chromium")

_P = ParamSpec("_P")
_R = TypeVar("_R")


def missing() -> str:
    """What is not installed; "" for nothing."""
    needed = {
        "Chromium (Debian: chromium)": _CHROMIUM.exists(),
        "Playwright (PyPI: playwright)": find_spec("playwright") is not None,
    }
    absent = [what for what, is_here in needed.items() if not is_here]
    return " and ".join(filter(None, (roundcube_server.missing(), *absent)))


def program(account: MailAccount, folder: Path) -> MailProgram:
    """Roundcube on that account; everything it writes goes to the folder."""
    return Roundcube(account, folder)


class Roundcube:
    """A Roundcube of its own, and somebody in front of it.

    The browser is driven in a thread of its own: Playwright leaves an event loop running in the
    thread it is used from, and followupd could not start its own there.
    """

    title = "Roundcube"

    def __init__(self, account: MailAccount, folder: Path) -> None:
        self._account = account
        self._folder = folder
        self._server = RoundcubeServer(account, folder)
        self._browsing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="roundcube")
        self._opened: RoundcubePages | None = None

    def version(self) -> str:
        """Of the Debian package."""
        command = ["dpkg-query", "--show", "--showformat=${Version}", "roundcube-core"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def start(self) -> None:
        """Serve it, start the browser, and sign in."""
        # Only here, so that `missing` can tell where Playwright is not installed.
        from tests.clients.roundcube_pages import RoundcubePages

        self._server.start()
        self._opened = RoundcubePages(self._server.url)
        home = self._folder / "home"
        home.mkdir()
        account = self._account
        self._do(self._opened.open, _CHROMIUM, home, account.user, account.password)

    def stop(self) -> None:
        """Close the browser and end the server."""
        try:
            if self._opened is not None:
                self._do(self._opened.close)
        finally:
            self._browsing.shutdown()
            self._server.stop()

    def drafts(self, *expected: str) -> list[str]:
        """A click on Drafts, again and again, until those expected are listed."""
        listed: list[str] = []

        def as_expected() -> bool:
            listed[:] = self._do(self._pages.listed, "Drafts")
            return sorted(listed) == sorted(expected)

        until(as_expected, f"{list(expected)} in Drafts")
        return listed

    def open_draft(self, subject: str) -> Composed:
        """A click on the draft, and the link Edit in its preview."""
        return self._do(self._pages.edit, subject)

    def write(self, text: str) -> None:
        """Typed at the beginning of the text."""
        self._do(self._pages.type_at_the_top, text)

    def save(self) -> None:
        """The button Save, then the button Mail."""
        self._do(self._pages.save)

    def send(self) -> None:
        """The button Send."""
        self._do(self._pages.send)

    def delete_draft(self, subject: str) -> None:
        """A click on the draft, and the button Delete."""
        self._do(self._pages.delete, subject)

    def move_draft(self, subject: str, folder: str) -> None:
        """A click on the draft, and the folder in the menu More, Move to."""
        self._do(self._pages.move, subject, folder)

    def thread(self, folder: str) -> list[tuple[int, str]]:
        """The folder with the list mode Threads, all unfolded."""
        return self._do(self._pages.threads, folder)

    def picture(self, name: str) -> Path:
        """The page as it is shown."""
        path = ARTEFACTS / f"roundcube-{name}.png"
        self._do(self._pages.picture, path)
        return path

    @property
    def _pages(self) -> RoundcubePages:
        assert self._opened is not None
        return self._opened

    def _do(self, act: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return self._browsing.submit(act, *args, **kwargs).result()
