"""What every part of the service works with: the settings, the store, the templates, the time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followupd.domain.folding import fold
from followupd.domain.limits import sharing_people
from followupd.domain.plan import plan
from followupd.domain.workdays import Workdays, public_holidays

if TYPE_CHECKING:
    from followupd.config import Settings
    from followupd.domain.history import History
    from followupd.domain.plan import Plan
    from followupd.service.clock import Clock
    from followupd.store import Chronicle, Store
    from followupd.writing.templates import Templates


def workdays_of(settings: Settings) -> Workdays:
    """The user's working days and sending hours."""
    return Workdays(
        zone=settings.user.timezone,
        holidays=public_holidays(settings.user.holidays),
        send_from=settings.cadence.send_from,
        send_until=settings.cadence.send_until,
    )


def folded(chronicle: Chronicle) -> History:
    """The state of an interview as recorded."""
    return fold(chronicle.interview_id, (recorded.event for recorded in chronicle.events))


@dataclass(slots=True)
class World:
    """The service's surroundings; may be used by several threads."""

    settings: Settings
    store: Store
    templates: Templates
    clock: Clock
    workdays: Workdays
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: int = -1
    _histories: dict[int, History] = field(default_factory=dict)

    def histories(self) -> dict[int, History]:
        """Every interview as it stands; read again only when something was recorded."""
        with self._lock:
            newest = self.store.last_event_id()
            if newest != self._seen:
                with self.store.look() as reading:
                    changed = reading.interviews_since(self._seen) if self._histories else None
                    chronicles = reading.chronicles(changed)
                fresh = {c.interview_id: folded(c) for c in chronicles}
                self._histories = {**self._histories, **fresh}
                self._seen = newest
            return self._histories

    def plan(self, history: History) -> Plan:
        """The plan of one interview as of now, beside the others that share its people."""
        others = sharing_people(history, self.histories().values())
        return plan(history, self.settings.cadence, self.workdays, self.clock.now(), others)
