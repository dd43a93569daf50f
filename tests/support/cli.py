"""The command line as a test talks to it: one configuration, one store, a clock that stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from followupd.cli import main
from followupd.store import Store
from tests.support.newstate import lay_new_database

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from followupd.domain.events import Event
    from tests.support.stories import Story

CONFIG = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"

[[accounts]]
name = "personal"
address = "robin@example.org"
aliases = ["r.doe@example.net"]
[accounts.imap]
host = "127.0.0.1"
port = 9
security = "none"
password = { env = "FOLLOWUPD_TEST_NO_SUCH_VARIABLE" }
"""


@dataclass(slots=True)
class StandingClock:
    """A clock that only the test moves."""

    moment: datetime

    def now(self) -> datetime:
        """This moment, in UTC."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@dataclass(slots=True)
class Shell:
    """Runs commands in this process, on a configuration and a state folder of its own."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    clock: StandingClock = field(default_factory=lambda: StandingClock(_berlin("2026-12-01 10:00")))

    @classmethod
    def make(
        cls, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> Shell:
        """A shell in `folder`, at 10:00 on Tuesday 1 December 2026 in Berlin."""
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        for variable in (
            "FOLLOWUPD_CONFIG",
            "FOLLOWUPD_DEBUG",
            "STATE_DIRECTORY",
            "FORCE_COLOR",
            "NO_COLOR",
            "COLUMNS",
            "JOURNAL_STREAM",
        ):
            monkeypatch.delenv(variable, raising=False)
        shell = cls(folder, capsys)
        shell.configure(CONFIG)
        return shell

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "config" / "followupd" / "config.toml"

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "state" / "followupd" / "followupd.db"

    def configure(self, text: str) -> None:
        """Write the configuration."""
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text)

    def at(self, wall: str) -> None:
        """Set the clock, as it shows in Berlin: "2026-12-01 10:00"."""
        self.clock.moment = _berlin(wall)

    def run(self, *argv: str) -> Result:
        """Run one command."""
        self.capsys.readouterr()
        code = main(argv, self.clock)
        said = self.capsys.readouterr()
        return Result(code, said.out, said.err)

    def did(self, *argv: str) -> Result:
        """Run one command that must succeed."""
        result = self.run(*argv)
        assert result.code == 0, result.err
        return result

    def add(self, *options: str, company: str = "Acme", held: str = "2026-11-30 14:00") -> str:
        """Record an interview; its id as printed."""
        lay_new_database(self.database)
        result = self.did("add", company, "--role", "Engineer", "--held", held, *options)
        return result.out.splitlines()[0]

    def record(self, number: int, *events: Event) -> None:
        """Record events as the daemon would."""
        lay_new_database(self.database)
        store = Store.open(self.database)
        with store.begin() as transaction:
            for event in events:
                transaction.append(number, event)
        store.close()

    def live(self, story: Story) -> int:
        """Record a whole story; its number."""
        lay_new_database(self.database)
        store = Store.open(self.database)
        first, *rest = story.events
        assert first.kind == "added"
        with store.begin() as transaction:
            number = transaction.add(first)
            for event in rest:
                transaction.append(number, event)
        store.close()
        self.clock.moment = max(self.clock.moment, story.now)
        return number


def _berlin(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
