"""A mail program in a terminal of its own: tmux, a screen that can be read, and an editor.

Keys go in as from a keyboard. What comes back is the screen alone, so that nothing is believed
that a person would not have seen.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.clients.program import ARTEFACTS, DEADLINE, until
from tests.clients.screen import Screen
from tests.clients.screenshot import FONT, keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COLUMNS, ROWS = 110, 36

_SETTINGS = """
set -g default-terminal tmux-256color
set -g escape-time 0
set -g remain-on-exit on
set -g status off
"""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# As little as an editor can be: the text is shown, and whatever is typed is put before it.
_EDITOR = r"""#!/bin/sh
added=0
while :; do
    printf '\033[2J\033[H== The text ==\r\n'
    cat "$1"
    printf '== %s added; type a line to put first, or Enter alone to leave: ' "$added"
    read -r line || exit 0
    [ -n "$line" ] || exit 0
    { printf '%s\n' "$line"; cat "$1"; } >"$1.new"
    cat "$1.new" >"$1"
    rm "$1.new"
    added=$((added + 1))
done
"""
_TEXT_BEGINS = "== The text =="
_TEXT_ENDS = "or Enter alone to leave:"
_ADDED = re.compile(r"== ([0-9]+) added;")


def not_installed(*programs: str) -> str:
    """Which of the programs, tmux and the font are not here; "" for none."""
    absent = [program for program in (*programs, "tmux") if shutil.which(program) is None]
    if not FONT.exists():
        absent.append("the font DejaVu Sans Mono")
    return " and ".join(absent)


@dataclass
class Terminal:
    """One program in one tmux.

    Attributes:
        title: of the program, for pictures and errors.
        home: the program's home folder; its configuration lies below `config`.
    """

    title: str
    home: Path
    # The path of a Unix socket must be short, and a test's folder may not be.
    _sockets: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fu-")))

    def editor(self) -> Path:
        """Write the editor, and return its path."""
        path = self.home / "editor"
        path.write_text(_EDITOR, encoding="utf-8")
        path.chmod(0o700)
        return path

    def start(self, command: Sequence[str]) -> None:
        """Run a program in the terminal, with nothing of this environment but the paths."""
        (self.home / "tmux.conf").write_text(_SETTINGS, encoding="utf-8")
        environment = {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_RUNTIME_DIR": str(self._sockets),
            "TMPDIR": str(self._sockets),
            "LANG": "C.UTF-8",
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "TZ": "Europe/Berlin",
            "PATH": _PATH,
        }
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        opened = ("new-session", "-d", "-s", "it", "-c", str(self.home), *size, *command)
        self._tmux(*opened, environment=environment)

    def stop(self) -> None:
        """Close the terminal, and see the program end."""
        processes = []
        with suppress(subprocess.CalledProcessError):
            pids = self._tmux("list-panes", "-t", "it", "-F", "#{pane_pid}").split()
            for pid in pids:
                with suppress(psutil.NoSuchProcess):
                    shell = psutil.Process(int(pid))
                    processes += [shell, *shell.children(recursive=True)]
            self._tmux("kill-server")
        _, left = psutil.wait_procs(processes, timeout=10)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def keys(self, *keys: str) -> None:
        """Press keys by tmux's names, such as `Enter`, `C-u` or `y`."""
        self._tmux("send-keys", "-t", "it", "--", *keys)

    def types(self, text: str) -> None:
        """Type a text, character by character."""
        self._tmux("send-keys", "-t", "it", "-l", "--", text)

    def screen(self) -> Screen:
        """What is to be seen now."""
        return Screen.of(self._tmux("capture-pane", "-p", "-e", "-N", "-t", "it"), COLUMNS)

    def sees(self, what: Callable[[Screen], bool], meaning: str) -> Screen:
        """Wait until the screen is as wanted, and return it.

        Raises:
            AssertionError: it never was; the error holds the screen.
        """
        screen = self.screen()

        def seen() -> bool:
            nonlocal screen
            screen = self.screen()
            return what(screen)

        try:
            until(seen, meaning)
        except AssertionError as error:
            raise AssertionError(f"{self.title}: {error}\n{screen.text}") from None
        return screen

    def shows(self, *words: str) -> Screen:
        """Wait until all of the words stand on the screen."""
        return self.sees(lambda screen: all(word in screen.text for word in words), f"{words}")

    def picture(self, name: str) -> Path:
        """Keep the screen as `ARTEFACTS/<program>-<name>.png`, and return its path."""
        return keep(self.screen(), ARTEFACTS / f"{self.title.casefold()}-{name}.png")

    # ---- in the editor

    def text_in_editor(self) -> str:
        """Wait for the editor, and return the text it shows."""
        screen = self.sees(in_editor, "the editor with the text")
        return screen.text.partition(_TEXT_BEGINS)[2].rpartition("\n== ")[0].strip("\n")

    def put_first(self, text: str) -> None:
        """Type a line into the open editor, and see it stand there."""
        added = int(_ADDED.findall(self.sees(in_editor, "the editor").text)[-1])
        self.types(text)
        self.keys("Enter")
        self.shows(f"== {added + 1} added;", text)

    def leave_editor(self) -> None:
        """Press Enter alone, and see the editor go."""
        self.keys("Enter")
        self.sees(lambda screen: not in_editor(screen), "the editor closed")

    def _tmux(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        settings = str(self.home / "tmux.conf")
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self._sockets / "tmux"), "-f", settings, *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=DEADLINE,
            check=True,
            env=environment,
        )
        return done.stdout


def in_editor(screen: Screen) -> bool:
    """Whether the editor is shown and waits for a line."""
    return _TEXT_BEGINS in screen.text and _TEXT_ENDS in screen.text
