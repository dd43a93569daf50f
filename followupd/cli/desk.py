"""What the commands work on: the settings, the store and the time, opened when needed.

Lighter than the service's world: no templates, no connections.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.cli.configured import settings_of
from followupd.config import state_directory
from followupd.domain.limits import sharing_people
from followupd.service.histories import folded
from followupd.service.planning import plan_of, with_pause
from followupd.service.world import workdays_of
from followupd.store import DATABASE, Store
from followupd.store.queries import unknown_interview

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.domain.workdays import Away, Workdays
    from followupd.service.clock import Clock
    from followupd.store import Reading


@dataclass(frozen=True, slots=True)
class Desk:
    """One command's surroundings; `now` (UTC) does not move while it runs.

    `workdays` knows of the user's pause; `pause` is the one asked for last, be it over or not.
    """

    settings: Settings
    store: Store
    workdays: Workdays
    now: datetime
    pause: Away | None = None

    @property
    def today(self) -> date:
        """The day in the user's zone."""
        return self.workdays.day_of(self.now)

    def histories(self, reading: Reading | None = None) -> dict[int, History]:
        """Every interview as it stands, by its number; within `reading` where one is given."""
        if reading is None:
            with self.store.look() as fresh:
                return self.histories(fresh)
        return {c.interview_id: folded(c) for c in reading.chronicles()}

    def plan(self, history: History, histories: Mapping[int, History]) -> Plan:
        """The plan of one interview as of now, beside those that share people or company."""
        others = sharing_people(history, histories.values())
        return plan_of(history, others, self.settings, self.workdays, self.now)


@contextmanager
def open_desk(arguments: Namespace, clock: Clock) -> Iterator[Desk]:
    """Open configuration and store for one command.

    Raises:
        ConfigError: the configuration is missing or wrong.
        StoreError: the database cannot be used.
    """
    settings = settings_of(arguments)
    store = Store.open(state_directory(os.environ) / DATABASE)
    try:
        with store.look() as reading:
            pause = reading.paused()
        workdays = with_pause(workdays_of(settings), pause)
        yield Desk(settings, store, workdays, clock.now(), pause)
    finally:
        store.close()


def history_of(histories: Mapping[int, History], number: int) -> History:
    """The interview of that number.

    Raises:
        UnknownInterview: there is none.
    """
    if number not in histories:
        raise unknown_interview(number)
    return histories[number]
