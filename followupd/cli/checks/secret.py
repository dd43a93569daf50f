"""`check`: whether there is a password, or a token that can be renewed. Neither is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from followupd.cli.checks.line import failed, ok, warning
from followupd.config import OAuth, PasswordKind, Smtp
from followupd.credentials import server_secret
from followupd.errors import AuthenticationError, FollowupdError, GrantRevoked

if TYPE_CHECKING:
    from followupd.cli.checks.line import Check, Wall
    from followupd.cli.checks.reaching import Protocol
    from followupd.config import Imap, PasswordSource
    from followupd.secrets import Secret

_LATER: Final = "nothing is lost meanwhile: it is tried again by itself"

_FOUND: Final = {
    PasswordKind.KEYRING: "it is in the keyring",
    PasswordKind.COMMAND: "your command gives one",
    PasswordKind.FILE: "it is in the file {}, which others cannot read",
    PasswordKind.CREDENTIAL: "it is in the systemd credential {}",
    PasswordKind.ENV: "it is in the variable ${}",
}
"""Never with the command: some people write the password into it."""


def secret_check(
    account: str, protocol: Protocol, server: Imap | Smtp, wall: Wall, *, renews: bool
) -> Check:
    """Fetch what a server is shown at sign-in, and tell where it came from; blocks.

    Args:
        account: the account's name.
        protocol: which of its servers.
        server: the server.
        wall: now, for words.
        renews: whether a new token is had though the old one is good. That changes what is stored,
            and where it could not be stored the grant would be lost: so only where it was asked
            for.
    """
    source = server.password
    if isinstance(source, OAuth):
        return _grant(account, protocol, server, source, wall, renews=renews)
    name = f"{protocol.prefix}password"
    try:
        server_secret(account, server)
    except FollowupdError as error:
        return failed(name, error, _advice(account, server, source))
    return ok(name, _found(source))


def _advice(account: str, server: Imap | Smtp, source: PasswordSource) -> str:
    if source.kind is PasswordKind.CREDENTIAL:
        return (
            "a credential is there in the service only: run the check as it does, by `systemd-run "
            f"--pipe --uid=… -p LoadCredentialEncrypted={source.value}:… followupd check`, with "
            "that line as it stands in the service's unit"
        )
    login = f"followupd login {account}{' --smtp' if isinstance(server, Smtp) else ''}"
    return f"`{login}` stores one, or tells where to put it"


def _found(source: PasswordSource) -> str:
    return _FOUND[source.kind].format(source.value)


def _grant(
    account: str,
    protocol: Protocol,
    server: Imap | Smtp,
    oauth: OAuth,
    wall: Wall,
    *,
    renews: bool,
) -> Check:
    """Whether there is a token, and the provider gives the next one when it has ended."""
    name = f"{protocol.prefix}grant"
    again = f"run `followupd login {account}`"
    try:
        token = server_secret(account, server)
    except GrantRevoked as error:
        return failed(name, error, again)
    except AuthenticationError as error:
        return failed(name, error, f"mend that, then {again}")
    except FollowupdError as error:
        return failed(name, error, f"check accounts.oauth; {_LATER}")
    ends = token.ends_at
    until = f" until {wall.moment(ends)}" if ends is not None else ""
    said = f"the token of {oauth.provider} is good{until}"
    if not _is_stored(account, oauth, token):
        return _unstored(name, account, oauth, said)
    if not renews:
        tried = f"`followupd check --write {account}` tries that now"
        return ok(name, f"{said}, and is renewed by itself before that; {tried}")
    return _renewed(account, name, server, oauth, token, said)


def _renewed(
    account: str, name: str, server: Imap | Smtp, oauth: OAuth, token: Secret, said: str
) -> Check:
    """Have the next token, though this one is good."""
    try:
        newer = server_secret(account, server, refused=token)
    except GrantRevoked as error:
        what = f"{said}, but there is no other after it: {error}"
        return failed(name, what, f"run `followupd login {account}`")
    except FollowupdError as error:
        return warning(name, f"{said}, but no other is to be had now: {error}", _LATER)
    if not _is_stored(account, oauth, newer):
        return _unstored(name, account, oauth, said)
    return ok(name, f"{said}; another one was had just now, as always before one ends")


def _is_stored(account: str, oauth: OAuth, token: Secret) -> bool:
    """Whether the token is where the next process looks for it; it may be in memory only."""
    from followupd.oauth import vault  # noqa: PLC0415 - few accounts have a grant

    try:
        stored = vault.read(account, oauth.tokens)
    except FollowupdError:
        return False
    # Somebody else may have been faster, and then theirs is there, which is newer.
    ends = token.ends_at
    return stored is not None and (
        stored.access == token.reveal() or (ends is not None and stored.expires_at > ends)
    )


def _unstored(name: str, account: str, oauth: OAuth, said: str) -> Check:
    place = "the keyring" if oauth.tokens.kind is PasswordKind.KEYRING else oauth.tokens.value
    what = f"{said}, but it could not be stored: it ends with this command"
    advice = f"see to it that {place} can be written, then run `followupd login {account}`"
    return failed(name, what, advice)
