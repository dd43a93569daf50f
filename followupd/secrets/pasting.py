"""A password as it was meant, where it was copied from a page that prints it in groups."""

from __future__ import annotations

import re
from typing import Final

_GROUPED: Final = re.compile(r"[a-z0-9]{4}(?: [a-z0-9]{4}){3}")
_PRINT_GROUPS: Final = (
    ("gmail.com", "Google"),
    ("googlemail.com", "Google"),
    ("yahoo.com", "Yahoo"),
    ("aol.com", "AOL"),
    ("fastmail.com", "Fastmail"),
)
"""The ends of the host names of providers that print an app password in four groups of four, and
take it without the blanks: support.google.com/accounts/answer/185833, help.yahoo.com/kb/SLN15241
(AOL's is the same page), fastmail.help/hc/articles/360058752854."""


def as_meant(typed: str, host: str) -> tuple[str, str]:
    """What was typed or pasted, without the blanks that are only there to be read by.

    Only this one shape is touched, and only at providers that print it: elsewhere a blank may
    well belong to a password.

    Args:
        typed: as it came, without its line break.
        host: the server that it is for.

    Returns:
        The password, and a sentence where it is not what was typed; else "".
    """
    name = host.casefold().rstrip(".")
    # Web pages print some blanks as such that break no line.
    grouped = typed.replace("\N{NO-BREAK SPACE}", " ").strip(" ")
    for end, provider in _PRINT_GROUPS:
        if (name == end or name.endswith(f".{end}")) and _GROUPED.fullmatch(grouped):
            said = f"The blanks are left out: {provider} prints an app password in groups of four."
            return grouped.replace(" ", ""), said
    return typed, ""
