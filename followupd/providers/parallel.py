"""Several slow questions at once, with one end for all of them."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def all_at_once(questions: Sequence[Callable[[], T]], seconds: float) -> list[T | None]:
    """Ask all of them, each in a thread of its own.

    Args:
        questions: each blocks, by its own bounds not for ever.
        seconds: how long to wait for them together.

    Returns:
        The answers in the order of the questions; None for one that did not come in time. Its
        thread goes on without being waited for, and does not keep the program from ending.

    Raises:
        Exception: what the first of them raised that raised anything.
    """
    answered: SimpleQueue[tuple[int, T | None, Exception | None]] = SimpleQueue()

    def ask(place: int, question: Callable[[], T]) -> None:
        try:
            answered.put((place, question(), None))
        except Exception as error:  # noqa: BLE001 - handed over to whoever asked
            answered.put((place, None, error))

    for place, question in enumerate(questions):
        threading.Thread(target=ask, args=(place, question), daemon=True).start()
    answers: list[T | None] = [None] * len(questions)
    until = time.monotonic() + seconds
    for _ in questions:
        try:
            place, answer, error = answered.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        if error is not None:
            raise error
        answers[place] = answer
    return answers
