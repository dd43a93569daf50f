"""The stage: a mailbox, the real daemon watching it, and a clock that the story sets.

Nothing here pretends. The daemon is the one that `followupd run` starts; it talks to the embedded
server over a socket and writes its own database in a temporary folder. It takes a clock that was
set for one that jumped, as after a suspend, and looks at everything at once. What the story tells
is read back from the database and the mailbox.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from followupd.config import load
from followupd.demo.daemonthread import DaemonThread
from followupd.demo.mailprogram import MailProgram
from followupd.demo.server import PASSWORD, USER, MailServer
from followupd.demo.terminal import Terminal
from followupd.domain.events import Added
from followupd.domain.folding import fold
from followupd.domain.plan import plan
from followupd.errors import FollowupdError
from followupd.service.daemon import JUMP
from followupd.service.setup import open_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.service.world import World

ACCOUNT = "demo"
ZONE = ZoneInfo("Europe/Berlin")
WITHIN = 20.0
"""Seconds in which whatever the story expects has to happen."""

_TICK = timedelta(seconds=2 * JUMP)
"""A step of the clock that the daemon takes for a jump."""

_LOOK_EVERY = 0.002

_CONFIGURATION = """\
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"

[[accounts]]
name = "{account}"
address = "robin@example.org"

[accounts.imap]
host = "{host}"
port = {port}
security = "none"
username = "{user}"
password = {{ file = "password" }}
folders = ["INBOX"]
drafts = "Drafts"
sent = "Sent"
trash = "Trash"
"""

_T = TypeVar("_T")


class DidNotHappen(FollowupdError):  # noqa: N818 - named like the errors of errors.py
    """Something that the story is about did not happen."""


@dataclass(frozen=True, slots=True)
class News:
    """An event that the daemon, or Robin, recorded.

    Attributes:
        history: the interview as it stood just before it.
        event: what happened.
        why: the plan's reason for the draft that was laid or the closing, else "".
    """

    history: History
    event: Event
    why: str = ""


class _Clock:
    """Stands still until it is set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to, in UTC."""
        return self.moment


class Stage:
    """See the module's docstring; `opened` makes one.

    Attributes:
        server: the embedded server.
        mail: Robin's mail program.
        world: the daemon's own: settings, store, templates, clock, working days.
    """

    def __init__(
        self,
        folder: Path,
        server: MailServer,
        mail: MailProgram,
        terminal: Terminal,
        world: World,
        clock: _Clock,
    ) -> None:
        self._folder = folder
        self.server = server
        self.mail = mail
        self._terminal = terminal
        self.world = world
        self._clock = clock
        self._daemon: DaemonThread | None = None
        self._told = 0

    # ---- time

    @property
    def now(self) -> datetime:
        """The story's time, in Robin's zone."""
        return self._clock.now().astimezone(ZONE)

    def set_clock(self, moment: str) -> None:
        """Set the clock to a moment such as `2026-12-08 09:00`, Robin's wall time."""
        self._clock.moment = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)

    def tick(self) -> None:
        """Let some seconds go by, so that the daemon looks at every folder."""
        self._clock.moment += _TICK

    def passes(self, count: int) -> None:
        """Wait until the daemon has gone `count` times through everything from now on.

        Raises:
            DidNotHappen: it did not.
        """
        # The first one seen to end may have begun before; so one more.
        for _ in range(count + 1):
            self.tick()
            self.until("the daemon looks through the mailbox", self._passed)

    def _passed(self) -> bool:
        with self.world.store.look() as reading:
            health = reading.health(ACCOUNT)
        return health is not None and health.last_pass_at == self._clock.now()

    def _problem(self) -> str:
        with self.world.store.look() as reading:
            health = reading.health(ACCOUNT)
        return f" (the daemon says: {health.problem})" if health and health.problem else ""

    # ---- what happens

    def command(self, *words: str) -> str:
        """Run one of followupd's commands; what it prints.

        Raises:
            DidNotHappen: it failed.
        """
        try:
            return self._terminal.run(*words)
        except FollowupdError as error:
            raise DidNotHappen(str(error)) from error

    def until(self, what: str, found: Callable[[], _T | None]) -> _T:
        """Look until `found` gives something true.

        Args:
            what: what is waited for, said in the error.
            found: looks.

        Raises:
            DidNotHappen: not in time, or the daemon ended.
        """
        deadline = time.monotonic() + WITHIN
        while True:
            if result := found():
                return result
            if self._daemon is not None and self._daemon.has_ended:
                error = self._daemon.error
                raise DidNotHappen(f"the daemon ended before this: {what}") from error
            if time.monotonic() > deadline:
                said = f"this did not happen within {WITHIN:.0f} seconds: {what}"
                raise DidNotHappen(said + self._problem())
            time.sleep(_LOOK_EVERY)

    def news(self) -> list[News]:
        """What was recorded since the last call, oldest first."""
        with self.world.store.look() as reading:
            chronicles = reading.chronicles()
        news: dict[int, News] = {}
        for chronicle in chronicles:
            events = chronicle.events
            for place, recorded in enumerate(events):
                if recorded.id <= self._told or isinstance(recorded.event, Added):
                    continue
                before = fold(chronicle.interview_id, (known.event for known in events[:place]))
                why = self._why(before, recorded.event)
                news[recorded.id] = News(before, recorded.event, why)
        self._told = max(news, default=self._told)
        return [news[event_id] for event_id in sorted(news)]

    def history(self, number: int) -> History:
        """An interview as it stands."""
        return self.world.histories()[number]

    def plan(self, number: int) -> Plan:
        """Its plan as of now."""
        return self.world.plan(self.history(number))

    def step(self, number: int, name: str) -> PlannedStep:
        """A step of its plan.

        Raises:
            DidNotHappen: the plan has no such step.
        """
        for step in self.plan(number).steps:
            if step.step == name:
                return step
        raise DidNotHappen(f"interview {number} has no step {name}")

    def _why(self, before: History, event: Event) -> str:
        """The reason that the plan gave when it asked for what was then done."""
        world = self.world
        asked = plan(before, world.settings.cadence, world.workdays, event.at)
        if event.kind == "closed":
            return asked.close or ""
        if event.kind != "draft_queued":
            return ""
        rung = (event.step, event.cycle, event.person)
        due = (s for s in asked.queue if s.person and (s.step, s.cycle, s.person.key) == rung)
        return next((step.reason for step in due), "")

    # ---- the daemon

    @contextmanager
    def watched(self) -> Iterator[None]:
        """The daemon runs while this lasts.

        Raises:
            DidNotHappen: it does not come up.
        """
        with DaemonThread(self.world, self._folder) as self._daemon:
            self.until("the daemon watches the mailbox", self._daemon.is_watching)
            yield


@contextmanager
def opened(begins: str) -> Iterator[Stage]:
    """A stage with an empty mailbox, at the moment `begins`; everything is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="followupd-demo-")))
        server = stack.enter_context(MailServer())
        mail = stack.enter_context(MailProgram(server.host, server.port, USER, PASSWORD))
        mail.create_folders()
        clock = _Clock(datetime.fromisoformat(begins).replace(tzinfo=ZONE))
        config = _configuration(folder, server)
        world = open_world(load(config), folder, clock)
        stack.callback(world.store.close)
        terminal = Terminal(config, folder, clock)
        yield Stage(folder, server, mail, terminal, world, clock)


def _configuration(folder: Path, server: MailServer) -> Path:
    """Write the configuration that a user would have written."""
    secret = folder / "password"
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{PASSWORD}\n")
    path = folder / "config.toml"
    text = _CONFIGURATION.format(account=ACCOUNT, host=server.host, port=server.port, user=USER)
    path.write_text(text, encoding="utf-8")
    return path
