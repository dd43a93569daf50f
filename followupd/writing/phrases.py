"""The user's words and other people's names, made fit to stand inside a letter.

Each function gives one safe, bounded line (`reading.text.clean`).
"""

from __future__ import annotations

from followupd.reading.text import clean
from followupd.writing.greeting import full_name

SHORT = 120
LINE = 400

_ENDS = (".", "!", "?", "…", ":")


def optional(text: str | None, limit: int) -> str | None:
    """Cleaned; what is then empty counts as absent."""
    return None if text is None else clean(text, limit) or None


def spoken_name(text: str) -> str:
    """A person's name in the order of speech; what is none stays as it is."""
    return full_name(text) or clean(text, SHORT)


def sentence(text: str | None) -> str | None:
    """The user's sentence, with a full stop where it has no end."""
    line = optional(text, LINE)
    ended = line is None or line.rstrip("\"')”’»").endswith(_ENDS)  # noqa: RUF001 - closing quotes
    return line if ended else f"{line}."


def clause(text: str | None) -> str | None:
    """The user's clause, without the full stop that would stand inside a sentence."""
    line = optional(text, LINE)
    return None if line is None else line.rstrip(" .,;") or None


def lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The lines, each cleaned, without empty ones."""
    return tuple(line for line in (clean(line, LINE) for line in texts) if line)
