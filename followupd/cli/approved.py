"""How drafts stand, those that the user approved among them, and what is asked of the user; pure.

An approved draft goes out by itself at its hour. What speaks against that, what could not be sent
and what may have been sent or not is for the user to decide: each says how.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from followupd.cli.format import NAME_LIMIT, draft_stands, draft_to, moment
from followupd.domain.approving import stands
from followupd.domain.interview import DraftState
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from followupd.cli.desk import Desk
    from followupd.config import Settings
    from followupd.domain.approving import Sending
    from followupd.domain.history import Draft, History
    from followupd.domain.plan import Plan

_REASON_LIMIT = 300


def draft_words(draft: Draft, history: History, plan: Plan, desk: Desk) -> str:
    """A draft and how it stands: `check-in to Dana Fox waits in Drafts`."""
    what, sending = draft_to(draft, history), _sending(draft, plan)
    if draft.state is DraftState.UNCLEAR:
        return f"was {what} sent? {sent_command(draft, history)} --yes or --no"
    if sending is not None:
        stand = stands(draft, sending, desk.workdays, desk.now)
        return f"{what} is {clean(stand, 2 * _REASON_LIMIT)}"
    if draft.state is DraftState.EDITED and draft.problem:
        return f"{what} {draft_stands(draft)}; it could not be sent: {_why(draft)}"
    return f"{what} {draft_stands(draft)}"


def asks_user(draft: Draft, plan: Plan) -> bool:
    """Whether a draft waits for the user; one that goes out by itself does not."""
    sending = _sending(draft, plan)
    return draft.state.is_open and (sending is None or bool(sending.held))


def approval_points(history: History, plan: Plan, desk: Desk) -> Iterator[str]:
    """What became of approved drafts and is for the user to decide, sentences for each."""
    for draft in history.open_drafts:
        yield from _points(draft, history, plan, desk)


def is_point(draft: Draft, plan: Plan) -> bool:
    """Whether `approval_points` speaks of the draft."""
    sending = _sending(draft, plan)
    is_held = sending is not None and bool(sending.held)
    is_returned = draft.state is DraftState.EDITED and bool(draft.problem)
    return is_held or is_returned or draft.state is DraftState.UNCLEAR


def sent_command(draft: Draft, history: History) -> str:
    """The command that tells what became of a draft of unclear outcome, but for its answer."""
    unclear = unclear_drafts(history)
    said = f"followupd sent {history.interview_id}"
    if len(unclear) == 1:
        return said
    said += f" {shlex.quote(clean(draft.step, NAME_LIMIT))}"
    if sum(each.step == draft.step for each in unclear) == 1:
        return said
    return f"{said} --to {shlex.quote(clean(draft.person, NAME_LIMIT))}"


def unclear_drafts(history: History) -> list[Draft]:
    """The drafts that may have been sent or not, oldest first."""
    return [draft for draft in history.drafts if draft.state is DraftState.UNCLEAR]


def approval_folder(history: History, settings: Settings) -> str:
    """What the approval folder of an interview's account is called, for a line."""
    for account in settings.accounts:
        if account.name == history.interview.account and account.approval_folder is not None:
            return clean(account.approval_folder, NAME_LIMIT)
    return "the approval folder"


def unless_sent(account: str, settings: Settings) -> str:
    """The promise that nothing goes out by itself, with the ways there are in that account."""
    folder = settings.account(account).approval_folder
    if folder is None:
        return "Nothing is sent unless you send it."
    return f"Nothing is sent unless you send it, or move it into {clean(folder, NAME_LIMIT)}."


def _points(draft: Draft, history: History, plan: Plan, desk: Desk) -> Iterator[str]:
    what, folder = draft_to(draft, history), approval_folder(history, desk.settings)
    sending = _sending(draft, plan)
    if draft.state is DraftState.UNCLEAR:
        yield _question(draft, history, desk)
    elif sending is not None and sending.held:
        said = f"Approved, but held back: {what} ({clean(sending.held, _REASON_LIMIT)})."
        if draft.is_sheet:
            yield said
            return
        yield (
            f"{said} To send it all the same, move it out of {folder} and in again; for no, "
            "delete it."
        )
    elif draft.state is DraftState.EDITED and draft.problem:
        yield (
            f"Could not be sent: {what} ({_why(draft)}). It is in Drafts again: put it right and "
            f"move it into {folder} once more, or send it yourself."
        )


def _question(draft: Draft, history: History, desk: Desk) -> str:
    what, command = draft_to(draft, history), sent_command(draft, history)
    handed = ""
    if draft.approval is not None and draft.approval.sending_at is not None:
        handed = f" on {moment(draft.approval.sending_at, desk.today, desk.workdays)}"
    return (
        f"Was {what} sent? It was handed over{handed}, and no clear answer came ({_why(draft)}). "
        f"It is not sent twice, so look whether it arrived: `{command} --yes` says that it was "
        f"sent, `{command} --no` that it was not, and sends it again."
    )


def _sending(draft: Draft, plan: Plan) -> Sending | None:
    found = (each for each in plan.send if each.message_id == draft.message_id)
    return next(found, None)


def _why(draft: Draft) -> str:
    return clean(draft.problem, _REASON_LIMIT).rstrip(".")
