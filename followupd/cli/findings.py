"""How something that was tried turned out, as `check` and `templates check` print it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


STYLES: Final = {State.OK: "green", State.WARNING: "yellow", State.FAILED: "red"}
"""The colour of each, which comes in addition to the word."""
