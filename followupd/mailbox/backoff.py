"""How long to wait before connecting again.

Many clients that lost the same server must not come back at the same moment, and a server
that is in trouble, or that locks accounts, must not be hurried. So the wait doubles from 2 to
80 seconds and is drawn at random below that (full jitter), and whatever the draw says, no
more than two connections are opened in two minutes. A minute of a working connection makes
the next failure the first one again.

Pure: time comes in as an argument, in seconds of any clock that only goes forward.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = timedelta(minutes=5)
"""How long a server that we lost during an APPEND may still be carrying it out."""


@dataclass(slots=True)
class Backoff:
    """The waits of one connection that is opened again and again.

    Attributes:
        first: the shortest wait, in seconds.
        most: the longest drawn wait, in seconds.
        stable: a connection that lived this long, in seconds, was a good one.
        window: no more than `burst` connections are opened within this many seconds.
        burst: see `window`.
        draw: a random number between two bounds.
    """

    first: float = 2.0
    most: float = 80.0
    stable: float = 60.0
    window: float = 120.0
    burst: int = 2
    draw: Callable[[float, float], float] = random.uniform
    _failures: int = 0
    _opened: deque[float] = field(default_factory=deque)
    _connected_at: float | None = None

    def opening(self, now: float) -> None:
        """A connection is about to be tried."""
        self._opened.append(now)
        while len(self._opened) > self.burst:
            self._opened.popleft()
        self._connected_at = None

    def opened(self, now: float) -> None:
        """It worked."""
        self._connected_at = now

    def lost(self, now: float, *, reached: bool = True) -> float:
        """It failed or broke; returns how many seconds to wait before the next one.

        A try that found no server (`reached` is False) does not count towards the burst:
        there was nobody who could have minded.
        """
        if not reached and self._opened:
            self._opened.pop()
        if self._connected_at is not None and now - self._connected_at >= self.stable:
            self._failures = 0
        self._connected_at = None
        ceiling = min(self.most, self.first * 2 ** min(self._failures + 1, 32))
        self._failures += 1
        wait = self.draw(self.first, max(ceiling, self.first))
        if len(self._opened) >= self.burst:
            wait = max(wait, self._opened[0] + self.window - now)
        return wait
