"""The configuration that a command is to use; apart from the desk, as some need no store."""

from __future__ import annotations

import os
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
