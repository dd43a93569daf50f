"""Which interviews are rounds of one position (advice row 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followupd.domain.interview import company_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from followupd.domain.history import History


def rounds_back(number: int, before: Callable[[int], int | None]) -> tuple[int, ...]:
    """An interview and the rounds of its position before it, its own number first.

    Args:
        number: the interview.
        before: the round before an interview, or None. A circle, which no command makes, ends.
    """
    found = [number]
    while (earlier := before(found[-1])) is not None and earlier not in found:
        found.append(earlier)
    return tuple(found)


def first_round(number: int, histories: Mapping[int, History]) -> int:
    """The number of the first round of an interview's position, as far as rounds are linked.

    Args:
        number: the interview.
        histories: every interview, by its number; one that is missing ends the way back.
    """

    def before(known: int) -> int | None:
        earlier = histories[known].interview.round_of if known in histories else None
        return earlier if earlier in histories else None

    return rounds_back(number, before)[-1]


def are_rounds(one: History, other: History, histories: Mapping[int, History]) -> bool:
    """Whether two interviews are rounds of one position: linked, or of one company and role."""
    if _position_of(one) == _position_of(other):
        return True
    return first_round(one.interview_id, histories) == first_round(other.interview_id, histories)


def position(company: str, role: str) -> tuple[str, str]:
    """Company and role as they are compared."""
    return company_key(company), company_key(role)


def _position_of(history: History) -> tuple[str, str]:
    return position(history.interview.company, history.interview.role)
