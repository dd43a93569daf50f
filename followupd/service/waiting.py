"""What is due waits for an account that cannot be read: told to the log and to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from followupd.domain.days import say_moment

if TYPE_CHECKING:
    from followupd.service.unread import Unread
    from followupd.service.world import World

_log = structlog.get_logger(__name__)


def awaited_by(world: World, account: str, number: int) -> Unread | None:
    """The account for which what is due for an interview of `account` waits; None: for none."""
    awaited = world.unread.awaited(account, world.clock.now())
    if awaited is not None:
        _log.info(
            "waits for another account",
            account=account,
            interview=number,
            other=awaited.account,
            until=awaited.until.isoformat(),
        )
    return awaited


def why_not_sent(awaited: Unread, number: int, world: World) -> str:
    """A sentence for the user on an approved draft that waits."""
    workdays = world.workdays
    until = say_moment(workdays.local(awaited.until), workdays.day_of(world.clock.now()))
    return (
        f"the draft of interview {number} that you approved is not sent yet: the account "
        f"{awaited.account} cannot be read, and an answer may lie there; it goes out when that "
        f"account can be read again, or else from {until} on"
    )
