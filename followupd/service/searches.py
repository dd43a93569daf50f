"""What a mailbox is searched for: the mail that belongs, or may belong, to interviews."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.mailbox.sync import Wanted
from followupd.reading.organisations import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from followupd.domain.history import History

LOOK_BACK = timedelta(days=120)
"""How long before the interview its correspondence may have begun."""

_TELLING = 3
"""Letters that a company's name needs to be searched for."""

_THREADS = 20
"""The newest mails of an interview whose answers are searched for."""


def wanted(histories: Iterable[History]) -> Wanted:
    """What concerns any of the interviews that is still open."""
    still_open = [history for history in histories if history.closed is None]
    addresses = {person.address for h in still_open for person in h.interview.people}
    return Wanted(addresses=tuple(sorted(addresses)), domains=tuple(sorted(_employers(still_open))))


def searches(histories: Sequence[History], now: datetime) -> list[tuple[Wanted, date]]:
    """What to look for when interviews were recorded, each with the day from which on.

    All interviews share the searches: a server takes as long for one key as for many.
    """
    if not histories:
        return []
    people = {person.address for h in histories for person in h.interview.people}
    companies = {h.interview.company for h in histories}
    after = Wanted(
        domains=tuple(sorted(_employers(histories))),
        words=tuple(sorted(name for name in companies if len(name) >= _TELLING)),
    )
    # The server's day may be the one before.
    held_on = min(h.interview.held_at.date() for h in histories) - timedelta(days=1)
    return [(Wanted(addresses=tuple(sorted(people))), _earliest(histories, now)), (after, held_on)]


def threads(histories: Sequence[History], now: datetime) -> list[tuple[Wanted, date]]:
    """The answers to the mails of the interviews that are known."""
    newest = {mail.message_id for h in histories for mail in h.mails[-_THREADS:]}
    return (
        [(Wanted(message_ids=tuple(sorted(newest))), _earliest(histories, now))] if newest else []
    )


def _earliest(histories: Iterable[History], now: datetime) -> date:
    return min(now.date(), *(h.interview.held_at.date() for h in histories)) - LOOK_BACK


def _employers(histories: Iterable[History]) -> set[str]:
    """Domains of the interviews' people that belong to an employer."""
    return {
        domain
        for history in histories
        for person in history.interview.people
        if (domain := person.address.rpartition("@")[2].casefold()) and not is_shared(domain)
    }
