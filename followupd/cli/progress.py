"""What a command says while it takes long."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from followupd.reading.text import clean

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_QUIET = 2.0
"""Seconds after which a person who waits is told what is being done."""


class Progress:
    """Tells a person at a terminal what takes so long; quick work stays quiet."""

    def __init__(self) -> None:
        self._sentence = ""
        self._late = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(_QUIET, self._is_late)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def say(self, sentence: str) -> None:
        """Note what is being done now."""
        with self._lock:
            self._sentence = sentence
            if self._late:
                self._show()

    def _is_late(self) -> None:
        with self._lock:
            self._late = True
            self._show()

    def _show(self) -> None:
        print(f"{clean(self._sentence, 200)} …", file=sys.stderr, flush=True)
