"""Which interviews are rounds of one position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from followupd.domain.rounds import are_rounds, first_round
from tests.support.stories import DANA, story

if TYPE_CHECKING:
    from followupd.domain.history import History


def interviews(*rounds: tuple[int, str, str, int | None]) -> dict[int, History]:
    """Histories of (number, company, role, round of)."""
    told = {}
    for number, company, role, before in rounds:
        history = story(DANA, number=number).history
        interview = replace(history.interview, company=company, role=role, round_of=before)
        told[number] = replace(history, interview=interview)
    return told


def test_rounds_that_are_linked_are_of_one_position_whatever_they_are_called() -> None:
    """The role was put more precisely in the second round."""
    known = interviews((1, "Acme", "Engineer", None), (2, "Acme", "Lead", 1), (3, "Acme", "X", 2))
    assert are_rounds(known[3], known[1], known)
    assert [first_round(number, known) for number in (1, 2, 3)] == [1, 1, 1]


def test_the_same_company_and_role_are_one_position() -> None:
    """Recorded without a link, written a little differently."""
    known = interviews((1, "Acme", "Engineer", None), (2, "ACME ", "engineer", None))
    assert are_rounds(known[1], known[2], known)


def test_two_positions_at_one_company_are_not_rounds() -> None:
    """They share people but not silence."""
    known = interviews((1, "Acme", "Engineer", None), (2, "Acme", "Analyst", None))
    assert not are_rounds(known[1], known[2], known)


def test_a_circle_of_rounds_does_not_go_on_forever() -> None:
    """A restored database may hold any numbers."""
    known = interviews((1, "Acme", "A", 2), (2, "Acme", "B", 1), (3, "Acme", "C", 9))
    assert {first_round(number, known) for number in (1, 2)} <= {1, 2}
    assert first_round(3, known) == 3
