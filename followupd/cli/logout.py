"""`logout`: forget the secret of an account, as far as it is ours to forget.

It says honestly what it could not take back: a password that comes from a command, a grant that
the provider cannot be told of.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd import login_mark
from followupd.cli import logs
from followupd.cli.configured import settings_of, with_config
from followupd.cli.login import place_of
from followupd.cli.login_trying import section_of, sharing
from followupd.cli.screen import Screen, print_json
from followupd.config import OAuth, PasswordKind, state_directory
from followupd.errors import FollowupdError
from followupd.protection import keep_out_of_core_dumps
from followupd.secrets import keyring_service
from followupd.secrets.keeping import forget, is_storable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from followupd.config import Account, Imap, PasswordSource, Settings, Smtp
    from followupd.service.clock import Clock


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of one secret.

    Attributes:
        server: the section of the configuration that names it, `imap` or `smtp`.
        is_gone: whether it can be had no longer from where it was kept.
        said: what was done, or why it was not; one sentence or two.
        failed: it should have gone and did not.
    """

    server: str
    is_gone: bool
    said: str
    failed: bool = False


def logout(arguments: Namespace, _clock: Clock) -> int:
    """Forget the secrets of one account; the exit code is 1 where one could not be taken away.

    Raises:
        ConfigError, UsageError: the configuration is wrong, or there is no such account.
    """
    os.umask(0o077)
    keep_out_of_core_dumps()
    logs.configure(level=logging.CRITICAL)
    settings = settings_of(arguments)
    account = settings.account(arguments.account)
    found = tuple(_each(settings, account))
    # The daemon looks for the secret anew, and finds it gone.
    login_mark.leave(state_directory(os.environ), account.name)
    if arguments.json:
        _print_json(account, found)
    screen = Screen(sys.stderr if arguments.json else None)
    # A keyring that is locked says the same of both servers.
    for said in dict.fromkeys(each.said for each in found):
        screen.line(said)
    screen.line(_next(account, found[0], arguments))
    return 1 if any(each.failed for each in found) else 0


def _each(settings: Settings, account: Account) -> Iterator[Forgotten]:
    yield _forget(settings, account, account.imap)
    smtp = account.smtp
    if smtp is not None and smtp not in sharing(account, account.imap):
        yield _forget(settings, account, smtp)


def _forget(settings: Settings, account: Account, server: Imap | Smtp) -> Forgotten:
    section, source = section_of(server), server.password
    if isinstance(source, OAuth):
        return _forget_grant(account.name, section, source)
    place, of = place_of(source), f"of {server.username} at {server.host}"
    if not is_storable(source):
        said = f"The password {of} stays in {place}: followupd cannot take it out of there."
        return Forgotten(section, is_gone=False, said=said)
    others = [each.name for each in settings.accounts if _uses(each, source) and each != account]
    if others:
        said = f"The password {of} stays in {place}: the account {others[0]} uses it as well."
        return Forgotten(section, is_gone=False, said=said)
    try:
        was_there = forget(source, service=keyring_service(account.name), username=server.username)
    except FollowupdError as error:
        return Forgotten(section, is_gone=False, said=_sentence(str(error)), failed=True)
    if not was_there:
        return Forgotten(section, is_gone=True, said=f"There is no password {of} in {place}.")
    how = "was deleted" if source.kind is PasswordKind.FILE else "no longer holds it"
    return Forgotten(section, is_gone=True, said=f"The password {of} is forgotten: {place} {how}.")


def _forget_grant(account: str, section: str, oauth: OAuth) -> Forgotten:
    # OAuth takes its time to load, and few accounts need it.
    from followupd.oauth.grant import Revoked, forget, revoke  # noqa: PLC0415

    # Before it is forgotten: the provider is told which one.
    revocation = revoke(account, oauth)
    place = place_of(oauth.tokens)
    try:
        was_there = forget(account, oauth)
    except FollowupdError as error:
        return Forgotten(section, is_gone=False, said=_sentence(str(error)), failed=True)
    if not was_there:
        return Forgotten(section, is_gone=True, said=f"There is no grant in {place}.")
    said = f"The grant is forgotten: {place} no longer holds it."
    if revocation.state is Revoked.DONE:
        said += f" {oauth.provider} was told, so that it is worth nothing any more."
    else:
        said += f" {_sentence(revocation.why)}"
    return Forgotten(section, is_gone=True, said=said, failed=revocation.state is Revoked.FAILED)


def _uses(account: Account, source: PasswordSource) -> bool:
    """Whether an account has the same file; in the keyring each has entries of its own."""
    servers = (account.imap, account.smtp)
    return source.kind is PasswordKind.FILE and any(
        each is not None and each.password == source for each in servers
    )


def _next(account: Account, imap: Forgotten, arguments: Namespace) -> str:
    if imap.is_gone:
        again = with_config(f"followupd login {account.name}", arguments)
        return f"followupd cannot read the mail of the account {account.name} until `{again}`."
    return f"followupd can still read the mail of the account {account.name}."


def _sentence(text: str) -> str:
    said = text[:1].upper() + text[1:]
    return said if said.endswith(".") else f"{said}."


def _print_json(account: Account, found: tuple[Forgotten, ...]) -> None:
    print_json(
        {
            "account": account.name,
            "forgotten": [
                {"server": each.server, "forgotten": each.is_gone, "detail": each.said}
                for each in found
            ],
        }
    )
