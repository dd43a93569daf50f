"""An account of what lies in Drafts and who was written to, kept from events alone.

What an event means for an interview (answered, closed, the promised day) is what `fold` says;
drafts, messages and what is done of the ladder are counted here anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.folding import fold
from followupd.domain.steps import REQUESTED_FROM

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.events import Event
    from followupd.domain.history import History


@dataclass(frozen=True, slots=True)
class Lying:
    """A draft that lies in Drafts.

    Attributes:
        touched: the user may have changed it.
        called: the user has called since.
    """

    step: str
    cycle: int
    person: str
    to: str
    laid_at: datetime
    touched: bool = False
    called: bool = False

    def __str__(self) -> str:
        return f"{self.step} to {self.person}" if self.person else self.step

    @property
    def is_letter(self) -> bool:
        """Whether it goes to the person it is for; else it is a sheet for the user."""
        return bool(self.person) and self.to.casefold() == self.person

    @property
    def rung(self) -> tuple[str, int, str]:
        """The step it belongs to."""
        return (self.step, self.cycle, self.person)

    @property
    def is_requested(self) -> bool:
        """Whether the user asked for it."""
        return self.cycle >= REQUESTED_FROM


def lying_as(event: happened.DraftQueued) -> Lying:
    """The draft that was laid down."""
    return Lying(event.step, event.cycle, event.person.casefold(), event.to, event.at)


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was sent, deleted, skipped or called."""

    step: str
    cycle: int
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message that went to a person.

    Attributes:
        step: the step whose draft it was; "" where it was no draft.
        by_hand: it was the user's own word, as what they asked for is.
    """

    person: str
    at: datetime
    message_id: str
    step: str = ""
    by_hand: bool = True


@dataclass(slots=True)
class Case:
    """One interview.

    Attributes:
        events: all of them, in order.
        drafts: what lies in Drafts, by Message-ID.
        done: the steps that are over by an act of the user's.
        messages: what went out.
        was_told: a person's word about the outcome, or the user's, is known.
    """

    number: int
    events: list[Event] = field(default_factory=list)
    drafts: dict[str, Lying] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    was_told: bool = False
    _folded: tuple[int, History] | None = None

    @property
    def history(self) -> History:
        """What the events mean."""
        if self._folded is None or self._folded[0] != len(self.events):
            self._folded = (len(self.events), fold(self.number, self.events))
        return self._folded[1]

    def note(self, event: Event) -> None:  # noqa: C901 - one case an event
        """Take an event into the account."""
        self.events.append(event)
        match event:
            case happened.DraftQueued():
                self.drafts[event.message_id] = lying_as(event)
            case happened.DraftEdited(message_id=key) | happened.DraftMissing(message_id=key):
                if key in self.drafts:
                    self.drafts[key] = replace(self.drafts[key], touched=True)
            case happened.DraftSent(message_id=key, sent_at=at, sent_message_id=sent):
                lying = self._over(key, at)
                if lying is not None and lying.is_letter:
                    self.messages.append(
                        Message(lying.person, at, sent, lying.step, lying.is_requested)
                    )
            case happened.DraftDismissed(message_id=key, at=at):
                self._over(key, at)
            case happened.DraftWithdrawn(message_id=key):
                self.drafts.pop(key, None)
            case happened.WroteByHand(mail=mail):
                self.messages += (
                    Message(address.casefold(), mail.date, mail.message_id)
                    for address in mail.recipients
                )
            case happened.CallMade(at=at):
                self._called(at)
            case happened.StepSkipped() | acts.TaskDone():
                self.done.append(Done(event.step, event.cycle, event.person.casefold(), event.at))
            case (
                happened.ReplyReceived()
                | happened.MarkedAnswered()
                | happened.ReplyResolved(belongs=True)
                | acts.NextRoundRecorded()
            ):
                self.was_told = True
            case _:
                pass

    def is_dealt_with(self, lying: Lying) -> bool:
        """Whether the user has done on their own what a draft is for that still lies there."""
        return (
            lying.called
            or self._is_skipped(lying)
            or any(
                message.by_hand and message.person == lying.person and message.at >= lying.laid_at
                for message in self.messages
            )
        )

    def _is_skipped(self, lying: Lying) -> bool:
        return any((done.step, done.cycle, done.person) == lying.rung for done in self.done)

    def _called(self, at: datetime) -> None:
        """A call counts for all that lies there: whom it was to is not always said."""
        for key, lying in self.drafts.items():
            if not lying.called and not self._is_skipped(lying):
                self.drafts[key] = replace(lying, called=True)
                self.done.append(Done(lying.step, lying.cycle, lying.person, at))

    def _over(self, message_id: str, at: datetime) -> Lying | None:
        lying = self.drafts.pop(message_id, None)
        if lying is not None:
            self.done.append(Done(lying.step, lying.cycle, lying.person, at))
        return lying
