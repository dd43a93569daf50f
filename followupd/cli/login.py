"""`login`: store the secret of an account where the configuration says, and try it.

A secret is tried before it takes the place of the one that is there. A running daemon sees the
mark that a login leaves in the state folder, and goes on at once.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from followupd import login_mark
from followupd.cli import logs
from followupd.cli.asking import converse, is_terminal
from followupd.cli.configured import settings_of, with_config
from followupd.cli.login_password import (
    UNCHANGED,
    given_password,
    grant_questions,
    password_questions,
)
from followupd.cli.login_trying import attempt, section_of, sharing
from followupd.cli.screen import Screen, print_json
from followupd.config import OAuth, PasswordKind, state_directory
from followupd.credentials import server_secret
from followupd.domain.days import say_moment
from followupd.errors import FollowupdError, UsageError
from followupd.protection import keep_out_of_core_dumps
from followupd.secrets import Secret, keyring_service
from followupd.secrets.by_hand import how_to_store
from followupd.secrets.keeping import is_storable, store

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from datetime import datetime

    from followupd.cli.asking import Questions
    from followupd.cli.login_trying import Attempt
    from followupd.config import Account, Imap, PasswordSource, Smtp
    from followupd.service.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """What a login came to.

    Attributes:
        kept_in: where the secret lies, in words.
        stored: whether it was put there now.
        attempts: how signing in went, server by server; the first one is whose secret it is.
    """

    kept_in: str
    stored: bool
    attempts: tuple[Attempt, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every server that was tried took the secret."""
        return all(each.succeeded for each in self.attempts)


def login(arguments: Namespace, clock: Clock) -> int:
    """Store and try the secret of one account; the exit code is 1 where a server refuses it.

    Raises:
        ConfigError, UsageError: the configuration or the options do not fit.
        FollowupdError: nothing was stored, and why.
    """
    os.umask(0o077)
    keep_out_of_core_dumps()
    logs.configure(level=logging.CRITICAL)
    settings = settings_of(arguments)
    account = settings.account(arguments.account)
    server, source = _server(arguments, account)
    _refuse_options(arguments, account, source)
    # Standard output is for the data.
    screen = Screen(sys.stderr if arguments.json else None)
    zone = settings.user.timezone
    if isinstance(source, OAuth):

        def when(moment: datetime) -> str:
            return say_moment(moment.astimezone(zone), clock.now().astimezone(zone).date())

        found = _by_grant(arguments, account, server, source, screen, when)
    elif is_storable(source):
        found = _by_password(arguments, account, server, source, screen)
    else:
        found = _by_hand(account, server, source, screen)
    if found.stored or found.succeeded:
        login_mark.leave(state_directory(os.environ), account.name)
    if arguments.json:
        _print_json(account, server, found)
    for sentence in sentences(account, server, found, arguments):
        screen.line(sentence)
    return 0 if found.succeeded else 1


def place_of(source: PasswordSource) -> str:
    """Where a secret lies, to stand after "in"; a command or a variable is only named."""
    match source.kind:
        case PasswordKind.KEYRING:
            return "the keyring"
        case PasswordKind.FILE:
            return source.value
        case _:
            return f"its source {{ {source.kind.value} = … }}"


def sentences(
    account: Account, server: Imap | Smtp, found: Login, arguments: Namespace
) -> tuple[str, ...]:
    """What a login came to, and what happens next."""
    what = "grant" if isinstance(server.password, OAuth) else "password"
    said = []
    for each in found.attempts:
        if each.succeeded:
            nothing = "; nothing was sent" if each.server == "smtp" else ""
            said.append(f"{each.username} signs in at {each.where}{nothing}.")
        else:
            said.append(f"{each.where} does not work yet: {each.problem}.")
    if found.stored:
        tried = "" if found.attempts else ", without having been tried"
        said.append(f"The {what} is in {found.kept_in} now{tried}.")
    if not found.succeeded and not found.stored:
        said.append("Put the right one there and run it again.")
        return tuple(said)
    other = account.smtp
    if other is not None and other is not server and other not in sharing(account, server):
        again = with_config(f"followupd login {account.name} --smtp", arguments)
        said.append(f"{other.host}, which sends, has a password of its own: `{again}`.")
    said.append(
        "A followupd that is running goes on with it at once; "
        f"`{with_config('followupd run', arguments)}` starts one, and "
        f"`{with_config('followupd check', arguments)}` tries everything else."
    )
    return tuple(said)


def _server(arguments: Namespace, account: Account) -> tuple[Imap | Smtp, PasswordSource | OAuth]:
    """Whose secret is meant, and where it comes from."""
    if not arguments.smtp:
        return account.imap, account.imap.password
    if account.smtp is None:
        raise UsageError(f"--smtp: the account {account.name} has no [accounts.smtp]")
    return account.smtp, account.smtp.password


