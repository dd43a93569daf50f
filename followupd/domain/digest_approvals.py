"""The parts of a digest that tell what becomes of the drafts which the user approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.digest_lines import about, name_of
from followupd.domain.digest_parts import ApprovedDraft, UnclearSending
from followupd.domain.interview import DraftState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from followupd.domain.digest_lines import Process
    from followupd.domain.workdays import Workdays


def approved(processes: Iterable[Process]) -> Iterator[ApprovedDraft]:
    """What the user approved: first what is held back, then what goes out, in its order."""
    found = []
    for process in processes:
        history = process.history
        for sending in process.plan.send:
            draft = history.draft(sending.message_id)
            if draft is not None:
                found.append(
                    ApprovedDraft(
                        about=about(history),
                        step=draft.step,
                        who=name_of(draft.person, history),
                        at=sending.due,
                        is_held=bool(sending.held),
                        is_late=bool(draft.problem),
                    )
                )
    yield from sorted(found, key=_in_order)


def unclear(processes: Iterable[Process], workdays: Workdays) -> Iterator[UnclearSending]:
    """What may have been sent or not, the oldest first."""
    found = []
    for process in processes:
        history = process.history
        for draft in history.drafts:
            if draft.state is DraftState.UNCLEAR and draft.approval is not None:
                at = workdays.local(draft.approval.sending_at or draft.approval.at)
                who = name_of(draft.person, history)
                found.append(UnclearSending(about(history), draft.step, who, at))
    yield from sorted(found, key=lambda each: each.at)


def _in_order(each: ApprovedDraft) -> tuple[bool, bool, float]:
    return not each.is_held, each.at is None, each.at.timestamp() if each.at is not None else 0.0
