"""Delivers digests in processes that kill themselves at a given moment, as a power cut would.

Usage: python -m tests.support.killed_digest CONFIG STATE. Each line read from standard input holds
a moment and the time it is; a process is forked that delivers once and is killed at that moment,
counted over each transaction and each command to a server. A line is printed for each: `killed`,
or what came of the delivery. The moment `WARM_UP` asks for a delivery that is not forked.
`deliveries` talks to such a process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiosmtplib
import structlog

from followupd.config import load
from followupd.mailbox.wire import Wire
from followupd.service.digesting import deliver
from followupd.service.setup import open_world
from followupd.store import Store
from tests.support.killed import WARM_UP, Fate
from tests.support.seeker import SetClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.store import Transaction


@contextmanager
def deliveries(config: Path, state: Path) -> Iterator[Callable[[int, datetime], str]]:
    """Deliver in other processes: at which moment to be killed (0: at none), and what time it is.

    Let the first be one with `WARM_UP`, which makes those after it several times as fast. What is
    called answers with `killed`, or with what came of the delivery.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.killed_digest", str(config), str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as others:
        assert others.stdin is not None
        assert others.stdout is not None
        asked, answers = others.stdin, others.stdout

        def one(mark: int, now: datetime) -> str:
            asked.write(f"{mark} {now.isoformat()}\n")
            asked.flush()
            return answers.readline().strip()

        yield one
        asked.close()


def _mark_moments(fate: Fate) -> None:
    """Count every commit, and every command to an IMAP or SMTP server."""
    begin, send = Store.begin, Wire.send
    execute, hand_over = aiosmtplib.SMTP.execute_command, aiosmtplib.SMTP.data

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

    async def execute_and_count(self: aiosmtplib.SMTP, *words: Any, **options: Any) -> Any:
        fate.moment()
        response = await execute(self, *words, **options)
        fate.moment()
        return response

    async def data_and_count(self: aiosmtplib.SMTP, *words: Any, **options: Any) -> Any:
        fate.moment()
        response = await hand_over(self, *words, **options)
        fate.moment()
        return response

    Store.begin = begin_and_count  # type: ignore[method-assign]
    Wire.send = send_and_count  # type: ignore[method-assign]
    aiosmtplib.SMTP.execute_command = execute_and_count  # type: ignore[method-assign]
    aiosmtplib.SMTP.data = data_and_count  # type: ignore[method-assign]


def one_delivery(config: str, state: str, now: str, fate: Fate | None = None) -> str:
    """One delivery that ends at the moment that is marked, if any; else what came of it."""
    world = open_world(load(Path(config)), Path(state), SetClock(datetime.fromisoformat(now)))
    if fate is not None:
        _mark_moments(fate)
    try:
        return deliver(world, Path(state)).outcome.value
    finally:
        world.store.close()


def main(config: str, state: str) -> None:
    """See the module's docstring."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    for line in sys.stdin:
        mark, now = line.split()
        if int(mark) == WARM_UP:
            print(one_delivery(config, state, now), flush=True)
            continue
        child = os.fork()
        if child == 0:
            print(one_delivery(config, state, now, Fate(int(mark))), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print("killed", flush=True)
        else:
            assert status == 0, f"the delivery itself failed at moment {mark}"


if __name__ == "__main__":
    main(*sys.argv[1:])
