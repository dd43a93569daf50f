"""What became of sent and approved drafts in words: one clause each, for `log` and `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from followupd.cli.format import listed, moment
from followupd.domain import approvals
from followupd.reading.text import clean, quoted

if TYPE_CHECKING:
    from datetime import date

    from followupd.domain.events import DraftSent
    from followupd.domain.history import Draft
    from followupd.domain.workdays import Workdays

_TEXT_LIMIT = 300


def tell_approval(event: approvals.Approving, draft: str, workdays: Workdays, today: date) -> str:
    """One event in words.

    Args:
        event: what happened.
        draft: the draft, as people call it.
        workdays: the user's.
        today: in the user's zone.
    """
    match event:
        case approvals.DraftApproved(folder=folder, recipients=recipients):
            where = clean(folder, 80)
            return f"you approved {draft}, moved into {where}; it goes to {_whom(recipients)}"
        case approvals.ApprovalTakenBack():
            return f"you took the approval back: {draft}"
        case approvals.SendingHeld(reason=reason):
            return f"not sent though approved: {draft}; {clean(reason, _TEXT_LIMIT)}"
        case approvals.SendingFailed(reason=reason, again_at=again_at):
            then = "it is in Drafts again"
            if again_at is not None:
                then = f"it is tried again on {moment(again_at, today, workdays)}"
            return f"could not be sent: {draft}; {clean(reason, _TEXT_LIMIT)}; {then}"
        case approvals.SendingUnclear(reason=reason, sending_at=at):
            when = moment(at, today, workdays)
            said = clean(reason, _TEXT_LIMIT)
            return f"may have been sent on {when}, or not: {draft}; {said}"
        case approvals.SendingDenied():
            return f"you said that it was not sent: {draft}; it is sent again"
        case _:
            assert_never(event)


def tell_sending(
    event: DraftSent, draft: Draft | None, called: str, workdays: Workdays, today: date
) -> str:
    """How a draft was sent: by the user, or as they approved, and how that is known.

    Args:
        event: what happened.
        draft: as it stands by now, if it is known.
        called: the draft, as people call it.
        workdays: the user's.
        today: in the user's zone.
    """
    at = moment(event.sent_at, today, workdays)
    approval = draft.approval if draft is not None else None
    if event.answer:
        whom = f" to {_whom(approval.recipients)}" if approval is not None else ""
        said = f"sent as you approved, on {at}{whom}: {called}"
        return f"{said}; the server said {quoted(event.answer, 100)}"
    if approval is not None and approval.sending_at == event.sent_at and event.mail is None:
        return f"you said that it was sent, as you approved, on {at}: {called}"
    if approval is not None and approval.sending_at is not None:
        return f"sent as you approved, on {at}: {called}; it was found among your mail"
    seems = "" if event.certain else " (recognised by thread and person)"
    return f"you sent {called} on {at}{seems}"


def _whom(recipients: tuple[str, ...]) -> str:
    whom = [clean(address, 100) for address in recipients]
    return listed(whom) if whom else "nobody"
