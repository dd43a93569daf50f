"""What each event means for the state of an interview.

`fold` is the only place that says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.domain.approving import after_approval
from followupd.domain.editing import after_act, alive, waits_again
from followupd.domain.history import Absence, Answer, Call, Draft, History, Skip, Written
from followupd.domain.interview import EMPLOYER, DraftState, Outcome
from followupd.domain.righting import unsent
from followupd.domain.steps import REQUESTED_FROM
from followupd.domain.verdicts import guess_of, is_promise, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.events import Event, Mail


_FINAL = (Outcome.OFFER, Outcome.REJECTION)


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
        case happened.ReplyReceived(mail=mail, outcome=outcome, verdict=verdict, layer=layer):
            by_mail = layer is not happened.Layer.HAND
            if by_mail and (
                _says_no_more(history, mail, outcome, verdict)
                or _was_put_off(history, mail, outcome)
            ):
                return _heard_besides(history, mail)
            return _answered(history, mail, outcome, verdict, event.at)
        case happened.HoldingReply(mail=mail, decision_by=decision_by):
            return _held_up(history, mail, decision_by, event.verdict)
        case happened.Acknowledged(mail=mail):
            return _heard(history, mail)
        case happened.PossibleReply(mail=mail):
            others = tuple(p for p in history.possible if p.mail.message_id != mail.message_id)
            return replace(history, possible=(*others, event))
        case happened.ReplyResolved():
            return _resolved(history, event)
        case happened.AutomaticReceived():
            return _automatic(history, event)
        case happened.Bounced(address=address, permanent=permanent):
            history = unsent(history, address, event.original_message_id)
            came_back = {address.casefold()} if permanent else set()
            return replace(history, bounced=history.bounced | came_back)
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
        case happened.CallMade(at=at, person=person):
            return replace(history, calls=(*history.calls, Call(at, history.key_of(person))))
        case happened.InterviewMoved(held_at=held_at):
            return _moved(history, held_at)
        case happened.DecisionMoved(decision_by=decision_by, at=at):
            return replace(
                alive(history),
                decision_by=decision_by,
                decision_said_at=at,
                promised_before=None,
                held_up_by=None,
                waiting_since=None,
                call_promised_on=None,
                cycle=history.cycle + 1,
                answer=None,
                marked_silent=False,
            )
        case happened.MarkedAnswered(at=at, outcome=outcome):
            return replace(
                alive(history), answer=Answer(at, outcome, None), marked_silent=False, possible=()
            )
        case happened.MarkedSilent():
            return replace(_unanswered(history), marked_silent=True, possible=())
        case happened.Snoozed(until=until):
            return replace(history, snoozed_until=until)
        case happened.StepSkipped(step=step, cycle=cycle, person=person, at=at):
            skip = Skip(step, cycle, history.key_of(person), at)
            return replace(history, skips=(*history.skips, skip))
        case happened.Closed(by_plan=by_plan):
            ended = history.cycle if by_plan else history.closed_by_plan_in
            return replace(history, closed=event, closed_by_plan_in=ended)
        case happened.Reopened():
            if history.closed is not None:
                return replace(history, closed=None, reopened_at=event.at)
            return _unanswered(history)
        case happened.Noted(text=text):
            return replace(history, notes=(*history.notes, text))
        case _ if isinstance(event, approvals.Approving):
            return after_approval(history, event)
        case _:
            return after_act(history, event)


def _with_mail(history: History, mail: Mail) -> History:
    if any(known.message_id == mail.message_id for known in history.mails):
        return history
    known = history.message_ids | {mail.message_id}
    return replace(history, mails=(*history.mails, mail), message_ids=known)


def _heard(history: History, mail: Mail) -> History:
    """They wrote: whoever writes is neither away nor gone, unless a note has said so since."""
    sender = history.key_of(mail.sender)
    history = replace(
        _with_mail(history, mail),
        heard={**history.heard, sender: max(mail.date, history.heard.get(sender, mail.date))},
    )
    note = history.absences.get(sender)
    if note is not None and note.noted_at > mail.date:
        return history
    return replace(
        history,
        absences={key: note for key, note in history.absences.items() if key != sender},
        gone=history.gone - {sender},
    )


def _moved(history: History, held_at: datetime) -> History:
    """The interview is held at another time, which decides what asked about the old one."""
    before = history.interview.held_at
    still_asked = tuple(
        possible
        for possible in history.possible
        if possible.mail.date >= before
        and (possible.verdict is None or possible.verdict.meets_at is None)
    )
    interview = replace(history.interview, held_at=held_at)
    history = replace(history, interview=interview, possible=still_asked)
    if history.decision_by is None or history.decision_by >= held_at.date():
        return history
    # Nobody decides before the interview: what was promised was promised for the old time.
    return replace(history, decision_by=None, held_up_by=None, call_promised_on=None)


def _answered(
    history: History,
    mail: Mail,
    outcome: Outcome,
    verdict: happened.Verdict | None,
    known_at: datetime,
) -> History:
    history = alive(_heard(history, mail))
    answer = Answer(mail.date, outcome, mail, verdict, known_at)
    return replace(history, answer=answer, marked_silent=False)


def _says_no_more(
    history: History, mail: Mail, outcome: Outcome, verdict: happened.Verdict | None
) -> bool:
    """Whether a reply adds nothing to the answer there is.

    What says nothing takes nothing back, nor does what was written before, nor a question after an
    offer or a rejection. What may say something else than the mail before it is to be asked about;
    the user's own word needs no such question, and an offer they had is not lost to an invitation.
    """
    known = history.answer
    if known is None:
        return False
    if mail.date < known.at:
        return known.outcome is not Outcome.OTHER or outcome is Outcome.OTHER
    if known.outcome in _FINAL and outcome is Outcome.INFO_REQUEST:
        return True
    if known.mail is None and known.outcome is Outcome.OFFER and outcome is Outcome.NEXT_ROUND:
        return True
    return (
        known.outcome is not Outcome.OTHER
        and outcome is Outcome.OTHER
        and (known.mail is None or guess_of(verdict) is None)
    )


def _heard_besides(history: History, mail: Mail) -> History:
    """They wrote what adds nothing; a kind word after a rejection opens nothing again."""
    history = _heard(history, mail)
    known = history.answer
    is_over = known is not None and known.outcome is Outcome.REJECTION
    return history if is_over else alive(history)


def _was_put_off(history: History, mail: Mail, outcome: Outcome) -> bool:
    """Whether a later mail, read before this one, says that it is not decided yet."""
    later = history.held_up_by
    return later is not None and mail.date < later.date and outcome not in _FINAL


def _held_up(
    history: History, mail: Mail, decision_by: date | None, verdict: happened.Verdict | None
) -> History:
    """The decision date moves, unless the mail is older than what is known already.

    Where another round is recorded, it is about that one.
    """
    history = _heard(history, mail)
    decided = history.answer is not None and (
        history.answer.outcome in _FINAL
        or history.answer.at > mail.date
        or history.followed_by is not None
    )
    put_off_at = history.held_up_by.date if history.held_up_by is not None else None
    known = (put_off_at, history.decision_said_at, history.waiting_since)
    if decided or any(at is not None and at > mail.date for at in known):
        return history
    # Who names no day takes back none that lies further off.
    before = None if decision_by is not None else history.decision_by or history.promised_before
    by_call = verdict is not None and verdict.by_call
    return replace(
        alive(history),
        decision_by=decision_by,
        promised_before=before,
        held_up_by=mail,
        waiting_since=None,
        call_promised_on=decision_by if by_call else None,
        cycle=history.cycle + 1,
        answer=None,
        marked_silent=False,
    )


def _unanswered(history: History) -> History:
    """What was taken for an answer was none: its sender has not been heard by it either."""
    mail = history.answer.mail if history.answer is not None else None
    if mail is None:
        return replace(history, answer=None)
    sender = history.key_of(mail.sender)
    heard = {key: at for key, at in history.heard.items() if key != sender}
    return replace(history, answer=None, heard=heard)


def _resolved(history: History, event: happened.ReplyResolved) -> History:
    found = next((p for p in history.possible if p.mail.message_id == event.message_id), None)
    rest = tuple(p for p in history.possible if p.mail.message_id != event.message_id)
    history = replace(history, possible=rest)
    if found is None or not event.belongs:
        return history
    verdict = found.verdict
    if event.outcome is None and verdict is not None and is_promise(verdict):
        return _held_up(history, found.mail, verdict.decision_by, verdict)
    outcome = event.outcome or outcome_of(verdict)
    if event.outcome is None and _says_no_more(history, found.mail, outcome, verdict):
        return _heard_besides(history, found.mail)
    return _answered(history, found.mail, outcome, verdict, event.at)


def _automatic(history: History, event: happened.AutomaticReceived) -> History:
    if event.category is not happened.AutomaticCategory.ABSENCE:
        return history
    sender = history.key_of(event.mail.sender)
    heard = history.heard.get(sender)
    if heard is not None and heard > event.mail.date:
        return history  # they have written since
    if event.has_left:
        history = replace(history, gone=history.gone | {sender})
    known = history.absences.get(sender)
    if known is not None and known.noted_at > event.mail.date:
        return history
    note = Absence(event.mail.date, event.returns_on, event.stand_in_name, event.stand_in_address)
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
    if draft.key in history.formerly:  # what became of it was learned of late
        draft = replace(draft, moved_to=history.key_of(event.person), outdated=True)
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
    # What the user asked for is theirs, like a mail by hand: it counts as a step that is due.
    by_hand = draft.cycle >= REQUESTED_FROM
    written = tuple(
        Written(address, event.sent_at, by_hand, event.sent_message_id)
        for address in sorted(_reached(history, draft, event.mail))
    )
    return _answered_them(history, written)


def _reached(history: History, draft: Draft, copy: Mail | None) -> set[str]:
    """The people of the interview whom a sent draft went to, those in its copy included."""
    people = {person.key for person in history.interview.people}
    reached = {history.key_of(address) for address in copy.recipients} & people if copy else set()
    return reached if draft.is_sheet else reached | {draft.key}


def _wrote(history: History, mail: Mail) -> History:
    if any(draft.sent_message_id == mail.message_id for draft in history.drafts):
        return history
    people = {person.key for person in history.interview.people}
    written = tuple(
        Written(key, mail.date, by_hand=True, message_id=mail.message_id)
        for key in map(history.key_of, mail.recipients)
        if key in people
    )
    return _answered_them(_with_mail(history, mail), written)


def _answered_them(history: History, written: tuple[Written, ...]) -> History:
    """The messages went out: who had asked for something has it, and owes the answer again."""
    asked = history.answer
    history = replace(history, written=(*history.written, *written))
    if asked is None or asked.outcome is not Outcome.INFO_REQUEST:
        return history
    whom = {p.key for p in history.interview.people if p.part in EMPLOYER}
    if asked.mail is not None:
        whom = {history.key_of(asked.mail.sender)}
    given = [each.at for each in written if each.address in whom and each.at > asked.at]
    return waits_again(history, min(given)) if given else history
