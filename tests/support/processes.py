"""Server programs that a test starts, and surely ends, with everything they started in turn."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DEADLINE = 60.0
"""Seconds for a start or an end: ample, for the machine may be busy with other tests."""


class Processes:
    """The programs of one server.

    Args:
        name: the server's, for words.
        log: what it has logged so far, for words.
    """

    def __init__(self, name: str, log: Callable[[], str]) -> None:
        self._name = name
        self._log = log
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def running(self) -> bool:
        """Whether any was started and not ended by us."""
        return bool(self._started)

    def start(
        self,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        errors: Path | None = None,
        apart: bool = False,
    ) -> None:
        """Start one program in the foreground.

        Args:
            command: the program and its arguments.
            environment: ours where it is None.
            errors: takes what it says on standard error.
            apart: in a process group of its own, for a program that ends all of its group. Else
                it is in ours, and ends with us when a terminal or a runner ends the group.
        """
        with errors.open("ab") if errors else nullcontext() as sink:
            self._started.append(
                subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=sink or subprocess.DEVNULL,
                    env=environment,
                    process_group=0 if apart else None,
                )
            )

    def await_greeting(self, port: int) -> None:
        """Return once the server greets on a port of 127.0.0.1.

        Raises:
            RuntimeError: a program ended, or nobody greeted in time; everything is ended then.
        """
        self._await(port, lambda connection: bool(connection.recv(4)))

    def await_listening(self, port: int) -> None:
        """Return once somebody listens on a port of 127.0.0.1 and waits to be spoken to.

        Raises:
            RuntimeError: as for `await_greeting`.
        """
        self._await(port, lambda _: True)

    def _await(self, port: int, there: Callable[[socket.socket], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self._started):
                break
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
            ):
                if there(connection):
                    return
            time.sleep(0.02)
        log = self._log()
        self.kill()
        raise RuntimeError(f"{self._name} does not answer on port {port}:\n{log[-2000:]}")

    def stop(self) -> None:
        """Stop as an administrator would; every connection is closed."""
        children = self._children()
        for process in self._started:
            process.terminate()
        self._reap(children)

    def kill(self) -> None:
        """Kill every process at once, as a power cut would."""
        children = self._children()
        for process in self._started:
            process.kill()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._reap(children)

    def _children(self) -> list[psutil.Process]:
        found = []
        for process in self._started:
            with suppress(psutil.NoSuchProcess):
                found += psutil.Process(process.pid).children(recursive=True)
        return found

    def _reap(self, children: list[psutil.Process]) -> None:
        for process in self._started:
            try:
                process.wait(timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=DEADLINE)
        self._started.clear()
        _await_end(children, grace=2.0)


def _await_end(children: list[psutil.Process], *, grace: float) -> None:
    """Return when every process has ended; after `grace` seconds end them by force.

    A zombie counts as ended: in a container nobody may be there to reap it.
    """
    force = time.monotonic() + grace
    deadline = force + DEADLINE
    while (left := [child for child in children if _alive(child)]) and time.monotonic() < deadline:
        if time.monotonic() > force:
            for child in left:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        time.sleep(0.01)


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
