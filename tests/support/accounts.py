"""Several accounts in one daemon: their configuration, what is told of each, and what is logged."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from followupd.config import load
from followupd.mailbox.watch import Pace
from followupd.service.daemon import Daemon
from followupd.service.systemd import Notifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, MutableMapping
    from pathlib import Path

    from followupd.config import Imap
    from tests.support.seeker import Seeker

DEADLINE = 60.0

QUICK = Pace(renew=60.0, poll=60.0, refused=600.0, missing=600.0, first=0.05, most=0.1, window=0.0)
"""Failures are tried again at once; rests are longer than any test."""

_USER = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"
"""

PASSWORD_IN_ENVIRONMENT = '{ env = "FOLLOWUPD_TEST_PASSWORD" }'


@dataclass(frozen=True, slots=True)
class AccountText:
    """One account of a configuration.

    Attributes:
        name: its name.
        imap: where it is; of the password only that there is one.
        password: where that comes from, as TOML; "" for an account with `oauth`.
        oauth: the lines of `[accounts.oauth]`; "" for none.
        limits: the lines of `[accounts.limits]`.
        more: further sections.
    """

    name: str
    imap: Imap
    password: str = PASSWORD_IN_ENVIRONMENT
    oauth: str = ""
    limits: str = "connects_per_minute = 600"
    more: str = ""

    def __str__(self) -> str:
        """As TOML."""
        lines = [
            "[[accounts]]",
            f'name = "{self.name}"',
            f'address = "robin@{self.name}.example"',
            "[accounts.imap]",
            f'host = "{self.imap.host}"',
            f"port = {self.imap.port}",
            f'security = "{self.imap.security.value}"',
            f'username = "{self.imap.username}"',
        ]
        if self.password:
            lines.append(f"password = {self.password}")
        if self.imap.ca_file is not None:
            lines.append(f'ca_file = "{self.imap.ca_file}"')
        if self.oauth:
            lines += ["[accounts.oauth]", self.oauth]
        return "\n".join([*lines, "[accounts.limits]", self.limits, self.more, ""])


def write_configuration(folder: Path, *accounts: AccountText) -> None:
    """Write the configuration that a `Seeker` over that folder uses."""
    text = "\n".join([_USER, *map(str, accounts)])
    (folder / "config.toml").write_text(text, encoding="utf-8")


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > DEADLINE:
            raise AssertionError(f"not within {DEADLINE} seconds: {what}")
        await asyncio.sleep(0.02)


@dataclass
class Told:
    """What a running daemon tells.

    Attributes:
        daemon: it.
        log: every line, oldest first.
        states: what systemd is told, oldest first.
    """

    daemon: Daemon
    log: list[MutableMapping[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def lines(
        self, event: str, account: str = "", **more: object
    ) -> list[MutableMapping[str, Any]]:
        """The lines of one event, of one account where one is given."""
        wanted = {"event": event, **({"account": account} if account else {}), **more}
        return [line for line in self.log if wanted.items() <= line.items()]

    def loud(self, account: str) -> list[MutableMapping[str, Any]]:
        """What is told of an account as a warning or an error."""
        return [
            line
            for line in self.log
            if line.get("account") == account and line["log_level"] in ("warning", "error")
        ]

    @property
    def status(self) -> str:
        """The last sentence that systemd was told."""
        said = [
            line.removeprefix("STATUS=")
            for state in self.states
            for line in state.splitlines()
            if line.startswith("STATUS=")
        ]
        return said[-1] if said else ""


def problem(seeker: Seeker, account: str) -> str:
    """What `list` and the digest say of an account; "" for nothing."""
    with seeker.world.store.look() as reading:
        health = reading.health(account)
    return health.problem if health is not None else ""


@asynccontextmanager
async def running(
    seeker: Seeker, pace: Pace | None = QUICK, *, wait: bool = True
) -> AsyncIterator[Told]:
    """The daemon at work; with `wait` after its first look at every account."""
    address = seeker.folder / "notify"
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.setblocking(False)
    manager.bind(str(address))
    daemon = Daemon(
        seeker.world,
        seeker.state,
        notifier=Notifier({"NOTIFY_SOCKET": str(address)}),
        reread=lambda: load(seeker.config),
        pace=pace,
    )
    told = Told(daemon)
    loop = asyncio.get_running_loop()

    def heard() -> None:
        with suppress(BlockingIOError):
            told.states.append(manager.recv(65_536).decode())

    loop.add_reader(manager.fileno(), heard)
    with structlog.testing.capture_logs() as told.log:
        task = asyncio.create_task(daemon.run())
        try:
            if wait:
                async with asyncio.timeout(DEADLINE):
                    await daemon.watching.wait()
            yield told
        finally:
            daemon.stop()
            async with asyncio.timeout(DEADLINE):
                await task
            loop.remove_reader(manager.fileno())
            manager.close()
            address.unlink()
