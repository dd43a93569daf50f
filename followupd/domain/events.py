"""The facts that can happen to an interview.

An event is never changed afterwards. `at` is the moment followupd learned of it (aware); the
mail or act it tells of carries its own date. Everything else, the status included, is folded
from the events in the order in which they were recorded (`history.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from followupd.domain import acts, approvals
from followupd.domain.interview import Interview, Outcome


class Layer(StrEnum):
    """Which layer of matching tied a mail to an interview, strongest first."""

    REFERENCE = "reference"
    ADDRESS = "address"
    ORGANISATION = "organisation"
    NAME = "name"
    HAND = "hand"


class Meaning(StrEnum):
    """What a mail says to somebody who waits for an answer."""

    OFFER = "offer"
    REJECTION = "rejection"
    NEXT_ROUND = "next_round"
    INFO_REQUEST = "info_request"
    STILL_DECIDING = "still_deciding"
    ACKNOWLEDGEMENT = "acknowledgement"
    OTHER = "other"


class Place(StrEnum):
    """Where in a mail words stood."""

    SUBJECT = "subject"
    TEXT = "text"
    INVITATION = "invitation"


class AutomaticCategory(StrEnum):
    """What kind of automatic mail it was."""

    ABSENCE = "absence"
    REPLY = "automatic_reply"
    BULK = "bulk"
    READ_RECEIPT = "read_receipt"
    DELIVERY_NOTE = "delivery_note"
    CALENDAR_REPLY = "calendar_reply"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a mail that speak for a meaning: a short clause, never the text.

    Attributes:
        meaning: what they speak for.
        words: as they stood, clean, at most 120 characters.
        place: where they stood.
        line: the line of the text, from 1; 0 outside it.
    """

    meaning: Meaning
    words: str
    place: Place
    line: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was read in a mail, and by which words.

    Attributes:
        meaning: what it most likely says.
        confidence: from 0 to 1; of verdicts given at 0.9, nine in ten are right.
        evidence: the words that speak for it, the strongest first.
        against: the words that speak for something else.
        decision_by: the day until which it promises a decision or the next word, or None.
        decision_words: the words that name that day; "" for none.
        meets_at: when the next round is to be held, as its invitation says, or None; aware.
        by_call: the word they promise is to come by telephone.
    """

    meaning: Meaning
    confidence: float
    evidence: tuple[Words, ...] = ()
    against: tuple[Words, ...] = ()
    decision_by: date | None = None
    decision_words: str = ""
    meets_at: datetime | None = None
    by_call: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """What is kept of a mail: enough to thread, to show and to recognise it; never its text.

    Attributes:
        message_id: with angle brackets; made from the mail's headers where it had none.
        sender: bare address of From.
        sender_name: display name of From, cleaned; may be empty.
        recipients: bare addresses of To and Cc.
        subject: decoded, cleaned, capped.
        date: the mail's own date where it is believable, else the server's; aware.
        folder: the folder it was seen in.
        references: Message-IDs, oldest first, of the thread it belongs to, without its own.
    """

    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    date: datetime
    folder: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The interview was recorded."""

    at: datetime
    interview: Interview
    kind: Literal["added"] = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSearched:
    """The mailbox of `account` was searched for earlier mail with the interview's people."""

    at: datetime
    account: str
    kind: Literal["mailbox_searched"] = "mailbox_searched"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFound:
    """A mail between the user and a person of the interview from before it was held.

    It is no answer; a draft continues its thread.
    """

    at: datetime
    mail: Mail
    kind: Literal["thread_found"] = "thread_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReceived:
    """A person answered.

    Attributes:
        evidence: by what the mail was laid to the interview.
        rule: by what it was taken for a person's; "" where the user said that it is the answer.
        outcome: what the answer says where that is sure enough, else `other`.
        verdict: what was read; None where nothing was.
    """

    at: datetime
    mail: Mail
    layer: Layer
    evidence: str
    rule: str = ""
    outcome: Outcome = Outcome.OTHER
    verdict: Verdict | None = None
    kind: Literal["reply_received"] = "reply_received"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingReply:
    """A person says that it is not decided yet: the interview goes on waiting.

    `decision_by` is the day they promise, in their zone; None where they name none.
    """

    at: datetime
    mail: Mail
    layer: Layer
    evidence: str
    decision_by: date | None
    rule: str = ""
    verdict: Verdict | None = None
    kind: Literal["holding_reply"] = "holding_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A person or their system only says that something came; it answers nothing."""

    at: datetime
    mail: Mail
    layer: Layer
    evidence: str
    rule: str = ""
    verdict: Verdict | None = None
    kind: Literal["acknowledged"] = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleReply:
    """A mail that may be an answer: the user decides with `resolve`."""

    at: datetime
    mail: Mail
    layer: Layer
    evidence: str
    rule: str = ""
    verdict: Verdict | None = None
    kind: Literal["possible_reply"] = "possible_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyResolved:
    """The user decided a possible reply; `belongs` tells whether it answers this interview.

    `outcome` is what the user says that it says; None leaves that to what was read.
    """

    at: datetime
    message_id: str
    belongs: bool
    outcome: Outcome | None = None
    kind: Literal["reply_resolved"] = "reply_resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticReceived:
    """Automatic mail that concerns the interview; it answers nothing.

    Attributes:
        returns_on: the day of return that an absence note names, else None.
        stand_in_name: who stands in for its writer; "" where that is not said.
        stand_in_address: their bare address; "" where that is not said.
        has_left: its writer is no longer with the organisation.
    """

    at: datetime
    mail: Mail
    category: AutomaticCategory
    rule: str
    returns_on: date | None = None
    stand_in_name: str = ""
    stand_in_address: str = ""
    has_left: bool = False
    kind: Literal["automatic_received"] = "automatic_received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A mail to `address` could not be delivered (RFC 3464, `Action: failed`).

    `permanent` is False where the address lives, such as for a full mailbox.
    """

    at: datetime
    address: str
    original_message_id: str
    permanent: bool = True
    kind: Literal["bounced"] = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftQueued:
    """A draft lies in Drafts.

    Attributes:
        step: the step's name, such as `check-in`.
        cycle: which run through the ladder it belongs to, from 0 (`history.py`).
        person: the address of the person the step is for ("" for none).
        to: the address in the draft's To; for a call sheet the user's own.
        message_id: with angle brackets, derived from the interview's uid and the step.
        attempt: 0, or how many drafts of this step were withdrawn before it.
    """

    at: datetime
    step: str
    cycle: int
    person: str
    to: str
    message_id: str
    attempt: int
    subject: str
    in_reply_to: str | None = None
    kind: Literal["draft_queued"] = "draft_queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdited:
    """The user changed the draft; `message_id` is the one it was queued with."""

    at: datetime
    message_id: str
    kind: Literal["draft_edited"] = "draft_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSent:
    """The draft was sent, by the user or on their approval.

    `certain` is False where the sent copy was recognised by thread and person only;
    `sent_message_id` is the Message-ID it went out with; `mail` is the sent copy; `answer` is what
    the SMTP server said where it was sent on approval.
    """

    at: datetime
    message_id: str
    sent_at: datetime
    sent_message_id: str
    certain: bool
    mail: Mail | None = None
    answer: str = ""
    kind: Literal["draft_sent"] = "draft_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDismissed:
    """The user deleted the draft, which means no."""

    at: datetime
    message_id: str
    kind: Literal["draft_dismissed"] = "draft_dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWithdrawn:
    """We took our own untouched draft back."""

    at: datetime
    message_id: str
    reason: str
    kind: Literal["draft_withdrawn"] = "draft_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMissing:
    """The draft is gone from Drafts and nothing explains it yet."""

    at: datetime
    message_id: str
    kind: Literal["draft_missing"] = "draft_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFound:
    """A draft thought missing lies in Drafts again, untouched."""

    at: datetime
    message_id: str
    kind: Literal["draft_found"] = "draft_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class WroteByHand:
    """The user wrote to people of the interview on their own."""

    at: datetime
    mail: Mail
    kind: Literal["wrote_by_hand"] = "wrote_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """The user called; `person` is the address of whom they called, "" where that is not said."""

    at: datetime
    note: str = ""
    person: str = ""
    kind: Literal["call_made"] = "call_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewMoved:
    """The interview is held at another time; the user agreed to it."""

    at: datetime
    held_at: datetime
    kind: Literal["interview_moved"] = "interview_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMoved:
    """The decision is now promised for `decision_by`, a day in the user's time zone."""

    at: datetime
    decision_by: date
    kind: Literal["decision_moved"] = "decision_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedAnswered:
    """The user says that an answer came."""

    at: datetime
    outcome: Outcome = Outcome.OTHER
    kind: Literal["marked_answered"] = "marked_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSilent:
    """The user says that no answer has come; what was taken for one before was none."""

    at: datetime
    kind: Literal["marked_silent"] = "marked_silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """Nothing is to be laid into Drafts before `until`."""

    at: datetime
    until: datetime
    kind: Literal["snoozed"] = "snoozed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """The user does not want this step; the plan goes on from here."""

    at: datetime
    step: str
    cycle: int
    person: str
    kind: Literal["step_skipped"] = "step_skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The interview is over; `by_plan` when the ladder came to its end."""

    at: datetime
    reason: str
    by_plan: bool = False
    kind: Literal["closed"] = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The user took a closing, or an answer, back."""

    at: datetime
    kind: Literal["reopened"] = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The user wrote something down."""

    at: datetime
    text: str
    kind: Literal["noted"] = "noted"


Event: TypeAlias = (
    Added
    | MailboxSearched
    | ThreadFound
    | ReplyReceived
    | HoldingReply
    | Acknowledged
    | PossibleReply
    | ReplyResolved
    | AutomaticReceived
    | Bounced
    | DraftQueued
    | DraftEdited
    | DraftSent
    | DraftDismissed
    | DraftWithdrawn
    | DraftMissing
    | DraftFound
    | WroteByHand
    | CallMade
    | InterviewMoved
    | DecisionMoved
    | MarkedAnswered
    | MarkedSilent
    | Snoozed
    | StepSkipped
    | Closed
    | Reopened
    | Noted
    | acts.Act
    | approvals.Approving
)
