"""A terminal's screen as values: what is written where, and in which colours.

Reads what `tmux capture-pane -e` prints: text with SGR sequences (ECMA-48, 8.3.117), nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_OTHER = re.compile(r"\x1b\(.|[\x0e\x0f]")
# Of xterm: the eight colours, then the bright ones.
_NAMED = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0)),
    *((60, 90, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0)),
    *((92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
)
_CUBE = (0, 95, 135, 175, 215, 255)

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """How a character is shown; None for the terminal's own colour."""

    ink: Colour | None = None
    paper: Colour | None = None
    bold: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One character in its place."""

    character: str
    style: Style


@dataclass(frozen=True, slots=True)
class Screen:
    """All rows from the top, each of its full width."""

    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, captured: str, columns: int) -> Screen:
        """Read what tmux captured."""
        style = Style()
        rows = []
        for line in captured.removesuffix("\n").split("\n"):
            cells: list[Cell] = []
            for position, piece in enumerate(_SGR.split(_OTHER.sub("", line))):
                if position % 2:
                    style = _changed(style, piece)
                else:
                    cells += [Cell(character, style) for character in piece]
            cells += [Cell(" ", Style())] * (columns - len(cells))
            rows.append(tuple(cells))
        return cls(tuple(rows))

    @property
    def lines(self) -> list[str]:
        """The rows as text, without blanks at their ends."""
        return ["".join(cell.character for cell in row).rstrip() for row in self.rows]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    def marked(self, column: int = 0) -> list[str]:
        """The lines that are highlighted in that column, as a cursor bar is."""
        return [
            line
            for line, row in zip(self.lines, self.rows, strict=True)
            if row[column].style.reverse or row[column].style.paper is not None
        ]

    def is_reversed(self, word: str) -> bool:
        """Whether the word stands there with ink and paper exchanged, as a chosen button does."""
        return any(
            word in line and row[line.index(word)].style.reverse
            for line, row in zip(self.lines, self.rows, strict=True)
        )


def _changed(style: Style, parameters: str) -> Style:
    numbers = [int(number or 0) for number in re.split("[;:]", parameters)]
    while numbers:
        code = numbers.pop(0)
        if code in (38, 48):
            colour = _long(numbers)
            style = replace(style, ink=colour) if code == 38 else replace(style, paper=colour)
        else:
            style = _short(style, code)
    return style


def _short(style: Style, code: int) -> Style:
    match code:
        case 0:
            style = Style()
        case 1 | 22:
            style = replace(style, bold=code == 1)
        case 7 | 27:
            style = replace(style, reverse=code == 7)
        case 39:
            style = replace(style, ink=None)
        case 49:
            style = replace(style, paper=None)
        case _ if 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, ink=_NAMED[code - 30 if code < 90 else code - 82])
        case _ if 40 <= code <= 47 or 100 <= code <= 107:
            style = replace(style, paper=_NAMED[code - 40 if code < 100 else code - 92])
    return style


def _long(numbers: list[int]) -> Colour:
    """A colour of 38 or 48: `5;n` of the 256, or `2;r;g;b`."""
    kind, *rest = numbers
    if kind == 2:
        del numbers[:4]
        return rest[0], rest[1], rest[2]
    del numbers[:2]
    number = rest[0]
    if number < 16:
        return _NAMED[number]
    if number < 232:
        red, green, blue = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
        return _CUBE[red], _CUBE[green], _CUBE[blue]
    grey = 8 + 10 * (number - 232)
    return grey, grey, grey
