"""A table as a value, so that what is printed and what is written as JSON are the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from tests.report.figures import Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from tests.report.figures import Confusion

Cell = str | int | float | Share | None
"""None is an empty cell, an int is a count, a float is rounded to two places."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        title: what it tells.
        headings: of its columns.
        rows: as wide as the headings.
        origin: one line: where the data comes from, and what to know of it.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    origin: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`: the rows as lists in the order of the columns."""
        return {
            "title": self.title,
            "columns": list(self.headings),
            "rows": [[_as_json(cell) for cell in row] for row in self.rows],
            "origin": self.origin,
        }

    def print(self, console: Console) -> None:
        """Show it."""
        table = Table(title=Text(self.title), title_justify="left", title_style="bold")
        for number, heading in enumerate(self.headings):
            texts = all(isinstance(row[number], str | None) for row in self.rows)
            table.add_column(Text(heading), justify="left" if texts else "right")
        for row in self.rows:
            table.add_row(*(Text(_as_text(cell)) for cell in row))
        console.print(table)
        console.print(Text(self.origin, style="dim"), soft_wrap=True)
        console.print()


@dataclass(frozen=True, slots=True)
class Notice:
    """A part of the report that cannot be measured here, and what to do about it."""

    title: str
    says: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"title": self.title, "left_out": self.says}

    def print(self, console: Console) -> None:
        """Show it."""
        console.print(Text(f"{self.title}: left out", style="bold"))
        console.print(Text(self.says), soft_wrap=True)
        console.print()


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}"
    if isinstance(cell, int):
        return f"{cell:,}" if cell else "·"
    return str(cell)


def _as_json(cell: Cell) -> Any:
    if not isinstance(cell, Share):
        return cell
    low, high = cell.interval
    return {"hits": cell.hits, "total": cell.total, "share": cell.value, "low": low, "high": high}


def confusion_grid(
    title: str,
    confusion: Confusion,
    truths: Sequence[str],
    columns: Sequence[str],
    *,
    origin: str,
    untold: str = "",
) -> Grid:
    """A confusion as a table: a row for each truth, a column for what it was taken for.

    Args:
        title: what it tells.
        confusion: the pairs.
        truths: the rows, in order; those that never occur are left out.
        columns: likewise.
        origin: where the data comes from.
        untold: the heading for what was not told; "" where everything is.
    """
    counts = confusion.counts()
    rows_of = [truth for truth in truths if any(was == truth for was, _ in counts)]
    taken = [found for found in columns if any(to == found for _, to in counts)]
    if untold and any(not found for _, found in counts):
        taken.append("")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (truth, *(counts[truth, found] for found in taken), sum(_row(counts, truth)))
        for truth in rows_of
    )
    return Grid(title, ("is", *(name or untold for name in taken), "all"), rows, origin)


def _row(counts: dict[tuple[str, str], int], truth: str) -> Iterable[int]:
    return (number for (was, _), number in counts.items() if was == truth)


def classes_grid(
    title: str, confusions: Sequence[tuple[str, Confusion]], classes: Sequence[str], *, origin: str
) -> Grid:
    """Precision and recall of every class, side by side for some ways to count.

    Args:
        title: what it tells.
        confusions: each way's name, and what it counted.
        classes: the rows.
        origin: where the data comes from.
    """
    headings = [
        f"{what}{f', {name}' if name else ''}"
        for name, _ in confusions
        for what in ("precision", "recall")
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            each,
            *(
                share
                for _, confusion in confusions
                for share in (confusion.precision(each), confusion.recall(each))
            ),
        )
        for each in classes
    )
    return Grid(title, ("class", *headings), rows, origin)
