"""Facts that a mail states or not, such as a day: whether what was read of them is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.report.tables import Cell


class Hit(StrEnum):
    """What became of a fact."""

    RIGHT = "right"
    PARTLY = "in part"
    """A name without all of its words, or without its blanks: it can be recognised."""
    WRONG = "wrong"
    """Something was read, but not what the mail says."""
    MISSED = "missed"
    INVENTED = "invented"
    """Something was read where the mail says nothing."""
    NONE = "rightly none"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of one case.

    Attributes:
        case: the id of the case.
        held_out: whether the case must not be looked at.
        what: which fact.
        truth: what the mail says, printable; "" for nothing.
        found: what was read; "" for nothing.
        same: whether both are the same where they are written differently.
        partly: whether what was read is a part of the truth.
        words: what the reading rests on.
    """

    case: str
    held_out: bool
    what: str
    truth: str
    found: str
    same: bool = False
    partly: bool = False
    words: str = ""

    @property
    def hit(self) -> Hit:
        """What became of it."""
        if not self.truth:
            return Hit.INVENTED if self.found else Hit.NONE
        if not self.found:
            return Hit.MISSED
        if self.same or self.truth == self.found:
            return Hit.RIGHT
        return Hit.PARTLY if self.partly else Hit.WRONG

    @property
    def is_mistake(self) -> bool:
        """Whether it is neither wholly right nor rightly none."""
        return self.hit not in (Hit.RIGHT, Hit.NONE)

    def mistake(self) -> str:
        """One line that says what went wrong."""
        said = f" | {self.words}" if self.words else ""
        return (
            f"{self.case}: {self.what} {self.hit}: "
            f"is {self.truth or 'nothing'}, read as {self.found or 'nothing'}{said}"
        )


HEADINGS = ("cases", "what", *map(str, Hit), "all")


def rows(facts: Iterable[Fact]) -> tuple[tuple[Cell, ...], ...]:
    """A row for each set of cases and each fact, in the order in which they come."""
    counts: dict[tuple[str, str], Counter[Hit]] = {}
    for fact in facts:
        key = (fact.what, set_name(held_out=fact.held_out))
        counts.setdefault(key, Counter())[fact.hit] += 1
    return tuple(
        (name, what, *(counted[hit] for hit in Hit), counted.total())
        for (what, name), counted in sorted(counts.items(), key=lambda each: each[0][1])
    )


def set_name(*, held_out: bool) -> str:
    """How a set of cases is called in a table."""
    return "held out" if held_out else "dev"
