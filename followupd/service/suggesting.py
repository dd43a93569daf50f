"""From an invitation in a mail to an interview that is suggested to the user.

Nothing is recorded here that the user did not ask for: a suggestion is a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

from followupd.domain.suggestion import SuggestedPerson, Suggestion
from followupd.reading.addresses import Address
from followupd.reading.automatic import Kind
from followupd.reading.invitation.shape import interview_shape, people_of
from followupd.reading.text import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from followupd.domain.events import Mail
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays
    from followupd.reading.invitation import Invitation
    from followupd.service.judging import Judgement
    from followupd.store import Transaction

_MORNING = time(9)
"""When an invitation for a whole day is taken to begin."""

_SAME = timedelta(minutes=30)
"""Interviews at one company that begin this close together are one."""

_INVITES = (Kind.INVITATION, Kind.PERSON, Kind.BULK)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a mail suggests: an interview, or that one is called off.

    Attributes:
        suggestion: the interview, or None.
        called_off: the calendar's name of the event that is called off; "" for none.
        by: the domain it comes from.
        is_recorded: the interview is one of those there are.
    """

    suggestion: Suggestion | None
    called_off: str
    by: str
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Proposing:
    """What a proposal is made with.

    Attributes:
        own_addresses: the user's, of all accounts.
        histories: every interview.
        workdays: the user's.
        now: nothing that has begun by then is suggested.
    """

    own_addresses: frozenset[str]
    histories: Collection[History]
    workdays: Workdays
    now: datetime

    def of(self, account: str, mail: Mail, found: Judgement) -> Proposal | None:
        """What the invitation in a mail that came to an account suggests, or None."""
        invitation = found.invitation
        if invitation is None:
            return None
        by = Address("", mail.sender).domain
        if invitation.cancelled:
            return Proposal(None, invitation.uid, by)
        held_at = self._held_at(invitation)
        if found.sorted.kind not in _INVITES or held_at is None or held_at <= self.now:
            return None
        suggestion = self._suggestion(account, mail, found, invitation, held_at)
        if suggestion is None:
            return None
        return Proposal(suggestion, "", by, self._is_recorded(suggestion))

    def _held_at(self, invitation: Invitation) -> datetime | None:
        if invitation.starts_at is not None:
            return invitation.starts_at
        if invitation.whole_day is None:
            return None
        return self.workdays.at(invitation.whole_day, _MORNING)

    def _suggestion(
        self,
        account: str,
        mail: Mail,
        found: Judgement,
        invitation: Invitation,
        held_at: datetime,
    ) -> Suggestion | None:
        """The interview that an invitation is for; None where it is for something else.

        Somebody who belongs to an interview invites to its next round, whatever the title says.
        """
        text = found.body.text if found.body is not None else ""
        shape = interview_shape(
            invitation, subject=mail.subject, text=text, own_addresses=self.own_addresses
        )
        matched = found.match
        round_of = None
        if matched is not None and matched.certain and found.sorted.kind is Kind.INVITATION:
            round_of = matched.interview_ids[0]
        if shape is None and (round_of is None or invitation.recurring):
            return None
        words = f"the invitation {quoted(invitation.summary, 80)}"
        return Suggestion(
            account=account,
            company=shape.company if shape is not None else "",
            role=shape.role if shape is not None else "",
            held_at=held_at,
            zone=invitation.zone,
            people=tuple(
                SuggestedPerson(person.name, person.address)
                for person in people_of(invitation, self.own_addresses)
            ),
            mail=mail,
            words=shape.words if shape is not None else words,
            from_interview=round_of,
            uid=invitation.uid,
            sequence=invitation.sequence,
        )

    def _is_recorded(self, suggestion: Suggestion) -> bool:
        """Whether one of the interviews is the one that is suggested."""
        addresses = {person.address.casefold() for person in suggestion.people}
        return any(
            abs(history.interview.held_at - suggestion.held_at) < _SAME
            and (
                not addresses.isdisjoint(person.key for person in history.interview.people)
                or history.interview_id == suggestion.from_interview
                or history.interview.company.casefold() == suggestion.company.casefold()
            )
            for history in self.histories
        )


def record(transaction: Transaction, proposals: Iterable[Proposal], now: datetime) -> list[int]:
    """Store what is suggested, and forget what is called off; the numbers that changed.

    Only who suggested an interview may move it or call it off.
    """
    changed: list[int] = []
    for proposal in proposals:
        suggestion = proposal.suggestion
        key = suggestion.key if suggestion is not None else f"uid:{proposal.called_off}"
        known = transaction.suggested(key)
        if known is not None and Address("", known.suggestion.mail.sender).domain != proposal.by:
            continue
        if suggestion is not None:
            number = transaction.suggest(now, suggestion, is_recorded=proposal.is_recorded)
        else:
            number = transaction.call_off(proposal.called_off)
        if number is not None:
            changed.append(number)
    return changed
