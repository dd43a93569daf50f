"""Where the files lie that come with followupd beside its code: letters, units, guides.

In a checkout they stand at the top; an installed wheel holds them inside the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The path of a file or folder that is shipped.

    Args:
        name: as in a checkout, such as `docs/providers/gmail.md`.
    """
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name
