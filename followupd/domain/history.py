"""What has happened to an interview, folded from its events.

`fold` is the only place that says what an event means for the state; planning, the command
line and the mailbox's look at drafts all read the same `History`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from followupd.domain import events as happened
from followupd.domain.interview import DraftState, Interview, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.events import Event, Mail


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of ours and what has become of it.

    Attributes:
        step: the step's name; with `cycle` and `person` it tells which rung.
        cycle: the run through the ladder; for a promise its number among the promises.
        person: the address of the person the step is for, as recorded.
        to: the address in the draft's To.
        message_id: the Message-ID it was queued with.
        attempt: how many drafts of the same rung were withdrawn before it.
        state: as recognised last.
        queued_at: when it was laid into Drafts.
        settled_at: when it was sent, dismissed or withdrawn; None while open.
        subject: its subject as queued.
        in_reply_to: the Message-ID it answers, or None.
        sent_message_id: the Message-ID it went out with, "" while it has not.
    """

    step: str
    cycle: int
    person: str
    to: str
    message_id: str
    attempt: int
    state: DraftState
    queued_at: datetime
    subject: str
    in_reply_to: str | None
    settled_at: datetime | None = None
    sent_message_id: str = ""

    @property
    def rung(self) -> tuple[str, int, str]:
        """What may have only one open draft."""
        return (self.step, self.cycle, self.person.casefold())


@dataclass(frozen=True, slots=True)
class Written:
    """A message from the user to one person; `by_hand` when it was no draft of ours."""

    address: str
    at: datetime
    by_hand: bool
    message_id: str


