"""Every error that followupd raises on purpose.

One root, `FollowupdError`; each error also inherits the fitting builtin, so that code which
knows nothing of followupd can still catch it. A message is a sentence the user can act on: it
names the configuration key, the account, the folder, the mail or the command. It never holds
a secret or the text of a mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class FollowupdError(Exception):
    """The root: shown to the user without a traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration.

    Attributes:
        where: the key's path, such as `accounts[1].imap.port`, or "" for the file as a whole.
        what: one sentence: what is wrong and what to write instead.
        line: the line in the file, counted from 1, where it is known.
    """

    where: str
    what: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        key = f"{self.where}: " if self.where else ""
        return f"{place}{key}{self.what}"


class ConfigError(FollowupdError, ValueError):
    """The configuration cannot be used; carries every mistake at once."""

    def __init__(self, problems: Iterable[Problem], path: Path | None = None) -> None:
        self.problems = tuple(problems)
        self.path = path
        head = f"{path}: " if path is not None else ""
        count = len(self.problems)
        title = f"{head}{count} mistake{'s' if count != 1 else ''} in the configuration"
        super().__init__("\n".join([title, *(f"  {problem}" for problem in self.problems)]))


class UsageError(FollowupdError, ValueError):
    """A command was given something it cannot understand."""


class UnknownInterview(FollowupdError, LookupError):
    """There is no interview, step or reply of that number."""


class StoreError(FollowupdError, OSError):
    """The database cannot be opened, read or written."""


class AuthenticationError(FollowupdError, PermissionError):
    """A server refused the login, or a secret could not be had."""


class GrantRevoked(AuthenticationError):
    """The grant of an account is gone or was never given; only the user can give a new one."""


class SecretMissing(AuthenticationError):
    """A secret could not be had from where it is kept; no server was asked, and none refused."""


class ConnectionLost(FollowupdError, ConnectionError):
    """The connection to a server broke, timed out, or could not be made.

    Attributes:
        reached: False where no server was there to be connected to.
    """

    reached: bool

    def __init__(self, sentence: str, *, reached: bool = True) -> None:
        super().__init__(sentence)
        self.reached = reached


class ServerRefused(FollowupdError, RuntimeError):
    """The server answered NO or BAD to a command it was sent."""


class OutcomeUnknown(FollowupdError, TimeoutError):
    """A command was sent and its result never came: it may or may not have been carried out."""


class UnreadableMessage(FollowupdError, ValueError):
    """A message no parser can make sense of; recorded and passed over."""


class TemplateError(FollowupdError, ValueError):
    """A template is missing, does not compile, or uses a variable that does not exist."""
