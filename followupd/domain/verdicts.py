"""When a verdict on a mail is sure enough to act on, and what it then stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.events import Meaning
from followupd.domain.interview import Outcome

if TYPE_CHECKING:
    from followupd.domain.events import Verdict

ASK_BELOW = 0.75
"""Below this confidence a verdict is a question to the user."""

_OUTCOMES = {
    Meaning.OFFER: Outcome.OFFER,
    Meaning.REJECTION: Outcome.REJECTION,
    Meaning.NEXT_ROUND: Outcome.NEXT_ROUND,
    Meaning.INFO_REQUEST: Outcome.INFO_REQUEST,
}


def is_sure(verdict: Verdict) -> bool:
    """Whether the verdict needs no question."""
    return verdict.confidence >= ASK_BELOW


def is_promise(verdict: Verdict) -> bool:
    """Whether the mail puts the decision off: to a day that it names, or plainly to none."""
    if verdict.meaning is not Meaning.STILL_DECIDING:
        return False
    return verdict.decision_by is not None or is_sure(verdict)


def outcome_of(verdict: Verdict | None) -> Outcome:
    """What the answer says: `other` where that is not sure, or none of the other outcomes."""
    if verdict is None or not is_sure(verdict):
        return Outcome.OTHER
    return _OUTCOMES.get(verdict.meaning, Outcome.OTHER)


def is_unclear(verdict: Verdict | None) -> bool:
    """Whether it is a question to the user what the answer says."""
    return verdict is not None and not is_sure(verdict)


def guess_of(verdict: Verdict | None) -> Outcome | None:
    """The outcome an unsure verdict leans to; None where there is nothing to ask."""
    if verdict is None or is_sure(verdict):
        return None
    return _OUTCOMES.get(verdict.meaning)
