"""The configuration that a command is to use; apart from the desk, as some need no store."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from followupd.config import default_path, load

if TYPE_CHECKING:
    from argparse import Namespace

    from followupd.config import Settings


def settings_of(arguments: Namespace) -> Settings:
    """The configuration that a command is to use.

    Raises:
        ConfigError: it is missing or wrong.
    """
    return load(arguments.config or default_path(os.environ))


def with_config(line: str, arguments: Namespace) -> str:
    """A command line to be copied, with the configuration that this command was given."""
    named = getattr(arguments, "config", None)
    return f"{line} --config {shlex.quote(str(named))}" if named is not None else line
