"""Checking the digest: when the daily message comes, and by which way it reaches the user."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from followupd.config.clocks import clock_of
from followupd.config.passwords import read_source
from followupd.config.settings import Digest, DigestWay
from followupd.config.words import near, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from followupd.config.settings import Account, PasswordSource
    from followupd.config.table import Table

_URL: Final = "an Apprise URL, which holds secrets,"


def read_digest(table: Table | None, accounts: Sequence[Account], base: Path) -> Digest | None:
    """Read the section about the digest; None where none is asked for.

    Args:
        table: the section.
        accounts: all there are, as they were read.
        base: what relative paths are below; absolute.
    """
    if table is None:
        return None
    at = _at(table)
    via = table.choice("via", DigestWay.IMAP)
    if table.raw("via") not in (None, via.value):
        # The way is not known, so neither is what it needs.
        return Digest(at, via, "")
    if via is DigestWay.APPRISE:
        if "account" in table:
            table.mistake("account", 'is not used with via = "apprise"; take this out')
        return Digest(at, via, "", read_source(table, "url", base, _URL))
    return Digest(at, via, _account(table, via, accounts), _no_url(table))


def _at(table: Table) -> time:
    written = table.text("at", "08:00")
    at = clock_of(written)
    if at is None and written:
        table.mistake("at", 'must be a time of 24 hours, from "00:00" to "23:59", such as "08:00"')
    return at or time()


def _account(table: Table, via: DigestWay, accounts: Sequence[Account]) -> str:
    names = [account.name for account in accounts]
    if "account" not in table:
        if len(names) > 1:
            known = ", ".join(quoted(name) for name in names if name)
            table.mistake("account", f"is missing, and there are several accounts: {known}")
            return ""
        named = names[0] if names else ""
    else:
        named = table.optional_text("account") or ""
    account = next((one for one in accounts if one.name == named), None)
    if account is not None and via is DigestWay.SMTP and account.smtp is None:
        table.mistake(
            "via",
            f"the account {quoted(named)} has no [accounts.smtp] to send the digest with; add "
            'that section, or write via = "imap" to have it laid into the mailbox',
        )
    elif account is None and named and names and all(names):
        table.mistake("account", f"there is no account {quoted(named)}; {near(named, names)}")
    return named


def _no_url(table: Table) -> PasswordSource | None:
    """None, as this way needs no URL; whatever stands there is not repeated."""
    if "url" in table:
        table.mistake("url", 'is used with via = "apprise" only; take this out or write that')
    return None
