"""Runs passes in processes that kill themselves at a given moment, as a power cut would.

Usage: python -m tests.support.killed CONFIG STATE NOW. For each number read from standard input
a process is forked that makes one pass and is killed at that moment; the moments are counted
over everything that leaves a trace: each transaction committed and each IMAP command sent. A
line is printed for each: `killed`, or `lived`.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from followupd.config import load
from followupd.mailbox.wire import Wire
from followupd.service.once import whole_pass
from followupd.service.setup import open_world
from followupd.store import Store
from tests.support.seeker import SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.store import Transaction


class Fate:
    """Counts moments and ends the process at the marked one."""

    def __init__(self, mark: int) -> None:
        """Die at moment `mark`, counted from 1; 0 for never."""
        self.mark = mark
        self.moments = 0

    def moment(self) -> None:
        """One more; at the mark this process is no more."""
        self.moments += 1
        if self.moments == self.mark:
            os.kill(os.getpid(), signal.SIGKILL)


def one_pass(config: str, state: str, now: str, mark: int) -> None:
    """One pass that ends at the moment `mark`."""
    fate = Fate(mark)
    begin, send = Store.begin, Wire.send

    @contextmanager
    def begin_and_count(self: Store) -> Iterator[Transaction]:
        with begin(self) as transaction:
            yield transaction
            fate.moment()  # everything is written, nothing is committed
        fate.moment()  # committed

    def send_and_count(self: Wire, data: Any) -> None:
        fate.moment()
        send(self, data)
        fate.moment()

    Store.begin = begin_and_count  # type: ignore[method-assign]
    Wire.send = send_and_count  # type: ignore[method-assign]
    world = open_world(load(Path(config)), Path(state), SetClock(datetime.fromisoformat(now)))
    failures = whole_pass(world, Path(state))
    assert failures == [], failures


def main(config: str, state: str, now: str) -> None:
    """See the module's docstring."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            one_pass(config, state, now, int(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or status == 0, f"the pass itself failed at moment {line.strip()}"
        print("killed" if killed else "lived", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
