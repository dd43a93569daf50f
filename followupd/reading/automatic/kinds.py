"""What a mail can be, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Kind(StrEnum):
    """What a mail is, in the order in which the rules are asked."""

    OWN = "own"
    BOUNCE = "bounce"
    DELIVERY_NOTE = "delivery_note"
    READ_RECEIPT = "read_receipt"
    INVITATION = "invitation"
    """Somebody asks for a time (RFC 5546: REQUEST), or for another one (COUNTER)."""
    CANCELLATION = "cancellation"
    """Somebody calls a meeting off (CANCEL): a person's doing, if by a calendar's hand."""
    CALENDAR_REPLY = "calendar_reply"
    """A calendar says who accepted or declined (REPLY)."""
    ABSENCE = "absence"
    AUTOMATIC = "automatic"
    BULK = "bulk"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a mail is, and why.

    Attributes:
        kind: what it is.
        rule: a short printable sentence that names the header or the words.
        returns_on: the first day back that an absence note names, else None.
        stand_in_name: who stands in for its writer; "" where that is not said.
        stand_in_address: their bare address; "" where that is not said.
        has_left: its writer is no longer with the organisation.
        by_subject_alone: neither a header nor the text says that it is automatic.
    """

    kind: Kind
    rule: str
    returns_on: date | None = None
    stand_in_name: str = ""
    stand_in_address: str = ""
    has_left: bool = False
    by_subject_alone: bool = False
