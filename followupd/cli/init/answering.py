"""Having the questions of `init` answered: by who sits there, else by what was typed.

Whoever leaves loses no answer: the line that goes on from there is shown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TypeVar

from followupd.cli.asking import converse
from followupd.errors import FollowupdError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from followupd.cli.asking import Questions
    from followupd.cli.init.wishes import Wishes
    from followupd.cli.screen import Screen

T = TypeVar("T")

UNCHANGED: Final = "nothing was written"


def answered(
    questions: Questions[T],
    wishes: Wishes,
    screen: Screen,
    line: Callable[[], str],
    done: str = UNCHANGED,
) -> T:
    """The answers; where nobody can be asked, what was typed and the defaults.

    Args:
        questions: what is asked.
        wishes: what was said already, and whether somebody can be asked.
        screen: where leaving is told.
        line: the command that goes on from where the user leaves.
        done: what has been done by then, in words.

    Raises:
        FollowupdError: the user left.
        KeyboardInterrupt: they pressed Ctrl-C; what was answered is not lost.
    """
    if not wishes.asks:
        try:
            question = next(questions)
        except StopIteration as end:
            found: T = end.value
            return found
        raise UsageError(f"there is nobody to ask: {question.text}")
    try:
        return converse(questions, screen)
    except EOFError:
        print(file=sys.stderr)
        raise FollowupdError(f"{done}; to go on from here:\n{line()}") from None
    except KeyboardInterrupt:
        print(file=sys.stderr)
        screen.line(f"followupd: {done}; to go on from here:")
        screen.text(line())
        raise
