"""Times of the day as they are written in the configuration."""

from __future__ import annotations

import re
from datetime import time

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def clock_of(text: str) -> time | None:
    """Read a time of 24 hours, from "00:00" to "23:59"; None where it is none."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found is not None else None
