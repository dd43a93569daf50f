"""What a first look at a large mailbox costs, beside fetching the headers of all its mail.

In clear text on loopback, through a relay that counts. Each repetition has mailboxes that the
server has never opened: then it has nothing in its cache, as after a move. The second look is
the ordinary one, with nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.figures import Line, Sample
from bench.mail import copy, fill, record
from bench.process import asked, finished
from bench.progress import say
from bench.server import Mailbox, Server, configuration
from bench.traffic import Relay

if TYPE_CHECKING:
    from pathlib import Path

    from bench.traffic import Traffic

NAME = "first-look"
_EMPLOYERS = 20
_AGAINST = "all headers"


@dataclass(slots=True)
class _Runs:
    """What passed over the wire, and the seconds of the whole process."""

    traffic: list[Traffic] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)

    def add(self, relay: Relay, took: float) -> None:
        """One more run has ended."""
        self.traffic.append(relay.taken())
        self.whole.append(took)

    @property
    def kib(self) -> Sample:
        """KiB in both directions."""
        return Sample.of((each.up + each.down) / 1024 for each in self.traffic)

    @property
    def seconds(self) -> Sample:
        """From connecting to the last byte."""
        return Sample.of(each.seconds for each in self.traffic)


def measure(folder: Path, *, quick: bool) -> list[Line]:
    """Look at fresh copies of one mailbox, in turn with the peer."""
    messages = 2000 if quick else 20_000
    rounds = 2 if quick else 5
    # One name and so one uid for all copies: they are links to the same files.
    users = [_named(number) for number in range(2 * rounds)]
    ours, warm, again, theirs, theirs_again = (_Runs() for _ in range(5))
    with Server([*users, "template"]) as server, Relay(server.ports.imap) as relay:
        uid = server.uid_of(users[0])
        say(f"{NAME}: writing {messages:,} messages")
        fill(server.home_of("template") / "Maildir", messages, _EMPLOYERS, uid)
        for number in range(rounds):
            for user in users[2 * number : 2 * number + 2]:
                copy(server.home_of("template") / "Maildir", server.home_of(user) / "Maildir", uid)
            mine, other = users[2 * number : 2 * number + 2]
            config = folder / f"{mine}.toml"
            config.write_text(configuration([Mailbox(mine, relay.port, None)]), encoding="utf-8")
            order = (True, False) if number % 2 == 0 else (False, True)
            for is_ours in order:
                if is_ours:
                    _look(relay, folder, config, mine, "a", ours, new=True)
                    _look(relay, folder, config, mine, "a", again, new=False)
                    _look(relay, folder, config, mine, "b", warm, new=True)
                else:
                    for runs in (theirs, theirs_again):
                        took = finished(["-m", "bench.peers", "headers", str(relay.port), other])
                        runs.add(relay, took)
            say(f"{NAME}: {number + 1} of {rounds} rounds")
    size = f"{messages:,} messages, {_EMPLOYERS} interviews"
    return [
        Line(NAME, f"{size}: bytes", "KiB", ours.kib, theirs.kib, _AGAINST),
        Line(NAME, "server's cache empty: connection", "s", ours.seconds, theirs.seconds, _AGAINST),
        Line(
            NAME,
            "server's cache empty: whole process",
            "s",
            Sample.of(ours.whole),
            Sample.of(theirs.whole),
            _AGAINST,
        ),
        Line(
            NAME,
            "server's cache filled: connection",
            "s",
            warm.seconds,
            theirs_again.seconds,
            _AGAINST,
        ),
        Line(NAME, "second look, nothing new: bytes", "KiB", again.kib, theirs_again.kib, _AGAINST),
        Line(
            NAME,
            "second look, nothing new: connection",
            "s",
            again.seconds,
            theirs_again.seconds,
            _AGAINST,
        ),
        Line(
            NAME,
            "second look, nothing new: whole process",
            "s",
            Sample.of(again.whole),
            Sample.of(theirs_again.whole),
            _AGAINST,
        ),
    ]


def _look(
    relay: Relay, folder: Path, config: Path, user: str, name: str, runs: _Runs, *, new: bool
) -> None:
    state = folder / f"{user}-{name}"
    if new:
        state.mkdir(mode=0o700)
        record(state, user, _EMPLOYERS)
    took = finished(
        ["-m", "followupd", "--config", str(config), "once"], STATE_DIRECTORY=str(state)
    )
    runs.add(relay, took)
    searched = asked(
        state / "followupd.db", "SELECT count(*) FROM events WHERE kind = 'mailbox_searched'"
    )
    if searched != _EMPLOYERS:
        raise RuntimeError(f"only {searched} of {_EMPLOYERS} interviews were searched for")


def _named(number: int) -> str:
    """User names that the server gives one uid to: the sum of their letters is the same."""
    return f"first-{number:02d}-{99 - number:02d}"
