"""A real Dovecot with room for hundreds of idle mailboxes, and settings that lead to them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from tests.support.dovecot import Dovecot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOST = "127.0.0.1"
PASSWORD_VARIABLE = "FOLLOWUPD_BENCH_PASSWORD"

# Login processes that serve many connections each, as a large site has them. The process title
# tells what a session is doing: so it can be seen from outside that a mailbox is in IDLE.
_ROOM = """
verbose_proctitle = yes
service imap-login {
  service_count = 0
  process_min_avail = 2
}
service imap {
  process_limit = 4000
}
"""

# One user may hold 128 inotify instances on many systems, and an idle session needs one.
_FIRST_UID = 5101
_UIDS = 12


class Server(Dovecot):
    """Dovecot for the mailboxes of the users that it is given."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__(extra=_ROOM)
        if os.geteuid() == 0:
            self._spread(users)

    def uid_of(self, user: str) -> int:
        """Whom the user's mail belongs to."""
        if os.geteuid() != 0:
            return os.geteuid()
        return _FIRST_UID + sum(user.encode()) % _UIDS

    def home_of(self, user: str) -> Path:
        """The folder that holds the user's Maildir."""
        return self.folder / "mail" / user

    def idle_sessions(self, users: frozenset[str]) -> int:
        """How many of the users have a session in IDLE at this moment."""
        found: set[str] = set()
        for process in psutil.process_iter(["name"]):
            if process.info["name"] != "imap":
                continue
            try:
                title = " ".join(process.cmdline())
            except psutil.Error:
                continue
            name = title.partition("[")[2].partition(" ")[0]
            if "IDLE" in title and name in users:
                found.add(name)
        return len(found)

    def _spread(self, users: Sequence[str]) -> None:
        (self.folder / "mail").chmod(0o777)
        entries = (
            f"{user}::{self.uid_of(user)}:{self.uid_of(user)}::{self.home_of(user)}\n"
            for user in users
        )
        (self.folder / "users").write_text("".join(entries), encoding="utf-8")
        text = self.conf.read_text(encoding="utf-8")
        before, _, rest = text.partition("userdb {")
        _, _, after = rest.partition("}")
        # The block of the static users, in which %u has no brace of its own.
        userdb = f"userdb {{\n  driver = passwd-file\n  args = {self.folder}/users\n}}"
        self.conf.write_text(before + userdb + after, encoding="utf-8")


_USER_AND_PLAN = """
[user]
name = "Robin Doe"
timezone = "Europe/Berlin"
holidays = "DE-BE"
language = "en"

[cadence]
[[cadence.steps]]
name = "check-in"
after = "decision"
wait = "2 business days"
to = ["recruiter"]
channel = "email"
template = "check-in"
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How one account of a configuration gets to its mailbox."""

    user: str
    port: int
    ca_file: Path | None


def configuration(mailboxes: Sequence[Mailbox]) -> str:
    """A configuration with an account for each mailbox; TLS where there is a `ca_file`.

    The plan has a single step, long after the decision: no draft comes due in between, at
    whatever hour and on whatever day the benchmark runs.
    """
    parts = [_USER_AND_PLAN]
    for mailbox in mailboxes:
        security = "tls" if mailbox.ca_file is not None else "none"
        lines = [
            "[[accounts]]",
            f'name = "{mailbox.user}"',
            f'address = "{mailbox.user}@example.org"',
            "[accounts.imap]",
            f'host = "{HOST}"',
            f"port = {mailbox.port}",
            f'security = "{security}"',
            f'username = "{mailbox.user}"',
            f'password = {{ env = "{PASSWORD_VARIABLE}" }}',
        ]
        if mailbox.ca_file is not None:
            lines.append(f'ca_file = "{mailbox.ca_file}"')
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
