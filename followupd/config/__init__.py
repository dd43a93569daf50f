"""The configuration: a TOML file in, checked settings out, or every mistake in it at once.

Nothing is started with a configuration that has a mistake. Secrets never stand in the file:
it only says where a password comes from (`followupd.secrets` fetches it).
"""

from __future__ import annotations

from followupd.config.load import default_path, load, parse, state_directory
from followupd.config.settings import (
    Account,
    Digest,
    DigestWay,
    Imap,
    Limits,
    OAuth,
    PasswordKind,
    PasswordSource,
    Security,
    Settings,
    Smtp,
    User,
)

__all__ = [
    "Account",
    "Digest",
    "DigestWay",
    "Imap",
    "Limits",
    "OAuth",
    "PasswordKind",
    "PasswordSource",
    "Security",
    "Settings",
    "Smtp",
    "User",
    "default_path",
    "load",
    "parse",
    "state_directory",
]
