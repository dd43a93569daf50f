"""Whether a confidence means what it says: of verdicts given at 0.9, nine in ten are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.report.figures import bins, sure_ones
from tests.report.tables import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.report.judged import Judged
    from tests.report.tables import Cell

_HEADINGS = ("confidence", "verdicts", "mean confidence", "right [95 %]")


def verdicts(mails: Sequence[Judged]) -> list[tuple[float, bool]]:
    """The confidence of each verdict, and whether it is right."""
    return [(m.verdict.confidence, m.is_right) for m in mails if m.verdict is not None]


def grids(sets: Sequence[tuple[str, Sequence[Judged], str]]) -> list[Grid]:
    """A table of bins for each set, and one of the verdicts at 0.9 and more.

    Args:
        sets: the name of each, its mails, and where they come from.
    """
    found = []
    sure: list[tuple[Cell, ...]] = []
    for name, mails, origin in sets:
        given = verdicts(mails)
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (each.name, each.right.total, each.mean, each.right) for each in bins(given)
        )
        found.append(Grid(f"Calibration: {name}", _HEADINGS, rows, origin))
        sure.append((name, sure_ones(given)))
    origin = "The verdicts of the tables above."
    headings = ("mail", "right of those given at 0.9 or more [95 %]")
    return [*found, Grid("Calibration: the sure verdicts", headings, tuple(sure), origin)]