@dataclass(frozen=True, slots=True)
class Absence:
    """The latest absence note of a person; `returns_on` is None when it names no day."""

    noted_at: datetime
    returns_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Why the interview counts as answered; `mail` is None when the user said so."""

    at: datetime
    outcome: Outcome
    mail: Mail | None


@dataclass(frozen=True, slots=True)
class Skip:
    """A rung the user does not want."""

    step: str
    cycle: int
    person: str
    at: datetime

    @property
    def rung(self) -> tuple[str, int, str]:
        """What `Draft.rung` is for a draft."""
        return (self.step, self.cycle, self.person.casefold())


@dataclass(frozen=True, slots=True)
class History:
    """The state of one interview; addresses in mappings and sets are case-folded.

    Attributes:
        interview: as it was recorded.
        interview_id: its number.
        decision_by: the promised day as it stands now, or None when none was promised.
        cycle: the run through the ladder, from 0; each moved decision date starts another.
        answer: set while the interview counts as answered.
        marked_silent: the user said that no answer has come.
        closed: the closing event while it is closed.
        closed_by_plan_in: the cycle in which the ladder came to its end, or None.
        snoozed_until: nothing is laid into Drafts before it.
        possible: possible replies that wait for the user's word, oldest first.
        drafts: every draft ever queued, oldest first.
        written: every message known to have gone to a person, oldest first.
        heard: when each person last wrote.
        absences: latest absence note of each person, unless they wrote since.
        bounced: addresses mail to which came back for good.
        skips: rungs skipped by the user.
        calls: when the user called.
        mails: mails with the interview's people, in the order in which they were learned of.
        message_ids: every Message-ID that belongs to the interview.
        notes: the user's notes, oldest first.
        searched: the accounts that were searched for earlier mail.
    """

    interview: Interview
    interview_id: int
    decision_by: date | None
    cycle: int = 0
    answer: Answer | None = None
    marked_silent: bool = False
    closed: happened.Closed | None = None
    closed_by_plan_in: int | None = None
    snoozed_until: datetime | None = None
    possible: tuple[happened.PossibleReply, ...] = ()
    drafts: tuple[Draft, ...] = ()
    written: tuple[Written, ...] = ()
    heard: dict[str, datetime] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    bounced: frozenset[str] = frozenset()
    skips: tuple[Skip, ...] = ()
    calls: tuple[datetime, ...] = ()
    mails: tuple[Mail, ...] = ()
    message_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    searched: frozenset[str] = frozenset()

    @property
    def open_drafts(self) -> tuple[Draft, ...]:
        """The drafts the user may still send, oldest first."""
        return tuple(draft for draft in self.drafts if draft.state.is_open)

    def draft(self, message_id: str) -> Draft | None:
        """The draft queued with that Message-ID."""
        return next((draft for draft in self.drafts if draft.message_id == message_id), None)

    def last_mail_with(self, address: str) -> Mail | None:
        """The newest mail from or to that address: the thread to continue."""
        key = address.casefold()
        mails = [
            mail
            for mail in self.mails
            if mail.sender.casefold() == key or key in (a.casefold() for a in mail.recipients)
        ]
        return max(mails, key=lambda mail: mail.date, default=None)


def fold(interview_id: int, events: Iterable[Event]) -> History:
    """Fold events, in the order recorded, into the state of the interview.

    Raises:
        ValueError: the first event does not record the interview.
    """
    history: History | None = None
    for event in events:
        if history is None:
            if not isinstance(event, happened.Added):
                raise ValueError(f"interview {interview_id} does not begin with its recording")
            history = History(event.interview, interview_id, event.interview.decision_by)
        else:
            history = _apply(history, event)
    if history is None:
        raise ValueError(f"interview {interview_id} has no events")
    return history


def _apply(history: History, event: Event) -> History:  # noqa: C901, PLR0911, PLR0912 - one case an event
    match event:
        case happened.Added():
            raise ValueError(f"interview {history.interview_id} was recorded twice")
        case happened.MailboxSearched(account=account):
            return replace(history, searched=history.searched | {account})
        case happened.ThreadFound(mail=mail):
            return _with_mail(history, mail)
        case happened.ReplyReceived(mail=mail, outcome=outcome):
            return _answered(_with_mail(history, mail), mail, outcome)
        case happened.PossibleReply(mail=mail):
            others = tuple(p for p in history.possible if p.mail.message_id != mail.message_id)
            return replace(history, possible=(*others, event))
        case happened.ReplyResolved(message_id=message_id, belongs=belongs):
            return _resolved(history, message_id, belongs=belongs)
        case happened.AutomaticReceived():
            return _automatic(history, event)
        case happened.Bounced(address=address):
            return replace(history, bounced=history.bounced | {address.casefold()})
        case happened.DraftQueued():
            return _queued(history, event)
        case happened.DraftEdited(message_id=message_id):
            return _draft_now(history, message_id, DraftState.EDITED, None)
        case happened.DraftMissing(message_id=message_id):
            return _draft_now(history, message_id, DraftState.MISSING, None)
        case happened.DraftFound(message_id=message_id):
            return _draft_now(history, message_id, DraftState.QUEUED, None)
        case happened.DraftDismissed(message_id=message_id, at=at):
            return _draft_now(history, message_id, DraftState.DISMISSED, at)
        case happened.DraftWithdrawn(message_id=message_id, at=at):
            return _draft_now(history, message_id, DraftState.WITHDRAWN, at)
        case happened.DraftSent():
            return _sent(history, event)
        case happened.WroteByHand(mail=mail):
            return _wrote(history, mail)
        case happened.CallMade(at=at):
            return replace(history, calls=(*history.calls, at))
        case happened.DecisionMoved(decision_by=decision_by):
            return replace(
                _alive(history),
                decision_by=decision_by,
                cycle=history.cycle + 1,
                answer=None,
                marked_silent=False,
            )
        case happened.MarkedAnswered(at=at, outcome=outcome):
            return replace(
                _alive(history), answer=Answer(at, outcome, None), marked_silent=False, possible=()
            )
        case happened.MarkedSilent():
            return replace(_unanswered(history), marked_silent=True, possible=())
        case happened.Snoozed(until=until):
            return replace(history, snoozed_until=until)
        case happened.StepSkipped(step=step, cycle=cycle, person=person, at=at):
            return replace(history, skips=(*history.skips, Skip(step, cycle, person, at)))
        case happened.Closed(by_plan=by_plan):
            ended = history.cycle if by_plan else history.closed_by_plan_in
            return replace(history, closed=event, closed_by_plan_in=ended)
        case happened.Reopened():
            if history.closed is not None:
                return replace(history, closed=None)
            return _unanswered(history)
        case happened.Noted(text=text):
            return replace(history, notes=(*history.notes, text))
        case _:
            assert_never(event)


def _with_mail(history: History, mail: Mail) -> History:
    if any(known.message_id == mail.message_id for known in history.mails):
        return history
    known = history.message_ids | {mail.message_id}
    return replace(history, mails=(*history.mails, mail), message_ids=known)


def _answered(history: History, mail: Mail, outcome: Outcome) -> History:
    sender = mail.sender.casefold()
    return replace(
        _alive(history),
        answer=Answer(mail.date, outcome, mail),
        marked_silent=False,
        heard={**history.heard, sender: max(mail.date, history.heard.get(sender, mail.date))},
        absences={key: note for key, note in history.absences.items() if key != sender},
    )


def _alive(history: History) -> History:
    """After the ladder came to its end, a word from them is what everybody hoped for."""
    by_plan = history.closed is not None and history.closed.by_plan
    return replace(history, closed=None) if by_plan else history


def _unanswered(history: History) -> History:
    """What was taken for an answer was none: its sender has not been heard by it either."""
    mail = history.answer.mail if history.answer is not None else None
    if mail is None:
        return replace(history, answer=None)
    sender = mail.sender.casefold()
    heard = {key: at for key, at in history.heard.items() if key != sender}
    return replace(history, answer=None, heard=heard)


def _resolved(history: History, message_id: str, *, belongs: bool) -> History:
    found = next((p for p in history.possible if p.mail.message_id == message_id), None)
    rest = tuple(p for p in history.possible if p.mail.message_id != message_id)
    history = replace(history, possible=rest)
    if found is None or not belongs:
        return history
    return _answered(_with_mail(history, found.mail), found.mail, Outcome.OTHER)


def _automatic(history: History, event: happened.AutomaticReceived) -> History:
    if event.category is not happened.AutomaticCategory.ABSENCE:
        return history
    sender = event.mail.sender.casefold()
    known = history.absences.get(sender)
    if known is not None and known.noted_at > event.mail.date:
        return history
    note = Absence(event.mail.date, event.returns_on)
    return replace(history, absences={**history.absences, sender: note})


def _queued(history: History, event: happened.DraftQueued) -> History:
    draft = Draft(
        step=event.step,
        cycle=event.cycle,
        person=event.person,
        to=event.to,
        message_id=event.message_id,
        attempt=event.attempt,
        state=DraftState.QUEUED,
        queued_at=event.at,
        subject=event.subject,
        in_reply_to=event.in_reply_to,
    )
    others = tuple(d for d in history.drafts if d.message_id != event.message_id)
    known = history.message_ids | {event.message_id}
    return replace(history, drafts=(*others, draft), message_ids=known)


def _draft_now(
    history: History, message_id: str, state: DraftState, settled_at: datetime | None
) -> History:
    drafts = tuple(
        replace(draft, state=state, settled_at=settled_at)
        if draft.message_id == message_id
        else draft
        for draft in history.drafts
    )
    return replace(history, drafts=drafts)


def _sent(history: History, event: happened.DraftSent) -> History:
    draft = history.draft(event.message_id)
    if draft is None:
        return history
    sent = replace(
        draft,
        state=DraftState.SENT,
        settled_at=event.sent_at,
        sent_message_id=event.sent_message_id,
    )
    drafts = tuple(sent if d.message_id == event.message_id else d for d in history.drafts)
    # The same copy may have been taken for a mail by hand before the draft was missed.
    copies = {event.sent_message_id, draft.sent_message_id}
    by_others = tuple(w for w in history.written if w.message_id not in copies)
    history = replace(
        history,
        drafts=drafts,
        written=by_others,
        message_ids=history.message_ids | {event.sent_message_id},
    )
    if event.mail is not None:
        history = _with_mail(history, event.mail)
    written = tuple(
        Written(address, event.sent_at, by_hand=False, message_id=event.sent_message_id)
        for address in sorted(_reached(history, draft, event.mail))
    )
    return replace(history, written=(*history.written, *written))


def _reached(history: History, draft: Draft, copy: Mail | None) -> set[str]:
    """The people of the interview whom a sent draft went to, those in its copy included."""
    people = {person.key for person in history.interview.people}
    reached = {address.casefold() for address in copy.recipients} & people if copy else set()
    if draft.to.casefold() == draft.person.casefold():  # else a call sheet, for the user's eyes
        reached.add(draft.person.casefold())
    return reached


def _wrote(history: History, mail: Mail) -> History:
    if any(draft.sent_message_id == mail.message_id for draft in history.drafts):
        return history
    people = {person.key for person in history.interview.people}
    written = tuple(
        Written(address.casefold(), mail.date, by_hand=True, message_id=mail.message_id)
        for address in mail.recipients
        if address.casefold() in people
    )
    return replace(_with_mail(history, mail), written=(*history.written, *written))
