"""What became of approved drafts in words: one clause each, as `log` and `show` print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from followupd.cli.format import listed, moment
from followupd.domain import approvals
from followupd.reading.text import clean

if TYPE_CHECKING:
    from datetime import date

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
            whom = listed([clean(address, 100) for address in recipients])
            return f"you approved {draft}, moved into {clean(folder, 80)}; it goes to {whom}"
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
