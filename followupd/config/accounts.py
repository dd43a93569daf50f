"""Checking the accounts: addresses, servers and folders.

The strictest rule is about folders: a draft that the user moves into the approval folder is
sent, so that folder must be nothing else. Were it the Drafts folder, every draft would go out
by itself.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from followupd.config.keys import APPROVAL, IMAP, LIMITS, SMTP
from followupd.config.limits import read_limits
from followupd.config.oauth import read_oauth, refuse_shared_tokens
from followupd.config.passwords import read_source
from followupd.config.paths import absolute
from followupd.config.settings import (
    Account,
    Imap,
    OAuth,
    PasswordKind,
    PasswordSource,
    Security,
    Smtp,
)
from followupd.config.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from followupd.config.table import Table

IMAP_PORTS: Final = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
SMTP_PORTS: Final = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_HOST_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}\Z){_HOST_LABEL}(?:\.{_HOST_LABEL})*\.?")
_INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class _Server:
    """What the two sections about a server have in common."""

    host: str
    port: int
    security: Security
    username: str
    password: PasswordSource | OAuth
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What a section about a server takes where it is silent; no password: it must name one."""

    ports: Mapping[Security, int]
    username: str
    password: PasswordSource | OAuth | None = None
    ca_file: Path | None = None


def read_accounts(tables: tuple[Table, ...], base: Path) -> tuple[Account, ...]:
    """Read all accounts; relative paths are below the absolute `base`."""
    accounts: list[Account] = []
    token_files: set[str] = set()
    for table in tables:
        account = _account(table, base)
        if isinstance(account.imap.password, OAuth):
            refuse_shared_tokens(account.imap.password, table, token_files)
        if account.name and account.name.casefold() in {one.name.casefold() for one in accounts}:
            table.mistake("name", f"there is another account named {quoted(account.name)}")
        accounts.append(account)
    return tuple(accounts)


def _account(table: Table, base: Path) -> Account:
    name = table.text("name", "personal")
    if name and not NAME.fullmatch(name):
        table.mistake(
            "name",
            "may hold up to 64 letters from a to z, digits, dots, hyphens and underscores, "
            "and begins with a letter or a digit",
        )
    address = table.text("address", "robin@example.org")
    if address:
        _check_address(table, "address", address)
    aliases = table.texts("aliases") or ()
    for alias in aliases:
        _check_address(table, "aliases", alias)
    oauth = read_oauth(table, base)
    imap = _imap(table, address, base, oauth)
    smtp = _smtp(table, imap, base)
    approval = table.table("approval", APPROVAL)
    return Account(
        name,
        address,
        aliases,
        imap,
        smtp,
        approval_folder=_approval_folder(table, approval, imap),
        copy_to_sent=_copy_to_sent(approval),
        limits=read_limits(table.table("limits", LIMITS), imap.host),
    )


def _check_address(table: Table, key: str, address: str) -> None:
    """Check that it is a dot-atom at a domain (RFC 5322, section 3.4.1), without a name."""
    if not ADDRESS.fullmatch(address):
        table.mistake(
            key, f'{quoted(address)} is no address; write it bare, such as "robin@example.org"'
        )


def _imap(account: Table, address: str, base: Path, oauth: OAuth | None) -> Imap:
    table = account.table("imap", IMAP)
    if table is None:
        if "imap" not in account:
            account.mistake("imap", "the section [accounts.imap] is missing; it names the mailbox")
        stand_in = PasswordSource(PasswordKind.KEYRING, "")
        return Imap("", 993, Security.TLS, "", stand_in, None, None, None, None, None)
    if oauth is not None and "password" in table:
        table.mistake(
            "password",
            "there is [accounts.oauth] to sign in with as well, and one of the two is enough; take "
            "one out",
        )
    server = _server(table, base, _Defaults(IMAP_PORTS, username=address, password=oauth))
    return Imap(
        server.host,
        server.port,
        server.security,
        server.username,
        server.password,
        server.ca_file,
        folders=_folders(table),
        **_special_folders(table),
    )


