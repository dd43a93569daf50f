"""Sending what the user approved: what the events of it mean, and when it goes out.

* It goes out within the sending hours of a working day, by the clock of whom it goes to, where
  that is known.
* What speaks against it (an answer that came meanwhile, an address that is dead) holds it back.
  The user has the last word: moved out of the approval folder and in again, it is sent.
* What the server refuses for now is tried again, after longer and longer waits, as long as the
  sending hours of that day last; then, and when it refuses for good, the draft goes back into
  Drafts.
* An approval stands for three working days; what is older is held back and asked about.
* What may have been sent is never sent again, unless the user says that it was not: until then no
  moving to and fro changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, assert_never

from followupd.domain import approvals
from followupd.domain.calling import zone_of
from followupd.domain.days import say_day, say_moment
from followupd.domain.history import Approval
from followupd.domain.interview import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from followupd.domain.history import Draft, History
    from followupd.domain.workdays import Workdays

RETRIES = (5, 10, 20, 40, 60)
"""Minutes before the next try after the first, the second ... failure; the last one repeats."""

STANDS_FOR = 3
"""Working days for which an approval stands."""

_SHEET = "it is a sheet for yourself, and nobody is sent it: read it, and delete it"


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be done about a draft in the approval folder.

    Attributes:
        message_id: the one it was queued with.
        due: when it goes out, in the user's zone; None while it does not.
        held: why it is not sent although it is approved; "" where nothing speaks against it.
    """

    message_id: str
    due: datetime | None
    held: str = ""


def after_approval(history: History, event: approvals.Approving) -> History:  # noqa: PLR0911 - one case an event
    """The state after an event of approving; a part of `folding.fold`."""
    draft = history.draft(event.message_id)
    if draft is None or not _may_change(draft, event):
        return history
    known = draft.approval
    match event:
        case approvals.DraftApproved(at=at, recipients=recipients):
            overruled = known.overruled if known is not None else frozenset[str]()
            if known is not None and known.held and _is_anew(draft, known, recipients):
                overruled |= {known.held}
            approval = Approval(at, recipients, overruled)
            return _with(history, draft, DraftState.APPROVED, approval, problem="")
        case approvals.ApprovalTakenBack():
            return _with(history, draft, DraftState.EDITED, known, problem="")
        case approvals.SendingHeld(reason=reason) if known is not None:
            held = replace(known, held=reason)
            return _with(history, draft, draft.state, held, draft.problem)
        case approvals.SendingFailed(reason=reason, again_at=again_at) if known is not None:
            state = DraftState.EDITED if again_at is None else DraftState.APPROVED
            tried = replace(known, failures=known.failures + 1, again_at=again_at)
            return _with(history, draft, state, tried, reason)
        case approvals.SendingUnclear(reason=reason, sending_at=sending_at) if known is not None:
            unclear = replace(known, sending_at=sending_at)
            return _with(history, draft, DraftState.UNCLEAR, unclear, reason)
        case approvals.SendingDenied(at=at) if known is not None:
            again = Approval(at, known.recipients, known.overruled)
            return _with(history, draft, DraftState.APPROVED, again, problem="")
        case (
            approvals.SendingHeld()
            | approvals.SendingFailed()
            | approvals.SendingUnclear()
            | approvals.SendingDenied()
        ):
            return history
        case _:
            assert_never(event)


def _is_anew(draft: Draft, known: Approval, recipients: tuple[str, ...]) -> bool:
    """Whether the user has moved it out and in again.

    That it was lost from sight for a while, or got other recipients where it lies, says nothing of
    what speaks against it.
    """
    is_same = draft.state is DraftState.APPROVED and known.recipients == recipients
    return is_same or draft.state is DraftState.EDITED


def _may_change(draft: Draft, event: approvals.Approving) -> bool:
    """What was sent stays sent; what may have been sent stays so until the user tells."""
    if draft.state is DraftState.UNCLEAR:
        return isinstance(event, (approvals.SendingUnclear, approvals.SendingDenied))
    return draft.state is not DraftState.SENT and not isinstance(event, approvals.SendingDenied)


def sendings(
    history: History, workdays: Workdays, now: datetime, objection: Callable[[Draft], str | None]
) -> Iterator[Sending]:
    """What is to be done about each approved draft.

    Args:
        history: the interview.
        workdays: the user's.
        now: the moment; aware.
        objection: why the plan would take a draft back if the user had not touched it, or None.
    """
    for draft in history.drafts:
        if draft.state is not DraftState.APPROVED or draft.approval is None:
            continue
        held = _held(draft, draft.approval, objection)
        if not held and not draft.is_sheet:
            held = _too_late(draft.approval, workdays, now)
        halted = workdays.halted(now)
        due = None if held or halted else due_at(history, draft, workdays, now)
        yield Sending(draft.message_id, due, held)


