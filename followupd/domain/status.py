"""Where an interview stands at a given moment."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from followupd.domain.cadence import WaitUnit
from followupd.domain.interview import Status

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.domain.cadence import Cadence
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays


def expected_by(history: History, cadence: Cadence, workdays: Workdays) -> date:
    """The day by which an answer is expected: as promised, else assumed from the cadence.

    It is assumed from the interview on, or from the reply that put the decision off, or from the
    day the user gave what was asked for; that does not bring forward what was promised before.
    """
    if history.decision_by is not None:
        return history.decision_by
    assumed = _assumed(history, cadence, workdays)
    return max(assumed, history.promised_before or assumed)


def _assumed(history: History, cadence: Cadence, workdays: Workdays) -> date:
    since = history.interview.held_at
    if history.held_up_by is not None:
        since = max(since, history.held_up_by.date)
    if history.waiting_since is not None:
        since = max(since, history.waiting_since)
    held_on = workdays.day_of(since)
    wait = cadence.silent_after
    if wait.unit is WaitUnit.BUSINESS_DAYS:
        return workdays.add(held_on, wait.amount)
    if wait.unit is WaitUnit.DAYS:
        return held_on + timedelta(days=wait.amount)
    held_at = since.astimezone(UTC)  # hours are counted past clock changes
    return workdays.day_of(held_at + timedelta(hours=wait.amount))


def status(history: History, cadence: Cadence, workdays: Workdays, now: datetime) -> Status:
    """The status as of `now` (aware); the words are those of the design."""
    if history.closed is not None:
        return Status.CLOSED
    if history.answer is not None:
        return Status.ANSWERED
    if history.interview.held_at > now:
        return Status.UPCOMING
    if history.marked_silent:
        return Status.SILENT
    if workdays.day_of(now) > expected_by(history, cadence, workdays):
        return Status.SILENT
    return Status.WAITING
