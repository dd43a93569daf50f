"""A command that runs on a real pseudo-terminal, and whoever sits at it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

DEADLINE = 60.0
"""Seconds after which a program that says nothing has failed."""

END = "\x04"
"""Ctrl-D at the beginning of a line."""


class AtTerminal:
    """A command whose standard input and error are a terminal, while its output is read by another.

    So is `id=$(followupd add)`.
    """

    def __init__(self, argv: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Start `followupd` with these arguments."""
        self._master, slave = pty.openpty()
        self.shown = ""
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "followupd", *argv],
                stdin=slave,
                stdout=subprocess.PIPE,
                stderr=slave,
                env=environment,
                text=True,
            )
        finally:
            os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        os.close(self._master)

    def answer(self, prompt: str, text: str) -> None:
        """Wait for a question that holds `prompt`, and answer it."""
        self._wait_for(prompt)
        os.write(self._master, text.encode() if text == END else f"{text}\n".encode())

    def interrupt(self, prompt: str, signal: int) -> None:
        """Wait for a question that holds `prompt`, and send the program a signal."""
        self._wait_for(prompt)
        self.process.send_signal(signal)

    def end(self) -> tuple[int, str]:
        """The exit code and the standard output, once the program has ended."""
        while self._read():
            pass
        assert self.process.stdout is not None
        return self.process.wait(DEADLINE), self.process.stdout.read()

    def _wait_for(self, prompt: str) -> None:
        start = len(self.shown)
        while not (prompt in self.shown[start:] and self.shown[start:].endswith(": ")):
            assert self._read(), f"it ended before it asked {prompt!r}:\n{self.shown}"

    def _read(self) -> bool:
        """Read what is shown next; False once the program has ended."""
        ready, _, _ = select.select([self._master], [], [], DEADLINE)
        assert ready, f"nothing more is shown after:\n{self.shown}"
        read = b""
        with suppress(OSError):  # Linux says EIO once nobody has the other end open
            read = os.read(self._master, 4096)
        self.shown += read.decode(errors="replace")
        return bool(read)