def due_at(history: History, draft: Draft, workdays: Workdays, now: datetime) -> datetime | None:
    """When an approved draft goes out if nothing holds it back, in the user's zone; `now` at once.

    None: it is not approved.
    """
    approval = draft.approval
    if approval is None:
        return None
    theirs = _theirs(history, draft, workdays)
    due = theirs.next_open(approval.again_at or approval.at)
    if due <= now:
        # The hours may be over since, or a pause may have begun.
        due = theirs.next_open(now)
    return workdays.local(due)


def again_at(
    history: History,
    draft: Draft,
    failed_at: datetime,
    workdays: Workdays,
    *,
    login_refused: bool = False,
) -> datetime | None:
    """When sending is tried again that failed at that moment, in the user's zone.

    None: never, since the sending hours of that day, by the clock of whom it goes to, are over by
    then. A refused login is not tried again for an hour: more tries would lock the account.
    """
    theirs = _theirs(history, draft, workdays)
    failures = draft.approval.failures if draft.approval is not None else 0
    wait = RETRIES[-1] if login_refused else RETRIES[min(failures, len(RETRIES) - 1)]
    again = theirs.next_open(failed_at.astimezone(UTC) + timedelta(minutes=wait))
    is_today = theirs.day_of(again) == theirs.day_of(failed_at)
    return workdays.local(again) if is_today else None


def stands(draft: Draft, sending: Sending | None, workdays: Workdays, now: datetime) -> str:
    """How an approved draft stands, in one clause.

    Args:
        draft: approved, or of unclear outcome.
        sending: what is to be done about it; None while it is unclear.
        workdays: the user's.
        now: the moment; aware.
    """
    if draft.state is DraftState.UNCLEAR or sending is None:
        return "it may have been sent or not: look, and tell with followupd sent"
    if sending.held:
        said = f"approved, but held back: {sending.held}"
        if draft.is_sheet:
            return said
        return f"{said}; to send it all the same, move it out of the approval folder and in again"
    if sending.due is None:
        return "approved; nothing is sent while you have paused everything: followupd resume"
    when = "now"
    if sending.due > now:
        when = f"on {say_moment(sending.due, workdays.day_of(now))}"
    if draft.problem:
        return f"approved; it could not be sent yet ({draft.problem}); tried again {when}"
    return f"approved: it goes out {when}"


def _held(draft: Draft, approval: Approval, objection: Callable[[Draft], str | None]) -> str:
    if draft.is_sheet:
        return _SHEET
    reason = objection(draft) or ""
    return "" if reason in approval.overruled else reason


def _too_late(approval: Approval, workdays: Workdays, now: datetime) -> str:
    """Why an approval is too old to be carried out without asking, "" where it is not.

    A machine that was switched off for long must not send what nobody has in mind any more.
    """
    today = workdays.day_of(now)
    if approval.again_at is not None and workdays.day_of(approval.again_at) < today:
        tried_on = say_day(workdays.day_of(approval.again_at), today)
        return f"the server did not take it on {tried_on}"
    approved_on = workdays.day_of(approval.at)
    if workdays.between(approved_on, today) > STANDS_FOR:
        return f"you approved it on {say_day(approved_on, today)}, which is long ago"
    return ""


def _theirs(history: History, draft: Draft, workdays: Workdays) -> Workdays:
    """The user's calendar by the clock of whom the draft goes to."""
    recipients = draft.approval.recipients if draft.approval is not None else (draft.to,)
    return replace(workdays, zone=_zone(history, recipients) or workdays.zone)


def _zone(history: History, recipients: tuple[str, ...]) -> ZoneInfo | None:
    """The time zone of the first recipient whose zone is known."""
    for address in recipients:
        key = history.key_of(address)
        zones = (zone_of(p) for p in history.interview.people if p.key == key)
        zone = next(filter(None, zones), None)
        if zone is not None:
            return zone
    return None


def _with(
    history: History, draft: Draft, state: DraftState, approval: Approval | None, problem: str
) -> History:
    now = replace(draft, state=state, approval=approval, problem=problem, settled_at=None)
    drafts = tuple(now if each.message_id == draft.message_id else each for each in history.drafts)
    return replace(history, drafts=drafts)
