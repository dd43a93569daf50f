"""The walk through a simulation: from one moment at which something happens to the next.

At each it does what the plans ask for, in the order of a pass of the daemon, and records the same
events. It never polls: the next moment is the earliest that a plan names or the scenario holds.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.cadence import REMINDER
from followupd.domain.folding import fold
from followupd.domain.interview import Channel, Status
from followupd.domain.limits import sharing_people
from followupd.domain.occurrence import Occurrence, What, occurrence
from followupd.domain.plan import StepState, plan
from followupd.domain.scenario import DOMAIN, YOU, Habit, Handling, bounce
from followupd.errors import FollowupdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from followupd.domain.cadence import Cadence
    from followupd.domain.events import Event
    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Interview
    from followupd.domain.plan import Plan, PlannedStep
    from followupd.domain.scenario import Scenario
    from followupd.domain.workdays import Workdays

_ACTS = 20
"""Acts for one interview at one moment; a plan that asks for more is not one."""

_WAKES = 20_000
"""Moments in one simulation; half a year with eight interviews has a few hundred."""

_COMES_BACK = timedelta(minutes=5)
"""How soon a message to a dead address comes back."""


class RestlessPlanError(FollowupdError, RuntimeError):
    """A plan asks for more and more, or to be looked at again at once."""


class Walk:
    """One simulation under way.

    Args: those of `simulation.simulate`.

    Attributes:
        now: how far it has come, in UTC.
        occurrences: what happened, oldest first.
        log: every event with the number of its interview, in the order in which they happened.
        histories: each interview as it stands.
        plans: their plans, as of the last moment at which each could have changed.
        planned: how many plans were made.
    """

    def __init__(
        self,
        known: Mapping[int, Iterable[Event]],
        cadence_of: Callable[[Interview], Cadence],
        workdays: Workdays,
        start: datetime,
        scenario: Scenario,
    ) -> None:
        self.now = start
        self.occurrences: list[Occurrence] = []
        self.log: list[tuple[int, Event]] = []
        self.histories: dict[int, History] = {}
        self.plans: dict[int, Plan] = {}
        self.planned = 0
        self._cadence_of = cadence_of
        self._calendar = workdays
        self._workdays = workdays
        self._scenario = scenario
        self._events: dict[int, list[Event]] = {}
        self._dirty: set[int] = set()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._tickets = count()
        self._handled = count()
        self._asked: set[tuple[int, str, int, str]] = set()
        self._sheets: set[str] = set()
        for number, events in known.items():
            self._events[number] = list(events)
            self.histories[number] = fold(number, self._events[number])
            self.log += ((number, event) for event in self._events[number])
            self._dirty.add(number)
        for number, history in self.histories.items():
            for draft in history.open_drafts:
                if draft.state.is_in_drafts:
                    self._will_handle(number, draft)
        for scripted in scenario.script:
            moment = scripted.event.at.astimezone(UTC)
            self._at(moment, partial(self._record, scripted.interview_id, scripted.event))
        for pause in scenario.pauses:
            self._at(pause.since, self._look_again)
            if pause.until is not None:
                self._at(pause.until, self._look_again)

    def go(self, until: datetime) -> bool:
        """Walk; whether everything came to rest before the end."""
        for _ in range(_WAKES):
            self._happen()
            self._settle()
            coming = self._next_moment()
            if coming is None:
                return True
            if coming > until:
                return False
            self.now = max(self.now, coming.astimezone(UTC))
            self._dirty.update(
                number
                for number, current in self.plans.items()
                if current.next_due is not None and current.next_due <= self.now
            )
        raise RestlessPlanError(f"the plans have not come to rest after {_WAKES} wakings")

    def _next_moment(self) -> datetime | None:
        moments = [each.next_due for each in self.plans.values() if each.next_due is not None]
        if self._agenda:
            moments.append(self._agenda[0][0])
        return min(moments, default=None)

    # ---- what happens from outside

    def _at(self, moment: datetime, happens: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (moment.astimezone(UTC), next(self._tickets), happens))

    def _happen(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.now:
            heapq.heappop(self._agenda)[2]()

    def _look_again(self) -> None:
        """A pause begins or ends."""
        known = (pause.as_known(self.now) for pause in self._scenario.pauses)
        away = (*self._calendar.away, *(each for each in known if each is not None))
        self._workdays = replace(self._calendar, away=away)
        self._dirty.update(self.histories)

    def _record(
        self,
        number: int,
        event: Event,
        *,
        step: PlannedStep | None = None,
        draft: Draft | None = None,
    ) -> None:
        """An event happens to an interview, which may change the plans of others.

        Args:
            number: the interview.
            event: what happens.
            step: the step that asked for it.
            draft: the draft it is about, where the event does not name it.
        """
        before = self.histories.get(number)
        events = self._events.setdefault(number, [])
        events.append(event)
        self.log.append((number, event))
        history = self.histories[number] = fold(number, events)
        self.occurrences.append(occurrence(number, event, history, step, draft))
        concerned = self._sharing(history)
        if before is not None and before.interview is not history.interview:
            concerned += self._sharing(before)
        self._dirty.add(number)
        # What is closed waits for nobody.
        self._dirty.update(
            other.interview_id for other in concerned if other.closed is None or other.open_drafts
        )

    def _sharing(self, history: History) -> list[History]:
        return sharing_people(history, self.histories.values())

    # ---- the daemon

    def _settle(self) -> None:
        """Do what the plans ask for now, until they ask for nothing more."""
        most = _ACTS * len(self.histories)
        while self._dirty:
            number = min(self._dirty)
            done = self._carry_out(number, most)
            most -= done
            self._dirty.discard(number)

    def _carry_out(self, number: int, most: int) -> int:
        """Act for one interview until its plan rests; how many acts that took."""
        for done in range(most + 1):
            current = self._plan(number)
            self._ask(number, current)
            if not self._next_act(number, current):
                if current.next_due is not None and current.next_due <= self.now:
                    raise RestlessPlanError(
                        f"{self._name(number)} asks to be looked at again at once"
                    )
                self.plans[number] = current
                return done
        raise RestlessPlanError(f"{self._name(number)} asks for more and more")

    def _plan(self, number: int) -> Plan:
        history = self.histories[number]
        self.planned += 1
        cadence = self._cadence_of(history.interview)
        return plan(history, cadence, self._workdays, self.now, self._sharing(history))

    def _next_act(self, number: int, current: Plan) -> bool:
        """Do the first thing that the plan asks for; False when there is nothing."""
        for withdrawal in current.withdraw:
            gone = happened.DraftWithdrawn(
                at=self.now, message_id=withdrawal.message_id, reason=withdrawal.reason
            )
            self._record(number, gone)
            return True
        if current.close is not None and current.status is not Status.CLOSED:
            closed = happened.Closed(at=self.now, reason=current.close, by_plan=True)
            due = (step for step in current.steps if step.closes and step.state is StepState.DUE)
            self._record(number, closed, step=next(due, None))
            return True
        if current.queue:
            self._lay(number, current.queue[0])
            return True
        return self._send_approved(number, current)

    def _send_approved(self, number: int, current: Plan) -> bool:
        """Send the first approved draft whose hour has come; False when there is none."""
        for sending in current.send:
            draft = self.histories[number].draft(sending.message_id)
            if draft is not None and sending.due is not None and sending.due <= self.now:
                self._send(number, draft)
                return True
        return False

    def _lay(self, number: int, step: PlannedStep) -> None:
        person = step.person.address if step.person is not None else ""
        message_id = f"<{number}.{step.step}.{step.cycle}.{person}.{step.attempt}@{DOMAIN}>"
        laid = happened.DraftQueued(
            at=self.now,
            step=step.step,
            cycle=step.cycle,
            person=person,
            to=person if person and step.channel is Channel.EMAIL else YOU,
            message_id=message_id,
            attempt=step.attempt,
            subject=step.step,
        )
        if step.channel is Channel.TASK:
            self._sheets.add(message_id)
        self._record(number, laid, step=step)
        draft = self.histories[number].draft(message_id)
        if draft is not None:
            self._will_handle(number, draft)

    def _ask(self, number: int, current: Plan) -> None:
        """Ask the user for what is due and has no draft, once."""
        for step in current.tasks:
            person = step.person.address if step.person is not None else ""
            rung = (number, step.step, step.cycle, person)
            if rung in self._asked:
                continue
            self._asked.add(rung)
            self.occurrences.append(
                Occurrence(
                    self.now, number, What.TASK, step.step, step.person, step.channel, step.reason
                )
            )
            handling = self._handling()
            if handling.habit is not Habit.LEAVE:
                self._at(self.now + handling.after, partial(self._do, number, step, handling.habit))

    # ---- the user

    def _handling(self) -> Handling:
        handlings = self._scenario.handlings
        return handlings[next(self._handled) % len(handlings)]

    def _will_handle(self, number: int, draft: Draft) -> None:
        handling = self._handling()
        if handling.edits:
            half = self.now + handling.after / 2
            self._at(half, partial(self._edit, number, draft.message_id))
        if handling.habit is not Habit.LEAVE:
            act = partial(self._handle, number, draft.message_id, handling.habit)
            self._at(self.now + handling.after, act)

    def _open(self, number: int, message_id: str) -> Draft | None:
        draft = self.histories[number].draft(message_id)
        return draft if draft is not None and draft.state.is_open else None

    def _edit(self, number: int, message_id: str) -> None:
        if self._open(number, message_id) is not None:
            self._record(number, happened.DraftEdited(at=self.now, message_id=message_id))

    def _handle(self, number: int, message_id: str, habit: Habit) -> None:
        draft = self._open(number, message_id)
        if draft is None:
            return
        is_sheet = message_id in self._sheets or draft.step == REMINDER
        if habit is Habit.SKIP:
            self._skip(number, draft.step, draft.cycle, draft.person)
        elif habit is Habit.DELETE or is_sheet:
            self._record(number, happened.DraftDismissed(at=self.now, message_id=message_id))
        elif draft.person and draft.to.casefold() != draft.person.casefold():
            called = happened.CallMade(at=self.now, person=draft.person)
            self._record(number, called, draft=draft)
        else:
            self._send(number, draft)

    def _send(self, number: int, draft: Draft) -> None:
        sent = happened.DraftSent(
            at=self.now,
            message_id=draft.message_id,
            sent_at=self.now,
            sent_message_id=draft.message_id,
            certain=True,
        )
        self._record(number, sent)
        if draft.to.casefold() in self._scenario.dead:
            at = self.now + _COMES_BACK
            self._at(at, partial(self._record, number, bounce(draft.to, at, draft.message_id)))

    def _skip(self, number: int, step: str, cycle: int, person: str) -> None:
        self._record(
            number, happened.StepSkipped(at=self.now, step=step, cycle=cycle, person=person)
        )

    def _do(self, number: int, step: PlannedStep, habit: Habit) -> None:
        """The user does a task, or says that they will not."""
        person = step.person.address if step.person is not None else ""
        if habit is not Habit.SEND:
            self._skip(number, step.step, step.cycle, person)
            return
        done = acts.TaskDone(at=self.now, step=step.step, cycle=step.cycle, person=person)
        self._record(number, done, step=step)

    def _name(self, number: int) -> str:
        day = self._workdays.day_of(self.now).isoformat()
        return f"the plan of interview {number} ({self.histories[number].interview.company}, {day})"
