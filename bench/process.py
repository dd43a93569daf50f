"""Processes that are measured from outside: the daemon, a single pass, and the peers."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import psutil

from bench.server import PASSWORD_VARIABLE
from followupd.store.codec import moment_to_text
from tests.support.dovecot import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

DEADLINE = 180.0
"""Seconds after which a measurement is given up."""

_SOON_FORGETS = (
    "import followupd.service.worker as worker; worker.QUIET = {quiet}; "
    "from followupd.cli import main; raise SystemExit(main())"
)


def environment(**more: str) -> dict[str, str]:
    """This process's environment with the password, which is on no command line."""
    return {**os.environ, PASSWORD_VARIABLE: PASSWORD, **more}


def await_that(holds: Callable[[], bool], what: str, every: float = 0.01) -> float:
    """Wait until something holds; the monotonic time at which it did.

    Raises:
        RuntimeError: it did not within `DEADLINE` seconds.
    """
    end = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {DEADLINE:.0f} seconds: {what}")
        time.sleep(every)
    return time.monotonic()


class Usage:
    """Memory and processor time of a process, in MiB and seconds."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    @property
    def rss(self) -> float:
        """Resident memory."""
        return float(self._process.memory_info().rss) / 2**20

    @property
    def uss(self) -> float:
        """Memory that would be free if only this process ended."""
        return float(self._process.memory_full_info().uss) / 2**20

    @property
    def cpu(self) -> float:
        """Processor seconds so far, in user and kernel mode, of all threads."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def threads(self) -> int:
        """Threads now."""
        return int(self._process.num_threads())

    def connections(self, port: int) -> int:
        """Open TCP connections to a port."""
        return sum(
            1
            for each in self._process.net_connections("tcp")
            if each.status == psutil.CONN_ESTABLISHED and tuple(each.raddr)[1:] == (port,)
        )


class Daemon:
    """`followupd run` as a service manager starts it; a context manager that ends it.

    Args:
        config: the configuration.
        state: the state folder.
        quiet: seconds after which the second connection of an account is given back; None
            for the daemon's own 90.
    """

    def __init__(self, config: Path, state: Path, *, quiet: float | None = None) -> None:
        self.state = state
        self._config = config
        self._quiet = quiet
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._place = state.parent / f"{state.name}.notify"
        self._log = state.parent / f"{state.name}.log"
        self._place.unlink(missing_ok=True)
        self._socket.bind(str(self._place))
        self._socket.settimeout(DEADLINE)
        self._process: subprocess.Popen[bytes] | None = None
        self.began = 0.0

    def __enter__(self) -> Self:
        how = ["-m", "followupd"]
        if self._quiet is not None:
            how = ["-c", _SOON_FORGETS.format(quiet=self._quiet)]
        with self._log.open("ab") as log:
            self.began = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, *how, "--config", str(self._config), "run"],
                env=environment(STATE_DIRECTORY=str(self.state), NOTIFY_SOCKET=str(self._place)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            self._process.kill()
            self._process.wait()
        self._socket.close()
        self._place.unlink(missing_ok=True)

    @property
    def usage(self) -> Usage:
        """What it uses."""
        if self._process is None:
            raise RuntimeError("the daemon was not started")
        return Usage(self._process.pid)

    def ready(self) -> float:
        """Wait for READY=1; the monotonic time at which it came."""
        while b"READY=1" not in self._socket.recv(4096):
            pass
        return time.monotonic()

    def looked_at(self, accounts: int, since: float = 0.0) -> float:
        """Wait until so many accounts were passed over; the monotonic time at which they were.

        Args:
            accounts: how many there are.
            since: only passes after that count, in seconds since 1970.
        """
        moment = moment_to_text(datetime.fromtimestamp(since, UTC))
        query = f"SELECT count(*) FROM health WHERE last_pass_at > '{moment}'"  # noqa: S608 - a time
        database = self.state / "followupd.db"
        return await_that(
            lambda: self._asked(database, query) >= accounts, f"{accounts} first looks"
        )

    def _asked(self, database: Path, query: str) -> int:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the daemon has ended:\n{self._log.read_text()[-2000:]}")
        return asked(database, query)


def asked(database: Path, query: str) -> int:
    """The single number that a query on a daemon's database yields; 0 where it cannot be asked."""
    with (
        suppress(sqlite3.OperationalError),  # not there yet, or being made at this moment
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection,
    ):
        return int(connection.execute(query).fetchone()[0])
    return 0


class Peer:
    """One of `bench.peers` in a process of its own, which answers in lines of JSON."""

    def __init__(self, *arguments: str) -> None:
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.peers", *arguments],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def usage(self) -> Usage:
        """What it uses."""
        return Usage(self._process.pid)

    def says(self) -> dict[str, Any]:
        """Its next line.

        Raises:
            RuntimeError: it ended without saying anything.
        """
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            raise RuntimeError("the peer ended without a word")
        said: dict[str, Any] = json.loads(line)
        return said


def finished(arguments: Sequence[str], **more: str) -> float:
    """Run a Python process to its end; the seconds it took.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    took = time.monotonic() - began
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr.decode(errors='replace')[-2000:]}")
    return took
