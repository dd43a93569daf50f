"""An interview that the mailbox suggests and the user has not recorded yet.

It is a question: nothing is planned and nothing is drafted for it before the user accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads this type when it runs
from enum import StrEnum

from followupd.domain.events import Mail  # noqa: TC001 - as above


class SuggestionState(StrEnum):
    """What has become of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class SuggestedPerson:
    """Somebody on the invitation; `name` may be empty, `address` is a bare addr-spec."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What an invitation suggests.

    Attributes:
        account: the name of the account it came to.
        company: a guess; "" where it is not known.
        role: likewise.
        held_at: when the interview is to be; aware.
        zone: the IANA name of the zone the invitation names, or "".
        people: those on the invitation, whoever invites first; without the user.
        mail: the mail it came with: the thread to continue.
        words: why it was taken for an interview, printable.
        from_interview: the interview it is the next round of, or None.
        uid: names the event in the calendar (RFC 5545, section 3.8.4.7); "" where it has none.
        sequence: the event's revision.
        accepted_as: the interview it was recorded as, or None. An open suggestion that has one
            suggests to move it.
    """

    account: str
    company: str
    role: str
    held_at: datetime
    zone: str
    people: tuple[SuggestedPerson, ...]
    mail: Mail
    words: str
    from_interview: int | None = None
    uid: str = ""
    sequence: int = 0
    accepted_as: int | None = None

    @property
    def key(self) -> str:
        """What makes it the same suggestion when it is met again."""
        return f"uid:{self.uid}" if self.uid else f"mail:{self.mail.message_id}"
