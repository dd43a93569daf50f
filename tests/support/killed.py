"""Runs passes in processes that kill themselves at a given moment, as a power cut would.

Usage: python -m tests.support.killed. Each line read from standard input is a pass that is wanted;
a process is forked for it, and a line is printed for how it ended. `passes` talks to such a
process: everything is imported once, so that a pass costs little more than it does in the daemon.

The moments are counted over everything that leaves a trace outside of the process:

* before each piece that is sent to the IMAP server, and after it where the command changes
  something; a process that dies after it has asked to read leaves nothing that the next moment
  does not leave as well;
* before and after each piece that is sent to the SMTP server, and twice within the message: in
  the middle of its text, and when all of it is there but the final dot;
* before and after each commit.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from aiosmtplib.protocol import SMTPProtocol

from followupd.config import load
from followupd.mailbox.wire import Wire
from followupd.service.once import whole_pass
from followupd.service.setup import open_world
from followupd.store import Store
from tests.support.seeker import SetClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from followupd.store import Transaction

NEVER = 0
"""The moment that never comes."""

WARM_UP = -1
"""Asks for a pass that is not forked and not counted: what is loaded and compiled once in a process
is there for all that are forked from then on, which makes them four times as fast."""

_IMAP_COMMAND = re.compile(rb"[A-P]{4}\d+ ((?:UID )?[A-Z]+)", re.IGNORECASE)
_SMTP_COMMAND = re.compile(rb"(EHLO|STARTTLS|AUTH|MAIL|RCPT|DATA|RSET|QUIT)\b")
_CHANGING = ("APPEND", "CREATE", "UID STORE", "UID MOVE", "UID COPY", "UID EXPUNGE")
_DOT = b".\r\n"


@dataclass(frozen=True, slots=True)
class End:
    """How a pass ended.

    Attributes:
        killed: whether it was; else it lived.
        moments: those that had come, in words, such as `before IMAP APPEND`; the last one is that
            at which it was killed.
        problem: why a pass that lived did not do its work; "" for one that did.
    """

    killed: bool
    moments: tuple[str, ...]
    problem: str = ""

    def __str__(self) -> str:
        """Where it was killed."""
        where = f"killed at moment {len(self.moments)}, {self.moments[-1]}"
        return where if self.killed else "not killed"


class Fate:
    """Counts moments and ends the process at the marked one."""

    def __init__(self, mark: int, tell: Callable[[Fate], None] = lambda _: None) -> None:
        """Die at moment `mark`, counted from 1; `NEVER` to live.

        Args:
            mark: see above.
            tell: called right before the end.
        """
        self.mark = mark
        self.moments: list[str] = []
        self._tell = tell

    def moment(self, what: str = "") -> None:
        """One more; at the mark this process is no more."""
        self.moments.append(what)
        if len(self.moments) == self.mark:
            self._tell(self)
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def passes() -> Iterator[Callable[[Path, Path, datetime, int], End]]:
    """Make passes in other processes: configuration, state folder, the time, and when to die.

    What is called returns once that process is no more.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.killed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as others:
        assert others.stdin is not None
        assert others.stdout is not None
        asked, answers = others.stdin, others.stdout

        def one(config: Path, state: Path, now: datetime, mark: int) -> End:
            asked.write(json.dumps([str(config), str(state), now.isoformat(), mark]) + "\n")
            asked.flush()
            end = _end(answers.readline())
            assert not end.problem, end.problem
            return end

        yield one
        asked.close()


def count(fate: Fate) -> None:
    """Let every moment of this process from now on be counted."""
    begin, send, write = Store.begin, Wire.send, SMTPProtocol.write
    command = ""

    @contextmanager
    def begin_and_count(self: Store) -> Iterator[Transaction]:
        with begin(self) as transaction:
            yield transaction
            fate.moment("before a commit")  # everything is written, nothing is committed
        fate.moment("after a commit")

    def send_and_count(self: Wire, data: Any) -> None:
        nonlocal command
        found = _IMAP_COMMAND.match(data)
        if found is not None:
            command = found[1].decode("ascii").upper()
        fate.moment(f"before IMAP {command}")
        send(self, data)
        if command in _CHANGING:
            fate.moment(f"after IMAP {command}")

    def write_and_count(self: SMTPProtocol, data: bytes) -> None:
        found = _SMTP_COMMAND.match(data)
        what = found[1].decode("ascii") if found is not None else "text"
        fate.moment(f"before SMTP {what}")
        for piece in _pieces(data):
            write(self, piece)
            fate.moment(f"after SMTP {'dot' if piece == _DOT else what}")

    Store.begin = begin_and_count  # type: ignore[method-assign]
    Wire.send = send_and_count  # type: ignore[method-assign]
    SMTPProtocol.write = write_and_count  # type: ignore[method-assign]


def _pieces(data: bytes) -> Iterable[bytes]:
    """A message in three pieces, the last one its final dot; anything else as it is."""
    if not data.endswith(b"\r\n" + _DOT):
        return [data]
    text = data.removesuffix(_DOT)
    return [text[: len(text) // 2], text[len(text) // 2 :], _DOT]


def one_pass(config: str, state: str, now: str, fate: Fate) -> End:
    """One pass that ends at the moment that is marked."""
    world = open_world(load(Path(config)), Path(state), SetClock(datetime.fromisoformat(now)))
    try:
        failures = whole_pass(world, Path(state))
    finally:
        world.store.close()
    problem = " ".join(failure.problem for failure in failures)
    return End(killed=False, moments=tuple(fate.moments), problem=problem)


def _child(config: str, state: str, now: str, mark: int, answers: int) -> None:
    def told(end: End) -> None:
        with os.fdopen(answers, "w") as answering:
            answering.write(json.dumps(asdict(end)))

    fate = Fate(mark, lambda fate: told(End(killed=True, moments=tuple(fate.moments))))
    count(fate)
    try:
        told(one_pass(config, state, now, fate))
    except BaseException as error:  # noqa: BLE001 - whoever asked for the pass is told
        told(_broken(f"{type(error).__name__}: {error}"))
    os._exit(0)


def _forked(config: str, state: str, now: str, mark: int) -> End:
    """A pass in a process of its own, which is no more when this returns."""
    answers, child_answers = os.pipe()
    child = os.fork()
    if child == 0:
        _child(config, state, now, mark, child_answers)
    os.close(child_answers)
    with os.fdopen(answers) as answering:
        said = answering.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    end = _end(said) if said else _broken("nothing was heard of the process")
    return end if killed == end.killed else _broken(f"{end}, and the process ended with {status}")


def _end(said: str) -> End:
    told = json.loads(said)
    return End(told["killed"], tuple(told["moments"]), told["problem"])


def _broken(problem: str) -> End:
    return End(killed=False, moments=(), problem=problem)


def main() -> None:
    """See the module's docstring."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    for line in sys.stdin:
        config, state, now, mark = json.loads(line)
        if mark == WARM_UP:
            end = one_pass(config, state, now, Fate(NEVER))
        else:
            end = _forked(config, state, now, mark)
        print(json.dumps(asdict(end)), flush=True)


if __name__ == "__main__":
    main()
