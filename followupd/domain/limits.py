"""How often one person may be written to, over all interviews at once.

No person gets more than one unanswered message in three working days, or three in all,
whatever the cadence says. A draft that still waits in Drafts counts: its user may send it any
moment. What was written before the person last wrote is answered and no longer counts.

Several people of one company are not to be besieged either: over all interviews there, six
messages that ask for an answer are enough until somebody of them writes. Thank-yous and kept
promises ask for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followupd.domain.cadence import PROMISE
from followupd.domain.interview import EMPLOYER, Part, company_key
from followupd.domain.steps import ASKING, REQUESTED_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.history import Draft, History
    from followupd.domain.workdays import Workdays

MOST_UNANSWERED = 3
MOST_TO_COMPANY = 6
REST = 3
"""Working days between two unanswered messages to one person."""


def sharing_people(history: History, histories: Iterable[History]) -> list[History]:
    """The other interviews that share a person or the company with this one.

    Who was removed counts as long as a message went to them.
    """
    people = _known_to(history)
    company = company_key(history.interview.company)
    return [
        other
        for other in histories
        if other.interview_id != history.interview_id
        and (
            company_key(other.interview.company) == company
            or not people.isdisjoint(_known_to(other))
        )
    ]


def _known_to(history: History) -> set[str]:
    people = {person.key for person in history.interview.people}
    written = {written.address for written in history.written}
    return people | written | {draft.key for draft in history.open_drafts}


@dataclass(slots=True)
class _Person:
    sent: dict[str, datetime] = field(default_factory=dict)
    heard: datetime | None = None
    open_drafts: list[tuple[int, Draft]] = field(default_factory=list)


@dataclass(slots=True)
class _Company:
    asked: dict[str, datetime] = field(default_factory=dict)
    heard: datetime | None = None


_ASKS_NOTHING = frozenset({"thank-you", PROMISE})
_BESIEGED = EMPLOYER - {Part.INTERVIEWER}


class Contacts:
    """Who was written to when, and who answered, across interviews.

    Args:
        histories: every interview that shares a person or the company with the one being
            planned, itself included.

    Attributes:
        histories: the same.
    """

    def __init__(self, histories: Iterable[History]) -> None:
        self.histories = tuple(histories)
        self._people: dict[str, _Person] = {}
        self._companies: dict[str, _Company] = {}
        for history in self.histories:
            self._note_company(history)
            for written in history.written:
                # One message may count for two interviews, but reached the person once.
                self._person(written.address).sent[written.message_id] = written.at
            for address, at in history.heard.items():
                person = self._person(address)
                person.heard = at if person.heard is None else max(person.heard, at)
            for draft in history.open_drafts:
                if not draft.is_sheet:
                    waiting = (history.interview_id, draft)
                    self._person(draft.key).open_drafts.append(waiting)

    def unanswered(self, address: str) -> list[datetime]:
        """When the person was written to since they last wrote, oldest first."""
        person = self._person(address)
        return sorted(
            at for at in person.sent.values() if person.heard is None or at > person.heard
        )

    def may_write(self, address: str) -> bool:
        """Whether fewer than three messages to the person are unanswered."""
        return len(self.unanswered(address)) < MOST_UNANSWERED

    def may_ask(self, company: str) -> bool:
        """Whether the company has few enough messages that ask for an answer."""
        known = self._companies.get(company_key(company), _Company())
        asked = sum(known.heard is None or at > known.heard for at in known.asked.values())
        return asked < MOST_TO_COMPANY

    def _note_company(self, history: History) -> None:
        company = self._companies.setdefault(company_key(history.interview.company), _Company())
        people = {p.key for p in history.interview.people if p.part in _BESIEGED}
        employer = {p.key for p in history.interview.people if p.part in EMPLOYER}
        asking_nothing = {
            draft.sent_message_id for draft in history.drafts if draft.step in _ASKS_NOTHING
        }
        for written in history.written:
            if written.address in people and written.message_id not in asking_nothing:
                company.asked[written.message_id] = written.at
        for address, at in history.heard.items():
            if address in employer:
                company.heard = at if company.heard is None else max(company.heard, at)

    def earliest(self, address: str, workdays: Workdays) -> date | None:
        """The first day on which the person may be written to again; None for any day."""
        sent = self.unanswered(address)
        return workdays.add(workdays.day_of(sent[-1]), REST) if sent else None

    def other_draft(
        self,
        address: str,
        interview_id: int,
        rung: tuple[str, int, str],
        *,
        beside_owed: bool = False,
    ) -> Draft | None:
        """An open draft to the person that is not the one of this rung of this interview.

        Args:
            address: of the person.
            interview_id: the interview.
            rung: the step, cycle and person.
            beside_owed: pass over what the user owes or wants, as long as it asks for nothing.
        """
        for owner, draft in self._person(address).open_drafts:
            wanted = draft.cycle >= REQUESTED_FROM and draft.step not in ASKING
            if beside_owed and (wanted or draft.step == PROMISE):
                continue
            if (owner, draft.rung) != (interview_id, rung):
                return draft
        return None

    def _person(self, address: str) -> _Person:
        return self._people.setdefault(address.casefold(), _Person())
