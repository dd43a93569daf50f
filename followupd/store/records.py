"""The values that go into the store and come out of it.

Every datetime is aware; what comes out is in UTC, the times inside an event excepted: those keep
the offset they were recorded with. Text that began in a mail or on a server is cleaned and capped
by whoever makes the value: the store keeps what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from followupd.domain.events import Event
    from followupd.domain.suggestion import Suggestion, SuggestionState


CALENDAR_FILE = "[calendar]"
"""Under which `Health` of the calendar file is kept; no account can be called so."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its number: numbers grow in the order of recording and are never reused."""

    id: int
    event: Event


@dataclass(frozen=True, slots=True)
class Chronicle:
    """All that has happened to one interview, in the order in which it was recorded."""

    interview_id: int
    events: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was read.

    Attributes:
        account: the account's name in the configuration.
        folder: the folder's name, decoded.
        uidvalidity: the folder's UIDVALIDITY (RFC 9051, section 2.3.1.1).
        last_uid: the highest UID that was dealt with; 0 for none.
        seen_at: when the folder was last read up to there.
    """

    account: str
    folder: str
    uidvalidity: int
    last_uid: int
    seen_at: datetime


class Phase(StrEnum):
    """How far the laying of one draft has come, and its sending where the user approved it.

    `INTENDED` stands before anything is sent to the server, `APPENDING` from just before the
    APPEND until its outcome is known. `APPROVED` lies in the approval folder; `SENDING` stands from
    just before it is handed over to the SMTP server until the answer is stored; `UNCLEAR` where
    there was none; `FILING` while its copy goes to Sent and it is taken out of the approval folder;
    `RETURNING` while it is put back into Drafts. `SETTLED` (sent, dismissed, withdrawn, cancelled)
    is no longer looked at.
    """

    INTENDED = "intended"
    APPENDING = "appending"
    PLACED = "placed"
    EDITED = "edited"
    MISSING = "missing"
    WITHDRAWING = "withdrawing"
    APPROVED = "approved"
    SENDING = "sending"
    UNCLEAR = "unclear"
    FILING = "filing"
    RETURNING = "returning"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One draft, from the intent until it is settled.

    `message_id`, the interview, the account, the rung (`step`, `cycle`, `person`, `attempt`) and
    `made_at` never change; `Transaction.update` writes the rest.

    Attributes:
        message_id: the Message-ID it is laid with, angle brackets included.
        interview_id: the interview it belongs to.
        account: the name of the account whose Drafts it goes to.
        step: the step's name.
        cycle: the run through the ladder, from 0.
        person: the address of the person the step is for, "" for none.
        attempt: how many drafts of this rung were withdrawn before it.
        phase: how far it has come.
        folder: the folder it lies in, "" while in none.
        uidvalidity: that folder's UIDVALIDITY when it was placed, 0 while unknown.
        uid: its UID there, 0 while unknown.
        uidnext_before: UIDNEXT of the folder before the APPEND, 0 while unknown; of Sent, or of
            Drafts again, while it is filed or put back.
        digest: of the bytes that were appended, "" before.
        bound_message_id: the Message-ID of the copy the user edited, "" for none.
        missing_since: when it was first found gone, or the outcome of its APPEND became unclear;
            else None.
        missing_passes: how many passes have found it gone since then.
        made_at: when the intent was stored.
        sending_at: when it was handed over to the SMTP server last; None for never.
    """

    message_id: str
    interview_id: int
    account: str
    step: str
    cycle: int
    person: str
    attempt: int
    phase: Phase
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    uidnext_before: int = 0
    digest: str = ""
    bound_message_id: str = ""
    missing_since: datetime | None = None
    missing_passes: int = 0
    made_at: datetime
    sending_at: datetime | None = None

    @property
    def is_handed_over(self) -> bool:
        """Whether it may have been sent by us, or was: it is never handed over again as it is."""
        return self.phase in (Phase.SENDING, Phase.UNCLEAR, Phase.FILING)


@dataclass(frozen=True, slots=True)
class Health:
    """How an account is doing.

    Attributes:
        account: the account's name in the configuration.
        last_pass_at: when a pass over it last came to its end, or None.
        problem: one sentence, "" while there is none.
        problem_since: when the problem began, None while there is none.
    """

    account: str
    last_pass_at: datetime | None
    problem: str
    problem_since: datetime | None


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion as it is stored.

    Attributes:
        id: by which the user names it; never reused.
        at: when it was first met.
        state: what has become of it.
        suggestion: what it says, as last updated.
    """

    id: int
    at: datetime
    state: SuggestionState
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be read and was passed over.

    Attributes:
        account: the account's name in the configuration.
        folder: the folder it lies in.
        uidvalidity: that folder's UIDVALIDITY.
        uid: the mail's UID.
        reason: one sentence without any of its text.
        at: when it was passed over.
    """

    account: str
    folder: str
    uidvalidity: int
    uid: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stranger:
    """A mail in an approval folder that is not sent from there: it is left alone.

    Attributes:
        account: the account's name in the configuration.
        folder: the approval folder.
        uidvalidity: that folder's UIDVALIDITY.
        uid: the mail's UID.
        subject: cleaned, capped.
        reason: why it is not sent, a clause.
        at: when it was first seen.
    """

    account: str
    folder: str
    uidvalidity: int
    uid: int
    subject: str
    reason: str
    at: datetime


class DigestState(StrEnum):
    """How far the digest of a day has come.

    `INTENDED` stands before anything is given to a server, `NOTHING` where there was no news.
    """

    INTENDED = "intended"
    PLACED = "placed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """The digest of one day.

    Attributes:
        day: in the user's zone.
        at: when it came to this state.
        state: how far it has come.
        message_id: with angle brackets; "" for none.
    """

    day: date
    at: datetime
    state: DigestState
    message_id: str = ""
