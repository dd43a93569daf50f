"""How well mail of applicant-tracking systems finds its interview among others, by words alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.body import read_body
from followupd.reading.matching import Candidate, Index
from followupd.reading.message import read_headers
from followupd.service.judging import Judge
from tests import cases
from tests.report.cases_score import BOTH, SETS
from tests.report.facts import set_name
from tests.report.figures import Share
from tests.report.judged import OWN_ADDRESSES, WORKDAYS
from tests.report.tables import Grid

if TYPE_CHECKING:
    from followupd.reading.matching import Match
    from tests.cases import Case
    from tests.report.tables import Cell

DECOYS = 5
_THE_ONE = 1


class Found(StrEnum):
    """What the mail was laid to."""

    CERTAIN = "the right one, certain"
    ASKED = "the right one, asked"
    AMONG = "several, the right one among them"
    NOTHING = "nothing"
    ASKED_WRONG = "a wrong one, asked"
    WRONG = "a wrong one, certain"


@dataclass(frozen=True, slots=True)
class Laid:
    """A case and what it was laid to.

    Attributes:
        case: the case.
        found: what it was laid to.
        evidence: by which words.
    """

    case: Case
    found: Found
    evidence: str


@cache
def read() -> tuple[Laid, ...]:
    """Every case, each against its own interview and those of the cases that follow it."""
    every = cases.load("applicant_tracking")
    return tuple(
        _laid(case, every[number + 1 :] + every[:number]) for number, case in enumerate(every)
    )


def _laid(case: Case, others: list[Case]) -> Laid:
    decoys = {other.company: other for other in others if other.company != case.company}
    chosen = [case, *list(decoys.values())[:DECOYS]]
    # Nobody's address is known: such systems write from addresses of their own.
    candidates = [
        Candidate(number, each.company, each.role, (), frozenset())
        for number, each in enumerate(chosen, _THE_ONE)
    ]
    judge = Judge(Index.build(candidates), OWN_ADDRESSES, WORKDAYS)
    message = read_headers(case.raw)
    matched = judge.judge(message, case.sent_at, lambda: read_body(case.raw)).match
    return Laid(case, _found(matched), matched.evidence if matched is not None else "")


def _found(matched: Match | None) -> Found:
    if matched is None:
        return Found.NOTHING
    if _THE_ONE not in matched.interview_ids:
        return Found.WRONG if matched.certain else Found.ASKED_WRONG
    if len(matched.interview_ids) > 1:
        return Found.AMONG
    return Found.CERTAIN if matched.certain else Found.ASKED


def grids() -> list[Grid]:
    """The table."""
    rows: list[tuple[Cell, ...]] = []
    for held_out in SETS:
        counts = Counter(laid.found for laid in read() if laid.case.held_out is held_out)
        right = Share(counts[Found.CERTAIN], counts.total())
        name = set_name(held_out=held_out)
        rows.append((name, *(counts[found] for found in Found), right))
    title = f"Synthetic: mail of applicant-tracking systems, each among {DECOYS + 1} interviews"
    headings = ("cases", *map(str, Found), "right and certain [95 %]")
    note = "No person's address is known; the decoys are other cases' companies and roles."
    return [Grid(title, headings, tuple(rows), f"{BOTH} {note}")]


def mistakes() -> list[str]:
    """A line for each dev case that was not laid to its interview for certain."""
    return [
        f"{laid.case.id}: {laid.found} | {laid.evidence}"
        for laid in read()
        if laid.found is not Found.CERTAIN and not laid.case.held_out
    ]
