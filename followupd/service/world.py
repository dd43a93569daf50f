"""What every part of the service works with: the settings, the store, the templates, the time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.workdays import Away, Workdays, public_holidays
from followupd.service.histories import Histories, folded
from followupd.service.planning import plan_of, with_pause
from followupd.service.unread import UnreadAccounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.service.clock import Clock
    from followupd.store import Store
    from followupd.writing.templates import Templates


def workdays_of(settings: Settings) -> Workdays:
    """The user's working days, sending hours and days off."""
    workdays = Workdays(
        zone=settings.user.timezone,
        holidays=public_holidays(settings.user.holidays),
        send_from=settings.cadence.send_from,
        send_until=settings.cadence.send_until,
    )
    return replace(
        workdays,
        away=tuple(
            Away(workdays.at(first, time.min), workdays.at(last + timedelta(days=1), time.min))
            for first, last in settings.user.days_off
        ),
    )


@dataclass(slots=True)
class World:
    """The service's surroundings; may be used by several threads.

    Attributes:
        settings: the configuration.
        store: what is remembered.
        templates: what drafts are written with.
        clock: the time.
        calendar: the user's working days, without the pause that is asked for by a command.
        looked_back: the event up to which each account was searched for the earlier mail of all
            open interviews.
        unread: the accounts whose mail is not known right now.
    """

    settings: Settings
    store: Store
    templates: Templates
    clock: Clock
    calendar: Workdays
    looked_back: dict[str, int] = field(default_factory=dict)
    unread: UnreadAccounts = field(default_factory=UnreadAccounts)
    _folded: Histories = field(init=False)
    _paused: tuple[int, Workdays] | None = None

    def __post_init__(self) -> None:
        """Nothing is folded yet."""
        self._folded = Histories(self.store)

    @property
    def workdays(self) -> Workdays:
        """The user's working days as of now: the calendar with the pause in it."""
        newest = self.store.last_pause_id()
        known = self._paused
        if known is None or known[0] != newest:
            with self.store.look() as reading:
                known = (newest, with_pause(self.calendar, reading.paused()))
            self._paused = known
        return known[1]

    def history(self, number: int) -> History:
        """One interview as it stands.

        Raises:
            UnknownInterview: there is none of that number.
        """
        return self._folded.one(number)

    def histories_of(self, numbers: Iterable[int]) -> dict[int, History]:
        """Some interviews as they stand, by ascending number."""
        return self._folded.some(numbers)

    def histories(self) -> Mapping[int, History]:
        """Every interview as it stands, for whoever reads mail; costs as many as there are.

        They are held, and only what was changed is read again, until `rest`.
        """
        return self._folded.all()

    def rest(self) -> None:
        """A pass is over: let go of what only the reading of mail needs."""
        self._folded.rest()

    def sharing(self, history: History) -> list[History]:
        """The other interviews that share a person or the company with this one."""
        with self.store.look() as reading:
            numbers = reading.sharing((history.interview_id,)) - {history.interview_id}
        return list(self.histories_of(numbers).values())

    def plan(self, history: History) -> Plan:
        """The plan of one interview as of now, beside those that share people or company."""
        others = self.sharing(history)
        return plan_of(history, others, self.settings, self.workdays, self.clock.now())

    def concerned_since(self, event_id: int) -> frozenset[int]:
        """The interviews whose plan may be another for what was recorded after that event.

        Those to which it was recorded, and all that share a person or the company with one of
        them, or did so before.
        """
        with self.store.look() as reading:
            changed = reading.interviews_since(event_id)
            concerned = changed | reading.sharing(changed)
            for chronicle in reading.chronicles(reading.regrouped_since(event_id)):
                known = tuple(each for each in chronicle.events if each.id <= event_id)
                if known:
                    before = folded(replace(chronicle, events=known)).interview
                    concerned |= reading.interviews_at(before.company)
                    concerned |= reading.interviews_with(person.key for person in before.people)
        return concerned
