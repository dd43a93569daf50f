"""What idle mailboxes cost: memory and processor of a daemon with one and with many.

Four processes idle side by side on one server: a daemon and a thread-for-each-connection loop,
each with one mailbox and with many. So whatever else the machine does happens to all of them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
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
    """One of the four, and what was read off it."""

    name: str
    usage: Usage
    cpu: list[float] = field(default_factory=list)
    cpu_whole: float = 0.0
    uss: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    uss_busy: float = 0.0
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
        for idler in idlers:
            idler.uss_busy = idler.usage.uss
        for idler, count in zip(idlers, (1, many, 1, many), strict=True):
            await_that(
                lambda idler=idler, count=count: (
                    idler.usage.connections(server.ports.imaps) <= count
                ),  # type: ignore[misc]
                f"the second connections of {idler.name} given back",
                every=1.0,
            )
        say(f"{NAME}: settled; watching {slot * slots:.0f} seconds")
        _watch(idlers, slot, slots)
    return _lines(idlers, many, slot * slots)


def _started(
    stack: ExitStack,
    server: Server,
    folder: Path,
    groups: Sequence[Sequence[str]],
    quiet: float | None,
) -> list[_Idler]:
    port, ca_file = server.ports.imaps, server.ca_file
    daemons = []
    for users in groups:
        state = folder / f"daemon-{len(users)}"
        state.mkdir(mode=0o700)
        config = folder / f"daemon-{len(users)}.toml"
        mailboxes = [Mailbox(user, port, ca_file) for user in users]
        config.write_text(configuration(mailboxes), encoding="utf-8")
        daemons.append(stack.enter_context(Daemon(config, state, quiet=quiet)))
    for daemon, users in zip(daemons, groups, strict=True):
        daemon.looked_at(len(users))
    peers = [stack.enter_context(Peer("idle", str(port), str(ca_file), *users)) for users in groups]
    for peer in peers:
        peer.says()
    return [
        _Idler("the daemon with one", daemons[0].usage),
        _Idler("the daemon with many", daemons[1].usage),
        _Idler("the peer with one", peers[0].usage),
        _Idler("the peer with many", peers[1].usage),
    ]


def _watch(idlers: Sequence[_Idler], slot: float, slots: int) -> None:
    began = {idler.name: idler.usage.cpu for idler in idlers}
    for number in range(slots):
        before = {idler.name: idler.usage.cpu for idler in idlers}
        time.sleep(slot)
        for idler in idlers:
            idler.cpu.append((idler.usage.cpu - before[idler.name]) * 1000 / slot)
            idler.uss.append(idler.usage.uss)
            idler.rss.append(idler.usage.rss)
            idler.threads = max(idler.threads, idler.usage.threads)
        say(f"{NAME}: {(number + 1) * slot:.0f} of {slot * slots:.0f} seconds")
    for idler in idlers:
        idler.cpu_whole = idler.usage.cpu - began[idler.name]


def _lines(idlers: Sequence[_Idler], many: int, seconds: float) -> list[Line]:
    one, ours, peer_one, peer = idlers
    lines = []
    for what, mine, other in (("1 mailbox", one, peer_one), (f"{many} mailboxes", ours, peer)):
        lines += [
            Line(NAME, f"{what}: USS", "MiB", Sample.of(mine.uss), Sample.of(other.uss), _AGAINST),
            Line(NAME, f"{what}: RSS", "MiB", Sample.of(mine.rss), Sample.of(other.rss), _AGAINST),
            Line(
                NAME,
                f"{what}: threads",
                "",
                Sample.of([mine.threads]),
                Sample.of([other.threads]),
                _AGAINST,
            ),
            Line(
                NAME,
                f"{what}: processor, ms in a second",
                "ms/s",
                Sample.of(mine.cpu),
                Sample.of(other.cpu),
                _AGAINST,
            ),
            Line(
                NAME,
                f"{what}: processor in {seconds:.0f} s",
                "s",
                Sample.of([mine.cpu_whole]),
                Sample.of([other.cpu_whole]),
                _AGAINST,
            ),
        ]
    each = [(a - b) * 1024 / (many - 1) for a, b in zip(ours.uss, one.uss, strict=True)]
    each_peer = [(a - b) * 1024 / (many - 1) for a, b in zip(peer.uss, peer_one.uss, strict=True)]
    busy = (ours.uss_busy - one.uss_busy) * 1024 / (many - 1)
    lines += [
        Line(
            NAME,
            "each further mailbox: USS",
            "KiB",
            Sample.of(each),
            Sample.of(each_peer),
            _AGAINST,
        ),
        Line(
            NAME, "the same right after the first look (two connections)", "KiB", Sample.of([busy])
        ),
    ]
    return lines
