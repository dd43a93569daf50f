"""Tries of `check --write` in processes that kill themselves at a given moment, as by a power cut.

Usage: python -m tests.support.killed_check CONFIG STATE. Each line read from standard input is a
moment; a process is forked that lays its draft and takes it back once, and is killed at that
moment, counted over each command to the IMAP server. A line is printed for each: `killed` and the
moment in words, or `lived` and what it said. `tries` talks to such a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from followupd.cli.checks.line import Wall
from followupd.cli.checks.writing import Writer
from followupd.config import load
from followupd.credentials import server_secret
from followupd.mailbox.connection import Connection
from followupd.mailbox.folders import find_folders
from followupd.service.clock import SystemClock
from tests.support.killed import Fate, count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.config import Settings


@contextmanager
def tries(config: Path, state: Path) -> Iterator[Callable[[int], str]]:
    """Try in other processes; what is called is given the moment to be killed at (0: at none)."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.killed_check", str(config), str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as others:
        assert others.stdin is not None
        assert others.stdout is not None
        asked, answers = others.stdin, others.stdout

        def one(mark: int) -> str:
            asked.write(f"{mark}\n")
            asked.flush()
            return answers.readline().strip()

        yield one
        asked.close()


def one_try(settings: Settings, state: Path, mark: int) -> str:
    """One try that ends at the moment `mark`; else what it said."""
    (account,) = settings.accounts
    secret = server_secret(account.name, account.imap)
    connection = Connection.open(account.imap, secret.reveal())
    roles = find_folders(connection.folders(), account.imap)
    count(Fate(mark, lambda fate: print(f"killed {fate.moments[-1]}", flush=True)))
    clock = SystemClock()
    wall = Wall(clock.now(), settings.user.timezone)
    writer = Writer(account, settings.user, connection, roles, clock, wall)
    said = [f"{each.state.value}: {each.detail}" for each in writer.checks(state)]
    return f"lived {said[0]}"


def main(config: str, state: str) -> None:
    """See the module's docstring."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    settings = load(Path(config))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(one_try(settings, Path(state), int(line)), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
