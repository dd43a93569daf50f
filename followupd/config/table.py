"""Reading one table of the configuration, keeping every mistake instead of stopping at the first.

A value that is missing or wrong is noted and replaced by a harmless stand-in, so that the rest
can still be checked; `Mistakes.raise_any` makes sure that no stand-in is ever used. No value
is repeated in a message unless the caller puts it there: what stands under a wrong key may be
a password.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from followupd.config.words import is_control, kind_of, near, quoted
from followupd.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from followupd.config.places import KeyPath, Places

_LONGEST = 1000
_HIGHEST_PORT = 65535

_Choice = TypeVar("_Choice", bound=StrEnum)


class Mistakes:
    """Every mistake found so far."""

    __slots__ = ("_found", "_places", "_problems")

    def __init__(self, places: Places) -> None:
        self._places = places
        self._found: list[KeyPath] = []
        self._problems: list[Problem] = []

    def add(self, where: KeyPath, what: str) -> None:
        """Note a mistake; `what` is a sentence that continues the key's path."""
        self._found.append(where)
        self._problems.append(Problem(_spelled(where), what, self._places.line_of(where)))

    def is_sound(self, where: KeyPath) -> bool:
        """Whether no mistake was found at this place or below it."""
        return not any(found[: len(where)] == where for found in self._found)

    def raise_any(self, path: Path | None) -> None:
        """Raise what was found, in the order of the file.

        Raises:
            ConfigError: there is at least one mistake.
        """
        if self._problems:
            raise ConfigError(sorted(self._problems, key=lambda one: one.line or 0), path)


class Table:
    """One TOML table, of which only the `known` keys may be used."""

    __slots__ = ("_mistakes", "_values", "where")

    def __init__(
        self,
        values: Mapping[str, object],
        where: KeyPath,
        known: tuple[str, ...],
        mistakes: Mistakes,
    ) -> None:
        self._values = values
        self.where = where
        self._mistakes = mistakes
        for key in values:
            if key not in known:
                mistakes.add((*where, key), f"this key is not known here; {near(key, known)}")

    def mistake(self, key: str, what: str) -> None:
        """Note what is wrong with the value of `key`."""
        self._mistakes.add((*self.where, key), what)

    def wrong(self, what: str) -> None:
        """Note what is wrong with the table itself."""
        self._mistakes.add(self.where, what)

    @property
    def is_sound(self) -> bool:
        """Whether nothing wrong was found in this table so far."""
        return self._mistakes.is_sound(self.where)

    @property
    def header(self) -> str:
        """The table as a header names it, such as `accounts.imap`, without control characters."""
        return _header(self.where)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def raw(self, key: str) -> object:
        """The value as it was parsed; None when the key is absent (TOML has no null)."""
        return self._values.get(key)

    def optional_text(self, key: str) -> str | None:
        """One line of text; None when it is absent or wrong."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.mistake(key, f"must be text in quotes, but is {kind_of(value)}")
            return None
        trouble = _trouble(value)
        if trouble is not None:
            self.mistake(key, trouble)
            return None
        return value

    def text(self, key: str, example: str) -> str:
        """One line of text that must be there; "" when it is absent or wrong."""
        if key not in self._values:
            self.mistake(key, f'is missing; write for example {key} = "{example}"')
        return self.optional_text(key) or ""

    def flag(self, key: str) -> bool:
        """True or false; false when it is absent or wrong."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            self.mistake(key, f"must be true or false, without quotes, but is {kind_of(value)}")
            return False
        return value

    def port(self, key: str, default: int) -> int:
        """A TCP port, 1 to 65535."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.mistake(
                key,
                f"must be a whole number, such as {default}, but is {kind_of(value)}",
            )
            return default
        if not 1 <= value <= _HIGHEST_PORT:
            self.mistake(key, f"must be between 1 and {_HIGHEST_PORT}, such as {default}")
            return default
        return value

    def choice(self, key: str, default: _Choice) -> _Choice:
        """One word of the enumeration that `default` belongs to."""
        value = self.optional_text(key)
        if value is None:
            return default
        allowed = [one.value for one in type(default)]
        if value not in allowed:
            self.mistake(key, f"{quoted(value)} is not possible here; {near(value, allowed)}")
            return default
        return type(default)(value)

    def texts(self, key: str, *, distinct: bool = True) -> tuple[str, ...] | None:
        """A list of lines of text, without those that are wrong; None when it is absent."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.mistake(
                key, f'must be a list of texts, such as {key} = ["…"], but is {kind_of(value)}'
            )
            return ()
        found: list[str] = []
        for position, item in enumerate(value):
            where = (*self.where, key, position)
            if not isinstance(item, str):
                self._mistakes.add(where, f"must be text in quotes, but is {kind_of(item)}")
            elif (trouble := _trouble(item)) is not None:
                self._mistakes.add(where, trouble)
            elif distinct and item in found:
                self._mistakes.add(where, f"{quoted(item)} stands in the list twice")
            else:
                found.append(item)
        return tuple(found)

    def table(self, key: str, known: tuple[str, ...]) -> Table | None:
        """The table under `key`; None when it is absent or no table."""
        value = self._values.get(key)
        if value is None:
            return None
        where = (*self.where, key)
        if not isinstance(value, dict):
            what = "begins a list" if isinstance(value, list) else f"is {kind_of(value)}"
            self.mistake(key, f"must be one section, headed [{_header(where)}], but {what}")
            return None
        return Table(value, where, known, self._mistakes)

    def sections(self, key: str, known: tuple[str, ...]) -> tuple[tuple[str, Table], ...]:
        """The tables below the table under `key`, each with its name, which the user chose."""
        value = self._values.get(key)
        names = tuple(value) if isinstance(value, dict) else ()
        outer = self.table(key, names)
        if outer is None:
            return ()
        found = ((name, outer.table(name, known)) for name in names)
        return tuple((name, table) for name, table in found if table is not None)

    def tables(self, key: str, known: tuple[str, ...]) -> tuple[Table, ...] | None:
        """The list of tables under `key`; None when it is absent or wrong."""
        value = self._values.get(key)
        if value is None:
            return None
        where = (*self.where, key)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.mistake(
                key, f"must be a list of sections, each headed [[{_header(where)}]] in two brackets"
            )
            return None
        return tuple(
            Table(one, (*where, position), known, self._mistakes)
            for position, one in enumerate(value)
        )


def _trouble(text: str) -> str | None:
    """Why this is no single line of text of sensible length; None when it is one."""
    if not text.strip():
        return "is empty; write a value or leave it out"
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if any(is_control(character) for character in text):
        return "holds a line break or a control character"
    return None


def _spelled(where: KeyPath) -> str:
    """The path as it is shown: `accounts[0].imap.port`, without control characters."""
    spelled = ""
    for part in where:
        if isinstance(part, int):
            spelled += f"[{part}]"
        else:
            spelled += f"{'.' if spelled else ''}{quoted(part)[1:-1]}"
    return spelled


def _header(where: KeyPath) -> str:
    return ".".join(quoted(part)[1:-1] for part in where if isinstance(part, str))