def _refuse_options(arguments: Namespace, account: Account, source: PasswordSource | OAuth) -> None:
    """Refuse what does not fit the way in which the account signs in.

    Raises:
        UsageError: something does not.
    """
    plain = with_config(f"followupd login {account.name}", arguments)
    if isinstance(source, OAuth):
        if arguments.stdin:
            raise UsageError(
                f"--stdin: the account {account.name} signs in by OAuth, without a password; run "
                f"`{plain}`"
            )
        return
    if arguments.browser or arguments.device:
        option = "--browser" if arguments.browser else "--device"
        raise UsageError(
            f"{option}: the account {account.name} signs in with a password; {option} is for an "
            f"account with [accounts.oauth], so run `{plain}`"
        )
    if not is_storable(source):
        if arguments.stdin:
            raise UsageError(
                f"--stdin: the password of {account.name} comes from "
                f"{{ {source.kind.value} = … }}, where followupd cannot put it; `{plain}` says how "
                "it is stored"
            )
    elif not arguments.stdin and not is_terminal():
        raise UsageError(
            "there is no terminal to ask for the password on; give it with --stdin, such as "
            f"`pass show mail | {plain} --stdin`"
        )


def _print_json(account: Account, server: Imap | Smtp, found: Login) -> None:
    print_json(
        {
            "account": account.name,
            "server": section_of(server),
            "kept_in": found.kept_in,
            "stored": found.stored,
            "attempts": [each.to_json() for each in found.attempts],
        }
    )


def _by_password(
    arguments: Namespace,
    account: Account,
    server: Imap | Smtp,
    source: PasswordSource,
    screen: Screen,
) -> Login:
    """Ask for the password or read it, try it, and put it in place of the old one."""
    try_it = None if arguments.no_try else partial(attempt, server)
    if arguments.stdin:
        given = given_password(sys.stdin, server, try_it)
    else:
        given = _answered(password_questions(server, try_it), screen)
    for sentence in given.said:
        screen.line(sentence)
    store(
        source,
        service=keyring_service(account.name),
        username=server.username,
        secret=given.secret,
        replace=arguments.replace,
    )
    return _stored(account, server, given.secret, given.attempt, place_of(source))


def _by_hand(
    account: Account, server: Imap | Smtp, source: PasswordSource, screen: Screen
) -> Login:
    """Say how the user stores what we cannot, and try what is there."""
    for line in how_to_store(source, server.username):
        screen.text(line)
    try:
        secret = server_secret(account.name, server)
    except FollowupdError as error:
        raise FollowupdError(f"it cannot be tried now: {error}") from None
    screen.line("What is there now was tried.")
    tried = attempt(server, secret)
    found = _stored(account, server, secret, tried, place_of(source))
    return replace(found, stored=False)


def _by_grant(
    arguments: Namespace,
    account: Account,
    server: Imap | Smtp,
    oauth: OAuth,
    screen: Screen,
    when: Callable[[datetime], str],
) -> Login:
    """Let the user give a new grant, try it, and keep it in place of the old one."""
    # OAuth takes its time to load, and few accounts need it.
    from followupd.cli.login_oauth import Asking, new_grant  # noqa: PLC0415
    from followupd.oauth import grant  # noqa: PLC0415

    # Where its place cannot even be read, nobody has to sign in first to learn of it.
    grant.is_signed_in(account.name, oauth)
    asking = Asking(account.name, oauth, server.username, screen, when)
    try:
        tokens = new_grant(arguments, asking)
    except KeyboardInterrupt:
        screen.line(f"followupd: {UNCHANGED}")
        raise
    secret = Secret(tokens.access, tokens.expires_at)
    tried = None if arguments.no_try else attempt(server, secret)
    if tried is not None and not tried.succeeded:
        if not is_terminal():
            raise FollowupdError(f"{tried.problem}; {UNCHANGED}")
        _answered(grant_questions(tried), screen)
    grant.store(account.name, oauth, tokens)
    return _stored(account, server, secret, tried, place_of(oauth.tokens))


def _stored(
    account: Account, server: Imap | Smtp, secret: Secret, tried: Attempt | None, kept_in: str
) -> Login:
    """What it came to; the other server that gets the same secret is tried as well."""
    attempts = [] if tried is None else [tried]
    if tried is not None and tried.succeeded:
        attempts += [attempt(each, secret) for each in sharing(account, server)]
    return Login(kept_in, stored=True, attempts=tuple(attempts))


def _answered(questions: Questions[T | None], screen: Screen) -> T:
    """Ask, and leave where the user wants to.

    Raises:
        FollowupdError: they do.
    """
    try:
        found = converse(questions, screen)
    except EOFError:
        print(file=sys.stderr)
        found = None
    except KeyboardInterrupt:
        print(file=sys.stderr)
        screen.line(f"followupd: {UNCHANGED}")
        raise
    if found is None:
        raise FollowupdError(UNCHANGED)
    return found
