"""One thing that happens in a simulation, told shortly: when, what, which step, to whom, why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from followupd.domain import acts
from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import Channel

if TYPE_CHECKING:
    from datetime import datetime

    from followupd.domain.events import Event
    from followupd.domain.history import Draft, History
    from followupd.domain.interview import Person
    from followupd.domain.plan import PlannedStep


class What(StrEnum):
    """What kind of thing happens."""

    RECORDED = "recorded"
    LAID = "draft laid"
    EDITED = "draft edited"
    SENT = "draft sent"
    DELETED = "draft deleted"
    WITHDRAWN = "draft taken back"
    CALLED = "called"
    TASK = "task due"
    DONE = "task done"
    SKIPPED = "step skipped"
    ANSWER = "answer"
    HOLDING = "holding reply"
    POSSIBLE = "possible reply"
    RESOLVED = "possible reply decided"
    ABSENCE = "absence note"
    AUTOMATIC = "automatic mail"
    BOUNCE = "bounce"
    CLOSED = "closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that happens.

    Attributes:
        at: when; aware.
        interview_id: to which interview.
        what: its kind.
        step: the name of the step it is about; "" for none.
        person: whom it is to or from, or None.
        channel: how the step reaches them, or None where there is no step.
        reason: why; may be empty.
        event: what was recorded; None for a task, of which nothing is recorded before it is done.
    """

    at: datetime
    interview_id: int
    what: What
    step: str = ""
    person: Person | None = None
    channel: Channel | None = None
    reason: str = ""
    event: Event | None = None


def occurrence(
    interview_id: int,
    event: Event,
    history: History,
    step: PlannedStep | None = None,
    draft: Draft | None = None,
) -> Occurrence:
    """Tell of an event.

    Args:
        interview_id: the interview it happened to.
        event: what was recorded.
        history: the interview after it.
        step: the step that asked for it, if one did.
        draft: the draft it is about, where the event does not name it.
    """
    draft = draft or history.draft(getattr(event, "message_id", ""))
    address = _address(event) if draft is None else draft.person
    channel = step.channel if step is not None else None
    if draft is not None and channel is None:
        to_person = draft.to.casefold() == draft.person.casefold()
        channel = Channel.EMAIL if to_person else Channel.CALL
    reason = step.reason if step is not None else getattr(event, "reason", "")
    name = getattr(draft or event, "step", "") if step is None else step.step
    key = address.casefold()
    person = next((p for p in history.interview.people if p.key == key), None)
    return Occurrence(event.at, interview_id, _what(event), name, person, channel, reason, event)


def _address(event: Event) -> str:
    """Whom an event is about that is about no draft; "" for nobody."""
    match event:
        case happened.Bounced(address=address):
            return address
        case happened.CallMade(person=person) | happened.StepSkipped(person=person):
            return person
        case acts.TaskDone(person=person):
            return person
        case (
            happened.ReplyReceived(mail=mail)
            | happened.HoldingReply(mail=mail)
            | happened.Acknowledged(mail=mail)
            | happened.PossibleReply(mail=mail)
            | happened.AutomaticReceived(mail=mail)
        ):
            return mail.sender
        case _:
            return ""


def _what(event: Event) -> What:
    if isinstance(event, happened.AutomaticReceived):
        is_note = event.category is AutomaticCategory.ABSENCE
        return What.ABSENCE if is_note else What.AUTOMATIC
    return _KINDS.get(event.kind, What.OTHER)


_KINDS = {
    "added": What.RECORDED,
    "draft_queued": What.LAID,
    "draft_edited": What.EDITED,
    "draft_sent": What.SENT,
    "draft_dismissed": What.DELETED,
    "draft_withdrawn": What.WITHDRAWN,
    "call_made": What.CALLED,
    "task_done": What.DONE,
    "step_skipped": What.SKIPPED,
    "reply_received": What.ANSWER,
    "marked_answered": What.ANSWER,
    "holding_reply": What.HOLDING,
    "possible_reply": What.POSSIBLE,
    "reply_resolved": What.RESOLVED,
    "bounced": What.BOUNCE,
    "closed": What.CLOSED,
}
