"""Playing interviews through time with the real planner: what would happen when, and why.

`simulate` goes from one moment at which something happens to the next, does what each plan asks
for, and records the same events as the daemon (`walking.py`). It looks at no clock and stores
nothing, so that a year takes milliseconds. Interviews that share people are to be played
together, since one may hold up the other. `never_ends` plays a cadence to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from followupd.domain import events as happened
from followupd.domain.interview import Interview, Part, Person
from followupd.domain.plan import Plan, StepState
from followupd.domain.scenario import AT_ONCE, SILENCE
from followupd.domain.walking import RestlessPlanError, Walk
from followupd.domain.workdays import Workdays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from followupd.domain.cadence import Cadence
    from followupd.domain.events import Event
    from followupd.domain.history import History
    from followupd.domain.occurrence import Occurrence
    from followupd.domain.plan import PlannedStep
    from followupd.domain.scenario import Scenario

__all__ = ["RestlessPlanError", "Simulated", "never_ends", "rehearse", "simulate", "unfinished"]

_LONGEST = timedelta(days=2 * 365)
"""In that time every plan must have come to its end."""

_NOON = time(12)
_HELD_ON = date(2026, 3, 2)
_DECISION_BY = date(2026, 3, 13)

CAST = tuple(
    Person(f"the {part.value.replace('_', ' ')}", f"{part.value}@cast.invalid", part)
    for part in Part
)
"""One person for each part."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What happened, and how it stands at the end.

    Attributes:
        occurrences: what happened, oldest first.
        log: every event with the number of its interview, in the order in which they happened;
            what was known before comes first.
        histories: each interview as it stands at the end.
        plans: their plans as of the end.
        ended_at: the end: the last moment at which anything happened where all came to rest.
        at_rest: nothing more would happen by itself, however long one waits.
        planned: how many plans were made on the way.
    """

    occurrences: tuple[Occurrence, ...]
    log: tuple[tuple[int, Event], ...]
    histories: Mapping[int, History]
    plans: Mapping[int, Plan]
    ended_at: datetime
    at_rest: bool
    planned: int

    def of(self, interview_id: int) -> tuple[Occurrence, ...]:
        """What happened to one interview, oldest first."""
        return tuple(each for each in self.occurrences if each.interview_id == interview_id)


def simulate(
    known: Mapping[int, Iterable[Event]],
    cadence_of: Callable[[Interview], Cadence],
    workdays: Workdays,
    start: datetime,
    until: datetime,
    scenario: Scenario = SILENCE,
) -> Simulated:
    """Play interviews from `start` to `until` (aware), both included.

    Args:
        known: what has happened to each interview by `start`; each begins with its recording.
        cadence_of: the cadence of an interview.
        workdays: the user's calendar.
        start: now.
        until: the end, should they not come to rest before.
        scenario: what is assumed; what lies before `start` in it happens at once.

    Raises:
        RestlessPlanError: the plan of an interview never comes to rest.
        ValueError: the calendar has no working day, or an interview does not begin with its
            recording.
    """
    walk = Walk(known, cadence_of, workdays, start.astimezone(UTC), scenario)
    at_rest = walk.go(until.astimezone(UTC))
    return Simulated(
        tuple(walk.occurrences),
        tuple(walk.log),
        walk.histories,
        walk.plans,
        walk.now if at_rest else until.astimezone(UTC),
        at_rest,
        walk.planned,
    )


def rehearse(
    cadence: Cadence,
    workdays: Workdays,
    held_on: date,
    decision_by: date | None,
    *,
    is_final: bool = False,
) -> Simulated:
    """Play a cadence with one person in each part, while nobody answers.

    The user sends each draft, calls and does each task at the moment it is due.

    Args:
        cadence: what to play.
        workdays: the user's calendar.
        held_on: the day of the interview, which is held at noon and recorded on the spot.
        decision_by: the day promised for the decision, or None.
        is_final: it was the last round.

    Raises:
        RestlessPlanError: the plan never comes to rest.
        ValueError: the calendar has no working day.
    """
    held_at = workdays.at(held_on, _NOON).astimezone(UTC)
    interview = Interview(
        uid="0" * 32,
        company="",
        role="",
        held_at=held_at,
        decision_by=decision_by,
        people=CAST,
        promises=(),
        account="",
        language="en",
        is_final=is_final,
    )
    known = {1: [happened.Added(at=held_at, interview=interview)]}
    return simulate(known, lambda _: cadence, workdays, held_at, held_at + _LONGEST, AT_ONCE)


def never_ends(cadence: Cadence) -> str | None:
    """Why a cadence does not come to its end although nobody answers, as a clause; else None.

    It has come to its end when it has closed the interview or, where no step closes, when its
    last step is done. It is played with one person in each part, with a last round and without.
    """
    calendar = Workdays(ZoneInfo("UTC"), send_from=cadence.send_from, send_until=cadence.send_until)
    for is_final in (False, True):
        try:
            played = rehearse(cadence, calendar, _HELD_ON, _DECISION_BY, is_final=is_final)
        except (RestlessPlanError, ValueError) as error:
            return str(error)
        reason = _why_not_over(cadence, played)
        if reason is not None:
            return f"{reason}, after a final round" if is_final else reason
    return None


def unfinished(current: Plan) -> Iterator[PlannedStep]:
    """The steps on which an interview still waits."""
    for step in current.steps:
        if not step.state.is_over and step.state is not StepState.STOPPED:
            yield step


def _why_not_over(cadence: Cadence, played: Simulated) -> str | None:
    if played.histories[1].closed is not None:
        return None
    for step in unfinished(played.plans[1]):
        if step.due is not None and not played.at_rest:
            return f"the step {step.step} is not done within two years"
        return f"the step {step.step} is never done: {step.reason}"
    if not played.at_rest:
        return "it goes on for more than two years"
    end = next((step.name for step in cadence.steps if step.closes), None)
    if end is None:
        return None
    why = next((f": {step.reason}" for step in played.plans[1].steps if step.step == end), "")
    return f"the step {end} never closes the interview{why}"