def _smtp(account: Table, imap: Imap, base: Path) -> Smtp | None:
    table = account.table("smtp", SMTP)
    if table is None:
        stand_in = Smtp("", SMTP_PORTS[Security.TLS], Security.TLS, "", imap.password, None)
        return stand_in if "smtp" in account else None
    defaults = _Defaults(SMTP_PORTS, imap.username, imap.password, imap.ca_file)
    server = _server(table, base, defaults)
    return Smtp(
        server.host,
        server.port,
        server.security,
        server.username,
        server.password,
        server.ca_file,
    )


def _server(table: Table, base: Path, defaults: _Defaults) -> _Server:
    host = table.text("host", "mail.example.org")
    security = table.choice("security", Security.TLS)
    if host and _check_host(table, host) and security is Security.NONE and not is_loopback(host):
        table.mistake(
            "security",
            '"none" sends the password and all mail in clear text, so it is possible only for '
            'this very machine (localhost, 127.0.0.1, ::1); write "tls" or "starttls"',
        )
    ca_file = table.optional_text("ca_file")
    password = defaults.password
    if password is None or "password" in table:
        password = read_source(table, "password", base)
    return _Server(
        host=host,
        port=table.port("port", defaults.ports[security]),
        security=security,
        username=table.optional_text("username") or defaults.username,
        password=password,
        ca_file=absolute(table, "ca_file", ca_file, base) if ca_file else defaults.ca_file,
    )


def is_loopback(host: str) -> bool:
    """Whether this name or address can only be this machine: localhost, 127.0.0.0/8, ::1."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.casefold().removesuffix(".") == "localhost"
    if isinstance(address, ipaddress.IPv6Address):
        return address == ipaddress.IPv6Address("::1")
    return address.is_loopback


def _check_host(table: Table, host: str) -> bool:
    """Check the host without repeating it: an address with a scheme may hold a password."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if HOST.fullmatch(host):
            return True
        table.mistake(
            "host",
            'must be the bare name of the server, such as "mail.example.org", or its address: '
            "no scheme, no port, no brackets, names with other letters in their xn-- form",
        )
        return False
    return True


def _folders(table: Table) -> tuple[str, ...] | None:
    if table.raw("folders") == []:
        table.mistake("folders", 'names no folder; write folders = ["INBOX"] or leave it out')
    folders = table.texts("folders")
    return None if folders is None else tuple(_spelled(folder) for folder in folders)


def _special_folders(table: Table) -> dict[str, str | None]:
    special = {key: table.optional_text(key) for key in ("drafts", "sent", "trash")}
    seen: dict[str, str] = {}
    for key, folder in special.items():
        if folder is None:
            continue
        if folder.casefold() == _INBOX.casefold():
            table.mistake(key, "the inbox cannot be this folder too; leave it out or name another")
        elif folder.casefold() in seen:
            table.mistake(
                key, f"is the same folder as {seen[folder.casefold()]}; these must be two"
            )
        seen[folder.casefold()] = key
    return special


def _approval_folder(account: Table, table: Table | None, imap: Imap) -> str | None:
    if table is None:
        return None
    folder = table.text("folder", "Followups/Send")
    taken = {_INBOX, *(imap.folders or ()), imap.drafts, imap.sent, imap.trash}
    if folder and folder.casefold() in {one.casefold() for one in taken if one}:
        table.mistake(
            "folder",
            f"{quoted(folder)} is used for something else, and whatever lies in the approval "
            'folder is sent; name a folder of its own, such as "Followups/Send"',
        )
    if "smtp" not in account:
        account.mistake(
            "approval",
            "what is moved into the approval folder is sent, and there is no [accounts.smtp] "
            "to send it with; add that section or take this one out",
        )
    return _spelled(folder)


def _copy_to_sent(table: Table | None) -> bool | None:
    if table is None or "copy_to_sent" not in table:
        return None
    return table.flag("copy_to_sent")


def _spelled(folder: str) -> str:
    """The folder's name, the inbox in capitals: its name alone ignores case (RFC 3501, 5.1)."""
    return _INBOX if folder.casefold() == _INBOX.casefold() else folder
