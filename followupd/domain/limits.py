"""How often one person may be written to, over all interviews at once.

No person gets more than one unanswered message in three working days, or three in all,
whatever the cadence says. A draft that still waits in Drafts counts: its user may send it any
moment. What was written before the person last wrote is answered and no longer counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.history import Draft, History
    from followupd.domain.workdays import Workdays

MOST_UNANSWERED = 3
REST = 3
"""Working days between two unanswered messages to one person."""


def sharing_people(history: History, histories: Iterable[History]) -> list[History]:
    """The other interviews that share a person with this one."""
    people = {person.key for person in history.interview.people}
    return [
        other
        for other in histories
        if other.interview_id != history.interview_id
        and not people.isdisjoint(person.key for person in other.interview.people)
    ]


@dataclass(slots=True)
class _Person:
    sent: dict[str, datetime] = field(default_factory=dict)
    heard: datetime | None = None
    open_drafts: list[tuple[int, Draft]] = field(default_factory=list)


class Contacts:
    """Who was written to when, and who answered, across interviews.

    Args:
        histories: every interview that shares a person with the one being planned, itself
            included.
    """

    def __init__(self, histories: Iterable[History]) -> None:
        self._people: dict[str, _Person] = {}
        for history in histories:
            for written in history.written:
                # One message may count for two interviews, but reached the person once.
                self._person(written.address).sent[written.message_id] = written.at
            for address, at in history.heard.items():
                person = self._person(address)
                person.heard = at if person.heard is None else max(person.heard, at)
            for draft in history.open_drafts:
                if draft.to.casefold() == draft.person.casefold():
                    waiting = (history.interview_id, draft)
                    self._person(draft.person).open_drafts.append(waiting)

    def unanswered(self, address: str) -> list[datetime]:
        """When the person was written to since they last wrote, oldest first."""
        person = self._person(address)
        return sorted(
            at for at in person.sent.values() if person.heard is None or at > person.heard
        )

    def may_write(self, address: str) -> bool:
        """Whether fewer than three messages to the person are unanswered."""
        return len(self.unanswered(address)) < MOST_UNANSWERED

    def earliest(self, address: str, workdays: Workdays) -> date | None:
        """The first day on which the person may be written to again; None for any day."""
        sent = self.unanswered(address)
        return workdays.add(workdays.day_of(sent[-1]), REST) if sent else None

    def other_draft(
        self, address: str, interview_id: int, rung: tuple[str, int, str]
    ) -> Draft | None:
        """An open draft to the person that is not the one of this rung of this interview."""
        for owner, draft in self._person(address).open_drafts:
            if (owner, draft.rung) != (interview_id, rung):
                return draft
        return None

    def _person(self, address: str) -> _Person:
        return self._people.setdefault(address.casefold(), _Person())
