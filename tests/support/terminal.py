"""A command that runs on a real pseudo-terminal, and whoever sits at it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import re
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

    def __init__(
        self,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        through: tuple[str, ...] = (),
    ) -> None:
        """Start `followupd` with these arguments.

        Args:
            argv: without the program's name.
            environment: all of it.
            through: a program, with its arguments, that starts it in turn, as another user.
        """
        self._master, slave = pty.openpty()
        self.shown = ""
        try:
            self.process = subprocess.Popen(
                [*through, sys.executable, "-m", "followupd", *argv],
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
        self._say(text)

    def answer_each(self, *answers: tuple[str, str]) -> None:
        """Answer questions in this order, each by (prompt, text).

        A prompt that begins with `?` is of a question that need not come.
        """
        waiting = list(answers)
        while waiting:
            possible = [prompt.removeprefix("?") for prompt, _ in waiting]
            # Those that need not come may be passed over, up to the first that must.
            sure = next(n for n, (prompt, _) in enumerate(waiting) if not prompt.startswith("?"))
            found = self._wait_for(*possible[: sure + 1])
            self._say(waiting[found][1])
            waiting = waiting[found + 1 :]

    def interrupt(self, prompt: str, signal: int) -> None:
        """Wait for a question that holds `prompt`, and send the program a signal."""
        self._wait_for(prompt)
        self.process.send_signal(signal)

    @property
    def echoes(self) -> bool:
        """Whether the terminal repeats what is typed."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def end(self) -> tuple[int, str]:
        """The exit code and the standard output, once the program has ended."""
        while self._read():
            pass
        assert self.process.stdout is not None
        return self.process.wait(DEADLINE), self.process.stdout.read()

    def see(self, pattern: re.Pattern[str]) -> str:
        """Wait until something is shown that fits; what it is."""
        while not (found := pattern.search(self.shown)):
            assert self._read(), f"it ended before it showed {pattern.pattern}:\n{self.shown}"
        # More of it may be on its way.
        while not self.shown[found.end() :]:
            assert self._read(), f"it ended within {found[0]}"
            found = pattern.search(self.shown) or found
        return found[0]

    def say(self, text: str) -> None:
        """Type a line without having been asked."""
        self._say(text)

    def _say(self, text: str) -> None:
        os.write(self._master, text.encode() if text == END else f"{text}\n".encode())

    def _wait_for(self, *prompts: str) -> int:
        """Wait for a question that holds one of these; which of them."""
        start = len(self.shown)
        while True:
            # A terminal may break a line between any two words.
            new = " ".join(self.shown[start:].split())
            if self.shown.endswith(": "):
                for number, prompt in enumerate(prompts):
                    if prompt in new:
                        return number
            assert self._read(), f"it ended before it asked {' or '.join(prompts)}:\n{self.shown}"

    def _read(self) -> bool:
        """Read what is shown next; False once the program has ended."""
        ready, _, _ = select.select([self._master], [], [], DEADLINE)
        assert ready, f"nothing more is shown after:\n{self.shown}"
        read = b""
        with suppress(OSError):  # Linux says EIO once nobody has the other end open
            read = os.read(self._master, 4096)
        self.shown += read.decode(errors="replace")
        return bool(read)
