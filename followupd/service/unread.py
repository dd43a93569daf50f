"""Which accounts' mail is not known right now, and how long another account waits for them.

An interview belongs to one account, and its answer may arrive at any of them. A draft that says
"I have not heard from you", and all the more a message that cannot be called back, must not go
out while the answer may lie in a mailbox that nobody has looked into. So what is due waits:

* after a start, a suspend or a changed configuration until every account was looked at once;
* where an account cannot be read, until it can.

It waits for an hour at most. A server that is restarted is back by then; what takes longer, such
as a changed password, needs the user, who is told by `list` and the digest. Their other interviews
must not stand still until then, and a message that they approved is their own decision.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from followupd.store import Health

WAIT: Final = timedelta(hours=1)
"""How long what is due waits for an account that cannot be read."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An account that has not been read lately.

    Attributes:
        account: its name.
        since: from when on its mail is not known; aware.
        problem: why it cannot be read; "" where it was only not looked at yet.
    """

    account: str
    since: datetime
    problem: str

    @property
    def until(self) -> datetime:
        """When others no longer wait for it."""
        return self.since + WAIT


def unread_since(before: Health | None, now: datetime) -> datetime:
    """From when on an account counts as unread that a single pass could not read.

    A timer starts a process for each pass, which must not begin to wait anew each time.

    Args:
        before: how the pass before went; None: there was none.
        now: the moment; aware.
    """
    if before is None or not before.problem:
        return now
    if before.last_pass_at is None or now - before.last_pass_at >= 2 * WAIT:
        return now - WAIT  # whatever else is wrong with it each time, it is enough
    return before.problem_since or now


class UnreadAccounts:
    """Those of one process; several threads may use it."""

    def __init__(self) -> None:
        """At first all are taken for read."""
        self._known: dict[str, Unread] = {}
        self._guard = threading.Lock()

    def not_looked_at(self, accounts: Iterable[str], now: datetime) -> None:
        """These are to be looked at anew: mail may have come while nobody looked."""
        with self._guard:
            for account in accounts:
                self._known[account] = Unread(account, now, "")

    def failed(self, account: str, since: datetime, problem: str) -> None:
        """One could not be read; `since` counts where it is not known to be unread already."""
        with self._guard:
            known = self._known.get(account)
            began = known.since if known is not None else since
            self._known[account] = Unread(account, began, problem)

    def was_read(self, account: str) -> None:
        """One was looked at in full."""
        with self._guard:
            self._known.pop(account, None)

    def is_unread(self, account: str) -> bool:
        """Whether one is still to be looked at, or could not be read."""
        with self._guard:
            return account in self._known

    def awaited(self, account: str, now: datetime) -> Unread | None:
        """The one that what is due in `account` waits for the longest; None: for none."""
        with self._guard:
            others = [
                each
                for each in self._known.values()
                if each.account != account and each.since <= now < each.until
            ]
        return max(others, key=lambda each: each.until, default=None)
