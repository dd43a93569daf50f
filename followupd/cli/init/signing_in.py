"""Signing in: with what, where that is kept, and trying it until the server takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from followupd.cli.asking import ask, ask_secret, yes_or_no
from followupd.cli.init.granting import grant_questions
from followupd.cli.init.sources import source_questions
from followupd.cli.init.wishes import sentence
from followupd.config.settings import OAuth, PasswordKind
from followupd.config.words import near, quoted
from followupd.errors import AuthenticationError, FollowupdError, ServerRefused, UsageError
from followupd.providers.presets import SignIn
from followupd.secrets import Secret
from followupd.secrets.by_hand import how_to_store
from followupd.secrets.fitting import written
from followupd.secrets.keeping import is_storable
from followupd.secrets.pasting import as_meant

if TYPE_CHECKING:
    from followupd.cli.asking import Questions
    from followupd.cli.init.outside import Outside
    from followupd.cli.init.wishes import Wishes
    from followupd.config import Account, Imap, PasswordSource
    from followupd.mailbox.responses import Folder
    from followupd.providers.presets import Provider

TRIES: Final = 3
"""How often a password is asked for before it is left for later: servers lock who guesses."""

_IN_BROWSER: Final = "browser"


@dataclass(frozen=True, slots=True)
class Signed:
    """How the account signs in from now on.

    Attributes:
        account: with user name and source, or grant.
        secret: what it signed in with, if that is not in its source already; to be stored.
        folders: those of the mailbox; None where it was not signed in to.
    """

    account: Account
    secret: Secret | None
    folders: tuple[Folder, ...] | None


def sign_in_questions(
    wishes: Wishes,
    account: Account,
    provider: Provider | None,
    outside: Outside,
    *,
    is_known: bool,
) -> Questions[Signed]:
    """Come to a way to sign in that works, or is left for later.

    Args:
        wishes: what was said already.
        account: with its server and user name; its password is what it was where `is_known`.
        provider: who runs the server, where that is known.
        outside: what is tried.
        is_known: whether the account was configured before.

    Raises:
        UsageError: what was typed cannot be used.
        FollowupdError: it does not work, and there is nobody to ask.
    """
    is_typed = wishes.password_from or wishes.has_password or wishes.oauth_provider
    if is_known and not is_typed:
        source = account.imap.password
        what = "the grant" if isinstance(source, OAuth) else f"the password from {written(source)}"
        keeps = not wishes.asks or (
            yield from yes_or_no(f"Sign in as before, with {what}?", default=True)
        )
        if keeps:
            return (yield from _until_taken(wishes, account, outside, None, is_stored=True))
    if (yield from _wants_grant(wishes, provider)):
        return (yield from _granted(wishes, account, provider, outside))
    return (yield from _by_password(wishes, account, provider, outside))


def _wants_grant(wishes: Wishes, provider: Provider | None) -> Questions[bool]:
    """Whether to sign in by a grant and not by a password."""
    if wishes.oauth_provider is not None:
        return True
    if wishes.password_from is not None or wishes.has_password or provider is None:
        return False
    ways = [each for each in provider.sign_in if each is not SignIn.OAUTH]
    if SignIn.OAUTH not in provider.sign_in or not wishes.asks:
        return False
    if not ways:
        return True
    called = "an app password" if ways[0] is SignIn.APP_PASSWORD else "a password"

    def read(answer: str) -> bool:
        word = answer.casefold()
        if word in ("", "password", "app password"):
            return False
        if word == _IN_BROWSER:
            return True
        raise UsageError(
            f"{quoted(answer)} is not possible; {near(word, ('password', _IN_BROWSER))}"
        )

    said = (
        f"{provider.name} takes {called}, or a sign-in in your browser, which needs a client id "
        "that you register yourself first."
    )
    text = f"Sign in with {called}, or in the browser? (password or browser; Enter: password)"
    return (yield from ask(text, read, said))


# By a password


def _by_password(
    wishes: Wishes, account: Account, provider: Provider | None, outside: Outside
) -> Questions[Signed]:
    said = _first(provider)
    source = yield from source_questions(wishes, account.name, outside, said)
    imap = replace(account.imap, password=source)
    account = replace(account, imap=imap)
    if not is_storable(source) and wishes.asks:
        yield from _stored_by_hand(source, imap)
    secret = outside.password
    if secret is not None and source.kind in (PasswordKind.COMMAND, PasswordKind.ENV):
        raise UsageError(
            f"--password-stdin: followupd puts no password into {{ {source.kind.value} = … }}; "
            "leave it out, or name another place with --password-from"
        )
    if secret is not None:
        meant, told = as_meant(secret.reveal(), imap.host)
        secret = Secret(meant)
        if told:
            outside.tell(told)
    return (yield from _until_taken(wishes, account, outside, secret))


def _first(provider: Provider | None) -> tuple[str, ...]:
    """What the provider wants before a password works."""
    if provider is None:
        return ()
    kinds = [each for each in provider.sign_in if each is not SignIn.OAUTH]
    return provider.first(kinds[0]) if kinds else ()


def _stored_by_hand(source: PasswordSource, imap: Imap) -> Questions[None]:
    """Let the user put the password there, as nobody else can."""
    yield from ask(
        "Press Enter once it is there",
        lambda _: None,
        "The password is not stored by followupd there. If it is not there yet:",
        *how_to_store(source, imap.username),
    )


def _until_taken(
    wishes: Wishes,
    account: Account,
    outside: Outside,
    secret: Secret | None,
    *,
    is_stored: bool = False,
) -> Questions[Signed]:
    """Sign in, and ask again while that does not work.

    Args:
        wishes: what was said already.
        account: with everything but the password.
        outside: what is tried.
        secret: what was given on standard input, or granted; tried first.
        is_stored: whether the source has a password already, which is tried first.
    """
    said: tuple[str, ...] = ()
    refused = 0
    while True:
        if secret is None and not is_stored and _must_be_typed(account, wishes):
            secret, told = yield from _password(account.imap, said)
            said = (told,) if told else ()
        if not wishes.tries:
            return Signed(account, secret, None)
        try:
            folders = outside.sign_in(account.name, account.imap, secret)
        except FollowupdError as error:
            if not wishes.asks:
                raise
            said = (*said, sentence(error))
            is_refused = isinstance(error, AuthenticationError)
        else:
            return Signed(account, secret, folders)
        refused += is_refused
        if is_refused and refused % TRIES and _must_be_typed(account, wishes):
            account = yield from _username(wishes, account, said)
        elif not (yield from _again(account, *said, default=refused < TRIES)):
            return Signed(account, None, None)
        said = ()
        if is_refused and not isinstance(account.imap.password, OAuth):
            secret, is_stored = None, False


def _must_be_typed(account: Account, wishes: Wishes) -> bool:
    """Whether the password is asked for: it is not stored yet, or cannot be read from here."""
    source = account.imap.password
    if isinstance(source, OAuth) or not wishes.asks:
        return False
    return is_storable(source) or source.kind is PasswordKind.CREDENTIAL


def _password(imap: Imap, said: tuple[str, ...]) -> Questions[tuple[Secret, str]]:
    """The password, and a sentence where it was taken other than it was typed."""
    while True:
        typed = yield from ask_secret(f"Password of {imap.username} (it is not shown)", *said)
        meant, told = as_meant(typed, imap.host)
        if meant.strip():
            return Secret(meant), told
        said = ("A password is needed; Ctrl-C leaves, and nothing is written.",)


def _username(wishes: Wishes, account: Account, said: tuple[str, ...]) -> Questions[Account]:
    """The user name, which is wrong as often as the password."""
    usual = account.imap.username

    def read(answer: str) -> str:
        if not (answer or usual).isprintable():
            raise UsageError("A user name holds no control character.")
        return answer or usual

    name = yield from ask(f"User name (Enter: {usual})", read, *said)
    wishes.imap_username = name
    return replace(account, imap=replace(account.imap, username=name))


# By a grant


def _granted(
    wishes: Wishes, account: Account, provider: Provider | None, outside: Outside
) -> Questions[Signed]:
    """Sign in in the browser, with the user's own client id."""
    grant = yield from grant_questions(wishes, account, provider, outside)
    account = replace(account, imap=replace(account.imap, password=grant))
    while wishes.tries:
        try:
            secret = outside.grant(account)
        except FollowupdError as error:
            if not wishes.asks:
                raise
            if not (yield from _again(account, sentence(error), default=True)):
                break
            if isinstance(error, ServerRefused):
                # Most likely the client is another than was typed.
                wishes.client_id = wishes.client_secret_from = None
                grant = yield from grant_questions(wishes, account, provider, outside)
                account = replace(account, imap=replace(account.imap, password=grant))
        else:
            return (yield from _until_taken(wishes, account, outside, secret))
    return Signed(account, None, None)


def _again(account: Account, *said: str, default: bool) -> Questions[bool]:
    later = f"followupd login {account.name}"
    text = f"Try again? (no: go on, and sign in later with `{later}`)"
    return yes_or_no(text, *said, default=default)
