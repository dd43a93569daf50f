"""What of an interview belongs into a calendar (advice row 2). Pure.

There are: the interview itself, the day on which an answer is expected, each follow-up when its
draft comes, calls with what to say, promises with a reminder, tasks, and the end of the plan. Their
words are in `entries.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain.cadence import REMINDER
from followupd.domain.entries import Page
from followupd.domain.status import expected_by
from followupd.domain.steps import StepState

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.cadence import Cadence
    from followupd.domain.entries import Entry, Script
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.domain.workdays import Workdays


@dataclass(frozen=True, slots=True)
class Agenda:
    """The entries of one interview.

    Attributes:
        entries: each with a UID of its own.
        dormant: the UIDs of what has no day now, but may get one (again).
    """

    entries: tuple[Entry, ...] = ()
    dormant: frozenset[str] = frozenset()


def agenda(
    history: History,
    plan: Plan,
    cadence: Cadence,
    workdays: Workdays,
    now: datetime,
    script: Script,
) -> Agenda:
    """What of one interview belongs into a calendar as of `now`; nothing once it is closed.

    Args:
        history: the interview.
        plan: its plan as of `now`.
        cadence: the one it was planned with.
        workdays: the user's.
        now: aware.
        script: what to say in the call that a step asks for, made at that moment.
    """
    if history.closed is not None:
        return Agenda()
    page = Page(history, workdays, script)
    entries: dict[str, Entry] = {}
    dormant: set[str] = set()
    for uid, entry in (
        (page.uid("interview"), page.interview(now)),
        (page.uid("decision"), page.decision(expected_by(history, cadence, workdays))),
        *((page.uid_of(step), page.step(step)) for step in plan.steps if step.step != REMINDER),
    ):
        if entry is not None:
            entries.setdefault(uid, entry)
        else:
            dormant.add(uid)
    for step in plan.steps:
        if step.state.is_over and step.state is not StepState.PASSED:
            dormant.discard(page.uid_of(step))
    return Agenda(tuple(entries.values()), frozenset(dormant.difference(entries)))
