"""How long to wait before connecting again.

Many clients that lost the same server must not come back at the same moment, and a server
that is in trouble, or that locks accounts, must not be hurried. So the wait doubles from 2 to
80 seconds and is drawn at random below that (full jitter), and whatever the draw says, no
more than two connections are opened in two minutes. A minute of a working connection makes
the next failure the first one again. Some servers end every session after an hour or a day:
that is no failure, and the next one begins at once.

Whatever the reason, no more connections are opened in a minute than the account may have.

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
        session: a connection that lived this long, in seconds, has come to its end like any
            session; Gmail's last about an hour with a token, about a day with a password.
        window: no more than `burst` connections are opened within this many seconds.
        burst: see `window`.
        draw: a random number between two bounds.
    """

    first: float = 2.0
    most: float = 80.0
    stable: float = 60.0
    session: float = 600.0
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

    def left(self) -> None:
        """We ended the connection ourselves, as planned: it counts neither as one nor as lost."""
        if self._opened:
            self._opened.pop()
        self._failures = 0
        self._connected_at = None

    def is_end_of_session(self, now: float) -> bool:
        """Whether a connection that breaks now has lived so long that this is nothing to tell."""
        return self._connected_at is not None and now - self._connected_at >= self.session

    def lost(self, now: float, *, reached: bool = True) -> float:
        """It failed or broke; returns how many seconds to wait before the next one.

        A try that found no server (`reached` is False) does not count towards the burst:
        there was nobody who could have minded.
        """
        if self.is_end_of_session(now):
            self._failures = 0
            self._connected_at = None
            # Others may have lost the same server at this moment.
            return self.draw(0.0, self.first)
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


@dataclass(slots=True)
class Connects:
    """How many connections to one account are opened in a minute, whoever opens them.

    Attributes:
        most: in any minute.
        minute: seconds.
    """

    most: int
    minute: float = 60.0
    _places: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> float:
        """Take the next free place; returns how many seconds to wait until it is ours."""
        while self._places and self._places[0] <= now - self.minute:
            self._places.popleft()
        at = now
        if len(self._places) >= self.most:
            at = max(now, self._places[-self.most] + self.minute)
        self._places.append(at)
        return at - now

    def give_back(self) -> None:
        """No server was there to be connected to: nobody could have minded."""
        if self._places:
            self._places.pop()
