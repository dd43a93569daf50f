"""Tells on standard error what is being measured, so that nobody waits before a silent screen."""

from __future__ import annotations

import sys
import time

_BEGAN = time.monotonic()


def say(sentence: str) -> None:
    """One line with the time since the start."""
    print(f"{time.monotonic() - _BEGAN:6.1f} s  {sentence}", file=sys.stderr, flush=True)
