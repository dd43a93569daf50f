"""Robin's terminal: followupd's own commands, run in this process on the story's clock."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from followupd.cli import main
from followupd.errors import FollowupdError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from followupd.service.clock import Clock


class Terminal:
    """Runs commands as if they were typed.

    Args:
        config: the configuration.
        state: the daemon's state folder.
        clock: the story's.
    """

    def __init__(self, config: Path, state: Path, clock: Clock) -> None:
        self._config = config
        self._state = state
        self._clock = clock

    def run(self, *words: str) -> str:
        """Run `followupd` with these words; what it prints to standard output.

        Raises:
            FollowupdError: the command failed; the message is what it said.
        """
        out, err = io.StringIO(), io.StringIO()
        # Else a FORCE_COLOR of the user's own would put escape sequences into what is kept.
        with _environment(STATE_DIRECTORY=str(self._state), FORCE_COLOR=""):  # noqa: SIM117 - the streams go back before the variables
            with redirect_stdout(out), redirect_stderr(err):
                code = main([*words, "--config", str(self._config)], self._clock)
        if code != 0:
            said = " ".join(err.getvalue().split())
            raise FollowupdError(f"`followupd {words[0]}` failed: {said}")
        return out.getvalue()


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
