"""What is assumed when an interview is played through: the user's habits, and what others do.

A scenario is a value, so that the same one always plays the same way. Mail in it is made up: its
Message-IDs end in `simulated.invalid` (RFC 2606), which no real mail can bear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory, Layer, Mail
from followupd.domain.interview import Outcome
from followupd.domain.workdays import Away

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.domain.events import Event
    from followupd.domain.interview import Person

DOMAIN = "simulated.invalid"
YOU = f"you@{DOMAIN}"
"""Where made-up mail goes to, and whose address a call sheet bears."""

_SIMULATED = "simulated"


class Habit(StrEnum):
    """What the user does with a draft.

    To `send` is also to call where it is a call sheet, to do where it is a task, and to delete
    where it is a sheet to be read; to `skip` is to say by command that the step is not wanted.
    """

    SEND = "send"
    DELETE = "delete"
    SKIP = "skip"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Handling:
    """What the user does with a draft, a call sheet or a task, and when.

    Attributes:
        habit: what they do.
        after: how long after it was laid down.
        edits: they change the draft half way there.
    """

    habit: Habit = Habit.SEND
    after: timedelta = timedelta(hours=1)
    edits: bool = False


@dataclass(frozen=True, slots=True)
class Scripted:
    """An event that happens to an interview at the event's own moment.

    An `Added` records the interview; before it the number is not known.
    """

    interview_id: int
    event: Event


@dataclass(frozen=True, slots=True)
class Pause:
    """The user pauses everything.

    Attributes:
        since: when they say so; aware.
        until: when it ends; None for never.
        is_announced: they say at the beginning when it ends.
    """

    since: datetime
    until: datetime | None
    is_announced: bool = True

    def as_known(self, now: datetime) -> Away | None:
        """What is known of it at that moment; None before it begins."""
        if now < self.since:
            return None
        over = self.until is not None and self.until <= now
        return Away(self.since, self.until if self.is_announced or over else None)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is assumed.

    Attributes:
        handlings: what the user does with the drafts, in turn, and then from the first again;
            at least one.
        script: what happens besides; the order does not matter.
        pauses: the user's pauses.
        dead: the addresses, case-folded, from which every message comes back for good.
    """

    handlings: tuple[Handling, ...] = (Handling(),)
    script: tuple[Scripted, ...] = ()
    pauses: tuple[Pause, ...] = ()
    dead: frozenset[str] = frozenset()


SILENCE = Scenario()
"""Nobody ever answers, and the user sends every draft an hour after it was laid down."""

AT_ONCE = Scenario((Handling(after=timedelta(0)),))
"""The same, but the user sends every draft the moment it lies there."""


def mail_from(person: Person, at: datetime) -> Mail:
    """A made-up mail of a person to the user."""
    return Mail(
        message_id=f"<{at:%Y%m%dT%H%M%S.%f}.{person.key}@{DOMAIN}>",
        sender=person.address,
        sender_name=person.name,
        recipients=(YOU,),
        subject="Your interview",
        date=at,
        folder="INBOX",
    )


def answer(
    person: Person, at: datetime, outcome: Outcome = Outcome.OTHER
) -> happened.ReplyReceived:
    """The person answers."""
    return happened.ReplyReceived(
        at=at,
        mail=mail_from(person, at),
        layer=Layer.ADDRESS,
        evidence=_SIMULATED,
        outcome=outcome,
    )


def holding_reply(person: Person, at: datetime, decision_by: date | None) -> happened.HoldingReply:
    """The person says that it is not decided yet, and until when it will be."""
    return happened.HoldingReply(
        at=at,
        mail=mail_from(person, at),
        layer=Layer.ADDRESS,
        evidence=_SIMULATED,
        decision_by=decision_by,
    )


def possible_reply(person: Person, at: datetime) -> happened.PossibleReply:
    """A mail of the person's that may be an answer."""
    return happened.PossibleReply(
        at=at, mail=mail_from(person, at), layer=Layer.NAME, evidence=_SIMULATED
    )


def absence_note(
    person: Person, at: datetime, returns_on: date | None, *, has_left: bool = False
) -> happened.AutomaticReceived:
    """The person's mailbox says that they are away, or gone."""
    return happened.AutomaticReceived(
        at=at,
        mail=mail_from(person, at),
        category=AutomaticCategory.ABSENCE,
        rule=_SIMULATED,
        returns_on=returns_on,
        has_left=has_left,
    )


def bounce(address: str, at: datetime, message_id: str) -> happened.Bounced:
    """A message to the address comes back for good."""
    return happened.Bounced(at=at, address=address, original_message_id=message_id)
