"""What becomes of a draft that the user has moved into the approval folder: the events.

The move is the user's own act, like pressing Send. Like all events these are never changed
afterwards; `at` is the moment followupd learned of it (aware), and `message_id` the one the draft
was queued with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads this type when it runs
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftApproved:
    """The user moved the draft into the approval folder.

    Attributes:
        folder: the approval folder's name.
        recipients: the bare addresses of To, Cc and Bcc, as the user left them.
    """

    at: datetime
    message_id: str
    folder: str
    recipients: tuple[str, ...]
    kind: Literal["draft_approved"] = "draft_approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTakenBack:
    """The user moved the draft out of the approval folder before it was sent."""

    at: datetime
    message_id: str
    kind: Literal["approval_taken_back"] = "approval_taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHeld:
    """An approved draft is not sent while `reason` holds, unless the user approves it once more."""

    at: datetime
    message_id: str
    reason: str
    kind: Literal["sending_held"] = "sending_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingFailed:
    """An approved draft was surely not sent.

    Attributes:
        reason: why, in words; the server's own among them.
        again_at: when it is tried again; None: it is not, and the draft goes back into Drafts.
    """

    at: datetime
    message_id: str
    reason: str
    again_at: datetime | None
    kind: Literal["sending_failed"] = "sending_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingUnclear:
    """An approved draft was handed over and no answer came; `sending_at` is when."""

    at: datetime
    message_id: str
    sending_at: datetime
    reason: str
    kind: Literal["sending_unclear"] = "sending_unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDenied:
    """The user says that a draft whose sending was unclear has not gone out: it is sent again."""

    at: datetime
    message_id: str
    kind: Literal["sending_denied"] = "sending_denied"


Approving: TypeAlias = (
    DraftApproved | ApprovalTakenBack | SendingHeld | SendingFailed | SendingUnclear | SendingDenied
)
