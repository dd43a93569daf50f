"""How one interview is planned: the same in the daemon, in a pass and in every command."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from followupd.domain.plan import plan
from followupd.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from followupd.config import Settings
    from followupd.domain.cadence import Cadence
    from followupd.domain.history import History
    from followupd.domain.interview import Interview
    from followupd.domain.plan import Plan
    from followupd.domain.workdays import Away, Workdays


def cadence_for(interview: Interview, settings: Settings) -> Cadence:
    """The cadence that an interview follows; one without steps where its own is not there."""
    chosen = settings.cadence_of(interview)
    return replace(settings.cadence, steps=()) if chosen is None else chosen


def cadence_problem(history: History, settings: Settings) -> str | None:
    """Why nothing of an interview's cadence can be planned, a sentence; None where it can."""
    interview = history.interview
    if history.closed is not None or settings.cadence_of(interview) is not None:
        return None
    return (
        f"interview {history.interview_id} is to follow the cadence {quoted(interview.cadence)},"
        " which the configuration no longer has, so nothing is planned for it; put it back under"
        f" [cadences], or choose another: followupd edit {history.interview_id} --cadence NAME"
    )


def with_pause(workdays: Workdays, pause: Away | None) -> Workdays:
    """The user's calendar while a pause stands; `workdays` is the one without any."""
    return workdays if pause is None else replace(workdays, away=(*workdays.away, pause))


def plan_of(
    history: History,
    others: Iterable[History],
    settings: Settings,
    workdays: Workdays,
    now: datetime,
) -> Plan:
    """The plan of one interview.

    Args:
        history: the interview.
        others: the other interviews that share a person or the company with it.
        settings: the cadences.
        workdays: the user's, a pause included (`with_pause`).
        now: the moment to plan for; aware.
    """
    planned = plan(history, cadence_for(history.interview, settings), workdays, now, others)
    if settings.cadence_of(history.interview) is None and history.answer is None:
        # A slip in the configuration must not take drafts away that will be wanted again.
        return replace(planned, withdraw=())
    return planned
