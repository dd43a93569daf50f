"""What a mailbox is searched for: the mail that belongs, or may belong, to interviews."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from followupd.mailbox.sync import Wanted
from followupd.reading.organisations import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def searches(history: History, now: datetime) -> list[tuple[Wanted, date]]:
    """What to look for when an interview was recorded, each with the day from which on."""
    people = tuple(person.address for person in history.interview.people)
    company = history.interview.company
    after = Wanted(
        domains=tuple(sorted(_employers([history]))),
        words=(company,) if len(company) >= _TELLING else (),
    )
    # The server's day may be the one before.
    held_on = history.interview.held_at.date() - timedelta(days=1)
    return [(Wanted(addresses=people), _earliest(history, now)), (after, held_on)]


def threads(history: History, now: datetime) -> tuple[Wanted, date]:
    """The answers to the mails of an interview that are known."""
    newest = tuple(mail.message_id for mail in history.mails)[-_THREADS:]
    return Wanted(message_ids=newest), _earliest(history, now)


def _earliest(history: History, now: datetime) -> date:
    return min(history.interview.held_at.date(), now.date()) - LOOK_BACK


def _employers(histories: Iterable[History]) -> set[str]:
    """Domains of the interviews' people that belong to an employer."""
    return {
        domain
        for history in histories
        for person in history.interview.people
        if (domain := person.address.rpartition("@")[2].casefold()) and not is_shared(domain)
    }
