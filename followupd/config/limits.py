"""Checking `[accounts.limits]`: how often and how many times at once a server is asked.

Providers differ in what they bear. What is usual serves most of them; those that are known to
want something else (see `_POLLED`) get it unless the section says otherwise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from followupd.config.settings import Limits
from followupd.config.words import quoted

if TYPE_CHECKING:
    from followupd.config.table import Table

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600}
_SPAN = re.compile(r"(\d{1,4})\s*(second|minute|hour)s?", re.IGNORECASE)

_POLLED: Final = (
    "mail.yahoo.com",
    "mail.yahoo.co.jp",
    "aol.com",
    "yandex.com",
    "yandex.ru",
    "163.com",
    "126.com",
    "yeah.net",
)
"""Servers whose IDLE tells nothing, or only much later, so that mail is asked for instead.

Known of Yahoo, Yandex and 163; their other names lead to the same servers.
"""

_LOOK_EVERY: Final = (10, 3600)
_RENEW_EVERY: Final = (30, 1740)  # 29 minutes: RFC 2177, section 3
_CONNECTS: Final = (2, 600)


def usual_limits(host: str) -> Limits:
    """What a server gets that the configuration says nothing of.

    Args:
        host: of the IMAP server, as configured.
    """
    name = host.casefold().removesuffix(".")
    is_polled = any(name == each or name.endswith(f".{each}") for each in _POLLED)
    return Limits(connections=1) if is_polled else Limits()


def read_limits(table: Table | None, host: str) -> Limits:
    """Read the section, which may be absent.

    Args:
        table: the section.
        host: of the IMAP server: what is left out follows from it.
    """
    usual = usual_limits(host)
    if table is None:
        return usual
    return Limits(
        connections=_whole(table, "connections", usual.connections, (1, 2)),
        connects_per_minute=_whole(
            table, "connects_per_minute", usual.connects_per_minute, _CONNECTS
        ),
        look_every=_seconds(table, "look_every", usual.look_every, _LOOK_EVERY),
        renew_every=_seconds(table, "renew_every", usual.renew_every, _RENEW_EVERY),
    )


def _whole(table: Table, key: str, usual: int, bounds: tuple[int, int]) -> int:
    value = table.raw(key)
    if value is None:
        return usual
    least, most = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        table.mistake(key, f"must be a whole number from {least} to {most}, such as {usual}")
        return usual
    return value


def _seconds(table: Table, key: str, usual: int, bounds: tuple[int, int]) -> int:
    text = table.optional_text(key)
    if text is None:
        return usual
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        table.mistake(key, f'{quoted(text)} is no span of time; write for example "{_said(usual)}"')
        return usual
    seconds = int(found[1]) * _SECONDS[found[2].lower()]
    least, most = bounds
    if not least <= seconds <= most:
        table.mistake(key, f"must be between {_said(least)} and {_said(most)}")
        return usual
    return seconds


def _said(seconds: int) -> str:
    """A span as it is written in the configuration."""
    unit = next(name for name in ("hour", "minute", "second") if not seconds % _SECONDS[name])
    amount = seconds // _SECONDS[unit]
    return f"{amount} {unit}{'s' if amount != 1 else ''}"
