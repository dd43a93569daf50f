"""The steps of a plan: each with its person, its due time, its state and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.domain.interview import Channel

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.interview import Person

REQUESTED_FROM = 1000
"""The draft that the user asked for first has this cycle, the second the next; no ladder is run
through that often."""

ASKING = frozenset(
    {"check-in", "check-in-final", "hiring-manager", "network", "senior", "still-open", "call"}
)
"""Templates that ask where things stand; nobody asks after the answer has come."""

ANSWER_TASK = "answer"
"""The task to answer a request for information."""


class StepState(StrEnum):
    """What has become of a step, or will."""

    PLANNED = "planned"
    DUE = "due"
    HELD = "held"
    QUEUED = "queued"
    EDITED = "edited"
    MISSING = "missing"
    APPROVED = "approved"
    SENT = "sent"
    DISMISSED = "dismissed"
    SKIPPED = "skipped"
    DONE = "done"
    PASSED = "passed over"
    STOPPED = "stopped"

    @property
    def is_ahead(self) -> bool:
        """Whether its draft is still to come."""
        return self in (StepState.PLANNED, StepState.DUE)

    @property
    def is_over(self) -> bool:
        """Whether the ladder may go on from it."""
        return self in (
            StepState.SENT,
            StepState.DISMISSED,
            StepState.SKIPPED,
            StepState.DONE,
            StepState.PASSED,
        )


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step for one person.

    Attributes:
        step: its name.
        cycle: the run through the ladder (for a promise: its number), from 0; for a draft that
            the user asked for its number, from `REQUESTED_FROM`.
        person: whom it is for; None for nobody.
        due: when its draft is to lie in Drafts, in the user's zone; None where that is open.
        channel: as the person prefers.
        template: the template's name; "" for none.
        state: see `StepState`.
        reason: one printable clause.
        attempt: how many drafts of it were withdrawn so far.
        over_at: when it was sent, dismissed, skipped or done; None before.
        estimated: `due` counts on another draft being sent or deleted by then.
        closes: it closes the interview.
    """

    step: str
    cycle: int
    person: Person | None
    due: datetime | None
    channel: Channel
    template: str
    state: StepState
    reason: str
    attempt: int = 0
    over_at: datetime | None = None
    estimated: bool = False
    closes: bool = False

    @property
    def is_task(self) -> bool:
        """Whether it is the user's to do and has no draft."""
        return self.channel is Channel.TASK and not self.template and not self.closes

    @property
    def request(self) -> int | None:
        """The number of the user's request for this draft, from 0; None where it is the plan's."""
        return self.cycle - REQUESTED_FROM if self.cycle >= REQUESTED_FROM else None
