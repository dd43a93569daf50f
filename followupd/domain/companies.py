"""What the interviews of the past say about each company (advice row 18).

Whether a company answers, after how many working days, and how it was, is worth knowing before
the next interview there. Pure: it is counted anew from the histories whenever it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.domain.cadence import Cadence
from followupd.domain.interview import company_key
from followupd.domain.status import expected_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from followupd.domain.acts import Reviewed
    from followupd.domain.history import History
    from followupd.domain.workdays import Workdays

_USUAL = Cadence(())
"""How long an answer is waited for where nobody promised a day."""

_LADDER = 25
"""Working days after the expected day by which the built-in ladder is at its end, the step to
somebody more senior included: 2 + 3 + 3 + 4 + 3 + 10."""


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """What is known of one company.

    An interview that still waits, or that the user closed before an answer was to be expected, is
    neither answered nor unanswered.

    Attributes:
        company: as it was written last.
        interviews: the numbers of all interviews there, in the order in which they were held.
        answered: the numbers of those that were answered, whatever the answer said.
        never_answered: the numbers of those that were not, and no longer will be.
        response_days: after how many working days each answer came, where that is known; in the
            order of the interviews.
        reviews: what the user said looking back, in the order of the interviews; those who did
            not want to say anything are left out.
    """

    company: str
    interviews: tuple[int, ...]
    answered: tuple[int, ...]
    never_answered: tuple[int, ...]
    response_days: tuple[int, ...]
    reviews: tuple[Reviewed, ...]

    @property
    def treated(self) -> int | None:
        """How the user was treated when they last said it: from 1 (badly) to 5 (very well)."""
        return next((r.treated for r in reversed(self.reviews) if r.treated is not None), None)

    @property
    def again(self) -> bool | None:
        """Whether the user would apply there again, as they last said it."""
        return next((r.again for r in reversed(self.reviews) if r.again is not None), None)


def companies(
    histories: Iterable[History], workdays: Workdays, now: datetime
) -> tuple[CompanyRecord, ...]:
    """What is known of each company, in the order of their names.

    Args:
        histories: every interview; those that lie ahead count as interviews only.
        workdays: the user's; answers are counted in working days from the day of the interview.
        now: the moment as of which silence is judged; aware.
    """
    found: dict[str, list[History]] = {}
    ordered = sorted(histories, key=lambda each: (each.interview.held_at, each.interview_id))
    for history in ordered:
        found.setdefault(company_key(history.interview.company), []).append(history)
    today = workdays.day_of(now)
    return tuple(_record(found[key], workdays, today) for key in sorted(found))


def _record(histories: list[History], workdays: Workdays, today: date) -> CompanyRecord:
    answered = [each for each in histories if _was_answered(each)]
    days = [_response_days(each, workdays) for each in answered]
    return CompanyRecord(
        company=histories[-1].interview.company,
        interviews=tuple(each.interview_id for each in histories),
        answered=tuple(each.interview_id for each in answered),
        never_answered=tuple(
            each.interview_id for each in histories if _is_unanswered(each, workdays, today)
        ),
        response_days=tuple(count for count in days if count is not None),
        reviews=tuple(
            each.review
            for each in histories
            if each.review is not None and not each.review.declined
        ),
    )


def _was_answered(history: History) -> bool:
    """Whether they answered; what the user says looking back counts more than what was read."""
    review = history.review
    if review is not None and not review.declined and review.answered is not None:
        return review.answered
    return history.answer is not None


def _response_days(history: History, workdays: Workdays) -> int | None:
    """After how many working days they answered; None where that is not known."""
    if history.review is not None and history.review.days is not None:
        return history.review.days
    if history.answer is None:
        return None
    held_on = workdays.day_of(history.interview.held_at)
    return workdays.between(held_on, workdays.day_of(history.answer.at))


def _is_unanswered(history: History, workdays: Workdays, today: date) -> bool:
    """Whether no answer has come, and none is waited for any more."""
    if _was_answered(history):
        return False
    if history.review is not None and history.review.answered is False:
        return True
    expected = expected_by(history, _USUAL, workdays)
    if history.closed is not None:
        return history.closed.by_plan or workdays.day_of(history.closed.at) > expected
    if history.closed_by_plan_in == history.cycle:
        return True
    return today > workdays.add(expected, _LADDER)
