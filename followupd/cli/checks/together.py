"""Several accounts side by side: one that hangs holds up the lines of no other.

Each account is tried in a thread of its own. Its lines are given together when it is done, and as
they come once it is the only one left. What is not done after `SECONDS` is given up: a keyring
that waits for its password, or a server that answers a word a minute.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from followupd.cli.checks.line import Check

    Run = Callable[[], Iterator[Check]]

SECONDS: Final = 120.0
"""How long one account may take; every single step is bounded more tightly by itself."""

QUIET: Final = 2.0
"""After how many seconds without a line it is said what is waited for."""

_AT_ONCE: Final = 8


@dataclass(slots=True)
class _Going:
    """One account while it is tried.

    Attributes:
        kept: its lines so far that were not given yet.
        last: what was tried last.
    """

    kept: list[Check] = field(default_factory=list)
    last: str = ""


def side_by_side(
    runs: Mapping[str, Run],
    waiting: Callable[[str], None],
    seconds: float = SECONDS,
    quiet: float = QUIET,
) -> Iterator[Check]:
    """Every line of every account.

    Args:
        runs: by the account's name, what gives its lines; in the order of the configuration.
        waiting: told what is waited for, at the beginning and when nothing comes for a while.
        seconds: after which an account is given up.
        quiet: how long that while is, in seconds.
    """
    heard: queue.SimpleQueue[tuple[str, Check | None]] = queue.SimpleQueue()
    free = threading.Semaphore(_AT_ONCE)
    for name, run in runs.items():
        # Daemon threads: one that is given up must not keep the command from ending.
        threading.Thread(target=_follow, args=(name, run, heard, free), daemon=True).start()
    going = {name: _Going() for name in runs}
    rounds = -(-len(runs) // _AT_ONCE)
    until = time.monotonic() + seconds * max(rounds, 1)
    told = _waited_for(going)
    waiting(told)
    while going:
        try:
            name, check = heard.get(timeout=min(max(until - time.monotonic(), 0.0), quiet))
        except queue.Empty:
            if time.monotonic() >= until:
                break
            if told != (told := _waited_for(going)):
                waiting(told)
            continue
        if check is None:
            yield from going.pop(name).kept
        else:
            going[name].kept.append(check)
            going[name].last = check.check
        if len(going) == 1:
            (only,) = going.values()
            yield from only.kept
            only.kept.clear()
    for name, each in going.items():
        yield from each.kept
        after = f" after the line {each.last}" if each.last else ""
        what = f"it took longer than {seconds:.0f} seconds; the rest{after} was not tried"
        advice = "see whether a keyring or a command waits for an answer; then try it alone"
        yield replace(failed("time", what, f"{advice}: `followupd check {name}`"), account=name)


def _waited_for(going: Mapping[str, _Going]) -> str:
    named = (f"{name} (after {each.last})" if each.last else name for name, each in going.items())
    return f"Trying {', '.join(named)}"


def _follow(
    name: str,
    run: Run,
    heard: queue.SimpleQueue[tuple[str, Check | None]],
    free: threading.Semaphore,
) -> None:
    with free:
        try:
            for check in run():
                heard.put((name, replace(check, account=name)))
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not hide the other lines
            what = f"an internal error ({type(error).__name__})"
            advice = f"`FOLLOWUPD_DEBUG=1 followupd check {name}` shows where; please report it"
            heard.put((name, replace(failed("check", what, advice), account=name)))
        finally:
            heard.put((name, None))
