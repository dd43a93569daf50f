"""What is known of the providers that most people have.

The facts stand in `providers.toml`, checked by their own documentation, by Mozilla's public
configuration database and by that of chatmail; the date of the last look stands there. Whoever is
found here needs no look into the network at all.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from followupd.config.settings import Security
from followupd.providers.servers import Protocol, Server, lies_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DATA: Final = "providers.toml"


class SignIn(StrEnum):
    """What a provider takes at login."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, not a password
    APP_PASSWORD = "app_password"  # noqa: S105 - likewise
    OAUTH = "oauth"


class UserName(StrEnum):
    """What a provider wants as the user name."""

    ADDRESS = "address"
    LOCAL_PART = "local_part"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, or one kind of account at it.

    Attributes:
        key: unique; for tests and logs.
        name: as it calls itself.
        domains: of its addresses.
        exchangers: the ends of the names of its mail exchangers (MX), by which a domain of the
            user's own is recognised.
        imap: its mailbox server.
        smtp: its server for sending; None where there is none.
        sign_in: what it takes at login, usual one first.
        user_name: what it wants as the user name.
        smtp_user_name: likewise at its server for sending; None: the same.
        oauth: its name in `[accounts.oauth]`; "" where it takes no OAuth.
        switch_on: a sentence: what must be switched on before; "" for nothing.
        app_password: a sentence: how to make one; "" where there is none.
        oauth_client: sentences: how a client is registered; empty where it takes no OAuth.
        notes: sentences on its limits and oddities.
        guide: the path of its page in the documentation, or "".
        private_certificate: whether it signs its own certificate, so that `ca_file` is needed.
        files_own_copy: whether it files by itself what is sent through it.
    """

    key: str
    name: str
    domains: tuple[str, ...]
    exchangers: tuple[str, ...]
    imap: Server
    smtp: Server | None
    sign_in: tuple[SignIn, ...]
    user_name: UserName = UserName.ADDRESS
    smtp_user_name: UserName | None = None
    oauth: str = ""
    switch_on: str = ""
    app_password: str = ""
    oauth_client: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    guide: str = ""
    private_certificate: bool = False
    files_own_copy: bool = False

    def first(self, sign_in: SignIn) -> tuple[str, ...]:
        """Sentences: what the user has to do before the first sign-in of that kind."""
        said = [self.switch_on]
        if sign_in is SignIn.APP_PASSWORD:
            said.append(self.app_password)
        if sign_in is SignIn.OAUTH:
            said.extend(self.oauth_client)
        return tuple(each for each in said if each)

    def username(self, address: str, protocol: Protocol = Protocol.IMAP) -> str:
        """What a server is told at login by who has that address."""
        wanted = self.user_name
        if protocol is Protocol.SMTP and self.smtp_user_name is not None:
            wanted = self.smtp_user_name
        return address.rpartition("@")[0] if wanted is UserName.LOCAL_PART else address


def presets() -> tuple[Provider, ...]:
    """All of them, in the order of the file.

    Raises:
        ValueError: the file was changed and no longer holds what it should; says where.
    """
    return _shipped()


def preset_of(domain: str) -> Provider | None:
    """The provider whose addresses end in that domain, in any case of letters."""
    return _by_domain().get(domain.lower().removesuffix("."))


def preset_of_exchangers(hosts: Iterable[str]) -> Provider | None:
    """The provider that receives the mail of a domain.

    Args:
        hosts: the names of its mail exchangers, in lower case, most preferred first. The first one
            decides: a backup elsewhere does not tell where the mailbox lies.
    """
    for host in hosts:
        known = [
            (len(end), provider)
            for provider in presets()
            for end in provider.exchangers
            if lies_within(host, end)
        ]
        # The longest end says most: mail.protection.outlook.com is not olc.protection.outlook.com.
        return max(known, key=lambda each: each[0])[1] if known else None
    return None


@cache
def _shipped() -> tuple[Provider, ...]:
    return read(resources.files("followupd.providers").joinpath(_DATA).read_text("utf-8"))


@cache
def _by_domain() -> Mapping[str, Provider]:
    return {domain: provider for provider in presets() for domain in provider.domains}


def read(text: str) -> tuple[Provider, ...]:
    """Read and check a file of providers.

    Raises:
        ValueError: it is no TOML, a row lacks something, holds what is not known, or two rows
            claim the same; says which.
    """
    try:
        rows = tomllib.loads(text).get("providers", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{_DATA} cannot be read: {error}") from None
    providers = tuple(_provider(row) for row in rows)
    claimed: dict[str, str] = {}
    for provider in providers:
        exchangers = (f"exchanger {end}" for end in provider.exchangers)
        for claim in (f"key {provider.key}", *provider.domains, *exchangers):
            if claim in claimed:
                raise ValueError(f"{_DATA}: {provider.key} and {claimed[claim]} both have {claim}")
            claimed[claim] = provider.key
    return providers


def _provider(row: Mapping[str, Any]) -> Provider:
    key = row.get("key", "?")
    try:
        given = dict(row)
        provider = Provider(
            key=given.pop("key"),
            name=given.pop("name"),
            domains=tuple(given.pop("domains", ())),
            exchangers=tuple(given.pop("exchangers", ())),
            imap=_server(given.pop("imap")),
            smtp=_server(given.pop("smtp")) if "smtp" in given else None,
            sign_in=tuple(SignIn(each) for each in given.pop("sign_in")),
            user_name=UserName(given.pop("user_name", UserName.ADDRESS)),
            smtp_user_name=UserName(given.pop("smtp_user_name"))
            if "smtp_user_name" in given
            else None,
            oauth_client=tuple(given.pop("oauth_client", ())),
            notes=tuple(given.pop("notes", ())),
            **given,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{_DATA}: {key}: {error}") from None
    if wrong := _wrong(provider):
        raise ValueError(f"{_DATA}: {key}: {wrong}")
    return provider


def _server(written: str) -> Server:
    """Read `host:port security`."""
    place, _, security = written.partition(" ")
    host, _, port = place.rpartition(":")
    return Server(host, int(port), Security(security))


def _wrong(provider: Provider) -> str:
    """What in a row does not go together; "" for nothing."""
    named = (*provider.domains, *provider.exchangers)
    rules = {
        "it names no way to sign in": not provider.sign_in,
        "oauth is named in one place only": len(
            {SignIn.OAUTH in provider.sign_in, bool(provider.oauth), bool(provider.oauth_client)}
        )
        > 1,
        "app passwords are named in one place only": (SignIn.APP_PASSWORD in provider.sign_in)
        != bool(provider.app_password),
        "OAuth needs a guide": bool(provider.oauth) and not provider.guide,
        "nothing is recognised by it": not named,
        "domains are written in lower case": any(each != each.lower() for each in named),
    }
    return next((rule for rule, is_broken in rules.items() if is_broken), "")
