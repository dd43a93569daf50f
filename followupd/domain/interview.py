"""The values the rest speaks about: interview, person, promise, and their closed sets."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Part(StrEnum):
    """The part a person plays in an interview."""

    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    INTERVIEWER = "interviewer"
    SENIOR = "senior"
    NETWORK = "network"
    REFERENCE = "reference"


EMPLOYER = frozenset({Part.RECRUITER, Part.HIRING_MANAGER, Part.INTERVIEWER, Part.SENIOR})
"""Whose mail may be an answer; a friend or a reference writes about many things."""


class Channel(StrEnum):
    """How a step reaches its person."""

    EMAIL = "email"
    CALL = "call"
    TASK = "task"


class Register(StrEnum):
    """How a letter speaks to its person."""

    FORMAL = "formal"
    FRIENDLY = "friendly"


class Status(StrEnum):
    """Where an interview stands."""

    UPCOMING = "upcoming"
    WAITING = "waiting"
    SILENT = "silent"
    ANSWERED = "answered"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What an answer says."""

    OFFER = "offer"
    REJECTION = "rejection"
    NEXT_ROUND = "next_round"
    INFO_REQUEST = "info_request"
    OTHER = "other"


class DraftState(StrEnum):
    """What has become of a draft; see the design's words."""

    QUEUED = "queued"
    EDITED = "edited"
    SENT = "sent"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"
    APPROVED = "approved"
    UNCLEAR = "unclear"

    @property
    def is_open(self) -> bool:
        """Whether this draft may still be sent."""
        return self is DraftState.QUEUED or self.is_touched

    @property
    def is_touched(self) -> bool:
        """Whether the user may still send it and has done something with it: it is theirs."""
        return self in (
            DraftState.EDITED,
            DraftState.MISSING,
            DraftState.APPROVED,
            DraftState.UNCLEAR,
        )

    @property
    def is_in_drafts(self) -> bool:
        """Whether it lies in the folder of drafts."""
        return self in (DraftState.QUEUED, DraftState.EDITED)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who belongs to an interview.

    Attributes:
        name: as written to `add`; may be empty.
        address: the bare RFC 5322 addr-spec, such as `dana@acme.example`, case as given.
        part: the part they play.
        phone: as the user wrote it, or None.
        channel: the channel they asked for, or None when they named none.
        timezone: an IANA name, or None when it is not known.
        language: ISO 639-1, or None for the interview's.
        register: how to write to them, or None for the interview's.
        greeting: how a letter to them begins, in the user's words, or None for the template's.
    """

    name: str
    address: str
    part: Part
    phone: str | None = None
    channel: Channel | None = None
    timezone: str | None = None
    language: str | None = None
    register: Register | None = None
    greeting: str | None = None

    @property
    def key(self) -> str:
        """The address as it is compared: case-folded."""
        return self.address.casefold()

    @property
    def called(self) -> str:
        """How to name them in a sentence: the name, else the address."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the user promised to send or do by a date (advice row 4).

    Attributes:
        on: the day, in the user's time zone.
        what: in the user's words.
    """

    on: date
    what: str


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview: the unit of silence.

    Attributes:
        uid: 32 hexadecimal digits, made when it was recorded. Message-IDs of its drafts are
            derived from it, so that a restored database recognises them.
        company: as the user wrote it.
        role: as the user wrote it.
        held_at: when it was or will be held; aware.
        decision_by: the day a decision was promised for, in the user's time zone, or None.
        people: in the order given.
        promises: in the order given.
        account: the name of the account whose mailbox its mail goes through.
        language: ISO 639-1, such as `en`.
        register: how letters are written, or None for the user's usual one.
        cadence: the name of the cadence, "" for the usual one.
        is_final: it was the last round: only an offer is open.
        round_of: the number of the round before it of the same position, or None.
    """

    uid: str
    company: str
    role: str
    held_at: datetime
    decision_by: date | None
    people: tuple[Person, ...]
    promises: tuple[Promise, ...]
    account: str
    language: str
    register: Register | None = None
    cadence: str = ""
    is_final: bool = False
    round_of: int | None = None

    def with_part(self, part: Part) -> tuple[Person, ...]:
        """The people who play `part`, in the order given."""
        return tuple(person for person in self.people if person.part is part)


def company_key(name: str) -> str:
    """A company's name as it is compared: without regard to capitals, widths and blanks."""
    normal = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", normal).split())
