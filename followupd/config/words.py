"""How a mistake is put into words: quoting what was written, naming what was meant.

Everything shown here is bounded and free of control characters, so that a strange file
cannot draw on the terminal.
"""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_control(character: str) -> bool:
    """Whether it is a control character, a line break or a bidirectional control."""
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in _BIDI


def quoted(text: str) -> str:
    """The text in quotes, without control characters, capped."""
    clean = "".join("?" if is_control(character) else character for character in text[: _SHOWN + 1])
    return f'"{clean[:_SHOWN]}…"' if len(clean) > _SHOWN else f'"{clean}"'


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word most like this one, or None when none is like it."""
    folded = {one.casefold().replace("-", "_"): one for one in known}
    wanted = word[:_SHOWN].casefold().replace("-", "_")
    found = difflib.get_close_matches(wanted, list(folded), n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def near(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, else name them all."""
    names = list(known)
    meant = nearest(word, names)
    if meant is not None:
        return f"did you mean {quoted(meant)}?"
    return (
        f"there {'is' if len(names) == 1 else 'are'}: {', '.join(quoted(name) for name in names)}"
    )


_KINDS = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number with a decimal point"),
    (list, "a list"),
    (dict, "a table"),
)


def kind_of(value: object) -> str:
    """What kind of TOML value this is, in plain words and without the value."""
    for kind, words in _KINDS:  # bool before int, which it is a kind of
        if isinstance(value, kind):
            return words
    return "a date or time without quotes"
