"""Checking how an account signs in by a grant in place of a password (RFC 6749).

Tokens change by themselves, so they lie where followupd can write: in the keyring or in a file
that belongs to one account alone. What stands in the configuration is no secret.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from followupd.config.keys import OAUTH, TOKENS
from followupd.config.passwords import read_source
from followupd.config.paths import absolute
from followupd.config.settings import OAuth, PasswordKind, PasswordSource
from followupd.config.words import near, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from followupd.config.table import Table

PROVIDERS: Final = ("google", "microsoft", "yahoo")
"""Those whose addresses are known; any other is named by its issuer."""

_SECRET: Final = "a client secret"  # noqa: S105 - what it is called, and none
_IN_KEYRING: Final = PasswordSource(PasswordKind.KEYRING, "")
SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749, section 3.3


def read_oauth(account: Table, base: Path) -> OAuth | None:
    """Read the section about a grant; None where the account signs in with a password.

    Args:
        account: the account that it is a section of.
        base: what relative paths are below; absolute.
    """
    table = account.table("oauth", OAUTH)
    if table is None:
        return None
    provider = table.text("provider", "google")
    if provider:
        _check_provider(table, provider)
    client_id = table.text("client_id", "1234-abcd.apps.googleusercontent.com")
    if client_id and not (client_id.isascii() and client_id.isprintable() and " " not in client_id):
        table.mistake("client_id", "holds a blank or a letter that no client id has")
    secret = "client_secret" in table
    ca_file = table.optional_text("ca_file")
    return OAuth(
        provider=provider,
        client_id=client_id,
        client_secret=read_source(table, "client_secret", base, _SECRET) if secret else None,
        tokens=_tokens(table, base),
        scopes=_scopes(table),
        ca_file=absolute(table, "ca_file", ca_file, base) if ca_file else None,
    )


def refuse_shared_tokens(oauth: OAuth, table: Table, taken: set[str]) -> None:
    """Note that another account keeps its tokens in the same file; else take the file.

    Args:
        oauth: as `read_oauth` gave it.
        table: the account.
        taken: the files of the accounts before; this one's is added.
    """
    place = oauth.tokens.value
    if place and place in taken:
        table.mistake("oauth", "its tokens lie in the file of another account; name one of its own")
    taken.add(place)


def _check_provider(table: Table, provider: str) -> None:
    """Check the name or the issuer (RFC 8414, section 2): https, no query, no fragment."""
    if provider in PROVIDERS:
        return
    if "://" not in provider:
        table.mistake(
            "provider",
            f"{quoted(provider)} is no provider known by name, and no issuer such as "
            f'"https://login.example.org"; {near(provider, PROVIDERS)}',
        )
        return
    try:
        url = urlsplit(provider)
        sound = bool(url.hostname) and url.port != 0
    except ValueError:
        sound = False
        url = urlsplit("")
    if not sound or url.scheme != "https" or url.query or url.fragment or "@" in url.netloc:
        table.mistake(
            "provider",
            "an issuer begins with https:// and a host, and has no user name, question mark or #",
        )


def _tokens(table: Table, base: Path) -> PasswordSource:
    if "tokens" not in table:
        return _IN_KEYRING
    value = table.raw("tokens")
    if isinstance(value, dict) and any(key in value for key in ("command", "credential", "env")):
        table.mistake(
            "tokens",
            "tokens change by themselves, so they lie where they can be written: "
            '{ keyring = true } or { file = "/path/to/file" }',
        )
        return _IN_KEYRING
    return read_source(table, "tokens", base, "a token", TOKENS)


def _scopes(table: Table) -> tuple[str, ...] | None:
    scopes = table.texts("scopes")
    if scopes == ():
        if table.raw("scopes") == []:
            table.mistake("scopes", "names none; leave it out to ask for what mail needs")
        return None
    for scope in scopes or ():
        if not SCOPE.fullmatch(scope):
            table.mistake("scopes", f"{quoted(scope)} is no scope; a scope has no blanks in it")
    return scopes
