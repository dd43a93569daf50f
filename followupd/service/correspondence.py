"""Somebody else's mail about interviews: before or after, for which round, and how surely."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.events import Layer
from followupd.domain.interview import EMPLOYER, Outcome
from followupd.domain.rounds import are_rounds
from followupd.domain.verdicts import outcome_of
from followupd.reading.addresses import mailbox_key
from followupd.reading.automatic import Kind
from followupd.service.answers import Said, only_acknowledges
from followupd.service.mails import Arrival, Taken, as_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from followupd.domain.events import Mail
    from followupd.domain.history import History
    from followupd.reading.matching import Match
    from followupd.reading.message import Message
    from followupd.service.judging import Judgement

_SAME_TIME = timedelta(minutes=1)

_SLIP = timedelta(hours=3)
"""A mail dated this little before the interview but delivered after it may be an answer."""

_ABSURD = timedelta(days=365)
"""New mail dated longer ago than this comes from a machine whose clock lost its battery."""


class Correspondence:
    """Lays what others write to the interviews as they stand.

    Args:
        histories: every interview, by its number.
        now: the moment of reading.
    """

    def __init__(self, histories: Mapping[int, History], now: datetime) -> None:
        self._histories = histories
        self._now = now

    def of(
        self,
        message: Message,
        mail: Mail,
        arrival: Arrival,
        found: Judgement,
        matched: Match,
    ) -> Iterator[Taken]:
        """What the mail is for each interview it may belong to.

        Args:
            message: its headers.
            mail: what is kept of it.
            arrival: when it came.
            found: what it is and says.
            matched: whose it may be.
        """
        mark = f"mail:{mail.message_id}"
        answers_draft = {n for n in matched.interview_ids if self._answers_draft(message, n)}
        after = [
            number
            for number in matched.interview_ids
            if number in answers_draft or not self._before(mail.date, arrival, number)
        ]
        at_employer = (
            matched.layer in (Layer.ADDRESS, Layer.REFERENCE) and found.sorted.kind is not Kind.BULK
        )
        to_come: list[int] = []
        if matched.certain or at_employer:
            to_come = self._to_come(message, mail, matched, after)
        about = [number for number in to_come if self._is_at_its_time(found, number)]
        asked = about if found.sorted.kind is Kind.CANCELLATION else []
        if not about:
            asked = [
                number
                for number in to_come
                if self._changes_the_time(mail, found, number)
                or (arrival.is_new and self._calls_it_off(found, number))
            ]
        for number in asked:
            said = self._said(message, mail, found, matched, number)
            yield Taken(number, said.as_event(sure=False), mark)
        after = self._latest_rounds(after, mail.date, answers_draft)
        if about or not after:
            # Known for what it is about, it answers no other interview.
            threads = about or (to_come if matched.certain else [])[:1]
            for number in threads if not asked else ():
                yield Taken(number, happened.ThreadFound(at=self._now, mail=mail), mark)
            return
        # Where all but one of several interviews have not been held yet, it is about that one.
        certain = not asked and (
            matched.certain or (len(after) == 1 < len(matched.interview_ids) and at_employer)
        )
        if not certain and only_acknowledges(message, found):
            return
        for number in after:
            friend = self._from_friend(message, number)
            if friend and matched.layer is not Layer.REFERENCE:
                continue
            slipped = mail.date < self._histories[number].interview.held_at
            sure = certain and not friend and (not slipped or number in answers_draft)
            said = self._said(message, mail, found, matched, number)
            yield Taken(number, said.as_event(sure=sure), mark)

    def _to_come(
        self, message: Message, mail: Mail, matched: Match, after: Iterable[int]
    ) -> list[int]:
        """The interviews it may be about that had not been held, later rounds included."""
        known = [self._histories[number] for number in matched.interview_ids]
        rounds = [
            number
            for number, history in self._histories.items()
            if history.interview.held_at > mail.date
            and any(are_rounds(history, one, self._histories) for one in known)
        ]
        held = set(after)
        return [
            number
            for number in dict.fromkeys((*matched.interview_ids, *rounds))
            if number not in held and not self._from_friend(message, number)
        ]

    def _said(
        self, message: Message, mail: Mail, found: Judgement, matched: Match, number: int
    ) -> Said:
        return Said(
            at=self._now,
            mail=as_known(mail, self._histories[number]),
            layer=matched.layer,
            evidence=matched.evidence,
            rule=found.sorted.rule,
            verdict=found.verdict,
            is_cancelled=found.sorted.kind is Kind.CANCELLATION,
            by_person=message.sender.mailbox_key in self._people_of(number),
        )

    def _changes_the_time(self, mail: Mail, found: Judgement, number: int) -> bool:
        """Whether an invitation calls an interview off that was still to come, or moves it."""
        interview = self._histories[number].interview
        if found.invitation is None or interview.held_at <= mail.date:
            return False
        if found.sorted.kind is Kind.CANCELLATION:
            return True
        starts_at = found.invitation.starts_at
        return (
            found.sorted.kind is Kind.INVITATION
            and starts_at is not None
            and abs(starts_at - interview.held_at) > _SAME_TIME
        )

    def _is_at_its_time(self, found: Judgement, number: int) -> bool:
        """Whether an invitation, or its taking back, names the time of the interview."""
        starts_at = found.invitation.starts_at if found.invitation is not None else None
        if starts_at is None or found.sorted.kind not in (Kind.INVITATION, Kind.CANCELLATION):
            return False
        return abs(starts_at - self._histories[number].interview.held_at) <= _SAME_TIME

    def _calls_it_off(self, found: Judgement, number: int) -> bool:
        """Whether they turn the user down before an interview that is still to come."""
        is_ahead = self._histories[number].interview.held_at > self._now
        return is_ahead and outcome_of(found.verdict) is Outcome.REJECTION

    def _latest_rounds(
        self, numbers: Iterable[int], date: datetime, answers_draft: set[int]
    ) -> list[int]:
        """The interviews, each replaced by the latest round of it that was held by then.

        Who writes after the second round writes about that, be it in the thread of the first.
        """
        found: dict[int, None] = {}
        for number in numbers:
            history = self._histories[number]
            rounds = [
                (other.interview.held_at, other.interview_id)
                for other in self._histories.values()
                if history.interview.held_at <= other.interview.held_at <= date
                and are_rounds(other, history, self._histories)
            ]
            is_latest = number in answers_draft or not rounds
            found[number if is_latest else max(rounds)[1]] = None
        return list(found)

    def _people_of(self, number: int) -> frozenset[str]:
        """The mailboxes of those at the employer whose word moves the interview's dates."""
        people = self._histories[number].interview.people
        return frozenset(mailbox_key(p.address) for p in people if p.part in EMPLOYER)

    def _answers_draft(self, message: Message, number: int) -> bool:
        """Whether the mail answers a draft that we made for the interview: surely after it."""
        answered = {*message.in_reply_to, *message.references}
        return any(
            not answered.isdisjoint((draft.message_id, draft.sent_message_id))
            for draft in self._histories[number].drafts
        )

    def _before(self, date: datetime, arrival: Arrival, number: int) -> bool:
        """Whether a mail is from before the interview."""
        held_at = self._histories[number].interview.held_at
        if date >= held_at:
            return False
        received = arrival.received
        if held_at > self._now or received is None or received <= held_at:
            return True
        # Dated before, delivered after: either clock may be wrong. The server's is that of a
        # migration at times, but not for mail that came in since the last look.
        if arrival.is_new and date < self._now - _ABSURD:
            return False
        return date < held_at - _SLIP

    def _from_friend(self, message: Message, number: int) -> bool:
        sender = message.sender.mailbox_key
        parts = {
            person.part
            for person in self._histories[number].interview.people
            if mailbox_key(person.address) == sender
        }
        return bool(parts) and parts.isdisjoint(EMPLOYER)
