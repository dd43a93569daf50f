"""What the user changes, asks for and remembers: the events that come from commands alone.

Like all events they are never changed afterwards; `at` is the moment of the command (aware).
What happens in the mailbox, and what the user says about that, is in `events.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads this type when it runs
from typing import Literal, TypeAlias

from followupd.domain.interview import (  # noqa: TC001 - as above
    Part,
    Person,
    Promise,
    Register,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewEdited:
    """What was recorded of the interview is put right; None leaves a value as it is."""

    at: datetime
    company: str | None = None
    role: str | None = None
    language: str | None = None
    register: Register | None = None
    cadence: str | None = None
    is_final: bool | None = None
    kind: Literal["interview_edited"] = "interview_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecorded:
    """Somebody belongs to the interview, or what is known of them changed.

    `instead_of` is the address under which they were recorded in that part; "" for a new person.
    """

    at: datetime
    person: Person
    instead_of: str = ""
    kind: Literal["person_recorded"] = "person_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRemoved:
    """Somebody does not belong to the interview, at least not in that part."""

    at: datetime
    address: str
    part: Part
    kind: Literal["person_removed"] = "person_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade:
    """The user promised something after the interview was recorded."""

    at: datetime
    promise: Promise
    kind: Literal["promise_made"] = "promise_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDropped:
    """A promise no longer holds; `number` counts from 0 in the order they were made."""

    at: datetime
    number: int
    kind: Literal["promise_dropped"] = "promise_dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNoted:
    """What the user talked about with a person; "" takes it back.

    `text` continues "we talked about".
    """

    at: datetime
    address: str
    text: str
    kind: Literal["topic_noted"] = "topic_noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansChanged:
    """The user's own plans changed, which the next draft mentions; "" takes it back."""

    at: datetime
    text: str
    kind: Literal["plans_changed"] = "plans_changed"


@dataclass(frozen=True, slots=True)
class Given:
    """A text that the user gave for one draft, under the name of a template's variable."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequested:
    """The user asked for a draft.

    Attributes:
        template: its name, without language and ending.
        person: the address of the person it is for.
        given: what the user gave for it.
    """

    at: datetime
    template: str
    person: str
    given: tuple[Given, ...] = ()
    kind: Literal["draft_requested"] = "draft_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """The user did what a step without a draft asked for."""

    at: datetime
    step: str
    cycle: int
    person: str
    kind: Literal["task_done"] = "task_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRoundRecorded:
    """Another round for the same position was recorded: that is what they answered."""

    at: datetime
    interview_id: int
    kind: Literal["next_round_recorded"] = "next_round_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """How it was, looking back; None where the user did not say.

    Attributes:
        answered: whether they answered in the end.
        days: after how many working days.
        treated: how the user was treated, from 1 (badly) to 5 (very well).
        again: whether the user would apply there again.
        text: in the user's words; may be empty.
        declined: the user does not want to be asked.
    """

    at: datetime
    answered: bool | None = None
    days: int | None = None
    treated: int | None = None
    again: bool | None = None
    text: str = ""
    declined: bool = False
    kind: Literal["reviewed"] = "reviewed"


Act: TypeAlias = (
    InterviewEdited
    | PersonRecorded
    | PersonRemoved
    | PromiseMade
    | PromiseDropped
    | TopicNoted
    | PlansChanged
    | DraftRequested
    | TaskDone
    | NextRoundRecorded
    | Reviewed
)
