"""What a digest is made of: one value for each line. Names are as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.domain.interview import Outcome


@dataclass(frozen=True, slots=True)
class About:
    """Which interview a line is about; names as they were recorded."""

    id: int
    company: str
    role: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A word from them.

    Attributes:
        about: the interview.
        who: the name of the writer, else the address.
        on: the day of the mail, in the user's zone.
        outcome: what it says; None for "not decided yet".
        decision_by: the day until which they now want to decide, or None.
        is_unclear: whether it is not sure what it says.
    """

    about: About
    who: str
    on: date
    outcome: Outcome | None
    decision_by: date | None = None
    is_unclear: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What only the user can decide.

    Attributes:
        about: the interview.
        who: the name of the writer, else the address.
        on: the day of the mail, in the user's zone.
        is_answer: the mail is an answer, and what it says is not clear; else it is not known
            whether it is one.
        guess: what it may say, or None.
    """

    about: About
    who: str
    on: date
    is_answer: bool
    guess: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """An interview that mail suggests.

    Attributes:
        id: by which `followupd accept` names it.
        company: a guess; "" where it is not known.
        on: the day it is to be held, in the user's zone.
        moves: the number of the interview that it would move, or None for a new one.
    """

    id: int
    company: str
    on: date
    moves: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingPromise:
    """A promise for today or tomorrow; `who` is "" where nobody is recorded to send it to."""

    about: About
    what: str
    on: date
    who: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made today; `phone` is "" where the number is not known."""

    about: About
    who: str
    phone: str
    step: str


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done and has no draft.

    Attributes:
        about: the interview.
        name: of the task (`duties.py`).
        who: whom it concerns; "" for nobody in particular.
        on: since when.
        reason: one clause, in English.
    """

    about: About
    name: str
    who: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """A letter in Drafts.

    Attributes:
        about: the interview.
        step: its name.
        who: whom it is to.
        since: the day it was laid there.
        days: the working days since then.
        is_edited: the user has changed it.
        is_refused: it was approved and could not be sent.
    """

    about: About
    step: str
    who: str
    since: date
    days: int
    is_edited: bool
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedDraft:
    """A letter that the user approved and that is not sent yet.

    Attributes:
        about: the interview.
        step: its name.
        who: whom it is to.
        at: when it goes out, in the user's zone; None while it does not.
        is_held: something speaks against sending it.
        is_late: it could not be sent so far and is tried again.
    """

    about: About
    step: str
    who: str
    at: datetime | None
    is_held: bool = False
    is_late: bool = False

    @property
    def on(self) -> date | None:
        """The day on which it goes out, in the user's zone."""
        return self.at.date() if self.at is not None else None


@dataclass(frozen=True, slots=True)
class UnclearSending:
    """An approved letter of which it is not known whether it was sent.

    Attributes:
        about: the interview.
        step: its name.
        who: whom it is to.
        at: when it was handed over, in the user's zone.
    """

    about: About
    step: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next by itself; `who` is "" for nobody in particular."""

    step: str
    who: str
    on: date
    is_call: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Cold:
    """An interview about which nothing was heard for too long.

    Attributes:
        about: the interview.
        last_word: the day they last wrote, or that of the interview.
        days: the working days since then.
        next: what comes next by itself, or None.
        drafts: how many letters or call sheets for it wait in Drafts.
        approved: how many letters for it are approved and not sent yet.
        asks: a possible reply waits to be decided first.
    """

    about: About
    last_word: date
    days: int
    next: Next | None
    drafts: int
    asks: bool
    approved: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """An interview that was closed.

    Attributes:
        about: the interview.
        by_plan: it was not the user who closed it.
        outcome: of the answer, or None where none came.
        reason: one clause, in English; may be empty.
    """

    about: About
    by_plan: bool
    outcome: Outcome | None
    reason: str
