"""A desktop's keyring: a session bus and a real, unlocked Secret Service, in a temporary folder.

Nothing of the user's own session is touched: home, runtime folder and bus are all its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Self

from tests.support.processes import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""No services that start by themselves: those of the machine are none of the test's."""


def installed() -> bool:
    """Whether there is a keyring to be started (Debian: gnome-keyring, dbus)."""
    programs = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
    return all(shutil.which(each) for each in programs)


def without_keyring(home: Path) -> dict[str, str]:
    """The environment of a plain user without a desktop, at home in `home`."""
    kept = {"PATH", "LANG", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    environ = {name: value for name, value in os.environ.items() if name in kept}
    return environ | {"HOME": str(home)}


class DesktopKeyring:
    """The bus and the keyring; a context manager that starts and ends both."""

    def __init__(self, folder: Path) -> None:
        """Prepare them in an empty folder."""
        self._folder = folder
        self._runtime = folder / "run"
        self._runtime.mkdir(mode=0o700)
        (folder / "home").mkdir()
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program in that session."""
        return without_keyring(self._folder / "home") | {
            "XDG_RUNTIME_DIR": str(self._runtime),
            "DBUS_SESSION_BUS_ADDRESS": self._bus,
        }

    @property
    def _bus(self) -> str:
        return f"unix:path={self._runtime / 'bus'}"

    def __enter__(self) -> Self:
        configuration = self._folder / "bus.conf"
        text = _BUS.format(socket=self._runtime / "bus")
        configuration.write_text(text, encoding="utf-8")
        try:
            self._start("dbus-daemon", f"--config-file={configuration}", "--nofork")
            self._await((self._runtime / "bus").is_socket)
            keyring = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
            stdin = self._start(*keyring).stdin
            assert stdin is not None
            stdin.write(b"the password of the session")
            stdin.close()
            self._await(self._has_keyring)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=self.environ
            )
        self._started.append(process)
        return process

    def _has_keyring(self) -> bool:
        asked = subprocess.run(
            [
                *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus"),
                *("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"),
                "string:org.freedesktop.secrets",
            ],
            capture_output=True,
            env=self.environ,
            check=True,
            timeout=DEADLINE,
        )
        return b"true" in asked.stdout

    def _await(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not is_there():
            log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
            assert all(each.poll() is None for each in self._started), log
            assert time.monotonic() < deadline, log
            time.sleep(0.02)

    def _end(self) -> None:
        for process in reversed(self._started):
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._started.clear()
