"""Seconds from starting the process until it is ready, and until every mailbox is watched.

The floor is a Python process that imports the same modules and signs in once: no daemon in this
language, with these libraries, can be quicker.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.process import Daemon, Peer, await_that
from bench.progress import say
from bench.server import Mailbox, Server, configuration

if TYPE_CHECKING:
    from pathlib import Path

NAME = "start"
_MODULES = ("followupd.cli.running", "followupd.service.daemon", "followupd.service.systemd")


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Start the floor, a daemon with one mailbox and one with many, in turn."""
    many = 40 if quick else 200
    rounds = 3 if quick else 9
    users = [f"start-{number:03d}" for number in range(many)]
    floors: list[tuple[float, float]] = []
    ones: list[tuple[float, float, float]] = []
    crowds: list[tuple[float, float, float]] = []
    peers: list[float] = []
    with Server(users) as server:
        port, ca_file = server.ports.imaps, server.ca_file
        first = _one_start(server, folder, users[:1])
        _one_start(server, folder, users)
        for number in range(rounds):
            with Peer("floor", str(port), str(ca_file), users[0], *_MODULES) as peer:
                said = peer.says()
                floors.append((said["imported"] - peer.began, said["watching"] - peer.began))
            ones.append(_one_start(server, folder, users[:1]))
            if number % 3 == 0:
                crowds.append(_one_start(server, folder, users))
                with Peer("idle", str(port), str(ca_file), *users) as peer:
                    peers.append(peer.says()["watching"] - peer.began)
            say(f"{NAME}: {number + 1} of {rounds} rounds")
    floor = Sample.of(watching for _, watching in floors)
    imports = Sample.of(imported for imported, _ in floors)
    crowd_floor = Sample.of(peers)
    against, also = "imports and one bare login", f"IMAPClient, {many} threads"
    return [
        Line(
            NAME, "1 mailbox: READY=1", "s", Sample.of(o[0] for o in ones), imports, "the imports"
        ),
        Line(NAME, "1 mailbox: in IDLE", "s", Sample.of(o[1] for o in ones), floor, against),
        Line(
            NAME, "1 mailbox: first look done", "s", Sample.of(o[2] for o in ones), floor, against
        ),
        Line(
            NAME,
            "1 mailbox: the same, first start ever",
            "s",
            Sample.of([first[2]]),
            floor,
            against,
        ),
        Line(
            NAME,
            f"{many} mailboxes: READY=1",
            "s",
            Sample.of(c[0] for c in crowds),
            imports,
            "the imports",
        ),
        Line(
            NAME,
            f"{many} mailboxes: in IDLE",
            "s",
            Sample.of(c[1] for c in crowds),
            crowd_floor,
            also,
        ),
        Line(
            NAME,
            f"{many} mailboxes: first look done",
            "s",
            Sample.of(c[2] for c in crowds),
            crowd_floor,
            also,
        ),
    ]


def _one_start(server: Server, folder: Path, users: list[str]) -> tuple[float, float, float]:
    """Seconds from the start to READY=1, to IDLE everywhere, and to the last first look."""
    state = folder / f"start-{len(users)}"
    state.mkdir(mode=0o700, exist_ok=True)
    config = folder / f"start-{len(users)}.toml"
    mailboxes = [Mailbox(user, server.ports.imaps, server.ca_file) for user in users]
    config.write_text(configuration(mailboxes), encoding="utf-8")
    wanted = frozenset(users)
    await_that(lambda: server.idle_sessions(wanted) == 0, "the last start's sessions gone", 0.1)
    before = time.time()
    with Daemon(config, state) as daemon:
        ready = daemon.ready()
        every = 0.01 if len(users) == 1 else 0.1
        idle = await_that(lambda: server.idle_sessions(wanted) == len(users), "IDLE", every)
        looked = daemon.looked_at(len(users), since=before)
        return ready - daemon.began, idle - daemon.began, looked - daemon.began
