"""The sandbox that templates run in, and its bounds against accidents.

A loop in a loop or a repeated text would otherwise hold up the whole daemon. It is no prison for
hostile templates: they are the user's own files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2.runtime import Context

OUTPUT_LIMIT = 64 * 1024
"""The most characters that one template may write."""
LOOP_LIMIT = 10_000
"""How many numbers `range` hands out while one template is rendered, all calls together."""
_NUMBER_LIMIT = 1_000_000_000


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, and no way to make a huge text or number with one operator."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse what may grow without bound; Jinja2 calls this for the operators above."""
        if operator == "**" or not (_is_small(left) and _is_small(right)):
            raise SecurityError(f'"{operator}" is for small numbers only')
        return super().call_binop(context, operator, left, right)


def _is_small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < _NUMBER_LIMIT


def bounded_range(limit: int = LOOP_LIMIT) -> Callable[..., range]:
    """A `range` that hands out at most `limit` numbers in all its calls together.

    It raises SecurityError when it is asked for more.
    """
    left = limit

    def hand_out(*bounds: int) -> range:
        nonlocal left
        numbers = range(*bounds)
        # len() overflows on what it is to guard against.
        if numbers and abs(numbers[-1] - numbers[0]) // abs(numbers.step) + 1 > left:
            raise SecurityError(f"its loops go round more than {limit} times")
        left -= len(numbers)
        return numbers

    return hand_out


def bounded(pieces: Iterable[str]) -> str:
    """Join the output of a template.

    Raises:
        SecurityError: it is longer than `OUTPUT_LIMIT`.
    """
    kept: list[str] = []
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > OUTPUT_LIMIT:
            raise SecurityError(f"it writes more than {OUTPUT_LIMIT // 1024} KiB")
        kept.append(piece)
    return "".join(kept)
