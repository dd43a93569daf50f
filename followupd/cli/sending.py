"""`sent`: whether a draft went out of which that is not known.

An approved draft was handed over and no clear answer came. It is never sent twice on a guess, so
the user looks whether it arrived, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.cli.approved import unclear_drafts
from followupd.cli.deciding import record
from followupd.cli.format import NAME_LIMIT, called, draft_to
from followupd.cli.persons import people_named
from followupd.config.words import near, quoted
from followupd.domain import approvals
from followupd.domain import events as happened
from followupd.errors import FollowupdError, UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.cli.deciding import Case
    from followupd.domain.events import Event
    from followupd.domain.history import Draft
    from followupd.service.clock import Clock


def sent(arguments: Namespace, clock: Clock) -> int:
    """A draft of unclear outcome was sent, or was not."""

    def decide(case: Case) -> tuple[Event, str]:
        draft = _meant(arguments, case)
        what, now = draft_to(draft, case.history), case.desk.now
        if arguments.no:
            denied = approvals.SendingDenied(at=now, message_id=draft.message_id)
            return denied, f"Noted: {what} was not sent. It is sent again, as you approved it."
        handed_over = draft.approval.sending_at if draft.approval is not None else None
        event = happened.DraftSent(
            at=now,
            message_id=draft.message_id,
            sent_at=handed_over or now,
            sent_message_id=_borne(draft, case),
            certain=False,
        )
        return event, f"Noted: {what} was sent. The plan goes on from there."

    return record(arguments, clock, decide)


def _borne(draft: Draft, case: Case) -> str:
    """The Message-ID that the sent mail bears: another than ours where the user saved it anew."""
    with case.desk.store.look() as reading:
        entry = reading.journal_entry(draft.message_id)
    return (entry.bound_message_id if entry is not None else "") or draft.message_id


def _meant(arguments: Namespace, case: Case) -> Draft:
    """The draft that the user means.

    Raises:
        FollowupdError: of none of the interview's drafts it is unclear whether it was sent.
        UsageError: there is no such draft, or it must be said which.
    """
    number, unclear = case.history.interview_id, unclear_drafts(case.history)
    if not unclear:
        raise FollowupdError(
            f"interview {number} has no draft of which it is unclear whether it was sent; "
            f"`followupd show {number}` tells how its drafts stand"
        )
    found = unclear
    if arguments.step is not None:
        found = [draft for draft in unclear if draft.step == arguments.step]
        if not found:
            there = dict.fromkeys(clean(draft.step, NAME_LIMIT) for draft in unclear)
            raise UsageError(
                f"STEP: there is no {quoted(arguments.step)} of which it is unclear whether it was "
                f"sent; "
                f"{near(arguments.step, there)}"
            )
    if arguments.to is not None:
        found = _to(arguments.to, found, case)
    if len(found) > 1:
        steps = dict.fromkeys(clean(draft.step, NAME_LIMIT) for draft in found)
        if len(steps) > 1:
            raise UsageError(f"STEP: say which: {', '.join(steps)}")
        whom = ", ".join(clean(draft.person, NAME_LIMIT) for draft in found)
        raise UsageError(f"--to: say to whom: {whom}")
    return found[0]


def _to(text: str, found: list[Draft], case: Case) -> list[Draft]:
    """Those to one person, who may be named as in every other command, or by the draft's address.

    Raises:
        UsageError: nobody is meant, more than one is, or no such draft goes to them.
    """
    history = case.history
    mine = [draft for draft in found if text.casefold() == draft.person.casefold()]
    if not mine:
        who = people_named(text, history.interview.people, history.interview_id, "--to")[0]
        mine = [draft for draft in found if draft.key == who.key]
    if not mine:
        there = ", ".join(called(draft.person, history) for draft in found)
        raise UsageError(f"--to: none of them goes to {quoted(text)}; there are those to {there}")
    return mine
