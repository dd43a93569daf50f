"""From a mail's delivery to `answered`, beside a bare loop that waits and fetches the headers.

The same server, one mailbox for each, deliveries in turn. The server holds its notices back
for about half a second (Dovecot's `mailbox_idle_check_interval` and
`imap_idle_notify_interval`); the peer sees when they come, and the median of that is taken off
to show what is followupd's own.
"""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.mail import Employer, answer, deliver, record
from bench.process import DEADLINE, Daemon, Peer
from bench.progress import say
from bench.server import Mailbox, Server, configuration

if TYPE_CHECKING:
    from pathlib import Path

NAME = "notice"

_PEER, _WARM, _COLD = "bare", "warm", "cold"

# Seconds after which the cold daemon gives its second connection back; the real one waits 90.
_SOON = 0.3
_BETWEEN = (1.2, 2.0)
_ANSWERS = "SELECT count(*) FROM events WHERE kind = 'reply_received'"


@dataclass(slots=True)
class _Times:
    """Milliseconds from just before the server's final reply."""

    exists: list[float] = field(default_factory=list)
    headers: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Deliver in turn to the peer, to a daemon in full swing, and to one long undisturbed."""
    rounds = 5 if quick else 20
    times = _Times()
    with ExitStack() as stack:
        server = stack.enter_context(Server([_PEER, _WARM, _COLD]))
        peer = stack.enter_context(
            Peer("watch", str(server.ports.imaps), str(server.ca_file), _PEER)
        )
        for user, quiet in ((_WARM, None), (_COLD, _SOON)):
            state = folder / user
            state.mkdir(mode=0o700)
            config = folder / f"{user}.toml"
            mailbox = Mailbox(user, server.ports.imaps, server.ca_file)
            config.write_text(configuration([mailbox]), encoding="utf-8")
            record(state, user, rounds + 1)
            daemon = stack.enter_context(Daemon(config, state, quiet=quiet))
            daemon.looked_at(1)
        peer.says()
        say(f"{NAME}: both daemons and the bare loop are watching")
        for number in range(rounds + 1):
            one = _Times()
            _round(server, peer, folder, Employer(number), one)
            if number == 0:
                continue  # the first mail pays for what is loaded only once
            for into, value in (
                (times.exists, one.exists),
                (times.headers, one.headers),
                (times.warm, one.warm),
                (times.cold, one.cold),
            ):
                into.extend(value)
            if number % 5 == 0:
                say(f"{NAME}: {number} of {rounds} rounds")
    return _lines(times)


def _round(server: Server, peer: Peer, folder: Path, employer: Employer, times: _Times) -> None:
    lmtp = server.ports.lmtp
    time.sleep(random.uniform(*_BETWEEN))  # noqa: S311 - only out of step with the server
    delivered = deliver(lmtp, _PEER, answer(employer, _PEER))
    said = peer.says()
    times.exists.append((said["exists"] - delivered) * 1000)
    times.headers.append((said["headers"] - delivered) * 1000)
    for user, into in ((_WARM, times.warm), (_COLD, times.cold)):
        time.sleep(random.uniform(*_BETWEEN))  # noqa: S311 - as above
        with closing(sqlite3.connect(f"file:{folder / user}/followupd.db?mode=ro", uri=True)) as db:
            before = _answers(db)
            delivered = deliver(lmtp, user, answer(employer, user))
            into.append((_await_answer(db, before) - delivered) * 1000)


def _await_answer(database: sqlite3.Connection, before: int) -> float:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if _answers(database) > before:
            return time.monotonic()
        time.sleep(0.001)
    raise RuntimeError("the answer was not seen")


def _answers(database: sqlite3.Connection) -> int:
    return int(database.execute(_ANSWERS).fetchone()[0])


def _lines(times: _Times) -> list[Line]:
    notice = Sample.of(times.exists)
    bare = Sample.of(times.headers)
    bare_own = Sample.of(
        after - before for before, after in zip(times.exists, times.headers, strict=True)
    )
    warm, cold = Sample.of(times.warm), Sample.of(times.cold)
    against = "bare IMAPClient loop"
    return [
        Line(NAME, "delivery → server's notice (Dovecot's own delay)", "ms", notice),
        Line(NAME, "delivery → answered, second connection open", "ms", warm, bare, against),
        Line(NAME, "delivery → answered, after a long silence", "ms", cold, bare, against),
        Line(
            NAME,
            "of it after the notice, connection open",
            "ms",
            _less(warm, notice),
            bare_own,
            against,
        ),
        Line(
            NAME,
            "of it after the notice, long silence",
            "ms",
            _less(cold, notice),
            bare_own,
            against,
        ),
    ]


def _less(sample: Sample, notice: Sample) -> Sample:
    # The notice of one mail cannot be seen from outside: the difference of two medians.
    return Sample.of([sample.median - notice.median])
