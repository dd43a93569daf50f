"""The digest of a day: made from the store, and delivered to the user at most once.

Blocking; the daemon runs it in its thread pool, apart from the passes. Whatever goes wrong is a
sentence that `list` shows and the log tells: it ends nothing and holds up nothing. What is stored
before and after each step is in `digest_journal.py`, the three ways are in `digest_ways.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from followupd.config import DigestWay
from followupd.domain.days import say_day, say_moment
from followupd.domain.digest import digest
from followupd.domain.digest_lines import Process
from followupd.errors import AuthenticationError, FollowupdError, UsageError
from followupd.mailbox.backoff import PATIENCE
from followupd.reading.text import clean
from followupd.service.digest_journal import (
    NAME,
    RETRY,
    Journal,
    next_digest_at,
    told_until,
)
from followupd.service.digest_ways import Parcel, Standing, hand_over, surely_not_there
from followupd.service.histories import folded, read_in_parts
from followupd.service.setup import account_lock
from followupd.store import DigestState
from followupd.writing.digest_mail import digest_id, digest_mail, digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from followupd.config import Settings
    from followupd.domain.digest import Digest
    from followupd.mailbox.connection import Connection
    from followupd.service.world import World
    from followupd.store import Reading

__all__ = ["Delivered", "Delivery", "deliver", "digest_now", "next_digest_at"]

LOGIN_RETRY = timedelta(hours=1)
"""After a refused login: several wrong ones lock an account at some providers."""

_PROBLEM_LIMIT = 500

_log = structlog.get_logger(__name__)


class Delivered(StrEnum):
    """How a delivery ended."""

    PLACED = "placed"
    ALREADY = "already placed"
    NOTHING = "nothing to say"
    NOT_DUE = "not due"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one delivery.

    Attributes:
        outcome: how it ended.
        problem: what went wrong, a sentence; "" for nothing.
        again_at: when to call `deliver` next, in the user's zone.
    """

    outcome: Delivered
    problem: str
    again_at: datetime


def digest_now(world: World, now: datetime) -> Digest | None:
    """What a digest would say now; None where there is nothing to say.

    Raises:
        StoreError: the database cannot be read.
    """
    today = world.workdays.day_of(now)
    with world.store.look() as reading:
        since = told_until(reading, today, now)
        suggestions = [(each.id, each.suggestion) for each in reading.suggestions()]
        troubles = list(_troubles(world, reading, today))
    processes = list(_processes(world, since))
    return digest(processes, suggestions, world.workdays, since, now, troubles)


