"""Checking where a password is to come from, without ever repeating what was written there.

The same holds for any other secret, such as the Apprise URL of the digest.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from followupd.config.keys import PASSWORD
from followupd.config.paths import absolute
from followupd.config.settings import PasswordKind, PasswordSource
from followupd.config.words import kind_of, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config.table import Table

_WRITTEN: Final = {
    PasswordKind.KEYRING: "{ keyring = true }",
    PasswordKind.COMMAND: '{ command = "pass show mail" }',
    PasswordKind.FILE: '{ file = "/path/to/file" }',
    PasswordKind.CREDENTIAL: '{ credential = "NAME" }',
    PasswordKind.ENV: '{ env = "NAME" }',
}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN = PasswordSource(PasswordKind.KEYRING, "")


def read_source(
    table: Table,
    key: str,
    base: Path,
    called: str = "a password",
    known: tuple[str, ...] = PASSWORD,
) -> PasswordSource:
    """Read the source of a secret that must be named.

    Args:
        table: the section.
        key: the secret's.
        base: what relative paths are below; absolute.
        called: what it is called in the sentence that refuses the secret itself.
        known: the kinds of source that are possible here.
    """
    value = table.raw(key)
    sources = _sources(known)
    if value is None:
        table.mistake(key, f"is missing; name where it comes from, one of {sources}")
        return _STAND_IN
    if isinstance(value, str):
        table.mistake(
            key,
            f"{called} must not stand in the configuration, because this file ends in backups "
            "and in repositories of dotfiles; change it if the file was ever copied, and name "
            f"where it comes from instead, one of {sources}",
        )
        return _STAND_IN
    if not isinstance(value, dict):
        table.mistake(key, f"must be one of {sources}, but is {kind_of(value)}")
        return _STAND_IN
    return _from_table(table, key, value, base, known)


def _sources(known: tuple[str, ...]) -> str:
    """How each is written, as a list that ends a sentence."""
    *most, last = [_WRITTEN[PasswordKind(one)] for one in known]
    return f"{', '.join(most)} or {last}"


def _from_table(
    table: Table, key: str, value: dict[str, object], base: Path, known: tuple[str, ...]
) -> PasswordSource:
    sources = _sources(known)
    unknown = [one for one in value if one not in known]
    if unknown:
        # A name that is like none of ours may itself be the password: it is not repeated.
        meant = nearest(unknown[0], known)
        hint = f'; did you mean "{meant}"?' if meant is not None else ""
        table.mistake(key, f"holds a key that is not known here{hint} Write one of {sources}")
        return _STAND_IN
    if len(value) != 1:
        found = f"{len(value)} sources, but there must be one" if value else "no source"
        table.mistake(key, f"names {found}; write exactly one of {sources}")
        return _STAND_IN
    name, place = next(iter(value.items()))
    kind = PasswordKind(name)
    if kind is PasswordKind.KEYRING:
        if place is not True:
            table.mistake(key, "the keyring is asked for with { keyring = true }")
        return _STAND_IN
    if not isinstance(place, str):
        table.mistake(key, f"what follows {name} must be text in quotes, but is {kind_of(place)}")
        return _STAND_IN
    if not place.strip() or any(not character.isprintable() for character in place):
        table.mistake(key, f"what follows {name} is empty or holds a control character")
        return _STAND_IN
    return PasswordSource(kind, _checked_place(table, key, kind, place, base))


def _checked_place(table: Table, key: str, kind: PasswordKind, place: str, base: Path) -> str:
    if kind is PasswordKind.FILE:
        return str(absolute(table, key, place, base) or "")
    if what := mistake_in(kind, place):
        table.mistake(key, what)
    return place


def mistake_in(kind: PasswordKind, place: str) -> str:
    """What is wrong with what follows the name of a source; "" for nothing."""
    match kind:
        case PasswordKind.COMMAND:
            try:
                shlex.split(place)
            except ValueError:
                return "the command has a quotation mark or backslash without its end"
        case PasswordKind.CREDENTIAL if "/" in place or place in (".", ".."):
            return "a credential is named by its name in LoadCredential=, not by a path"
        case PasswordKind.ENV if not _VARIABLE.fullmatch(place):
            return "what follows env is no name of an environment variable"
        case _:
            pass
    return ""
