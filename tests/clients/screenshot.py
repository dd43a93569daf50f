"""A picture of a terminal's screen, for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from tests.clients.screen import Screen

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
"""Debian: fonts-dejavu-core."""

_SIZE = 15
_WIDTH, _HEIGHT = 9, 18
_MARGIN = 8
_INK, _PAPER = (220, 220, 220), (24, 24, 28)


def keep(screen: Screen, path: Path) -> Path:
    """Paint the screen, keep it as a PNG, and return its path."""
    font = ImageFont.truetype(str(FONT), _SIZE)
    rows, columns = len(screen.rows), max(len(row) for row in screen.rows)
    size = (columns * _WIDTH + 2 * _MARGIN, rows * _HEIGHT + 2 * _MARGIN)
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(screen.rows):
        for x, cell in enumerate(row):
            ink, paper = cell.style.ink or _INK, cell.style.paper or _PAPER
            if cell.style.reverse:
                ink, paper = paper, ink
            left, top = _MARGIN + x * _WIDTH, _MARGIN + y * _HEIGHT
            if paper != _PAPER:
                draw.rectangle((left, top, left + _WIDTH - 1, top + _HEIGHT - 1), fill=paper)
            if cell.character != " ":
                stroke = 0.4 if cell.style.bold else 0
                draw.text((left, top), cell.character, font=font, fill=ink, stroke_width=stroke)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path
