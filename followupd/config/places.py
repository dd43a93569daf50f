"""Which line of the file a key stands on, so that a mistake can be found at once.

The standard library's TOML parser tells no lines. This is no second parser: it runs only over
text which that one has accepted, reads table headers and keys, and passes over the values.
A key inside an inline table has the line of the key that holds it.
"""

from __future__ import annotations

import re
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and, within arrays of tables, positions from 0: `("accounts", 0, "imap", "port")`."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_PART = re.compile(_KEY)
_STATEMENT = re.compile(
    rf"(?P<blank>[ \t\r\n]+|\#[^\n]*)"
    rf"|\[\[[ \t]*(?P<array>{_DOTTED})[ \t]*\]\]"
    rf"|\[[ \t]*(?P<table>{_DOTTED})[ \t]*\]"
    rf"|(?P<key>{_DOTTED})[ \t]*=",
)
_IN_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[\[{]|[\]}]|\n",
    re.DOTALL,
)


class Places:
    """The lines of the keys of one TOML text, which must be valid."""

    __slots__ = ("_arrays", "_lines")

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {}
        self._arrays: dict[KeyPath, int] = {}
        self._scan(text)

    def line_of(self, path: KeyPath) -> int | None:
        """The line, counted from 1, of the key or of the nearest that holds it."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None

    def _scan(self, text: str) -> None:
        position, line, table = 0, 1, KeyPath()
        while found := _STATEMENT.match(text, position):
            end = found.end()
            if found["array"] is not None:
                table = self._absolute(KeyPath(), found["array"], opens_array=True)
                self._lines.setdefault(table, line)
                self._lines.setdefault(table[:-1], line)
            elif found["table"] is not None:
                table = self._absolute(KeyPath(), found["table"])
                self._lines.setdefault(table, line)
            elif found["key"] is not None:
                self._lines.setdefault(self._absolute(table, found["key"]), line)
                end = _end_of_value(text, end)
            line += text.count("\n", position, end)
            position = end

    def _absolute(self, table: KeyPath, dotted: str, *, opens_array: bool = False) -> KeyPath:
        """The full path of a dotted key; a name of an array means its last table so far."""
        path = table
        parts = [part.strip("\"'") for part in _PART.findall(dotted)]
        for number, part in enumerate(parts, start=1):
            path = (*path, part)
            if opens_array and number == len(parts):
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path


def _end_of_value(text: str, start: int) -> int:
    """Where the value that begins at `start` is over: the line break outside all brackets."""
    depth = 0
    for token in _IN_VALUE.finditer(text, start):
        match token[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "\n" if depth == 0:
                return token.start()
            case _:
                pass
    return len(text)
