"""The test provider's account of everything it ever gave out and was asked, to search for leaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MARK: Final = "tok-of-a-test-"
"""What every code and token begins with, so that the search over the whole run knows them."""

_ledgers: list[Ledger] = []


class Issued(StrEnum):
    """What can be given out that nobody else may ever see."""

    CLIENT_SECRET = "client secret"
    CODE = "authorisation code"
    DEVICE_CODE = "device code"
    ACCESS_TOKEN = "access token"
    REFRESH_TOKEN = "refresh token"
    CODE_VERIFIER = "code verifier"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came.

    Attributes:
        method: such as `POST`.
        path: without the query.
        fields: from the query and the form; the last one of a name counts.
        authorization: the header of that name, or "".
        status: of the answer; 0 where the connection was closed without one.
    """

    method: str
    path: str
    fields: dict[str, str]
    authorization: str
    status: int


@dataclass
class Ledger:
    """Everything that happened; append-only.

    Attributes:
        secrets: every secret value ever given out or taken in, with its kind.
        requests: every request that was answered, in order.
        taken: how many of the secrets are looked for already over the whole run.
    """

    secrets: list[tuple[Issued, str]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        _ledgers.append(self)

    def values(self) -> frozenset[str]:
        """The secrets alone, to search for."""
        return frozenset(value for _, value in list(self.secrets))

    def found_in(self, text: str) -> list[Issued]:
        """The kinds of those secrets that stand in a text; there should be none."""
        return [kind for kind, value in list(self.secrets) if value in text]

    def of(self, path: str, **fields: str) -> list[Request]:
        """The requests to a path that carried these fields."""
        wanted = fields.items()
        return [each for each in list(self.requests) if _matches(each, path, dict(wanted))]


def take_new_secrets() -> list[tuple[Issued, str]]:
    """The secrets of all providers that this was not told before."""
    found = []
    for ledger in _ledgers:
        new = ledger.secrets[ledger.taken :]
        ledger.taken += len(new)
        found += new
    return found


def _matches(request: Request, path: str, fields: dict[str, str]) -> bool:
    return request.path == path and fields.items() <= request.fields.items()
