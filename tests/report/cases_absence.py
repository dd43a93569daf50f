"""How well absence notes among the synthetic cases are read: that they are, and what they say."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from followupd.reading.automatic import Kind, sort
from followupd.reading.body import read_body
from followupd.reading.message import read_headers
from followupd.reading.text import folded
from tests import cases
from tests.report import facts
from tests.report.cases_score import BOTH
from tests.report.facts import Fact
from tests.report.judged import OWN_ADDRESSES
from tests.report.tables import Grid

if TYPE_CHECKING:
    from followupd.reading.automatic import Sorted
    from tests.cases import Case

KINDS = ("absence", "stand_in")

_PEOPLES = (Kind.PERSON, Kind.INVITATION, Kind.CANCELLATION)


@cache
def read() -> tuple[Fact, ...]:
    """Everything that the cases say, and what was read of it."""
    return tuple(fact for kind in KINDS for case in cases.load(kind) for fact in _facts(case))


def _facts(case: Case) -> list[Fact]:
    found = sort(
        read_headers(case.raw),
        own_addresses=OWN_ADDRESSES,
        body=read_body(case.raw),
        answers_ours=False,
    )
    facts_ = [_fact(case, "a machine's mail", "machine", _machine(found), found, case.automatic)]
    # What a person writes is read by the user; the notes are acted on.
    if case.automatic:
        names = (found.stand_in_address, found.stand_in_name)
        back = found.returns_on.isoformat() if found.returns_on is not None else ""
        truth = case.returns_on.isoformat() if case.returns_on is not None else ""
        facts_ += [
            _fact(case, "first day back", truth, back, found),
            Fact(
                case.id,
                case.held_out,
                "stand-in",
                case.stand_in,
                names[0] or names[1],
                same=_is_same(case.stand_in, names),
                words=found.rule,
            ),
            _fact(case, "has left", "left", "left" if found.has_left else "", found, case.has_left),
        ]
    return facts_


def _fact(
    case: Case, what: str, truth: str, found: str, sorted_: Sorted, is_so: bool | None = True
) -> Fact:
    return Fact(case.id, case.held_out, what, truth if is_so else "", found, words=sorted_.rule)


def _machine(found: Sorted) -> str:
    return "" if found.kind in _PEOPLES else "machine"


def _is_same(truth: str, names: tuple[str, str]) -> bool:
    """Whether the address is the right one, or, where there is none, the name without its title."""
    address, name = (folded(each) for each in names)
    wanted = folded(truth)
    if "@" in wanted:
        return address == wanted
    words = set(name.split())
    return bool(words) and (words >= set(wanted.split()) or words <= set(wanted.split()))


def grids() -> list[Grid]:
    """The table."""
    title = "Synthetic: absence notes, and mail that looks like one"
    note = "What a note says is counted in notes only."
    return [Grid(title, facts.HEADINGS, facts.rows(read()), f"{BOTH} {note}")]


def mistakes() -> list[str]:
    """A line for each fact of a dev case that was read wrongly."""
    return [fact.mistake() for fact in read() if fact.is_mistake and not fact.held_out]
