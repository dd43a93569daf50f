"""What a command prints: 80 columns for a table where no terminal says otherwise.

Colour comes in addition and tells nothing by itself. Every text is taken as it is, never as
markup, and cleaned of what a terminal would obey.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from followupd.reading.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

WIDTH = 80
_NARROW = 76
_CELL_LIMIT = 600
_LINE_LIMIT = 2000


class Screen:
    """A place to print to; standard output unless another stream is given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
        self._wraps = stream.isatty()
        self._console = Console(
            file=stream,
            width=None if self._wraps else WIDTH,
            markup=False,
            highlight=False,
            emoji=False,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether four columns find no room beside each other."""
        return self._console.width < _NARROW

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """One sentence; wrapped on a terminal, one line for a program that reads it."""
        if not text:
            self._console.print()  # on a terminal, what pads nothing prints nothing
            return
        shown = Text(clean(text, _LINE_LIMIT), style)
        if not self._wraps:
            self._console.print(Text(" " * indent) + shown, soft_wrap=True)
        else:
            self._console.print(Padding(shown, (0, 0, 0, indent), expand=False))

    def heading(self, text: str) -> None:
        """A line that stands out, with an empty one before it."""
        self._console.print()
        self._console.print(Text(clean(text, _CELL_LIMIT), "bold"), soft_wrap=True)

    def text(self, text: str) -> None:
        """Several lines as they are, such as a letter."""
        for line in clean_lines(text, 100_000).split("\n"):
            self._console.print(Text(line), soft_wrap=True)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        styles: Sequence[Sequence[str]] = (),
        cut: Sequence[int] = (),
    ) -> None:
        r"""Rows in columns.

        Args:
            columns: their headings, or all empty for none; the last one gets the room that is left.
            rows: cells; a line break in one is kept.
            styles: one for each cell of each row.
            cut: for the first columns the most characters in a line; what is longer is cut.
        """
        table = Table(
            box=None,
            pad_edge=False,
            padding=(0, 2, 0, 0),
            header_style="bold",
            show_header=any(columns),
        )
        for number, name in enumerate(columns):
            width = cut[number] if number < len(cut) else None
            table.add_column(
                name,
                max_width=width,
                no_wrap=width is not None,
                overflow="ellipsis" if width is not None else "fold",
            )
        for number, row in enumerate(rows):
            style = styles[number] if number < len(styles) else [""] * len(row)
            table.add_row(
                *(
                    Text(clean_lines(cell, _CELL_LIMIT), cell_style)
                    for cell, cell_style in zip(row, style, strict=True)
                )
            )
        self._console.print(table)


def print_json(value: object) -> None:
    """Print a value as JSON in ASCII, which no terminal obeys."""
    print(json.dumps(value, indent=2))
