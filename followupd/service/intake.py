"""From a mail to events: what a message that was read means for the interviews.

`Intake.take` is given one message's headers, a way to fetch its text, and the folder it lies
in; it answers with the events to record. It decides nothing about time or steps, and it writes
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followupd.domain import events as happened
from followupd.domain.events import AutomaticCategory
from followupd.domain.interview import EMPLOYER
from followupd.mailbox.drafts import bears_our_id
from followupd.reading.addresses import mailbox_key
from followupd.reading.automatic import Kind
from followupd.reading.matching import Candidate, Index
from followupd.reading.message import read_headers
from followupd.service.answers import decides, may_be_a_recruiters, says_something
from followupd.service.correspondence import Correspondence
from followupd.service.judging import Judge
from followupd.service.mails import Arrival, Taken, as_known, mail_of
from followupd.service.marks import sent_mark
from followupd.service.suggesting import Proposing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from followupd.domain.events import Mail
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays
    from followupd.mailbox.responses import Fetched
    from followupd.reading.automatic import Sorted
    from followupd.reading.body import Body
    from followupd.reading.matching import Match
    from followupd.reading.message import Message
    from followupd.service.judging import Judgement
    from followupd.service.suggesting import Proposal

_SUBJECTS = 20
"""The newest mails of an interview by whose subjects an answer without a reference is known."""

_CATEGORIES = {
    Kind.ABSENCE: AutomaticCategory.ABSENCE,
    Kind.AUTOMATIC: AutomaticCategory.REPLY,
    Kind.BULK: AutomaticCategory.BULK,
    Kind.READ_RECEIPT: AutomaticCategory.READ_RECEIPT,
    Kind.DELIVERY_NOTE: AutomaticCategory.DELIVERY_NOTE,
    Kind.CALENDAR_REPLY: AutomaticCategory.CALENDAR_REPLY,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What one mail gives.

    Attributes:
        facts: the events to record.
        proposal: the interview it suggests, or None.
    """

    facts: tuple[Taken, ...] = ()
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies.

    Attributes:
        account: whose mailbox.
        folder: the folder's name.
        counts_own: whether the user's own mail there was sent: not so in Trash and Junk.
        is_new: whether it came into the folder since the last look.
        is_sent: whether it is the folder of sent mail.
    """

    account: str
    folder: str
    counts_own: bool
    is_new: bool = False
    is_sent: bool = False


class Intake:
    """The reading of mail against all interviews as they stand.

    Args:
        histories: every interview.
        own_addresses: of all accounts, case-folded; mail from them is never a reply.
        workdays: the user's, by which working days are counted.
        now: the moment of reading; no mail is believed to be later.
    """

    def __init__(
        self,
        histories: Iterable[History],
        own_addresses: frozenset[str],
        workdays: Workdays,
        now: datetime,
    ) -> None:
        self._histories: Mapping[int, History] = {h.interview_id: h for h in histories}
        self._own_keys = frozenset(mailbox_key(address) for address in own_addresses)
        self._now = now
        self._correspondence = Correspondence(self._histories, now)
        self._proposing = Proposing(own_addresses, self._histories.values(), workdays, now)
        self._judge = judge_of(self._histories.values(), own_addresses, workdays)
        self._by_person: dict[str, list[int]] = {}
        self._by_message: dict[str, list[int]] = {}
        for number, history in self._histories.items():
            for person in history.interview.people:
                self._by_person.setdefault(mailbox_key(person.address), []).append(number)
            for message_id in history.message_ids:
                self._by_message.setdefault(message_id, []).append(number)

    def take(self, fetched: Fetched, place: Place, body: Callable[[], Body | None]) -> Read:
        """Judge one mail.

        Args:
            fetched: its headers.
            place: where it lies.
            body: fetches its text, size-capped; called only when the text matters.

        Raises:
            UnreadableMessage: there is nothing to read.
        """
        if "\\Draft" in fetched.flags:
            return Read()
        message = read_headers(fetched.raw)
        mail = mail_of(message, fetched, place.folder, self._now)
        if message.sender.mailbox_key in self._own_keys:
            counts = place.counts_own and not _is_left_over(fetched, message, place)
            return Read(tuple(self._own_mail(message, mail, place)) if counts else ())
        arrival = Arrival(fetched.internaldate, place.is_new)
        found = self._judge.judge(message, message.date or mail.date, body)
        facts = tuple(self._others_mail(message, mail, arrival, found))
        return Read(
            facts, self._proposing.of(place.account, mail, found) if place.counts_own else None
        )

    # ---- the user's own mail

    def _own_mail(self, message: Message, mail: Mail, place: Place) -> Iterator[Taken]:
        ids = bears_our_id(message)
        for history in self._histories.values():
            for draft in history.drafts:
                if not {draft.message_id, draft.sent_message_id}.isdisjoint(ids):
                    if draft.state.is_open and not place.is_sent:
                        # A folder of all mail shows what lies in Drafts as well, and not every
                        # program marks that as a draft: whoever looks for it there can tell.
                        return
                    sent = happened.DraftSent(
                        at=self._now,
                        message_id=draft.message_id,
                        sent_at=mail.date,
                        sent_message_id=mail.message_id,
                        certain=True,
                        mail=mail,
                    )
                    mark = sent_mark(draft.message_id)
                    yield Taken(history.interview_id, sent, mark, settles=draft.message_id)
                    return
        for number in self._written_about(message):
            history = self._histories[number]
            if mail.date < history.interview.held_at:
                found = happened.ThreadFound(at=self._now, mail=as_known(mail, history))
                yield Taken(number, found, f"mail:{mail.message_id}")
            else:
                wrote = happened.WroteByHand(at=self._now, mail=as_known(mail, history))
                yield Taken(number, wrote, f"mail:{mail.message_id}")

    def _written_about(self, message: Message) -> list[int]:
        """The interviews that a mail of the user's is about."""
        to = {recipient.mailbox_key for recipient in message.recipients}
        concerned = sorted({number for key in to for number in self._by_person.get(key, ())})
        referenced = {
            number
            for message_id in (*message.in_reply_to, *message.references)
            for number in self._by_message.get(message_id, ())
        }
        # With one recruiter for two roles, the thread tells; else it counts for both, since a
        # second message to the same person is worse than a step left out.
        return [n for n in concerned if n in referenced] or concerned

    # ---- other people's mail

    def _others_mail(
        self, message: Message, mail: Mail, arrival: Arrival, found: Judgement
    ) -> Iterable[Taken]:
        kind, matched = found.sorted.kind, found.match
        if kind is Kind.BOUNCE:
            return self._bounce(found.body)
        if matched is None or kind is Kind.OWN:
            return ()
        if kind in (Kind.PERSON, Kind.INVITATION, Kind.CANCELLATION):
            return self._correspondence.of(message, mail, arrival, found, matched)
        if kind is Kind.BULK and may_be_a_recruiters(message, matched):
            if not says_something(found.verdict):
                matched = replace(matched, certain=False)
            return self._correspondence.of(message, mail, arrival, found, matched)
        if kind is not Kind.BULK and decides(found.verdict):
            unsure = replace(matched, certain=False)
            return self._correspondence.of(message, mail, arrival, found, unsure)
        return self._automatic(mail, matched, found.sorted)

    def _bounce(self, body: Body | None) -> Iterator[Taken]:
        """A bounce changes something only when it names a mail that belongs to an interview."""
        report = body.report if body is not None else None
        if report is None:
            return
        original = report.original_message_id or ""
        for number in self._by_message.get(original, ()):
            history = self._histories[number]
            draft = next(
                (d for d in history.drafts if original in (d.message_id, d.sent_message_id)), None
            )
            # Who has another address by now, or was removed, was written to all the same.
            written_to = {person.key for person in history.interview.people} | set(history.formerly)
            if draft is not None and not draft.is_sheet:
                written_to.add(draft.to.casefold())
            known = {address.casefold() for address in report.final_recipients} & written_to
            if not known and draft is not None and not report.final_recipients:
                known = {draft.person.casefold()}
            for address in sorted(known):
                bounced = happened.Bounced(
                    at=self._now,
                    address=address,
                    original_message_id=original,
                    # What is not said to be for a while is taken for good.
                    permanent=report.permanent is not False,
                )
                # A mail may come back for a while first, and then for good.
                kind = "bounce" if bounced.permanent else "bounce for a while"
                yield Taken(number, bounced, f"{kind}:{original}:{address}")

    def _automatic(self, mail: Mail, matched: Match, sorted_: Sorted) -> Iterator[Taken]:
        category = _CATEGORIES.get(sorted_.kind)
        if category is None or not (matched.certain or category is AutomaticCategory.ABSENCE):
            return
        for number in matched.interview_ids:
            received = happened.AutomaticReceived(
                at=self._now,
                mail=as_known(mail, self._histories[number]),
                category=category,
                rule=sorted_.rule,
                returns_on=sorted_.returns_on,
                stand_in_name=sorted_.stand_in_name,
                stand_in_address=sorted_.stand_in_address,
                has_left=sorted_.has_left,
            )
            yield Taken(number, received, f"mail:{mail.message_id}")


def _is_left_over(fetched: Fetched, message: Message, place: Place) -> bool:
    """Whether the user's own mail at Gmail is a former draft, archived and never sent.

    What was sent bears the label of sent mail, and what came in was received by somebody.
    """
    if fetched.labels is None or place.is_sent:
        return False
    return "sent" not in fetched.labels and not message.has("received")


def judge_of(
    histories: Iterable[History], own_addresses: frozenset[str], workdays: Workdays
) -> Judge:
    """A judge of mail against these interviews."""
    return Judge(Index.build(map(_candidate, histories)), own_addresses, workdays)


def _candidate(history: History) -> Candidate:
    interview = history.interview
    employer = [person for person in interview.people if person.part in EMPLOYER]
    return Candidate(
        interview_id=history.interview_id,
        company=interview.company,
        role=interview.role,
        addresses=tuple(person.address for person in employer),
        message_ids=history.message_ids,
        names=tuple(person.name for person in employer),
        subjects=tuple(mail.subject for mail in history.mails[-_SUBJECTS:]),
    )
