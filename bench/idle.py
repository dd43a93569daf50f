"""What idle mailboxes cost: memory and processor of a daemon with one and with many.

Six processes idle side by side on one server, each with one mailbox or with many: a daemon
without interviews, a daemon with one that is open (its mailbox is looked at every minute over a
second connection, and every mailbox is searched for it once), and a loop with a thread for each
connection. So whatever else the machine does happens to all of them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.mail import record
from bench.process import Daemon, Peer, await_that
from bench.progress import say
from bench.server import Mailbox, Server, configuration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.process import Usage

NAME = "idle"
_AGAINST = "IMAPClient, a thread each"


@dataclass(slots=True)
class _Idler:
    """One of the six, and what was read off it."""

    name: str
    usage: Usage
    cpu: list[float] = field(default_factory=list)
    cpu_whole: float = 0.0
    uss: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    threads: int = 0


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Let them settle, then watch for a whole renewal of IDLE: five minutes."""
    many = 40 if quick else 200
    slot, slots = (10.0, 2) if quick else (30.0, 10)
    users = [f"idle-{number:03d}" for number in range(many)]
    with ExitStack() as stack:
        server = stack.enter_context(Server([*users, "solo"]))
        idlers = _started(stack, server, folder, [["solo"], users], 2.0 if quick else None)
        say(f"{NAME}: all are in IDLE and have had their first look; letting them settle")
        for idler, count in zip(idlers[:2], (1, many), strict=True):
            _await_settled(idler, count, server.ports.imaps)
        say(f"{NAME}: settled; watching {slot * slots:.0f} seconds")
        _watch(idlers, slot, slots)
    return _lines(idlers, many, slot * slots)


def _await_settled(idler: _Idler, mailboxes: int, port: int) -> None:
    """Wait until the second connections are given back; those of open interviews are kept."""
    await_that(
        lambda: idler.usage.connections(port) <= mailboxes,
        f"the second connections of {idler.name} given back",
        every=1.0,
    )


def _started(
    stack: ExitStack,
    server: Server,
    folder: Path,
    groups: Sequence[Sequence[str]],
    quiet: float | None,
) -> list[_Idler]:
    idlers = []
    for interviews in (0, 1):
        for users in groups:
            name = f"{len(users)}-{interviews}"
            daemon = stack.enter_context(_daemon(server, folder / name, users, interviews, quiet))
            daemon.looked_at(len(users))
            idlers.append(_Idler(f"the daemon {name}", daemon.usage))
    for users in groups:
        peer = stack.enter_context(
            Peer("idle", str(server.ports.imaps), str(server.ca_file), *users)
        )
        peer.says()
        idlers.append(_Idler(f"the peer {len(users)}", peer.usage))
    return idlers


def _daemon(
    server: Server, state: Path, users: Sequence[str], interviews: int, quiet: float | None
) -> Daemon:
    state.mkdir(mode=0o700)
    # Even without interviews: so the store is there, as on every start but the first.
    record(state, users[0], interviews)
    config = state.with_suffix(".toml")
    mailboxes = [Mailbox(user, server.ports.imaps, server.ca_file) for user in users]
    config.write_text(configuration(mailboxes), encoding="utf-8")
    return Daemon(config, state, quiet=None if interviews else quiet)


def _watch(idlers: Sequence[_Idler], slot: float, slots: int) -> None:
    began = {idler.name: idler.usage.cpu for idler in idlers}
    for number in range(slots):
        before = {idler.name: idler.usage.cpu for idler in idlers}
        time.sleep(slot)
        for idler in idlers:
            idler.cpu.append((idler.usage.cpu - before[idler.name]) * 100 / slot)
            idler.uss.append(idler.usage.uss)
            idler.rss.append(idler.usage.rss)
            idler.threads = max(idler.threads, idler.usage.threads)
        say(f"{NAME}: {(number + 1) * slot:.0f} of {slot * slots:.0f} seconds")
    for idler in idlers:
        idler.cpu_whole = idler.usage.cpu - began[idler.name]


def _lines(idlers: Sequence[_Idler], many: int, seconds: float) -> list[Line]:
    one, ours, busy_one, busy, peer_one, peer = idlers
    lines = []
    for what, mine, other in (
        ("1 mailbox", one, peer_one),
        ("1 mailbox, open interview", busy_one, peer_one),
        (f"{many} mailboxes", ours, peer),
        (f"{many} mailboxes, open interview", busy, peer),
    ):
        for quantity, unit, of_ours, of_other in (
            ("USS", "MiB", mine.uss, other.uss),
            ("RSS", "MiB", mine.rss, other.rss),
            ("threads", "", [mine.threads], [other.threads]),
            (f"processor in {seconds:.0f} s", "s", [mine.cpu_whole], [other.cpu_whole]),
            ("processor, part of a core", "%", mine.cpu, other.cpu),
        ):
            mine_, other_ = Sample.of(of_ours), Sample.of(of_other)
            lines.append(Line(NAME, f"{what}: {quantity}", unit, mine_, other_, _AGAINST))
    each_peer = _each(peer, peer_one, many)
    for what, each in (
        ("each further mailbox: USS", _each(ours, one, many)),
        ("each further mailbox, open interview: USS", _each(busy, busy_one, many)),
    ):
        lines.append(Line(NAME, what, "KiB", each, each_peer, _AGAINST))
    return lines


def _each(crowd: _Idler, single: _Idler, many: int) -> Sample:
    pairs = zip(crowd.uss, single.uss, strict=True)
    return Sample.of((more - less) * 1024 / (many - 1) for more, less in pairs)
