"""Questions on a terminal, one by one.

The questions are pure: a generator that yields each `Question` and is sent the answer, so a test
needs no terminal. `converse` is the thin shell around it. An answer that cannot be used is
explained and asked for again; nothing that was answered before is lost by it.
"""

from __future__ import annotations

import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from followupd.config.words import quoted
from followupd.errors import UsageError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from followupd.cli.screen import Screen

T = TypeVar("T")

ANSWER_LIMIT = 2000
_TEXT_LIMIT = 1000
_YES = ("y", "yes")
_NO = ("n", "no")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        text: without the mark at its end that waits for the answer.
        before: sentences to be said before it.
        is_secret: whether the answer is not to be seen on the terminal.
    """

    text: str
    before: tuple[str, ...] = ()
    is_secret: bool = False


Questions: TypeAlias = Generator[Question, str, T]
"""A conversation that comes to a `T`."""


def ask(text: str, read: Callable[[str], T], *before: str) -> Questions[T]:
    """Ask until the answer can be read.

    Args:
        text: the question.
        read: makes something of the answer, which has no blanks at its ends; "" where the user
            only pressed Enter. It raises `UsageError` for what cannot be used.
        before: sentences to be said before it.
    """
    while True:
        answer = yield Question(text, before)
        try:
            return read(answer.strip())
        except UsageError as error:
            before = (str(error),)


def ask_secret(text: str, *before: str) -> Questions[str]:
    """Ask for a password, which is not shown; "" where the user only pressed Enter.

    It is taken as it was typed or pasted, blanks and all.

    Args:
        text: the question.
        before: sentences to be said before it.
    """
    answer = yield Question(text, before, is_secret=True)
    return answer.removesuffix("\n").removesuffix("\r")


def yes_or_no(text: str, *before: str, default: bool) -> Questions[bool]:
    """Ask a question to be answered with yes or no; Enter is `default`."""

    def read(answer: str) -> bool:
        word = answer.casefold()
        if word in _YES or word in _NO:
            return word in _YES
        if not word:
            return default
        raise UsageError(f"{quoted(answer)} is neither yes nor no.")

    usual = "yes" if default else "no"
    return (yield from ask(f"{text} (yes or no; Enter: {usual})", read, *before))


def is_terminal() -> bool:
    """Whether there is somebody to ask: they read standard error and write standard input."""
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


@contextmanager
def _unseen() -> Iterator[None]:
    """Standard input does not repeat what is typed; it does again afterwards, whatever happens.

    Not `getpass`: it reads the controlling terminal, which need not be the one that is asked.
    """
    terminal = sys.stdin.fileno() if sys.stdin.isatty() else None
    if terminal is None:
        yield
        return
    before = termios.tcgetattr(terminal)
    silent = before.copy()
    silent[3] &= ~termios.ECHO  # the local modes (termios(3))
    try:
        termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        # The line break of the answer was not shown either.
        print(file=sys.stderr, flush=True)


def converse(questions: Questions[T], screen: Screen) -> T:
    """Ask the questions on standard error, read the answers from standard input.

    Raises:
        EOFError: the input ended (Ctrl-D) before the last answer.
        KeyboardInterrupt: the user pressed Ctrl-C.
    """
    with suppress(AttributeError, ValueError):
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        question = next(questions)
        while True:
            for sentence in question.before:
                screen.line(sentence)
            with _unseen() if question.is_secret else nullcontext():
                print(f"{clean(question.text, _TEXT_LIMIT)}: ", end="", file=sys.stderr, flush=True)
                line = sys.stdin.readline()
            if not line.endswith("\n"):
                raise EOFError("the answers ended before the last question")
            question = questions.send(line[:ANSWER_LIMIT])
    except StopIteration as end:
        found: T = end.value
        return found
