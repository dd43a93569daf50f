"""Which interviews are rounds of one position (advice row 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.interview import company_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from followupd.domain.history import History


def first_round(number: int, histories: Mapping[int, History]) -> int:
    """The number of the first round of an interview's position, as far as rounds are linked.

    Args:
        number: the interview.
        histories: every interview, by its number; one that is missing ends the way back.
    """
    seen = {number}
    while number in histories:
        before = histories[number].interview.round_of
        if before is None or before in seen or before not in histories:
            break
        seen.add(before)
        number = before
    return number


def are_rounds(one: History, other: History, histories: Mapping[int, History]) -> bool:
    """Whether two interviews are rounds of one position: linked, or of one company and role."""
    if _position(one) == _position(other):
        return True
    first = first_round(one.interview_id, histories)
    return first == first_round(other.interview_id, histories)


def _position(history: History) -> tuple[str, str]:
    interview = history.interview
    return company_key(interview.company), company_key(interview.role)
