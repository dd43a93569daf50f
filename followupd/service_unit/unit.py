"""What stands in the user unit: the shipped one, with the command that starts this followupd.

Pure. It promises that systemd starts exactly the words it was given, whatever is in them, or that
an error says why it cannot (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from followupd.errors import FollowupdError
from followupd.reading.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = "followupd.service"
"""The user unit."""

_EXEC_START: Final = "ExecStart=%h/.local/bin/followupd run\n"
_PLAIN: Final = re.compile(r"[A-Za-z0-9/._+:=@-]+", re.ASCII)
_SHOWN: Final = 300


def unit_text(
    shipped: str, command: Sequence[str], config: Path | None, variables: Mapping[str, str]
) -> str:
    """The unit for one user of one machine.

    Args:
        shipped: the text of the shipped unit.
        command: what starts followupd; the first word is the absolute path of a program.
        config: for `--config`; None: the default one is meant.
        variables: what the service has to have in its environment.

    Raises:
        FollowupdError: systemd cannot start a program of that path, or not with such words.
    """
    words = [*command, "run", *(("--config", str(config)) if config is not None else ())]
    program = words[0]
    if any(character in program for character in "\"'\\"):
        raise FollowupdError(
            f"systemd starts no program with a quotation mark or a backslash in its path: "
            f"{clean(program, _SHOWN)}; install followupd in another folder"
        )
    # Its path is taken as it stands, while a $ in the words after it would begin a variable.
    line = " ".join([quoted(program), *(quoted(word).replace("$", "$$") for word in words[1:])])
    settings = [quoted(f"{name}={value}") for name, value in sorted(variables.items())]
    environment = "".join(f"Environment={setting}\n" for setting in settings)
    if shipped.count(_EXEC_START) != 1:
        raise FollowupdError("the shipped unit is damaged; install followupd again")
    return shipped.replace(_EXEC_START, f"{environment}ExecStart={line}\n")


def quoted(word: str) -> str:
    """One word of a setting as systemd reads it back; a $ is left as it is.

    Raises:
        FollowupdError: there is a control character in it, or it is not UTF-8; systemd refuses
            most of these, and no path that a person chose has them.
    """
    if not word.isprintable() and any(_is_unwritable(character) for character in word):
        raise FollowupdError(
            f"this cannot be written into a unit of systemd: {clean(word, _SHOWN)}; it holds a "
            "line break, another control character, or is not UTF-8: rename it"
        )
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _is_unwritable(character: str) -> bool:
    return character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character <= "\udfff"
