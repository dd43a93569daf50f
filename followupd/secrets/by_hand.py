"""What the user runs to store or forget a password where we cannot: command lines to be copied."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from followupd.config.settings import PasswordKind

if TYPE_CHECKING:
    from followupd.config.settings import PasswordSource


def how_to_store(source: PasswordSource, username: str) -> tuple[str, ...]:
    """What the user runs where we cannot store a password; sentences and command lines."""
    match source.kind:
        case PasswordKind.COMMAND:
            return _how_to_fill(source.value)
        case PasswordKind.CREDENTIAL:
            return credential_lines(source.value, username)
        case PasswordKind.ENV:
            return (
                (
                    f"It comes from the environment variable ${source.value}, which whoever starts "
                    "followupd sets. A file or a credential is better: others of your programs see "
                    "variables, too."
                ),
            )
        case _:
            return ()


def credential_lines(name: str, username: str) -> tuple[str, ...]:
    """How a credential is encrypted for this machine and given to the unit (systemd.exec(5))."""
    path = f"/etc/credstore.encrypted/{name}"
    asked = shlex.quote(f"Password of {username}:")
    return (
        "It is a credential of systemd. As root, encrypt it for this machine:",
        "mkdir -p -m 700 /etc/credstore.encrypted",
        f"systemd-ask-password -n {asked} | systemd-creds encrypt --name={name} - {path}",
        "and let the unit have it, by this line in its section [Service]:",
        f"LoadCredentialEncrypted={name}:{path}",
        "Then restart the unit.",
    )


def _how_to_fill(command: str) -> tuple[str, ...]:
    """How the store behind a command is filled; its words are repeated where none is a token."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    match [os.path.basename(each) for each in words[:1]] + words[1:]:  # noqa: PTH119 - a word, perhaps no path
        case ["pass", "show", name] | ["pass", name]:
            line = shlex.join(["pass", "insert", "--force", name])
        case ["secret-tool", "lookup", *attributes]:
            line = shlex.join(["secret-tool", "store", "--label=followupd", *attributes])
        case _:
            return (
                (
                    "It comes from the command in the configuration. Put it into the store that "
                    "this command reads, with that store's own program."
                ),
            )
    return ("It comes from a command. Put it into the store behind it with:", line)
