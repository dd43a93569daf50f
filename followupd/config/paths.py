"""Paths in the configuration: relative to its folder, whatever folder a command is run in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from followupd.config.table import Table


def absolute(table: Table, key: str, place: str, base: Path) -> Path | None:
    """The path with `~` filled in, relative ones below `base`; None and a mistake if it cannot."""
    try:
        return base / Path(place).expanduser()
    except RuntimeError:
        table.mistake(
            key, "the home folder that ~ stands for cannot be found; write the whole path"
        )
        return None


def is_folder(path: Path) -> bool:
    """Whether there is a folder of that name, as far as this user may see."""
    try:
        return path.is_dir()
    except OSError:
        return False