def deliver(
    world: World,
    state: Path,
    *,
    opener: Callable[[], Connection] | None = None,
    by_hand: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> Delivery:
    """Deliver today's digest if it is due and was not delivered yet.

    Args:
        world: settings, store and time.
        state: the state folder, where the locks are.
        opener: opens a connection to the digest's account, for delivery by IMAP; one of its own
            is made where it is None.
        by_hand: the user asks for it: it need not be due, and one of which it is not known whether
            it arrived is repeated.
        go_on: asked while another process delivers; False gives up waiting.

    Returns:
        how it ended and when to call next; what the world does raises nothing.

    Raises:
        UsageError: no digest is configured.
    """
    settings = world.settings
    if settings.digest is None:
        raise UsageError(
            "the configuration has no [digest], which says when the digest comes and how"
        )
    now = world.clock.now()
    journal = Journal(world.store, world.workdays.day_of(now), now)
    try:
        with account_lock(state, NAME, go_on):
            return _Delivering(world, settings, journal, now, opener, by_hand).run()
    except FollowupdError as error:
        wait = LOGIN_RETRY if isinstance(error, AuthenticationError) else RETRY
        return _failed(world, journal, str(error), now + wait)
    except Exception as error:  # noqa: BLE001 - a digest must never end the daemon
        _log.error("digest stumbled", exc_info=error)
        kind = type(error).__name__
        problem = f"making it ended with an internal error ({kind}); the log has the details"
        return _failed(world, journal, problem, now + LOGIN_RETRY)


@dataclass(slots=True)
class _Delivering:
    """One delivery, under the lock."""

    world: World
    settings: Settings
    journal: Journal
    now: datetime
    opener: Callable[[], Connection] | None
    by_hand: bool

    def run(self) -> Delivery:
        record = self.journal.record()
        if record is not None and record.state is DigestState.PLACED:
            return self._ended(Delivered.ALREADY)
        if record is not None and record.state is DigestState.NOTHING and not self.by_hand:
            return self._ended(Delivered.NOT_DUE)
        if record is None and not self.by_hand and self._next() > self.now:
            return self._ended(Delivered.NOT_DUE)
        if record is not None and record.message_id:
            known = self._in_flight(record.message_id, record.at)
            if known is not None:
                return known
        made = digest_now(self.world, self.now)
        if made is None:
            if not self.by_hand:
                self.journal.nothing()
            return self._ended(Delivered.NOTHING)
        return self._handed_over(made)

    def _in_flight(self, message_id: str, made_at: datetime) -> Delivery | None:
        """What became of a digest whose handing over was interrupted; None: it may be repeated."""
        configured = self.settings.digest
        if configured is None or configured.via is not DigestWay.IMAP:
            return None if self.by_hand else self._ended(Delivered.NOT_DUE)
        account = self.settings.account(configured.account)
        if not surely_not_there(account, message_id, self.journal, self.opener):
            # Where it is not to be seen, the user has read it and thrown it away.
            self.journal.placed(message_id, made_at)
            return self._ended(Delivered.ALREADY)
        if abs(self.now - made_at) < PATIENCE:
            return self._ended(Delivered.UNCLEAR, "the server may be at work on it still")
        return None

    def _handed_over(self, made: Digest) -> Delivery:
        parcel = self._parcel(made)
        handing = hand_over(self.settings, parcel, self.journal, self.opener)
        problem = clean(handing.problem, _PROBLEM_LIMIT)
        match handing.standing:
            case Standing.PLACED:
                self.journal.placed(parcel.message_id)
                _log.info("digest placed")
                return self._ended(Delivered.PLACED)
            case Standing.LATER:
                self.journal.not_yet(problem, self.now)
            case Standing.NOT_TODAY | Standing.UNCLEAR:
                self.journal.not_today(parcel.message_id, problem)
        _log.warning("digest not delivered", problem=problem)
        is_unclear = handing.standing is Standing.UNCLEAR
        return self._ended(Delivered.UNCLEAR if is_unclear else Delivered.FAILED, problem)

    def _parcel(self, made: Digest) -> Parcel:
        user, configured = self.settings.user, self.settings.digest
        text = digest_text(made, user.language)
        written_at = self.world.workdays.local(self.now)
        called = f"the digest of {say_day(made.today, made.today)}"
        if configured is None or not configured.account:
            return Parcel(text, b"", digest_id(made.today, ""), called)
        address = self.settings.account(configured.account).address
        raw = digest_mail(text, address, user.name, written_at)
        return Parcel(text, raw, digest_id(made.today, address), called)

    def _ended(self, outcome: Delivered, problem: str = "") -> Delivery:
        return Delivery(outcome, problem, self._next())

    def _next(self) -> datetime:
        return next_digest_at(self.settings, self.world.store, self.now) or self.now


def _failed(world: World, journal: Journal, said: str, again_at: datetime) -> Delivery:
    """Tell why nothing was delivered, and when it is tried again."""
    problem = clean(said, _PROBLEM_LIMIT)
    try:
        record = journal.record()
        if record is None or (record.state is DigestState.INTENDED and not record.message_id):
            journal.not_yet(problem, world.clock.now())
    except FollowupdError as worse:  # the database itself
        problem = clean(str(worse), _PROBLEM_LIMIT)
    again_at = world.workdays.local(again_at)
    _log.warning("digest not delivered", problem=problem, again_at=again_at.isoformat())
    return Delivery(Delivered.FAILED, problem, again_at)


def _processes(world: World, since: datetime) -> Iterator[Process]:
    """Every interview that a digest may speak of; the others are let go at once."""
    with world.store.look() as reading:
        numbers = reading.interviews()
    for chronicle in read_in_parts(world.store, numbers):
        history = folded(chronicle)
        news = tuple(each.event for each in chronicle.events if each.event.at > since)
        waits = history.open_drafts or history.possible
        if history.closed is None or news or waits:
            yield Process(history, world.plan(history), news)


def _troubles(world: World, reading: Reading, today: date) -> Iterator[str]:
    """Why mail may have been missed, a sentence for each account."""
    for account in world.settings.accounts:
        health = reading.health(account.name)
        if health is None or not health.problem:
            continue
        since = health.problem_since
        began = f" (since {say_moment(world.workdays.local(since), today)})" if since else ""
        yield f"{account.name}{began}: {health.problem}"
