"""The interviews as they stand, folded from the store when they are asked for.

What is kept is thrown away as soon as something is recorded for it, by whatever process. One
interview costs the same however many there are; all of them are held only while mail is read,
since a mail may belong to any.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from followupd.domain.folding import fold
from followupd.store.queries import unknown_interview

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from followupd.domain.history import History
    from followupd.store import Chronicle, Store

MOST_KEPT = 1000
"""Interviews that are kept between two passes: some 8 kB each."""

_AT_ONCE = 500
"""Interviews whose events are read together."""


def folded(chronicle: Chronicle) -> History:
    """The state of an interview as recorded."""
    return fold(chronicle.interview_id, (recorded.event for recorded in chronicle.events))


def read_in_parts(store: Store, numbers: Iterable[int]) -> Iterator[Chronicle]:
    """The chronicles of these interviews, some of them read at a time."""
    wanted = tuple(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        with store.look() as reading:
            chronicles = reading.chronicles(wanted[start : start + _AT_ONCE])
        yield from chronicles


class Histories:
    """Every interview of a store, by its number; may be used by several threads.

    Args:
        store: where they are recorded.
        most: how many are kept between two passes.
    """

    def __init__(self, store: Store, most: int = MOST_KEPT) -> None:
        self._store = store
        self._most = most
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._kept: dict[int, History] = {}  # what was asked for last comes last
        self._all: dict[int, History] | None = None  # handed out, so never changed

    def one(self, number: int) -> History:
        """The interview of that number.

        Raises:
            UnknownInterview: there is none.
        """
        found = self.some((number,))
        if number not in found:
            raise unknown_interview(number)
        return found[number]

    def some(self, numbers: Iterable[int]) -> dict[int, History]:
        """These interviews, by ascending number; a number that none has is passed over."""
        with self._lock:
            self._catch_up()
            wanted = sorted(set(numbers))
            fresh = self._load(number for number in wanted if number not in self._kept)
            found = {}
            for number in wanted:
                history = self._kept.pop(number, None) or fresh.get(number)
                if history is not None:
                    found[number] = self._kept[number] = history
            if self._all is None:
                self._let_go()
            return found

    def all(self) -> Mapping[int, History]:
        """Every interview, by ascending number; held until `rest`."""
        with self._lock:
            self._catch_up()
            if self._all is None:
                with self._store.look() as reading:
                    numbers = reading.interviews()
                self._kept |= self._load(number for number in numbers if number not in self._kept)
                self._all = {number: self._kept[number] for number in numbers}
            return self._all

    def rest(self) -> None:
        """No mail is read for now: hold no more than a wake is likely to ask for."""
        with self._lock:
            if len(self._kept) > self._most:
                self._all = None
                self._let_go()

    # ---- with the lock held

    def _catch_up(self) -> None:
        """Throw away what is no longer true."""
        newest = self._store.last_event_id()
        if newest == self._seen:
            return
        if self._seen is not None:
            with self._store.look() as reading:
                for number in reading.interviews_since(self._seen):
                    self._kept.pop(number, None)
            self._all = None
        self._seen = newest

    def _load(self, numbers: Iterable[int]) -> dict[int, History]:
        return {each.interview_id: folded(each) for each in read_in_parts(self._store, numbers)}

    def _let_go(self) -> None:
        for number in tuple(self._kept)[: max(len(self._kept) - self._most, 0)]:
            del self._kept[number]
